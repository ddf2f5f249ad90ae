package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/manual"
)

// The width of text where the terminal does not say how wide it is, and the
// widest text that is easy to read.
const (
	defaultWidth = 80
	maxWidth     = 100
)

// maxFound is how many topics are named that have a word.
const maxFound = 8

// newHelp shows topics of the manual and the help of commands. A topic goes
// before a command of its name: the command has --help.
func newHelp(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "help [TOPIC|COMMAND]",
		Short: "Show a topic of the manual, or the help of a command",
		Long: "Help shows a topic of the manual, or the help of a command; without an argument it lists both.\n" +
			"A word that is neither is searched for in the manual.",
		Example: "  dispatchmock help quickstart\n  dispatchmock help ctl session create",
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return topicNames(manual.Topics()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if len(args) == 0 {
				if err := root.Help(); err != nil {
					return err
				}
				fmt.Fprintln(io.out)
				return io.page(topicList())
			}
			if len(args) == 1 {
				page, ok := manual.Page(strings.TrimSuffix(args[0], ".md"))
				switch {
				case ok && strings.HasPrefix(page, "---\n"): // a skill, which agents read as it is
					_, err := fmt.Fprint(io.out, page)
					return err
				case ok:
					return io.page(page)
				}
			}
			about, rest, err := root.Find(args)
			if err != nil || about == root || len(rest) > 0 {
				return unknownTopic(root, args)
			}
			return about.Help()
		},
	}
}

// topicList returns a table of the topics as Markdown.
func topicList() string {
	var b strings.Builder
	b.WriteString("Topics of the manual, shown by `dispatchmock help TOPIC`:\n\n| topic | about |\n| --- | --- |\n")
	for _, t := range manual.Topics() {
		fmt.Fprintf(&b, "| %s | %s |\n", t.Name, t.About)
	}
	return b.String()
}

// unknownTopic names what the words may have meant: the nearest topic or
// command, or the topics that have them.
func unknownTopic(root *cobra.Command, args []string) error {
	query := strings.Join(args, " ")
	text := fmt.Sprintf("%q is neither a topic nor a command", query)
	names := topicNames(manual.Topics())
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	// Each short word is near to another.
	if near := jsonx.Nearest(query, names); near != "" && len(query) > 3 {
		text += "; did you mean " + near + "?"
	} else if found := topicNames(manual.Search(query)); len(found) > 0 {
		text += "; topics that mention it: " + strings.Join(found[:min(maxFound, len(found))], ", ")
	}
	return command.Misusef("%s (see %s help)", text, root.CommandPath())
}

func topicNames(topics []manual.Topic) []string {
	var names []string
	for _, t := range topics {
		names = append(names, t.Name)
	}
	return names
}

// page prints Markdown: with styles and as wide as the terminal where there is
// one, else as plain text.
func (s *streams) page(markdown string) error {
	width, isTerminal := terminalWidth(s.raw.out)
	plain, _ := s.env("NO_COLOR")
	kind, _ := s.env("TERM")
	styled := isTerminal && plain == "" && kind != "dumb"
	to := s.out
	if styled {
		to = s.raw.out // the manual's own escapes are meant
	}
	return manual.Terminal{Width: width, Colour: styled}.Render(to, markdown)
}

// terminalWidth returns how wide text may be, and whether w is a terminal.
func terminalWidth(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return defaultWidth, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return defaultWidth, true
	}
	return min(width, maxWidth), true
}

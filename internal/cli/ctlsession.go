package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/terminal"
)

func (c *ctl) sessions() *cobra.Command {
	return group("session", "Make, list, show and drop sessions: worlds of their own", c.createSession(), c.listSessions(),
		c.command("show [ID]", "Describe a session (default: that of --session)", func(ctx context.Context, d *adminClient, args []string) error {
			id := c.session
			if len(args) > 0 {
				id = args[0]
			}
			return c.showSession(ctx, d, call{method: http.MethodGet, path: route("/sessions/%s", id)})
		}),
		c.command("drop ID…", "Drop sessions", func(ctx context.Context, d *adminClient, args []string) error {
			for _, id := range args {
				if _, err := d.raw(ctx, call{method: http.MethodDelete, path: route("/sessions/%s", id)}); err != nil {
					return err
				}
				if err := c.say("Dropped %s.", id); err != nil {
					return err
				}
			}
			return nil
		}))
}

// madeOf are the flags that say what a session is made of.
type madeOf struct {
	id, name  string
	ttl       time.Duration
	clock     clockSetting
	seed      uint64
	fixtures  string
	scenarios []string
	allowed   []string
}

// plainURL is a base URL that a script can hand to curl.
var plainURL = regexp.MustCompile(`^https?://([A-Za-z0-9._-]+|\[[0-9A-Za-z:.%]+\])(:[0-9]+)?(/[A-Za-z0-9._-]+)*$`)

func (c *ctl) createSession() *cobra.Command {
	m := &madeOf{}
	var cmd *cobra.Command
	cmd = c.command("create", "Make a session, and print the base URL under which the API answers in it", func(ctx context.Context, d *adminClient, _ []string) error {
		doc, err := m.document(cmd)
		if err != nil {
			return err
		}
		a, err := answerOf[admin.Session](ctx, d, call{method: http.MethodPost, path: "/sessions", body: doc})
		if err != nil {
			return err
		}
		if !plainURL.MatchString(a.value.BaseURL) {
			return d.stranger(fmt.Sprintf("it names the base URL %.80q", a.value.BaseURL))
		}
		return c.print(a.raw, func(w io.Writer) { fmt.Fprintln(w, a.value.BaseURL) })
	})
	flags := cmd.Flags()
	flags.StringVar(&m.id, "id", "", "the session's `ID` (default: a random one)")
	flags.StringVar(&m.name, "name", "", "a `NAME` for people")
	flags.DurationVar(&m.ttl, "ttl", 0, "how long it may be idle (default: as long as the server allows)")
	flags.Var(&m.clock, "clock", "how its clock goes")
	flags.Uint64Var(&m.seed, "seed", 0, "repeat request IDs, and what scenarios draw by chance, from the seed `N`")
	flags.StringVar(&m.fixtures, "fixtures", "", "records and choices over those of the server, from a fixture `FILE`; - is standard input")
	flags.StringArrayVar(&m.scenarios, "scenario", nil, "switch on the scenario of a `NAME`; may be given again")
	flags.StringSliceVar(&m.allowed, "allow", nil, "what its requests do on purpose, for the gates of exec: invalid or simulated (`WORD`; may be given again)")
	return cmd
}

func (m *madeOf) document(cmd *cobra.Command) (map[string]any, error) {
	doc := map[string]any{}
	given := cmd.Flags().Changed
	if given("id") {
		doc["id"] = m.id
	}
	if given("name") {
		doc["name"] = m.name
	}
	if given("ttl") {
		doc["ttl"] = m.ttl.String()
	}
	if given("clock") {
		doc["clock"] = m.clock.doc
	}
	if given("seed") {
		doc["seed"] = m.seed
		doc["request_ids"] = map[string]any{"mode": "seed", "seed": m.seed}
	}
	if given("scenario") {
		doc["scenarios"] = m.scenarios
	}
	if given("allow") {
		doc["allowed"] = m.allowed
	}
	if m.fixtures != "" {
		text, err := document(cmd, m.fixtures)
		if err != nil {
			return nil, fmt.Errorf("--fixtures: %w", err)
		}
		doc["fixtures"] = text
	}
	return doc, nil
}

func (c *ctl) listSessions() *cobra.Command {
	return c.command("list", "List the sessions", func(ctx context.Context, d *adminClient, _ []string) error {
		a, err := answerOf[struct{ Sessions []admin.Session }](ctx, d, call{method: http.MethodGet, path: "/sessions"})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) {
			table(w, "ID NAME USED CLOCK CHANGED BASE-URL", func(row func(...any)) {
				for _, s := range a.value.Sessions {
					row(s.ID, s.Name, s.Used.UTC().Format(time.RFC3339), s.Clock.Mode, s.Changed, s.BaseURL)
				}
			})
		})
	})
}

// showSession prints the session that a call is answered with.
func (c *ctl) showSession(ctx context.Context, d *adminClient, call call) error {
	a, err := answerOf[admin.Session](ctx, d, call)
	if err != nil {
		return err
	}
	return c.print(a.raw, func(w io.Writer) {
		s := &a.value
		facts(w, func(fact func(name string, value any)) {
			fact("id", s.ID)
			fact("name", s.Name)
			fact("base URL", s.BaseURL)
			fact("created", s.Created.UTC().Format(time.RFC3339))
			fact("used", s.Used.UTC().Format(time.RFC3339))
			fact("time to live", s.TTL)
			fact("clock", clockText(&s.Clock))
			fact("request IDs", idsText(&s.IDs))
			fact("allowed", strings.Join(s.Allowed, ", "))
			fact("records changed", s.Changed)
			if s.Stale {
				fact("fixtures", "newer ones are there; a reset brings them in")
			}
			if s.Lost > 0 {
				fact("journal", plural(int(s.Lost), "exchange")+" let go of, to keep its limits")
			}
		})
	})
}

// facts prints names and values in two columns; what has no value is left out.
func facts(w io.Writer, list func(fact func(name string, value any))) {
	const width = 16
	list(func(name string, value any) {
		if text := fmt.Sprint(value); text != "" {
			lines := strings.Split(text, "\n")
			for i := range lines {
				lines[i] = terminal.Visible(lines[i])
			}
			fmt.Fprintf(w, "%-*s%s\n", width, name, strings.Join(lines, "\n"+strings.Repeat(" ", width)))
		}
	})
}

func (c *ctl) reset() *cobra.Command {
	var keep bool
	cmd := c.command("reset", "Put the session back to how it was made", func(ctx context.Context, d *adminClient, _ []string) error {
		a, err := answerOf[admin.Session](ctx, d, call{method: http.MethodPost, path: c.in("/reset"), body: map[string]any{"keep_journal": keep}})
		if err != nil {
			return err
		}
		return c.print(a.raw, func(w io.Writer) { fmt.Fprintf(w, "Reset %s.\n", a.value.ID) })
	})
	cmd.Flags().BoolVar(&keep, "keep-journal", false, "keep the exchanges of the session")
	return cmd
}

func (c *ctl) snapshots() *cobra.Command {
	return group("snapshot", "Keep states of the session under names, and bring them back",
		c.command("take NAME", "Keep the state as it is now", func(ctx context.Context, d *adminClient, args []string) error {
			a, err := answerOf[admin.Snapshot](ctx, d, call{method: http.MethodPost, path: c.in("/snapshots"), body: map[string]any{"name": args[0]}})
			if err != nil {
				return err
			}
			return c.print(a.raw, func(w io.Writer) { fmt.Fprintf(w, "Took %s.\n", a.value.Name) })
		}),
		c.command("list", "List what was kept", func(ctx context.Context, d *adminClient, _ []string) error {
			a, err := answerOf[struct {
				Snapshots []admin.Snapshot
				Limit     int
			}](ctx, d, call{method: http.MethodGet, path: c.in("/snapshots")})
			if err != nil {
				return err
			}
			return c.print(a.raw, func(w io.Writer) {
				table(w, "NAME TAKEN", func(row func(...any)) {
					for _, s := range a.value.Snapshots {
						row(s.Name, s.Taken.UTC().Format(time.RFC3339))
					}
				})
			})
		}),
		c.command("restore NAME", "Bring a kept state back", func(ctx context.Context, d *adminClient, args []string) error {
			a, err := answerOf[admin.Session](ctx, d, call{method: http.MethodPost, path: c.in("/snapshots/%s/restore", args[0])})
			if err != nil {
				return err
			}
			return c.print(a.raw, func(w io.Writer) { fmt.Fprintf(w, "Restored %s.\n", args[0]) })
		}),
		c.command("drop NAME", "Let go of a kept state", func(ctx context.Context, d *adminClient, args []string) error {
			if _, err := d.raw(ctx, call{method: http.MethodDelete, path: c.in("/snapshots/%s", args[0])}); err != nil {
				return err
			}
			return c.say("Dropped %s.", args[0])
		}))
}

package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/internal/cli/command"
)

// newCompletion stands in for cobra's own completion command, which calls it a
// success when there is no such shell.
func newCompletion(io streams) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion " + strings.Join(shells, "|"),
		Short: "Print a script that completes commands, flags and topics in a shell",
		Example: "  source <(dispatchmock completion bash)\n" +
			"  dispatchmock completion zsh > \"${fpath[1]}/_dispatchmock\"\n" +
			"  dispatchmock completion fish > ~/.config/fish/completions/dispatchmock.fish\n" +
			"  dispatchmock completion powershell | Out-String | Invoke-Expression",
		ValidArgs: shells,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(shells, args[0]) {
				return command.Misusef("completion takes one of %s (see %s --help)", strings.Join(shells, ", "), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(io.out, true)
			case "zsh":
				return root.GenZshCompletion(io.out)
			case "fish":
				return root.GenFishCompletion(io.out, true)
			default:
				return root.GenPowerShellCompletionWithDesc(io.out)
			}
		},
	}
}

package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"dispatchmock/fixtures"
	"dispatchmock/internal/fileio"
	"dispatchmock/internal/shell"
	"dispatchmock/schemas"
)

func newInit(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Write the embedded fixtures and schemas to DIR, to copy and edit",
		Args:  takes(1, "the folder to write to, such as ./mock"),
		RunE: func(_ *cobra.Command, args []string) error {
			defaults, err := fixtures.Default()
			if err != nil {
				return err
			}
			targets := []struct {
				path  string
				files fs.FS
			}{{filepath.Join(args[0], "fixtures"), defaults}, {filepath.Join(args[0], "schemas"), schemas.FS}}
			for _, t := range targets {
				if _, err := os.Lstat(t.path); err == nil {
					return fmt.Errorf("%s exists already, and nothing was written: name another folder, or remove it", t.path)
				}
			}
			for _, t := range targets {
				if err := copyFiles(t.path, t.files); err != nil {
					return fmt.Errorf("writing %s: %w", t.path, err)
				}
			}
			// Both kinds of shell on Windows understand slashes as well.
			data, rules := filepath.ToSlash(targets[0].path), filepath.ToSlash(targets[1].path)
			flags := "--fixtures " + word(data) + " --schemas " + word(rules)
			fmt.Fprintf(io.out, "Wrote %s and %s. Edit them, then:\n  dispatchmock check %[3]s\n  dispatchmock serve %[3]s\n", data, rules, flags)
			return nil
		},
	}
}

// copyFiles writes the JSON files of a file system, but for the schemas of
// schemas, which are not the user's to change.
func copyFiles(target string, files fs.FS) error {
	return fs.WalkDir(files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(target, filepath.FromSlash(path))
		if path == "meta" || path == "admin" {
			return fs.SkipDir
		}
		if e.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		return fileio.WriteNew(to, text, 0o644)
	})
}

// word quotes a path where a shell would take it for several words.
func word(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool { return !strings.ContainsRune(plainRunes, r) }) {
		return shell.QuoteForAll(path)
	}
	return path
}

// plainRunes mean nothing to a shell, in any place of a word.
const plainRunes = `abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:`

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/fixtures"
	"dispatchmock/schemas"
)

// version is this program's version; CHANGELOG.md tells what is in it.
const version = "0.1.0"

func newCheck(io streams) *cobra.Command {
	var s sources
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check fixtures and schemas, and say what is wrong where",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			c, f, err := s.load(time.Now(), io.err)
			if err != nil {
				return err
			}
			fmt.Fprintf(io.out, "Good: %s in %s, %s, %s.\n", plural(f.Base.Records(), "record"), plural(f.Files, "file"),
				plural(len(f.Base.Clients()), "client"), plural(len(c.Versions()), "API version"))
			return nil
		},
	}
	s.add(cmd.Flags())
	return cmd
}

// healthTimeout is how long a server may take to show that it is there.
const healthTimeout = 3 * time.Second

func newHealth(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "health [URL]",
		Short: "Exit with 0 when a server answers (default http://" + defaultAddress + ")",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return errMisuse{fmt.Errorf("health takes one URL, and was given %d", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			base := "http://" + defaultAddress
			if len(args) == 1 {
				base = args[0]
			}
			if err := health(cmd.Context(), base); err != nil {
				return err
			}
			fmt.Fprintf(io.out, "%s answers.\n", base)
			return nil
		},
	}
}

func health(ctx context.Context, base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return errMisuse{fmt.Errorf("%q is no URL of a server, such as http://%s", base, defaultAddress)}
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	// A preflight asks for no token and changes nothing.
	r, err := http.NewRequestWithContext(ctx, http.MethodOptions, strings.TrimSuffix(base, "/")+"/customers/1/locations/1", nil)
	if err != nil {
		return errMisuse{err}
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("no answer: %w\nis it running? start it with: dispatchmock serve --listen %s", err, u.Host)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Header.Get("X-Api-Version") == "" {
		return fmt.Errorf("%s answers %s without X-API-VERSION: this is another server", base, response.Status)
	}
	return nil
}

func newInit(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Write the embedded fixtures and schemas to DIR, to copy and edit",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errMisuse{errors.New("init takes the folder to write to, such as ./mock")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			world, err := fixtures.Default()
			if err != nil {
				return err
			}
			dir := args[0]
			for name, files := range map[string]fs.FS{"fixtures": world, "schemas": schemas.FS} {
				target := filepath.Join(dir, name)
				if _, err := os.Lstat(target); err == nil {
					return fmt.Errorf("%s exists already; nothing of it was changed: choose another folder, or remove it", target)
				}
				if err := copyFiles(target, files); err != nil {
					return fmt.Errorf("writing %s: %w", target, err)
				}
			}
			fmt.Fprintf(io.out, "Wrote %[1]s/fixtures and %[1]s/schemas. Edit them, then:\n  dispatchmock check --fixtures %[1]s/fixtures --schemas %[1]s/schemas\n  dispatchmock serve --fixtures %[1]s/fixtures --schemas %[1]s/schemas\n", filepath.ToSlash(dir))
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
		if path == "meta" || path == "control" {
			return fs.SkipDir
		}
		if e.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o644)
	})
}

func newVersion(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(io.out, "dispatchmock %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

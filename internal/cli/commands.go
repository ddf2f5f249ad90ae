package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/certs"
	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/jsonx"

	"github.com/spf13/cobra"
)

// release is the version of a release, which its build sets by the linker's flag
// -X dispatchmock/internal/cli.release=VERSION.
var release string

// version returns the version of a release, or else the commit that the program
// was built from, where the build knows it.
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "devel"
}

// versionLine is what version and --version print.
func versionLine() string {
	return fmt.Sprintf("dispatchmock %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func newCheck(io streams) *cobra.Command {
	var s sources
	cmd := &cobra.Command{
		Use:        "check",
		SuggestFor: []string{"validate", "lint"},
		Short:      "Check fixtures and schemas, and say what is wrong where",
		Args:       noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, f, err := s.load(cmd.Context(), time.Now(), io.err)
			if err != nil {
				return err
			}
			fmt.Fprintf(io.out, "Good: %s in %s, %s, %s.\n", jsonx.Count(f.Base.Records(), "record"), jsonx.Count(f.Files, "file"),
				jsonx.Count(len(f.Base.Clients()), "client"), jsonx.Count(len(c.Versions()), "API version"))
			return nil
		},
	}
	s.add(cmd.Flags())
	return cmd
}

func newHealth(io streams) *cobra.Command {
	var wait time.Duration
	cmd := &cobra.Command{
		Use:     "health [URL]",
		Short:   "Exit with 0 when a server answers (default http://" + defaultAddress + ")",
		Long:    "Health exits with 0 when a server answers: the one at the URL, else the one that " + urlVariable + " names, else\nhttp://" + defaultAddress + ".",
		Example: "  dispatchmock health\n  dispatchmock health --wait 30s http://127.0.0.1:8003",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return command.Misusef("health takes one URL, and was given %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			base := "http://" + defaultAddress
			if url, ok := io.env(urlVariable); ok {
				base = url
			}
			if len(args) == 1 {
				base = args[0]
			}
			if wait < 0 {
				return command.Misusef("--wait: must not be negative")
			}
			// The server may make the authority of its certificates while this waits.
			ask := func() error { return health(cmd.Context(), base, certs.Roots(io.env)) }
			if err := waitForHealth(cmd.Context(), wait, ask); err != nil {
				return err
			}
			fmt.Fprintf(io.out, "%s answers.\n", base)
			return nil
		},
	}
	cmd.Flags().DurationVar(&wait, "wait", 0, "ask again for this `DURATION`, such as 30s, until the server answers (default: ask once)")
	return cmd
}

// healthPause is how long waitForHealth waits between two attempts.
const healthPause = 100 * time.Millisecond

// waitForHealth asks a server until it answers as the mock does, or until the
// time is over.
func waitForHealth(ctx context.Context, wait time.Duration, ask func() error) error {
	end := time.Now().Add(wait)
	pause := time.NewTicker(healthPause)
	defer pause.Stop()
	for {
		err := ask()
		var misuse command.Misuse
		switch {
		case err == nil || wait == 0 || errors.As(err, &misuse) || ctx.Err() != nil:
			return err
		case !time.Now().Before(end):
			return fmt.Errorf("gave up after %v: %w", wait, err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-pause.C:
		}
	}
}

func health(ctx context.Context, base string, roots *x509.CertPool) error {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return command.Misusef("%q is not the URL of a server, such as http://%s", command.WithoutSecrets(base), defaultAddress)
	}
	ctx, cancel := context.WithTimeout(ctx, client.HealthTime)
	defer cancel()
	// A preflight asks for no token and changes nothing.
	r, err := http.NewRequestWithContext(ctx, http.MethodOptions, strings.TrimSuffix(base, "/")+"/customers/1/locations/1", nil)
	if err != nil {
		return command.Misuse{Err: err}
	}
	response, err := client.Timeouts{Answer: client.HealthTime, Silence: client.HealthTime}.HTTP(roots).Do(r)
	if err != nil {
		return client.NoAnswer(base, u.Host, err, client.HealthTime)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Header.Get("X-Api-Version") == "" {
		return fmt.Errorf("%s answers, but not as this mock does: got %.100s with X-API-VERSION %.100q, want 200 and a version; another server listens there",
			base, response.Status, response.Header.Get("X-Api-Version"))
	}
	return nil
}

func newVersion(io streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(io.out, versionLine())
			return err
		},
	}
}

package cli

import (
	"context"
	"crypto/rand"
	"io/fs"
	"log/slog"
	"time"

	"dispatchmock/internal/cli/command"

	"github.com/spf13/pflag"

	"dispatchmock/internal/app"
	"dispatchmock/internal/exchange/journal"
	"dispatchmock/internal/mock/session"
)

// adminFlags are the flags of the admin API and of what it shows.
type adminFlags struct {
	admin        string
	tokens       command.Token
	token        string // of the admin API: given, or made
	tokenFrom    string // the flag that gave it
	open         bool   // whoever reaches the admin API may use it
	journalCount int
	journalBytes int64
	sessions     int
	sessionTTL   time.Duration
}

// The limits of the journal: such that the mock stays within 25 MB beside the
// tests that drive it.
const (
	defaultJournalCount = 1_000
	defaultJournalBytes = 1 << 20
)

func (f *adminFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.admin, "admin", "on", "the admin API under /_mock/: on, off, or `HOST:PORT` for a listener of its own")
	f.tokens.Add(flags, "admin-token", "the `TOKEN` that each request to the admin API must carry, which other users of the machine can see here; none lets every machine in (default: none on a loopback address, else one that is made and printed)")
	flags.IntVar(&f.journalCount, "journal-count", defaultJournalCount, "let the journal keep `N` exchanges, over all sessions; 0 keeps none")
	flags.Int64Var(&f.journalBytes, "journal-bytes", defaultJournalBytes, "let the journal keep `N` bytes of exchanges")
	flags.IntVar(&f.sessions, "session-limit", session.DefaultLimit, "allow `N` sessions beside the default one")
	flags.DurationVar(&f.sessionTTL, "session-ttl", session.DefaultTTL, "drop a session that was idle for this `DURATION`")
}

func (f *adminFlags) check(ctx context.Context, s *streams) error {
	for _, c := range []struct {
		flag string
		bad  bool
		rule string
	}{
		{"--journal-count", f.journalCount < 0, "must be a whole number from 0 on"},
		{"--journal-bytes", f.journalBytes < 1, "must be a whole number from 1 on"},
		{"--session-limit", f.sessions < 1, "must be a whole number from 1 on"},
		{"--session-ttl", f.sessionTTL < time.Second, "must be a duration of at least 1s, such as 30m"},
	} {
		if c.bad {
			return command.Misusef("%s: %s", c.flag, c.rule)
		}
	}
	if f.admin != "on" && f.admin != "off" {
		if err := checkAddress(f.admin); err != nil {
			return command.Misusef("--admin %q: must be on, off or an address: %w", f.admin, err)
		}
	}
	return f.readToken(ctx, s)
}

// readToken reads the token of the admin API, or makes the one that is asked
// for where other machines can reach it.
func (f *adminFlags) readToken(ctx context.Context, s *streams) (err error) {
	if f.open, err = f.tokens.None(); f.open || err != nil {
		return err
	}
	f.token, f.tokenFrom, err = f.tokens.Read(ctx, s.env)
	if err == nil && f.token == "" {
		f.token = rand.Text()
	}
	return err
}

// made reports a token that no flag gave.
func (f *adminFlags) made() bool { return f.token != "" && f.tokenFrom == "" }

func (f *adminFlags) limits() journal.Limits {
	return journal.Limits{Count: f.journalCount, Bytes: f.journalBytes}
}

func (f *adminFlags) settings(schemas fs.FS) app.Admin {
	c := app.Admin{Off: f.admin == "off", Token: f.token, Beyond: f.made(), Open: f.open, Schemas: schemas, Version: version()}
	if f.admin != "on" && !c.Off {
		c.Address = f.admin
	}
	return c
}

// access says in a line who may use the admin API.
func (f *adminFlags) access(a app.Access) string {
	switch {
	case f.admin == "off":
		return "off"
	case a.Guarded && f.made():
		return "guarded, as other machines can reach it: the token of this run is " + f.token
	case a.Guarded:
		return "guarded by the token of " + f.tokenFrom
	case a.Beyond:
		return "open to every machine that can reach it"
	}
	return "open to this machine"
}

// logAccess logs who may use an admin API that other machines can reach, for
// those who read no greeting.
func (f *adminFlags) logAccess(log *slog.Logger, a app.Access) {
	switch {
	case !a.Beyond:
	case !a.Guarded:
		log.Warn("the admin API is open to every machine that can reach it")
	case f.made():
		log.Info("the admin API is guarded, as other machines can reach it", "token", f.token)
	default:
		log.Info("the admin API is guarded", "by", f.tokenFrom)
	}
}

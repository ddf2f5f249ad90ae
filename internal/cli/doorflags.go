package cli

import (
	"fmt"
	"io/fs"
	"net"
	"time"

	"github.com/spf13/pflag"

	"dispatchmock/internal/journal"
	"dispatchmock/internal/server"
	"dispatchmock/internal/session"
)

// doorFlags are the flags of the control door and of what it shows.
type doorFlags struct {
	control      string
	token        string
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

func (f *doorFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.control, "control", "on", "the control door under /_mock/: on, off, or `HOST:PORT` for a listener of its own")
	flags.Var(controlToken{&f.token}, "control-token", "the `TOKEN` that each request to the control door must carry (default: none)")
	flags.IntVar(&f.journalCount, "journal-count", defaultJournalCount, "how many exchanges the journal keeps, over all sessions; 0 keeps none")
	flags.Int64Var(&f.journalBytes, "journal-bytes", defaultJournalBytes, "how many bytes of exchanges the journal keeps")
	flags.IntVar(&f.sessions, "session-limit", session.DefaultLimit, "how many sessions there may be beside the default one")
	flags.DurationVar(&f.sessionTTL, "session-ttl", session.DefaultTTL, "how long a session may be idle before it is dropped")
}

func (f *doorFlags) check() error {
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
			return errMisuse{fmt.Errorf("%s: %s", c.flag, c.rule)}
		}
	}
	switch f.control {
	case "on", "off":
		return nil
	}
	if err := checkAddress(f.control); err != nil {
		return errMisuse{fmt.Errorf("--control %q: must be on, off or an address: %w", f.control, err)}
	}
	return nil
}

func (f *doorFlags) limits() journal.Limits {
	return journal.Limits{Count: f.journalCount, Bytes: f.journalBytes}
}

func (f *doorFlags) door(schemas fs.FS) server.Control {
	c := server.Control{Off: f.control == "off", Token: f.token, Schemas: schemas, Version: version}
	if f.control != "on" && !c.Off {
		c.Address = f.control
	}
	return c
}

// terse is what a script reads: the address, and on a line of its own that of
// the control door, where it has another.
func terse(address string, door net.Addr) string {
	if door != nil {
		return address + "\n" + baseURL(door) + "\n"
	}
	return address + "\n"
}

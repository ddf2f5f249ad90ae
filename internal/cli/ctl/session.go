package ctl

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/internal/admin"
	"dispatchmock/internal/admin/client"
	"dispatchmock/internal/jsonx"
)

func (c *ctl) sessions() *cobra.Command {
	type answer struct{ Sessions []admin.Session }
	return group("session", "Make, list, show and drop sessions, each with records, scenarios and a journal of its own", c.createSession(),
		show(c, "list", "List the sessions", at(http.MethodGet, "/sessions"), func(w io.Writer, a *answer) {
			table(w, "ID NAME USED CLOCK CHANGED BASE-URL", a.Sessions, func(s admin.Session) []any {
				return []any{s.ID, s.Name, rfc3339(s.Used), s.Clock.Mode, s.Changed, s.BaseURL}
			})
		}),
		show(c, "show [ID]", "Describe a session (default: that of --session)", func(cmd *cobra.Command, args []string) (client.Call, error) {
			return at(http.MethodGet, "/sessions/%s")(cmd, append(args, c.session))
		}, sessionText),
		c.command("drop ID…", "Drop sessions", func(cmd *cobra.Command, server *client.Client, args []string) error {
			for _, id := range args {
				_, raw, err := fetch[json.RawMessage](cmd, server, []string{id}, at(http.MethodDelete, "/sessions/%s"))
				if err != nil {
					return err
				}
				if err := c.print(raw, func(w io.Writer) { fmt.Fprintf(w, "Dropped %s.\n", id) }); err != nil {
					return err
				}
			}
			return nil
		}))
}

// plainURL is a base URL that a script can hand to curl.
var plainURL = regexp.MustCompile(`^https?://([A-Za-z0-9._-]+|\[[0-9A-Za-z:.%]+\])(:[0-9]+)?(/[A-Za-z0-9._-]+)*$`)

// made are the flags that say what a session is made of.
type made struct {
	id, name, fixtures string
	ttl                time.Duration
	clock              clockSetting
	seed               uint64
	scenarios, allowed []string
}

func (c *ctl) createSession() *cobra.Command {
	m := &made{}
	cmd := c.command("create", "Make a session, and print the base URL under which the API answers in it", func(cmd *cobra.Command, server *client.Client, args []string) error {
		a, raw, err := fetch[admin.Session](cmd, server, args, at(http.MethodPost, "/sessions").body(m.document))
		if err != nil {
			return err
		}
		if !plainURL.MatchString(a.BaseURL) {
			return server.Unlike("it names the base URL %.80q", a.BaseURL)
		}
		return c.print(raw, func(w io.Writer) { fmt.Fprintln(w, a.BaseURL) })
	})
	flags := cmd.Flags()
	flags.StringVar(&m.id, "id", "", "the session's `ID` (default: a random one)")
	flags.StringVar(&m.name, "name", "", "a `NAME` for people")
	flags.DurationVar(&m.ttl, "ttl", 0, "drop the session when it was idle for this `DURATION` (default: as long as the server allows)")
	flags.Var(&m.clock, "clock", "how its clock goes")
	flags.Uint64Var(&m.seed, "seed", 0, "repeat request IDs, and what scenarios draw by chance, from the seed `N`")
	flags.StringVar(&m.fixtures, "fixtures", "", "records and choices over those of the server, from a fixture `FILE`; - is standard input")
	flags.StringArrayVar(&m.scenarios, "scenario", nil, "switch on the scenario of a `NAME`; may be given again")
	flags.StringSliceVar(&m.allowed, "allow", nil, "what its requests do on purpose, for the gates of exec: invalid or simulated (`WORD`; may be given again)")
	return cmd
}

func (m *made) document(cmd *cobra.Command, _ []string) (any, error) {
	doc := map[string]any{}
	add := func(flag, member string, value any) {
		if cmd.Flags().Changed(flag) {
			doc[member] = value
		}
	}
	add("id", "id", m.id)
	add("name", "name", m.name)
	add("ttl", "ttl", m.ttl.String())
	add("clock", "clock", m.clock.doc)
	add("seed", "seed", m.seed)
	add("seed", "request_ids", map[string]any{"mode": "seed", "seed": m.seed})
	add("scenario", "scenarios", m.scenarios)
	add("allow", "allowed", m.allowed)
	if m.fixtures != "" {
		text, err := document(cmd, m.fixtures)
		if err != nil {
			return nil, fmt.Errorf("--fixtures: %w", err)
		}
		doc["fixtures"] = text
	}
	return doc, nil
}

func sessionText(w io.Writer, s *admin.Session) {
	fixtures, lost := "", ""
	if s.Stale {
		fixtures = "newer ones are there; a reset brings them in"
	}
	if s.Lost > 0 {
		lost = jsonx.Count(s.Lost, "exchange") + " let go of, to keep its limits"
	}
	facts(w,
		"id", s.ID,
		"name", s.Name,
		"base URL", s.BaseURL,
		"created", rfc3339(s.Created),
		"used", rfc3339(s.Used),
		"time to live", s.TTL,
		"clock", clockText(&s.Clock),
		"request IDs", idsText(&s.IDs),
		"allowed", strings.Join(s.Allowed, ", "),
		"records changed", s.Changed,
		"fixtures", fixtures,
		"journal", lost)
}

func (c *ctl) reset() *cobra.Command {
	var keep bool
	cmd := c.do("reset", "Put the session back to how it was made", c.in(http.MethodPost, "/reset").body(func(*cobra.Command, []string) (any, error) {
		return map[string]any{"keep_journal": keep}, nil
	}), func([]string) string { return "Reset " + c.session + "." })
	cmd.Flags().BoolVar(&keep, "keep-journal", false, "keep the exchanges of the session")
	return cmd
}

func (c *ctl) snapshots() *cobra.Command {
	type answer struct{ Snapshots []admin.Snapshot }
	done := func(what string) func([]string) string {
		return func(args []string) string { return what + " " + args[0] + "." }
	}
	return group("snapshot", "Keep states of the session under names, and bring them back",
		c.do("take NAME", "Keep the state as it is now", c.in(http.MethodPost, "/snapshots").body(func(_ *cobra.Command, args []string) (any, error) {
			return map[string]any{"name": args[0]}, nil
		}), done("Took")),
		show(c, "list", "List what was kept", c.in(http.MethodGet, "/snapshots"), func(w io.Writer, a *answer) {
			table(w, "NAME TAKEN", a.Snapshots, func(s admin.Snapshot) []any { return []any{s.Name, rfc3339(s.Taken)} })
		}),
		c.do("restore NAME", "Bring a kept state back", c.in(http.MethodPost, "/snapshots/%s/restore"), done("Restored")),
		c.do("drop NAME", "Drop a kept state", c.in(http.MethodDelete, "/snapshots/%s"), done("Dropped")))
}

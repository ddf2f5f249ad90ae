package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"dispatchmock/internal/cli/command"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/proxy"
	"dispatchmock/internal/proxy/recording"
)

// recordFlags are the flags of a recording.
type recordFlags struct {
	record       string
	redact       bool
	placeholders []string
}

func (f *recordFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.record, "record", "", "record what is seen in `DIR`: fixtures in DIR/fixtures, golden exchanges in DIR/exchanges")
	flags.BoolVar(&f.redact, "redact", false, "record pseudonyms in the place of names, e-mail addresses, telephone numbers, notes and addresses")
	flags.StringArrayVar(&f.placeholders, "placeholder", nil, "record a token by another: `NAME=SOURCE`, the source ENV:NAME, FILE:PATH or the token (repeatable; default: one of the same form)")
}

// keeper keeps a recording; nil keeps none.
type keeper struct {
	*recording.Recorder
	dir  string
	log  *slog.Logger
	stop chan struct{}
	over sync.WaitGroup
}

// keeper makes the recorder that the flags ask for.
func (f *proxyFlags) keeper(ctx context.Context, c *contract.Contract, log *slog.Logger, io streams) (*keeper, error) {
	if f.record == "" {
		if f.redact || len(f.placeholders) > 0 {
			return nil, command.Misusef("--redact and --placeholder need --record DIR: they say how things are recorded")
		}
		return nil, nil
	}
	names := map[string]string{}
	taken := map[string]bool{}
	for _, text := range f.placeholders {
		name, source, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, command.Misusef("--placeholder: must be NAME=SOURCE, such as dispatcher-token=ENV:DISPATCHER_TOKEN")
		}
		token, err := io.secret(ctx, "--placeholder "+name, source)
		if err != nil {
			return nil, err
		}
		if hint := c.CheckToken(name); hint != "" {
			return nil, command.Misusef("--placeholder %s: no request could carry this token: authorization %s", name, hint)
		}
		if taken[name] {
			return nil, command.Misusef("--placeholder %s: stands for two tokens", name)
		}
		names[token], taken[name] = name, true
	}
	schemaFiles, err := f.schemaFiles()
	if err != nil {
		return nil, err
	}
	if err := recording.Prepare(f.record); err != nil {
		return nil, fmt.Errorf("--record: %w", err)
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	r, err := recording.New(recording.Options{Contract: c, Schemas: schemaFiles, CORS: contract.CORS(f.cors), Placeholders: names,
		Redact: f.redact, Key: key, Now: time.Now})
	if err != nil {
		return nil, err
	}
	return &keeper{Recorder: r, dir: f.record, log: log, stop: make(chan struct{})}, nil
}

// passed returns what records each exchange; nil where nothing is recorded.
func (k *keeper) passed() func(*proxy.Passed) {
	if k == nil {
		return nil
	}
	return func(p *proxy.Passed) { k.Add(p.Exchange, p.Request, p.Route, p.Reply) }
}

// saveEvery is how much of a recording a crash may take away.
const saveEvery = 10 * time.Second

// begin saves from time to time, until end.
func (k *keeper) begin() {
	if k == nil {
		return
	}
	k.over.Go(func() {
		tick := time.NewTicker(saveEvery)
		defer tick.Stop()
		for {
			select {
			case <-k.stop:
				return
			case <-tick.C:
				if !k.Changed() {
					continue
				}
				if _, err := k.Save(k.dir); err != nil {
					k.log.Error("the recording could not be saved", "error", err)
				}
			}
		}
	})
}

// end saves what is left, and says what was recorded.
func (k *keeper) end(w io.Writer, quiet bool) error {
	if k == nil {
		return nil
	}
	close(k.stop)
	k.over.Wait()
	saved, err := k.Save(k.dir)
	if err != nil {
		return fmt.Errorf("--record: %w", err)
	}
	if quiet {
		return nil
	}
	fmt.Fprintf(w, "Recorded %s, %s and %s in %s.\n", jsonx.Count(saved.Records, "record"), jsonx.Count(saved.Clients, "client"), jsonx.Count(saved.Exchanges, "exchange"), k.dir)
	if saved.Left > 0 {
		fmt.Fprintf(w, "Left out %s that no recording can hold.\n", jsonx.Count(saved.Left, "thing"))
	}
	fmt.Fprintf(w, "Serve it with: dispatchmock serve --fixtures %s\n", word(filepath.ToSlash(filepath.Join(k.dir, "fixtures"))))
	return nil
}

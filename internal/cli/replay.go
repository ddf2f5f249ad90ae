package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"dispatchmock/internal/app"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange/bundle"
	"dispatchmock/internal/fileio"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/session"
	"dispatchmock/schemas"
)

func newReplay(io streams) *cobra.Command {
	var s sources
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Replay a bundle on a fresh server, and say at which byte an answer differs from the recording",
		Args:  takes(1, "the file of a bundle, as dispatchmock ctl bundle save writes it"),
		RunE:  func(cmd *cobra.Command, args []string) error { return replay(cmd.Context(), io, &s, args[0]) },
	}
	s.add(cmd.Flags())
	return cmd
}

func replay(ctx context.Context, out streams, s *sources, name string) error {
	b, err := readBundle(ctx, name)
	if err != nil {
		return err
	}
	c, files, err := s.load(ctx, b.GoodBy(), out.err)
	if err != nil {
		return err
	}
	if files.Digest != b.Fixtures {
		return fmt.Errorf("%s was saved over other fixtures (digest %.12s…) than these (%.12s…): name the ones that it was saved over with --fixtures", name, b.Fixtures, files.Digest)
	}
	rules, err := s.schemaFiles()
	if err != nil {
		return err
	}
	done, err := app.Replay(ctx, app.Options{
		Contract: c, CORS: contract.CORS(b.Settings.CORS), AnyToken: b.Settings.Auth == "any", OnViolation: mock.OnViolation(b.Settings.OnViolation),
		Sessions: session.Options{Fixtures: files}, Log: slog.New(slog.DiscardHandler),
		Admin: app.Admin{Schemas: rules, Version: version()},
	}, b)
	if err != nil {
		return fmt.Errorf("after %s as recorded, %w%s", jsonx.Count(done.Same, "answer"), err, otherSchemas(b, rules))
	}
	skipped := ""
	if done.Skipped > 0 {
		skipped = fmt.Sprintf("; %s had no bytes to send: they were rejected as not HTTP", jsonx.Count(done.Skipped, "request"))
	}
	fmt.Fprintf(out.out, "Replayed %s of session %s: every byte is as recorded%s.\n", jsonx.Count(done.Same, "request"), b.Session.ID, skipped)
	return nil
}

// otherSchemas says that a bundle was saved by another contract.
func otherSchemas(b *bundle.Bundle, rules fs.FS) string {
	digest, err := contract.Digest(rules)
	if err != nil || b.Schemas == "" || b.Schemas == digest {
		return ""
	}
	return fmt.Sprintf("\nit was saved by other schemas (digest %.12s…) than these (%.12s…): to replay it by those, name them with --schemas", b.Schemas, digest)
}

func readBundle(ctx context.Context, name string) (*bundle.Bundle, error) {
	schema, err := contract.Standalone(schemas.FS, "admin/bundle.json", "")
	if err != nil {
		return nil, err
	}
	text, err := fileio.Read(ctx, name, bundle.MaxFile)
	if err != nil {
		return nil, err
	}
	return bundle.Read(name, text, schema)
}

// made returns the document that would make a session as the flags make the
// default one.
func (f *serverFlags) made() ([]byte, error) {
	doc := map[string]any{}
	if f.clock.At != nil {
		doc["clock"] = map[string]any{"mode": "frozen", "at": f.clock.At.Format(time.RFC3339Nano)}
	}
	if f.ids.Seeded {
		doc["request_ids"] = map[string]any{"seed": f.ids.Seed}
	}
	if len(f.scenarios) > 0 {
		doc["scenarios"] = f.scenarios
	}
	return json.Marshal(doc)
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/session"
)

// settle is how long the files must be left alone before they are read: an
// editor writes a file in several steps.
const settle = 100 * time.Millisecond

// watch reads the fixtures again when a file of theirs changes, until the
// context ends. Good files take the place of the old ones at once; bad ones
// change nothing, and the log says what is wrong where.
func (s *sources) watch(ctx context.Context, c *contract.Contract, sessions *session.Sessions, log *slog.Logger) error {
	dir, err := filepath.Abs(s.fixtures)
	if err != nil {
		return fmt.Errorf("--watch: %w", err)
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("--watch: %w", err)
	}
	if err := w.Add(dir); err != nil {
		return errors.Join(fmt.Errorf("--watch: %s: %w", s.fixtures, err), w.Close())
	}
	// A folder that is taken away causes no event when another one gets its name.
	if err := w.Add(filepath.Dir(dir)); err != nil {
		log.Warn("fixtures that come back after their folder was taken away will not be seen", "error", err)
	}
	go func() {
		defer w.Close()
		quiet := time.NewTimer(time.Hour)
		quiet.Stop()
		moved, bad := false, false
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-w.Events:
				moved = moved || e.Name == dir
				if e.Name == dir || filepath.Dir(e.Name) == dir && ofFixtures(e.Name) {
					quiet.Reset(settle)
				}
			case err := <-w.Errors:
				log.Error("watching the fixtures", "error", err)
				quiet.Reset(settle) // something may have been missed
			case <-quiet.C:
				if moved {
					_ = w.Remove(dir) // the folder that had the name may be gone already
					if err := w.Add(dir); err != nil {
						log.Error("the folder of the fixtures is gone, so the data set is as it was", "error", err)
						continue
					}
					log.Info("watching the fixtures again", "folder", s.fixtures)
					moved = false
				}
				bad = !s.reload(c, sessions, log, bad)
			}
		}
	}()
	return nil
}

// ofFixtures reports a file that the fixtures' folder is read for.
func ofFixtures(name string) bool {
	name = filepath.Base(name)
	return filepath.Ext(name) == ".json" && !strings.HasPrefix(name, ".")
}

// reload reports whether the files are good; bad is whether they were not, the
// last time.
func (s *sources) reload(c *contract.Contract, sessions *session.Sessions, log *slog.Logger, bad bool) bool {
	f, err := s.readFixtures(c, sessions.Default().Clock.Now())
	var diags jsonx.Diagnostics
	switch {
	case errors.As(err, &diags):
		log.Error("the changed fixtures have errors, so the data set is as it was", "errors", diags.Count())
		shown, _ := diags.First()
		for i, diag := range shown {
			if i == maxLogged {
				log.Error("error", "more", diags.Count()-i)
				break
			}
			log.Error("error", "file", diag.File, "line", diag.Line, "pointer", diag.Pointer, "value", diag.Value, "rule", diag.Rule)
		}
		return false
	case err != nil:
		log.Error("the changed fixtures cannot be read, so the data set is as it was", "error", err)
		return false
	}
	if f.Digest == sessions.Fixtures().Digest {
		if bad {
			log.Info("the fixtures are good again, and as they were")
		}
		return true
	}
	sessions.Reload(f)
	old := 0
	for _, n := range sessions.List() {
		if sessions.Stale(n) {
			old++
		}
	}
	log.Info("the changed fixtures are in force", "records", f.Base.Records(), "sessions_with_old_fixtures", old)
	if kept := sessions.Default().Store.Changed(); kept > 0 {
		log.Warn("what was changed in the default session since its reset stays so; dispatchmock ctl reset takes it from the fixtures", "records", kept)
	}
	return true
}

// maxLogged is how many errors of a reload are logged.
const maxLogged = 20

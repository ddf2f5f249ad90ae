package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"dispatchmock/internal/cli/command"

	"github.com/spf13/pflag"

	"dispatchmock/fixtures"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/fileio"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock"
	"dispatchmock/internal/mock/fixture"
	"dispatchmock/schemas"
)

// The lengths of the longest files that are read.
const (
	maxFixtures     = 256 << 20
	maxSchema       = 16 << 20
	maxCertificates = 16 << 20
)

// sources are the flags that say where the files are.
type sources struct{ fixtures, schemas string }

func (s *sources) add(flags *pflag.FlagSet) {
	flags.Var(command.Folder(&s.fixtures), "fixtures", "read the data set from the .json files in `DIR` (default: the embedded data set)")
	s.addSchemas(flags)
}

func (s *sources) addSchemas(flags *pflag.FlagSet) {
	flags.Var(command.Folder(&s.schemas), "schemas", "read the contract from `DIR` (default: the embedded contract)")
}

// errStopped says that a signal came before the files were checked.
var errStopped = errors.New("stopped before the files were read and checked")

// slowLoad is how long reading may take before a line asks the user to wait. A busy
// machine must not print that line now and then.
const slowLoad = 5 * time.Second

// load reads and checks the contract and the data set, unless the context ends
// before that.
func (s *sources) load(ctx context.Context, now time.Time, stderr io.Writer) (*contract.Contract, *fixture.Fixtures, error) {
	type loaded struct {
		contract *contract.Contract
		fixtures *fixture.Fixtures
		err      error
	}
	done := make(chan loaded, 1)
	go func() {
		c, f, err := s.read(now)
		done <- loaded{c, f, err}
	}()
	slow := time.NewTimer(slowLoad)
	defer slow.Stop()
	for {
		select {
		case l := <-done:
			return l.contract, l.fixtures, l.err
		case <-ctx.Done():
			return nil, nil, errStopped
		case <-slow.C:
			fmt.Fprintln(stderr, "dispatchmock: still reading and checking the files …")
		}
	}
}

func (s *sources) read(now time.Time) (*contract.Contract, *fixture.Fixtures, error) {
	c, err := s.readContract()
	if err != nil {
		return nil, nil, err
	}
	if diags := mock.Unable(c); len(diags) > 0 {
		return nil, nil, wrong("the schemas", s.schemas, diags)
	}
	f, err := s.readFixtures(c, now)
	if err != nil {
		return nil, nil, wrong("the fixtures", s.fixtures, err)
	}
	return c, f, nil
}

// readContract reads and checks the contract.
func (s *sources) readContract() (*contract.Contract, error) {
	files, err := s.schemaFiles()
	if err != nil {
		return nil, err
	}
	c, err := contract.Load(files)
	if err != nil {
		return nil, wrong("the schemas", s.schemas, err)
	}
	return c, nil
}

// readFixtures reads and checks the data set.
func (s *sources) readFixtures(c *contract.Contract, now time.Time) (*fixture.Fixtures, error) {
	schemaFiles, err := s.schemaFiles()
	if err != nil {
		return nil, err
	}
	files, err := s.fixtureFiles()
	if err != nil {
		return nil, err
	}
	return fixture.Load(files, schemaFiles, c, now)
}

func (s *sources) schemaFiles() (fs.FS, error) {
	if s.schemas == "" {
		return schemas.FS, nil
	}
	dir, err := openDir("--schemas", s.schemas, maxSchema)
	if err != nil {
		return nil, err
	}
	return schemas.Complete(dir), nil
}

func (s *sources) fixtureFiles() (fs.FS, error) {
	if s.fixtures == "" {
		return fixtures.Default()
	}
	return openDir("--fixtures", s.fixtures, maxFixtures)
}

// openDir returns the files of a folder, each of at most limit bytes.
func openDir(flag, dir string, limit int64) (fs.FS, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, command.Misusef("%s %s: there is no such folder", flag, dir)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", flag, err)
	case !info.IsDir():
		return nil, command.Misusef("%s %s: this is a file; name the folder that holds it", flag, dir)
	}
	return fileio.Dir(dir, limit), nil
}

// wrong says how many errors a set of files has, and each of them, in the order
// in which a person meets them in the files.
func wrong(what, dir string, err error) error {
	var diags jsonx.Diagnostics
	if !errors.As(err, &diags) {
		return err
	}
	slices.SortFunc(diags, func(a, b jsonx.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Rule, b.Rule))
	})
	if dir != "" {
		what += " in " + dir
	}
	if len(diags) == 1 {
		return fmt.Errorf("%s have an error:\n%w", what, err)
	}
	return fmt.Errorf("%s have %d errors:\n%w", what, diags.Count(), err)
}

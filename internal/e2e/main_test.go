package e2e

import (
	"log"
	"os"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"dispatchmock/internal/testkit"
)

// TestMain has a folder for the program in PATH, beside child, a command that
// scripts let exec run.
func TestMain(m *testing.M) {
	testscript.Main(inPath{m}, map[string]func(){"child": child})
}

type inPath struct{ *testing.M }

// folder has the program from the first test on that needs it.
var folder string

func (m inPath) Run() int {
	var err error
	if folder, err = os.MkdirTemp("", "dispatchmock"); err == nil {
		err = os.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	if err != nil {
		log.Print(err)
		return 1
	}
	code := m.M.Run()
	if err := os.RemoveAll(folder); err != nil {
		log.Print(err)
	}
	return code
}

var buildOnce = sync.OnceValue(func() error { return testkit.Build(moduleDir, folder) })

// build has the program dispatchmock in PATH.
func build(t testing.TB) {
	t.Helper()
	if err := buildOnce(); err != nil {
		t.Fatal(err)
	}
}

package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// full is an output that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// TestLostOutput holds that a command whose output was lost does not end as if
// it were printed.
func TestLostOutput(t *testing.T) {
	t.Parallel()
	base := serve(t)
	for _, args := range [][]string{{"check"}, {"version"}, {"openapi"}, {"diff", "2019/02/08", "2021/04/07"}, {"help"}, {"health", base},
		{"ctl", "--url", base, "session", "list"}, {"ctl", "--url", base, "journal", "clear"}} {
		var stderr bytes.Buffer
		if code := Run(t.Context(), args, nil, nil, full{}, &stderr); code != exitWrong || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%q: got %d and %q", args, code, stderr.String())
		}
	}
}

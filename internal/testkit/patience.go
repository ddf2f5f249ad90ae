package testkit

import (
	"os"
	"strings"
	"time"
)

// Patience is how long a test waits for what must happen: so long that only a
// hang exceeds it, however busy the machine is. A test that waits in vain fails
// with its own message before go test's -timeout ends all of its package.
var Patience = patience(os.Args)

// patience returns a quarter of -timeout, which go test hands on as an argument
// of its own making. It is read here because flags are parsed only after
// variables have their values.
func patience(args []string) time.Duration {
	for _, arg := range args {
		if text, ok := strings.CutPrefix(arg, "-test.timeout="); ok {
			if d, err := time.ParseDuration(text); err == nil && d > 0 {
				return d / 4
			}
		}
	}
	return 5 * time.Minute // without -timeout, and in programs that tests start
}

// Package command has what several commands of the command line share: flags,
// the token of an admin API, and the error of arguments that make no sense.
package command

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// DefaultAddress is where a server listens that is given no address.
const DefaultAddress = "127.0.0.1:8003"

// Misuse is an error of the arguments.
type Misuse struct{ Err error }

func (m Misuse) Error() string { return m.Err.Error() }
func (m Misuse) Unwrap() error { return m.Err }

// Misusef returns a Misuse with a text.
func Misusef(format string, args ...any) error { return Misuse{fmt.Errorf(format, args...)} }

// Unknown is the error of a command's name that is not one.
func Unknown(parent *cobra.Command, name string) error {
	text := fmt.Sprintf("unknown command %q", name)
	if near := parent.SuggestionsFor(name); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return Misusef("%s (see %s --help)", text, parent.CommandPath())
}

var (
	userInfo = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*://)?[^/?#]*@`)
	behind   = regexp.MustCompile(`(?s)[?#].+`)
)

// WithoutSecrets returns a URL without what may be a password or a token: a
// message about the URL may end in a log.
func WithoutSecrets(text string) string {
	return behind.ReplaceAllStringFunc(userInfo.ReplaceAllString(text, "${1}…@"), func(s string) string { return s[:1] + "…" })
}

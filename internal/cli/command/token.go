package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"dispatchmock/internal/fileio"

	"github.com/spf13/pflag"
)

// Token are the flags that say where the token of the admin API comes from: at
// most one of them is given. An empty one is most likely a shell variable that is not set,
// and must not open what it was to guard.
type Token struct {
	flags           *pflag.FlagSet
	name            string // of the flag that has the token itself
	text, env, file string
}

// The flags that say where a token stands.
const (
	TokenEnvFlag  = "admin-token-env"
	TokenFileFlag = "admin-token-file"
)

// Add adds the flags; name and usage are those of the one that has the token
// itself.
func (f *Token) Add(flags *pflag.FlagSet, name, usage string) {
	f.flags, f.name = flags, name
	flags.StringVar(&f.text, name, "", usage)
	flags.StringVar(&f.env, TokenEnvFlag, "", "take the token of the admin API from the environment variable `NAME`")
	flags.StringVar(&f.file, TokenFileFlag, "", "take the token of the admin API from a `FILE` that holds nothing else")
}

// OpenToAll is the value of the flag of the token itself that asks for none.
const OpenToAll = "none"

// None reports that the token's flag says that no token is asked for.
func (f *Token) None() (bool, error) {
	if f.text != OpenToAll {
		return false, nil
	}
	if f.flags.Changed(TokenEnvFlag) || f.flags.Changed(TokenFileFlag) {
		return false, Misusef("--%s %s stands beside --%s or --%s: give one of them", f.name, OpenToAll, TokenEnvFlag, TokenFileFlag)
	}
	return true, nil
}

// Read returns the token, or "" where no flag names one, and the flag that it
// comes from. No error has the token in it.
func (f *Token) Read(ctx context.Context, env func(name string) (string, bool)) (token, flag string, err error) {
	var given []string
	for _, name := range []string{f.name, TokenEnvFlag, TokenFileFlag} {
		if f.flags.Changed(name) {
			given = append(given, name)
		}
	}
	switch len(given) {
	case 0:
		return "", "", nil
	case 1:
		flag = "--" + given[0]
	default:
		return "", "", Misusef("give the token of the admin API by one of --%s NAME, --%s FILE and --%s TOKEN", TokenEnvFlag, TokenFileFlag, f.name)
	}
	switch given[0] {
	case f.name:
		token = f.text
	case TokenEnvFlag:
		var ok bool
		if token, ok = env(f.env); !ok {
			return "", "", Misusef("%s %q: there is no such environment variable; set it, and export it", flag, f.env)
		}
		flag += " " + f.env
	case TokenFileFlag:
		if token, err = ReadSecret(ctx, f.file); err != nil {
			return "", "", Misusef("%s: %w", flag, err)
		}
		flag += " " + f.file
	}
	if err := checkToken(token); err != nil {
		return "", "", Misusef("%s: %w", flag, err)
	}
	return token, flag, nil
}

// checkToken checks that a header field can have a token.
func checkToken(token string) error {
	switch {
	case token == "":
		return errors.New("must be a token, and is empty; leave the flag out to have the default")
	case len(token) > maxSecret:
		return fmt.Errorf("must be a token of at most %d bytes, and has %d", maxSecret, len(token))
	case strings.ContainsAny(token, " \t\r\n"):
		return errors.New("must have no white space: it travels in a header field")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("must have visible ASCII characters only: it travels in a header field")
	}
	return nil
}

// maxSecret is the length of the longest token that is read.
const maxSecret = 4096

// ReadSecret returns the text of a file, without the space around it.
func ReadSecret(ctx context.Context, path string) (string, error) {
	if path == "" {
		return "", errors.New("must name a file, and is empty")
	}
	text, err := fileio.Read(ctx, path, maxSecret)
	if err != nil {
		return "", fmt.Errorf("%w; the file must hold the token and nothing else", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fmt.Errorf("%s: the token is empty; the file must hold it and nothing else", path)
	}
	return token, nil
}

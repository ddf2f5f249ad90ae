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
	text, env, file given
	name            string // of the flag that has the token itself
}

// The flags that say where a token stands.
const (
	TokenEnvFlag  = "admin-token-env"
	TokenFileFlag = "admin-token-file"
)

// Add adds the flags; name and usage are those of the one that has the token
// itself.
func (f *Token) Add(flags *pflag.FlagSet, name, usage string) {
	f.name = name
	f.text.kind, f.env.kind, f.file.kind = "TOKEN", "NAME", "FILE"
	flags.Var(&f.text, name, usage)
	flags.Var(&f.env, TokenEnvFlag, "take the token of the admin API from the environment variable `NAME`")
	flags.Var(&f.file, TokenFileFlag, "take the token of the admin API from a `FILE` that holds nothing else")
}

// given is a flag that knows whether it was given.
type given struct {
	value, kind string
	ok          bool
}

func (g *given) String() string { return g.value }
func (g *given) Type() string   { return g.kind }
func (g *given) Set(s string) error {
	g.value, g.ok = s, true
	return nil
}

// OpenToAll is the value of the flag of the token itself that asks for none.
const OpenToAll = "none"

// None reports that the token's flag says that no token is asked for.
func (f *Token) None() (bool, error) {
	if f.text.value != OpenToAll {
		return false, nil
	}
	if f.env.ok || f.file.ok {
		return false, Misusef("--%s %s stands beside --%s or --%s: give one of them", f.name, OpenToAll, TokenEnvFlag, TokenFileFlag)
	}
	return true, nil
}

// Read returns the token, or "" where no flag names one, and the flag that it
// comes from. No error has the token in it.
func (f *Token) Read(ctx context.Context, env func(name string) (string, bool)) (token, flag string, err error) {
	var flags []string
	for name, g := range map[string]*given{f.name: &f.text, TokenEnvFlag: &f.env, TokenFileFlag: &f.file} {
		if g.ok {
			flags = append(flags, "--"+name)
		}
	}
	if len(flags) > 1 {
		return "", "", Misusef("give the token of the admin API by one of --%s NAME, --%s FILE and --%s TOKEN", TokenEnvFlag, TokenFileFlag, f.name)
	}
	if len(flags) == 0 {
		return "", "", nil
	}
	switch flag = flags[0]; {
	case f.text.ok:
		token = f.text.value
	case f.env.ok:
		var ok bool
		if token, ok = env(f.env.value); !ok {
			return "", "", Misusef("%s %q: there is no such environment variable; set it, and export it", flag, f.env.value)
		}
		flag += " " + f.env.value
	case f.file.ok:
		if token, err = ReadSecret(ctx, f.file.value); err != nil {
			return "", "", Misusef("%s: %w", flag, err)
		}
		flag += " " + f.file.value
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

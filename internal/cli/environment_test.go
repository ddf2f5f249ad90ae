package cli

import (
	"bytes"
	"strings"
	"testing"
)

// TestTokenOfTheEnvironment holds that a variable guards the admin API, as its flag
// does, and that it does not stand beside another flag of a token.
func TestTokenOfTheEnvironment(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"serve":                         "from-variable",
		"serve --admin-token-env OTHER": "other",
		"serve --admin-token none":      "",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			environ := []string{"DISPATCHMOCK_ADMIN_TOKEN=from-variable", "OTHER=other", "DISPATCHMOCK_LISTEN=127.0.0.1:0", "DISPATCHMOCK_QUIET=true"}
			stdout, _ := withEnv(t, environ, strings.Fields(args)...)
			holdAccess(t, strings.TrimSpace(stdout.await(t, `^http://\S+\n`)), want, nil)
		})
	}
}

// TestVariablesOfOthers holds which variables of our prefix are no misspelt flags.
func TestVariablesOfOthers(t *testing.T) {
	t.Parallel()
	for variable, near := range map[string]string{
		"DISPATCHMOCK_LISTEM":      "LISTEN",
		"DISPATCHMOCK_FIXTURE":     "FIXTURES",
		"DISPATCHMOCK_listen":      "LISTEN",
		"DISPATCHMOCK_ADMIN-TOKEN": "ADMIN_TOKEN",
		"DISPATCHMOCK_TIME_OUT":    "TIMEOUT",
		"LISTEM":                   "",
		"DISPATCHMOCK_OTHER":       "",
		"DISPATCHMOCK_URL":         "",
		"DISPATCHMOCK_ADMIN_URL":   "",
		"DISPATCHMOCK_HOST":        "",
		"DISPATCHMOCK_TENANT":      "",
		"DISPATCHMOCK_TOKEN":       "",
		"DISPATCHMOCK_TOKEN_FIL":   "", // of a client "fil"
		"DISPATCHMOCK_BINARY":      "",
		"DISPATCHMOCK_VERSION":     "",
		// Of a Kubernetes service by the name of dispatchmock.
		"DISPATCHMOCK_PORT":               "",
		"DISPATCHMOCK_PORT_8003_TCP_ADDR": "",
		"DISPATCHMOCK_SERVICE_HOST":       "",
	} {
		t.Run(variable, func(t *testing.T) {
			var stderr bytes.Buffer
			code := Run(t.Context(), []string{"check"}, []string{variable + "=x"}, nil, &bytes.Buffer{}, &stderr)
			want := "dispatchmock: the environment variable " + variable + " sets no flag; did you mean DISPATCHMOCK_" + near + "?\n"
			if near == "" && (code != exitDone || stderr.Len() > 0) {
				t.Errorf("got %d and %q, want no error", code, &stderr)
			} else if near != "" && (code != exitMisuse || stderr.String() != want) {
				t.Errorf("got %d and %q, want %q", code, &stderr, want)
			}
		})
	}
}

package coverage

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"dispatchmock/internal/model"
	"dispatchmock/internal/shell"
)

// Where is how the commands reach the mock.
type Where struct {
	// API and Admin are base URLs, or variables that hold them, such as
	// $DISPATCHMOCK_URL. An admin API that is closed is "".
	API, Admin string
	// AdminToken is set where the admin API wants a token.
	AdminToken bool
	// HowToRun says what sets the commands' variables.
	HowToRun string
}

// Live is where a mock that runs is reached: its API, and its admin API under a path
// of a host.
func Live(api, host, prefix string, adminToken bool) Where {
	ctl := "dispatchmock ctl --url " + shell.Word(host)
	before := "Set the commands' variables first: "
	if adminToken {
		ctl += " --admin-token-env " + AdminTokenVariable
		before = "Export the token of the admin API as " + AdminTokenVariable + ", and set the commands' other variables: "
	}
	return Where{API: api, Admin: host + prefix, AdminToken: adminToken, HowToRun: before + `eval "$(` + ctl + ` coverage env)"`}
}

// Exec is where a command of exec reaches its mock.
func Exec(admin, adminToken bool) Where {
	at := Where{API: "$DISPATCHMOCK_URL", AdminToken: adminToken,
		HowToRun: "The mock of this run is gone: run the commands in the shell of dispatchmock exec -- sh, with this run's other flags, which has their variables."}
	if admin {
		at.Admin = "$DISPATCHMOCK_ADMIN_URL"
	}
	return at
}

// Through is where a proxy was that has ended: its target's tokens are not known
// here.
func Through(api string) Where {
	return Where{API: api, HowToRun: "Start the proxy again, and set " + TokenVariable + " and the commands' other variables to tokens of its target."}
}

// TokenVariable is the variable of the client that may do all that is served.
// Those of others begin with it, and end with their client ID.
const TokenVariable = "DISPATCHMOCK_TOKEN"

// AdminTokenVariable is the variable of the token of the admin API.
const AdminTokenVariable = "DISPATCHMOCK_ADMIN_TOKEN"

var clientVariable = regexp.MustCompile(`^` + TokenVariable + `(_[A-Z0-9_]+)?$`)

// IsVariable reports a name that a variable of a client can have. Any other,
// such as PATH, must not be set by a shell.
func IsVariable(name string) bool { return clientVariable.MatchString(name) }

// Variable is a variable of the environment that the commands take the token of
// a client from.
type Variable struct {
	Name   string
	Client model.Client
	// Tenant is one that the client sees.
	Tenant int64
}

// Variables returns those of the commands. The first is of a client that may do
// all that is served, if there is one.
func (c *Coverage) Variables() []Variable {
	files := c.options.Fixtures()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current(files).variables
}

// variable returns the name of the variable that holds a client's token.
func (g *grid) variable(c model.Client) string {
	for _, v := range g.variables {
		if v.Client.Token == c.Token {
			return v.Name
		}
	}
	var tenant int64
	if len(c.Tenants) > 0 {
		tenant = c.Tenants[0]
	}
	base := TokenVariable + "_" + strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToUpper(r)
		}
		return '_'
	}, c.ID)
	name := base
	for n := 2; g.isVariable(name); n++ { // client IDs can be alike, or the same
		name = fmt.Sprintf("%s_%d", base, n)
	}
	g.variables = append(g.variables, Variable{name, c, tenant})
	return name
}

func (g *grid) isVariable(name string) bool {
	for _, v := range g.variables {
		if v.Name == name {
			return true
		}
	}
	return false
}

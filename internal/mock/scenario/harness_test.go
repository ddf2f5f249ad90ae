package scenario_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/mock/scenario"
	"dispatchmock/schemas"
)

// noon is the session's time, unless a test says otherwise.
var noon = time.Date(2022, 8, 20, 12, 0, 0, 0, time.UTC)

var loadContract = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(schemas.FS) })

var loadParser = sync.OnceValues(func() (*scenario.Parser, error) {
	c, err := loadContract()
	if err != nil {
		return nil, err
	}
	return scenario.NewParser(schemas.FS, c)
})

func parser(t testing.TB) *scenario.Parser {
	t.Helper()
	p, err := loadParser()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// parse reads a scenario that has no error. The text may lack the name.
func parse(t testing.TB, text string) *scenario.Scenario {
	t.Helper()
	if !strings.Contains(text, `"name"`) {
		text = `{"name": "test", ` + strings.TrimPrefix(text, "{")
	}
	tree, err := jsonx.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	s, diags := parser(t).Parse("test.json", "", tree)
	if len(diags) > 0 {
		t.Fatalf("%s: %v", text, diags)
	}
	return s
}

// setOf returns a set of the scenarios, the first of which is switched on.
func setOf(t testing.TB, texts ...string) *scenario.Set {
	t.Helper()
	var list []*scenario.Scenario
	for _, text := range texts {
		list = append(list, parse(t, text))
	}
	s := scenario.NewSet(scenario.NewCatalogue(list), 1)
	if err := s.On(list[0].Name, scenario.Limit{}); err != nil {
		t.Fatal(err)
	}
	return s
}

// fails is what most scenarios of these tests do.
const fails = `"then": {"error": {"code": "internal"}}`

// ask is a request of the default kind.
func ask() *scenario.Request {
	return &scenario.Request{Method: http.MethodDelete, Header: http.Header{}, Customer: contract.Integer{Value: 1, OK: true}, Location: contract.Integer{Value: 1, OK: true}, ClientID: "web-app", Session: "default", Version: "2021/04/07"}
}

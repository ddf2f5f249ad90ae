package verify

import (
	_ "embed"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
)

// numbers gives each case its number: its line. Lines are only ever added; a
// test adds those of new cases.
//
//go:embed numbers.txt
var numbers string

// catalogue derives the cases from the schemas.
type catalogue struct {
	c       *contract.Contract
	oldest  model.Version
	choices map[string]contract.Place // of the faults' statuses, by code
	roles   []model.Role
	cases   []Case
}

// Cases derives the cases of a contract, in the order in which they run: what
// reads comes before what writes, and what sums up all answers is last.
func Cases(c *contract.Contract, files fs.FS) ([]Case, error) {
	k := &catalogue{c: c, oldest: c.Oldest(), choices: map[string]contract.Place{}}
	choices, err := contract.Standalone(files, "fixtures/choices.json", "")
	if err != nil {
		return nil, err
	}
	for _, p := range choices.Places() {
		k.choices[p.Name] = p
	}
	roles, err := contract.Standalone(files, "fixtures/file.json", "/properties/clients/items/properties/roles/items")
	if err != nil {
		return nil, err
	}
	list, _ := roles.Document()["enum"].([]any)
	for _, r := range list {
		name, _ := r.(string)
		k.roles = append(k.roles, model.Role(name))
	}
	get, remove := k.operation(http.MethodGet), k.operation(http.MethodDelete)
	k.valid(get)
	k.inputs(get)
	k.path(get)
	k.rights(get)
	k.methods()
	k.versions(get)
	k.deactivate(remove)
	k.versions(remove)
	k.inputs(remove)
	k.path(remove)
	k.rights(remove)
	k.headers()
	k.bodies()
	k.errors()
	k.form()
	number := map[string]int{}
	for name := range strings.Lines(numbers) {
		number[strings.TrimSpace(name)] = len(number) + 1
	}
	for i, c := range k.cases {
		k.cases[i].Number = number[c.Name]
	}
	return k.cases, nil
}

// operation returns the served operation of a method; an empty one, which has
// no cases, where there is none.
func (k *catalogue) operation(method string) *contract.Operation {
	for _, op := range k.c.Operations() {
		if op.Method == method && op.Served {
			return op
		}
	}
	return nil
}

func (k *catalogue) add(c Case) { k.cases = append(k.cases, c) }

// choice returns the status that an error has where nothing public says.
func (k *catalogue) choice(code model.Code) int {
	if status := code.Kind().Status; status != 0 {
		return status
	}
	text := fmt.Sprint(k.choices[string(code)].Doc["default"])
	status, _ := strconv.Atoi(text)
	return status
}

// choiceSource returns the place of a choice.
func (k *catalogue) choiceSource(code model.Code) string {
	return "fixtures/" + strings.TrimPrefix(k.choices[string(code)].Schema, "fixtures/")
}

// needs returns what every request of an operation needs.
func needs(op *contract.Operation) []Need {
	if op.Method == http.MethodDelete {
		return []Need{NeedsWrites}
	}
	return nil
}

// prefix begins the names of an operation's cases.
func prefix(op *contract.Operation) string { return strings.ToLower(op.Method) + "/" }

// baseline is the page's sample request, as a GET of the first record.
func (r *run) baseline() probe { return r.valid(http.MethodGet) }

// valid is the page's sample request with some method.
func (r *run) valid(method string) probe {
	p := probe{name: strings.ToLower(method) + "/valid", method: method, path: r.Records[0].path(), fields: []exchange.Field{
		{Name: "Authorization", Value: "Bearer " + r.Token},
		{Name: "Content-Type", Value: "application/json"},
		{Name: "x-tenant-id", Value: strconv.FormatInt(r.Tenant, 10)},
	}}
	for _, op := range r.Contract.Operations() {
		if op.Method == method {
			p.op = op
		}
	}
	return p
}

// works returns an error where the operation's valid request does not get its
// record: then a refusal of another request proves nothing.
func (r *run) works(method string) error {
	if method == http.MethodDelete {
		return r.repeats()
	}
	a, err := r.get(r.baseline())
	if err != nil {
		return err
	}
	if a.status != 200 {
		return errUndecided("get/valid/status does not hold")
	}
	return nil
}

// valid adds the case that everything else rests on.
func (k *catalogue) valid(op *contract.Operation) {
	if op == nil {
		return
	}
	k.add(Case{Name: prefix(op) + "valid/status", Grade: gradeOf(op.Comment, ""), Documented: op.Description,
		Source: "operations.json", check: func(r *run) ([]Difference, error) {
			a, err := r.get(r.valid(op.Method))
			if err != nil || a.status == 200 {
				return nil, err
			}
			return a.wrongStatus("200: the request is valid"), nil
		}})
}

func statusText(status int) string { return strconv.Itoa(status) }

// maxGot is the length in bytes at which what came is cut in a difference.
const maxGot = 300

func cut(s string) string {
	if len(s) > maxGot {
		return s[:maxGot] + "…"
	}
	return s
}

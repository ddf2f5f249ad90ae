package verify

import (
	_ "embed"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// numbers gives each case its number: its line. Lines are only ever added; a
// test adds those of new cases.
//
//go:embed numbers.txt
var numbers string

// Sources of facts that stand in no schema.
const (
	sourcePage       = "the endpoint's page"
	sourceGuide      = "the vendor's version guide"
	sourceChangelog  = "the vendor's changelog, 2019"
	sourceStarted    = "the vendor's getting-started page"
	sourceOperations = "operations.json"
	sourceNone       = "nothing public says"
)

// catalogue derives the cases from the schemas.
type catalogue struct {
	c       *contract.Contract
	oldest  model.Version
	choices map[string]contract.Place // of the errors' statuses, by code
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
		k.roles = append(k.roles, model.Role(jsonx.Text(r)))
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

// operation returns the served operation of a method, or nil.
func (k *catalogue) operation(method string) *contract.Operation {
	operations := k.c.Operations()
	i := slices.IndexFunc(operations, func(op *contract.Operation) bool { return op.Method == method && op.Served })
	if i < 0 {
		return nil
	}
	return operations[i]
}

func (k *catalogue) newest() model.Version { return k.c.Versions()[len(k.c.Versions())-1] }

func (k *catalogue) add(c Case) { k.cases = append(k.cases, c) }

// chosen is the status of an error, and the case that says so.
type chosen struct {
	status int
	Case
}

// chosen returns the status of an error: what the documentation says, or the
// choice where it says nothing.
func (k *catalogue) chosen(code model.Code) chosen {
	choice := k.choices[string(code)]
	status, text := code.Kind().Status, code.Kind().Explanation
	if status == 0 {
		status, _ = strconv.Atoi(fmt.Sprint(choice.Doc["default"]))
	}
	if description, ok := choice.Doc["description"].(string); ok {
		text = description
	}
	return chosen{status, Case{Grade: Assumed, Documented: fmt.Sprintf("%s The default of this contract is %d.", text, status),
		Source: "fixtures/" + strings.TrimPrefix(choice.Schema, "fixtures/")}}
}

// refusal is a request that must be refused.
type refusal struct {
	Case    // that it is refused; its name has no ending yet
	request request
	want    string // in words
	chosen  chosen // with which status
}

// refused adds that a request is refused, and with which status.
func (k *catalogue) refused(f refusal) {
	name := f.Name
	f.Name, f.check = name+"/refused", checkStatus(f.request.send, f.want, refused)
	k.add(f.Case)
	c := f.chosen.Case
	c.Name, c.Needs = name+"/status", f.Needs
	c.check = checkStatus(f.request.refusal(f.Name), strconv.Itoa(f.chosen.status), is(f.chosen.status))
	k.add(c)
}

// needs returns what every request of an operation needs.
func needs(op *contract.Operation, more ...Need) []Need {
	if op.Method == http.MethodDelete {
		return append([]Need{NeedsWrites}, more...)
	}
	return more
}

// prefix begins the names of an operation's cases.
func prefix(op *contract.Operation) string { return strings.ToLower(op.Method) + "/" }

// valid adds the case that everything else rests on.
func (k *catalogue) valid(op *contract.Operation) {
	if op == nil {
		return
	}
	k.add(Case{Name: prefix(op) + "valid/status", Grade: gradeOf(op.Comment, ""), Documented: op.Description, Source: sourceOperations,
		check: checkStatus(validOf(op).alone, "200: the request is valid", is(http.StatusOK))})
}

func validOf(op *contract.Operation) request {
	return func(r *run) probe { return r.valid(op.Method) }
}

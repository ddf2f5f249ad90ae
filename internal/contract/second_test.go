package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/tools/txtar"

	"dispatchmock/internal/dispatch"
	"dispatchmock/internal/wire"
)

// second is a model compiled by another implementation of JSON Schema.
type second struct{ schema *jsonschema.Schema }

// compileSecond compiles a model of a folder's set from the same files, with
// the same formats.
func compileSecond(c *Contract, v dispatch.Version, name string) (*second, error) {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	compiler.AssertFormat()
	compiler.UseLoader(noLoader{})
	for name, f := range formats() {
		compiler.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(v any) error {
			if s, ok := v.(string); ok && !f.valid(s) {
				return errors.New("is not " + f.meaning)
			}
			return nil
		}})
	}
	const base = "http://second/"
	for file, src := range c.sets[v].files {
		if err := compiler.AddResource(base+file, clone(src.doc)); err != nil {
			return nil, err
		}
	}
	schema, err := compiler.Compile(base + name + ".json")
	return &second{schema}, err
}

// noLoader keeps the other implementation from looking elsewhere.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%s: nothing is to be loaded", url)
}

// pairs are models by both implementations: the two shapes of a record, and
// the body of errors.
var pairs = sync.OnceValues(func() (map[string]pair, error) {
	c, err := realContract()
	if err != nil {
		return nil, err
	}
	all := map[string]pair{}
	for _, v := range []dispatch.Version{oldest, newest} {
		for _, name := range []string{"DispatchCustomerLocationModel", "ErrorModel", "StandardRequestHeadersModel", "PathParameters", "StandardResponseHeadersModel", "RelaxedResponseHeadersModel"} {
			s, err := compileSecond(c, v, name)
			if err != nil {
				return nil, err
			}
			all[string(v)+" "+name] = pair{c.Model(v, name), s}
		}
	}
	return all, nil
})

type pair struct {
	first  *Model
	second *second
}

// bodyModels are the pairs that judge bodies.
func bodyModels(t testing.TB) map[string]pair {
	t.Helper()
	all, err := pairs()
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string]pair{}
	for name, p := range all {
		if strings.HasSuffix(name, "LocationModel") || strings.HasSuffix(name, "ErrorModel") {
			bodies[name] = p
		}
	}
	return bodies
}

// agree judges a value by both implementations and returns their verdict.
func (p pair) agree(t testing.TB, what string, v any) bool {
	t.Helper()
	found := p.first.judgeSchema(v, "")
	err := p.second.schema.Validate(v)
	if (len(found) == 0) != (err == nil) {
		text, _ := wire.AppendJSON(nil, v)
		t.Errorf("%s: gojsonschema finds %v, the other implementation says %v, of\n%s", what, found, err, text)
	}
	return err == nil
}

// goldenBodies returns the different JSON bodies of all golden exchanges, in
// the order of the files.
func goldenBodies(t testing.TB) []string {
	t.Helper()
	const dir = "../../testdata/exchanges"
	var bodies []string
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txtar" {
			return err
		}
		files++
		archive, err := txtar.ParseFile(path)
		if err != nil {
			return err
		}
		for _, f := range archive.Files {
			if f.Name != "response" {
				continue
			}
			for _, body := range answerBodies(string(f.Data)) {
				if !slices.Contains(bodies, body) {
					bodies = append(bodies, body)
				}
			}
		}
		return nil
	})
	if err != nil || files < 100 || len(bodies) < 50 {
		t.Fatalf("found %d golden files with %d bodies, %v, want hundreds", files, len(bodies), err)
	}
	return bodies
}

// answerBodies cuts the answers of a connection, which stand behind each other
// without a line end.
func answerBodies(answers string) []string {
	var bodies []string
	for {
		head, rest, ok := strings.Cut(answers, "\n\n")
		if !ok {
			return bodies
		}
		_, length, _ := strings.Cut(head, "\nContent-Length: ")
		length, _, _ = strings.Cut(length, "\n")
		if n, err := strconv.Atoi(length); err == nil && 0 < n && n <= len(rest) && rest[0] == '{' {
			bodies = append(bodies, rest[:n])
			rest = rest[n:]
		}
		answers = rest
	}
}

// TestSecondOpinionOnGoldens holds that both implementations agree on each
// golden body, by every model, and that one model takes it.
func TestSecondOpinionOnGoldens(t *testing.T) {
	t.Parallel()
	models := bodyModels(t)
	for _, body := range goldenBodies(t) {
		good := 0
		for name, p := range models {
			if p.agree(t, name, parse(t, body)) {
				good++
			}
		}
		if good == 0 {
			t.Errorf("no model takes the golden body\n%s", body)
		}
	}
}

// TestSecondOpinionOnMutations holds that both agree on thousands of bodies
// that were spoilt in one to three places.
func TestSecondOpinionOnMutations(t *testing.T) {
	t.Parallel()
	models := bodyModels(t)
	names := []string{string(oldest) + " DispatchCustomerLocationModel", string(newest) + " DispatchCustomerLocationModel", string(oldest) + " ErrorModel"}
	good := map[string]int{}
	bad := map[string]int{}
	for n, body := range goldenBodies(t) {
		r := rand.New(rand.NewPCG(1, uint64(n)))
		mine := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			return len(models[name].first.judgeSchema(parse(t, body), "")) > 0
		})
		for i := range 60 {
			tree := parse(t, body)
			for range 1 + max(0, i-40)%3 {
				tree = mutate(r, tree)
			}
			by := mine
			if i%20 == 0 {
				by = names
			}
			for _, name := range by {
				if models[name].agree(t, fmt.Sprintf("%s, mutation %d of body %d", name, i, n), tree) {
					good[name]++
				} else {
					bad[name]++
				}
				if t.Failed() {
					return
				}
			}
		}
	}
	for _, name := range names {
		t.Logf("%s: %d good, %d bad", name, good[name], bad[name])
		if good[name] < 100 || bad[name] < 1000 {
			t.Errorf("%s: %d good and %d bad bodies, want many of both", name, good[name], bad[name])
		}
	}
}

// TestSecondOpinionOnFields spoils each member of a good record in every way,
// so that no rule is left to chance.
func TestSecondOpinionOnFields(t *testing.T) {
	t.Parallel()
	models := bodyModels(t)
	for _, v := range []dispatch.Version{oldest, newest} {
		name := string(v) + " DispatchCustomerLocationModel"
		record := func() map[string]any {
			tree := sampleRecord(t)
			if v == newest {
				tree["id"] = tree["customer_id"]
				delete(tree, "customer_id")
			}
			return tree
		}
		good := 0
		for _, at := range allPaths(record(), nil) {
			for i, value := range values {
				tree := any(record())
				tree = setAt(tree, at, value)
				if models[name].agree(t, fmt.Sprintf("%s, value %d at %v", name, i, at), tree) {
					good++
				}
			}
		}
		if good < 200 {
			t.Errorf("%s: %d values are good, want many", name, good)
		}
	}
}

func text(n int, unit string) string { return strings.Repeat(unit, n) }

// values are those that a mutation puts in the place of another: borders of
// lengths and ranges, and everything near the forms that the models ask for.
var values = func() []any {
	all := []any{nil, true, false, []any{}, map[string]any{}, []any{nil}, []any{map[string]any{}}, "", " ", "x", "US", "USA",
		"2018-06-13T19:50:20.867000", "2018-06-13T19:50:20", "2018-06-13T19:50:20.867", "2018-06-13T19:50:20,867000", "2018-06-13T19:50:20.867000Z", "2099-01-01T00:00:00.000000",
		"2018-06-13", "2018-06-31", "2018-6-13", "a@b.example", "a@b.example, c@d.example", "a@b.example,", "A <a@b.example>", "ed5b5458-1f72-41d7-b8ad-f1757de1ec4f"}
	for _, n := range []int{0, 1, 2, 6, 7, 15, 16, 32, 33, 64, 65, 86, 87, 90, 91, 128, 129, 256, 257, 2048, 2049} {
		all = append(all, text(n, "x"), text(n, "é"), text(n, "\U0001F600"))
	}
	for _, n := range []string{"0", "-0", "1", "-1", "1.0", "1.5", "1e2", "1e-2", "90", "90.0", "90.0000000000000001", "-90", "-90.0000000000000001", "180", "180.00000000000001", "-180", "-180.1",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "9223372036854775807.0", "1e1000", "-1e1000", "1e-1000", text(1000, "9")} {
		all = append(all, json.Number(n))
	}
	return all
}()

var memberNames = []string{"customer_id", "id", "name", "names", "", "$ref", "a/b", "note", "latitude", "field", "detail", "title", "é"}

// mutate spoils a tree in one place, or leaves it good.
func mutate(r *rand.Rand, tree any) any {
	paths := allPaths(tree, nil)
	if len(paths) == 0 {
		return values[r.IntN(len(values))]
	}
	at := paths[r.IntN(len(paths))]
	switch r.IntN(6) {
	case 0:
		return setAt(tree, at, deleted)
	case 1:
		return setAt(tree, at, nil)
	case 2: // an unknown member, perhaps, or a rename
		parent, ok := getAt(tree, at[:len(at)-1]).(map[string]any)
		if !ok {
			return tree
		}
		name := memberNames[r.IntN(len(memberNames))]
		if r.IntN(2) == 0 {
			old := at[len(at)-1].(string)
			value := parent[old]
			delete(parent, old)
			parent[name] = value
			return tree
		}
		parent[name] = values[r.IntN(len(values))]
		return tree
	case 3: // the value of another place
		return setAt(tree, at, clone(getAt(tree, paths[r.IntN(len(paths))])))
	case 4: // an item twice
		if items, ok := getAt(tree, at).([]any); ok && len(items) > 0 {
			return setAt(tree, at, append(slices.Clone(items), clone(items[0])))
		}
	}
	return setAt(tree, at, values[r.IntN(len(values))])
}

// deleted, set at a place, takes the place away.
var deleted any = errors.New("deleted")

// allPaths returns the places of all values within a tree, in a fixed order.
func allPaths(tree any, at []any) [][]any {
	var all [][]any
	add := func(step, v any) {
		here := append(slices.Clone(at), step)
		all = append(append(all, here), allPaths(v, here)...)
	}
	switch v := tree.(type) {
	case map[string]any:
		var names []string
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			add(name, v[name])
		}
	case []any:
		for i := range v {
			add(i, v[i])
		}
	}
	return all
}

func getAt(tree any, at []any) any {
	for _, step := range at {
		switch v := tree.(type) {
		case map[string]any:
			tree = v[step.(string)]
		case []any:
			tree = v[step.(int)]
		}
	}
	return tree
}

func setAt(tree any, at []any, value any) any {
	switch parent := getAt(tree, at[:len(at)-1]).(type) {
	case map[string]any:
		if name := at[len(at)-1].(string); value == deleted {
			delete(parent, name)
		} else {
			parent[name] = value
		}
	case []any:
		i := at[len(at)-1].(int)
		if value != deleted {
			parent[i] = value
			return tree
		}
		return setAt(tree, at[:len(at)-1], append(slices.Clone(parent[:i]), parent[i+1:]...))
	}
	return tree
}

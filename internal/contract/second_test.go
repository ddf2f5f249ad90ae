package contract

import (
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

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// second is a model compiled by another implementation of JSON Schema.
type second struct{ schema *jsonschema.Schema }

// compileSecond compiles a model of a folder's set from the same files, with
// the same formats.
func compileSecond(c *Contract, v model.Version, name string) (*second, error) {
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
	for _, v := range []model.Version{oldest, newest} {
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

// bodyModels are the pairs that validate bodies.
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

// agree validates a value by both implementations and returns whether it is valid.
func (p pair) agree(t testing.TB, what string, v any) bool {
	t.Helper()
	found := p.first.validateSchema(v, "")
	err := p.second.schema.Validate(v)
	if (len(found) == 0) != (err == nil) {
		text, _ := jsonx.AppendJSON(nil, v)
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
			return len(models[name].first.validateSchema(parse(t, body), "")) > 0
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
	for _, v := range []model.Version{oldest, newest} {
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

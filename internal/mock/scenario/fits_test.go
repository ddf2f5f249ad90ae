package scenario_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// TestRefusedPatchesNeverFit draws patches, and holds that what is refused when
// it is read fits no record of any version, though it have all members.
func TestRefusedPatchesNeverFit(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	versions, bodies := c.Versions(), [][]byte{}
	for _, v := range versions {
		tree := c.Model(v, model.ModelCustomerLocation).Everything().(map[string]any)
		for name, member := range tree {
			if list, ok := member.([]any); ok {
				tree[name] = append(list, filled(list[0].(map[string]any)))
			}
		}
		text, err := jsonx.AppendJSON(nil, filled(tree))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, text)
	}
	const seed = 7
	r := rand.New(rand.NewPCG(seed, seed))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	pointer := func() string {
		p := pick("", "/id", "/customer_id", "/name", "/new", "/contacts", "/addresses", "/contacts", "/addresses")
		if p != "" && r.IntN(3) > 0 {
			p += pick("/0", "/1", "/-", "/new", "/email") // the library takes /01, and RFC 6901 does not
			p += pick("", "", "/email", "/region", "/new", "/new/0")
		}
		return p
	}
	refused, taken := 0, 0
	for range 5_000 {
		var ops []string
		for range 1 + r.IntN(4) {
			op, more := pick("add", "remove", "replace", "move", "copy", "test"), ""
			switch op {
			case "add", "replace", "test":
				more = `, "value": ` + pick("1", "null", `{"new": [1]}`, `[[2]]`)
			case "move", "copy":
				more = fmt.Sprintf(`, "from": %q`, pointer())
			}
			ops = append(ops, fmt.Sprintf(`{"op": %q, "path": %q%s}`, op, pointer(), more))
		}
		text := "[" + strings.Join(ops, ", ") + "]"
		tree, err := jsonx.Parse([]byte(`{"name": "x", "then": {"patch": ` + text + `}}`))
		if err != nil {
			t.Fatal(err)
		}
		_, diags := parser(t).Parse("x", "", tree)
		if len(diags) == 0 {
			taken++
			continue
		}
		refused++
		patch, err := jsonpatch.DecodePatch([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		options := jsonpatch.NewApplyOptions()
		options.SupportNegativeIndices = false
		for i, body := range bodies {
			if got, err := patch.ApplyWithOptions(body, options); err == nil {
				t.Errorf("%s is refused: %v; but it fits a record of %s:\n%s", text, diags, versions[i], got)
			}
		}
	}
	if refused < 500 || taken < 500 {
		t.Errorf("%d patches are refused and %d taken, want 500 of each: the test draws too few of one kind", refused, taken)
	}
}

// filled puts a text in the place of each null.
func filled(tree map[string]any) map[string]any {
	for name, v := range tree {
		switch v := v.(type) {
		case nil:
			tree[name] = "x"
		case []any:
			for _, item := range v {
				filled(item.(map[string]any))
			}
		}
	}
	return tree
}

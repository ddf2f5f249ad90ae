package contract

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"dispatchmock/internal/model"
	"dispatchmock/schemas"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	c, err := Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	places := func(deltas []Delta) (lines []string) {
		for _, d := range deltas {
			cut := func(s string) string { return s[:min(len(s), 12)] }
			lines = append(lines, fmt.Sprintf("%s%s: %s > %s", d.Model, d.Pointer, cut(d.Before), cut(d.After)))
		}
		return lines
	}
	want := []string{
		`DispatchCustomerLocationModel/properties/customer_id: {"descriptio > `,
		`DispatchCustomerLocationModel/properties/id:  > {"descriptio`,
		`DispatchCustomerLocationModel/required: "customer_id > `,
		`DispatchCustomerLocationModel/required:  > "id"`,
	}
	if got := places(c.Diff("2019/02/08", "2021/04/07")); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, pair := range [][2]model.Version{{"2021/04/07", "2023/04/19"}, {"2019/02/08", "2019/02/08"}} {
		if got := c.Diff(pair[0], pair[1]); len(got) > 0 {
			t.Errorf("%v: got %v, want no difference", pair, got)
		}
	}
}

// TestDiffOfValues holds how single values and new models are shown.
func TestDiffOfValues(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	err := fs.WalkDir(schemas.FS, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(schemas.FS, path)
		files[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	older := string(files["2019-02-08/CustomerContactModel.json"].Data)
	newer := strings.Replace(older, `"maxLength": 15`, `"maxLength": 20`, 1)
	newer = strings.Replace(newer, `"description": "Name, 1 to 128 characters."`, `"description": "Full name."`, 1)
	files["2021-04-07/CustomerContactModel.json"] = &fstest.MapFile{Data: []byte(newer)}
	c, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	deltas := c.Diff("2019/02/08", "2023/04/19")
	for _, want := range []Delta{
		{"CustomerContactModel", "/properties/fax/maxLength", "15", "20"},
		{"CustomerContactModel", "/properties/name/description", `"Name, 1 to 128 characters."`, `"Full name."`},
	} {
		if !slices.Contains(deltas, want) {
			t.Errorf("got %v, want %v among them", deltas, want)
		}
	}
	if len(deltas) != 6 {
		t.Errorf("got %d differences, want 6: %v", len(deltas), deltas)
	}
}

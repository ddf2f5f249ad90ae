package contract

import (
	"testing"
	"testing/fstest"
)

// TestDigest holds that a digest depends on what a contract is made of, and nothing
// else.
func TestDigest(t *testing.T) {
	t.Parallel()
	files := func(change func(fstest.MapFS)) fstest.MapFS {
		m := fstest.MapFS{}
		for name, text := range map[string]string{"operations.json": "{}", "2019-02-08/A.json": "a", "2019-02-08/B.json": "b", "2021-04-07/A.json": "c",
			"admin/send.json": "s", "fixtures/file.json": "f", "notes.txt": "n"} {
			m[name] = &fstest.MapFile{Data: []byte(text)}
		}
		change(m)
		return m
	}
	of := func(change func(fstest.MapFS)) string {
		t.Helper()
		d, err := Digest(files(change))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	plain := of(func(fstest.MapFS) {})
	for _, c := range []struct {
		name   string
		change func(fstest.MapFS)
		same   bool
	}{
		{"schema of the admin API", func(m fstest.MapFS) { delete(m, "admin/send.json") }, true},
		{"no schema", func(m fstest.MapFS) { m["2019-02-08/readme.txt"] = m["notes.txt"] }, true},
		{"text", func(m fstest.MapFS) { m["2019-02-08/A.json"] = m["2021-04-07/A.json"] }, false},
		{"name", func(m fstest.MapFS) { m["2019-02-08/C.json"] = m["2019-02-08/B.json"]; delete(m, "2019-02-08/B.json") }, false},
		{"operations", func(m fstest.MapFS) { m["operations.json"] = m["notes.txt"] }, false},
		{"another version", func(m fstest.MapFS) { m["2022-01-01/A.json"] = m["2021-04-07/A.json"] }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := of(c.change); (got == plain) != c.same || len(got) != 64 {
				t.Errorf("got %s beside %s, want the same: %v", got, plain, c.same)
			}
		})
	}
	if _, err := Digest(files(func(m fstest.MapFS) { delete(m, "operations.json") })); err == nil {
		t.Error("a contract without operations has a digest")
	}
}

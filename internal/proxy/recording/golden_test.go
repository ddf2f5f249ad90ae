package recording

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// exchangesOf returns the golden exchanges that a recorder writes, by name.
func exchangesOf(t *testing.T, r *Recorder) map[string]string {
	t.Helper()
	_, dir, _ := save(t, r)
	files, err := filepath.Glob(filepath.Join(dir, "exchanges", "*"))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(file)] = string(text)
	}
	return texts
}

// TestGoldenText holds the whole text of an exchange.
func TestGoldenText(t *testing.T) {
	t.Parallel()
	r := recorder(t, func(o *Options) { o.CORS = "relaxed"; o.Placeholders = map[string]string{visitor: "my-token"} })
	act{method: "GET", path: path1, token: visitor, tenant: "1", status: 200, answer: recordOf(1, true, nil), used: newest}.add(r)
	act{method: "DELETE", path: path1, token: visitor, tenant: "1", body: "{}", more: "Content-Length: 2\r\nConnection: close", status: 404,
		answer: `{"detail": "visitor-token has it not"}`}.add(r)
	want := `# Recorded: DELETE /customers/1/locations/1, answered 404.
clock: 2022-08-20T01:38:16Z
cors: relaxed
-- request --
DELETE /customers/1/locations/1 HTTP/1.1
Host: a
Authorization: Bearer my-token
x-tenant-id: 1
Content-Length: 2

{}
-- response --
HTTP/1.1 404 OK
Content-Length: 33
Date: Sat, 20 Aug 2022 01:38:16 GMT

{"detail": "my-token has it not"}
`
	if got := exchangesOf(t, r)["0002-delete-404.txtar"]; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestGoldenForms holds how requests are written that no editor likes, and
// which exchanges are left out.
func TestGoldenForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		act  act
		want string // a part of the file; "" where there is none
	}{
		{"chunks", act{method: "DELETE", body: "{}", more: "Transfer-Encoding: chunked"}, "Transfer-Encoding: chunked\n\n{{\"2\\r\\n{}\\r\\n0\\r\\n\\r\\n\"}}\n-- response"},
		{"no chunk", act{method: "DELETE", more: "Transfer-Encoding: chunked"}, "Transfer-Encoding: chunked\n\n{{\"0\\r\\n\\r\\n\"}}\n-- response"},
		{"a template", act{method: "DELETE", body: "{{1}}", more: "x: {{"}, "\n{{\"x: {{\"}}\n\n{{\"{{1}}\"}}\n-- response"},
		{"bytes", act{method: "DELETE", body: "a\xff\x00", more: "x: \xe4"}, "\n{{\"x: \\xe4\"}}\n\n{{\"a\\xff\\x00\"}}\n-- response"},
		{"lines", act{method: "DELETE", body: "a\n\nb\n"}, "\n\na\n\nb\n\n-- response"},
		{"an odd method", act{method: "M-SEARCH"}, "# Recorded: M-SEARCH "},
		{"no body at all", act{method: "GET", status: 304}, "Date: Sat, 20 Aug 2022 01:38:16 GMT\n\n"},
		{"what begins a section", act{method: "GET", answer: "a\n-- response --\nb"}, ""},
		{"an interim answer", act{method: "GET", more: "Expect: 100-continue"}, ""},
		{"an answer that is not a text", act{method: "GET", answer: "\xff"}, ""},
		{"HEAD", act{method: "HEAD"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := recorder(t, nil)
			c.act.path, c.act.token, c.act.tenant = path1, visitor, "1"
			if c.act.status == 0 {
				c.act.status = 404
			}
			c.act.add(r)
			texts := exchangesOf(t, r)
			var got string
			for _, text := range texts {
				got = text
			}
			if len(texts) > 1 || (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want a file with %q", texts, c.want)
			}
		})
	}
}

// TestGoldenNeeds holds which exchanges are written before one whose answer
// they explain.
func TestGoldenNeeds(t *testing.T) {
	t.Parallel()
	old := strings.Replace(recordOf(1, true, nil), `"id"`, `"customer_id"`, 1)
	off := recordOf(1, false, nil)
	a := func(method, token, version, answer string) act {
		return act{method: method, path: path1, token: token, tenant: "1", version: version, status: 200, answer: answer, used: newest}
	}
	first := a("GET", "token-one", "", old)
	first.used = ""
	acts := []act{
		first, // 1
		a("GET", "token-one", newest, recordOf(1, true, nil)), // 2
		a("DELETE", "token-one", "", off),                     // 3: pinned by 2
		a("GET", "token-two", newest, off),                    // 4: changed by 3
		a("GET", "token-one", "", off),                        // 5: pinned by 2, changed by 3
		a("GET", "token-one", newest, off),                    // 6: changed by 3
		a("DELETE", "token-one", "", off),                     // as 3
		a("GET", "token-one", "", off),                        // as 5
	}
	r := recorder(t, nil)
	for _, a := range acts {
		a.add(r)
	}
	got := map[string][]string{}
	for name, text := range exchangesOf(t, r) {
		for i, f := range txtar.Parse([]byte(text)).Files {
			line, _, _ := strings.Cut(string(f.Data), "\n")
			if i%2 == 0 {
				got[name] = append(got[name], strings.Fields(line)[0])
			}
		}
	}
	want := map[string]string{"0001-get-200.txtar": "GET", "0002-get-200.txtar": "GET", "0003-delete-200.txtar": "GET DELETE",
		"0004-get-200.txtar": "GET DELETE GET", "0005-get-200.txtar": "GET DELETE GET", "0006-get-200.txtar": "GET DELETE GET"}
	if len(got) != len(want) {
		t.Errorf("got %d files, want %d", len(got), len(want))
	}
	for name, methods := range want {
		if !slices.Equal(got[name], strings.Fields(methods)) {
			t.Errorf("%s has %q, want %q", name, got[name], methods)
		}
	}
}

// TestGoldenRedacted holds that what may tell of persons in other ways is left
// out.
func TestGoldenRedacted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		act  act
		want bool
	}{
		{"a record", act{method: "GET", status: 200, answer: recordOf(1, true, nil), used: newest}, true},
		{"an error", act{method: "GET", status: 404, answer: `{"detail": "No."}`}, true},
		{"a body of nothing", act{method: "DELETE", status: 404, body: "{}", answer: `{"detail": "No."}`}, true},
		{"a body that says something", act{method: "DELETE", status: 404, body: `{"name": "Jo"}`, answer: "{}"}, false},
		{"another method", act{method: "PATCH", status: 404, answer: "{}"}, false},
		{"an answer that nobody knows", act{method: "GET", status: 200, answer: `{"name": "Jo"}`}, false},
		{"a query", act{method: "GET", path: path1 + "?name=jo", status: 404, answer: "{}"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := recorder(t, func(o *Options) { o.Redact = true })
			if c.act.path == "" {
				c.act.path = path1
			}
			c.act.token, c.act.tenant = visitor, "1"
			c.act.add(r)
			texts := exchangesOf(t, r)
			if (len(texts) == 1) != c.want || strings.Contains(strings.Join(mapValues(texts), ""), "Olympic") {
				t.Errorf("got %q, want a file: %v", texts, c.want)
			}
		})
	}
}

func mapValues(m map[string]string) []string {
	var all []string
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

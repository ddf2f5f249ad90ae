package app_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"dispatchmock/internal/exchange"
	"dispatchmock/schemas"
)

// TestGoldenLogs runs all golden exchanges and reads the log: no answer of
// ours breaks the contract, every answer has its line, and between them the
// requests break every rule that the schemas have for what a client sends, and
// get each error that there is.
func TestGoldenLogs(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	broken := map[string]bool{} // pointer and keyword
	codes := map[string]map[int]bool{}
	t.Run("each", func(t *testing.T) {
		for _, g := range goldenCases(t) {
			t.Run(g.name, func(t *testing.T) {
				t.Parallel()
				r := g.launch(t, settings{jsonLog: true, recorded: func(x *exchange.Exchange) {
					mu.Lock()
					defer mu.Unlock()
					if codes[x.ErrorCode] == nil {
						codes[x.ErrorCode] = map[int]bool{}
					}
					codes[x.ErrorCode][x.Status] = true
				}})
				for _, request := range g.requests(t) {
					answers := strings.Count(r.raw(t, request), "\r\nX-REQUEST-ID: ")
					lines := entries(t, r.log.String())
					r.log.reset()
					if got := len(about(lines, "exchange", "")); got != answers {
						t.Errorf("got %d lines for %d answers to %.200q, want one each", got, answers, request)
					}
					for _, e := range lines {
						if text, _ := json.Marshal(e); strings.Contains(string(text), "violation") || strings.Contains(string(text), "panic") || e["level"] == "ERROR" {
							t.Errorf("the log has %s; want no rule broken by a documented answer", text)
						}
					}
					mu.Lock()
					for _, e := range about(lines, "problem of the request", "") {
						rule, _, _ := strings.Cut(e["rule"].(string), ":")
						broken[e["pointer"].(string)+" "+rule] = true
					}
					mu.Unlock()
				}
			})
		}
	})
	holdCodes(t, codes)
	for _, model := range []string{"StandardRequestHeadersModel.json", "PathParameters.json"} {
		for _, rule := range rulesOf(t, model) {
			if !broken[rule] {
				t.Errorf("no golden exchange breaks %s of %s; all that is broken: %q", rule, model, slices.Sorted(maps.Keys(broken)))
			}
		}
	}
}

// rulesOf returns the rules of a flat model, each as pointer and keyword.
func rulesOf(t *testing.T, file string) []string {
	t.Helper()
	dirs, err := fs.Glob(schemas.FS, "20*")
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, dir := range dirs {
		doc := map[string]any{}
		text, err := fs.ReadFile(schemas.FS, path.Join(dir, file))
		if err != nil {
			continue // as in the version before
		}
		if err := json.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		properties := doc["properties"].(map[string]any)
		for name, p := range properties {
			p := p.(map[string]any)
			if ref, ok := p["$ref"].(string); ok {
				p = map[string]any{}
				if err := json.Unmarshal(readFile(t, schemas.FS, path.Join(dir, ref)), &p); err != nil {
					t.Fatal(err)
				}
			}
			for word := range p {
				switch word {
				case "$schema", "$comment", "title", "description", "examples", "writeOnly":
				case "type":
					if p["type"] != "string" { // a header field is always text
						rules = append(rules, "/"+name+" type")
					}
				default:
					rules = append(rules, "/"+name+" "+word)
				}
			}
		}
		required, _ := doc["required"].([]any)
		for _, name := range required {
			if file != "PathParameters.json" { // a path without one is another path
				rules = append(rules, "/"+name.(string)+" required")
			}
		}
	}
	if len(rules) == 0 {
		t.Fatalf("found no rule in %s", file)
	}
	return rules
}

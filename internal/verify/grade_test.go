package verify

import (
	"encoding/json"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"dispatchmock/schemas"
)

func TestGradeOf(t *testing.T) {
	t.Parallel()
	const comment = "P; length V; parameters tolerated A, switch content_type_parameters; letters of both cases: I, the sample"
	for _, c := range []struct {
		comment any
		topic   string
		want    Grade
	}{
		{comment, "", Page}, {comment, topicLength, Vendor}, {comment, topicParameters, Assumed}, {comment, topicCase, Inferred}, {comment, "null", Page},
		{"V, getting-started page", "", Vendor}, {"P; null P (sample)", "null", Page}, {"P; 64 bits A", topicBits, Assumed},
		{"Please note", "", Assumed}, {"", "", Assumed}, {nil, "", Assumed}, {"P says no, V says yes", "", Page},
	} {
		if got := gradeOf(c.comment, c.topic); got != c.want {
			t.Errorf("%v on %q: got %s, want %s", c.comment, c.topic, got, c.want)
		}
	}
	if weaker(Page, Assumed) != Assumed || weaker(Inferred, Vendor) != Inferred || weaker(Page, Page) != Page {
		t.Error("weaker returns the better grade")
	}
}

// TestEveryRuleHasItsGrade holds that the comment of each property of the
// schemas begins with a grade: a rule without one would warn only.
func TestEveryRuleHasItsGrade(t *testing.T) {
	t.Parallel()
	dirs, err := fs.Glob(schemas.FS, "20*/*.json")
	if err != nil || len(dirs) < 9 {
		t.Fatalf("found %d files: %v", len(dirs), err)
	}
	graded := regexp.MustCompile(`^[PVIA]($|[;, ])`)
	for _, file := range dirs {
		if strings.HasSuffix(file, "RelaxedResponseHeadersModel.json") {
			continue // a deviation on request; nobody is held against it
		}
		var doc struct {
			Properties map[string]map[string]any `json:"properties"`
		}
		text, err := fs.ReadFile(schemas.FS, file)
		if err == nil {
			err = json.Unmarshal(text, &doc)
		}
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range doc.Properties {
			if comment, _ := p["$comment"].(string); p["$ref"] == nil && !graded.MatchString(comment) {
				t.Errorf("%s: %s has the $comment %q, want it to begin with a grade", file, name, comment)
			}
		}
	}
}

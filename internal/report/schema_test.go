package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// xmlSchema is as much of an XML Schema as the one of Jenkins' xUnit plugin has.
type xmlSchema struct {
	Types []struct {
		Name        string `xml:"name,attr"`
		Restriction struct {
			Pattern struct {
				Value string `xml:"value,attr"`
			} `xml:"pattern"`
		} `xml:"restriction"`
	} `xml:"simpleType"`
	Elements []xmlElement `xml:"element"`
}

type xmlElement struct {
	Name    string `xml:"name,attr"`
	Type    string `xml:"type,attr"`
	Ref     string `xml:"ref,attr"`
	Complex struct {
		Mixed      bool `xml:"mixed,attr"`
		Attributes []struct {
			Name string `xml:"name,attr"`
			Type string `xml:"type,attr"`
			Use  string `xml:"use,attr"`
		} `xml:"attribute"`
		Sequence []xmlElement `xml:"sequence>element"`
		Choice   []xmlElement `xml:"choice>element"`
		Both     []xmlElement `xml:"sequence>choice>element"`
	} `xml:"complexType"`
}

func (s *xmlSchema) element(name string) *xmlElement {
	i := slices.IndexFunc(s.Elements, func(e xmlElement) bool { return e.Name == name })
	if i < 0 {
		return &xmlElement{}
	}
	return &s.Elements[i]
}

// hold holds an element with its attributes against the schema.
func (s *xmlSchema) hold(t *testing.T, parent string, start xml.StartElement) {
	t.Helper()
	def := s.element(start.Name.Local)
	of := s.element(parent).Complex
	if allowed := slices.Concat(of.Sequence, of.Choice, of.Both); parent != "" && !slices.ContainsFunc(allowed, func(e xmlElement) bool { return e.Ref == start.Name.Local }) {
		t.Errorf("%s stands in %s", start.Name.Local, parent)
	}
	given := map[string]string{}
	for _, a := range start.Attr {
		given[a.Name.Local] = a.Value
	}
	for _, a := range def.Complex.Attributes {
		value, ok := given[a.Name]
		if delete(given, a.Name); !ok && a.Use == "required" {
			t.Errorf("%s has no %s", def.Name, a.Name)
		}
		for _, kind := range s.Types {
			if ok && kind.Name == a.Type && !regexp.MustCompile("^("+kind.Restriction.Pattern.Value+")$").MatchString(value) {
				t.Errorf("%s of %s is %q", a.Name, def.Name, value)
			}
		}
	}
	for name := range given {
		t.Errorf("%s has the attribute %s", start.Name.Local, name)
	}
}

// TestJUnitSchema holds reports against the schema of Jenkins' xUnit plugin,
// where that is; TestJUnitRules says the same in words of our own.
func TestJUnitSchema(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "reference", "junit-10.xsd"))
	if err != nil {
		t.Skip(err)
	}
	var s xmlSchema
	if err := xml.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Elements) < 10 || len(s.Types) == 0 || s.Types[0].Restriction.Pattern.Value == "" {
		t.Fatalf("the schema is not as this test knows it: %+v", s)
	}
	for _, name := range []string{"run.xml", "run.coverage.xml", "verify.junit"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		path := []string{""}
		for d := xml.NewDecoder(bytes.NewReader(text)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			at := path[len(path)-1]
			switch token := token.(type) {
			case xml.StartElement:
				s.hold(t, at, token)
				path = append(path, token.Name.Local)
			case xml.EndElement:
				path = path[:len(path)-1]
			case xml.CharData:
				if def := s.element(at); strings.TrimSpace(string(token)) != "" && !def.Complex.Mixed && def.Type == "" {
					t.Errorf("%s: %s has the text %q", name, at, token)
				}
			}
		}
	}
}

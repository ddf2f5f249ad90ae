// Package contract compiles the schemas, validates exchanges by them and explains
// what it finds. Every rule stands in the schema files; none is repeated here.
package contract

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/xeipuuv/gojsonschema"

	"dispatchmock/internal/fileio"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
)

// Names of files that every contract has.
const (
	operationsFile = "operations.json"
	versionFile    = "ApiVersion.json"
)

// Contract is the compiled contract: what must be. It is safe for concurrent
// use.
type Contract struct {
	versions   []model.Version // oldest first
	sets       map[model.Version]*set
	operations []*Operation
	unmatched  *Operation
	router     *router
}

// set is the models of one version folder, with what it inherits from older
// ones.
type set struct {
	files  map[string]source // by model file name
	models map[string]*Model
	loader *gojsonschema.SchemaLoader
	base   string
}

// source is a schema file: its path and what it says.
type source struct {
	path string
	doc  map[string]any
}

var versionFolder = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

// Load compiles the schemas of a file system. What is wrong with them is
// returned as Diagnostics, all at once.
func Load(fsys fs.FS) (*Contract, error) {
	register()
	l := &loading{fsys: fsys}
	c := l.contract()
	if len(l.diags) > 0 {
		return nil, l.diags
	}
	return c, nil
}

// loading gathers errors, so that a user sees all of them.
type loading struct {
	fsys  fs.FS
	diags jsonx.Diagnostics
}

func (l *loading) diag(file, pointer, rule string, args ...any) {
	l.diags = append(l.diags, jsonx.Diagnostic{File: file, Pointer: pointer, Rule: fmt.Sprintf(rule, args...)})
}

// once adds an error that several versions have in common.
func (l *loading) once(f jsonx.Diagnostic) {
	if !slices.Contains(l.diags, f) {
		l.diags = append(l.diags, f)
	}
}

func (l *loading) contract() *Contract {
	meta := l.metaSchema("meta/schema.json")
	operationsMeta := l.metaSchema("meta/operations.json")
	if len(l.diags) > 0 {
		return nil
	}
	folders := l.folders()
	if len(folders) == 0 {
		l.diag(".", "", "there is no version folder: a folder named after a version, such as 2019-02-08, must hold the models")
		return nil
	}
	sets := l.sets(folders, meta)
	operations := l.read(operationsFile)
	if len(l.diags) > 0 {
		return nil
	}
	l.validate(operationsFile, operations, operationsMeta)
	if len(l.diags) > 0 {
		return nil
	}
	c := &Contract{sets: map[model.Version]*set{}}
	c.versions = l.versions(sets[folders[len(folders)-1]])
	if len(c.versions) == 0 {
		return nil
	}
	l.assign(c, folders, sets)
	l.operations(c, operations)
	return c
}

func (l *loading) read(name string) map[string]any {
	text, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		rule := "cannot be read: " + fileio.Cause(err).Error()
		if errors.Is(err, fs.ErrNotExist) {
			rule = "the file is missing"
		}
		l.diag(name, "", "%s", rule)
		return nil
	}
	v, err := jsonx.Parse(text)
	if err != nil {
		var s *jsonx.ErrSyntax
		errors.As(err, &s)
		l.diags = append(l.diags, jsonx.Diagnostic{File: name, Line: s.Line, Pointer: s.Pointer, Rule: "is not JSON: " + s.Error()})
		return nil
	}
	doc, ok := v.(map[string]any)
	if !ok {
		l.diag(name, "", "must be a JSON object")
	}
	return doc
}

// metaSchema compiles one of the schemas of the schemas.
func (l *loading) metaSchema(name string) *Model {
	doc := l.read(name)
	if doc == nil {
		return nil
	}
	m, err := lone(name, doc)
	if err != nil {
		l.diag(name, "", "%v", err)
	}
	return m
}

// validate reports where a document breaks the rules of a meta-schema.
func (l *loading) validate(name string, doc map[string]any, meta *Model) {
	l.diags = append(l.diags, meta.Diagnostics(name, "", doc)...)
}

// folders returns the version folders, oldest first, and reports what belongs
// to none of the places that are read.
func (l *loading) folders() []string {
	var folders []string
	entries, err := fs.ReadDir(l.fsys, ".")
	if err != nil {
		l.diag(".", "", "cannot be read: %v", fileio.Cause(err))
		return nil
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case e.IsDir() && versionFolder.MatchString(name):
			folders = append(folders, name)
		case e.IsDir() && (name == "meta" || name == "fixtures" || name == "admin"):
		case strings.HasPrefix(name, ".") || !e.IsDir() && path.Ext(name) != ".json":
		case name == operationsFile:
		default:
			l.diag(name, "", "is used by nothing: version folders are named like 2019-02-08, and operations.json is the only file beside them")
		}
	}
	slices.Sort(folders)
	return folders
}

// sets reads every folder; each inherits what it lacks from the one before.
func (l *loading) sets(folders []string, meta *Model) map[string]*set {
	sets := map[string]*set{}
	inherited := map[string]source{}
	for _, folder := range folders {
		s := &set{files: maps.Clone(inherited), models: map[string]*Model{}, base: "http://dispatchmock/" + folder + "/"}
		entries, err := fs.ReadDir(l.fsys, folder)
		if err != nil {
			l.diag(folder, "", "cannot be read: %v", fileio.Cause(err))
			continue
		}
		for _, e := range entries {
			name := path.Join(folder, e.Name())
			if e.IsDir() {
				l.diag(name, "", "is used by nothing: models stand directly in their version's folder")
				continue
			}
			if path.Ext(e.Name()) != ".json" {
				continue
			}
			if doc := l.read(name); doc != nil {
				l.validate(name, doc, meta)
				s.files[e.Name()] = source{name, doc}
			}
		}
		for _, file := range slices.Sorted(maps.Keys(s.files)) {
			// An inherited file finds what it found before.
			if src := s.files[file]; path.Dir(src.path) == folder {
				l.references(s, src.path, "", src.doc)
				l.circle(s, src.path, file, "")
			}
		}
		inherited = s.files
		sets[folder] = s
	}
	if len(l.diags) > 0 {
		return sets
	}
	for _, folder := range folders {
		l.compile(sets[folder])
	}
	return sets
}

// versions reads the list of versions from the newest folder's rule.
func (l *loading) versions(newest *set) []model.Version {
	src, ok := newest.files[versionFile]
	if !ok {
		l.diag(versionFile, "", "the file is missing: its enum lists the versions")
		return nil
	}
	var versions []model.Version
	list, _ := src.doc["enum"].([]any)
	for i, v := range list {
		name, ok := v.(string)
		if !ok || !versionFolder.MatchString(folderOf(model.Version(name))) {
			l.diags = append(l.diags, jsonx.Diagnostic{File: src.path, Pointer: fmt.Sprintf("/enum/%d", i), Value: jsonx.Short(v), Rule: "a version is a date such as 2019/02/08"})
			continue
		}
		versions = append(versions, model.Version(name))
	}
	if len(versions) == 0 {
		l.diag(src.path, "/enum", "lists no version")
	}
	slices.Sort(versions)
	return versions
}

func folderOf(v model.Version) string { return strings.ReplaceAll(string(v), "/", "-") }

// assign gives each version the newest folder that is not newer than it.
func (l *loading) assign(c *Contract, folders []string, sets map[string]*set) {
	for _, v := range c.versions {
		for _, folder := range folders {
			if folder <= folderOf(v) {
				c.sets[v] = sets[folder]
			}
		}
		if c.sets[v] == nil {
			l.diag(versionFile, "", "version %s is older than the oldest version folder, %s", v, folders[0])
		}
	}
	for _, folder := range folders {
		if !slices.ContainsFunc(c.versions, func(v model.Version) bool { return folderOf(v) == folder }) {
			l.diag(folder, "", "is the folder of no version that %s lists", versionFile)
		}
	}
}

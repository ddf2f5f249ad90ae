// Package schemas holds the contract: JSON Schemas per API version, the list
// of operations, and the schemas of the fixture files and of the admin API.
package schemas

import (
	"embed"
	"errors"
	"io/fs"
	"strings"
)

// FS holds the embedded files.
//
//go:embed operations.json 2*/*.json meta/*.json fixtures/*.json admin/*.json
var FS embed.FS

// Complete returns the files of a user's folder. The schemas of schemas and of
// the admin API are always the embedded ones, and so are those of fixture
// files where the folder has none.
func Complete(dir fs.FS) fs.FS { return completed{dir} }

type completed struct{ dir fs.FS }

// Open implements fs.FS.
func (c completed) Open(name string) (fs.File, error) {
	if strings.HasPrefix(name, "meta/") || strings.HasPrefix(name, "admin/") {
		return FS.Open(name)
	}
	f, err := c.dir.Open(name)
	if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(name, "fixtures/") {
		return FS.Open(name)
	}
	return f, err
}

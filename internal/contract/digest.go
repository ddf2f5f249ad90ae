package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// Digest returns the SHA-256, in hexadecimal, of the names and texts of the
// files that a contract is made of.
func Digest(fsys fs.FS) (string, error) {
	sum := sha256.New()
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return "", err
	}
	names := []string{operationsFile}
	for _, e := range entries {
		if e.IsDir() && versionFolder.MatchString(e.Name()) {
			models, err := fs.Glob(fsys, path.Join(e.Name(), "*.json"))
			if err != nil {
				return "", err
			}
			names = append(names, models...)
		}
	}
	for _, name := range names {
		if err := add(sum, fsys, name); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func add(sum io.Writer, fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(sum, "%q %d\n%s", name, len(text), text)
	return err
}

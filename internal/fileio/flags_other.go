//go:build !unix

package fileio

// There are no named pipes among the files, and only administrators make
// symbolic links.
const nonBlocking, noFollow = 0, 0

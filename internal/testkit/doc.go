// Package testkit has what the tests of several packages share: how long to
// wait, the mock in this process on a real listener, the built program, and a
// client that speaks raw bytes.
package testkit

package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run this very program, main and its signals
// included, as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dispatchmock": main, "child": child})
}

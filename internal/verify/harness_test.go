package verify_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"dispatchmock/internal/cli"
	"dispatchmock/internal/contract"
	"dispatchmock/internal/model"
	"dispatchmock/internal/testkit"
	"dispatchmock/internal/verify"
	"dispatchmock/schemas"
)

var update = flag.Bool("update", false, "number new cases, and write the table of faults and the examples anew")

var loadContract = sync.OnceValues(func() (*contract.Contract, error) { return contract.Load(schemas.FS) })

func theContract(t testing.TB) *contract.Contract {
	t.Helper()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var loadCases = sync.OnceValues(func() ([]verify.Case, error) {
	c, err := loadContract()
	if err != nil {
		return nil, err
	}
	return verify.Cases(c, schemas.FS)
})

// cases returns the cases that some words select.
func cases(t testing.TB, words ...string) []verify.Case {
	t.Helper()
	all, err := loadCases()
	if err != nil {
		t.Fatal(err)
	}
	selected, err := verify.Select(all, words)
	if err != nil {
		t.Fatal(err)
	}
	return selected
}

// start starts the mock as a user would, and returns its address.
func start(ctx context.Context, flags ...string) (url string, done <-chan int, err error) {
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		code := cli.Run(ctx, append([]string{"serve", "--quiet", "--listen", "127.0.0.1:0"}, flags...), nil, nil, w, io.Discard)
		w.Close()
		ended <- code
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	return strings.TrimSpace(line), ended, err
}

// serve starts a mock of its own for a test.
func serve(t testing.TB, flags ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	url, done, err := start(ctx, flags...)
	if err != nil {
		t.Fatalf("the mock printed no address: %v", err)
	}
	t.Cleanup(func() {
		stop()
		<-done
	})
	return url
}

// shared is the mock whose sessions the tests have; it ends with the program.
var shared = sync.OnceValues(func() (string, error) {
	url, _, err := start(context.Background())
	return url, err
})

// session makes a session of the shared mock with choices of its own, and
// returns the address that names it.
func session(t testing.TB, choices map[string]any) string {
	t.Helper()
	mock, err := shared()
	if err != nil {
		t.Fatalf("the mock printed no address: %v", err)
	}
	spec, err := json.Marshal(map[string]any{"fixtures": map[string]any{"choices": maps.Collect(maps.All(choices))}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.Post(mock+"/_mock/sessions", "application/json", bytes.NewReader(spec))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var made struct{ ID string }
	if err := json.NewDecoder(r.Body).Decode(&made); err != nil || r.StatusCode != http.StatusCreated {
		t.Fatalf("no session: %s, %v", r.Status, err)
	}
	return mock + "/_s/" + made.ID
}

// options are those of a run that may do everything, against the embedded
// data set. The records have between them every member, and text beyond ASCII.
func options(t testing.TB, target string) verify.Options {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	foreign := int64(2)
	return verify.Options{Contract: theContract(t), Cases: cases(t), Target: u,
		Token: "dispatcher-token", SecondToken: "second-dispatcher-token", Tenant: 1, ForeignTenant: &foreign,
		RoleTokens: map[model.Role]string{"Driver": "driver-token", "Admin": "admin-token", "Public": "readonly-token", "Dispatcher": "second-dispatcher-token"},
		Records:    []verify.Record{{Customer: 1, Location: 1}, {Customer: 2, Location: 1}, {Customer: 3, Location: 1}, {Customer: 8, Location: 1}, {Customer: 14, Location: 1}},
		Writes:     true, Pins: true, Timeout: testkit.Patience, Now: time.Now}
}

func run(t testing.TB, o verify.Options) *verify.Report {
	t.Helper()
	report, err := verify.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

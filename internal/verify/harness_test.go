package verify_test

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"io"
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

// serve starts the mock as a user would, with a world of its own, and returns
// its address.
func serve(t testing.TB, flags ...string) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r, w := io.Pipe()
	done := make(chan int, 1)
	go func() {
		code := cli.Run(ctx, append([]string{"serve", "--quiet", "--listen", "127.0.0.1:0"}, flags...), nil, nil, w, io.Discard)
		w.Close()
		done <- code
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("the mock printed no address: %v", err)
	}
	t.Cleanup(func() {
		stop()
		<-done
	})
	return strings.TrimSpace(line)
}

// newSession makes a session of a mock, and returns its ID.
func newSession(t testing.TB, mock string) string {
	t.Helper()
	r, err := http.Post(mock+"/_mock/sessions", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var made struct{ ID string }
	if err := json.NewDecoder(r.Body).Decode(&made); err != nil || r.StatusCode != http.StatusCreated {
		t.Fatalf("no session: %s, %v", r.Status, err)
	}
	return made.ID
}

// options are those of a run that may do everything, against the embedded
// world. The records have between them every member, and text beyond ASCII.
func options(t testing.TB, target string) verify.Options {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	foreign := int64(2)
	return verify.Options{Contract: theContract(t), Schemas: schemas.FS, Target: u,
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

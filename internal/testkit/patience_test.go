package testkit

import (
	"flag"
	"testing"
	"time"
)

func TestPatience(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want time.Duration
	}{
		{[]string{"a.test", "-test.run=x", "-test.timeout=40m0s"}, 10 * time.Minute},
		{[]string{"a.test", "-test.timeout=0s"}, 5 * time.Minute},
		{[]string{"dispatchmock", "serve"}, 5 * time.Minute},
	} {
		if got := patience(c.args); got != c.want {
			t.Errorf("%q: got %v, want %v", c.args, got, c.want)
		}
	}
}

// TestPatienceFollowsTimeout holds that go test spells -timeout as is read here.
func TestPatienceFollowsTimeout(t *testing.T) {
	t.Parallel()
	timeout := flag.Lookup("test.timeout").Value.(flag.Getter).Get().(time.Duration)
	want := timeout / 4
	if timeout == 0 {
		want = 5 * time.Minute
	}
	if Patience != want {
		t.Errorf("patience ends after %v under -timeout %v, want %v", Patience, timeout, want)
	}
}

package console_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestNewcomer walks as somebody who has read nothing: opens the address, sees
// what to do, makes the call, sees why another failed, mends it, and saves the
// answer as a scenario. With -shots each step is a picture.
func TestNewcomer(t *testing.T) {
	t.Parallel()
	r := launch(t, settings{})
	p := open(t, r.url+"/_mock/")
	p.sees(".empty", "No requests yet")
	shoot(p, "newcomer-1-what-to-do")

	// The command of the page works as it stands.
	command := eval[string](p, "document.querySelector('.empty pre').textContent")
	if sh, err := exec.LookPath("sh"); err == nil && hasCurl() {
		if out, err := exec.CommandContext(t.Context(), sh, "-c", command).CombinedOutput(); err != nil || !strings.Contains(string(out), "200 OK") {
			t.Errorf("%s: %v\n%s", command, err, out)
		}
	} else {
		r.do(t, "DELETE", "/customers/1/locations/1", "", dispatcher...)
	}
	p.sees(".rows a", "The record was deactivated.")
	r.do(t, "DELETE", "/customers/2/locations/1", "", dispatcher[0])
	p.sees(".rows .c-message", "is required")
	shoot(p, "newcomer-2-it-failed")

	eval[bool](p, "document.querySelector('.rows a').click() || true")
	p.sees(".detail .hint", "x-tenant-id")
	shoot(p, "newcomer-3-why")

	p.press("Send changed")
	p.until("the request in the builder", "document.querySelector('#try-path')?.value === '/customers/2/locations/1'")
	p.fill("#try-tenant", "1")
	p.press("Send from the server")
	p.sees("[aria-label=Answer]", "200 OK")
	eval[bool](p, "(document.querySelector('.wrap').scrollTop = 0, true)")
	shoot(p, "newcomer-4-mended")

	p.press("All about this exchange")
	p.sees(".detail .dplus", `"is_active": false`)
	shoot(p, "newcomer-5-what-changed")
	p.press("Save as scenario")
	p.until("the editor", "document.querySelector('.editor textarea')?.value.includes('saved-3')")
	p.press("Save and switch on")
	p.sees(".is-on", "saved-3")
	shoot(p, "newcomer-6-a-scenario")
	if _, body := r.do(t, "DELETE", "/customers/2/locations/1", "", dispatcher...); !strings.Contains(body, `"is_active": false`) {
		t.Errorf("the scenario answers otherwise: %s", body)
	}
	goTo(p, "#/traffic", "document.querySelectorAll('.rows a').length === 4")
	p.sees(".rows a", "saved-3")
}

func hasCurl() bool {
	_, err := exec.LookPath("curl")
	return err == nil
}

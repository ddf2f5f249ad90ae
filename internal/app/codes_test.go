package app_test

import (
	"testing"

	"dispatchmock/internal/model"
)

// driven are the codes that no request brings about: only a mistake of ours or
// other schemas do, which these tests make on purpose.
var driven = map[model.Code]string{
	model.HeaderInvalid:    "TestHeadersOfOtherSchemas",
	model.ContractViolated: "TestJudgeSpeaks",
	model.ScenarioFailed:   "TestMisfit",
	model.Internal:         "TestPanicIsAnswered",
}

// holdCodes holds that each code is tried: by the golden exchanges, whose
// statuses by code are given, or by a test of its own.
func holdCodes(t *testing.T, golden map[string]map[int]bool) {
	t.Helper()
	tests := testFunctions(t)
	for _, k := range model.Kinds() {
		statuses := golden[string(k.Code)]
		switch {
		case k.Example == nil:
			if !tests["dispatchmock/internal/app."+driven[k.Code]] {
				t.Errorf("%s has neither an example nor a test that drives it", k.Code)
			}
		case len(statuses) == 0:
			t.Errorf("%s has no golden exchange", k.Code)
		case k.Status != 0 && (len(statuses) != 1 || !statuses[k.Status]):
			t.Errorf("%s is answered with the statuses %v, want %d", k.Code, statuses, k.Status)
		}
	}
}

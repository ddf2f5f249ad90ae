package coverage

// Report is what a run's requests have tried of the contract.
type Report struct {
	// Session is whose requests are counted; "" is those of all sessions.
	Session string `json:"session,omitempty"`
	// Percent is over the documented groups.
	Percent float64 `json:"percent"`
	Covered int     `json:"covered"`
	Total   int     `json:"total"`
	Groups  []Group `json:"groups"`
	// HowToRun says where the commands run, and what sets the Variables that
	// they need: a report has no token.
	HowToRun  string         `json:"how_to_run,omitempty"`
	Variables []VariableName `json:"variables,omitempty"`
}

// VariableName is a variable of the environment that holds the token of a
// client.
type VariableName struct {
	Name     string `json:"name"`
	ClientID string `json:"client_id"`
}

// Group is a row of the grid.
type Group struct {
	Name  string `json:"name"`
	About string `json:"about"`
	// Documented is set where the contract is what there is to cover, and not
	// the mock's own means and the fixtures.
	Documented bool   `json:"documented"`
	Covered    int    `json:"covered"`
	Total      int    `json:"total"`
	Items      []Item `json:"items"`
}

// Item is one thing to try.
type Item struct {
	Name    string `json:"name"`
	Covered bool   `json:"covered"`
	// Count is how many requests tried it.
	Count uint64 `json:"count"`
	// RequestID is that of the first of them.
	RequestID string `json:"request_id,omitempty"`
	// Sentence says of what was never tried what that is, and Command would
	// try it.
	Sentence string `json:"sentence,omitempty"`
	Command  string `json:"command,omitempty"`
}

// NewReport returns the report of groups, and counts what they have.
func NewReport(session string, groups []Group) *Report {
	r := &Report{Session: session, Groups: groups}
	for i := range groups {
		g := &groups[i]
		g.Total = len(g.Items)
		for _, item := range g.Items {
			if item.Covered {
				g.Covered++
			}
		}
		if g.Documented {
			r.Covered, r.Total = r.Covered+g.Covered, r.Total+g.Total
		}
	}
	if r.Total > 0 {
		// Rounded down: 100 is all.
		r.Percent = float64(r.Covered*1000/r.Total) / 10
	}
	return r
}

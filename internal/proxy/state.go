package proxy

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// state is what the answers have shown of the target's state, as far as a later
// answer depends on it.
type state struct {
	mu          sync.Mutex
	pins        map[string]string // the version that each client last named
	deactivated map[record]bool
}

// record is the key of one.
type record struct{ tenant, customer, location int64 }

// maxState bounds each of the maps; what is beyond is forgotten.
const maxState = 10_000

func newState() *state {
	return &state{pins: map[string]string{}, deactivated: map[record]bool{}}
}

// interpret notes in the exchange what the answer means: which error it is, which
// version was pinned, whether the record was deactivated before. The reply is nil
// where the body could not be read.
func (m *state) interpret(p *Proxy, way *passage, op *contract.Operation, reply *wire.Reply) {
	x := way.x
	if reply != nil && reply.Status >= http.StatusBadRequest {
		x.ErrorCode = string(errorCode(p, x, op, reply))
	}
	if op == nil || !op.Served {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	pin := m.pins[x.ClientID]
	good := x.Status == http.StatusOK && x.ClientID != ""
	switch {
	case x.VersionAsked != "":
		x.VersionPinned = pin
		if good && (pin != "" || len(m.pins) < maxState) {
			m.pins[x.ClientID] = x.VersionAsked
		}
	case pin != "" || x.VersionUsed != string(p.Contract.Oldest()):
		// Where no client was seen to name it, one did before.
		x.VersionPinned = x.VersionUsed
	}
	if good && op.Method == http.MethodDelete {
		r := &way.route
		record := record{r.Tenant.Value, r.Customer.Value, r.Location.Value}
		if x.Repeated = m.deactivated[record]; len(m.deactivated) < maxState {
			m.deactivated[record] = true
		}
	}
}

// errorCode returns which error an answer is: by the field that the body names,
// and by whether the request breaks the rule of that field. It is "" for an answer
// of which the contract says nothing.
func errorCode(p *Proxy, x *exchange.Exchange, op *contract.Operation, reply *wire.Reply) model.Code {
	switch {
	case op == nil && len(x.Problems) > 0:
		return model.Code(x.Problems[0].Rule)
	case op == nil:
		return "" // the contract does not speak of this answer
	case !op.Served && (reply.Status == http.StatusNotImplemented || reply.Status == http.StatusMethodNotAllowed):
		return model.MethodNotImplemented
	}
	var body struct {
		Field string `json:"field"`
	}
	if json.Unmarshal(reply.Body.Bytes, &body) != nil {
		return ""
	}
	name := strings.ToLower(body.Field[strings.LastIndexByte(body.Field, '.')+1:])
	broken := false
	for _, f := range x.Problems {
		broken = broken || f.Pointer == "/"+name
	}
	switch {
	case name == "authorization" && !broken && reply.Status == http.StatusUnauthorized:
		return model.TokenUnknown
	case name == "authorization" && !broken:
		return model.RoleMissing
	case name == "x-tenant-id" && !broken && p.Home.Fixtures().Base.HasTenant(x.Tenant):
		return model.TenantForeign
	case name == "x-tenant-id" && !broken:
		return model.TenantUnknown // as far as the fixtures know
	case strings.HasPrefix(name, "customer_") && broken:
		return model.PathInvalid
	case strings.HasPrefix(name, "customer_") && reply.Status == http.StatusNotFound:
		return model.RecordUnknown
	case strings.HasPrefix(name, "customer_") && op.Method == http.MethodDelete:
		return model.RepeatedDelete
	case broken:
		return model.CodeOfHeader(name)
	}
	return ""
}

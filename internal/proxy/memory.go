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

// memory is what the answers have told of the target's state, as far as it
// says what a later answer means.
type memory struct {
	mu   sync.Mutex
	pins map[string]string   // the version that each client last named
	gone map[record]struct{} // those that were deactivated
}

// record names one.
type record struct{ tenant, customer, location int64 }

// maxLearnt bounds each of its maps; what is beyond is not learnt.
const maxLearnt = 10_000

func newMemory() *memory {
	return &memory{pins: map[string]string{}, gone: map[record]struct{}{}}
}

// learn tells in the exchange what its answer means: which fault it is, which
// version was pinned, what was deactivated before. The reply is nil where its
// body could not be read.
func (m *memory) learn(p *Proxy, way *passage, op *contract.Operation, reply *wire.Reply) {
	x := way.x
	if reply != nil && reply.Status >= http.StatusBadRequest {
		x.ErrorCode = string(fault(p, x, op, reply))
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
		if good && (pin != "" || len(m.pins) < maxLearnt) {
			m.pins[x.ClientID] = x.VersionAsked
		}
	case pin != "" || x.VersionUsed != string(p.Contract.Oldest()):
		// Where no client was seen to name it, one did before.
		x.VersionPinned = x.VersionUsed
	}
	if good && op.Method == http.MethodDelete {
		r := &way.route
		record := record{r.Tenant.Value, r.Customer.Value, r.Location.Value}
		if _, x.Repeated = m.gone[record]; !x.Repeated && len(m.gone) < maxLearnt {
			m.gone[record] = struct{}{}
		}
	}
}

// fault returns the fault that an answer tells of: by the field that its body
// names, and by whether the request breaks the rule of that field. It is "" for
// what is none of the contract's.
func fault(p *Proxy, x *exchange.Exchange, op *contract.Operation, reply *wire.Reply) model.Code {
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

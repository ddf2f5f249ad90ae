package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"dispatchmock/internal/exchange"
	"dispatchmock/internal/jsonx"
	"dispatchmock/internal/model"
	"dispatchmock/internal/wire"
)

// Plan is what the scenario that took over a request wants of the server.
type Plan struct {
	action
	Name string // of the scenario
	By   exchange.Way
	// Step is the number of the step of a sequence, from 1; 0 where there is
	// none.
	Step int
	// Unknown says that there is no scenario of the name, where the request
	// named one.
	Unknown string
	// Delay is the pause before the answer.
	Delay time.Duration
}

// otherVersion stands for a version of another shape than the one in force.
const otherVersion = "other"

// Alter changes a reply that is filled in in the API's form: the API's own, or
// that of Error or Respond. It reports whether the client sees something that
// the API would not have sent. Where there is an error the reply is as it was.
func (p *Plan) Alter(reply *wire.Reply, inForce model.Version) (altered bool, err error) {
	body, changed, err := p.body(reply, inForce)
	if err != nil {
		return false, fmt.Errorf("scenario %s: %w", p.Name, err)
	}
	altered = changed || p.Error != nil || p.Respond != nil || p.Stale || p.headers != nil || p.broken != nil
	if p.Status != 0 {
		reply.Status = p.Status
	}
	if changed {
		reply.Body = body
		reply.Fields = replaced(reply.Fields, wire.ContentLength, body.Length)
	}
	if p.Respond != nil {
		reply.Fields = p.Respond.keep(reply.Fields)
	}
	if p.headers != nil {
		reply.Fields = p.headers.edit(reply.Fields)
	}
	reply.Break = p.broken
	return altered, nil
}

// body returns the reply's body in another version's shape, and patched. Only
// a record and the body of a Error are changed; what the API refused is not.
func (p *Plan) body(reply *wire.Reply, inForce model.Version) (body *wire.Body, changed bool, err error) {
	body = reply.Body
	if p.version == "" && p.patch == nil || p.Error == nil && reply.Status != http.StatusOK || len(body.Bytes) == 0 {
		return body, false, nil
	}
	// A tree that is kept with the bytes is not ours to change.
	tree, err := jsonx.Parse(body.Bytes)
	if err != nil {
		return body, false, err
	}
	if object, ok := tree.(map[string]any); ok && p.version != "" {
		model.FromVersion(object, inForce)
		model.ToVersion(object, p.shape(inForce))
	}
	if p.patch != nil {
		if tree, err = patched(tree, p.patch); err != nil {
			return body, false, err
		}
	}
	if body, err = wire.Print(tree); err != nil {
		return body, false, err
	}
	return body, string(body.Bytes) != string(reply.Body.Bytes), nil
}

// shape returns the version in whose shape the body is printed.
func (p *Plan) shape(inForce model.Version) model.Version {
	if p.version != otherVersion {
		return p.version
	}
	changes := model.Changes()
	oldest, newest := changes[0].Version, changes[len(changes)-1].Version
	if inForce < oldest {
		return newest
	}
	return "" // older than all changes
}

var errTooLarge = errors.New("the patched body is too large")

func patched(tree any, patch jsonpatch.Patch) (any, error) {
	text, err := jsonx.AppendJSON(nil, tree)
	if err != nil {
		return nil, err
	}
	options := jsonpatch.NewApplyOptions()
	options.SupportNegativeIndices = false // RFC 6902 has none
	options.AccumulatedCopySizeLimit = MaxBody
	fresh, err := patch.ApplyWithOptions(text, options)
	if err != nil {
		return nil, failedOf(text, patch, options, err)
	}
	if len(fresh) > 2*MaxBody {
		return nil, errTooLarge
	}
	return jsonx.Parse(fresh)
}

// Failed is the error of an operation of a JSON Patch that the body does not
// take.
type Failed struct {
	Operation int    // from 0
	Text      string // the operation as JSON
	Err       error
}

func (m *Failed) Error() string {
	const most = 160 // for a status line; a scenario may be longer
	return fmt.Sprintf("operation %d of the JSON Patch, %s, does not fit the body: %v", m.Operation+1, jsonx.Cut(m.Text, most), jsonx.Cut(m.Err.Error(), most))
}

func (m *Failed) Unwrap() error { return m.Err }

// failedOf finds the operation that failed: the library does not tell.
func failedOf(text []byte, patch jsonpatch.Patch, options *jsonpatch.ApplyOptions, err error) error {
	for i := range patch {
		if _, err := patch[:i+1].ApplyWithOptions(text, options); err != nil {
			shown, _ := json.Marshal(patch[i]) // it was read from JSON
			return &Failed{i, string(shown), err}
		}
	}
	return err
}

// At returns the place in the scenario that is at fault for an error of Alter,
// as a JSON pointer.
func (p *Plan) At(err error) string {
	at := "/then"
	if p.Step > 0 {
		at += fmt.Sprintf("/sequence/steps/%d", p.Step-1)
	}
	if p.patch != nil {
		at += "/patch"
	}
	var m *Failed
	if errors.As(err, &m) {
		at += fmt.Sprintf("/%d", m.Operation)
	}
	return at
}

// keep returns the API's header fields without those that the response leaves
// out.
func (s *Response) keep(fields []wire.Field) []wire.Field {
	var kept []wire.Field
	for _, f := range fields {
		switch f.Name {
		case wire.ContentLength:
			if s.Status == http.StatusNoContent || s.Status == http.StatusNotModified {
				continue // RFC 9110, section 8.6
			}
		case wire.Date, wire.ContentType:
		default:
			if s.Bare {
				continue
			}
		}
		kept = append(kept, f)
	}
	return kept
}

// replaced returns the fields with another value in those of a name.
func replaced(fields []wire.Field, name, value string) []wire.Field {
	fields = append([]wire.Field(nil), fields...)
	for i, f := range fields {
		if strings.EqualFold(f.Name, name) {
			fields[i].Value = value
		}
	}
	return fields
}

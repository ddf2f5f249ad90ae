package dispatch

import (
	"encoding/json"
	"reflect"

	"dispatchmock/internal/quota"
)

// Size estimates how many bytes the location holds.
func (l *CustomerLocation) Size() int64 {
	m := &members{pass: weigh}
	l.walk(m)
	return int64(reflect.TypeFor[CustomerLocation]().Size()) + m.bytes
}

// weight returns how many bytes a member's value holds beside the member.
func weight(v any) int64 {
	switch v := v.(type) {
	case string:
		return quota.Text(len(v))
	case json.Number:
		return quota.Text(len(v))
	}
	return 0
}

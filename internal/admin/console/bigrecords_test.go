package console_test

import (
	"bytes"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"dispatchmock/internal/mock/fixture"
	"dispatchmock/internal/testkit"
	"dispatchmock/schemas"
)

// TestManyRecords holds that 100,000 records can be searched, sorted and paged,
// and that the page never has more than one page of them.
func TestManyRecords(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("loading 100,000 records takes a while")
	}
	browser(t)
	const n = 100_000
	var b bytes.Buffer
	b.WriteString(`{"tenants": [{"id": 1}], "tenant_id": 1, "api_version": "2023/04/19", "customer_locations": [`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"record": {"id": %d, "location_id": 1, "is_active": true, "name": "Customer %06d", "account_number_1": null, "account_number_2": null, "addresses": [], "contacts": [], "created_on": "2021-02-03T04:05:06.000000", "last_updated_on": "2021-02-03T04:05:06.000000", "parent_id": null, "renewal_date": null}}`, i+1, (i*7919+5)%n)
	}
	b.WriteString(`]}`)
	files, err := fixture.Load(fstest.MapFS{"many.json": {Data: b.Bytes()}}, schemas.FS, testkit.Contract(t), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r := launch(t, settings{files: files})
	p := open(t, r.url+"/_mock/#/records")
	p.sees(".pager", "1 to 50 of 100,000 records")
	step := func(what, ready string, act func()) {
		t.Helper()
		start := time.Now()
		act()
		p.until(what, ready)
		t.Logf("%s: %d ms", what, time.Since(start).Milliseconds())
		if rows := eval[int](p, "document.querySelectorAll('.records tbody tr').length"); rows > 50 {
			t.Errorf("%s: %d rows are in the document", what, rows)
		}
	}
	first := func(name string) string {
		return fmt.Sprintf("document.querySelector('.records tbody th')?.innerText === %q", name)
	}
	step("sorted by name", first("Customer 000000"), func() { p.press("Name") })
	step("the other way", first("Customer 099999"), func() { p.press("Name ↑") })
	step("the last page", first("Customer 000049"), func() { p.press("Last »") })
	step("a search", first("Customer 012345"), func() { p.fill(".search", "012345") })
	p.sees(".pager", "1 to 1 of 1 record")
}

package openapi

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"dispatchmock/internal/contract"
	"dispatchmock/internal/exchange"
	"dispatchmock/internal/model"
	"dispatchmock/schemas"
)

var update = flag.Bool("update", false, "write the examples anew from the golden exchanges")

const goldenDir = "../../../testdata/exchanges"

// shown are the golden exchanges that the document shows the first answer of.
func shown() []string {
	return []string{
		"x-api-version/2019-02-08", "x-api-version/2021-04-07", "x-api-version/2021-05-07",
		"x-api-version/2021-08-02", "x-api-version/2021-11-04", "x-api-version/2023-04-19",
		"page/get-sample",
		"authorization/absent", "authorization/unknown-token",
		"roles/delete-by-driver", "roles/get-by-readonly", "tenants/foreign",
		"x-tenant-id/absent", "x-api-version/unknown", "x-request-id/not-a-uuid", "content-type/text", "path/customer-id-text",
		"path/unknown-customer", "accept/html",
		"methods/post", "methods/patch",
	}
}

// golden reads the first answer of a golden file.
func golden(t *testing.T, name string) example {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join(goldenDir, name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 2 || archive.Files[0].Name != "request" || archive.Files[1].Name != "response" {
		t.Fatalf("%s does not begin with a request and its response", name)
	}
	method, _, _ := strings.Cut(string(archive.Files[0].Data), " ")
	head, body, _ := strings.Cut(string(archive.Files[1].Data), "\n\n")
	e := example{Name: strings.ReplaceAll(name, "/", "-"), Method: method}
	m := exchange.Message{Head: strings.ReplaceAll(head, "\n", "\r\n")}
	line := strings.SplitN(m.Line(), " ", 3)
	e.Status, err = strconv.Atoi(line[1])
	if err != nil {
		t.Fatal(err)
	}
	e.Reason = line[2]
	v, _ := m.Value("X-API-VERSION")
	e.Version = model.Version(v)
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&e.Body); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return e
}

// TestExamplesAreGolden holds the embedded examples against the golden
// exchanges.
func TestExamplesAreGolden(t *testing.T) {
	t.Parallel()
	var list []example
	for _, name := range shown() {
		list = append(list, golden(t, name))
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(list); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("examples.json", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(b.Bytes(), goldens) {
		t.Error("examples.json is not what the golden exchanges say (-update writes it)")
	}
}

// TestSample holds the sample record of each version against its schema, and of
// a version that no golden exchange has.
func TestSample(t *testing.T) {
	t.Parallel()
	c, err := contract.Load(schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range c.Versions() {
		record, err := Sample(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range c.Model(v, model.ModelCustomerLocation).Validate(record, "", now) {
			t.Errorf("%s: %+v", v, f)
		}
	}
	for v, name := range map[model.Version]string{"2020/01/01": "customer_id", "2030/01/01": "id"} {
		record, err := Sample(v)
		if err != nil || record[name] != json.Number("1") || len(record) != 18 {
			t.Errorf("%s: got %v (%v), want a record with %s", v, record, err, name)
		}
	}
}

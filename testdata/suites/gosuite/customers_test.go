// Package gosuite is a small test suite of a Go client, for dispatchmock exec.
package gosuite

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"
)

type record struct {
	CustomerID int64 `json:"customer_id"`
	IsActive   bool  `json:"is_active"`
}

// call asks as an application would.
func call(t *testing.T, method, path string, header ...string) (int, record) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, os.Getenv("DISPATCHMOCK_URL")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("DISPATCHMOCK_TOKEN"))
	request.Header.Set("x-tenant-id", os.Getenv("DISPATCHMOCK_TENANT"))
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var r record
	if err := json.NewDecoder(response.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, r
}

func TestDeactivate(t *testing.T) {
	if status, r := call(t, http.MethodDelete, "/customers/1/locations/1"); status != http.StatusOK || r.IsActive || r.CustomerID != 1 {
		t.Errorf("got %d and %+v, want 200 and customer 1, inactive", status, r)
	}
}

func TestUnknown(t *testing.T) {
	if status, _ := call(t, http.MethodGet, "/customers/999/locations/1"); status != http.StatusNotFound {
		t.Errorf("got %d, want 404", status)
	}
}

func TestBroken(t *testing.T) {
	if os.Getenv("BROKEN") == "" {
		t.Skip("only where the suite is to send what the contract does not have")
	}
	if status, _ := call(t, http.MethodDelete, "/customers/1/locations/1", "x-api-version", "latest"); status != http.StatusBadRequest {
		t.Errorf("got %d, want 400", status)
	}
}

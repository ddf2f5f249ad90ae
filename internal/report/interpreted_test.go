package report

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// runAll is a Python program that runs others, with a module in the place of
// requests that prints what it is given.
const runAll = `import json, os, runpy, sys, types

def request(method, url, headers, data=b""):
    fields = [[n, None if v is None else v.encode("latin-1").hex()] for n, v in headers.items()]
    sys.stderr.write(json.dumps({"method": method, "url": url, "fields": fields, "body": data.hex()}) + "\n")
    return types.SimpleNamespace(status_code=200, reason="OK", text="")

sys.modules["requests"] = types.SimpleNamespace(request=request)
for file, token in zip(sys.argv[1::2], sys.argv[2::2]):
    os.environ["TOKEN"] = token
    runpy.run_path(file)
`

// TestPython lets Python run each program.
func TestPython(t *testing.T) {
	t.Parallel()
	python := tool(t, "python3", true)
	all := withRequest()
	args := []string{"-c", `exec "$@" 2>&1 >/dev/null`, "sh", python, write(t, t.TempDir(), "all.py", runAll)}
	for _, s := range all {
		args = append(args, write(t, t.TempDir(), "again.py", snippet(t, "python", s.x, base)), s.token)
	}
	out := bytes.Split(bytes.TrimSpace(run(t, &all[0], sh(t), args...)), []byte("\n"))
	if len(out) != len(all) {
		t.Fatalf("%d of %d programs sent a request: %s", len(out), len(all), out)
	}
	for i, s := range all {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			want := s.wanted()
			want.join()
			want.Target = newCall(s.x, base).url()[len(base):]
			s.hold(t, decodeSent(t, out[i]), want)
		})
	}
}

// TestFetch lets Node run each module, with a function in the place of fetch
// that prints what it is given.
func TestFetch(t *testing.T) {
	t.Parallel()
	node := tool(t, "node", false)
	const stub = `globalThis.fetch = async (url, { method, headers = [], body = new Uint8Array() }) => {
	const hex = (b) => Buffer.from(b).toString("hex");
	const sent = new Headers(headers);
	if (typeof body === "string") body = new TextEncoder().encode(body);
	for (const [, value] of headers) for (const c of value) if (c > "\u00ff") throw new TypeError("no ByteString");
	new Request(url, { method, headers, body: body.length ? body : undefined });
	process.stderr.write(JSON.stringify({ method, url, body: hex(body), fields: headers.map(([n, v]) => [n, Buffer.from(v, "latin1").toString("hex")]) }));
	return { status: 200, statusText: "OK", text: async () => "" };
};
`
	for _, s := range withRequest() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			text := strings.ReplaceAll(snippet(t, "fetch", s.x, base), `TOKEN = "your token"`, `TOKEN = process.env.TOKEN`)
			text = strings.ReplaceAll(text, `TOKEN_2 = "your token"`, `TOKEN_2 = process.env.TOKEN_2`)
			file := write(t, t.TempDir(), "again.mjs", stub+text)
			got := decodeSent(t, run(t, &s, sh(t), "-c", `exec "$1" "$2" 2>&1 >/dev/null`, "sh", node, file))
			want := s.wanted()
			want.Fields = slices.DeleteFunc(want.Fields, func(f Field) bool { return f.Name == "Origin" || f.Name == "Accept-Encoding" })
			want.Target = newCall(s.x, base).url()[len(base):]
			if want.Method == http.MethodGet || want.Method == http.MethodHead {
				want.Body = nil
			}
			s.hold(t, got, want)
		})
	}
}

// decodeSent reads what the stubs print: values and bodies in hexadecimal.
func decodeSent(t *testing.T, out []byte) sent {
	t.Helper()
	var in struct {
		Method, URL string
		Fields      [][2]*string
		Body        string
	}
	if err := json.Unmarshal(out, &in); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	got := sent{Method: in.Method, Target: strings.TrimPrefix(in.URL, base), Body: unhex(t, in.Body)}
	for _, f := range in.Fields {
		if f[1] != nil && !strings.EqualFold(*f[0], "Host") {
			got.Fields = append(got.Fields, Field{*f[0], string(unhex(t, *f[1]))})
		}
	}
	return got
}

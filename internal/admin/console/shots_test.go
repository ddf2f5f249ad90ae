package console_test

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write pictures of the views to this folder")

// maxShot is how large a picture may be, so that the repository stays small.
const maxShot = 150_000

// scheme asks for light or dark colours.
func scheme(p *tab, value string) {
	p.t.Helper()
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}})
}

// shoot writes a picture of what can be seen.
func shoot(p *tab, name string) {
	p.t.Helper()
	if *shots == "" {
		return
	}
	folder := *shots
	if !filepath.IsAbs(folder) { // tests run in the folder of their package
		folder = filepath.Join("..", "..", "..", folder)
	}
	// What was just asked for is drawn in the second frame.
	eval[bool](p, "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
	result := call(p, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng})
	text := smaller(p.t, result.Data)
	if len(text) > maxShot {
		p.t.Errorf("%s has %d bytes, want at most %d", name, len(text), maxShot)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), text, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// smaller packs a picture with the 256 colours that it has most of; the rest
// are shades between those, at the edges of letters.
func smaller(t testing.TB, text []byte) []byte {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	bounds := picture.Bounds()
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA) }
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[at(x, y)]++
		}
	}
	colors := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int { return count[b] - count[a] })
	palette := color.Palette{}
	// Marks are small and coloured, so the most colourful have a share too.
	common := colors[:min(160, len(colors))]
	rest := slices.DeleteFunc(slices.Clone(colors[len(common):]), func(c color.RGBA) bool { return count[c] < 4 })
	slices.SortFunc(rest, func(a, b color.RGBA) int { return colourful(b) - colourful(a) })
	for _, c := range append(slices.Clone(common), rest[:min(256-len(common), len(rest))]...) {
		palette = append(palette, c)
	}
	near := map[color.RGBA]uint8{}
	packed := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := at(x, y)
			i, ok := near[c]
			if !ok {
				i = uint8(palette.Index(c))
				near[c] = i
			}
			packed.SetColorIndex(x, y, i)
		}
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, packed); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func colourful(c color.RGBA) int { return int(max(c.R, c.G, c.B)) - int(min(c.R, c.G, c.B)) }

// lively gives a server something to show.
func lively(t testing.TB, r *running) {
	t.Helper()
	r.do(t, "POST", "/_mock/sessions", `{"id": "checkout-test", "name": "Ana's checkout", "clock": {"mode": "frozen", "at": "2022-08-20T01:38:16Z"}, "request_ids": {"mode": "seed", "seed": 7}}`)
	r.do(t, "POST", "/_mock/sessions/default/scenarios", `{"definition": {"name": "slow-desk", "description": "Every third answer is late.", "when": {"every": 3, "customer_id": 7}, "then": {"delay": {"fixed": "120ms"}}}}`)
	r.do(t, "POST", "/_mock/sessions/default/scenarios", `{"definition": {"name": "gone", "description": "Customer 6 is not found.", "when": {"customer_id": 6}, "then": {"error": {"code": "record_unknown"}}}}`)
	r.do(t, "GET", "/customers/12/locations/2", "", dispatcher...)
	r.do(t, "DELETE", "/customers/12/locations/2", "", append(dispatcher, "x-api-version: 2023/04/19")...)
	r.do(t, "DELETE", "/customers/3/locations/1", "", "Authorization: Bearer driver-token", "x-tenant-id: 1")
	r.do(t, "DELETE", "/customers/404/locations/1", "", dispatcher...)
	for range 3 {
		r.do(t, "GET", "/customers/7/locations/1", "", dispatcher...)
	}
	r.do(t, "GET", "/customers/6/locations/1", "", dispatcher...)
	r.do(t, "POST", "/customers/2/locations/1", "{}", dispatcher...)
	r.do(t, "OPTIONS", "/customers/1/locations/1", "", "Origin: https://app.example", "Access-Control-Request-Method: DELETE", "Access-Control-Request-Headers: authorization, x-api-version, x-tenant-id")
	r.do(t, "DELETE", "/customers/2/locations/1", "", append(dispatcher, "x-api-version: 2019-02-08", "x-request-id: 1")...)
	r.do(t, "DELETE", "/customers/1/locations/1", "", append(dispatcher, "x-api-version: 2023/04/19")...)
}

// views are the addresses of the views, and what shows that each is there.
var views = []struct{ name, hash, ready string }{
	{"traffic", "#/traffic", "document.querySelectorAll('.rows a').length > 5"},
	{"exchange", "#/traffic/ID", "document.querySelector('.detail .dplus')"},
	{"refusal", "#/traffic/BAD", "document.querySelector('.detail .violation')"},
	{"records", "#/records", "document.querySelectorAll('.records tbody tr').length > 10"},
	{"record", "#/records/1/1/1", "document.querySelectorAll('.p-minus, .p-plus, .p-change').length"},
	{"record-edit", "#/records/1/1/1?edit=1", "document.querySelector('.editor')"},
	{"differences", "#/records?show=diff", "document.querySelector('.stage.records td code')"},
	{"scenarios", "#/scenarios", "document.querySelectorAll('.stage.scenarios .item').length > 1"},
	{"scenario-edit", "#/scenarios/edit", "document.querySelector('.stage.scenarios .editor')"},
	{"contract", "#/contract", "document.querySelectorAll('.stage.contract .card').length > 5"},
	{"sessions", "#/sessions", "document.querySelectorAll('.stage.sessions .item').length > 1"},
	{"try", "#/try", "document.querySelector('.good-note, .bad-note')"},
}

// TestScreenshots makes the pictures of the README, and TestNewcomer those of a
// first visit: go test ./internal/admin/console -run 'Screenshots|Newcomer' -shots DIR
func TestScreenshots(t *testing.T) {
	if *shots == "" {
		t.Skip("no folder is given for the pictures (-shots DIR)")
	}
	r := launch(t, settings{})
	lively(t, r)
	p := open(t, r.url+"/_mock/")
	picture := func(suffix string, names ...string) {
		t.Helper()
		for _, v := range views {
			if slices.Contains(names, v.name) {
				goTo(p, v.hash, v.ready)
				shoot(p, v.name+suffix)
			}
		}
	}
	scheme(p, "light")
	picture("", "exchange", "records", "record", "scenarios", "contract", "sessions", "try")
	goTo(p, "#/contract", "document.querySelector('.stage.contract .tile')")
	p.press("Coverage")
	shoot(p, "coverage")
	scheme(p, "dark")
	picture("-dark", "refusal", "scenario-edit")
	p.run(chromedp.EmulateViewport(360, 740))
	picture("-small", "traffic", "exchange", "records", "try")
}

// goTo opens an address of the page and waits until it is shown. ID stands for
// the newest exchange, BAD for the one before it.
func goTo(p *tab, hash, ready string) {
	p.t.Helper()
	if strings.HasSuffix(hash, "ID") || strings.HasSuffix(hash, "BAD") {
		last := eval[int](p, "fetch('/_mock/journal?limit=1').then(r => r.json()).then(j => j.exchanges[0].id)")
		hash = strings.NewReplacer("ID", fmt.Sprint(last), "BAD", fmt.Sprint(last-1)).Replace(hash)
	}
	eval[bool](p, fmt.Sprintf("(location.hash = %q, true)", hash))
	p.until("the view "+hash, ready)
}

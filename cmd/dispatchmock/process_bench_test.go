package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dispatchmock/fixtures"
)

// Benchmarks of the built binary as a process of its own. What is told beside
// ns/op are medians, and "bare" is a net/http program asked by turns in the
// same run.

// BenchmarkStart measures from exec to the last byte of the first answer.
func BenchmarkStart(b *testing.B) {
	own, bare := build(b, "."), build(b, "./testdata/bare")
	var wall, cpu, bareWall, bareCPU []float64
	for b.Loop() {
		b.StopTimer()
		p := start(b, bare)
		bareWall, bareCPU = append(bareWall, p.ready.Seconds()*1e3), append(bareCPU, p.stop(b).Seconds()*1e3)
		b.StartTimer()
		p = start(b, own, "serve", "--quiet", "--listen", "127.0.0.1:0")
		b.StopTimer()
		wall, cpu = append(wall, p.ready.Seconds()*1e3), append(cpu, p.stop(b).Seconds()*1e3)
		b.StartTimer()
	}
	b.ReportMetric(median(wall), "ms")
	b.ReportMetric(median(cpu), "cpu-ms")
	b.ReportMetric(median(bareWall), "bare-ms")
	b.ReportMetric(median(bareCPU), "bare-cpu-ms")
}

// BenchmarkStartLarge measures the same with 100,000 records more, and what
// the process then holds.
func BenchmarkStartLarge(b *testing.B) {
	own, dir := build(b, "."), large(b, 100_000)
	var wall, cpu, resident, peak []float64
	for b.Loop() {
		p := start(b, own, "serve", "--quiet", "--listen", "127.0.0.1:0", "--fixtures", dir)
		b.StopTimer()
		wall = append(wall, p.ready.Seconds())
		resident, peak = append(resident, p.memory(b, "VmRSS")), append(peak, p.memory(b, "VmHWM"))
		cpu = append(cpu, p.stop(b).Seconds())
		b.StartTimer()
	}
	b.ReportMetric(median(wall), "s")
	b.ReportMetric(median(cpu), "cpu-s")
	b.ReportMetric(median(resident), "MB")
	b.ReportMetric(median(peak), "peak-MB")
}

// batch is how many requests one round of BenchmarkMemory sends.
const batch = 10_000

// BenchmarkMemory measures what a process holds after b.N × 10,000 requests on
// 64 connections, every fourth of them refused, each asked of both programs.
// The figure that the README speaks of takes 1,000,000:
//
//	go test -run '^$' -bench Memory -benchtime 100x ./cmd/dispatchmock
func BenchmarkMemory(b *testing.B) {
	own, bare := build(b, "."), build(b, "./testdata/bare")
	p, yardstick := start(b, own, "serve", "--quiet", "--listen", "127.0.0.1:0"), start(b, bare)
	defer p.stop(b)
	defer yardstick.stop(b)
	b.ResetTimer()
	p.ask(b, b.N*batch, http.StatusBadRequest)
	b.StopTimer()
	yardstick.ask(b, b.N*batch, http.StatusOK)
	b.ReportMetric(float64(b.N*batch), "requests")
	b.ReportMetric(p.memory(b, "VmRSS"), "MB")
	b.ReportMetric(p.memory(b, "VmHWM"), "peak-MB")
	b.ReportMetric(yardstick.memory(b, "VmRSS"), "bare-MB")
}

// build builds a program of this module as the image does.
func build(b *testing.B, path string) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "program")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	cmd := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, path)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build %s: %v\n%s", path, err, out)
	}
	return binary
}

// process is a program that listens.
type process struct {
	cmd     *exec.Cmd
	address string
	ready   time.Duration // from exec to the end of the first answer
}

const request = "DELETE /customers/1/locations/1 HTTP/1.1\r\nHost: 127.0.0.1:8003\r\nAuthorization: Bearer dispatcher-token\r\nContent-Type: application/json\r\nx-tenant-id: %s\r\n\r\n"

// start starts a program, reads its address from its first line, and asks it
// once.
func start(b *testing.B, binary string, args ...string) *process {
	b.Helper()
	p := &process{cmd: exec.CommandContext(b.Context(), binary, args...)}
	var stderr bytes.Buffer
	p.cmd.Stderr = &stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("%s %q printed no address: %v\n%s", binary, args, err, stderr.String())
	}
	p.address = strings.TrimPrefix(strings.TrimSpace(line), "http://")
	c := dial(b, p.address)
	defer c.conn.Close()
	if err := c.ask(fmt.Sprintf(request, "1"), http.StatusOK); err != nil {
		b.Fatal(err)
	}
	p.ready = time.Since(began)
	return p
}

// stop ends the program and returns the processor time that it took.
func (p *process) stop(b *testing.B) time.Duration {
	b.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		b.Fatal(err)
	}
	_ = p.cmd.Wait() // it was killed
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// memory returns a line of /proc/PID/status in MB.
func (p *process) memory(b *testing.B, name string) float64 {
	b.Helper()
	if runtime.GOOS != "linux" {
		b.Skip("memory is read from /proc, which only Linux has")
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kB, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			if err != nil {
				b.Fatal(err)
			}
			return kB / 1000
		}
	}
	b.Fatalf("/proc/%d/status has no %s", p.cmd.Process.Pid, name)
	return 0
}

// ask sends n requests on 64 connections, every fourth of which must get the
// status refused.
func (p *process) ask(b *testing.B, n, refused int) {
	b.Helper()
	good, bad := fmt.Sprintf(request, "1"), fmt.Sprintf(request, "none")
	var next atomic.Int64
	var wait sync.WaitGroup
	for range 64 {
		c := dial(b, p.address)
		wait.Go(func() {
			defer c.conn.Close()
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				text, want := good, http.StatusOK
				if i%4 == 3 {
					text, want = bad, refused
				}
				if err := c.ask(text, want); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
}

// client is one connection.
type client struct {
	conn net.Conn
	read *bufio.Reader
}

func dial(b *testing.B, address string) *client {
	b.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	return &client{conn, bufio.NewReader(conn)}
}

func (c *client) ask(text string, want int) error {
	if _, err := io.WriteString(c.conn, text); err != nil {
		return err
	}
	response, err := http.ReadResponse(c.read, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err = io.Copy(io.Discard, response.Body); err == nil && response.StatusCode != want {
		err = fmt.Errorf("got %s, want status %d", response.Status, want)
	}
	return err
}

// large writes a fixtures folder: the default world and n records like the
// page's sample.
func large(b *testing.B, n int) string {
	b.Helper()
	dir := b.TempDir()
	def, err := fixtures.Default()
	if err != nil {
		b.Fatal(err)
	}
	if err := os.CopyFS(dir, def); err != nil {
		b.Fatal(err)
	}
	sample, err := fs.ReadFile(def, "page-sample.json")
	if err != nil {
		b.Fatal(err)
	}
	var file struct {
		Records []json.RawMessage `json:"customer_locations"`
	}
	var record bytes.Buffer
	if err := errors.Join(json.Unmarshal(sample, &file), json.Compact(&record, file.Records[0])); err != nil {
		b.Fatal(err)
	}
	out := bytes.NewBufferString(`{"api_version": "2019/02/08", "tenant_id": 1, "customer_locations": [`)
	for i := range n {
		number := strconv.Itoa(1_000_000 + i)
		if i > 0 {
			out.WriteString(",\n")
		}
		own := strings.NewReplacer(`"customer_id":1`, `"customer_id":`+number, `"id":1`, `"id":`+number, "George Jones", "Customer "+number,
			"520 E", number+" E", "shaneduty", "customer"+number)
		_, _ = own.WriteString(out, record.String())
	}
	out.WriteString("]}")
	if err := os.WriteFile(filepath.Join(dir, "more.json"), out.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return dir
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"dispatchmock/fixtures"
	"dispatchmock/internal/testkit"
)

// Benchmarks of the built program as a process of its own. What is reported
// beside ns/op are medians, and "bare" is a net/http program asked by turns in
// the same run.

// BenchmarkStart measures from exec to the last byte of the first answer.
func BenchmarkStart(b *testing.B) {
	bare := buildBare(b)
	var wall, cpu, bareWall, bareCPU []float64
	for b.Loop() {
		b.StopTimer()
		p := startAndAsk(b, bare)
		bareWall, bareCPU = append(bareWall, p.ready.Seconds()*1e3), append(bareCPU, p.stop().Seconds()*1e3)
		b.StartTimer()
		p = startAndAsk(b, "dispatchmock", "serve", "--quiet", "--listen", "127.0.0.1:0")
		b.StopTimer()
		wall, cpu = append(wall, p.ready.Seconds()*1e3), append(cpu, p.stop().Seconds()*1e3)
		b.StartTimer()
	}
	b.ReportMetric(testkit.Median(wall), "ms")
	b.ReportMetric(testkit.Median(cpu), "cpu-ms")
	b.ReportMetric(testkit.Median(bareWall), "bare-ms")
	b.ReportMetric(testkit.Median(bareCPU), "bare-cpu-ms")
}

// BenchmarkStartLarge measures the same with 100,000 records more, and what
// the process then holds.
func BenchmarkStartLarge(b *testing.B) {
	dir := b.TempDir()
	def, err := fixtures.Default()
	if err != nil {
		b.Fatal(err)
	}
	if err := os.CopyFS(dir, def); err != nil {
		b.Fatal(err)
	}
	keep(b, dir, "more.json", testkit.Records(1_000_000, 100_000))
	var wall, cpu, resident, peak []float64
	for b.Loop() {
		p := startAndAsk(b, "dispatchmock", "serve", "--quiet", "--listen", "127.0.0.1:0", "--fixtures", dir)
		b.StopTimer()
		wall = append(wall, p.ready.Seconds())
		resident, peak = append(resident, p.memory(b, "VmRSS")), append(peak, p.memory(b, "VmHWM"))
		cpu = append(cpu, p.stop().Seconds())
		b.StartTimer()
	}
	b.ReportMetric(testkit.Median(wall), "s")
	b.ReportMetric(testkit.Median(cpu), "cpu-s")
	b.ReportMetric(testkit.Median(resident), "MB")
	b.ReportMetric(testkit.Median(peak), "peak-MB")
}

// batch is how many requests one round of BenchmarkMemory sends.
const batch = 10_000

// BenchmarkMemory measures what a process holds after b.N × 10,000 requests on
// 64 connections, a fourth of them refused, each asked of both programs. The
// figure that the manual speaks of takes 1,000,000:
//
//	go test -run '^$' -bench Memory -benchtime 100x ./internal/e2e
func BenchmarkMemory(b *testing.B) {
	p, yardstick := startAndAsk(b, "dispatchmock", "serve", "--quiet", "--listen", "127.0.0.1:0"), startAndAsk(b, buildBare(b))
	own, other := p.load(b), yardstick.load(b)
	b.ResetTimer()
	for range b.N {
		own.Run(b, batch*3/4, " 200 OK", testkit.Deletions(1, 0, "1"))
		own.Run(b, batch/4, " 400 ", testkit.Deletions(1, 0, "none"))
	}
	b.StopTimer()
	other.Run(b, b.N*batch, " 200 OK", testkit.Deletions(1, 0, "1"))
	b.ReportMetric(float64(b.N*batch), "requests")
	b.ReportMetric(p.memory(b, "VmRSS"), "MB")
	b.ReportMetric(p.memory(b, "VmHWM"), "peak-MB")
	b.ReportMetric(yardstick.memory(b, "VmRSS"), "bare-MB")
}

// buildBare builds the program that does nothing but answer.
func buildBare(b *testing.B) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "bare.exe")
	cmd := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-o", binary, "./testdata/bare")
	cmd.Dir, cmd.Env = moduleDir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// started is a program that listens.
type started struct {
	*testkit.Process
	ready time.Duration // from exec to the end of the first answer
}

func (p started) load(b *testing.B) testkit.Load {
	b.Helper()
	return testkit.NewLoad(b, strings.TrimPrefix(p.URL, "http://"))
}

// startAndAsk starts a program and asks it once.
func startAndAsk(b *testing.B, binary string, args ...string) started {
	b.Helper()
	build(b)
	began := time.Now()
	p, err := testkit.Launch((*testkit.Process).Serving, nil, binary, args...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.Kill)
	c := testkit.Dial(b, strings.TrimPrefix(p.URL, "http://"))
	defer c.Close()
	c.Send(b, testkit.Sample)
	if a := c.Receive(b, http.MethodDelete); a.Status != http.StatusOK {
		b.Fatalf("got %d, want 200", a.Status)
	}
	return started{p, time.Since(began)}
}

// stop ends the program and returns the processor time that it took.
func (p started) stop() time.Duration {
	p.Kill()
	return p.Cmd.ProcessState.UserTime() + p.Cmd.ProcessState.SystemTime()
}

// memory returns a line of /proc/PID/status in MB.
func (p started) memory(b *testing.B, name string) float64 {
	b.Helper()
	if runtime.GOOS != "linux" {
		b.Skip("memory is read from /proc, which only Linux has")
	}
	file := fmt.Sprintf("/proc/%d/status", p.Cmd.Process.Pid)
	status, err := os.ReadFile(file)
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
	b.Fatalf("%s has no %s", file, name)
	return 0
}

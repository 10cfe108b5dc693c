package metrics_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"plait/internal/kit/metrics"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func text(t *testing.T, r *metrics.Registry) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteTo(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The format is written out here in full, so that a change of one character is seen.
func TestTheFormatIsPrometheuss(t *testing.T) {
	r := metrics.New(nil)
	c := r.Counter("a_total", "Count of\nthings.", "route")
	g := r.Gauge("b", "A gauge.")
	h := r.Histogram("c_seconds", "How long.", []float64{0.5, 1}, "route")
	c.Inc("GET /{$}")
	c.Add(2, `a"b\c`+"\n")
	g.Set(math.Inf(1))
	for _, s := range []float64{0.5, 0.6, 3} {
		h.Observe(time.Duration(s*1000)*time.Millisecond, "x")
	}
	want := `# HELP a_total Count of\nthings.
# TYPE a_total counter
a_total{route="GET /{$}"} 1
a_total{route="a\"b\\c\n"} 2
# HELP b A gauge.
# TYPE b gauge
b +Inf
# HELP c_seconds How long.
# TYPE c_seconds histogram
c_seconds_bucket{route="x",le="0.5"} 1
c_seconds_bucket{route="x",le="1"} 2
c_seconds_bucket{route="x",le="+Inf"} 3
c_seconds_sum{route="x"} 4.1
c_seconds_count{route="x"} 3
`
	if d := cmp.Diff(want, text(t, r)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"a_total", "b", "c_seconds", metrics.FailedName}, r.Names()); d != "" {
		t.Error(d)
	}
}

func TestNothingIsCountedOnNil(t *testing.T) {
	var r *metrics.Registry
	r.Counter("a_total", "").Inc()
	r.Gauge("b", "").Set(1)
	r.Gauge("b", "").Add(1)
	r.Gauge("b", "").Reset()
	r.Histogram("c_seconds", "", []float64{1}).Observe(time.Second)
	r.Read("x", nil)
	r.Process()
}

func TestAFamilyDoesNotGrowWithoutEnd(t *testing.T) {
	r := metrics.New(nil)
	c := r.Counter("a_total", "", "x")
	for i := range metrics.MaxSeries + 50 {
		c.Inc(fmt.Sprint(i))
	}
	got := text(t, r)
	if n := strings.Count(got, "a_total{"); n != metrics.MaxSeries+1 {
		t.Errorf("%d rows", n)
	}
	if !strings.Contains(got, `a_total{x="other"} 50`) {
		t.Error("the rest is not counted as other")
	}
}

func TestReadersAreAskedOnceInAWhileAndFailAlone(t *testing.T) {
	now := time.Unix(0, 0)
	r := metrics.New(func() time.Time { return now })
	g := r.Gauge("b", "", "job")
	times := 0
	r.Read("good", func(context.Context) error { times++; g.Reset(); g.Set(float64(times), "a"); return nil })
	r.Read("bad", func(context.Context) error { return errors.New("away") })
	for range 3 {
		got := text(t, r)
		if !strings.Contains(got, `b{job="a"} 1`) || !strings.Contains(got, `plait_measure_failed{part="bad"} 1`) || !strings.Contains(got, `plait_measure_failed{part="good"} 0`) {
			t.Fatal(got)
		}
	}
	now = now.Add(time.Minute)
	if got := text(t, r); !strings.Contains(got, `b{job="a"} 2`) {
		t.Error(got)
	}
}

func TestManyAtOnce(t *testing.T) {
	r := metrics.New(nil)
	c, g := r.Counter("a_total", "", "x"), r.Gauge("b", "")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				c.Inc("y")
				g.Add(1)
				g.Add(-1)
			}
		})
		wg.Go(func() { _ = r.WriteTo(context.Background(), io.Discard) })
	}
	wg.Wait()
	if got := text(t, r); !strings.Contains(got, `a_total{x="y"} 4000`) || !strings.Contains(got, "\nb 0\n") {
		t.Error(got)
	}
}

func TestMistakesAreSeenAtStart(t *testing.T) {
	r := metrics.New(nil)
	r.Gauge("b", "")
	for name, f := range map[string]func(){
		"twice":        func() { r.Gauge("b", "") },
		"no total":     func() { r.Counter("a", "") },
		"no seconds":   func() { r.Histogram("h", "", []float64{1}) },
		"bounds fall":  func() { r.Histogram("h_seconds", "", []float64{2, 1}) },
		"a bad name":   func() { r.Gauge("1b", "") },
		"a bad label":  func() { r.Gauge("c", "", "Job") },
		"labels short": func() { r.Gauge("d", "", "job").Set(1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: nothing was said", name)
				}
			}()
			f()
		}()
	}
}

func TestServedOnItsOwn(t *testing.T) {
	r := metrics.New(nil)
	r.Process()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := r.Serve(l, slog.New(slog.DiscardHandler))
	defer http.DefaultClient.CloseIdleConnections()
	for path, want := range map[string]int{"/metrics": 200, "/": 404, "/healthz": 404} {
		resp, err := http.Get("http://" + l.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.Body.Close() != nil || resp.StatusCode != want {
			t.Errorf("%s: %d, %v", path, resp.StatusCode, err)
		}
		if want == 200 && !strings.Contains(string(body), "\nplait_process_goroutines ") {
			t.Errorf("%s", body)
		}
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := http.Get("http://" + l.Addr().String() + "/metrics"); err == nil {
		t.Error("it answers after it was stopped")
	}
	var none *metrics.Server
	if err := none.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

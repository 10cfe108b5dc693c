// Package metrics counts and measures, and tells what it has in the text format that
// Prometheus reads (exposition format, version 0.0.4).
//
// A Registry holds families: counters that only grow, gauges that go up and down, and
// histograms of how long things took. What has to be looked up (a queue, a file's size)
// is read when someone asks, by functions given to Read, each with its own time limit, and
// what they found is kept for a few seconds, so that asking often costs nothing.
//
// A label holds what the program itself names: a route's pattern, a job's name. No value
// that a person typed or that names one may become a label. A family keeps MaxSeries rows
// at most; whatever comes after those is counted under "other".
//
// Every method works on nil and then does nothing, so that what counts need not ask
// whether anybody listens.
package metrics

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// MaxSeries is how many rows a family has at most.
const MaxSeries = 2000

// ReadFor is how long one reader may take when someone asks.
const ReadFor = 2 * time.Second

// keepFor is how long what the readers found counts as fresh.
const keepFor = 5 * time.Second

// FailedName is the family that says which readers could not read.
const FailedName = "plait_measure_failed"

// kinds of family, as the format names them.
const (
	counter   = "counter"
	gauge     = "gauge"
	histogram = "histogram"
)

// Registry is all that is counted. It is safe for use by many goroutines at once.
type Registry struct {
	now func() time.Time

	mu       sync.Mutex
	families []*family
	readers  []reader

	reading sync.Mutex
	readAt  time.Time
	failed  *Gauge
}

type reader struct {
	name string
	read func(ctx context.Context) error
}

type family struct {
	name, help, kind string
	labels           []string
	bounds           []float64

	mu   sync.Mutex
	rows map[string]*row
}

// row is one series. counts are per bound, not added up; the last is beyond all bounds.
type row struct {
	values []string
	n      float64
	counts []uint64
	sum    float64
}

// New makes an empty registry. now nil is the system's clock.
func New(now func() time.Time) *Registry {
	if now == nil {
		now = time.Now
	}
	r := &Registry{now: now}
	r.failed = r.Gauge(FailedName, "1 when this part could not be measured.", "part")
	return r
}

// Counter is a number that only grows while the program runs.
type Counter struct{ f *family }

// Gauge is a number that goes up and down.
type Gauge struct{ f *family }

// Histogram counts durations, in seconds, by how long they were.
type Histogram struct{ f *family }

// Counter adds a family; its name ends with _total. It panics when the name is taken or
// is none: that is a mistake of the program, seen at start.
func (r *Registry) Counter(name, help string, labels ...string) *Counter {
	if r == nil {
		return nil
	}
	if !strings.HasSuffix(name, "_total") {
		panic("metrics: a counter's name ends with _total: " + name)
	}
	return &Counter{r.add(name, help, counter, nil, labels)}
}

// Gauge adds a family.
func (r *Registry) Gauge(name, help string, labels ...string) *Gauge {
	if r == nil {
		return nil
	}
	return &Gauge{r.add(name, help, gauge, nil, labels)}
}

// Histogram adds a family; its name ends with _seconds. bounds are upper bounds in seconds, rising.
func (r *Registry) Histogram(name, help string, bounds []float64, labels ...string) *Histogram {
	if r == nil {
		return nil
	}
	if !strings.HasSuffix(name, "_seconds") || !slices.IsSorted(bounds) || len(bounds) == 0 {
		panic("metrics: a histogram's name ends with _seconds and its bounds rise: " + name)
	}
	return &Histogram{r.add(name, help, histogram, slices.Clone(bounds), labels)}
}

func (r *Registry) add(name, help, kind string, bounds []float64, labels []string) *family {
	for _, n := range append([]string{name}, labels...) {
		if !sound(n) {
			panic("metrics: not a name: " + n)
		}
	}
	f := &family{name: name, help: help, kind: kind, labels: labels, bounds: bounds, rows: map[string]*row{}}
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.ContainsFunc(r.families, func(g *family) bool { return g.name == name }) {
		panic("metrics: given twice: " + name)
	}
	r.families = append(r.families, f)
	if len(labels) == 0 {
		f.at(nil, func(*row) {}) // a number without labels is there from the start, as 0
	}
	return f
}

func sound(name string) bool {
	for i, c := range name {
		if (c < 'a' || c > 'z') && c != '_' && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// at changes the row of these label values.
func (f *family) at(values []string, change func(*row)) {
	if len(values) != len(f.labels) {
		panic(fmt.Sprintf("metrics: %s has %d labels, not %d", f.name, len(f.labels), len(values)))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := strings.Join(values, "\x00")
	x := f.rows[key]
	if x == nil {
		if len(f.rows) >= MaxSeries {
			values = slices.Repeat([]string{"other"}, len(values))
			key = strings.Join(values, "\x00")
			x = f.rows[key]
		}
		if x == nil {
			x = &row{values: slices.Clone(values), counts: make([]uint64, len(f.bounds)+1)}
			f.rows[key] = x
		}
	}
	change(x)
}

// Inc adds one.
func (c *Counter) Inc(labels ...string) { c.Add(1, labels...) }

// Add adds n, which is not below 0.
func (c *Counter) Add(n float64, labels ...string) {
	if c == nil || n < 0 {
		return
	}
	c.f.at(labels, func(x *row) { x.n += n })
}

// Is sets a counter that is kept elsewhere, such as by a pool of connections.
func (c *Counter) Is(n float64, labels ...string) {
	if c == nil {
		return
	}
	c.f.at(labels, func(x *row) { x.n = max(x.n, n) })
}

// Set sets the gauge.
func (g *Gauge) Set(n float64, labels ...string) {
	if g == nil {
		return
	}
	g.f.at(labels, func(x *row) { x.n = n })
}

// Add changes the gauge by n.
func (g *Gauge) Add(n float64, labels ...string) {
	if g == nil {
		return
	}
	g.f.at(labels, func(x *row) { x.n += n })
}

// Reset forgets every row, before those of now are set.
func (g *Gauge) Reset() {
	if g == nil {
		return
	}
	g.f.mu.Lock()
	defer g.f.mu.Unlock()
	clear(g.f.rows)
}

// Observe counts one that took d.
func (h *Histogram) Observe(d time.Duration, labels ...string) {
	if h == nil {
		return
	}
	s := d.Seconds()
	h.f.at(labels, func(x *row) {
		i, _ := slices.BinarySearch(h.f.bounds, s)
		x.counts[i]++
		x.sum += s
		x.n++
	})
}

// Read gives a function that sets gauges when someone asks. One that fails is told in
// plait_measure_failed under its name, and the others are read all the same.
func (r *Registry) Read(name string, read func(ctx context.Context) error) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.readers = append(r.readers, reader{name, read})
}

// Names lists every family, sorted.
func (r *Registry) Names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, f := range r.families {
		out = append(out, f.name)
	}
	slices.Sort(out)
	return out
}

// refresh has the readers read, unless they did so just now.
func (r *Registry) refresh(ctx context.Context) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if !r.readAt.IsZero() && r.now().Sub(r.readAt) < keepFor {
		return
	}
	r.mu.Lock()
	readers := slices.Clone(r.readers)
	r.mu.Unlock()
	ctx = context.WithoutCancel(ctx) // whoever asked may go; the next one gets what was found
	// All at once: a database that is away costs one limit, not one for each of them.
	var wg sync.WaitGroup
	for _, x := range readers {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, ReadFor)
			defer cancel()
			failed := 0.0
			if x.read(ctx) != nil {
				failed = 1
			}
			r.failed.Set(failed, x.name)
		})
	}
	wg.Wait()
	r.readAt = r.now()
}

// WriteTo writes everything, families by name and rows by their labels.
func (r *Registry) WriteTo(ctx context.Context, w io.Writer) error {
	r.refresh(ctx)
	r.mu.Lock()
	all := slices.Clone(r.families)
	r.mu.Unlock()
	slices.SortFunc(all, func(a, b *family) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	for _, f := range all {
		f.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f *family) write(b *strings.Builder) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.rows) == 0 {
		return
	}
	fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", f.name, escapeHelp.Replace(f.help), f.name, f.kind)
	keys := make([]string, 0, len(f.rows))
	for k := range f.rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		x := f.rows[k]
		if f.kind != histogram {
			fmt.Fprintf(b, "%s%s %s\n", f.name, f.named(x, ""), number(x.n))
			continue
		}
		sum := uint64(0)
		for i, c := range x.counts {
			sum += c
			bound := "+Inf"
			if i < len(f.bounds) {
				bound = number(f.bounds[i])
			}
			fmt.Fprintf(b, "%s_bucket%s %d\n", f.name, f.named(x, bound), sum)
		}
		fmt.Fprintf(b, "%s_sum%s %s\n%s_count%s %d\n", f.name, f.named(x, ""), number(x.sum), f.name, f.named(x, ""), sum)
	}
}

// named is a row's labels in braces; le is the bound of a bucket, or "".
func (f *family) named(x *row, le string) string {
	var parts []string
	for i, l := range f.labels {
		parts = append(parts, l+`="`+escapeValue.Replace(strings.ToValidUTF8(x.values[i], "?"))+`"`)
	}
	if le != "" {
		parts = append(parts, `le="`+le+`"`)
	}
	if len(parts) == 0 {
		return ""
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// escapes of the format. A Replacer is never changed once made.
var (
	escapeHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	escapeValue = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

func number(n float64) string {
	switch {
	case math.IsInf(n, 1):
		return "+Inf"
	case math.IsInf(n, -1):
		return "-Inf"
	case math.IsNaN(n):
		return "NaN"
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

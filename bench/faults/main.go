// Command faults breaks a running house on purpose and counts what was lost: the program
// and its database killed at random, a full disk, a database that is away, a clock that is
// set back, clients that do nothing, torn archives, two versions.
//
//	go run ./bench/faults                                    every fault, both engines
//	go run ./bench/faults -only kill -kills 200 -engine sqlite
//
// It builds the real program, makes its own installations in a temporary folder and its own
// PostgreSQL, uses loopback alone, and ends only what it started.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// result is one line of JSON. Fields may be added, never renamed.
type result struct {
	Fault        string  `json:"fault"`
	Engine       string  `json:"engine"`
	Times        int     `json:"times"`        // how often it struck
	Acknowledged int     `json:"acknowledged"` // writes the program said it had
	Lost         int     `json:"lost"`         // of them, not there afterwards
	Torn         int     `json:"torn"`         // there in part, twice, changed, or a check that found something
	Recovered    float64 `json:"recovered_s"`  // seconds until the first good page, the longest

	Typical float64        `json:"recovered_p50_s"`
	Twice   int            `json:"twice"`           // of the torn: stored more than once
	Doubt   int            `json:"in_doubt"`        // writes without an answer, sent again with their key
	Unclear int            `json:"unclear"`         // answers that do not say what is wrong, or pages that were not served
	How     string         `json:"how,omitempty"`   // how it was done here
	Seen    map[string]any `json:"seen,omitempty"`  // figures of this fault alone
	Notes   []string       `json:"notes,omitempty"` // what did not hold, the first few
	Seconds float64        `json:"seconds"`

	times []float64
}

// note keeps the first few sentences about what did not hold.
func (r *result) note(format string, args ...any) {
	if len(r.Notes) < 12 {
		r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
	}
}

func (r *result) unclear(format string, args ...any) {
	r.Unclear++
	r.note(format, args...)
}

func (r *result) recovered(d time.Duration) { r.times = append(r.times, d.Seconds()) }

func (r *result) see(name string, value any) {
	if r.Seen == nil {
		r.Seen = map[string]any{}
	}
	r.Seen[name] = value
}

// held says whether nothing was lost, torn or unclear.
func (r *result) held() bool { return r.Lost == 0 && r.Torn == 0 && r.Unclear == 0 }

// bench is one run.
type bench struct {
	kills   int
	long    bool
	seed    uint64
	dir     string // everything that is made lies below it
	program string // the program as it is
	given   string
	pg      *postgres
	verbose bool

	building sync.Mutex // the other builds, which both engines use
	printing sync.Mutex
}

// faults in the order they are run.
func faults() []struct {
	name string
	do   func(ctx context.Context, b *bench, engine string, out *result) error
} {
	return []struct {
		name string
		do   func(ctx context.Context, b *bench, engine string, out *result) error
	}{
		{"kill", kill}, {"disk-full", diskFull}, {"db-gone", dbGone}, {"clock-back", clockBack},
		{"slow-client", slowClient}, {"torn-archive", tornArchive}, {"version-skew", versionSkew},
	}
}

func main() {
	b := &bench{}
	engines, only := "", ""
	flag.IntVar(&b.kills, "kills", 15, "how often the program is killed, for each engine")
	flag.StringVar(&engines, "engine", "sqlite,postgres", "which engines")
	flag.StringVar(&only, "only", "", "these faults alone, by commas")
	flag.StringVar(&b.given, "program", "", "a program that was built before, instead of building it")
	flag.Uint64Var(&b.seed, "seed", 1, "seed of what is random")
	flag.BoolVar(&b.long, "long", false, "the database is away for 60 s, not 20 s")
	flag.BoolVar(&b.verbose, "v", false, "tell what is happening")
	flag.Parse()
	os.Exit(b.run(strings.Split(engines, ","), only))
}

// run gives the code to end with: 0 when everything held, 1 when not, 2 when it could not run.
func (b *bench) run(engines []string, only string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	chosen := strings.FieldsFunc(only, func(r rune) bool { return r == ',' })
	for _, name := range chosen {
		if !slices.ContainsFunc(faults(), func(f struct {
			name string
			do   func(ctx context.Context, b *bench, engine string, out *result) error
		}) bool {
			return f.name == name
		}) {
			fmt.Fprintln(os.Stderr, "bench/faults: there is no fault", name)
			return 2
		}
	}
	var err error
	if b.dir, err = os.MkdirTemp("", "plait-faults-"); err != nil {
		fmt.Fprintln(os.Stderr, "bench/faults:", err)
		return 2
	}
	defer func() { _ = os.RemoveAll(b.dir) }()
	// PostgreSQL runs as another user when this runs as root, and must reach its own folders.
	if err := os.Chmod(b.dir, 0o711); err != nil {
		fmt.Fprintln(os.Stderr, "bench/faults:", err)
		return 2
	}
	b.program = filepath.Join(b.dir, "plait")
	if b.given != "" {
		b.program, err = filepath.Abs(b.given)
	} else {
		err = build(ctx, b.program)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/faults:", err)
		return 2
	}
	for _, engine := range engines {
		switch engine {
		case "sqlite":
		case "postgres":
			if b.pg, err = startPostgres(ctx, filepath.Join(b.dir, "pg")); err != nil {
				fmt.Fprintln(os.Stderr, "bench/faults:", err)
				return 2
			}
			defer b.pg.close()
		default:
			fmt.Fprintln(os.Stderr, "bench/faults: there is no engine", engine)
			return 2
		}
	}
	code := 0
	for _, f := range faults() {
		if len(chosen) > 0 && !slices.Contains(chosen, f.name) {
			continue
		}
		codes := make([]int, len(engines))
		var at sync.WaitGroup
		for i, engine := range engines {
			at.Go(func() { codes[i] = b.one(ctx, f.name, engine, f.do) })
			if f.name == "slow-client" {
				at.Wait() // how long others wait is measured: nothing else may be going on
			}
		}
		at.Wait()
		if code = max(code, slices.Max(codes)); ctx.Err() != nil {
			return 2
		}
	}
	return code
}

// one runs one fault and prints its line.
func (b *bench) one(ctx context.Context, name, engine string, do func(context.Context, *bench, string, *result) error) int {
	began := time.Now()
	out := result{Fault: name, Engine: engine}
	err := do(ctx, b, engine, &out)
	slices.Sort(out.times)
	if n := len(out.times); n > 0 {
		out.Recovered, out.Typical = hundredths(out.times[n-1]), hundredths(out.times[n/2])
	}
	out.Seconds = hundredths(time.Since(began).Seconds())
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench/faults: %s on %s: %v\n", name, engine, err)
		return 2
	}
	text, err := json.Marshal(out)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/faults:", err)
		return 2
	}
	b.printing.Lock()
	defer b.printing.Unlock()
	fmt.Println(string(text))
	if !out.held() {
		return 1
	}
	return 0
}

func hundredths(s float64) float64 { return float64(int64(s*100+0.5)) / 100 }

func (b *bench) tell(format string, args ...any) {
	if b.verbose {
		fmt.Fprintf(os.Stderr, format+"\n", args...)
	}
}

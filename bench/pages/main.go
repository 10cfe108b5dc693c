// Command pages measures how fast pages are in an installation that holds a year of work,
// and how light the program is.
//
//	bin/plait demo --size year --no-serve --dir /tmp/year --seed 1
//	go run ./bench/pages -dir /tmp/year
//	go run ./bench/pages -dir /tmp/year -db postgres://user@host/name
//	go run ./bench/pages -dir /tmp/year -costs
//	go run ./bench/pages -start
//
// It adds people who work with the programme, so it is given a copy. See README.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// wishes is what the command line asks for.
type wishes struct {
	dir, db, program, profile, only string
	readers, each                   int
	every, last, flat, idle         time.Duration
	seed                            uint64
	costs, plans, start, asJSON     bool
}

func main() {
	var w wishes
	flag.StringVar(&w.dir, "dir", "", "folder of the installation, with its key; a copy: people are added to it")
	flag.StringVar(&w.db, "db", "", "postgres://… that holds the year, in place of the folder's database")
	flag.StringVar(&w.program, "program", "", "a built plait; made anew when empty")
	flag.IntVar(&w.readers, "readers", 50, "people who read at once")
	flag.DurationVar(&w.every, "every", 2*time.Second, "how often each opens a page")
	flag.DurationVar(&w.last, "for", time.Minute, "how long they read")
	flag.DurationVar(&w.flat, "flat", 10*time.Second, "how long one project page is asked for from 4 connections")
	flag.DurationVar(&w.idle, "idle", time.Minute, "how long the program rests before its memory is read")
	flag.Uint64Var(&w.seed, "seed", 1, "of the mix of pages")
	flag.BoolVar(&w.costs, "costs", false, "what each kind of page costs, by its queries, inside this process")
	flag.IntVar(&w.each, "each", 30, "with -costs: how many of each kind")
	flag.BoolVar(&w.plans, "plans", false, "with -costs: how the engine runs the longest queries")
	flag.StringVar(&w.only, "only", "", "with -costs: only the kinds whose name holds this")
	flag.StringVar(&w.profile, "profile", "", "with -costs: a file for the processor profile (go tool pprof)")
	flag.BoolVar(&w.start, "start", false, "the time from start to first page, memory at rest and size of the file, with the example")
	flag.BoolVar(&w.asJSON, "json", false, "one line of JSON for each figure")
	flag.Parse()
	if err := run(context.Background(), w); err != nil {
		fmt.Fprintln(os.Stderr, "bench/pages:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w wishes) error {
	if w.costs {
		return costs(ctx, w)
	}
	temp, err := os.MkdirTemp("", "plait-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if w.program == "" {
		w.program = filepath.Join(temp, "plait")
		// As a released one is built: make build adds only the version.
		if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", w.program, "./cmd/plait").CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	if w.start {
		return start(ctx, w, temp)
	}
	if w.dir == "" {
		return fmt.Errorf("-dir is missing: the folder of an installation that holds a year")
	}
	return read(ctx, w, temp)
}

// figure is one line of the result.
type figure struct {
	Engine string  `json:"engine,omitempty"`
	What   string  `json:"what"`
	N      int     `json:"n,omitempty"`
	P50    float64 `json:"p50_ms,omitempty"`
	P95    float64 `json:"p95_ms,omitempty"`
	Max    float64 `json:"max_ms,omitempty"`
	Value  float64 `json:"value,omitempty"`
	Unit   string  `json:"unit,omitempty"`
	Errors int     `json:"errors,omitempty"`
}

func (w wishes) tell(f figure) {
	if w.asJSON {
		text, err := json.Marshal(f)
		if err != nil {
			panic(err) // numbers and texts
		}
		fmt.Println(string(text))
		return
	}
	if f.Unit != "" {
		fmt.Printf("%-46s %10.1f %s\n", f.What, f.Value, f.Unit)
		return
	}
	fmt.Printf("%-46s n %5d   p50 %7.1f   p95 %7.1f   max %7.1f ms   errors %d\n", f.What, f.N, f.P50, f.P95, f.Max, f.Errors)
}

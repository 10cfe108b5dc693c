package metrics

import (
	"context"
	"os"
	"runtime"
	rtm "runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// Process adds what the program itself takes of its machine: memory, processor time, open
// files, goroutines, and since when it runs. Where the system does not say (only Linux has
// /proc), that number is left out.
func (r *Registry) Process() {
	if r == nil {
		return
	}
	started := r.now()
	start := r.Gauge("plait_process_start_seconds", "When this process began, in seconds since 1970.")
	start.Set(float64(started.Unix()))
	memory := r.Gauge("plait_process_memory_bytes", "Memory that the process holds.")
	heap := r.Gauge("plait_process_heap_bytes", "Memory that the program's own data takes.")
	cpu := r.Counter("plait_process_cpu_seconds_total", "Processor time used.")
	files := r.Gauge("plait_process_open_files", "Files and connections that are open.")
	most := r.Gauge("plait_process_max_files", "How many may be open.")
	routines := r.Gauge("plait_process_goroutines", "Goroutines that exist.")
	r.Read("process", func(context.Context) error {
		routines.Set(float64(runtime.NumGoroutine()))
		sample := []rtm.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		rtm.Read(sample)
		if sample[0].Value.Kind() == rtm.KindUint64 {
			heap.Set(float64(sample[0].Value.Uint64()))
		}
		if n, ok := resident(); ok {
			memory.Set(n)
		}
		if used, ok := processor(); ok {
			cpu.Is(used.Seconds())
		}
		if all, err := os.ReadDir("/proc/self/fd"); err == nil {
			files.Set(float64(len(all)))
		}
		if n, ok := maxFiles(); ok {
			most.Set(n)
		}
		return nil
	})
}

// resident is the process's memory, from /proc/self/statm (proc(5)): pages.
func resident() (float64, bool) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0, false
	}
	n, err := strconv.ParseFloat(f[1], 64)
	return n * float64(os.Getpagesize()), err == nil
}

// ticks is how many of /proc's units of processor time make a second (USER_HZ, 100 on
// every Linux that Go runs on).
const ticks = 100

// processor is the time used, from /proc/self/stat (proc(5)): fields 14 and 15.
func processor() (time.Duration, bool) {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0, false
	}
	_, rest, ok := strings.Cut(string(b), ") ") // the name before it may hold anything
	f := strings.Fields(rest)
	if !ok || len(f) < 13 {
		return 0, false
	}
	user, e1 := strconv.ParseInt(f[11], 10, 64)
	system, e2 := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticks, e1 == nil && e2 == nil
}

// maxFiles is the soft limit on open files, from /proc/self/limits.
func maxFiles() (float64, bool) {
	b, err := os.ReadFile("/proc/self/limits")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Max open files"); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				n, err := strconv.ParseFloat(f[0], 64)
				return n, err == nil
			}
		}
	}
	return 0, false
}

package app

import (
	"io/fs"
	"math"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// heapShare is how much of the memory of its machine Go's part of the program may come to
// before it is cleared more often; the rest is for SQLite's pages, children and the system.
const heapShare = 0.7

// keepWithin has the heap cleared in good time on a small machine, or in a small container:
// a review of 80,000 papers then works in 500 MB, where it would otherwise grow to 700 MB of
// which half is no longer in use. Whoever has set GOMEMLIMIT is left alone.
func keepWithin(root fs.FS) {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return
	}
	if m := memoryOf(root); m > 0 {
		debug.SetMemoryLimit(int64(heapShare * float64(m)))
	}
}

// memoryOf is how many bytes a process may use: the least of the machine's memory
// (/proc/meminfo) and the limits of its control group and of those around it (memory.max of
// cgroup v2). 0 = nothing says so.
func memoryOf(root fs.FS) int64 {
	least := int64(0)
	take := func(n int64, err error) {
		if err == nil && n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	for line := range strings.Lines(textOf(root, "proc/meminfo")) {
		if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			take(kB<<10, err)
		}
	}
	for line := range strings.Lines(textOf(root, "proc/self/cgroup")) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::/")
		for ; ok; group = path.Dir(group) {
			take(strconv.ParseInt(strings.TrimSpace(textOf(root, path.Join("sys/fs/cgroup", group, "memory.max"))), 10, 64))
			ok = group != "." && group != ""
		}
	}
	return least
}

func textOf(root fs.FS, name string) string {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return "" // another system, or a machine without control groups
	}
	return string(b)
}

package app

import (
	"testing"
	"testing/fstest"
)

func TestMemoryOf(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	const info = "MemTotal:        2048000 kB\nMemFree:          100 kB\n"
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  int64
	}{
		"nothing is known": {fstest.MapFS{}, 0},
		"the machine":      {fstest.MapFS{"proc/meminfo": file(info)}, 2048000 << 10},
		"a container": {fstest.MapFS{"proc/meminfo": file(info), "proc/self/cgroup": file("0::/system.slice/plait.service\n"),
			"sys/fs/cgroup/system.slice/plait.service/memory.max": file("524288000\n"), "sys/fs/cgroup/system.slice/memory.max": file("max\n")}, 524288000},
		"what is around it is smaller": {fstest.MapFS{"proc/meminfo": file(info), "proc/self/cgroup": file("0::/a/b\n"),
			"sys/fs/cgroup/a/b/memory.max": file("max\n"), "sys/fs/cgroup/a/memory.max": file("100000000\n")}, 100000000},
		"a namespace of its own": {fstest.MapFS{"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("300000000\n")}, 300000000},
		"nonsense":               {fstest.MapFS{"proc/meminfo": file("MemTotal: much\n"), "proc/self/cgroup": file("0::/a\n"), "sys/fs/cgroup/a/memory.max": file("\n")}, 0},
	} {
		if got := memoryOf(c.files); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

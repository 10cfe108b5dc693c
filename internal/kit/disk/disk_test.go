package disk_test

import (
	"os"
	"path/filepath"
	"testing"

	"plait/internal/kit/disk"
)

func TestRoom(t *testing.T) {
	r, err := disk.Of(t.TempDir())
	if err != nil || r.Free <= 0 || r.Size < r.Free {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := disk.Of(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a folder that is not there has room")
	}
}

func TestSame(t *testing.T) {
	dir := t.TempDir()
	if ok, err := disk.Same(dir, filepath.Join(dir, "not", "yet")); err != nil || !ok {
		t.Errorf("%v, %v", ok, err)
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		if ok, err := disk.Same(dir, "/proc"); err != nil || ok {
			t.Errorf("/proc is on the disk of %s: %v", dir, err)
		}
	}
}

func TestInside(t *testing.T) {
	for _, c := range []struct {
		dir, path string
		want      bool
	}{{"a", "a", true}, {"a", "a/b", true}, {"a", "ab", false}, {"a", "a/../b", false}, {"a/b", "a", false}, {"/a", "/a/b", true}} {
		if got := disk.Inside(c.dir, c.path); got != c.want {
			t.Errorf("Inside(%q, %q) is %v", c.dir, c.path, got)
		}
	}
}

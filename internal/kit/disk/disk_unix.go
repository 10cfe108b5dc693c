//go:build unix

package disk

import (
	"os"
	"syscall"
)

func roomOf(path string) (Room, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return Room{}, &os.PathError{Op: "statfs", Path: path, Err: err}
	}
	// The types differ between systems; none is wider than 64 bits.
	block := int64(s.Bsize) //nolint:unconvert // int32 elsewhere
	return Room{Free: int64(s.Bavail) * block, Size: int64(s.Blocks) * block}, nil
}

func same(a, b os.FileInfo) (bool, error) {
	x, ok := a.Sys().(*syscall.Stat_t)
	y, also := b.Sys().(*syscall.Stat_t)
	if !ok || !also {
		return false, ErrUnknown
	}
	return x.Dev == y.Dev, nil
}

// Package disk says how much room a folder's disk has, and whether two folders share one.
package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// ErrUnknown is given where the system does not say.
var ErrUnknown = errors.New("disk: this system does not say")

// Room is a disk's room in bytes: what this process may still write, and all of it.
type Room struct{ Free, Size int64 }

// Of is the room of the disk that holds path, a file or folder that exists.
func Of(path string) (Room, error) { return roomOf(path) }

// Same says whether two paths are on one disk. A path that is not there yet counts as its
// nearest folder that is.
func Same(a, b string) (bool, error) {
	x, err := existing(a)
	if err != nil {
		return false, err
	}
	y, err := existing(b)
	if err != nil {
		return false, err
	}
	return same(x, y)
}

// Inside says whether path lies in dir or is dir, by their names alone.
func Inside(dir, path string) bool {
	d, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	p, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(d, p)
	return err == nil && filepath.IsLocal(rel)
}

func existing(path string) (os.FileInfo, error) {
	p, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	for {
		info, err := os.Stat(p)
		if err == nil {
			return info, nil
		}
		if !errors.Is(err, os.ErrNotExist) || p == filepath.Dir(p) {
			return nil, err
		}
		p = filepath.Dir(p)
	}
}

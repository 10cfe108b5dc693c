// Package folder writes files that are whole or not there, and locks folders.
//
// A file is written beside its place, brought to the disk, and only then given its name:
// a program that is killed, or a disk that is full, leaves the file that was there before.
// A lock ends with the process that holds it, however that ends.
package folder

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Beside is the ending of a file that has not come to its name yet.
const Beside = ".part"

// Write writes a file of mode 0600 by f. When f or the disk fails, nothing of it is left
// and what had the name before still has it. The folder must be there.
func Write(path string, f func(w io.Writer) error) (err error) {
	part, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*"+Beside) // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, part.Close())
			_ = os.Remove(part.Name()) // swept later when this fails too
		}
	}()
	if err := f(part); err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return err
	}
	if err := part.Close(); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Append adds bytes to the end of a file of mode 0600 and brings them to the disk. When
// the file does not end with a line break, one is put between: what was cut off earlier
// does not spoil what comes after it.
func Append(path string, b []byte) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if n := info.Size(); n > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, n-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			b = append([]byte{'\n'}, b...)
		}
	}
	if _, err := f.Write(b); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if info.Size() == 0 {
		return SyncDir(filepath.Dir(path))
	}
	return nil
}

// SyncDir makes new names in a folder outlast a power cut. Windows cannot do it.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Sweep takes away files of a folder that did not come to their names and were not
// touched for an hour, or at all when there is no one else (alone).
func Sweep(dir string, alone bool) error {
	all, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.IsDir() || !strings.HasSuffix(x.Name(), Beside) {
			continue
		}
		if info, err := x.Info(); err != nil || !alone && time.Since(info.ModTime()) < time.Hour {
			continue
		}
		if err := os.Remove(filepath.Join(dir, x.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// IsFull says that there was no room left: on the disk, in a quota, or under a limit of
// file sizes.
func IsFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

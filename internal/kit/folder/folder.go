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
func Write(path string, f func(w io.Writer) error) error {
	return beside(path, "."+filepath.Base(path)+"-", f, func(part string) error { return os.Rename(part, path) })
}

// New writes a file of mode 0600 by f under a name that nothing has: one that has it
// meanwhile stays, and the error is fs.ErrExist. ready runs when the file is whole and on
// the disk, before it gets its name. Beside its place its name begins with prefix, by
// which SweepLeft finds what a killed program left.
func New(path, prefix string, f func(w io.Writer) error, ready func() error) error {
	return beside(path, prefix, f, func(part string) error {
		if err := ready(); err != nil {
			return err
		}
		err := os.Link(part, path)
		if err == nil {
			return os.Remove(part)
		}
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		// A disk that knows no second names, such as a stick: the name is taken first.
		place, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if err := errors.Join(place.Close(), os.Rename(part, path)); err != nil {
			return errors.Join(err, os.Remove(path))
		}
		return nil
	})
}

// beside writes a file beside its place, brings it to the disk and has it named.
func beside(path, prefix string, f func(w io.Writer) error, name func(part string) error) (err error) {
	part, err := os.CreateTemp(filepath.Dir(path), prefix+"*"+Beside) // mode 0600
	if err != nil {
		return err
	}
	open := true
	shut := func() error {
		if !open {
			return nil
		}
		open = false
		return part.Close()
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, shut())
			_ = os.Remove(part.Name()) // swept later when this fails too
		}
	}()
	// Held while it is written, so that nobody sweeps it away.
	if _, err := hold(part); err != nil {
		return err
	}
	if err := f(part); err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return err
	}
	if !holds { // there a file that is open cannot be given another name
		if err := shut(); err != nil {
			return err
		}
	}
	if err := name(part.Name()); err != nil {
		return err
	}
	if err := shut(); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SweepLeft takes away what programs that were killed left of New in a folder, under one
// prefix. What is being written stays, and so does what may not be touched: it does its best.
func SweepLeft(dir, prefix string) {
	all, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, x := range all {
		if !x.Type().IsRegular() || !strings.HasPrefix(x.Name(), prefix) || !strings.HasSuffix(x.Name(), Beside) {
			continue
		}
		if info, err := x.Info(); err != nil || !holds && time.Since(info.ModTime()) < time.Hour {
			continue
		}
		f, err := os.OpenFile(filepath.Join(dir, x.Name()), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		free, err := hold(f)
		if err = errors.Join(err, f.Close()); err == nil && free {
			_ = os.Remove(f.Name())
		}
	}
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

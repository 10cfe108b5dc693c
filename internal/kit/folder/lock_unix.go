//go:build unix

package folder

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// Lock takes the lock that a file stands for; ok is false when another process has it.
// It ends with free or with the process.
func Lock(path string) (free func() error, ok bool, err error) { return lock(path, syscall.LOCK_EX) }

// Share takes a part of the lock that a file stands for: many may have one at once, and
// Lock is refused while anybody does. ok is false when someone has all of it.
func Share(path string) (free func() error, ok bool, err error) { return lock(path, syscall.LOCK_SH) }

func lock(path string, how int) (free func() error, ok bool, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	if os.Geteuid() == 0 {
		// What root does once must not keep the service's own user out afterwards.
		if info, err := os.Stat(filepath.Dir(path)); err == nil {
			if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Uid != 0 {
				_ = f.Chown(int(s.Uid), int(s.Gid))
			}
		}
	}
	ok, err = flock(f, how)
	if err != nil || !ok {
		return nil, false, errors.Join(err, f.Close())
	}
	return f.Close, true, nil
}

// holds says that hold holds.
const holds = true

// hold locks an open file until it is closed; false when another has it open and locked.
func hold(f *os.File) (bool, error) { return flock(f, syscall.LOCK_EX) }

func flock(f *os.File, how int) (bool, error) {
	err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

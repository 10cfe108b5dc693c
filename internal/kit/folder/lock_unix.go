//go:build unix

package folder

import (
	"errors"
	"os"
	"syscall"
)

// Lock takes the lock that a file stands for; ok is false when another process has it.
// It ends with free or with the process.
func Lock(path string) (free func() error, ok bool, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	ok, err = hold(f)
	if err != nil || !ok {
		return nil, false, errors.Join(err, f.Close())
	}
	return f.Close, true, nil
}

// holds says that hold holds.
const holds = true

// hold locks an open file until it is closed; false when another has it open and locked.
func hold(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

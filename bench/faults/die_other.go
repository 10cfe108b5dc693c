//go:build !linux

package main

import (
	"errors"
	"syscall"
)

// dieWithParent does nothing: only Linux can tie a child's life to its parent.
func dieWithParent(*syscall.SysProcAttr) {}

// limitFileSize is for Linux alone.
func limitFileSize(int, uint64) error {
	return errors.New("a disk can be filled on Linux alone")
}

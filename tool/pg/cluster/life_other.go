//go:build !linux

package cluster

import "syscall"

// dieWithParent does nothing: only Linux can tie a child's life to its parent.
func dieWithParent(*syscall.SysProcAttr) {}

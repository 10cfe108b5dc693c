package main

import (
	"syscall"
	"unsafe"
)

// dieWithParent asks the kernel to stop the server when the thread that started it ends.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// limitFileSize sets how large a file of a running process may become, in bytes.
func limitFileSize(pid int, most uint64) error {
	l := syscall.Rlimit{Cur: most, Max: ^uint64(0)}
	if _, _, e := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(&l)), 0, 0, 0); e != 0 {
		return e
	}
	return nil
}

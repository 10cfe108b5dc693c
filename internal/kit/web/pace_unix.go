//go:build unix

package web

import "syscall"

// mostOpen is half of the files that this process may open, and 4,096 at most.
func mostOpen() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 512
	}
	return int(min(max(uint64(l.Cur)/2, 64), 4096))
}

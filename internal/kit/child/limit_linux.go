package child

import (
	"syscall"
	"time"
)

// limit sets what this process may use. RLIMIT_DATA counts private memory that can be
// written (since Linux 4.7). RLIMIT_AS would count the address space too that Go keeps
// aside without using it, and stop the program at its start. The processor's time is
// twice that of the clock: it ends a child whose parent died.
func limit(memory int64, clock time.Duration) error {
	seconds := uint64(2 * (clock + time.Second - 1) / time.Second)
	for _, l := range []struct {
		what int
		most uint64
	}{{syscall.RLIMIT_DATA, uint64(memory)}, {syscall.RLIMIT_CPU, max(1, seconds)}, {syscall.RLIMIT_FSIZE, 0}, {syscall.RLIMIT_CORE, 0}} {
		if err := syscall.Setrlimit(l.what, &syscall.Rlimit{Cur: l.most, Max: l.most}); err != nil {
			return err
		}
	}
	return nil
}

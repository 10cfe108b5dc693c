package cluster

import "syscall"

// dieWithParent asks the kernel to stop the server, quickly but cleanly, when
// the thread that started it ends.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

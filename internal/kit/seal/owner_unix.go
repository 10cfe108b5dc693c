//go:build unix

package seal

import (
	"io/fs"
	"os"
	"syscall"
)

// owned says whether a file belongs to the user that this program runs as.
func owned(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(s.Uid) == os.Getuid()
}

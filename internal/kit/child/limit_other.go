//go:build !linux

package child

import "time"

// limit does nothing here: memory is limited by the garbage collector's aim alone.
func limit(int64, time.Duration) error { return nil }

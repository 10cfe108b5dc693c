//go:build !unix

package web

// mostOpen is how many connections are held at the same time.
func mostOpen() int { return 4096 }

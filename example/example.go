// Package example holds one invented programme, told as scripts of "plait ..." lines.
// Nobody in it is real.
package example

import "embed"

// Scripts is the example's scripts, played in the order of their names.
//
//go:embed *.txtar
var Scripts embed.FS

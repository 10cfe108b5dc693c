// Command plait is the whole of Plait in one program.
package main

import (
	"os"

	"plait/internal/app"
)

func main() { os.Exit(app.Main()) }

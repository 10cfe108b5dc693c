// Command plait is the whole of Plait in one program.
package main

import (
	"context"
	"os"

	"plait/internal/app"
)

func main() {
	os.Exit(app.Run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

package house

import (
	"bytes"
	"context"
	"io"

	"plait/internal/app"
)

// Plait runs one command line in process, with no environment, and gives the code it
// ended with and what it printed.
func Plait(ctx context.Context, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = app.Run(ctx, args, func(string) string { return "" }, &o, &e)
	return code, o.String(), e.String()
}

// PlaitTo is Plait with streams of the caller's.
func PlaitTo(ctx context.Context, out, errs io.Writer, args ...string) int {
	return app.Run(ctx, args, func(string) string { return "" }, out, errs)
}

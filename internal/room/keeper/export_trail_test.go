package keeper

import (
	"context"
	"io"
)

// WriteLinks writes a copy with proofs, as the page and the command do.
func (r *Room) WriteLinks(ctx context.Context, w io.Writer, in TrailIn) error {
	return r.writeLinks(ctx, w, in)
}

// WriteTable writes a copy for a spreadsheet, as the page does.
func (r *Room) WriteTable(ctx context.Context, w io.Writer, tongue string, in TrailIn) error {
	return r.face.writeTable(ctx, w, tongue, in)
}

// LastChecks is what the page of the proof shows.
func (r *Room) LastChecks(ctx context.Context) (last, whole KeptCheck, err error) {
	return r.lastChecks(ctx)
}

// ProveNow does a check that was asked for, as its job does.
func (r *Room) ProveNow(ctx context.Context, programme, check string) error {
	return r.proveNow(ctx, programme, check)
}

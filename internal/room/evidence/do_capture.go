package evidence

import (
	"context"
	"io"
	"strconv"

	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// Capture stores what came in one capture form as one contribution, exactly once: the
// same key and content give the first answer again. fresh says that it was not here yet.
// Its files are taken already.
func (r *Room) Capture(ctx context.Context, d *plug.Desk, c Captured) (out GiveOut, fresh bool, err error) {
	if err := c.Check(keeperOf(ctx)); err != nil {
		return GiveOut{}, false, err
	}
	out, err = plug.Run(ctx, d, "evidence.give", c.Key, func(ctx context.Context, in GiveIn) (GiveOut, error) {
		fresh = true
		return r.Give(ctx, in)
	}, c.GiveIn)
	return out, fresh, err
}

// takeCaptured takes the n-th file of a capture form in, from 1, and adds it to the
// contribution to be.
func (r *Room) takeCaptured(ctx context.Context, c *Captured, n int, name string, content io.Reader) error {
	if err := c.Check(keeperOf(ctx)); err != nil {
		return err
	}
	if len(c.Files) >= MaxMedia {
		return fault.Fielded("files", "evidence.many_media", "Most", MaxMedia)
	}
	u, err := r.take(ctx, c.Project, name, c.fileKey(n), &atMost{content, MaxCaptured})
	if err == nil {
		c.Files = append(c.Files, u.ID)
	}
	return err
}

func keeperOf(ctx context.Context) string {
	a := who.From(ctx)
	if a.Kind != who.Account {
		return ""
	}
	return Keeper(a.ID, a.Programme)
}

// atMost reads no more than so many bytes: what is longer is too big, not cut off.
type atMost struct {
	r    io.Reader
	left int64
}

func (a *atMost) Read(b []byte) (int, error) {
	n, err := a.r.Read(b)
	if a.left -= int64(n); a.left < 0 {
		return 0, fault.New(fault.TooBig, "evidence.capture_big", "Most", int64(MaxCaptured>>20)).With("evidence.capture_big_do")
	}
	return n, err
}

func decimal(n int) string { return strconv.Itoa(n) }

package finding

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// Signed is what someone signed of a contribution.
type Signed struct {
	Fate   string // not taken up, passed on, too late
	Reason string
	By     string // actor key
	At     int64  // microseconds
	Bulk   bool   // one sentence for many contributions
}

// Signed reads what was signed of contributions; those of which nothing was are left out.
func (r *Room) Signed(ctx context.Context, tx *db.Tx, programme string, refs []ref.Ref) (map[ref.Ref]Signed, error) {
	return map[ref.Ref]Signed{}, nil
}

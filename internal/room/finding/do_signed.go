package finding

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// Signed is what someone signed of a contribution.
type Signed struct {
	Fate    string // not taken up, passed on, too late
	Reason  string
	Plainly string // the reason said plainly; "" = nobody has written it
	By      string // actor key
	At      int64  // microseconds
	Bulk    bool   // one sentence for many contributions
}

// Signed reads what was signed of contributions; those of which nothing was are left out.
func (r *Room) Signed(_ context.Context, tx *db.Tx, programme string, refs []ref.Ref) (map[ref.Ref]Signed, error) {
	const most = 1000
	out := map[ref.Ref]Signed{}
	for start := 0; start < len(refs); start += most {
		rows, err := fatesOf(tx, programme, ids(refs[start:min(start+most, len(refs))]))
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			out[ref.Of(said, x.id)] = x.Signed
		}
	}
	return out, nil
}

// ids is the ids of refs, each once.
func ids(refs []ref.Ref) []string {
	out, seen := make([]string, 0, len(refs)), map[string]bool{}
	for _, x := range refs {
		if !seen[x.ID] {
			seen[x.ID] = true
			out = append(out, x.ID)
		}
	}
	return out
}

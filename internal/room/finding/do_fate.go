package finding

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// FateIn says what became of contributions that no finding uses.
type FateIn struct {
	Contributions []ref.Ref `json:"contributions" doc:"What was said; at most 500 in one call."`
	Fate          string    `json:"fate" doc:"not taken up, passed on, or too late."`
	Reason        string    `json:"reason" doc:"One sentence to those who said it. You sign it."`
	Plainly       string    `json:"plainly" doc:"The same, said plainly: easy-read letters use it."`
}

// FateOut counts what was signed.
type FateOut struct {
	Signed int `json:"signed"`
}

// sign is what the trail keeps of a signature.
type sign struct {
	Fate    string `json:"fate"`
	Reason  string `json:"reason"`
	Plainly string `json:"plainly"`
	Bulk    bool   `json:"bulk"`
}

// Fate signs what became of contributions. One sentence for more than one is shown as
// such wherever it is told. What a shared finding uses stays used; the sentence is kept
// in case the finding is taken back.
func (r *Room) Fate(ctx context.Context, in FateIn) (out FateOut, err error) {
	now := r.clock.Now()
	in.Contributions, in.Reason, in.Plainly = once(in.Contributions), strings.TrimSpace(in.Reason), strings.TrimSpace(in.Plainly)
	entries := make([]string, len(in.Contributions))
	for i := range entries {
		entries[i] = r.ids.New()
	}
	first := ref.Ref{}
	if len(in.Contributions) > 0 {
		first = in.Contributions[0]
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "finding.fate", first); err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		programme, all := who.From(ctx).Programme, ids(in.Contributions)
		may, err := who.Where(ctx, tx, "r", "finding.fate")
		if err != nil {
			return err
		}
		recs, err := records(tx, may, all)
		if err != nil {
			return err
		}
		bulk := len(all) > 1
		changes := make([]trail.Change, len(all))
		for i, x := range all {
			rec, ok := recs[x]
			if !ok {
				return fault.New(fault.Missing, "house.missing")
			}
			if !rec.Live(now) {
				return fault.New(fault.Withdrawn, "house.withdrawn").With("finding.fate_withdrawn_do")
			}
			changes[i] = trail.Change{Entry: entries[i], Ref: rec.Ref(), Body: sign{in.Fate, in.Reason, in.Plainly, bulk}}
		}
		if err := putFates(tx, programme, who.From(ctx).Key(), all, in, bulk, now); err != nil {
			return err
		}
		if err := refate(tx, programme, all, now); err != nil {
			return err
		}
		out = FateOut{len(all)}
		return trail.PutMany(ctx, tx, now, "finding.fate", changes)
	})
	return out, err
}

// check says what is wrong with a signature, by field.
func (in FateIn) check() error {
	var c fault.Check
	c.Need(len(in.Contributions) <= MaxCall, "contributions", "finding.too_many", "Most", MaxCall)
	c.Need(slices.Contains(Fates(), in.Fate), "fate", "house.bad_choice")
	c.Need(in.Reason != "", "reason", "finding.need_reason")
	c.Need(len(in.Reason) <= maxLine, "reason", "house.too_long")
	c.Need(len(in.Plainly) <= maxLine, "plainly", "house.too_long")
	return c.Err()
}

// UnsignIn takes back what was signed of a contribution.
type UnsignIn struct {
	Contribution ref.Ref `json:"contribution"`
}

// Unsign takes a signed fate back: the contribution owes an answer again, unless a shared
// finding uses it.
func (r *Room) Unsign(ctx context.Context, in UnsignIn) (out Done, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "finding.fate", in.Contribution, said)
		if err != nil {
			return err
		}
		if err := dropFate(tx, rec.Programme, rec.ID); err != nil {
			return err
		}
		if err := refate(tx, rec.Programme, []string{rec.ID}, now); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "finding.unsign", rec.Ref(), 0, nil)
	})
	return out, err
}

// contributions is the ids of the contributions among the refs of a piece of news.
func contributions(it news.Item) []string {
	var out []string
	for _, x := range it.Refs {
		if x.Kind == said {
			out = append(out, x.ID)
		}
	}
	return out
}

// withdrawn remembers the day on which what findings stand on was taken back.
func (r *Room) withdrawn(tx *db.Tx, it news.Item) error {
	all := contributions(it)
	if len(all) == 0 {
		return nil
	}
	return gone(tx, it.Programme, all, it.At)
}

// restored gives contributions that are back the fate that now follows.
func (r *Room) restored(tx *db.Tx, it news.Item) error {
	all := contributions(it)
	if len(all) == 0 {
		return nil
	}
	if err := back(tx, it.Programme, all); err != nil {
		return err
	}
	return refate(tx, it.Programme, all, it.At)
}

// erased takes excerpts, signed sentences and the reasons for picking away for good: each
// may repeat what was said.
func (r *Room) erased(tx *db.Tx, it news.Item) error {
	tx.Scrub()
	all := contributions(it)
	if len(all) == 0 {
		return nil
	}
	if err := tie.Erase(tx, it.Programme, all...); err != nil {
		return err
	}
	return wipe(tx, it.Programme, all)
}

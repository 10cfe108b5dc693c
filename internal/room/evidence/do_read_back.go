package evidence

import (
	"context"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// ReadBackIn says that a contribution was read back to the person who gave it, and how
// they took it; Version is the one that was read to them.
type ReadBackIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	How     string  `json:"how"`           // right or changed
	Words   string  `json:"words"`         // with changed: what they say instead
	Answer  string  `json:"answer"`        // with changed, of what was shown: what they show instead
	On      string  `json:"on" form:"day"` // day it was read back, YYYY-MM-DD; "" = today
}

// ReadBackOut is the version it now has.
type ReadBackOut struct {
	Version int64 `json:"version"`
}

// ReadBack notes that words were read back. What the person changed becomes the words, in
// a new version; that holds for words read from a document too, for they are the person's.
func (r *Room) ReadBack(ctx context.Context, in ReadBackIn) (out ReadBackOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "evidence.edit", in.Ref, Kind)
		if err != nil {
			return err
		}
		if !rec.Live(now) {
			return fault.New(fault.Withdrawn, "evidence.withdrawn").With("evidence.withdrawn_do")
		}
		c, err := whole(tx, rec.Programme, in.Ref.ID)
		if err != nil {
			return err
		}
		if c.Version != in.Version {
			return fault.New(fault.Conflict, "evidence.changed_meanwhile", "Words", c.Words).With("evidence.changed_meanwhile_do")
		}
		if err := in.check(c); err != nil {
			return err
		}
		if in.On == "" {
			zone, err := r.zone(tx, rec.Programme)
			if err != nil {
				return err
			}
			in.On = clock.DayOf(now, zone)
		}
		return r.readBack(ctx, tx, rec, c, in, entry, now, &out)
	})
	return out, err
}

// check says what is wrong, by field.
func (in ReadBackIn) check(c Contribution) error {
	var chk fault.Check
	chk.Need(in.How == BackRight || in.How == BackChanged, "how", "house.bad_choice")
	chk.Need(in.Answer == "" || !slices.Contains(Answers(), c.Answer) || slices.Contains(Answers(), in.Answer), "answer", "house.bad_choice")
	chk.Need(len(in.Answer) <= 200, "answer", "house.too_long")
	chk.Need(len(in.Words) <= MaxWords, "words", "house.too_long")
	if in.How == BackChanged {
		same := (in.Words == c.Words || strings.TrimSpace(in.Words) == "") && (in.Answer == c.Answer || in.Answer == "")
		chk.Need(!same, "words", "evidence.shown_need_change")
	}
	if in.On != "" {
		_, err := time.Parse(time.DateOnly, in.On)
		chk.Need(err == nil, "on", "house.bad_day")
	}
	return chk.Err()
}

func (r *Room) readBack(ctx context.Context, tx *db.Tx, rec ref.Record, c Contribution, in ReadBackIn, entry string, now int64, out *ReadBackOut) error {
	changed := in.How == BackChanged
	if changed && strings.TrimSpace(in.Words) != "" && in.Words != c.Words {
		c.Words, c.PageStarts = in.Words, nil // where its pages begin is known no longer
		if p, ok := c.paper(); !ok || p.Title == "" {
			c.Title = c.titled()
		}
	}
	if changed && in.Answer != "" && in.Answer != c.Answer {
		c.Answer = in.Answer
		if strings.TrimSpace(c.Words) == "" {
			c.Title = wordless(c, nil)
		}
	}
	c.ReadBack, c.ReadBackOn = in.How, in.On
	c.Version, c.ChangedAt = c.Version+1, now
	if err := updateReadBack(tx, rec.Programme, c, in.Version); err != nil {
		return err
	}
	rec.Title, rec.Version, rec.ChangedAt = c.Title, c.Version, now
	if err := ref.Put(tx, rec); err != nil {
		return err
	}
	if changed {
		if err := index(tx, rec.Programme, []Contribution{c}); err != nil {
			return err
		}
		if _, err := tie.Changed(tx, rec.Programme, in.Ref, now); err != nil {
			return err
		}
	}
	*out = ReadBackOut{c.Version}
	return trail.Put(ctx, tx, entry, now, "evidence.read-back", in.Ref, c.Version, c)
}

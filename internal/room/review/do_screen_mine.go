package review

import (
	"context"
	"math"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// MineIn asks for one's own decisions of one verdict.
type MineIn struct {
	Ref     ref.Ref `json:"ref"`
	Stage   string  `json:"stage" doc:"title (when empty) or full."`
	Verdict string  `json:"verdict" doc:"include, exclude, unsure or later; include when empty."`
	Before  int64   `json:"before" doc:"Decisions before this place in the order; 0 for the newest."`
}

// MineLine is a decision of one's own with its record.
type MineLine struct {
	Decision
	Title string `json:"title"`
	Year  int64  `json:"year"`
}

// MineOut is at most 50 decisions, newest first.
type MineOut struct {
	Review Review           `json:"-"`
	Lines  []MineLine       `json:"lines"`
	Counts map[string]int64 `json:"counts"`
	Next   int64            `json:"next"` // Before of the next page; 0 = no more
}

// minePage is how many decisions a page lists.
const minePage = 50

// Mine lists one's own decisions.
func (r *Room) Mine(ctx context.Context, in MineIn) (out MineOut, err error) {
	if in.Stage == "" {
		in.Stage = TitleStage
	}
	if in.Verdict == "" {
		in.Verdict = Include
	}
	if in.Before <= 0 {
		in.Before = math.MaxInt64
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.screen", in.Ref)
		if err != nil {
			return err
		}
		out.Review = v
		me := who.From(ctx).Key()
		if out.Counts, err = countMine(tx, programme, v.Ref.ID, in.Stage, me); err != nil {
			return err
		}
		all, err := mine(tx, programme, v.Ref.ID, in.Stage, me, in.Verdict, in.Before, minePage)
		if err != nil {
			return err
		}
		for _, d := range all {
			x, err := record(tx, programme, v.Ref.ID, d.N)
			if err != nil {
				return err
			}
			out.Lines = append(out.Lines, MineLine{d, x.Title, x.Year})
		}
		if len(all) == minePage {
			out.Next = all[len(all)-1].Seq
		}
		return nil
	})
	return out, err
}

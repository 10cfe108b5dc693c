package review

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
)

// BroughtIn asks what decisions came with files.
type BroughtIn struct {
	Ref ref.Ref `json:"ref"`
}

// BroughtOut is what decisions came with files, by reviewer.
type BroughtOut struct {
	Review  Review      `json:"-"`
	Lines   []BroughtBy `json:"lines"`
	Looked  int64       `json:"looked"`  // records that were looked at
	Records int64       `json:"records"` // of so many
}

// Brought lists the decisions of other tools that came with the files.
func (r *Room) Brought(ctx context.Context, in BroughtIn) (out BroughtOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		s, err := screeningOf(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		out.Review, out.Looked, out.Records = v, s.looked, v.Records
		out.Lines, err = broughtBy(tx, programme, v.Ref.ID)
		return err
	})
	return out, err
}

// TakeOverIn says what becomes of the decisions of one reviewer of another tool.
type TakeOverIn struct {
	Ref      ref.Ref `json:"ref"`
	Reviewer string  `json:"reviewer" doc:"As review.brought names them."`
	Name     string  `json:"name" doc:"What they are called here; as the file says when empty."`
	Stage    string  `json:"stage" doc:"title (when empty) or full: what they had read."`
	Leave    bool    `json:"leave" doc:"Do not take them over."`
}

// TakeOverOut counts the decisions.
type TakeOverOut struct {
	N int64 `json:"n"`
}

// TakeOver takes the decisions of one reviewer of another tool over as their own, or leaves
// them. A job does it.
func (r *Room) TakeOver(ctx context.Context, in TakeOverIn) (out TakeOverOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	in.Name = strings.TrimSpace(in.Name)
	if in.Name == "" {
		in.Name = strings.TrimSpace(in.Reviewer)
	}
	if in.Stage == "" {
		in.Stage = TitleStage
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(slices.Contains(Stages(), in.Stage), "stage", "house.bad_choice")
		c.Need(in.Leave || in.Name != "", "name", "review.brought_need_name")
		c.Need(len(in.Name) <= 100, "name", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		state := broughtGoes
		if in.Leave {
			state = broughtLeft
		}
		if out.N, err = markBrought(tx, programme, v.Ref.ID, in.Reviewer, state, in.Stage, in.Name); err != nil {
			return err
		}
		if out.N == 0 {
			return fault.New(fault.Conflict, "review.brought_none").With("review.brought_none_do")
		}
		if !in.Leave {
			if err := r.jobs.Add(tx, takeJob, jobOf(ctx, v.Ref.ID), job.Unique()); err != nil {
				return err
			}
		}
		return trail.Put(ctx, tx, entry, now, "review.take-over", v.Ref, 0, in)
	})
	return out, err
}

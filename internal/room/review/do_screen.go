package review

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// DecideIn is a reviewer's decision on a record.
type DecideIn struct {
	Ref     ref.Ref `json:"ref"`
	Stage   string  `json:"stage" doc:"title (when empty) or full."`
	N       int64   `json:"n" doc:"The record's number."`
	Verdict string  `json:"verdict" doc:"include, exclude, unsure or later."`
	Reason  string  `json:"reason" doc:"Why it is left out. Wanted once the whole text is read."`
	Note    string  `json:"note"`
}

// DecideOut says where the decision stands.
type DecideOut struct {
	Seq     int64 `json:"seq"`     // its place in the order of decisions
	Settled bool  `json:"settled"` // enough have decided, and they agree
}

// need brings what was sent to its stored form, and says what is wrong with it.
func (in *DecideIn) need() error {
	in.Reason, in.Note = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Note)
	if in.Stage == "" {
		in.Stage = TitleStage
	}
	if in.Verdict != Exclude {
		in.Reason = ""
	}
	var c fault.Check
	c.Need(slices.Contains(Stages(), in.Stage), "stage", "house.bad_choice")
	c.Need(slices.Contains(Verdicts(), in.Verdict), "verdict", "house.bad_choice")
	c.Need(len(in.Reason) <= MaxReason, "reason", "house.too_long")
	c.Need(len(in.Note) <= MaxNote, "note", "house.too_long")
	c.Need(in.Stage != FullStage || in.Verdict != Exclude || in.Reason != "", "reason", "review.screen_need_reason")
	return c.Err()
}

// Decide stores a decision. A second one of the same reviewer takes the place of the first.
func (r *Room) Decide(ctx context.Context, in DecideIn) (out DecideOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.screen", in.Ref)
		if err != nil {
			return err
		}
		if err := in.need(); err != nil {
			return err
		}
		if err := readIn(tx, programme, v, in.Stage, in.N); err != nil {
			return err
		}
		s, err := step(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		d := Decision{N: in.N, Stage: in.Stage, Actor: who.From(ctx).Key(), Verdict: in.Verdict, Reason: in.Reason, Note: in.Note, Seq: s.seq, First: s.seq, MadeAt: now}
		d.Came = r.screens.came(rankKey{programme, v.Ref.ID}, in.Stage, d.Actor, in.N)
		d.Chance = d.Came == ByChance
		if err := putDecision(tx, programme, v.Ref.ID, d); err != nil {
			return err
		}
		verdict, err := r.weigh(ctx, tx, programme, v, s, in.Stage, in.N)
		if err != nil {
			return err
		}
		out = DecideOut{s.seq, verdict != ""}
		return trail.Put(ctx, tx, entry, now, "review.decide", v.Ref, 0, d)
	})
	return out, err
}

// readIn wants a record that can be decided in a stage.
func readIn(tx *db.Tx, programme string, v Review, stage string, n int64) error {
	x, err := standing(tx, programme, v.Ref.ID, n)
	if err != nil {
		return err
	}
	if stage == FullStage && x.TitleVerdict != Include {
		return fault.New(fault.Conflict, "review.screen_not_text").With("review.screen_not_text_do")
	}
	return nil
}

// weigh settles a record by its votes in a stage, or takes back what was settled, and tells
// the other parts. It gives what is settled now.
func (r *Room) weigh(ctx context.Context, tx *db.Tx, programme string, v Review, s screening, stage string, n int64) (string, error) {
	verdict, changed, err := weighed(tx, programme, v, s, stage, n)
	if err != nil || !changed {
		return verdict, err
	}
	return verdict, r.heard(ctx, tx, programme, v.Ref.ID, settled)
}

// weighed is weigh without telling anybody: changed says that there is something to tell.
func weighed(tx *db.Tx, programme string, v Review, s screening, stage string, n int64) (verdict string, changed bool, err error) {
	before, err := record(tx, programme, v.Ref.ID, n)
	if err != nil {
		return "", false, err
	}
	all, err := decisionsOn(tx, programme, v.Ref.ID, stage, n)
	if err != nil {
		return "", false, err
	}
	votes, first := []vote{}, int64(0)
	for _, d := range all {
		if d.Verdict == Later {
			continue
		}
		if len(votes) == 0 {
			first = d.First
		}
		votes = append(votes, vote{d.Actor, d.Verdict, d.Reason})
	}
	verdict, reason, _ := outcome(votes, v.Reviewers)
	by, ok, err := settledOf(tx, programme, v.Ref.ID, stage, n)
	if err != nil {
		return "", false, err
	}
	if ok {
		verdict, reason = by.Verdict, by.Reason
	}
	waits, actor := int64(len(votes)), ""
	if verdict != "" {
		waits = 0
	}
	was, wasReason := before.TitleVerdict, before.TitleReason
	if stage == FullStage {
		was, wasReason = before.FullVerdict, before.FullReason
		switch {
		case before.TitleVerdict != Include:
			// What is not in by its title cannot be in; what was decided of the whole text
			// counts again when it is.
			verdict, reason, waits = "", "", 0
		case verdict == "" && s.skip:
			// It is in for as long as whole texts are not screened. The votes keep their
			// turn for the day when they are.
			verdict, reason = Include, ""
		}
	}
	if waits > 0 {
		actor = votes[0].actor
	}
	if err := putTurn(tx, programme, v.Ref.ID, stage, n, waits, actor, first); err != nil {
		return "", false, err
	}
	if was == verdict && (wasReason == reason || verdict != Exclude) {
		return verdict, false, nil
	}
	if stage == FullStage && verdict == "" && before.FullState == FullNotFound {
		reason = wasReason // why it could not be found stays
	}
	if err := setVerdict(tx, programme, v.Ref.ID, stage, n, verdict, reason); err != nil {
		return "", false, err
	}
	if stage == TitleStage {
		// The second stage keeps in step with the first.
		_, _, err = weighed(tx, programme, v, s, FullStage, n)
	}
	return verdict, true, err
}

// UndoIn takes a decision of one's own back: the last one, or that on record N.
type UndoIn struct {
	Ref   ref.Ref `json:"ref"`
	Stage string  `json:"stage" doc:"title (when empty) or full."`
	N     int64   `json:"n" doc:"The record; the last one decided when it is 0."`
}

// UndoOut names the record that waits again.
type UndoOut struct {
	N int64 `json:"n"`
}

// Undo takes a decision of one's own back.
func (r *Room) Undo(ctx context.Context, in UndoIn) (out UndoOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	if in.Stage == "" {
		in.Stage = TitleStage
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.screen", in.Ref)
		if err != nil {
			return err
		}
		me := who.From(ctx).Key()
		var last Decision
		var ok bool
		if in.N == 0 {
			last, ok, err = lastOf(tx, programme, v.Ref.ID, in.Stage, me)
		} else {
			last, ok, err = ownDecision(tx, programme, v.Ref.ID, in.Stage, me, in.N)
		}
		if err == nil && !ok {
			err = fault.New(fault.Conflict, "review.screen_no_undo").With("review.screen_no_undo_do")
		}
		if err != nil {
			return err
		}
		s, err := step(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		if err := dropDecision(tx, programme, v.Ref.ID, last); err != nil {
			return err
		}
		if _, err := r.weigh(ctx, tx, programme, v, s, in.Stage, last.N); err != nil {
			return err
		}
		out.N = last.N
		return trail.Put(ctx, tx, entry, now, "review.undo", v.Ref, 0, last)
	})
	return out, err
}

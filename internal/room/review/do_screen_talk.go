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

// Names tells who did something; the room account fills it.
type Names interface {
	// Actor is the name shown for whom the trail names; "" for the command line and whoever
	// has left.
	Actor(ctx context.Context, tx *db.Tx, key string) (string, error)
}

// SetNames sets who knows the names of accounts. Only the wiring calls it, once, before
// anything runs.
func (r *Room) SetNames(n Names) { r.screens.names, r.shapes.names, r.takes.names = n, n, n }

// nameOf is the name to show for who decided: a member's, or that of somebody of another
// tool; "" for the command line and whoever has left.
func (r *Room) nameOf(ctx context.Context, tx *db.Tx, actor string) (string, error) {
	if name, ok := strings.CutPrefix(actor, elsewhere); ok {
		return name, nil
	}
	if r.screens.names == nil {
		return "", nil
	}
	return r.screens.names.Actor(ctx, tx, actor)
}

// namesOf is nameOf for several, by actor.
func (r *Room) namesOf(ctx context.Context, tx *db.Tx, actors ...string) (map[string]string, error) {
	out := map[string]string{}
	for _, a := range actors {
		if _, ok := out[a]; ok || a == "" {
			continue
		}
		name, err := r.nameOf(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		out[a] = name
	}
	return out, nil
}

// TalkIn asks for the records on which people differ or are not sure.
type TalkIn struct {
	Ref   ref.Ref `json:"ref"`
	Stage string  `json:"stage" doc:"title (when empty) or full."`
	N     int64   `json:"n" doc:"This record alone; 0 for the list."`
	After int64   `json:"after" doc:"Records after this number."`
}

// TalkLine is a record with what each decided.
type TalkLine struct {
	Record
	Decisions []Decision        `json:"decisions"`
	Copies    []Decision        `json:"copies"` // of those who said two things of one work: what they said of its copies
	Settled   *Settled          `json:"settled"`
	Views     []PlainView       `json:"views"`
	Names     map[string]string `json:"-"`
}

// TalkOut is at most 50 records, by number.
type TalkOut struct {
	Review Review     `json:"-"`
	Lines  []TalkLine `json:"lines"`
	Tally  Tally      `json:"tally"`
	Out    []string   `json:"out"`  // reasons to leave one out
	Next   int64      `json:"next"` // After of the next page; 0 = no more
}

// reasons are a review's own reasons to leave something out.
func reasons(tx *db.Tx, programme, review string) (out []string, err error) {
	all, err := criteria(tx, programme, review)
	for _, c := range all {
		if c.Side == SideOut {
			out = append(out, c.Words)
		}
	}
	return out, err
}

// talkPage is how many records a page lists.
const talkPage = 50

// Talk lists the records on which people differ or are not sure, with what each said. A
// record is there only once enough have decided: nobody is swayed by another before.
func (r *Room) Talk(ctx context.Context, in TalkIn) (out TalkOut, err error) {
	if in.Stage == "" {
		in.Stage = TitleStage
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		if !slices.Contains(Stages(), in.Stage) {
			return fault.Fielded("stage", "house.bad_choice")
		}
		out.Review = v
		if out.Tally, err = tally(tx, programme, v.Ref.ID, in.Stage, v.Reviewers); err != nil {
			return err
		}
		var all []Record
		if in.N != 0 {
			x, err := standing(tx, programme, v.Ref.ID, in.N)
			if err != nil {
				return err
			}
			all = []Record{x}
			if out.Out, err = reasons(tx, programme, v.Ref.ID); err != nil {
				return err
			}
		} else if all, err = toTalk(tx, programme, v.Ref.ID, in.Stage, v.Reviewers, in.After, talkPage); err != nil {
			return err
		}
		for _, x := range all {
			line, err := r.talkLine(ctx, tx, programme, v, in.Stage, x)
			if err != nil {
				return err
			}
			out.Lines = append(out.Lines, line)
		}
		if in.N == 0 && len(all) == talkPage {
			out.Next = all[len(all)-1].N
		}
		return nil
	})
	return out, err
}

func (r *Room) talkLine(ctx context.Context, tx *db.Tx, programme string, v Review, stage string, x Record) (TalkLine, error) {
	line := TalkLine{Record: x}
	all, err := decisionsOn(tx, programme, v.Ref.ID, stage, x.N)
	if err != nil {
		return line, err
	}
	all = slices.DeleteFunc(all, func(d Decision) bool { return d.Verdict == Later })
	by, ok, err := settledOf(tx, programme, v.Ref.ID, stage, x.N)
	if err != nil {
		return line, err
	}
	actors := []string{}
	if ok {
		line.Settled, actors = &by, append(actors, by.Actor)
	}
	if !v.Blind || int64(len(all)) >= v.Reviewers || ok {
		line.Decisions = all
	}
	unsure := map[string]bool{}
	for _, d := range line.Decisions {
		actors = append(actors, d.Actor)
		if d.Verdict == Unsure {
			unsure[d.Actor] = true
		}
	}
	if len(unsure) > 0 {
		if line.Copies, err = ofCopies(tx, programme, v.Ref.ID, stage, x.N); err != nil {
			return line, err
		}
		line.Copies = slices.DeleteFunc(line.Copies, func(d Decision) bool { return !unsure[d.Actor] })
	}
	if line.Views, err = viewsOn(tx, programme, v.Ref.ID, x.N); err != nil {
		return line, err
	}
	line.Names, err = r.namesOf(ctx, tx, actors...)
	return line, err
}

// SettleIn settles a record on which people differ.
type SettleIn struct {
	Ref     ref.Ref `json:"ref"`
	Stage   string  `json:"stage" doc:"title (when empty) or full."`
	N       int64   `json:"n"`
	Verdict string  `json:"verdict" doc:"include or exclude."`
	Reason  string  `json:"reason" doc:"Why it is left out."`
	Why     string  `json:"why" doc:"What was said when you talked about it."`
}

// SettleOut names the record.
type SettleOut struct {
	N int64 `json:"n"`
}

// Settle settles a record once all who must have decided it have.
func (r *Room) Settle(ctx context.Context, in SettleIn) (out SettleOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	if in.Stage == "" {
		in.Stage = TitleStage
	}
	in.Reason, in.Why = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Why)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.screen", in.Ref)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(slices.Contains(Stages(), in.Stage), "stage", "house.bad_choice")
		c.Need(in.Verdict == Include || in.Verdict == Exclude, "verdict", "house.bad_choice")
		c.Need(in.Why != "", "why", "review.talk_need_why")
		c.Need(len(in.Why) <= MaxNote, "why", "house.too_long")
		c.Need(len(in.Reason) <= MaxReason, "reason", "house.too_long")
		c.Need(in.Stage != FullStage || in.Verdict != Exclude || in.Reason != "", "reason", "review.screen_need_reason")
		if err := c.Err(); err != nil {
			return err
		}
		if err := readIn(tx, programme, v, in.Stage, in.N); err != nil {
			return err
		}
		all, err := decisionsOn(tx, programme, v.Ref.ID, in.Stage, in.N)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(d Decision) bool { return d.Verdict == Later })
		if int64(len(all)) < v.Reviewers {
			return fault.New(fault.Conflict, "review.talk_too_soon").With("review.talk_too_soon_do")
		}
		s, err := step(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		by := Settled{Verdict: in.Verdict, Why: in.Why, Actor: who.From(ctx).Key(), MadeAt: now}
		if in.Verdict == Exclude {
			by.Reason = in.Reason
		}
		if err := putSettled(tx, programme, v.Ref.ID, in.Stage, in.N, by); err != nil {
			return err
		}
		if _, err := r.weigh(ctx, tx, programme, v, s, in.Stage, in.N); err != nil {
			return err
		}
		out.N = in.N
		return trail.Put(ctx, tx, entry, now, "review.settle", v.Ref, 0, in)
	})
	return out, err
}

// UnsettleIn opens a record again that was settled by talking.
type UnsettleIn struct {
	Ref   ref.Ref `json:"ref"`
	Stage string  `json:"stage" doc:"title (when empty) or full."`
	N     int64   `json:"n"`
}

// Unsettle takes back what was settled by talking; the decisions stand as they were.
func (r *Room) Unsettle(ctx context.Context, in UnsettleIn) (out SettleOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	if in.Stage == "" {
		in.Stage = TitleStage
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.screen", in.Ref)
		if err != nil {
			return err
		}
		n, err := dropSettled(tx, programme, v.Ref.ID, in.Stage, in.N)
		if err == nil && n == 0 {
			err = fault.New(fault.Missing, "house.missing")
		}
		if err != nil {
			return err
		}
		s, err := step(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		if _, err := r.weigh(ctx, tx, programme, v, s, in.Stage, in.N); err != nil {
			return err
		}
		out.N = in.N
		return trail.Put(ctx, tx, entry, now, "review.unsettle", v.Ref, 0, in)
	})
	return out, err
}

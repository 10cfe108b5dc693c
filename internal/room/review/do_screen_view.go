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

// PlainIn is a record's summary in two plain sentences. Was is the one that was read.
type PlainIn struct {
	Ref   ref.Ref `json:"ref"`
	N     int64   `json:"n"`
	Words string  `json:"words" doc:"Two sentences, as you would say them to a friend. Empty takes it away."`
	Was   string  `json:"was" doc:"The summary as it was read: one that was changed since is a conflict."`
}

// PlainOut names the record.
type PlainOut struct {
	N int64 `json:"n"`
}

// Plain stores a record's plain summary.
func (r *Room) Plain(ctx context.Context, in PlainIn) (out PlainOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	in.Words, in.Was = strings.TrimSpace(in.Words), strings.TrimSpace(in.Was)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.screen", in.Ref)
		if err != nil {
			return err
		}
		x, err := standing(tx, programme, v.Ref.ID, in.N)
		if err != nil {
			return err
		}
		if len(in.Words) > MaxPlain {
			return fault.Fielded("words", "house.too_long")
		}
		if x.Plain != in.Was && x.Plain != in.Words {
			return changedMeanwhile()
		}
		if err := setPlain(tx, programme, v.Ref.ID, in.N, in.Words); err != nil {
			return err
		}
		out.N = in.N
		return trail.Put(ctx, tx, entry, now, "review.plain", v.Ref, 0, in)
	})
	return out, err
}

// CardIn asks for the next plain summary to read.
type CardIn struct {
	Ref   ref.Ref `json:"ref"`
	N     int64   `json:"n" doc:"This record; 0 for the next of which one has said nothing."`
	After int64   `json:"after" doc:"Only records after this number."`
}

// CardOut is one plain summary. N 0: none is left.
type CardOut struct {
	Review Review    `json:"-"`
	N      int64     `json:"n"`
	Plain  string    `json:"plain"`
	Title  string    `json:"title"`
	Year   int64     `json:"year"`
	All    int64     `json:"all"`  // how many there are
	Said   int64     `json:"said"` // of how many one has said something, at most 1000
	Mine   PlainView `json:"mine"` // what one said of this one before
}

// Card gives the next plain summary to read, one at a time.
func (r *Room) Card(ctx context.Context, in CardIn) (out CardOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.view", in.Ref)
		if err != nil {
			return err
		}
		out.Review = v
		me := who.From(ctx).Key()
		if out.All, err = countPlain(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		said, err := viewsBy(tx, programme, v.Ref.ID, me, 0, 1000)
		if err != nil {
			return err
		}
		out.Said = int64(len(said))
		var x Record
		ok := false
		if in.N != 0 {
			x, err = standing(tx, programme, v.Ref.ID, in.N)
			ok = x.Plain != ""
		} else {
			x, ok, err = cardFor(tx, programme, v.Ref.ID, me, in.After)
		}
		if err != nil {
			return err
		}
		if !ok && in.N != 0 {
			return fault.New(fault.Missing, "house.missing")
		}
		if ok {
			out.N, out.Plain, out.Title, out.Year = x.N, x.Plain, x.Title, x.Year
			out.Mine, _, err = viewOf(tx, programme, v.Ref.ID, x.N, me)
		}
		return err
	})
	return out, err
}

// ViewIn is what a reader of a plain summary says.
type ViewIn struct {
	Ref     ref.Ref `json:"ref"`
	N       int64   `json:"n"`
	Verdict string  `json:"verdict" doc:"matters, unsure or not."`
	Words   string  `json:"words" doc:"Why, in the reader's own words."`
}

// ViewOut names the record.
type ViewOut struct {
	N int64 `json:"n"`
}

// View stores what a reader of a plain summary says. Said again, it takes the place of what
// they said before.
func (r *Room) View(ctx context.Context, in ViewIn) (out ViewOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	in.Words = strings.TrimSpace(in.Words)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.view", in.Ref)
		if err != nil {
			return err
		}
		x, err := standing(tx, programme, v.Ref.ID, in.N)
		if err == nil && x.Plain == "" {
			err = fault.New(fault.Missing, "house.missing")
		}
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(slices.Contains(Views(), in.Verdict), "verdict", "review.card_need_verdict")
		c.Need(len(in.Words) <= MaxNote, "words", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		view := PlainView{N: in.N, Actor: who.From(ctx).Key(), Verdict: in.Verdict, Words: in.Words, MadeAt: now}
		if err := putView(tx, programme, v.Ref.ID, view); err != nil {
			return err
		}
		out.N = in.N
		return trail.Put(ctx, tx, entry, now, "review.view", v.Ref, 0, view)
	})
	return out, err
}

// AnswerViewIn answers what a reader said.
type AnswerViewIn struct {
	Ref   ref.Ref `json:"ref"`
	N     int64   `json:"n"`
	Actor string  `json:"actor" doc:"Whose view it is, as review.views names them."`
	Words string  `json:"words" doc:"What the team did with it, and why."`
}

// Answer stores the team's answer to a view; its reader sees it.
func (r *Room) Answer(ctx context.Context, in AnswerViewIn) (out ViewOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	in.Words = strings.TrimSpace(in.Words)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.screen", in.Ref)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.Words != "", "words", "review.views_need_answer")
		c.Need(len(in.Words) <= MaxNote, "words", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		view, ok, err := viewOf(tx, programme, v.Ref.ID, in.N, in.Actor)
		if err == nil && !ok {
			err = fault.New(fault.Missing, "house.missing")
		}
		if err != nil {
			return err
		}
		view.Answer, view.AnsweredBy, view.AnsweredAt = in.Words, who.From(ctx).Key(), now
		if err := putView(tx, programme, v.Ref.ID, view); err != nil {
			return err
		}
		out.N = in.N
		return trail.Put(ctx, tx, entry, now, "review.answer", v.Ref, 0, view)
	})
	return out, err
}

// ViewListIn asks what readers of plain summaries said.
type ViewListIn struct {
	Ref        ref.Ref `json:"ref"`
	Mine       bool    `json:"mine" doc:"Only one's own."`
	Unanswered bool    `json:"unanswered" doc:"Only those that nobody has answered."`
	After      int64   `json:"after" doc:"Records after this number."`
	AfterActor string  `json:"after_actor" doc:"Of the record After too, the views of readers after this one."`
}

// ViewLine is what one reader said of one record.
type ViewLine struct {
	PlainView
	Title   string `json:"title"`
	Plain   string `json:"plain"`
	Settled string `json:"settled"` // what was decided of the record; "" = not yet
	Name    string `json:"name"`
	By      string `json:"by"` // who answered
}

// ViewListOut is at most 50 views, by record and reader.
type ViewListOut struct {
	Review    Review     `json:"-"`
	Lines     []ViewLine `json:"lines"`
	Next      int64      `json:"next"`       // After of the next page; 0 = no more
	NextActor string     `json:"next_actor"` // AfterActor of the next page
}

// ViewList lists what readers of plain summaries said, with what was decided beside it.
func (r *Room) ViewList(ctx context.Context, in ViewListIn) (out ViewListOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out.Review = v
		var all []PlainView
		if in.Mine {
			all, err = viewsBy(tx, programme, v.Ref.ID, who.From(ctx).Key(), in.After, talkPage)
		} else {
			all, err = viewsAfter(tx, programme, v.Ref.ID, in.After, in.AfterActor, in.Unanswered, talkPage)
		}
		if err != nil {
			return err
		}
		for _, view := range all {
			x, err := record(tx, programme, v.Ref.ID, view.N)
			if err != nil {
				return err
			}
			names, err := r.namesOf(ctx, tx, view.Actor, view.AnsweredBy)
			if err != nil {
				return err
			}
			line := ViewLine{PlainView: view, Title: x.Title, Plain: x.Plain, Settled: x.TitleVerdict, Name: names[view.Actor], By: names[view.AnsweredBy]}
			if x.FullVerdict != "" {
				line.Settled = x.FullVerdict
			}
			out.Lines = append(out.Lines, line)
		}
		if len(all) == talkPage {
			out.Next, out.NextActor = all[talkPage-1].N, all[talkPage-1].Actor
		}
		return nil
	})
	return out, err
}

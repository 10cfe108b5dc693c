package evidence

import (
	"context"
	"slices"
	"strconv"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// AskIn is statements to be put to someone, and what their answers share.
type AskIn struct {
	Project    string    `json:"project"`
	How        string    `json:"how"` // cards or pictures
	Statements []string  `json:"statements"`
	Cards      []AskCard `json:"cards"` // with pictures: 2 to MaxCards
	Said
}

// AskOut names the asking.
type AskOut struct {
	ID string `json:"id"`
}

// Ask gets statements ready to be answered one by one.
func (r *Room) Ask(ctx context.Context, in AskIn) (out AskOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.give", in.place(in.Project)); err != nil {
			return err
		}
		a := Asking{ID: id, Project: in.Project, How: in.How, Statements: in.Statements, Answers: make([]string, len(in.Statements)), Cards: in.Cards, At: now, Said: in.Said}
		if err := a.check(); err != nil {
			return err
		}
		if _, err := r.checkPlace(ctx, tx, in.Project, in.Said); err != nil {
			return err
		}
		var own []string
		for _, c := range in.Cards {
			if c.Upload != "" {
				own = append(own, c.Upload)
			}
		}
		if _, err := r.waiting(tx, who.From(ctx), own); err != nil {
			return err
		}
		actor := who.From(ctx)
		if err := dropAskings(tx, actor.Programme, now-askingLasts); err != nil {
			return err
		}
		if err := insertAsking(tx, actor, a); err != nil {
			return err
		}
		out = AskOut{id}
		return trail.Put(ctx, tx, entry, now, "evidence.ask", ref.Of("asking", id), 1, nil)
	})
	return out, err
}

// AskedIn asks for what is being asked.
type AskedIn struct {
	ID      string `json:"id"`      // one of the actor's own
	Project string `json:"project"` // with no id: those of a project that are not done
}

// AskedOut is it, with the answers so far.
type AskedOut struct {
	Askings []Asking `json:"askings"`
}

// Asked gives what the actor is asking someone and has not stored yet.
func (r *Room) Asked(ctx context.Context, in AskedIn) (out AskedOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if in.ID == "" {
			if err := who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, in.Project)); err != nil {
				return err
			}
			out.Askings, err = askings(tx, who.From(ctx), in.Project)
			return err
		}
		if err := who.Somewhere(ctx, tx, "evidence.give"); err != nil {
			return err
		}
		a, err := asking(tx, who.From(ctx), in.ID)
		out.Askings = []Asking{a}
		return err
	})
	return out, err
}

// AnswerIn is one answer that was shown. It can be shown again and changed until all is
// read back.
type AnswerIn struct {
	ID     string `json:"id"`
	N      int    `json:"n"`      // which statement, from 1
	Answer string `json:"answer"` // yes, unsure, no, or the word of a card; "" takes it back
}

// AnswerOut says what comes next.
type AnswerOut struct {
	Next int `json:"next"` // the statement after, from 1; 0 = that was the last
}

// Answer notes what someone showed.
func (r *Room) Answer(ctx context.Context, in AnswerIn) (out AnswerOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, "evidence.give"); err != nil {
			return err
		}
		a, err := asking(tx, who.From(ctx), in.ID)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.N >= 1 && in.N <= len(a.Statements), "n", "house.bad_choice")
		c.Need(in.Answer == "" || slices.Contains(a.choices(), in.Answer), "answer", "house.bad_choice")
		if err := c.Err(); err != nil {
			return err
		}
		a.Answers[in.N-1] = in.Answer
		out.Next = (in.N + 1) % (len(a.Statements) + 1)
		if err := updateAsking(tx, who.From(ctx), a); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "evidence.answer", ref.Of("asking", in.ID), 0, nil)
	})
	return out, err
}

// SettleIn stores what was answered, after it was read back and found right.
type SettleIn struct {
	ID string `json:"id"`
	// Pictures are uploads to go with answers that chose a picture of the facilitator's
	// own, by the number of the statement, from 1. Each goes with one contribution.
	Pictures map[string]string `json:"pictures,omitempty"`
}

// Settle makes each answer a contribution, all in one batch that can be undone as a whole.
func (r *Room) Settle(ctx context.Context, in SettleIn) (out PasteOut, err error) {
	agreed, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, "evidence.give"); err != nil {
			return err
		}
		actor := who.From(ctx)
		a, err := asking(tx, actor, in.ID)
		if err != nil {
			return err
		}
		if err := who.Must(ctx, tx, "evidence.give", a.place(a.Project)); err != nil {
			return err
		}
		if a.Answered() == 0 {
			return fault.New(fault.Invalid, "evidence.shown_nothing").With("evidence.shown_nothing_do")
		}
		zone, err := r.zone(tx, actor.Programme)
		if err != nil {
			return err
		}
		if a.Expressed == "" {
			a.Expressed = "pictures"
		}
		var cs []Contribution
		files := map[string]string{} // upload by contribution
		for i, answer := range a.Answers {
			if answer == "" {
				continue
			}
			c := made(r.ids.New(), a.Project, "", a.Said, now)
			c.Question, c.Answer, c.Batch = a.Statements[i], answer, a.ID
			c.ReadBack, c.ReadBackOn = BackRight, clock.DayOf(now, zone)
			c.Title = wordless(c, nil)
			files[c.Ref.ID] = in.Pictures[strconv.Itoa(i+1)]
			cs = append(cs, c)
		}
		if err := insertBatch(tx, actor.Programme, Batch{ID: a.ID, Project: a.Project, Name: text.Excerpt(a.Statements[0], 90), Made: "paste", State: BatchIn, At: now, Stored: int64(len(cs))}); err != nil {
			return err
		}
		if err := r.keep(ctx, tx, cs, a.Said, agreed); err != nil {
			return err
		}
		changes := make([]trail.Change, len(cs))
		for i := range cs {
			if err := r.withPicture(tx, actor, &cs[i], files[cs[i].Ref.ID], now); err != nil {
				return err
			}
			changes[i] = trail.Change{Entry: r.ids.New(), Ref: cs[i].Ref, Version: 1, Body: cs[i]}
		}
		if err := trail.PutMany(ctx, tx, now, "evidence.settle", changes); err != nil {
			return err
		}
		if err := deleteAsking(tx, actor, a.ID); err != nil {
			return err
		}
		out = PasteOut{a.ID, len(cs)}
		return trail.Put(ctx, tx, entry, now, "evidence.settle", ref.Of("batch", a.ID), 1, out)
	})
	return out, err
}

// withPicture gives a contribution the picture that was chosen; its word says what it shows.
func (r *Room) withPicture(tx *db.Tx, actor who.Actor, c *Contribution, upload string, now int64) error {
	if upload == "" {
		return nil
	}
	waiting, err := r.waiting(tx, actor, []string{upload})
	if err != nil {
		return err
	}
	if c.Media, err = r.attach(tx, actor.Programme, c.Ref.ID, waiting, now); err != nil {
		return err
	}
	for i := range c.Media {
		c.Media[i].Alt = c.Answer
		if err := nameMedium(tx, actor.Programme, c.Media[i].ID, c.Answer); err != nil {
			return err
		}
	}
	return nil
}

package people

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// AskIn writes down what a person asked of what is held about them.
type AskIn struct {
	Person ref.Ref `json:"person"`
	What   string  `json:"what" doc:"copy, correction or erasure."`
	How    string  `json:"asked_by" doc:"in person, phone, letter, email, card or supporter."`
	On     string  `json:"on" doc:"Day it was asked; today when not said."`
}

// AskOut names the request and the day it is due.
type AskOut struct {
	ID    string `json:"id"`
	DueOn string `json:"due_on"`
}

// Ask writes a request into the register, with the day by which it must be answered: one
// month on. What is asked again while it is open is the same request.
func (r *Room) Ask(ctx context.Context, in AskIn) (out AskOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	today := clock.DayOf(now, "")
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		_, p, err := record(ctx, tx, "people.ask", in.Person)
		if err != nil {
			return err
		}
		if p.State == Erased {
			return gone()
		}
		a := who.From(ctx)
		if a.Kind == who.Card {
			in.How, in.On = "card", ""
		}
		on, _ := day(in.On)
		if in.On == "" {
			on = today
		}
		if err := in.check(on, today); err != nil {
			return err
		}
		all, err := requestsOf(tx, a.Programme, p.Ref.ID)
		if err != nil {
			return err
		}
		if q, ok := openOf(all, in.What); ok {
			out = AskOut{q.ID, q.DueOn}
			return nil
		}
		q := newRequest(id, p.Ref, in.What, in.How, on)
		out = AskOut{q.ID, q.DueOn}
		if err := insertRequest(tx, a.Programme, q, a.Key(), now); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "people.ask", p.Ref, 0, out)
	})
	return out, err
}

func newRequest(id string, person ref.Ref, what, how, on string) Request {
	return Request{ID: id, Person: person, What: what, How: how, AskedOn: on, DueOn: monthsAfter(on, 1), State: Open, Version: 1}
}

// AnswerIn answers a request.
type AnswerIn struct {
	Request string `json:"request" doc:"Id of the request."`
	Version int64  `json:"version"`
	Answer  string `json:"answer" doc:"done, longer or refused."`
	To      string `json:"to" doc:"Whom a copy was handed to: person, supporter, attorney or parent."`
	Why     string `json:"why" doc:"Why it is refused: not sure who asks, harms someone, asked before or law keeps it."`
	On      string `json:"on" doc:"Day; today when not said."`
}

// Answer says what became of a request: done, refused with the reason, or that it takes
// two more months. A copy is done when it was handed to somebody.
func (r *Room) Answer(ctx context.Context, in AnswerIn) (out AskOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	today := clock.DayOf(now, "")
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		a := who.From(ctx)
		q, err := r.request(ctx, tx, "people.answer", in.Request)
		if err != nil {
			return err
		}
		on, _ := day(in.On)
		if in.On == "" {
			on = today
		}
		if err := in.check(q, on, today); err != nil {
			return err
		}
		switch {
		case in.Version != q.Version || q.State != Open:
			return fault.New(fault.Conflict, "people.changed_meanwhile").With("people.changed_meanwhile_do")
		case in.Answer == AnswerDone && q.What == AskCopy && q.CopiedAt == 0:
			return fault.New(fault.Conflict, "people.no_copy_yet").With("people.no_copy_yet_do")
		}
		was := q.Version
		q.Version++
		switch in.Answer {
		case AnswerLonger:
			q.Longer, q.DueOn = true, monthsAfter(q.AskedOn, 3)
		case AnswerRefused:
			q.State, q.Why, q.Answered = Refused, in.Why, on
		default:
			q.State, q.GivenTo, q.Answered = Done, in.To, on
		}
		if err := updateRequest(tx, a.Programme, q, a.Key(), was); err != nil {
			return err
		}
		out = AskOut{q.ID, q.DueOn}
		return trail.Put(ctx, tx, entry, now, "people.answer", q.Person, 0, answered{in.Answer, q.GivenTo, q.Why})
	})
	return out, err
}

// answered is what the trail keeps of an answer.
type answered struct {
	Answer string `json:"answer"`
	To     string `json:"to"`
	Why    string `json:"why"`
}

// request reads one request for an actor who may act for its person.
func (r *Room) request(ctx context.Context, tx *db.Tx, permission, id string) (Request, error) {
	if err := who.Somewhere(ctx, tx, permission); err != nil {
		return Request{}, err
	}
	q, ok, err := requestByID(tx, who.From(ctx).Programme, id)
	if err != nil {
		return q, err
	}
	if !ok {
		return q, fault.New(fault.Missing, "house.missing")
	}
	return q, who.Must(ctx, tx, permission, q.Person)
}

// oneRequest reads one request for its page, with what to call its person.
func (r *Room) oneRequest(ctx context.Context, id string) (q Request, called string, err error) {
	today := clock.DayOf(r.clock.Now(), "")
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if q, err = r.request(ctx, tx, "people.answer", id); err != nil {
			return err
		}
		p, err := one(tx, who.From(ctx).Programme, q.Person.ID)
		called = p.Called()
		return err
	})
	if q.State == Open {
		q.DaysLeft = daysBetween(today, q.DueOn)
	}
	return q, called, err
}

// RequestsIn asks for a page of the register.
type RequestsIn struct {
	State string `json:"state" doc:"open, done or refused; open when not said."`
	After string `json:"after" doc:"The next of the page before."`
	Limit int64  `json:"limit" doc:"1 to 200; 50 when not said."`
}

// RequestsOut is one page, what is due first before the others.
type RequestsOut struct {
	Requests []Request `json:"requests"`
	Next     string    `json:"next"`
}

// Requests lists what people asked of what is held about them.
func (r *Room) Requests(ctx context.Context, in RequestsIn) (out RequestsOut, err error) {
	if in.Limit <= 0 || in.Limit > 200 {
		in.Limit = 50
	}
	if in.State == "" {
		in.State = Open
	}
	today := clock.DayOf(r.clock.Now(), "")
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, "people.answer"); err != nil {
			return err
		}
		may, err := who.Where(ctx, tx, "r", "people.answer")
		if err != nil {
			return err
		}
		out.Requests, out.Next, err = requests(tx, who.From(ctx).Programme, in, may)
		count(out.Requests, today)
		return err
	})
	return out, err
}

// closeErasure answers an open request for erasure when the person is erased, and writes
// one down, answered, where they asked and nobody had.
func (r *Room) closeErasure(tx *db.Tx, p Person, why, id, today string, now int64) error {
	a := who.From(tx.Context())
	all, err := requestsOf(tx, a.Programme, p.Ref.ID)
	if err != nil {
		return err
	}
	q, ok := openOf(all, AskErasure)
	if !ok {
		if why != TheyAsked {
			return nil
		}
		q = newRequest(id, p.Ref, AskErasure, "in person", today)
		if err := insertRequest(tx, a.Programme, q, a.Key(), now); err != nil {
			return err
		}
	}
	was := q.Version
	q.State, q.Answered, q.Version = Done, today, was+1
	return updateRequest(tx, a.Programme, q, a.Key(), was)
}

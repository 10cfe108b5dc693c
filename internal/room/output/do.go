package output

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// States of a run.
const (
	Making = "making"
	Done   = "done"
)

// mostUntouched is how many letters of people of whom nothing is left one transaction holds.
const mostUntouched = 500

// Names of other rooms' kinds and states that letters have to do with.
const (
	contribution = "contribution"
	personal     = "personal" // an outcome that is one person's own
	erased       = "erased"   // a person who was taken out
)

// atOnce is how many people's letters one transaction makes.
const atOnce = 50

// makeJob is the slow work of this room.
const makeJob = "output.make"

// ReadyIn makes the letters of a project ready.
type ReadyIn struct {
	Project string `json:"project"`
	Run     string `json:"run" doc:"Go on with this run alone; a new one, or the one under way, when not said."`
	People  int64  `json:"people" doc:"Make the letters of about so many people now and stop; when not said the work goes on by itself."`
}

// ReadyOut says how far it is.
type ReadyOut struct {
	Run     string `json:"run"`
	State   string `json:"state"`   // making or done
	Letters int64  `json:"letters"` // people to write to
	Done    int64  `json:"done"`
}

// Ready makes, or makes again, the letter of everyone whose words are in a project. It
// runs in short transactions; pressed again while it works, it is the same run.
func (r *Room) Ready(ctx context.Context, in ReadyIn) (out ReadyOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	var run Run
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "output.make", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		actor := who.From(ctx)
		var there bool
		if in.Run != "" {
			run, there, err = runOf(tx, actor.Programme, in.Run)
			if err == nil && (!there || run.Project != in.Project) {
				err = fault.New(fault.Missing, "house.missing")
			}
			if err != nil {
				return err
			}
		} else if run, there, err = lastRun(tx, actor.Programme, in.Project); err != nil {
			return err
		}
		if in.Run == "" && (!there || run.State == Done) {
			run = Run{ID: id, Project: in.Project, State: Making, At: now, Changed: now, by: actor.Key()}
			if run.Total, err = countContributors(tx, actor.Programme, in.Project, now); err != nil {
				return err
			}
			if err := putRun(tx, actor.Programme, run); err != nil {
				return err
			}
			if err := trail.Put(ctx, tx, entry, now, "output.ready", ref.Of("run", run.ID), 1, nil); err != nil {
				return err
			}
		}
		if run.State == Making && in.People <= 0 {
			return r.jobs.Add(tx, makeJob, map[string]string{"programme": actor.Programme, "run": run.ID, "kind": string(actor.Kind), "actor": actor.ID}, once())
		}
		return nil
	})
	if err == nil && run.State == Making && in.People > 0 {
		run, err = r.makeAll(ctx, run.ID, in.People)
	}
	return ReadyOut{run.ID, run.State, run.Total, run.Done}, err
}

// makeAll makes letter after letter until all are made; with most > 0 it stops after
// about so many people.
func (r *Room) makeAll(ctx context.Context, id string, most int64) (run Run, err error) {
	for made := int64(0); most <= 0 || made < most; made += atOnce {
		if err := ctx.Err(); err != nil {
			return run, err
		}
		if run, err = r.makeSome(ctx, id); err != nil || run.State != Making {
			return run, err
		}
	}
	return run, nil
}

// batch is the new ids of one transaction.
type batch struct {
	ids, entries []string
	now          int64
}

func (r *Room) batch(n int) batch {
	k := batch{ids: make([]string, n), entries: make([]string, n), now: r.clock.Now()}
	for i := range n {
		k.ids[i], k.entries[i] = r.ids.New(), r.ids.New()
	}
	return k
}

// makeSome makes the letters of the next people in one transaction, in which everything
// is read anew; or, when none is left, ends the run.
func (r *Room) makeSome(ctx context.Context, id string) (run Run, err error) {
	k := r.batch(mostUntouched)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		var ok bool
		if run, ok, err = runOf(tx, programme, id); err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Missing, "house.missing")
		}
		if err := who.Must(ctx, tx, "output.make", ref.Of(ref.Project, run.Project)); err != nil {
			return err
		}
		if run.State != Making {
			return nil
		}
		persons, err := nextContributors(tx, programme, run.Project, run.last, k.now, atOnce)
		if err != nil {
			return err
		}
		run.Changed = k.now
		if len(persons) == 0 {
			done := run.Done
			run.State, run.Done = Done, run.Total
			left, err := r.emptied(tx.Context(), tx, run, k)
			if err != nil {
				return err
			}
			if left {
				run.State, run.Done = Making, done
			}
			return putRun(tx, programme, run)
		}
		drafts, err := r.draft(tx.Context(), tx, run.Project, persons, k.now)
		if err != nil {
			return err
		}
		var letters []Letter
		for i, d := range drafts {
			if l, ok := d.letter(k.ids[i], k.now, run.ID); ok {
				letters = append(letters, l)
			}
		}
		run.last, run.Done = persons[len(persons)-1], min(run.Total, run.Done+int64(len(persons)))
		if err := r.store(tx.Context(), tx, "output.ready", letters, k); err != nil {
			return err
		}
		return putRun(tx, programme, run)
	})
	return run, err
}

// emptied holds the letters of people of whom nothing may be used any more, as many as one
// transaction holds; left says that there may be others.
func (r *Room) emptied(ctx context.Context, tx *db.Tx, run Run, k batch) (left bool, err error) {
	letters, err := untouched(tx, who.From(ctx).Programme, run.Project, run.ID, r.most)
	if err != nil {
		return false, err
	}
	for i := range letters {
		letters[i].take(verdict{State: Held, Why: "output.why_nothing_left", Format: letters[i].Format, How: letters[i].How}, Body{})
		letters[i].run = run.ID
		letters[i].Version++
	}
	return int64(len(letters)) == r.most, r.store(ctx, tx, "output.ready", letters, k)
}

// draft is what a person's letter would be now.
type draft struct {
	person  string
	project string
	reader  Reader
	body    Body
	verdict verdict
	last    Letter // their latest letter; no Ref when there is none
}

// draft reads, for some people of a project, what they said and what became of it.
func (r *Room) draft(ctx context.Context, tx *db.Tx, project string, persons []string, now int64) ([]draft, error) {
	programme := who.From(ctx).Programme
	said, err := saidBy(tx, programme, project, persons, now)
	if err != nil {
		return nil, err
	}
	refs := make([]ref.Ref, len(said))
	for i, x := range said {
		refs[i] = x.Ref()
	}
	became, err := r.Became(ctx, tx, programme, refs)
	if err != nil {
		return nil, err
	}
	readers, err := r.readers.Readers(ctx, tx, persons)
	if err != nil {
		return nil, err
	}
	before, err := lettersOf(tx, programme, project, persons)
	if err != nil {
		return nil, err
	}
	own, err := r.own(ctx, tx, persons)
	if err != nil {
		return nil, err
	}
	theirs, err := ownRefs(tx, programme, project, persons, now)
	if err != nil {
		return nil, err
	}
	accounts, last := map[string][]Account{}, map[string]Letter{}
	for _, x := range said {
		accounts[x.Person] = append(accounts[x.Person], became[x.Ref()])
	}
	for _, l := range before {
		last[l.Person] = l
	}
	out := make([]draft, len(persons))
	for i, p := range persons {
		reader, known := readers[p]
		body := gather(accounts[p])
		body.Own = theirs[p]
		if reader.State == erased {
			body.forget(func(x ref.Ref) bool { return x.Kind == contribution })
		}
		out[i] = draft{p, project, reader, body, judge(reader, known, body, ownIn(own[p], body)), last[p]}
	}
	return out, nil
}

// letter is the letter that a draft makes: the open one made again, or a new one. ok is
// false when the person has been told all of it already.
func (d draft) letter(id string, now int64, run string) (l Letter, ok bool) {
	l = d.last
	if l.Ref.None() || !l.Open() {
		if !l.Ref.None() && !moved(l.body, d.body, d.live()) && !more(l.body, d.body) {
			return l, false
		}
		l = Letter{Ref: ref.Of(Kind, id), Project: d.project, Person: d.person, Number: d.last.Number + 1}
	}
	l.run, l.MadeAt, l.Language = run, now, d.reader.Language
	l.Version++
	l.take(d.verdict, d.body)
	return l, true
}

// live is the contributions that may be used now.
func (d draft) live() map[ref.Ref]bool {
	out := map[ref.Ref]bool{}
	for _, s := range d.body.Said {
		out[s.Ref] = true
	}
	return out
}

// trace is what the trail keeps of a letter: no names and no words but the team's own.
type trace struct {
	State  string `json:"state"`
	Why    string `json:"why,omitempty"`
	Format string `json:"format"`
}

// store keeps letters, their records, what they tell of and their trail.
func (r *Room) store(ctx context.Context, tx *db.Tx, verb string, letters []Letter, k batch) error {
	if len(letters) == 0 {
		return nil
	}
	programme, title := who.From(ctx).Programme, r.face.Words.T("en", "output.letter_title")
	recs, changes := make([]ref.Record, len(letters)), make([]trail.Change, len(letters))
	for i, l := range letters {
		recs[i] = l.record(programme, title, k.now)
		changes[i] = trail.Change{Entry: k.entries[i], Ref: l.Ref, Version: l.Version, Body: trace{l.State, l.Why, l.Format}}
	}
	if err := ref.Put(tx, recs...); err != nil {
		return err
	}
	if err := putLetters(tx, programme, letters); err != nil {
		return err
	}
	if err := putTold(tx, programme, letters); err != nil {
		return err
	}
	return trail.PutMany(ctx, tx, k.now, verb, changes)
}

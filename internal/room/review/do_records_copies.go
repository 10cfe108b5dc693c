package review

import (
	"context"
	"slices"

	"plait/internal/engine/dedupe"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

const (
	keysAtOnce  = 2000 // records read for comparing in one transaction
	linksAtOnce = 100  // links stored in one transaction
)

// lookForCopies compares the records that are new with all that are there. It may run
// again, and begin anew where it was cut off: what was stored is stored once.
func (r *Room) lookForCopies(ctx context.Context, programme, review string) error {
	var s copiesState
	var apart []Pair
	var last, fresh int64
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if s, err = copiesOf(tx, programme, review); err != nil {
			return err
		}
		if last, err = lastShown(tx, programme, review); err != nil {
			return err
		}
		if fresh, err = countRecords(tx, programme, review, after(s.Upto)); err != nil {
			return err
		}
		apart, err = apartPairs(tx, programme, review)
		return err
	})
	if err != nil {
		return err
	}
	if fresh == 0 {
		s.State = copiesIdle
		return r.copiesSoFar(ctx, programme, review, s)
	}
	s.State, s.Done, s.Total = copiesLoad, 0, last
	found, ns, err := r.compareAll(ctx, programme, review, &s, last, apart)
	if err != nil {
		return err
	}
	return r.storeFound(ctx, programme, review, s, last, found, ns)
}

// copiesSoFar notes how far it is, for the page that shows it.
func (r *Room) copiesSoFar(ctx context.Context, programme, review string, s copiesState) error {
	s.ChangedAt = r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error { return setCopies(tx, programme, review, s) })
}

// compareAll reads the records up to the last, and compares those that are new with all. What
// is known, the groups and what people said, is known of each of them: those that were put
// back are compared anew and asked about once. ns are the numbers of the set's records.
func (r *Room) compareAll(ctx context.Context, programme, review string, s *copiesState, last int64, apart []Pair) (found dedupe.Found, ns []int64, err error) {
	var old, added []dedupe.Record
	groups := map[int64][]int{}
	for at := int64(0); ; {
		var rows []keyRow
		err := r.db.Read(ctx, func(tx *db.Tx) (err error) { rows, err = keyRows(tx, programme, review, at, keysAtOnce); return err })
		if err != nil {
			return found, nil, err
		}
		for i := range rows {
			if rows[i].n > last {
				continue // it came while we read: the next look takes it
			}
			groups[rows[i].lead] = append(groups[rows[i].lead], len(ns))
			if rows[i].n <= s.Upto {
				old = append(old, comparedRow(&rows[i]))
			} else {
				added = append(added, comparedRow(&rows[i]))
			}
			ns = append(ns, rows[i].n)
		}
		if len(rows) < keysAtOnce {
			break
		}
		at = rows[len(rows)-1].n
		s.Done = min(at, last)
		if err := r.copiesSoFar(ctx, programme, review, *s); err != nil {
			return found, nil, err
		}
	}
	var together [][]int
	for _, g := range groups {
		if len(g) > 1 {
			together = append(together, g)
		}
	}
	slices.SortFunc(together, func(a, b []int) int { return a[0] - b[0] })
	var parted [][2]int
	for _, p := range apart {
		a, okA := slices.BinarySearch(ns, p.A)
		b, okB := slices.BinarySearch(ns, p.B)
		if okA && okB {
			parted = append(parted, [2]int{a, b})
		}
	}
	set := dedupe.New(dedupe.Options{})
	set.Restore(old, together, parted)
	return set.AddKnown(added, together, parted), ns, nil
}

// storeFound stores what was found, and says that all up to the last are compared.
func (r *Room) storeFound(ctx context.Context, programme, review string, s copiesState, last int64, found dedupe.Found, ns []int64) error {
	all := make([]Pair, 0, len(found.Merged)+len(found.Asks))
	for _, p := range slices.Concat(found.Merged, found.Asks) {
		all = append(all, Pair{A: ns[p.A], B: ns[p.B], Band: p.Band.String(), Score: thousandths(p.Score), Reason: string(p.Reason)})
	}
	was := s.Upto
	s.State, s.Done, s.Total = copiesPut, 0, int64(len(all))
	for part := range slices.Chunk(all, linksAtOnce) {
		s.Done += int64(len(part))
		now := r.clock.Now()
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			var seeds []int64
			for _, p := range part {
				if err := putFound(tx, programme, review, p); err != nil {
					return err
				}
				if p.Band == Same {
					seeds = append(seeds, p.A, p.B)
				}
			}
			if err := regroup(tx, programme, review, seeds); err != nil {
				return err
			}
			s.ChangedAt = now
			return setCopies(tx, programme, review, s)
		})
		if err != nil {
			return err
		}
	}
	s.State, s.Upto, s.Left = copiesIdle, last, s.Left+int64(found.Left)
	s.ChangedAt = r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error {
		if err := comparedUpto(tx, programme, review, s, was, ns); err != nil {
			return err
		}
		return r.heard(ctx, tx, programme, review, arrived)
	})
}

// CopiesIn asks to look for copies now.
type CopiesIn struct {
	Ref   ref.Ref `json:"ref"`
	Later bool    `json:"later"` // a job does it after the answer
}

// CopiesOut counts what is there.
type CopiesOut struct {
	Merged int64 `json:"merged"` // records that are copies of another
	Left   int64 `json:"left"`   // pairs that a person should look at
}

// Copies looks for copies among what is new. After each import it is done by itself. It
// runs its own transactions.
func (r *Room) Copies(ctx context.Context, in CopiesIn) (out CopiesOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	var programme string
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		var v Review
		if v, programme, err = r.openToAdd(ctx, tx, "review.run", in.Ref); err != nil {
			return err
		}
		if in.Later {
			if err := r.jobs.Add(tx, copiesJob, jobOf(ctx, v.Ref.ID), job.Unique()); err != nil {
				return err
			}
		}
		return trail.Put(ctx, tx, entry, now, "review.copies", v.Ref, 0, nil)
	})
	if err == nil && !in.Later {
		err = r.lookForCopies(ctx, programme, in.Ref.ID)
	}
	if err != nil {
		return out, err
	}
	err = r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if out.Merged, err = countCopies(tx, programme, in.Ref.ID); err != nil {
			return err
		}
		out.Left, err = countAsks(tx, programme, in.Ref.ID)
		return err
	})
	return out, err
}

// AnswerCopyIn says of two records whether they are one work.
type AnswerCopyIn struct {
	Ref    ref.Ref `json:"ref"` // of the review
	A      int64   `json:"a"`
	B      int64   `json:"b"`
	Answer string  `json:"answer"` // Same, Apart, or Unsure to put it off
}

// AnswerCopyOut counts what is still asked.
type AnswerCopyOut struct {
	Left int64 `json:"left"`
}

// AnswerCopy stores an answer. The two need not have been asked about: a person may find
// what the program did not. Nothing is lost by it, and UnanswerCopy undoes it.
func (r *Room) AnswerCopy(ctx context.Context, in AnswerCopyIn) (out AnswerCopyOut, err error) {
	return r.answerPair(ctx, "review.answer-copy", in.Ref, []int64{in.A, in.B}, in, func(tx *db.Tx, programme, by string, now int64) error {
		band := map[string]string{Same: Same, Apart: Apart, Unsure: Ask}[in.Answer]
		if band == "" || in.A == in.B {
			return fault.Fielded("answer", "house.bad_choice")
		}
		if band == Ask {
			p, ok, err := pairOf(tx, programme, in.Ref.ID, in.A, in.B)
			if err != nil || !ok || p.Band != Ask {
				return err // it is answered already
			}
		}
		return setAnswer(tx, programme, in.Ref.ID, in.A, in.B, band, by, now)
	})
}

// UnanswerCopyIn undoes an answer. B 0 undoes the last parting of A from its group.
type UnanswerCopyIn struct {
	Ref ref.Ref `json:"ref"`
	A   int64   `json:"a"`
	B   int64   `json:"b"`
}

// UnanswerCopy makes a pair again what the program found of it.
func (r *Room) UnanswerCopy(ctx context.Context, in UnanswerCopyIn) (out AnswerCopyOut, err error) {
	seeds := []int64{in.A, in.B}
	if in.B == 0 {
		seeds = seeds[:1]
	}
	return r.answerPair(ctx, "review.unanswer-copy", in.Ref, seeds, in, func(tx *db.Tx, programme, _ string, _ int64) error {
		if in.B == 0 {
			all, err := apartWith(tx, programme, in.Ref.ID, in.A)
			for _, p := range all {
				if err := clearAnswer(tx, programme, in.Ref.ID, p); err != nil {
					return err
				}
			}
			return err
		}
		p, ok, err := pairOf(tx, programme, in.Ref.ID, in.A, in.B)
		if err != nil || !ok || p.AnsweredAt == 0 {
			return err
		}
		return clearAnswer(tx, programme, in.Ref.ID, p)
	})
}

// PartCopyIn takes a record out of its group.
type PartCopyIn struct {
	Ref ref.Ref `json:"ref"`
	N   int64   `json:"n"`
}

// PartCopy says that a record is another work than all that it was merged with. The
// others stay together.
func (r *Room) PartCopy(ctx context.Context, in PartCopyIn) (out AnswerCopyOut, err error) {
	return r.answerPair(ctx, "review.part-copy", in.Ref, []int64{in.N}, in, func(tx *db.Tx, programme, by string, now int64) error {
		x, err := record(tx, programme, in.Ref.ID, in.N)
		if err != nil {
			return err
		}
		all, err := workOf(tx, programme, in.Ref.ID, x.Lead)
		before := int64(0)
		for _, m := range all {
			if m.N == in.N {
				continue
			}
			if err := setAnswer(tx, programme, in.Ref.ID, in.N, m.N, Apart, by, now); err != nil {
				return err
			}
			if before != 0 { // it may have been what held them together
				p := Pair{A: before, B: m.N, Band: Same, Reason: sameRecord}
				if err := putFound(tx, programme, in.Ref.ID, p); err != nil {
					return err
				}
			}
			before = m.N
		}
		return err
	})
}

// answerPair does something to pairs of records that are in the review, and makes their groups anew.
func (r *Room) answerPair(ctx context.Context, verb string, at ref.Ref, seeds []int64, body any,
	f func(tx *db.Tx, programme, by string, now int64) error) (out AnswerCopyOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.run", at)
		if err != nil {
			return err
		}
		for _, n := range seeds {
			if x, err := record(tx, programme, at.ID, n); err != nil || x.Gone {
				return orMissing(false, err)
			}
		}
		// The groups as they were: what was parted must be looked at too.
		members, _, err := around(tx, programme, at.ID, slices.Clone(seeds))
		if err != nil {
			return err
		}
		if err := f(tx, programme, who.From(ctx).Key(), now); err != nil {
			return err
		}
		all := slices.Clone(seeds)
		for _, m := range members {
			all = append(all, m.n)
		}
		if err := regroup(tx, programme, at.ID, all); err != nil {
			return err
		}
		if out.Left, err = countAsks(tx, programme, at.ID); err != nil {
			return err
		}
		if err := r.heard(ctx, tx, programme, at.ID, arrived); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, verb, v.Ref, 0, body)
	})
	return out, err
}

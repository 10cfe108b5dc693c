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
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		v, err := one(tx, programme, review)
		if err != nil {
			return err
		}
		if s, err = copiesOf(tx, programme, review); err != nil {
			return err
		}
		last = v.Records
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
		s.State, s.Upto = copiesIdle, last
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

// compareAll reads the records up to the last, puts those that were compared before back in
// their groups, and adds the others. ns are the numbers of the set's records.
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
			if rows[i].n <= s.Upto {
				groups[rows[i].lead] = append(groups[rows[i].lead], len(ns))
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
		if okA && okB && b < len(old) {
			parted = append(parted, [2]int{a, b})
		}
	}
	set := dedupe.New(dedupe.Options{})
	set.Restore(old, together, parted)
	return set.Add(added), ns, nil
}

// storeFound stores what was found, and says that all up to the last are compared.
func (r *Room) storeFound(ctx context.Context, programme, review string, s copiesState, last int64, found dedupe.Found, ns []int64) error {
	all := make([]Pair, 0, len(found.Merged)+len(found.Asks))
	for _, p := range slices.Concat(found.Merged, found.Asks) {
		all = append(all, Pair{A: ns[p.A], B: ns[p.B], Band: p.Band.String(), Score: thousandths(p.Score), Reason: p.Reason})
	}
	s.State, s.Done, s.Total, s.Left = copiesPut, 0, int64(len(all)), s.Left+int64(found.Left)
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
	s.State, s.Upto = copiesIdle, last
	s.ChangedAt = r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error {
		if err := setCopies(tx, programme, review, s); err != nil {
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
		if v, programme, err = r.open(ctx, tx, "review.run", in.Ref); err != nil {
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
		all, err := records(tx, programme, in.Ref.ID, ofWork(x.Lead), 0, 1000)
		before := int64(0)
		for _, m := range all {
			if m.N == in.N {
				continue
			}
			if err := setAnswer(tx, programme, in.Ref.ID, in.N, m.N, Apart, by, now); err != nil {
				return err
			}
			if before != 0 { // it may have been what held them together
				p := Pair{A: before, B: m.N, Band: Same, Reason: "Both were merged with the same record."}
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
		v, programme, err := r.open(ctx, tx, "review.run", at)
		if err != nil {
			return err
		}
		for _, n := range seeds {
			if x, err := record(tx, programme, at.ID, n); err != nil || x.Gone {
				return orMissing(err)
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

// orMissing is err, or that something is not there.
func orMissing(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Missing, "house.missing")
}

// AsksIn asks for the next pair to look at.
type AsksIn struct {
	Ref ref.Ref `json:"ref"`
}

// AsksOut is the likeliest pair that nobody has answered, and how many there are.
type AsksOut struct {
	Left   int64         `json:"left"`
	Merged int64         `json:"merged"` // records that are copies of another
	Beyond int64         `json:"beyond"` // pairs that were too many to ask about
	Pair   *Pair         `json:"pair,omitempty"`
	A      *Record       `json:"a,omitempty"`
	B      *Record       `json:"b,omitempty"`
	Marks  []dedupe.Mark `json:"marks,omitempty"` // every field of the two, with what differs
	State  string        `json:"state"`           // idle, or load and put while copies are looked for
	Done   int64         `json:"done"`            // of Total, while they are
	Total  int64         `json:"total"`
	left   dedupe.Record
	right  dedupe.Record
}

// Asks gives the next pair that a person should look at.
func (r *Room) Asks(ctx context.Context, in AsksIn) (out AsksOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		s, err := copiesOf(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		out.State, out.Done, out.Total, out.Beyond = s.State, s.Done, s.Total, s.Left
		if out.Left, err = countAsks(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		if out.Merged, err = countCopies(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		p, ok, err := nextAsk(tx, programme, v.Ref.ID)
		if err != nil || !ok {
			return err
		}
		return out.side(tx, programme, v.Ref.ID, p)
	})
	return out, err
}

// side puts two records side by side.
func (out *AsksOut) side(tx *db.Tx, programme, review string, p Pair) error {
	rows, err := keyRowsOf(tx, programme, review, []int64{p.A, p.B})
	if err != nil || len(rows) != 2 {
		return orMissing(err)
	}
	a, err := record(tx, programme, review, p.A)
	if err != nil {
		return err
	}
	b, err := record(tx, programme, review, p.B)
	if err != nil {
		return err
	}
	out.left, out.right = comparedRow(&rows[0]), comparedRow(&rows[1])
	out.Pair, out.A, out.B, out.Marks = &p, &a, &b, dedupe.Marks(out.left, out.right)
	return nil
}

// MergedIn asks for groups of records that are one work.
type MergedIn struct {
	Ref   ref.Ref `json:"ref"`
	After int64   `json:"after"` // the lead of the last group of the page before
}

// MergedOut is up to 25 groups, by the number of the record that leads each.
type MergedOut struct {
	Groups []Group `json:"groups"`
	Next   int64   `json:"next"` // 0 = these are the last
}

// Group is the records of one work, the one that leads first.
type Group struct {
	Records []Record `json:"records"`
	Links   []Pair   `json:"links"` // why they are together
}

const groupsAtOnce = 25

// Merged lists what was merged.
func (r *Room) Merged(ctx context.Context, in MergedIn) (out MergedOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		all, err := mergedLeads(tx, programme, v.Ref.ID, in.After, groupsAtOnce+1)
		if err != nil {
			return err
		}
		if len(all) > groupsAtOnce {
			all = all[:groupsAtOnce]
			out.Next = all[groupsAtOnce-1]
		}
		for _, lead := range all {
			g, err := groupOf(tx, programme, v.Ref.ID, lead)
			if err != nil {
				return err
			}
			out.Groups = append(out.Groups, g)
		}
		return nil
	})
	return out, err
}

// groupOf reads the records of one work, the one that leads first.
func groupOf(tx *db.Tx, programme, review string, lead int64) (g Group, err error) {
	if g.Records, err = records(tx, programme, review, ofWork(lead), 0, 200); err != nil {
		return g, err
	}
	slices.SortStableFunc(g.Records, func(a, b Record) int { return last(a.N == lead, b.N == lead) })
	ns := make([]int64, len(g.Records))
	for i, x := range g.Records {
		ns[i] = x.N
	}
	g.Links, err = linksOf(tx, programme, review, ns)
	return g, err
}

// AnsweredIn asks for what people answered.
type AnsweredIn struct {
	Ref ref.Ref `json:"ref"`
}

// AnsweredOut is the newest 100 answers.
type AnsweredOut struct {
	Answers []Answered `json:"answers"`
}

// Answered is one answer, and the titles of the two records.
type Answered struct {
	Pair
	TitleA string `json:"title_a"`
	TitleB string `json:"title_b"`
}

// Answers lists what people said of pairs.
func (r *Room) Answers(ctx context.Context, in AnsweredIn) (out AnsweredOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		all, err := answered(tx, programme, v.Ref.ID, 100)
		if err != nil {
			return err
		}
		ns := make([]int64, 0, 2*len(all))
		for _, p := range all {
			ns = append(ns, p.A, p.B)
		}
		titles := map[int64]string{}
		some, err := records(tx, programme, v.Ref.ID, numberIn(ns), 0, 200)
		for _, x := range some {
			titles[x.N] = x.Title
		}
		for _, p := range all {
			out.Answers = append(out.Answers, Answered{p, titles[p.A], titles[p.B]})
		}
		return err
	})
	return out, err
}

package review

import (
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// NextIn asks for the next record to read.
type NextIn struct {
	Ref     ref.Ref `json:"ref"`
	Stage   string  `json:"stage" doc:"title (when empty) or full."`
	N       int64   `json:"n" doc:"This record and no other; 0 for the next."`
	Sorting string  `json:"sorting" doc:"learned, oldest or found; the review's own when empty."`
	Words   string  `json:"words" doc:"For found: each must begin a word of the title or summary."`
	Wait    bool    `json:"wait" doc:"Wait until the order has been learned from every decision."`
}

// NextOut is a record to read, with what helps to decide. N 0: nothing is left.
type NextOut struct {
	Record
	Review    Review      `json:"-"`
	By        string      `json:"by"`       // how it was chosen: learned, chance, oldest, number, words, second, later, hand
	Learning  bool        `json:"learning"` // the order has not been learned from the last decisions yet
	Why       []string    `json:"why"`      // words that moved it up
	In        []string    `json:"in"`       // what is wanted, in plain words
	Out       []string    `json:"out"`      // reasons to leave it out
	Mine      *Decision   `json:"mine"`     // one's own decision, where it was taken before
	Others    []Decision  `json:"others"`   // what others decided, where it may be seen
	Views     []PlainView `json:"views"`    // what readers of the plain summary said
	Read      int64       `json:"read"`     // how many one has decided in this stage
	Open      int64       `json:"open"`     // how many are left for oneself
	Tally     Tally       `json:"tally"`
	SkipsFull bool        `json:"skips_full"`
}

// Next gives the next record to read. It never waits for the order to be learned unless it
// is asked to.
func (r *Room) Next(ctx context.Context, in NextIn) (out NextOut, err error) {
	if in.Stage == "" {
		in.Stage = TitleStage
	}
	if in.Wait {
		var at rankKey
		err := r.db.Read(ctx, func(tx *db.Tx) error {
			v, programme, err := r.open(ctx, tx, "review.screen", in.Ref)
			at = rankKey{programme, v.Ref.ID}
			return err
		})
		if err != nil {
			return out, err
		}
		if err := r.learnNow(ctx, at); err != nil {
			return out, err
		}
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.screen", in.Ref)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(slices.Contains(Stages(), in.Stage), "stage", "house.bad_choice")
		c.Need(in.Sorting == "" || slices.Contains(Sortings(), in.Sorting), "sorting", "house.bad_choice")
		c.Need(len(in.Words) <= MaxReason, "words", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		if in.Sorting == "" {
			in.Sorting = v.Sorting
		}
		out.Review = v
		p := picker{r: r, tx: tx, programme: programme, v: v, stage: in.Stage, me: who.From(ctx).Key()}
		mine, err := countMine(tx, programme, v.Ref.ID, in.Stage, p.me)
		if err != nil {
			return err
		}
		out.Read = mine[Include] + mine[Exclude] + mine[Unsure]
		n := in.N
		if n == 0 {
			n, out.By, out.Learning, err = p.pick(in, out.Read)
		} else {
			out.By = ByAsking
		}
		if err != nil {
			return err
		}
		if out.Tally, err = tally(tx, programme, v.Ref.ID, in.Stage, v.Reviewers); err != nil {
			return err
		}
		if out.Open, err = openToCount(tx, programme, v.Ref.ID, in.Stage, p.me, v.Reviewers, out.Tally.Left()); err != nil || n == 0 {
			return err
		}
		return p.show(ctx, n, &out)
	})
	return out, err
}

// show reads what helps to decide of a record.
func (p picker) show(ctx context.Context, n int64, out *NextOut) (err error) {
	v := p.v
	if out.Record, err = standing(p.tx, p.programme, v.Ref.ID, n); err != nil {
		return err
	}
	all, err := criteria(p.tx, p.programme, v.Ref.ID)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Side == SideOut {
			out.Out = append(out.Out, c.Words)
		} else {
			out.In = append(out.In, c.Words)
		}
	}
	decided, err := decisionsOn(p.tx, p.programme, v.Ref.ID, p.stage, n)
	if err != nil {
		return err
	}
	votes := int64(0)
	for _, d := range decided {
		if d.Verdict != Later {
			votes++
		}
	}
	for _, d := range decided {
		if d.Actor == p.me {
			out.Mine = &d
		} else if d.Verdict != Later && (!v.Blind || votes >= v.Reviewers) {
			out.Others = append(out.Others, d)
		}
	}
	if out.Views, err = viewsOn(p.tx, p.programme, v.Ref.ID, n); err != nil {
		return err
	}
	s, err := screeningOf(p.tx, p.programme, v.Ref.ID)
	if err != nil {
		return err
	}
	out.SkipsFull = s.skip
	out.Why = p.r.screens.why(rankKey{p.programme, v.Ref.ID}, n)
	return nil
}

// picker chooses the next record for one reviewer.
type picker struct {
	r         *Room
	tx        *db.Tx
	programme string
	v         Review
	stage, me string
}

// ahead is how many records are looked at at once for one that is open.
const ahead = 50

// pick chooses the next record; n 0 when nothing is left.
func (p picker) pick(in NextIn, decided int64) (n int64, by string, learning bool, err error) {
	open := openTo(p.programme, p.v.Ref.ID, p.stage, p.me, p.v.Reviewers)
	if p.v.Reviewers > 1 && in.Sorting != Found {
		// A record that one more must read is settled the sooner.
		all, err := waitingFor(p.tx, p.programme, p.v.Ref.ID, p.stage, p.me, p.v.Reviewers, ahead)
		if n := p.free(all, BySecond); err != nil || n != 0 {
			return n, BySecond, false, err
		}
	}
	switch {
	case in.Sorting == Oldest:
		by = ByOldest
		all, e := openByYear(p.tx, p.programme, p.v.Ref.ID, open, ahead)
		n, err = p.free(all, by), e
	case in.Sorting == Found:
		by = ByWords
		n, learning, err = p.found(open, in.Words)
	case p.stage == TitleStage:
		n, by, learning, err = p.learned(open, decided)
	default:
		by = ByNumber
		all, e := openByNumber(p.tx, p.programme, p.v.Ref.ID, open, 0, ahead)
		n, err = p.free(all, by), e
	}
	if err != nil || n != 0 || in.Sorting == Found {
		return n, by, learning, err
	}
	all, err := keptForLater(p.tx, p.programme, p.v.Ref.ID, p.stage, p.me, 1)
	if err != nil || len(all) == 0 {
		return 0, "", false, err
	}
	return all[0], ByLater, false, nil
}

// learned chooses by what was learned, but for the share that is left to chance. While
// nothing is learned yet, records come as they came in.
func (p picker) learned(open db.Part, decided int64) (n int64, by string, learning bool, err error) {
	s, err := screeningOf(p.tx, p.programme, p.v.Ref.ID)
	if err != nil {
		return 0, "", false, err
	}
	order, fresh := p.r.ranking(rankKey{p.programme, p.v.Ref.ID}, s.seq)
	by = ByLearned
	if at, ok := byChance(dice(p.v.Ref.ID, p.stage, p.me, decided), p.v.Chance, len(order)); ok {
		// The list is put in another order for the walk: from a place by chance, by number.
		by = ByChance
		sorted := slices.Sorted(slices.Values(order))
		order = append(slices.Clone(sorted[at:]), sorted[:at]...)
	}
	n, err = p.walk(open, order, by)
	if err != nil || n != 0 {
		return n, by, !fresh, err
	}
	// No order yet, or it knows nothing of what came in since.
	all, err := openByNumber(p.tx, p.programme, p.v.Ref.ID, open, 0, ahead)
	return p.free(all, ByNumber), ByNumber, !fresh, err
}

// walk gives the first of an order that is open and that nobody has before them.
func (p picker) walk(open db.Part, order []int64, by string) (int64, error) {
	for len(order) > 0 {
		some := order[:min(ahead, len(order))]
		order = order[len(some):]
		are, err := openOf(p.tx, p.programme, p.v.Ref.ID, open, some)
		if err != nil {
			return 0, err
		}
		if n := p.free(slices.DeleteFunc(slices.Clone(some), func(n int64) bool { return !are[n] }), by); n != 0 {
			return n, nil
		}
	}
	return 0, nil
}

// found gives the best open record that holds words.
func (p picker) found(open db.Part, words string) (n int64, learning bool, err error) {
	want := wanted(words)
	if len(want) == 0 {
		return 0, false, nil
	}
	s, err := screeningOf(p.tx, p.programme, p.v.Ref.ID)
	if err != nil {
		return 0, false, err
	}
	var some []int64
	look := func() bool {
		if n == 0 && err == nil {
			n, err = p.walk(open, some, ByWords)
			some = some[:0]
		}
		return n == 0 && err == nil
	}
	if p.r.holding(rankKey{p.programme, p.v.Ref.ID}, s.seq, want, func(x int64) bool {
		some = append(some, x)
		return len(some) < ahead || look()
	}) {
		look()
		return n, false, err
	}
	// The records are not in memory yet: the first of them are looked through here.
	const most = 40
	after := int64(0)
	for range most {
		all, err := openByNumber(p.tx, p.programme, p.v.Ref.ID, open, after, ahead)
		if err != nil || len(all) == 0 {
			return 0, true, err
		}
		some, err := records(p.tx, p.programme, p.v.Ref.ID, among(all), 0, ahead)
		if err != nil {
			return 0, true, err
		}
		for _, x := range some {
			if holdsAll(x.Title+"\n"+x.Abstract, want) {
				return x.N, true, nil
			}
		}
		after = all[len(all)-1]
	}
	return 0, true, nil
}

// free gives the first of some records that nobody else has before them now, and notes that
// this reviewer has it, and how it was chosen; the first one where all are looked at.
func (p picker) free(ns []int64, by string) int64 {
	if len(ns) == 0 {
		return 0
	}
	return p.r.screens.lend(rankKey{p.programme, p.v.Ref.ID}, p.stage, p.me, ns, by, p.v.Reviewers, p.r.clock.Now())
}

package review

import (
	"context"
	"math"
	"slices"
	"strings"

	"plait/internal/engine/screen"
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// AgreeIn asks how far people decided alike.
type AgreeIn struct {
	Ref    ref.Ref `json:"ref"`
	Stage  string  `json:"stage" doc:"title (when empty) or full."`
	First  string  `json:"first" doc:"Of these two, also where they differ: a pair's first and second, as this verb names them."`
	Second string  `json:"second"`
	After  int64   `json:"after" doc:"Differences after this record."`
}

// Likeness is how far two people decided alike on the records that both read.
type Likeness struct {
	First      string  `json:"first"`
	Second     string  `json:"second"`
	FirstName  string  `json:"first_name"`
	SecondName string  `json:"second_name"`
	Both       int64   `json:"both"`     // records that both decided
	Alike      int64   `json:"alike"`    // those that they decided alike
	Kappa      float64 `json:"kappa"`    // Cohen's
	KappaOK    bool    `json:"kappa_ok"` // false where it is not defined
	AC1        float64 `json:"ac1"`      // Gwet's
}

// AgreeOut is every pair, and the differences of one.
type AgreeOut struct {
	Review Review     `json:"-"`
	Pairs  []Likeness `json:"pairs"`
	Apart  []Differ   `json:"apart"`
	Next   int64      `json:"next"` // After of the next page; 0 = no more
}

// Agree says how far people decided alike. Where they must not see one another's answers,
// only records that enough have decided count.
func (r *Room) Agree(ctx context.Context, in AgreeIn) (out AgreeOut, err error) {
	if in.Stage == "" {
		in.Stage = TitleStage
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out.Review = v
		all, err := pairs(tx, programme, v.Ref.ID, in.Stage, v.Blind, v.Reviewers)
		if err != nil {
			return err
		}
		out.Pairs = agreement(all)
		for i := range out.Pairs {
			p := &out.Pairs[i]
			if p.FirstName, err = r.nameOf(ctx, tx, p.First); err != nil {
				return err
			}
			if p.SecondName, err = r.nameOf(ctx, tx, p.Second); err != nil {
				return err
			}
		}
		if in.First == "" || in.Second == "" {
			return nil
		}
		if out.Apart, err = disagreeing(tx, programme, v.Ref.ID, in.Stage, in.First, in.Second, v.Blind, v.Reviewers, in.After, talkPage); err != nil {
			return err
		}
		if len(out.Apart) == talkPage {
			out.Next = out.Apart[talkPage-1].N
		}
		return nil
	})
	return out, err
}

// agreement turns counts of pairs of verdicts into how far each two people agree, those
// with most records in common first.
func agreement(all []met) []Likeness {
	type answers struct{ a, b []string }
	said := map[[2]string]*answers{}
	var keys [][2]string
	for _, m := range all {
		key := [2]string{m.a, m.b}
		if said[key] == nil {
			said[key], keys = &answers{}, append(keys, key)
		}
		for range m.n {
			said[key].a, said[key].b = append(said[key].a, m.va), append(said[key].b, m.vb)
		}
	}
	var out []Likeness
	for _, key := range keys {
		got, err := screen.Agree(said[key].a, said[key].b)
		if err != nil {
			continue // none was decided by both
		}
		out = append(out, Likeness{First: key[0], Second: key[1], Both: int64(got.Pairs), Alike: int64(got.Pairs - len(got.Apart)), Kappa: got.Kappa, KappaOK: got.KappaOK, AC1: got.AC1})
	}
	slices.SortFunc(out, func(a, b Likeness) int {
		if a.Both != b.Both {
			return int(b.Both - a.Both)
		}
		return strings.Compare(a.First+a.Second, b.First+b.Second)
	})
	return out
}

// StopIn asks whether enough has been read.
type StopIn struct {
	Ref ref.Ref `json:"ref"`
}

// StopOut is what the numbers say about stopping. Nobody is stopped by it.
type StopOut struct {
	Review  Review        `json:"-"`
	All     int64         `json:"all"`
	Read    int64         `json:"read"`
	Found   int64         `json:"found"`   // of those read, how many may matter
	Likely  screen.Advice `json:"likely"`  // taking it that what matters comes up sooner
	Sure    screen.Advice `json:"sure"`    // taking nothing for granted
	Ordered bool          `json:"ordered"` // records come in the order that is learned: Likely holds, else Sure
	Chance  int64         `json:"chance"`  // records picked by chance
	ByLuck  int64         `json:"by_luck"` // of these, how many may matter
	Already int64         `json:"already"` // decisions that came from another tool: read, but not in this order
}

// Advice is the one that holds.
func (s StopOut) Advice() screen.Advice {
	if s.Ordered {
		return s.Likely
	}
	return s.Sure
}

// Stop says how many records that matter are probably left.
func (r *Room) Stop(ctx context.Context, in StopIn) (out StopOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out.Review = v
		if out.All, err = countRecords(tx, programme, v.Ref.ID, stands()); err != nil {
			return err
		}
		s, err := screeningOf(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		// Learning has mostly read all decisions a moment ago.
		at := rankKey{programme, v.Ref.ID}
		now, ok := r.screens.readingAt(at, s.seq)
		if !ok {
			all, err := allDecisions(tx, programme, v.Ref.ID, TitleStage)
			if err != nil {
				return err
			}
			now = readingOf(all)
			r.screens.keepReading(at, s.seq, now)
		}
		out.Already, out.Read, out.Found = now.already, int64(len(now.relevant))+now.already, now.found
		out.Chance, out.ByLuck, out.Ordered = now.chance, now.luck, v.Sorting == Learned && now.ordered
		left := int(max(0, out.All-out.Read))
		out.Likely, out.Sure = inNumbers(now.relevant, left, screen.Likely()), inNumbers(now.relevant, left, screen.Sure())
		return nil
	})
	return out, err
}

// inNumbers is what a rule advises, with a chance that is a number. The rule gives none where
// all of a stretch matters and all that is unread would have to: then it is at most the
// rule's risk if fewer may be left, and nothing speaks for stopping if not.
func inNumbers(relevant []bool, unread int, rule screen.Rule) screen.Advice {
	a := screen.Advise(relevant, unread, rule)
	if math.IsNaN(a.Chance) {
		if a.Chance, a.Stop = 1, a.AtMost < unread; a.Stop {
			a.Chance = rule.Risk
		}
	}
	return a
}

// reading is how far a review is read by title.
type reading struct {
	relevant     []bool // in the order of reading, which records may matter
	already      int64  // read first by another tool's people, and not in this order
	found        int64  // of all that were read, how many may matter
	chance, luck int64  // records that were picked by chance, and how many of them may matter
	ordered      bool   // no more of the later half came in another way than in the order that is learned, as far as is known
}

// readingOf puts decisions together by record. What nobody is sure of may matter, unless
// somebody has settled it.
func readingOf(all []labelled) (out reading) {
	type read struct{ may, chance, elsewhere bool }
	at := map[int64]int{}
	var each []read
	var came []string
	for _, l := range all {
		i, ok := at[l.n]
		if !ok {
			i = len(each)
			at[l.n] = i
			each = append(each, read{elsewhere: strings.HasPrefix(l.actor, elsewhere)})
			if !each[i].elsewhere {
				came = append(came, l.came)
			}
		}
		x := &each[i]
		x.chance = x.chance || l.chance
		x.may = l.settled == Include || l.settled == "" && (x.may || l.verdict == Include || l.verdict == Unsure)
	}
	for _, x := range each {
		if x.may {
			out.found++
		}
		if x.chance {
			out.chance++
			if x.may {
				out.luck++
			}
		}
		if x.elsewhere {
			out.already++
			continue
		}
		out.relevant = append(out.relevant, x.may)
	}
	otherwise := 0
	for _, by := range came[len(came)/2:] {
		switch by {
		case ByLearned, ByChance, BySecond:
			otherwise--
		case ByNumber, ByOldest, ByWords:
			otherwise++
		}
	}
	out.ordered = otherwise <= 0
	return out
}

package review

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"plait/internal/engine/screen"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
)

// rankKey names a review.
type rankKey struct{ programme, review string }

// What a node keeps in memory of screening, at most.
const (
	mostRanked  = 100_000               // records of all reviews together that are put in order
	mostSearch  = 8                     // searches of one review that are remembered
	mostWhy     = 200                   // records at the head of an order whose words are kept
	mostWords   = 5                     // words that are shown of one
	startsUntil = 5                     // records that matter, from which on the question itself no longer counts
	loanLasts   = 10 * clock.Day / 1440 // for how long a record is taken to be before somebody
	readAtOnce  = 2000
	mostRead    = 50 // reviews of which it is remembered how far they are read
)

// screens is what a node keeps of screening between requests: orders that were learned, and
// who has which record before them. Nothing of it is needed: it is made again from the
// decisions. Its zero value is ready.
type screens struct {
	names Names
	log   *slog.Logger
	work  sync.Mutex // one order is learned at a time
	mu    sync.Mutex // guards what follows
	kept  map[rankKey]*ranked
	lent  map[loanKey]map[string]loan
	read  map[rankKey]readUpto
	used  int64
}

// readUpto is how far a review was read at a step.
type readUpto struct {
	seq int64
	reading
}

type loanKey struct {
	rankKey
	stage string
}

// loan is a record that somebody has before them, since when, and how it was chosen.
type loan struct {
	n, at int64
	by    string
}

// ranked is one review's order. lib, order and whys are replaced and never changed;
// learner and taught belong to whoever holds screens.work.
type ranked struct {
	seq     int64 // the step from which order was learned
	order   []int64
	whys    map[int64][]string
	held    map[string]*sought // by words
	lib     *shelf
	used    int64
	running bool
	learner *screen.Learner
	taught  []lesson
	shots   []snapshot // rising by lessons
}

// shelf is a review's records made ready: number i of lib is record ns[i]; the last one is
// the review's question.
type shelf struct {
	last, count int64 // what it was made from: the last number, and how many are not gone
	ns          []int64
	at          map[int64]int
	texts       []screen.Record
	lib         *screen.Library
}

// lesson is one decision as it was learned.
type lesson struct {
	i        int
	relevant bool
}

// lend gives the first of ns that not enough others have before them, and notes it for me,
// with how it was chosen.
func (s *screens) lend(at rankKey, stage, me string, ns []int64, by string, needed, now int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := loanKey{at, stage}
	if s.lent == nil {
		s.lent = map[loanKey]map[string]loan{}
	}
	if s.lent[key] == nil {
		s.lent[key] = map[string]loan{}
	}
	lent := s.lent[key]
	has := map[int64]int64{}
	for actor, l := range lent {
		switch {
		case now-l.at > loanLasts:
			delete(lent, actor)
		case actor != me:
			has[l.n]++
		}
	}
	n := ns[0]
	if i := slices.IndexFunc(ns, func(n int64) bool { return has[n] < needed }); i >= 0 {
		n = ns[i]
	}
	lent[me] = loan{n, now, by}
	return n
}

// came says how a record was chosen that somebody has before them; "" where this node did
// not choose it.
func (s *screens) came(at rankKey, stage, me string, n int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.lent[loanKey{at, stage}][me]; l.n == n {
		return l.by
	}
	return ""
}

// keepReading remembers how far a review is read.
func (s *screens) keepReading(at rankKey, seq int64, all reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read == nil || len(s.read) >= mostRead {
		s.read = map[rankKey]readUpto{}
	}
	s.read[at] = readUpto{seq, all}
}

// readingAt gives how far a review is read at a step, where it is remembered.
func (s *screens) readingAt(at rankKey, seq int64) (reading, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.read[at]
	return r.reading, ok && r.seq == seq
}

// of gives what is kept of a review; the caller holds mu.
func (s *screens) of(at rankKey) *ranked {
	if s.kept == nil {
		s.kept = map[rankKey]*ranked{}
	}
	k := s.kept[at]
	if k == nil {
		k = &ranked{}
		s.kept[at] = k
	}
	s.used++
	k.used = s.used
	return k
}

// why gives the words that moved a record up in the order that is kept.
func (s *screens) why(at rankKey, n int64) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.kept[at]; k != nil {
		return k.whys[n]
	}
	return nil
}

// room makes space for a library by forgetting those that were used longest ago; false when
// it is too large by itself. The caller holds mu.
func (s *screens) room(at rankKey, count int64) bool {
	for count <= mostRanked {
		all, oldest := count, rankKey{}
		for key, k := range s.kept {
			if key == at || k.lib == nil {
				continue
			}
			all += k.lib.count
			if o := s.kept[oldest]; o == nil || k.used < o.used {
				oldest = key
			}
		}
		if all <= mostRanked {
			return true
		}
		delete(s.kept, oldest)
	}
	return false
}

// ranking gives the order that was learned last. Where there were decisions since, learning
// begins in the background and fresh is false. It never waits.
func (r *Room) ranking(at rankKey, seq int64) (order []int64, fresh bool) {
	r.screens.mu.Lock()
	defer r.screens.mu.Unlock()
	k := r.screens.of(at)
	if k.seq == seq && k.lib != nil {
		return k.order, true
	}
	if !k.running {
		k.running = true
		go r.learnBehind(at, k)
	}
	return k.order, false
}

// learnBehind learns in the background. What goes wrong leaves the order as it was: the
// next request begins again.
func (r *Room) learnBehind(at rankKey, k *ranked) {
	ctx := context.Background()
	defer func() {
		// An order is never worth a node; without one records come by number.
		if x := recover(); x != nil {
			r.notLearned(ctx, "panic", x)
		}
		r.screens.mu.Lock()
		k.running = false
		r.screens.mu.Unlock()
	}()
	if err := r.learnNow(ctx, at); err != nil {
		r.notLearned(ctx, "error", err)
	}
}

// notLearned logs that an order could not be learned: of what kind the cause is, and nothing
// of what was read.
func (r *Room) notLearned(ctx context.Context, what string, cause any) {
	if r.screens.log == nil {
		return
	}
	kind := fmt.Sprintf("%T", cause)
	if err, ok := cause.(error); ok {
		for err = errors.Unwrap(err); err != nil; err = errors.Unwrap(err) {
			kind = fmt.Sprintf("%T", err) // the innermost says most
		}
	}
	r.screens.log.LogAttrs(ctx, slog.LevelError, "order not learned", slog.String("what", what), slog.String("kind", kind))
}

// sought is what is known of which records hold some words: 1 yes, -1 no, 0 not looked at.
type sought struct {
	mu  sync.Mutex
	has []int8
}

// holding calls f with the records that hold words, the highest first and then those that
// were read, by number, until f gives false. ready is false while the records are not in
// memory. Texts are looked through as far as is needed, and each once.
func (r *Room) holding(at rankKey, seq int64, want []string, f func(n int64) bool) (ready bool) {
	order, _ := r.ranking(at, seq)
	words := strings.Join(want, " ")
	r.screens.mu.Lock()
	k := r.screens.of(at)
	lib := k.lib
	if lib == nil || lib.lib == nil {
		r.screens.mu.Unlock()
		return false
	}
	if len(k.held) >= mostSearch || k.held == nil {
		k.held = map[string]*sought{}
	}
	if k.held[words] == nil {
		k.held[words] = &sought{has: make([]int8, len(lib.ns))}
	}
	known := k.held[words]
	r.screens.mu.Unlock()
	known.mu.Lock()
	defer known.mu.Unlock()
	holds := func(i int) bool {
		if known.has[i] == 0 {
			known.has[i] = -1
			if holdsAll(lib.texts[i].Title+"\n"+lib.texts[i].Abstract, want) {
				known.has[i] = 1
			}
		}
		return known.has[i] > 0
	}
	given := make([]bool, len(lib.ns))
	for _, n := range order {
		if i, ok := lib.at[n]; ok {
			given[i] = true
			if holds(i) && !f(n) {
				return true
			}
		}
	}
	for i, n := range lib.ns {
		if !given[i] && holds(i) && !f(n) {
			return true
		}
	}
	return true
}

// learnNow learns the order of a review from all its decisions. The same decisions in the
// same order give the same ranking, whatever was learned before and wherever.
func (r *Room) learnNow(ctx context.Context, at rankKey) error {
	s := &r.screens
	s.work.Lock()
	defer s.work.Unlock()
	var now screening
	var v Review
	var question screen.Record
	var count int64
	var all []labelled
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if v, err = one(tx, at.programme, at.review); err != nil {
			return err
		}
		if question, err = asRecord(tx, at, v); err != nil {
			return err
		}
		if now, err = screeningOf(tx, at.programme, at.review); err != nil {
			return err
		}
		if count, err = notGone(tx, at.programme, at.review); err != nil {
			return err
		}
		all, err = allDecisions(tx, at.programme, at.review, TitleStage)
		return err
	})
	if err != nil {
		return err
	}
	s.keepReading(at, now.seq, readingOf(all))
	s.mu.Lock()
	k := s.of(at)
	fresh, fits := k.lib != nil && k.seq == now.seq, s.room(at, count)
	lib := k.lib
	s.mu.Unlock()
	if fresh {
		return nil
	}
	if !fits {
		lib = &shelf{last: v.Records, count: 0}
	} else if lib == nil || lib.last != v.Records || lib.count != count {
		if lib, err = r.shelve(ctx, at, v.Records, count, question); err != nil {
			return err
		}
		k.learner, k.taught, k.shots = nil, nil, nil
	}
	order, whys := []int64(nil), map[int64][]string(nil)
	if fits {
		order, whys = k.learn(lib, all)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.lib != lib {
		k.held = nil
	}
	k.lib, k.order, k.whys, k.seq = lib, order, whys, now.seq
	return nil
}

// asRecord is the review's question as a record that matters: until some are found, it
// stands in for them.
func asRecord(tx *db.Tx, at rankKey, v Review) (screen.Record, error) {
	all, err := criteria(tx, at.programme, at.review)
	out := screen.Record{Title: v.Title, Abstract: v.Decision}
	for _, c := range all {
		if c.Side == SideIn {
			out.Abstract += "\n" + c.Words
		}
	}
	return out, err
}

// shelve reads a review's titles and summaries and makes them ready.
func (r *Room) shelve(ctx context.Context, at rankKey, last, count int64, question screen.Record) (*shelf, error) {
	out := &shelf{last: last, count: count, at: make(map[int64]int, count)}
	for after := int64(0); ; {
		var some []readable
		err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
			some, err = learnTexts(tx, at.programme, at.review, after, readAtOnce)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading the records of a review: %w", err)
		}
		for _, x := range some {
			if x.n > last {
				break // it came in since, and has a step of its own
			}
			out.at[x.n] = len(out.ns)
			out.ns = append(out.ns, x.n)
			out.texts = append(out.texts, screen.Record{Title: x.title, Abstract: x.abstract})
		}
		if len(some) < readAtOnce {
			break
		}
		after = some[len(some)-1].n
	}
	out.texts = append(out.texts, question)
	out.lib = screen.NewLibrary(out.texts, screen.Plait)
	return out, nil
}

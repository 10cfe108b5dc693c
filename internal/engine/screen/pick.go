package screen

import "strings"

// Mode is how the next record is chosen.
type Mode string

// The modes.
const (
	Best   Mode = "best"   // the one that stands highest
	Random Mode = "random" // any, by chance
	Oldest Mode = "oldest" // the first of the library that is not read
	Search Mode = "search" // the highest of those that hold words
)

// Pick says how the next record is to be chosen.
type Pick struct {
	Mode Mode // Best where it is ""
	// Share is the part of picks by Best that is left to chance, from 0 to 1, so that what
	// the model cannot see is met too. About .05 is usual.
	Share float64
	// Seed decides the picks by chance.
	Seed uint64
	// Words are looked for by Search: each must begin a word of the title or abstract.
	Words string
}

// Next gives the record to read next and how it was chosen: Best says Random for one that
// fell to chance. ok is false when there is none.
func (l *Learner) Next(p Pick) (i int, by Mode, ok bool) {
	switch p.Mode {
	case Oldest:
		for i, label := range l.label {
			if label == 0 {
				return i, Oldest, true
			}
		}
		return 0, Oldest, false
	case Random:
		i, ok = l.chance(p.Seed)
		return i, Random, ok
	case Search:
		i, ok = l.search(p.Words)
		return i, Search, ok
	}
	// Whether this pick falls to chance depends on the seed and on how many were read, so
	// that asking twice gives the same record.
	if float64(mix(p.Seed^mix(uint64(len(l.read))))>>11)/(1<<53) < p.Share {
		i, ok = l.chance(p.Seed)
		return i, Random, ok
	}
	i = l.best()
	return max(i, 0), Best, i >= 0
}

// chance is the first unread record in an order that the seed decides.
func (l *Learner) chance(seed uint64) (int, bool) {
	at, low := -1, uint64(0)
	for i, label := range l.label {
		if label != 0 {
			continue
		}
		if n := mix(mix(seed) ^ uint64(i)); at < 0 || n < low {
			at, low = i, n
		}
	}
	return max(at, 0), at >= 0
}

// search is the best of the unread records that hold all the words.
func (l *Learner) search(words string) (int, bool) {
	wanted := map[string]bool{}
	for _, w := range strings.Fields(strings.ToLower(words)) {
		wanted[w] = true
	}
	if len(wanted) == 0 {
		return 0, false
	}
	at := -1
	for i, label := range l.label {
		if label != 0 || at >= 0 && l.score[i] <= l.score[at] {
			continue
		}
		if r := l.lib.records[i]; holdsAll(r.Title+"\n"+r.Abstract, wanted) {
			at = i
		}
	}
	return max(at, 0), at >= 0
}

func holdsAll(s string, wanted map[string]bool) bool {
	left := len(wanted)
	seen := make(map[string]bool, left)
	for w := range strings.FieldsSeq(strings.ToLower(s)) {
		w = strings.TrimLeft(w, "\"'“‘([{-–—")
		for x := range wanted {
			if !seen[x] && strings.HasPrefix(w, x) {
				seen[x] = true
				if left--; left == 0 {
					return true
				}
			}
		}
	}
	return false
}

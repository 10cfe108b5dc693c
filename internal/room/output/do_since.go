package output

import (
	"slices"

	"plait/internal/spine/ref"
)

// Reasons for which a letter no longer tells what is so: message keys, one a section of the
// letter, and one for each thing that is asked of the person rather than of the letter.
const (
	sinceSaid    = "output.since_said"    // answered anew
	sinceLearned = "output.since_learned" // something else was learned
	sinceNew     = "output.since_doing"   // something is being done of which it does not tell
	sinceDoing   = "output.since_done"    // what is being done goes otherwise than it tells
	sinceChanged = "output.since_changed" // something changed, or changed for them alone
	sinceTaken   = "output.since_taken"   // words were taken back
	sinceMore    = "output.since_more"    // they said more
	sinceFormat  = "output.since_format"  // they want another format
	sinceOther   = "output.since_other"   // the letter tells of something that is no more
)

// since says what is different from what a letter tells, section by section in the letter's
// order; never none. It is asked only of letters that have moved.
func since(letter, now Body, live map[ref.Ref]bool, open bool) []string {
	var out []string
	note := func(differs bool, key string) {
		if differs {
			out = append(out, key)
		}
	}
	note(answered(letter, now), sinceSaid)
	fresh, other := between(letter.Learned, now.Learned)
	note(fresh || other, sinceLearned)
	fresh, other = between(letter.Doing, now.Doing)
	note(fresh, sinceNew)
	note(other && !fresh, sinceDoing)
	fresh, other = between(letter.Changed, now.Changed)
	own := slices.ContainsFunc(now.Own, func(o OwnRef) bool { return !slices.Contains(letter.Own, o) })
	note(fresh || other || own, sinceChanged)
	note(slices.ContainsFunc(letter.Said, func(s Said) bool { return !live[s.Ref] }), sinceTaken)
	note(open && more(letter, now), sinceMore)
	note(len(out) == 0, sinceOther)
	return out
}

// answered says that one of the things they said has another answer by now.
func answered(letter, now Body) bool {
	return slices.ContainsFunc(letter.Said, func(s Said) bool {
		return !s.Erased && slices.ContainsFunc(now.Said, func(x Said) bool {
			return x.Ref == s.Ref && (x.Fate != s.Fate || x.Reason != s.Reason || x.Plainly != s.Plainly || x.Bulk != s.Bulk)
		})
	})
}

// between compares one section: fresh says that a record is told of that was not, other
// that one is told otherwise, or is not told of any more.
func between(had, has []Line) (fresh, other bool) {
	for _, l := range has {
		i := slices.IndexFunc(had, func(x Line) bool { return x.Ref == l.Ref })
		fresh = fresh || i < 0
		other = other || i >= 0 && had[i] != l
	}
	gone := slices.ContainsFunc(had, func(l Line) bool {
		return !slices.ContainsFunc(has, func(x Line) bool { return x.Ref == l.Ref })
	})
	return fresh, other || gone
}

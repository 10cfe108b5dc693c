package review

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Views of those who read a plain summary.
const (
	Matters   = "matters"
	ViewSure  = "unsure" // not sure
	MattersNo = "not"
)

// Views is what a reader of plain summaries may say.
func Views() []string { return []string{Matters, ViewSure, MattersNo} }

// Stages is the two stages of screening, in order.
func Stages() []string { return []string{TitleStage, FullStage} }

// Verdicts is what a reviewer may decide.
func Verdicts() []string { return []string{Include, Exclude, Unsure, Later} }

// Ways in which a record to read was chosen.
const (
	ByLearned = "learned" // what was decided before says that it may matter
	ByChance  = "chance"  // left to chance
	ByOldest  = "oldest"  // by the year of the work
	ByNumber  = "number"  // as they came in: the order is not learned yet
	ByWords   = "words"   // it holds the words looked for
	BySecond  = "second"  // somebody else has read it, and one more is needed
	ByLater   = "later"   // it was kept for later, and nothing else is left
	ByAsking  = "hand"    // it was asked for by its number
)

// What words of screening may hold, in bytes.
const (
	MaxReason = MaxLine // a reason may be a criterion, whole
	MaxNote   = 2000
	MaxPlain  = 1000
)

// elsewhere is how decisions of another tool's people name who made them.
const elsewhere = "elsewhere:"

// vote is one reviewer's decision on a record.
type vote struct {
	actor, verdict, reason string
}

// outcome says what votes on a record come to when so many are needed: the settled verdict
// with its reason, or "" and whether there are enough to talk about. What was put off is
// no vote. Not sure settles nothing: it is talked about.
func outcome(votes []vote, needed int64) (verdict, reason string, talk bool) {
	votes = slices.DeleteFunc(slices.Clone(votes), func(v vote) bool { return v.verdict == Later })
	if int64(len(votes)) < needed || len(votes) == 0 {
		return "", "", false
	}
	verdict = votes[0].verdict
	for _, v := range votes {
		if v.verdict != verdict || v.verdict == Unsure {
			return "", "", true
		}
	}
	if verdict == Exclude {
		reason = oftenest(votes)
	}
	return verdict, reason, false
}

// oftenest is the reason that most gave; of several, the one that was given first.
func oftenest(votes []vote) string {
	best, most := "", 0
	for _, v := range votes {
		n := 0
		for _, w := range votes {
			if w.reason == v.reason {
				n++
			}
		}
		if v.reason != "" && n > most {
			best, most = v.reason, n
		}
	}
	return best
}

// matters says what is learned from the votes on a record: ok is false where they say
// nothing. A record on which people differ may matter.
func matters(settled string, votes []vote) (relevant, ok bool) {
	if settled != "" {
		return settled == Include, true
	}
	for _, v := range votes {
		switch v.verdict {
		case Include:
			return true, true
		case Exclude:
			ok = true
		}
	}
	return false, ok
}

// dice is a number that is the same for the same reviewer after the same decisions.
func dice(review, stage, actor string, decided int64) uint64 {
	h := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s\x00%d", review, stage, actor, decided))
	return binary.BigEndian.Uint64(h[:8])
}

// byChance says whether a throw falls to chance, with a share in per cent, and where in a
// list of so many the pick then begins.
func byChance(throw uint64, share int64, of int) (at int, ok bool) {
	if of == 0 || share <= 0 || int64(throw%100) >= share {
		return 0, false
	}
	return int(throw / 100 % uint64(of)), true
}

// wanted is the words of a search, folded; each must begin a word of the record.
func wanted(words string) []string {
	return strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '\t' || r == '\n' })
}

// holdsAll says whether each of the wanted words begins a word of a text.
func holdsAll(s string, wanted []string) bool {
	s = strings.ToLower(s)
	for _, w := range wanted {
		if !begins(s, w) {
			return false
		}
	}
	return len(wanted) > 0
}

// begins says whether w stands in s at the beginning of a word.
func begins(s, w string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], w)
		if i < 0 {
			return false
		}
		i += from
		if i == 0 || !letter(s[i-1]) {
			return true
		}
		from = i + len(w)
	}
}

// letter says whether a byte is part of a word: a letter, a figure, or of a longer letter.
func letter(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 0x80
}

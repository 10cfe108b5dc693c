package dedupe

import (
	"html"
	"strings"

	"plait/internal/kit/text"
)

// journal is the name of what holds the record.
type journal struct {
	folded string
	all    []string   // every word
	names  [][]string // the names it goes by, without small words: before and after "=", ":" and "("
	event  bool       // a conference, a workshop
	serial bool       // a journal, by its own name
}

func readJournal(s string) journal {
	var j journal
	if s == "" {
		return j
	}
	if len(s) > 400 {
		s = strings.ToValidUTF8(s[:400], "")
	}
	s = text.Fold(html.UnescapeString(s))
	s = strings.ReplaceAll(s, "[electronic resource]", "")
	j.folded = strings.Join(words(s), " ")
	j.all = words(s)
	for _, w := range j.all {
		switch w {
		case "conference", "workshop", "symposium", "congress", "meeting", "conf", "symp", "colloquium":
			j.event = true
		case "journal", "transactions", "review", "annals", "archives", "quarterly", "letters":
			j.serial = true
		}
	}
	for _, part := range strings.FieldsFunc(s, func(r rune) bool {
		return r == '=' || r == ':' || r == '(' || r == '/' || r == ';' || r == '.' && strings.Contains(s, ". journal")
	}) {
		var ws []string
		for _, w := range words(part) {
			if !small(w) {
				ws = append(ws, w)
			}
		}
		if len(ws) > 0 {
			j.names = append(j.names, ws)
		}
	}
	return j
}

// compareJournals gives equal, alike, differs or missing.
func compareJournals(a, b journal) level {
	if len(a.names) == 0 || len(b.names) == 0 {
		return missing
	}
	if a.folded == b.folded {
		return equal
	}
	best := differs
	for _, x := range a.names {
		for _, y := range b.names {
			if abbreviates(x, y) || abbreviates(y, x) {
				return equal
			}
			if a.event || b.event {
				x, y := ownWords(x), ownWords(y)
				if a.event && b.event && len(x) > 0 && len(x) == len(y) && commonShare(x, y) == 1 {
					return equal
				}
				if commonShare(x, y) < .5 {
					continue
				}
			}
			if commonShare(x, y) >= .5 {
				best = alike
			}
		}
	}
	if best == differs && (initialsOf(a, b) || initialsOf(b, a)) {
		return alike
	}
	return best
}

// ownWords leaves out the words that conferences have in common.
func ownWords(ws []string) []string {
	var out []string
	for _, w := range ws {
		switch w {
		case "conference", "workshop", "symposium", "congress", "meeting", "conf", "symp", "colloquium", "international", "proceedings", "annual", "proc", "int":
			continue
		}
		if w[0] >= '0' && w[0] <= '9' {
			continue
		}
		out = append(out, w)
	}
	return out
}

// abbreviates reports whether each word of short begins a word of long, in order, and long
// has none left that short should have said.
func abbreviates(short, long []string) bool {
	if len(short) > len(long) {
		return false
	}
	at, skipped := 0, 0
	for _, w := range short {
		for {
			if at == len(long) {
				return false
			}
			if begins(w, long[at]) {
				at++
				break
			}
			at++
			skipped++
		}
	}
	skipped += len(long) - at
	return skipped == 0 || len(short) >= 3 && skipped <= 1 || len(short) == len(long)
}

// begins reports whether an abbreviation may stand for a word: "j" for "journal", "natl"
// for "national".
func begins(w, long string) bool {
	if strings.HasPrefix(long, w) {
		return true
	}
	if len(w) < 3 || len(w) >= len(long) || w[0] != long[0] || w[1] != long[1] {
		return false
	}
	at := 0
	for i := 0; i < len(long) && at < len(w); i++ {
		if long[i] == w[at] {
			at++
		}
	}
	return at == len(w)
}

// initialsOf reports whether a is one word made of the first letters of b: JAMA, PNAS.
func initialsOf(a, b journal) bool {
	w := ""
	if len(a.names[0]) > 0 {
		w = a.names[0][0]
	}
	if len(w) < 3 {
		return false
	}
	all, own := "", ""
	for _, x := range b.all {
		all += x[:1]
		if !small(x) {
			own += x[:1]
		}
	}
	return w == all || w == own
}

// commonShare is the share of the words of the shorter list that the other has too.
func commonShare(a, b []string) float64 {
	n := 0
	for _, x := range a {
		for _, y := range b {
			if x == y || len(x) > 3 && strings.HasPrefix(y, x) || len(y) > 3 && strings.HasPrefix(x, y) {
				n++
				break
			}
		}
	}
	return float64(n) / float64(max(1, min(len(a), len(b))))
}

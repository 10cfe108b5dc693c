package screen

import (
	"slices"
	"strings"
)

// Reason is a word, or two in a row, that moved a record up, as it stands in the record.
type Reason struct {
	Words string
	// Share is its part, from 0 to 1, of all that moved the record up by its words. What
	// the latent coordinates and the other scores did is not in it.
	Share float64
}

// Why gives up to n words that made a record rank high, the strongest first. A word whose
// pair is given is not given again. It is empty before Train, and where nothing speaks for
// the record.
func (l *Learner) Why(i, n int) []Reason {
	m := l.lib.m
	type part struct {
		first, second int
		by            float64
	}
	var parts []part
	up := 0.
	col, val := m.row(i)
	for k, c := range col {
		by := l.svm.w[c] * float64(val[k])
		if by <= 0 {
			continue
		}
		up += by
		a, b := m.terms[c].words()
		at := slices.IndexFunc(parts, func(p part) bool { return p.first == a && p.second == b })
		if at < 0 {
			parts = append(parts, part{a, b, by})
		} else {
			parts[at].by += by // the word of the title is the same word
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int {
		switch {
		case a.by > b.by:
			return -1
		case a.by < b.by:
			return 1
		}
		return 0
	})
	var out []Reason
	told := map[int]bool{}
	for _, p := range parts {
		if len(out) >= n {
			break
		}
		if told[p.first] && (p.second < 0 || told[p.second]) {
			continue
		}
		told[p.first] = true
		if p.second >= 0 {
			told[p.second] = true
		}
		if words := l.lib.written(i, p.first, p.second); words != "" {
			out = append(out, Reason{words, p.by / up})
		}
	}
	return out
}

// written finds the words with these numbers as record i has them.
func (l *Library) written(i, first, second int) string {
	r := l.records[i]
	text := r.Title + "\n" + r.Abstract
	found, from, before := "", 0, ""
	eachWord(text, l.set.weigh.letters, func(w []byte, start, end int) {
		if found != "" {
			return
		}
		switch {
		case second < 0 && string(w) == l.m.words[first]:
			found = text[start:end]
		case second >= 0 && before == l.m.words[first] && string(w) == l.m.words[second]:
			found = strings.Join(strings.Fields(text[from:end]), " ")
		}
		before, from = string(w), start
	})
	return found
}

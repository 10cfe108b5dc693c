package search

import (
	"strings"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// Span is a piece of a snippet; Hit says that it is what was looked for.
type Span struct {
	Text string
	Hit  bool
}

// Snippet gives the part of a text that shows best why it was found, on one line
// of at most runes code points with "…" where it is cut. The spans joined are the
// snippet. Without a hit it is the beginning of the text. The text comes from the
// caller, who has checked that it may be read. English endings are
// taken off whatever the language, so a word may be marked that the search did not look for. runes below 1 gives nil.
func Snippet(s, query string, runes int) []Span {
	if runes < 1 || s == "" {
		return nil
	}
	terms := parse(query)
	flat := strings.Join(strings.Fields(strings.ToValidUTF8(s, string(utf8.RuneError))), " ")
	if utf8.RuneCountInString(flat) > runes {
		flat = window(flat, hits(flat, terms), runes)
	}
	var out []Span
	at := 0
	for _, h := range hits(flat, terms) {
		if h.start > at {
			out = append(out, Span{Text: flat[at:h.start]})
		}
		out = append(out, Span{Text: flat[h.start:h.end], Hit: true})
		at = h.end
	}
	if at < len(flat) {
		out = append(out, Span{Text: flat[at:]})
	}
	return out
}

type place struct{ start, end int }

// window cuts flat to runes code points around the place with the most hits.
func window(flat string, found []place, runes int) string {
	best, most, last := 0, 0, 0
	for i := range found {
		for last < len(found) && found[last].end-found[i].start <= runes*3/4 {
			last++
		}
		if last-i > most {
			best, most = i, last-i
		}
	}
	if len(found) == 0 {
		return text.Excerpt(flat, runes)
	}
	first := found[best].start
	start, n := first, 0
	for i := first; i > 0 && n < runes/4; n++ {
		_, size := utf8.DecodeLastRuneInString(flat[:i])
		i -= size
		if i == 0 {
			start = 0
		} else if flat[i-1] == ' ' {
			start = i
		}
	}
	if start == 0 || runes == 1 {
		return text.Excerpt(flat[start:], runes)
	}
	return "…" + text.Excerpt(flat[start:], runes-1)
}

// hits gives the places of what the terms look for, in order and apart.
func hits(s string, terms []term) []place {
	var at []place
	var words, stems []string
	scan(s, func(start, end int, w string) {
		at = append(at, place{start, end})
		words = append(words, w)
		stems = append(stems, stem(w))
	})
	marked := make([]bool, len(at))
	for _, t := range terms {
		if t.not {
			continue
		}
		wanted := stem(t.words[0])
		for i := 0; i+len(t.words) <= len(words); i++ {
			if t.at(words[i:]) || t.stemmed() && stems[i] == wanted {
				for j := range t.words {
					marked[i+j] = true
				}
			}
		}
	}
	var out []place
	for i, p := range at {
		if marked[i] && (len(out) == 0 || p.start >= out[len(out)-1].end) {
			out = append(out, p)
		}
	}
	return out
}

// at says that words begin with those of the term.
func (t term) at(words []string) bool {
	for i, w := range t.words {
		if words[i] != w && !(t.prefix && i == len(t.words)-1 && strings.HasPrefix(words[i], w)) {
			return false
		}
	}
	return true
}

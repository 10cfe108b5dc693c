package dedupe

import (
	"html"
	"slices"
	"strings"
	"unicode"

	"plait/internal/kit/text"
)

// title is a title made ready.
type title struct {
	words   []string  // folded, without notes of databases
	compact string    // the words joined without spaces
	content int       // words that carry meaning
	numbers string    // digits, Roman numerals and part letters, in order
	mark    mark      // what kind of note on another work this is
	bits    [4]uint64 // one for each word of meaning, by hash
	generic bool      // says nothing of its own: "Editorial", the journal's name
}

// mark tells a work from a note on it.
type mark uint8

const (
	article mark = iota
	correction
	reply
	comment
)

// limit keeps a title that is a whole page from costing a page's time.
const limit = 1000

func readTitle(s string, in journal) title {
	var t title
	if len(s) > 2*limit {
		s = strings.ToValidUTF8(s[:2*limit], "")
	}
	s = spellGreek(text.Fold(untag(html.UnescapeString(s))))
	if before, _, ok := strings.Cut(s, "<original>"); ok && len(before) > 10 {
		s = before
	}
	t.mark = markOf(s)
	s = withoutNotes(s)
	t.words = words(s)
	t.compact = strings.Join(t.words, "")
	for _, w := range t.words {
		if !small(w) {
			t.content++
			h := hashOf(w)
			t.bits[h>>6&3] |= 1 << (h & 63)
		}
	}
	t.numbers = numbersOf(t.words)
	t.generic = isGeneric(withoutName(t.words, in))
	return t
}

// untag takes simple mark-up out: <i>, </sub>.
func untag(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			break
		}
		end := strings.IndexByte(s[open:], '>')
		if end < 0 || end > 12 {
			b.WriteString(s[:open+1])
			s = s[open+1:]
			continue
		}
		b.WriteString(s[:open])
		tag := strings.ToLower(strings.Trim(s[open+1:open+end], "/ "))
		switch tag {
		case "i", "b", "em", "strong", "sub", "sup", "p", "u", "scp", "sc", "tt", "jats:italic", "jats:sub", "jats:sup":
		case "br":
			b.WriteByte(' ')
		default:
			b.WriteString(s[open : open+end+1])
		}
		s = s[open+end+1:]
	}
	b.WriteString(s)
	return b.String()
}

// spellGreek writes the Greek letters of science by name, as some databases do.
func spellGreek(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return 'α' <= r && r <= 'ω' }) < 0 {
		return s
	}
	r := strings.NewReplacer("α", "alpha", "β", "beta", "γ", "gamma", "δ", "delta", "ε", "epsilon", "κ", "kappa",
		"λ", "lambda", "μ", "mu", "ω", "omega", "σ", "sigma", "τ", "tau", "χ", "chi", "π", "pi", "ζ", "zeta", "η", "eta", "θ", "theta")
	out := r.Replace(s)
	// A title in Greek is a language, not a formula.
	if strings.IndexFunc(out, func(r rune) bool { return 'α' <= r && r <= 'ω' }) >= 0 {
		return s
	}
	return out
}

// withoutNotes takes out what databases write into titles in brackets, and the brackets
// that enclose a translated title.
func withoutNotes(s string) string {
	for _, pair := range []string{"[]", "()"} {
		var b strings.Builder
		rest := s
		for {
			open := strings.IndexByte(rest, pair[0])
			if open < 0 {
				break
			}
			end := strings.IndexByte(rest[open:], pair[1])
			if end < 0 {
				break
			}
			in := strings.TrimSpace(rest[open+1 : open+end])
			b.WriteString(rest[:open])
			if !isNote(in) {
				b.WriteByte(pair[0])
				b.WriteString(in)
				b.WriteByte(pair[1])
			}
			rest = rest[open+end+1:]
		}
		b.WriteString(rest)
		s = b.String()
	}
	return s
}

// isNote reports whether the words in brackets are a database's own.
func isNote(s string) bool {
	for _, begin := range []string{"erratum", "corrected", "published", "comment in", "comment on", "see comment", "author's transl", "authors transl", "electronic resource",
		"in process", "letter to the editor", "meeting abstract", "conference abstract", "provisional abstract", "structured abstract", "brief record", "article in ",
		"retracted", "retraction", "withdrawn", "summary for patients", "epub", "clinical conference", "historical article", "full text"} {
		if strings.HasPrefix(s, begin) {
			return true
		}
	}
	// These stand alone or with a number: "review", "review, 33 refs".
	ws := words(s)
	if len(ws) == 0 || len(ws) > 3 {
		return false
	}
	switch ws[0] {
	case "review", "letter", "abstract", "editorial", "poster", "comment", "comments", "correction", "online", "print", "transl", "sic", "proceedings",
		"russian", "german", "french", "chinese", "japanese", "spanish", "italian", "portuguese", "polish", "turkish":
		return true
	}
	return len(ws) == 2 && (ws[1] == "refs" || ws[1] == "references" || ws[1] == "ref")
}

// markOf reads from the head of a title whether it is a note on another work.
func markOf(s string) mark {
	s = strings.TrimLeft(s, "[(<\"' ")
	switch {
	case strings.HasPrefix(s, "erratum in "), strings.HasPrefix(s, "erratum for "):
		return correction
	case hasHead(s, "erratum", "errata", "corrigendum", "corrigenda", "correction", "corrections", "retraction", "retracted", "publisher correction", "author correction", "expression of concern"):
		return correction
	case hasHead(s, "reply", "response", "authors reply", "author reply", "authors' reply", "author's reply", "the authors reply", "in reply", "authors' response", "author response", "rebuttal"):
		return reply
	case hasHead(s, "comment", "comments", "commentary", "re", "letter", "invited commentary", "discussion", "editorial comment", "letter to the editor", "book review"):
		return comment
	}
	s = strings.TrimRight(s, " .])")
	for _, tail := range []string{" erratum", " corrigendum", ": correction", ". correction", "[correction", "(correction", ": retraction"} {
		if strings.HasSuffix(s, tail) {
			return correction
		}
	}
	switch {
	case strings.Contains(s, ": correction to "), strings.Contains(s, ": erratum "), strings.Contains(s, ". correction to "):
		return correction
	case strings.HasSuffix(s, ": reply"), strings.HasSuffix(s, ": response"), strings.HasSuffix(s, ". reply"), strings.HasSuffix(s, "[reply"), strings.HasSuffix(s, "(reply"), strings.HasSuffix(s, "author reply"), strings.HasSuffix(s, "authors reply"), strings.HasSuffix(s, ": rejoinder"):
		return reply
	case strings.HasSuffix(s, ": comment"), strings.HasSuffix(s, ": a comment"), strings.HasSuffix(s, ": commentary"), strings.HasSuffix(s, ": discussion"):
		return comment
	}
	return article
}

// hasHead reports whether s is one of the heads alone, or begins with one that a colon,
// "to", "on" or the like divides from the rest.
func hasHead(s string, heads ...string) bool {
	for _, h := range heads {
		rest, ok := strings.CutPrefix(s, h)
		if !ok {
			continue
		}
		rest = strings.TrimRight(rest, "]) .")
		if rest == "" || rest[0] == ':' || rest[0] == '.' || rest[0] == '-' ||
			strings.HasPrefix(rest, " to:") || strings.HasPrefix(rest, " to ") && h != "response" ||
			strings.HasPrefix(rest, " on:") || strings.HasPrefix(rest, " on ") && h != "discussion" || strings.HasPrefix(rest, " re:") || strings.HasPrefix(rest, " -") {
			return true
		}
	}
	return false
}

// small reports whether a word carries next to no meaning.
func small(w string) bool {
	switch w {
	case "a", "an", "and", "the", "of", "in", "on", "for", "to", "with", "by", "from", "at", "as", "or", "s", "is", "are", "its", "it", "after", "using", "between", "among", "during", "der", "die", "das", "und", "de", "la", "le", "les", "des", "du", "et", "el", "en", "y", "di", "von", "into", "versus", "vs", "via", "be", "can":
		return true
	}
	return false
}

// numbersOf gives the digits in order, and what tells parts apart: Roman numerals, "part
// b", "case a", the words one to ten and first to fifth.
func numbersOf(ws []string) string {
	var b strings.Builder
	for i, w := range ws {
		any := false
		for _, r := range w {
			if unicode.IsDigit(r) {
				b.WriteRune(r)
				any = true
			} else if any {
				any = false
			}
		}
		if strings.IndexFunc(w, unicode.IsDigit) >= 0 {
			continue
		}
		if n := roman(w); n > 0 && (n > 1 || i > 0 && isPart(ws[i-1])) {
			b.WriteByte(byte('0' + n/10))
			b.WriteByte(byte('0' + n%10))
			continue
		}
		if len(w) == 1 && i > 0 && isPart(ws[i-1]) {
			b.WriteString(w)
		}
		if n := spelled(w); n > 0 {
			b.WriteByte(byte('0' + n))
		}
	}
	return b.String()
}

func isPart(w string) bool {
	switch w {
	case "part", "case", "phase", "type", "volume", "vol", "chapter", "section", "study", "group", "class", "stage", "grade", "experiment", "paper", "report", "hepatitis", "vitamin", "factor", "series":
		return true
	}
	return false
}

func roman(w string) int {
	switch w {
	case "i":
		return 1
	case "ii":
		return 2
	case "iii":
		return 3
	case "iv":
		return 4
	case "vi":
		return 6
	case "vii":
		return 7
	case "viii":
		return 8
	case "ix":
		return 9
	case "xi":
		return 11
	case "xii":
		return 12
	}
	return 0
}

func spelled(w string) int {
	switch w {
	case "one", "first":
		return 1
	case "two", "second":
		return 2
	case "three", "third":
		return 3
	case "four", "fourth":
		return 4
	case "five", "fifth":
		return 5
	case "six", "sixth":
		return 6
	case "seven":
		return 7
	case "eight":
		return 8
	case "nine":
		return 9
	}
	return 0
}

// isGeneric reports whether a title stands over many works.
func isGeneric(ws []string) bool {
	n := 0
	for _, w := range ws {
		switch w {
		case "editorial", "editorials", "introduction", "introductory", "preface", "foreword", "erratum", "errata", "corrigendum", "correction", "corrections", "reply", "response", "comment", "comments", "commentary",
			"letter", "letters", "editor", "editors", "author", "authors", "abstract", "abstracts", "book", "review", "reviews", "reviewers", "news", "index", "contents", "table", "acknowledgement", "acknowledgements", "acknowledgment",
			"announcement", "announcements", "obituary", "guest", "special", "issue", "section", "note", "notes", "remarks", "discussion", "conclusion", "conclusions", "summary", "from", "message", "correspondence", "cover", "front", "back", "matter", "proceedings", "volume", "annual", "report", "board", "editor's", "president's", "overview", "in", "this", "minitrack", "track", "keynote", "panel", "workshop", "welcome", "program", "programme", "research":
			continue
		}
		if small(w) || strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
			continue
		}
		n++
	}
	return n == 0 || n == 1 && len(ws) > 1 && len(ws) <= 2 || n <= 2 && len(ws) > 0 && (ws[0] == "editorial" || ws[0] == "introduction" || ws[0] == "preface")
}

// withoutName takes out the words of the journal's name and of a place in it, if the title
// says them: "Remarks from the Editor of MIS Quarterly", "Volume 52 Paper 41".
func withoutName(ws []string, in journal) []string {
	if len(in.all) < 2 {
		return ws
	}
	said := 0
	for _, n := range in.all {
		if slices.Contains(ws, n) {
			said++
		}
	}
	if said < len(in.all) {
		return ws
	}
	var out []string
	for _, w := range ws {
		switch {
		case slices.Contains(in.all, w), w == "volume", w == "paper", w == "issue", w == "number", w == "vol":
		default:
			out = append(out, w)
		}
	}
	return out
}

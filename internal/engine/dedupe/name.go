package dedupe

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// name is one author: the words that may be the family name, and the letters with which
// the others begin. Databases disagree on which word is which.
type name struct {
	words    []string // folded, two letters or more; family name first where that is known
	family   int      // how many of the words are the family name; 0 is not known
	initials string
}

// most authors that are compared: the longest lists are those of consortia.
const mostNames = 40

func readNames(list []string) []name {
	var out []name
	for _, s := range list {
		if len(out) == mostNames {
			break
		}
		if known(s) == "" {
			continue
		}
		if n := readName(s); len(n.words) > 0 {
			out = append(out, n)
		}
	}
	return out
}

func readName(s string) name {
	var n name
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "")
	}
	family, given, comma := strings.Cut(s, ",")
	take := func(part string, isFamily bool) {
		for _, w := range strings.FieldsFunc(part, func(r rune) bool { return unicode.IsSpace(r) || r == '.' || r == '-' || r == ',' }) {
			folded := strings.ReplaceAll(text.Fold(w), "'", "")
			folded = strings.TrimFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) })
			switch {
			case folded == "" || folded == "jr" || folded == "sr" || folded == "2nd" || folded == "3rd" || folded == "iii":
			case utf8.RuneCountInString(folded) == 1, !isFamily && len(folded) <= 3 && w == strings.ToUpper(w) && folded != w:
				n.initials += folded
			case isFamily && !comma && len(folded) <= 2 && w == strings.ToUpper(w) && folded != w:
				n.initials += folded // "Smith JW"
			default:
				n.words = append(n.words, folded)
				if !isFamily {
					n.initials += firstLetter(folded)
				}
			}
		}
	}
	take(family, true)
	if comma {
		n.family = len(n.words)
		take(given, false)
		// A given name is kept as a word too: it may be the family name elsewhere.
		if n.family == 0 && len(n.words) == 0 {
			take(strings.ReplaceAll(given, ".", ""), true)
		}
	}
	return n
}

// alikeNames reports whether two names may be those of one person: a family name is the
// same and the initials do not contradict it, or family and given name changed places.
func alikeNames(a, b name) bool {
	if a.initials == b.initials && slices.Equal(a.words, b.words) {
		return true
	}
	contrary := a.initials != "" && b.initials != "" && !strings.ContainsAny(a.initials, b.initials)
	for i, x := range a.words {
		if isParticle(x) {
			continue
		}
		for j, y := range b.words {
			if !sameWord(x, y) {
				continue
			}
			switch {
			case i < a.family && j < b.family:
				if !contrary {
					return true
				}
			case a.family == 0 && (j < b.family || b.family == 0), b.family == 0 && i < a.family:
				return true
			case i < a.family && a.names(b.words[0]), j < b.family && b.names(a.words[0]):
				return true
			}
		}
	}
	// "Vander Berg" and "van der Berg", "St.John" and "St John".
	x, y := a.joined(), b.joined()
	return len(x) > 5 && x == y && !contrary
}

// names reports whether w is one of the name's words or begins with one of its initials.
func (n name) names(w string) bool {
	return slices.Contains(n.words, w) || strings.Contains(n.initials, firstLetter(w))
}

// joined is the family name without spaces.
func (n name) joined() string {
	if n.family == 0 {
		return strings.Join(n.words, "")
	}
	return strings.Join(n.words[:n.family], "")
}

func firstLetter(w string) string {
	_, n := utf8.DecodeRuneInString(w)
	return w[:n]
}

func isParticle(w string) bool {
	switch w {
	case "de", "der", "den", "van", "von", "da", "di", "del", "della", "la", "le", "dos", "du", "al", "el", "bin", "ibn", "st":
		return true
	}
	return false
}

// sameWord allows one letter in words of five letters or more.
func sameWord(a, b string) bool {
	if a == b {
		return true
	}
	if len(a) < 5 || len(b) < 5 || a[:2] != b[:2] || len(a)-len(b) > 1 || len(b)-len(a) > 1 {
		return false
	}
	return distance(a, b, 1) <= 1
}

// SplitAuthors takes a field of several authors apart: "A, B and C, D", "A, B; C, D", one
// a line, "Li Z. M.Kong C. Y.", "Li ZM, Kong CY". What cannot be told apart stays one name.
func SplitAuthors(s string) []string {
	s = strings.TrimSpace(s)
	if known(s) == "" {
		return nil
	}
	var parts []string
	switch {
	case strings.ContainsAny(s, ";\n") || strings.Contains(s, "||"):
		parts = strings.FieldsFunc(strings.ReplaceAll(s, "||", ";"), func(r rune) bool { return r == ';' || r == '\n' || r == '\r' })
	case strings.Contains(s, " and "):
		parts = strings.Split(s, " and ")
	case strings.Contains(s, "|"):
		parts = strings.Split(s, "|")
	default:
		parts = splitRun(s)
		if len(parts) == 1 && strings.Contains(s, ",") {
			parts = splitCommas(s)
		}
	}
	var out []string
	for _, p := range parts {
		for _, q := range strings.Split(p, " and ") {
			if q = strings.Trim(q, " ,;&"); q != "" && known(q) != "" {
				out = append(out, q)
			}
		}
	}
	return out
}

// splitRun cuts "Li Z. M.Kong C. Y.Zhang S." where a name follows a stop without a space.
func splitRun(s string) []string {
	var out []string
	from := 0
	rs := []rune(s)
	for i := 1; i+2 < len(rs); i++ {
		if rs[i] != '.' || !unicode.IsUpper(rs[i-1]) || !unicode.IsUpper(rs[i+1]) {
			continue
		}
		if unicode.IsLower(rs[i+2]) || rs[i+2] == '\'' || rs[i+2] == '’' {
			out = append(out, string(rs[from:i+1]))
			from = i + 1
		}
	}
	return append(out, string(rs[from:]))
}

// splitCommas tells "Li ZM, Kong CY" from "Li, Z. M., Kong, C. Y.".
func splitCommas(s string) []string {
	parts := strings.Split(s, ",")
	short, whole := 0, 0
	for _, p := range parts {
		if isInitials(p) {
			short++
		} else if i := strings.LastIndexByte(p, ' '); i > 0 && isInitials(p[i:]) && strings.TrimSpace(p[:i]) != "" {
			whole++
		}
	}
	if len(parts) == 2 && whole < 2 {
		return []string{s} // "Griffin, Dana K."
	}
	if short*3 < len(parts) {
		return parts
	}
	var out []string
	for _, p := range parts {
		if isInitials(p) && len(out) > 0 {
			out[len(out)-1] += "," + p
			continue
		}
		out = append(out, p)
	}
	return out
}

func isInitials(p string) bool {
	p = strings.TrimSpace(p)
	if p == "" {
		return false
	}
	letters := 0
	for _, r := range p {
		switch {
		case unicode.IsUpper(r):
			letters++
		case r == '.' || r == ' ' || r == '-':
		default:
			return false
		}
	}
	return letters <= 4
}

package dedupe

import (
	"net/url"
	"strconv"
	"strings"

	"plait/internal/kit/text"
)

// pages is where a work stands in its volume.
type pages struct {
	folded      string
	prefix      string // letters before the first number: s27 has "s"
	first, last string // digits; last "" when there is one page
}

func readPages(s string) pages {
	var p pages
	if len(s) > 100 {
		s = s[:100]
	}
	s = text.Fold(s)
	for _, begin := range []string{"pp", "pages", "page", "p", "art. no.", "art no", "article"} {
		if rest, ok := strings.CutPrefix(s, begin); ok && rest != "" && strings.IndexByte(" .:0123456789", rest[0]) >= 0 {
			s = strings.TrimLeft(rest, " .:")
			break
		}
	}
	if before, _, ok := strings.Cut(s, ","); ok {
		s = before
	}
	p.folded = strings.Join(words(s), "-")
	head, tail, _ := strings.Cut(strings.ReplaceAll(strings.ReplaceAll(s, "--", "-"), " ", ""), "-")
	p.prefix, p.first = cutNumber(head)
	_, p.last = cutNumber(tail)
	if m := months(tail); m != "" {
		p.last = m // 1-6 that a spreadsheet made a date of: 01-Jun
	}
	if p.first == "" {
		return p
	}
	// "221-8" is 221 to 228.
	if n := len(p.first) - len(p.last); p.last != "" && n > 0 {
		p.last = p.first[:n] + p.last
	}
	if p.last == p.first {
		p.last = ""
	}
	return p
}

// months gives the number of a month of three letters.
func months(s string) string {
	for i, m := range []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"} {
		if s == m {
			return strconv.Itoa(i + 1)
		}
	}
	return ""
}

// cutNumber gives the letters before the first number, and that number.
func cutNumber(s string) (letters, number string) {
	i := strings.IndexAny(s, "0123456789")
	if i < 0 {
		return "", ""
	}
	j := i
	for j < len(s) && s[j] >= '0' && s[j] <= '9' {
		j++
	}
	return strings.Trim(s[:i], " .-"), strings.TrimLeft(s[i:j], "0")
}

// comparePages gives equal, alike, differs or missing. alike is one of the ways in which
// databases cut pages: only the end, only one end, a letter before.
func comparePages(a, b *form) level {
	p, q := a.pages, b.pages
	if p.first == "" || q.first == "" {
		return missing
	}
	switch {
	case p.first == q.first && p.prefix == q.prefix:
		if p.last != "" && q.last != "" && p.last != q.last && len(p.first) < 3 {
			return alike
		}
		return equal
	case p.first == q.first, p.last != "" && p.last == q.last:
		return alike
	case (len(p.prefix) == 1) != (len(q.prefix) == 1) && (articleNumber(p) || articleNumber(q)):
		return missing // e12724 and 1-6: number of the article, pages of the print
	case p.last == "" && q.last != "" && (p.first == q.last || cutEnd(p.first, q.last)),
		q.last == "" && p.last != "" && (q.first == p.last || cutEnd(q.first, p.last)):
		return alike
	case online(a) || online(b):
		return missing // online first: the pages of the file, not of the issue
	}
	return differs
}

// articleNumber reports whether p looks like e12724 or a1754.
func articleNumber(p pages) bool { return len(p.prefix) == 1 && len(p.first) >= 3 && p.last == "" }

// cutEnd reports whether short is what is left of the last page: "8" of "JC6-8".
func cutEnd(short, last string) bool { return len(short) < len(last) && strings.HasSuffix(last, short) }

// online reports whether the pages are those of a paper that is in no issue yet.
func online(f *form) bool { return f.volume == "" && f.pages.first == "1" }

// volume gives the number of a volume: "14 Suppl 2" has 14, "Vol. 3" has 3.
func volume(s string) string {
	s = text.Fold(s)
	for _, begin := range []string{"volume", "vol."} {
		s = strings.TrimPrefix(s, begin)
	}
	if ws := words(s); len(ws) > 0 {
		w := ws[0]
		if len(ws) > 1 && (w == "vol" || w == "no") {
			w = ws[1]
		}
		return strings.TrimLeft(w, "0")
	}
	return ""
}

// number gives an issue as it is compared.
func number(s string) string {
	return strings.TrimLeft(strings.Join(words(text.Fold(s)), " "), "0")
}

// compareVolumes gives equal, alike ("30a" and "30"), differs or missing.
func compareVolumes(a, b string) level {
	switch {
	case a == "" || b == "":
		return missing
	case a == b:
		return equal
	}
	_, x := cutNumber(a)
	_, y := cutNumber(b)
	if x != "" && x == y {
		return alike
	}
	return differs
}

// compareIssues gives equal, alike, differs or missing. What is no number of an issue (a
// month, a number of the database) and is not equal says nothing.
func compareIssues(a, b string) level {
	l := compareVolumes(a, b)
	if l == differs && (!isIssue(a) || !isIssue(b)) {
		return missing
	}
	return l
}

func isIssue(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n <= 100
}

// bareDOI gives a DOI in lower case without its address, or "" for what is none.
func bareDOI(s string) string {
	s = strings.ToLower(s)
	at := strings.Index(s, "10.")
	if at < 0 {
		return ""
	}
	s = s[at:]
	if strings.Contains(s, "%") {
		if out, err := url.PathUnescape(s); err == nil {
			s = out
		}
	}
	if i := strings.IndexAny(s, " \t\n\r?#<>\""); i > 0 {
		s = s[:i]
	}
	slash := strings.IndexByte(s, '/')
	s = strings.TrimRight(s, ".,;]/")
	switch {
	case slash < 4, len(s) < slash+4:
		return "" // "10.1000/" or "10.1000/x." is where a paper should have been named
	case strings.HasPrefix(s, "10.1002/central/"):
		return "" // of the entry in the Cochrane register of trials, not of the work
	}
	return s
}

// baseDOI takes off the version: .pub3 of Cochrane, v2 and /v2 of preprints, /full.
func baseDOI(s string) string {
	for _, end := range []string{"/full", "/abstract", "/pdf", "/meta", "/epdf"} {
		s = strings.TrimSuffix(s, end)
	}
	i := len(s)
	for i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
		i--
	}
	if i == len(s) || len(s)-i > 2 {
		return s
	}
	for _, mark := range []string{".pub", "/v", ".v", "v"} {
		if !strings.HasSuffix(s[:i], mark) {
			continue
		}
		// "v" alone is a version only after the digits of a preprint's number.
		base := s[:i-len(mark)]
		if bareDOI(base) == "" {
			continue
		}
		if mark == "v" && (base == "" || base[len(base)-1] < '0' || base[len(base)-1] > '9' || !preprint(s)) {
			continue
		}
		return base
	}
	return s
}

// cochraneDOI gives the DOI that follows from the number of a Cochrane review, which its
// records have for a page: CD008173.
func cochraneDOI(p pages) string {
	if p.prefix != "cd" || p.last != "" || len(p.folded) != 8 {
		return ""
	}
	return "10.1002/14651858." + p.folded
}

// preprint reports whether a DOI is that of a preprint server.
func preprint(doi string) bool {
	for _, begin := range []string{"10.1101/", "10.48550/", "10.2139/", "10.21203/", "10.31234/", "10.31235/", "10.31219/", "10.20944/", "10.26434/", "10.36227/", "10.22541/", "10.2196/preprints"} {
		if strings.HasPrefix(doi, begin) {
			return true
		}
	}
	return false
}

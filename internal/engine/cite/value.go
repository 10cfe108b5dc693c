package cite

import (
	"html"
	"net/url"
	"strings"
)

func first(to *string, v string) {
	if *to == "" {
		*to = v
	}
}

func pick(vs ...string) string {
	for _, v := range vs {
		if v != "" {
			return v
		}
	}
	return ""
}

// said gives "" for the ways in which programs write that there is nothing.
func said(v string) string {
	if unsaid(v) {
		return ""
	}
	return oneLine(v)
}

func unsaid(v string) bool {
	switch len(v) {
	case 0, 1:
		return v == "" || v == "-"
	case 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13:
	default:
		return false
	}
	if c := v[0] | 0x20; c != 'n' && c != 'u' && c != 'i' && c != 'f' && v[0] != '[' {
		return false
	}
	switch strings.ToLower(v) {
	case "nan", "none", "null", "n/a", "na", "n.a.", "undefined", "unknown", "n.d.", "n.d", "nd", "[n.d.]",
		"no date", "in press", "inpress", "forthcoming", "not specified", "no-specified":
		return true
	}
	return false
}

// oneLine joins the lines of a value by one space.
func oneLine(v string) string {
	if strings.IndexByte(v, '\n') < 0 {
		return v
	}
	return strings.Join(strings.Fields(v), " ")
}

// paragraphs keeps the lines of a value and takes off their indents.
func paragraphs(v string) string {
	if strings.IndexByte(v, '\n') < 0 {
		return v
	}
	lines := strings.Split(v, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// plainText takes simple mark-up out of words: the tags of a short list
// (never "p < 0.05") and HTML entities that end in a semicolon.
func plainText(v string) string {
	if strings.IndexByte(v, '<') >= 0 {
		v = dropTags(v)
	}
	if strings.IndexByte(v, '&') >= 0 {
		v = entities(v)
	}
	return v
}

func dropTags(v string) string {
	var sb strings.Builder
	for {
		i := strings.IndexByte(v, '<')
		if i < 0 {
			break
		}
		n, breaks := tagLength(v[i:])
		if n == 0 {
			sb.WriteString(v[:i+1])
			v = v[i+1:]
			continue
		}
		sb.WriteString(v[:i])
		v = v[i+n:]
		// Two paragraphs must not become one word.
		if s := sb.String(); breaks && s != "" && v != "" && !strings.ContainsAny(s[len(s)-1:], " \n") && !strings.ContainsAny(v[:1], " \n.,;:<") {
			sb.WriteByte(' ')
		}
	}
	if sb.Len() == 0 {
		return strings.TrimSpace(v)
	}
	sb.WriteString(v)
	return strings.TrimSpace(sb.String())
}

// tagLength gives the length of the mark-up tag that s begins with, or 0.
func tagLength(s string) (n int, breaks bool) {
	end := strings.IndexByte(s[:min(len(s), 200)], '>')
	if end < 2 {
		return 0, false
	}
	name := strings.Trim(s[1:end], "/ ")
	if i := strings.IndexAny(name, " \t\n"); i >= 0 {
		// Attributes are taken only with a name and a value: "<i and b>" stays.
		if strings.IndexByte(name[i:], '=') < 0 {
			return 0, false
		}
		name = name[:i]
	}
	switch strings.ToLower(name) {
	case "i", "b", "u", "em", "strong", "sub", "sup", "span", "sc", "small", "inf", "jats:italic", "jats:bold", "jats:sub", "jats:sup":
		return end + 1, false
	case "p", "br", "div", "h1", "h2", "h3", "h4", "ul", "ol", "li", "jats:p", "jats:sec", "jats:title":
		return end + 1, true
	}
	return 0, false
}

func entities(v string) string {
	var sb strings.Builder
	for {
		i := strings.IndexByte(v, '&')
		if i < 0 {
			break
		}
		n := strings.IndexByte(v[i:min(len(v), i+12)], ';')
		if n < 0 {
			sb.WriteString(v[:i+1])
			v = v[i+1:]
			continue
		}
		sb.WriteString(v[:i])
		one := html.UnescapeString(v[i : i+n+1])
		if one == "\x00" {
			one = v[i : i+n+1]
		}
		sb.WriteString(one)
		v = v[i+n+1:]
	}
	if sb.Len() == 0 {
		return v
	}
	sb.WriteString(v)
	return sb.String()
}

// appendKeywords takes keywords apart at lines and semicolons.
func appendKeywords(to []string, v string) []string {
	if strings.IndexByte(v, ';') >= 0 && strings.IndexByte(v, '&') >= 0 {
		v = entities(v)
	}
	for v != "" {
		i := 0
		for i < len(v) && v[i] != ';' && v[i] != '\n' {
			i++
		}
		k := v[:i]
		if i < len(v) {
			i++
		}
		v = v[i:]
		if k = trim(k); k != "" && k[0] == '*' { // the mark of a main subject heading
			k = trim(k[1:])
		}
		if k != "" {
			to = append(to, k)
		}
	}
	return to
}

// appendURLs takes addresses apart at white space and at semicolons that
// another address follows, and keeps web addresses alone.
func appendURLs(to []string, v string) []string {
	for v = strings.TrimSpace(v); v != ""; v = strings.TrimLeft(v, "; \t\n") {
		end := strings.IndexAny(v, " \t\n")
		if end < 0 {
			end = len(v)
		}
		if i := strings.Index(v[:end], ";http"); i > 0 {
			end = i
		}
		u := strings.TrimRight(v[:end], ";,")
		v = v[end:]
		if isWeb(u) && !has(to, u) {
			to = append(to, u)
		}
	}
	return to
}

func isWeb(u string) bool {
	return strings.HasPrefix(u, "http://") || strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "ftp://")
}

func has(list []string, v string) bool {
	for _, s := range list {
		if s == v {
			return true
		}
	}
	return false
}

// findDOI gives the first DOI in v, bare and in lower case (DOI names do not
// depend on case, ISO 26324), or "".
func findDOI(v string) string {
	i := strings.Index(v, "10.")
	if i < 0 {
		return ""
	}
	link := strings.Contains(v[:i], "://")
	v = v[i:]
	slash := strings.IndexByte(v, '/')
	if link && slash < 0 {
		slash = strings.Index(v, "%2")
	}
	if slash < 5 || slash > 14 {
		return ""
	}
	for j := 3; j < slash; j++ {
		if v[j] != '.' && (v[j] < '0' || v[j] > '9') {
			return ""
		}
	}
	if end := strings.IndexAny(v, " \t\n\"<>"); end > 0 {
		v = v[:end]
	}
	if link {
		if end := strings.IndexAny(v, "?#&"); end > 0 {
			v = v[:end]
		}
		if strings.IndexByte(v, '%') >= 0 {
			if plain, err := url.PathUnescape(v); err == nil {
				v = plain
			}
		}
		for _, tail := range []string{"/pdf", "/epdf", "/full", "/abstract", "/fulltext", "/html"} {
			v = strings.TrimSuffix(v, tail)
		}
	}
	for len(v) > 0 {
		c := v[len(v)-1]
		if strings.IndexByte(".,;:'/", c) < 0 && !(c == ')' && strings.Count(v, "(") < strings.Count(v, ")")) &&
			!(c == ']' && strings.Count(v, "[") < strings.Count(v, "]")) {
			break
		}
		v = v[:len(v)-1]
	}
	if len(v) <= slash+1 {
		return ""
	}
	return strings.ToLower(v)
}

// doiOfLink gives the DOI in the address of a DOI resolver or of a
// publisher's /doi/ page, or "". Other addresses can name other works.
func doiOfLink(v string) string {
	i := strings.Index(v, "doi.org/")
	if i < 0 {
		if i = strings.Index(v, "/doi/"); i < 0 {
			return ""
		}
	}
	return findDOI("://" + v[i:])
}

// linkIDs takes identifiers out of a link.
func linkIDs(rec *Record, h *risHeld, v string) {
	if h.linkDOI == "" && strings.Contains(v, "10.") {
		h.linkDOI = doiOfLink(v)
	}
	if rec.PMID == "" {
		for _, at := range []string{"pubmed.ncbi.nlm.nih.gov/", "ncbi.nlm.nih.gov/pubmed/", "europepmc.org/article/MED/"} {
			if i := strings.Index(v, at); i >= 0 {
				rec.PMID = pubmedNumber(leadingDigits(v[i+len(at):]))
			}
		}
	}
	if rec.PMCID == "" {
		if i := strings.Index(v, "/PMC"); i >= 0 {
			rec.PMCID = pmcNumber(v[i+1:])
		}
	}
}

// noteIDs takes identifiers out of a note that names them, but not out of a
// list of the works that the record cites.
func noteIDs(rec *Record, h *risHeld, v string) {
	if len(v) > 600 {
		return
	}
	if i := strings.Index(v, "PMID: "); i >= 0 {
		first(&rec.PMID, pubmedNumber(leadingDigits(v[i+6:])))
	}
	if h.noteDOI == "" && strings.Contains(v, "10.") && !strings.Contains(v, "References") {
		low := strings.ToLower(v)
		if strings.Count(low, "10.") == 1 && strings.Contains(low, "doi") {
			h.noteDOI = findDOI(v)
		}
	}
}

func leadingDigits(v string) string {
	i := 0
	for i < len(v) && '0' <= v[i] && v[i] <= '9' {
		i++
	}
	return v[:i]
}

// pubmedNumber gives v when it is a PubMed number: one to eight digits.
func pubmedNumber(v string) string {
	if v = strings.TrimSpace(v); len(v) < 1 || len(v) > 8 || len(leadingDigits(v)) != len(v) {
		return ""
	}
	return v
}

// pmcNumber gives "PMC" and the digits that follow it, or "".
func pmcNumber(v string) string {
	if !strings.HasPrefix(v, "PMC") {
		return ""
	}
	if d := leadingDigits(v[3:]); d != "" {
		return v[:3+len(d)]
	}
	return ""
}

// serials adds the ISSNs (0000-0000) and ISBNs in v to the lists.
func serials(issn, isbn []string, v string) ([]string, []string) {
	for i := 0; i < len(v); {
		j := i
		for j < len(v) && ('0' <= v[j] && v[j] <= '9' || v[j] == '-' || v[j] == 'X' || v[j] == 'x') {
			j++
		}
		if j == i {
			i++
			continue
		}
		tok := v[i:j]
		i = j
		bare := tok
		if strings.IndexByte(tok, '-') >= 0 {
			bare = strings.ReplaceAll(tok, "-", "")
		}
		switch len(bare) {
		case 8:
			if len(tok) != 9 || tok[4] != '-' {
				tok = bare[:4] + "-" + bare[4:]
			}
			if tok = strings.ToUpper(tok); !has(issn, tok) {
				issn = append(issn, tok)
			}
		case 10, 13:
			if bare = strings.ToUpper(bare); !has(isbn, bare) {
				isbn = append(isbn, bare)
			}
		}
	}
	return issn, isbn
}

// pages joins first and last page. Ovid writes "No" and "Specified" for none.
func pages(from, to string) string {
	if from == "No" && to == "Specified" {
		return ""
	}
	from, to = said(from), said(to)
	if strings.Contains(from, "–") {
		from = strings.ReplaceAll(from, "–", "-")
	}
	switch {
	case from == "":
		return to
	case to == "" || to == from || strings.IndexByte(from, '-') > 0:
		return from
	}
	return from + "-" + to
}

package cite

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Style is a way of writing a reference in a list.
type Style string

// The styles that Reference knows: Harvard as in Cite Them Right, APA as in
// its seventh edition, Vancouver as in Citing Medicine. The words are plain:
// none is in italics.
const (
	Harvard   Style = "harvard"
	APA       Style = "apa"
	Vancouver Style = "vancouver"
)

// Reference writes one record as a line of a list of references. What the
// record does not say is left out; a missing year is "no date" in Harvard,
// "n.d." in APA and nothing in Vancouver. An unknown style is Harvard.
func Reference(style Style, r Record) string {
	switch style {
	case APA:
		return apa(&r)
	case Vancouver:
		return vancouver(&r)
	}
	return harvard(&r)
}

// initials gives the first letters of given names: "Jo-Ann Mary" is "J.-A. M."
// with dot "." and gap " ", "JAM" with neither. What is initials already stays.
func initialsOf(given, dot, gap string) string {
	var out []string
	for _, w := range strings.FieldsFunc(given, func(c rune) bool { return c == ' ' || c == '.' }) {
		if w == strings.ToUpper(w) && len(w) > 1 && len(w) <= 4 && !strings.Contains(w, "-") { // "DK" is two
			for _, c := range w {
				out = append(out, string(c)+dot)
			}
			continue
		}
		var parts []string
		for _, p := range strings.Split(w, "-") {
			if c, n := utf8.DecodeRuneInString(p); n > 0 && unicode.IsLetter(c) {
				parts = append(parts, string(unicode.ToUpper(c))+dot)
			}
		}
		sep := "-"
		if dot == "" {
			sep = ""
		}
		if len(parts) > 0 {
			out = append(out, strings.Join(parts, sep))
		}
	}
	return strings.Join(out, gap)
}

// people writes names, family first; between stands before each but the first,
// before the last one last does.
func people(in []Name, dot, gap, comma, between, last string) string {
	var sb strings.Builder
	for i, n := range in {
		switch {
		case i == 0:
		case i == len(in)-1:
			sb.WriteString(last)
		default:
			sb.WriteString(between)
		}
		if n.Literal != "" {
			sb.WriteString(n.Literal)
			continue
		}
		sb.WriteString(n.Family)
		if g := initialsOf(n.Given, dot, gap); g != "" {
			sb.WriteString(comma + g)
		}
		if n.Suffix != "" {
			sb.WriteString(strings.TrimSuffix(comma, " ") + " " + n.Suffix)
		}
	}
	return sb.String()
}

// sentence ends words by one full stop.
func sentence(v string) string {
	if v = strings.TrimSpace(v); v == "" || strings.ContainsAny(v[len(v)-1:], ".?!") {
		return v
	}
	return v + "."
}

func paragraphOf(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}

func makers(r *Record) []Name {
	if len(r.Authors) > 0 {
		return r.Authors
	}
	return r.Editors
}

// held gives "Journal, 4(2)", with what stands around the volume and issue.
func held(r *Record, before string) string {
	out := r.Volume
	if r.Issue != "" {
		out += "(" + r.Issue + ")"
	}
	return join(before, r.Journal, out)
}

func pageWord(pages string) string {
	if strings.Contains(pages, "-") {
		return "pp. " + strings.ReplaceAll(pages, "-", "–")
	}
	return "p. " + pages
}

func where(r *Record) string {
	if r.DOI != "" {
		return "https://doi.org/" + r.DOI
	}
	if len(r.URLs) > 0 {
		return r.URLs[0]
	}
	return ""
}

func harvard(r *Record) string {
	who := makers(r)
	names := people(who, ".", "", ", ", ", ", " and ")
	if len(who) > 3 {
		names = people(who[:1], ".", "", ", ", "", "") + " et al."
	}
	year := "(" + pick(yearOf(r), "no date") + ")"
	title := r.Title
	within := ""
	switch {
	case r.Journal != "" && (r.Type == "chapter" || r.Type == "paper-conference"):
		title = "‘" + title + "’,"
		within = "in " + r.Journal
		if len(r.Authors) > 0 && len(r.Editors) > 0 {
			within = "in " + people(r.Editors, ".", "", ", ", ", ", " and ") + " (eds) " + r.Journal
		}
	case r.Journal != "":
		title = "‘" + title + "’,"
		within = held(r, ", ")
	}
	if r.Pages != "" && within != "" {
		within += ", " + pageWord(r.Pages)
	}
	publisher := join(": ", r.Place, r.Publisher)
	if strings.HasPrefix(r.Type, "article") && r.Journal != "" {
		publisher = ""
	}
	if within == "" {
		title = sentence(title)
	}
	at := where(r)
	if at != "" {
		at = "Available at: " + at
		if r.Accessed != "" && r.DOI == "" {
			at += " (Accessed: " + r.Accessed + ")"
		}
		at += "."
	}
	return paragraphOf(names, year, title, sentence(within), sentence(publisher), at)
}

func apa(r *Record) string {
	who := makers(r)
	last := ", & "
	names := ""
	if len(who) > 20 {
		names = people(who[:19], ".", " ", ", ", ", ", ", ") + ", . . . " + people(who[len(who)-1:], ".", " ", ", ", "", "")
	} else {
		names = people(who, ".", " ", ", ", ", ", last)
	}
	year := "(" + pick(yearOf(r), "n.d.") + ")."
	within := ""
	switch {
	case r.Journal != "" && (r.Type == "chapter" || r.Type == "paper-conference"):
		within = "In " + r.Journal
		if r.Pages != "" {
			within += " (" + strings.ReplaceAll(pageWord(r.Pages), "-", "–") + ")"
		}
	case r.Journal != "":
		within = held(r, ", ")
		if r.Pages != "" {
			within += ", " + strings.ReplaceAll(r.Pages, "-", "–")
		}
	}
	publisher := r.Publisher
	if strings.HasPrefix(r.Type, "article") && r.Journal != "" {
		publisher = ""
	}
	if names == "" {
		return paragraphOf(sentence(r.Title), year, sentence(within), sentence(publisher), where(r))
	}
	return paragraphOf(sentence(names), year, sentence(r.Title), sentence(within), sentence(publisher), where(r))
}

func vancouver(r *Record) string {
	who := makers(r)
	names := ""
	if len(who) > 6 {
		names = people(who[:6], "", "", " ", ", ", ", ") + ", et al"
	} else {
		names = people(who, "", "", " ", ", ", ", ")
	}
	year := yearOf(r)
	within := ""
	if r.Journal != "" && strings.HasPrefix(r.Type, "article") {
		within = sentence(pick(r.JournalAbbr, r.Journal)) + " " + year
		if vi := r.Volume; vi != "" || r.Issue != "" {
			if r.Issue != "" {
				vi += "(" + r.Issue + ")"
			}
			within += ";" + vi
		}
		if r.Pages != "" {
			within += ":" + r.Pages
		}
	} else {
		if r.Journal != "" {
			within = sentence("In: " + r.Journal)
		}
		within = paragraphOf(within, sentence(join("; ", join(": ", r.Place, r.Publisher), year)))
		if r.Pages != "" && r.Journal != "" {
			within += " p. " + r.Pages
		}
	}
	at := ""
	if r.DOI != "" {
		at = "doi: " + r.DOI
	} else if len(r.URLs) > 0 {
		at = "Available from: " + r.URLs[0]
	}
	return paragraphOf(sentence(names), sentence(r.Title), sentence(strings.TrimSpace(within)), at)
}

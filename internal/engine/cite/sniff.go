package cite

import (
	"bytes"
	"strings"

	"plait/internal/engine/table"
	"plait/internal/kit/text"
)

// Format is the kind of a file, by its content.
type Format string

// The kinds that Sniff tells apart.
const (
	RIS           Format = "ris"
	NBIB          Format = "nbib"
	WebOfScience  Format = "wos"
	EndNoteTagged Format = "endnote-tagged"
	EndNoteXML    Format = "endnote-xml"
	BibTeX        Format = "bibtex"
	BibTXT        Format = "bibtxt" // BibTeX's fields as "[key]" and "name: value" lines
	CSLJSON       Format = "csl-json"
	CSV           Format = "csv" // also with semicolons or bars between cells
	TSV           Format = "tsv"
	Unknown       Format = "unknown"
)

// Title is the format's name as people know it.
func (f Format) Title() string {
	switch f {
	case RIS:
		return "RIS"
	case NBIB:
		return "PubMed (NBIB)"
	case WebOfScience:
		return "Web of Science tagged"
	case EndNoteTagged:
		return "EndNote tagged"
	case EndNoteXML:
		return "EndNote XML"
	case BibTeX:
		return "BibTeX"
	case BibTXT:
		return "Bib.TXT"
	case CSLJSON:
		return "CSL-JSON"
	case CSV:
		return "CSV sheet"
	case TSV:
		return "TSV sheet"
	}
	return "unknown"
}

// look is how much of a file decides its kind.
const look = 1 << 19

// Sniff names the kind of a file by its content: the start lines of records
// (TY, PMID, PT, %0, @type{) are counted, and the most frequent wins. Only the
// first half megabyte is looked at.
func Sniff(b []byte) Format {
	s, _, _ := text.Decode(b[:min(len(b), look)])
	return sniff(text.Lines(s), b)
}

func sniff(s string, b []byte) Format {
	if binary(b) != "" {
		return Unknown
	}
	s = s[:min(len(s), look)]
	trimmed := strings.TrimLeft(s, " \t\n\ufeff")
	switch {
	case trimmed == "":
		return Unknown
	case trimmed[0] == '<':
		if strings.Contains(s, "<record>") && (strings.Contains(s, "<rec-number") || strings.Contains(s, "<ref-type") || strings.Contains(s, "<titles>")) {
			return EndNoteXML
		}
	case trimmed[0] == '[' || trimmed[0] == '{':
		if isCSL(trimmed) {
			return CSLJSON
		}
		if trimmed[0] == '[' && isBibTXT(trimmed) {
			return BibTXT
		}
	}
	c := countStarts(s)
	best, most := Unknown, 0
	for _, f := range []Format{RIS, NBIB, WebOfScience, EndNoteTagged, BibTeX} {
		if c[f] > most {
			best, most = f, c[f]
		}
	}
	if best == BibTeX && trimmed[0] != '@' && trimmed[0] != '%' && table.Delimiter(s) != 0 {
		best = Unknown // a sheet in which a cell begins like an entry: "@SUM(1)"
	}
	if best != Unknown {
		return best
	}
	if trimmed[0] == '<' || trimmed[0] == '{' || trimmed[0] == '[' {
		return Unknown
	}
	if !strings.Contains(strings.TrimSpace(s), "\n") {
		return Unknown // one line makes no sheet
	}
	switch d := table.Delimiter(s); d {
	case 0:
		return Unknown
	case '\t':
		return TSV
	default:
		return CSV
	}
}

// countStarts counts the lines that begin a record in each line-based format.
func countStarts(s string) map[Format]int {
	c := map[Format]int{}
	ends, refer := 0, 0
	for rest := s; rest != ""; {
		var line string
		line, rest, _ = strings.Cut(rest, "\n")
		line = strings.TrimLeft(line, " \t\ufeff")
		if len(line) < 2 {
			continue
		}
		switch line[0] {
		case 'T':
			if tag, v, ok := splitRIS(line, false); ok && tag == "TY" && !strings.Contains(v, "\t") {
				c[RIS]++
			}
		case 'E':
			if tag, _, ok := splitRIS(line, false); ok && tag == "ER" {
				ends++
			}
		case 'P':
			if tag, _, ok := splitNBIB(line); ok && tag == "PMID" {
				c[NBIB]++
			} else if len(line) == 4 && strings.HasPrefix(line, "PT ") && strings.IndexByte("JBSP", line[3]) >= 0 {
				c[WebOfScience]++
			}
		case 'F':
			if strings.HasPrefix(line, "FN Clarivate") || strings.HasPrefix(line, "FN Thomson") || strings.HasPrefix(line, "FN ISI") {
				c[WebOfScience]++
			}
		case '%':
			if strings.HasPrefix(line, "%0 ") {
				c[EndNoteTagged]++
			} else if strings.HasPrefix(line, "%T ") || strings.HasPrefix(line, "%A ") {
				refer++
			}
		case '@':
			if isBibStart(line) {
				c[BibTeX]++
			}
		}
	}
	if len(c) == 0 && ends > 0 {
		c[RIS] = ends // every start line is broken, yet records end as RIS does
	}
	if len(c) == 0 && refer > 1 {
		c[EndNoteTagged] = 1 // refer, which has no line for the type
	}
	return c
}

func isBibStart(line string) bool {
	i := 1
	for i < len(line) && (line[i]|0x20 >= 'a' && line[i]|0x20 <= 'z') {
		i++
	}
	rest := strings.TrimLeft(line[i:], " \t")
	return i > 1 && rest != "" && (rest[0] == '{' || rest[0] == '(')
}

// isCSL reports whether JSON speaks of references: two of the properties that
// items of CSL have, or what Crossref and Zotero wrap around a list of them.
func isCSL(s string) bool {
	n := 0
	for _, key := range []string{`"type"`, `"title"`, `"issued"`, `"author"`, `"container-title"`, `"DOI"`} {
		if strings.Contains(s, key) {
			n++
		}
	}
	if i := strings.Index(s, `"type"`); n == 1 && i >= 0 {
		v, _ := quotedPart(s[i+len(`"type"`):])
		return isCSLType(v)
	}
	return n > 1
}

// isBibTXT reports whether a file begins with a key in brackets on a line of
// its own and goes on with "name: value" lines.
func isBibTXT(s string) bool {
	keys, fields := 0, 0
	for n := 0; s != "" && n < 200; n++ {
		var line string
		line, s, _ = strings.Cut(s, "\n")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if _, ok := bibTXTKey(line); ok {
			keys++
		} else if name, _, ok := bibTXTField(line); ok && name != "" {
			fields++
		} else {
			return false
		}
	}
	return keys > 0 && fields > 0
}

// binary names a file that is no text at all, or gives "".
func binary(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "an office file, such as an Excel workbook, or a zip"
	case bytes.HasPrefix(b, []byte("%PDF")):
		return "a PDF"
	case bytes.HasPrefix(b, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return "an old office file"
	case bytes.HasPrefix(b, []byte{0x1F, 0x8B}):
		return "a zipped file"
	}
	return ""
}

// notRead says why a file gave no records.
func notRead(s string, b []byte) string {
	if what := binary(b); what != "" {
		return "This is " + what + ". Export the references as RIS, then bring that file in."
	}
	if strings.TrimSpace(s) == "" {
		return "This file is empty."
	}
	return "No references were found in this file. Export them as RIS or PubMed (NBIB)."
}

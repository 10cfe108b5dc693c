package review

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"plait/internal/engine/anchor"
)

// Kinds of what is marked in a finished review: MarkStatement, MarkGap, MarkOrganisation.
const (
	MarkStatement    = Statement
	MarkGap          = Gap
	MarkOrganisation = "organisation"
)

// States of a report.
const (
	ReportReading = "reading" // its words are being read
	ReportIn      = "in"
	ReportFailed  = "failed" // nothing could be read; Problem says why
)

// Limits of a finished review.
const (
	MaxReport    = 32 << 20 // bytes of its file
	MaxReports   = 20
	MaxPassages  = 500
	MaxPassage   = 6000    // code points that are marked at once
	readReport   = 4 << 20 // bytes of a file that is read while the page waits; more is read by a job
	partPoints   = 6000    // code points of a part that is read at once; it ends at a heading or a page
	partMost     = 9000    // and at the latest here
	pieceMost    = 4000    // code points of a paragraph; a longer one is cut at a space
	headingMost  = 90      // code points of a line that may be a heading
	headingWords = 14
)

// MarkKinds is what a passage may be marked as.
func MarkKinds() []string { return []string{MarkStatement, MarkGap, MarkOrganisation} }

// ReportText is what a document says, as its reader gives it. Places are code points.
type ReportText struct {
	Format     string
	Title      string
	Language   string // BCP 47; "" = not known
	Words      string
	PageStarts []int
	Paragraphs []int
	Scanned    bool   // pictures of pages, with no words to read
	Say        string // message key of why nothing could be read; "" when it could
	Do         string // message key of what to do about it; may be empty
	Args       []any
}

// ReportReader reads the words of a document. A file is never trusted: it is read within
// limits of time, and of memory where that is a process of its own.
type ReportReader interface {
	ReadReport(ctx context.Context, b []byte, name string) (ReportText, error)
}

// Report is somebody else's finished review.
type Report struct {
	ID         string `json:"id"`
	File       string `json:"file"`
	Name       string `json:"name"` // of its file
	Format     string `json:"format"`
	Title      string `json:"title"`
	Language   string `json:"language"`
	Pages      int64  `json:"pages"` // 0 = it has none
	Parts      int64  `json:"parts"` // in which it is read
	Paragraphs int64  `json:"paragraphs"`
	State      string `json:"state"`
	Problem    string `json:"problem"` // message key of why it could not be read
	MadeAt     int64  `json:"made_at"`
}

// Called is what a report is called.
func (r Report) Called() string {
	if r.Title != "" {
		return r.Title
	}
	return r.Name
}

// Paragraph is one paragraph of a report.
type Paragraph struct {
	N       int64  `json:"n"`    // from 1
	Part    int64  `json:"part"` // from 1
	Page    int64  `json:"page"` // from 1; 0 = the report has none
	Heading bool   `json:"heading"`
	Start   int64  `json:"start"` // code points from the beginning of the report
	End     int64  `json:"end"`
	Words   string `json:"words"`
}

// Passage is a marked part of a report, and what was made of it.
type Passage struct {
	ID      string `json:"id"`
	Report  string `json:"report"`
	Kind    string `json:"kind"`
	Start   int64  `json:"start"`
	End     int64  `json:"end"`
	Part    int64  `json:"part"`
	Quote   string `json:"quote"`
	Made    string `json:"made"`    // id of the statement, gap or organisation
	Words   string `json:"words"`   // as it says now; "" = it is not there any more
	Plainly string `json:"plainly"` // a statement said plainly
	MadeAt  int64  `json:"made_at"`
}

// Says is what a passage says, plainly where that was written.
func (p Passage) Says() string {
	switch {
	case p.Plainly != "":
		return p.Plainly
	case p.Words != "":
		return p.Words
	}
	return p.Quote
}

// paragraphed makes the paragraphs of a report, and the parts in which it is read: up to a page or
// a heading after partPoints.
func paragraphed(t ReportText) []Paragraph {
	text := anchor.New(t.Words)
	var out []Paragraph
	page := 0
	add := func(start, end int) {
		for page < len(t.PageStarts) && t.PageStarts[page] <= start {
			page++
		}
		words := text.Slice(start, end)
		out = append(out, Paragraph{N: int64(len(out)) + 1, Page: int64(page), Heading: isHeading(words), Start: int64(start), End: int64(end), Words: words})
	}
	for i, from := range t.Paragraphs {
		to := text.Len()
		if i+1 < len(t.Paragraphs) {
			to = t.Paragraphs[i+1]
		}
		for from < to {
			start, end := trimStretch(text, from, min(to, from+pieceMost))
			if from+pieceMost < to {
				end = atSpace(text, start, end)
			}
			if end > start {
				add(start, end)
			}
			from = max(end, from+1)
			if end <= start {
				from = min(to, from+pieceMost)
			}
		}
	}
	intoParts(out)
	return out
}

// trimStretch takes white space off both ends of a stretch.
func trimStretch(t *anchor.Text, from, to int) (int, int) {
	s := t.Slice(from, to)
	left := len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace))
	start := from + utf8.RuneCountInString(s[:left])
	return start, start + utf8.RuneCountInString(strings.TrimSpace(s))
}

// atSpace is where a stretch that is too long is cut: after its last space.
func atSpace(t *anchor.Text, from, to int) int {
	s := t.Slice(from, to)
	if i := strings.LastIndexFunc(s, unicode.IsSpace); i > len(s)/2 {
		return from + utf8.RuneCountInString(s[:i])
	}
	return to
}

// intoParts says in which part each paragraph is read.
func intoParts(all []Paragraph) {
	part, from := int64(1), int64(0)
	for i := range all {
		p := &all[i]
		size := p.End - from
		fresh := i > 0 && (p.Heading && !all[i-1].Heading || p.Page > all[i-1].Page)
		if i > 0 && (size > partMost || size > partPoints && fresh) {
			part, from = part+1, p.Start
		}
		p.Part = part
	}
}

// isHeading guesses whether a paragraph is a heading, for the list of what is in a report:
// one short line that begins with a capital letter or a number and is no sentence.
func isHeading(s string) bool {
	marked := strings.HasPrefix(s, "#")
	s = headingWordsOf(s)
	if strings.ContainsAny(s, "\n\t") || utf8.RuneCountInString(s) > headingMost || len(strings.Fields(s)) > headingWords || strings.Contains(s, "....") {
		return false
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	letters := strings.IndexFunc(s, unicode.IsLetter) >= 0
	if !letters || strings.ContainsRune(".,;:…", last) {
		return false
	}
	return marked || (unicode.IsUpper(first) || unicode.IsDigit(first)) && (!unicode.IsDigit(last) || unicode.IsDigit(first))
}

// headingWordsOf is a heading without the signs that Markdown writes before it.
func headingWordsOf(s string) string { return strings.TrimSpace(strings.TrimLeft(s, "#")) }

// markedPlace is where a passage stands, as it is kept with what was made of it.
type markedPlace struct {
	Report  string `json:"report"`
	Passage string `json:"passage"`
	Start   int64  `json:"start"`
	End     int64  `json:"end"`
	Quote   string `json:"quote"`
	Href    string `json:"href"` // opens it
}

// MarkedIn is the passage of a finished review that something was made of.
type MarkedIn struct {
	Report   string `json:"report"` // what the report is called
	Language string `json:"language"`
	Quote    string `json:"quote"`
	Href     string `json:"href"` // address that opens it
}

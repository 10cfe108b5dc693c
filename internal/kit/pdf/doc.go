// Package pdf reads the words and draws the pages of PDF files.
//
// It owns the programs of poppler (pdfinfo, pdftotext, pdftoppm), which are optional:
// without them there is ErrAbsent. They are given the file on their standard input and
// give back on their standard output; they need no file, no environment and no network.
// Each has a limit of time here and may give back only so much. Memory and files are
// limited by the process that calls: it is best called within kit/child, whose limits the
// programs take over.
//
// What pdftotext gives in its usual order of reading is kept, but for lines: those of one
// paragraph are joined. A line goes on in the next when it is nearly as long as the
// longest one beside it and the next begins no item of a list: then the line break becomes
// one space, so that no letter moves. All other line breaks part paragraphs. Words that
// were cut by a hyphen at a line's end are as pdftotext joins or leaves them. A form feed
// is the border of a page.
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"plait/internal/kit/document"
	"plait/internal/kit/fault"
)

// Limits of a PDF.
const (
	MaxPages = 2000
	MaxSide  = 3000 // of a page's picture, pixels
	MaxDPI   = 300

	infoTime  = 5 * time.Second
	wordsTime = 15 * time.Second
	drawTime  = 15 * time.Second
	maxInfo   = 64 << 10
	maxDrawn  = 24 << 20
	fewest    = 25 // letters of a page; one with fewer is hardly text
)

// Doc is what a PDF says.
type Doc struct {
	Words      string             // as those of document.Doc
	PageStarts []int              // where each page begins, code points from 0; a page without words begins where the next does
	Paragraphs []int              // where each paragraph begins, code points from 0
	Pages      int                // at least 1
	Scanned    bool               // pages, but hardly any words: pictures of paper
	Title      string             // as the file says; may be ""
	Problems   []document.Problem // pages that are pictures, damage, small programs
}

// ErrAbsent says that the programs of poppler are not installed. It is a fault.Absent.
var ErrAbsent error = fault.New(fault.Absent, "document.no_pdf").With("document.no_pdf_do")

// Read gives the words of a PDF. The error is ErrAbsent, a *document.Refusal (a password,
// damage, more than MaxPages, too slow, too many words), or that of ctx.
func Read(ctx context.Context, b []byte) (Doc, error) { return read(ctx, b, wordsTime) }

func read(ctx context.Context, b []byte, limit time.Duration) (Doc, error) {
	about, err := look(ctx, b, 0)
	if err != nil {
		return Doc{}, err
	}
	if about.pages > MaxPages {
		return Doc{}, document.Refuse("document.pages", "Pages", about.pages, "Most", MaxPages)
	}
	out, told, err := run(ctx, limit, document.MaxWords, b, "pdftotext", "-enc", "UTF-8", "-eol", "unix", "-", "-")
	if err != nil {
		return Doc{}, why(ctx, err, told)
	}
	d := Doc{Pages: about.pages, Title: about.title}
	pages := strings.Split(string(out), "\f")
	if n := len(pages); n > 1 && strings.TrimSpace(pages[n-1]) == "" {
		pages = pages[:n-1] // a form feed ends each page
	}
	var all document.Builder
	var bare []int
	for i, p := range pages {
		d.PageStarts = append(d.PageStarts, all.Next())
		all.Add(joined(p))
		if letters(p) < fewest {
			bare = append(bare, i+1)
		}
	}
	d.Words, d.Paragraphs = all.Words()
	for i := range d.PageStarts {
		d.PageStarts[i] = min(d.PageStarts[i], all.End())
	}
	for len(d.PageStarts) < d.Pages {
		d.PageStarts = append(d.PageStarts, all.End()) // pages that are damaged
	}
	d.Pages = len(d.PageStarts)
	d.judge(b, bare)
	if about.scripts || bytes.Contains(b, []byte("/JavaScript")) {
		d.tell("", "This file has small programs in it. They were not run.")
	}
	if damaged.MatchString(told) || len(pages) != about.pages {
		d.tell("", "Some of this file is damaged. Look for pages or words that are missing.")
	}
	return d, nil
}

// judge says whether pages are pictures of paper. Pictures are counted in the file as it
// is: the head of a picture is never packed (ISO 32000-1, 7.5.7).
func (d *Doc) judge(b []byte, bare []int) {
	drawn := pictured.Match(b)
	total := letters(d.Words)
	d.Scanned = total < fewest*d.Pages && (drawn || total == 0)
	switch {
	case d.Scanned:
		d.tell("", "This PDF is a scan: its pages are pictures, with hardly any words to read. You can type what they say beside each page's picture.")
	case drawn && len(bare) > 0 && d.Pages > 1:
		for i, n := range bare {
			if i == 20 {
				d.tell("", fmt.Sprintf("%d more pages have hardly any words. They may be pictures.", len(bare)-i))
				break
			}
			d.tell(fmt.Sprintf("page %d", n), "This page has hardly any words. It may be a picture.")
		}
	}
}

func (d *Doc) tell(place, reason string) {
	d.Problems = append(d.Problems, document.Problem{Place: place, Reason: reason})
}

var (
	pictured = regexp.MustCompile(`/Subtype\s*/Image\b`)
	damaged  = regexp.MustCompile(`(?i)couldn't (read xref|find trailer)|xref table|may not be a PDF|unterminated|unexpected end of file`)
	locked   = regexp.MustCompile(`(?i)incorrect password|encrypt`)
)

// Picture draws one page, counted from 1, as a JPEG. dpi is dots of an inch, 20 to MaxDPI;
// a page that would be longer than MaxSide is drawn smaller. Errors are those of Read.
func Picture(ctx context.Context, b []byte, page, dpi int) ([]byte, error) {
	about, err := look(ctx, b, 0)
	if err != nil {
		return nil, err
	}
	if page < 1 || page > about.pages {
		return nil, document.Refuse("document.no_page", "Pages", about.pages)
	}
	if about, err = look(ctx, b, page); err != nil {
		return nil, err
	}
	dpi = min(max(dpi, 20), MaxDPI)
	args := []string{"-jpeg", "-singlefile", "-f", strconv.Itoa(page), "-l", strconv.Itoa(page)}
	if about.long/72*float64(dpi) > MaxSide {
		args = append(args, "-scale-to", strconv.Itoa(MaxSide))
	} else {
		args = append(args, "-r", strconv.Itoa(dpi))
	}
	out, told, err := run(ctx, drawTime, maxDrawn, b, "pdftoppm", append(args, "-")...)
	if err != nil {
		return nil, why(ctx, err, told)
	}
	if !bytes.HasPrefix(out, []byte("\xff\xd8")) {
		return nil, document.Refuse("document.damaged").Because(errors.New("no picture came"))
	}
	return out, nil
}

// about is what a PDF says of itself.
type about struct {
	title   string
	pages   int
	scripts bool
	long    float64 // longer side of the page asked for, in points
}

// look asks pdfinfo about a file and, when page is not 0, one page's size.
func look(ctx context.Context, b []byte, page int) (about, error) {
	args := []string{"-enc", "UTF-8"}
	if page > 0 {
		args = append(args, "-f", strconv.Itoa(page), "-l", strconv.Itoa(page))
	}
	out, told, err := run(ctx, infoTime, maxInfo, b, "pdfinfo", append(args, "-")...)
	if err != nil {
		return about{}, why(ctx, err, told)
	}
	var a about
	for line := range strings.SplitSeq(string(out), "\n") {
		name, v, _ := strings.Cut(line, ":")
		v = strings.TrimSpace(v)
		switch {
		case name == "Title":
			a.title = strings.ToValidUTF8(v, "\ufffd")
		case name == "Pages":
			a.pages, _ = strconv.Atoi(v)
		case name == "JavaScript":
			a.scripts = v == "yes"
		case strings.HasPrefix(name, "Page") && strings.HasSuffix(name, "size"):
			var w, h float64
			if _, err := fmt.Sscanf(v, "%f x %f", &w, &h); err == nil {
				a.long = max(w, h)
			}
		}
	}
	if a.pages < 1 {
		return about{}, document.Refuse("document.damaged").Because(errors.New("no pages"))
	}
	return a, nil
}

// why says in plain words what went wrong.
func why(ctx context.Context, err error, told string) error {
	var exit *exec.ExitError
	switch {
	case errors.Is(err, ErrAbsent):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errMuch):
		return document.Refuse("document.too_big", "MB", document.MaxWords>>20)
	case errors.Is(err, context.DeadlineExceeded):
		return document.Refuse("document.slow")
	case locked.MatchString(told):
		return document.Refuse("document.locked").Because(err)
	case errors.As(err, &exit) && exit.ExitCode() < 0, strings.Contains(told, "Out of memory"), strings.Contains(told, "bad_alloc"):
		return document.Refuse("document.bomb").Because(err) // a limit ended it
	}
	return document.Refuse("document.damaged").Because(err)
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			n++
		}
	}
	return n
}

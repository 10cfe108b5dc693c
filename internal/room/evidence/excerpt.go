package evidence

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"plait/internal/engine/anchor"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// Kinds of an excerpt.
const (
	InText = "text" // words of a contribution
	OnPage = "page" // a box on a picture, or on the picture of a document's page
	InTime = "time" // from one time to another of a recording or film
)

// Limits of excerpts.
const (
	MaxMarks   = 10_000 // of one contribution
	MaxMarked  = 50_000 // code points of one
	maxLabel   = 200    // bytes of what it is called
	wholeBox   = 10_000 // the width, and the height, of a picture in the units of a box
	smallest   = 50     // least width and height of a box
	maxTime    = 24 * 60 * 60 * 1000
	shortWords = 160 // code points of its words that lists show
)

// Excerpt is a marked part of a contribution: words, a box on a picture, or a stretch of
// time. Its place is kept and can be opened again.
type Excerpt struct {
	ID     string `json:"id"`
	N      int64  `json:"n"`    // its number in the contribution
	Kind   string `json:"kind"` // text, page or time
	Start  int    `json:"start,omitempty"`
	End    int    `json:"end,omitempty"` // in code points, not counted in
	Quote  string `json:"quote,omitempty"`
	Before string `json:"before,omitempty"` // up to 32 code points
	After  string `json:"after,omitempty"`
	File   string `json:"file,omitempty"` // of a box or a time
	Page   int64  `json:"page,omitempty"` // of a document, from 1
	X      int64  `json:"x,omitempty"`    // the box, in 10,000ths of the picture's width and height
	Y      int64  `json:"y,omitempty"`
	W      int64  `json:"w,omitempty"`
	H      int64  `json:"h,omitempty"`
	FromMS int64  `json:"from_ms,omitempty"`
	ToMS   int64  `json:"to_ms,omitempty"`
	Label  string `json:"label,omitempty"`
	By     string `json:"by"`
	At     int64  `json:"at"`
	// Version is the contribution's when it was marked.
	Version int64 `json:"version"`
	// Found is how marked words were found in the words as they are now: same, moved or
	// changed; empty when they are not there any more. Start, End and Quote are then as they
	// were when they were marked.
	Found string `json:"found,omitempty"`
}

// Lost says that the words of the contribution changed and the marked part is not there.
func (x Excerpt) Lost() bool { return x.Kind == InText && x.Found == "" }

// Called is what a mark is called where it stands for itself: its words, its label, or
// where it is.
func (x Excerpt) Called() string {
	switch {
	case x.Kind == InText:
		return x.Quote
	case x.Label != "":
		return x.Label
	case x.Kind == InTime:
		return clockTime(x.FromMS) + " – " + clockTime(x.ToMS)
	case x.Page > 0:
		return "[" + strconv.FormatInt(x.Page, 10) + "]"
	}
	return "[" + strconv.FormatInt(x.N, 10) + "]"
}

// clockTime writes a time of a recording as players do: 1:05, or 1:02:03.
func clockTime(ms int64) string {
	s := ms / 1000
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// readTime reads a time as people type it: 1:05, 1:02:03, 65 or 65.5 (seconds), in
// milliseconds. ok is false for anything else.
func readTime(s string) (ms int64, ok bool) {
	parts := strings.Split(strings.TrimSpace(s), ":")
	if len(parts) > 3 {
		return 0, false
	}
	last, err := strconv.ParseFloat(strings.Replace(parts[len(parts)-1], ",", ".", 1), 64)
	if err != nil || !(last >= 0 && last < maxTime) || len(parts) > 1 && last >= 60 {
		return 0, false
	}
	var front int64
	for _, p := range parts[:len(parts)-1] {
		n, err := strconv.ParseInt(p, 10, 64)
		if err != nil || n < 0 || n > 1440 {
			return 0, false
		}
		front = front*60 + n
	}
	ms = front*60_000 + int64(last*1000+0.5)
	return ms, ms <= maxTime
}

// MarkIn marks a part of a contribution: words by their offsets or as they were typed, a
// box on one of its pictures or pages, or a stretch of one of its recordings.
type MarkIn struct {
	Ref     ref.Ref `json:"ref" doc:"The contribution."`
	Version int64   `json:"version" doc:"The version that was read; 0 where the words are given as typed."`
	Start   int     `json:"start" doc:"Where the words begin, in Unicode code points."`
	End     int     `json:"end" doc:"Where they end, not counted in."`
	Quote   string  `json:"quote" doc:"In place of start and end: the words as they stand there."`
	File    string  `json:"file" doc:"For a box or a time: the file."`
	Page    int64   `json:"page" doc:"For a box in a document: the page, from 1."`
	X       int64   `json:"x" doc:"The box, in 10,000ths of the picture's width and height."`
	Y       int64   `json:"y"`
	W       int64   `json:"w"`
	H       int64   `json:"h"`
	FromMS  int64   `json:"from_ms" doc:"The time, in milliseconds."`
	ToMS    int64   `json:"to_ms"`
	Label   string  `json:"label" doc:"What to call it; may be empty."`
}

// box checks a box on a picture or a page.
func (in MarkIn) box(m Medium) error {
	var c fault.Check
	inside := in.X >= 0 && in.Y >= 0 && in.X+in.W <= wholeBox && in.Y+in.H <= wholeBox
	c.Need(inside && in.W >= smallest && in.H >= smallest, "x", "evidence.excerpt_bad_box")
	switch m.Kind {
	case Document:
		c.Need(in.Page >= 1 && (m.Pages == 0 || in.Page <= m.Pages), "page", "evidence.excerpt_bad_page")
	default:
		c.Need(in.Page == 0, "page", "evidence.excerpt_bad_page")
	}
	return c.Err()
}

// stretch checks a stretch of time.
func (in MarkIn) stretch(m Medium) error {
	var c fault.Check
	c.Need(in.FromMS >= 0 && in.FromMS < in.ToMS && in.ToMS <= maxTime, "to", "evidence.excerpt_bad_time")
	// Players round: a second more than we know of is the end.
	c.Need(m.MS == 0 || in.ToMS <= m.MS+1000, "to", "evidence.excerpt_late")
	return c.Err()
}

// refound finds marked words in the words as they are now.
func (x Excerpt) refound(t *anchor.Text, version int64) Excerpt {
	if x.Kind != InText {
		return x
	}
	if x.Version == version {
		x.Found = anchor.Same
		return x
	}
	start, end, how, ok := anchor.Find(t, anchor.Anchor{Start: x.Start, End: x.End, Quote: x.Quote, Before: x.Before, After: x.After})
	x.Found = how
	if ok {
		x.Start, x.End, x.Quote = start, end, t.Slice(start, end)
	}
	return x
}

// fixedWords is the words of a document after an edit: as they were. None sent, or the same
// in what a form makes of them, is no change; anything else is refused.
func fixedWords(now, sent string) (string, error) {
	plain := func(s string) string { return strings.Join(strings.Fields(text.Composed(s)), " ") }
	if sent != "" && sent != now && plain(sent) != plain(now) {
		return "", fault.Fielded("words", "evidence.excerpt_fixed")
	}
	return now, nil
}

// paragraph is a piece of words that is shown as one: a line, or a part of a very long one.
type paragraph struct {
	N          int // from 0, in the whole text
	Start, End int // code points
}

// Limits of what is shown at once.
const (
	partSize    = 200_000 // code points of a part of a long text
	longestLine = 4_000   // code points of a paragraph; a longer line is cut at a space
)

// paragraphs cuts words into the lines that hold something.
func paragraphs(t *anchor.Text) []paragraph {
	var out []paragraph
	add := func(start, end int) { out = append(out, paragraph{len(out), start, end}) }
	// space is after the last space with something before it, solid after the last letter.
	point, start, space, solid := 0, 0, 0, 0
	for _, r := range t.Words() {
		switch {
		case r == '\n' || r == '\r':
			if solid > start {
				add(start, point)
			}
			start, space = point+1, 0
		case !unicode.IsSpace(r):
			solid = point + 1
		case solid > start:
			space = point + 1
		}
		point++
		if point-start < longestLine || solid <= start || r == '\n' || r == '\r' {
			continue
		}
		cut := space
		if cut <= start {
			cut, _ = t.Snap(point, point)
			if cut != point {
				continue // within a character: after it
			}
		}
		add(start, cut)
		start, space = cut, 0
	}
	if solid > start {
		add(start, point)
	}
	return out
}

// parts says at which paragraph each part of a long text begins; always at least one.
func parts(ps []paragraph) []int {
	out := []int{0}
	if len(ps) == 0 {
		return out
	}
	from := ps[0].Start
	for i, p := range ps {
		if p.End-from > partSize && i > out[len(out)-1] {
			out, from = append(out, i), p.Start
		}
	}
	return out
}

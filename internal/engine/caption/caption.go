package caption

import (
	"html"
	"slices"
	"strings"
)

// Cue is one caption: what is shown, and from when to when.
type Cue struct {
	N        int    `json:"n"`                  // its place among the cues, from 1
	ID       string `json:"id,omitempty"`       // its name in the file, where it has one
	Line     int    `json:"line"`               // line of its times
	Start    int64  `json:"start"`              // milliseconds
	End      int64  `json:"end"`                // milliseconds
	Settings string `json:"settings,omitempty"` // "align:start line:0", as written
	Text     string `json:"text"`               // as written, with its tags and escapes
}

// Problem is something that could not be read.
type Problem struct {
	ID     string `json:"id"` // one of those below
	Line   int    `json:"line"`
	Reason string `json:"reason"` // plain English
}

// Track is what a file of captions holds.
type Track struct {
	Format   string    // VTT or SRT
	Notes    []string  // comments, styles and regions, as written, each a whole block
	Cues     []Cue     // in the order of the file
	Problems []Problem // in the order of the file; none = all of it was read
}

// Formats of a file.
const (
	VTT = "vtt"
	SRT = "srt"
)

// Span is a piece of a cue that one voice says.
type Span struct {
	Speaker string // of the voice tag around it; "" = none is named
	Words   string // without tags; escapes are letters again; line ends are kept
}

// Spans reads the tags and escapes of a cue's text.
func (c Cue) Spans() []Span {
	var out []Span
	var words strings.Builder
	speaker := ""
	end := func() {
		if words.Len() > 0 {
			out = append(out, Span{speaker, html.UnescapeString(words.String())})
			words.Reset()
		}
	}
	for rest := c.Text; rest != ""; {
		at := strings.IndexByte(rest, '<')
		if at < 0 {
			words.WriteString(rest)
			break
		}
		words.WriteString(rest[:at])
		tag, after, closed := strings.Cut(rest[at+1:], ">")
		if !closed {
			after = "" // a tag that never closes swallows what follows, as in a browser
		}
		rest = after
		switch name, value := tagOf(tag); name {
		case "v":
			end()
			speaker = value
		case "/v":
			end()
			speaker = ""
		}
	}
	end()
	return out
}

// tagOf splits what stands between < and > into its name, without classes, and its value.
func tagOf(tag string) (name, value string) {
	at := strings.IndexAny(tag, " \t\n")
	if at >= 0 {
		value = strings.Join(strings.Fields(html.UnescapeString(tag[at:])), " ")
		tag = tag[:at]
	}
	name, _, _ = strings.Cut(tag, ".")
	return name, value
}

// Words is what a cue shows, without tags and escapes; its line ends are kept.
func (c Cue) Words() string {
	var b strings.Builder
	for _, s := range c.Spans() {
		b.WriteString(s.Words)
	}
	return b.String()
}

// pause is the silence, in milliseconds, after which a transcript begins a new paragraph.
const pause = 2000

// Transcript is what was said, as plain words: a paragraph for each turn of a speaker or
// after a pause of two seconds, with a blank line between. Where captions name who
// speaks, the name and a colon come first, once a turn.
func Transcript(cues []Cue) string {
	var out strings.Builder
	speaker, last := "", int64(0)
	ordered := slices.Clone(cues)
	slices.SortStableFunc(ordered, func(a, b Cue) int {
		switch {
		case a.Start < b.Start:
			return -1
		case a.Start > b.Start:
			return 1
		}
		return 0
	})
	for _, c := range ordered {
		for _, s := range c.Spans() {
			words := strings.Join(strings.Fields(s.Words), " ")
			if words == "" {
				continue
			}
			first, same := out.Len() == 0, s.Speaker == speaker
			switch {
			case !first && same && c.Start-last < pause:
				out.WriteString(" ")
			case !first:
				out.WriteString("\n\n")
			}
			if s.Speaker != "" && (first || !same) {
				out.WriteString(s.Speaker + ": ")
			}
			out.WriteString(words)
			speaker, last = s.Speaker, max(last, c.End)
		}
	}
	return out.String()
}

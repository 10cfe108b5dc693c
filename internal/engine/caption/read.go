package caption

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Ids of problems.
const (
	NotText   = "not_text"   // it is not UTF-8
	NoHead    = "no_head"    // it does not begin with WEBVTT
	NoTimes   = "no_times"   // lines that belong to no caption
	BadTimes  = "bad_times"  // times that cannot be read
	LateStyle = "late_style" // a style or region behind a caption
	NoCues    = "no_cues"    // nothing is shown
)

// reason says a problem in plain English.
func reason(id string) string {
	switch id {
	case NotText:
		return "These captions are not UTF-8 text. Save them as UTF-8."
	case NoHead:
		return "The first line is not WEBVTT."
	case NoTimes:
		return "These lines have no time, so they are not shown."
	case BadTimes:
		return "These times cannot be read. Write them as 00:01.000 --> 00:04.500."
	case LateStyle:
		return "Styles must come before the first caption."
	}
	return "There are no captions here."
}

// Read reads captions, WebVTT or SubRip, as the text itself says. It never fails: what
// cannot be read is a Problem.
func Read(content string) Track {
	if !utf8.ValidString(content) {
		return Track{Format: VTT, Problems: []Problem{{NotText, 1, reason(NotText)}}}
	}
	content = strings.TrimPrefix(content, "\ufeff")
	content = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "\ufffd").Replace(content)
	r := reader{lines: strings.Split(content, "\n")}
	switch first := r.lines[0]; {
	case first == "WEBVTT" || strings.HasPrefix(first, "WEBVTT ") || strings.HasPrefix(first, "WEBVTT\t"):
		r.track.Format = VTT
		r.at = 1
		// What follows the signature belongs to it until a blank line, unless a cue begins.
		for !r.over() && r.lines[r.at] != "" && !r.timed(r.at) && !r.timed(r.at+1) {
			r.at++
		}
	case srt(r.lines):
		r.track.Format = SRT
	default:
		r.track.Format = VTT
		r.problem(1, NoHead)
	}
	for !r.over() {
		r.block()
	}
	if len(r.track.Cues) == 0 && len(r.track.Problems) == 0 {
		r.problem(1, NoCues)
	}
	return r.track
}

// srt says whether the first words of a file are a number and times with commas.
func srt(lines []string) bool {
	for i, l := range lines {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		if strings.Contains(l, arrow) {
			return strings.Contains(l, ",")
		}
		return digits(l) && i+1 < len(lines) && strings.Contains(lines[i+1], arrow) && strings.Contains(lines[i+1], ",")
	}
	return false
}

const arrow = "-->"

// reader is a file on its way.
type reader struct {
	lines []string
	at    int // the next line, from 0
	track Track
}

func (r *reader) over() bool { return r.at >= len(r.lines) }

// timed says whether a line holds the arrow of a cue's times.
func (r *reader) timed(at int) bool {
	return at < len(r.lines) && strings.Contains(r.lines[at], arrow)
}

func (r *reader) problem(line int, id string) {
	r.track.Problems = append(r.track.Problems, Problem{id, line, reason(id)})
}

// block reads the lines up to the next blank one: a cue, a note, or what is neither.
func (r *reader) block() {
	for !r.over() && strings.TrimSpace(r.lines[r.at]) == "" {
		r.at++
	}
	if r.over() {
		return
	}
	start := r.at
	switch {
	case r.timed(start):
		r.cue("", start)
		return
	case r.timed(start+1) && !r.note(start):
		r.at++
		r.cue(strings.TrimSpace(r.lines[start]), start+1)
		return
	}
	for !r.over() && r.lines[r.at] != "" && !r.timed(r.at) {
		r.at++
	}
	if r.timed(r.at) && r.at > start+1 {
		r.at-- // the line before the times is a cue's name
	}
	whole := strings.Join(r.lines[start:r.at], "\n")
	switch {
	case r.note(start) && strings.HasPrefix(whole, "NOTE"):
		r.track.Notes = append(r.track.Notes, whole)
	case r.note(start) && len(r.track.Cues) == 0:
		r.track.Notes = append(r.track.Notes, whole)
	case r.note(start):
		r.problem(start+1, LateStyle)
	default:
		r.problem(start+1, NoTimes)
	}
}

// note says whether a line begins a comment, a style sheet or a region.
func (r *reader) note(at int) bool {
	return r.track.Format == VTT && reserved(r.lines[at])
}

// reserved says whether a line is WebVTT's own word, which no cue can be called.
func reserved(l string) bool {
	return l == "NOTE" || strings.HasPrefix(l, "NOTE ") || strings.HasPrefix(l, "NOTE\t") || strings.TrimRight(l, " \t") == "STYLE" || strings.TrimRight(l, " \t") == "REGION"
}

// cue reads a cue whose times stand in line at. A line with an arrow ends its text, for
// the next cue's times were not set apart.
func (r *reader) cue(id string, at int) {
	r.at = at + 1
	for !r.over() && r.lines[r.at] != "" && !r.timed(r.at) {
		r.at++
	}
	end := r.at
	if r.timed(end) && end > at+2 && digits(strings.TrimSpace(r.lines[end-1])) {
		end, r.at = end-1, r.at-1 // the number of the next cue
	}
	c := Cue{N: len(r.track.Cues) + 1, ID: id, Line: at + 1, Text: strings.Join(r.lines[at+1:end], "\n")}
	var ok bool
	if c.Start, c.End, c.Settings, ok = times(r.lines[at], r.track.Format); !ok {
		r.problem(at+1, BadTimes)
		return
	}
	if r.track.Format == SRT {
		c.Text, c.Settings = fromSRT(c.Text), ""
		if digits(c.ID) {
			c.ID = ""
		}
	}
	r.track.Cues = append(r.track.Cues, c)
}

// times reads "00:01.000 --> 00:04.500 align:start".
func times(line, format string) (start, end int64, settings string, ok bool) {
	before, after, _ := strings.Cut(line, arrow)
	after = strings.TrimLeft(after, " \t")
	stop, settings := after, ""
	if at := strings.IndexAny(after, " \t"); at >= 0 {
		stop, settings = after[:at], strings.Join(strings.Fields(after[at:]), " ")
	}
	start, a := Stamp(strings.TrimSpace(before), format)
	end, b := Stamp(stop, format)
	return start, end, settings, a && b
}

// Stamp reads a time of a format in milliseconds: 01:02.345 or 1:01:02.345; SubRip writes
// a comma.
func Stamp(s, format string) (ms int64, ok bool) {
	if format == SRT {
		s = strings.Replace(s, ",", ".", 1)
	}
	clock, part, ok := strings.Cut(s, ".")
	if !ok || len(part) != 3 || !digits(part) {
		return 0, false
	}
	fields := strings.Split(clock, ":")
	if len(fields) < 2 || len(fields) > 3 {
		return 0, false
	}
	for i, f := range fields {
		last := len(fields) - 1 - i
		if !digits(f) || len(f) > 5 || last < 2 && (len(f) != 2 || f > "59") {
			return 0, false
		}
		ms = ms*60 + number(f)
	}
	return ms*1000 + number(part), true
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

func number(s string) (n int64) {
	for _, c := range []byte(s) {
		n = n*10 + int64(c-'0')
	}
	return n
}

// fromSRT writes SubRip's text as WebVTT means it: the tags that both know stay, other
// tags and {\an8} go, and signs that WebVTT reads otherwise are escaped.
func fromSRT(s string) string {
	var b strings.Builder
	for s != "" {
		switch {
		case strings.HasPrefix(s, `{\`) && strings.Contains(s, "}"):
			_, s, _ = strings.Cut(s, "}")
			continue
		case s[0] == '<':
			if tag, after, ok := strings.Cut(s[1:], ">"); ok && known(tag) {
				switch name, _ := tagOf(strings.ToLower(strings.TrimPrefix(tag, "/"))); name {
				case "i", "b", "u":
					b.WriteString("<" + strings.ToLower(tag) + ">")
				}
				s = after
				continue
			}
		}
		_, size := utf8.DecodeRuneInString(s)
		b.WriteString(escape(s[:size]))
		s = s[size:]
	}
	return b.String()
}

func known(tag string) bool {
	name, _ := tagOf(strings.ToLower(strings.TrimPrefix(tag, "/")))
	return name == "i" || name == "b" || name == "u" || name == "font"
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// Write writes a track as WebVTT. Read gives the same cues again.
func Write(t Track) string {
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	for _, n := range t.Notes {
		b.WriteString("\n" + n + "\n")
	}
	for _, c := range t.Cues {
		b.WriteString("\n")
		if c.ID != "" && !reserved(c.ID) {
			b.WriteString(c.ID + "\n")
		}
		b.WriteString(Time(c.Start) + " " + arrow + " " + Time(c.End))
		if c.Settings != "" {
			b.WriteString(" " + c.Settings)
		}
		b.WriteString("\n")
		if c.Text != "" {
			b.WriteString(c.Text + "\n")
		}
	}
	return b.String()
}

// Time writes milliseconds as 00:01:02.345.
func Time(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

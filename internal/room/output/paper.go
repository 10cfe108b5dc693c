package output

import (
	"strconv"
	"strings"

	"plait/internal/kit/lang"
	"plait/internal/spine/ref"
)

// Shown is a letter with everything that is read when it is shown.
type Shown struct {
	Letter
	Body    Body             `json:"body"`
	Name    string           `json:"name"`            // what to call them; "" when not known or not for the reader
	Address string           `json:"address"`         // goes with How
	Words   map[string]Voice `json:"-"`               // what they said, by the contribution's id; what is gone is not there
	Taken   map[string]int64 `json:"-"`               // when something was taken back, by id
	Ended   map[string]bool  `json:"-"`               // what they agreed to until a day that has passed
	Stale   bool             `json:"stale"`           // it no longer tells what is so
	Since   []string         `json:"since,omitempty"` // what changed since it was made: message keys
	Stopped string           `json:"stopped"`         // message key of why nothing may go to them now; "" when something may
	Reader  bool             `json:"-"`               // the person themselves reads it
	// Own is what changed for the person themselves, as far as the letter was made with it. The
	// words are read when the letter is shown, and kept in none: they can take them back.
	Own  []Own  `json:"-"`
	zone string // of the letter's days
}

// goes says that the letter may be printed or written as a file.
func (s Shown) goes() bool { return s.due() && s.Stopped == "" }

// Names of the four parts, which are also those of their pictures.
var partNames = [4]string{"said", "learned", "doing", "changed"}

// Paper is a letter in one format and language, ready to be drawn as a page, a document
// or a script: what it says, in order.
type Paper struct {
	Format   string
	Language string // of the house's own sentences
	Title    string
	To       string // whom it is for, repeated on every printed page
	Label    string // which letter it is, repeated on every printed page
	Hello    string
	Intro    []string
	Parts    []Part
	End      []string
	Note     string // what to know about the letter itself; may be ""
}

// Part is one of the four parts.
type Part struct {
	Name    string // said, learned, doing, changed
	Heading string
	Alt     string // what the picture shows
	Lines   []PaperLine
}

// PaperLine is one line: a person's own words, something the team says, or a note on it.
type PaperLine struct {
	Sort     string // own, says, note
	Text     string
	Language string // BCP 47 of Text; "" = the letter's
	First    bool   // something new begins with it
}

// say gives words in the letter's language.
type say func(key string, args ...any) string

// has says whether there are such words.
type has func(key string) bool

// compose writes a letter. language is one that the house has words in; zone days.
func compose(s Shown, format, language string, t say, there has, day func(micros int64) string) Paper {
	p := Paper{Format: format, Language: language, Title: t("output.letter_title"), Hello: t("output.hello_nobody"), Intro: []string{t("output.intro")}}
	p.To, p.Label = t("output.to_nobody"), t("output.label", "Number", strconv.FormatInt(s.Number, 10), "Code", code(s.Ref))
	if s.Name != "" {
		p.Hello, p.To = t("output.hello", "Name", s.Name), t("output.to", "Name", s.Name)
	}
	c := composer{s: s, easy: format == Easy, language: language, t: t, there: there, day: day}
	for _, name := range partNames {
		part := Part{Name: name, Heading: t("output.part_" + name), Alt: t("output.alt_" + name)}
		switch name {
		case "said":
			part.Lines = c.said()
		case "learned":
			part.Lines = c.told(s.Body.Learned)
		case "doing":
			part.Lines = c.told(s.Body.Doing)
		case "changed":
			part.Lines = append(c.own(), c.told(s.Body.Changed)...)
		}
		if len(part.Lines) == 0 {
			part.Lines = []PaperLine{{Sort: "says", Text: t("output.none_" + name)}}
		}
		p.Parts = append(p.Parts, part)
	}
	p.End = []string{t("output.end_back"), t("output.end_how"), t("output.end_wrong")}
	if format == Easy {
		p.Intro = Sentences(p.Intro[0])
		// A machine never calls a text accessible: people with a learning disability check it.
		p.Note = t("output.not_checked")
	}
	return p
}

// code is the end of a letter's id: it tells apart letters to people of one name.
func code(at ref.Ref) string { return at.ID[max(0, len(at.ID)-4):] }

type composer struct {
	s        Shown
	easy     bool
	language string
	t        say
	there    has
	day      func(micros int64) string
}

func (c composer) said() []PaperLine {
	var out []PaperLine
	note := func(text string) {
		if c.easy {
			for _, one := range Sentences(text) {
				out = append(out, PaperLine{Sort: "note", Text: one})
			}
		} else if text != "" {
			out = append(out, PaperLine{Sort: "note", Text: text})
		}
	}
	for _, x := range c.s.Body.Said {
		v, there := c.s.Words[x.Ref.ID]
		if !there {
			note(c.gone(x.Ref))
			continue
		}
		out = append(out, PaperLine{Sort: "own", Text: v.Words, Language: v.Language, First: true})
		if v.Behalf {
			note(c.t("output.said_behalf"))
		}
		if v.On != "" && !c.easy {
			note(c.t("output.said_on", "Day", lang.Date(c.language, v.On)))
		}
		switch x.Fate {
		case "used":
			note(c.t("output.fate_used"))
		case "not taken up":
			note(c.t("output.fate_not_taken_up"))
		case "passed on":
			note(c.t("output.fate_passed_on"))
		case "too late":
			note(c.t("output.fate_too_late"))
		default:
			note(c.t("output.fate_owing"))
		}
		if x.Fate == "used" || x.Reason == "" {
			continue
		}
		if c.easy {
			note(x.plain())
		} else {
			note(x.Reason)
			if x.By != "" && x.At > 0 {
				note(c.t("output.fate_by", "Name", x.By, "Day", c.day(x.At)))
			}
		}
		if x.Bulk {
			note(c.t("output.fate_bulk"))
		}
	}
	return out
}

// gone says that words are not shown any more, and since when if that is known.
func (c composer) gone(at ref.Ref) string {
	if c.s.Ended[at.ID] {
		return c.t("output.gone_ended")
	}
	if on := c.s.Taken[at.ID]; on > 0 {
		return c.t("output.gone_on", "Day", c.day(on))
	}
	return c.t("output.gone")
}

// own tells what changed for the person themselves. In easy read only what was said
// plainly; what nobody has said plainly yet waits.
func (c composer) own() []PaperLine {
	var out []PaperLine
	for _, x := range c.s.Own {
		on := ""
		if x.On != "" {
			on = c.t("output.on_day", "Day", lang.Date(c.language, x.On))
		}
		if c.easy {
			for i, one := range Sentences(x.Plainly) {
				out = append(out, PaperLine{Sort: "says", Text: one, Language: x.Language, First: i == 0})
			}
			if x.Plainly != "" && on != "" {
				out = append(out, PaperLine{Sort: "note", Text: on})
			}
			continue
		}
		out = append(out, PaperLine{Sort: "says", Text: x.Says, Language: x.Language, First: true})
		if x.Shows != "" {
			out = append(out, PaperLine{Sort: "note", Text: x.Shows, Language: x.Language})
		}
		if on != "" {
			out = append(out, PaperLine{Sort: "note", Text: on})
		}
	}
	return out
}

func (c composer) told(lines []Line) []PaperLine {
	var out []PaperLine
	for _, l := range lines {
		state := ""
		if l.State != "" && c.there(l.State) {
			on := lang.Date(c.language, l.On)
			state = c.t(l.State, "Day", on, "On", on, "Why", l.Why)
			if on != "" && !strings.Contains(state, on) {
				state += " " + c.t("output.on_day", "Day", on)
			}
		}
		if c.easy {
			for i, one := range Sentences(l.Plainly) {
				out = append(out, PaperLine{Sort: "says", Text: one, First: i == 0})
			}
			for _, one := range Sentences(state) {
				out = append(out, PaperLine{Sort: "note", Text: one})
			}
			continue
		}
		out = append(out, PaperLine{Sort: "says", Text: l.Says, First: true})
		if state != "" && l.Why != "" && !strings.Contains(state, l.Why) {
			state += " " + l.Why
		}
		if state != "" {
			out = append(out, PaperLine{Sort: "note", Text: state})
		}
	}
	return out
}

// script writes a letter to be read aloud: whole sentences, the parts counted, a blank
// line where the reader breathes, and no signs that only the eye knows.
func script(p Paper, t say) string {
	var b strings.Builder
	line := func(s string) {
		if s = aloud(s); s != "" {
			b.WriteString(s + "\n")
		}
	}
	line(p.Title)
	b.WriteString("\n")
	line(p.Hello)
	line(t("output.script_start"))
	for _, x := range p.Intro {
		line(x)
	}
	for i, part := range p.Parts {
		b.WriteString("\n")
		line(t("output.script_part", "N", strconv.Itoa(i+1), "Heading", part.Heading))
		for _, l := range part.Lines {
			if l.Sort == "own" {
				b.WriteString("\n")
				line(t("output.script_own"))
			}
			line(l.Text)
			if l.Sort == "own" {
				line(t("output.script_own_end"))
			}
		}
	}
	b.WriteString("\n")
	for _, s := range p.End {
		line(s)
	}
	line(t("output.script_end"))
	return b.String()
}

// aloud makes one text fit to be read out: on one line, ended like a sentence.
func aloud(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".?!:,;") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

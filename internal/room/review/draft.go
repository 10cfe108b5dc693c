package review

import (
	"strings"
	"unicode/utf8"

	"plait/internal/kit/fault"
)

// Papers that are made of what was marked.
const (
	GuidePaper = "guide" // a topic guide: questions with minutes
	DraftPaper = "draft" // one page to talk about
)

// Limits of papers.
const (
	MaxGuideLines = 40
	MaxMinutes    = 480
	MaxDraftLines = 40
)

// Guide is a topic guide: what is asked in a meeting, and how long for.
type Guide struct {
	Title string      `json:"title"`
	Lines []GuideLine `json:"lines"`
}

// GuideLine is one question and its minutes.
type GuideLine struct {
	Minutes int64  `json:"minutes"` // 1 to MaxMinutes
	Words   string `json:"words"`
}

// Minutes is how long the whole takes.
func (g Guide) Minutes() (n int64) {
	for _, l := range g.Lines {
		n += l.Minutes
	}
	return n
}

// settled takes out what was left empty.
func (g Guide) settled() Guide {
	out := Guide{Title: strings.TrimSpace(g.Title)}
	for _, l := range g.Lines {
		if l.Words = strings.TrimSpace(l.Words); l.Words != "" {
			out.Lines = append(out.Lines, l)
		}
	}
	return out
}

func (g Guide) check() error {
	var c fault.Check
	c.Need(g.Title != "", "title", "review.shape_need_paper_title")
	c.Need(len(g.Title) <= MaxTitle, "title", "house.too_long")
	c.Need(len(g.Lines) > 0, "words", "review.shape_need_line")
	c.Need(len(g.Lines) <= MaxGuideLines, "words", "review.shape_many", "Most", MaxGuideLines)
	for _, l := range g.Lines {
		c.Need(len(l.Words) <= MaxLine, "words", "house.too_long")
		c.Need(l.Minutes >= 1 && l.Minutes <= MaxMinutes, "minutes", "review.shape_bad_minutes", "Most", MaxMinutes)
	}
	return c.Err()
}

// sayer gives words in the reader's language.
type sayer func(key string, args ...any) string

// Minutes of what a proposed guide holds.
const (
	openMinutes = 5
	itemMinutes = 6
)

// proposedGuide makes a guide of what was marked that takes so many minutes: each
// statement is asked about, some gaps, and who else works on it.
func proposedGuide(title string, all []Passage, minutes int64, say sayer) Guide {
	byKind := map[string][]Passage{}
	for _, p := range all {
		byKind[p.Kind] = append(byKind[p.Kind], p)
	}
	statements, gaps, who := byKind[MarkStatement], byKind[MarkGap], byKind[MarkOrganisation]
	room := max(1, (minutes-2*openMinutes)/itemMinutes)
	if len(who) > 0 && room > 2 {
		room--
	} else {
		who = nil
	}
	// A third for gaps, and what statements leave.
	g := min(int64(len(gaps)), max(room/3, room-int64(len(statements))))
	s := min(int64(len(statements)), room-g)
	out := Guide{Title: title, Lines: []GuideLine{{openMinutes, say("review.shape_guide_open", "Title", title)}}}
	for _, p := range statements[:s] {
		out.Lines = append(out.Lines, GuideLine{itemMinutes, say("review.shape_guide_statement", "Words", ended(p.Says()))})
	}
	for _, p := range gaps[:g] {
		out.Lines = append(out.Lines, GuideLine{itemMinutes, say("review.shape_guide_gap", "Words", ended(p.Says()))})
	}
	if len(who) > 0 {
		names := make([]string, 0, 5)
		for _, p := range who[:min(5, len(who))] {
			names = append(names, p.Says())
		}
		out.Lines = append(out.Lines, GuideLine{itemMinutes, say("review.shape_guide_who", "Names", strings.Join(names, "; "))})
	}
	out.Lines = append(out.Lines, GuideLine{openMinutes, say("review.shape_guide_close")})
	// What is left goes to what is asked, a minute at a time.
	for i := 0; out.Minutes() < minutes && len(out.Lines) > 2; i++ {
		out.Lines[1+i%(len(out.Lines)-2)].Minutes++
	}
	return out
}

// ended is a sentence with a sign at its end.
func ended(s string) string {
	if last, _ := utf8.DecodeLastRuneInString(s); !strings.ContainsRune(".?!…”’\"", last) {
		return s + "."
	}
	return s
}

// Draft is one page of what a review says, to talk about.
type Draft struct {
	Title  string   `json:"title"`
	Asked  string   `json:"asked"`  // what it is for
	Says   []string `json:"says"`   // what the review says
	Gaps   []string `json:"gaps"`   // what nobody has found out
	Who    []string `json:"who"`    // who works on it
	Match  string   `json:"match"`  // the question to the reader
	Source string   `json:"source"` // what it was made of
}

func (d Draft) settled() Draft {
	for _, p := range []*string{&d.Title, &d.Asked, &d.Match, &d.Source} {
		*p = strings.TrimSpace(*p)
	}
	d.Says, d.Gaps, d.Who = listed(strings.Join(d.Says, "\n")), listed(strings.Join(d.Gaps, "\n")), listed(strings.Join(d.Who, "\n"))
	return d
}

func (d Draft) check() error {
	var c fault.Check
	c.Need(d.Title != "", "title", "review.shape_need_paper_title")
	c.Need(len(d.Title) <= MaxTitle, "title", "house.too_long")
	for name, s := range map[string]string{"asked": d.Asked, "match": d.Match, "source": d.Source} {
		c.Need(len(s) <= MaxLine, name, "house.too_long")
	}
	c.Need(len(d.Says) > 0, "says", "review.shape_need_line")
	for name, all := range map[string][]string{"says": d.Says, "gaps": d.Gaps, "who": d.Who} {
		c.Need(len(all) <= MaxDraftLines, name, "review.shape_many", "Most", MaxDraftLines)
		for _, s := range all {
			c.Need(len(s) <= MaxLine, name, "house.too_long")
		}
	}
	return c.Err()
}

// What one side of A4 holds, as it is printed (pages/report.css): 12 point letters in
// lines of about lineLetters, 15 mm from each edge. A test prints a full one.
const (
	sideLines   = 47.0
	lineLetters = 84
)

// height is how many lines of print a draft takes; headings and spaces between are parts
// of lines.
func (d Draft) height() float64 {
	n := 2.4 * float64((utf8.RuneCountInString(d.Title)+45)/46) // the title
	para := func(s string) {
		if s != "" {
			n += float64((utf8.RuneCountInString(s)+lineLetters-1)/lineLetters) + 0.5
		}
	}
	para(d.Asked)
	for _, all := range [][]string{d.Says, d.Gaps, d.Who} {
		if len(all) == 0 {
			continue
		}
		n += 2.2
		for _, s := range all {
			n += float64((utf8.RuneCountInString(s)+lineLetters-3)/(lineLetters-2)) + 0.3
		}
	}
	if d.Match != "" {
		n += 1.2
	}
	para(d.Match)
	para(d.Source)
	return n
}

// Fits says whether a draft fits on one side of A4.
func (d Draft) Fits() bool { return d.height() <= sideLines }

// TooMany is about how many words have to go before it fits, to the next ten.
func (d Draft) TooMany() int64 {
	over := d.height() - sideLines
	if over <= 0 {
		return 0
	}
	return (int64(over*lineLetters/6)/10 + 1) * 10
}

// proposedDraft makes one page of what was marked: what fits, in the order of the report.
func proposedDraft(v Review, reports []Report, all []Passage, say sayer) Draft {
	d := Draft{Title: v.Title, Asked: v.Decision, Match: say("review.shape_draft_match")}
	var names []string
	for _, r := range reports {
		names = append(names, r.Called())
	}
	if len(names) > 0 {
		d.Source = say("review.shape_draft_source", "Names", strings.Join(names, "; "))
	}
	// Each kind has its turn, so that gaps and people are never what falls off the page.
	kinds := []struct {
		kind string
		to   *[]string
		each int
	}{{MarkStatement, &d.Says, 3}, {MarkGap, &d.Gaps, 1}, {MarkOrganisation, &d.Who, 1}}
	next := make([]int, len(kinds))
	for again := true; again; {
		again = false
		for k, kind := range kinds {
			for range kind.each {
				for next[k] < len(all) && all[next[k]].Kind != kind.kind {
					next[k]++
				}
				if next[k] >= len(all) || len(*kind.to) >= MaxDraftLines {
					break
				}
				said := strings.Join(strings.Fields(all[next[k]].Says()), " ")
				next[k]++
				again = true
				*kind.to = append(*kind.to, said)
				if !d.Fits() {
					*kind.to = (*kind.to)[:len(*kind.to)-1]
				}
			}
		}
	}
	return d
}

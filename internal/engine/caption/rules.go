package caption

import (
	"fmt"
	"strings"

	"plait/internal/kit/text"
)

// Ids of the rules.
const (
	Backwards = "backwards" // it ends before it begins, or at the same time
	Order     = "order"     // it begins before the one before it
	Lines     = "lines"     // more than MaxLines
	Width     = "width"     // a line of more than MaxWidth
	Speed     = "speed"     // more than MaxSpeed
	Empty     = "empty"     // it shows nothing
)

// The numbers of the rules.
const (
	MaxLines = 2  // lines of a caption
	MaxWidth = 42 // characters of a line
	MaxSpeed = 20 // characters a second
)

// Broken says that a cue does not keep a rule.
type Broken struct {
	ID   string `json:"id"`   // of the rule
	Cue  int    `json:"cue"`  // from 1
	Line int    `json:"line"` // where its times are
	Got  int    `json:"got"`  // lines, characters, or characters a second; 0 = there is no number
	Text string `json:"text"` // plain English: what is wrong and what to do
}

// Rules says which cues are hard to read, in their order.
func Rules(cues []Cue) []Broken {
	out := []Broken{}
	for i, c := range cues {
		say := func(id string, got int, text string, args ...any) {
			out = append(out, Broken{id, c.N, c.Line, got, fmt.Sprintf(text, args...)})
		}
		if c.End <= c.Start {
			say(Backwards, 0, "It ends before it begins. Change its times.")
		}
		if i > 0 && c.Start < cues[i-1].Start {
			say(Order, 0, "It begins before the one above it. Put them in order.")
		}
		words := strings.TrimSpace(c.Words())
		if words == "" {
			say(Empty, 0, "It shows no words. Take it out.")
			continue
		}
		rows, longest, all := strings.Split(words, "\n"), 0, 0
		for _, r := range rows {
			n := text.Graphemes(strings.TrimSpace(r))
			longest, all = max(longest, n), all+n
		}
		if len(rows) > MaxLines {
			say(Lines, len(rows), "It has %d lines. Use %d at most.", len(rows), MaxLines)
		}
		if longest > MaxWidth {
			say(Width, longest, "A line has %d characters. Use %d at most.", longest, MaxWidth)
		}
		if ms := c.End - c.Start; ms > 0 && int64(all)*1000 > MaxSpeed*ms {
			got := int((int64(all)*1000 + ms - 1) / ms)
			say(Speed, got, "It has %d characters a second. Show it longer, or use fewer words: %d at most.", got, MaxSpeed)
		}
	}
	return out
}

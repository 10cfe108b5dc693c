package evidence

import (
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
)

// Ways to ask someone who does not write.
const (
	AskCards    = "cards"    // yes, not sure or no
	AskPictures = "pictures" // one of some pictures
)

// Limits of an asking.
const (
	MaxAsked    = 60 // statements in a row
	MaxCards    = 8  // pictures to choose from
	askingLasts = 30 * clock.Day
)

// Icons is the picture cards of our own drawing: the drawing and the word under it have
// one name.
func Icons() []string {
	return []string{"home", "person", "people", "money", "bus", "phone", "bed", "food", "medicine", "work", "happy", "sad"}
}

// AskCard is one picture to choose: one of Icons, or an upload of the facilitator's own.
type AskCard struct {
	Word   string `json:"word"`   // under the picture, and the answer
	Icon   string `json:"icon"`   // one of Icons, or ""
	Upload string `json:"upload"` // id, or ""
}

// Asking is statements that are put to someone one by one, and what they showed so far. It
// is kept until they have said that it is right, so that nothing is lost when the tablet
// is; then each answer becomes a contribution and the asking goes.
type Asking struct {
	ID         string    `json:"id"`
	Project    string    `json:"project"`
	How        string    `json:"how"` // AskCards or AskPictures
	Statements []string  `json:"statements"`
	Answers    []string  `json:"answers"` // as many; "" = not answered
	Cards      []AskCard `json:"cards"`   // with AskPictures
	At         int64     `json:"at"`
	Said
}

// Answered counts what was answered.
func (a Asking) Answered() (n int) {
	for _, x := range a.Answers {
		if x != "" {
			n++
		}
	}
	return n
}

// choices is the answers that can be given.
func (a Asking) choices() []string {
	if a.How == AskCards {
		return Answers()
	}
	out := make([]string, len(a.Cards))
	for i, c := range a.Cards {
		out[i] = c.Word
	}
	return out
}

// card is the picture of an answer.
func (a Asking) card(answer string) (AskCard, bool) {
	i := slices.IndexFunc(a.Cards, func(c AskCard) bool { return c.Word == answer })
	if i < 0 {
		return AskCard{}, false
	}
	return a.Cards[i], true
}

// Lines is statements as they are typed or pasted: one a line.
func Lines(typed string) []string {
	var out []string
	for line := range strings.Lines(strings.ReplaceAll(typed, "\r\n", "\n")) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// check says what is wrong with what is to be asked, by field.
func (a Asking) check() error {
	var c fault.Check
	c.Need(a.How == AskCards || a.How == AskPictures, "how", "house.bad_choice")
	c.Need(len(a.Statements) > 0, "statements", "evidence.shown_need_statement")
	c.Need(len(a.Statements) <= MaxAsked, "statements", "evidence.shown_many_statements", "Most", MaxAsked)
	for _, s := range a.Statements {
		c.Need(len(s) <= 1000, "statements", "house.too_long")
	}
	if a.How == AskPictures {
		c.Need(len(a.Cards) >= 2, "icons", "evidence.shown_need_cards")
		c.Need(len(a.Cards) <= MaxCards, "icons", "evidence.shown_many_cards", "Most", MaxCards)
		words := a.choices()
		slices.Sort(words)
		c.Need(len(slices.Compact(words)) == len(a.Cards), "names", "evidence.shown_same_word")
		for _, x := range a.Cards {
			c.Need(x.Icon == "" || slices.Contains(Icons(), x.Icon), "icons", "house.bad_choice")
			c.Need(strings.TrimSpace(x.Word) != "", "names", "evidence.shown_need_word")
			c.Need(len(x.Word) <= 100, "names", "house.too_long")
		}
	}
	if err := c.Err(); err != nil {
		return err
	}
	return a.Said.Check()
}

// How someone took it when their words were read back to them.
const (
	BackRight   = "right"   // they said it is right
	BackChanged = "changed" // they changed it
)

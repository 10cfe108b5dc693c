package paper

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"plait/internal/engine/corner"
	"plait/internal/kit/fault"
)

// Limits of a batch.
const (
	MaxCards  = 1200 // of one batch
	MaxTables = corner.MaxTable
	MaxRounds = corner.MaxRound
	maxAsked  = 300 // letters of a question, as it must fit on a card
	maxName   = 200
	maxSource = 400
)

// Strands is the three strands, by name.
func Strands() []string { return []string{"lived", "practice", "research"} }

// Colours is the colours of cards, by name. Each has a word and a pattern on the card, so
// that it is known in black and white. Its place in the list is what the corners say.
func Colours() []string { return []string{"white", "yellow", "blue", "green", "pink", "lilac"} }

// Sizes is how many cards a sheet of A4 is cut into: "sheet" is not cut.
func Sizes() []string { return []string{"sheet", "2", "4", "6", "8"} }

// formatOf is a size's format; Sizes and corner.Formats are in one order.
func formatOf(size string) corner.Format { return corner.Format(max(0, slices.Index(Sizes(), size))) }

// perSheet is how many cards of a format are on a sheet of A4.
func perSheet(f corner.Format) int {
	return map[corner.Format]int{corner.Sheet: 1, corner.Two: 2, corner.Four: 4, corner.Six: 6, corner.Eight: 8}[f]
}

// Meaning is what a colour stands for: a strand, or a word.
type Meaning struct {
	Colour string `json:"colour"` // one of Colours
	Strand string `json:"strand"` // one of Strands, or ""
	Word   string `json:"word"`   // "" when it is a strand, or stands for nothing
}

// meaning reads "yellow", "yellow=lived" or "yellow=What worries us".
func meaning(s string) Meaning {
	colour, of, _ := strings.Cut(s, "=")
	m := Meaning{Colour: strings.TrimSpace(colour), Word: strings.TrimSpace(of)}
	if slices.Contains(Strands(), m.Word) {
		m.Strand, m.Word = m.Word, ""
	}
	return m
}

// Batch is cards that were printed together. Number is in their corners.
type Batch struct {
	ID      string    `json:"id"`
	Project string    `json:"project"`
	Number  int       `json:"number"`
	Name    string    `json:"name"`
	Asked   []string  `json:"asked"` // the question on the cards: one, or one for each round
	Tables  int       `json:"tables"`
	Rounds  int       `json:"rounds"`
	Each    int       `json:"each"` // cards of each colour for a table in a round
	Size    string    `json:"size"` // one of Sizes
	Colours []Meaning `json:"colours"`
	Site    string    `json:"site"`
	On      string    `json:"on"`
	Source  string    `json:"source"`
	At      int64     `json:"at"`
}

// Check says what is wrong with a batch, by field.
func (b Batch) Check() error {
	var c fault.Check
	c.Need(strings.TrimSpace(b.Name) != "", "name", "paper.need_name")
	c.Need(len(b.Name) <= maxName, "name", "house.too_long")
	c.Need(len(b.Asked) == 1 || len(b.Asked) == b.Rounds, "asked", "paper.asked_rounds")
	for _, q := range b.Asked {
		c.Need(strings.TrimSpace(q) != "", "asked", "paper.need_asked")
		c.Need(len([]rune(q)) <= maxAsked, "asked", "house.too_long")
	}
	c.Need(b.Tables >= 1 && b.Tables <= MaxTables, "tables", "paper.from_to", "From", 1, "To", MaxTables)
	c.Need(b.Rounds >= 1 && b.Rounds <= MaxRounds, "rounds", "paper.from_to", "From", 1, "To", MaxRounds)
	c.Need(b.Each >= 1 && b.Each <= 100, "each", "paper.from_to", "From", 1, "To", 100)
	c.Need(slices.Contains(Sizes(), b.Size), "size", "house.bad_choice")
	c.Need(len(b.Colours) > 0, "colours", "paper.need_colour")
	seen := map[string]bool{}
	for _, m := range b.Colours {
		c.Need(slices.Contains(Colours(), m.Colour) && !seen[m.Colour], "colours", "house.bad_choice")
		c.Need(len([]rune(m.Word)) <= 40, "colours", "house.too_long")
		seen[m.Colour] = true
	}
	if b.On != "" {
		_, err := time.Parse(time.DateOnly, b.On)
		c.Need(err == nil, "on", "house.bad_day")
	}
	c.Need(len(b.Source) <= maxSource, "source", "house.too_long")
	if err := c.Err(); err != nil {
		return err
	}
	c.Need(b.Count() <= MaxCards, "each", "paper.many_cards", "Most", MaxCards)
	return c.Err()
}

// PerTable is how many cards a table gets, in all rounds and colours.
func (b Batch) PerTable() int { return b.Rounds * len(b.Colours) * b.Each }

// Count is how many cards there are.
func (b Batch) Count() int { return b.Tables * b.PerTable() }

// Place is one card of a batch: its table, and its number on that table, from 1 on through
// rounds and colours.
type Place struct {
	Table, Round, Number int
	Colour               Meaning
}

// Places is all cards, table by table, round by round, colour by colour.
func (b Batch) Places() []Place {
	var out []Place
	for t := 1; t <= b.Tables; t++ {
		for n := 1; n <= b.PerTable(); n++ {
			p, _ := b.Card(t, n)
			out = append(out, p)
		}
	}
	return out
}

// Card is the card with a number on a table; ok is false where there is none.
func (b Batch) Card(table, number int) (p Place, ok bool) {
	if table < 1 || table > b.Tables || number < 1 || number > b.PerTable() {
		return p, false
	}
	k := (number - 1) / b.Each
	return Place{table, k/len(b.Colours) + 1, number, b.Colours[k%len(b.Colours)]}, true
}

// Code is what the corners of a card say.
func (b Batch) Code(p Place) corner.Code {
	return corner.Code{Batch: b.Number, Format: formatOf(b.Size), Table: p.Table, Round: p.Round, Colour: slices.Index(Colours(), p.Colour.Colour), Number: p.Number}
}

// holds says whether a code that was read is of a card of the batch.
func (b Batch) holds(c corner.Code) bool {
	p, ok := b.Card(c.Table, c.Number)
	return ok && b.Code(p) == c
}

// Question is what is asked in a round.
func (b Batch) Question(round int) string {
	if len(b.Asked) == 1 || round < 1 || round > len(b.Asked) {
		return b.Asked[0]
	}
	return b.Asked[round-1]
}

// from says where a card's picture comes from: "World café: table 3, round 2, yellow, card 5".
func (b Batch) from(p Place) string {
	s := fmt.Sprintf("table %d", p.Table)
	if b.Rounds > 1 {
		s += fmt.Sprintf(", round %d", p.Round)
	}
	if len(b.Colours) > 1 {
		s += ", " + p.Colour.Colour
		if p.Colour.Word != "" {
			s += " (" + p.Colour.Word + ")"
		}
	}
	name := b.Name
	if b.Source != "" {
		name = b.Source
	}
	return fmt.Sprintf("%s: %s, card %d", name, s, p.Number)
}

// Box is a part of a picture, in parts of its width and height from its top left, 0 to 1.
type Box struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// least is the smallest side of a box, in parts of the picture.
const least = 0.005

// good says whether a box lies in its picture and holds something.
func (b Box) good() bool {
	return b.X >= 0 && b.Y >= 0 && b.W >= least && b.H >= least && b.X+b.W <= 1.0001 && b.Y+b.H <= 1.0001
}

// split cuts a box into rows by columns, row by row.
func (b Box) split(rows, columns int) []Box {
	var out []Box
	for r := range rows {
		for c := range columns {
			w, h := b.W/float64(columns), b.H/float64(rows)
			out = append(out, Box{b.X + float64(c)*w, b.Y + float64(r)*h, w, h})
		}
	}
	return out
}

package people

import (
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
)

// ByRole is the What of a line of the mix that is about the role label people chose. Any
// other What is a characteristic that the project names.
const ByRole = "role"

// Enough is the least that must be planned before "as planned" is said.
const Enough = 8

// What a line of the mix may hold.
const (
	MaxMixText = 100  // bytes
	MaxPlanned = 1000 // people of one line
	MaxMix     = 60   // lines of a project
)

// How what was heard stands against what was planned. No number leaves the room. Of a plan
// under Enough people only the first two are said: with few planned, "some" or "as planned"
// would tell how many exactly.
const (
	NoneYet   = "none yet"
	Some      = "some"
	AsPlanned = "as planned"
)

// MixLine is some people whom a project hopes to hear.
type MixLine struct {
	What    string `json:"what"`    // role, or a characteristic that the project names
	Value   string `json:"value"`   // "carer"; "under 30"
	Planned int64  `json:"planned"` // how many people
	State   string `json:"state"`   // none yet, some, as planned
}

// check says what is wrong with a line, by field.
func (m MixLine) check() error {
	var c fault.Check
	line := func(s string) bool { return len(s) <= MaxMixText && !strings.ContainsAny(s, "\r\n") }
	c.Need(m.What != "", "what", "people.need_what")
	c.Need(line(m.What), "what", "house.too_long")
	c.Need(m.Value != "", "value", "people.need_value")
	c.Need(line(m.Value), "value", "house.too_long")
	c.Need(m.Planned >= 0 && m.Planned <= MaxPlanned, "planned", "people.bad_planned", "Most", MaxPlanned)
	return c.Err()
}

// same says whether two texts name the same role or value, as people type them.
func same(a, b string) bool {
	return text.Fold(strings.TrimSpace(a)) == text.Fold(strings.TrimSpace(b))
}

// trait is how many people of whom something was heard describe themselves so.
type trait struct {
	What, Value string
	N           int64
}

// stands sets where each line stands from those who were heard.
func stands(lines []MixLine, heard []trait) []MixLine {
	for i, m := range lines {
		var n int64
		for _, h := range heard {
			if same(h.What, m.What) && same(h.Value, m.Value) {
				n += h.N
			}
		}
		switch {
		case n == 0:
			lines[i].State = NoneYet
		case n < m.Planned, m.Planned < Enough:
			lines[i].State = Some
		default:
			lines[i].State = AsPlanned
		}
	}
	return lines
}

// in keeps the lines of one state, by their values.
func in(lines []MixLine, state string) (out []string) {
	for _, m := range lines {
		if m.State == state {
			out = append(out, m.Value)
		}
	}
	return out
}

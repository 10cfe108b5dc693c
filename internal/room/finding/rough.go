package finding

import (
	"plait/internal/kit/text"
	"plait/internal/spine/tie"
)

// reads is the permission to read what was said. Whoever does not have it learns from a
// finding how many spoke, roughly, and never which contributions it stands on.
const reads = "evidence.see"

// Counts is what a finding rests on, for those who may not read what was said. Every
// number is as text.Few writes it: "*" is 1 to 7.
type Counts struct {
	Sources   string                `json:"sources"`
	Strands   map[string]string     `json:"strands"` // one of two strands counts in both
	Stances   map[tie.Stance]string `json:"stances"`
	Filled    []string              `json:"filled"`
	Silent    []string              `json:"silent"`
	Withdrawn string                `json:"withdrawn"`
}

// Counts puts what a finding rests on into rough numbers. It does not tell when a source
// went: a day may point at one person.
func (x rests) Counts() *Counts {
	out := Counts{Sources: text.Few(x.Sources), Strands: map[string]string{}, Stances: map[tie.Stance]string{},
		Filled: x.Filled, Silent: x.Silent, Withdrawn: text.Few(x.Withdrawn)}
	for strand, n := range x.Strands {
		out.Strands[strand] = text.Few(n)
	}
	n := map[tie.Stance]int64{}
	for _, by := range x.Heard {
		for stance, k := range by {
			n[stance] += k
		}
	}
	for _, s := range Stances() {
		out.Stances[s] = text.Few(n[s])
	}
	return &out
}

// roughly is the sentence without its numbers.
func roughly(says []Phrase) []Phrase {
	out := make([]Phrase, len(says))
	for i, p := range says {
		if p.Key == against {
			p = Phrase{Key: several}
		}
		out[i] = p
	}
	return out
}

// outside is a shared finding without the team's own note of why it was once taken back.
func (f Finding) outside() Finding {
	f.StoppedWhy = ""
	return f
}

// rough is a line for those who may not read what was said.
func (l Line) rough() Line {
	return Line{Finding: l.outside(), Counts: rests{l.heard, l.Standing}.Counts(), Says: roughly(l.Says)}
}

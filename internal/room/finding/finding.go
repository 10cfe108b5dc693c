package finding

import (
	"slices"
	"strings"
	"unicode"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
)

// Kind is the kind of record this room keeps; said is the kind it stands on.
const (
	Kind = "finding"
	said = "contribution"
)

// States of a finding.
const (
	Draft    = "draft"     // the team's own
	Shared   = "shared"    // for everyone of the project
	SetAside = "set aside" // kept, and no longer worked on
)

// States is every state.
func States() []string { return []string{Draft, Shared, SetAside} }

// Fates that someone signs. Owing and Used follow from the records.
const (
	Owing      = "owing"
	Used       = "used"
	NotTakenUp = "not taken up"
	PassedOn   = "passed on"
	TooLate    = "too late"
)

// Fates is the fates that are given with a reason.
func Fates() []string { return []string{NotTakenUp, PassedOn, TooLate} }

// Limits.
const (
	MaxCall    = 500  // contributions in one call
	MaxSources = 5000 // contributions a finding may stand on
	maxLine    = 2000 // bytes of a statement
	maxWhy     = 4000 // bytes of a reason
)

// Sures is how sure a strand makes us; "" is unknown or silent.
func Sures() []string { return []string{"", "very", "fairly", "not very"} }

// Stances is how a contribution may bear on a finding.
func Stances() []tie.Stance { return []tie.Stance{tie.Supports, tie.Challenges, tie.Qualifies} }

// Body is what a team writes of a finding.
type Body struct {
	Statement    string `json:"statement" doc:"What we found, in a sentence or two."`
	Plainly      string `json:"plainly" doc:"The same, said plainly: for easy read."`
	LivedSure    string `json:"lived_sure" doc:"How sure lived experience makes us: very, fairly, not very; empty is unknown."`
	LivedWhy     string `json:"lived_why" doc:"Why, in words."`
	PracticeSure string `json:"practice_sure" doc:"How sure practice knowledge makes us: very, fairly, not very; empty is unknown."`
	PracticeWhy  string `json:"practice_why" doc:"Why, in words."`
	ResearchSure string `json:"research_sure" doc:"How sure research makes us: very, fairly, not very; empty is unknown."`
	ResearchWhy  string `json:"research_why" doc:"Why, in words."`
}

// Sure is how sure a strand makes us, and why.
func (b Body) Sure(strand string) (sure, why string) {
	switch strand {
	case "lived":
		return b.LivedSure, b.LivedWhy
	case "practice":
		return b.PracticeSure, b.PracticeWhy
	case "research":
		return b.ResearchSure, b.ResearchWhy
	}
	return "", ""
}

// Check says what is wrong with a finding's words, by field.
func (b Body) Check() error {
	var c fault.Check
	c.Need(strings.TrimSpace(b.Statement) != "", "statement", "finding.need_statement")
	c.Need(len(b.Statement) <= maxLine, "statement", "house.too_long")
	c.Need(len(b.Plainly) <= maxLine, "plainly", "house.too_long")
	for _, s := range strandNames() {
		sure, why := b.Sure(s)
		c.Need(slices.Contains(Sures(), sure), s+"_sure", "house.bad_choice")
		c.Need(len(why) <= maxWhy, s+"_why", "house.too_long")
	}
	return c.Err()
}

// Finding is one finding.
type Finding struct {
	Ref     ref.Ref `json:"ref"`
	Project string  `json:"project"`
	Site    string  `json:"site"`
	State   string  `json:"state"`
	Body
	WhyOneStrand string `json:"why_one_strand"`
	StoppedWhy   string `json:"stopped_why"` // why it was last taken back or set aside
	SharedAt     int64  `json:"shared_at"`   // microseconds; 0 while it is not shared
	MadeAt       int64  `json:"made_at"`
	ChangedAt    int64  `json:"changed_at"`
	Stale        int64  `json:"stale"` // since when something it stands on has changed; 0 = not
	Version      int64  `json:"version"`
}

// title is what lists and threads call a finding.
func title(statement string) string { return text.Excerpt(statement, 90) }

// record is the finding's row in ref_record, from the one it had.
func (f Finding) record(old ref.Record) ref.Record {
	old.Title, old.State, old.Version, old.ChangedAt = title(f.Statement), f.State, f.Version, f.ChangedAt
	return old
}

// strandNames is the three strands; pages turn the order about.
func strandNames() []string { return []string{"lived", "practice", "research"} }

// turned is the three strands, turned about by the project so that none is always first.
func turned(project string) []string {
	all := strandNames()
	turn := 0
	if n := len(project); n > 0 {
		turn = strings.IndexByte("0123456789abcdef", project[n-1])
	}
	turn = max(0, turn) % len(all)
	return append(slices.Clone(all[turn:]), all[:turn]...)
}

// forms is the stored forms of strands in which one strand is found.
func forms(strand string) []string {
	out := []string{strand}
	for _, a := range strandNames() {
		for _, b := range strandNames() {
			if a < b && (a == strand || b == strand) {
				out = append(out, a+"+"+b)
			}
		}
	}
	return out
}

// FindQuote looks for a quote in someone's words, white space taken alike, and gives
// where it begins and ends (Unicode code points, the end not counted in) and the words
// as they stand there.
func FindQuote(words, quote string) (start, end int, as string, ok bool) {
	w, q := []rune(words), []rune(strings.Join(strings.Fields(quote), " "))
	if len(q) == 0 {
		return 0, 0, "", false
	}
	for i := range w {
		if w[i] != q[0] {
			continue
		}
		if n, ok := matches(w[i:], q); ok {
			return i, i + n, string(w[i : i+n]), true
		}
	}
	return 0, 0, "", false
}

// matches says how many code points of w the quote q takes, from its beginning.
func matches(w, q []rune) (n int, ok bool) {
	for _, r := range q {
		if n >= len(w) {
			return 0, false
		}
		if r != ' ' {
			if w[n] != r {
				return 0, false
			}
			n++
			continue
		}
		if !unicode.IsSpace(w[n]) {
			return 0, false
		}
		for n < len(w) && unicode.IsSpace(w[n]) {
			n++
		}
	}
	return n, true
}

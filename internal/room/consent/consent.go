package consent

import (
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// UndoDays is for how many days a take-back can be undone; then the words are erased.
const UndoDays = 30

// Wording is the version of the consent questions that pages show now. The words of a
// version are in words/*.json as consent.wording_VERSION_*: a version that has been shown
// is never changed, a new text takes a new number.
const Wording = "1"

// Wordings is every version that was ever shown.
func Wordings() []string { return []string{"1"} }

// MaxTold is the most that "how were we told" may hold, in bytes.
const MaxTold = 500

// States of what was agreed for one record.
const (
	Live      = "live"       // may be used
	Ended     = "ended"      // its last day has passed
	TakenBack = "taken back" // hidden, can be undone
	Erased    = "erased"     // gone
)

// Given is one agreement as it was given: never changed, only followed by another.
type Given struct {
	ID       string `json:"id"`
	Wording  string `json:"wording"`  // version of the questions; "" = not asked on a page of ours
	Language string `json:"language"` // BCP 47, in which it was shown; "" = unknown
	Format   string `json:"format"`   // standard, large, easy or listen; "" = unknown
	By       string `json:"by"`       // card, team, operator
	At       int64  `json:"at"`       // microseconds
	terms.Agreement
}

// Taken is one take-back.
type Taken struct {
	ID        string        `json:"id"` // of the act: the same for all that went at once
	Ref       ref.Ref       `json:"ref"`
	Use       terms.Use     `json:"use"` // "" = everything
	By        string        `json:"by"`
	At        int64         `json:"at"`
	UndoUntil int64         `json:"undo_until"` // 0 = cannot be undone
	ErasedAt  int64         `json:"erased_at"`  // 0 = not
	ClosedAt  int64         `json:"closed_at"`  // undone, erased or overtaken; 0 = open
	kept      []terms.Grant // what to give back
}

// whole says that everything was taken back, not one use.
func (t Taken) whole() bool { return t.Use == "" }

// open says that it can still be undone.
func (t Taken) open(now int64) bool { return t.ClosedAt == 0 && t.UndoUntil > now }

// undoable picks what an undo gives back: the act named, else the latest that took
// everything, else the latest that took one use. ok is false when there is none.
func undoable(all []Taken, act string, now int64) (Taken, bool) {
	var best Taken
	for _, t := range all {
		if !t.open(now) || (act != "" && t.ID != act) {
			continue
		}
		if best.ID == "" || (t.whole() && !best.whole()) || (t.whole() == best.whole() && t.At > best.At) {
			best = t
		}
	}
	return best, best.ID != ""
}

// undoUntil is until when a take-back at now can be undone.
func undoUntil(now int64) int64 { return now + UndoDays*clock.Day }

// without is uses less one, in order; the project's own use is never listed.
func without(uses []terms.Use, use terms.Use) []terms.Use {
	out := []terms.Use{}
	for _, u := range uses {
		if u != use && u != terms.Project {
			out = append(out, u)
		}
	}
	return out
}

// sorted is uses in the order of terms.Uses, each once, without the project's own.
func sorted(uses []terms.Use) []terms.Use {
	out := []terms.Use{}
	for _, u := range terms.Uses()[1:] {
		if slices.Contains(uses, u) {
			out = append(out, u)
		}
	}
	return out
}

// narrower says that something that was allowed before no longer is, or ends sooner.
func narrower(before, after []terms.Grant, now int64) bool {
	for _, b := range before {
		if b.Until <= now {
			continue
		}
		i := slices.IndexFunc(after, func(a terms.Grant) bool { return a.Use == b.Use })
		if i < 0 || after[i].Until < b.Until {
			return true
		}
	}
	return false
}

// stateOf says how a record stands.
func stateOf(rec ref.Record, taken []Taken, now int64) string {
	switch {
	case slices.ContainsFunc(taken, func(t Taken) bool { return t.ErasedAt > 0 }):
		return Erased
	case rec.Until == 0:
		return TakenBack
	case rec.Until <= now:
		return Ended
	}
	return Live
}

// byOf is what an actor's key ("account:uuid") says to a reader: never who it was.
func byOf(key string) string {
	kind, _, _ := strings.Cut(key, ":")
	switch kind {
	case "card":
		return "card"
	case "operator", "job":
		return "operator"
	}
	return "team"
}

// own is an agreement changed by the person on their card: they choose the uses, the
// team's own notes stay, and it is now their own.
func own(last, in terms.Agreement) terms.Agreement {
	last.Uses, last.Ends = in.Uses, in.Ends
	last.Mode, last.Asked, last.Helper = "own", "clicked", ""
	if in.Mode == "support" {
		last.Mode, last.Helper = "support", in.Helper
	}
	return last
}

// checkShown says what is wrong with how the questions were shown, by field.
func checkShown(wording, language, format string) error {
	var c fault.Check
	c.Need(wording == "" || slices.Contains(Wordings(), wording), "wording", "house.bad_choice")
	c.Need(len(language) <= 35, "language", "house.bad_choice")
	c.Need(slices.Contains([]string{"", "standard", "large", "easy", "listen"}, format), "format", "house.bad_choice")
	return c.Err()
}

// Question is the key of the words by which a use is asked for in the wording that is
// shown now; the project's own use gives what is said before all questions.
func Question(u terms.Use) string {
	if u == terms.Project {
		return "consent.wording_" + Wording + "_intro"
	}
	return "consent.wording_" + Wording + "_" + string(u)
}

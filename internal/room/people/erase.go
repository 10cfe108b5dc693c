package people

import (
	"slices"

	"plait/internal/kit/fault"
)

// Erased is the state of a person who was taken out: an id without a name, a need or a
// way to reach them. Nobody chooses it; it is what Erase leaves.
const Erased = "erased"

// Why a person is taken out. Nothing is typed, for what is typed may hold a name, and the
// reason stays.
const (
	TheyAsked = "they asked" // UK GDPR Art 17(1)(b) and (c)
	Mistake   = "mistake"    // added twice, or never took part
	Over      = "over"       // the work is over and the purpose with it: Art 17(1)(a)
)

// Reasons is every reason for taking a person out.
func Reasons() []string { return []string{TheyAsked, Mistake, Over} }

// What becomes of the words of someone who is taken out.
const (
	EraseWords = "erase"
	KeepWords  = "keep without a name"
)

// WordChoices is everything that may become of their words. None is the usual one.
func WordChoices() []string { return []string{EraseWords, KeepWords} }

// check says what is wrong with an erasing, by field.
func (in EraseIn) check() error {
	var c fault.Check
	c.Need(slices.Contains(Reasons(), in.Why), "why", "people.need_erase_why")
	c.Need(slices.Contains(WordChoices(), in.Words), "words", "people.need_erase_words")
	return c.Err()
}

// nobody is what is left of a person who was taken out on a day: their place in the
// project, so that ties and counts stay whole, and nothing that says who it was.
func (p Person) nobody(today string) Person {
	return Person{Ref: p.Ref, Project: p.Project, State: Erased, StateOn: today, Version: p.Version, ChangedAt: p.ChangedAt, Needs: []Need{}}
}

// gone is the fault of everything that is asked of someone who was taken out.
func gone() error { return fault.New(fault.Withdrawn, "people.is_erased").With("people.is_erased_do") }

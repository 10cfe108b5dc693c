package action

import (
	"slices"
	"strings"

	"plait/internal/kit/clock"
)

// Board is all that a project recommends, does and tries, as one reader may see it.
type Board struct {
	Now             int64
	Today           string // day
	Until           string // the last day of "coming", 30 days ahead
	Recommendations []Posed
	Actions         []Doing
}

// Posed is a recommendation with how many live records it is joined to.
type Posed struct {
	Recommendation
	Findings int64 // it stands on
	Actions  int64 // that follow from it
}

// Doing is an action with how many live records came of it, and who owns it.
type Doing struct {
	Action
	Next int64  // actions, outcomes and lessons that came of it
	By   string // the owner's name; "" = nobody
	Left bool   // the owner no longer works in the project
}

// waitTooLong is how long a recommendation may wait for its decision: 30 days.
const waitTooLong = 30 * clock.Day

// soon is how far ahead "coming" looks: 30 days.
const soon = 30 * clock.Day

// Waiting is the recommendations that nobody has decided, oldest first.
func (b Board) Waiting() []Posed {
	return b.posed(func(p Posed) bool { return p.State == Open })
}

// LongWaiting is those that have waited for more than 30 days.
func (b Board) LongWaiting() []Posed {
	return b.posed(func(p Posed) bool { return p.State == Open && b.Now-p.GivenAt > waitTooLong })
}

// Idle is the recommendations that were agreed and that no action follows.
func (b Board) Idle() []Posed {
	return b.posed(func(p Posed) bool { return p.State == Agreed && p.Actions == 0 })
}

// Baseless is the recommendations that stand on no finding.
func (b Board) Baseless() []Posed {
	return b.posed(func(p Posed) bool { return p.Findings == 0 })
}

// Decided is the recommendations about which something was decided.
func (b Board) Decided() []Posed {
	return b.posed(func(p Posed) bool { return p.State != Open })
}

func (b Board) posed(is func(Posed) bool) []Posed {
	var out []Posed
	for _, p := range b.Recommendations {
		if is(p) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(x, y Posed) int { return int(min(max(x.GivenAt-y.GivenAt, -1), 1)) })
	return out
}

// some is the actions that a rule takes, those with the earliest day first and those
// without a day last.
func (b Board) some(is func(Doing) bool) []Doing {
	var out []Doing
	for _, d := range b.Actions {
		if is(d) {
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(x, y Doing) int {
		switch {
		case x.Day() == y.Day():
			return strings.Compare(x.Ref.ID, y.Ref.ID)
		case x.Day() == "":
			return 1
		case y.Day() == "":
			return -1
		}
		return strings.Compare(x.Day(), y.Day())
	})
	return out
}

// Going is the actions that are not over and are no tries.
func (b Board) Going() []Doing { return b.some(func(d Doing) bool { return !d.Over() && !d.Try }) }

// Trying is the tries that were not yet looked back on.
func (b Board) Trying() []Doing { return b.some(func(d Doing) bool { return !d.Over() && d.Try }) }

// Late is the actions whose day has passed, tries left out.
func (b Board) Late() []Doing {
	return b.some(func(d Doing) bool { return !d.Try && d.Late(b.Today) })
}

// Unlooked is the tries whose look-back day has passed.
func (b Board) Unlooked() []Doing {
	return b.some(func(d Doing) bool { return d.Try && d.Late(b.Today) })
}

// Coming is the actions and tries whose day is within 30 days from today.
func (b Board) Coming() []Doing {
	return b.some(func(d Doing) bool { return d.Pending() && d.Day() >= b.Today && d.Day() <= b.Until })
}

// Unowned is the actions that are not over and that nobody owns.
func (b Board) Unowned() []Doing {
	return b.some(func(d Doing) bool { return !d.Over() && !d.owned() })
}

// Undated is the actions that are not over and have no day.
func (b Board) Undated() []Doing {
	return b.some(func(d Doing) bool { return !d.Over() && d.Day() == "" })
}

// Deserted is the actions that are not over and whose owner has left.
func (b Board) Deserted() []Doing { return b.some(func(d Doing) bool { return !d.Over() && d.Left }) }

// Ended is the actions that are over.
func (b Board) Ended() []Doing { return b.some(func(d Doing) bool { return d.Over() }) }

// DeadEnd is the tries that were stopped and of which nothing came next.
func (b Board) DeadEnd() []Doing {
	return b.some(func(d Doing) bool { return d.Verdict == Stop && d.Next == 0 })
}

// Achieved is the actions that were done, and the tries that were kept.
func (b Board) Achieved() []Doing {
	return b.some(func(d Doing) bool {
		return slices.Contains([]string{Done, Kept}, d.State) || d.State == Changed && !d.Try
	})
}

// Ready is the actions that are not over and have an owner who is here, and a day.
func (b Board) Ready() []Doing {
	return b.some(func(d Doing) bool { return !d.Over() && d.owned() && !d.Left && d.Day() != "" })
}

// LookedAt is the tries that were looked back on.
func (b Board) LookedAt() []Doing { return b.some(func(d Doing) bool { return d.Verdict != "" }) }

// Again is the tries that came after another try.
func (b Board) Again() []Doing {
	return b.some(func(d Doing) bool { return d.Try && !d.Before.None() })
}

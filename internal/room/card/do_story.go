package card

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// Became is what became of one thing the person said.
type Became struct {
	Fate    string // owing, used, not taken up, passed on, too late
	Reason  string // that goes with a fate that someone signed
	By      string // the name of who signed it
	Bulk    bool   // the same answer was given to several people
	Learned []plug.Told
	Doing   []plug.Told
	Changed []plug.Told
}

// Letter is one letter that was released to the person.
type Letter struct {
	ID string
	At int64 // when it was released, microseconds
}

// Outcome is something that changed for the person, and belongs to them.
type Outcome struct {
	Ref     ref.Ref
	Says    string
	Plainly string
	On      string // YYYY-MM-DD or ""
}

// Scope is what the work a person takes part in can and cannot change.
type Scope struct {
	Can, Cannot, NotOurs []string
}

// Stories tells what became of what the card's person said; the wiring fills it from the
// rooms that keep letters, outcomes and projects. The actor of ctx is the card.
type Stories interface {
	Became(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]Became, error)
	Letters(ctx context.Context, tx *db.Tx) ([]Letter, error)
	// Letter is one letter to the person as HTML, in a format of the page; it links to no
	// style sheet itself: Sheet is its address.
	Letter(ctx context.Context, id, format string) (string, error)
	Sheet() string
	Outcomes(ctx context.Context, tx *db.Tx) ([]Outcome, error)
	// TakeBack takes back something that changed for the person.
	TakeBack(ctx context.Context, key string, at ref.Ref) error
	// Scopes gives what can and cannot change in the work that the contributions are part of.
	Scopes(ctx context.Context, tx *db.Tx, refs []ref.Ref) (Scope, error)
}

// line is one thing told, in the format that the person reads.
type line struct {
	Text  string
	State string // message key; "" = none
	Day   string
	Why   string
}

// lines puts what is told in the format of the page: in easy read only what someone has
// said plainly. missing says that something is left out until it has been.
func lines(told []plug.Told, easy bool, day func(string) string) (out []line, missing bool) {
	for _, t := range told {
		l := line{Text: t.Says, State: t.State, Day: day(t.On), Why: t.Why}
		if easy {
			if t.Plainly == "" {
				missing = true
				continue
			}
			l.Text, l.Why = t.Plainly, ""
		}
		out = append(out, l)
	}
	return out, missing
}

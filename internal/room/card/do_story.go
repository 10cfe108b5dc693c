package card

import (
	"context"
	"strings"
	"unicode"

	"plait/internal/kit/db"
	"plait/internal/kit/page"
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
// said plainly, and when the page is listened to the plain words where there are any.
// missing says that something is left out until it has been said plainly.
func lines(told []plug.Told, format string, day func(string) string) (out []line, missing bool) {
	for _, t := range told {
		l := line{Text: t.Says, State: t.State, Day: day(t.On), Why: t.Why}
		switch {
		case t.Plainly == "" && format == page.Easy:
			missing = true
			continue
		case t.Plainly != "" && (format == page.Easy || format == page.Listen):
			l.Text, l.Why = t.Plainly, ""
		}
		if l.State != "" || l.Day != "" || l.Why != "" {
			l.Text = stopped(l.Text)
		}
		if l.Day != "" && l.Why != "" {
			l.Day = stopped(l.Day)
		}
		out = append(out, l)
	}
	return out, missing
}

// stopped ends a text with a full stop when it has no end of its own, so that what comes
// after it does not run into it. An end may stand before a closing quotation mark.
func stopped(s string) string {
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	end := strings.TrimRight(s, "\"'’”»)")
	if end == "" || strings.ContainsRune(".!?…:;。؟", []rune(end)[len([]rune(end))-1]) {
		return s
	}
	return s + "."
}

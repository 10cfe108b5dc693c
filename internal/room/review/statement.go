package review

import (
	"slices"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// States of a statement.
const (
	Stands   = "made"
	SetAside = "set aside" // it is no longer said; it is kept, with what stands on it
)

// Limits of a review, so that its statements, gaps and organisations are always shown whole.
const (
	MaxThemes        = 60
	MaxStatements    = 500
	MaxSupports      = 500 // records of one statement
	MaxGaps          = 1000
	MaxOrganisations = 1000
)

// Stances is how a record may bear on a statement.
func Stances() []string { return []string{Supports, Challenges, Qualifies} }

// Sures is how sure a review is of a statement; "" is not said.
func Sures() []string { return []string{"very", "fairly", "not_very"} }

// Theme groups statements.
type Theme struct {
	ID    string `json:"id"`
	N     int64  `json:"n"` // its place, from 1
	Title string `json:"title"`
}

// Support is a record that a statement stands on, or that speaks against it.
type Support struct {
	N      int64  `json:"n"`      // number of the record
	Stance string `json:"stance"` // Supports, Challenges or Qualifies
	Note   string `json:"note"`   // what it says, in a few words
}

// Bearing is a Support as it is read: with its record.
type Bearing struct {
	Support
	Lead     int64  `json:"lead"` // the record that stands for all copies of the work
	Title    string `json:"title"`
	Authors  string `json:"authors"`
	Year     int64  `json:"year"`
	Included bool   `json:"included"` // it is still among the included records
}

// Saying is one statement of a review.
type Saying struct {
	Ref     ref.Ref `json:"ref"`
	Review  string  `json:"review"`
	Project string  `json:"project"`
	Theme   string  `json:"theme"`
	Words   string  `json:"words"`
	Plainly string  `json:"plainly"`
	Sure    string  `json:"sure"` // one of Sures, or ""
	SureWhy string  `json:"sure_why"`
	Place   string  `json:"place"` // where in a finished review it was marked; "" = none
	State   string  `json:"state"`
	Given   string  `json:"given"` // id of the contribution that carries it into the thread; "" = none
	// GivenVersion is the version of the statement whose words the contribution has.
	GivenVersion int64            `json:"given_version"`
	Version      int64            `json:"version"`
	MadeAt       int64            `json:"made_at"`
	ChangedAt    int64            `json:"changed_at"`
	Counts       map[string]int64 `json:"counts"` // records by stance
}

// Contribution is the ref of the contribution that carries the statement; none when it
// was not given.
func (s Saying) Contribution() ref.Ref {
	if s.Given == "" {
		return ref.Ref{}
	}
	return ref.Of("contribution", s.Given)
}

// Newer says that the statement has changed since it was given into the thread.
func (s Saying) Newer() bool { return s.Given != "" && s.Version != s.GivenVersion }

// Here is the address of a statement's page.
func (s Saying) Here() string { return "/review/" + s.Project + "/statement/" + s.Ref.ID }

// Of is the address of its review.
func (s Saying) Of() string { return "/review/" + s.Project + "/of/" + s.Review }

func (s Saying) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: s.Ref.ID, Kind: Statement, Project: s.Project, Title: text.Excerpt(s.Words, 90), Strand: "research",
		State: s.State, Until: ref.NoEnd, Version: s.Version, ChangedAt: s.ChangedAt}
}

// tidy and check say what is wrong with a statement's words, by field.
func (s *Saying) tidy() {
	for _, p := range []*string{&s.Theme, &s.Words, &s.Plainly, &s.Sure, &s.SureWhy} {
		*p = strings.TrimSpace(*p)
	}
}

func (s Saying) check() error {
	var c fault.Check
	c.Need(s.Words != "", "words", "review.ex_need_statement")
	c.Need(len(s.Words) <= MaxLine, "words", "house.too_long")
	c.Need(len(s.Plainly) <= MaxLine, "plainly", "house.too_long")
	c.Need(s.Sure == "" || slices.Contains(Sures(), s.Sure), "sure", "house.bad_choice")
	c.Need(len(s.SureWhy) <= MaxLine, "sure_why", "house.too_long")
	c.Need(len(s.Place) <= MaxText, "place", "house.too_long")
	return c.Err()
}

// checkSupport says what is wrong with how a record bears on a statement.
func (s Support) check() error {
	var c fault.Check
	c.Need(s.Stance == "" || slices.Contains(Stances(), s.Stance), "stance", "house.bad_stance")
	c.Need(len(s.Note) <= MaxLine, "note", "house.too_long")
	return c.Err()
}

package review

import (
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// States of a gap.
const (
	OpenGap   = "open"
	ClosedGap = "closed" // somebody found it out, or it matters no more
)

// Missing is a gap: something that nobody has found out.
type Missing struct {
	Ref       ref.Ref `json:"ref"`
	Review    string  `json:"review"`
	Project   string  `json:"project"`
	Words     string  `json:"words"`
	About     string  `json:"about"` // people, place or time it is about
	Place     string  `json:"place"` // where in a text it was marked; "" = none
	N         int64   `json:"n"`     // the record that says so; 0 = none
	Closed    string  `json:"closed"`
	ClosedAt  int64   `json:"closed_at"` // 0 = it is open
	Version   int64   `json:"version"`
	MadeAt    int64   `json:"made_at"`
	ChangedAt int64   `json:"changed_at"`
}

// State is open or closed.
func (g Missing) State() string {
	if g.ClosedAt > 0 {
		return ClosedGap
	}
	return OpenGap
}

// Here is the address of a gap's page.
func (g Missing) Here() string { return "/review/" + g.Project + "/gap/" + g.Ref.ID }

// Of is the address of its review.
func (g Missing) Of() string { return "/review/" + g.Project + "/of/" + g.Review }

func (g Missing) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: g.Ref.ID, Kind: Gap, Project: g.Project, Title: text.Excerpt(g.Words, 90), Strand: "research",
		State: g.State(), Until: ref.NoEnd, Version: g.Version, ChangedAt: g.ChangedAt}
}

func (g *Missing) tidy() { g.Words, g.About = strings.TrimSpace(g.Words), strings.TrimSpace(g.About) }

func (g Missing) check() error {
	var c fault.Check
	c.Need(g.Words != "", "words", "review.ex_need_gap")
	c.Need(len(g.Words) <= MaxLine, "words", "house.too_long")
	c.Need(len(g.About) <= MaxLine, "about", "house.too_long")
	c.Need(len(g.Place) <= MaxText, "place", "house.too_long")
	return c.Err()
}

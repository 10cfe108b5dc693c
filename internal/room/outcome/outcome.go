package outcome

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// Kinds of record this room keeps. What changed for one person is a kind of its own, so
// that whoever asks for outcomes never gets it by mistake.
const (
	Kind         = "outcome"
	KindPersonal = "personal"
)

// States of an outcome.
const (
	Recorded  = "recorded"
	Withdrawn = "withdrawn" // taken out by the team, with the reason
)

// Sorts of outcome that rules ask about by name.
const (
	Policy      = "policy"
	Strategy    = "strategy"
	ForAPerson  = "person"
	sortNothing = ""
)

// What texts may hold, in bytes.
const (
	MaxTitle = 300
	MaxText  = 10000
	MaxLine  = 1000
)

// MaxFrom is the most records one outcome may be said to come from.
const MaxFrom = 200

// Sorts is every sort of outcome, in the order pages show them.
func Sorts() []string {
	return []string{"practical", "practice", Policy, Strategy, "resource", "skill", "relation", ForAPerson}
}

// Sources is the kinds of record an outcome may come from.
func Sources() []string { return []string{"finding", "recommendation", "action"} }

// Facts is what is said of an outcome.
type Facts struct {
	Sort     string `json:"sort"`          // one of Sorts
	Title    string `json:"title"`         // what changed, in a line
	Text     string `json:"text"`          // more of it; may be ""
	Plainly  string `json:"plainly"`       // the same said plainly, for easy read; "" until someone writes it
	Shows    string `json:"shows"`         // what shows it; "" = nothing yet
	Document string `json:"document"`      // of a policy, strategy or resource: its name
	Page     string `json:"page"`          // where in the document: "12", "section 4"
	Link     string `json:"link"`          // web address, http or https
	On       string `json:"on" form:"day"` // day since when, YYYY-MM-DD or as people write it; "" = not known
	Language string `json:"language"`      // BCP 47, of title and text; "" = en
}

// Settled brings facts to their stored form.
func (f Facts) Settled() Facts {
	for _, p := range []*string{&f.Title, &f.Text, &f.Plainly, &f.Shows, &f.Document, &f.Page, &f.Link, &f.Language} {
		*p = strings.TrimSpace(*p)
	}
	f.On = clock.ReadDay(f.On)
	if f.Language == "" {
		f.Language = "en"
	}
	return f
}

// need says what is wrong with settled facts, by field. today is the latest day it may be
// anywhere on earth.
func (f Facts) need(c *fault.Check, today string) {
	c.Need(f.Sort != sortNothing, "sort", "outcome.need_sort")
	c.Need(f.Sort == sortNothing || slices.Contains(Sorts(), f.Sort), "sort", "house.bad_choice")
	c.Need(f.Title != "", "title", "outcome.need_title")
	c.Need(len(f.Title) <= MaxTitle, "title", "house.too_long")
	c.Need(len(f.Text) <= MaxText, "text", "house.too_long")
	c.Need(len(f.Plainly) <= MaxLine, "plainly", "house.too_long")
	c.Need(len(f.Shows) <= MaxText, "shows", "house.too_long")
	c.Need(len(f.Document) <= MaxLine, "document", "house.too_long")
	c.Need(len(f.Page) <= MaxTitle, "page", "house.too_long")
	c.Need(len(f.Link) <= MaxLine, "link", "house.too_long")
	c.Need(f.Link == "" || webAddress(f.Link), "link", "outcome.bad_link")
	c.Need(len(f.Language) <= 35, "language", "house.bad_choice")
	if f.On != "" {
		_, err := time.Parse(time.DateOnly, f.On)
		c.Need(err == nil, "on", "house.bad_day")
		c.Need(err != nil || f.On <= today, "on", "outcome.not_yet")
	}
}

// webAddress says whether s leads to a page of the web and to nothing else.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// personal says that it belongs to one person.
func (f Facts) personal() bool { return f.Sort == ForAPerson }

// Outcome is one thing that changed.
type Outcome struct {
	Ref     ref.Ref `json:"ref"`
	Project string  `json:"project"`
	Site    string  `json:"site"`
	Person  string  `json:"person"` // whose it is; "" unless Sort is person
	Facts
	State     string `json:"state"`
	Why       string `json:"why"` // why it was taken out
	Version   int64  `json:"version"`
	MadeAt    int64  `json:"made_at"`
	ChangedAt int64  `json:"changed_at"`
	Stale     int64  `json:"stale"` // since when something it comes from has changed; 0 = not
}

// record is the outcome's row in ref_record.
func (o Outcome) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: o.Ref.ID, Kind: o.Ref.Kind, Project: o.Project, Site: o.Site, Person: o.Person,
		Title: text.Excerpt(o.Title, 90), State: o.State, Until: ref.NoEnd, Version: o.Version, ChangedAt: o.ChangedAt, Stale: o.Stale}
}

// words is what search finds an outcome by.
func (o Outcome) words() string {
	return strings.Join([]string{o.Title, o.Text, o.Plainly, o.Shows, o.Document}, "\n")
}

// State of an outcome for those whose words it stands on: a message key, or "".
func told(sort string) string {
	switch sort {
	case Policy, Strategy, "resource", "skill":
		return "outcome.told_" + sort
	}
	return ""
}

// personID takes a person's id as people give it: bare, or as a ref.
func personID(s string) string { return strings.TrimPrefix(strings.TrimSpace(s), ref.Person+":") }

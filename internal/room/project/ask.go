package project

import (
	"slices"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// States of an ask.
const (
	Open    = "open"
	Done    = "done"
	NotDone = "not done" // with the reason
)

// States is every state of an ask.
func States() []string { return []string{Open, Done, NotDone} }

// Teams is the central teams a project may ask.
func Teams() []string {
	return []string{"evidence", "evaluation", "communications", "administration", "embedding"}
}

// Ask is something a project asks of a central team.
type Ask struct {
	Ref     ref.Ref `json:"ref"`
	Project string  `json:"project"`
	Team    string  `json:"team"`
	What    string  `json:"what"`
	Owner   string  `json:"owner"`   // who sees to it: a role or a name; "" = nobody yet, or not for the reader
	Owned   bool    `json:"owned"`   // somebody sees to it
	DueOn   string  `json:"by_when"` // day; "" = no date
	State   string  `json:"state"`
	Why     string  `json:"why"` // why not done, or a note with the answer
	Late    bool    `json:"late"`
	Version int64   `json:"version"`
	Steps   []Step  `json:"steps,omitempty"` // newest first; only where one ask is read
}

// Step is an ask as it stood at one time.
type Step struct {
	What    string `json:"what"`
	Owner   string `json:"owner"`
	DueOn   string `json:"by_when"`
	State   string `json:"state"`
	Why     string `json:"why"`
	By      string `json:"by"` // actor as the trail names it
	At      int64  `json:"at"`
	Version int64  `json:"version"`
}

// Check says what is wrong with an ask, by field.
func (a Ask) Check() error {
	var c fault.Check
	c.Need(slices.Contains(Teams(), a.Team), "team", "project.need_team")
	c.Need(a.What != "", "what", "project.need_what")
	c.Need(len(a.What) <= MaxWhy, "what", "house.too_long")
	c.Need(len(a.Owner) <= MaxTitle, "owner", "house.too_long")
	c.Need(a.DueOn == "" || isDay(a.DueOn), "by_when", "house.bad_day")
	c.Need(slices.Contains(States(), a.State), "state", "house.bad_choice")
	c.Need(a.State != NotDone || a.Why != "", "why", "project.need_why_not")
	c.Need(len(a.Why) <= MaxWhy, "why", "house.too_long")
	return c.Err()
}

// step is the ask as it stands, for its history.
func (a Ask) step(by string, at int64) Step {
	return Step{What: a.What, Owner: a.Owner, DueOn: a.DueOn, State: a.State, Why: a.Why, By: by, At: at, Version: a.Version}
}

// unnamed takes the owners out of asks, for those who may not see names: that somebody
// sees to it stays.
func unnamed(asks ...*Ask) {
	for _, a := range asks {
		a.Owner = ""
		for i := range a.Steps {
			a.Steps[i].Owner = ""
		}
	}
}

func (a Ask) record(programme string, now int64) ref.Record {
	return ref.Record{Programme: programme, ID: a.Ref.ID, Kind: KindAsk, Project: a.Project, Title: text.Excerpt(a.What, 90), State: a.State,
		Until: ref.NoEnd, Version: a.Version, ChangedAt: now}
}

package worry

import (
	"slices"
	"strings"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// States of a worry.
const (
	Fresh  = "new"    // nobody has read it yet
	Seen   = "seen"   // the lead has read it
	Closed = "closed" // the lead has done what there was to do
)

// Kinds of a step.
const (
	StepSeen   = "seen"   // read by the lead
	StepDid    = "did"    // what the lead did
	StepClosed = "closed" // what came of it
)

// MaxWords is the most that a worry or a step may say, in bytes.
const MaxWords = 20_000

// Note is one worry that was passed on. Its words are given to its readers alone, one
// worry at a time.
type Note struct {
	ID      string  `json:"id"`
	Project string  `json:"project"` // "" = the whole programme
	Site    string  `json:"site"`    // "" = the whole project
	About   ref.Ref `json:"about"`   // the contribution it was passed on from; none when it was from none
	At      int64   `json:"at"`
	State   string  `json:"state"` // Fresh, Seen or Closed
	Own     bool    `json:"own"`   // may be in the person's own copy
	Version int64   `json:"version"`
}

// Step is something that was done about a worry. Steps are added and never changed.
type Step struct {
	N     int64  `json:"n"` // from 2: passing it on was the first
	Kind  string `json:"kind"`
	On    string `json:"on"` // day it was done, YYYY-MM-DD; "" = the day of At
	Words string `json:"words"`
	By    string `json:"by"` // name of who did it
	At    int64  `json:"at"`
}

// Letter is a letter to one reader that there is something to read.
type Letter struct {
	To     string `json:"to"`      // name
	SentAt int64  `json:"sent_at"` // 0 = not yet
}

// Said is the words that a worry was passed on from, as its reader may see them.
type Said struct {
	Words    string
	Role     string
	Language string
	Person   ref.Ref // whose words they are, where that is known
	Address  string
}

// readers is the grants that a worry in a place is for, nearest first: the safeguarding
// leads of its site, project and programme; where there is none of them, the programme's
// leads. by gives the grants of a scope.
func readers(programme, project, site string, by func(scope ref.Ref) ([]who.Grant, error)) (role who.Role, accounts []string, err error) {
	scopes := []ref.Ref{ref.Of(ref.Site, site), ref.Of(ref.Project, project), ref.Of(ref.Programme, programme)}
	for _, role := range []who.Role{who.Safeguarding, who.ProgrammeLead} {
		for _, scope := range scopes {
			if scope.None() || role == who.ProgrammeLead && scope.Kind != ref.Programme {
				continue
			}
			grants, err := by(scope)
			if err != nil {
				return "", nil, err
			}
			for _, g := range grants {
				if g.Role == role && !slices.Contains(accounts, g.Account) {
					accounts = append(accounts, g.Account)
				}
			}
		}
		if len(accounts) > 0 {
			return role, accounts, nil
		}
	}
	return "", nil, nil
}

// check says what is wrong with a worry, by field. It may be empty: then it says only
// that someone is worried.
func (in PassIn) check() error {
	var c fault.Check
	c.Need(len(in.Words) <= MaxWords, "words", "house.too_long")
	c.Need(in.About.None() || in.About.Kind == aboutKind, "about", "worry.bad_about")
	return c.Err()
}

// check says what is wrong with a step, by field.
func (in StepIn) check() error {
	var c fault.Check
	c.Need(slices.Contains([]string{StepSeen, StepDid, StepClosed}, in.Kind), "kind", "house.bad_choice")
	c.Need(in.Kind != StepDid || strings.TrimSpace(in.Words) != "", "words", "worry.need_did")
	c.Need(in.Kind != StepClosed || strings.TrimSpace(in.Words) != "", "words", "worry.need_outcome")
	c.Need(len(in.Words) <= MaxWords, "words", "house.too_long")
	if in.On != "" {
		_, err := time.Parse(time.DateOnly, in.On)
		c.Need(err == nil, "on", "house.bad_day")
	}
	return c.Err()
}

// after is the state a worry is in after a step; a step on one that was closed opens it
// again.
func after(kind string) string {
	if kind == StepClosed {
		return Closed
	}
	return Seen
}

// gone is what became of the words that a worry is about.
func gone(about ref.Record, now int64) string {
	switch {
	case about.State == "erased":
		return "erased"
	case !about.Live(now):
		return "withdrawn"
	}
	return ""
}

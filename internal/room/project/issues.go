package project

import (
	"slices"
	"strings"

	"plait/internal/kit/fault"
)

// Sorts of a point on which a project agrees, besides its problem statement.
const (
	Tried        = "tried"         // tried before: what, when, why it stopped
	Success      = "success"       // what success looks like, for whom
	CanChange    = "can change"    // in scope
	CannotChange = "cannot change" // out of scope, said openly
	NotOurs      = "not ours"      // for others to change
)

// ScopeSorts is what may be said of a thing: can it change here?
func ScopeSorts() []string { return []string{CanChange, CannotChange, NotOurs} }

// MaxPoints is how many points of all sorts a project may have.
const MaxPoints = 200

// Issues is one version of what a project agrees on. Disagreement has a place of its own.
type Issues struct {
	Project   string `json:"project"`
	Problem   string `json:"problem"`   // the shared problem statement; "" = none yet
	Agrees    string `json:"agrees"`    // who agrees with it, in words; "" = nobody is named yet
	Differs   string `json:"differs"`   // who sees it in another way, and how
	Readiness string `json:"readiness"` // what makes the place ready, and what stands in the way
	By        string `json:"by"`        // actor as the trail names it
	At        int64  `json:"at"`
	Version   int64  `json:"version"` // from 1; 0 = nothing is written yet
}

// Check says what is wrong with a version, by field.
func (i Issues) Check() error {
	var c fault.Check
	all := strings.TrimSpace(i.Problem + i.Agrees + i.Differs + i.Readiness)
	c.Need(all != "", "problem", "project.need_problem")
	c.Need(strings.TrimSpace(i.Problem) != "" || strings.TrimSpace(i.Agrees+i.Differs) == "", "problem", "project.need_problem_first")
	c.Need(len(i.Problem) <= MaxText, "problem", "house.too_long")
	c.Need(len(i.Agrees) <= MaxWhy, "agrees", "house.too_long")
	c.Need(len(i.Differs) <= MaxWhy, "differs", "house.too_long")
	c.Need(len(i.Readiness) <= MaxText, "readiness", "house.too_long")
	return c.Err()
}

// Point is one thing said under "agreeing on the issues".
type Point struct {
	ID      string `json:"id"`
	Project string `json:"project"`
	Sort    string `json:"sort"`        // tried, success, or one of ScopeSorts
	What    string `json:"what"`        // what was tried; what success looks like; what can or cannot change
	For     string `json:"for"`         // of success: for whom
	When    string `json:"when"`        // of tried: when, in words
	Why     string `json:"stopped_why"` // of tried: why it stopped; "" = not known
	Version int64  `json:"version"`
}

// Check says what is wrong with a point, by the fields of its own form.
func (p Point) Check() error {
	var c fault.Check
	what := "what"
	switch {
	case p.Sort == Success:
		what = "looks_like"
		c.Need(p.For != "", "for", "project.need_for")
	case p.Sort != Tried:
		c.Need(slices.Contains(ScopeSorts(), p.Sort), "sort", "project.need_scope")
	}
	c.Need(p.What != "", what, "project.need_point_"+what)
	c.Need(len(p.What) <= MaxWhy, what, "house.too_long")
	c.Need(len(p.For) <= MaxTitle, "for", "house.too_long")
	c.Need(len(p.When) <= MaxTitle, "when", "house.too_long")
	c.Need(len(p.Why) <= MaxWhy, "stopped_why", "house.too_long")
	return c.Err()
}

// of keeps the points of some sorts, in their order.
func of(all []Point, sorts ...string) []Point {
	out := []Point{}
	for _, s := range sorts {
		for _, p := range all {
			if p.Sort == s {
				out = append(out, p)
			}
		}
	}
	return out
}

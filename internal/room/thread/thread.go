package thread

import (
	"slices"
	"strings"

	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// Kinds of the thread, in the order in which it runs. Other kinds may be tied in; they
// come after these.
const (
	Contribution   = "contribution"
	Finding        = "finding"
	Recommendation = "recommendation"
	Action         = "action"
	Outcome        = "outcome"
	Lesson         = "lesson"
)

// Stages is the kinds after the contributions, in order: the steps of every picture.
func Stages() []string { return []string{Finding, Recommendation, Action, Outcome, Lesson} }

// order is the place of a kind in the thread, 0 for contributions.
func order(kind string) int {
	if kind == Contribution {
		return 0
	}
	if i := slices.Index(Stages(), kind); i >= 0 {
		return i + 1
	}
	return len(Stages()) + 1
}

// narrow is a condition under which a record of a kind needs more than the kind's own
// permission. Which: State other than open, or a Person it belongs to.
type narrow struct {
	open       string // the state that the kind's own permission is enough for; "" when it is about the person
	permission string
}

// narrower says which kinds hold records that fewer people may see: a finding that is not
// yet shared, and an outcome that belongs to a person.
func narrower() map[string]narrow {
	return map[string]narrow{
		Finding: {"shared", "finding.draft"},
		Outcome: {"", "outcome.personal"},
	}
}

// strandsOf gives the strands of a record: none for unknown.
func strandsOf(strand string) []string {
	return strings.FieldsFunc(strand, func(r rune) bool { return r == '+' })
}

// address is where a record's page is, "" for a kind without one.
func address(k plug.Kind, r ref.Ref, project string) string {
	if k.Page == "" || strings.Contains(k.Page, "{project}") && project == "" {
		return ""
	}
	return strings.NewReplacer("{id}", r.ID, "{project}", project).Replace(k.Page)
}

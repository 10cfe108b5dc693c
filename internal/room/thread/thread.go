package thread

import (
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/text"
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

// Personal is what changed for one person: no part of anybody's thread who may not see it.
const Personal = "personal"

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
// permission: any state but open.
type narrow struct{ open, permission string }

// narrower says which kinds hold records that fewer people may see: a finding that is not
// yet shared.
func narrower() map[string]narrow {
	return map[string]narrow{Finding: {"shared", "finding.draft"}}
}

// around is a count of those who spoke as text.Few gives it, for a drawing: what is hidden
// there is always 5 here.
func around(n int) int {
	about, err := strconv.Atoi(text.Few(int64(n)))
	if err != nil {
		return 5
	}
	return about
}

// hidden is the count of those who spoke as it is said to readers who may not see them:
// "*" from 1 to 7, else to the nearest 5; "" for none.
func hidden(n int) string {
	if n <= 0 {
		return ""
	}
	return text.Few(int64(n))
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
	return strings.ReplaceAll(strings.ReplaceAll(k.Page, "{project}", project), "{id}", r.ID)
}

package programme

import (
	"slices"
	"strconv"
	"strings"
)

// Places of a column, in the order of a project's life.
const (
	Heard   = "heard"
	Owed    = "owed"
	Decided = "decided"
	Tried   = "tried"
	Changed = "changed"
)

// Places is every place of a column, in order.
func Places() []string { return []string{Heard, Owed, Decided, Tried, Changed} }

// Strands is the three strands, turned about by the programme so that none is always first.
func Strands(programme string) []string {
	all := []string{"lived", "practice", "research"}
	turn := 0
	if n, err := strconv.ParseUint(programme[max(0, len(programme)-1):], 16, 8); err == nil {
		turn = int(n) % len(all)
	}
	return append(all[turn:], all[:turn]...)
}

// OverviewColumn is one count of the table.
type OverviewColumn struct {
	Key   string `json:"key"`   // heard_lived; the name of another room's count
	Place string `json:"place"` // one of Places
	Href  string `json:"href"`  // the records behind a number, with {project}
}

// OverviewLine is one project of the table.
type OverviewLine struct {
	Project string           `json:"project"` // id
	Title   string           `json:"title"`
	Phase   string           `json:"phase"` // the project's own word
	N       map[string]int64 `json:"n"`     // by the column's key
}

// sorted puts columns in the order of their places, within one as they stood.
func sorted(columns []OverviewColumn) []OverviewColumn {
	slices.SortStableFunc(columns, func(a, b OverviewColumn) int {
		return slices.Index(Places(), a.Place) - slices.Index(Places(), b.Place)
	})
	return columns
}

// at is a column's address for one project.
func (c OverviewColumn) at(project string) string {
	return strings.ReplaceAll(c.Href, "{project}", project)
}

// cell makes a text safe for a spreadsheet: one that begins like a formula would be run.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

package review

import (
	"cmp"
	"slices"
	"strings"

	"plait/internal/kit/fault"
)

// Limits of what shapes a review.
const (
	MaxQuestions = 5   // answerable questions
	MaxNeeds     = 200 // what people would need to know
	MaxRankings  = 30  // partners' orders
	MaxCriteria  = 40
)

// Sides of a criterion.
const (
	SideIn  = "in"  // what a record must be about to be included
	SideOut = "out" // a reason to leave it out
)

// Need is what one kind of person would need to know.
type Need struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"` // of person: carers
	Words  string `json:"words"`
	SaidBy string `json:"said_by"` // role or group, "" = not said
	MadeAt int64  `json:"made_at"`
}

// Question is one answerable question of a review.
type Question struct {
	ID    string `json:"id"`
	N     int64  `json:"n"` // in the order in which they were written
	Words string `json:"words"`
}

// Ranking is one partner's order of the questions, the most important first.
type Ranking struct {
	ID        string   `json:"id"`
	Partner   string   `json:"partner"` // by role
	Questions []string `json:"questions"`
}

// Criterion says in plain words what is included, or is a reason for leaving out.
type Criterion struct {
	ID    string `json:"id"`
	N     int64  `json:"n"`
	Side  string `json:"side"` // SideIn or SideOut
	Words string `json:"words"`
}

// Signature is someone who agreed to the questions, as it was written down.
type Signature struct {
	ID     string `json:"id"`
	Signer string `json:"signer"` // name or role
	On     string `json:"on"`     // day
	Seen   int64  `json:"seen"`   // the number of the last change that it holds for
	MadeAt int64  `json:"made_at"`
}

// What a change is about.
const (
	AboutNeed      = "need"
	AboutQuestion  = "question"
	AboutCriterion = "criterion"
	AboutRanking   = "ranking"
	AboutSignature = "sign"
	AboutTitle     = "title"
	AboutDecision  = "decision"
	AboutScope     = "scope"
	AboutReading   = "reading" // how many read each record, and whether blind
)

// Ways of a change.
const (
	WasAdded   = "added"
	WasChanged = "changed"
	WasRemoved = "removed"
)

// ShapeChange is one thing that changed in what the review asks, and why.
type ShapeChange struct {
	N      int64  `json:"n"` // from 1, in the order in which they were made
	What   string `json:"what"`
	Way    string `json:"way"`
	Was    string `json:"was"`
	Became string `json:"became"`
	Reason string `json:"reason"`
	Signed bool   `json:"signed"` // the questions had been signed before it
	Actor  string `json:"actor"`
	At     int64  `json:"at"`
}

// agreed says that a change of this needs the agreement of those who signed.
func (c ShapeChange) agreed() bool {
	return c.What != AboutNeed && c.What != AboutRanking && c.What != AboutSignature && c.What != AboutReading
}

// Placed is a question in the joint order of all partners.
type Placed struct {
	Question
	Place  int64   `json:"place"`  // from 1; questions with as many points share one
	Places []int64 `json:"places"` // of each partner, in the order of the rankings; 0 = it was not there yet
	Differ bool    `json:"differ"` // partners see it very differently
	Top    []int   `json:"top"`    // which partners put it highest, where they differ
	Bottom []int   `json:"bottom"` // and lowest
}

// joint puts questions in the order that follows from every partner's: by the sum of their
// places. One that a partner could not place yet gets the middle of the places that are
// left. Partners differ on a question when their places are half the list apart or more:
// the order hides that, so it is said beside it.
func joint(questions []Question, rankings []Ranking) []Placed {
	all := make([]Placed, len(questions))
	points := map[string]int64{}
	for i, q := range questions {
		all[i] = Placed{Question: q, Places: make([]int64, len(rankings))}
		for j, r := range rankings {
			at := int64(slices.Index(r.Questions, q.ID)) + 1
			all[i].Places[j] = at
			points[q.ID] += 2 * at
			if at == 0 {
				points[q.ID] += int64(len(r.Questions) + 1 + len(questions))
			}
		}
		all[i].differ(int64(len(questions)))
	}
	slices.SortStableFunc(all, func(a, b Placed) int { return cmp.Or(cmp.Compare(points[a.ID], points[b.ID]), cmp.Compare(a.N, b.N)) })
	for i := range all {
		all[i].Place = int64(i) + 1
		if i > 0 && points[all[i].ID] == points[all[i-1].ID] {
			all[i].Place = all[i-1].Place
		}
	}
	return all
}

// differ says whether partners' places are far apart, of so many questions.
func (p *Placed) differ(of int64) {
	high, low := int64(0), int64(0)
	for _, at := range p.Places {
		if at == 0 {
			continue
		}
		if high == 0 || at < high {
			high = at
		}
		low = max(low, at)
	}
	if p.Differ = high > 0 && low-high >= max(1, (of+1)/2); !p.Differ {
		return
	}
	for j, at := range p.Places {
		switch at {
		case high:
			p.Top = append(p.Top, j)
		case low:
			p.Bottom = append(p.Bottom, j)
		}
	}
}

// without takes a question out of an order.
func (r Ranking) without(id string) Ranking {
	r.Questions = slices.DeleteFunc(slices.Clone(r.Questions), func(x string) bool { return x == id })
	return r
}

// check says what is wrong with a ranking of these questions.
func (r Ranking) check(c *fault.Check, questions []Question) {
	c.Need(r.Partner != "", "partner", "review.shape_need_partner")
	c.Need(len(r.Partner) <= MaxLine, "partner", "house.too_long")
	want := make([]string, len(questions))
	for i, q := range questions {
		want[i] = q.ID
	}
	got := slices.Clone(r.Questions)
	slices.Sort(want)
	slices.Sort(got)
	c.Need(len(want) > 0 && slices.Equal(want, got), "order", "review.shape_bad_order")
}

// said is an order in words, for the list of changes.
func (r Ranking) said(questions []Question) string {
	out := []string{}
	for _, id := range r.Questions {
		if i := slices.IndexFunc(questions, func(q Question) bool { return q.ID == id }); i >= 0 {
			out = append(out, questions[i].Words)
		}
	}
	return r.Partner + ": " + strings.Join(out, " > ")
}

// listed is each line of a text that says something, without the signs of a list.
func listed(s string) []string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(l), "-*•·")); l != "" {
			out = append(out, l)
		}
	}
	return out
}

package lesson

import (
	"slices"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// Kind is the kind of record this room keeps.
const Kind = "lesson"

// Learned is the state of a lesson.
const Learned = "learned"

// Stances of a lesson to the policy it names.
const (
	StandsOn    = "stands on"
	RunsAgainst = "runs against"
)

// What texts may hold, in bytes.
const (
	MaxTitle = 300
	MaxText  = 10000
	MaxLine  = 1000
)

// MaxFrom is the most records one lesson may be said to come from.
const MaxFrom = 200

// Aims is the four aims a lesson may serve, by the codes that projects use.
func Aims() []string { return []string{"A1", "A2", "A3", "A4"} }

// Stances is how a lesson may stand to the policy it names.
func Stances() []string { return []string{StandsOn, RunsAgainst} }

// Sources is the kinds of record a lesson may come from. What belongs to one person is
// not among them.
func Sources() []string { return []string{"outcome", "action", "recommendation", "finding"} }

// Facts is what is said of a lesson.
type Facts struct {
	Title        string   `json:"title"`         // the lesson, in a line
	Text         string   `json:"text"`          // more of it; may be ""
	Plainly      string   `json:"plainly"`       // the same said plainly, for easy read
	Elsewhere    string   `json:"elsewhere"`     // where else it may hold, and where not
	Power        string   `json:"power"`         // who could decide, and who could not
	Culture      string   `json:"culture"`       // habits and beliefs that helped or stood in the way
	Resources    string   `json:"resources"`     // time, money, people
	Policy       string   `json:"policy"`        // a policy it has to do with; "" = none named
	PolicyStance string   `json:"policy_stance"` // one of Stances; "" = no policy, or not said
	Aims         []string `json:"aims"`          // of Aims
	Language     string   `json:"language"`      // BCP 47, of the texts; "" = en
}

// Settled brings facts to their stored form: texts trimmed, aims in order, each once.
func (f Facts) Settled() Facts {
	for _, p := range []*string{&f.Title, &f.Text, &f.Plainly, &f.Elsewhere, &f.Power, &f.Culture, &f.Resources, &f.Policy, &f.Language} {
		*p = strings.TrimSpace(*p)
	}
	f.Aims = slices.Compact(slices.Sorted(slices.Values(f.Aims)))
	if f.Language == "" {
		f.Language = "en"
	}
	return f
}

// need says what is wrong with settled facts, by field.
func (f Facts) need(c *fault.Check) {
	c.Need(f.Title != "", "title", "lesson.need_title")
	c.Need(len(f.Title) <= MaxTitle, "title", "house.too_long")
	c.Need(len(f.Text) <= MaxText, "text", "house.too_long")
	c.Need(len(f.Plainly) <= MaxLine, "plainly", "house.too_long")
	c.Need(len(f.Elsewhere) <= MaxText, "elsewhere", "house.too_long")
	c.Need(len(f.Power) <= MaxText, "power", "house.too_long")
	c.Need(len(f.Culture) <= MaxText, "culture", "house.too_long")
	c.Need(len(f.Resources) <= MaxText, "resources", "house.too_long")
	c.Need(len(f.Policy) <= MaxLine, "policy", "house.too_long")
	c.Need(f.PolicyStance == "" || slices.Contains(Stances(), f.PolicyStance), "policy_stance", "house.bad_choice")
	c.Need(f.PolicyStance == "" || f.Policy != "", "policy", "lesson.need_policy")
	c.Need(len(f.Language) <= 35, "language", "house.bad_choice")
	for _, a := range f.Aims {
		c.Need(slices.Contains(Aims(), a), "aims", "house.bad_choice")
	}
}

// check says what is wrong with a lesson and what it comes from, by field.
func check(f Facts, from []ref.Ref) error {
	var c fault.Check
	f.need(&c)
	c.Need(len(from) <= MaxFrom, "from", "house.too_long")
	for _, x := range from {
		c.Need(slices.Contains(Sources(), x.Kind), "from", "lesson.bad_from")
	}
	return c.Err()
}

// Lesson is one thing that was learned.
type Lesson struct {
	Ref     ref.Ref `json:"ref"`
	Project string  `json:"project"`
	Facts
	Version   int64 `json:"version"`
	MadeAt    int64 `json:"made_at"`
	ChangedAt int64 `json:"changed_at"`
	Stale     int64 `json:"stale"` // since when something it comes from has changed; 0 = not
}

// record is the lesson's row in ref_record.
func (l Lesson) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: l.Ref.ID, Kind: Kind, Project: l.Project, Title: text.Excerpt(l.Title, 90), State: Learned,
		Until: ref.NoEnd, Version: l.Version, ChangedAt: l.ChangedAt, Stale: l.Stale}
}

// words is what search finds a lesson by.
func (l Lesson) words() string {
	return strings.Join([]string{l.Title, l.Text, l.Plainly, l.Elsewhere, l.Power, l.Culture, l.Resources, l.Policy}, "\n")
}

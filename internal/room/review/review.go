package review

import (
	"slices"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// Kinds of record that this room keeps.
const (
	Kind      = "review"
	Statement = "statement" // what the review says, in a sentence, with the records it stands on
	Gap       = "gap"       // what nobody has found out
)

// Ways of a review.
const (
	Searched = "searched" // from a search: import, screen, extract
	Finished = "finished" // somebody else's finished review: mark what it says
)

// States of a review.
const (
	Open   = "open"
	Signed = "signed" // the questions are agreed with partners
	Closed = "closed" // nothing more is read; a living review opens again
)

// Ways in which records to screen are put in order.
const (
	Learned = "learned" // what is likeliest to matter comes first
	Oldest  = "oldest"  // by the year of the work
	Found   = "found"   // those that hold the words one looks for
)

// Stages of screening.
const (
	TitleStage = "title" // title and abstract
	FullStage  = "full"  // the whole text
)

// Verdicts on a record.
const (
	Include = "include"
	Exclude = "exclude"
	Unsure  = "unsure"
	Later   = "later"
)

// Bands of two records.
const (
	Same  = "same"  // one work, merged
	Ask   = "ask"   // a person is asked
	Apart = "apart" // two works, because somebody said so
)

// Stances of a record to a statement.
const (
	Supports   = "supports"
	Challenges = "challenges"
	Qualifies  = "qualifies"
)

// States of a batch.
const (
	Reading = "reading" // its file is being read
	In      = "in"
	Undone  = "undone"
	Failed  = "failed" // nothing of it could be read; problems say why
)

// What texts may hold, in bytes.
const (
	MaxTitle = 300
	MaxLine  = 1000
	MaxText  = 10000
)

// MaxReviewers is the most people one record can need to be read by.
const MaxReviewers = 5

// Ways is how a review may begin.
func Ways() []string { return []string{Searched, Finished} }

// Sortings is how records to screen may be put in order.
func Sortings() []string { return []string{Learned, Oldest, Found} }

// Facts is what is said of a review.
type Facts struct {
	Title      string `json:"title"`
	Decision   string `json:"decision"`             // the decision that partners face
	DecideBy   string `json:"decide_by" form:"day"` // day, YYYY-MM-DD; "" = not said
	DecidedBy  string `json:"decided_by"`           // who decides, by role
	OutOfScope string `json:"out_of_scope"`         // what the review leaves out, and why
	Reviewers  int64  `json:"reviewers"`            // who must read each record: 1 to 5; 0 = 1
	Blind      bool   `json:"blind"`                // reviewers see one another's decisions only when all have decided
	Chance     int64  `json:"chance"`               // share of records picked by chance, 0 to 50 per cent
	Sorting    string `json:"sorting"`              // one of Sortings; "" = learned
}

// Settled brings facts to their stored form.
func (f Facts) Settled() Facts {
	for _, p := range []*string{&f.Title, &f.Decision, &f.DecideBy, &f.DecidedBy, &f.OutOfScope} {
		*p = strings.TrimSpace(*p)
	}
	f.DecideBy = clock.ReadDay(f.DecideBy)
	if f.Reviewers == 0 {
		f.Reviewers = 1
	}
	if f.Sorting == "" {
		f.Sorting = Learned
	}
	return f
}

// need says what is wrong with settled facts, by field.
func (f Facts) need(c *fault.Check) {
	c.Need(f.Title != "", "title", "review.need_title")
	c.Need(len(f.Title) <= MaxTitle, "title", "house.too_long")
	c.Need(len(f.Decision) <= MaxLine, "decision", "house.too_long")
	c.Need(len(f.DecidedBy) <= MaxLine, "decided_by", "house.too_long")
	c.Need(len(f.OutOfScope) <= MaxText, "out_of_scope", "house.too_long")
	_, err := time.Parse(time.DateOnly, f.DecideBy)
	c.Need(f.DecideBy == "" || err == nil, "decide_by", "house.bad_day")
	c.Need(f.Reviewers >= 1 && f.Reviewers <= MaxReviewers, "reviewers", "house.bad_choice")
	c.Need(f.Chance >= 0 && f.Chance <= 50, "chance", "house.bad_value")
	c.Need(slices.Contains(Sortings(), f.Sorting), "sorting", "house.bad_choice")
}

// Review is one evidence review.
type Review struct {
	Ref     ref.Ref `json:"ref"`
	Project string  `json:"project"`
	Facts
	Way       string `json:"way"`
	State     string `json:"state"`
	SignedBy  string `json:"signed_by"` // who agreed to the questions, as they were written down
	SignedAt  int64  `json:"signed_at"`
	Records   int64  `json:"records"` // the number of the last record; those of undone imports counted
	File      string `json:"file"`    // of a finished review: its file; "" = none
	Version   int64  `json:"version"`
	MadeAt    int64  `json:"made_at"`
	ChangedAt int64  `json:"changed_at"`
}

// record is the review's row in ref_record.
func (v Review) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: v.Ref.ID, Kind: Kind, Project: v.Project, Title: text.Excerpt(v.Title, 90), State: v.State,
		Until: ref.NoEnd, Version: v.Version, ChangedAt: v.ChangedAt}
}

// words is what search finds a review by.
func (v Review) words() string {
	return strings.Join([]string{v.Title, v.Decision, v.OutOfScope}, "\n")
}

// Here is the address of a review's pages.
func (v Review) Here() string { return "/review/" + v.Project + "/of/" + v.Ref.ID }

package action

import (
	"slices"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// Kinds of record this room keeps.
const (
	KindRecommendation = "recommendation"
	KindAction         = "action"
)

// kindFinding is the kind of record that recommendations stand on; another room keeps it.
const kindFinding = "finding"

// States of a recommendation: open, or what was decided.
const (
	Open      = "open"
	Agreed    = "agreed"
	Changed   = "changed" // agreed with changes; of an action: done in another way
	NotAgreed = "not agreed"
	Later     = "later"
)

// Decisions is every decision there can be.
func Decisions() []string { return []string{Agreed, Changed, NotAgreed, Later} }

// Limits of what may be written, in bytes.
const (
	maxTitle   = 300
	maxText    = 20_000
	maxShort   = 2_000 // a reason, a sentence, a place
	maxOptions = 20
)

// Words is what a recommendation says.
type Words struct {
	Title   string   `json:"title"`
	Text    string   `json:"text"`
	Plainly string   `json:"plainly"` // the same in plain words, for easy read
	Options []string `json:"options"` // the ways it could be done
}

// settled is the words without empty options and space around them.
func (w Words) settled() Words {
	w.Title, w.Text, w.Plainly = strings.TrimSpace(w.Title), strings.TrimSpace(w.Text), strings.TrimSpace(w.Plainly)
	out := []string{}
	for _, o := range w.Options {
		if o = strings.TrimSpace(o); o != "" && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	w.Options = out
	return w
}

// Check says what is wrong with the words, by field.
func (w Words) Check() error {
	var c fault.Check
	c.Need(w.Title != "", "title", "action.need_title")
	c.Need(len(w.Title) <= maxTitle, "title", "house.too_long")
	c.Need(len(w.Text) <= maxText, "text", "house.too_long")
	c.Need(len(w.Plainly) <= maxShort, "plainly", "house.too_long")
	c.Need(len(w.Options) <= maxOptions, "options", "action.too_many_options", "Most", maxOptions)
	for _, o := range w.Options {
		c.Need(len(o) <= maxShort, "options", "house.too_long")
	}
	return c.Err()
}

// same says whether two settled versions say the same.
func (w Words) same(o Words) bool {
	return w.Title == o.Title && w.Text == o.Text && w.Plainly == o.Plainly && slices.Equal(w.Options, o.Options)
}

// Decision is what was decided about a recommendation, by whom and why.
type Decision struct {
	Decision string `json:"decision"` // one of Decisions; "" = none yet
	Option   string `json:"option"`   // the one that was chosen
	Why      string `json:"why"`
	Dissent  string `json:"dissent"` // who saw it otherwise, and how; "" = nobody, or not for the reader
	// DissentHidden says that somebody saw it otherwise, and that the reader may not see who.
	DissentHidden bool   `json:"dissent_hidden,omitempty"`
	By            string `json:"by"`      // who decided, in words: "Steering group, 9 people"
	On            string `json:"on"`      // day
	Version       int64  `json:"version"` // of the recommendation that it made
	At            int64  `json:"at"`
}

// unnamed is the decision without who saw it otherwise, for those who may not see names:
// that somebody did stays.
func (d Decision) unnamed() Decision {
	d.DissentHidden, d.Dissent = d.Dissent != "", ""
	return d
}

// Check says what is wrong with a decision about words, by field. today is a day.
func (d Decision) Check(w Words, today string) error {
	var c fault.Check
	c.Need(slices.Contains(Decisions(), d.Decision), "decision", "action.need_decision")
	c.Need(d.Option == "" || slices.Contains(w.Options, d.Option), "option", "action.bad_option")
	c.Need(d.By != "", "by", "action.need_by")
	c.Need(d.Decision == Agreed || d.Why != "", "why", "action.need_why_decision")
	c.Need(len(d.By) <= maxTitle, "by", "house.too_long")
	c.Need(len(d.Why) <= maxShort, "why", "house.too_long")
	c.Need(len(d.Dissent) <= maxShort, "dissent", "house.too_long")
	needPast(&c, "on", d.On, today)
	return c.Err()
}

// needPast wants a day that has come.
func needPast(c *fault.Check, field, day, today string) {
	c.Need(isDay(day), field, "house.bad_day")
	c.Need(!isDay(day) || day <= today, field, "action.not_yet")
}

// isDay says whether s is a day of the calendar, YYYY-MM-DD.
func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// dayOr reads a day as people type it; "" is the other one.
func dayOr(s, other string) string {
	if d := clock.ReadDay(s); d != "" {
		return d
	}
	return other
}

// Recommendation is one thing that findings lead to, and what was decided about it.
type Recommendation struct {
	Ref     ref.Ref `json:"ref"`
	Project string  `json:"project"`
	Site    string  `json:"site"`
	Words
	State     string   `json:"state"` // open, or the decision
	Decision  Decision `json:"decision"`
	Reworded  int64    `json:"reworded"` // version at which its words last changed
	Version   int64    `json:"version"`
	GivenAt   int64    `json:"given_at"`
	ChangedAt int64    `json:"changed_at"`
	Stale     int64    `json:"stale_since"` // 0 = not
}

// since says whether the words have changed after the decision.
func (x Recommendation) since() bool {
	return x.Decision.Decision != "" && x.Reworded > x.Decision.Version
}

// record is the recommendation's row in ref_record.
func (x Recommendation) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: x.Ref.ID, Kind: KindRecommendation, Project: x.Project, Site: x.Site, Title: text.Excerpt(x.Title, 90),
		State: x.State, Until: ref.NoEnd, Version: x.Version, ChangedAt: x.ChangedAt, Stale: x.Stale}
}

// index is the words by which search finds it.
func (x Recommendation) index() string {
	return strings.Join(append([]string{x.Title, x.Text, x.Plainly}, x.Options...), "\n")
}

// Earlier is a recommendation's words as they once were.
type Earlier struct {
	Words
	Version int64 `json:"version"`
	At      int64 `json:"at"`
}

package keeper

import (
	"slices"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// Groups of records that have a time to be kept for.
const (
	GroupSaid       = "contributions" // what was said, in projects that are over
	GroupPeople     = "people"        // people of whom nothing that they said is kept
	GroupRecordings = "recordings"    // recordings whose words are written down
	GroupAccounts   = "accounts"      // roles of accounts that were not used
	GroupLetters    = "letters"
	GroupWorries    = "worries"
	GroupUnfiled    = "unfiled" // uploads and photos of paper that were never filed
)

// Groups is every group, as the page lists them.
func Groups() []string {
	return []string{GroupSaid, GroupPeople, GroupRecordings, GroupAccounts, GroupLetters, GroupWorries, GroupUnfiled}
}

// What the time is counted from.
const (
	FromEnd    = "end"    // of the project
	FromChange = "change" // the last one
	FromMade   = "made"
	FromUse    = "use" // the last time the account did something
)

// listed says whether the records of a group can be listed and reviewed here. Worries are
// for the safeguarding lead alone, and what was never filed goes by itself within days.
func listed(group string) bool { return group != GroupWorries && group != GroupUnfiled }

// erasable says whether a room has a verb that erases a group's records.
func erasable(group string) bool { return listed(group) && group != GroupLetters }

// Rule is how long the records of one group are kept.
type Rule struct {
	Group     string `json:"group"`
	Months    int64  `json:"months"`
	From      string `json:"from"`
	Basis     string `json:"basis"`        // in words; "" = the words that come with the default
	Confirmed int64  `json:"confirmed_at"` // microseconds; 0 = a default that nobody has confirmed
	By        string `json:"by,omitempty"` // who confirmed it, as the trail names them
	Waiting   int64  `json:"waiting"`      // how many were due when they were last counted
	Counted   int64  `json:"counted_at"`   // when that was; 0 = never
	Version   int64  `json:"version"`      // 0 = never set
}

// usual is the rule of a group that nobody has set: proposals for someone to confirm. A
// project's record is not a care record, so no code of practice sets its time.
func usual(group string) Rule {
	r := Rule{Group: group, From: FromChange}
	switch group {
	case GroupSaid:
		r.Months, r.From = 36, FromEnd
	case GroupPeople:
		r.Months = 12
	case GroupRecordings:
		r.Months, r.From = 6, FromMade
	case GroupAccounts:
		r.Months, r.From = 12, FromUse
	case GroupLetters:
		r.Months = 36
	case GroupWorries:
		r.Months = 96
	case GroupUnfiled:
		r.Months, r.From = 0, FromMade
	}
	return r
}

// MaxMonths is the longest time that may be set.
const MaxMonths = 1200

// MaxDispose is the most records that go in one press.
const MaxDispose = 50

// Due is one record whose time is over.
type Due struct {
	Ref     ref.Ref `json:"ref"`
	Title   string  `json:"title"`
	Project string  `json:"project,omitempty"`
	From    string  `json:"from"`   // day the time is counted from
	DueOn   string  `json:"due_on"` // day it was over
	at      int64
}

// backMonths is the same day some months before; where that month has no such day, its last.
func backMonths(day string, months int64) string { return onMonths(day, -months) }

// onMonths is the same day some months on.
func onMonths(day string, months int64) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return time.Date(first.Year(), first.Month(), min(t.Day(), last), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// check says what is wrong with a rule, by field.
func (in ScheduleIn) check() error {
	var c fault.Check
	c.Need(slices.Contains(Groups(), in.Group) && listed(in.Group), "group", "house.bad_choice")
	c.Need(in.Months >= 1 && in.Months <= MaxMonths, "months", "keeper.retain_bad_months")
	c.Need(len(in.Basis) <= 500, "basis", "house.too_long")
	return c.Err()
}

// check says what is wrong with keeping records longer, by field.
func (in KeepIn) check(until, today string) error {
	var c fault.Check
	c.Need(listed(in.Group) && slices.Contains(Groups(), in.Group), "group", "house.bad_choice")
	c.Need(len(in.Records) > 0, "records", "keeper.retain_need_records")
	c.Need(len(in.Records) <= MaxDispose, "records", "keeper.retain_too_many", "Most", MaxDispose)
	c.Need(until > today, "until", "keeper.retain_need_until")
	c.Need(in.Why != "", "why", "keeper.retain_need_why")
	c.Need(len(in.Why) <= 500, "why", "house.too_long")
	return c.Err()
}

// check says what is wrong with disposing of records, by field.
func (in DisposeIn) check() error {
	var c fault.Check
	c.Need(slices.Contains(Groups(), in.Group) && erasable(in.Group), "group", "keeper.retain_no_verb")
	c.Need(len(in.Records) > 0, "records", "keeper.retain_need_records")
	c.Need(len(in.Records) <= MaxDispose, "records", "keeper.retain_too_many", "Most", MaxDispose)
	return c.Err()
}

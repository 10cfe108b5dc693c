package action

import (
	"slices"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// Statuses of an action that is not over.
const (
	ToDo     = "to do"
	UnderWay = "under way"
	Waiting  = "waiting"
)

// Statuses is every status of an action that is not over.
func Statuses() []string { return []string{ToDo, UnderWay, Waiting} }

// Results of an action that was finished, besides Changed.
const (
	Done    = "done"
	NotDone = "not done"
)

// Results is how an action can end.
func Results() []string { return []string{Done, Changed, NotDone} }

// States of a try after the look-back, besides Changed.
const (
	Kept    = "kept"
	Stopped = "stopped"
)

// Verdicts of a look-back.
const (
	Keep   = "keep"
	Change = "change"
	Stop   = "stop"
)

// Verdicts is what can be decided about a try that was looked back on.
func Verdicts() []string { return []string{Keep, Change, Stop} }

// Action is something that somebody does, or tries.
type Action struct {
	Ref            ref.Ref `json:"ref"`
	Project        string  `json:"project"`
	Site           string  `json:"site"`
	Title          string  `json:"title"`
	Plainly        string  `json:"plainly"`
	Recommendation ref.Ref `json:"recommendation"`         // what it follows from; may be none
	Before         ref.Ref `json:"before"`                 // the try that this one comes after; may be none
	Owner          string  `json:"owner"`                  // account id; "" = none
	OwnerName      string  `json:"owner_name"`             // someone without an account; "" = none, or not for the reader
	OwnerHidden    bool    `json:"owner_hidden,omitempty"` // there is an owner_name that the reader may not see
	Due            string  `json:"due"`                    // day; "" = none
	Try            bool    `json:"try"`
	Where          string  `json:"where"`
	With           string  `json:"with"`                  // with whom; "" = not said, or not for the reader
	WithHidden     bool    `json:"with_hidden,omitempty"` // it is said with whom, and the reader may not see it
	Know           string  `json:"know"`                  // how we will know
	LookBack       string  `json:"look_back"`             // day
	Status         string  `json:"status"`                // one of Statuses: the last before its end
	State          string  `json:"state"`
	Result         string  `json:"result"` // one of Results; "" = not finished
	Why            string  `json:"why"`
	InUse          string  `json:"in_use"` // where it is in use
	Since          string  `json:"since"`  // day
	EndedOn        string  `json:"ended_on"`
	Happened       string  `json:"happened"` // what was seen at the look-back
	Verdict        string  `json:"verdict"`  // one of Verdicts; "" = not looked back on
	LookedOn       string  `json:"looked_on"`
	Version        int64   `json:"version"`
	GivenAt        int64   `json:"given_at"`
	ChangedAt      int64   `json:"changed_at"`
	Stale          int64   `json:"stale_since"` // 0 = not
}

// state follows from status, result and verdict.
func (a Action) state() string {
	switch {
	case a.Verdict == Change:
		return Changed
	case a.Verdict == Stop:
		return Stopped
	case a.Verdict == Keep && (a.Result == "" || a.Result == Done):
		return Kept
	case a.Result != "":
		return a.Result
	}
	return a.Status
}

// Over says whether the action has ended, or the try was looked back on.
func (a Action) Over() bool { return a.Result != "" || a.Verdict != "" }

// owned says whether somebody sees to it.
func (a Action) owned() bool { return a.Owner != "" || a.OwnerName != "" || a.OwnerHidden }

// unnamed is the action without the names of people who have no account, for those who may
// not see names: that there is somebody stays.
func (a Action) unnamed() Action {
	a.OwnerHidden, a.WithHidden = a.OwnerName != "", a.With != ""
	a.OwnerName, a.With = "", ""
	return a
}

// Day is the day that counts next: of a try not yet looked back on its look-back, else
// the day it is due; "" for none.
func (a Action) Day() string {
	if a.Try && a.LookBack != "" {
		return a.LookBack
	}
	return a.Due
}

// Pending says whether that day still counts: until an action is over, and until a try
// that was not given up is looked back on.
func (a Action) Pending() bool { return a.Day() != "" && (!a.Over() || a.mayLookBack()) }

// Late says whether that day has passed. today is a day.
func (a Action) Late(today string) bool { return a.Pending() && a.Day() < today }

// mayFinish says whether the action can still be finished: once, and a try that was
// changed or stopped is over as it is.
func (a Action) mayFinish() bool {
	return a.Result == "" && (a.Verdict == "" || a.Verdict == Keep)
}

// mayLookBack says whether a try can still be looked back on: once, and only if it was tried.
func (a Action) mayLookBack() bool { return a.Try && a.Verdict == "" && a.Result != NotDone }

// Check says what is wrong with an action as it is planned, by field.
func (a Action) Check() error {
	var c fault.Check
	c.Need(a.Title != "", "title", "action.need_title")
	c.Need(len(a.Title) <= maxTitle, "title", "house.too_long")
	for _, f := range []struct{ name, value string }{{"plainly", a.Plainly}, {"where", a.Where}, {"with", a.With}, {"know", a.Know}} {
		c.Need(len(f.value) <= maxShort, f.name, "house.too_long")
	}
	c.Need(len(a.OwnerName) <= maxTitle, "owner_name", "house.too_long")
	c.Need(a.Owner == "" || a.OwnerName == "", "owner_name", "action.one_owner")
	c.Need(a.Due == "" || isDay(a.Due), "due", "house.bad_day")
	c.Need(a.LookBack == "" || isDay(a.LookBack), "look_back", "house.bad_day")
	c.Need(!a.Try || a.LookBack != "", "look_back", "action.need_look_back")
	c.Need(!a.Try || a.Know != "", "know", "action.need_know")
	c.Need(slices.Contains(Statuses(), a.Status), "status", "house.bad_choice")
	return c.Err()
}

// checkEnd says what is wrong with how an action ended, by field. today is a day.
func (a Action) checkEnd(today string) error {
	var c fault.Check
	c.Need(slices.Contains(Results(), a.Result), "result", "action.need_result")
	c.Need(a.Result == Done || a.Why != "", "why", "action.need_why_end")
	c.Need(len(a.Why) <= maxShort, "why", "house.too_long")
	c.Need(len(a.InUse) <= maxShort, "in_use", "house.too_long")
	c.Need(a.Result != NotDone || a.InUse == "", "in_use", "action.not_in_use")
	c.Need(a.Since == "" || isDay(a.Since), "since", "house.bad_day")
	c.Need(a.Since == "" || a.InUse != "", "in_use", "action.need_in_use")
	needPast(&c, "on", a.EndedOn, today)
	return c.Err()
}

// checkLook says what is wrong with a look-back, by field. next is the title of the next
// try and its look-back day.
func (a Action) checkLook(today, next, nextDay string) error {
	var c fault.Check
	c.Need(a.Happened != "", "happened", "action.need_happened")
	c.Need(len(a.Happened) <= maxText, "happened", "house.too_long")
	c.Need(slices.Contains(Verdicts(), a.Verdict), "verdict", "action.need_verdict")
	c.Need(next == "" || a.Verdict != Keep, "next_title", "action.next_when_kept")
	c.Need(len(next) <= maxTitle, "next_title", "house.too_long")
	c.Need(next == "" || nextDay != "", "next_look_back", "action.need_next_look_back")
	c.Need(nextDay == "" || isDay(nextDay), "next_look_back", "house.bad_day")
	c.Need(nextDay == "" || next != "", "next_title", "action.need_next_title")
	needPast(&c, "on", a.LookedOn, today)
	return c.Err()
}

// next is the try that comes after one, with the same owner, place and people.
func (a Action) next(id, title, lookBack string, now int64) Action {
	return Action{Ref: ref.Of(KindAction, id), Project: a.Project, Site: a.Site, Title: title, Recommendation: a.Recommendation, Before: a.Ref,
		Owner: a.Owner, OwnerName: a.OwnerName, Try: true, Where: a.Where, With: a.With, Know: a.Know, LookBack: lookBack,
		Status: ToDo, State: ToDo, Version: 1, GivenAt: now, ChangedAt: now}
}

// record is the action's row in ref_record.
func (a Action) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: a.Ref.ID, Kind: KindAction, Project: a.Project, Site: a.Site, Title: text.Excerpt(a.Title, 90),
		State: a.State, Until: ref.NoEnd, Version: a.Version, ChangedAt: a.ChangedAt, Stale: a.Stale}
}

// index is the words by which search finds it. Those who may not see names search too: with
// whom, and who sees to it, are not among them.
func (a Action) index() string {
	return strings.Join([]string{a.Title, a.Plainly, a.Where, a.Know, a.Why, a.InUse, a.Happened}, "\n")
}

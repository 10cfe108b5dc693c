package people

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// What a person may ask of what is held about them.
const (
	AskCopy       = "copy"       // UK GDPR Art 15
	AskCorrection = "correction" // Art 16
	AskErasure    = "erasure"    // Art 17
)

// Asks is everything that may be asked.
func Asks() []string { return []string{AskCopy, AskCorrection, AskErasure} }

// AskedBy is how it was asked: in any way, and by word of mouth too.
func AskedBy() []string {
	return []string{"in person", "phone", "letter", "email", "card", "supporter"}
}

// States of a request.
const (
	Open    = "open"
	Done    = "done"
	Refused = "refused"
)

// Answers to a request.
const (
	AnswerDone    = "done"    // the copy was handed over, the thing was put right or erased
	AnswerLonger  = "longer"  // it is not simple: two more months, once (Art 12(3))
	AnswerRefused = "refused" // with the reason; they may complain
)

// AnswerChoices is every answer.
func AnswerChoices() []string { return []string{AnswerDone, AnswerLonger, AnswerRefused} }

// Recipients is who a copy may be handed to, by what they are to the person.
func Recipients() []string { return []string{"person", "supporter", "attorney", "parent"} }

// Refusals is why a request may be refused. Nothing is typed, for what is typed may hold a name.
func Refusals() []string {
	return []string{"not sure who asks", "harms someone", "asked before", "law keeps it"}
}

// Request is one thing that a person asked of what is held about them.
type Request struct {
	ID       string  `json:"id"`
	Person   ref.Ref `json:"person"`
	Name     string  `json:"name,omitempty"` // what to call the person; "" when they have no name or were erased
	What     string  `json:"what"`
	How      string  `json:"how"`
	AskedOn  string  `json:"asked_on"`
	DueOn    string  `json:"due_on"`
	Longer   bool    `json:"longer"` // two more months were taken
	State    string  `json:"state"`
	Why      string  `json:"why,omitempty"`      // of a refusal, or of longer
	GivenTo  string  `json:"given_to,omitempty"` // one of Recipients
	Answered string  `json:"answered_on,omitempty"`
	CopiedAt int64   `json:"copied_at,omitempty"` // when a copy was last made for it; 0 = not yet
	DaysLeft int64   `json:"days_left"`           // until it is due, below 0 when it is late; 0 once answered
	Version  int64   `json:"version"`
}

// monthsAfter is the same day some months on; where that month has no such day, its last
// (UK GDPR Art 12(3), as the Information Commissioner counts the month).
func monthsAfter(day string, months int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return time.Date(first.Year(), first.Month(), min(t.Day(), last), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// daysBetween counts the days from one day to another; 0 when either is none.
func daysBetween(from, to string) int64 {
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return 0
	}
	b, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return 0
	}
	return int64(b.Sub(a).Hours() / 24)
}

// Choices about what others said or who they are.
const (
	LeaveIn  = "in"
	LeaveOut = "out"
)

// Thing is one thing that is held about a person.
type Thing struct {
	Title  string          `json:"title"` // words, or a message key
	On     string          `json:"on,omitempty"`
	Why    string          `json:"why,omitempty"` // message key
	Facts  []plug.Fact     `json:"facts"`
	Files  []plug.HeldFile `json:"files,omitempty"`
	Third  bool            `json:"third,omitempty"` // holds what others said or who they are
	Mark   string          `json:"mark,omitempty"`  // of what needs a choice
	Choice string          `json:"choice,omitempty"`
	By     string          `json:"by,omitempty"` // who chose, by role
	At     int64           `json:"at,omitempty"` // and when
	Fix    string          `json:"fix,omitempty"`
}

// goes says whether a thing is in the copy.
func (t Thing) goes() bool { return !t.Third || t.Choice == LeaveIn }

// Section is what is held under one heading.
type Section struct {
	Name   string  `json:"name"` // message key
	Things []Thing `json:"things"`
}

// markOf names a thing by what it says, so that a choice about it holds only as long as it
// says the same. seen counts those that say the same: each has a mark of its own.
func markOf(person, section string, h plug.Held, seen map[string]int) (string, error) {
	b, err := json.Marshal([]any{person, section, h})
	sum := sha256.Sum256(b)
	mark := hex.EncodeToString(sum[:16])
	seen[mark]++
	if n := seen[mark]; n > 1 {
		mark += "-" + strconv.Itoa(n)
	}
	return mark, err
}

// toChoose counts what needs a choice and has none.
func toChoose(all []Section) (n int64) {
	for _, s := range all {
		for _, t := range s.Things {
			if t.Third && t.Choice == "" {
				n++
			}
		}
	}
	return n
}

// copied is what goes into the copy; out counts what was left out.
func copied(all []Section) (in []Section, things, out int64) {
	for _, s := range all {
		left := slices.DeleteFunc(slices.Clone(s.Things), func(t Thing) bool { return !t.goes() })
		out += int64(len(s.Things) - len(left))
		things += int64(len(left))
		if len(left) > 0 {
			in = append(in, Section{s.Name, left})
		}
	}
	return in, things, out
}

// check says what is wrong with a request, by field.
func (in AskIn) check(asked, today string) error {
	var c fault.Check
	c.Need(slices.Contains(Asks(), in.What), "what", "people.need_ask_what")
	c.Need(slices.Contains(AskedBy(), in.How), "asked_by", "people.need_asked_by")
	c.Need(in.On == "" || asked != "", "on", "house.bad_day")
	c.Need(asked <= today, "on", "people.asked_later")
	return c.Err()
}

// check says what is wrong with an answer to a request, by field.
func (in AnswerIn) check(r Request, on, today string) error {
	var c fault.Check
	c.Need(slices.Contains(AnswerChoices(), in.Answer), "answer", "people.need_answer")
	c.Need(in.On == "" || on != "", "on", "house.bad_day")
	c.Need(on <= today, "on", "people.asked_later")
	c.Need(on >= r.AskedOn, "on", "people.answered_before")
	c.Need(in.Answer != AnswerDone || r.What != AskCopy || slices.Contains(Recipients(), in.To), "to", "people.need_to")
	c.Need(in.Answer != AnswerRefused || slices.Contains(Refusals(), in.Why), "why", "people.need_refusal")
	c.Need(in.Answer != AnswerLonger || !r.Longer, "answer", "people.longer_once")
	return c.Err()
}

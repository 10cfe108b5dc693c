package keeper

import (
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// What of the trail is listed.
const (
	Reads   = "reads"
	Changes = "changes"
)

// Most entries one page of the trail may hold, and how many it holds when nobody says.
const (
	mostTrail  = 500
	usualTrail = 50
)

// TrailIn asks for a page of the trail.
type TrailIn struct {
	Project string  `json:"project" doc:"Project id; all that the actor may see when not said."`
	By      string  `json:"by" doc:"Who did it, as the trail names them: account:ID, card:ID, operator."`
	Group   string  `json:"group" doc:"What it was about: a room's name, such as finding."`
	Record  ref.Ref `json:"record" doc:"One record, as KIND:ID."`
	From    string  `json:"from" form:"day" doc:"From this day, YYYY-MM-DD."`
	To      string  `json:"to" form:"day" doc:"Up to and with this day, YYYY-MM-DD."`
	What    string  `json:"what" doc:"reads or changes; both when not said."`
	After   string  `json:"after" doc:"The next of the page before."`
	Limit   int64   `json:"limit" doc:"1 to 500; 50 when not said."`
}

// TrailEntry is one entry as it is read and exported. It holds nobody's words.
type TrailEntry struct {
	ID         string  `json:"id"`
	At         int64   `json:"at"`    // microseconds since 1970
	Time       string  `json:"time"`  // the same in UTC, RFC 3339
	Actor      string  `json:"actor"` // "" where it is not told who did it
	Name       string  `json:"name"`  // of the actor; "" for a card, the command line and who has left
	Verb       string  `json:"verb"`
	Reading    bool    `json:"reading"`
	Ref        ref.Ref `json:"ref"`
	Project    string  `json:"project"`
	Version    int64   `json:"version"`
	Number     int64   `json:"number"`     // its place in the chain, from 1; 0 = it waits for one
	Commitment string  `json:"commitment"` // SHA-256 of salt, a zero byte and the version's body
	Chain      string  `json:"chain"`      // its link
	// Before and Text are there with proof: the link before, and what Chain is the SHA-256
	// of. Text is "" where it is not told who did it.
	Before string `json:"before,omitempty"`
	Text   string `json:"text,omitempty"`
}

// TrailOut is a page of the trail, newest first.
type TrailOut struct {
	Entries []TrailEntry `json:"entries"`
	Next    string       `json:"next"` // "" when this is the last page
}

// quiet is the verbs of which it is not told who did them: who passes on a worry is known
// to those who look after it, and to nobody else.
func quiet() []string { return []string{"worry.pass", "worry.step"} }

func isQuiet(verb string) bool { return verb == "worry.pass" || verb == "worry.step" }

// dayZone begins and ends days where the programme is.
func (in TrailIn) days(zone string) (from, to int64, err error) {
	var c fault.Check
	start := func(day, field string) int64 {
		if day == "" {
			return 0
		}
		t, err := time.ParseInLocation(time.DateOnly, day, clock.Zone(zone))
		c.Need(err == nil, field, "house.bad_day")
		return t.UnixMicro()
	}
	from = start(in.From, "from")
	if in.To != "" {
		var e error
		to, e = clock.EndOf(in.To, zone)
		c.Need(e == nil, "to", "house.bad_day")
		c.Need(e != nil || from < to, "to", "keeper.trail_bad_days")
	}
	return from, to, c.Err()
}

func (in TrailIn) check() error {
	var c fault.Check
	c.Need(in.What == "" || in.What == Reads || in.What == Changes, "what", "keeper.trail_bad_what")
	c.Need(in.Group == "" || plainName(in.Group), "group", "keeper.trail_bad_group")
	c.Need(len(in.By) <= 100, "by", "house.too_long")
	return c.Err()
}

func plainName(s string) bool {
	return len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == ""
}

// room is the part of a verb before its dot.
func roomOf(verb string) string { room, _, _ := strings.Cut(verb, "."); return room }

// entryOf makes what is shown of an entry. Nobody is named where nobody is told.
func entryOf(e trail.Entry) TrailEntry {
	out := TrailEntry{ID: e.ID, At: e.At, Time: clock.Time(e.At).Format("2006-01-02T15:04:05.000000Z"), Actor: e.Actor, Verb: e.Verb, Reading: trail.Reading(e.Verb), Ref: e.Ref,
		Project: e.Project, Version: e.Version, Number: e.Seq, Commitment: e.Commitment, Chain: e.Chain}
	if isQuiet(e.Verb) {
		out.Actor = ""
	}
	return out
}

// proven adds to an entry what its link is made of.
func proven(l trail.Linked) TrailEntry {
	out := entryOf(l.Entry)
	if l.Seq == 0 {
		return out
	}
	out.Before = l.Before
	if !isQuiet(l.Verb) {
		out.Text = l.Text()
	}
	return out
}

// doer is the message key that stands for an actor without a name.
func doer(e TrailEntry) string {
	kind, _, _ := strings.Cut(e.Actor, ":")
	switch who.ActorKind(kind) {
	case who.Account:
		return "keeper.trail_gone"
	case who.Card:
		return "keeper.trail_card"
	case who.Operator:
		return "keeper.trail_operator"
	case who.Job:
		return "keeper.trail_job"
	case who.Token:
		return "keeper.trail_program"
	}
	return "keeper.trail_someone"
}

// didKey is the message key of what a verb did.
func didKey(verb string) string {
	room, did, _ := strings.Cut(verb, ".")
	return room + ".did_" + strings.ReplaceAll(did, "-", "_")
}

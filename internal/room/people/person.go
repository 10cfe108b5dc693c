package people

import (
	"slices"
	"strings"
	"time"

	"plait/internal/engine/table"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// Kinds of record this room keeps.
const (
	Kind         = ref.Person
	Organisation = "organisation"
)

// States of a person. All but Active stop every sending.
const (
	Active = "active"
	Moved  = "moved"
	Died   = "died"
	NoMore = "no more contact"
)

// States is every state that someone may say a person is in.
func States() []string { return []string{Active, Moved, Died, NoMore} }

// Ways to reach a person.
const (
	Email     = "email"
	Phone     = "phone"
	Text      = "text"
	Post      = "post"
	Supporter = "supporter" // through someone who supports them; the address says who and how
	Hand      = "hand"      // given by hand when we meet
	None      = "none"      // the person wants no contact in any way
)

// Ways is every way to reach a person.
func Ways() []string { return []string{Email, Phone, Text, Post, Supporter, Hand, None} }

// seers is who may see names and contacts: the roles that invite, meet and pay people.
// Evaluators, reviewers, communications, members and the host's people are not among them.
func seers() []who.Role {
	return []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner, who.Administrator, who.Safeguarding}
}

// changers is who may add and change people.
func changers() []who.Role {
	return []who.Role{who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead, who.Partner, who.Administrator}
}

// answerers is who may see everything that is held about a person, and hand it over.
func answerers() []who.Role { return append(who.Lead(), who.Safeguarding) }

// Person is someone who takes part.
type Person struct {
	Ref       ref.Ref `json:"ref"`
	Project   string  `json:"project"` // "" = the whole programme
	Name      string  `json:"name"`    // "" for a card without a name
	SaysAs    string  `json:"says_as"` // what they like to be called
	Role      string  `json:"role"`    // label they chose: "carer"; lists of this room show it beside the name, other rooms in its place
	Language  string  `json:"language"`
	State     string  `json:"state"`
	StateOn   string  `json:"state_on"` // day since when, YYYY-MM-DD; "" while active
	Asked     string  `json:"asked"`    // were they asked what they need: "", yes, no, rather not say
	AskedOn   string  `json:"asked_on"`
	Review    string  `json:"review"` // day on which to ask again; "" = not set
	Version   int64   `json:"version"`
	ChangedAt int64   `json:"changed_at"`
	Needs     []Need  `json:"needs"`
}

// Called is what to call the person: as they like, else their name.
func (p Person) Called() string {
	if p.SaysAs != "" {
		return p.SaysAs
	}
	return p.Name
}

// Due says that it is time to ask again what the person needs.
func (p Person) Due(today string) bool {
	return p.State == Active && p.Review != "" && p.Review <= today
}

// fold is the form of the name in which it is looked for.
func (p Person) fold() string { return text.Fold(p.Name + " " + p.SaysAs) }

// record is the person's row in ref_record. It holds the role label and never the name.
func (p Person) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: p.Ref.ID, Kind: Kind, Project: p.Project, Person: p.Ref.ID, Title: p.Role, State: p.State,
		Until: ref.NoEnd, Version: p.Version, ChangedAt: p.ChangedAt}
}

// trace is what the trail keeps of a person: no name and no way to reach them, so that
// these stand in this room's tables alone.
type trace struct {
	Project  string   `json:"project"`
	Role     string   `json:"role"`
	Language string   `json:"language"`
	State    string   `json:"state"`
	StateOn  string   `json:"state_on"`
	Asked    string   `json:"asked"`
	Review   string   `json:"review"`
	Needs    []string `json:"needs"`
}

func (p Person) trace() trace {
	t := trace{Project: p.Project, Role: p.Role, Language: p.Language, State: p.State, StateOn: p.StateOn, Asked: p.Asked, Review: p.Review, Needs: []string{}}
	for _, n := range p.Needs {
		t.Needs = append(t.Needs, n.List+"."+n.Code)
	}
	return t
}

// Contact is one way to reach a person.
type Contact struct {
	ID      string `json:"id"`
	How     string `json:"how"`     // one of Ways
	Address string `json:"address"` // number, address, or the supporter and how to reach them
	Safe    bool   `json:"safe"`    // nobody else reads or hears what is left there
	Note    string `json:"note"`    // "after six", "do not leave messages"
}

// check says what is wrong with a contact, by field.
func (c Contact) check() error {
	var chk fault.Check
	chk.Need(slices.Contains(Ways(), c.How), "how", "people.need_how")
	chk.Need(c.Address != "" || c.How == Hand || c.How == None, "address", "people.need_address")
	chk.Need(c.How != Email || strings.Contains(c.Address, "@"), "address", "people.bad_email")
	chk.Need(len(c.Address) <= 500, "address", "house.too_long")
	chk.Need(len(c.Note) <= 500, "note", "house.too_long")
	return chk.Err()
}

// reachable chooses the way to write to a person: the first safe one, in the order in
// which they were given. why is the key of the reason when there is none.
func reachable(state string, contacts []Contact) (how string, ok bool, why string) {
	switch state {
	case Moved:
		return "", false, "people.why_moved"
	case Died:
		return "", false, "people.why_died"
	case NoMore:
		return "", false, "people.why_no_more"
	case Erased:
		return "", false, "people.why_erased"
	}
	for _, c := range contacts {
		if c.How == None {
			return "", false, "people.why_none"
		}
	}
	for _, c := range contacts {
		if c.Safe || c.How == Hand {
			return c.How, true, ""
		}
	}
	if len(contacts) > 0 {
		return "", false, "people.why_not_safe"
	}
	return "", false, "people.why_no_contact"
}

// day reads a day as people write it; "" stays "". ok is false when it is no day.
func day(s string) (string, bool) {
	if s = strings.TrimSpace(s); s == "" {
		return "", true
	}
	d, ok := table.Date(s)
	return d, ok
}

// yearAfter is the same day a year on, which is when needs are asked again (DAPB1605:
// review, by default every 12 months).
func yearAfter(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(1, 0, 0).Format(time.DateOnly)
}

// Row is one pasted person.
type Row struct{ Name, Role, Email string }

// Rows splits what was pasted: one person a line, "name, role, email", parted by tabs
// (a spreadsheet) or commas. Role and e-mail may be left out.
func Rows(pasted string) []Row {
	var out []Row
	for _, line := range strings.Split(text.Lines(pasted), "\n") {
		sep := ","
		if strings.Contains(line, "\t") {
			sep = "\t"
		}
		var r Row
		for i, cell := range strings.Split(line, sep) {
			cell = strings.TrimSpace(cell)
			switch {
			case i == 0:
				r.Name = cell
			case strings.Contains(cell, "@"):
				r.Email = cell
			case r.Role == "":
				r.Role = cell
			}
		}
		if r.Name != "" {
			out = append(out, r)
		}
	}
	return out
}

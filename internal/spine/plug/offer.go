package plug

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
)

// Told is what a record says to the people whose words it stands on: on their card, in
// their letter. It holds words of the team alone, never those of another contributor.
type Told struct {
	Says    string // as the team wrote it
	Plainly string // the same said plainly, for easy read; "" until someone has written it
	State   string // message key of where it stands: "action.told_done"; "" when nothing need be said
	On      string // day that goes with State, YYYY-MM-DD; may be ""
	Why     string // the reason that goes with State; may be ""
}

// Facet is one of the seven sides of the change model. They are looked at together and
// in any order: none comes first.
type Facet string

// The facets.
const (
	Issues       Facet = "issues"       // agreeing on the issues
	Evidence     Facet = "evidence"     // mobilising the evidence
	Engaging     Facet = "engaging"     // engaging with people
	Acting       Facet = "acting"       // taking informed action
	CoProduction Facet = "coproduction" // making co-production central
	Trying       Facet = "trying"       // trying out in practice
	Sustaining   Facet = "sustaining"   // sustaining for the long term
)

// Facets is the seven facets.
func Facets() []Facet {
	return []Facet{Issues, Evidence, Engaging, Acting, CoProduction, Trying, Sustaining}
}

// Sign is one thing that can be said of a project's health from its records: either
// something that is there, or something that is missing, which becomes a next step. It
// vanishes by itself when the records change.
//
// Its words are the keys Name (one sentence, with {{.Count}} and {{.Title}}) and, for a gap,
// Name + "_do" (the link's text: what to do) and Name + "_who" (whom that helps, and how).
type Sign struct {
	Name       string // "finding.sign_one_strand": room and what it says
	Facet      Facet
	Gap        bool // something is missing
	Weight     int  // of a gap: 1 to 99, the smaller the sooner it is a next step
	Permission string
	// Load looks at a project; N 0 means that the sign is not there.
	Load func(ctx context.Context, tx *db.Tx, project ref.Ref) (Seen, error)
}

// Seen is what a sign found.
type Seen struct {
	N     int64
	Title string // of the first record it is about, where there is one; already checked for consent
	Href  string // where to look, or to mend it
}

// Count is one number about every project of a programme, each opening to its records.
type Count struct {
	Name       string // "action.count_tried": message key of the column
	Place      string // heard, owed, decided, tried, changed
	Permission string
	Href       string // address with {project}: the records that are counted
	// Load gives the numbers by project id, for the projects that the actor may see.
	Load func(ctx context.Context, tx *db.Tx) (map[string]int64, error)
}

// Found is a sign that is there in a project now.
type Found struct {
	Sign
	Seen
}

// Column is a count with its numbers.
type Column struct {
	Count
	N map[string]int64 // by project id
}

// Find gives the words by which records of a kind are found, so that the search can be
// made anew where it was lost or never was: after an import, a move, a restore. Load
// gives up to most of them whose ids come after after, by id (byte order), and the last id
// it looked at; "" when there are no more. What may not be found now (a draft, something
// taken back or ended) is left out, as the room's own verbs leave it out.
type Find struct {
	Kind string
	Load func(ctx context.Context, tx *db.Tx, programme, after string, most int) (docs []search.Doc, last string, err error)
}

// Hold is what a room holds about one person of the programme, for the copy that the
// person may ask for. Load is called with the person's ref once who.Must has been asked.
type Hold struct {
	Name string // message key of the heading: "evidence.held"
	Load func(ctx context.Context, tx *db.Tx, person ref.Ref) ([]Held, error)
}

// Held is one thing that is held about a person.
type Held struct {
	Title string // as the person would call it, or a message key
	On    string // day it is of, YYYY-MM-DD; may be ""
	Why   string // message key of the purpose or law for which it is held; may be ""
	Facts []Fact // in the order in which they are read
	Files []HeldFile
	Third bool // holds what others said or who they are: someone looks before it is handed over
	Fix   Fix  // the page where it is corrected
}

// Fix is the page on which something that is held is corrected. Its zero value says that
// it cannot be corrected. The link is shown to those who may open it.
type Fix struct {
	Page string  // its address
	May  string  // the permission that the page asks for
	At   ref.Ref // the record that it asks it for
}

// Fact is one line of what is held.
type Fact struct {
	Name  string `json:"name"`  // message key
	Value string `json:"value"` // as the person wrote or would read it, or a message key; days as YYYY-MM-DD
}

// HeldFile is a file that is held about a person, by its id in the files.
type HeldFile struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Media string `json:"media"`
}

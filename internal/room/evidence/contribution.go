package evidence

import (
	"slices"
	"strings"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// Kind is the kind of record this room keeps.
const Kind = "contribution"

// States of a contribution.
const (
	Kept   = "kept"    // in the thread
	ToSort = "to sort" // its strand is not known yet

	erasedState = "erased" // as the room consent leaves it
)

// MaxWords is the most one contribution may hold, in bytes: a long transcript.
const MaxWords = 2 << 20

// Said is what the contributions of a batch share. It is asked once and inherited.
type Said struct {
	Strands     []string `json:"strands"`       // research, lived, practice: at most two; none = unknown
	Site        string   `json:"site"`          // site id; "" = the whole project
	Person      string   `json:"person"`        // person id; "" = not known
	Role        string   `json:"role"`          // label the speaker chose: "carer", "social worker"
	On          string   `json:"on" form:"day"` // day it was said, YYYY-MM-DD; "" = unknown
	Source      string   `json:"source"`        // where from: a meeting, a paper, a sheet
	Language    string   `json:"language"`      // BCP 47; "" = en
	Expressed   string   `json:"expressed"`     // one of Ways; "" = unknown
	Voice       string   `json:"voice"`         // own, support, behalf; "" = unknown
	Interpreter string   `json:"interpreter"`   // who put it into words, where someone did
	Sensitive   bool     `json:"sensitive"`     // only people who need it open it, and each opening is written down
	terms.Agreement
}

// Strands is the three strands, in no order of worth: pages turn the order about.
func Strands() []string { return []string{"lived", "practice", "research"} }

// Ways is how something was expressed.
func Ways() []string {
	return []string{"spoken", "written", "signed", "drawn", "pictures", "body language", "published"}
}

// Voices is whose expression it is: the person's own, with support, or on their behalf.
func Voices() []string { return []string{"own", "support", "behalf"} }

// place is where the words are given: their site where one is named, so that someone of
// that site alone may give them, else the project.
func (s Said) place(project string) ref.Ref {
	if s.Site != "" {
		return ref.Of(ref.Site, s.Site)
	}
	return ref.Of(ref.Project, project)
}

// Strand is the strands in their stored form: "", "lived", "lived+practice".
func (s Said) Strand() string {
	in := slices.Clone(s.Strands)
	slices.Sort(in)
	return strings.Join(slices.Compact(in), "+")
}

// State follows from the strand: what is unknown waits to be sorted.
func (s Said) State() string {
	if len(s.Strands) == 0 {
		return ToSort
	}
	return Kept
}

// Check says what is wrong with what was said of a contribution, by field.
func (s Said) Check() error {
	var c fault.Check
	for _, x := range s.Strands {
		c.Need(slices.Contains(Strands(), x), "strands", "house.bad_choice")
	}
	c.Need(len(slices.Compact(slices.Sorted(slices.Values(s.Strands)))) <= 2, "strands", "evidence.two_strands")
	c.Need(s.Expressed == "" || slices.Contains(Ways(), s.Expressed), "expressed", "house.bad_choice")
	c.Need(s.Voice == "" || slices.Contains(Voices(), s.Voice), "voice", "house.bad_choice")
	c.Need(len(s.Role) <= 200, "role", "house.too_long")
	c.Need(len(s.Source) <= 1000, "source", "house.too_long")
	c.Need(len(s.Interpreter) <= 200, "interpreter", "house.too_long")
	if s.On != "" {
		_, err := time.Parse(time.DateOnly, s.On)
		c.Need(err == nil, "on", "house.bad_day")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return s.Agreement.Check()
}

// Contribution is one thing that was said, drawn, shown or published.
type Contribution struct {
	Ref       ref.Ref `json:"ref"`
	Project   string  `json:"project"`
	Title     string  `json:"title"`
	Words     string  `json:"words"`
	Strand    string  `json:"strand"` // "", "lived", "lived+practice"
	Site      string  `json:"site"`
	Person    string  `json:"person"`
	Role      string  `json:"role"`
	On        string  `json:"on"`
	Source    string  `json:"source"`
	Language  string  `json:"language"`
	Expressed string  `json:"expressed"`
	Voice     string  `json:"voice"`
	Helper    string  `json:"interpreter"`
	Reference string  `json:"reference,omitempty"` // the reference's own fields, JSON, for research
	Batch     string  `json:"batch,omitempty"`
	State     string  `json:"state"`
	Fate      string  `json:"fate"`
	Version   int64   `json:"version"`
	GivenAt   int64   `json:"given_at"`
	ChangedAt int64   `json:"changed_at"`
	Shown
	ReadBack   string   `json:"read_back,omitempty"`    // "", right or changed: what became of reading it back to them
	ReadBackOn string   `json:"read_back_on,omitempty"` // day, YYYY-MM-DD
	Fixed      bool     `json:"fixed,omitempty"`        // words read from a document: they stay as they are
	Sensitive  bool     `json:"sensitive,omitempty"`    // opened one by one, and each opening is written down
	PageStarts []int    `json:"page_starts,omitempty"`  // where each page of the document begins in the words, in code points
	Media      []Medium `json:"media,omitempty"`
}

// StrandList is the strands one by one.
func (c Contribution) StrandList() []string {
	if c.Strand == "" {
		return nil
	}
	return strings.Split(c.Strand, "+")
}

// made turns words and what was said of them into a contribution.
func made(id, project, words string, s Said, now int64) Contribution {
	lang := s.Language
	if lang == "" {
		lang = "en"
	}
	title := text.Excerpt(words, 90)
	if s.Sensitive {
		title = sensitiveTitle
	}
	return Contribution{Ref: ref.Of(Kind, id), Project: project, Title: title, Sensitive: s.Sensitive, Words: words, Strand: s.Strand(), Site: s.Site,
		Person: s.Person, Role: s.Role, On: s.On, Source: s.Source, Language: lang, Expressed: s.Expressed, Voice: s.Voice, Helper: s.Interpreter,
		State: s.State(), Fate: "owing", Version: 1, GivenAt: now, ChangedAt: now}
}

// record is the contribution's row in ref_record; its Until is set with its terms.
func (c Contribution) record(programme string, until int64) ref.Record {
	return ref.Record{Programme: programme, ID: c.Ref.ID, Kind: Kind, Project: c.Project, Site: c.Site, Person: c.Person, Title: c.Title,
		Strand: c.Strand, State: c.State, Fate: c.Fate, Until: until, Version: c.Version, ChangedAt: c.ChangedAt}
}

// checkWords says what is wrong with the words themselves.
func checkWords(words string) error {
	var c fault.Check
	c.Need(strings.TrimSpace(words) != "", "words", "evidence.need_words")
	c.Need(len(words) <= MaxWords, "words", "house.too_long")
	return c.Err()
}

// Rows splits what was pasted into one contribution each: a blank line between them
// when there are any, else one a line. Bullets and numbers at a row's start go.
func Rows(pasted string) []string {
	pasted = strings.ReplaceAll(pasted, "\r\n", "\n")
	sep := "\n"
	if strings.Contains(strings.TrimSpace(pasted), "\n\n") {
		sep = "\n\n"
	}
	var out []string
	for _, row := range strings.Split(pasted, sep) {
		row = strings.TrimSpace(row)
		for _, mark := range []string{"- ", "* ", "• ", "– "} {
			row = strings.TrimPrefix(row, mark)
		}
		if row = strings.TrimSpace(row); row != "" {
			out = append(out, row)
		}
	}
	return out
}

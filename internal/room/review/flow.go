package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"plait/internal/engine/table"
)

// Where records come from, as PRISMA 2020 tells the sources apart.
const (
	FromDatabase     = "database"
	FromRegister     = "register" // of studies: ClinicalTrials.gov, PROSPERO
	FromWebsite      = "website"
	FromOrganisation = "organisation"
	FromCitation     = "citation" // found in the references of other works
)

// Origins is where records may come from, in the order of the flow.
func Origins() []string {
	return []string{FromDatabase, FromRegister, FromWebsite, FromOrganisation, FromCitation}
}

// searched says that a source is a database or a register, and not another way to find.
func searched(origin string) bool { return origin == FromDatabase || origin == FromRegister }

// Reason is why records were left out, and how many; Reason "" = none was given.
type Reason struct {
	Reason string `json:"reason"`
	N      int64  `json:"n"`
}

// Source is one place where records were found.
type Source struct {
	Origin string `json:"origin"` // one of Origins
	Name   string `json:"name"`   // "Scopus"; "" = it was not said
	N      int64  `json:"n"`
}

// Arm is what became of the records of one way of finding. Each record is counted in just
// one of Copies, Waiting, LeftOut, NotFound, Seeking, Reading, Excluded and Included. Those
// of Included that are also Unread went there from Screened: nobody sought their whole text.
type Arm struct {
	Identified  int64    `json:"identified"`
	Copies      int64    `json:"copies"`       // of a record that stands for the work
	Waiting     int64    `json:"waiting"`      // to be screened
	Screened    int64    `json:"screened"`     // by title and abstract
	LeftOut     int64    `json:"left_out"`     // at title and abstract
	Sought      int64    `json:"sought"`       // whole texts
	Seeking     int64    `json:"seeking"`      // still to be got
	NotFound    int64    `json:"not_found"`    // could not be got
	Reading     int64    `json:"reading"`      // got, and not decided
	Assessed    int64    `json:"assessed"`     // decided by the whole text
	Excluded    int64    `json:"excluded"`     // by the whole text
	Included    int64    `json:"included"`     //
	Unread      int64    `json:"unread"`       // of Included: by title and summary alone, where whole texts are skipped
	LeftOutWhy  []Reason `json:"left_out_why"` // most first
	ExcludedWhy []Reason `json:"excluded_why"` // most first
}

// Flow is the way of the records through a review, as PRISMA 2020 reports it. Its numbers
// are counted from the records as they stand, so they always add up.
type Flow struct {
	Sources   []Source `json:"sources"`
	Databases Arm      `json:"databases"` // databases and registers
	Other     Arm      `json:"other"`     // websites, organisations, citations
	Included  int64    `json:"included"`
	Waiting   int64    `json:"waiting"` // not decided yet, at whatever stage
	Skips     bool     `json:"skips"`   // the review does without whole texts
}

// leaf is the one box in which a record ends.
type leaf int

const (
	isCopy leaf = iota
	isWaiting
	isLeftOut
	isSeeking
	isNotFound
	isReading
	isExcluded
	isIncluded
)

// leafOf says in which box a record is. What was decided by the whole text counts before
// what was decided by the title.
func leafOf(copied bool, title, full, state string) leaf {
	switch {
	case copied:
		return isCopy
	case full == Include:
		return isIncluded
	case title == Exclude:
		return isLeftOut
	case state == FullNotFound && (title == Include || full != ""):
		return isNotFound
	case full == Exclude:
		return isExcluded
	case title != Include:
		return isWaiting
	case state == FullGot:
		return isReading
	}
	return isSeeking
}

// cell is records of one batch that stand alike.
type cell struct {
	batch  string
	copied bool
	title  string
	full   string
	state  string
	n      int64
}

// why is records of one batch that were left out for one reason.
type why struct {
	batch  string
	full   bool // by the whole text
	reason string
	n      int64
}

// flowOf adds up what was counted. from says of each batch where its records come from;
// those of a batch that nobody knows come from a database without a name. unread says how
// many of the included of each batch nobody read; nil where whole texts are not skipped.
func flowOf(cells []cell, whys []why, from map[string]Source, unread map[string]int64) Flow {
	f := Flow{Skips: unread != nil}
	sources := map[Source]int64{}
	source := func(batch string) Source {
		s, ok := from[batch]
		if !ok || s.Origin == "" {
			s.Origin = FromDatabase
		}
		s.N = 0
		return s
	}
	arm := func(s Source) *Arm {
		if searched(s.Origin) {
			return &f.Databases
		}
		return &f.Other
	}
	for _, c := range cells {
		s := source(c.batch)
		sources[s] += c.n
		arm(s).add(leafOf(c.copied, c.title, c.full, c.state), c.n)
	}
	for batch, n := range unread {
		a := arm(source(batch))
		a.Unread, a.Sought, a.Assessed = a.Unread+n, a.Sought-n, a.Assessed-n
	}
	for _, w := range whys {
		list := &arm(source(w.batch)).LeftOutWhy
		if w.full {
			list = &arm(source(w.batch)).ExcludedWhy
		}
		*list = append(*list, Reason{w.reason, w.n})
	}
	f.Sources = []Source{}
	for s, n := range sources {
		s.N = n
		f.Sources = append(f.Sources, s)
	}
	slices.SortFunc(f.Sources, func(a, b Source) int {
		return cmp.Or(cmp.Compare(slices.Index(Origins(), a.Origin), slices.Index(Origins(), b.Origin)), cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name))
	})
	for _, a := range []*Arm{&f.Databases, &f.Other} {
		a.LeftOutWhy, a.ExcludedWhy = gathered(a.LeftOutWhy), gathered(a.ExcludedWhy)
		f.Included += a.Included
		f.Waiting += a.Waiting + a.Seeking + a.Reading
	}
	return f
}

func (a *Arm) add(to leaf, n int64) {
	a.Identified += n
	switch to {
	case isCopy:
		a.Copies += n
		return
	case isWaiting:
		a.Waiting += n
		return
	case isLeftOut:
		a.Screened, a.LeftOut = a.Screened+n, a.LeftOut+n
		return
	}
	a.Screened, a.Sought = a.Screened+n, a.Sought+n
	switch to {
	case isSeeking:
		a.Seeking += n
	case isNotFound:
		a.NotFound += n
	case isReading:
		a.Reading += n
	case isExcluded:
		a.Assessed, a.Excluded = a.Assessed+n, a.Excluded+n
	case isIncluded:
		a.Assessed, a.Included = a.Assessed+n, a.Included+n
	}
}

// gathered adds up equal reasons, and puts the most frequent first.
func gathered(in []Reason) []Reason {
	sums := map[string]int64{}
	for _, r := range in {
		sums[strings.TrimSpace(r.Reason)] += r.N
	}
	out := []Reason{}
	for r, n := range sums {
		if n != 0 {
			out = append(out, Reason{r, n})
		}
	}
	slices.SortFunc(out, func(a, b Reason) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Reason, b.Reason)) })
	return out
}

// Faults is what does not add up, in words for a programmer; nil when all does. It is
// asked before a flow is shown.
func (f Flow) Faults() []string {
	var out []string
	same := func(what string, whole int64, parts ...int64) {
		sum := int64(0)
		for _, n := range parts {
			if n < 0 {
				out = append(out, what+": less than nothing")
			}
			sum += n
		}
		if whole != sum {
			out = append(out, fmt.Sprintf("%s: %d is not %d", what, whole, sum))
		}
	}
	found := map[bool]int64{}
	for _, s := range f.Sources {
		found[searched(s.Origin)] += s.N
	}
	for i, a := range []Arm{f.Databases, f.Other} {
		same("identified", a.Identified, found[i == 0])
		same("after copies", a.Identified, a.Copies, a.Waiting, a.Screened)
		same("screened", a.Screened, a.LeftOut, a.Unread, a.Sought)
		same("sought", a.Sought, a.Seeking, a.NotFound, a.Reading, a.Assessed)
		same("assessed and unread", a.Assessed+a.Unread, a.Excluded, a.Included)
		same("included", a.Included, a.Unread, a.Included-a.Unread)
		if !f.Skips {
			same("unread though whole texts are read", 0, a.Unread)
		}
		same("reasons by title", a.LeftOut, counts(a.LeftOutWhy)...)
		same("reasons by text", a.Excluded, counts(a.ExcludedWhy)...)
	}
	same("included", f.Included, f.Databases.Included, f.Other.Included)
	return out
}

func counts(all []Reason) []int64 {
	out := make([]int64, len(all))
	for i, r := range all {
		out[i] = r.N
	}
	return out
}

// Sum is both arms in one.
func (f Flow) Sum() Arm {
	a, b := f.Databases, f.Other
	return Arm{a.Identified + b.Identified, a.Copies + b.Copies, a.Waiting + b.Waiting, a.Screened + b.Screened, a.LeftOut + b.LeftOut, a.Sought + b.Sought,
		a.Seeking + b.Seeking, a.NotFound + b.NotFound, a.Reading + b.Reading, a.Assessed + b.Assessed, a.Excluded + b.Excluded, a.Included + b.Included, a.Unread + b.Unread,
		gathered(slices.Concat(a.LeftOutWhy, b.LeftOutWhy)), gathered(slices.Concat(a.ExcludedWhy, b.ExcludedWhy))}
}

// count is how many records one kind of source gave.
func (f Flow) count(origin string) (n int64) {
	for _, s := range f.Sources {
		if s.Origin == origin {
			n += s.N
		}
	}
	return n
}

// namesAndNumbers writes names and numbers as the fields of the flow want them: "Scopus, 12; Lens, 3".
// The signs that part them are taken out of the names.
func namesAndNumbers(names []string, ns []int64) string {
	clean := strings.NewReplacer(",", "", ";", "", "\n", " ", "\r", " ")
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = fmt.Sprintf("%s, %d", strings.TrimSpace(clean.Replace(name)), ns[i])
	}
	return strings.Join(out, "; ")
}

func (f Flow) named(origin string) string {
	var names []string
	var ns []int64
	for _, s := range f.Sources {
		if s.Origin == origin {
			names, ns = append(names, cmp.Or(s.Name, "Not named")), append(ns, s.N)
		}
	}
	return namesAndNumbers(names, ns)
}

func reasoned(all []Reason) string {
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = cmp.Or(r.Reason, "No reason given")
	}
	return namesAndNumbers(names, counts(all))
}

// flowHead is the first line of the flow as a table for the PRISMA2020 package for R
// (Haddaway and others, doi:10.1002/cl2.1230), whose names of fields are used.
var flowHead = [8]string{"data", "node", "box", "description", "boxtext", "tooltips", "url", "n"}

// fields gives the flow as the rows of that table. What a review in the making still has to
// do has no box in PRISMA 2020 and stands in rows of its own at the end, whose names begin
// with "plait_": with them the numbers add up at any time.
func (f Flow) fields() [][]string {
	d, o := f.Databases, f.Other
	n := func(v int64) string { return fmt.Sprint(v) }
	var out [][]string
	row := func(data, node, box, text, n string) {
		out = append(out, []string{data, node, box, text, text, text, "NA", n})
	}
	const none = "NA"
	row(none, "node4", "prevstud", "Previous studies", "0")
	row("previous_studies", "node5", "box1", "Studies included in previous version of review", "0")
	row("previous_reports", none, "box1", "Reports of studies included in previous version of review", "0")
	row(none, "node6", "newstud", "Identification of new studies via databases and registers", "0")
	row("database_results", "node7", "box2", "Databases", n(f.count(FromDatabase)))
	row("database_specific_results", none, "box2", "Specific databases", f.named(FromDatabase))
	row("register_results", none, "box2", "Registers", n(f.count(FromRegister)))
	row("register_specific_results", none, "box2", "Specific registers", f.named(FromRegister))
	row(none, "node16", "othstud", "Identification of new studies via other methods", "0")
	row("website_results", "node17", "box11", "Websites", n(f.count(FromWebsite)))
	row("organisation_results", none, "box11", "Organisations", n(f.count(FromOrganisation)))
	row("citations_results", none, "box11", "Citation searching", n(f.count(FromCitation)))
	row("duplicates", "node8", "box3", "Duplicate records", n(d.Copies))
	row("excluded_automatic", none, "box3", "Records marked as ineligible by automation tools", "0")
	row("excluded_other", none, "box3", "Records removed for other reasons", "0")
	row("records_screened", "node9", "box4", "Records screened", n(d.Screened))
	row("records_excluded", "node10", "box5", "Records excluded", n(d.LeftOut))
	row("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval", n(d.Sought))
	row("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved", n(d.NotFound))
	row("other_sought_reports", "node18", "box12", "Reports sought for retrieval", n(o.Sought))
	row("other_notretrieved_reports", "node19", "box13", "Reports not retrieved", n(o.NotFound))
	row("dbr_assessed", "node13", "box8", "Reports assessed for eligibility", n(d.Assessed))
	row("dbr_excluded", "node14", "box9", "Reports excluded", cmp.Or(reasoned(d.ExcludedWhy), "0"))
	row("other_assessed", "node20", "box14", "Reports assessed for eligibility", n(o.Assessed))
	row("other_excluded", "node21", "box15", "Reports excluded", cmp.Or(reasoned(o.ExcludedWhy), "0"))
	row("new_studies", "node15", "box10", "New studies included in review", n(f.Included))
	row("new_reports", none, "box10", "Reports of new included studies", n(f.Included))
	row("total_studies", "node22", "box16", "Total studies included in review", n(f.Included))
	row("total_reports", none, "box16", "Reports of total included studies", n(f.Included))
	row("identification", "node1", "identification", "Identification", "0")
	row("screening", "node2", "screening", "Screening", "0")
	row("included", "node3", "included", "Included", "0")
	for _, x := range []struct {
		name, text string
		n          int64
	}{{"waiting", "Databases and registers: still to be screened", d.Waiting}, {"seeking", "Databases and registers: whole texts still to be got", d.Seeking},
		{"reading", "Databases and registers: whole texts still to be decided", d.Reading},
		{"unread", "Databases and registers: included by title and summary, whole text not read", d.Unread}, {"other_copies", "Other methods: duplicate records", o.Copies},
		{"other_waiting", "Other methods: still to be screened", o.Waiting}, {"other_left_out", "Other methods: left out by title and summary", o.LeftOut},
		{"other_seeking", "Other methods: whole texts still to be got", o.Seeking}, {"other_reading", "Other methods: whole texts still to be decided", o.Reading},
		{"other_unread", "Other methods: included by title and summary, whole text not read", o.Unread}} {
		row("plait_"+x.name, none, none, x.text, n(x.n))
	}
	return out
}

// flowTable writes the flow as CSV (RFC 4180, UTF-8, no BOM: R's read.csv keeps one in the
// first name).
func flowTable(f Flow) string {
	var b strings.Builder
	line := func(cells []string) {
		for i, c := range cells {
			if i > 0 {
				b.WriteByte(',')
			}
			if c = table.Guard(c); strings.ContainsAny(c, ",\"\r\n;") {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			b.WriteString(c)
		}
		b.WriteString("\r\n")
	}
	line(flowHead[:])
	for _, r := range f.fields() {
		line(r)
	}
	return b.String()
}

package project

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// Kinds of record this room keeps.
const (
	Kind         = ref.Project
	KindSite     = ref.Site
	KindQuestion = "question"
	KindAsk      = "ask"
)

// What texts may hold, in bytes.
const (
	MaxTitle = 300
	MaxWhy   = 2000
	MaxText  = 10000
)

// Phases of a project, in the order a life takes them.
const (
	Call        = "call"        // call and selection
	Preparation = "preparation" // before delivery: plan, question, people
	Delivery    = "delivery"    // the year, or the half year, itself
	Close       = "close"       // last months: reports, hand-over
	Aftercare   = "aftercare"   // months and years of support after
)

// Phases is every phase in order. A project may also go back.
func Phases() []string { return []string{Call, Preparation, Delivery, Close, Aftercare} }

// Network is the model whose sites are called groups.
const Network = "network"

// Models is the three ways a project is delivered.
func Models() []string { return []string{"demonstrator", "facilitator", Network} }

// Themes is the five themes a project may belong to; none, one or several.
func Themes() []string { return []string{"strengths", "workforce", "voice", "home", "integration"} }

// Aims is the four aims a project may serve.
func Aims() []string { return []string{"A1", "A2", "A3", "A4"} }

// Facts is what may be said of a project, all at once.
type Facts struct {
	Title    string   `json:"title"`
	Model    string   `json:"model"`    // one of Models; "" = not known
	Themes   []string `json:"themes"`   // of Themes
	Aims     []string `json:"aims"`     // of Aims
	Host     string   `json:"host"`     // the partner organisation's name; "" = not known
	Cohort   int64    `json:"cohort"`   // year, 2000 to 2100; 0 = not known
	Starts   string   `json:"starts"`   // day, YYYY-MM-DD or as people write it; "" = not known
	Ends     string   `json:"ends"`     // last day, in the same way
	Language string   `json:"language"` // BCP 47, of title and question; "" = the programme's
}

// Project is one project.
type Project struct {
	Ref ref.Ref `json:"ref"`
	Facts
	Phase     string   `json:"phase"`
	Nations   []string `json:"nations"` // where its sites are
	Version   int64    `json:"version"`
	StartedAt int64    `json:"started_at"` // when it was entered, microseconds
	ChangedAt int64    `json:"changed_at"`
}

// Settled brings facts to their stored form: lists in house order and without doubles,
// days as YYYY-MM-DD where they can be read.
func (f Facts) Settled() Facts {
	f.Title, f.Host = strings.TrimSpace(f.Title), strings.TrimSpace(f.Host)
	f.Themes, f.Aims = inOrder(f.Themes, Themes()), inOrder(f.Aims, Aims())
	f.Starts, f.Ends = clock.ReadDay(f.Starts), clock.ReadDay(f.Ends)
	return f
}

// inOrder sorts values as they stand in order; what is not there goes last, for Check to find.
func inOrder(values, order []string) []string {
	out := make([]string, 0, len(values))
	for _, x := range order {
		if slices.Contains(values, x) {
			out = append(out, x)
		}
	}
	for _, x := range values {
		if !slices.Contains(order, x) {
			out = append(out, x)
		}
	}
	return out
}

// Check says what is wrong with settled facts, by field.
func (f Facts) Check() error {
	var c fault.Check
	f.need(&c)
	return c.Err()
}

func (f Facts) need(c *fault.Check) {
	needLine(c, f.Title, "title", "project.need_title")
	c.Need(len(f.Title) <= MaxTitle, "title", "house.too_long")
	c.Need(f.Model == "" || slices.Contains(Models(), f.Model), "model", "house.bad_choice")
	for _, x := range f.Themes {
		c.Need(slices.Contains(Themes(), x), "themes", "house.bad_choice")
	}
	for _, x := range f.Aims {
		c.Need(slices.Contains(Aims(), x), "aims", "house.bad_choice")
	}
	c.Need(len(f.Host) <= MaxTitle, "host", "house.too_long")
	c.Need(f.Cohort == 0 || f.Cohort >= 2000 && f.Cohort <= 2100, "cohort", "project.bad_year")
	c.Need(f.Starts == "" || isDay(f.Starts), "starts", "house.bad_day")
	c.Need(f.Ends == "" || isDay(f.Ends), "ends", "house.bad_day")
	if isDay(f.Starts) && isDay(f.Ends) {
		c.Need(f.Ends >= f.Starts, "ends", "project.ends_before")
	}
	c.Need(f.Language == "" || len(f.Language) <= 35 && !strings.ContainsAny(f.Language, " \t\r\n"), "language", "house.bad_choice")
}

func needLine(c *fault.Check, s, field, say string) {
	c.Need(s != "", field, say)
	c.Need(!strings.ContainsAny(s, "\r\n"), field, "project.one_line")
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// record is the project's row in ref_record: it is a scope of its own.
func (p Project) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: p.Ref.ID, Kind: Kind, Project: p.Ref.ID, Title: p.Title, State: p.Phase,
		Until: ref.NoEnd, Version: p.Version, ChangedAt: p.ChangedAt}
}

// TitleChange is one title a project has had.
type TitleChange struct {
	Title string `json:"title"`
	Why   string `json:"why"`
	By    string `json:"by"` // actor as the trail names it
	At    int64  `json:"at"`
}

// PhaseChange is one step from phase to phase.
type PhaseChange struct {
	Phase string `json:"phase"`
	On    string `json:"on"` // the day it began
	Why   string `json:"why"`
	By    string `json:"by"`
	At    int64  `json:"at"`
}

// Site is one place where a project works; in a Network, one group.
type Site struct {
	Ref     ref.Ref `json:"ref"`
	Project string  `json:"project"`
	Name    string  `json:"name"`
	Nation  string  `json:"nation"`
	Place   string  `json:"place"` // town, area; "" = not known
	Version int64   `json:"version"`
}

// Check says what is wrong with a site, by field.
func (s Site) Check() error {
	var c fault.Check
	needLine(&c, s.Name, "name", "project.need_name")
	c.Need(len(s.Name) <= MaxTitle, "name", "house.too_long")
	c.Need(slices.Contains(terms.Nations(), s.Nation), "nation", "project.need_nation")
	c.Need(len(s.Place) <= MaxTitle, "place", "house.too_long")
	return c.Err()
}

func (s Site) record(programme string, now int64) ref.Record {
	return ref.Record{Programme: programme, ID: s.Ref.ID, Kind: KindSite, Project: s.Project, Site: s.Ref.ID, Title: s.Name,
		Until: ref.NoEnd, Version: s.Version, ChangedAt: now}
}

// Strands is the three strands, turned about by the project so that none is always first.
func Strands(project string) []string {
	all := []string{"lived", "practice", "research"}
	turn := 0
	if n, err := strconv.ParseUint(project[max(0, len(project)-1):], 16, 8); err == nil {
		turn = int(n) % len(all)
	}
	return append(all[turn:], all[:turn]...)
}

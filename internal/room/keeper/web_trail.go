package keeper

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/plug"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// trailView is the page of the trail.
type trailView struct {
	TrailIn
	Lines    []trailLine
	More     page.Pages
	Bys      []page.Option
	Groups   []page.Option
	Projects []page.Option
	Whats    []page.Option
	One      string // says that one record's entries are shown; "" = of many
	Chosen   bool   // something is left out
	Open     bool   // the form is open
	Key      string
}

// trailLine is one entry in a sentence.
type trailLine struct {
	Says, When, Reading string
	By                  string // where the same actor's entries are; "" = it is not told who
	Proof               string
	See                 string // the record's page; "" where it has none
}

func (f *face) trail(w http.ResponseWriter, r *http.Request) error {
	var in TrailIn
	err := form.Fill(r.URL.Query(), &in)
	v := trailView{TrailIn: in}
	v.From, v.To = form.Typed(in.From), form.Typed(in.To)
	var out TrailOut
	if err == nil {
		out, err = f.room.Trail(r.Context(), in)
	}
	if e := f.trailChoices(r, &v); e != nil {
		return e
	}
	v.Chosen = in.Project != "" || in.By != "" || in.Group != "" || !in.Record.None() || in.From != "" || in.To != "" || in.What != ""
	v.Open = v.Chosen && in.Record.None()
	p := page.View{Title: f.T(r, "keeper.trail_title"), Body: &v, Back: "/programme"}
	if err != nil {
		v.Open = true
		return f.Again(w, r, "keeper/trail", p, err)
	}
	switch {
	case !in.Record.None() && in.What == Reads:
		v.One = f.T(r, "keeper.trail_one_reads")
	case !in.Record.None():
		v.One = f.T(r, "keeper.trail_one")
	}
	if v.Lines, err = f.trailLines(r, out.Entries); err != nil {
		return err
	}
	if out.Next != "" {
		q := in.query()
		q.Set("after", out.Next)
		v.More.Next = "/keeper/trail?" + q.Encode()
	}
	return f.Show(w, r, "keeper/trail", p)
}

// query is the filter as an address has it, without its place.
func (in TrailIn) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"project": in.Project, "by": in.By, "group": in.Group, "record": in.Record.String(), "from": in.From, "to": in.To, "what": in.What} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// trailChoices fills the lists of the form with what the reader may choose.
func (f *face) trailChoices(r *http.Request, v *trailView) error {
	v.Bys, v.Projects = []page.Option{{Text: f.T(r, "keeper.trail_by_all")}}, []page.Option{{Text: f.T(r, "keeper.trail_project_all")}}
	v.Groups = []page.Option{{Text: f.T(r, "keeper.trail_group_all")}}
	v.Whats = []page.Option{{Text: f.T(r, "keeper.trail_what_all"), Checked: v.What == ""}, {Value: Changes, Text: f.T(r, "keeper.trail_what_changes")}, {Value: Reads, Text: f.T(r, "keeper.trail_what_reads")}}
	return f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		programme := who.From(ctx).Programme
		may, err := who.Where(ctx, tx, "r", "keeper.trail")
		if err != nil {
			return err
		}
		projects, err := trailProjects(tx, may)
		if err != nil {
			return err
		}
		for _, p := range projects {
			v.Projects = append(v.Projects, page.Option{Value: p.ID, Text: p.Title})
		}
		accounts, err := team(tx, programme)
		if err != nil {
			return err
		}
		for i, a := range accounts {
			accounts[i] = string(who.Account) + ":" + a
		}
		if v.By != "" && !slices.Contains(accounts, v.By) {
			accounts = append(accounts, v.By)
		}
		people := []page.Option{}
		for _, a := range accounts {
			one := []TrailEntry{{Actor: a}}
			if err := f.room.nameAll(ctx, tx, one); err != nil {
				return err
			}
			if one[0].Name != "" || a == v.By {
				people = append(people, page.Option{Value: a, Text: f.doerName(r, one[0])})
			}
		}
		slices.SortFunc(people, func(a, b page.Option) int { return strings.Compare(a.Text, b.Text) })
		v.Bys = append(v.Bys, people...)
		verbs, err := trail.Verbs(tx, programme)
		groups := []page.Option{}
		for _, verb := range verbs {
			g := roomOf(verb)
			if !slices.ContainsFunc(groups, func(o page.Option) bool { return o.Value == g }) && f.Words.Has("en", "keeper.trail_group_"+g) {
				groups = append(groups, page.Option{Value: g, Text: f.T(r, "keeper.trail_group_"+g)})
			}
		}
		slices.SortFunc(groups, func(a, b page.Option) int { return strings.Compare(a.Text, b.Text) })
		v.Groups = append(v.Groups, groups...)
		return err
	})
}

// doerName is who did it, in words.
func (f *face) doerName(r *http.Request, e TrailEntry) string {
	if e.Name != "" {
		return e.Name
	}
	return f.T(r, doer(e))
}

// sentence says an entry plainly, in a language.
func (f *face) sentence(tongue string, e TrailEntry) string {
	name := e.Name
	if name == "" {
		name = f.Words.T(tongue, doer(e))
	}
	key := didKey(e.Verb)
	if !f.Words.Has("en", key) {
		if e.Reading {
			return f.Words.T(tongue, "keeper.trail_read_else", "Who", name)
		}
		return f.Words.T(tongue, "keeper.trail_did_else", "Who", name, "What", e.Verb)
	}
	return f.Words.T(tongue, key, "Who", name)
}

func (f *face) trailLines(r *http.Request, list []TrailEntry) ([]trailLine, error) {
	tongue := page.ChromeFrom(r.Context()).Lang
	pages := f.room.pages()
	out := make([]trailLine, len(list))
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		zone, err := f.room.zone(tx, who.From(r.Context()).Programme)
		if err != nil {
			return err
		}
		there, err := stillThere(tx, who.From(r.Context()).Programme, list, f.room.clock.Now())
		if err != nil {
			return err
		}
		for i, e := range list {
			out[i] = trailLine{Says: f.sentence(tongue, e), When: lang.DateTime(tongue, e.At, clock.Zone(zone)), Proof: "/keeper/trail/entry/" + e.ID}
			if e.Actor != "" {
				out[i].By = "/keeper/trail?" + url.Values{"by": {e.Actor}}.Encode()
			}
			if to, ok := pages[e.Ref.Kind]; ok && there[e.Ref.ID] && who.Can(tx.Context(), tx, to.Permission, e.Ref) {
				out[i].See = strings.NewReplacer("{project}", e.Project, "{id}", e.Ref.ID).Replace(to.Page)
			}
		}
		return nil
	})
	return out, err
}

// pages is where each kind of record has its page.
func (r *Room) pages() map[string]plug.Kind {
	out := map[string]plug.Kind{}
	if r.install == nil || r.install.Plugs == nil {
		return out
	}
	for _, p := range r.install.Plugs() {
		for _, k := range p.Kinds {
			if k.Page != "" {
				out[k.Name] = k
			}
		}
	}
	return out
}

// entryView is the page of one entry's proof.
type entryView struct {
	ProofOut
	Says string
	Rows []page.Row
}

func (f *face) trailEntry(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Proof(r.Context(), ProofIn{r.PathValue("entry")})
	if err != nil {
		return err
	}
	lines, err := f.trailLines(r, []TrailEntry{out.TrailEntry})
	if err != nil {
		return err
	}
	v := entryView{ProofOut: out, Says: lines[0].Says}
	row := func(key, value string) { v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value}) }
	row("keeper.trail_entry_when", lines[0].When)
	row("keeper.trail_entry_id", out.ID)
	row("keeper.trail_entry_record", out.Ref.String())
	row("keeper.trail_entry_commitment", out.Commitment)
	if out.Number > 0 {
		before := out.Before
		if out.Number == 1 {
			before = f.T(r, "keeper.trail_entry_first")
		}
		row("keeper.trail_entry_before", before)
		row("keeper.trail_entry_chain", out.Chain)
		row("keeper.trail_entry_tail", strconv.FormatInt(out.Entries, 10)+" · "+out.Tail)
	}
	return f.Show(w, r, "keeper/trail_entry", page.View{Title: f.T(r, "keeper.trail_entry_title"), Body: v, Back: "/keeper/trail"})
}

func (f *face) trailHow(w http.ResponseWriter, r *http.Request) error {
	if err := f.room.db.Read(r.Context(), func(tx *db.Tx) error { return who.Somewhere(tx.Context(), tx, "keeper.trail") }); err != nil {
		return err
	}
	return f.Show(w, r, "keeper/trail_how", page.View{Title: f.T(r, "keeper.trail_how_title"), Body: howView{"printf '%b' 'TEXT' | sha256sum"}, Back: "/keeper/trail"})
}

type howView struct{ Shell string }

// trailFetch sends what the filter shows as a file, page by page as it is read. That it
// was taken is written down first.
func (f *face) trailFetch(w http.ResponseWriter, r *http.Request) error {
	var in TrailIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.After, in.Limit = "", mostTrail
	if _, err := plug.Run(r.Context(), f.room.desk, "keeper.trail-fetched", r.FormValue("key"), f.room.TrailFetched, in); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if r.FormValue("as") == "json" {
		h.Set("Content-Type", "application/jsonl; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="trail.jsonl"`)
		return f.room.writeLinks(r.Context(), w, in)
	}
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="trail.csv"`)
	return f.writeTable(r.Context(), w, page.ChromeFrom(r.Context()).Lang, in)
}

// writeTable writes the entries as a table for a spreadsheet, newest first.
func (f *face) writeTable(ctx context.Context, w io.Writer, tongue string, in TrailIn) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil { // so that spreadsheets read it as UTF-8
		return err
	}
	table := csv.NewWriter(w)
	if err := table.Write([]string{"time", "says", "actor", "verb", "reading", "record", "project", "version", "number", "entry", "commitment", "chain"}); err != nil {
		return err
	}
	return f.room.each(ctx, in, func(e TrailEntry) error {
		return table.Write([]string{e.Time, cell(f.sentence(tongue, e)), cell(e.Actor), e.Verb, strconv.FormatBool(e.Reading), e.Ref.String(), e.Project,
			strconv.FormatInt(e.Version, 10), strconv.FormatInt(e.Number, 10), e.ID, e.Commitment, e.Chain})
	}, func() error { table.Flush(); return table.Error() })
}

// cell keeps a spreadsheet from reading a name as a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// each gives the entries that in chooses, newest first, page by page; then is called after
// each page.
func (r *Room) each(ctx context.Context, in TrailIn, f func(TrailEntry) error, then func() error) error {
	for in.Limit = mostTrail; ; {
		out, err := r.Trail(ctx, in)
		if err != nil {
			return err
		}
		for _, e := range out.Entries {
			if err := f(e); err != nil {
				return err
			}
		}
		if err := then(); err != nil {
			return err
		}
		if in.After = out.Next; in.After == "" {
			return nil
		}
	}
}

// writeLinks writes the entries that in chooses as JSON lines in the order of the chain,
// each with what its link is made of.
func (r *Room) writeLinks(ctx context.Context, w io.Writer, in TrailIn) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	in.Limit, in.After = mostTrail, ""
	for behind := int64(0); ; {
		out, err := r.links(ctx, LinksIn{in, behind})
		if err != nil {
			return err
		}
		for _, x := range out.Entries {
			if err := e.Encode(x); err != nil {
				return err
			}
		}
		if err := b.Flush(); err != nil {
			return err
		}
		if behind = out.Last; behind == 0 {
			return nil
		}
	}
}

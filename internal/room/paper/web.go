package paper

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"plait/internal/engine/corner"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

func home(project string) string { return "/paper/" + project }

// listView is the front page of paper.
type listView struct {
	ListOut
	Project string
	Here    string
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	project := r.PathValue("project")
	out, err := f.room.List(r.Context(), ListIn{project, r.URL.Query().Get("after")})
	if err != nil {
		return err
	}
	out.Lots = slices.DeleteFunc(out.Lots, func(l Lot) bool { return l.State == Done })
	return f.Show(w, r, "paper/list", page.View{Title: f.T(r, "paper.title"), Body: listView{out, project, home(project)}, Notice: f.Done(r, "paper.done_", "dropped", "undone"), Back: "/project/" + project})
}

// hue is one colour of the form.
type hue struct {
	Name, Text string
	Used       bool
	Of, Word   string
}

// newView is the form of a batch.
type newView struct {
	PrintIn
	Key     string
	Asks    string // one a line
	Sizes   []page.Option
	Hues    []hue
	Means   []page.Option
	Sites   []page.Option
	Action  string
	MaxEach int
}

func (f *face) newView(r *http.Request, in PrintIn) newView {
	v := newView{PrintIn: in, Key: r.FormValue("key"), Asks: strings.Join(in.Asked, "\n"), Action: home(in.Project) + "/new"}
	for _, s := range Sizes() {
		v.Sizes = append(v.Sizes, page.Option{Value: s, Text: f.T(r, "paper.size_"+s)})
	}
	v.Means = []page.Option{{Text: f.T(r, "paper.means_nothing")}}
	for _, s := range Strands() {
		v.Means = append(v.Means, page.Option{Value: s, Text: f.T(r, "page.strand."+s)})
	}
	v.Means = append(v.Means, page.Option{Value: "word", Text: f.T(r, "paper.means_word")})
	for _, c := range Colours() {
		h := hue{Name: c, Text: f.T(r, "paper.colour_"+c)}
		for _, s := range in.Colours {
			if m := meaning(s); m.Colour == c {
				h.Used, h.Of, h.Word = true, m.Strand, m.Word
				if m.Word != "" {
					h.Of = "word"
				}
			}
		}
		v.Hues = append(v.Hues, h)
	}
	v.On = form.Typed(in.On)
	v.Sites = f.sites(r, in.Project)
	return v
}

// sites is the places of a project to choose from; none when it has none.
func (f *face) sites(r *http.Request, project string) []page.Option {
	var out []page.Option
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		if !who.Can(tx.Context(), tx, "paper.print", ref.Of(ref.Project, project)) {
			return nil
		}
		recs, err := sitesOf(tx, who.From(tx.Context()).Programme, project, f.room.clock.Now())
		for _, x := range recs {
			out = append(out, page.Option{Value: x.ID, Text: x.Title})
		}
		return err
	})
	if err != nil || len(out) == 0 {
		return nil
	}
	return append([]page.Option{{Text: f.T(r, "paper.site_all")}}, out...)
}

func (f *face) newForm(w http.ResponseWriter, r *http.Request) error {
	in := PrintIn{Project: r.PathValue("project"), Tables: 6, Rounds: 1, Each: 6, Size: "6", Colours: []string{"white"}}
	return f.Show(w, r, "paper/new", page.View{Title: f.T(r, "paper.new_title"), Body: f.newView(r, in), Back: home(in.Project)})
}

func (f *face) make(w http.ResponseWriter, r *http.Request) error {
	var in PrintIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	in.Asked, in.Colours = nil, nil
	for _, q := range strings.Split(r.FormValue("asks"), "\n") {
		if q = strings.TrimSpace(q); q != "" {
			in.Asked = append(in.Asked, q)
		}
	}
	for _, c := range r.Form["hue"] {
		switch of := r.FormValue("of_" + c); of {
		case "":
		case "word":
			c += "=" + strings.TrimSpace(r.FormValue("word_"+c))
		default:
			c += "=" + of
		}
		in.Colours = append(in.Colours, c)
	}
	var out PrintOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "paper.print", r.FormValue("key"), f.room.Print, in)
	}
	if err != nil {
		return f.Again(w, r, "paper/new", page.View{Title: f.T(r, "paper.new_title"), Body: f.newView(r, in), Back: home(in.Project)}, renamed(err, "asked", "asks"))
	}
	return web.Redirect(w, r, home(in.Project)+"/batch/"+out.Batch)
}

// renamed gives a fault's field the name that it has on the page.
func renamed(err error, from, to string) error {
	ft := fault.Of(err)
	for i := range ft.Fields {
		if ft.Fields[i].Name == from {
			ft.Fields[i].Name = to
		}
	}
	return ft
}

// batchOf reads the batch that an address names.
func (f *face) batchOf(r *http.Request) (SeeOut, error) {
	out, err := f.room.See(r.Context(), SeeIn{r.PathValue("batch")})
	if err == nil && out.Project != r.PathValue("project") {
		err = missing()
	}
	return out, err
}

// seeView is the page of one batch.
type seeView struct {
	SeeOut
	Here, Said string
	Rows       []page.Row
	Tables     []tableLine
}

type tableLine struct {
	Table, Filed int
	Missing      string
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	out, err := f.batchOf(r)
	if err != nil {
		return err
	}
	v := seeView{SeeOut: out, Here: home(out.Project) + "/batch/" + out.ID, Said: "/evidence/" + out.Project}
	row := func(key, value string) { v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value}) }
	row("paper.asks", strings.Join(out.Asked, " / "))
	row("paper.size", f.T(r, "paper.size_"+out.Size))
	var means []string
	for _, m := range out.Colours {
		means = append(means, f.means(r, m))
	}
	row("paper.colours", strings.Join(means, "; "))
	row("paper.source", out.Source)
	for t := 1; t <= out.Tables; t++ {
		l := tableLine{Table: t}
		for _, x := range out.Filled {
			if x.Table == t {
				l.Filed++
			}
		}
		for _, g := range out.Missing {
			if g.Table == t {
				l.Missing = ranges(g.Numbers)
			}
		}
		v.Tables = append(v.Tables, l)
	}
	return f.Show(w, r, "paper/batch", page.View{Title: out.Name, Body: v, Back: home(out.Project)})
}

// means is a colour and what it stands for: "yellow: lived experience".
func (f *face) means(r *http.Request, m Meaning) string {
	s := f.T(r, "paper.colour_"+m.Colour)
	switch {
	case m.Strand != "":
		s += ": " + f.T(r, "page.strand."+m.Strand)
	case m.Word != "":
		s += ": " + m.Word
	}
	return s
}

// ranges is numbers as people read them: "1 to 4, 7, 9".
func ranges(n []int) string {
	var out []string
	for i := 0; i < len(n); {
		j := i
		for j+1 < len(n) && n[j+1] == n[j]+1 {
			j++
		}
		switch {
		case j > i+1:
			out = append(out, strconv.Itoa(n[i])+" to "+strconv.Itoa(n[j]))
		default:
			for _, x := range n[i : j+1] {
				out = append(out, strconv.Itoa(x))
			}
		}
		i = j + 1
	}
	return strings.Join(out, ", ")
}

// printView is the cards, sheet by sheet.
type printView struct {
	Batch
	Class  string
	Sheets [][]cardView
	Cards  int
}

type cardView struct {
	Place
	Marks    [4]string // paths of the four corners
	Question string
	Long     bool
	Colour   string
	Means    string
	Rounds   bool
	Lines    []int
}

func (f *face) print(w http.ResponseWriter, r *http.Request) error {
	out, err := f.batchOf(r)
	if err != nil {
		return err
	}
	b := out.Batch
	v := printView{Batch: b, Class: "pl-papercard--" + b.Size, Cards: b.Count()}
	lines := map[string]int{"sheet": 13, "2": 5, "4": 7, "6": 4, "8": 3}[b.Size]
	per := perSheet(formatOf(b.Size))
	for _, p := range b.Places() {
		c := cardView{Place: p, Question: b.Question(p.Round), Colour: f.T(r, "paper.colour_"+p.Colour.Colour), Rounds: b.Rounds > 1, Lines: make([]int, lines)}
		c.Long = len([]rune(c.Question)) > 90
		if m := f.means(r, p.Colour); m != c.Colour {
			c.Means = strings.TrimPrefix(m, c.Colour+": ")
		}
		for k := range c.Marks {
			c.Marks[k] = corner.Draw(b.Code(p), k).Path()
		}
		if n := len(v.Sheets); n == 0 || len(v.Sheets[n-1]) == per {
			v.Sheets = append(v.Sheets, nil)
		}
		v.Sheets[len(v.Sheets)-1] = append(v.Sheets[len(v.Sheets)-1], c)
	}
	return f.Show(w, r, "paper/print", page.View{Title: f.T(r, "paper.print_title"), Body: v, Back: home(b.Project) + "/batch/" + b.ID})
}

// typeView is one card whose words are typed.
type typeView struct {
	Batch        Batch
	Where        string
	Contribution string
	Version      int64
	Words        string
	Given        []string
	Strands      []page.Option
	Picture      string
	Action, Key  string
	Skip         string
	Done         bool // none is left
	Left         int
}

// next is the first card from a place on that has no words yet.
func (f *face) next(r *http.Request, out SeeOut, from int) (v typeView, err error) {
	v = typeView{Batch: out.Batch, Done: true, Action: home(out.Project) + "/batch/" + out.ID + "/type", Key: r.FormValue("key")}
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		for i := max(from, 0); i < len(out.Filled); i++ {
			x := out.Filled[i]
			s, err := f.room.said.See(tx.Context(), tx, ref.Of("contribution", x.Contribution))
			if err != nil {
				return err
			}
			if s.Gone || strings.TrimSpace(s.Words) != "" {
				continue
			}
			p, _ := out.Card(x.Table, x.Number)
			v.Done, v.Where, v.Contribution, v.Version, v.Given = false, f.where(r, out.Batch, p), x.Contribution, s.Version, s.Strands
			v.Picture = "/evidence/" + out.Project + "/file/" + s.File
			v.Skip = v.Action + "?at=" + strconv.Itoa(i+1)
			v.Left = len(out.Filled) - i
			return nil
		}
		return nil
	})
	for _, s := range Strands() {
		v.Strands = append(v.Strands, page.Option{Value: s, Text: f.T(r, "page.strand."+s), Checked: slices.Contains(v.Given, s)})
	}
	return v, err
}

// where names a card on a page: "Table 2, round 1, yellow, card 5".
func (f *face) where(r *http.Request, b Batch, p Place) string {
	s := f.T(r, "paper.where_table", "Table", p.Table)
	if b.Rounds > 1 {
		s += ", " + f.T(r, "paper.where_round", "Round", p.Round)
	}
	if len(b.Colours) > 1 {
		s += ", " + f.T(r, "paper.colour_"+p.Colour.Colour)
	}
	return s + ", " + f.T(r, "paper.where_card", "Number", p.Number)
}

func (f *face) typeForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.batchOf(r)
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("at"))
	v, err := f.next(r, out, from)
	if err != nil {
		return err
	}
	return f.Show(w, r, "paper/type", page.View{Title: f.T(r, "paper.type_title"), Body: v, Notice: f.Done(r, "paper.done_", "typed"), Back: home(out.Project) + "/batch/" + out.ID})
}

func (f *face) typed(w http.ResponseWriter, r *http.Request) error {
	out, err := f.batchOf(r)
	if err != nil {
		return err
	}
	in := TypeIn{Batch: out.ID}
	if err = form.Read(r, &in); err == nil {
		in.Batch = out.ID
		_, err = plug.Run(r.Context(), f.desk, "paper.type", r.FormValue("key"), f.room.Type, in)
	}
	at := slices.IndexFunc(out.Filled, func(x Filled) bool { return x.Contribution == in.Contribution })
	if err != nil {
		v, e := f.next(r, out, at)
		if e != nil {
			return e
		}
		v.Words = in.Words
		return f.Again(w, r, "paper/type", page.View{Title: f.T(r, "paper.type_title"), Body: v, Back: home(out.Project) + "/batch/" + out.ID}, err)
	}
	return web.Redirect(w, r, home(out.Project)+"/batch/"+out.ID+"/type?done=typed&at="+strconv.Itoa(at+1))
}

// sitesOf reads the sites of a project by name.
func sitesOf(tx *db.Tx, programme, project string, now int64) ([]ref.Record, error) {
	return siteRecords(tx, programme, project, terms.Where("r", terms.Project, now))
}

package finding

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/text"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
)

// split is the strands of a stored form, one by one; none for an unknown one.
func split(strand string) []string {
	if strand == "" {
		return nil
	}
	return strings.Split(strand, "+")
}

// pickView is the braid: three strands side by side to pick from.
type pickView struct {
	Finding
	Sentence    string
	Columns     []pickColumn
	Find        string
	Stances     []page.Option
	Stance      tie.Stance
	Why         string
	Action, Key string
	Home        string
	Evidence    string
	ToSort      int64 // contributions whose strand is not known: they wait to be sorted
	Any         bool  // something can be picked
	Searched    bool
}

// pickColumn is one strand to pick from.
type pickColumn struct {
	Strand string
	Voices []pickLine
	Next   string
	First  string // back to the beginning of this strand
}

// pickLine is one contribution to tick.
type pickLine struct {
	Voice
	ID, Short string
	Long      bool
	Two       bool
	Ticked    bool
	Stance    tie.Stance // it is in the finding already
	Tag       string
	Quote     string // address of its excerpt page
}

// pickRows is how many contributions of a strand stand on one page.
const pickRows = 10

func (f *face) pickView(r *http.Request, in PickIn) (pickView, error) {
	q := r.URL.Query()
	v := pickView{Find: strings.TrimSpace(q.Get("find")), Stance: in.Stance, Why: in.Why, Key: r.FormValue("key"), Action: r.URL.RequestURI()}
	v.Searched = v.Find != ""
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		seen, err := f.seen(r.WithContext(ctx), SeeIn{Limit: 1})
		if err != nil {
			return err
		}
		v.Finding, v.Home, v.Sentence, v.Evidence = seen.Finding, seen.home(), f.sentence(r, seen.Says), "/evidence/"+seen.Project
		var all []string
		for _, s := range turned(seen.Project) {
			voices, next, err := f.room.words.Listed(ctx, tx, Query{Project: seen.Project, Strand: s, Find: v.Find, After: q.Get("after_" + s), Limit: pickRows})
			if err != nil {
				return err
			}
			c := pickColumn{Strand: s}
			for _, x := range voices {
				short := text.Excerpt(x.Words, shownWords)
				c.Voices = append(c.Voices, pickLine{Voice: x, Short: short, Long: short != x.Words, Two: len(split(x.Strand)) > 1,
					Quote: v.Home + "/quote/" + x.Ref.ID})
				all = append(all, x.Ref.ID)
			}
			c.Next, c.First = f.turn(r, "after_"+s, next), f.turn(r, "after_"+s, "")
			if next == "" {
				c.Next = ""
			}
			if q.Get("after_"+s) == "" {
				c.First = ""
			}
			v.Columns = append(v.Columns, c)
		}
		programme := who.From(ctx).Programme
		stances, err := picked(tx, programme, seen.Ref.ID, all)
		if err != nil {
			return err
		}
		v.tick(in.Contributions, stances)
		v.ToSort, err = unsorted(tx, programme, seen.Project, f.room.clock.Now())
		return err
	})
	for _, s := range Stances() {
		v.Stances = append(v.Stances, page.Option{Value: string(s), Text: f.T(r, "finding.stance_"+string(s)), Hint: f.T(r, "finding.stance_"+string(s)+"_hint")})
	}
	return v, err
}

// tick marks what is in the finding already, and what was ticked before a mistake.
func (v *pickView) tick(ticked []ref.Ref, stances map[string]tie.Stance) {
	for i := range v.Columns {
		c := &v.Columns[i]
		for j := range c.Voices {
			x := &c.Voices[j]
			x.ID, x.Stance, v.Any = c.Strand+"-"+strconv.Itoa(j), stances[x.Ref.ID], true
			x.Tag = viewed(Source{Stance: x.Stance}).Tag
			for _, t := range ticked {
				x.Ticked = x.Ticked || t == x.Ref
			}
		}
	}
}

// turn is this page's address with one value set, or taken away.
func (f *face) turn(r *http.Request, name, value string) string {
	q := url.Values{}
	for k, vals := range r.URL.Query() {
		if k != "done" && k != "n" && k != name {
			q[k] = vals
		}
	}
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return r.URL.Path
	}
	return r.URL.Path + "?" + q.Encode()
}

func (f *face) pickForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.pickView(r, PickIn{})
	if v.Searched && fault.Is(err, fault.Invalid) {
		// Nothing to look for in what was typed: all of it is shown, and why.
		view := page.View{Title: f.T(r, "finding.pick_title"), Back: v.Home, Errors: []page.Problem{{Field: "find", Text: f.T(r, "house.bad_value")}}}
		q := r.URL.Query()
		q.Del("find")
		r.URL.RawQuery = q.Encode()
		again, err := f.pickView(r, PickIn{})
		again.Find, view.Body = v.Find, again
		if err != nil {
			return err
		}
		return f.Show(w, r, "finding/pick", view)
	}
	if err != nil {
		return err
	}
	return f.Show(w, r, "finding/pick", page.View{Title: f.T(r, "finding.pick_title"), Body: v, Notice: f.notice(r, "written", "picked"), Back: v.Home})
}

func (f *face) pick(w http.ResponseWriter, r *http.Request) error {
	var in PickIn
	err := form.Read(r, &in)
	in.Finding, in.Quote, in.Excerpt = ref.Of(Kind, r.PathValue("id")), "", ""
	var out PickOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "finding.pick", r.FormValue("key"), f.room.Pick, in)
	}
	if err != nil {
		v, e := f.pickView(r, in)
		if e != nil {
			return e
		}
		return f.Again(w, r, "finding/pick", page.View{Title: f.T(r, "finding.pick_title"), Body: v, Back: v.Home}, err)
	}
	at := f.turn(r, "done", "picked")
	return web.Redirect(w, r, at+"&n="+strconv.Itoa(out.Picked))
}

// quoteView is the page on which an excerpt is taken from someone's words.
type quoteView struct {
	Voice
	Statement   string
	Marks       []markChoice
	Mark        string // address on which parts are marked
	Quote       string
	Stances     []page.Option
	Stance      tie.Stance
	Why         string
	Action, Key string
}

func (f *face) quoteView(r *http.Request, in PickIn) (quoteView, string, error) {
	seen, err := f.seen(r, SeeIn{Limit: 1})
	if err != nil {
		return quoteView{}, "", err
	}
	at := ref.Of(said, r.PathValue("contribution"))
	v := quoteView{Statement: seen.Statement, Mark: "/evidence/" + seen.Project + "/said/" + at.ID + "/mark", Quote: in.Quote, Stance: in.Stance, Why: in.Why, Action: r.URL.Path, Key: r.FormValue("key")}
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		voices, err := f.room.voices(ctx, tx, []ref.Ref{at})
		if err != nil {
			return err
		}
		voice, ok := voices[at]
		if !ok {
			return fault.New(fault.Missing, "house.missing")
		}
		v.Voice = voice
		marks, err := f.room.marksOf(ctx, tx, at)
		if err != nil {
			return err
		}
		v.choose(marks)
		stances, err := picked(tx, who.From(ctx).Programme, seen.Ref.ID, []string{at.ID})
		if s, ok := stances[at.ID]; ok && v.Stance == "" {
			v.Stance = s
		}
		return err
	})
	for _, s := range Stances() {
		v.Stances = append(v.Stances, page.Option{Value: string(s), Text: f.T(r, "finding.stance_"+string(s)), Hint: f.T(r, "finding.stance_"+string(s)+"_hint")})
	}
	return v, seen.home(), err
}

// markChoice is a marked part to choose with one press.
type markChoice struct {
	Mark
	Short string
}

// choose offers marked parts, as many as fit on a page.
func (v *quoteView) choose(marks []Mark) {
	for _, m := range marks {
		if m.Text != "" && len(v.Marks) < shownMarks {
			v.Marks = append(v.Marks, markChoice{m, text.Excerpt(m.Text, shownWords)})
		}
	}
}

// shownMarks is how many marked parts are offered at once.
const shownMarks = 50

func (f *face) quoteForm(w http.ResponseWriter, r *http.Request) error {
	v, home, err := f.quoteView(r, PickIn{})
	if err != nil {
		return err
	}
	v.Quote = v.Words
	return f.Show(w, r, "finding/quote", page.View{Title: f.T(r, "finding.quote_title"), Body: v, Back: home + "/pick"})
}

func (f *face) quote(w http.ResponseWriter, r *http.Request) error {
	var in PickIn
	err := form.Read(r, &in)
	in.Finding, in.Contributions = ref.Of(Kind, r.PathValue("id")), []ref.Ref{ref.Of(said, r.PathValue("contribution"))}
	if err == nil && strings.TrimSpace(in.Quote) == "" && in.Excerpt == "" {
		err = fault.Fielded("quote", "finding.need_quote")
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "finding.pick", r.FormValue("key"), f.room.Pick, in)
	}
	if err != nil {
		v, home, e := f.quoteView(r, in)
		if e != nil {
			return e
		}
		return f.Again(w, r, "finding/quote", page.View{Title: f.T(r, "finding.quote_title"), Body: v, Back: home + "/pick"}, err)
	}
	return web.Redirect(w, r, "/finding/"+r.PathValue("project")+"/of/"+in.Finding.ID+"?done=quoted")
}

// owingView is the list of what owes an answer, and the form that gives one.
type owingView struct {
	OwingOut
	Lines       []owedLine
	Project     string
	Fates       []page.Option
	Fate        string
	Reason      string
	Plainly     string
	Again       bool // one answer that was given is given anew
	Action, Key string
	More        page.Pages
	MayFate     bool
}

// Unknown counts those of the page of whom it is not known who said them.
func (v owingView) Unknown() (n int) {
	for _, x := range v.Lines {
		if x.Nobody {
			n++
		}
	}
	return n
}

// owedLine is one contribution that owes an answer.
type owedLine struct {
	Owed
	Short  string
	Ticked bool
}

func (f *face) owingView(r *http.Request, in FateIn) (owingView, error) {
	project, q := r.PathValue("project"), r.URL.Query()
	v := owingView{Project: project, Fate: in.Fate, Reason: in.Reason, Plainly: in.Plainly, Action: r.URL.RequestURI(), Key: r.FormValue("key")}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		v.MayFate = who.Can(ctx, tx, "finding.fate", ref.Of(ref.Project, project))
		if at, bad := ref.Parse(q.Get("sign")); bad == nil {
			return f.signAgain(ctx, tx, at, &in, &v)
		}
		v.OwingOut, err = f.room.Owing(ctx, OwingIn{Project: project, After: q.Get("after")})
		return err
	})
	for _, x := range v.Contributions {
		l := owedLine{Owed: x, Short: text.Excerpt(x.Words, shownWords)}
		for _, t := range in.Contributions {
			l.Ticked = l.Ticked || t == x.Ref
		}
		v.Lines = append(v.Lines, l)
	}
	for _, x := range Fates() {
		v.Fates = append(v.Fates, page.Option{Value: x, Text: f.T(r, "finding.fate_"+key(x))})
	}
	if v.Next != "" {
		v.More.Next = f.turn(r, "after", v.Next)
	}
	return v, err
}

// signAgain puts one contribution into the form with what was signed of it, to be said anew.
func (f *face) signAgain(ctx context.Context, tx *db.Tx, at ref.Ref, in *FateIn, v *owingView) error {
	rec, err := who.Record(ctx, tx, "finding.fate", at)
	if err != nil {
		return err
	}
	if rec.Kind != said || rec.Project != v.Project || !rec.Live(f.room.clock.Now()) {
		return fault.New(fault.Missing, "house.missing")
	}
	words, err := f.room.voices(ctx, tx, []ref.Ref{at})
	if err != nil {
		return err
	}
	signed, err := f.room.Signed(ctx, tx, rec.Programme, []ref.Ref{at})
	if err != nil {
		return err
	}
	x := words[at]
	v.Again, v.Contributions = true, []Owed{{at, rec.Strand, x.Words, x.Role, x.On, x.Source, x.Language, rec.Person == ""}}
	if s, ok := signed[at]; ok && in.Fate == "" {
		v.Fate, v.Reason, v.Plainly = s.Fate, s.Reason, s.Plainly
	}
	in.Contributions = []ref.Ref{at}
	return nil
}

func (f *face) owing(w http.ResponseWriter, r *http.Request) error {
	v, err := f.owingView(r, FateIn{})
	if err != nil {
		return err
	}
	return f.Show(w, r, "finding/owing", page.View{Title: f.T(r, "finding.owing_title"), Body: v, Notice: f.notice(r, "signed"), Back: "/finding/" + v.Project})
}

func (f *face) fate(w http.ResponseWriter, r *http.Request) error {
	var in FateIn
	err := form.Read(r, &in)
	if err == nil && len(in.Contributions) == 0 {
		err = fault.Fielded("contributions", "finding.need_contributions")
	}
	var out FateOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "finding.fate", r.FormValue("key"), f.room.Fate, in)
	}
	if err != nil {
		v, e := f.owingView(r, in)
		if e != nil {
			return e
		}
		return f.Again(w, r, "finding/owing", page.View{Title: f.T(r, "finding.owing_title"), Body: v, Back: "/finding/" + v.Project}, err)
	}
	return web.Redirect(w, r, "/finding/"+r.PathValue("project")+"/owing?done=signed&n="+strconv.Itoa(out.Signed))
}

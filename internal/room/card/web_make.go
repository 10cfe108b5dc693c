package card

import (
	"cmp"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/paper"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// makeView is the form that asks for cards.
type makeView struct {
	MakeIn
	Here      string
	Has       bool   // the person has a card that works
	From      string // where to go back to when they need no other
	FromWords bool   // From is the page of something they said
	Formats   []page.Option
	Tongues   []page.Option
}

func (f *face) makeView(r *http.Request, in MakeIn) makeView {
	v := makeView{MakeIn: in, Here: "/card/make/" + url.PathEscape(in.Project)}
	for _, x := range formats()[1:] {
		v.Formats = append(v.Formats, page.Option{Value: x, Text: f.T(r, "page.format."+x)})
	}
	for _, x := range f.Words.Languages() {
		v.Tongues = append(v.Tongues, page.Option{Value: x, Text: lang.Name(x)})
	}
	return v
}

func (f *face) makeForm(w http.ResponseWriter, r *http.Request) error {
	in := MakeIn{Project: r.PathValue("project"), Count: 10, Format: page.Standard, Language: page.ChromeFrom(r.Context()).Lang}
	if err := f.may(r, ref.Of(ref.Project, in.Project)); err != nil {
		return err
	}
	if at, err := ref.Parse(r.URL.Query().Get("person")); err == nil {
		in.Person = at
	}
	v, err := f.has(r, f.makeView(r, in))
	if err != nil {
		return err
	}
	return f.Show(w, r, "card/make", page.View{Title: f.T(r, "card.make_title"), Body: v, Back: "/project/" + url.PathEscape(in.Project)})
}

// has says whether the person has a card that works, and chooses first the look and the
// language that they asked for; what is not known of them, as their newest card has it.
func (f *face) has(r *http.Request, v makeView) (makeView, error) {
	if v.Person.None() {
		return v, nil
	}
	out, err := f.room.List(r.Context(), ListIn{v.Person})
	if err != nil {
		return v, err
	}
	v.Has = slices.ContainsFunc(out.Cards, func(c Card) bool { return c.State == Live })
	v.From = "/people/" + url.PathEscape(v.Person.ID)
	if at, err := ref.Parse(r.FormValue("from")); err == nil && at.Kind == "contribution" {
		v.From, v.FromWords = "/evidence/"+url.PathEscape(v.Project)+"/said/"+url.PathEscape(at.ID), true
	}
	if r.Method != http.MethodGet {
		return v, nil
	}
	look, language, err := f.likes(r, v.Person)
	if err != nil {
		return v, err
	}
	if len(out.Cards) > 0 {
		look = cmp.Or(look, out.Cards[0].Format)
		if language == "" || language == lang.Fallback { // everybody's, until they say another
			language = cmp.Or(out.Cards[0].Language, language)
		}
	}
	v.Format = cmp.Or(look, v.Format)
	if slices.Contains(f.Words.Languages(), language) {
		v.Language = language
	}
	return v, nil
}

// likes is the look and the language that a person asked for; "" for what is not known.
// It asks first whether a card may be made for them at all.
func (f *face) likes(r *http.Request, at ref.Ref) (look, language string, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		rec, err := who.Record(ctx, tx, "card.make", ref.Of(ref.Person, at.ID))
		if err != nil {
			return err
		}
		if err := mayFor(ctx, tx, rec); err != nil {
			return err
		}
		formats, tongue, err := f.room.people.OwnWishes(ctx, tx, rec.ID)
		if fault.Is(err, fault.Missing) {
			return nil // nothing is known of them
		}
		look, language = lookOf(formats), tongue
		return err
	})
	return look, language, err
}

// may asks for card.make before a form is shown.
func (f *face) may(r *http.Request, at ref.Ref) error {
	return f.room.db.Read(r.Context(), func(tx *db.Tx) error { return who.Must(tx.Context(), tx, "card.make", at) })
}

// madeView is the one page that shows codes: to be printed and cut.
type madeView struct {
	Cards   []madeCard
	Address string // where a code is typed
	Back    string
}

type madeCard struct {
	Code string       // in groups
	QR   template.URL // a picture as a data address; "" when the house's address cannot be one
}

func (f *face) make(w http.ResponseWriter, r *http.Request) error {
	var in MakeIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	var out MakeOut
	if err == nil {
		out, err = f.room.Make(r.Context(), in)
	}
	if err != nil {
		v, e := f.has(r, f.makeView(r, in))
		if e != nil {
			return e
		}
		v.Key = ""
		return f.Again(w, r, "card/make", page.View{Title: f.T(r, "card.make_title"), Body: v, Back: "/project/" + url.PathEscape(in.Project)}, err)
	}
	v := madeView{Address: f.base + "/card", Back: "/project/" + url.PathEscape(in.Project)}
	for _, c := range out.Cards {
		v.Cards = append(v.Cards, madeCard{Groups(c.Code), f.picture(c.Code, f.T(r, "card.qr_label"))})
	}
	return f.Show(w, r, "card/made", page.View{Title: f.T(r, "card.made_title"), Body: v, Back: v.Back})
}

// picture is the QR of a card's address. A house whose own address is no plain one has
// cards without it: the code can always be typed.
func (f *face) picture(code, label string) template.URL {
	qr, err := paper.QR(f.base+"/card/q/"+code, label)
	if err != nil {
		return ""
	}
	// The picture is drawn by paper from a code and an address of ours: nothing in it is typed by anyone.
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(qr.SVG))
}

// listView is a person's cards.
type listView struct {
	Here  string
	New   string // address of the form for a new one
	Cards []listRow
}

type listRow struct {
	ID, Made, State, Lock string
	Live                  bool
}

func (f *face) list(w http.ResponseWriter, r *http.Request) error {
	at := ref.Of(ref.Person, r.PathValue("person"))
	out, err := f.room.List(r.Context(), ListIn{at})
	if err != nil {
		return err
	}
	zone := ""
	if err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		zone, err = f.room.zones.Zone(tx, who.From(r.Context()).Programme)
		return err
	}); err != nil {
		return err
	}
	v := listView{Here: "/card/of/" + url.PathEscape(at.ID)}
	if out.Project != "" {
		v.New = "/card/make/" + url.PathEscape(out.Project) + "?person=" + url.QueryEscape(at.String())
	}
	for _, c := range out.Cards {
		row := listRow{ID: c.ID, Made: lang.Date(page.ChromeFrom(r.Context()).Lang, clock.DayOf(c.Made, zone)), State: f.T(r, "card.state_"+c.State), Live: c.State == Live}
		if c.Lock != NoLock {
			row.Lock = f.T(r, "card.locked_"+c.Lock)
		}
		v.Cards = append(v.Cards, row)
	}
	return f.Show(w, r, "card/list", page.View{Title: f.T(r, "card.list_title"), Body: v, Notice: f.Done(r, "card.done_", "stopped"), Back: "/people/" + url.PathEscape(at.ID)})
}

func (f *face) stop(w http.ResponseWriter, r *http.Request) error {
	var in StopIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.Person = ref.Of(ref.Person, r.PathValue("person"))
	if _, err := plug.Run(r.Context(), f.desk, "card.stop", r.FormValue("key"), f.room.Stop, in); err != nil {
		return err
	}
	return web.Redirect(w, r, "/card/of/"+url.PathEscape(in.Person.ID)+"?done=stopped")
}

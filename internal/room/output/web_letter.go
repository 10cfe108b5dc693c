package output

import (
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

func whole(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

// paperView is a letter as the template draws it.
type paperView struct {
	Paper
	Pictures map[string]template.HTML
	Script   []string // of an audio letter: its lines
}

func (r *Room) paperView(s Shown, format string) paperView {
	v := paperView{Paper: r.PaperOf(s, format), Pictures: map[string]template.HTML{}}
	for _, name := range partNames {
		v.Pictures[name] = template.HTML(svg(name)) // our own shapes: nothing of anybody's is in it
	}
	return v
}

// letterView is one letter as its reader will have it, and what may be done with it.
type letterView struct {
	Ref       ref.Ref
	Version   int64
	Here      string
	State     string
	Says      string // the state in a sentence
	Why       string
	Missing   string // address of the record that keeps it waiting
	Stale     bool
	Since     string // what changed since it was made
	Open      bool
	MayHold   bool
	MayGo     bool // may be released now
	Out       bool // released, not yet handed
	Files     bool // may be printed or written as a file
	HoldBy    bool // a person holds it back
	HoldIs    string
	ReleaseAt string
	Rows      []page.Row
	Formats   []page.Link
	Paper     paperView
	Key       string
}

func (f *face) letterView(r *http.Request, s Shown) (v letterView, err error) {
	ctx := r.Context()
	format := r.FormValue("as")
	if !slices.Contains(Formats(), format) {
		format = s.Format
	}
	tongue := page.ChromeFrom(ctx).Lang
	v = letterView{Ref: s.Ref, Version: s.Version, Here: "/output/" + s.Project + "/letter/" + s.Ref.ID, State: s.State, Says: f.T(r, "output.is_"+slug(s.State)),
		Why: f.why(r, s.Letter), Stale: s.Stale, Since: f.since(r, s.Since), Open: s.Open(), Paper: f.room.paperView(s, format), Key: r.FormValue("key"), HoldIs: s.HeldWhy, ReleaseAt: "/output/" + s.Project + "/release", Out: s.State == Released && s.Stopped == "",
		Files: s.goes(), HoldBy: s.HeldBy != ""}
	if s.Missing != "" && s.State == Waiting {
		v.Missing = "/thread/" + s.Missing
		if s.Why == "output.why_long" { // a sentence that was signed: said plainly where it is signed
			v.Missing = "/finding/" + s.Project + "/owing?sign=" + s.Missing
		}
	}
	v.Paper.Script = scriptLines(f.room, s, v.Paper)
	for _, x := range Formats() {
		v.Formats = append(v.Formats, page.Link{Href: v.Here + "?as=" + x, Text: f.T(r, "output.format_"+x), Current: x == format})
	}
	add := func(key, value string) {
		if value != "" {
			v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value})
		}
	}
	add("output.row_for", s.Name)
	add("output.row_format", f.T(r, "output.format_"+s.Format))
	if s.How != "" {
		add("output.row_how", f.T(r, "output.how_"+s.How))
	}
	add("output.row_address", s.Address)
	add("output.row_made", lang.DateTime(tongue, s.MadeAt, clock.Zone(s.zone)))
	err = f.room.db.Read(ctx, func(tx *db.Tx) error {
		at := ref.Of(ref.Project, s.Project)
		v.MayHold = s.Open() && who.Can(ctx, tx, "output.make", at)
		may := who.Can(ctx, tx, "output.release", at)
		v.MayGo, v.Out = may && s.Open() && s.goes(), may && v.Out
		if s.ReleasedAt == 0 {
			return nil
		}
		when := lang.DateTime(tongue, s.ReleasedAt, clock.Zone(s.zone))
		if f.room.names != nil {
			name, err := f.room.names.Actor(ctx, tx, s.ReleasedBy)
			if err != nil {
				return err
			}
			if name != "" {
				when = name + ", " + when
			}
		}
		add("output.row_released", when)
		return nil
	})
	add("output.row_handed", lang.Date(tongue, s.HandedOn))
	return v, err
}

// shown reads the letter of the address; one of another project is missing.
func (f *face) shown(r *http.Request) (Shown, error) {
	out, err := f.room.See(r.Context(), SeeIn{ref.Of(Kind, r.PathValue("id"))})
	if err == nil && out.Project != r.PathValue("project") {
		return Shown{}, fault.New(fault.Missing, "house.missing")
	}
	return out.Shown, err
}

func (f *face) letter(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	s, err := f.shown(r)
	if err != nil {
		return err
	}
	if as := r.FormValue("as"); as == "docx" || as == "text" {
		if !s.goes() {
			return fault.New(fault.Conflict, "output.no_file").With("output.no_file_do")
		}
		return f.send(w, r, s, as)
	}
	v, err := f.letterView(r, s)
	if err != nil {
		return err
	}
	return f.Show(w, r, "output/letter", page.View{Title: f.T(r, "output.one_title"), Body: v, Back: "/output/" + s.Project + "/letters"})
}

// send gives a letter as a file.
func (f *face) send(w http.ResponseWriter, r *http.Request, s Shown, as string) error {
	format := s.Format
	if as == "text" {
		format = Audio
	}
	file, err := f.room.file(r.Context(), s, format, as)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Disposition", `attachment; filename="`+file.Name+`"`)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if as == "docx" {
		h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
	}
	_, err = w.Write(file.Content)
	return err
}

// again shows a letter's page once more with what is wrong.
func (f *face) again(w http.ResponseWriter, r *http.Request, err error) error {
	s, e := f.shown(r)
	if e != nil {
		return errors.Join(err, e)
	}
	v, e := f.letterView(r, s)
	if e != nil {
		return errors.Join(err, e)
	}
	v.HoldIs = r.FormValue("why")
	return f.Again(w, r, "output/letter", page.View{Title: f.T(r, "output.one_title"), Body: v, Back: "/output/" + s.Project + "/letters"}, err)
}

func (f *face) hold(w http.ResponseWriter, r *http.Request) error {
	var in HoldIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	if _, missing := f.shown(r); missing != nil {
		return missing
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "output.hold", r.FormValue("key"), f.room.Hold, in)
	}
	if err != nil {
		return f.again(w, r, err)
	}
	done := "held"
	if in.Lift {
		done = "lifted"
	}
	return web.Redirect(w, r, "/output/"+r.PathValue("project")+"/letters?done="+done)
}

func (f *face) handed(w http.ResponseWriter, r *http.Request) error {
	var in HandedIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	if _, missing := f.shown(r); missing != nil {
		return missing
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "output.handed", r.FormValue("key"), f.room.Handed, in)
	}
	if err != nil {
		return f.again(w, r, err)
	}
	return web.Redirect(w, r, "/output/"+r.PathValue("project")+"/letters?done=handed")
}

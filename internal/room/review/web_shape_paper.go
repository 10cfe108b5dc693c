package review

import (
	"net/http"
	"strconv"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/text"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"

	"plait/internal/kit/db"
	"plait/internal/spine/who"
)

// guideView is the topic guide, to be read, printed and taken along.
type guideView struct {
	SeeGuideOut
	Here    string
	Key     string
	MayRun  bool
	Lasts   string
	Rows    []guideRow
	Lengths []page.Link // proposals of other lengths
	More    []markedLine
	Now     *Guide // as it stands, when somebody else was first
}

// guideRow is one line with its minutes in words.
type guideRow struct {
	GuideLine
	N     int
	Lasts string
	Typed string // minutes as typed
}

// sayHere gives words in the reader's language.
func (f *face) sayHere(r *http.Request) sayer {
	return func(key string, args ...any) string { return f.T(r, key, args...) }
}

// paperHead reads the review of a paper, and whether the reader may change it.
func (f *face) paperHead(r *http.Request) (now Review, may bool, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		now, err = f.room.See(tx.Context(), SeeIn{Ref: at(r)})
		may = err == nil && who.Can(tx.Context(), tx, "review.run", now.Ref)
		return err
	})
	return now, may, err
}

func (f *face) guideView(r *http.Request) (v guideView, now Review, err error) {
	if now, v.MayRun, err = f.paperHead(r); err != nil {
		return v, now, err
	}
	minutes, _ := strconv.ParseInt(r.URL.Query().Get("minutes"), 10, 64) // anything else is what is kept
	v.Here = reportAddress(now)
	v.SeeGuideOut, err = f.room.seeGuide(r.Context(), SeeGuideIn{Ref: now.Ref, Minutes: minutes}, f.sayHere(r))
	f.layGuide(r, &v)
	return v, now, err
}

func (f *face) layGuide(r *http.Request, v *guideView) {
	v.Lasts, v.Rows = f.T(r, "review.shape_guide_minutes", "Count", v.Guide.Minutes()), nil
	for i, l := range v.Lines {
		v.Rows = append(v.Rows, guideRow{l, i + 1, f.T(r, "review.shape_guide_minutes", "Count", l.Minutes), strconv.FormatInt(l.Minutes, 10)})
	}
}

func (f *face) guide(w http.ResponseWriter, r *http.Request) error {
	v, now, err := f.guideView(r)
	if err != nil {
		return err
	}
	if as := r.URL.Query().Get("as"); as != "" {
		return f.sendPaper(w, r, as, now.Title, "review.shape_guide_title", v.Guide)
	}
	return f.Show(w, r, "review/report_guide", page.View{Title: f.T(r, "review.shape_guide_title"), Notice: f.Done(r, "review.shape_done_", "kept"), Body: v, Back: now.Here()})
}

func (f *face) guideForm(w http.ResponseWriter, r *http.Request) error {
	v, now, err := f.guideView(r)
	if err != nil {
		return err
	}
	if err := f.more(r, &v, now); err != nil {
		return err
	}
	return f.Show(w, r, "review/report_guide_edit", page.View{Title: f.T(r, "review.shape_guide_edit"), Body: v, Back: v.Here + "/guide"})
}

// more lays out what a form has besides the lines: empty ones, other lengths, and what was
// marked and is not in it.
func (f *face) more(r *http.Request, v *guideView, now Review) error {
	for range 2 {
		if len(v.Rows) < MaxGuideLines {
			v.Rows = append(v.Rows, guideRow{N: len(v.Rows) + 1})
		}
	}
	for _, n := range []int64{30, 45, 60, 90, 120} {
		v.Lengths = append(v.Lengths, page.Link{Href: v.Here + "/guide/edit?minutes=" + strconv.FormatInt(n, 10), Text: f.T(r, "review.shape_guide_minutes", "Count", n)})
	}
	out, err := f.room.Passages(r.Context(), PassagesIn{Ref: now.Ref})
	var all strings.Builder
	for _, l := range v.Rows {
		all.WriteString(l.Words + "\n")
	}
	for _, m := range out.Passages {
		if !strings.Contains(all.String(), m.Says()) && len(v.More) < 100 {
			v.More = append(v.More, f.markedLine(r, m, now))
		}
	}
	return err
}

func (f *face) keepGuide(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	in := GuideIn{Ref: at(r), Guide: Guide{Title: r.FormValue("title")}}
	in.Version, _ = strconv.ParseInt(r.FormValue("version"), 10, 64) // anything else is a conflict
	words, minutes := r.Form["words"], r.Form["minutes"]
	for i := range min(len(words), len(minutes), MaxGuideLines+2) {
		s, err := text.Clean(words[i])
		if err != nil {
			return err
		}
		n, _ := strconv.ParseInt(strings.TrimSpace(minutes[i]), 10, 64) // 0 is refused
		in.Lines = append(in.Lines, GuideLine{n, s})
	}
	_, err := plug.Run(r.Context(), f.desk, "review.guide", r.FormValue("key"), f.room.Guide, in)
	if err == nil {
		return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/edit")+"?done=kept")
	}
	v, now, missing := f.guideView(r)
	if missing != nil {
		return missing
	}
	kept := v.Version
	if v.Key = r.FormValue("key"); fault.Is(err, fault.Conflict) {
		was := v.Guide
		v.Now, v.Key = &was, ""
	} else {
		kept = in.Version
	}
	v.SeeGuideOut = SeeGuideOut{in.Guide, kept}
	f.layGuide(r, &v)
	for i := range v.Rows {
		v.Rows[i].Typed = minutes[i]
	}
	if e := f.more(r, &v, now); e != nil {
		return e
	}
	return f.Again(w, r, "review/report_guide_edit", page.View{Title: f.T(r, "review.shape_guide_edit"), Body: v, Back: v.Here + "/guide"}, err)
}

// draftView is the one-page draft.
type draftView struct {
	SeeDraftOut
	Here     string
	Key      string
	MayRun   bool
	Sections []paperSection
	SaysText string // one a line
	GapsText string
	WhoText  string
	Over     int64 // words that are too many
	Now      *Draft
}

func (f *face) draftView(r *http.Request) (v draftView, now Review, err error) {
	if now, v.MayRun, err = f.paperHead(r); err != nil {
		return v, now, err
	}
	v.Here = reportAddress(now)
	v.SeeDraftOut, err = f.room.seeDraft(r.Context(), SeeDraftIn{Ref: now.Ref, Anew: r.URL.Query().Get("anew") != ""}, f.sayHere(r))
	f.layDraft(r, &v)
	return v, now, err
}

func (f *face) layDraft(r *http.Request, v *draftView) {
	v.Sections, v.Over = v.sections(f.sayHere(r)), v.TooMany()
	v.SaysText, v.GapsText, v.WhoText = strings.Join(v.Says, "\n"), strings.Join(v.Gaps, "\n"), strings.Join(v.Who, "\n")
}

func (f *face) draft(w http.ResponseWriter, r *http.Request) error {
	v, now, err := f.draftView(r)
	if err != nil {
		return err
	}
	if as := r.URL.Query().Get("as"); as != "" {
		return f.sendPaper(w, r, as, now.Title, "review.shape_draft_title", v.Draft)
	}
	return f.Show(w, r, "review/report_draft", page.View{Title: f.T(r, "review.shape_draft_title"), Notice: f.Done(r, "review.shape_done_", "kept"), Body: v, Back: now.Here()})
}

func (f *face) draftForm(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.draftView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/report_draft_edit", page.View{Title: f.T(r, "review.shape_draft_edit"), Body: v, Back: v.Here + "/draft"})
}

func (f *face) keepDraft(w http.ResponseWriter, r *http.Request) error {
	var in DraftIn
	err := form.Read(r, &in)
	in.Ref = at(r)
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.draft", r.FormValue("key"), f.room.Draft, in)
	}
	if err == nil {
		return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/edit")+"?done=kept")
	}
	v, _, missing := f.draftView(r)
	if missing != nil {
		return missing
	}
	kept := v.Version
	if v.Key = r.FormValue("key"); fault.Is(err, fault.Conflict) {
		was := v.Draft
		v.Now, v.Key = &was, ""
	} else {
		kept = in.Version
	}
	v.SeeDraftOut = SeeDraftOut{in.Draft, kept, in.Draft.Fits()}
	f.layDraft(r, &v)
	return f.Again(w, r, "review/report_draft_edit", page.View{Title: f.T(r, "review.shape_draft_edit"), Body: v, Back: v.Here + "/draft"}, err)
}

// filed is a paper that can be a file.
type filed interface {
	text(say sayer) string
	document(say sayer, language string, now int64) ([]byte, error)
}

// sendPaper gives a paper as a Word file or as text.
func (f *face) sendPaper(w http.ResponseWriter, r *http.Request, as, about, title string, p filed) error {
	say := f.sayHere(r)
	body, media, end := []byte(p.text(say)), "text/plain; charset=utf-8", ".txt"
	switch as {
	case "text":
	case "docx":
		var err error
		language := page.ChromeFrom(r.Context()).Lang
		if language == "" || language == "en" {
			language = "en-GB"
		}
		if body, err = p.document(say, language, f.room.clock.Now()); err != nil {
			return err
		}
		media, end = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"
	default:
		return notThere()
	}
	name := strings.Trim(strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return '-'
	}, text.Fold(say(title)+" "+text.Excerpt(about, 40))), "-")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+end+`"`)
	w.Header().Set("Content-Type", media)
	_, err := w.Write(body)
	return err
}

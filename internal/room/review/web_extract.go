package review

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/text"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// extractsView is the list of included records with what was taken out of each.
type extractsView struct {
	Review
	Out    ExtractsOut
	Lines  []takingLine
	More   page.Pages
	MayRun bool
}

// takingLine is one record of the list.
type takingLine struct {
	Taking
	Href, Says string
}

func (f *face) extracts(w http.ResponseWriter, r *http.Request) error {
	var v extractsView
	after := whole64(r.URL.Query().Get("after"))
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.Review, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		v.Out, err = f.room.Extracts(ctx, ExtractsIn{Review: v.Review.Ref, After: after})
		v.MayRun = who.Can(ctx, tx, "review.run", v.Review.Ref)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range v.Out.Records {
		v.Lines = append(v.Lines, takingLine{t, v.Here() + "/extract/" + strconv.FormatInt(t.N, 10), t.says()})
	}
	if v.Out.Next > 0 {
		v.More.Next = v.Here() + "/extract?after=" + strconv.FormatInt(v.Out.Next, 10)
	}
	if after > 0 {
		v.More.Prev = v.Here() + "/extract"
	}
	return f.Show(w, r, "review/extracts", page.View{Title: f.T(r, "review.ex_step_extract"), Body: v, Back: v.Here()})
}

// whole64 is a whole number of an address or a form; anything else is 0.
func whole64(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// extractView is the page of one included record: its text, and the form beside it.
type extractView struct {
	Review
	Of         Record
	Home       string // its own address
	Cited      string
	Link       string
	Text       textView
	Fields     []fieldView
	Appraise   int // the place in Fields at which those about how far it can be relied on begin; -1 = none
	Apart      []apartView
	Sayings    []sayingOn // the statements that the record bears on
	Statements []page.Option
	Stances    []page.Option
	Key        string
	MayScreen  bool
	MayRun     bool
	Next       string
}

// fieldView is one question of the form, with what was answered.
type fieldView struct {
	FormField
	Says    string // its label in words
	Helps   string
	Options []page.Option
	Words   string // the actor's own answer
	Quote   string
	In      string
	Start   int
	Place   string // where its place opens; "" = it has none
	Others  []answerView
}

// answerView is an answer of somebody else, or the settled one.
type answerView struct {
	By, Words, Place string
	At               int64
	Settled          bool
}

// apartView is a question on which people wrote different things.
type apartView struct {
	ID, Says string
	Answers  []answerView
}

func (f *face) extract(w http.ResponseWriter, r *http.Request) error {
	return f.showExtract(w, r, nil, nil)
}

// showExtract shows a record with its form; sent is what was typed, with what is wrong.
func (f *face) showExtract(w http.ResponseWriter, r *http.Request, sent []AnswerIn, wrong error) error {
	v := extractView{Key: r.FormValue("key"), Appraise: -1}
	n := whole64(r.PathValue("n"))
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		of, programme, err := f.room.open(ctx, tx, "review.see", at(r))
		if err != nil {
			return err
		}
		v.Review = of
		v.Home = of.Here() + "/extract/" + strconv.FormatInt(n, 10)
		v.MayScreen, v.MayRun = who.Can(ctx, tx, "review.screen", of.Ref), who.Can(ctx, tx, "review.run", of.Ref)
		x, t, err := f.room.readable(tx, programme, of.Ref.ID, n)
		if err != nil {
			return err
		}
		v.Of = x
		_, full, err := textsOf(tx, programme, of.Ref.ID, x)
		if err != nil {
			return err
		}
		_, found, err := citations(tx, programme, of.Ref.ID, among([]int64{n}), 0, 1)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			v.Cited, v.Link = cite.Reference(cite.Harvard, found[0]), linkOf(found[0])
		}
		fields, err := fieldsOf(tx, programme, of.Ref.ID)
		if err != nil {
			return err
		}
		all, err := answersOf(tx, programme, of.Ref.ID, n)
		if err != nil {
			return err
		}
		if err := f.fillFields(r.WithContext(ctx), tx, &v, fields, all[n]); err != nil {
			return err
		}
		f.fillText(r, &v, t, full, fields, all[n])
		if v.Sayings, err = sayingsOn(tx, programme, of.Ref.ID, n); err != nil {
			return err
		}
		if err := f.fillStatements(r, tx, programme, &v); err != nil {
			return err
		}
		return f.beside(tx, programme, &v)
	})
	if err != nil {
		return err
	}
	for i, a := range sent {
		if j := slices.IndexFunc(v.Fields, func(x fieldView) bool { return x.ID == a.Field }); j >= 0 {
			v.Fields[j].Words, v.Fields[j].Quote, v.Fields[j].In, v.Fields[j].Start = sent[i].Words, a.Quote, a.Text, a.Start
		}
	}
	p := page.View{Title: v.Of.Title, Body: v, Notice: f.Done(r, "review.ex_done_", "taken", "agreed", "reading", "borne"), Back: v.Here() + "/extract", Scripts: []string{"review-extract.js"}}
	if wrong != nil {
		p.Notice = ""
		return f.Again(w, r, "review/extract", p, wrong)
	}
	return f.Show(w, r, "review/extract", p)
}

// beside finds the included records before and after one.
func (f *face) beside(tx *db.Tx, programme string, v *extractView) error {
	some, err := records(tx, programme, v.Review.Ref.ID, included(), v.Of.N, 1)
	if err != nil {
		return err
	}
	if len(some) > 0 {
		v.Next = v.Here() + "/extract/" + strconv.FormatInt(some[0].N, 10)
	}
	return nil
}

// fillStatements puts the statements to choose from into the page, for those who may.
func (f *face) fillStatements(r *http.Request, tx *db.Tx, programme string, v *extractView) error {
	if !v.MayRun {
		return nil
	}
	all, err := statementsOf(tx, programme, v.Review.Ref.ID)
	for _, s := range all {
		if s.State == Stands {
			v.Statements = append(v.Statements, page.Option{Value: s.Ref.ID, Text: text.Excerpt(s.Words, 90)})
		}
	}
	for _, s := range Stances() {
		v.Stances = append(v.Stances, page.Option{Value: s, Text: f.T(r, "review.ex_stance_"+s)})
	}
	return err
}

// bearFrom says from a record's page how it bears on a statement.
func (f *face) bearFrom(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	n := whole64(r.PathValue("n"))
	in := SupportIn{Ref: ref.Of(Statement, r.FormValue("statement")), N: n, Stance: r.FormValue("stance"), Note: r.FormValue("note")}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		s, _, err := f.room.openStatement(tx.Context(), tx, "review.run", in.Ref)
		if err == nil && s.Review != r.PathValue("id") {
			err = fault.New(fault.Missing, "house.missing")
		}
		return err
	})
	if err == nil && in.Stance == "" {
		err = fault.Fielded("stance", "house.bad_choice")
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.support", r.FormValue("key"), f.room.Support, in)
	}
	if err != nil {
		return f.showExtract(w, r, nil, err)
	}
	return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/support")+"?done=borne")
}

// linkOf is where a reference can be read; "" = not said.
func linkOf(x cite.Record) string {
	switch {
	case x.DOI != "":
		return "https://doi.org/" + (&url.URL{Path: x.DOI}).EscapedPath()
	case len(x.URLs) > 0:
		return x.URLs[0]
	case x.PMID != "":
		return "https://pubmed.ncbi.nlm.nih.gov/" + url.PathEscape(x.PMID) + "/"
	}
	return ""
}

// fieldLabel is what a question is called.
func (f *face) fieldLabel(r *http.Request, x FormField) (label, hint string) {
	label, hint = x.Label, x.Hint
	if label == "" {
		label = f.T(r, "review.ex_field_"+x.ID)
	}
	if hint == "" && x.Label == "" {
		hint = f.T(r, "review.ex_field_"+x.ID+"_hint")
	}
	return label, hint
}

// fillFields puts the form and the answers into the page.
func (f *face) fillFields(r *http.Request, tx *db.Tx, v *extractView, fields []FormField, all []Answer) error {
	me := writer(tx)
	by := map[string]string{}
	for _, a := range all {
		if _, had := by[a.Author]; !had {
			name, err := f.room.reviewer(r.Context(), tx, a.Author)
			if err != nil {
				return err
			}
			by[a.Author] = name
		}
	}
	for _, part := range []string{Taken, Judged} {
		for _, x := range fields {
			if x.Gone || x.Part != part {
				continue
			}
			if part == Judged && v.Appraise < 0 {
				v.Appraise = len(v.Fields)
			}
			q := fieldView{FormField: x}
			q.Says, q.Helps = f.fieldLabel(r, x)
			for _, a := range all {
				if a.Field != x.ID {
					continue
				}
				p, ok := readPlace(a.Place)
				open := ""
				if ok {
					open = v.Home + "?" + url.Values{"at": {a.Field}, "by": {a.Actor}}.Encode() + "#place"
				}
				if a.Actor == me {
					q.Words, q.Quote, q.In, q.Start, q.Place = a.Words, p.Quote, p.In, p.Start, open
					continue
				}
				q.Others = append(q.Others, answerView{by[a.Author], a.Words, open, a.At, a.Actor == Agreed})
			}
			if len(x.Choices) > 0 {
				q.Options = append(q.Options, page.Option{Text: f.T(r, "review.ex_not_said")})
				for _, c := range x.Choices {
					q.Options = append(q.Options, page.Option{Value: c, Text: c})
				}
			}
			if _, differ := settledAnswer(all, x.ID); differ {
				d := apartView{ID: x.ID, Says: q.Says, Answers: slices.Clone(q.Others)}
				if q.Words != "" {
					d.Answers = append(d.Answers, answerView{By: f.T(r, "review.ex_you"), Words: q.Words})
				}
				v.Apart = append(v.Apart, d)
			}
			v.Fields = append(v.Fields, q)
		}
	}
	return nil
}

// saveExtract stores the actor's own answers.
func (f *face) saveExtract(w http.ResponseWriter, r *http.Request) error {
	in := ExtractIn{Review: at(r), N: whole64(r.PathValue("n"))}
	if err := form.Parse(r); err != nil {
		return err
	}
	out, err := f.room.Fields(r.Context(), FieldsIn{Review: in.Review})
	if err != nil {
		return err
	}
	for _, x := range out.Fields {
		if !r.Form.Has("f-" + x.ID) {
			continue
		}
		in.Answers = append(in.Answers, AnswerIn{Field: x.ID, Words: r.FormValue("f-" + x.ID), Quote: r.FormValue("quote-" + x.ID), Text: r.FormValue("in-" + x.ID),
			Start: int(whole64(r.FormValue("start-" + x.ID)))})
	}
	if _, err := plug.Run(r.Context(), f.desk, "review.extract", r.FormValue("key"), f.room.Extract, in); err != nil {
		return f.showExtract(w, r, in.Answers, err)
	}
	return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/")+"?done=taken")
}

// agreeOn settles a question on which people wrote different things.
func (f *face) agreeOn(w http.ResponseWriter, r *http.Request) error {
	var a AnswerIn
	if err := form.Read(r, &a); err != nil {
		return err
	}
	in := ExtractIn{Review: at(r), N: whole64(r.PathValue("n")), Agreed: true, AnswerIn: a}
	if own := r.FormValue("own"); strings.TrimSpace(own) != "" {
		in.Words = own
	}
	if strings.TrimSpace(in.Words) == "" {
		return f.showExtract(w, r, nil, fault.Fielded("agree-"+a.Field, "review.ex_need_answer"))
	}
	if _, err := plug.Run(r.Context(), f.desk, "review.extract", r.FormValue("key"), f.room.Extract, in); err != nil {
		return err
	}
	return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/agree")+"?done=agreed")
}

// askText has the whole text of a record read.
func (f *face) askText(w http.ResponseWriter, r *http.Request) error {
	in := ReadTextIn{Review: at(r), N: whole64(r.PathValue("n"))}
	if _, err := plug.Run(r.Context(), f.desk, "review.read-text", r.FormValue("key"), f.room.ReadText, in); err != nil {
		return err
	}
	return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/text")+"?in=whole&done=reading")
}

package review

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"plait/internal/engine/dedupe"
	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// piece is a piece of a text; Only says that the other record does not have it.
type piece struct {
	Text string
	Only bool
}

// fieldPair is one field of two records side by side.
type fieldPair struct {
	Name, State string  // ends of message keys: title, authors ...; same, near, differs, one
	A, B        []piece // B is empty of what is the same
}

// copiesView is the page that asks about two records.
type copiesView struct {
	AsksOut
	Here     string
	MayRun   bool
	Fields   []fieldPair
	Progress string
	Total    int64
	Why      string // the program asks
	Undo     *Pair  // what was answered just now
}

// whyAsked says how the fields of a pair agree, and what else makes the program ask. It is
// told by the marks that are shown below it: what the two were judged by is more forgiving.
func whyAsked(t func(key string, args ...any) string, fields []fieldPair, p Pair) string {
	var out []string
	for _, state := range []string{dedupe.MarkSame, dedupe.MarkNear, dedupe.MarkDiffers, dedupe.MarkOne} {
		var names []string
		for _, f := range fields {
			if f.State == state {
				names = append(names, t("review.why_field_"+f.Name))
			}
		}
		if len(names) > 0 {
			out = append(out, t("review.why_is_"+state, "Fields", strings.Join(names, ", ")))
		}
	}
	// That a field differs was said; that the titles are like those of many works was not.
	if _, note, ok := dedupe.Reason(p.Reason).Parts(); ok && note != "" && note != "everything" && !slices.Contains(plainNotes(), note) {
		out = append(out, t("review.why_note_"+note))
	}
	return strings.Join(out, " ")
}

// plainNotes is the notes of a reason that only say of a field that it differs.
func plainNotes() []string {
	return []string{"authors", "pages", "volume", "issue", "year", "abstract", "journal", "numbers", "title_word"}
}

// why is the reason of a pair in the reader's words.
func (f *face) why(r *http.Request, p Pair) string {
	return reasonWords(func(key string, args ...any) string { return f.T(r, key, args...) }, p.Reason)
}

// cutAt cuts a text at the marks.
func cutAt(s string, only [][2]int) []piece {
	var out []piece
	at := 0
	for _, m := range only {
		if m[0] < at || m[1] > len(s) || m[1] <= m[0] {
			continue
		}
		if m[0] > at {
			out = append(out, piece{Text: s[at:m[0]]})
		}
		out, at = append(out, piece{s[m[0]:m[1]], true}), m[1]
	}
	if at < len(s) {
		out = append(out, piece{Text: s[at:]})
	}
	return out
}

// sideBySide is one field of two records.
func sideBySide(a, b dedupe.Record, m dedupe.Mark) fieldPair {
	left, right := fieldText(a, m.Field), fieldText(b, m.Field)
	if m.State == dedupe.MarkSame {
		return fieldPair{Name: m.Field, State: m.State, A: cutAt(left, nil)}
	}
	return fieldPair{Name: m.Field, State: m.State, A: cutAt(left, m.OnlyA), B: cutAt(right, m.OnlyB)}
}

// fieldText is the text of a field to which the marks belong.
func fieldText(r dedupe.Record, field string) string {
	switch field {
	case "title":
		return r.Title
	case "authors":
		return joinedNames(r.Authors)
	case "year":
		if r.Year > 0 {
			return strconv.Itoa(r.Year)
		}
		return ""
	case "journal":
		return r.Journal
	case "volume":
		return r.Volume
	case "issue":
		return r.Issue
	case "pages":
		return r.Pages
	case "doi":
		return r.DOI
	case "pmid":
		return r.PMID
	}
	return r.Abstract
}

func (f *face) copiesAsk(w http.ResponseWriter, r *http.Request) error {
	v := copiesView{}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		now, programme, err := f.room.open(tx.Context(), tx, "review.see", at(r))
		if err != nil {
			return err
		}
		v.Here = now.Here()
		v.MayRun = who.Can(tx.Context(), tx, "review.run", now.Ref)
		if v.AsksOut, err = f.room.Asks(tx.Context(), AsksIn{at(r)}); err != nil {
			return err
		}
		q := r.URL.Query()
		a, _ := strconv.ParseInt(q.Get("a"), 10, 64) // none where it is no number
		b, _ := strconv.ParseInt(q.Get("b"), 10, 64)
		if p, ok, err := pairOf(tx, programme, now.Ref.ID, a, b); err != nil {
			return err
		} else if ok && p.AnsweredAt > 0 {
			v.Undo = &p
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range v.Marks {
		p := sideBySide(v.left, v.right, m)
		if len(p.A)+len(p.B) > 0 {
			v.Fields = append(v.Fields, p)
		}
	}
	if v.Pair != nil {
		v.Why = whyAsked(func(key string, args ...any) string { return f.T(r, key, args...) }, v.Fields, *v.Pair)
	}
	v.Progress = f.T(r, "review.rec_copies_"+v.State, "Done", v.AsksOut.Done, "Total", v.AsksOut.Total)
	v.Total = max(v.AsksOut.Total, 1)
	view := page.View{Title: f.T(r, "review.rec_copies_title"), Body: v, Back: v.Here, Scripts: []string{"review-copies.js"}, Notice: f.Done(r, "review.rec_done_", "answered", "taken_back", "looking")}
	if v.State != copiesIdle && v.Pair == nil {
		view.Scripts = append(view.Scripts, "review-records-wait.js")
	}
	return f.Show(w, r, "review/copies", view)
}

// copiesDo runs a verb about pairs from a form, and goes where next says.
func copiesDo[In any](f *face, w http.ResponseWriter, r *http.Request, in *In, set func(now Review, in *In) (next func(AnswerCopyOut) string),
	do func(in In) (AnswerCopyOut, error)) error {
	now, err := f.found(r, "review.run")
	if err != nil {
		return err
	}
	if err := form.Read(r, in); err != nil {
		return err
	}
	next := set(now, in)
	out, err := do(*in)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, next(out))
}

func (f *face) copiesAnswer(w http.ResponseWriter, r *http.Request) error {
	var in AnswerCopyIn
	return copiesDo(f, w, r, &in, func(now Review, in *AnswerCopyIn) func(AnswerCopyOut) string {
		in.Ref = now.Ref
		return func(AnswerCopyOut) string {
			return now.Here() + "/copies?done=answered&a=" + strconv.FormatInt(in.A, 10) + "&b=" + strconv.FormatInt(in.B, 10)
		}
	}, func(in AnswerCopyIn) (AnswerCopyOut, error) {
		return plug.Run(r.Context(), f.desk, "review.answer-copy", r.FormValue("key"), f.room.AnswerCopy, in)
	})
}

func (f *face) copiesUndo(w http.ResponseWriter, r *http.Request) error {
	var in UnanswerCopyIn
	return copiesDo(f, w, r, &in, func(now Review, in *UnanswerCopyIn) func(AnswerCopyOut) string {
		in.Ref = now.Ref
		return func(AnswerCopyOut) string {
			if next := r.FormValue("next"); next == "answers" || next == "merged" {
				return now.Here() + "/copies/" + next + "?done=taken_back"
			}
			return now.Here() + "/copies?done=taken_back"
		}
	}, func(in UnanswerCopyIn) (AnswerCopyOut, error) {
		return plug.Run(r.Context(), f.desk, "review.unanswer-copy", r.FormValue("key"), f.room.UnanswerCopy, in)
	})
}

func (f *face) copiesPart(w http.ResponseWriter, r *http.Request) error {
	var in PartCopyIn
	return copiesDo(f, w, r, &in, func(now Review, in *PartCopyIn) func(AnswerCopyOut) string {
		in.Ref = now.Ref
		return func(AnswerCopyOut) string {
			return now.Here() + "/copies/merged?done=parted&n=" + strconv.FormatInt(in.N, 10)
		}
	}, func(in PartCopyIn) (AnswerCopyOut, error) {
		return plug.Run(r.Context(), f.desk, "review.part-copy", r.FormValue("key"), f.room.PartCopy, in)
	})
}

func (f *face) copiesLook(w http.ResponseWriter, r *http.Request) error {
	now, err := f.found(r, "review.run")
	if err != nil {
		return err
	}
	if _, err := f.room.Copies(r.Context(), CopiesIn{Ref: now.Ref, Later: true}); err != nil {
		return err
	}
	return web.Redirect(w, r, now.Here()+"/copies?done=looking")
}

// mergedView is the list of what was merged.
type mergedView struct {
	MergedOut
	Here   string
	MayRun bool
	Count  int64
	Pages  page.Pages
	Undo   int64 // the record that was parted just now
}

func (f *face) copiesMerged(w http.ResponseWriter, r *http.Request) error {
	v := mergedView{}
	q := r.URL.Query()
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64) // anything else is the beginning
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		now, programme, err := f.room.open(tx.Context(), tx, "review.see", at(r))
		if err != nil {
			return err
		}
		v.Here = now.Here()
		v.MayRun = who.Can(tx.Context(), tx, "review.run", now.Ref)
		if v.Count, err = countCopies(tx, programme, now.Ref.ID); err != nil {
			return err
		}
		v.MergedOut, err = f.room.Merged(tx.Context(), MergedIn{at(r), after})
		return err
	})
	if err != nil {
		return err
	}
	for _, g := range v.Groups {
		for i, l := range g.Links {
			g.Links[i].Reason = f.why(r, l)
		}
	}
	if v.Next > 0 {
		v.Pages.Next = v.Here + "/copies/merged?after=" + strconv.FormatInt(v.Next, 10)
	}
	if after > 0 {
		v.Pages.Prev = v.Here + "/copies/merged"
	}
	if q.Get("done") == "parted" {
		v.Undo, _ = strconv.ParseInt(q.Get("n"), 10, 64) // none where it is no number
	}
	return f.Show(w, r, "review/copies_merged", page.View{Title: f.T(r, "review.rec_merged_title"), Body: v, Back: v.Here + "/copies", Notice: f.Done(r, "review.rec_done_", "parted", "taken_back")})
}

// answersView is the list of what people said.
type answersView struct {
	AnsweredOut
	Here   string
	MayRun bool
	Pages  page.Pages
}

func (f *face) copiesAnswers(w http.ResponseWriter, r *http.Request) error {
	v := answersView{}
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		now, _, err := f.room.open(tx.Context(), tx, "review.see", at(r))
		if err != nil {
			return err
		}
		v.Here = now.Here()
		v.MayRun = who.Can(tx.Context(), tx, "review.run", now.Ref)
		v.AnsweredOut, err = f.room.Answers(tx.Context(), AnsweredIn{at(r), r.URL.Query().Get("after")})
		return err
	})
	if err != nil {
		return err
	}
	v.Pages = paged(r, v.Here+"/copies/answers", v.Next)
	return f.Show(w, r, "review/copies_answers", page.View{Title: f.T(r, "review.rec_answers_title"), Body: v, Back: v.Here + "/copies", Notice: f.Done(r, "review.rec_done_", "taken_back")})
}

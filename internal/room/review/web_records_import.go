package review

import (
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"plait/internal/engine/cite"
	"plait/internal/engine/table"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/who"
)

// fileLine is one file of a list, in words.
type fileLine struct {
	Batch
	Href, What, Tells string
}

// importsView is the page where files are brought in.
type importsView struct {
	Here, Key string
	Search    string
	Searches  []page.Option
	Waits     []fileLine // read, and not brought in
	Together  []string   // of these, the ids of those that came for the first time; nil where there are not several
	Files     []fileLine
	Pages     page.Pages
	Most      int
}

func (f *face) importsView(r *http.Request) (v importsView, err error) {
	var all []Batch
	var next string
	var logged []Search
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		now, programme, err := f.room.open(tx.Context(), tx, "review.run", at(r))
		if err != nil {
			return err
		}
		v.Here = now.Here()
		if logged, err = newestSearches(tx, programme, now.Ref.ID); err != nil {
			return err
		}
		all, next, err = batches(tx, programme, now.Ref.ID, r.URL.Query().Get("after"))
		return err
	})
	v.Pages = paged(r, v.Here+"/import", next)
	v.Most = MaxImport >> 20
	v.Searches = f.searchOptions(r, logged)
	for _, b := range all {
		line := f.fileLine(r, v.Here, b)
		if b.State == Staged {
			v.Waits = append(v.Waits, line)
			if b.SameAs == "" && b.Records > 0 {
				v.Together = append(v.Together, b.ID)
			}
		} else {
			v.Files = append(v.Files, line)
		}
	}
	if len(v.Together) < 2 {
		v.Together = nil
	}
	return v, err
}

// paged is the way from a page of a list to the next one, and to the first.
func paged(r *http.Request, here, next string) (p page.Pages) {
	if next != "" {
		p.Next = here + "?after=" + next
	}
	if r.URL.Query().Get("after") != "" {
		p.Prev = here // behind a cursor there is no page before but the first
	}
	return p
}

// searchOptions is the searches to choose from; the first is none.
func (f *face) searchOptions(r *http.Request, logged []Search) []page.Option {
	if len(logged) == 0 {
		return nil
	}
	out := []page.Option{{Value: "", Text: f.T(r, "review.rec_no_search")}}
	for _, s := range logged {
		out = append(out, page.Option{Value: s.ID, Text: f.T(r, "review.rec_search_of", "Place", s.Place, "Day", s.Day)})
	}
	return out
}

func (f *face) fileLine(r *http.Request, here string, b Batch) fileLine {
	return fileLine{Batch: b, Href: here + "/import/" + b.ID, What: f.whatFile(r, b), Tells: f.T(r, "review.rec_state_"+b.State)}
}

// whatFile says what a file is and how much it holds.
func (f *face) whatFile(r *http.Request, b Batch) string {
	if b.Format == "" {
		return ""
	}
	return f.T(r, "review.rec_what", "Format", f.formatName(r, b.Format), "Records", f.T(r, "review.n_records", "Count", b.Records),
		"Problems", f.T(r, "review.rec_n_problems", "Count", b.Count))
}

func (f *face) formatName(r *http.Request, format string) string {
	switch format {
	case ByHand:
		return f.T(r, "review.rec_by_hand")
	case string(cite.Unknown), "":
		return f.T(r, "review.rec_unknown")
	case "xlsx":
		return "Excel"
	}
	return cite.Format(format).Title()
}

func (f *face) importList(w http.ResponseWriter, r *http.Request) error {
	v, err := f.importsView(r)
	if err != nil {
		return err
	}
	v.Search = r.URL.Query().Get("search")
	return f.Show(w, r, "review/imports", page.View{Title: f.T(r, "review.rec_import_title"), Body: v, Back: v.Here, Notice: f.Done(r, "review.rec_done_", "sent", "brought", "undone", "thrown")})
}

func (f *face) importSend(w http.ResponseWriter, r *http.Request) error {
	err := form.Parse(r)
	if err == nil && len(r.Form["batch"]) > 0 {
		return f.importTogether(w, r, r.Form["batch"])
	}
	var files []sending
	if err == nil && r.MultipartForm != nil {
		for _, head := range r.MultipartForm.File["files"] {
			files = append(files, sending{head.Filename, head.Size, func() (io.ReadCloser, error) { return head.Open() }})
		}
	}
	var out SendOut
	if err == nil {
		out, err = f.room.send(r.Context(), at(r), r.FormValue("search"), r.FormValue("key"), true, files)
	}
	if err != nil {
		v, e := f.importsView(r)
		if e != nil {
			return errors.Join(err, e)
		}
		if r.MultipartForm != nil {
			v.Key, v.Search = r.FormValue("key"), r.FormValue("search")
		}
		return f.Again(w, r, "review/imports", page.View{Title: f.T(r, "review.rec_import_title"), Body: v, Back: v.Here}, err)
	}
	here := "/review/" + r.PathValue("project") + "/of/" + at(r).ID + "/import"
	if len(out.Files) == 1 {
		return web.Redirect(w, r, here+"/"+out.Files[0].Batch)
	}
	return web.Redirect(w, r, here+"?done=sent")
}

// shownProblems is how many problems of a file its page lists; all are in the list to keep.
const shownProblems = 200

// importView is the page of one file, whatever its state.
type importView struct {
	Batch
	Here, Up string
	Home     string // of the review
	What     string
	From     string // the search it is from
	Same     *fileLine
	Lines    [][]any
	More     int64 // problems that are not listed
	MayRun   bool
	Working  bool
	Ask      bool // asks once whether it may be undone
	Waits    bool // copies are being looked for
	Done     int64
	Total    int64
	Progress string
	Asks     int64
	Brought  string // the decisions of another tool in it that wait; "" = none
}

func (f *face) importSee(w http.ResponseWriter, r *http.Request) error {
	v, err := f.importView(r)
	if err != nil {
		return err
	}
	view := page.View{Title: v.Name, Body: v, Back: v.Up, Notice: f.Done(r, "review.rec_done_", "brought", "undone", "thrown")}
	if v.Working || v.Waits {
		view.Scripts = []string{"review-records-wait.js"}
	}
	return f.Show(w, r, "review/import", view)
}

func (f *face) importView(r *http.Request) (v importView, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		ctx := tx.Context()
		if v.Batch, err = f.room.Batch(ctx, BatchIn{r.PathValue("batch")}); err != nil {
			return err
		}
		if v.Review != at(r).ID {
			return fault.New(fault.Missing, "house.missing")
		}
		programme := who.From(ctx).Programme
		now, err := one(tx, programme, v.Review)
		if err != nil {
			return err
		}
		v.MayRun = who.Can(ctx, tx, "review.run", now.Ref)
		v.Home = now.Here()
		v.Up = v.Home + "/import"
		v.Here = v.Up + "/" + v.ID
		if v.SameAs != "" {
			b, err := batchOf(tx, programme, v.SameAs)
			if err != nil {
				return err
			}
			line := f.fileLine(r, now.Here(), b)
			v.Same = &line
		}
		if v.Search != "" {
			s, err := searchOf(tx, programme, v.Review, v.Search)
			if err != nil {
				return err
			}
			v.From = f.T(r, "review.rec_search_of", "Place", s.Place, "Day", s.Day)
		}
		s, err := copiesOf(tx, programme, v.Review)
		if err != nil {
			return err
		}
		v.Waits = v.State == In && v.LastN > s.Upto
		if v.MayRun && v.LastN > 0 {
			n, people, err := broughtWaiting(tx, programme, v.Review, v.FirstN, v.LastN)
			if err != nil {
				return err
			}
			if n > 0 {
				v.Brought = f.broughtWords(r, "review.brought_in_file", n, people)
			}
		}
		v.Asks, err = countAsks(tx, programme, v.Review)
		return err
	})
	if err != nil {
		return v, err
	}
	v.What = f.whatFile(r, v.Batch)
	v.Working = slices.Contains([]string{Reading, Coming, Undoing, Returning}, v.State)
	v.Ask = r.URL.Query().Get("undo") == "ask"
	v.Progress = f.T(r, "review.rec_progress_"+v.State, "Done", v.Batch.Done, "Total", v.Records)
	v.Done, v.Total = v.Batch.Done, max(v.Records, 1)
	v.More = v.Count - int64(min(len(v.Problems), shownProblems))
	for _, p := range v.Problems[:min(len(v.Problems), shownProblems)] {
		at := f.T(r, "review.rec_whole_file")
		if p.Line > 0 {
			at = strconv.Itoa(p.Line)
		}
		v.Lines = append(v.Lines, []any{at, f.lost(r, p.Reason)})
	}
	return v, nil
}

// lost is the reason of a problem in the reader's words.
func (f *face) lost(r *http.Request, reason string) string {
	return lost(func(key string, args ...any) string { return f.T(r, key, args...) }, reason)
}

// importProblems gives every problem of a file as CSV.
func (f *face) importProblems(w http.ResponseWriter, r *http.Request) error {
	b, err := f.room.Batch(r.Context(), BatchIn{r.PathValue("batch")})
	if err != nil {
		return err
	}
	if b.Review != at(r).ID {
		return fault.New(fault.Missing, "house.missing")
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="problems.csv"`)
	out := csv.NewWriter(w)
	err = out.Write([]string{"file", "line", "reason"})
	for _, p := range b.Problems {
		err = errors.Join(err, out.Write([]string{table.Guard(b.Name), strconv.Itoa(p.Line), table.Guard(f.lost(r, p.Reason))}))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

func (f *face) importBring(w http.ResponseWriter, r *http.Request) error {
	return f.importMove(w, r, "brought", func(batch string) (BringOut, error) {
		return f.room.BringIn(r.Context(), BringIn{Batch: batch, Later: true})
	})
}

func (f *face) importUndo(w http.ResponseWriter, r *http.Request) error {
	return f.importMove(w, r, "undone", func(batch string) (BringOut, error) {
		return f.room.UndoImport(r.Context(), UndoImportIn{Batch: batch, Later: true})
	})
}

// importTogether brings several files in that were read, each as if it were asked for alone:
// those that are in by now stay as they are.
func (f *face) importTogether(w http.ResponseWriter, r *http.Request, batches []string) error {
	now, err := f.found(r, "review.run")
	if err != nil {
		return err
	}
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		for _, id := range batches {
			b, err := batchOf(tx, who.From(tx.Context()).Programme, id)
			if err == nil && b.Review != now.Ref.ID {
				err = fault.New(fault.Missing, "house.missing")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range batches {
		if _, err := f.room.BringIn(r.Context(), BringIn{Batch: id, Later: true}); err != nil {
			return err
		}
	}
	return web.Redirect(w, r, now.Here()+"/import?done=brought")
}

// importMove does something to a file and goes back to where it was asked.
func (f *face) importMove(w http.ResponseWriter, r *http.Request, done string, do func(batch string) (BringOut, error)) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	now, err := f.found(r, "review.run")
	if err != nil {
		return err
	}
	batch := r.PathValue("batch")
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		b, err := batchOf(tx, who.From(tx.Context()).Programme, batch)
		if err == nil && b.Review != now.Ref.ID {
			err = fault.New(fault.Missing, "house.missing")
		}
		return err
	})
	if err != nil {
		return err
	}
	out, err := do(batch)
	if err != nil {
		return err
	}
	if out.State == Undone && out.Stored == 0 {
		return web.Redirect(w, r, now.Here()+"/import?done=thrown")
	}
	if r.FormValue("next") == "list" {
		return web.Redirect(w, r, now.Here()+"/import?done="+done)
	}
	return web.Redirect(w, r, now.Here()+"/import/"+batch+"?done="+done)
}

package review

import (
	"net/http"
	"strconv"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// searchLine is a search, in words.
type searchLine struct {
	Search
	Href  string
	Facts []page.Row
}

// searchesView is the page of the search log.
type searchesView struct {
	Here   string
	MayRun bool
	Lines  []searchLine
	Pages  page.Pages
	Empty  []page.Link
}

func (f *face) searchList(w http.ResponseWriter, r *http.Request) error {
	var v searchesView
	var out SearchesOut
	var now Review
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		if now, _, err = f.room.open(tx.Context(), tx, "review.see", at(r)); err != nil {
			return err
		}
		v.MayRun = who.Can(tx.Context(), tx, "review.run", now.Ref)
		out, err = f.room.Searches(tx.Context(), SearchesIn{at(r), r.URL.Query().Get("after")})
		return err
	})
	if err != nil {
		return err
	}
	v.Here = now.Here()
	v.Pages = paged(r, v.Here+"/search", out.Next)
	if v.MayRun {
		v.Empty = []page.Link{{Href: v.Here + "/search/new", Text: f.T(r, "review.rec_search_new")}}
	}
	for _, s := range out.Searches {
		line := searchLine{Search: s, Href: v.Here + "/search/" + s.ID + "/edit"}
		row := func(key, value string) {
			if value != "" {
				line.Facts = append(line.Facts, page.Row{Key: f.T(r, key), Value: value})
			}
		}
		row("review.rec_day", lang.Date(page.ChromeFrom(r.Context()).Lang, s.Day))
		row("review.rec_words", s.Words)
		row("review.rec_searcher", s.Searcher)
		if s.Found > 0 {
			row("review.rec_found", f.T(r, "review.n_records", "Count", s.Found))
		} else {
			row("review.rec_found", f.T(r, "review.rec_found_none"))
		}
		row("review.rec_brought", f.T(r, "review.n_records", "Count", s.Records))
		row("review.rec_note", s.Note)
		v.Lines = append(v.Lines, line)
	}
	return f.Show(w, r, "review/search", page.View{Title: f.T(r, "review.rec_search_title"), Body: v, Back: v.Here, Notice: f.Done(r, "review.rec_done_", "searched")})
}

// searchView is the form of one search.
type searchView struct {
	SearchFacts
	Found       string // as it was typed
	Action, Key string
	Version     int64
	Again       string // the search of the log that runs again, by its id
	Now         []page.Row
}

// searchOn reads the search that an address names; none for a new one.
func (f *face) searchOn(r *http.Request) (now Review, s Search, err error) {
	id := r.PathValue("search")
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		var programme string
		if now, programme, err = f.room.open(tx.Context(), tx, "review.run", at(r)); err != nil || id == "" {
			return err
		}
		s, err = searchOf(tx, programme, now.Ref.ID, id)
		return err
	})
	return now, s, err
}

func (f *face) searchForm(w http.ResponseWriter, r *http.Request) error {
	now, s, err := f.searchOn(r)
	if err != nil {
		return err
	}
	v := searchView{SearchFacts: s.SearchFacts, Version: s.Version, Action: r.URL.Path}
	if s.Version > 0 {
		v.Found = strconv.FormatInt(s.Found, 10)
	} else if v.Again = r.URL.Query().Get("again"); v.Again != "" {
		if v.SearchFacts, err = f.searchedAgain(r, now, v.Again); err != nil {
			return err
		}
	}
	return f.Show(w, r, "review/search_form", page.View{Title: f.searchTitle(r, s, v.Again), Body: v, Back: now.Here() + searchBack(v.Again)})
}

// searchedAgain is what is known before a search runs again: where and for what. The day is
// today; who searches and what is found nobody knows yet.
func (f *face) searchedAgain(r *http.Request, now Review, id string) (facts SearchFacts, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		programme := who.From(tx.Context()).Programme
		old, err := searchOf(tx, programme, now.Ref.ID, id)
		if err != nil {
			return err
		}
		facts = old.SearchFacts
		facts.Searcher, facts.Found = "", 0
		facts.Day, err = f.room.day(tx, programme, f.room.clock.Now())
		return err
	})
	return facts, err
}

// searchBack is the page that a form of a search was asked for from.
func searchBack(again string) string {
	if again != "" {
		return "/since"
	}
	return "/search"
}

func (f *face) searchTitle(r *http.Request, s Search, again string) string {
	if again != "" {
		return f.T(r, "review.whole_again")
	}
	if s.ID == "" {
		return f.T(r, "review.rec_search_new")
	}
	return f.T(r, "review.rec_search_edit")
}

func (f *face) searchSave(w http.ResponseWriter, r *http.Request) error {
	now, s, err := f.searchOn(r)
	if err != nil {
		return err
	}
	var in EditSearchIn
	err = form.Read(r, &in)
	in.Ref, in.Search = now.Ref, s.ID
	again := ""
	if s.ID == "" {
		again = r.FormValue("again")
	}
	var out SearchOut
	switch {
	case err != nil:
	case s.ID == "":
		out, err = plug.Run(r.Context(), f.desk, "review.search", r.FormValue("key"), f.room.Search, SearchIn{in.Ref, in.SearchFacts})
	default:
		_, err = plug.Run(r.Context(), f.desk, "review.edit-search", r.FormValue("key"), f.room.EditSearch, in)
	}
	switch {
	case err == nil && again != "": // its files come next
		return web.Redirect(w, r, now.Here()+"/import?search="+out.Search)
	case err == nil:
		return web.Redirect(w, r, now.Here()+"/search?done=searched")
	}
	v := searchView{SearchFacts: in.SearchFacts, Version: in.Version, Again: again, Action: r.URL.Path, Key: r.FormValue("key"), Found: r.FormValue("found")}
	if s.Version != in.Version {
		// Someone else was first: how it stands is shown, and the next press stands on that.
		v.Version, v.Key = s.Version, ""
		v.Now = []page.Row{{Key: f.T(r, "review.rec_place"), Value: s.Place}, {Key: f.T(r, "review.rec_words"), Value: s.Words}}
	}
	return f.Again(w, r, "review/search_form", page.View{Title: f.searchTitle(r, s, again), Body: v, Back: now.Here() + searchBack(again)}, err)
}

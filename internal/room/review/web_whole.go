package review

import (
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// mostReasons is how many reasons a box of the drawing lists; the list has them all.
const mostReasons = 6

// flowView is the page of the flow.
type flowView struct {
	Review
	Drawing template.HTML
	Tall    template.HTML // the drawing for a narrow screen
	Arms    []flowArm
	Total   flowLine
	Waiting int64
	Sources []sourceView
	MayRun  bool
	Any     bool
	Unread  string // what to know where whole texts were not read
	Key     string
}

// sourceView is a place where records come from, and what it may be.
type sourceView struct {
	Source
	Origins []page.Option
}

// wholeSee reads a review with what a page shows of it, in one transaction.
func (f *face) wholeSee(r *http.Request, v *Review, may *bool, read func(tx *db.Tx) error) error {
	return f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if *v, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		*may = who.Can(ctx, tx, "review.run", v.Ref)
		return read(tx)
	})
}

// flowWords is the flow in the reader's words.
func (f *face) flowWords(r *http.Request, flow Flow, reasons int) ([]flowArm, flowLine) {
	tongue := page.ChromeFrom(r.Context()).Lang
	t := func(key string, args ...any) string { return f.T(r, key, args...) }
	number := func(n int64) string { return lang.Number(tongue, n) }
	return flow.arms(t, number, reasons), flowLine{Name: t("review.whole_box_total"), N: number(flow.Included)}
}

func (f *face) wholeFlow(w http.ResponseWriter, r *http.Request) error {
	var v flowView
	var flow Flow
	err := f.wholeSee(r, &v.Review, &v.MayRun, func(tx *db.Tx) (err error) {
		flow, err = f.room.Flow(tx.Context(), WholeIn{at(r)})
		return err
	})
	if err != nil {
		return err
	}
	short, total := f.flowWords(r, flow, mostReasons)
	v.Arms, v.Total = f.flowWords(r, flow, 1<<30)
	v.Any, v.Waiting = len(flow.Sources) > 0, flow.Waiting
	v.Drawing = template.HTML(drawn(short, f.T(r, "review.whole_flow_of", "Title", v.Title), total)) // every word in it was escaped
	switch sum := flow.Sum(); {
	case flow.Skips && sum.Sought == 0:
		v.Unread = f.T(r, "review.whole_unread")
	case sum.Unread > 0:
		v.Unread = f.T(r, "review.whole_unread_some", "Count", sum.Unread)
	}
	v.Tall = template.HTML(drawnTall(short, f.T(r, "review.whole_flow_of", "Title", v.Title), total)) // as above
	for _, s := range flow.Sources {
		line := sourceView{Source: s}
		for _, o := range Origins() {
			line.Origins = append(line.Origins, page.Option{Value: o, Text: f.T(r, "review.whole_from_"+o), Checked: o == s.Origin})
		}
		v.Sources = append(v.Sources, line)
	}
	return f.Show(w, r, "review/flow", page.View{Title: f.T(r, "review.whole_flow"), Notice: f.Done(r, "review.whole_done_", "origin"), Body: v, Back: v.Here()})
}

func (f *face) wholeOrigin(w http.ResponseWriter, r *http.Request) error {
	v, err := f.found(r, "review.run")
	if err != nil {
		return err
	}
	var in OriginIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.Ref = v.Ref
	if _, err := plug.Run(r.Context(), f.desk, "review.origin", r.FormValue("key"), f.room.Origin, in); err != nil {
		return err
	}
	return web.Redirect(w, r, v.Here()+"/flow?done=origin")
}

// wholeFlowFile gives the flow as a drawing or a table.
func (f *face) wholeFlowFile(w http.ResponseWriter, r *http.Request) error {
	v, err := f.found(r, "review.see")
	if err != nil {
		return err
	}
	flow, err := f.room.Flow(r.Context(), WholeIn{v.Ref})
	if err != nil {
		return err
	}
	switch r.URL.Query().Get("as") {
	case "svg":
		arms, total := f.flowWords(r, flow, mostReasons)
		attached(w, "image/svg+xml; charset=utf-8", fileName(v, "flow", "svg"))
		_, err = io.WriteString(w, drawn(arms, f.T(r, "review.whole_flow_of", "Title", v.Title), total))
		return err
	case "csv":
		attached(w, "text/csv; charset=utf-8", fileName(v, "flow", "csv"))
		_, err = io.WriteString(w, flowTable(flow))
		return err
	}
	return fault.New(fault.Missing, "house.missing")
}

func attached(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// mapView is the page of the map of what is known.
type mapView struct {
	Review
	MapOut
	Themes int
}

func (f *face) wholeMap(w http.ResponseWriter, r *http.Request) error {
	var v mapView
	may := false
	err := f.wholeSee(r, &v.Review, &may, func(tx *db.Tx) (err error) {
		v.MapOut, err = f.room.Map(tx.Context(), WholeIn{at(r)})
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range v.Rows {
		if m.Theme != "" {
			v.Themes++
		}
	}
	return f.Show(w, r, "review/map", page.View{Title: f.T(r, "review.whole_map"), Body: v, Back: v.Here()})
}

// sinceView is the page of what has changed.
type sinceView struct {
	Review
	Changes
	MayRun bool
	Says   []string // the whole in sentences
	Turns  []page.Row
	Again  []againView
	Asked  string // the day as it was typed
}

// againView is a search that can be run again, with the day it last ran.
type againView struct {
	Search, Place, Last string
}

func (f *face) wholeSince(w http.ResponseWriter, r *http.Request) error {
	var v sinceView
	var wrong error
	tongue := page.ChromeFrom(r.Context()).Lang
	day := r.URL.Query().Get("day")
	err := f.wholeSee(r, &v.Review, &v.MayRun, func(tx *db.Tx) (err error) {
		v.Changes, err = f.room.Since(tx.Context(), SinceIn{at(r), day})
		if fault.Is(err, fault.Invalid) { // the page is shown all the same, with the usual days
			wrong = err
			v.Changes, err = f.room.Since(tx.Context(), SinceIn{at(r), ""})
		}
		if err != nil || !v.MayRun {
			return err
		}
		last, err := lastSearches(tx, who.From(tx.Context()).Programme, v.Ref.ID)
		for _, s := range last {
			v.Again = append(v.Again, againView{s.Search, s.Place, lang.Date(tongue, s.Day)})
		}
		if err != nil {
			return err
		}
		zone, err := f.room.zone(tx, who.From(tx.Context()).Programme)
		if err != nil {
			return err
		}
		for _, c := range v.Changes.Turns {
			name, err := f.room.reviewer(tx.Context(), tx, c.Actor)
			if err != nil {
				return err
			}
			v.Turns = append(v.Turns, page.Row{Key: lang.Date(tongue, clock.DayOf(c.At, zone)), Value: f.T(r, "review.whole_turned_"+c.State, "Who", name, "Why", c.Why)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	v.Says, v.Asked = f.says(r, v.Changes), v.Day
	if wrong != nil && day != "" {
		v.Asked = day
	}
	view := page.View{Title: f.T(r, "review.whole_since"), Notice: f.Done(r, "review.whole_done_", "closed", "open"), Body: v, Back: v.Here()}
	if wrong != nil {
		return f.Again(w, r, "review/since", view, wrong)
	}
	return f.Show(w, r, "review/since", view)
}

// says is what has changed, in sentences.
func (f *face) says(r *http.Request, c Changes) []string {
	var out []string
	say := func(key string, n int64, args ...any) {
		if n > 0 {
			out = append(out, f.T(r, "review.whole_say_"+key, append([]any{"Count", n}, args...)...))
		}
	}
	what := func(all []SinceSaid, what string) (n int64) {
		for _, s := range all {
			if s.What == what {
				n++
			}
		}
		return n
	}
	var places []string
	for _, s := range c.Searches {
		if len(places) < 5 && !strings.Contains(strings.Join(places, "\n"), s.Place) {
			places = append(places, s.Place)
		}
	}
	say("searches", int64(len(c.Searches)), "Places", strings.Join(places, ", "))
	say("came", c.Came)
	say("copies", c.CameCopies)
	say("waiting", c.CameWaiting)
	say("included", c.IncludedCount)
	say("gone", c.GoneCount)
	say("new_statements", what(c.Statements, "new"))
	say("changed_statements", what(c.Statements, "changed"))
	say("aside_statements", what(c.Statements, "set_aside"))
	say("new_gaps", what(c.Gaps, "new"))
	say("closed_gaps", what(c.Gaps, "closed"))
	say("organisations", int64(len(c.Organisations)))
	return out
}

// closeView is the form that closes a review or opens it again.
type closeView struct {
	Review
	Why   string
	Opens bool // it is closed, and opens
	Key   string
	Left  int64 // records that nobody has decided
}

func (f *face) closing(r *http.Request) (v closeView, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		var programme string
		if v.Review, programme, err = f.room.open(tx.Context(), tx, "review.run", at(r)); err != nil {
			return err
		}
		v.Opens, v.Key = v.State == Closed, r.FormValue("key")
		v.Left, err = countWhich(tx, programme, v.Review.Ref.ID, Undecided)
		return err
	})
	return v, err
}

func (f *face) closeTitle(r *http.Request, v closeView) string {
	if v.Opens {
		return f.T(r, "review.whole_reopen")
	}
	return f.T(r, "review.whole_close")
}

func (f *face) wholeCloseForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.closing(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/close", page.View{Title: f.closeTitle(r, v), Body: v, Back: v.Here() + "/since"})
}

func (f *face) wholeClose(w http.ResponseWriter, r *http.Request) error {
	v, err := f.closing(r)
	if err != nil {
		return err
	}
	var in CloseIn
	err = form.Read(r, &in)
	in.Ref = v.Review.Ref
	verb, do, done := "review.close", f.room.Close, "closed"
	if r.FormValue("to") == Open {
		verb, do, done = "review.reopen", f.room.Reopen, "open"
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, verb, r.FormValue("key"), do, in)
	}
	if err == nil {
		return web.Redirect(w, r, v.Here()+"/since?done="+done)
	}
	v.Why = in.Why
	return f.Again(w, r, "review/close", page.View{Title: f.closeTitle(r, v), Body: v, Back: v.Here() + "/since"}, err)
}

// wholeMapFile gives the map as a table for a spreadsheet.
func (f *face) wholeMapFile(w http.ResponseWriter, r *http.Request) error {
	v, err := f.found(r, "review.see")
	if err != nil {
		return err
	}
	out, err := f.room.Map(r.Context(), WholeIn{v.Ref})
	if err != nil {
		return err
	}
	attached(w, "text/csv; charset=utf-8", fileName(v, "map", "csv"))
	s := newSink(w, AsCSV, "")
	rows := [][]string{{"theme", "statements", "records", "records_against", "lived", "practice", "gaps"}}
	for _, m := range out.Rows {
		title := m.Title
		if m.Theme == "" {
			title = f.T(r, "review.whole_no_theme")
		}
		row := []string{title}
		for _, n := range []int64{m.Statements, m.Records, m.Against, m.Lived, m.Practice, m.Gaps} {
			row = append(row, strconv.FormatInt(n, 10))
		}
		rows = append(rows, row)
	}
	if err := s.page(ReferencesOut{Rows: rows}); err != nil {
		return err
	}
	return s.end()
}

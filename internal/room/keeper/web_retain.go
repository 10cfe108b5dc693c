package keeper

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

const retainPath = "/keeper/retain"

// ruleLine is one group on the page of all of them.
type ruleLine struct {
	Group, Title, Rule, Basis, State, Waits string
	Confirmed, Listed                       bool
}

// retainView is the page of how long everything is kept.
type retainView struct{ Rules []ruleLine }

func (f *face) ruleLine(r *http.Request, x Rule) ruleLine {
	tongue := page.ChromeFrom(r.Context()).Lang
	l := ruleLine{Group: x.Group, Title: f.T(r, "keeper.retain_"+x.Group), Confirmed: x.Confirmed > 0, Listed: listed(x.Group), Basis: x.Basis}
	if l.Basis == "" {
		l.Basis = f.T(r, "keeper.retain_basis_"+x.Group)
	}
	switch {
	case !l.Listed:
		l.Rule = f.T(r, "keeper.retain_how_"+x.Group)
		return l
	case l.Confirmed:
		l.State = f.T(r, "keeper.retain_confirmed", "Day", lang.Date(tongue, clock.DayOf(x.Confirmed, "")))
	default:
		l.State = f.T(r, "keeper.retain_unconfirmed_tag")
	}
	l.Rule = f.Words.T(tongue, "keeper.retain_months", "Count", x.Months) + " " + f.T(r, "keeper.retain_from_"+x.From)
	if x.Counted > 0 {
		l.Waits = f.Words.T(tongue, "keeper.retain_waits", "Count", x.Waiting)
	}
	return l
}

func (f *face) retain(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Schedules(r.Context(), SchedulesIn{})
	if err != nil {
		return err
	}
	var v retainView
	for _, x := range out.Rules {
		v.Rules = append(v.Rules, f.ruleLine(r, x))
	}
	view := page.View{Title: f.T(r, "keeper.retain_title"), Body: v, Back: "/keeper"}
	view.Notice = f.Done(r, "keeper.retain_done_", "rule")
	return f.Show(w, r, "keeper/retain", view)
}

// retainDueView is the page of what is due in one group: the list, or with Sure the answers
// before anything is erased.
type retainDueView struct {
	Line      ruleLine
	Group     string
	Due       []dueLine
	Until     string
	Why       string
	Key       string
	Sure      bool
	Count     int
	Erasable  bool
	Action    string
	More      page.Pages
	Confirmed bool
}

type dueLine struct {
	ID, Title, Href, Says string
	Picked                bool
}

func (f *face) duePage(r *http.Request, picked []string) (page.View, retainDueView, error) {
	group := r.PathValue("group")
	q := r.URL.Query()
	view := page.View{Back: retainPath}
	out, err := f.room.Due(r.Context(), DueIn{Group: group, After: q.Get("after")})
	if err != nil {
		return view, retainDueView{}, err
	}
	tongue := page.ChromeFrom(r.Context()).Lang
	v := retainDueView{Line: f.ruleLine(r, out.Rule), Group: group, Action: r.URL.Path, Key: r.FormValue("key"), Erasable: erasable(group), Confirmed: out.Rule.Confirmed > 0,
		Until: r.FormValue("until"), Why: r.FormValue("why")}
	for _, d := range out.Due {
		l := dueLine{ID: d.Ref.ID, Title: d.Title, Href: dueHref(group, d), Picked: slices.Contains(picked, d.Ref.ID),
			Says: f.T(r, "keeper.retain_due_line", "From", lang.Date(tongue, d.From), "Due", lang.Date(tongue, d.DueOn))}
		if l.Title == "" {
			l.Title = f.T(r, "keeper.retain_untitled_"+group)
		}
		v.Due = append(v.Due, l)
	}
	if out.Next != "" {
		v.More.Next = r.URL.Path + "?" + url.Values{"after": {out.Next}}.Encode()
	}
	view.Title = v.Line.Title
	switch q.Get("done") {
	case "kept":
		view.Notice = f.T(r, "keeper.retain_done_kept")
	case "gone":
		view.Notice = f.T(r, "keeper.retain_done_gone")
	}
	return view, v, nil
}

// dueHref is the page of a record that is due; "" for an account.
func dueHref(group string, d Due) string {
	switch group {
	case GroupSaid:
		return "/evidence/" + d.Project + "/said/" + d.Ref.ID
	case GroupRecordings:
		return "/evidence/" + d.Project + "/file/" + d.Ref.ID
	case GroupPeople:
		return "/people/" + d.Ref.ID
	case GroupLetters:
		return "/output/" + d.Project + "/letter/" + d.Ref.ID
	}
	return ""
}

func (f *face) retainDue(w http.ResponseWriter, r *http.Request) error {
	view, v, err := f.duePage(r, nil)
	if err != nil {
		return err
	}
	view.Body = v
	return f.Show(w, r, "keeper/retain_due", view)
}

// retainDo keeps or erases what was ticked. Erasing is asked twice.
func (f *face) retainDo(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Records []string `json:"records"`
		Until   string   `json:"until" form:"day"`
		Why     string   `json:"why"`
		Act     string   `json:"act"`
		Sure    string   `json:"sure"`
	}
	err := form.Read(r, &in)
	group, done := r.PathValue("group"), "kept"
	switch {
	case err != nil:
	case in.Act == "erase" && in.Sure != "yes":
		if err = (DisposeIn{Group: group, Records: in.Records}).check(); err == nil {
			view, v, err := f.duePage(r, in.Records)
			if err != nil {
				return err
			}
			v.Due = slices.DeleteFunc(v.Due, func(l dueLine) bool { return !l.Picked })
			v.Sure, v.Key, v.Count = true, "", len(v.Due)
			view.Title, view.Body, view.Back = f.T(r, "keeper.retain_sure_title"), v, r.URL.Path
			return f.Show(w, r, "keeper/retain_due", view)
		}
	case in.Act == "erase":
		done = "gone"
		_, err = plug.Run(r.Context(), f.room.desk, "keeper.dispose", r.FormValue("key"), f.room.Dispose, DisposeIn{Group: group, Records: in.Records})
	default:
		_, err = plug.Run(r.Context(), f.room.desk, "keeper.keep", r.FormValue("key"), f.room.Keep, KeepIn{Group: group, Records: in.Records, Until: in.Until, Why: in.Why})
	}
	if err == nil {
		return web.Redirect(w, r, r.URL.Path+"?done="+done)
	}
	view, v, e := f.duePage(r, in.Records)
	if e != nil {
		return e
	}
	if fault.Is(err, fault.Conflict) {
		v.Key = ""
	}
	view.Body = v
	return f.Again(w, r, "keeper/retain_due", view, err)
}

// ruleView is the form of one rule.
type ruleView struct {
	ScheduleIn
	Line   ruleLine
	Action string
	Key    string
}

func (f *face) rulePage(r *http.Request, in ScheduleIn, typed bool) (page.View, error) {
	view := page.View{Back: retainPath}
	out, err := f.room.Schedules(r.Context(), SchedulesIn{})
	if err != nil {
		return view, err
	}
	i := slices.IndexFunc(out.Rules, func(x Rule) bool { return x.Group == r.PathValue("group") && listed(x.Group) })
	if i < 0 {
		return view, fault.New(fault.Missing, "house.missing")
	}
	x := out.Rules[i]
	v := ruleView{ScheduleIn: in, Line: f.ruleLine(r, x), Action: r.URL.Path, Key: r.FormValue("key")}
	if !typed {
		v.Months, v.Basis = x.Months, v.Line.Basis
	}
	if v.Version != x.Version {
		v.Version, v.Key = x.Version, ""
	}
	view.Title, view.Body = v.Line.Title, v
	return view, nil
}

func (f *face) ruleForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.rulePage(r, ScheduleIn{}, false)
	if err != nil {
		return err
	}
	return f.Show(w, r, "keeper/retain_rule", v)
}

func (f *face) rule(w http.ResponseWriter, r *http.Request) error {
	var in ScheduleIn
	err := form.Read(r, &in)
	in.Group = r.PathValue("group")
	if err == nil {
		_, err = plug.Run(r.Context(), f.room.desk, "keeper.schedule", r.FormValue("key"), f.room.Schedule, in)
	}
	if err == nil {
		return web.Redirect(w, r, retainPath+"?done=rule")
	}
	v, e := f.rulePage(r, in, true)
	if e != nil {
		return e
	}
	return f.Again(w, r, "keeper/retain_rule", v, err)
}

// retainLogView is the log of disposals.
type retainLogView struct {
	Lines []string
	More  page.Pages
}

func (f *face) who(r *http.Request, names map[string]string, by string) string {
	if n := names[by]; n != "" {
		return n
	}
	return f.T(r, "keeper.retain_by_someone")
}

func (f *face) retainLog(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Disposals(r.Context(), DisposalsIn{After: r.URL.Query().Get("after")})
	if err != nil {
		return err
	}
	tongue := page.ChromeFrom(r.Context()).Lang
	var v retainLogView
	for _, d := range out.Disposals {
		v.Lines = append(v.Lines, f.T(r, "keeper.retain_log_line", "When", lang.DateTime(tongue, d.At, nil), "Count", d.N, "Group", f.T(r, "keeper.retain_"+d.Group),
			"Months", d.Months, "By", f.who(r, out.Names, d.By)))
	}
	if out.Next != "" {
		v.More.Next = retainPath + "/log?" + url.Values{"after": {out.Next}}.Encode()
	}
	return f.Show(w, r, "keeper/retain_log", page.View{Title: f.T(r, "keeper.retain_log_title"), Body: v, Back: retainPath})
}

// retainCSV is the whole log as a sheet.
func (f *face) retainCSV(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Disposals(r.Context(), DisposalsIn{Limit: 500})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="disposals.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	table := csv.NewWriter(w)
	if err := table.Write([]string{"when", "what", "how many", "kept for months", "reason", "by"}); err != nil {
		return err
	}
	for {
		for _, d := range out.Disposals {
			basis := d.Basis
			if basis == "" {
				basis = f.T(r, "keeper.retain_basis_"+d.Group)
			}
			row := []string{clock.Time(d.At).Format("2006-01-02T15:04:05Z"), d.Group, strconv.FormatInt(d.N, 10), strconv.FormatInt(d.Months, 10), cell(basis), cell(f.who(r, out.Names, d.By))}
			if err := table.Write(row); err != nil {
				return err
			}
		}
		if out.Next == "" {
			break
		}
		if out, err = f.room.Disposals(r.Context(), DisposalsIn{After: out.Next, Limit: 500}); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

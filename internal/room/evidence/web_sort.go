package evidence

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// sortView is the list of what waits for its strand.
type sortView struct {
	ListOut
	Project string
	Key     string
	Action  string // keeps the page of the list that was shown
	Ticked  []string
	Strands []page.Option
	More    page.Pages
	Labels  map[string]string // as in listView
	Called  map[string]string
}

// sortRows is how many wait on one page of the to-sort list.
const sortRows = 25

func (f *face) sortView(r *http.Request, picked SortIn) (sortView, error) {
	q := r.URL.Query()
	out, err := f.room.List(r.Context(), ListIn{Project: r.PathValue("project"), State: ToSort, After: q.Get("after"), Limit: sortRows})
	v := sortView{ListOut: out, Project: r.PathValue("project"), Key: r.FormValue("key")}
	v.Labels, v.Called = f.labels(r, out.Contributions)
	here := "/evidence/" + v.Project + "/sort"
	v.Action = here
	from, _ := strconv.Atoi(q.Get("from"))
	if from < 1 || q.Get("after") == "" {
		from = 1
	} else {
		v.Action += "?" + url.Values{"after": {q.Get("after")}, "from": {strconv.Itoa(from)}}.Encode()
	}
	if n := len(out.Contributions); n > 0 {
		v.More = page.Pages{From: from, To: from + n - 1, Total: int(out.Counts[""])}
		if v.More.Total < v.More.To {
			v.More.Total = 0 // someone sorted some in the meantime
		}
	}
	if out.Next != "" {
		v.More.Next = here + "?" + url.Values{"after": {out.Next}, "from": {strconv.Itoa(v.More.To + 1)}}.Encode()
	}
	if from > 1 {
		v.More.Prev = here
	}
	for _, x := range picked.Refs {
		v.Ticked = append(v.Ticked, x.String())
	}
	for _, s := range Strands() {
		v.Strands = append(v.Strands, page.Option{Value: s, Text: f.T(r, "page.strand."+s), Checked: slices.Contains(picked.Strands, s)})
	}
	return v, err
}

func (f *face) sortForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.sortView(r, SortIn{})
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/sort", page.View{Title: f.T(r, "evidence.sort_title"), Body: v, Notice: f.Done(r, "evidence.done_", "sorted"), Back: "/evidence/" + v.Project})
}

func (f *face) sort(w http.ResponseWriter, r *http.Request) error {
	var in SortIn
	err := form.Read(r, &in)
	in.Project = r.PathValue("project")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "evidence.sort", r.FormValue("key"), f.room.Sort, in)
	}
	if err != nil {
		v, e := f.sortView(r, in)
		if e != nil {
			return e
		}
		return f.Again(w, r, "evidence/sort", page.View{Title: f.T(r, "evidence.sort_title"), Body: v, Back: "/evidence/" + in.Project}, err)
	}
	return web.Redirect(w, r, "/evidence/"+in.Project+"/sort?done=sorted")
}

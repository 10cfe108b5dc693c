package paper

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

func programmeOf(r *http.Request) string { return who.From(r.Context()).Programme }

// placeView is the page on which a person says which card something is.
type placeView struct {
	Action, Key, Src string
	Photo            Photo
	Cut              string
	Batches          []page.Option
	Batch            string
	Table, Number    string
	Box              boxView
}

// boxView is one box on a page, in per cent.
type boxView struct {
	N          int
	X, Y, W, H string
	Words      string
	Error      string
}

func percent(x float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(x*100, 'f', 2, 64), "0"), ".")
}

func viewOf(n int, b Box, words string) boxView {
	return boxView{N: n, X: percent(b.X), Y: percent(b.Y), W: percent(b.W), H: percent(b.H), Words: words}
}

func (f *face) placeView(r *http.Request, out LookOut) (v placeView, err error) {
	// A loose thing, or a card in a photo that nobody saw.
	c := Cut{Photo: r.PathValue("photo"), Box: Box{0.35, 0.35, 0.3, 0.3}}
	at := "/photo/" + c.Photo + "/place"
	if id := r.PathValue("cut"); id != "" {
		i := slices.IndexFunc(out.Cuts, func(c Cut) bool { return c.ID == id && c.Kind == AsLoose && c.State == Waits })
		if i < 0 {
			return v, missing()
		}
		c, at = out.Cuts[i], "/place/"+id
	}
	p := slices.IndexFunc(out.Pictures, func(p Photo) bool { return p.ID == c.Photo && p.State == Read })
	if p < 0 {
		return v, missing()
	}
	here := home(out.Project) + "/lot/" + out.ID
	v = placeView{Action: here + at, Key: r.FormValue("key"), Src: here + "/photo/" + c.Photo, Photo: out.Pictures[p], Cut: c.ID, Box: viewOf(1, c.Box, "")}
	list, err := f.room.List(r.Context(), ListIn{Project: out.Project})
	for _, b := range list.Batches {
		v.Batches = append(v.Batches, page.Option{Value: b.ID, Text: b.Name})
	}
	// What is in the photos may be older than what one answer lists.
	for _, id := range slices.Sorted(maps.Keys(out.Of)) {
		if !slices.ContainsFunc(v.Batches, func(o page.Option) bool { return o.Value == id }) {
			v.Batches = append(v.Batches, page.Option{Value: id, Text: out.Of[id].Name})
		}
		if len(out.Of) == 1 {
			v.Batch = id
		}
	}
	return v, err
}

func (f *face) placePage(r *http.Request, v placeView) page.View {
	return page.View{Title: f.T(r, "paper.place_title"), Body: v, Back: home(r.PathValue("project")) + "/lot/" + r.PathValue("lot"), Scripts: []string{"paper-boxes.js"}}
}

func (f *face) placeForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.lotOf(r)
	if err != nil {
		return err
	}
	v, err := f.placeView(r, out)
	if err != nil {
		return err
	}
	if len(v.Batches) == 1 {
		v.Batch = v.Batches[0].Value
	}
	return f.Show(w, r, "paper/place", f.placePage(r, v))
}

func (f *face) place(w http.ResponseWriter, r *http.Request) error {
	out, err := f.lotOf(r)
	if err != nil {
		return err
	}
	v, err := f.placeView(r, out)
	if err != nil {
		return err
	}
	var in PlaceIn
	err = form.Read(r, &in)
	in.Lot, in.Photo, in.Cut, in.Box = out.ID, v.Photo.ID, v.Cut, boxFrom(r, "1")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "paper.place", r.FormValue("key"), f.room.Place, in)
	}
	if err != nil {
		v.Batch, v.Table, v.Number = in.Batch, r.FormValue("table"), r.FormValue("number")
		if b, _, ok := parseBox(in.Box); ok {
			v.Box = viewOf(1, b, "")
		}
		return f.Again(w, r, "paper/place", f.placePage(r, v), renamed(err, "box", "x1"))
	}
	return web.Redirect(w, r, home(out.Project)+"/lot/"+out.ID+"?done=placed")
}

// boxFrom is one box of a form, as parseBox reads it.
func boxFrom(r *http.Request, n string) string {
	var s []string
	for _, k := range []string{"x", "y", "w", "h", "words"} {
		s = append(s, strings.TrimSpace(r.FormValue(k+n)))
	}
	return strings.Join(s, " ")
}

// boxesView is the page on which boxes are drawn on a photo.
type boxesView struct {
	Said
	Action, Key, Src string
	Photo            Photo
	Version          int64
	Boxes            []boxView
	Most             int
	Strands          []page.Option
	Sites            []page.Option
	Rows, Columns    string
	Blank            boxView // what the script makes new boxes of
}

func (f *face) boxesView(r *http.Request, out LookOut) (v boxesView, err error) {
	i := slices.IndexFunc(out.Pictures, func(p Photo) bool { return p.ID == r.PathValue("photo") && p.State == Read })
	if i < 0 || out.Kind != Flip {
		return v, missing()
	}
	here := home(out.Project) + "/lot/" + out.ID
	p := out.Pictures[i]
	v = boxesView{Said: out.Said, Action: here + "/boxes/" + p.ID, Key: r.FormValue("key"), Src: here + "/photo/" + p.ID, Photo: p, Version: out.Version, Most: maxCuts, Rows: "2", Columns: "2", Blank: boxView{N: 9999}}
	for _, c := range out.Cuts {
		if c.Photo == p.ID && c.Kind == AsBox && c.Batch == "" && c.State == Waits {
			v.Boxes = append(v.Boxes, viewOf(len(v.Boxes)+1, c.Box, c.Words))
		}
	}
	f.choices(r, out.Project, &v)
	return v, nil
}

func (f *face) choices(r *http.Request, project string, v *boxesView) {
	v.Strands = nil
	for _, s := range Strands() {
		v.Strands = append(v.Strands, page.Option{Value: s, Text: f.T(r, "page.strand."+s), Checked: slices.Contains(v.Said.Strands, s)})
	}
	v.On = form.Typed(v.On)
	v.Sites = f.sites(r, project)
}

func (f *face) boxesPage(r *http.Request, v boxesView) page.View {
	return page.View{Title: f.T(r, "paper.boxes_title"), Body: v, Back: home(r.PathValue("project")) + "/lot/" + r.PathValue("lot"), Scripts: []string{"paper-boxes.js"}}
}

func (f *face) boxesForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.lotOf(r)
	if err != nil {
		return err
	}
	v, err := f.boxesView(r, out)
	if err != nil {
		return err
	}
	return f.Show(w, r, "paper/boxes", f.boxesPage(r, v))
}

// boxes keeps what was drawn, or changes the page as its button says: add a box, take one
// away, split the photo. What was typed is kept in each case.
func (f *face) boxes(w http.ResponseWriter, r *http.Request) error {
	out, err := f.lotOf(r)
	if err != nil {
		return err
	}
	v, err := f.boxesView(r, out)
	if err != nil {
		return err
	}
	in := BoxesIn{}
	err = form.Read(r, &in)
	in.Lot, in.Photo, in.Boxes = out.ID, v.Photo.ID, nil
	v.Said, v.Version, v.Boxes = in.Said, in.Version, nil
	f.choices(r, out.Project, &v)
	bad := -1
	for n := 1; n <= maxCuts+1 && r.Form.Has("x"+strconv.Itoa(n)); n++ {
		k := strconv.Itoa(n)
		if r.FormValue("do") == "remove-"+k || r.FormValue("gone"+k) != "" {
			continue
		}
		s := boxFrom(r, k)
		b := boxView{N: len(v.Boxes) + 1, X: r.FormValue("x" + k), Y: r.FormValue("y" + k), W: r.FormValue("w" + k), H: r.FormValue("h" + k), Words: r.FormValue("words" + k)}
		if _, _, ok := parseBox(s); !ok && bad < 0 {
			bad = b.N
		}
		v.Boxes, in.Boxes = append(v.Boxes, b), append(in.Boxes, s)
	}
	do, _, _ := strings.Cut(r.FormValue("do"), "-")
	switch do {
	case "remove":
		return f.Show(w, r, "paper/boxes", f.boxesPage(r, v))
	case "add":
		v.Boxes = append(v.Boxes, viewOf(len(v.Boxes)+1, Box{0.1, 0.1, 0.3, 0.3}, ""))
		return f.Show(w, r, "paper/boxes", f.boxesPage(r, v))
	case "split":
		rows, e1 := strconv.Atoi(strings.TrimSpace(r.FormValue("rows")))
		columns, e2 := strconv.Atoi(strings.TrimSpace(r.FormValue("columns")))
		v.Rows, v.Columns = r.FormValue("rows"), r.FormValue("columns")
		if e1 != nil || e2 != nil || rows < 1 || columns < 1 || rows > 30 || columns > 30 || rows*columns > maxCuts {
			return f.Again(w, r, "paper/boxes", f.boxesPage(r, v), fault.Fielded("rows", "paper.from_to", "From", 1, "To", 30))
		}
		v.Boxes = nil
		for _, b := range (Box{0, 0, 1, 1}).split(rows, columns) {
			v.Boxes = append(v.Boxes, viewOf(len(v.Boxes)+1, b, ""))
		}
		return f.Show(w, r, "paper/boxes", f.boxesPage(r, v))
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "paper.boxes", r.FormValue("key"), f.room.Boxes, in)
	}
	if err != nil {
		if bad > 0 {
			err = renamed(err, "boxes", "x"+strconv.Itoa(bad))
		}
		if fault.Is(err, fault.Conflict) {
			v.Version, v.Key = out.Version, "" // the next press stands on what is there now
		}
		return f.Again(w, r, "paper/boxes", f.boxesPage(r, v), err)
	}
	return web.Redirect(w, r, home(out.Project)+"/lot/"+out.ID+"?done=boxes")
}

package evidence

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// sentMark is what the forms of marks hold beside the fields of MarkIn.
type sentMark struct {
	Half   string `json:"half"` // whole, top, bottom, left, right or own
	Left   string `json:"left"` // per cent
	Top    string `json:"top"`
	Width  string `json:"width"`
	Height string `json:"height"`
	From   string `json:"from"` // as typed: 1:05
	To     string `json:"to"`
}

// read puts a box and times as they were typed into in.
func (s sentMark) read(in *MarkIn) error {
	var c fault.Check
	if half, ok := halves()[s.Half]; ok {
		in.X, in.Y, in.W, in.H = half[0], half[1], half[2], half[3]
	} else if s.Left != "" || s.Top != "" || s.Width != "" || s.Height != "" {
		for _, x := range []struct {
			name, typed string
			to          *int64
		}{{"left", s.Left, &in.X}, {"top", s.Top, &in.Y}, {"width", s.Width, &in.W}, {"height", s.Height, &in.H}} {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.Replace(strings.TrimSpace(x.typed), ",", ".", 1), "%")), 64)
			ok := err == nil && n >= 0 && n <= 100
			c.Need(ok, x.name, "evidence.excerpt_per_cent")
			if ok {
				*x.to = int64(n*100 + 0.5)
			}
		}
		in.W, in.H = min(in.W, wholeBox-in.X), min(in.H, wholeBox-in.Y)
	}
	for _, x := range []struct {
		name, typed string
		to          *int64
	}{{"from", s.From, &in.FromMS}, {"to", s.To, &in.ToMS}} {
		if x.typed == "" {
			continue
		}
		ms, ok := readTime(x.typed)
		c.Need(ok, x.name, "evidence.excerpt_time_typed")
		*x.to = ms
	}
	return c.Err()
}

// halves is the parts of a picture that have a name.
func halves() map[string][4]int64 {
	const half = wholeBox / 2
	return map[string][4]int64{"whole": {0, 0, wholeBox, wholeBox}, "top": {0, 0, wholeBox, half}, "bottom": {0, half, wholeBox, half},
		"left": {0, 0, half, wholeBox}, "right": {half, 0, half, wholeBox}}
}

func (f *face) mark(w http.ResponseWriter, r *http.Request) error {
	var in MarkIn
	var sent sentMark
	err := form.Read(r, &in)
	if err == nil {
		err = form.Read(r, &sent)
	}
	if err == nil {
		err = sent.read(&in)
	}
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	var out MarkOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "evidence.mark", r.FormValue("key"), f.room.Mark, in)
	}
	place := saidAddress(r.PathValue("project"), in.Ref.ID) + "/mark/" + out.ID
	switch {
	case err == nil && web.WantsJSON(r):
		return web.AnswerJSON(w, http.StatusCreated, markJSON{out, place})
	case err == nil:
		return web.Redirect(w, r, place+"?done=marked")
	case web.WantsJSON(r):
		return f.RefuseJSON(w, r, err)
	}
	return f.markAgain(w, r, err)
}

// markAgain shows the page once more, with what was typed and why it could not be taken.
func (f *face) markAgain(w http.ResponseWriter, r *http.Request, err error) error {
	s, e := f.markSource(r)
	if e != nil {
		return e
	}
	q := url.Values{}
	for _, k := range []string{"file", "page", "part", "p"} {
		if x := r.FormValue(k); x != "" {
			q.Set(k, x)
		}
	}
	if n := r.PathValue("n"); n != "" {
		q.Set("page", n)
	}
	v, name, e := f.markView(r, s, q)
	if e != nil {
		return e
	}
	return f.Again(w, r, name, f.markShown(r, s, v), err)
}

// markPlace opens the place of one mark: its part of the words, its picture, its time.
func (f *face) markPlace(w http.ResponseWriter, r *http.Request) error {
	s, err := f.markSource(r)
	if err != nil {
		return err
	}
	q := url.Values{}
	if r.URL.Query().Get("done") == "marked" {
		q.Set("done", "marked")
	}
	id := r.PathValue("mark")
	i := slices.IndexFunc(s.marks, func(x Excerpt) bool { return x.ID == id })
	here := saidAddress(s.rec.Project, s.rec.ID) + "/mark"
	if i < 0 {
		return web.Redirect(w, r, here+"?done=gone")
	}
	x := s.marks[i]
	switch {
	case x.Lost():
		return web.Redirect(w, r, here+"?done=lost#lost")
	case x.Kind == InText:
		q.Set("at", strconv.Itoa(max(1, x.Start)))
	default:
		q.Set("file", x.File)
		if x.Page > 0 {
			q.Set("page", strconv.FormatInt(x.Page, 10))
		}
	}
	q.Set("m", x.ID)
	return web.Redirect(w, r, here+"?"+q.Encode()+"#mark-"+x.ID)
}

func (f *face) unmark(w http.ResponseWriter, r *http.Request) error {
	var in UnmarkIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "evidence.unmark", r.FormValue("key"), f.room.Unmark, in)
	}
	switch {
	case err != nil && web.WantsJSON(r):
		return f.RefuseJSON(w, r, err)
	case err != nil:
		return err
	case web.WantsJSON(r):
		return web.AnswerJSON(w, http.StatusOK, struct{}{})
	}
	q := url.Values{"done": {"unmarked"}}
	for _, k := range []string{"file", "page", "part"} {
		if x := r.FormValue(k); x != "" {
			q.Set(k, x)
		}
	}
	return web.Redirect(w, r, saidAddress(r.PathValue("project"), in.Ref.ID)+"/mark?"+q.Encode())
}

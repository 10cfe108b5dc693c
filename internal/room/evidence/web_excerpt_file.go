package evidence

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// markedFile is the page on which a picture, a document's page or a recording is marked.
type markedFile struct {
	markHead
	File     Medium
	Src      string // of the picture or the recording
	Alt      string // of the picture; what the player is called
	Page     int    // of a document, from 1; 0 = it is none
	Pages    page.Pages
	Words    string // of the page
	Type     string // where the words of a page are sent, where they may be typed
	Typed    string // what was typed for it, so far or before a mistake
	From, To string // of the time, as typed
	Half     string
	Halves   []page.Option
	Left     string
	Top      string
	Width    string
	Height   string
	Now      *Excerpt // the mark that the address names
	Boxes    []Excerpt
	Sound    bool
	Video    bool
}

func (f *face) markFileView(r *http.Request, s markSource, m Medium, q url.Values) (markedFile, error) {
	v := markedFile{markHead: f.markHead(r, s, m.ID), File: m, Alt: m.Alt, Sound: m.Kind == Sound, Video: m.Kind == Video,
		From: r.FormValue("from"), To: r.FormValue("to"), Half: r.FormValue("half"), Left: r.FormValue("left"), Top: r.FormValue("top"),
		Width: r.FormValue("width"), Height: r.FormValue("height")}
	v.Src = fileHere(s.rec.Project, m.ID)
	switch {
	case m.Kind == Document:
		f.documentPage(r, s, m, q, &v)
	case v.Alt == "" && (v.Sound || v.Video):
		v.Alt = f.mediumLabel(r, m)
	case v.Alt == "":
		v.Alt = f.T(r, "evidence.excerpt_no_alt")
	}
	if v.Half == "" {
		v.Half = "whole"
	}
	for _, h := range []string{"whole", "top", "bottom", "left", "right", "own"} {
		v.Halves = append(v.Halves, page.Option{Value: h, Text: f.T(r, "evidence.excerpt_half_"+h)})
	}
	var here []Excerpt
	for _, x := range s.marks {
		if x.File != m.ID || x.Page != int64(v.Page) {
			continue
		}
		here = append(here, x)
		if x.ID == q.Get("m") {
			v.Now = &x
		}
		if x.Kind == OnPage {
			v.Boxes = append(v.Boxes, x)
		}
	}
	if v.Now != nil && v.Now.Kind == InTime {
		// A media fragment (W3C Media Fragments URI 1.0, 4.2.1) opens the player there.
		v.Src += "#t=" + seconds(v.Now.FromMS) + "," + seconds(v.Now.ToMS)
	}
	f.listMarks(r, &v.markHead, here, q, func(x Excerpt) (string, string) {
		if x.Kind == InTime {
			return f.T(r, "evidence.excerpt_from_to", "From", clockTime(x.FromMS), "To", clockTime(x.ToMS)), v.Action + "?file=" + m.ID + "&m=" + x.ID + "#mark-" + x.ID
		}
		return f.T(r, "evidence.excerpt_box", "Left", x.X/100, "Top", x.Y/100, "Width", x.W/100, "Height", x.H/100), "#mark-" + x.ID
	})
	return v, nil
}

// documentPage fills in the page of a document that q names.
func (f *face) documentPage(r *http.Request, s markSource, m Medium, q url.Values, v *markedFile) {
	last := int(m.Pages)
	v.Page = min(max(number(q.Get("page")), 1), last)
	home := saidAddress(s.rec.Project, s.rec.ID)
	here := home + "/mark?file=" + m.ID + "&page="
	v.Src = home + "/page/" + strconv.Itoa(v.Page) + "?file=" + m.ID
	v.Alt = f.T(r, "evidence.excerpt_page_alt", "Page", v.Page, "Name", m.Name)
	v.Pages = page.Pages{From: v.Page, To: v.Page, Total: last}
	if v.Page > 1 {
		v.Pages.Prev = here + strconv.Itoa(v.Page-1)
	}
	if v.Page < last {
		v.Pages.Next = here + strconv.Itoa(v.Page+1)
	}
	if all := pageWords(s.read.text.Words(), s.read.pages, last); v.Page <= len(all) && len(s.read.pages) > 0 {
		v.Words = strings.TrimSpace(all[v.Page-1])
	}
	if s.may && (v.Words == "" || !s.read.fixed) && (len(s.read.pages) > 0 || s.read.text.Len() == 0) {
		v.Type, v.Typed = home+"/page/"+strconv.Itoa(v.Page), v.Words
		if r.Method == http.MethodPost && r.PostForm.Has("words") {
			v.Typed = r.PostForm.Get("words")
		}
	}
}

// seconds writes milliseconds as seconds: 65.5.
func seconds(ms int64) string { return strconv.FormatFloat(float64(ms)/1000, 'f', -1, 64) }

// pagePicture gives a page of a document as a picture. It is kept by no browser and no
// server between.
func (f *face) pagePicture(w http.ResponseWriter, r *http.Request) error {
	b, err := f.room.pagePicture(r.Context(), ref.Of(Kind, r.PathValue("id")), r.PathValue("project"), r.URL.Query().Get("file"), int64(number(r.PathValue("n"))))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err = w.Write(b)
	return err
}

// typedPage stores what someone typed from a page's picture.
func (f *face) typedPage(w http.ResponseWriter, r *http.Request) error {
	var in TypePageIn
	err := form.Read(r, &in)
	in.Ref, in.Page = ref.Of(Kind, r.PathValue("id")), int64(number(r.PathValue("n")))
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "evidence.type-page", r.FormValue("key"), f.room.TypePage, in)
	}
	if err != nil {
		return f.markAgain(w, r, err)
	}
	return web.Redirect(w, r, saidAddress(r.PathValue("project"), in.Ref.ID)+"/mark?"+url.Values{"file": {r.FormValue("file")}, "page": {r.PathValue("n")}, "done": {"typed"}}.Encode())
}

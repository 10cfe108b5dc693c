package evidence

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"

	"plait/internal/engine/caption"
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

// mediumView is a file as a page shows it.
type mediumView struct {
	Medium
	Here    string // its address, under which its pages are
	Label   string // "Recording, 2 minutes"
	Cues    int    // captions it has
	Advice  int    // captions that are hard to read
	MayEdit bool
}

// fileHere is the address of a file of a project.
func fileHere(project, file string) string { return "/evidence/" + project + "/file/" + file }

func (f *face) mediumView(r *http.Request, project string, m Medium, mayEdit bool) mediumView {
	v := mediumView{Medium: m, Here: fileHere(project, m.ID), Label: f.mediumLabel(r, m), MayEdit: mayEdit}
	if m.Captions != "" {
		cues := caption.Read(m.Captions).Cues
		v.Cues, v.Advice = len(cues), len(caption.Rules(cues))
	}
	return v
}

func (f *face) mediaViews(r *http.Request, c Contribution, mayEdit bool) []mediumView {
	out := make([]mediumView, len(c.Media))
	for i, m := range c.Media {
		out[i] = f.mediumView(r, c.Project, m, mayEdit)
	}
	return out
}

// typeLink says whether what is heard, or seen on a picture, can be typed, or was.
func (f *face) typeLink(r *http.Request, v seeView) string {
	none := strings.TrimSpace(v.Words) == ""
	link := ""
	for _, m := range v.Files {
		switch {
		case !v.MayEdit || v.Fixed:
		case (m.Kind == Sound || m.Kind == Video) && none:
			return f.T(r, "evidence.media_type_do")
		case m.Kind == Sound || m.Kind == Video:
			return f.T(r, "evidence.media_type_on")
		case m.Kind == Picture && none && link == "":
			link = f.T(r, "evidence.media_type_seen")
		}
	}
	return link
}

// mediumLabel says what a file is, and how long it plays or how many pages it has.
func (f *face) mediumLabel(r *http.Request, m Medium) string {
	kind := f.T(r, "evidence.media_"+m.Kind)
	switch {
	case m.Kind == Document && m.Pages > 0:
		return f.T(r, "evidence.media_pages", "Kind", kind, "Count", m.Pages)
	case m.MS >= 90_000:
		return f.T(r, "evidence.media_minutes", "Kind", kind, "Count", (m.MS+30_000)/60_000)
	case m.MS > 0:
		return f.T(r, "evidence.media_seconds", "Kind", kind, "Count", max(1, (m.MS+500)/1000))
	}
	return kind
}

// opened reads a file that an address names; under another project's address it is not there.
func (f *face) opened(r *http.Request) (Opened, error) {
	out, err := f.room.Open(r.Context(), r.PathValue("id"))
	if err == nil && out.Project != r.PathValue("project") {
		_ = out.Content.Close()
		return Opened{}, fault.New(fault.Missing, "house.missing")
	}
	return out, err
}

func (f *face) file(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Get("size") == "small" {
		return f.smallFile(w, r)
	}
	out, err := f.opened(r)
	if err != nil {
		return err
	}
	defer func() { _ = out.Content.Close() }()
	return web.ServeStored(w, r, web.Stored{ID: out.ID, Name: out.Name, Media: out.Media, Content: out.Content})
}

// smallFile gives a picture at the size of a list.
func (f *face) smallFile(w http.ResponseWriter, r *http.Request) error {
	m, rec, err := f.room.look(r.Context(), r.PathValue("id"), "evidence.see")
	if err == nil && rec.Project != r.PathValue("project") {
		err = fault.New(fault.Missing, "house.missing")
	}
	if err != nil {
		return err
	}
	if m.Kind != Picture {
		return web.Redirect(w, r, fileHere(rec.Project, m.ID))
	}
	content, err := f.room.small(r.Context(), rec, m)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	return web.ServeStored(w, r, web.Stored{ID: m.ID + "-small", Name: m.Name, Media: m.Media, Content: content})
}

// small is a picture that waits for its contribution at the size of a list.
func (f *face) small(r *http.Request, s web.Stored) (web.Stored, error) {
	b, err := f.room.shrunk(r.Context(), s.Content)
	s.ID, s.Content = s.ID+"-small", bytes.NewReader(b)
	return s, err
}

// captions gives a file's captions to the player.
func (f *face) captions(w http.ResponseWriter, r *http.Request) error {
	m, rec, err := f.room.look(r.Context(), r.PathValue("id"), "evidence.see")
	if err == nil && (m.Captions == "" || rec.Project != r.PathValue("project")) {
		err = fault.New(fault.Missing, "house.missing")
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/vtt; charset=utf-8")
	_, err = io.WriteString(w, m.Captions)
	return err
}

// mediaView is a page about one file: what it shows, its captions, whether it may go.
type mediaView struct {
	File    mediumView
	Version int64 // of what the page changes: the file, or its contribution
	Action  string
	Key     string
	Back    string
	// Alt and Captions are as they were typed; Now is what is stored, when someone was first.
	Alt, Captions, CheckedBy, Now string
	Checked                       bool
	Rules                         []ruleLine
	Ref                           ref.Ref // the contribution, so that a form sent again finds its way
}

// ruleLine is a caption that is hard to read.
type ruleLine struct {
	Cue  int
	At   string // "1:02"
	Text string
}

// about reads the file of a page about one file, for who may change it.
func (f *face) about(r *http.Request) (mediaView, Contribution, error) {
	m, rec, err := f.room.look(r.Context(), r.PathValue("id"), "evidence.edit")
	if err == nil && rec.Project != r.PathValue("project") {
		err = fault.New(fault.Missing, "house.missing")
	}
	if err != nil {
		return mediaView{}, Contribution{}, err
	}
	out, err := f.room.See(r.Context(), SeeIn{rec.Ref()})
	v := mediaView{File: f.mediumView(r, rec.Project, m, true), Version: m.Version, Action: r.URL.Path, Key: r.FormValue("key"),
		Back: "/evidence/" + rec.Project + "/said/" + rec.ID, Ref: rec.Ref()}
	return v, out.Contribution, err
}

// showMedia shows a page about one file, again with what is wrong when err is one of its fields.
func (f *face) showMedia(w http.ResponseWriter, r *http.Request, name, title string, v mediaView, err error) error {
	p := page.View{Title: f.T(r, title), Body: v, Back: v.Back, Scripts: []string{"evidence-player.js"}}
	if err != nil {
		return f.Again(w, r, "evidence/"+name, p, err)
	}
	return f.Show(w, r, "evidence/"+name, p)
}

func (f *face) describeForm(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.about(r)
	if err != nil {
		return err
	}
	v.Alt = v.File.Alt
	return f.showMedia(w, r, "media_describe", "evidence.media_describe_"+v.File.Kind, v, nil)
}

func (f *face) describe(w http.ResponseWriter, r *http.Request) error {
	var in DescribeIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	v, c, err := f.about(r)
	if err != nil {
		return err
	}
	in.Ref, in.File = c.Ref, v.File.ID
	if _, err = plug.Run(r.Context(), f.desk, "evidence.describe", r.FormValue("key"), f.room.Describe, in); err != nil {
		v.Alt, v.Version = in.Alt, in.Version
		if v.File.Version != in.Version {
			v.Now, v.Version, v.Key = v.File.Alt, v.File.Version, ""
		}
		return f.showMedia(w, r, "media_describe", "evidence.media_describe_"+v.File.Kind, v, err)
	}
	return web.Redirect(w, r, v.Back+"?done=described")
}

func (f *face) captionForm(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.about(r)
	if err != nil {
		return err
	}
	v.Captions, v.Checked, v.CheckedBy = v.File.Captions, v.File.CaptionsBy != "", v.File.CaptionsBy
	v.Rules = f.rules(r, v.Captions)
	return f.showMedia(w, r, "media_caption", "evidence.media_caption_title", v, nil)
}

// rules lists captions that are hard to read, 20 at most.
func (f *face) rules(r *http.Request, captions string) []ruleLine {
	var out []ruleLine
	cues := caption.Read(captions).Cues
	for _, b := range caption.Rules(cues) {
		if len(out) == 20 {
			break
		}
		at := caption.Time(cues[b.Cue-1].Start)
		out = append(out, ruleLine{b.Cue, strings.TrimPrefix(at[:len(at)-4], "00:"), f.T(r, "evidence.media_rule_"+b.ID, "Got", b.Got)})
	}
	return out
}

func (f *face) caption(w http.ResponseWriter, r *http.Request) error {
	in := CaptionIn{}
	sent, _, err := f.sent(r)
	if file := sent.Get("vtt"); err == nil && strings.TrimSpace(file) != "" {
		words, _, e := text.Decode([]byte(file))
		sent.Set("captions", words)
		err = e
	}
	if err == nil {
		err = form.Fill(sent, &in)
	}
	if err != nil {
		return err
	}
	v, c, err := f.about(r)
	if err != nil {
		return err
	}
	in.Ref, in.File = c.Ref, v.File.ID
	out, err := plug.Run(r.Context(), f.desk, "evidence.caption", sent.Get("key"), f.room.Caption, in)
	if err != nil {
		v.Key = sent.Get("key")
		v.Captions, v.Checked, v.CheckedBy, v.Version, v.Rules = in.Captions, in.Checked, in.CheckedBy, in.Version, f.rules(r, in.Captions)
		if v.File.Version != in.Version {
			v.Now, v.Version, v.Key = v.File.Captions, v.File.Version, ""
		}
		return f.showMedia(w, r, "media_caption", "evidence.media_caption_title", v, err)
	}
	if out.Advice > 0 {
		return web.Redirect(w, r, v.File.Here+"/caption?done=captioned")
	}
	return web.Redirect(w, r, v.Back+"?done=captioned")
}

func (f *face) dropForm(w http.ResponseWriter, r *http.Request) error {
	v, c, err := f.about(r)
	if err != nil {
		return err
	}
	v.Version = c.Version
	return f.showMedia(w, r, "media_drop", "evidence.media_drop_"+v.File.Kind, v, nil)
}

func (f *face) drop(w http.ResponseWriter, r *http.Request) error {
	var in DropMediaIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.File = r.PathValue("id")
	v, c, err := f.about(r)
	if fault.Is(err, fault.Missing) && !in.Ref.None() {
		// Sent again after it went: the desk knows the answer by its key.
		v.Back, c.Ref, err = "/evidence/"+r.PathValue("project")+"/said/"+in.Ref.ID, in.Ref, nil
	}
	if err != nil {
		return err
	}
	in.Ref = c.Ref
	if _, err := plug.Run(r.Context(), f.desk, "evidence.drop-media", r.FormValue("key"), f.room.DropMedia, in); err != nil {
		if v.File.ID == "" {
			return err
		}
		v.Version = c.Version
		return f.showMedia(w, r, "media_drop", "evidence.media_drop_"+v.File.Kind, v, err)
	}
	return web.Redirect(w, r, v.Back+"?done=dropped")
}

// addView is the page on which files are added to a contribution.
type addView struct {
	Version int64
	Waits   []waitingView // sent already, when the form comes back
	Action  string
	Key     string
}

func (f *face) addPage(r *http.Request, c Contribution, v addView) page.View {
	v.Action = r.URL.Path
	if v.Version == 0 {
		v.Version = c.Version
	}
	return page.View{Title: f.T(r, "evidence.media_add_title"), Body: v, Back: "/evidence/" + c.Project + "/said/" + c.Ref.ID, Scripts: []string{"evidence-files.js"}}
}

func (f *face) addForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/media_add", f.addPage(r, out.Contribution, addView{}))
}

func (f *face) addFiles(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r)
	if err != nil {
		return err
	}
	if err := f.mayEdit(r, out.Ref); err != nil {
		return err
	}
	sent, c, err := f.sent(r)
	in := AddMediaIn{Ref: out.Ref, Files: c.Files}
	if err == nil {
		version := struct {
			Version int64 `json:"version"`
		}{}
		err = form.Fill(sent, &version)
		in.Version = version.Version
	}
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "evidence.add-media", c.Key, f.room.AddMedia, in)
	}
	if err != nil {
		waits, e := f.waits(r, c.Files)
		if e != nil {
			return e
		}
		return f.Again(w, r, "evidence/media_add", f.addPage(r, out.Contribution, addView{Waits: waits, Key: c.Key, Version: in.Version}), err)
	}
	return web.Redirect(w, r, "/evidence/"+out.Project+"/said/"+out.Ref.ID+"?done=added")
}

func (f *face) mayEdit(r *http.Request, at ref.Ref) error {
	return f.room.db.Read(r.Context(), func(tx *db.Tx) error { return who.Must(tx.Context(), tx, "evidence.edit", at) })
}

// sent reads a form that may have files: they are taken as they come and their uploads are
// in the answer, with the form's key. What could not be taken is told after the fields.
// Its fields can be read from the request afterwards, as from any form.
func (f *face) sent(r *http.Request) (url.Values, Captured, error) {
	c := Captured{GiveIn: GiveIn{Project: r.PathValue("project")}}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		err := form.Parse(r)
		c.Key, c.Files = r.PostForm.Get("key"), r.PostForm["upload"]
		return r.PostForm, c, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, c, badForm(err)
	}
	values := url.Values{}
	refused, err := f.readParts(r, parts, &c, values)
	if c.Key != "" {
		values.Set("key", c.Key)
	}
	r.Form, r.PostForm = values, values
	if err == nil {
		err = refused
	}
	return values, c, err
}

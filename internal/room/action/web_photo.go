package action

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/photo"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// maxSent is the most a form with a photo may hold: the picture and a few words.
const maxSent = photo.MaxBytes + 1<<20

// photoRoutes are the addresses of an action's photos.
func (f *face) photoRoutes() []web.Route {
	const at = "/action/{project}/of/{id}/photo"
	return []web.Route{
		{Pattern: "GET " + at, Permission: "action.do", Handle: f.photoForm},
		{Pattern: "POST " + at, Permission: "action.do", Handle: f.photo, MaxBytes: maxSent},
		{Pattern: "GET " + at + "/{file}", Permission: "action.see", Handle: f.photoFile},
		{Pattern: "POST " + at + "/{file}/drop", Permission: "action.do", Handle: f.dropPhoto},
	}
}

// photoView is the form of a photo: a new one, or the words of one that is there.
type photoView struct {
	Version        int64
	What           string // the action
	Action, Key    string
	File           string // "" = a new one
	Src            string
	Caption, Words string
	Most           int // megabytes
	Left           int // how many more there may be
	Now            []page.Row
}

// photoLine is a photo on the action's page.
type photoLine struct {
	Photo
	Src, Alt, Mend, Drop string
}

// photoLines is an action's photos; only those who may do something get Mend and Drop.
func (f *face) photoLines(r *http.Request, out SeeOut, may bool) []photoLine {
	here := actionPage(out.Project, out.Ref.ID) + "/photo"
	lines := make([]photoLine, len(out.Photos))
	for i, p := range out.Photos {
		l := photoLine{Photo: p, Src: here + "/" + p.File, Alt: p.Words}
		if l.Alt == "" {
			l.Alt = f.T(r, "action.photo_no_words")
		}
		if may {
			l.Mend, l.Drop = here+"?file="+p.File, here+"/"+p.File+"/drop"
		}
		lines[i] = l
	}
	return lines
}

func (f *face) photoView(r *http.Request, out SeeOut, in PhotoIn) photoView {
	here := actionPage(out.Project, out.Ref.ID) + "/photo"
	v := photoView{Version: in.Version, What: out.Title, Action: here, Key: r.FormValue("key"), File: in.File, Caption: in.Caption, Words: in.Words,
		Most: photo.MaxBytes >> 20, Left: MaxPhotos - len(out.Photos)}
	if v.File != "" {
		v.Src = here + "/" + v.File
	}
	return v
}

func (f *face) photoPage(r *http.Request, v photoView) page.View {
	title := f.T(r, "action.photo_title")
	if v.File != "" {
		title = f.T(r, "action.photo_words_title")
	}
	return page.View{Title: title, Body: v, Back: actionPage(r.PathValue("project"), r.PathValue("id"))}
}

func (f *face) photoForm(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindAction)
	if err != nil {
		return err
	}
	in := PhotoIn{Version: out.Version}
	if file := r.URL.Query().Get("file"); file != "" {
		i := slices.IndexFunc(out.Photos, func(p Photo) bool { return p.File == file })
		if i < 0 {
			return missing()
		}
		in.File, in.Caption, in.Words = file, out.Photos[i].Caption, out.Photos[i].Words
	}
	return f.Show(w, r, "action/photo", f.photoPage(r, f.photoView(r, out, in)))
}

// sentPhoto is the form's fields besides the picture.
type sentPhoto struct {
	Version int64  `json:"version"`
	Caption string `json:"caption"`
	Words   string `json:"words"`
	File    string `json:"file"`
}

func (f *face) photo(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindAction)
	if err != nil {
		return err
	}
	var sent sentPhoto
	err = form.Read(r, &sent)
	in := PhotoIn{Ref: out.Ref, Version: sent.Version, Caption: sent.Caption, Words: sent.Words, File: sent.File, Key: r.FormValue("key")}
	if err == nil {
		in.Content, err = sentFile(r)
	}
	if err == nil {
		_, err = f.room.Photo(r.Context(), in)
	}
	if err != nil {
		now, e := f.seen(r.Context(), r, KindAction)
		if e != nil {
			return e
		}
		v := f.photoView(r, now, in)
		if now.Version != in.Version {
			v.Version, v.Key = now.Version, ""
		}
		return f.Again(w, r, "action/photo", f.photoPage(r, v), err)
	}
	done := "?done=photo"
	if in.File != "" {
		done = "?done=photo_words"
	}
	return web.Redirect(w, r, actionPage(out.Project, out.Ref.ID)+done)
}

// sentFile reads the picture of a form; none is nil.
func sentFile(r *http.Request) ([]byte, error) {
	file, _, err := r.FormFile("content")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "house.bad_form").With("house.bad_form_do").Because(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	// One byte more than may be: photo.Make then says that it is too large.
	return io.ReadAll(io.LimitReader(file, photo.MaxBytes+1))
}

// photoFile gives a photo's bytes. It is kept by no browser and no server between.
func (f *face) photoFile(w http.ResponseWriter, r *http.Request) error {
	file, info, err := f.room.openPhoto(r.Context(), ref.Of(KindAction, r.PathValue("id")), r.PathValue("project"), r.PathValue("file"))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	h := w.Header()
	h.Set("Content-Type", info.Media)
	h.Set("Content-Length", strconv.FormatInt(info.Size, 10))
	h.Set("Content-Disposition", `inline; filename="photo.jpg"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err = io.Copy(w, file)
	return err
}

func (f *face) dropPhoto(w http.ResponseWriter, r *http.Request) error {
	out, err := f.seen(r.Context(), r, KindAction)
	if err != nil {
		return err
	}
	var in DropPhotoIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.Ref, in.File = out.Ref, r.PathValue("file")
	if _, err := plug.Run(r.Context(), f.desk, "action.drop-photo", r.FormValue("key"), f.room.DropPhoto, in); err != nil {
		return err
	}
	return web.Redirect(w, r, actionPage(out.Project, out.Ref.ID)+"?done=photo_gone")
}

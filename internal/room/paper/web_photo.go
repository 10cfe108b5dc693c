package paper

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/photo"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// maxSent is the most bytes that may be sent at once: several photos.
const maxSent = 8 * photo.MaxBytes

// photoView is the form for photos.
type photoView struct {
	Action, Key, Lot string
	Flip             bool
	Most             int // megabytes of one photo
}

func (f *face) photoView(r *http.Request, kind, lot string) photoView {
	v := photoView{Action: home(r.PathValue("project")) + "/photo", Lot: lot, Flip: kind == Flip, Most: photo.MaxBytes >> 20}
	if v.Flip {
		v.Action = home(r.PathValue("project")) + "/flip"
	}
	return v
}

func (f *face) photoPage(r *http.Request, v photoView) page.View {
	title := f.T(r, "paper.photo_title")
	if v.Flip {
		title = f.T(r, "paper.flip_title")
	}
	return page.View{Title: title, Body: v, Back: home(r.PathValue("project"))}
}

func (f *face) photoForm(w http.ResponseWriter, r *http.Request) error {
	return f.Show(w, r, "paper/photo", f.photoPage(r, f.photoView(r, Cards, r.URL.Query().Get("lot"))))
}

func (f *face) flipForm(w http.ResponseWriter, r *http.Request) error {
	return f.Show(w, r, "paper/photo", f.photoPage(r, f.photoView(r, Flip, "")))
}

func (f *face) photo(w http.ResponseWriter, r *http.Request) error { return f.take(w, r, Cards) }
func (f *face) flip(w http.ResponseWriter, r *http.Request) error  { return f.take(w, r, Flip) }

// take takes photos in one after the other, as they come: only one is held in memory.
func (f *face) take(w http.ResponseWriter, r *http.Request, kind string) error {
	lot, n, err := f.takeAll(r, kind)
	if err == nil && n == 0 {
		err = fault.Fielded("photos", "paper.need_photo")
	}
	if err != nil {
		return f.Again(w, r, "paper/photo", f.photoPage(r, f.photoView(r, kind, lot)), renamed(err, "content", "photos"))
	}
	return web.Redirect(w, r, home(r.PathValue("project"))+"/lot/"+lot)
}

func (f *face) takeAll(r *http.Request, kind string) (lot string, n int, err error) {
	bad := func(err error) error {
		return fault.New(fault.Invalid, "house.bad_form").With("house.bad_form_do").Because(err)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return "", 0, bad(err)
	}
	key := ""
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return lot, n, nil
		}
		if err != nil {
			return lot, n, tooMuch(err, bad)
		}
		b, err := io.ReadAll(io.LimitReader(part, photo.MaxBytes+1))
		if err != nil {
			return lot, n, tooMuch(err, bad)
		}
		switch part.FormName() {
		case "key":
			key = string(b)
		case "lot":
			lot = string(b)
		case "photos":
			if len(b) == 0 {
				continue
			}
			if len(b) > photo.MaxBytes {
				return lot, n, fault.Fielded("photos", "photo.too_big", "MB", photo.MaxBytes>>20, "Megapixels", photo.MaxPixels/1_000_000).With("photo.too_big_do")
			}
			in := PhotoIn{Project: r.PathValue("project"), Lot: lot, Kind: kind, Name: part.FileName(), Content: b}
			if key != "" {
				in.Key = key + "-" + strconv.Itoa(n)
			}
			out, err := f.room.Photo(r.Context(), in)
			if err != nil {
				return lot, n, err
			}
			lot, n = out.Lot, n+1
		}
	}
}

func tooMuch(err error, other func(error) error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.New(fault.TooBig, "house.too_big").With("house.too_big_do").Because(err)
	}
	return other(err)
}

// lotView is what was found in photos.
type lotView struct {
	LookOut
	Here, Key    string
	Reading      int // photos that wait to be read
	ReadyN       int // photos that are read
	Total        int
	Cards        []cutView // waits
	N            int
	Already      []cutView
	Again        int // clearer in another photo
	Foreign      int
	LooseOnes    []cutView
	Failures     []string
	Gaps         []string
	NFiled, ToDo int
	Boxed        []boxedView
	Ask          string // "undo" or "drop": asked once more
	Type         []page.Link
	CanFile      bool
	Reason       string      // why filing stopped
	Kept         []page.Link // photos in which a missing card may be
}

type cutView struct {
	Cut
	Src, Where, Place string
}

type boxedView struct {
	Name, Href, Src string
	N               int
}

// lotOf reads the lot that an address names.
func (f *face) lotOf(r *http.Request) (LookOut, error) {
	out, err := f.room.Look(r.Context(), LookIn{r.PathValue("lot")})
	if err == nil && (out.Project != r.PathValue("project") || out.State == Undone) {
		err = missing()
	}
	return out, err
}

func (f *face) lot(w http.ResponseWriter, r *http.Request) error {
	out, err := f.lotOf(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "paper/lot", f.lotPage(r, out))
}

func (f *face) lotPage(r *http.Request, out LookOut) page.View {
	v := lotView{LookOut: out, Here: home(out.Project) + "/lot/" + out.ID, Key: r.FormValue("key"), Total: len(out.Pictures)}
	for _, p := range out.Pictures {
		switch p.State {
		case Waiting:
			v.Reading++
		case Failed:
			v.Failures = append(v.Failures, p.Name+": "+f.T(r, p.Problem, "MB", photo.MaxBytes>>20, "Megapixels", photo.MaxPixels/1_000_000))
		case Read:
			if out.Kind == Flip {
				b := boxedView{Name: p.Name, Href: v.Here + "/boxes/" + p.ID, Src: v.Here + "/photo/" + p.ID}
				for _, c := range out.Cuts {
					if c.Photo == p.ID && c.Kind == AsBox {
						b.N++
					}
				}
				v.Boxed = append(v.Boxed, b)
			} else {
				v.Kept = append(v.Kept, page.Link{Href: v.Here + "/photo/" + p.ID + "/place", Text: p.Name})
			}
		}
	}
	for _, c := range out.Cuts {
		f.sort(r, &v, c)
	}
	for id, gaps := range out.Missing {
		for _, g := range gaps {
			v.Gaps = append(v.Gaps, f.T(r, "paper.gap", "Table", g.Table, "Numbers", ranges(g.Numbers), "Name", out.Of[id].Name))
		}
	}
	slices.Sort(v.Gaps)
	for id, b := range out.Of {
		v.Type = append(v.Type, page.Link{Href: home(out.Project) + "/batch/" + id + "/type", Text: b.Name})
	}
	slices.SortFunc(v.Type, func(a, b page.Link) int { return strings.Compare(a.Href, b.Href) })
	v.N, v.ReadyN = len(v.Cards), v.Total-v.Reading
	v.ToDo = v.N + v.NFiled
	v.CanFile = v.N > 0 && v.Reading == 0 && out.State == Open
	if ask := r.URL.Query().Get("ask"); ask == "undo" && v.NFiled > 0 || ask == "drop" || ask == "unused" {
		v.Ask = ask
	}
	if out.Problem != "" {
		v.Reason = f.T(r, out.Problem, "MB", photo.MaxBytes>>20, "Megapixels", photo.MaxPixels/1_000_000)
	}
	notice := ""
	switch r.URL.Query().Get("done") {
	case "placed":
		notice = f.T(r, "paper.done_placed")
	case "boxes":
		notice = f.T(r, "paper.done_boxes")
	}
	pv := page.View{Title: f.lotTitle(r, v), Body: v, Notice: notice, Back: home(out.Project)}
	if v.Reading > 0 || out.State == Filing {
		pv.Scripts = []string{"paper-wait.js"}
	}
	return pv
}

func (f *face) sort(r *http.Request, v *lotView, c Cut) {
	x := cutView{Cut: c, Src: v.Here + "/cut/" + c.ID}
	if b, ok := v.Of[c.Batch]; ok {
		p, _ := b.Card(c.Table, c.Number)
		x.Where = f.where(r, b, p)
	}
	switch {
	case c.State == Filed:
		v.NFiled++
	case c.State == Here:
		v.Already = append(v.Already, x)
	case c.State == Again:
		v.Again++
	case c.State == Foreign:
		v.Foreign++
	case c.Kind == AsLoose && c.State == Waits:
		x.Place = v.Here + "/place/" + c.ID
		v.LooseOnes = append(v.LooseOnes, x)
	case c.State == Waits:
		if c.file == "" {
			x.Src = "" // it is cut out when it is filed
		}
		v.Cards = append(v.Cards, x)
	}
}

func (f *face) lotTitle(r *http.Request, v lotView) string {
	switch {
	case v.Reading > 0:
		return f.T(r, "paper.reading_title")
	case v.State == Filing:
		return f.T(r, "paper.filing_title")
	case v.State == Done, v.N == 0 && v.NFiled > 0 && v.Kind == Cards:
		return f.TN(r, "paper.filed_count", v.NFiled)
	case v.Kind == Flip:
		return f.TN(r, "paper.boxes_count", v.N)
	}
	return f.TN(r, "paper.found_count", v.N)
}

// TN is T for a message that counts.
func (f *face) TN(r *http.Request, key string, n int) string { return f.T(r, key, "Count", n) }

// pictureLot reads the lot that the address of a picture names, and no more of it.
func (f *face) pictureLot(tx *db.Tx, r *http.Request) (Lot, error) {
	l, err := lotFor(tx.Context(), tx, "paper.photo", r.PathValue("lot"))
	if err == nil && (l.Project != r.PathValue("project") || l.State == Undone) {
		err = missing()
	}
	return l, err
}

// cut serves the picture of a card that waits.
func (f *face) cut(w http.ResponseWriter, r *http.Request) error {
	var c Cut
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		l, err := f.pictureLot(tx, r)
		if err != nil {
			return err
		}
		var ok bool
		if c, ok, err = cutByID(tx, programmeOf(r), r.PathValue("cut")); err == nil && (!ok || c.lot != l.ID || c.file == "") {
			err = missing()
		}
		return err
	})
	if err != nil {
		return err
	}
	return f.serve(w, r, c.file)
}

// whole serves a photo that waits.
func (f *face) whole(w http.ResponseWriter, r *http.Request) error {
	var p Photo
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		l, err := f.pictureLot(tx, r)
		if err != nil {
			return err
		}
		var ok bool
		if p, ok, err = photoByID(tx, programmeOf(r), r.PathValue("photo")); err == nil && (!ok || p.lot != l.ID || p.State != Read) {
			err = missing()
		}
		return err
	})
	if err != nil {
		return err
	}
	return f.serve(w, r, p.file)
}

func (f *face) serve(w http.ResponseWriter, r *http.Request, file string) error {
	in, info, err := f.room.files.Open(r.Context(), programmeOf(r), file)
	if err != nil {
		return err
	}
	err = web.ServeStored(w, r, web.Stored{ID: info.ID, Name: info.Name, Media: info.Media, Content: in})
	return errors.Join(err, in.Close())
}

func (f *face) file(w http.ResponseWriter, r *http.Request) error {
	out, err := f.lotOf(r)
	if err != nil {
		return err
	}
	if err := form.Parse(r); err != nil {
		return err
	}
	if _, err := f.room.fileLater(r.Context(), FileIn{out.ID}); err != nil {
		return err
	}
	return web.Redirect(w, r, home(out.Project)+"/lot/"+out.ID)
}

func (f *face) drop(w http.ResponseWriter, r *http.Request) error {
	out, err := f.lotOf(r)
	if err != nil {
		return err
	}
	if err := form.Parse(r); err != nil {
		return err
	}
	if _, err := plug.Run(r.Context(), f.desk, "paper.drop", r.FormValue("key"), f.room.Drop, DropIn{out.ID}); err != nil {
		return err
	}
	return web.Redirect(w, r, home(out.Project)+"?done=dropped")
}

func (f *face) undo(w http.ResponseWriter, r *http.Request) error {
	out, err := f.lotOf(r)
	if err != nil {
		return err
	}
	if err := form.Parse(r); err != nil {
		return err
	}
	if _, err := f.room.Undo(r.Context(), UndoIn{out.ID}); err != nil {
		return err
	}
	return web.Redirect(w, r, home(out.Project)+"?done=undone")
}

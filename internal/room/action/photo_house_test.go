package action_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"plait/internal/kit/fault"
	"plait/internal/kit/web"
	"plait/internal/room/action"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// place is what a camera may write beside the dots of a picture.
const place = "GPS 53.2 N 3.0 W, Mair's phone"

// dots is a picture of a size as a camera writes it: with a comment that tells the place.
func dots(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		img.Set(x, x%h, color.RGBA{200, 40, 40, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	head := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(place) + 2)}, place...)
	return append(head, b.Bytes()[2:]...)
}

func sendPhoto(h *house.House, ctx context.Context, at ref.Ref, version int64, content []byte) (action.PhotoOut, error) {
	out, err := h.Try(ctx, "action.photo", action.PhotoIn{Ref: at, Version: version, Caption: "The chair in the shop", Words: "A chair on blocks", Content: content})
	got, _ := out.(action.PhotoOut)
	return got, err
}

// TestPhotos adds, words and takes photos away, on both engines.
func TestPhotos(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		at := plan(h, ctx, action.PlanIn{Title: "Lend chairs"}).Ref
		one, err := sendPhoto(h, ctx, at, 1, dots(t, 40, 30))
		if err != nil || one.Version != 2 {
			t.Fatalf("%+v %v", one, err)
		}
		out := see(h, ctx, at)
		if len(out.Photos) != 1 || out.Photos[0].Words != "A chair on blocks" || out.Photos[0].Width != 40 || out.Photos[0].Height != 30 || out.Version != 2 {
			t.Fatalf("%+v", out.Photos)
		}
		src := "/action/" + h.Project + "/of/" + at.ID + "/photo/" + one.File
		kept := fetch(h, ctx, httptest.NewRequest("GET", src, nil)).Body.Bytes()
		if bytes.Contains(kept, []byte("GPS")) || !bytes.HasPrefix(kept, []byte("\xff\xd8\xff")) {
			t.Fatal("the place is kept")
		}

		// The text alternative may come later, and can be changed.
		again := h.Do(ctx, "action.photo", action.PhotoIn{Ref: at, Version: 2, File: one.File, Caption: "The chair"}).(action.PhotoOut)
		if p := see(h, ctx, at).Photos[0]; again.Version != 3 || p.Caption != "The chair" || p.Words != "" {
			t.Errorf("reworded: %+v %+v", again, p)
		}

		// Who may not do is told so before anything is read, and what is no picture is not kept.
		refused(h, h.As(who.Reviewer), "action.photo", action.PhotoIn{Ref: at, Version: 3, Caption: "C", Content: dots(t, 4, 4)}, fault.Forbidden)
		on(h, refused(h, ctx, "action.photo", action.PhotoIn{Ref: at, Version: 3, Content: dots(t, 4, 4)}, fault.Invalid).Fields, "caption")
		on(h, refused(h, ctx, "action.photo", action.PhotoIn{Ref: at, Version: 3, Caption: "C"}, fault.Invalid).Fields, "content")
		on(h, refused(h, ctx, "action.photo", action.PhotoIn{Ref: at, Version: 3, Caption: "C", Content: []byte("%PDF-1.7")}, fault.Invalid).Fields, "content")
		refused(h, ctx, "action.photo", action.PhotoIn{Ref: at, Version: 2, Caption: "C", Content: dots(t, 4, 4)}, fault.Conflict)
		refused(h, ctx, "action.photo", action.PhotoIn{Ref: at, Version: 3, File: "no such", Caption: "C"}, fault.Missing)
		rec := recommend(h, ctx).Ref
		refused(h, ctx, "action.photo", action.PhotoIn{Ref: rec, Version: 1, Caption: "C", Content: dots(t, 4, 4)}, fault.Missing)

		// The same press twice is one photo.
		key := action.PhotoIn{Ref: at, Version: 3, Caption: "Twice", Content: dots(t, 8, 8), Key: "k"}
		first, second := h.Do(ctx, "action.photo", key).(action.PhotoOut), h.Do(ctx, "action.photo", key).(action.PhotoOut)
		if first != second || len(see(h, ctx, at).Photos) != 2 {
			t.Errorf("%+v %+v", first, second)
		}
		version := first.Version
		for i := 2; i < action.MaxPhotos; i++ {
			more, err := sendPhoto(h, ctx, at, version, dots(t, 4+i, 4))
			if err != nil {
				t.Fatal(err)
			}
			version = more.Version
		}
		refused(h, ctx, "action.photo", action.PhotoIn{Ref: at, Version: version, Caption: "C", Content: dots(t, 4, 4)}, fault.Conflict)

		version = sameKey(t, h, ctx, at)

		// One that is taken away cannot be opened again, and the others stay.
		refused(h, h.As(who.Reviewer), "action.drop-photo", action.DropPhotoIn{Ref: at, Version: version, File: one.File}, fault.Forbidden)
		h.Do(ctx, "action.drop-photo", action.DropPhotoIn{Ref: at, Version: version, File: one.File})
		if w := fetch(h, ctx, httptest.NewRequest("GET", src, nil)); w.Code != http.StatusNotFound {
			t.Errorf("it can still be opened: %d", w.Code)
		}
		if n := len(see(h, ctx, at).Photos); n != action.MaxPhotos-1 {
			t.Errorf("%d are left", n)
		}
		refused(h, ctx, "action.drop-photo", action.DropPhotoIn{Ref: at, Version: version + 1, File: one.File}, fault.Missing)
	})
}

// sameKey sends the photo that fills an action again with the key of the API's and the
// command line's own: the first answer comes, though there is no more room.
func sameKey(t *testing.T, h *house.House, ctx context.Context, at ref.Ref) (version int64) {
	t.Helper()
	last := see(h, ctx, at).Photos[action.MaxPhotos-1].File
	away := h.Do(ctx, "action.drop-photo", action.DropPhotoIn{Ref: at, Version: see(h, ctx, at).Version, File: last}).(action.PhotoOut)
	in := action.PhotoIn{Ref: at, Version: away.Version, Caption: "The last", Content: dots(t, 20, 20)}
	send := func(in action.PhotoIn) (any, error) {
		return h.Desk.RunVerb(ctx, h.Verbs["action.photo"], "from-the-header", in)
	}
	first, err := send(in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := send(in)
	if err != nil || again != first {
		t.Errorf("sent again: %+v %v, want %+v", again, err, first)
	}
	if n := len(see(h, ctx, at).Photos); n != action.MaxPhotos {
		t.Errorf("%d photos", n)
	}
	in.Caption = "Another"
	if _, err := send(in); !fault.Is(err, fault.Conflict) || fault.Of(err).Say != "house.key_conflict" {
		t.Errorf("another photo with the same key: %v", err)
	}
	return see(h, ctx, at).Version
}

// fetch asks for an address and gives the whole answer.
func fetch(h *house.House, ctx context.Context, r *http.Request) *httptest.ResponseRecorder {
	h.T.Helper()
	a := who.From(ctx)
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), h.Policy, a), nil
		}}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// posted is a form with a picture.
func posted(t *testing.T, address string, content []byte, fields url.Values) *http.Request {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v[0]); err != nil {
			t.Fatal(err)
		}
	}
	if content != nil {
		part, err := m.CreateFormFile("content", "../IMG 0001.png")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", address, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// TestPhotoPages goes through the pages as a browser without scripts does.
func TestPhotoPages(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		at := plan(h, ctx, action.PlanIn{Title: "Lend chairs"}).Ref
		here := "/action/" + h.Project + "/of/" + at.ID
		if w := fetch(h, ctx, httptest.NewRequest("GET", here+"/photo", nil)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Ask them first") || !strings.Contains(w.Body.String(), "at most 24 MB") {
			t.Fatalf("the form: %d %s", w.Code, w.Body)
		}
		w := fetch(h, ctx, posted(t, here+"/photo", []byte("no picture"), url.Values{"version": {"1"}, "caption": {"Kept words"}, "key": {"a"}}))
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "Kept words") || !strings.Contains(w.Body.String(), "not a picture") {
			t.Errorf("no picture: %d", w.Code)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
			t.Fatal(err)
		}
		w = fetch(h, ctx, posted(t, here+"/photo", b.Bytes(), url.Values{"version": {"1"}, "caption": {"A <chair>"}, "key": {"b"}}))
		if w.Code != http.StatusSeeOther {
			t.Fatalf("sent: %d %s", w.Code, w.Body)
		}
		file := see(h, ctx, at).Photos[0].File
		src := here + "/photo/" + file
		page := fetch(h, ctx, httptest.NewRequest("GET", here, nil)).Body.String()
		for _, want := range []string{`src="` + src + `"`, "A &lt;chair&gt;", "Nobody has said yet what can be seen", "Say what can be seen"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page has no %q", want)
			}
		}
		// Whoever may see the action may see it; nobody else, and under no other address.
		w = fetch(h, h.As(who.HostStaff), httptest.NewRequest("GET", src, nil))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/jpeg" || w.Header().Get("Cache-Control") != "no-store" ||
			w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) {
			t.Errorf("the picture: %d %v", w.Code, w.Header())
		}
		other := plan(h, ctx, action.PlanIn{Title: "Something else"}).Ref
		for name, x := range map[string]struct {
			ctx     context.Context
			address string
		}{
			"a stranger":       {h.Stranger(), src},
			"another action":   {ctx, "/action/" + h.Project + "/of/" + other.ID + "/photo/" + file},
			"another project":  {h.AsOperator(), "/action/" + h.Other + "/of/" + at.ID + "/photo/" + file},
			"no such photo":    {ctx, here + "/photo/" + at.ID},
			"words of another": {ctx, here + "/photo?file=" + at.ID},
		} {
			if w := fetch(h, x.ctx, httptest.NewRequest("GET", x.address, nil)); w.Code != http.StatusNotFound && w.Code != http.StatusForbidden && w.Code != http.StatusUnauthorized {
				t.Errorf("%s: %d", name, w.Code)
			}
		}
		if w := fetch(h, h.As(who.HostStaff), httptest.NewRequest("GET", here, nil)); strings.Contains(w.Body.String(), "/drop") {
			t.Error("host staff are shown how to delete it")
		}
		// Words for it, and away with it.
		w = fetch(h, ctx, posted(t, here+"/photo", nil, url.Values{"version": {"2"}, "file": {file}, "caption": {"A chair"}, "words": {"A chair on blocks"}, "key": {"c"}}))
		if w.Code != http.StatusSeeOther {
			t.Fatalf("words: %d %s", w.Code, w.Body)
		}
		if page := fetch(h, ctx, httptest.NewRequest("GET", here, nil)).Body.String(); !strings.Contains(page, `alt="A chair on blocks"`) {
			t.Error("the words are not the picture's text")
		}
		if status, to, _ := call(h, ctx, src+"/drop", url.Values{"version": {"3"}, "key": {"d"}}); status != http.StatusSeeOther || !strings.Contains(to, "photo_gone") {
			t.Errorf("away: %d %s", status, to)
		}
		if w := fetch(h, ctx, httptest.NewRequest("GET", src, nil)); w.Code != http.StatusNotFound {
			t.Errorf("it is still there: %d", w.Code)
		}
	})
}

package evidence_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"plait/internal/kit/web"
	"plait/internal/room/evidence"
	"plait/internal/spine/who"
	"plait/test/house"
)

// snap is a small JPEG of one colour.
func snap(t *testing.T, shade uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = shade
	}
	img.Set(1, 1, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// filled is a capture form as a device sends it.
func filled(t *testing.T, fields map[string]string, photos ...[]byte) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	put := func(name, value string) {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, first := range []string{"key", "for"} {
		if v, ok := fields[first]; ok {
			put(first, v)
		}
	}
	for name, value := range fields {
		if name != "key" && name != "for" {
			put(name, value)
		}
	}
	for _, p := range photos {
		part, err := w.CreateFormFile("file", "photo.jpg")
		if err == nil {
			_, err = part.Write(p)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

type told struct {
	Ref, Say, Do string
	SignIn       bool
}

// capture posts a form as a device does and gives the answer.
func capture(h *house.House, ctx context.Context, kind string, body []byte) (int, told) {
	h.T.Helper()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/evidence/"+h.Project+"/capture", bytes.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", "application/json")
	w := serve(h, r)
	var out told
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		h.T.Fatalf("%d: no JSON: %s", w.Code, w.Body)
	}
	return w.Code, out
}

// serve answers a request as whoever its context names.
func serve(h *house.House, r *http.Request) *httptest.ResponseRecorder {
	h.T.Helper()
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) { return r.Context(), nil }}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func keeper(ctx context.Context) string {
	a := who.From(ctx)
	return evidence.Keeper(a.ID, a.Programme)
}

// all is what the project holds.
func all(h *house.House) []evidence.Contribution {
	h.T.Helper()
	return h.Do(h.AsOperator(), "evidence.list", evidence.ListIn{Project: h.Project, Limit: 500}).(evidence.ListOut).Contributions
}

func TestCapturedOnce(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		fields := map[string]string{"key": "card1", "for": keeper(ctx), "words": "The bus comes once a day", "strands": "lived", "role": "carer", "on": "2/3/2026", "mode": "own"}
		kind, body := filled(t, fields, snap(t, 40), snap(t, 90))
		code, first := capture(h, ctx, kind, body)
		if code != http.StatusCreated || !strings.HasPrefix(first.Ref, "contribution:") {
			t.Fatalf("stored: %d %+v", code, first)
		}
		for range 2 {
			if code, again := capture(h, ctx, kind, body); code != http.StatusOK || again.Ref != first.Ref {
				t.Errorf("sent again: %d %+v, want 200 %s", code, again, first.Ref)
			}
		}
		fields["words"] = "Other words under the same key"
		kind, body = filled(t, fields, snap(t, 40), snap(t, 90))
		if code, out := capture(h, ctx, kind, body); code != http.StatusConflict || out.Say == "" || out.SignIn {
			t.Errorf("another content under the key: %d %+v, want 409 and a reason", code, out)
		}
		got := all(h)
		if len(got) != 1 || got[0].Words != "The bus comes once a day" || len(got[0].Media) != 2 || got[0].Strand != "lived" || got[0].On != "2026-03-02" {
			t.Errorf("there are %+v", got)
		}
		// A photo alone is a card.
		kind, body = filled(t, map[string]string{"key": "card2", "for": keeper(ctx), "words": "", "strands": ""}, snap(t, 7))
		if code, out := capture(h, ctx, kind, body); code != http.StatusCreated {
			t.Errorf("a photo alone: %d %+v", code, out)
		}
		if n := len(all(h)); n != 2 {
			t.Errorf("%d contributions, want 2", n)
		}
	})
}

func TestCaptureRefusals(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx, hostStaff := h.As(who.ProjectLead), h.As(who.HostStaff)
		own := map[string]string{"key": "k", "for": keeper(ctx), "words": "Ring first"}
		with := func(name, value string) map[string]string {
			out := map[string]string{name: value}
			for k, v := range own {
				if _, ok := out[k]; !ok {
					out[k] = v
				}
			}
			return out
		}
		for _, c := range []struct {
			name   string
			ctx    context.Context
			fields map[string]string
			photo  []byte
			status int
			signin bool
		}{
			{"nobody is signed in", h.Stranger(), own, snap(t, 1), http.StatusUnauthorized, true},
			{"someone else is", h.As(who.ProjectLead), own, snap(t, 1), http.StatusUnauthorized, true},
			{"nothing in it", ctx, with("words", ""), nil, http.StatusUnprocessableEntity, false},
			{"a strand that is none", ctx, with("strands", "rumour"), nil, http.StatusUnprocessableEntity, false},
			{"no key", ctx, with("key", ""), nil, http.StatusUnprocessableEntity, false},
			{"a photo before its key", ctx, map[string]string{"words": "x"}, snap(t, 1), http.StatusUnprocessableEntity, false},
			{"a picture that is none", ctx, own, []byte("<svg onload=alert(1)>"), http.StatusUnprocessableEntity, false},
			{"may not give here", hostStaff, with("for", keeper(hostStaff)), nil, http.StatusForbidden, false},
			{"an upload that is not there", ctx, with("upload", "019cadfd-8900-7014-a704-e0f9149df912"), nil, http.StatusNotFound, false},
		} {
			var photos [][]byte
			if c.photo != nil {
				photos = append(photos, c.photo)
			}
			kind, body := filled(t, c.fields, photos...)
			if code, out := capture(h, c.ctx, kind, body); code != c.status || out.SignIn != c.signin || out.Say == "" {
				t.Errorf("%s: %d %+v, want %d and a reason", c.name, code, out, c.status)
			}
		}
		if n := len(all(h)); n != 0 {
			t.Errorf("%d were stored all the same", n)
		}
		// A form that was cut off is no wrong form: the device tries again.
		kind, body := filled(t, own, snap(t, 1))
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/evidence/"+h.Project+"/capture", bytes.NewReader(body[:len(body)-200]))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Accept", "application/json")
		if w := serve(h, r); w.Code < 500 {
			t.Errorf("cut off: %d %s, want a status that is tried again", w.Code, w.Body)
		}
		if code, out := capture(h, ctx, kind, body); code != http.StatusCreated {
			t.Errorf("sent again after the cut: %d %+v", code, out)
		}
	})
}

func TestCaptureReady(t *testing.T) {
	h := kit.SQLite(t)
	ctx := h.As(who.ProjectLead)
	for _, c := range []struct {
		name, wrote string
		ctx         context.Context
		want        int
	}{
		{"own work", keeper(ctx), ctx, http.StatusNoContent},
		{"someone else's", "x.y", ctx, http.StatusForbidden},
		{"nobody", keeper(ctx), h.Stranger(), http.StatusUnauthorized},
	} {
		w := serve(h, httptest.NewRequestWithContext(c.ctx, http.MethodGet, "/evidence/capture/ready?for="+c.wrote, nil))
		if w.Code != c.want || w.Header().Get("Plait-Ready") == "" || w.Body.Len() > 0 {
			t.Errorf("%s: %d %q, want %d", c.name, w.Code, w.Body, c.want)
		}
	}
}

// Without a script the form posts as it is: the next card inherits what all share, a photo
// that came with a form that was not taken is kept, and Back stores nothing twice.
func TestCapturePlainly(t *testing.T) {
	h := kit.SQLite(t)
	ctx := h.As(who.ProjectLead)
	here := "/evidence/" + h.Project + "/capture"
	post := func(fields map[string]string, photos ...[]byte) string {
		t.Helper()
		kind, body := filled(t, fields, photos...)
		_, _, text := call(h, ctx, http.MethodPost, here, kind, bytes.NewReader(body))
		return text
	}
	for range 2 { // Back, and pressed again
		text := post(map[string]string{"key": "p1", "words": "Ring first", "source": "Tea and talk", "strands": "practice", "role": "carer"}, snap(t, 3))
		for _, want := range []string{`value="Tea and talk"`, `value="practice" checked`} {
			if !strings.Contains(text, want) {
				t.Errorf("the next card has no %s", want)
			}
		}
		for _, not := range []string{"Ring first", `value="p1"`, `value="carer"`} {
			if strings.Contains(text, not) {
				t.Errorf("the next card has %s still", not)
			}
		}
	}
	text := post(map[string]string{"key": "p2", "words": "Come by day", "on": "the other day"}, snap(t, 4))
	if !strings.Contains(text, "Come by day") || !strings.Contains(text, `name="upload"`) || !strings.Contains(text, "1 file is here already") {
		t.Errorf("a form that was not taken loses what was in it")
	}
	_, after, _ := strings.Cut(text, `name="upload" value="`)
	upload, _, _ := strings.Cut(after, `"`)
	post(map[string]string{"key": "p2", "words": "Come by day", "upload": upload}, snap(t, 5))
	got := all(h)
	if len(got) != 2 {
		t.Fatalf("%d contributions, want 2: %+v", len(got), got)
	}
	for _, c := range got {
		if want := map[string]int{"Ring first": 1, "Come by day": 2}[c.Words]; len(c.Media) != want {
			t.Errorf("%q has %d files, want %d", c.Words, len(c.Media), want)
		}
	}
}

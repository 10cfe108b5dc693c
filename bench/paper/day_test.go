package main

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"plait/internal/engine/corner"
	"plait/internal/engine/corner/scene"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/room/evidence"
	"plait/internal/room/paper"
	"plait/internal/spine/who"
	"plait/test/house"
)

// Limits of the measure: 60 cards are in the thread in five minutes, of which the machine
// may take one.
const (
	tables  = 5
	perCard = 12 // cards on a table, and on a photo
	seconds = 60
)

var kit house.Kit

// TestSixtyCards prints 60 cards, takes a photo of 12 megapixels of each of five tables,
// sends them by the page and files them: what a person presses, and what the machine takes.
func TestSixtyCards(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		v := &walker{h: h, actor: who.From(h.As(who.ProjectLead))}
		here := "/paper/" + h.Project
		began := time.Now()
		batch := v.post(here+"/new", url.Values{"key": {"b"}, "name": {"World café"}, "asks": {"What helps you stay steady at home?"}, "tables": {fmt.Sprint(tables)}, "rounds": {"1"},
			"each": {"6"}, "size": {"6"}, "hue": {"yellow", "blue"}, "of_yellow": {"lived"}, "of_blue": {"practice"}})
		v.get(batch + "/print")
		printed := time.Since(began)
		photos := shots(t, h, batch[strings.LastIndex(batch, "/")+1:])

		began = time.Now()
		lot := v.send(here+"/photo", photos)
		sent := time.Since(began)
		v.work()
		if body := v.get(lot); !strings.Contains(body, "We found 60 cards") {
			t.Fatal(body)
		}
		found := time.Since(began)
		v.post(lot+"/file", url.Values{"key": {"f"}})
		v.work()
		if body := v.get(lot); !strings.Contains(body, "60 cards are in the thread") {
			t.Fatal(body)
		}
		whole := time.Since(began)
		out := h.Do(h.AsOperator(), "evidence.list", evidence.ListIn{Project: h.Project, Limit: 500}).(evidence.ListOut)
		if len(out.Contributions) != tables*perCard {
			t.Errorf("%d contributions", len(out.Contributions))
		}
		if whole > seconds*time.Second {
			t.Errorf("the machine took %s", whole)
		}
		size := 0
		for _, p := range photos {
			size += len(p)
		}
		t.Logf(`{"engine":%q,"cards":%d,"photos":%d,"megabytes":%.1f,"print_seconds":%.2f,"send_seconds":%.2f,"found_seconds":%.2f,"whole_seconds":%.2f}`,
			h.DB.Engine(), tables*perCard, len(photos), float64(size)/1e6, printed.Seconds(), sent.Seconds(), found.Seconds(), whole.Seconds())
	})
}

// shots is a photo of each table.
func shots(t *testing.T, h *house.House, batch string) (photos [][]byte) {
	t.Helper()
	see := h.Do(h.AsOperator(), "paper.see", paper.SeeIn{Batch: batch}).(paper.SeeOut)
	var codes []corner.Code
	for _, p := range see.Places() {
		codes = append(codes, see.Code(p))
	}
	for i := range tables {
		o := scene.Options{Seed: uint64(i), Width: 4000, Height: 3000, Tilt: 20, Roll: 10 * float64(i), Turn: 12, Strokes: 14, Noise: 3, Blur: 1, Apart: 1.2, Shadow: 0.5, Edge: 10, BadCut: 1}
		img, _ := scene.Draw(o, codes[i*perCard:(i+1)*perCard], nil)
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 75}); err != nil {
			t.Fatal(err)
		}
		photos = append(photos, b.Bytes())
	}
	return photos
}

// walker asks for pages and presses buttons as one actor.
type walker struct {
	h     *house.House
	actor who.Actor
}

func (v *walker) ask(r *http.Request, want int) *httptest.ResponseRecorder {
	v.h.T.Helper()
	handler, err := web.New(web.Options{Face: v.h.Face, Log: slog.New(slog.DiscardHandler), IDs: v.h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), v.h.Policy, v.actor), nil
		}}, v.h.Routes)
	if err != nil {
		v.h.T.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != want {
		v.h.T.Fatalf("%s: %d\n%s", r.URL, w.Code, w.Body)
	}
	return w
}

func (v *walker) get(path string) string {
	v.h.T.Helper()
	return v.ask(httptest.NewRequest("GET", path, nil), http.StatusOK).Body.String()
}

func (v *walker) post(path string, form url.Values) string {
	v.h.T.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.ask(r, http.StatusSeeOther).Header().Get("Location")
}

func (v *walker) send(path string, photos [][]byte) string {
	v.h.T.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i, p := range photos {
		part, err := m.CreateFormFile("photos", fmt.Sprintf("table-%d.jpg", i+1))
		if err != nil {
			v.h.T.Fatal(err)
		}
		if _, err := part.Write(p); err != nil {
			v.h.T.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		v.h.T.Fatal(err)
	}
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return v.ask(r, http.StatusSeeOther).Header().Get("Location")
}

func (v *walker) work() {
	v.h.T.Helper()
	if err := job.Drain(v.h.T.Context(), v.h.DB, v.h.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
		v.h.T.Fatal(err)
	}
}

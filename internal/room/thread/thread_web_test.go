package thread_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"plait/internal/kit/id"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/room/thread"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

// served is the room's pages as one actor opens them.
func served(t *testing.T, h *house.House, as context.Context) *httptest.Server {
	t.Helper()
	srv, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: id.New(h.Clock.Now, nil),
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return page.WithChrome(who.With(r.Context(), h.Policy, who.From(as)), page.Chrome{Path: r.URL.RequestURI()}), nil
		}}, h.Routes)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(srv)
	t.Cleanup(s.Close)
	return s
}

// fetch opens an address and gives its status and text.
func fetch(t *testing.T, at string) (int, string, http.Header) {
	t.Helper()
	res, err := http.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if e := res.Body.Close(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	return res.StatusCode, string(body), res.Header
}

func TestPagesOverHTTP(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	w := story(h)
	for range 70 {
		join(h, tie.Supports, "", w.finding, said(h, "research", "A paper of many"))
	}
	change(h, w.lived, func(r *ref.Record) { r.Until = 0 })
	s := served(t, h, h.As(who.ProjectLead))
	at := s.URL + "/thread/" + w.finding.String()
	code, body, _ := fetch(t, at)
	if code != http.StatusOK || len(body) > 80_000 {
		t.Errorf("the page: %d, %d bytes", code, len(body))
	}
	for _, want := range []string{"70 from research", "Start with the rota", "was withdrawn on 2 March 2026", "It still stands", "Challenges:", "The number is on the door", "Showing 1 to 60"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "Nobody tells me who to ring") {
		t.Error("words that were withdrawn are on the page")
	}
	picture := body[strings.Index(body, `<div class="pl-thread">`):strings.Index(body, `id="moved"`)]
	if len(picture) > 30_000 {
		t.Errorf("the picture has %d bytes", len(picture))
	}
	if _, body, _ := fetch(t, at+"?kind=lesson"); !strings.Contains(body, "Start with the rota") || strings.Contains(body, "A paper of many") {
		t.Error("lessons only")
	}
	for as, kind := range map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json", "graphml": "application/graphml+xml; charset=utf-8"} {
		code, body, head := fetch(t, at+"/export?as="+as)
		if code != http.StatusOK || head.Get("Content-Type") != kind || !strings.Contains(head.Get("Content-Disposition"), "thread."+as) || !strings.Contains(body, "Start with the rota") {
			t.Errorf("%s: %d, %v", as, code, head)
		}
	}
	for _, bad := range []string{"/thread/nonsense", "/thread/finding:" + h.IDs.New(), "/thread/" + w.finding.String() + "/export?as=exe"} {
		if code, _, _ := fetch(t, s.URL+bad); code != http.StatusNotFound {
			t.Errorf("%s: %d", bad, code)
		}
	}
	host := served(t, h, h.As(who.HostLead))
	if code, body, _ := fetch(t, host.URL+"/thread/"+w.finding.String()); code != http.StatusOK || strings.Contains(body, "We change the rota") || strings.Contains(body, "The number is on the door") || strings.Contains(body, "It still stands") ||
		strings.Contains(body, "?kind=contribution") || strings.Contains(body, "withdrawn") || !strings.Contains(body, "about 70 from research") || !strings.Contains(body, "fewer than 8 from lived experience") {
		t.Errorf("a host lead's page: %d", code)
	}
	_, seen, _ := strings.Cut(body, `name="seen" value="`)
	seen, _, _ = strings.Cut(seen, `"`)
	res, err := http.PostForm(s.URL+"/thread/confirm", url.Values{"key": {"k-1234567890"}, "ref": {w.finding.String()}, "seen": {seen}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if e := res.Body.Close(); err != nil || e != nil {
		t.Fatal(err, e)
	}
	if res.StatusCode != http.StatusOK || !strings.Contains(string(text), "You said that it still stands") || strings.Contains(string(text), `id="moved"`) {
		t.Errorf("after confirming: %d", res.StatusCode)
	}
	if n := node(follow(h, h.As(who.ProjectLead), thread.FollowIn{Ref: w.finding}), w.finding); n.Stale != "" {
		t.Error("it is still marked")
	}
}

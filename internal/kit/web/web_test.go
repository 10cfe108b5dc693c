package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
)

// served is a server of a few routes, and what it logged.
func served(t *testing.T, routes ...Route) (http.Handler, *bytes.Buffer) {
	t.Helper()
	return servedAs(t, func(*Options, *bytes.Buffer) {}, routes...)
}

// servedAs is served with options changed.
func servedAs(t *testing.T, change func(o *Options, log *bytes.Buffer), routes ...Route) (http.Handler, *bytes.Buffer) {
	t.Helper()
	words, err := lang.New(page.Words(), lang.Source{Name: "house", FS: fstest.MapFS{"en.json": {Data: []byte(`{"house.gone":"It is gone.","house.title_missing":"Not found","house.no_page":"No page","house.no_page_do":"Check it",
		"house.title_broken":"Wrong","house.broken":"Our mistake","house.title_signin":"Sign in","house.signin":"Not signed in","house.title_limited":"Wait"}`)}}})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(words, []page.Source{{Name: "house", FS: fstest.MapFS{"fault.html": {Data: []byte(`<h1>{{.Title}}</h1><p>{{.Body.Say}}</p><p>{{.Body.Ref}}</p>{{range .Body.Sent}}<p>{{.Name}}={{.Value}}</p>{{end}}`)}}}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	o := Options{Face: &Face{Pages: set, Words: words}, Log: slog.New(slog.NewJSONHandler(&log, nil)), IDs: id.New(func() int64 { return time.Now().UnixMicro() }, nil), Secure: true,
		Identify: func(w http.ResponseWriter, r *http.Request) (context.Context, error) { return r.Context(), nil }}
	change(&o, &log)
	h, err := New(o, routes)
	if err != nil {
		t.Fatal(err)
	}
	return h, &log
}

func do(h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func fails(err error) Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func TestFaultsBecomePages(t *testing.T) {
	h, log := served(t,
		Route{Pattern: "GET /card/q/{code}", Permission: Public, Handle: fails(fault.New(fault.Missing, "house.gone"))},
		Route{Pattern: "GET /broken", Permission: Public, Handle: fails(errors.New("password is hunter2"))},
		Route{Pattern: "GET /panics", Permission: Public, Handle: func(http.ResponseWriter, *http.Request) error { panic("oh") }},
		Route{Pattern: "GET /limited", Permission: Public, Handle: fails(&fault.Fault{Kind: fault.Limited, Say: "house.gone", Wait: 3 * time.Second})},
		Route{Pattern: "GET /api/x", Permission: Public, Handle: fails(fault.New(fault.Missing, "house.gone"))})
	w := do(h, "GET", "/card/q/SECRETCODE", "")
	if w.Code != 404 || !strings.Contains(w.Body.String(), "It is gone.") {
		t.Error(w.Code, w.Body)
	}
	if strings.Contains(log.String(), "SECRETCODE") {
		t.Error("the code of a card was logged")
	}
	w = do(h, "GET", "/broken", "")
	if w.Code != 500 || strings.Contains(w.Body.String(), "hunter2") || !strings.Contains(log.String(), "hunter2") {
		t.Error("the cause of a fault belongs in the log, not on the page")
	}
	if w = do(h, "GET", "/panics", ""); w.Code != 500 {
		t.Error(w.Code)
	}
	if w = do(h, "GET", "/limited", ""); w.Code != 429 || w.Header().Get("Retry-After") == "" {
		t.Error(w.Code, w.Header())
	}
	if w = do(h, "GET", "/nowhere", ""); w.Code != 404 || !strings.Contains(w.Body.String(), "No page") {
		t.Error(w.Code, w.Body)
	}
	if w = do(h, "GET", "/api/x", ""); w.Code != 404 || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		t.Error(w.Code, w.Header())
	}
}

func TestWhatWasTypedIsKeptWhenASessionEnded(t *testing.T) {
	h, _ := served(t, Route{Pattern: "POST /evidence/x/give", Permission: "evidence.give", Handle: fails(fault.New(fault.Signin, "house.signin"))})
	w := do(h, "POST", "/evidence/x/give", url.Values{"words": {"an hour of <b>typing</b>"}, "key": {"k1"}}.Encode())
	for _, want := range []string{"words=an hour of &lt;b&gt;typing&lt;/b&gt;", "key=k1"} {
		if w.Code != 401 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d: %s is not on the page", w.Code, want)
		}
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	reached := 0
	h, _ := served(t, Route{Pattern: "POST /x", Permission: Public, Handle: func(http.ResponseWriter, *http.Request) error { reached++; return nil }})
	for _, c := range []struct {
		site string
		want int
	}{{"cross-site", 403}, {"same-site", 403}, {"same-origin", 200}} {
		if w := do(h, "POST", "/x", "a=b", "Sec-Fetch-Site", c.site); w.Code != c.want {
			t.Errorf("%s: %d", c.site, w.Code)
		}
	}
	if reached != 1 {
		t.Errorf("reached %d times", reached)
	}
}

func TestHeaders(t *testing.T) {
	h, _ := served(t)
	head := do(h, "GET", "/nowhere", "").Header()
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
		if head.Get(name) != want {
			t.Errorf("%s is %q", name, head.Get(name))
		}
	}
	if csp := head.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Error(csp)
	}
	if head.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS on https")
	}
}

func TestARouteWithoutPermissionIsRefused(t *testing.T) {
	for _, routes := range [][]Route{{{Pattern: "GET /x", Handle: fails(nil)}}, {{Pattern: "GET /x", Permission: Public, Handle: fails(nil)}, {Pattern: "GET /x", Permission: Public, Handle: fails(nil)}}} {
		if _, err := New(Options{Face: &Face{}}, routes); err == nil {
			t.Error("taken")
		}
	}
}

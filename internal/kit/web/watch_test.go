package web

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/kit/logs"
)

// heardAll is a Meter that writes down what it is told.
type heardAll struct{ lines []string }

func (m *heardAll) Began()            { m.lines = append(m.lines, "began") }
func (m *heardAll) Fault(kind string) { m.lines = append(m.lines, "fault "+kind) }
func (m *heardAll) Ended(route, method string, status int, _ time.Duration) {
	m.lines = append(m.lines, fmt.Sprint(route, " ", method, " ", status))
}

func TestEveryAnswerHasItsReferenceAndIsCounted(t *testing.T) {
	m := &heardAll{}
	h, log := servedAs(t, func(o *Options, _ *bytes.Buffer) { o.Meter = m },
		Route{Pattern: "GET /a/{code}", Permission: Public, Handle: fails(fault.New(fault.Missing, "house.gone"))},
		Route{Pattern: "GET /api/x", Permission: Public, Handle: fails(fault.New(fault.Missing, "house.gone"))},
		Route{Pattern: "POST /b", Permission: Public, Handle: func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(204); return nil }},
		Route{Pattern: "GET /bare", Permission: Public, Bare: true, Handle: func(w http.ResponseWriter, _ *http.Request) error { _, err := w.Write([]byte("ok")); return err }})
	shape := regexp.MustCompile(`^[2-9A-Z]{4}-[2-9A-Z]{4}$`)
	seen := map[string]bool{}
	for _, c := range []struct {
		method, path string
		status       int
		counted      string
		shown        bool
	}{
		{"GET", "/a/SECRET", 404, "began fault missing GET /a/{code} GET 404", true},
		{"GET", "/api/x", 404, "began fault missing GET /api/x GET 404", true},
		{"POST", "/b", 204, "began POST /b POST 204", false},
		{"GET", "/bare", 200, "began GET /bare GET 200", false},
		{"GET", "/static/none.css", 404, "began /static/ GET 404", false},
		{"GET", "/none", 404, "began fault missing / GET 404", true},
		{"BREW", "/none", 404, "began fault missing / other 404", true},
	} {
		m.lines = nil
		w := do(h, c.method, c.path, "")
		id := w.Header().Get(IDHeader)
		if w.Code != c.status || !shape.MatchString(id) || seen[id] {
			t.Errorf("%s: %d, %q", c.path, w.Code, id)
		}
		seen[id] = true
		if got := strings.Join(m.lines, " "); got != c.counted {
			t.Errorf("%s was counted as %q", c.path, got)
		}
		if strings.Contains(w.Body.String(), id) != c.shown {
			t.Errorf("%s: whether %s is shown is not %v: %s", c.path, id, c.shown, w.Body)
		}
		if strings.Contains(log.String(), id) == strings.HasPrefix(c.path, "/static/") {
			t.Errorf("%s: the log: %s", c.path, log)
		}
	}
	m.lines = nil
	w := do(h, "POST", "/b", "x=1", "Origin", "https://elsewhere.example.org", "Sec-Fetch-Site", "cross-site")
	if w.Code != 403 || !strings.Contains(w.Body.String(), w.Header().Get(IDHeader)) || strings.Join(m.lines, " ") != "began refused POST 403" {
		t.Errorf("%d %s %v", w.Code, w.Body, m.lines)
	}
}

func TestABareRouteAsksForNobody(t *testing.T) {
	h, _ := servedAs(t, func(o *Options, _ *bytes.Buffer) {
		o.Identify = func(http.ResponseWriter, *http.Request) (context.Context, error) {
			t.Error("somebody was identified")
			return nil, nil
		}
	}, Route{Pattern: "GET /bare", Permission: Public, Bare: true, Handle: func(http.ResponseWriter, *http.Request) error { return nil }})
	if w := do(h, "GET", "/bare", ""); w.Code != 200 {
		t.Error(w.Code)
	}
}

func TestWhatAPanicSaidIsNotLogged(t *testing.T) {
	h, log := servedAs(t, func(o *Options, log *bytes.Buffer) { o.Log = logs.New(log, slog.LevelInfo, nil) },
		Route{Pattern: "GET /words", Permission: Public, Handle: func(http.ResponseWriter, *http.Request) error { panic("Maria fell in Bethesda") }},
		Route{Pattern: "GET /error", Permission: Public, Handle: func(http.ResponseWriter, *http.Request) error { panic(fmt.Errorf("cannot read %q", "Maria")) }},
		Route{Pattern: "GET /index", Permission: Public, Handle: func(_ http.ResponseWriter, r *http.Request) error { _ = []int{}[len(r.Method)]; return nil }})
	for _, path := range []string{"/words", "/error", "/index"} {
		if w := do(h, "GET", path, ""); w.Code != 500 || !strings.Contains(log.String(), w.Header().Get(IDHeader)) {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, want := range []string{"a value of type string", "index out of range", "kit/web.TestWhatAPanicSaidIsNotLogged"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %s: %s", want, log)
		}
	}
	if strings.Contains(log.String(), "Maria") || strings.Contains(log.String(), "Bethesda") {
		t.Errorf("the log says what the panic said: %s", log)
	}
}

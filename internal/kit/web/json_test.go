package web

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
)

func TestScriptsAreRefused(t *testing.T) {
	words, err := lang.New(lang.Source{Name: "house", FS: fstest.MapFS{"en.json": {Data: []byte(`{"house.gone":"It is gone.","house.broken":"Our mistake","house.signin":"Not signed in"}`)}}})
	if err != nil {
		t.Fatal(err)
	}
	f := &Face{Words: words}
	for _, c := range []struct {
		name   string
		err    error
		status int
		want   Refused
		retry  string
		logged bool
	}{
		{"theirs", fault.New(fault.Missing, "house.gone"), 404, Refused{FaultJSON: FaultJSON{Kind: "missing", Say: "It is gone.", Ref: "R7"}}, "", false},
		{"nobody signed in", fault.New(fault.Signin, "house.signin"), 401, Refused{FaultJSON{Kind: "signin", Say: "Not signed in", Ref: "R7"}, true}, "", false},
		{"too often", &fault.Fault{Kind: fault.Limited, Say: "house.gone", Wait: 4 * time.Second}, 429, Refused{FaultJSON: FaultJSON{Kind: "limited", Say: "It is gone.", Ref: "R7"}}, "5", false},
		{"busy", fault.New(fault.Busy, "house.gone").Because(errors.New("secret")), 503, Refused{FaultJSON: FaultJSON{Kind: "busy", Say: "It is gone.", Ref: "R7"}}, "", true},
		{"ours", errors.New("table secret is gone"), 500, Refused{FaultJSON: FaultJSON{Kind: "broken", Say: "Our mistake", Ref: "R7"}}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/x", nil)
			r = r.WithContext(context.WithValue(r.Context(), requestKey{}, &seen{id: "R7"}))
			back := f.RefuseJSON(w, r, c.err)
			if logged := errors.Is(back, c.err); logged != c.logged || !logged && back != nil {
				t.Errorf("gives back %v", back)
			}
			var got Refused
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if got.Kind != c.want.Kind || got.Say != c.want.Say || got.Ref != c.want.Ref || got.SignIn != c.want.SignIn || w.Code != c.status || w.Header().Get("Retry-After") != c.retry {
				t.Errorf("%d, again after %q: %s", w.Code, w.Header().Get("Retry-After"), w.Body)
			}
			if strings.Contains(w.Body.String(), "secret") {
				t.Error("the cause is told")
			}
		})
	}
}

func TestAnswersThatCannotBeWritten(t *testing.T) {
	w := httptest.NewRecorder()
	if err := AnswerJSON(w, http.StatusCreated, math.NaN()); err == nil || w.Body.Len() > 0 || w.Header().Get("Content-Type") != "" {
		t.Errorf("%v, %d %q", err, w.Code, w.Body)
	}
	if err := AnswerJSON(w, http.StatusCreated, "here"); err != nil || w.Code != http.StatusCreated || strings.TrimSpace(w.Body.String()) != `"here"` {
		t.Errorf("%v, %d %q", err, w.Code, w.Body)
	}
}

func TestWhoWantsJSON(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/x", nil)
	if r.Header.Set("Accept", "text/html,*/*"); WantsJSON(r) {
		t.Error("a browser's page")
	}
	if r.Header.Set("Accept", "application/json"); !WantsJSON(r) {
		t.Error("a script")
	}
}

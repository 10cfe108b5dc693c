package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/web"
)

// shelf keeps sessions as the room account does, without a database.
type shelf struct {
	rows    map[string]web.Session
	touched int
	trouble error // what noting a use comes to
}

func (s *shelf) FindSession(_ context.Context, mark string) (web.Session, bool, error) {
	v, ok := s.rows[mark]
	v.Values = maps.Clone(v.Values)
	return v, ok, nil
}

func (s *shelf) KeepSession(_ context.Context, v web.Session) error { s.rows[v.Mark] = v; return nil }

func (s *shelf) TouchSession(_ context.Context, mark string, seen int64) error {
	if s.trouble != nil {
		return s.trouble
	}
	v := s.rows[mark]
	v.Seen = seen
	s.rows[mark] = v
	s.touched++
	return nil
}

func (s *shelf) DropSession(_ context.Context, mark string) error { delete(s.rows, mark); return nil }

func mark(token string) string {
	h := sha256.Sum256([]byte("k" + token))
	return hex.EncodeToString(h[:])
}

func newSessions(secure bool) (*web.Sessions, *shelf, *clock.Hand) {
	s, c := &shelf{rows: map[string]web.Session{}}, clock.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	return web.NewSessions(s, c, mark, secure), s, c
}

// with is a request that carries the cookies an answer set.
func with(cookies []*http.Cookie) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	for _, c := range cookies {
		if c.MaxAge >= 0 {
			r.AddCookie(c)
		}
	}
	return r
}

func start(t *testing.T, s *web.Sessions, r *http.Request) []*http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	if err := s.Start(w, r, "ann", map[string]string{"programme": "p1"}); err != nil {
		t.Fatal(err)
	}
	if got := w.Header().Values("Cache-Control"); len(got) != 1 || got[0] != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	return w.Result().Cookies()
}

func TestSessionCookie(t *testing.T) {
	for secure, name := range map[bool]string{false: "plait", true: "__Host-plait"} {
		s, store, _ := newSessions(secure)
		cookies := start(t, s, with(nil))
		if len(cookies) != 1 {
			t.Fatalf("%d cookies", len(cookies))
		}
		c := cookies[0]
		if c.Name != name || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/" || c.Domain != "" {
			t.Errorf("secure %v: %v", secure, c)
		}
		if c.MaxAge > int(web.SessionLife.Seconds())+1 || c.MaxAge < int(web.SessionLife.Seconds())-60 {
			t.Errorf("the cookie lasts %d s", c.MaxAge)
		}
		for m := range store.rows {
			if strings.Contains(m, c.Value) || m != mark(c.Value) {
				t.Error("the store holds more than the token's mark")
			}
		}
	}
}

func TestSessionBeginsWithANewToken(t *testing.T) {
	s, store, _ := newSessions(false)
	planted := []*http.Cookie{{Name: "plait", Value: "planted"}}
	first := start(t, s, with(planted))
	if first[0].Value == "planted" {
		t.Fatal("a planted token was taken over")
	}
	second := start(t, s, with(first))
	if second[0].Value == first[0].Value || len(store.rows) != 1 {
		t.Errorf("signing in again should end the first session: %d are kept", len(store.rows))
	}
	if _, ok, _ := s.Find(with(first)); ok {
		t.Error("the first token still works")
	}
	found, ok, err := s.Find(with(second))
	if err != nil || !ok || found.Owner != "ann" || found.Values["programme"] != "p1" {
		t.Errorf("found %+v, %v, %v", found, ok, err)
	}
}

// TestSessionHoldsWithAFullDisk reads on although nothing can be noted.
func TestSessionHoldsWithAFullDisk(t *testing.T) {
	s, shelf, c := newSessions(false)
	r := with(start(t, s, httptest.NewRequest("GET", "/", nil)))
	c.Add(time.Hour)
	shelf.trouble = fault.New(fault.Busy, "house.db_full")
	if _, ok, err := s.Find(r); !ok || err != nil {
		t.Errorf("with a full disk: %v, %v", ok, err)
	}
	shelf.trouble = errors.New("else")
	if _, _, err := s.Find(r); err == nil {
		t.Error("another trouble is hidden")
	}
}

func TestSessionIdleAndAbsoluteEnd(t *testing.T) {
	s, store, c := newSessions(false)
	cookies := start(t, s, with(nil))
	live := func() bool { _, ok, err := s.Find(with(cookies)); return ok && err == nil }
	for range 2 {
		if !live() || store.touched != 0 {
			t.Errorf("reading a page at once writes nothing, touched %d", store.touched)
		}
	}
	c.Add(6 * time.Minute)
	if !live() || store.touched != 1 {
		t.Errorf("a later use is written down, touched %d", store.touched)
	}
	c.Add(11 * time.Hour)
	if !live() {
		t.Error("eleven hours without use are within the limit")
	}
	c.Add(web.SessionIdle)
	if live() {
		t.Error("it should end after twelve hours without use")
	}
	cookies = start(t, s, with(nil))
	for range 28 {
		if !live() {
			t.Fatal("it should last while it is used")
		}
		c.Add(11*time.Hour + 59*time.Minute)
	}
	c.Add(30 * time.Minute)
	if live() {
		t.Error("it should end after fourteen days however much it is used")
	}
}

func TestSessionChangesAndEnds(t *testing.T) {
	s, store, c := newSessions(false)
	cookies := start(t, s, with(nil))
	before, _, _ := s.Find(with(cookies))
	c.Add(time.Hour)
	if err := s.Set(httptest.NewRecorder(), with(cookies), "programme", "p2"); err != nil {
		t.Fatal(err)
	}
	after, ok, _ := s.Find(with(cookies))
	if !ok || after.Values["programme"] != "p2" || after.Owner != "ann" || after.Ends != before.Ends || after.Began != before.Began {
		t.Errorf("a changed value keeps the rest: %+v, was %+v", after, before)
	}
	if err := s.Set(httptest.NewRecorder(), with(nil), "programme", "p2"); !fault.Is(err, fault.Signin) {
		t.Errorf("without a session: %v", err)
	}
	w := httptest.NewRecorder()
	if err := s.End(w, with(cookies)); err != nil {
		t.Fatal(err)
	}
	if len(store.rows) != 0 || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Error("signing out leaves something behind")
	}
	if err := s.End(httptest.NewRecorder(), with(nil)); err != nil {
		t.Errorf("signing out twice is no error: %v", err)
	}
}

func TestNotes(t *testing.T) {
	s, _, _ := newSessions(true)
	w := httptest.NewRecorder()
	s.Note(w, "ask", "x1", 60)
	c := w.Result().Cookies()[0]
	if c.Name != "__Host-ask" || !c.HttpOnly || !c.Secure || c.Path != "/" || c.MaxAge != 60 || s.Noted(with([]*http.Cookie{c}), "ask") != "x1" {
		t.Errorf("%v", c)
	}
	w = httptest.NewRecorder()
	s.Note(w, "ask", "", 0)
	if w.Result().Cookies()[0].MaxAge >= 0 || s.Noted(with(nil), "ask") != "" {
		t.Error("a note can be taken away")
	}
}

package walk_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plait/internal/kit/job"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
	"plait/test/house"
)

var (
	chrome browser.Shared
	houses house.Kit
)

func TestMain(m *testing.M) { os.Exit(chrome.Main(m)) }

// phone is the width of the window in which pages are tried, in CSS pixels.
const phone = 390

// street is a house that is served, and what tests do to it from outside.
type street struct {
	*house.House
	t   *testing.T
	URL string
}

func open(t *testing.T) *street {
	t.Helper()
	h := houses.SQLite(t)
	if err := h.Face.Pages.Ready(); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h.Handler)
	t.Cleanup(srv.Close)
	return &street{House: h, t: t, URL: srv.URL}
}

// work does the slow jobs that wait, such as writing letters.
func (s *street) work() {
	s.t.Helper()
	if err := job.Drain(s.t.Context(), s.DB, s.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
		s.t.Fatal(err)
	}
}

// run runs a verb; in and the answer are JSON objects.
func (s *street) run(ctx context.Context, verb string, in map[string]any) map[string]any {
	s.t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	v, err := s.Verbs[verb].Decode(json.NewDecoder(strings.NewReader(string(text))))
	if err != nil {
		s.t.Fatalf("%s: %v", verb, err)
	}
	back, err := json.Marshal(s.Do(ctx, verb, v))
	if err != nil {
		s.t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(back, &out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// member invites someone to a role.
func (s *street) member(email, name string, role who.Role, scope ref.Ref) {
	s.t.Helper()
	s.run(s.AsOperator(), "account.invite", map[string]any{"email": email, "name": name, "role": role, "scope": scope})
	s.work()
}

// letter gives the words of the newest letter.
func (s *street) letter() string {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.Letters, "*.eml"))
	if err != nil || len(files) == 0 {
		s.t.Fatalf("no letter in %s: %v", s.Letters, err)
	}
	newest := slices.MaxFunc(files, func(a, b string) int {
		x, y := stat(s.t, a), stat(s.t, b)
		return x.ModTime().Compare(y.ModTime())
	})
	f, err := os.Open(newest)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, err := mail.ReadMessage(f)
	if err != nil {
		s.t.Fatal(err)
	}
	body := m.Body
	if strings.EqualFold(m.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func stat(t *testing.T, name string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

var enterLink = regexp.MustCompile(`https?://[^\s/]+(/account/enter/[^\s]+)`)

// link gives the address of the newest letter's sign-in link in the served house.
func (s *street) link() string {
	s.t.Helper()
	text := s.letter()
	found := enterLink.FindStringSubmatch(text)
	if found == nil {
		s.t.Fatalf("no link in the letter:\n%s", text)
	}
	return s.URL + found[1]
}

// visitor is a browser without a window: it keeps cookies and follows redirects.
type visitor struct {
	*http.Client
	s *street
}

func (s *street) visitor() *visitor {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &visitor{&http.Client{Jar: jar}, s}
}

// get gives status, headers and body of a page.
func (v *visitor) get(path string) (*http.Response, string) {
	v.s.t.Helper()
	resp, err := v.Get(v.s.URL + path)
	return v.read(resp, err)
}

func (v *visitor) post(path string, form url.Values) (*http.Response, string) {
	v.s.t.Helper()
	resp, err := v.PostForm(v.s.URL+path, form)
	return v.read(resp, err)
}

func (v *visitor) read(resp *http.Response, err error) (*http.Response, string) {
	v.s.t.Helper()
	if err != nil {
		v.s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.s.t.Fatal(err)
	}
	return resp, string(body)
}

// signIn signs the visitor in by the link in the letter.
func (v *visitor) signIn(email string) *visitor {
	v.s.t.Helper()
	if resp, _ := v.post("/account/sign-in", url.Values{"email": {email}}); resp.StatusCode != http.StatusOK {
		v.s.t.Fatalf("asking for a letter: %s", resp.Status)
	}
	v.s.work()
	resp, body := v.post(strings.TrimPrefix(v.s.link(), v.s.URL), nil)
	if resp.StatusCode != http.StatusOK {
		v.s.t.Fatalf("signing in: %s\n%s", resp.Status, body)
	}
	return v
}

// window opens a browser window with the visitor's cookies.
func (v *visitor) window(t testing.TB, path string, width int, opts ...browser.Option) *browser.Page {
	t.Helper()
	u, err := url.Parse(v.s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range v.Jar.Cookies(u) {
		opts = append(opts, browser.WithCookie(c.Name, c.Value))
	}
	return chrome.Open(t, v.s.URL+path, width, opts...)
}

// signInWindow signs a window in as a person does: ask, read the letter, open the link, press.
func (s *street) signInWindow(p *browser.Page, email string) {
	s.t.Helper()
	p.Go(s.URL + "/account/sign-in")
	p.Fill("#email", email)
	if status := p.Follow("main form button"); status != http.StatusOK {
		s.t.Fatalf("asking for a letter: status %d", status)
	}
	s.work()
	p.Go(s.link())
	if status := p.Follow("main form button"); status != http.StatusOK {
		s.t.Fatalf("signing in: status %d at %s", status, p.URL())
	}
}

package account_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/lang"
	"plait/internal/kit/mail"
	"plait/internal/kit/page"
	"plait/internal/kit/seal"
	"plait/internal/kit/search"
	"plait/internal/kit/web"
	"plait/internal/room/account"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// house is this room alone behind a real server, on a real database, with letters in a
// folder. Programme and project are rows of the spine.
type house struct {
	t         *testing.T
	db        *db.DB
	hand      *clock.Hand
	ids       *id.Maker
	policy    *who.Policy
	desk      *plug.Desk
	room      *account.Room
	url       string
	letters   string
	log       *safeBuffer
	programme string
	project   string
	second    string // a second programme
}

// safeBuffer is a log that many goroutines write to.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// each runs a test on both engines.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		d, err := db.OpenFile(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		f(t, newHouse(t, d))
	})
	t.Run("postgres", func(t *testing.T) {
		admin := os.Getenv("PLAIT_TEST_PG")
		if admin == "" {
			if strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
				t.Skip("PLAIT_TEST_WITHOUT names postgres")
			}
			t.Fatal("no PostgreSQL: run this as go run ./tool/pg -- go test ./internal/room/account/...")
		}
		f(t, newHouse(t, postgres(t, admin)))
	})
}

func postgres(t *testing.T, admin string) *db.DB {
	t.Helper()
	a, err := db.OpenURL(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("account_%d_%d", os.Getpid(), time.Now().UnixNano())
	if _, err := a.Pool().ExecContext(t.Context(), "create database "+name+" encoding 'UTF8' template template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := a.Pool().ExecContext(context.Background(), "drop database if exists "+name+" with (force)"); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	d, err := db.OpenURL(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &house{t: t, db: d, hand: clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)), letters: filepath.Join(t.TempDir(), "mail"), log: &safeBuffer{}}
	h.ids = id.New(h.hand.Now, nil)
	key, err := seal.New(make([]byte, seal.Size))
	h.ok(err)
	jobs, err := job.New(d)
	h.ok(err)
	log := slog.New(slog.NewTextHandler(h.log, nil))
	f := &web.Face{}
	h.desk = &plug.Desk{DB: d, Clock: h.hand}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	h.url = server.URL
	h.room = account.New(plug.Needs{DB: d, Clock: h.hand, IDs: h.ids, Key: key, Desk: h.desk, News: news.NewDesk(), Jobs: jobs, Face: f,
		Post: mail.Folder(h.letters, h.hand, h.ids), Log: log, BaseURL: h.url})
	p := h.room.Plug()
	all, err := db.Migrations(ref.Migrations, who.Migrations, terms.Migrations, trail.Migrations, tie.Migrations, search.Migrations, p.Migrations)
	h.ok(err)
	h.ok(d.Migrate(t.Context(), all))
	h.ok(job.Migrate(t.Context(), d))
	f.Words, err = lang.New(page.Words(), mail.Words(), lang.Source{Name: "house", FS: os.DirFS("../../app/words")}, lang.Source{Name: "account", FS: sub(t, p.Words, "words")})
	h.ok(err)
	f.Pages, err = page.New(f.Words, []page.Source{{Name: "house", FS: os.DirFS("../../app/pages")}, {Name: "account", FS: sub(t, p.Pages, "pages")}}, page.Options{})
	h.ok(err)
	h.policy = who.NewPolicy(p.Permissions...)
	handler, err := web.New(web.Options{Face: f, Log: log, IDs: h.ids, Identify: h.identify}, p.Routes)
	h.ok(err)
	mux.Handle("/", handler)
	h.programme, h.second = h.ids.New(), h.ids.New()
	h.project = h.ids.New()
	h.put(ref.Record{Programme: h.programme, ID: h.programme, Kind: ref.Programme, Title: "Better days"})
	h.put(ref.Record{Programme: h.programme, ID: h.project, Kind: ref.Project, Project: h.project, Title: "Falls at home"})
	h.put(ref.Record{Programme: h.second, ID: h.second, Kind: ref.Programme, Title: "Active lives"})
	return h
}

func sub(t *testing.T, f fs.FS, dir string) fs.FS {
	t.Helper()
	s, err := fs.Sub(f, dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h *house) identify(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
	a, p, ok := h.room.Actor(r)
	if !ok {
		a = who.Actor{}
	}
	return page.WithChrome(who.With(r.Context(), h.policy, a), page.Chrome{Lang: p.Language, Account: p.Name, Path: r.URL.Path}), nil
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) put(r ref.Record) {
	h.t.Helper()
	r.Until, r.Version, r.ChangedAt = ref.NoEnd, 1, h.hand.Now()
	h.ok(h.db.Write(h.t.Context(), func(tx *db.Tx) error { return ref.Put(tx, r) }))
}

func (h *house) operator(programme string) context.Context {
	return who.With(h.t.Context(), h.policy, who.Actor{Kind: who.Operator, Programme: programme})
}

func (h *house) as(accountID string) context.Context {
	return who.With(h.t.Context(), h.policy, who.Actor{Kind: who.Account, ID: accountID, Programme: h.programme})
}

// lead makes an account that leads a programme.
func (h *house) lead(email, programme string) string {
	h.t.Helper()
	out, err := h.room.Make(h.operator(programme), account.MakeIn{Email: email, Name: "Ann Example", Programme: programme})
	h.ok(err)
	return out.Account
}

// give gives a role without a letter.
func (h *house) give(accountID string, role who.Role, scope ref.Ref) {
	h.t.Helper()
	h.ok(h.db.Write(h.t.Context(), func(tx *db.Tx) error {
		return who.Give(tx, who.Grant{Programme: h.programme, Account: accountID, Role: role, Scope: scope}, h.hand.Now())
	}))
}

// work sends the letters that wait.
func (h *house) work() {
	h.t.Helper()
	h.ok(job.Drain(h.t.Context(), h.db, h.room.Plug().Jobs, slog.New(slog.NewTextHandler(h.log, nil))))
}

// letter is what a person finds in a letter.
type letter struct{ to, text, link, token, code string }

// mailbox reads all letters to an address, oldest first.
func (h *house) mailbox(to string) []letter {
	h.t.Helper()
	files, err := filepath.Glob(filepath.Join(h.letters, "*.eml"))
	h.ok(err)
	slices.Sort(files)
	var out []letter
	for _, f := range files {
		raw, err := os.ReadFile(f)
		h.ok(err)
		l := letter{text: strings.ReplaceAll(string(raw), "\r\n", "\n")}
		l.to = find(l.text, `(?m)^To: <([^>]*)>`)
		l.link = find(l.text, `(http://\S+/account/enter/\S+)`)
		l.token = find(l.link, `/enter/(\S+)`)
		l.code = find(l.text, `code: (\d{3} \d{3})`)
		if l.to == to {
			out = append(out, l)
		}
	}
	return out
}

// newest is the last letter to an address.
func (h *house) newest(to string) letter {
	h.t.Helper()
	all := h.mailbox(to)
	if len(all) == 0 {
		h.t.Fatalf("no letter to %s", to)
	}
	return all[len(all)-1]
}

func find(text, pattern string) string {
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return m[1]
}

// browser is one browser, with its own cookies; it does not follow redirects.
type browser struct {
	h *house
	c *http.Client
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	h.ok(err)
	return &browser{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	status int
	body   string
	to     string // where it sends the browser
	header http.Header
}

func (b *browser) get(path string) answer {
	b.h.t.Helper()
	res, err := b.c.Get(b.address(path))
	b.h.ok(err)
	return b.read(res)
}

func (b *browser) post(path string, fields ...string) answer {
	b.h.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	res, err := b.c.PostForm(b.address(path), v)
	b.h.ok(err)
	return b.read(res)
}

func (b *browser) address(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return b.h.url + path
}

func (b *browser) read(res *http.Response) answer {
	b.h.t.Helper()
	raw, err := io.ReadAll(res.Body)
	b.h.ok(err)
	b.h.ok(res.Body.Close())
	return answer{res.StatusCode, html.UnescapeString(string(raw)), res.Header.Get("Location"), res.Header}
}

// signIn goes through the letter.
func (b *browser) signIn(email string) answer {
	b.h.t.Helper()
	if a := b.post("/account/sign-in", "email", email); a.to != "/account/code" {
		b.h.t.Fatalf("asking: %d %s", a.status, a.body)
	}
	b.h.work()
	return b.post(b.h.newest(email).link)
}

// signedIn says whether the browser is let in to its own account.
func (b *browser) signedIn() bool { b.h.t.Helper(); return b.get("/account").status == 200 }

// want checks a status and pieces of a page.
func (a answer) want(t *testing.T, status int, pieces ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, p := range pieces {
		if !strings.Contains(a.body, p) {
			t.Errorf("the page lacks %q", p)
		}
	}
}

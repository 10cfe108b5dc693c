package test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"plait/internal/app"
	"plait/test/house"
)

// busy is a house that is served for a day, with everything that it logs.
type busy struct {
	t        *testing.T
	dir, url string
	numbers  string
	log      *tape
	heard    *tape
	c        *http.Client
}

type tape struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *tape) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *tape) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// plait runs a command line that should end with a code.
func (b *busy) plait(want int, args ...string) string {
	b.t.Helper()
	code, out, errs := house.Plait(b.t.Context(), append(args, "--dir", b.dir)...)
	if code != want {
		b.t.Fatalf("plait %s ended with %d: %s", strings.Join(args, " "), code, errs)
	}
	return out
}

// ask sends a request, with a form when there is one, and gives status, body and reference.
func (b *busy) ask(method, path string, form url.Values, header ...string) (int, string, string) {
	b.t.Helper()
	body := form.Encode()
	kind := "application/x-www-form-urlencoded"
	if len(header) > 0 && header[0] == "json" {
		kind, body = "application/json", header[1]
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("X-Forwarded-For", visitorAt)
	resp, err := b.c.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.Body.Close() != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header.Get("X-Request-Id")
}

const visitorAt = "81.2.69.142"

// serve begins the real program, in this process.
func serve(t *testing.T, dir string) *busy {
	t.Helper()
	b := &busy{t: t, dir: dir, log: &tape{}}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.c = &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	set := map[string]string{"PLAIT_PROXY": "127.0.0.1", "PLAIT_METRICS": "127.0.0.1:0", "PLAIT_LOG": "debug", "PLAIT_MAIL": "folder:letters/in-a-file", "PLAIT_BACKUP": "off"}
	// What systemd hears of a service.
	b.heard = &tape{}
	set["NOTIFY_SOCKET"] = filepath.Join(dir, "notify")
	hears, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: set["NOTIFY_SOCKET"], Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(b.heard, hears) }()
	ctx, cancel := context.WithCancel(t.Context())
	said, out := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- app.Run(ctx, []string{"serve", "--dir", dir, "--listen", "127.0.0.1:0", "--json"}, func(k string) string { return set[k] }, out, b.log)
		_ = out.Close()
	}()
	var at struct{ URL, Metrics string }
	if err := json.NewDecoder(said).Decode(&at); err != nil {
		t.Fatalf("%v: %s", err, b.log)
	}
	b.url, b.numbers = at.URL, at.Metrics
	t.Cleanup(func() {
		b.c.CloseIdleConnections()
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("serving ended with %d: %s", code, b.log)
		}
		for end := time.Now().Add(5 * time.Second); b.heard.String() != "READY=1STOPPING=1" && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		if err := hears.Close(); err != nil || b.heard.String() != "READY=1STOPPING=1" {
			t.Errorf("systemd heard %q, %v", b.heard, err)
		}
	})
	return b
}

var reference = regexp.MustCompile(`^[2-9A-HJKMNP-TW-Z]{4}-[2-9A-HJKMNP-TW-Z]{4}$`)

// TestABusyDaysLogHoldsNothingOfAnyone plays a day with the real program: people sign in,
// say things, take them back, mistype, send nonsense, and letters cannot be sent. Neither
// the log nor the numbers hold a name, a word, an address, a code or a key.
func TestABusyDaysLogHoldsNothingOfAnyone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plait")
	first := &busy{t: t, dir: dir}
	made := struct{ Project, SignIn string }{}
	answer := first.plait(0, "init", "--programme", "Saltmarsh care", "--project", "Zebrafish kerb", "--email", "marjorie@quillfeather.example", "--name", "Marjorie Quillfeather", "--json")
	if err := json.Unmarshal([]byte(strings.Replace(answer, "sign_in", "SignIn", 1)), &made); err != nil {
		t.Fatal(err)
	}
	// Letters go to a folder whose parent is a file: none can be written.
	if err := os.WriteFile(filepath.Join(dir, "letters"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(dir, "plait.key"))
	if err != nil {
		t.Fatal(err)
	}
	b := serve(t, dir)
	entry, err := url.Parse(made.SignIn)
	if err != nil {
		t.Fatal(err)
	}
	token := entry.Path[strings.LastIndex(entry.Path, "/")+1:]

	// Signing in: by the link, with a code that is none, for an address that no letter reaches.
	b.ask("GET", entry.Path, nil)
	b.ask("POST", "/account/enter/wrongTokenThatNobodyEverHad0123456789abcdefg", url.Values{})
	b.ask("POST", "/account/sign-in", url.Values{"email": {"marjorie@quillfeather.example"}})
	b.ask("POST", "/account/sign-in", url.Values{"email": {"not an address Quillfeather"}})
	b.ask("POST", "/account/code", url.Values{"code": {"918273"}})
	b.ask("POST", "/card", url.Values{"code": {"KERB-ZEBR-AFSH"}})
	if status, text, _ := b.ask("POST", entry.Path, url.Values{}); status != 303 {
		t.Fatalf("signing in: %d %s", status, text)
	}
	session := ""
	at, _ := url.Parse(b.url)
	for _, c := range b.c.Jar.Cookies(at) {
		session += c.Value
	}

	// Giving, reading, searching, taking back, by pages, API and command line.
	said := b.plait(0, "evidence", "give", "--project", made.Project, "--words", "My hip went on the zebrafish kerb.", "--json")
	ref := regexp.MustCompile(`contribution:[0-9a-f-]{36}`).FindString(said)
	if ref == "" {
		t.Fatal(said)
	}
	for _, page := range []string{"/", "/project", "/project/" + made.Project, "/evidence/" + made.Project, "/people", "/search?q=zebrafish+Quillfeather", "/account",
		"/thread/" + ref, "/consent/" + ref, "/programme", "/keeper", "/no/Quillfeather/zebrafish?email=marjorie@quillfeather.example", "/static/nothing-zebrafish.js",
		"/evidence/zebrafish", "/people/Quillfeather", "/project/%00", "/healthz"} {
		b.ask("GET", page, nil)
	}
	for _, form := range []url.Values{{"words": {"zebrafish"}}, {"words": {"zebrafish\x00"}, "version": {"zebrafish"}}, {"words": {strings.Repeat("zebrafish ", 9000)}}, {"key": {"zebrafish key"}, "day": {"Quillfeather"}}} {
		b.ask("POST", "/evidence/"+made.Project+"/give", form)
		b.ask("POST", "/people", form)
		b.ask("POST", "/search", form)
	}
	for _, body := range []string{`{"words":7}`, `{"zebrafish":"Quillfeather"}`, `{"words":"zebrafish"`, `zebrafish`, `{"project":"zebrafish","words":"zebrafish"}`, `{"project":"project:` + made.Project + `","words":"zebrafish"}`} {
		b.ask("POST", "/api/evidence/give", nil, "json", body)
	}
	b.ask("ZEBRAFISH", "/", nil)
	b.plait(0, "consent", "withdraw", ref)
	if code, _, _ := house.Plait(t.Context(), "evidence", "give", "--dir", dir, "--project", "zebrafish", "--words", "zebrafish"); code == 0 {
		t.Error("a project that is none was taken")
	}
	b.ask("POST", "/account/sign-out", url.Values{})

	// The letter that cannot be written is tried after a second at the latest.
	for end := time.Now().Add(20 * time.Second); !strings.Contains(b.log.String(), `"job":"account.letter"`) && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	status, text, id := b.ask("GET", "/no/such/page", nil)
	if status != 404 || !reference.MatchString(id) || !strings.Contains(text, id) {
		t.Errorf("%d with the reference %q, which is not on the page", status, id)
	}
	resp, err := http.Get(b.numbers)
	if err != nil {
		t.Fatal(err)
	}
	numbers, err := io.ReadAll(resp.Body)
	if err != nil || resp.Body.Close() != nil {
		t.Fatal(err)
	}
	if status, _, _ := b.ask("GET", "/metrics", nil); status != 404 {
		t.Errorf("the pages' address tells numbers: %d", status)
	}
	log := b.log.String()
	for _, want := range []string{`"ref":"` + id + `"`, `"route":"POST /account/enter/{token}"`, `"job":"account.letter"`, `"msg":"start"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the day was not played: the log lacks %s", want)
		}
	}
	if !strings.Contains(string(numbers), `plait_requests_total{route="GET /project/{id}"`) && !strings.Contains(string(numbers), `plait_requests_total{route="GET /project/`) {
		t.Error("the numbers lack the pages")
	}
	for what, text := range map[string]string{"log": log, "numbers": string(numbers)} {
		low := strings.ToLower(text)
		for _, secret := range []string{"marjorie", "quillfeather", "zebrafish", "my hip", "saltmarsh", "918273", "kerb", token, session, strings.TrimSpace(string(key)), visitorAt,
			"wrongtokenthat", ref[len("contribution:"):], made.Project} {
			if secret == "" || strings.Contains(low, strings.ToLower(secret)) {
				at := strings.Index(low, strings.ToLower(secret))
				t.Errorf("the %s hold %q: …%s…", what, secret, text[max(at-200, 0):min(at+100, len(text))])
			}
		}
	}
	for line := range strings.Lines(log) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line is not JSON: %s", line)
		}
	}
}

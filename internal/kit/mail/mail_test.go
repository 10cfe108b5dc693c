package mail_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/lang"
	"plait/internal/kit/mail"
)

var noon = time.Date(2026, 5, 14, 12, 0, 0, 0, time.UTC)

func tools() (clock.Clock, *id.Maker) {
	c := clock.At(noon)
	return c, id.New(c.Now, nil)
}

// welsh has letters outside Latin-1, a line that begins with a dot, a long line and a link.
var welsh = "Annwyl Siân,\n\nDŵr a gŵyl yn y tŷ.\n.\n..dau ddot\n" + strings.Repeat("ŵ ", 700) + "\nhttps://example.org/signin?t=a=b&c=d\n"

func letter(to string) mail.Letter {
	return mail.Letter{To: to, Subject: "Croeso i'r tŷ – " + strings.Repeat("ŵyl ", 30), Text: welsh, Lang: "cy"}
}

// post makes an SMTP Post for a server, as the settings would.
func post(t *testing.T, c mail.Config) mail.Post {
	t.Helper()
	if c.From == "" {
		c.From = "Tŷ Plait <house@example.org>"
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	tick, ids := tools()
	p, err := mail.SMTP(c, tick, ids)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// isWelsh fails unless got is what letter("sian@example.org") should become.
func isWelsh(t *testing.T, got parsed) {
	t.Helper()
	want := letter("")
	if got.subject != strings.TrimSpace(want.Subject) {
		t.Errorf("subject %q", got.subject)
	}
	if strings.TrimRight(got.text, "\n") != strings.TrimRight(want.Text, "\n") {
		t.Errorf("text %q", got.text)
	}
	to, err := got.head.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Address != "sian@example.org" {
		t.Errorf("to %v %v", to, err)
	}
	from, err := got.head.AddressList("From")
	if err != nil || len(from) != 1 {
		t.Errorf("from %v %v", from, err)
	}
	date, err := got.head.Date()
	if err != nil || date.Sub(noon).Abs() > time.Minute {
		t.Errorf("date %v %v", date, err)
	}
	for name, want := range map[string]string{"Content-Language": "cy", "Auto-Submitted": "auto-generated", "User-Agent": "", "X-Mailer": ""} {
		if got.head.Get(name) != want {
			t.Errorf("%s: %q", name, got.head.Get(name))
		}
	}
	if host, err := os.Hostname(); err == nil && strings.Contains(got.head.Get("Message-Id"), host) {
		t.Errorf("the machine's name is in %s", got.head.Get("Message-Id"))
	}
}

// hidesAll fails when the error says more than it may, or lacks words for a person.
func hidesAll(t *testing.T, err error) {
	t.Helper()
	text := fmt.Sprintf("%v %+v", err, errors.Unwrap(err))
	for _, private := range []string{"@", "example", "Siân", "sian", "nobody", "later", "gŵych", "signin?"} {
		if strings.Contains(text, private) {
			t.Errorf("%q is in: %s", private, text)
		}
	}
	words, werr := lang.New(mail.Words())
	if werr != nil {
		t.Fatal(werr)
	}
	f := fault.Of(err)
	for _, key := range []string{f.Say, f.Do} {
		if strings.Contains(words.T("en", key, f.Args...), "⟦") && key != "" && key != "house.check_answers" {
			t.Errorf("no words for %q", key)
		}
	}
	for _, x := range f.Fields {
		if strings.Contains(words.T("en", x.Say, x.Args...), "⟦") {
			t.Errorf("no words for %q", x.Say)
		}
	}
}

func isAway(t *testing.T, err error, final bool, has string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Busy || f.Say != "house.mail_away" {
		t.Fatalf("got %v, want busy: house.mail_away", err)
	}
	if mail.Final(err) != final {
		t.Errorf("Final is %v for %v", !final, err)
	}
	if !strings.Contains(err.Error(), has) {
		t.Errorf("%q is not in %v", has, err)
	}
	hidesAll(t, err)
}

func TestSendInClear(t *testing.T) {
	s := start(t, "")
	p := post(t, mail.Config{Host: "127.0.0.1", Port: s.port, TLS: mail.Clear})
	if err := p.Send(t.Context(), letter("sian@example.org")); err != nil {
		t.Fatal(err)
	}
	got := s.letters(t)
	if len(got) != 1 {
		t.Fatalf("%d letters", len(got))
	}
	isWelsh(t, got[0])

	for to, want := range map[string]struct {
		final bool
		has   string
	}{
		"nobody@example.org": {true, "naming the receiver: answered 550"},
		"later@example.org":  {false, "naming the receiver: answered 451"},
		"full@example.org":   {true, "handing over the text: answered 552"},
	} {
		isAway(t, p.Send(t.Context(), letter(to)), want.final, want.has)
	}
	// A server that goes away after it took the letter has taken it.
	if err := p.Send(t.Context(), letter("rude@example.org")); err != nil {
		t.Error(err)
	}
	if n := len(s.letters(t)); n != 2 {
		t.Errorf("%d letters, want 2", n)
	}
	// STARTTLS was asked for: without it nothing goes out.
	isAway(t, post(t, mail.Config{Host: "127.0.0.1", Port: s.port}).Send(t.Context(), letter("sian@example.org")), false, "")
	if n := len(s.letters(t)); n != 2 {
		t.Errorf("a letter went out in clear: %d", n)
	}
}

func TestSendStartTLS(t *testing.T) {
	s := start(t, "starttls", "POST_AUTH=1")
	c := mail.Config{Host: "127.0.0.1", Port: s.port, TLS: mail.StartTLS, CA: s.ca, User: "house@example.org", Password: "gŵych"}
	if err := post(t, c).Send(t.Context(), letter("sian@example.org")); err != nil {
		t.Fatal(err)
	}
	got := s.letters(t)
	if len(got) != 1 {
		t.Fatalf("%d letters", len(got))
	}
	isWelsh(t, got[0])

	wrong := c
	wrong.Password = "gŵych2"
	isAway(t, post(t, wrong).Send(t.Context(), letter("sian@example.org")), false, "answered 535")
	none := c
	none.User, none.Password = "", ""
	isAway(t, post(t, none).Send(t.Context(), letter("sian@example.org")), false, "answered 530")
	stranger := c
	stranger.CA = ""
	isAway(t, post(t, stranger).Send(t.Context(), letter("sian@example.org")), false, "certificate is not trusted")
	other := c
	other.CA, _ = certificate(t)
	isAway(t, post(t, other).Send(t.Context(), letter("sian@example.org")), false, "certificate is not trusted")
	if n := len(s.letters(t)); n != 1 {
		t.Errorf("%d letters, want 1", n)
	}
}

func TestSendImplicitTLS(t *testing.T) {
	s := start(t, "tls")
	c := mail.Config{Host: "127.0.0.1", Port: s.port, TLS: mail.Implicit, CA: s.ca}
	if err := post(t, c).Send(t.Context(), letter("sian@example.org")); err != nil {
		t.Fatal(err)
	}
	got := s.letters(t)
	if len(got) != 1 {
		t.Fatalf("%d letters", len(got))
	}
	isWelsh(t, got[0])
	c.CA = ""
	isAway(t, post(t, c).Send(t.Context(), letter("sian@example.org")), false, "certificate is not trusted")
}

func TestServerNotThere(t *testing.T) {
	c := mail.Config{Host: "127.0.0.1", Port: freePort(t), TLS: mail.Clear}
	isAway(t, post(t, c).Send(t.Context(), letter("sian@example.org")), false, "refused")

	// One that takes the call and never speaks.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing was sent
	c.Port, c.Timeout = l.Addr().(*net.TCPAddr).Port, 200*time.Millisecond
	for _, private := range []mail.TLS{mail.Clear, mail.StartTLS, mail.Implicit} {
		c.TLS = private
		began := time.Now()
		isAway(t, post(t, c).Send(t.Context(), letter("sian@example.org")), false, "deadline")
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("gave up after %v", took)
		}
	}
	c.Timeout = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	isAway(t, post(t, c).Send(ctx, letter("sian@example.org")), false, "deadline")
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("the caller's deadline was heard after %v", took)
	}
}

func TestSlowServer(t *testing.T) {
	s := start(t, "")
	p := post(t, mail.Config{Host: "127.0.0.1", Port: s.port, TLS: mail.Clear, Timeout: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	began := time.Now()
	err := p.Send(ctx, letter("slow@example.org"))
	isAway(t, err, false, "canceled")
	if !errors.Is(err, context.Canceled) {
		t.Error("the cause is lost")
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("gave up after %v", took)
	}
}

func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	tick, ids := tools()
	p := mail.Folder(dir, tick, ids)
	if err := p.Send(t.Context(), letter("sian@example.org")); err != nil {
		t.Fatal(err)
	}
	short := mail.Letter{To: "huw@example.org", Subject: "Sign in", Text: "https://example.org/signin?t=a=b&c=ŵ", ID: "same-1"}
	for range 2 {
		if err := p.Send(t.Context(), short); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Fatalf("%v %v", files, err)
	}
	isWelsh(t, parse(t, filepath.Join(dir, files[0].Name())))
	got := parse(t, filepath.Join(dir, "same-1.eml"))
	if got.text != short.Text+"\n" || got.head.Get("Message-Id") != "<same-1@localhost>" {
		t.Errorf("%+v", got)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "same-1.eml"))
	if err != nil || !strings.Contains(string(raw), "\r\n\r\n"+short.Text) {
		t.Errorf("the link cannot be copied from the file: %s", raw)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s %v", f.Name(), info.Mode())
		}
		if strings.Contains(f.Name(), "@") || strings.Contains(f.Name(), "sian") {
			t.Errorf("the address is in the name %s", f.Name())
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	isAway(t, p.Send(gone, short), false, "canceled")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	isAway(t, mail.Folder(file, tick, ids).Send(t.Context(), short), false, "")
}

func TestLetterRefused(t *testing.T) {
	dir := t.TempDir()
	tick, ids := tools()
	p := mail.Folder(dir, tick, ids)
	good := mail.Letter{To: "sian@example.org", Subject: "a", Text: "b"}
	for field, change := range map[string][]func(*mail.Letter){
		"to": {
			func(l *mail.Letter) { l.To = "" }, func(l *mail.Letter) { l.To = "sian" },
			func(l *mail.Letter) { l.To = "sian@example.org\r\nBcc: x@example.org" },
			func(l *mail.Letter) { l.To = "sian@example.org\n" },
			func(l *mail.Letter) { l.To = "sian@example.org, x@example.org" },
			func(l *mail.Letter) { l.To = "Siân <sian@example.org>" },
			func(l *mail.Letter) { l.To = "sian@example.org>\r\nRCPT TO:<x@example.org" },
			func(l *mail.Letter) { l.To = "\"a b\"@example.org" }, func(l *mail.Letter) { l.To = "a@b@c" },
			func(l *mail.Letter) { l.To = strings.Repeat("a", 250) + "@b.cymru" },
			func(l *mail.Letter) { l.To = "sian\x00@example.org" }, func(l *mail.Letter) { l.To = "sian\xff@example.org" },
		},
		"subject": {
			func(l *mail.Letter) { l.Subject = "a\r\nBcc: x@example.org" }, func(l *mail.Letter) { l.Subject = "a\nb" },
			func(l *mail.Letter) { l.Subject = "a\rb" }, func(l *mail.Letter) { l.Subject = "a\u2028b" },
			func(l *mail.Letter) { l.Subject = "a\x00" }, func(l *mail.Letter) { l.Subject = " " },
			func(l *mail.Letter) { l.Subject = strings.Repeat("ŵ", mail.MaxSubject+1) },
		},
		"text": {
			func(l *mail.Letter) { l.Text = "a\x00" }, func(l *mail.Letter) { l.Text = "\xff" },
			func(l *mail.Letter) { l.Text = strings.Repeat("a", mail.MaxText+1) },
		},
		"lang": {func(l *mail.Letter) { l.Lang = "cy\r\nX: y" }, func(l *mail.Letter) { l.Lang = "c y" }},
		"id":   {func(l *mail.Letter) { l.ID = "../a" }, func(l *mail.Letter) { l.ID = "a\r\nX: y" }},
	} {
		for i, f := range change {
			l := good
			f(&l)
			err := p.Send(t.Context(), l)
			got := fault.Of(err)
			if got == nil || got.Kind != fault.Invalid || len(got.Fields) != 1 || got.Fields[0].Name != field || !mail.Final(err) {
				t.Errorf("%s %d: %v", field, i, err)
				continue
			}
			hidesAll(t, err)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("a refused letter was written: %v", files)
	}
	if err := p.Send(t.Context(), good); err != nil {
		t.Error(err)
	}
}

func TestSetUpRefused(t *testing.T) {
	good := mail.Config{Host: "mail.example.org", From: "house@example.org"}
	for say, change := range map[string][]func(*mail.Config){
		"mail.from": {
			func(c *mail.Config) { c.From = "" }, func(c *mail.Config) { c.From = "house" },
			func(c *mail.Config) { c.From = "House\r\nBcc: x@example.org <house@example.org>" },
		},
		"mail.host":  {func(c *mail.Config) { c.Host = "" }, func(c *mail.Config) { c.Host = "unix:///tmp/x" }, func(c *mail.Config) { c.Port = 70000 }, func(c *mail.Config) { c.Port = -1 }},
		"mail.tls":   {func(c *mail.Config) { c.TLS = "maybe" }},
		"mail.clear": {func(c *mail.Config) { c.TLS, c.User, c.Password = mail.Clear, "house", "gŵych" }},
		"mail.ca":    {func(c *mail.Config) { c.CA = filepath.Join(t.TempDir(), "none") }, func(c *mail.Config) { c.CA = "mail_test.go" }},
	} {
		for i, f := range change {
			c := good
			f(&c)
			tick, ids := tools()
			_, err := mail.SMTP(c, tick, ids)
			if got := fault.Of(err); got == nil || got.Kind != fault.Invalid || got.Say != say {
				t.Errorf("%s %d: %v", say, i, err)
				continue
			}
			if strings.Contains(err.Error(), "gŵych") {
				t.Errorf("the password is in %v", err)
			}
			hidesAll(t, fault.Of(err).Because(nil))
		}
	}
	if strings.Contains(fmt.Sprintf("%+v %#v", mail.Config{Password: "gŵych"}, mail.Config{Password: "gŵych"}), "gŵych") {
		t.Error("the password is printed")
	}
}

// Whatever is sent, the reader's program sees the same words, and no header that we
// did not write.
func TestAnyWordsArrive(t *testing.T) {
	dir := t.TempDir()
	tick, ids := tools()
	p := mail.Folder(dir, tick, ids)
	known := map[string]bool{}
	for _, h := range []string{"Auto-Submitted", "Content-Language", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"} {
		known[h] = true
	}
	rapid.Check(t, func(rt *rapid.T) {
		l := mail.Letter{To: "sian@example.org", Subject: rapid.String().Draw(rt, "subject"), Text: rapid.String().Draw(rt, "text"), ID: "one"}
		err := p.Send(t.Context(), l)
		if l.Check() != nil {
			if !fault.Is(err, fault.Invalid) {
				rt.Fatal(err)
			}
			return
		}
		if err != nil {
			rt.Fatal(err)
		}
		got := parse(t, filepath.Join(dir, "one.eml"))
		for h := range got.head {
			if !known[h] {
				rt.Fatalf("header %q", h)
			}
		}
		if want := strings.ReplaceAll(strings.Join(strings.Fields(l.Subject), " "), "=?", "= ?"); got.subject != want {
			rt.Fatalf("subject %q, want %q", got.subject, want)
		}
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(l.Text)
		if strings.TrimRight(got.text, "\n") != strings.TrimRight(want, "\n") {
			rt.Fatalf("text %q, want %q", got.text, want)
		}
	})
}

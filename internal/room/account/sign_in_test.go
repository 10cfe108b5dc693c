package account_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/room/account"
	"plait/internal/spine/who"
)

func TestSignInByLink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("Ann@Example.org", h.programme)
		b := h.browser()
		b.get("/account").want(t, 401)
		a := b.post("/account/sign-in", "email", " ann@example.ORG ", "next", "/account/members/programme:"+h.programme)
		if a.status != 303 || a.to != "/account/code" {
			t.Fatalf("%d to %q", a.status, a.to)
		}
		b.get("/account/code").want(t, 200, "Check your e-mail", "If we know your address")
		h.work()
		l := h.newest("Ann@Example.org")
		if l.link == "" || l.code == "" {
			t.Fatalf("the letter lacks its link or code:\n%s", l.text)
		}
		// A program that looks at letters opens the link, many times and by HEAD too.
		scanner := h.browser()
		for range 3 {
			scanner.get(l.link).want(t, 200, "Press the button")
			res, err := scanner.c.Head(l.link)
			h.ok(err)
			h.ok(res.Body.Close())
		}
		if scanner.signedIn() || b.signedIn() {
			t.Fatal("opening a link signs nobody in")
		}
		a = b.post(l.link)
		if a.status != 303 || a.to != "/account/members/programme:"+h.programme {
			t.Fatalf("%d to %q", a.status, a.to)
		}
		b.get(a.to).want(t, 200, "Better days", "Ann Example")
		// Pressed twice, the same browser goes on; another gets nothing.
		if a = b.post(l.link); a.status != 303 {
			t.Errorf("pressed twice: %d", a.status)
		}
		other := h.browser()
		other.post(l.link).want(t, 410, "can no longer be used")
		other.get(l.link).want(t, 410)
		if other.signedIn() {
			t.Error("a used link signs in")
		}
		if a = b.post("/account/sign-out"); a.status != 303 || b.signedIn() {
			t.Error("signing out did not")
		}
	})
}

func TestLinkRunsOutAndNonsense(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		b := h.browser()
		b.post("/account/sign-in", "email", "ann@example.org")
		h.work()
		l := h.newest("ann@example.org")
		h.hand.Add(account.LinkLasts + time.Second)
		b.get(l.link).want(t, 410)
		b.post(l.link).want(t, 410, "can no longer be used", "/account/sign-in")
		b.post("/account/enter/nonsense").want(t, 410)
		if b.signedIn() {
			t.Error("a link that has run out signs in")
		}
	})
}

func TestUnknownAddressLooksTheSame(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		keyed := regexp.MustCompile(`value="[0-9a-f-]{36}"`)
		type seen struct {
			status   int
			body, to string
			cookies  int
		}
		walk := func(email string) []seen {
			b := h.browser()
			var out []seen
			note := func(a answer) {
				out = append(out, seen{a.status, strings.ReplaceAll(keyed.ReplaceAllString(a.body, ""), email, "X"), a.to, len(a.header.Values("Set-Cookie"))})
			}
			for range 6 { // the sixth is one too many
				note(b.post("/account/sign-in", "email", email))
			}
			note(b.get("/account/code"))
			for range 7 { // wrong codes, until a new one is needed and beyond
				note(b.post("/account/code", "code", "000 000"))
			}
			note(h.browser().post("/account/code?other=1", "email", email, "code", "111111"))
			return out
		}
		known, unknown := walk("ann@example.org"), walk("bob@example.org")
		for i := range known {
			if known[i] != unknown[i] {
				t.Errorf("step %d tells the two apart:\n%+v\n%+v", i, known[i], unknown[i])
			}
		}
		if known[5].status != 429 || known[7].status != 422 {
			t.Errorf("six letters: %d, a wrong code: %d", known[5].status, known[7].status)
		}
		h.work()
		if len(h.mailbox("bob@example.org")) != 0 || len(h.mailbox("ann@example.org")) != 5 {
			t.Errorf("letters: %d and %d", len(h.mailbox("bob@example.org")), len(h.mailbox("ann@example.org")))
		}
		// However many were asked for, the newest link lets its owner in.
		b := h.browser()
		b.post(h.newest("ann@example.org").link)
		if !b.signedIn() {
			t.Error("the newest link does not work")
		}
		h.hand.Add(16 * time.Minute)
		if a := b.post("/account/sign-in", "email", "ann@example.org"); a.status != 303 {
			t.Errorf("after a while: %d", a.status)
		}
	})
}

func TestOnePlaceAsksForSoMany(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := who.With(t.Context(), h.policy, who.Actor{})
		ask := func(n int, from string) error {
			_, err := h.room.Ask(ctx, account.AskIn{Email: fmt.Sprintf("x%d@example.org", n), Client: from})
			return err
		}
		for n := range 60 {
			h.ok(ask(n, "192.0.2.7"))
		}
		err := ask(60, "192.0.2.7")
		if f := fault.Of(err); f == nil || f.Kind != fault.Limited || f.Wait <= 0 || f.Wait > 15*time.Minute {
			t.Errorf("the sixty-first: %v", err)
		}
		if err := ask(60, "192.0.2.8"); err != nil {
			t.Errorf("another place: %v", err)
		}
		h.hand.Add(30 * time.Minute)
		if err := ask(61, "192.0.2.7"); err != nil {
			t.Errorf("half an hour later: %v", err)
		}
	})
}

func TestCode(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		ask := func(b *browser) letter {
			b.post("/account/sign-in", "email", "ann@example.org")
			h.work()
			return h.newest("ann@example.org")
		}
		b := h.browser()
		first := ask(b)
		wrong := "000 000"
		if first.code == wrong {
			wrong = "111 111"
		}
		b.post("/account/code", "code", "12").want(t, 422, "six figures")
		for range account.CodeTries - 1 {
			b.post("/account/code", "code", wrong).want(t, 422, "not the code")
		}
		b.post("/account/code", "code", wrong).want(t, 422, "can no longer be used")
		b.post("/account/code", "code", first.code).want(t, 422, "can no longer be used")
		if b.signedIn() {
			t.Fatal("a code that is used up signs in")
		}
		// A new one works, read out to someone at another machine; the one before does not.
		second := ask(b)
		if first.code != second.code {
			b.post("/account/code", "code", first.code).want(t, 422, "not the code")
		}
		other := h.browser()
		if a := other.post("/account/code?other=1", "email", "ANN@example.org", "code", second.code); a.status != 303 || a.to != "/" {
			t.Fatalf("%d to %q: %s", a.status, a.to, a.body)
		}
		if !other.signedIn() || b.signedIn() {
			t.Error("the code signs in where it was typed, and only there")
		}
		// Used: neither the code nor the link of the same letter works again.
		b.post("/account/code", "code", second.code).want(t, 422)
		b.post(second.link).want(t, 410)
		third := ask(b)
		h.hand.Add(account.CodeLasts + time.Second)
		b.post("/account/code", "code", third.code).want(t, 422, "can no longer be used")
		b.post(third.link)
		if !b.signedIn() {
			t.Error("the link lasts longer than the code")
		}
	})
}

func TestGuessingADayLongLeavesTheLink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		b, tries, limited := h.browser(), 0, 0
		var l letter
		for range 5 {
			b.post("/account/sign-in", "email", "ann@example.org")
			h.work()
			l = h.newest("ann@example.org")
			for range account.CodeTries {
				wrong := "000 000"
				if l.code == wrong {
					wrong = "111 111"
				}
				switch b.post("/account/code", "code", wrong).status {
				case 422:
					tries++
				case 429:
					limited++
				}
			}
			h.hand.Add(4 * time.Minute)
		}
		if tries != 20 || limited != 5 {
			t.Errorf("%d tries and %d refused in a day, want 20 and 5", tries, limited)
		}
		b.post("/account/code", "code", l.code).want(t, 429, "open the link")
		b.post(l.link)
		if !b.signedIn() {
			t.Error("whoever guesses shuts the owner out")
		}
	})
}

func TestNextIsOwnPathOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		for _, next := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "/%5cevil.example"} {
			b := h.browser()
			if a := b.get("/account/sign-in?next=" + strings.ReplaceAll(next, "%", "%25")); strings.Contains(a.body, "evil") {
				t.Errorf("%q is kept on the page", next)
			}
			b.post("/account/sign-in", "email", "ann@example.org", "next", next)
			h.work()
			if a := b.post(h.newest("ann@example.org").link); a.to != "/" {
				t.Errorf("%q leads to %q", next, a.to)
			}
		}
	})
}

func TestTwoProgrammes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		one := h.browser()
		if a := one.signIn("ann@example.org"); a.to != "/" {
			t.Fatalf("with one programme: to %q", a.to)
		}
		if h.lead("ANN@example.org", h.second) == "" {
			t.Fatal("no account")
		}
		b := h.browser()
		a := b.signIn("ann@example.org")
		if a.status != 303 || a.to != "/account/programme?next=%2F" {
			t.Fatalf("%d to %q", a.status, a.to)
		}
		b.get(a.to).want(t, 200, "Active lives", "Better days")
		if a := b.get("/account/members/programme:" + h.programme); a.status == 200 {
			t.Error("no programme is chosen yet")
		}
		b.post("/account/programme", "programme", h.project).want(t, 422)
		if a := b.post("/account/programme", "programme", h.second, "next", "/account"); a.to != "/account" {
			t.Fatalf("to %q", a.to)
		}
		b.get("/account/members/programme:"+h.second).want(t, 200, "Active lives")
		b.get("/account/members/programme:"+h.programme).want(t, 404)
		b.get("/account").want(t, 200, "Work in another programme")
	})
}

// A session ends while someone types. They sign in in another tab and press Send again:
// the same form, with the same key, is taken once.
func TestDraftOutlivesItsSession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		b := h.browser()
		b.signIn("ann@example.org")
		key := find(b.get("/account").body, `name="key" value="([^"]+)"`)
		h.hand.Add(13 * time.Hour)
		draft := []string{"key", key, "name", "Ann who typed for an hour", "language", "en"}
		a := b.post("/account", draft...)
		a.want(t, 401, "What you typed is still here", `value="`+key+`"`, "Ann who typed for an hour", `action="/account"`)
		b.signIn("ann@example.org")
		if b.get("/account").status != 200 {
			t.Fatal("not signed in")
		}
		for range 2 {
			if a = b.post("/account", draft...); a.status != 303 || a.to != "/account?done=changed" {
				t.Fatalf("sent again: %d %s", a.status, a.body)
			}
		}
		b.get("/account").want(t, 200, "Ann who typed for an hour")
	})
}

func TestSessionsCanBeEnded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		h.lead("bob@example.org", h.programme)
		phone, laptop, bob := h.browser(), h.browser(), h.browser()
		phone.signIn("ann@example.org")
		laptop.signIn("ann@example.org")
		bob.signIn("bob@example.org")
		id := find(laptop.get("/account").body, `name="session" value="([^"]+)"`)
		if id == "" {
			t.Fatal("the other session is not listed")
		}
		// Nobody ends another's session.
		bob.post("/account/end", "session", id)
		if !phone.signedIn() {
			t.Fatal("bob ended ann's session")
		}
		if a := laptop.post("/account/end", "session", id); a.to != "/account?done=ended" || phone.signedIn() || !laptop.signedIn() {
			t.Errorf("ending one: %d, phone %v, laptop %v", a.status, phone.signedIn(), laptop.signedIn())
		}
		phone.signIn("ann@example.org")
		laptop.post("/account/end", "others", "yes")
		if phone.signedIn() || !laptop.signedIn() || !bob.signedIn() {
			t.Error("ending all others ends this one, or someone else's")
		}
		laptop.post("/account", "name", "Ann", "language", "xx").want(t, 422, "Choose one")
		laptop.post("/account", "name", "", "language", "en").want(t, 422, "Type a name")
		laptop.post("/account", "name", "Ann", "language", "cy")
		laptop.get("/account").want(t, 200, "Eich cyfrif")
		_, p, ok := h.room.Actor(laptop.request())
		if !ok || p != (account.Profile{Name: "Ann", Language: "cy"}) {
			t.Errorf("%+v %v", p, ok)
		}
	})
}

// request is a bare request that carries the browser's cookies.
func (b *browser) request() *http.Request {
	r, err := http.NewRequestWithContext(b.h.t.Context(), http.MethodGet, b.h.url+"/", nil)
	b.h.ok(err)
	for _, c := range b.c.Jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	return r
}

func TestOperatorLink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.lead("ann@example.org", h.programme)
		for _, who := range []string{"ANN@example.org", ann} {
			link, err := h.room.SignInLink(h.operator(h.programme), who, h.programme)
			h.ok(err)
			h.hand.Add(23 * time.Hour)
			b := h.browser()
			b.get(link).want(t, 200, "Press the button")
			if a := b.post(link); a.to != "/" || !b.signedIn() {
				t.Errorf("the operator's link: %d", a.status)
			}
		}
		if _, err := h.room.SignInLink(h.as(ann), "ann@example.org", ""); err == nil {
			t.Error("an account makes links for itself")
		}
		if _, err := h.room.SignInLink(who.With(t.Context(), h.policy, who.Actor{}), "ann@example.org", ""); err == nil {
			t.Error("a stranger makes links")
		}
		if _, err := h.room.SignInLink(h.operator(h.programme), "nobody@example.org", ""); err == nil {
			t.Error("a link for nobody")
		}
	})
}

// Nothing of a person is in the log, and no secret is in the database.
func TestSecretsStaySecret(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lead("ann@example.org", h.programme)
		b := h.browser()
		b.post("/account/sign-in", "email", "ann@example.org")
		h.work()
		l := h.newest("ann@example.org")
		b.post("/account/code", "code", "999 999")
		b.post(l.link)
		b.post("/account/enter/" + l.token)
		session := b.request().Header.Get("Cookie")
		_, token, _ := strings.Cut(session, "plait=")
		if token == "" {
			t.Fatalf("no session cookie in %q", session)
		}
		for _, secret := range []string{l.token, l.code, strings.ReplaceAll(l.code, " ", ""), token, "ann@example.org", "Ann Example"} {
			if strings.Contains(h.log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
		kept := h.dump()
		for _, secret := range []string{l.token, strings.ReplaceAll(l.code, " ", ""), token} {
			if strings.Contains(kept, secret) {
				t.Errorf("the database holds %q", secret)
			}
		}
		if n := strings.Count(kept, "ann@example.org"); n != 2 {
			t.Errorf("the address is kept %d times, want twice, both in account_email", n)
		}
	})
}

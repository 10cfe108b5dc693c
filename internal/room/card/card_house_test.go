package card_test

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/card"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
	"plait/test/house"
)

var kit house.Kit

// device is a browser without scripts that keeps cookies.
type device struct {
	t    *testing.T
	http *http.Client
	base string
	code int
	at   string // path and query of the page it is on
	page string
}

func serve(h *house.House) string {
	s := httptest.NewServer(h.Handler)
	h.T.Cleanup(s.Close)
	return s.URL
}

func newDevice(t *testing.T, base string) *device {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &device{t: t, http: &http.Client{Jar: jar}, base: base}
}

func (d *device) took(resp *http.Response, err error) *device {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if e := resp.Body.Close(); err == nil {
		err = e
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.code, d.at, d.page = resp.StatusCode, resp.Request.URL.RequestURI(), html.UnescapeString(string(body))
	return d
}

func (d *device) get(path string) *device {
	d.t.Helper()
	resp, err := d.http.Get(d.base + path)
	return d.took(resp, err)
}

func (d *device) post(path string, fields ...string) *device {
	d.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	resp, err := d.http.PostForm(d.base+path, v)
	return d.took(resp, err)
}

// shows fails unless the page is there and holds every text.
func (d *device) shows(texts ...string) {
	d.t.Helper()
	if d.code != http.StatusOK {
		d.t.Errorf("%s answers %d", d.at, d.code)
	}
	for _, x := range texts {
		if !strings.Contains(d.page, x) {
			d.t.Errorf("%s does not show %q", d.at, x)
		}
	}
}

func (d *device) hides(texts ...string) {
	d.t.Helper()
	for _, x := range texts {
		if strings.Contains(d.page, x) {
			d.t.Errorf("%s shows %q", d.at, x)
		}
	}
}

// field is the value of a hidden field of the page.
func (d *device) field(name string) string {
	d.t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(d.page)
	if m == nil {
		d.t.Fatalf("%s has no field %s", d.at, name)
	}
	return m[1]
}

// by runs a verb of another room, whose types are not known here: JSON in, JSON out.
func by(h *house.House, ctx context.Context, verb string, in map[string]any) (map[string]any, error) {
	h.T.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		h.T.Fatal(err)
	}
	v, err := h.Verbs[verb].Decode(json.NewDecoder(bytes.NewReader(text)))
	if err != nil {
		h.T.Fatal(err)
	}
	got, err := h.Try(ctx, verb, v)
	if err != nil {
		return nil, err
	}
	if text, err = json.Marshal(got); err != nil {
		h.T.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(text, &out); err != nil {
		h.T.Fatal(err)
	}
	return out, nil
}

// must is by for what cannot go wrong.
func must(h *house.House, ctx context.Context, verb string, in map[string]any) map[string]any {
	h.T.Helper()
	out, err := by(h, ctx, verb, in)
	if err != nil {
		h.T.Fatalf("%s: %v", verb, err)
	}
	return out
}

func refOf(h *house.House, v any) ref.Ref {
	h.T.Helper()
	text, _ := v.(string)
	at, err := ref.Parse(text)
	if err != nil {
		h.T.Fatal(err)
	}
	return at
}

// give makes a person with words and a card, and gives the person, the record and the code.
func give(h *house.House, words string, uses ...terms.Use) (person string, at ref.Ref, code string) {
	h.T.Helper()
	person = h.Person()
	out := must(h, h.AsOperator(), "evidence.give", map[string]any{"project": h.Project, "words": words, "strands": []string{"lived"}, "person": person, "role": "carer", "uses": uses})
	at = refOf(h, out["ref"])
	return person, at, handed(h, person).Code
}

func handed(h *house.House, person string) card.Made {
	h.T.Helper()
	out := h.Do(h.As(who.ProjectLead), "card.make", card.MakeIn{Project: h.Project, Person: ref.Of(ref.Person, person)}).(card.MakeOut)
	if len(out.Cards) != 1 || len(out.Cards[0].Code) != card.CodeLength {
		h.T.Fatalf("cards: %+v", out)
	}
	return out.Cards[0]
}

func path(at ref.Ref, rest string) string { return "/card/words/" + at.String() + rest }

func TestACardFromCodeToTakeBack(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		_, at, code := give(h, "Ring first, then come.", terms.Quote)
		_, theirs, _ := give(h, "Somebody else's words.")
		team := h.As(who.ProjectLead)
		d := newDevice(t, serve(h))
		d.get("/card").shows("Use your card")
		d.post("/card", "code", strings.ToLower(card.Groups(code))).shows("Ring first, then come.", "You said", "We have not answered this yet.", "You said yes to", "Showing your exact words to others, without your name")
		d.hides("Somebody else", "Falls at home", "Test programme")
		if d.at != "/card/words" || !strings.Contains(d.page, "<title>Your words</title>") {
			t.Errorf("on %s", d.at)
		}
		d.get(path(theirs, "/correct"))
		if d.code != http.StatusGone {
			t.Errorf("another's words answer %d", d.code)
		}
		// Correct.
		d.get(path(at, "/correct"))
		d.post(path(at, "/correct"), "key", d.field("key"), "version", d.field("version"), "words", "Ring first. Always.", "role", "a daughter").shows("Ring first. Always.", "Your words are changed")
		// A stale form is shown with both texts.
		d.post(path(at, "/correct"), "key", "k9", "version", "1", "words", "Old page", "role", "")
		if d.code != http.StatusConflict || !strings.Contains(d.page, "Old page") || !strings.Contains(d.page, "Ring first. Always.") {
			t.Errorf("a stale form: %d", d.code)
		}
		// Add, with nothing and with words; the same press twice is one.
		d.post("/card/add", "key", "k1", "to", at.String(), "words", " ")
		if d.code != http.StatusUnprocessableEntity {
			t.Errorf("nothing to add: %d", d.code)
		}
		d.post("/card/add", "key", "k2", "to", at.String(), "words", "And bring the dog.")
		d.post("/card/add", "key", "k2", "to", at.String(), "words", "And bring the dog.").shows("And bring the dog.")
		if n := strings.Count(d.page, "And bring the dog.</blockquote>"); n != 1 {
			t.Errorf("it is there %d times", n)
		}
		// Agree anew: the answers are shown before they are stored.
		d.get(path(at, "/agree")).shows("May we put your words on the internet")
		d.post(path(at, "/agree"), "key", d.field("key"), "version", d.field("version"), "uses", "web").shows("Check your answers")
		d.post(path(at, "/agreed"), "key", d.field("key"), "version", d.field("version"), "uses", "web").shows("Putting it on the internet")
		d.hides("Showing your exact words")
		// Take it back: gone for everyone in the same second.
		d.get(path(at, "/take")).shows("You do not have to say why.")
		d.post(path(at, "/take"), "key", "k3", "what", "hide").shows("Thank you", "Undo")
		if _, err := by(h, team, "evidence.see", map[string]any{"ref": at}); !fault.Is(err, fault.Withdrawn) {
			t.Errorf("the team still reads it: %v", err)
		}
		act, back := d.field("act"), d.field("ref")
		d.get("/card/words").shows("You took back")
		d.hides("Ring first. Always.")
		d.post("/card/undo", "key", "k4", "act", act, "ref", back).shows("Ring first. Always.", "Putting it on the internet")
		// Everything, then for good.
		d.post("/card/take", "key", "k5", "what", "hide").shows("Thank you")
		d.get("/card/words").shows("You took everything back.", "You took back 2 things you said. That was on 2", " at ")
		d.hides("There is nothing here yet.")
		d.post("/card/undo", "key", "k6", "act", d.field("act"), "ref", d.field("ref")).shows("And bring the dog.")
		d.post("/card/take", "key", "k7", "what", "erase").shows("This cannot be undone. Nobody will see it, not even you.", "Erase it for good", "Keep it hidden instead")
		d.get("/card/words").shows("And bring the dog.")
		d.post("/card/take", "key", "k8", "what", "erase")
		d.post("/card/take", "key", d.field("key"), "what", d.field("what"), "sure", d.field("sure")).shows("It is gone for good")
		d.hides("Undo")
		d.get("/card/words").shows("There is nothing here yet.")
		d.hides("You took back")
		d.post("/card/leave").shows("Use your card")
		d.get("/card/words").shows("Use your card")
	})
}

func TestWordsForThisWorkOnlyClaimNoYes(t *testing.T) {
	h := kit.SQLite(t)
	_, _, code := give(h, "Ring first.")
	d := newDevice(t, serve(h))
	d.post("/card", "code", code).shows("We use it in this work only. You can say no.")
	d.hides("You said yes to")
}

// link is the address of the same page in another look.
func link(t *testing.T, page, look string) string {
	t.Helper()
	m := regexp.MustCompile(`href="([^"]*[?&]format=` + look + `[^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page has no link to its look %s", look)
	}
	return m[1]
}

func TestEasyReadAsksOneQuestionAPage(t *testing.T) {
	h := kit.SQLite(t)
	_, at, code := give(h, "Ring first.", terms.Quote)
	d := newDevice(t, serve(h))
	d.post("/card", "code", code).shows("Ring first.")
	d.get("/card/words?format=listen").shows("read this page aloud")
	d.get("/card/words?format=easy").shows("fmt-easy")
	d.get(path(at, "/agree")).shows("Question 1 of 8")
	uses := []string{"quote"}
	for step := range 8 {
		if step == 3 { // back one question and here again: the answers are all still there
			d.post(path(at, "/agree"), "key", d.field("key"), "version", d.field("version"), "step", "3", "ends", "", "answer", "no", "uses", "group", "back", "yes").shows("Question 3 of 8", `name="uses" value="group"`)
			d.hides("govuk-back-link")
			d.get(strings.Replace(link(t, d.page, "standard"), "format=standard", "format=easy", 1)).shows("Question 3 of 8", `name="uses" value="group"`)
			d.get(link(t, d.page, "standard")).shows("Tick what you say yes to", `value="group" checked`)
			d.get(link(t, d.page, "easy")).shows("Question 3 of 8")
			d.post(path(at, "/agree"), "key", d.field("key"), "version", d.field("version"), "step", "2", "ends", "", "answer", "no", "uses", "group").shows("Question 4 of 8")
		}
		fields := []string{"key", d.field("key"), "version", d.field("version"), "step", d.field("step"), "ends", "", "answer", "no"}
		if step == 0 {
			fields[9] = "yes" // shown to the group
		}
		for _, u := range uses {
			fields = append(fields, "uses", u)
		}
		d.post(path(at, "/agree"), fields...)
		uses = nil
		for _, m := range regexp.MustCompile(`name="uses" value="([^"]*)"`).FindAllStringSubmatch(d.page, -1) {
			if len(uses) == 0 || uses[len(uses)-1] != m[1] {
				uses = append(uses, m[1])
			}
		}
		if step < 7 && strings.Contains(d.page, "Check your answers") {
			t.Fatalf("the answers are shown after question %d", step+1)
		}
	}
	d.shows("Check your answers")
	for _, look := range []string{"large", "easy"} {
		d.get(link(t, d.page, look)).shows("Check your answers", `name="uses" value="group"`)
	}
	d.post(path(at, "/agreed"), "key", d.field("key"), "version", d.field("version"), "uses", "group").shows("Showing it to the group")
	d.hides("Showing your exact words")
	// The card keeps the format: another device opens it the same way.
	other := newDevice(t, d.base)
	other.post("/card", "code", code).shows("fmt-easy")
}

func TestALock(t *testing.T) {
	h := kit.SQLite(t)
	_, _, code := give(h, "Ring first.")
	base := serve(h)
	d, other := newDevice(t, base), newDevice(t, base)
	other.post("/card", "code", code).shows("Ring first.")
	d.post("/card", "code", code)
	d.post("/card/secure", "kind", "picture", "picture", "bomb")
	if d.code != http.StatusUnprocessableEntity {
		t.Errorf("a picture that is none: %d", d.code)
	}
	d.post("/card/secure", "kind", "picture", "picture", "boat").shows("Ring first.")
	// The code alone opens nothing now, and a device that was open before is shut.
	other.get("/card/words").shows("Choose your picture")
	other.hides("Ring first.")
	third := newDevice(t, base)
	third.get("/card/q/" + code).shows("Choose your picture")
	third.hides("Ring first.")
	for range 5 {
		third.post("/card/lock", "value", "sun")
		if third.code != http.StatusUnprocessableEntity {
			t.Errorf("a wrong picture: %d", third.code)
		}
	}
	third.post("/card/lock", "value", "boat")
	if third.code != http.StatusTooManyRequests || strings.Contains(third.page, "Ring first.") {
		t.Errorf("right, but after too many wrong ones: %d", third.code)
	}
	h.Hand.Add(61 * time.Second)
	third.post("/card/lock", "value", "boat").shows("Ring first.")
	third.post("/card/secure", "kind", "word", "word", "Aber").shows("Ring first.")
	other.post("/card/lock", "value", " aber ").shows("Ring first.")
	other.post("/card/secure", "kind", "").shows("Ring first.")
	newDevice(t, base).post("/card", "code", code).shows("Ring first.")
}

func TestAStoppedCardIsShutAtOnce(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		person, _, code := give(h, "Ring first.")
		d := newDevice(t, serve(h))
		d.post("/card", "code", code).shows("Ring first.")
		lead := h.As(who.ProjectLead)
		out := h.Do(lead, "card.make", card.MakeIn{Project: h.Project, Person: ref.Of(ref.Person, person), Stop: true}).(card.MakeOut)
		d.get("/card/words").shows("Use your card")
		d.post("/card", "code", code)
		if d.code != http.StatusUnprocessableEntity {
			t.Errorf("a lost card's code: %d", d.code)
		}
		d.post("/card", "code", out.Cards[0].Code).shows("Ring first.")
		list := h.Do(lead, "card.list", card.ListIn{Person: ref.Of(ref.Person, person)}).(card.ListOut)
		if len(list.Cards) != 2 || list.Cards[0].State != card.Live || list.Cards[1].State != card.Lost {
			t.Errorf("cards: %+v", list.Cards)
		}
		h.Do(lead, "card.stop", card.StopIn{Person: ref.Of(ref.Person, person)})
		d.get("/card/words").shows("Use your card")
	})
}

func TestADraftOutlivesItsSession(t *testing.T) {
	h := kit.SQLite(t)
	_, at, code := give(h, "Ring first.")
	d := newDevice(t, serve(h))
	d.post("/card", "code", code)
	d.get(path(at, "/correct"))
	h.Hand.Add(3 * time.Hour)
	d.post(path(at, "/correct"), "key", "k", "version", "1", "words", "Typed for three hours", "role", "")
	if d.code != http.StatusUnauthorized || !strings.Contains(d.page, "Typed for three hours") {
		t.Errorf("a late form: %d, its words are gone", d.code)
	}
	d.post("/card", "code", code).shows("Ring first.")
	d.post(path(at, "/correct"), "key", "k", "version", "1", "words", "Typed for three hours", "role", "").shows("Typed for three hours")
}

func TestCodesAreStoredNowhere(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		lead := h.As(who.ProjectLead)
		in := card.MakeIn{Project: h.Project, Count: 3, Key: "one-press"}
		out := h.Do(lead, "card.make", in).(card.MakeOut)
		if len(out.Cards) != 3 || out.Cards[0].Person == out.Cards[1].Person {
			t.Fatalf("cards: %+v", out)
		}
		if _, err := h.Try(lead, "card.make", in); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same press again: %v", err)
		}
		h.Read(func(tx *db.Tx) error {
			for _, q := range []string{"select code from card_door", "select result from trail_key", "select body from trail_body", "select digest from trail_key"} {
				rows, err := db.All(tx, db.Q(q), db.Value[string])
				if err != nil {
					return err
				}
				for _, row := range rows {
					for _, c := range out.Cards {
						if strings.Contains(row, c.Code) {
							t.Errorf("%s holds a code", q)
						}
					}
				}
			}
			return nil
		})
		for name, bad := range map[string]card.MakeIn{"too many": {Project: h.Project, Count: card.MaxCards + 1}, "fewer than one": {Project: h.Project, Count: -1}, "no such format": {Project: h.Project, Format: "loud"}} {
			if _, err := h.Try(lead, "card.make", bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestWhoHandsOutCards(t *testing.T) {
	h := kit.SQLite(t)
	person := h.Person()
	in := card.MakeIn{Project: h.Project, Person: ref.Of(ref.Person, person)}
	for name, c := range map[string]struct {
		ctx  context.Context
		kind fault.Kind
	}{
		"a host lead": {h.As(who.HostLead), fault.Forbidden}, "host staff": {h.As(who.HostStaff), fault.Forbidden}, "an administrator": {h.As(who.Administrator), fault.Forbidden},
		"another project": {h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), fault.Missing}, "the person": {h.AsCard(person), fault.Missing}, "a stranger": {h.Stranger(), fault.Signin},
	} {
		if _, err := h.Try(c.ctx, "card.make", in); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
	}
	for verb, in := range map[string]any{"card.stop": card.StopIn{}, "card.list": card.ListIn{}, "card.lock": card.LockIn{}, "card.looks": card.LooksIn{}} {
		if _, err := h.Try(h.Stranger(), verb, in); !fault.Is(err, fault.Signin) {
			t.Errorf("%s as a stranger: %v", verb, err)
		}
	}
	// A project of another programme is not there.
	if _, err := h.Try(h.As(who.ProgrammeLead), "card.make", card.MakeIn{Project: h.Foreign}); !fault.Is(err, fault.Missing) {
		t.Errorf("another programme's project: %v", err)
	}
}

// TestGuessingNeverShutsARealCodeOut types 10,000 wrong codes from many places while a
// real one is used again and again: every guess is refused, every real one is let in.
func TestGuessingNeverShutsARealCodeOut(t *testing.T) {
	h := kit.SQLite(t)
	_, _, code := give(h, "Ring first.")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	var next, let, slowed atomic.Int64
	ask := func(code string) int {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/card", strings.NewReader("code="+code))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.Handler.ServeHTTP(w, r)
		return w.Code
	}
	const guesses, guessers = 10_000, 150
	for range guessers {
		wg.Go(func() {
			for next.Add(1) <= guesses {
				switch got := ask(h.IDs.Code(card.CodeLength)); got {
				case http.StatusUnprocessableEntity:
				case http.StatusTooManyRequests:
					slowed.Add(1)
				default:
					if got == http.StatusSeeOther || ctx.Err() == nil {
						let.Add(1)
					}
				}
			}
		})
	}
	var worst time.Duration
	entered := 0
	for next.Load() < guesses {
		start := time.Now()
		if got := ask(code); got != http.StatusSeeOther {
			t.Fatalf("the real code was answered %d", got)
		}
		worst = max(worst, time.Since(start))
		entered++
	}
	cancel() // those that still wait need wait no longer
	wg.Wait()
	t.Logf("%d guesses, %d slowed; the real code opened %d times, at worst in %s", guesses, slowed.Load(), entered, worst)
	if let.Load() > 0 || slowed.Load() < guesses/2 || entered < 10 {
		t.Errorf("%d guesses were let in, %d slowed, the real code opened %d times", let.Load(), slowed.Load(), entered)
	}
	if worst > 5*time.Second {
		t.Errorf("the real code once took %s", worst)
	}
}

// answer runs the handler of one of the house's routes as an actor, and gives the answer.
func answer(h *house.House, ctx context.Context, pattern string, values map[string]string, fields url.Values) *httptest.ResponseRecorder {
	h.T.Helper()
	for _, rt := range h.Routes {
		if rt.Pattern != strings.Split(pattern, "?")[0] {
			continue
		}
		method, at, _ := strings.Cut(pattern, " ")
		r := httptest.NewRequestWithContext(ctx, method, at, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for k, v := range values {
			r.SetPathValue(k, v)
		}
		w := httptest.NewRecorder()
		if err := rt.Handle(w, r); err != nil {
			h.T.Errorf("%s: %v", pattern, err)
		}
		return w
	}
	h.T.Fatalf("no route %s", pattern)
	return nil
}

func TestThePageOfNewCards(t *testing.T) {
	h := kit.SQLite(t)
	lead, person := h.As(who.ProjectLead), h.Person()
	here := map[string]string{"project": h.Project}
	if w := answer(h, lead, "GET /card/make/{project}", here, nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "How many cards?") {
		t.Errorf("the form: %d", w.Code)
	}
	form := url.Values{"count": {"2"}, "format": {"large"}, "language": {"en"}, "key": {"k1"}}
	w := answer(h, lead, "POST /card/make/{project}", here, form)
	codes := regexp.MustCompile(`<p class="govuk-heading-l">([0-9A-Z]{3} [0-9A-Z]{3} [0-9A-Z]{4})</p>`).FindAllStringSubmatch(w.Body.String(), -1)
	if w.Code != http.StatusOK || len(codes) != 2 || strings.Count(html.UnescapeString(w.Body.String()), `src="data:image/svg+xml;base64,`) != 2 {
		t.Errorf("the page of codes: %d with %d codes", w.Code, len(codes))
	}
	if w = answer(h, lead, "POST /card/make/{project}", here, form); w.Code != http.StatusConflict || strings.Contains(w.Body.String(), codes[0][1]) {
		t.Errorf("the same form again: %d", w.Code)
	}
	if w = answer(h, lead, "POST /card/make/{project}", here, url.Values{"count": {"many"}, "format": {"large"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a count that is no number: %d", w.Code)
	}
	made := handed(h, person)
	if w = answer(h, lead, "GET /card/of/{person}", map[string]string{"person": person}, nil); !strings.Contains(w.Body.String(), "Stop this card") || strings.Contains(w.Body.String(), made.Code) {
		t.Errorf("the list of cards: %d", w.Code)
	}
	for name, c := range map[string]struct{ query, back string }{
		"from nowhere": {"", "/people/" + person}, "from what they said": {"&from=contribution:" + h.Project, "/evidence/" + h.Project + "/said/" + h.Project},
		"from another site": {"&from=https://example.org/", "/people/" + person},
	} {
		w = answer(h, lead, "GET /card/make/{project}?person=person:"+person+c.query, here, nil)
		if text := w.Body.String(); !strings.Contains(text, "They have a card already.") || !strings.Contains(text, `href="`+c.back+`"`) || strings.Contains(text, `value="yes" checked`) {
			t.Errorf("%s: the form does not say that they have a card, or stops it unasked", name)
		}
	}
	answer(h, lead, "POST /card/of/{person}", map[string]string{"person": person}, url.Values{"card": {made.Card}, "key": {"k2"}})
	if w = answer(h, lead, "GET /card/of/{person}", map[string]string{"person": person}, nil); strings.Contains(w.Body.String(), "Stop this card") {
		t.Error("a stopped card can be stopped again")
	}
}

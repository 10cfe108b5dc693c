package walk_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/seal"
	"plait/internal/spine/ref"
	"plait/test/browser"
)

// spoken is words with letters of every kind.
const spoken = "Mae'r dŵr yn oer, \U0001f469\u200d\U0001f467 and Tŷ Mawr is shut.\n\nRing first, then come. The cafe\u0301 was full.\n\n\u05d0\u05de\u05e8 \u05e9\u05dc\u05d5\u05dd. We waited \U0001f44d\U0001f3fd all day."

// say puts a contribution into the project and gives its page.
func (s *street) say(words string) (at ref.Ref, home string) {
	s.t.Helper()
	out := s.run(s.AsOperator(), "evidence.give", map[string]any{"project": s.Project, "words": words})
	at, err := ref.Parse(out["ref"].(string))
	if err != nil {
		s.t.Fatal(err)
	}
	return at, s.URL + "/evidence/" + s.Project + "/said/" + at.ID
}

// hang gives a contribution a file, as the pages that take files in do.
func (s *street) hang(at ref.Ref, kind, media, name string, pages, ms int, content []byte) string {
	s.t.Helper()
	key, err := seal.New(make([]byte, seal.Size)) // the test house's
	if err != nil {
		s.t.Fatal(err)
	}
	store := &blob.Store{DB: s.DB, Clock: s.Clock, IDs: s.IDs, Key: key}
	up, err := store.Take(s.t.Context(), s.Programme, name, bytes.NewReader(content), 1<<24)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Write(func(tx *db.Tx) error {
		if err := store.Keep(tx, s.Programme, up.ID, at.ID); err != nil {
			return err
		}
		return tx.Do(db.Q(`insert into evidence_media (programme, id, contribution, n, kind, media, name, width, height, ms, pages, alt, captions, captions_by, captions_on, version, at)
			values (?, ?, ?, 0, ?, ?, ?, 0, 0, ?, ?, '', '', '', '', 1, 0)`, s.Programme, up.ID, at.ID, kind, media, name, int64(ms), int64(pages)))
	})
	return up.ID
}

// choose selects words on the page as a mouse does, from their first letter to their last.
func choose(p *browser.Page, words string) {
	type place struct{ X1, Y1, X2, Y2 float64 }
	at := browser.Eval[place](p, fmt.Sprintf(`(() => {
		const words = %q;
		for (const el of document.querySelectorAll(".pl-mark__p")) {
			const i = el.textContent.indexOf(words);
			if (i < 0) continue;
			el.scrollIntoView({block: "center", behavior: "instant"});
			const spot = (n) => {
				const walk = document.createTreeWalker(el, NodeFilter.SHOW_TEXT);
				for (let node = walk.nextNode(); node; node = walk.nextNode()) {
					if (n <= node.length) return [node, n];
					n -= node.length;
				}
			};
			const r = document.createRange();
			r.setStart(...spot(i));
			r.setEnd(...spot(i + words.length));
			const all = r.getClientRects(), a = all[0], b = all[all.length - 1];
			return {X1: a.left + 0.5, Y1: a.top + a.height / 2, X2: b.right - 0.5, Y2: b.top + b.height / 2};
		}
	})()`, words))
	drag(p, at.X1, at.Y1, at.X2, at.Y2)
}

// drag presses at one place of the window and lets go at another.
func drag(p *browser.Page, x1, y1, x2, y2 float64) {
	do := func(kind input.DispatchMouseEventType, x, y float64, buttons int64) {
		err := chromedp.Do(p.Context(), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: buttons, ClickCount: 1})
			return err
		}))
		if err != nil {
			panic(err)
		}
	}
	do(input.DispatchMouseEventTypeMousePressed, x1, y1, 1)
	do(input.DispatchMouseEventTypeMouseMoved, (x1+x2)/2, (y1+y2)/2, 1)
	do(input.DispatchMouseEventTypeMouseMoved, x2, y2, 1)
	do(input.DispatchMouseEventTypeMouseReleased, x2, y2, 0)
}

// quotes is the marked words of a contribution, in order, as the store has them.
func (s *street) quotes(at ref.Ref) []string {
	s.t.Helper()
	list, _ := s.run(s.AsOperator(), "evidence.marks", map[string]any{"ref": at})["marks"].([]any)
	var out []string
	for _, x := range list {
		m := x.(map[string]any)
		q, _ := m["quote"].(string)
		label, _ := m["label"].(string)
		out = append(out, q+"|"+label)
	}
	return out
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Fatalf("stored:\n%q, want\n%q", got, want)
	}
}

func TestMarkingWords(t *testing.T) {
	s := open(t)
	email := s.coach()
	at, home := s.say(spoken)
	p := chrome.Open(t, s.URL+"/", laptop)
	s.signInWindow(p, email)
	p.Go(home + "/mark")
	p.Axe()

	// With the mouse: no new page, the words painted, the list longer.
	browser.Eval[bool](p, `(window.here = true)`)
	choose(p, "and Tŷ Mawr")
	p.Wait("[data-mark-bar]:not([hidden])")
	p.Fill("#bar-label", "closing")
	p.Screenshot("mark choosing wide")
	p.Click("[data-mark-bar] button:not([type])")
	p.Wait("[data-mark-list] a")
	same(t, s.quotes(at), "and Tŷ Mawr|closing")
	if !browser.Eval[bool](p, `window.here && CSS.highlights.get("pl-mark").size === 1 && document.querySelector("[data-mark-count]").textContent === "1"`) {
		t.Error("marking made a new page, or nothing is painted")
	}
	if got := p.Text("#p1 .pl-mark__said"); got != "Marked: 1 (closing)" {
		t.Errorf("said %q", got)
	}
	// Over two paragraphs, from a letter of two code points on: half a letter is never kept.
	choose(p, "cafe\u0301")
	p.Wait("[data-mark-bar]:not([hidden])")
	p.Press("\t")
	p.Click("[data-mark-bar] button:not([type])")
	p.Wait("[data-mark-list] li:nth-child(2) a")

	// By the keyboard: one stop for all paragraphs.
	const stops = ".pl-mark :is(button, a, input, [tabindex])"
	if n := p.Count(stops); n != 0 {
		t.Errorf("%d stops among the words", n)
	}
	p.Click("[data-mark-keys] button")
	p.Wait(".pl-mark__do")
	if n := p.Count(stops); n != 1 {
		t.Errorf("%d stops among the words: one was wanted", n)
	}
	browser.Eval[bool](p, `(document.querySelector(".pl-mark__do").focus(), true)`)
	p.Press(kb.ArrowDown)
	p.Press(kb.ArrowDown)
	p.Press("\r")
	p.Wait("[data-mark-list] li:nth-child(3) a")
	third := spoken[strings.LastIndex(spoken, "\n")+1:]
	same(t, s.quotes(at), "and Tŷ Mawr|closing", "cafe\u0301|", third+"|")
	p.Axe()
	p.NoSideScroll(320)
	p.TabWalk()
	p.Screenshot("mark done wide")

	// One that was marked just now goes without a new page; another after a reload.
	p.Click("[data-mark-list] li:nth-child(2) .pl-marks__button")
	p.Gone("[data-mark-list] li:nth-child(3)")
	same(t, s.quotes(at), "and Tŷ Mawr|closing", third+"|")
	p.Reload()
	if got := browser.Eval[string](p, `Array.from(document.querySelectorAll(".pl-mark mark"), x => x.textContent).join("|")`); got != "and Tŷ Mawr|"+third {
		t.Errorf("marked after a reload: %q", got)
	}
	// The address of a mark opens its place.
	marks, _ := s.run(s.AsOperator(), "evidence.marks", map[string]any{"ref": at})["marks"].([]any)
	id := marks[1].(map[string]any)["id"].(string)
	p.Go(home + "/mark/" + id)
	if !strings.HasSuffix(p.URL(), "#mark-"+id) || p.Text("mark.pl-mark__it--now") == "" {
		t.Errorf("the place of a mark: %s", p.URL())
	}
	p.Width(phone)
	p.Screenshot("mark place phone")

	// What could not be stored is taken back, and said.
	p.Go(home + "/mark")
	s.run(s.AsOperator(), "evidence.edit", map[string]any{"ref": at, "version": 1, "words": "New. " + spoken})
	choose(p, "all day")
	p.Wait("[data-mark-bar]:not([hidden])")
	p.Click("[data-mark-bar] button:not([type])")
	p.Wait("[data-mark-status]:not(:empty)")
	if !p.Reads("Someone changed the words while you were marking") || browser.Eval[int](p, `CSS.highlights.get("pl-mark").size`) != 0 {
		t.Errorf("stale words: %q", p.Text("[data-mark-status]"))
	}
}

func TestMarkingWithoutScript(t *testing.T) {
	s := open(t)
	email := s.coach()
	at, home := s.say(spoken)
	p := chrome.Open(t, s.URL+"/", phone, browser.WithoutJS)
	s.signInWindow(p, email)
	p.Go(home + "/mark")
	p.Click("details summary")
	p.Fill("#quote", "Ring first, then come")
	p.Fill("#label", "waiting")
	if status := p.Follow("details form[method=post] button"); status != 200 || p.Text(".pl-mark mark") != "Ring first, then come" {
		t.Errorf("marked by typing: %d", status)
	}
	p.Screenshot("mark without script")
	p.Click("details summary")
	p.Fill("#p", "3")
	p.Follow("details form[method=get] button")
	p.Screenshot("mark one paragraph")
	p.Follow(".pl-mark form button")
	third := spoken[strings.LastIndex(spoken, "\n")+1:]
	same(t, s.quotes(at), "Ring first, then come|waiting", third+"|")
	p.Follow(".pl-marks__list li:first-child .pl-marks__button")
	same(t, s.quotes(at), third+"|")
}

// drawn is an invented picture.
func drawn(t *testing.T) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 600, 400))
	for y := range 400 {
		for x := range 600 {
			m.Set(x, y, color.RGBA{uint8(200 + x%40), uint8(210 + y%30), 190, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hum is seconds of a tone, as WAV.
func hum(seconds int) []byte {
	const rate = 8000
	data := make([]byte, rate*seconds)
	for i := range data {
		data[i] = byte(128 + 20*(i/20%2))
	}
	var b bytes.Buffer
	for _, x := range []any{[]byte("RIFF"), uint32(36 + len(data)), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(rate), uint16(1), uint16(8), []byte("data"), uint32(len(data)), data} {
		_ = binary.Write(&b, binary.LittleEndian, x) // a buffer takes everything
	}
	return b.Bytes()
}

func TestMarkingPictures(t *testing.T) {
	s := open(t)
	email := s.coach()
	at, home := s.say("A drawing of the way to the shop")
	file := s.hang(at, "picture", "image/jpeg", "way.jpg", 0, 0, drawn(t))
	p := chrome.Open(t, s.URL+"/", laptop)
	s.signInWindow(p, email)
	p.Go(home + "/mark?file=" + file)
	p.Axe()
	p.NoSideScroll(320)
	p.TabWalk()
	type rect struct{ X, Y, W, H float64 }
	r := browser.Eval[rect](p, `(() => { const el = document.querySelector("[data-mark-box]"); el.scrollIntoView({block: "start", behavior: "instant"}); const r = el.getBoundingClientRect(); return {X: r.left, Y: r.top, W: r.width, H: r.height} })()`)
	drag(p, r.X+r.W*0.6, r.Y+r.H*0.5, r.X+r.W*0.2, r.Y+r.H*0.1)
	p.Fill("#label", "the gate")
	p.Screenshot("mark box wide")
	p.Follow("[data-mark-where] button[type=submit]")
	first := func(n int) map[string]any {
		list, _ := s.run(s.AsOperator(), "evidence.marks", map[string]any{"ref": at})["marks"].([]any)
		if len(list) <= n {
			t.Fatalf("%d marks", len(list))
		}
		return list[n].(map[string]any)
	}
	near := func(m map[string]any, name string, want float64) {
		got, _ := m[name].(float64)
		if got < want-60 || got > want+60 {
			t.Errorf("%s is %v, want about %v", name, got, want)
		}
	}
	near(first(0), "x", 2000)
	near(first(0), "y", 1000)
	near(first(0), "w", 4000)
	near(first(0), "h", 4000)

	// By the keyboard: a box in the middle, moved twice, made wider once.
	browser.Eval[bool](p, `(document.querySelector("[data-mark-move] button").focus(), true)`)
	p.Press(kb.ArrowRight)
	p.Press(kb.ArrowDown)
	if got := p.Text("[data-mark-status]"); got != "27 % from the left, 27 % from the top, 50 % wide, 50 % high" {
		t.Errorf("said %q", got)
	}
	p.Follow("[data-mark-where] button[type=submit]")
	near(first(1), "x", 2700)

	// Without script: a half of the picture.
	q := chrome.Open(t, s.URL+"/", phone, browser.WithoutJS)
	s.signInWindow(q, email)
	q.Go(home + "/mark?file=" + file)
	q.Click("input[value=bottom] + label")
	q.Follow("[data-mark-where] button[type=submit]")
	q.Screenshot("mark half phone")
	near(first(2), "y", 5000)
	near(first(2), "w", 10000)
}

func TestMarkingPagesAndTimes(t *testing.T) {
	s := open(t)
	email := s.coach()
	p := chrome.Open(t, s.URL+"/", laptop)
	pdf := p.PDF()
	s.signInWindow(p, email)
	at, home := s.say("x")
	s.hang(at, "document", "application/pdf", "Report.pdf", 1, 0, pdf)
	s.Write(func(tx *db.Tx) error {
		return tx.Do(db.Q(`update evidence_contribution set words = '', fixed = 1, page_starts = '0' where programme = ? and id = ?`, s.Programme, at.ID))
	})
	p.Go(home + "/mark")
	if !browser.Eval[bool](p, `(async () => { const i = document.querySelector(".pl-box__picture"); await i.decode(); return i.naturalWidth > 500 })()`) {
		t.Error("the page has no picture")
	}
	p.Axe()
	p.NoSideScroll(320)
	p.Screenshot("mark page wide")
	p.Fill("textarea#words", "What the page says")
	p.Follow("form[action*='/page/1'] button")
	if !p.Reads("The words of this page are saved") || !p.Reads("What the page says") {
		t.Error("the words of the page are not there")
	}
	p.Follow("[data-mark-where] button[type=submit]")
	if p.Count(".pl-box__it--now") != 1 {
		t.Error("the page is not marked")
	}
	p.Width(phone)
	p.Screenshot("mark page phone")

	at, home = s.say("A recording")
	file := s.hang(at, "sound", "audio/wav", "talk.wav", 0, 20_000, hum(20))
	p.Width(laptop)
	p.Go(home + "/mark?file=" + file)
	p.Axe()
	browser.Eval[bool](p, `new Promise(done => { const a = document.querySelector("audio"); const go = () => { a.currentTime = 5; done(true) }; a.readyState > 0 ? go() : a.addEventListener("loadedmetadata", go) })`)
	p.Click("[data-mark-now=from]")
	p.Fill("#to", "0:12")
	p.Fill("#label", "the bus")
	p.Screenshot("mark time wide")
	p.Follow("[data-mark-time] button[type=submit]")
	if src := browser.Eval[string](p, `document.querySelector("audio").currentSrc`); !strings.HasSuffix(src, "#t=5,12") {
		t.Errorf("the place opens %s", src)
	}
	if now := browser.Eval[float64](p, `new Promise(done => { const a = document.querySelector("audio"); const go = () => done(a.currentTime); a.readyState > 1 ? go() : a.addEventListener("loadeddata", go) })`); now < 4.9 || now > 5.1 {
		t.Errorf("the player stands at %v", now)
	}
	p.Width(phone)
	p.NoSideScroll(320)
	p.Screenshot("mark time phone")
}

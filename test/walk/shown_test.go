package walk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"plait/test/browser"
)

// shownNow is what the project holds, newest last, as "asked: answer".
func (s *street) shownNow() (out []string) {
	s.t.Helper()
	list := s.run(s.AsOperator(), "evidence.list", map[string]any{"project": s.Project, "limit": 100})["contributions"].([]any)
	for _, c := range list {
		m := c.(map[string]any)
		out = append([]string{fmt.Sprint(m["question"], ": ", m["answer"])}, out...)
	}
	return out
}

// TestYesUnsureNo hands the tablet over: by touch, by keys 1 to 3, by Tab and Enter, and
// without scripts; an answer is changed, read back and stored, and the batch undone.
func TestYesUnsureNo(t *testing.T) {
	for name, opts := range map[string][]browser.Option{"with scripts": nil, "without": {browser.WithoutJS}} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			coach := s.visitor().signIn(s.coach())
			p := coach.window(t, "/evidence/"+s.Project, phone, opts...)
			press(t, p, "a[href$='/shown']")
			if opts == nil {
				looked(t, p, "shown")
			}
			press(t, p, "main a[href$='/shown/cards']")
			if opts == nil {
				looked(t, p, "shown ask")
			}
			p.Fill("#statements", "I like living here\nI choose what I eat\nPeople knock before they come in")
			p.Click("label[for=voice-2]")
			press(t, p, "main form button")
			if opts == nil {
				looked(t, p, "shown statement")
				p.Press("1")
				wantStatement(t, p, "2 of 3")
				for range 20 { // by switch: Tab until the answer, then Enter
					p.Press(kb.Tab)
					if browser.Eval[string](p, "document.activeElement.value || ''") == "unsure" {
						break
					}
				}
				p.Press(kb.Enter)
				wantStatement(t, p, "3 of 3")
				p.Click("button[value=no]")
				p.Wait(".pl-back")
			} else {
				press(t, p, "button[value=yes]")
				press(t, p, "button[value=unsure]")
				press(t, p, "a[href$='n=2']") // going back
				press(t, p, "button[value=unsure]")
				press(t, p, "button[value=no]")
			}
			if opts == nil {
				p.Reload() // the tablet keeps its place
				looked(t, p, "shown back")
				p.Click("main li:nth-child(3) a")
				wantStatement(t, p, "3 of 3")
				if !p.Reads("Your answer") {
					t.Error("the answer they gave is not marked")
				}
				p.Press("1")
				p.Wait(".pl-back")
			} else {
				press(t, p, "main li:nth-child(3) a")
				press(t, p, "button[value=yes]")
			}
			press(t, p, "main form button[type=submit]")
			if !p.Reads("3 saved") {
				t.Errorf("after the last press: %s", p.Text("main"))
			}
			want := []string{"I like living here: yes", "I choose what I eat: unsure", "People knock before they come in: yes"}
			if got := s.shownNow(); strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("stored %q, want %q", got, want)
			}
			press(t, p, "a[href*='undo=ask']")
			press(t, p, "main form button")
			if got := s.shownNow(); len(got) != 0 {
				t.Errorf("after undoing: %q", got)
			}
		})
	}
}

func wantStatement(t *testing.T, p *browser.Page, count string) {
	t.Helper()
	for range 100 {
		if browser.Eval[bool](p, "document.querySelector('.pl-tablet__count')?.textContent === '"+count+"'") {
			return
		}
	}
	t.Fatalf("the tablet does not show %s: %s", count, p.Text("main"))
}

// looked checks a page as every page is checked, and takes its picture twice.
func looked(t *testing.T, p *browser.Page, name string) {
	t.Helper()
	good(t, p)
	p.Screenshot(name)
	p.Width(laptop)
	p.Screenshot(name + " wide")
	p.Width(phone)
}

func TestChooseAPicture(t *testing.T) {
	s := open(t)
	coach := s.visitor().signIn(s.coach())
	p := coach.window(t, "/evidence/"+s.Project+"/shown/pictures", phone, browser.WithoutJS)
	p.Fill("#statements", "What matters most?\nWhat is hard?")
	for _, icon := range []string{"#icons", "#icons-5", "#icons-11"} {
		p.Click("label[for='" + strings.TrimPrefix(icon, "#") + "']")
	}
	cat := filepath.Join(t.TempDir(), "cat.png")
	if err := os.WriteFile(cat, picture(s), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Upload("#file", cat)
	p.Fill("#names", "Our cat")
	press(t, p, "main form button")
	p.Screenshot("shown pictures")
	press(t, p, "button[value='Our cat']")
	press(t, p, "button[value=Bus]")
	p.Screenshot("shown pictures back")
	press(t, p, "main form button")
	if got := s.shownNow(); strings.Join(got, "|") != "What matters most?: Our cat|What is hard?: Bus" {
		t.Errorf("stored %q", got)
	}
	list := s.run(s.AsOperator(), "evidence.list", map[string]any{"project": s.Project})["contributions"].([]any)
	media, _ := list[1].(map[string]any)["media"].([]any)
	if len(media) != 1 || media[0].(map[string]any)["alt"] != "Our cat" {
		t.Errorf("the picture that was chosen: %v", media)
	}
}

func TestWeSawIt(t *testing.T) {
	s := open(t)
	coach := s.visitor().signIn(s.coach())
	p := coach.window(t, "/evidence/"+s.Project+"/shown/seen", phone)
	looked(t, p, "shown seen")
	press422(t, p, "main form button")
	p.Fill("#question", "A photo of the cafe")
	p.Fill("#interest", "She smiled and held on to it")
	press422(t, p, "main form button")
	p.Fill("#interest_by", "Her sister")
	p.Fill("#account", "She always loved cake")
	p.Fill("#account_by", "Key worker")
	p.Click("label[for=voice-3]")
	press(t, p, "main form button")
	for _, want := range []string{"What they said or showed", "Seen by Her sister", "What Key worker tells of it", "Said on their behalf. Weigh it as what someone else tells."} {
		if !p.Reads(want) {
			t.Errorf("the page does not say %q: %s", want, p.Text("main"))
		}
	}
	looked(t, p, "shown see")
	if _, body := coach.get("/evidence/" + s.Project); !strings.Contains(body, "said on their behalf") {
		t.Error("the row in the list does not say that it was said on their behalf")
	}
	press(t, p, "a[href$='/read-back']")
	looked(t, p, "shown read back")
	p.Click("main summary")
	p.Fill("#words", "I want to go again")
	press(t, p, "button[value=changed]")
	if !p.Reads("Read back on 2 March 2026: they changed it.") || !p.Reads("I want to go again") {
		t.Errorf("after reading back: %s", p.Text("main"))
	}
}

func press422(t *testing.T, p *browser.Page, selector string) {
	t.Helper()
	if status := p.Follow(selector); status != 422 {
		t.Fatalf("%s: status %d at %s\n%s", selector, status, p.URL(), p.Text("main"))
	}
}

// TestDraw draws by pointer and by keys, undoes, reloads, clears, and keeps the drawing.
func TestDraw(t *testing.T) {
	s := open(t)
	coach := s.visitor().signIn(s.coach())
	p := coach.window(t, "/evidence/"+s.Project+"/draw", phone)
	looked(t, p, "draw empty")
	ink := func() int {
		return browser.Eval[int](p, `(() => { const c = document.querySelector("canvas"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let n = 0;
			for (let i = 0; i < d.length; i += 4) if (d[i] + d[i+1] + d[i+2] < 700) n++; return n; })()`)
	}
	if n := ink(); n != 0 {
		t.Errorf("an empty board has %d points of ink", n)
	}
	stroke := `(() => { const c = document.querySelector("canvas"), b = c.getBoundingClientRect();
		const e = (n, x, y) => c.dispatchEvent(new PointerEvent(n, {pointerId: 1, isPrimary: true, button: n === "pointermove" ? -1 : 0, buttons: 1, clientX: b.left + x, clientY: b.top + y, bubbles: true, cancelable: true}));
		c.setPointerCapture = () => {}; e("pointerdown", 20, 20); for (let i = 0; i < 20; i++) e("pointermove", 20 + i * 5, 20 + i * 4); e("pointerup", 120, 100); return true; })()`
	browser.Eval[bool](p, stroke)
	line := ink()
	if line == 0 {
		t.Fatal("a stroke of the pen leaves no ink")
	}
	p.Click("label[for=draw-colour-red]")
	p.Click("label[for=draw-stamp-home]")
	browser.Eval[bool](p, `(document.querySelector("canvas").focus(), true)`)
	p.Press(kb.ArrowLeft)
	p.Press(kb.Enter)
	if !strings.Contains(p.Text("[data-said]"), "drawn") {
		t.Errorf("the shape is not told: %q", p.Text("[data-said]"))
	}
	both := ink()
	if both <= line {
		t.Errorf("a shape by keys leaves %d points, the line alone %d", both, line)
	}
	p.Screenshot("draw")
	p.Reload()
	p.Wait("canvas")
	browser.Eval[bool](p, `(document.activeElement.blur(), true)`)
	if kept := ink(); kept < line {
		t.Errorf("after a reload %d points are left of %d", kept, both)
	}
	p.Click("[data-undo]")
	if one := ink(); one != line {
		t.Errorf("after undoing %d points, want %d", one, line)
	}
	p.Click("[data-clear]")
	p.Click("[data-clear-no]")
	if ink() == 0 {
		t.Error("clear does not ask")
	}
	p.Click("main form button[type=submit]")
	p.Wait("#words")
	if !strings.Contains(p.URL(), "/give?") {
		t.Errorf("the drawing leads to %s", p.URL())
	}
	p.Click("label[for=strands]")
	press(t, p, "button[value=one]")
	if p.Count("main img") != 1 || !p.Reads("Drawn") {
		t.Errorf("the drawing's page: %s", p.Text("main"))
	}
	p.Screenshot("draw kept")
	p.Go(s.URL + "/evidence/" + s.Project + "/draw")
	if n := ink(); n != 0 {
		t.Errorf("what was kept is on the board still: %d points", n)
	}
	press422(t, p, "main form button[type=submit]")
}

package walk_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plait/internal/engine/corner"
	table "plait/internal/engine/corner/scene"
	"plait/internal/room/paper"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

// onPaper is a house with a lead signed in and cards printed for two tables.
func onPaper(t *testing.T) (s *street, v *visitor, batch string, codes []corner.Code) {
	t.Helper()
	s = open(t)
	s.member("mair@example.org", "Mair", who.ProjectLead, ref.Of(ref.Project, s.Project))
	v = s.visitor().signIn("mair@example.org")
	out := s.Do(s.AsOperator(), "paper.print", paper.PrintIn{Project: s.Project, Name: "World café in Merrow", Asked: []string{"What helps you to stay steady at home?"},
		Tables: 2, Each: 3, Colours: []string{"yellow=lived", "blue=Ideas"}, On: "2026-02-20"}).(paper.PrintOut)
	see := s.Do(s.AsOperator(), "paper.see", paper.SeeIn{Batch: out.Batch}).(paper.SeeOut)
	for _, p := range see.Places() {
		codes = append(codes, see.Code(p))
	}
	return s, v, out.Batch, codes
}

// photoFile writes a photo of cards; faces may be nil.
func photoFile(t *testing.T, name string, seed uint64, codes []corner.Code, faces []image.Image) string {
	t.Helper()
	img, _ := table.Draw(table.Options{Seed: seed, Width: 2000, Height: 1500, Tilt: 18, Roll: 15, Turn: 10, Strokes: 9, Noise: 3, Blur: 0.6, Shadow: 0.6, Edge: 10}, codes, faces)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 75}); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(at, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return at
}

// TestPrintedCardsAreRead prints the cards as a browser does, lays the printed sheets on a
// table, and reads a photo of it: what is read is what came out of the printer.
func TestPrintedCardsAreRead(t *testing.T) {
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		t.Fatal("pdftoppm (poppler-utils) is not installed: see tool/apt.txt")
	}
	s, v, batch, codes := onPaper(t)
	p := v.window(t, "/paper/"+s.Project+"/batch/"+batch+"/print", laptop)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cards.pdf"), p.PDF(), 0o600); err != nil {
		t.Fatal(err)
	}
	const dpi = 200
	if out, err := exec.Command("pdftoppm", "-r", "200", "-png", filepath.Join(dir, "cards.pdf"), filepath.Join(dir, "page")).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "page*.png"))
	if err != nil || len(pages) != 2 {
		t.Fatalf("%d pages of 12 cards, six on a page: %v", len(pages), err)
	}
	var faces []image.Image
	for _, name := range pages {
		sheet := readPNG(t, name)
		if dir := os.Getenv("PLAIT_SHOTS"); dir != "" {
			b, _ := os.ReadFile(name)
			_ = os.WriteFile(filepath.Join(dir, "paper-"+filepath.Base(name)), b, 0o600)
		}
		flat, loose := corner.Find(sheet)
		if len(flat) != 6 || len(loose) != 0 {
			t.Fatalf("%d cards and %d loose on a printed sheet", len(flat), len(loose))
		}
		lay, _ := corner.Six.Layout()
		for _, c := range flat {
			// The card is where it should be to within a quarter of a millimetre, and as large.
			w, want := c.Quad[1].X-c.Quad[0].X, lay.Width*dpi/25.4
			if w < want-3 || w > want+3 {
				t.Errorf("a card is %.0f dots wide, want %.0f", w, want)
			}
			faces = append(faces, corner.Cut(sheet, c, 4000))
		}
	}
	ordered := make([]image.Image, len(codes))
	copy(ordered, faces) // sheets and places have one order, and so has Find: by code
	name := photoFile(t, "printed.jpg", 5, codes, ordered)
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	cards, loose := corner.Find(img)
	got := map[corner.Code]bool{}
	for _, c := range cards {
		got[c.Code] = true
	}
	for _, c := range codes {
		if !got[c] {
			t.Errorf("%+v is not read", c)
		}
	}
	if len(cards) != len(codes) || len(loose) != 0 {
		t.Errorf("%d cards of %d, %d loose", len(cards), len(codes), len(loose))
	}
}

func readPNG(t *testing.T, name string) image.Image {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestPaperInTheBrowser goes from a photo to the thread in windows, with and without scripts.
func TestPaperInTheBrowser(t *testing.T) {
	s, v, batch, codes := onPaper(t)
	here := "/paper/" + s.Project
	for name, opts := range map[string][]browser.Option{"": nil, "plain ": {browser.WithoutJS}} {
		p := v.window(t, here, phone, opts...)
		look := func(what string) {
			if name == "" {
				p.Axe() // it needs the page's timers, which stand still without scripts
			}
			p.Screenshot("paper " + name + what)
			p.Width(320)
			p.NoSideScroll(320)
			p.Width(laptop)
			p.Screenshot("wide paper " + name + what)
			p.Width(phone)
		}
		for _, at := range []string{"", "/new", "/batch/" + batch, "/batch/" + batch + "/print", "/photo", "/flip"} {
			p.Go(s.URL + here + at)
			look("page" + strings.ReplaceAll(strings.ReplaceAll(at, batch, "of"), "/", " "))
		}
		p = v.window(t, here+"/photo", phone, opts...) // a window has a time limit
		set := codes[:6]
		if name != "" {
			set = codes[6:]
		}
		p.Upload("#photos", photoFile(t, "table.jpg", 3, set, nil))
		p.Follow("form .govuk-button")
		lot := strings.TrimPrefix(p.URL(), s.URL)
		s.work()
		p.Go(s.URL + lot)
		if !p.Reads("We found 6 cards") {
			t.Errorf("%s", p.Text("main"))
		}
		look("found")
		p.Follow("form .govuk-button")
		s.work()
		p.Go(s.URL + lot)
		if !p.Reads("6 cards are in the thread") {
			t.Errorf("%s", p.Text("main"))
		}
		look("filed")
		p.Go(s.URL + here + "/batch/" + batch + "/type")
		look("type")
		p.Fill("#words", "A rail by the door")
		p.Follow("form .govuk-button")
		if !p.Reads("The words are saved") {
			t.Errorf("%s", p.Text("main"))
		}
		p = v.window(t, here+"/flip", phone, opts...)
		p.Upload("#photos", photoFile(t, "chart.jpg", 9, codes[:2], nil))
		p.Follow("form .govuk-button")
		lot = strings.TrimPrefix(p.URL(), s.URL)
		s.work()
		p.Go(s.URL + lot)
		page := regexp.MustCompile(`/paper/[^"]+/boxes/[^"]+`).FindString(browser.Eval[string](p, "document.body.innerHTML"))
		p.Go(s.URL + page)
		if name == "" {
			drawByKeys(t, p)
			drawByMouse(t, p)
		} else {
			p.Follow(`[value="add"]`)
		}
		look("boxes")
		p.Fill(`[name="words1"]`, "More buses")
		p.Follow(`form > .govuk-button:last-of-type`)
		if !p.Reads("The boxes are saved") {
			t.Errorf("%s at %s", p.Text("main"), p.URL())
		}
		look("boxes kept")
	}
}

// drawByKeys adds a box, moves and resizes it by arrows, adds another and takes it away.
func drawByKeys(t *testing.T, p *browser.Page) {
	t.Helper()
	value := func(name string) string {
		return browser.Eval[string](p, `document.querySelector('[name="`+name+`"]').value`)
	}
	p.Click(`[value="add"]`)
	const right, down = "\u0303", "\u0301"
	x, w := value("x1"), value("w1")
	p.Press(right)
	p.Press(right)
	p.Press(down)
	if value("x1") == x || value("w1") != w {
		t.Errorf("the arrows moved it from %s to %s, its width from %s to %s", x, value("x1"), w, value("w1"))
	}
	browser.Eval[bool](p, `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", shiftKey: true, bubbles: true}))`)
	if value("w1") == w {
		t.Error("Shift and an arrow did not resize it")
	}
	p.Click(`[value="add"]`)
	if n := p.Count(".pl-paperboard__box"); n != 2 {
		t.Errorf("%d boxes", n)
	}
	browser.Eval[bool](p, `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "Delete", bubbles: true}))`)
	if n := p.Count(".pl-paperboard__box"); n != 1 {
		t.Errorf("%d boxes after Delete", n)
	}
}

// drawByMouse drags over the photo.
func drawByMouse(t *testing.T, p *browser.Page) {
	t.Helper()
	browser.Eval[bool](p, `(() => {
		const board = document.querySelector("[data-board]");
		const r = board.getBoundingClientRect();
		const at = (el, type, x, y) => el.dispatchEvent(new PointerEvent(type, {clientX: r.left + x * r.width, clientY: r.top + y * r.height, button: 0, bubbles: true, cancelable: true}));
		at(board, "pointerdown", 0.02, 0.02); at(document, "pointermove", 0.2, 0.25); at(document, "pointerup", 0.2, 0.25);
		return true;
	})()`)
	if n := p.Count(".pl-paperboard__box"); n != 2 {
		t.Errorf("%d boxes after a drag", n)
	}
	if got := browser.Eval[string](p, `[...document.querySelectorAll(".pl-paperbox")].at(-1).querySelector("[name^=w]").value`); !strings.HasPrefix(got, "18") {
		t.Errorf("its width is %s per cent", got)
	}
}

package walk_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

// bagFile is a zip as a visit leaves it: photos, notes, a sheet, an e-mail, something that is not taken.
func bagFile(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(name string, content []byte) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 6 {
		img := image.NewRGBA(image.Rect(0, 0, 400, 300))
		for y := range 300 {
			for x := range 400 {
				img.Set(x, y, color.RGBA{uint8(40 * i), uint8(x / 2), uint8(y / 2), 255})
			}
		}
		var p bytes.Buffer
		if err := jpeg.Encode(&p, img, nil); err != nil {
			t.Fatal(err)
		}
		put(fmt.Sprintf("photos/table-%d.jpg", i+1), p.Bytes())
		if i == 0 {
			put("photos/table-1-copy.jpg", p.Bytes())
		}
	}
	put("notes.txt", []byte("What we heard at the table\n\nThe bus stops at four, and the hall shuts at three.\n\nNobody asked us, though.\n"))
	put("sheet.csv", []byte("Comment,Date\nThe lift was broken,2026-03-01\nNobody rang,soon\n"))
	put("codes.csv", []byte("A,B\n1,2\n3,4\n"))
	put("plan.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`))
	put("letter.eml", []byte("From: a@example.org\r\nTo: b@example.org\r\nSubject: The lift\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nIt was broken again.\r\n"))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestBringInABag(t *testing.T) { bringInABag(t, phone) }

func TestBringInABagOnALaptop(t *testing.T) { bringInABag(t, laptop) }

func TestBringInABagWithoutScripts(t *testing.T) { bringInABag(t, 320, browser.WithoutJS) }

// bringInABag sends what a bag holds, says how it comes in, and takes it back.
func bringInABag(t *testing.T, width int, opts ...browser.Option) {
	s := open(t)
	s.member("coach@example.org", "Sam Coach", who.ProjectLead, ref.Of(ref.Project, s.Project))
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bag, notes := file("bag.zip", bagFile(t)), file("notes-2.txt", "First we walked.\n\nThen we talked, all of us.\n")
	p := chrome.Open(t, s.URL+"/account/sign-in", width, opts...)
	s.signInWindow(p, "coach@example.org")
	check := func(what string) {
		t.Helper()
		if len(opts) == 0 {
			p.Axe() // it is a script itself
		}
		p.NoSideScroll(width)
		p.Screenshot(fmt.Sprintf("import %d %s", width, what))
	}
	here := s.URL + "/evidence/" + s.Project + "/import"

	// One document, shown in full: it may come in by its paragraphs.
	p.Go(here)
	check("choose")
	p.Upload("#files", notes)
	follow(t, p, "main form button")
	if !p.Reads("Whole, as one") || !p.Reads("First we walked.") || !p.Reads("2 paragraphs") && !p.Reads("9 words") {
		t.Errorf("the document: %s", p.Text("main"))
	}
	check("document")
	p.Click("label[for=as-0-2]")
	follow(t, p, `form[action$="/part"] button`)
	if !p.Reads("2 contributions can be saved") {
		t.Errorf("by its paragraphs: %s", p.Text("main"))
	}
	check("paragraphs")

	// A zip: a line for each part, opened where something is asked.
	p.Go(here)
	p.Upload("#files", bag)
	follow(t, p, "main form button")
	if n := p.Count("main details[id^=part-]"); n != 12 {
		t.Errorf("%d lines, want 12", n)
	}
	if !p.Reads("are taken") && !p.Reads("not taken") && !p.Reads("1 problem") {
		t.Errorf("what is not taken is not told: %s", p.Text("main"))
	}
	check("bag")
	for i := range 12 {
		if p.Count(fmt.Sprintf("#part-%d[open]", i)) == 0 {
			p.Click(fmt.Sprintf("#part-%d > summary", i))
		}
	}
	check("bag opened")
	follow(t, p, `main a[href$="/shared"]`)
	check("shared")
	follow(t, p, "main form button.govuk-button")
	check("check")
	follow(t, p, `form[action$="/bring"] button`)
	if n := s.said(); n != 10 {
		t.Errorf("%d are in, want 10: six photos, notes, two rows, a letter", n)
	}
	check("in")
	if !strings.Contains(p.URL(), "/import/") {
		t.Errorf("one of them was here already, and the page does not say so: %s", p.URL())
	}
}

package walk_test

import (
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/test/browser"
)

// TestTypingWhatIsSeen types a photo of cards and a scan, whose pages it goes on with.
func TestTypingWhatIsSeen(t *testing.T) {
	s := open(t)
	email := s.coach()
	p := chrome.Open(t, s.URL+"/", laptop)
	pdf := p.PDF()
	s.signInWindow(p, email)
	wordless := func(starts string) (ref.Ref, string) {
		at, home := s.say("x")
		s.Write(func(tx *db.Tx) error {
			return tx.Do(db.Q(`update evidence_contribution set words = '', page_starts = ? where programme = ? and id = ?`, starts, s.Programme, at.ID))
		})
		return at, home
	}
	check := func(name string) {
		t.Helper()
		p.Axe()
		p.NoSideScroll(320)
		p.Screenshot(name + " wide")
		p.Width(phone)
		p.Screenshot(name + " phone")
		p.Width(laptop)
	}
	at, photo := wordless("")
	s.say("The lift was out") // words stand beside what has none
	s.hang(at, "picture", "image/jpeg", "IMG_2031_from_the_long_afternoon_in_Merrow.jpg", 0, 0, drawn(t))
	here := s.URL + "/evidence/" + s.Project
	p.Go(here + "/sort")
	if p.Count(".pl-media-small__picture") != 1 || !p.Reads("IMG_2031_from_the_long_afternoon_in_Merrow.jpg") {
		t.Error("the picture to be sorted is not shown")
	}
	check("sort wordless")
	p.Go(here)
	check("list wordless")
	p.Go(photo)
	check("see wordless")
	p.Follow("a[href$='/type']")
	if side := browser.Eval[bool](p, `(() => { const a = document.querySelector(".pl-medium__picture").getBoundingClientRect(), b = document.querySelector("textarea").getBoundingClientRect(); return a.right <= b.left && a.width > 300 })()`); !side {
		t.Error("the picture is not large beside the box")
	}
	check("type picture")
	p.TabWalk()
	p.Fill("textarea#words", "More buses please")
	p.Follow("main form button")
	if !p.Reads("The words are saved") || !p.Reads("More buses please") {
		t.Error("the words of the picture are not there")
	}
	p.Follow("a[href^='/thread/']")

	at, scan := wordless("0")
	s.hang(at, "document", "application/pdf", "Report.pdf", 1, 0, pdf)
	p.Go(scan)
	check("see scan")
	p.Follow("a[href$='#type']")
	if !strings.HasSuffix(p.URL(), "page=1#type") {
		t.Errorf("it leads to %s", p.URL())
	}
	p.Fill("textarea#words", "What the page")
	p.Follow("form#type button")
	p.Fill("textarea#words", "What the page says, all of it")
	p.Follow("form#type button")
	if got := browser.Eval[string](p, `document.querySelector("textarea#words").value`); got != "What the page says, all of it" {
		t.Errorf("the page says %q", got)
	}
	check("type page")
}

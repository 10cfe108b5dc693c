package output

import (
	"bytes"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

func plugNeeds(words *lang.Words, set *page.Set) plug.Needs {
	return plug.Needs{Face: &web.Face{Words: words, Pages: set}}
}

func TestFormats(t *testing.T) {
	for _, x := range []struct {
		wishes []string
		want   string
		other  bool
	}{{nil, Standard, false}, {[]string{"large_print"}, Large, false}, {[]string{"audio", "easy_read", "large_print"}, Easy, false}, {[]string{"audio"}, Audio, false},
		{[]string{"colour_paper", "plain_email"}, Standard, false}, {[]string{"braille_2"}, Standard, true}, {[]string{"bsl_video", "large_print"}, Large, true}} {
		if got, other := formatOf(x.wishes); got != x.want || other != x.other {
			t.Errorf("%v: %s, %v", x.wishes, got, other)
		}
	}
}

func thing(kind string, n byte) ref.Ref {
	return ref.Of(kind, "018f0000-0000-7000-8000-0000000000"+string([]byte{'a' + n/10, '0' + n%10}))
}

func TestJudge(t *testing.T) {
	said := func(fate, reason string) Body {
		return Body{Said: []Said{{Ref: thing("contribution", 1), Fate: fate, Reason: reason}}}
	}
	plain := func(s string) Body {
		b := said("used", "")
		b.Learned = []Line{{Ref: thing("finding", 1), Says: "x", Plainly: s}}
		return b
	}
	long := strings.Repeat("word ", MaxEasy+1) + "."
	ok := Reader{State: "active", How: "post"}
	with := func(p Reader, change func(*Reader)) Reader { change(&p); return p }
	easy := with(ok, func(p *Reader) { p.Formats = []string{"easy_read"} })
	for name, x := range map[string]struct {
		p          Reader
		known      bool
		b          Body
		state, why string
	}{
		"ready":                             {ok, true, said("used", ""), Ready, ""},
		"nobody knows":                      {Reader{}, false, said("used", ""), Held, "output.why_not_known"},
		"died":                              {with(ok, func(p *Reader) { p.State, p.Why = "died", "people.why_died" }), true, said("owing", ""), Held, "people.why_died"},
		"moved":                             {with(ok, func(p *Reader) { p.State, p.Why = "moved", "people.why_moved" }), true, said("used", ""), Held, "people.why_moved"},
		"no more contact":                   {with(ok, func(p *Reader) { p.State, p.Why = "no more contact", "people.why_no_more" }), true, said("used", ""), Held, "people.why_no_more"},
		"none wanted":                       {Reader{State: "active", Why: "people.why_none"}, true, said("used", ""), Held, "people.why_none"},
		"nothing left":                      {ok, true, Body{}, Held, "output.why_nothing_left"},
		"owing":                             {ok, true, said("owing", ""), Waiting, "output.why_owing"},
		"by hand":                           {with(ok, func(p *Reader) { p.How = "hand" }), true, said("used", ""), ByHand, "output.why_hand"},
		"no safe way":                       {Reader{State: "active", Why: "people.why_not_safe"}, true, said("used", ""), ByHand, "output.why_not_safe"},
		"braille":                           {with(ok, func(p *Reader) { p.Formats = []string{"braille_1"} }), true, said("used", ""), ByHand, "output.why_other_format"},
		"easy without a plain":              {easy, true, plain(" "), Waiting, "output.why_plain"},
		"easy with it":                      {easy, true, plain("Ring first."), Ready, ""},
		"standard needs none":               {ok, true, plain(""), Ready, ""},
		"easy with long reason":             {easy, true, said("passed on", long), Waiting, "output.why_long"},
		"standard with one":                 {ok, true, said("passed on", long), Ready, ""},
		"easy with a long one said plainly": {easy, true, Body{Said: []Said{{Ref: thing("contribution", 1), Fate: "passed on", Reason: long, Plainly: "The council has it."}}}, Ready, ""},
	} {
		v := judge(x.p, x.known, x.b, nil)
		if v.State == ByHand && strings.HasPrefix(x.p.Why, "people.") && v.How != "hand" {
			t.Errorf("%s: by hand, and yet %q", name, v.How)
		}
		if v.State != x.state || v.Why != x.why {
			t.Errorf("%s: %s because %s", name, v.State, v.Why)
		}
	}
}

// TestOwnNeedsItsPlainSentence says that an easy-read letter waits for what changed for
// its person to be said plainly, and that no other letter does.
func TestOwnNeedsItsPlainSentence(t *testing.T) {
	b := Body{Said: []Said{{Ref: thing("contribution", 1), Fate: "used"}}}
	own := []Own{{Ref: thing("personal", 1), Says: "The rail is in."}}
	easy := Reader{State: "active", How: "post", Formats: []string{"easy_read"}}
	if v := judge(easy, true, b, own); v.State != Waiting || v.Why != "output.why_plain" || v.Missing != own[0].Ref {
		t.Errorf("without: %+v", v)
	}
	if v := judge(Reader{State: "active", How: "post"}, true, b, own); v.State != Ready {
		t.Errorf("standard: %+v", v)
	}
	own[0].Plainly = "You have a rail."
	if v := judge(easy, true, b, own); v.State != Ready {
		t.Errorf("with: %+v", v)
	}
}

func TestMoved(t *testing.T) {
	a, b := thing("contribution", 1), thing("contribution", 2)
	f, g := Line{Ref: thing("finding", 1), Says: "one"}, Line{Ref: thing("finding", 2), Says: "two"}
	letter := Body{Said: []Said{{Ref: a, Fate: "used"}, {Ref: b, Fate: "passed on", Reason: "why"}}, Learned: []Line{f}}
	both, first := map[ref.Ref]bool{a: true, b: true}, map[ref.Ref]bool{a: true}
	for name, x := range map[string]struct {
		now  Body
		live map[ref.Ref]bool
		want bool
	}{
		"as it was":          {letter, both, false},
		"another reason":     {Body{Said: []Said{{Ref: a, Fate: "used"}, {Ref: b, Fate: "passed on", Reason: "other"}}, Learned: []Line{f}}, both, true},
		"a line more":        {Body{Said: letter.Said, Learned: []Line{f, g}}, both, true},
		"a line reworded":    {Body{Said: letter.Said, Learned: []Line{{Ref: f.Ref, Says: "uno"}}}, both, true},
		"a line gone":        {Body{Said: letter.Said}, both, true},
		"one taken back":     {Body{Said: letter.Said[:1], Learned: []Line{f}}, first, false},
		"taken back with it": {Body{Said: letter.Said[1:]}, map[ref.Ref]bool{b: true}, false},
		"all taken back":     {Body{}, nil, false},
	} {
		if got := moved(letter, x.now, x.live); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestSentences(t *testing.T) {
	got := Sentences("Ring first. Then come! It costs 3.50 pounds. It is 4 p.m. now. Does it?  Yes")
	if diff := cmp.Diff([]string{"Ring first.", "Then come!", "It costs 3.50 pounds.", "It is 4 p.m. now.", "Does it?", "Yes"}, got); diff != "" {
		t.Error(diff)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if strings.Join(Sentences(s), " ") != strings.Join(strings.Fields(s), " ") {
			t.Errorf("%q: words are lost", s)
		}
	})
}

// full is a letter in which everything happens.
func full() Shown {
	a, b, c := thing("contribution", 1), thing("contribution", 2), thing("contribution", 3)
	return Shown{Letter: Letter{Ref: thing(Kind, 1), Format: Standard, Language: "en"}, Name: "Sam",
		Words: map[string]Voice{a.ID: {Words: "Ring first <b>", Language: "en", On: "2026-02-01"}, b.ID: {Words: "The bus", Language: "cy"}},
		Taken: map[string]int64{c.ID: 1772445600000000},
		Body: Body{Said: []Said{{Ref: a, Fate: "used"}, {Ref: b, Fate: "passed on", Reason: "The county decides. We wrote to it.", By: "Ola", At: 1772445600000000, Bulk: true}, {Ref: c, Fate: "used"}},
			Learned: []Line{{Ref: thing("finding", 1), Says: "Unannounced visits unsettle people", Plainly: "Ring first. Then come."}},
			Doing:   []Line{{Ref: thing("action", 1), Says: "A ring-first rule", Plainly: "We ring first."}},
			Changed: []Line{{Ref: thing("outcome", 1), Says: "The rule is in the contract", Plainly: "All carers ring first."}}}}
}

func TestPaperSaysWhatIsSo(t *testing.T) {
	r := bare(t)
	texts := func(format string) string {
		var out []string
		for _, p := range r.PaperOf(full(), format).Parts {
			for _, l := range p.Lines {
				out = append(out, l.Text)
			}
		}
		return strings.Join(out, "\n")
	}
	standard := texts(Standard)
	for _, want := range []string{"Ring first <b>", "You said this on 1 February 2026.", "We used this.", "The county decides. We wrote to it.", "Ola wrote this answer on 2 March 2026.", "the same answer to several people",
		"You took this back on 2 March 2026.", "Unannounced visits unsettle people", "A ring-first rule", "The rule is in the contract"} {
		if !strings.Contains(standard, want) {
			t.Errorf("standard: no %q", want)
		}
	}
	easy := texts(Easy)
	for _, want := range []string{"Ring first <b>", "Ring first.\nThen come.", "We ring first.", "All carers ring first.", "The county decides.\nWe wrote to it."} {
		if !strings.Contains(easy, want) {
			t.Errorf("easy: no %q", want)
		}
	}
	for _, not := range []string{"Unannounced", "A ring-first rule", "in the contract", "Ola"} {
		if strings.Contains(easy, not) {
			t.Errorf("easy: has %q, which was not said plainly", not)
		}
	}
	if r.PaperOf(full(), Easy).Note == "" {
		t.Error("an easy-read letter that nobody has checked does not say so")
	}
}

// TestNoProjectWords holds that letters name none of our own stages.
// TestOwnInEveryFormat tells what changed for its person under its part, and in easy read
// only what was said plainly.
func TestOwnInEveryFormat(t *testing.T) {
	r := bare(t)
	s := full()
	s.zone = homeZone
	s.Own = []Own{{Ref: thing("personal", 1), Says: "The rail is in at last, by the back step.", Plainly: "You have a rail.", Shows: "A photo of it", On: "2026-05-01", Language: "en"}}
	for format, want := range map[string]string{Standard: "The rail is in at last, by the back step.", Large: "The rail is in at last, by the back step.", Easy: "You have a rail.", Audio: "The rail is in at last, by the back step."} {
		changed := r.PaperOf(s, format).Parts[3]
		if changed.Name != "changed" || changed.Lines[0].Text != want || !changed.Lines[0].First {
			t.Errorf("%s: %+v", format, changed)
		}
		if text := r.script(s, format); !strings.Contains(text, want) || !strings.Contains(text, "1 May 2026") {
			t.Errorf("%s is read aloud without it", format)
		}
	}
	s.Own[0].Plainly = ""
	for _, p := range r.PaperOf(s, Easy).Parts {
		for _, l := range p.Lines {
			if strings.Contains(l.Text, "rail") {
				t.Error("easy read takes words that nobody said plainly")
			}
		}
	}
	// Days are those of the programme's zone.
	s.Taken = map[string]int64{thing("contribution", 3).ID: 1774995300000000} // 31 March 2026, 22:15 UTC
	if text := r.script(s, Standard); !strings.Contains(text, "31 March 2026") {
		t.Error("London: another day")
	}
	s.zone = "Europe/Athens"
	if text := r.script(s, Standard); !strings.Contains(text, "1 April 2026") {
		t.Error("Athens: another day")
	}
}

func TestNoProjectWords(t *testing.T) {
	r := bare(t)
	for _, format := range Formats() {
		all := r.script(full(), format)
		for _, word := range []string{"finding", "recommendation", "action", "outcome", "lesson", "contribution", "strand", "stakeholder", "Plait"} {
			if strings.Contains(strings.ToLower(all), strings.ToLower(word)) {
				t.Errorf("%s: the letter says %q", format, word)
			}
		}
	}
}

func TestScriptIsReadAloud(t *testing.T) {
	r := bare(t)
	s := r.script(full(), Audio)
	for _, want := range []string{"This letter has four parts.", "Part 1. You said.", "These are your words.\nRing first", "Part 4. What changed.", "That is the end of the letter."} {
		if !strings.Contains(s, want) {
			t.Errorf("no %q in\n%s", want, s)
		}
	}
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" && !strings.ContainsAny(line[len(line)-1:], ".?!:,;>") && line[len(line)-1] < 0x80 {
			t.Errorf("a line without an end: %q", line)
		}
	}
}

func TestDocuments(t *testing.T) {
	r := bare(t)
	for _, format := range Formats() {
		b, err := r.document(full(), format)
		if err != nil || len(b) < 1000 {
			t.Errorf("%s: %d bytes, %v", format, len(b), err)
		}
		again, err := r.document(full(), format)
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s: another file the second time", format)
		}
	}
	page, err := r.sheet(t.Context(), []Shown{full()}, Easy, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<html lang="en"`, "<title>What you told us and what happened</title>", "letter--easy", "Ring first &lt;b&gt;", `lang="cy"`, "<svg", "font-size: 18pt"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Count(string(page), "<svg") != 4 || strings.Contains(string(page), "http") {
		t.Error("not four pictures, or something from elsewhere")
	}
}

func TestPictures(t *testing.T) {
	all, err := drawPictures()
	if err != nil {
		t.Fatal(err)
	}
	var seen [][]byte
	for _, name := range partNames {
		img, err := png.Decode(bytes.NewReader(all[name]))
		if err != nil || img.Bounds().Dx() != pictureSide {
			t.Fatalf("%s: %v", name, err)
		}
		if slices.ContainsFunc(seen, func(b []byte) bool { return bytes.Equal(b, all[name]) }) {
			t.Errorf("%s looks like another", name)
		}
		seen = append(seen, all[name])
	}
}

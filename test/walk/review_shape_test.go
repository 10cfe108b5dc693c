package walk_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

// inventedReport is an invented finished review, long enough for three parts.
func inventedReport(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	for i := range 6 {
		fmt.Fprintf(&b, "# Chapter %d\n\n", i+1)
		for j := range 9 {
			fmt.Fprintf(&b, "In place %d of chapter %d a second worker at night helped people to sleep. Families said that the phone rang less often, and staff stayed longer in their jobs than before.\n\n", j+1, i+1)
		}
	}
	b.WriteString("Nobody has looked at what it costs a family.\n\nThe Merrow Night Trust shares what it learns 😀 with others.\n")
	name := filepath.Join(t.TempDir(), "Nights in extra care.txt")
	if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func (s *street) reviewOf(way string) string {
	s.t.Helper()
	made := s.run(s.AsOperator(), "review.make", map[string]any{"project": s.Project, "way": way, "title": "Support at night", "decision": "Whether to pay for a second night worker"})["ref"].(string)
	return s.URL + "/review/" + s.Project + "/of/" + strings.TrimPrefix(made, "review:")
}

// selected selects words on the page, as a mouse or a finger does.
func selected(p *browser.Page, words string) {
	browser.Eval[bool](p, fmt.Sprintf(`(() => {
	for (const para of document.querySelectorAll("[data-start]")) {
		const i = para.textContent.indexOf(%q);
		if (i < 0) continue;
		const walk = document.createTreeWalker(para, NodeFilter.SHOW_TEXT);
		const at = (n) => { walk.currentNode = para; let node; while ((node = walk.nextNode())) { if (n <= node.data.length) return [node, n]; n -= node.data.length; } };
		const r = document.createRange();
		r.setStart(...at(i)); r.setEnd(...at(i + %q.length));
		const s = getSelection(); s.removeAllRanges(); s.addRange(r);
		para.scrollIntoView({block: "center"});
		return true;
	}
	throw new Error("not there: " + %q);
})()`, words, words, words))
}

var pdfPages = regexp.MustCompile(`/Type\s*/Page[^s]`)

func TestFinishedReviewToATopicGuide(t *testing.T) {
	s := open(t)
	s.member("reviewer@example.org", "Ri Reviewer", who.Reviewer, ref.Of(ref.Project, s.Project))
	here := s.reviewOf("finished")
	p := chrome.Open(t, s.URL+"/", laptop)
	s.signInWindow(p, "reviewer@example.org")
	check := func(name string) {
		t.Helper()
		p.Axe()
		p.NoSideScroll(320)
		p.Screenshot("review " + name + " wide")
		p.Width(phone)
		p.Screenshot("review " + name + " phone")
		p.Width(laptop)
	}
	p.Go(here)
	p.Follow("a[href$='/report']")
	check("report empty")
	p.Upload("input[type=file]", inventedReport(t))
	if status := p.Follow("main form button"); status != 200 || !p.Reads("Part 1 of 2") {
		t.Fatalf("brought in: %d at %s", status, p.URL())
	}
	// By selecting: the bar comes where the thumb is, and goes again.
	if p.Count("[data-report-bar]:not([hidden])") != 0 {
		t.Error("the bar is there before anything is chosen")
	}
	selected(p, "Families said that the phone rang less often")
	p.Wait("[data-report-bar]:not([hidden])")
	check("reading")
	selected(p, "Families said that the phone rang less often")
	p.Follow("button[value=statement]")
	if got := p.Text("mark.pl-mark__it--now"); got != "Families said that the phone rang less often" {
		t.Errorf("marked %q", got)
	}
	p.Follow("a[rel=next]")
	selected(p, "The Merrow Night Trust shares what it learns 😀 with others.")
	p.Wait("[data-report-bar]:not([hidden])")
	p.Fill("#words", "Merrow Night Trust")
	p.Follow("button[value=organisation]")
	if got := p.Text("mark"); got != "The Merrow Night Trust shares what it learns 😀 with others." {
		t.Errorf("marked %q", got)
	}
	p.Click("input[name=paragraphs]:not(:checked)")
	p.Wait("[data-report-bar]:not([hidden])")
	p.Click("[data-report-cancel]")
	p.Gone("[data-report-bar]:not([hidden])")
	p.TabWalk()

	// The list opens each place, and a mark goes in one press.
	p.Follow(".pl-marks a[href$='/marks']")
	check("marks")
	p.Follow("a[href*='#m-']")
	if p.Text("mark.pl-mark__it--now") == "" {
		t.Error("the place does not open")
	}
	p.Go(here + "/report/guide")
	check("guide")
	p.Follow("a[href$='/guide/edit']")
	check("guide edit")
	p.Fill("#title", "Nights: what we ask")
	if p.Follow("main form[method=post] button"); !p.Reads("Nights: what we ask") || !p.Reads("60 minutes") {
		t.Errorf("the guide: %s", p.Text("main"))
	}
	// As much as fits is one side of paper.
	words := strings.TrimSuffix(strings.Repeat("Nobody who was awake understood nevertheless straightforwardly what had been going wrong. ", 3), " ")
	var says []string
	for range 5 {
		says = append(says, words)
	}
	p.Go(here + "/report/draft/edit")
	check("draft edit")
	p.Fill("#says", strings.Join(says, "\n"))
	p.Fill("#gaps", words)
	p.Follow("main form button")
	check("draft")
	for range 20 { // until it is as long as it may be
		if !p.Reads("It fits on one side of A4.") {
			break
		}
		says = append(says, "One more line")
		p.Go(here + "/report/draft/edit")
		p.Fill("#says", strings.Join(says, "\n"))
		p.Follow("main form button")
	}
	p.Go(here + "/report/draft/edit")
	p.Fill("#says", strings.Join(says[:len(says)-1], "\n"))
	p.Follow("main form button")
	if !p.Reads("It fits on one side of A4.") {
		t.Fatal("the longest draft was not found")
	}
	pdf := p.PDF()
	if len(says) < 6 {
		t.Errorf("only %d lines were tried", len(says))
	}
	if n := len(pdfPages.FindAll(pdf, -1)); n != 1 {
		t.Errorf("a full draft prints on %d pages", n)
	}
	if dir := os.Getenv("PLAIT_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "review-draft.pdf"), bytes.Clone(pdf), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFinishedReviewWithoutScripts(t *testing.T) {
	s := open(t)
	s.member("reviewer@example.org", "Ri Reviewer", who.Reviewer, ref.Of(ref.Project, s.Project))
	here := s.reviewOf("finished")
	p := chrome.Open(t, s.URL+"/", phone, browser.WithoutJS)
	s.signInWindow(p, "reviewer@example.org")
	p.Go(here + "/report")
	p.Upload("input[type=file]", inventedReport(t))
	p.Follow("main form button")
	p.Follow("button[value=gap]")
	if !p.Reads("Select some words, or tick a paragraph") {
		t.Error("nothing was chosen, and the page does not say so")
	}
	p.Click("#pick3")
	p.Click("#pick4")
	p.Fill("#words", "It helps at night")
	p.Follow("button[value=statement]")
	if !p.Reads("Marked as a statement") || p.Count("mark") != 2 {
		t.Errorf("%d passages are marked", p.Count("mark"))
	}
	p.Screenshot("review reading without script")
	p.NoSideScroll(320)
	p.Click("section details summary")
	p.Fill("#quote", "Nobody has looked at  what it costs a family.")
	p.Follow("section form button[value=gap]")
	if got := p.Text("mark.pl-mark__it--now"); got != "Nobody has looked at what it costs a family." || !p.Reads("Part 2 of 2") {
		t.Errorf("by typing: %q", got)
	}
	p.Follow(".pl-marks__button")
	if !p.Reads("The mark is taken away") || p.Count("mark") != 0 {
		t.Error("the mark is still there")
	}
}

func TestShapeAQuestion(t *testing.T) {
	s := open(t)
	s.member("reviewer@example.org", "Ri Reviewer", who.Reviewer, ref.Of(ref.Project, s.Project))
	here := s.reviewOf("searched")
	p := chrome.Open(t, s.URL+"/", laptop)
	s.signInWindow(p, "reviewer@example.org")
	check := func(name string) {
		t.Helper()
		p.Axe()
		p.NoSideScroll(320)
		p.Screenshot("review " + name + " wide")
		p.Width(phone)
		p.Screenshot("review " + name + " phone")
		p.Width(laptop)
	}
	p.Go(here)
	p.Follow("a[href$='/shape']")
	check("shape empty")
	p.Follow("a[href$='/shape/need']")
	p.Fill("#kind", "Carers")
	p.Fill("#words", "Who comes at three in the morning")
	check("shape need")
	p.Follow("main form button")
	for _, q := range []string{"What helps people to sleep?", "What does it cost?", "Who stays in the job?"} {
		p.Follow("a[href$='/shape/question']")
		p.Fill("#words", q)
		p.Follow("main form button")
	}
	for _, x := range [][]string{{"Carers", "1", "2", "3"}, {"The board", "3", "1", "2"}} {
		p.Follow("a[href$='/shape/rank']")
		p.Fill("#partner", x[0])
		p.Follow("main form button")
		if !p.Reads("Give each question a place of its own") {
			t.Error("an order without places was taken")
		}
		check("shape rank")
		browser.Eval[bool](p, fmt.Sprintf(`(document.querySelectorAll("main select").forEach((x, i) => { x.value = %s[i]; }), true)`, `["`+strings.Join(x[1:], `","`)+`"]`))
		p.Follow("main form button")
	}
	if !p.Reads("Partners do not agree on this") || !p.Reads("What helps people to sleep? Carers: place 1. The board: place 3.") {
		t.Error("where partners differ is not said")
	}
	p.Follow("a[href$='/shape/sign']")
	check("shape sign")
	p.Fill("#signer", "The board")
	p.Follow("main form button")
	p.Follow("a[href*='/shape/question?id=']")
	p.Fill("#words", "What helps people to sleep at night?")
	p.Follow("main form button")
	if !p.Reads("Write why. Those who agreed will see it") {
		t.Error("changed without a reason")
	}
	check("shape question")
	p.Fill("#reason", "Days are another question")
	p.Follow("main form button")
	if !p.Reads("Why: Days are another question") || !p.Reads("before the last change") {
		t.Error("those who agreed are not told why")
	}
	check("shape")
	p.Follow("main a[href$='/criteria']")
	p.Fill("#words", "Children\nHospitals")
	p.Click("input[value=out]")
	p.Fill("#reason", "The board asked")
	p.Follow("main form button")
	check("criteria")
	p.Go(here + "/shape/changes")
	if !p.Reads("Ri Reviewer") || !p.Reads("after it was agreed") {
		t.Error("who changed it is not said")
	}
	check("shape changes")
}

package walk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/browser"
)

func TestReviewRecords(t *testing.T) { reviewRecords(t, phone) }

func TestReviewRecordsWithoutScripts(t *testing.T) { reviewRecords(t, 320, browser.WithoutJS) }

// reviewRecords writes a search down, brings in two exports of it, settles what may be the
// same work, and undoes an import.
func reviewRecords(t *testing.T, width int, opts ...browser.Option) {
	s := open(t)
	s.member("reviewer@example.org", "Sam Reviewer", who.Reviewer, ref.Of(ref.Project, s.Project))
	at, _ := s.run(s.AsOperator(), "review.make", map[string]any{"project": s.Project, "title": "Support at night"})["ref"].(string)
	here := s.URL + "/review/" + s.Project + "/of/" + strings.TrimPrefix(at, "review:")
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one := file("one.ris", "TY  - JOUR\nTI  - Help at home and who decides about it at night\nAU  - Lee, Jo\nAU  - Park, Sun\nPY  - 2019\nVL  - 4\nSP  - 12\nJO  - Journal of Care\nER  - \n"+
		"TY  - JOUR\nTI  - Trains that wait for no one in winter\nAU  - Lee, Jo\nAU  - Park, Sun\nPY  - 2001\nVL  - 7\nSP  - 101\nJO  - Journal of Care\nAB  - What was found.\nER  - \nTY  - JOUR\nTI  - Odd\nPY  - soon\nER  - \n")
	two := file("two.csv", "title,author,year,volume,pages,journal\nHelp at home and who decides about it at night,\"Lee, J. and Park, S.\",2019,4,40-44,J Care\n"+
		"Trains that wait for no one in winter,\"Lee, J. and Park, S.\",2001,7,101,Journal of Care\n")
	p := chrome.Open(t, s.URL+"/account/sign-in", width, opts...)
	s.signInWindow(p, "reviewer@example.org")
	check := func(what string) {
		t.Helper()
		if len(opts) == 0 {
			p.Axe() // it is a script itself
		}
		p.NoSideScroll(width)
		p.Screenshot(fmt.Sprintf("review records %d %s", width, what))
	}
	p.Go(here + "/search/new")
	check("search")
	p.Fill("#place", "MEDLINE")
	p.Fill("#day", "1 March 2026")
	p.Fill("#words", "falls AND night")
	follow(t, p, "main form button")
	check("log")
	p.Go(here + "/import")
	check("choose")
	p.Upload("#files", one, two)
	follow(t, p, `main form[enctype] button`)
	if !p.Reads("Read, and not brought in yet") || !p.Reads("RIS: 3 records, 1 problem") || !p.Reads("CSV sheet: 2 records, 0 problems") {
		t.Errorf("read: %s", p.Text("main"))
	}
	check("waits")
	follow(t, p, `main form[action$="/bring"] button`)
	follow(t, p, `main form[action$="/bring"] button`)
	s.work()
	p.Go(here)
	if !p.Reads("5 records from 2 files") || !p.Reads("1 pair to look at") {
		t.Errorf("the review: %s", p.Text("main"))
	}
	check("review")
	p.Go(here + "/copies")
	check("ask")
	press := func(key, selector, wait, want string) {
		t.Helper()
		if len(opts) == 0 {
			p.Press(key)
			p.Wait(wait)
		} else {
			follow(t, p, selector)
		}
		if !p.Reads(want) {
			t.Errorf("%s: %s", key, p.Text("main"))
		}
	}
	press("s", `button[value=same]`, `form[action$="/copies/undo"]`, "There is nothing to look at")
	check("answered")
	press("z", `form[action$="/copies/undo"] button`, `button[value=same]`, "Are these two the same work?")
	press("d", `button[value=apart]`, `form[action$="/copies/undo"]`, "There is nothing to look at")
	p.Go(here + "/copies/merged")
	if !p.Reads("1 record is a copy of another") {
		t.Errorf("merged: %s", p.Text("main"))
	}
	check("merged")
	follow(t, p, `form[action$="/copies/part"] button`)
	if !p.Reads("It is a work of its own now") {
		t.Errorf("parted: %s", p.Text("main"))
	}
	p.Go(here + "/copies/answers")
	check("answers")
	p.Go(here + "/records?words=trains")
	if p.Count("main li.pl-panel") != 2 {
		t.Errorf("records: %s", p.Text("main"))
	}
	check("records")
	p.Go(here + "/records/2")
	check("record")
	p.Go(here + "/add")
	check("by hand")
	p.Go(here + "/import")
	follow(t, p, `main li.pl-panel a`)
	check("file")
	follow(t, p, `main a[href$="undo=ask"]`)
	check("undo")
	follow(t, p, `main form[action$="/undo"] button`)
	s.work()
	p.Go(here)
	if p.Reads("5 records from 2 files") || !p.Reads("from 1 file") {
		t.Errorf("undone: %s", p.Text("main"))
	}
}

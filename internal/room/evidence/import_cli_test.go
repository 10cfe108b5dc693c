package evidence_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/test/house"
)

// plait runs one command line and gives the code it ended with and what it printed.
func plait(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	return house.Plait(t.Context(), args...)
}

type added struct {
	Files []struct {
		File     string `json:"file"`
		Part     string `json:"part"`
		Format   string `json:"format"`
		Stored   int    `json:"stored"`
		SameAs   string `json:"same_as"`
		Problems []struct {
			Line   int    `json:"line"`
			Reason string `json:"reason"`
		} `json:"problems"`
	} `json:"files"`
	Batch string `json:"batch"`
}

func TestAddCommand(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var made struct{ Project string }
	code, out, errs := plait(t, "init", "--dir", filepath.Join(dir, "house"), "--programme", "P", "--project", "T", "--json")
	if err := json.Unmarshal([]byte(out), &made); code != 0 || err != nil {
		t.Fatalf("init: %d %v %s", code, err, errs)
	}
	add := func(wantCode int, args ...string) (a added) {
		t.Helper()
		code, out, errs := plait(t, append([]string{"evidence", "add", "--dir", filepath.Join(dir, "house"), "--project", made.Project, "--json"}, args...)...)
		if err := json.Unmarshal([]byte(out), &a); code != wantCode || err != nil {
			t.Fatalf("%v: ended with %d, want %d: %v %s%s", args, code, wantCode, err, out, errs)
		}
		return a
	}
	count := func(batch string) int {
		t.Helper()
		var list struct{ Contributions []struct{ Strand string } }
		code, out, errs := plait(t, "evidence", "list", "--dir", filepath.Join(dir, "house"), "--project", made.Project, "--batch", batch, "--json")
		if err := json.Unmarshal([]byte(out), &list); code != 0 || err != nil {
			t.Fatalf("list: %d %v %s", code, err, errs)
		}
		return len(list.Contributions)
	}
	sheet := write("sheet.csv", "said,when\nThe bus stops at four,2026-03-01\nNobody asked us,soon\n")
	refs := write("refs.ris", "TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nER  - \n")
	bib := write("refs.bib", "@article{a,\n title={One}\n}\n")
	first := add(1, "--map", "words=said,date=when", sheet, refs, bib)
	var got []string
	for _, f := range first.Files {
		got = append(got, strings.TrimPrefix(f.File, dir)+" "+f.Format)
		for _, p := range f.Problems {
			got = append(got, p.Reason)
		}
	}
	want := []string{"/sheet.csv csv", "The date “soon” cannot be read. The row is kept with no date.",
		"/refs.ris ris", "This reference has no title, no summary and no number to find it by. It is not saved.",
		"/refs.bib bibtex"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if f := first.Files; f[0].Stored != 2 || f[1].Stored != 1 || f[2].Stored != 1 || f[0].Problems[0].Line != 3 || count(first.Batch) != 4 {
		t.Errorf("%+v", first)
	}
	second := add(1, "--map", "words=said,date=when", sheet, refs)
	if f := second.Files; second.Batch != "" || f[0].Stored+f[1].Stored != 0 || f[0].SameAs != sheet || f[1].SameAs != refs {
		t.Errorf("the second time: %+v", second)
	}
	clean := add(0, "--strand", "lived", write("clean.csv", "comment\nYes\nNo\n"))
	if clean.Files[0].Stored != 2 {
		t.Errorf("a sheet of one column: %+v", clean)
	}
	if none := add(1, filepath.Join(dir, "nothing.csv")); none.Batch != "" || none.Files[0].Problems[0].Line != 0 {
		t.Errorf("a file that is not there: %+v", none)
	}
	if code, _, errs := plait(t, "evidence", "undo", "--dir", filepath.Join(dir, "house"), "--batch", first.Batch, "--json"); code != 0 || count(first.Batch) != 0 {
		t.Errorf("undo: %d %s", code, errs)
	}
	if again := add(1, "--map", "words=said,date=when", sheet, refs); again.Files[0].Stored != 2 {
		t.Errorf("after the undo: %+v", again)
	}
	if code, _, errs := plait(t, "evidence", "add", "--dir", filepath.Join(dir, "house"), "--project", made.Project, "--strand", "gossip", sheet); code != 2 || errs == "" {
		t.Errorf("a strand of no name: %d %q", code, errs)
	}
}

// TestAddCommandOfManyForms reads one file of each form, in the program's own child.
func TestAddCommandOfManyForms(t *testing.T) {
	dir := t.TempDir()
	where := filepath.Join(dir, "house")
	var made struct{ Project string }
	run(t, &made, 0, "init", "--dir", where, "--programme", "P", "--project", "T", "--json")
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	shot := aPhoto(t, 3, 200, 100)
	files := []string{write("book.xlsx", workbook(t, []string{"Visits", "Calls"}, sheetXML([]string{"Comment"}, []string{"The bus"}), sheetXML([]string{"Comment"}, []string{"The line was dead"}))),
		write("notes.docx", word(t, `<w:p><w:r><w:t>Words of a document.</w:t></w:r></w:p>`)), write("report.pdf", paper([]string{"A page."}, "")),
		write("bag.zip", zipped(t, "a.jpg", shot, "a.txt", "A note.\n", "b.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")), write("again.jpg", shot)}
	var a added
	run(t, &a, 1, append([]string{"evidence", "add", "--dir", where, "--project", made.Project, "--json"}, files...)...)
	var got []string
	for _, f := range a.Files {
		got = append(got, fmt.Sprintf("%s|%s|%s|%d|%s|%d", filepath.Base(f.File), f.Part, f.Format, f.Stored, f.SameAs, len(f.Problems)))
	}
	want := []string{"book.xlsx|Visits|xlsx|1||0", "book.xlsx|Calls|xlsx|1||0", "notes.docx||docx|1||0", "report.pdf||pdf|1||0",
		"bag.zip|a.jpg|picture|1||0", "bag.zip|a.txt|txt|1||0", "bag.zip|b.svg|svg|0||1", "again.jpg||picture|0|bag.zip › a.jpg|0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var undone struct{ Undone int }
	if run(t, &undone, 0, "evidence", "undo", "--dir", where, "--batch", a.Batch, "--json"); undone.Undone != 6 {
		t.Errorf("%d were undone, want 6", undone.Undone)
	}
}

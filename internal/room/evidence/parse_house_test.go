package evidence_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/child"
	"plait/internal/kit/fault"
	"plait/internal/room/evidence"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// TestMain lets this test binary be the process that reads a file, as the program is.
func TestMain(m *testing.M) {
	if code, called := child.Called(os.Args[1:], os.Stdin, os.Stdout, evidence.ReadFile()); called {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

func apart(t *testing.T) evidence.Parser {
	t.Helper()
	self, err := child.Self()
	if err != nil {
		t.Fatal(err)
	}
	return evidence.NewApart(self)
}

// TestApartReadsTheSame reads every kind of file in a process of its own and in this one.
func TestApartReadsTheSame(t *testing.T) {
	files := map[string]string{
		"a sheet": "comment,date\nThe bus stops at four,2026-03-01\n,2026-03-01\nYes,soon\n", "latin": "comment\nThe caf\xe9\n", "nothing": "", "a picture": "\x89PNG\r\n\x1a\n",
		"a NUL": "comment,date\nThe b\x00us,2026-03-01\n", "references": "TY  - JOUR\nTI  - First\nAU  - Carter, Sam\nER  - \nTY  - JOUR\nER  - \n",
		"BibTeX": "@article{a,\n title={One}\n}\n", "many": many(3000), "wrong columns": "a,b\n1,2\n3,4\n", "ragged": "said\nYes,2026-03-01,carer\nNo,2026-03-02,worker\n",
	}
	for name, content := range map[string]string{"a.zip": zipped(t, "x.jpg", aPhoto(t, 1, 64, 64), "y.docx", word(t, `<w:p><w:r><w:t>Said.</w:t></w:r></w:p>`), "z.eml", mail, "in.zip", zipped(t, "w.csv", "comment\nYes\n")),
		"a.xlsx": workbook(t, []string{"A", "!B"}, sheetXML([]string{"Comment"}, []string{"Yes"}), sheetXML([]string{"Comment"}, []string{"No"})),
		"a.pdf":  paper([]string{"One page.", "Two pages."}, ""), "scan.pdf": paper([]string{""}, ""), "a.md": "# Yes\n\nNo.\n", "a.html": "<!DOCTYPE html><p>Yes</p><p>No</p>", "a.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"} {
		files[name] = content
	}
	for _, path := range realReferences(t) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(b)
	}
	p, here := apart(t), evidence.InProcess{Limit: evidence.ParseTime}
	for name, content := range files {
		for _, columns := range []string{"", "words=comment", "words=9"} {
			want, err := here.Parse(t.Context(), []byte(content), name, columns)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Parse(t.Context(), []byte(content), name, columns)
			if err != nil {
				t.Errorf("%s %q: %v", name, columns, err)
				continue
			}
			if name == "a.zip" && (len(got) != 5 || len(got[0].Bytes) == 0 || len(got[1].Bytes) == 0) {
				t.Errorf("a zip came back as %d parts", len(got))
			}
			// Arguments of messages come back as JSON has them.
			if diff := cmp.Diff(asJSON(t, want), asJSON(t, got)); diff != "" {
				t.Errorf("%s %q: (-here +apart)\n%s", name, columns, diff)
			}
		}
	}
}

func TestApartImports(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		room := evidence.New(plug.Needs{DB: h.DB, Clock: h.Clock, IDs: h.IDs, Desk: h.Desk, Face: h.Face}, nil, nil, nil) // reading asks no other room
		room.Reads(apart(t))
		staged, err := room.Stage(ctx, evidence.StageIn{Project: h.Project, Files: []evidence.FileIn{file("many.csv", many(700))}})
		if err != nil {
			t.Fatal(err)
		}
		if out := bring(h, ctx, staged.Batch); out.Stored != 700 || seen(h) != 700 {
			t.Errorf("%+v", out)
		}
		if runtime.GOOS != "linux" {
			t.Skip("the limit of memory is set on Linux alone")
		}
		// Thirty million cells take more memory than a reader has: the server does not notice.
		// The file beside it stands.
		staged, err = room.Stage(ctx, evidence.StageIn{Project: h.Project, Files: []evidence.FileIn{file("good.csv", many(3)), file(`C:\bomb.csv`, "comment,date\n"+strings.Repeat(",,,,,,,x\n", 3_500_000))}})
		if err != nil || staged.Good != 3 || staged.Files != 2 {
			t.Fatalf("a file that cannot be read safely: %+v %v", staged, err)
		}
		f := look(h, ctx, staged.Batch).Files[1]
		if len(f.Told) != 1 || f.Told[0].Reason != "bomb.csv could not be read: it is too large to open safely. Split it into smaller files and send them one by one." || f.Rows != 0 {
			t.Errorf("it says %+v", f.Told)
		}
		if out := bring(h, ctx, staged.Batch); out.Stored != 3 || seen(h) != 703 {
			t.Errorf("%+v", out)
		}
	})
}

// TestAProgramThatIsGone starts nothing: that is no fault of the file.
func TestAProgramThatIsGone(t *testing.T) {
	_, err := evidence.NewApart(filepath.Join(t.TempDir(), "none")).Parse(t.Context(), []byte("comment\nYes\n"), "a.csv", "")
	if err == nil || errors.Is(err, child.ErrFailed) || fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	dead, stop := context.WithCancel(t.Context())
	stop()
	if _, err := apart(t).Parse(dead, []byte("comment\nYes\n"), "a.csv", ""); err == nil || fault.Is(err, fault.Invalid) {
		t.Errorf("a page that was left is no fault of the file: %v", err)
	}
}

func TestARaggedSheetNamesItsColumns(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "words=comment", file("a.csv", "comment,date,role\nYes,2026-03-01,carer,North ward,The lift was broken all week\nNo,2026-03-02,worker\nPerhaps,2026-03-02,worker,,We were never asked\n"))
		l := look(h, ctx, staged.Batch)
		if diff := cmp.Diff([]string{"comment", "date", "role", "Column 4", "Column 5"}, l.Files[0].Header); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		out := h.Do(ctx, "evidence.columns", evidence.ColumnsIn{Batch: staged.Batch, Columns: "words=Column 5,date=date"}).(evidence.ColumnsOut)
		if out.Rows != 3 || out.Good != 2 {
			t.Errorf("by its new name: %+v", out)
		}
		if first := look(h, ctx, staged.Batch).Files[0].First; len(first) != 3 || first[0].Says.Words != "The lift was broken all week" || first[1].OK || first[2].Says.On != "2026-03-02" {
			t.Errorf("%+v", first)
		}
		// A row of a thousand cells does not make a thousand columns.
		wide := stage(h, ctx, "", file("b.csv", "comment,date\nYes,2026-03-01\nNo,2026-03-01\nNo,"+strings.Repeat("x,", 1000)+"\n"))
		if n := len(look(h, ctx, wide.Batch).Files[0].Header); n != 100 {
			t.Errorf("%d columns", n)
		}
	})
}

// TestColumnsStandOnWhatTheyRead chooses columns of a long sheet, and of one that has gone meanwhile.
func TestColumnsStandOnWhatTheyRead(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "", file("many.csv", many(4500)))
		out := h.Do(ctx, "evidence.columns", evidence.ColumnsIn{Batch: staged.Batch, Columns: "words=comment"}).(evidence.ColumnsOut)
		if out.Rows != 4500 || out.Good != 4500 || out.Problems != 0 {
			t.Errorf("all rows of a long sheet: %+v", out)
		}
		out = h.Do(ctx, "evidence.columns", evidence.ColumnsIn{Batch: staged.Batch, Columns: "words=comment,date=date"}).(evidence.ColumnsOut)
		if out.Problems != 45 || look(h, ctx, staged.Batch).Files[0].Good != 4500 {
			t.Errorf("with its dates: %+v", out)
		}
		h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch})
		if _, err := h.Try(ctx, "evidence.columns", evidence.ColumnsIn{Batch: staged.Batch, Columns: "words=comment"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("columns of what was thrown away: %v", err)
		}
	})
}

// TestHelpersAreNamedToThoseWhoSeeNames holds the name of whoever put it into words.
func TestHelpersAreNamedToThoseWhoSeeNames(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		lead := h.As(who.ProjectLead)
		give := func(site string) evidence.GiveOut {
			return h.Do(lead, "evidence.give", evidence.GiveIn{Project: h.Project, Words: "Ring first " + site,
				Said: evidence.Said{Strands: []string{"lived"}, Site: site, Voice: "support", Interpreter: "Sam Carter"}}).(evidence.GiveOut)
		}
		one, two := give(""), give(h.Site)
		person := h.Do(lead, "evidence.speaker", evidence.SpeakerIn{Ref: one.Ref}).(evidence.SpeakerOut).Person
		names := func(ctx context.Context) (out string) {
			t.Helper()
			for _, x := range []evidence.GiveOut{one, two} {
				if see, err := h.Try(ctx, "evidence.see", evidence.SeeIn(x)); err == nil {
					c := see.(evidence.SeeOut)
					out += " see:" + c.Helper
					if c.Voice != "support" {
						t.Errorf("whether someone helped is hidden: %q", c.Voice)
					}
				}
			}
			for _, c := range h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project}).(evidence.ListOut).Contributions {
				out += " list:" + c.Helper
			}
			words := h.Do(ctx, "evidence.words", evidence.WordsIn{Refs: []ref.Ref{one.Ref, two.Ref}}).(evidence.WordsOut)
			for _, c := range words.Contributions {
				out += " words:" + c.Helper
			}
			return out
		}
		const s = "Sam Carter"
		all, none := fmt.Sprintf(" see:%s see:%s list:%s list:%s words:%s words:%s", s, s, s, s, s, s), " see: see: list: list: words: words:"
		for role, want := range map[who.Role]string{who.ProjectLead: all, who.Partner: all, who.DeliveryLead: all, who.Reviewer: none, who.Evaluator: none} {
			if got := names(h.As(role)); got != want {
				t.Errorf("%s sees %q, want %q", role, got, want)
			}
		}
		if got := names(h.AsOperator()); got != all {
			t.Errorf("the operator sees %q", got)
		}
		mine := h.Do(h.AsCard(person.ID), "evidence.mine", evidence.MineIn{Person: person.ID}).(evidence.MineOut).Contributions
		own := h.Do(h.AsCard(person.ID), "evidence.see", evidence.SeeIn(one)).(evidence.SeeOut)
		if len(mine) != 1 || mine[0].Helper != s || own.Helper != s {
			t.Errorf("on their own card: %+v, %q", mine, own.Helper)
		}
	})
}

// TestAddTakesUpWhatWasCutOff runs the command again after a kill.
func TestAddTakesUpWhatWasCutOff(t *testing.T) {
	dir := t.TempDir()
	where := filepath.Join(dir, "house")
	var made struct{ Project string }
	run(t, &made, 0, "init", "--dir", where, "--programme", "P", "--project", "T", "--json")
	sheet, more := filepath.Join(dir, "many.csv"), filepath.Join(dir, "more.csv")
	for name, content := range map[string]string{sheet: strings.ReplaceAll(many(1200), "one day", "2026-03-01"), more: "comment\nYes\nNo\n"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := filepath.Join(dir, "in.json")
	b, err := os.ReadFile(sheet)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files, asJSON(t, evidence.StageIn{Project: made.Project, Files: []evidence.FileIn{{Name: sheet, Content: b}}}), 0o600); err != nil {
		t.Fatal(err)
	}
	var staged evidence.StageOut
	run(t, &staged, 0, "evidence", "stage", "--dir", where, "--in", files, "--json")
	var going evidence.BringOut
	run(t, &going, 0, "evidence", "bring", "--dir", where, "--batch", staged.Batch, "--rows", "500", "--json")
	if going.State != evidence.BatchGoing || going.Stored == 0 || going.Stored >= 1200 {
		t.Fatalf("it is not half-way: %+v", going)
	}
	var a added
	run(t, &a, 0, "evidence", "add", "--dir", where, "--project", made.Project, "--json", sheet)
	if f := a.Files[0]; f.Stored != 1200 || f.SameAs != "" || a.Batch != staged.Batch {
		t.Errorf("taken up again: %+v", a)
	}
	var again added // a fresh one: JSON leaves what it does not name
	run(t, &again, 0, "evidence", "add", "--dir", where, "--project", made.Project, "--json", sheet, more)
	if f := again.Files; f[0].Stored != 0 || f[0].SameAs != sheet || f[1].Stored != 2 || again.Batch == "" || again.Batch == staged.Batch {
		t.Errorf("a third time: %+v", again)
	}
}

// realReferences is some real files; none, and it says so, where they are not.
func realReferences(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../../../../shared/data/citations/asreview_demo/*.ris")
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Log("the test data ../shared/data is not here: only the files of this test are read")
	}
	return found
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// run runs a command line that must end with a code, and reads its JSON.
func run(t *testing.T, into any, want int, args ...string) {
	t.Helper()
	code, out, errs := plait(t, args...)
	if err := json.Unmarshal([]byte(out), into); code != want || err != nil {
		t.Fatalf("%v: ended with %d, want %d: %v %s%s", args, code, want, err, out, errs)
	}
}

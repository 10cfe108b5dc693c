package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/room/evidence"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
	"plait/test/house"
)

var kit house.Kit

// stage reads files into an import as a project's lead.
func stage(h *house.House, ctx context.Context, columns string, files ...evidence.FileIn) evidence.StageOut {
	h.T.Helper()
	return h.Do(ctx, "evidence.stage", evidence.StageIn{Project: h.Project, Columns: columns, Files: files}).(evidence.StageOut)
}

func bring(h *house.House, ctx context.Context, batch string) evidence.BringOut {
	h.T.Helper()
	return h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: batch, Rows: 1 << 30}).(evidence.BringOut)
}

func look(h *house.House, ctx context.Context, batch string) evidence.LookOut {
	h.T.Helper()
	return h.Do(ctx, "evidence.look", evidence.LookIn{Batch: batch}).(evidence.LookOut)
}

func file(name, content string) evidence.FileIn {
	return evidence.FileIn{Name: name, Content: []byte(content)}
}

// seen is the live contributions of the project as List counts them; it fails when the
// counts do not equal the records.
func seen(h *house.House) int64 {
	h.T.Helper()
	out := h.Do(h.AsOperator(), "evidence.list", evidence.ListIn{Project: h.Project, Limit: 500}).(evidence.ListOut)
	h.Read(func(tx *db.Tx) error {
		now := h.Clock.Now()
		kept, err := ref.Tallies(tx, h.Programme, "", now)
		if err != nil {
			return err
		}
		real, err := ref.Recount(tx, h.Programme, "", now)
		if diff := cmp.Diff(real, kept); diff != "" {
			h.T.Errorf("ref_count is not what ref_record holds (-real +kept):\n%s", diff)
		}
		return err
	})
	if n := out.Counts["all"]; n <= 500 && n != int64(len(out.Contributions)) {
		h.T.Errorf("the count says %d, the list holds %d", n, len(out.Contributions))
	}
	return out.Counts["all"]
}

// rows counts what tables hold of the programme, so that "nothing is stored" is seen.
func rows(h *house.House, tables ...string) map[string]int64 {
	h.T.Helper()
	out := map[string]int64{}
	h.Read(func(tx *db.Tx) error {
		for _, table := range tables {
			n, err := db.Count(tx, db.Q("select count(*) from "+table+" where programme = ?", h.Programme))
			if err != nil {
				return err
			}
			out[table] = n
		}
		return nil
	})
	return out
}

func shared(t *testing.T, pattern string) []string {
	t.Helper()
	root := "../../../../shared/data"
	if _, err := os.Stat(root); err != nil {
		t.Skip("the test data ../shared/data is not here")
	}
	found, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return found
}

// realFiles is how many references of each file are stored: its records, less those
// that say nothing at all.
var realFiles = map[string]int64{
	"asreview_demo/_baseline.ris": 100, "asreview_demo/baseline_empty_values.ris": 4, "asreview_demo/baseline_reference_types.ris": 59,
	"asreview_demo/baseline_tag-notes.ris": 12, "asreview_demo/baseline_tag-notes_labels.ris": 32, "asreview_demo/baseline_tag-notes_zotero.ris": 4,
	"asreview_demo/baseline_tag_and_field_definitions.ris": 1, "asreview_demo/baseline_tag_and_field_definitions_lists.ris": 1,
	"asreview_demo/baseline_zotero.ris": 100, "asreview_demo/embase.ris": 6, "asreview_demo/faulty_year.ris": 1, "asreview_demo/ovid_psycinfo.ris": 6,
	"asreview_demo/ovid_zotero.ris": 6, "asreview_demo/proquest.ris": 6, "asreview_demo/pubmed_endnote.txt": 6, "asreview_demo/pubmed_zotero.ris": 6,
	"asreview_demo/ris_issue_1099.txt": 7, "asreview_demo/ris_issue_992.txt": 19, "asreview_demo/scopus.ris": 6, "asreview_demo/web_of_science.txt": 10,
	"rispy/example_basic.ris": 1, "rispy/example_bom.ris": 1, "rispy/example_custom_list_tags.ris": 1, "rispy/example_empty_tag.ris": 1,
	"rispy/example_extraneous_data.ris": 2, "rispy/example_full.ris": 2, "rispy/example_full_without_whitespace.ris": 2, "rispy/example_full_write.ris": 2,
	"rispy/example_multi_unknown_tags.ris": 1, "rispy/example_multiline.ris": 3, "rispy/example_single_unknown_tag.ris": 1,
	"rispy/example_starting_newlines.ris": 1, "rispy/example_urls.ris": 4, "rispy/example_utf_chars.ris": 1, "rispy/example_wos.ris": 2,
}

// starts counts the start lines of records, which is what a file says it holds.
func starts(b []byte) (n int64) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	for _, line := range bytes.Split(b, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("TY  -")) || bytes.HasPrefix(line, []byte("PMID-")) {
			n++
		}
	}
	return n
}

func TestRealReferences(t *testing.T) {
	var paths []string
	for _, p := range []string{"citations/*/*.ris", "citations/*/*/*.ris", "citations/asreview_demo/*.txt"} {
		paths = append(paths, shared(t, p)...)
	}
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		var files []evidence.FileIn
		var want []int64
		total := int64(0)
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.ToSlash(path[strings.Index(path, "citations/")+len("citations/"):])
			n, listed := realFiles[name]
			if !listed {
				n = starts(b)
			}
			files, want, total = append(files, evidence.FileIn{Name: name, Content: b}), append(want, n), total+n
		}
		before := rows(h, "evidence_contribution", "evidence_import_row", "terms_use", "search_doc")
		staged := stage(h, ctx, "", files...)
		if seen(h) != 0 {
			t.Fatal("staged rows are in the thread")
		}
		out := bring(h, ctx, staged.Batch)
		stored := map[string]bool{}
		for i, f := range out.Files {
			switch {
			case f.SameAs != "" && stored[string(files[i].Content)]:
				total -= want[i]
			case f.SameAs != "" || f.Stored != want[i]:
				t.Errorf("%s: stored %d (same as %q), want %d", files[i].Name, f.Stored, f.SameAs, want[i])
			}
			stored[string(files[i].Content)] = true
		}
		if n := seen(h); n != total || out.Stored != total || total < 850 {
			t.Errorf("%d are seen, %d were stored, want %d (at least 850)", n, out.Stored, total)
		}
		list := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Strand: "research", Limit: 500}).(evidence.ListOut)
		if list.Counts["research"] != total {
			t.Errorf("%d of %d are research", list.Counts["research"], total)
		}
		for _, c := range list.Contributions {
			if c.Expressed != "published" || c.Words == "" || c.Title == "" || !strings.Contains(c.Reference, `"type":`) {
				t.Fatalf("a reference without its parts: %+v", c)
			}
		}
		// The same files a second time store nothing and name the first.
		again := stage(h, ctx, "", files...)
		second := bring(h, ctx, again.Batch)
		if second.State != evidence.BatchSame || second.Stored != 0 || seen(h) != total {
			t.Errorf("the second time: %+v", second)
		}
		for i, f := range second.Files {
			if want[i] > 0 && f.SameAs == "" {
				t.Errorf("%s names no earlier file", files[i].Name)
			}
		}
		// One undo takes all of it back; then the files may come in again.
		undone := h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch}).(evidence.UndoOut)
		if undone.Undone != total || seen(h) != 0 {
			t.Errorf("undone %d of %d, %d still seen", undone.Undone, total, seen(h))
		}
		if diff := cmp.Diff(before, rows(h, "evidence_contribution", "evidence_import_row", "terms_use", "search_doc")); diff != "" {
			t.Errorf("left behind (-want +got):\n%s", diff)
		}
		if third := bring(h, ctx, stage(h, ctx, "", files...).Batch); third.Stored != total {
			t.Errorf("after the undo %d are stored, want %d", third.Stored, total)
		}
	})
}

func TestRealSheets(t *testing.T) {
	paths := shared(t, "opinions/*/comments.csv")
	want := map[string]int64{"bg2050-volunteers": 0, "london.youth.policing": 0}
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(filepath.Dir(path))
			if _, known := want[name]; !known {
				t.Errorf("a sheet this test does not know: %s", name)
			}
			staged := stage(h, ctx, "words=comment-body,date=timestamp", evidence.FileIn{Name: path, Content: b})
			guessed := stage(h, ctx, "", evidence.FileIn{Name: path, Content: b})
			if guessed.Good != staged.Good || staged.Problems != 0 || staged.Rows != staged.Good || staged.Rows == 0 {
				t.Errorf("%s: by hand %+v, proposed %+v", name, staged, guessed)
			}
			out := bring(h, ctx, staged.Batch)
			if out.Stored != staged.Rows {
				t.Errorf("%s: stored %d of %d", name, out.Stored, staged.Rows)
			}
			list := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Batch: staged.Batch, Limit: 500}).(evidence.ListOut)
			for _, c := range list.Contributions {
				if c.State != evidence.ToSort || len(c.On) != 10 || c.On < "2022" || c.Source != "comments.csv" {
					t.Fatalf("%s: %+v", name, c)
				}
			}
			if int64(len(list.Contributions)) != out.Stored {
				t.Errorf("%s: %d are seen, %d were stored", name, len(list.Contributions), out.Stored)
			}
		}
	})
}

func TestBadInput(t *testing.T) {
	utf16 := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, r := range s {
			b = append(b, byte(r), byte(r>>8))
		}
		return string(b)
	}
	const words = "comment,date\nThe bus stops at four,2026-03-01\n"
	cases := []struct {
		name, columns, content string
		good                   int64
		says                   string // in the first words of a row that is stored
		told                   string // in the reason of a problem
		line                   int
	}{
		{"wrong columns", "words=nothing", words, 0, "", "comment, date", 0},
		{"no words column", "", "a,b\n1,2\n3,4\n", 0, "", "We found these columns: a, b", 0},
		{"utf-8 with a mark", "", "\xef\xbb\xbf" + words, 1, "The bus stops at four", "", 0},
		{"windows-1252", "", "comment,date\nThe caf\xe9 was shut,2026-03-01\n", 1, "The café was shut", "", 0},
		{"utf-16", "", utf16(words), 1, "The bus stops at four", "", 0},
		{"a formula is text", "", "comment,date\n=HYPERLINK(1),2026-03-01\n", 1, "=HYPERLINK(1)", "", 0},
		{"a NUL is told", "", "comment,date\nThe b\x00us,2026-03-01\n", 1, "The bus", "NUL", 2},
		{"a date that cannot be read", "", "comment,date\nThe bus stops at four,soon\n", 1, "The bus", "“soon” cannot be read", 2},
		{"no words in a row", "", "comment,date\n,2026-03-01\nThe bus,2026-03-01\n", 1, "The bus", "no words", 2},
		{"an empty file", "", "", 0, "", "empty", 1},
		{"half a picture", "", "\x89PNG\r\n\x1a\n", 0, "", "picture", 0},
		{"half a zip", "", "PK\x03\x04xl", 0, "", "damaged", 0},
		{"BibTeX", "", "@article{a,\n title={One}\n}\n", 1, "One", "", 0},
		{"a broken reference in the middle", "", "TY  - JOUR\nTI  - First\nER  - \nTY  - JOUR\nTI  - Second\nTY  - JOUR\nTI  - Third\nER  - \n", 3, "", "", 0},
		{"a reference that says nothing", "", "TY  - JOUR\nER  - \nTY  - JOUR\nTI  - Second\nER  - \n", 1, "Second", "no title", 1},
		{"a reference with a number alone", "", "TY  - JOUR\nDO  - 10.1000/xyz\nER  - \n", 1, "10.1000/xyz", "kept by what it does say", 1},
		{"the same twice in a sheet", "", "comment,date\nYes,2026-03-01\nYes,2026-03-01\n", 2, "Yes", "", 0},
	}
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				staged := stage(h, ctx, c.columns, file(c.name, c.content))
				if staged.Good != c.good {
					t.Errorf("%d rows can be stored, want %d", staged.Good, c.good)
				}
				l := look(h, ctx, staged.Batch)
				f := l.Files[0]
				if seen(h) != 0 {
					t.Error("something is in the thread before it was brought in")
				}
				if c.told != "" {
					found := false
					for _, p := range append(f.Told, f.Problems...) {
						found = found || (strings.Contains(p.Reason, c.told) && p.Line == c.line)
					}
					if !found {
						t.Errorf("no problem says %q at line %d: %+v %+v", c.told, c.line, f.Told, f.Problems)
					}
				}
				if c.says != "" {
					found := false
					for _, x := range f.First {
						found = found || (x.OK && strings.HasPrefix(x.Says.Words, c.says))
					}
					if !found {
						t.Errorf("no row says %q: %+v", c.says, f.First)
					}
				}
				if c.good == 0 {
					_, err := h.Try(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch})
					if !fault.Is(err, fault.Invalid) {
						t.Errorf("bringing in nothing: %v", err)
					}
				} else if out := bring(h, ctx, staged.Batch); out.Stored != c.good {
					t.Errorf("stored %d, want %d", out.Stored, c.good)
				}
				if n := seen(h); n != c.good {
					t.Errorf("%d are seen, want %d", n, c.good)
				}
				h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch})
				if n := rows(h, "evidence_contribution", "evidence_import_row"); n["evidence_contribution"] != 0 || n["evidence_import_row"] != 0 {
					t.Errorf("left behind: %v", n)
				}
			})
		}
	})
}

// many is a sheet of n rows; each 100th has a date that cannot be read.
func many(n int) string {
	var b strings.Builder
	b.WriteString("comment,role,date\n")
	for i := range n {
		day := "2026-03-01"
		if i%100 == 99 {
			day = "one day"
		}
		fmt.Fprintf(&b, "\"Number %d: the person who came at four did not know the house, and we told it all again.\",carer,%s\n", i, day)
	}
	return b.String()
}

func TestKilledHalfWay(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "", file("many.csv", many(1700)))
		if staged.Problems != 17 {
			t.Errorf("%d problems, want 17", staged.Problems)
		}
		h.Do(ctx, "evidence.shared", evidence.SharedIn{Batch: staged.Batch, Said: evidence.Said{Strands: []string{"lived"}, Agreement: terms.Agreement{Uses: []terms.Use{terms.Quote}}}})
		// Some are stored, then the machine stops.
		h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch, Rows: 1000})
		dead, kill := context.WithCancel(ctx)
		kill()
		if _, err := h.Try(dead, "evidence.bring", evidence.BringIn{Batch: staged.Batch, Rows: 1000}); !errors.Is(err, context.Canceled) {
			t.Errorf("a dead context: %v", err)
		}
		if l := look(h, ctx, staged.Batch); l.State != evidence.BatchGoing || l.Done != 1000 || l.Total != 1700 {
			t.Fatalf("half-way it is %s, %d of %d", l.State, l.Done, l.Total)
		}
		if n := seen(h); n != 0 {
			t.Fatalf("half-way %d are visible", n)
		}
		if n := rows(h, "evidence_contribution"); n["evidence_contribution"] != 1000 {
			t.Errorf("%v stored half-way", n)
		}
		// The same file again finds the one on its way, and stores nothing of its own.
		second := stage(h, ctx, "", file("many.csv", many(1700)))
		if out := bring(h, ctx, second.Batch); out.State != evidence.BatchSame || out.Files[0].Going != staged.Batch {
			t.Errorf("beside one that is going: %+v", out)
		}
		// Taken up again, it is whole, and once.
		if out := bring(h, ctx, staged.Batch); out.State != evidence.BatchIn || out.Stored != 1700 {
			t.Errorf("taken up again: %+v", out)
		}
		if n := seen(h); n != 1700 {
			t.Errorf("%d are visible, want 1700", n)
		}
		if out := bring(h, ctx, staged.Batch); out.Stored != 1700 || seen(h) != 1700 {
			t.Errorf("brought in twice: %+v", out)
		}
		h.Read(func(tx *db.Tx) error {
			n, err := db.Count(tx, db.Q("select count(*) from terms_use where programme = ? and use = ?", h.Programme, string(terms.Quote)))
			if n != 1700 {
				t.Errorf("%d may be quoted, want 1700", n)
			}
			return err
		})
		// A long undo hides all of it at once and leaves the deleting to a job; asked again it
		// goes on by itself.
		undone := h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch}).(evidence.UndoOut)
		if n := seen(h); n != 0 {
			t.Errorf("%d are visible right after the undo", n)
		}
		again := h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch}).(evidence.UndoOut)
		if undone.Undone != 1700 || again != undone || seen(h) != 0 || rows(h, "evidence_contribution")["evidence_contribution"] != 0 {
			t.Errorf("undone %+v, again %+v", undone, again)
		}
	})
}

func TestUndoOnItsWay(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "", file("many.csv", many(1200)))
		h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch, Rows: 500})
		h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch})
		if _, err := h.Try(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch}); !fault.Is(err, fault.Conflict) {
			t.Errorf("bringing in what was undone: %v", err)
		}
		if n := rows(h, "evidence_contribution", "evidence_import_row"); n["evidence_contribution"]+n["evidence_import_row"] != 0 || seen(h) != 0 {
			t.Errorf("left behind: %v", n)
		}
	})
}

func TestImportIsAsked(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		in := evidence.StageIn{Project: h.Project, Key: "one", Files: []evidence.FileIn{file("a.csv", many(3))}}
		first := h.Do(ctx, "evidence.stage", in).(evidence.StageOut)
		second := h.Do(ctx, "evidence.stage", in).(evidence.StageOut)
		if first.Batch != second.Batch {
			t.Error("the same form twice is two imports")
		}
		for name, who := range map[string]context.Context{"host lead": h.As(who.HostLead), "member": h.As(who.Member), "stranger": h.Stranger()} {
			if _, err := h.Try(who, "evidence.look", evidence.LookIn{Batch: first.Batch}); err == nil {
				t.Errorf("a %s may look at an import", name)
			}
			if _, err := h.Try(who, "evidence.bring", evidence.BringIn{Batch: first.Batch}); err == nil {
				t.Errorf("a %s may bring in", name)
			}
			if _, err := h.Try(who, "evidence.stage", in); err == nil {
				t.Errorf("a %s may stage", name)
			}
		}
		// An administrator brings files in and sees own ones, not the words others sent.
		if _, err := h.Try(h.As(who.Administrator), "evidence.look", evidence.LookIn{Batch: first.Batch}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an administrator sees what another sent: %v", err)
		}
		in.Project = h.Foreign
		if _, err := h.Try(ctx, "evidence.stage", in); !fault.Is(err, fault.Missing) {
			t.Errorf("another programme's project: %v", err)
		}
		big := evidence.StageIn{Project: h.Project, Files: []evidence.FileIn{{Name: "big.csv", Content: make([]byte, evidence.MaxFile+1)}}}
		if _, err := h.Try(ctx, "evidence.stage", big); !fault.Is(err, fault.Invalid) {
			t.Errorf("a file that is too large: %v", err)
		}
		out := h.Do(ctx, "evidence.columns", evidence.ColumnsIn{Batch: first.Batch, Columns: "words=role"}).(evidence.ColumnsOut)
		if out.Good != 3 {
			t.Errorf("other columns: %+v", out)
		}
		if _, err := h.Try(ctx, "evidence.columns", evidence.ColumnsIn{Batch: first.Batch, Columns: "words=nobody"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a column that is not there: %v", err)
		}
		if bring(h, ctx, first.Batch); seen(h) != 3 {
			t.Error("three rows are not in")
		}
	})
}

// TestLongImport measures: PLAIT_ROWS=50000 go test -run TestLongImport -v.
func TestLongImport(t *testing.T) {
	n := 3000
	if s := os.Getenv("PLAIT_ROWS"); s != "" {
		if _, err := fmt.Sscan(s, &n); err != nil {
			t.Fatal(err)
		}
	}
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		sheet := many(n)
		began := time.Now()
		lap := func(what string) {
			t.Logf("%s: %v (%.0f rows/s)", what, time.Since(began).Round(time.Millisecond), float64(n)/time.Since(began).Seconds())
			began = time.Now()
		}
		staged := stage(h, ctx, "", file("many.csv", sheet))
		lap("staged")
		longest := time.Duration(0)
		for {
			at := time.Now()
			out := h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch, Rows: 1}).(evidence.BringOut)
			if took := time.Since(at); out.State == evidence.BatchIn {
				t.Logf("made visible in %v; the longest chunk took %v", took.Round(time.Millisecond), longest.Round(time.Millisecond))
				break
			} else if out.Stored > 500 {
				longest = max(longest, took)
			}
		}
		lap("brought in")
		if got := seen(h); got != int64(n) {
			t.Errorf("%d are in, want %d", got, n)
		}
		began = time.Now()
		h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch})
		lap("undone")
		if got := seen(h); got != 0 {
			t.Errorf("%d are left", got)
		}
	})
}

// TestLongWorkGoesOn brings in and undoes more rows than a page waits for.
func TestLongWorkGoesOn(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "", file("many.csv", many(1100)))
		out := h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch}).(evidence.BringOut)
		if out.State != evidence.BatchGoing || out.Stored != 0 || seen(h) != 0 {
			t.Fatalf("a long import did not wait for its job: %+v", out)
		}
		args := map[string]string{"programme": h.Programme, "batch": staged.Batch, "kind": string(who.Account), "actor": who.From(ctx).ID}
		log := slog.New(slog.DiscardHandler)
		if err := job.RunOnce(ctx, h.DB, h.Jobs(), log, "evidence.bring", args); err != nil || seen(h) != 1100 {
			t.Errorf("the job: %v, %d are seen", err, seen(h))
		}
		h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch})
		if left := rows(h, "evidence_contribution")["evidence_contribution"]; left != 1100 || seen(h) != 0 {
			t.Errorf("%d are seen, %d wait to be deleted", seen(h), left)
		}
		if err := job.RunOnce(ctx, h.DB, h.Jobs(), log, "evidence.clear", args); err != nil || rows(h, "evidence_contribution")["evidence_contribution"] != 0 {
			t.Errorf("the job that clears: %v", err)
		}
	})
}

// TestImportPages walks through an import in the browser's way, without a script.
func TestImportPages(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		here := "/evidence/" + h.Project + "/import"
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("files", "spring.csv")
		if err == nil {
			_, err = part.Write([]byte("comment,when\nThe bus stops at four,2026-03-01\n,2026-03-02\n"))
		}
		if err = errors.Join(err, form.WriteField("key", "k1"), form.Close()); err != nil {
			t.Fatal(err)
		}
		status, at, page := call(h, ctx, http.MethodPost, here, form.FormDataContentType(), &body)
		if status != http.StatusSeeOther || !strings.HasPrefix(at, here+"/") {
			t.Fatalf("sent a file: %d %s %s", status, at, page)
		}
		batch := strings.TrimPrefix(at, here+"/")
		say := func(what, address string, wants ...string) {
			t.Helper()
			status, _, page := call(h, ctx, http.MethodGet, address, "", nil)
			for _, want := range wants {
				if status != http.StatusOK || !strings.Contains(page, want) {
					t.Errorf("%s: %d, no %q on the page", what, status, want)
				}
			}
		}
		post := func(what, address string, fields url.Values, to string) {
			t.Helper()
			status, at, page := call(h, ctx, http.MethodPost, address, "application/x-www-form-urlencoded", strings.NewReader(fields.Encode()))
			if status != http.StatusSeeOther || at != to {
				t.Errorf("%s: %d %q, want %q: %.300s", what, status, at, to, page)
			}
		}
		say("the preview", at, "The bus stops at four", "1 row can be saved", "This row has no words", "Which column is which?")
		post("other columns", at+"/columns", url.Values{"file": {"0"}, "words": {"0"}, "date": {"-1"}, "key": {"k2"}}, at)
		post("what is shared", at+"/shared", url.Values{"strands": {"lived"}, "role": {"carer"}, "key": {"k3"}}, at+"/check")
		say("the check", at+"/check", "spring.csv", "carer", "Lived")
		post("bring in", at+"/bring", url.Values{"key": {"k4"}}, "/evidence/"+h.Project+"?done=imported&batch="+batch)
		if seen(h) != 1 {
			t.Error("the row is not in")
		}
		say("the list", "/evidence/"+h.Project+"?batch="+batch, "The bus stops at four", "carer")
		say("the import", at, "The file is in", "1 row is saved")
		say("the imports", here, "spring.csv", "Saved", at+"?undo=ask")
		say("the question before the undo", at+"?undo=ask", "Take all of this out again?", "Keep it", `action="/evidence/`+h.Project+`/undo"`)
		if _, _, page := call(h, ctx, http.MethodGet, at, "", nil); strings.Contains(page, "/undo\"") {
			t.Error("the page of an import undoes it without a question")
		}
		post("undo", "/evidence/"+h.Project+"/undo", url.Values{"batch": {batch}, "next": {"import"}, "key": {"k5"}}, here+"?done=undone")
		say("the imports after it", here, "Taken out again")
		if seen(h) != 0 {
			t.Error("the row is still in")
		}
		status, _, page = call(h, ctx, http.MethodPost, here, "application/x-www-form-urlencoded", strings.NewReader("key=k6"))
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Choose a file") {
			t.Errorf("no file: %d", status)
		}
	})
}

// call asks a page of this room as the context's actor.
func call(h *house.House, ctx context.Context, method, address, kind string, body io.Reader) (status int, location, page string) {
	h.T.Helper()
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), h.Policy, who.From(ctx)), nil
		}}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	r := httptest.NewRequestWithContext(h.T.Context(), method, address, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

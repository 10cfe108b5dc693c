package cite

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRead holds what is true of any bytes: nothing panics, lines are real
// and in order, what is read is valid text, and no record is lost: there are
// at least as many records as lines that plainly start one.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("TY  - \nER"))
	f.Add([]byte("\xff\xfeT\x00Y\x00"))
	f.Add([]byte("PMID- \n      \n"))
	f.Add([]byte("ER  -\nER  - x\n\ufeffTY  - BOOK"))
	for _, s := range formatSamples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file := Read("x", b)
		lines := strings.Count(string(b), "\n") + strings.Count(string(b), "\r") + 1
		last := 0
		for _, p := range file.Problems {
			if p.Line < 1 || p.Line > lines || p.Line < last || p.Reason == "" {
				t.Fatalf("problem %+v in %d lines, after line %d", p, lines, last)
			}
			last = p.Line
		}
		last = 0
		for _, r := range file.Records {
			if r.Line < last || r.Line > lines || len(r.Tags) == 0 || r.Line == last && (r.Format == RIS || r.Format == NBIB) {
				t.Fatalf("record on line %d of %d, after %d, %d tags", r.Line, lines, last, len(r.Tags))
			}
			last = r.Line
			if r.Year != 0 && (r.Year < 1000 || r.Year > 2100 || !strings.HasPrefix(r.Date, strings.TrimLeft(r.Date[:4], "0"))) {
				t.Fatalf("year %d, date %q", r.Year, r.Date)
			}
			for _, s := range []string{r.Title, r.Abstract, r.DOI, r.Pages} {
				if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
					t.Fatalf("%q is no text", s)
				}
			}
			if r.Type == "" {
				t.Fatal("a record without a type")
			}
		}
		if len(file.Records) == 0 && len(file.Problems) == 0 {
			t.Fatalf("%s: neither read nor told", file.Format)
		}
		for _, to := range []Format{RIS, CSLJSON} {
			comesBack(t, "fuzzed", file, to)
		}
		for _, to := range []Format{BibTeX, CSV} {
			if words, err := Write(to, file.Records); err != nil || !utf8.ValidString(words) {
				t.Fatalf("%s: %v", to, err)
			}
		}
		if file.Format == RIS && utf8.Valid(b) && !strings.ContainsAny(string(b), "\r\x00") {
			starts := strings.Count("\n"+string(b), "\nTY  - ")
			if starts > len(file.Records) {
				t.Fatalf("%d start lines, %d records", starts, len(file.Records))
			}
		}
	})
}

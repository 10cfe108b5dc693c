package review

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/engine/cite"
	"plait/internal/engine/dedupe"
)

// asTask reads a file as the process does that reads it apart.
func asTask(t *testing.T, name string, content []byte, records bool) []byte {
	t.Helper()
	line, err := json.Marshal(askedFile{name, int64(len(content)), records})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := readReferencesTask(bytes.NewReader(append(append(line, '\n'), content...)), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestReadApart(t *testing.T) {
	content := []byte("before\nTY  - JOUR\nTI  - One\nAU  - Lee, Jo\nZZ  - odd\nER  - \nTY  - JOUR\nTI  - Two\nPY  - soon\nER  - \n")
	want := cite.Read("a.ris", content)
	var head fileHead
	var got []cite.Record
	take := func(b []byte, each func(cite.Record) error) (own, err error) {
		return takeBack(bytes.NewReader(b), func(h fileHead) error { head = h; return nil }, each)
	}
	keep := func(r cite.Record) error { got = append(got, r); return nil }
	b := asTask(t, "a.ris", content, true)
	if own, err := take(b, keep); own != nil || err != nil {
		t.Fatal(own, err)
	}
	for i := range want.Records {
		a, err := pack(&want.Records[i])
		if err != nil {
			t.Fatal(err)
		}
		if b, err := pack(&got[i]); err != nil || a != b {
			t.Errorf("record %d came back as\n%s\nwant\n%s", i, b, a)
		}
	}
	if head.Format != "ris" || head.Records != 2 || len(got) != 2 || head.Count != int64(len(want.Problems)) || len(head.Problems) == 0 {
		t.Errorf("%+v", head)
	}
	if own, err := take(asTask(t, "a.ris", content, false), nil); own != nil || err != nil {
		t.Errorf("the head alone: %v, %v", own, err)
	}
	if _, err := take(append(b, "{}"...), keep); err == nil {
		t.Error("more than the answer is taken")
	}
	if _, err := take(b[:len(b)-10], keep); err == nil {
		t.Error("a cut answer is taken")
	}
	stop := errors.New("stop")
	if own, err := take(b, func(cite.Record) error { return stop }); !errors.Is(own, stop) || err != nil {
		t.Errorf("its own error: %v, %v", own, err)
	}
	if _, err := take(asTask(t, "x", nil, true), keep); err != nil || head.Records != 0 || head.Count != 1 {
		t.Errorf("an empty file: %+v, %v", head, err)
	}
}

// TestGroups holds groups to what people said, whatever else links them.
func TestGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 8).Draw(t, "records")
		members := make([]member, n)
		for i := range members {
			members[i] = member{n: int64(i + 1), gone: rapid.IntRange(0, 5).Draw(t, "gone") == 0, begun: rapid.Bool().Draw(t, "begun"), summary: rapid.Bool().Draw(t, "summary")}
		}
		var pairs []Pair
		for a := int64(1); a <= n; a++ {
			for b := a + 1; b <= n; b++ {
				if band := rapid.SampledFrom([]string{"", Same, Same, Apart, Ask}).Draw(t, "band"); band != "" {
					pairs = append(pairs, Pair{A: a, B: b, Band: band, Score: rapid.Int64Range(0, 3).Draw(t, "score"), AnsweredBy: rapid.SampledFrom([]string{"", "x"}).Draw(t, "by")})
				}
			}
		}
		at := map[int64]int{}
		parts := group(members, pairs)
		seen := 0
		for i, p := range parts {
			lead := leads(p)
			if !slices.ContainsFunc(p, func(m member) bool { return m.n == lead }) {
				t.Fatalf("%d leads a group it is not in: %v", lead, p)
			}
			for _, m := range p {
				at[m.n] = i
				seen++
				if m.gone && len(p) > 1 {
					t.Fatalf("%d is gone, and in a group", m.n)
				}
			}
		}
		if seen != int(n) {
			t.Fatalf("%d of %d records", seen, n)
		}
		for _, p := range pairs {
			if p.Band == Apart && at[p.A] == at[p.B] {
				t.Fatalf("%d and %d are two works, and together", p.A, p.B)
			}
		}
		slices.Reverse(pairs)
		if again := group(members, pairs); !cmp.Equal(again, parts, cmp.AllowUnexported(member{})) {
			t.Fatalf("in another order: %v, %v", again, parts)
		}
	})
}

func TestLeads(t *testing.T) {
	for _, x := range []struct {
		name  string
		group []member
		want  int64
	}{
		{"the first", []member{{n: 1}, {n: 2}}, 1},
		{"with a DOI", []member{{n: 1}, {n: 2, doi: true}}, 2},
		{"a summary before a DOI", []member{{n: 1, doi: true}, {n: 2, summary: true}}, 2},
		{"begun before all", []member{{n: 1, doi: true, summary: true}, {n: 2, begun: true}}, 2},
	} {
		if got := leads(x.group); got != x.want {
			t.Errorf("%s: %d, want %d", x.name, got, x.want)
		}
	}
}

func TestPieces(t *testing.T) {
	got := cutAt("Help at home", [][2]int{{5, 7}, {8, 12}, {3, 4}, {9, 99}})
	if want := []piece{{"Help ", false}, {"at", true}, {" ", false}, {"home", true}}; !cmp.Equal(got, want) {
		t.Errorf("%v", got)
	}
	a, b := dedupe.Record{Journal: "Journal of Care", Pages: "12"}, dedupe.Record{Journal: "J Care", Pages: "40-44"}
	if p := sideBySide(a, b, dedupe.Mark{Field: "journal", State: "same"}); p.State != "same" || len(p.A) != 1 || p.A[0].Only || p.B != nil {
		t.Errorf("the same: %+v", p)
	}
	said := func(key string, args ...any) string { return key + fmt.Sprint(args...) }
	fields := []fieldPair{{Name: "title", State: "near"}, {Name: "year", State: "differs"}, {Name: "volume", State: "one"}, {Name: "authors", State: "same"}}
	if got := whyAsked(said, fields, Pair{Reason: "title,authors/volume"}); strings.Contains(got, "why_note") || !strings.Contains(got, "why_is_nearFieldsreview.why_field_title") {
		t.Errorf("%q", got)
	}
	if got := whyAsked(said, fields, Pair{Reason: "title/common_title"}); !strings.HasSuffix(got, "review.why_note_common_title") {
		t.Errorf("%q", got)
	}
	if p := sideBySide(a, b, dedupe.Mark{Field: "pages", State: "differs", OnlyA: [][2]int{{0, 2}}}); p.State != "differs" || !p.A[0].Only {
		t.Errorf("differs: %+v", p)
	}
}

func TestReasonsInWords(t *testing.T) {
	say, err := english()
	if err != nil {
		t.Fatal(err)
	}
	for _, note := range append(dedupe.Notes(), "same_record", "") {
		reason := "title,authors,year,journal,volume,pages,doi,pmid,abstract/" + note
		if note == "same_record" {
			reason = sameRecord
		}
		if got := reasonWords(say, reason); got == reason || strings.Contains(got, "review.") || !strings.HasSuffix(got, ".") {
			t.Errorf("%s: %s", reason, got)
		}
	}
	if got := reasonWords(say, "title,pages/volume"); got != "The same, or alike: title, pages. The volume differs." {
		t.Error(got)
	}
	for _, old := range []string{"The same: title and authors. The pages differ.", "Both were merged with the same record.", ""} {
		if got := reasonWords(say, old); got != old {
			t.Errorf("what was stored before: %q is %q", old, got)
		}
	}
	for _, key := range []string{lostSlow, lostEnd, lostNone, lostLarge} {
		if got := lost(say, key); strings.Contains(got, "review.") || strings.Contains(got, "{{") {
			t.Errorf("%s: %s", key, got)
		}
	}
	if got := lost(say, "The year is none."); got != "The year is none." {
		t.Error(got)
	}
}

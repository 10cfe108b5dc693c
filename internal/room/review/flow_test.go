package review

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// logged is a record as a random log left it.
type logged struct {
	batch, title, full, state, reason string
	copied                            bool
}

// logs makes random records, also such as no verb would leave behind.
func logs(t *rapid.T) []logged {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) logged {
		pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "of") }
		return logged{pick("a", "b", "c", "d", "unknown"), pick("", Include, Exclude), pick("", "", Include, Exclude), pick("", FullWanted, FullGot, FullNotFound),
			pick("", "wrong age", "a, comma; and more", "=1+1", " wrong age "), rapid.IntRange(0, 4).Draw(t, "copied") == 0}
	}), 0, 60).Draw(t, "log")
}

var sourcesOf = map[string]Source{"a": {Origin: FromDatabase, Name: "Scopus"}, "b": {Origin: FromRegister, Name: "A register, the big one"}, "c": {Origin: FromWebsite}, "d": {Origin: FromCitation, Name: "x"}}

func flowFrom(all []logged) Flow { return flowWithout(all, nil) }

// flowWithout is the flow of a log with the included whose whole texts nobody read.
func flowWithout(all []logged, unread map[string]int64) Flow {
	cells, whys := map[cell]int64{}, map[why]int64{}
	for _, x := range all {
		cells[cell{x.batch, x.copied, x.title, x.full, x.state, 0}]++
		switch leafOf(x.copied, x.title, x.full, x.state) {
		case isLeftOut:
			whys[why{x.batch, false, x.reason, 0}]++
		case isExcluded:
			whys[why{x.batch, true, x.reason, 0}]++
		}
	}
	var cs []cell
	for c, n := range cells {
		c.n = n
		cs = append(cs, c)
	}
	var ws []why
	for w, n := range whys {
		w.n = n
		ws = append(ws, w)
	}
	return flowOf(cs, ws, sourcesOf, unread)
}

func TestTheFlowAlwaysAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := logs(t)
		f := flowFrom(all)
		if rapid.Bool().Draw(t, "skips") {
			f = flowWithout(all, unreadAmong(t, all))
		}
		if faults := f.Faults(); faults != nil {
			t.Fatal(faults)
		}
		sum, gone := f.Sum(), int64(0)
		for _, x := range all {
			if x.copied {
				gone++
			}
		}
		if sum.Identified != int64(len(all)) || sum.Copies != gone || f.Included != sum.Included {
			t.Fatalf("%d records, %d copies: %+v", len(all), gone, sum)
		}
		if got := sum.Copies + sum.Waiting + sum.LeftOut + sum.NotFound + sum.Seeking + sum.Reading + sum.Excluded + sum.Included; got != sum.Identified {
			t.Fatalf("the last boxes hold %d of %d", got, sum.Identified)
		}
		tableAddsUp(t, f)
	})
}

// unreadAmong leaves some of the included unread, often all of them.
func unreadAmong(t *rapid.T, all []logged) map[string]int64 {
	out := map[string]int64{}
	some := rapid.Bool().Draw(t, "some")
	for _, x := range all {
		if leafOf(x.copied, x.title, x.full, x.state) == isIncluded && (!some || rapid.Bool().Draw(t, "unread")) {
			out[x.batch]++
		}
	}
	return out
}

// tableAddsUp reads the table as its readers do, and adds it up again.
func tableAddsUp(t *rapid.T, f Flow) {
	rows, err := csv.NewReader(strings.NewReader(flowTable(f))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], []string{"data", "node", "box", "description", "boxtext", "tooltips", "url", "n"}) {
		t.Fatalf("first line %q", rows[0])
	}
	n := map[string]int64{}
	for _, r := range rows[1:] {
		if r[0] == "NA" {
			continue
		}
		if strings.HasSuffix(r[0], "_excluded") && r[7] != "0" && r[0] != "records_excluded" || strings.HasSuffix(r[0], "_specific_results") {
			for _, part := range strings.Split(r[7], ";") {
				if part == "" {
					continue
				}
				cells := strings.Split(part, ",")
				v, err := strconv.ParseInt(strings.TrimSpace(cells[len(cells)-1]), 10, 64)
				if err != nil || len(cells) != 2 {
					t.Fatalf("%s: %q", r[0], r[7])
				}
				n[r[0]] += v
			}
			continue
		}
		v, err := strconv.ParseInt(r[7], 10, 64)
		if err != nil {
			t.Fatalf("%s: %q", r[0], r[7])
		}
		n[r[0]] += v
	}
	for _, x := range []struct {
		whole string
		parts []string
	}{
		{"database_results", []string{"database_specific_results"}}, {"register_results", []string{"register_specific_results"}},
		{"records_screened", []string{"records_excluded", "plait_unread", "dbr_sought_reports"}},
		{"dbr_sought_reports", []string{"dbr_notretrieved_reports", "plait_seeking", "plait_reading", "dbr_assessed"}},
		{"other_sought_reports", []string{"other_notretrieved_reports", "plait_other_seeking", "plait_other_reading", "other_assessed"}},
	} {
		sum := int64(0)
		for _, p := range x.parts {
			sum += n[p]
		}
		if n[x.whole] != sum {
			t.Fatalf("%s: %d is not %d", x.whole, n[x.whole], sum)
		}
	}
	if all := n["database_results"] + n["register_results"]; all != n["duplicates"]+n["plait_waiting"]+n["records_screened"] {
		t.Fatalf("databases and registers: %v", n)
	}
	if all := n["website_results"] + n["organisation_results"] + n["citations_results"]; all != n["plait_other_copies"]+n["plait_other_waiting"]+n["plait_other_left_out"]+n["plait_other_unread"]+n["other_sought_reports"] {
		t.Fatalf("other methods: %v", n)
	}
	if n["dbr_assessed"]-n["dbr_excluded"]+n["other_assessed"]-n["other_excluded"]+n["plait_unread"]+n["plait_other_unread"] != n["new_studies"] || n["new_studies"] != n["total_studies"] {
		t.Fatalf("included: %v", n)
	}
}

func TestWhatDoesNotAddUpIsSeen(t *testing.T) {
	f := flowFrom([]logged{{batch: "a", title: Include, full: Include}})
	if f.Faults() != nil {
		t.Fatal(f.Faults())
	}
	f.Databases.Included++
	if f.Faults() == nil {
		t.Error("one too many was not seen")
	}
	f = flowWithout([]logged{{batch: "a", title: Include, full: Include}}, map[string]int64{"a": 1})
	if f.Faults() != nil || f.Databases.Sought != 0 || f.Databases.Assessed != 0 || f.Included != 1 {
		t.Errorf("%+v", f)
	}
	f.Skips = false
	if f.Faults() == nil {
		t.Error("one that is in unread was not seen")
	}
}

func TestWhereARecordEnds(t *testing.T) {
	for _, x := range []struct {
		copied             bool
		title, full, state string
		want               leaf
	}{
		{true, Include, Include, FullGot, isCopy}, {false, "", "", "", isWaiting}, {false, Exclude, "", "", isLeftOut}, {false, Include, "", "", isSeeking},
		{false, Include, "", FullWanted, isSeeking}, {false, Include, "", FullGot, isReading}, {false, Include, "", FullNotFound, isNotFound},
		{false, Include, Exclude, FullGot, isExcluded}, {false, Include, Exclude, FullNotFound, isNotFound}, {false, Include, Include, FullGot, isIncluded},
		{false, Include, Include, "", isIncluded}, {false, "", Include, "", isIncluded}, {false, "", "", FullNotFound, isWaiting}, {false, Exclude, Exclude, "", isLeftOut},
	} {
		if got := leafOf(x.copied, x.title, x.full, x.state); got != x.want {
			t.Errorf("%+v ends in %d", x, got)
		}
	}
}

func TestTheDrawingSaysWhatTheListSays(t *testing.T) {
	key := func(key string, _ ...any) string { return "<" + key + "> & co" }
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	rapid.Check(t, func(t *rapid.T) {
		f := flowFrom(logs(t))
		arms := f.arms(key, number, 3)
		draw := drawn
		if rapid.Bool().Draw(t, "tall") {
			draw = drawnTall
		}
		svg := draw(arms, "Flow <of> records", flowLine{Name: "Included", N: number(f.Included)})
		d := xml.NewDecoder(strings.NewReader(svg))
		desc, in := "", ""
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in %s", err, svg)
			}
			switch x := tok.(type) {
			case xml.StartElement:
				in = x.Name.Local
			case xml.CharData:
				if in == "desc" {
					desc += string(x)
				}
			}
		}
		for _, a := range arms {
			for _, b := range a.Boxes {
				for _, l := range b.Lines {
					if !strings.Contains(desc, l.Name+": "+l.N) {
						t.Fatalf("%+v is not in %q", l, desc)
					}
				}
			}
		}
		if strings.Contains(svg, "style=") || strings.Contains(svg, "<script") {
			t.Fatal("the drawing holds more than shapes and words")
		}
	})
}

func TestALongReasonIsCutInTheDrawing(t *testing.T) {
	l := wrapped(flowLine{Name: strings.Repeat("a very long reason ", 40) + strings.Repeat("x", 90), N: "7", Deep: true})
	if len(l) != 5 || !strings.HasSuffix(l[4], "7") {
		t.Errorf("%q", l)
	}
	for _, s := range l {
		if len([]rune(s)) > lineChars {
			t.Errorf("%q is longer than a line", s)
		}
	}
}

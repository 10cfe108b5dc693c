package caption

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func file(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWebVTT(t *testing.T) {
	got := Read(file(t, "street.vtt"))
	want := Track{Format: VTT, Notes: []string{"STYLE\n::cue(v[voice=\"Ann\"]) { color: lime }", "NOTE Typed by hand"}, Cues: []Cue{
		{N: 1, ID: "first", Line: 10, Start: 1000, End: 3500, Settings: "align:start line:0", Text: "<v Ann>The kerb is <i>too high</i>."},
		{N: 2, Line: 13, Start: 3500, End: 6000, Text: "<v.loud Dele Okoro>How high &amp; where?</v>\n[a bus passes]"},
		{N: 3, Line: 17, Start: 3_600_000, End: 3_602_000, Text: "By the <c.place>chemist &lt;north side&gt;</c>"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Span{{"Dele Okoro", "How high & where?"}, {"", "\n[a bus passes]"}}, got.Cues[1].Spans()); diff != "" {
		t.Error(diff)
	}
	if got := got.Cues[2].Words(); got != "By the chemist <north side>" {
		t.Errorf("words %q", got)
	}
	wantWords := "Ann: The kerb is too high.\n\nDele Okoro: How high & where?\n\n[a bus passes]\n\nBy the chemist <north side>"
	if words := Transcript(got.Cues); words != wantWords {
		t.Errorf("transcript %q", words)
	}
	if len(Rules(got.Cues)) != 0 {
		t.Errorf("rules: %v", Rules(got.Cues))
	}
	again := Read(Write(got))
	for i := range again.Cues {
		again.Cues[i].Line = want.Cues[i].Line
	}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("written and read again:\n%s", diff)
	}
}

func TestSubRip(t *testing.T) {
	got := Read(strings.ReplaceAll(file(t, "street.srt"), "\n", "\r\n"))
	want := []Cue{{N: 1, Line: 2, Start: 1000, End: 3500, Text: "The kerb is <i>too high</i>."}, {N: 2, Line: 6, Start: 3500, End: 6000, Text: "How high &amp; where?"}}
	if diff := cmp.Diff(want, got.Cues); diff != "" || got.Format != SRT || len(got.Problems) > 0 {
		t.Error(got.Format, got.Problems, diff)
	}
	if words := Transcript(got.Cues); words != "The kerb is too high. How high & where?" {
		t.Errorf("transcript %q", words)
	}
}

// The times are those that section 4.3.1 of the standard allows and refuses.
func TestStamp(t *testing.T) {
	for s, want := range map[string]int64{"00:00.000": 0, "00:01.001": 1001, "59:59.999": 3_599_999, "01:00:00.000": 3_600_000, "123:00:00.500": 442_800_500} {
		if got, ok := Stamp(s, VTT); !ok || got != want {
			t.Errorf("%s: %d, %v; want %d", s, got, ok, want)
		}
		if hours := Time(want); len(hours) < 12 {
			t.Errorf("%d is written %s", want, hours)
		}
	}
	for _, s := range []string{"", "1", "0:01.000", "00:60.000", "60:00.000", "00:01.00", "00:01,000", "00:01.0000", "-0:01.000", "1:2:3:4.000", "00:01", "٠٠:01.000"} {
		if got, ok := Stamp(s, VTT); ok {
			t.Errorf("%q is read as %d", s, got)
		}
	}
	if got, ok := Stamp("00:00:01,250", SRT); !ok || got != 1250 {
		t.Errorf("SubRip: %d, %v", got, ok)
	}
}

func TestNothingIsDroppedInSilence(t *testing.T) {
	for name, x := range map[string]struct {
		in   string
		line int
		why  string
	}{
		"no signature":  {"WEBVTTX\n\n00:01.000 --> 00:02.000\nHi\n", 1, NoHead},
		"plain words":   {"Ann said the kerb is high.", 1, NoHead},
		"bad times":     {"WEBVTT\n\n00:01 --> 00:02.000\nHi\n", 3, BadTimes},
		"no times":      {"WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n\nLost words\nof Ann\n", 6, NoTimes},
		"a late style":  {"WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n\nSTYLE\n::cue{}\n", 6, LateStyle},
		"nothing":       {"WEBVTT\n", 1, NoCues},
		"empty":         {"", 1, NoHead},
		"not text":      {"WEBVTT\n\xff\xfe", 1, NotText},
		"nothing in it": {"WEBVTT\n\nNOTE none yet\n", 1, NoCues},
	} {
		got := Read(x.in).Problems
		if len(got) == 0 || got[0] != (Problem{x.why, x.line, reason(x.why)}) {
			t.Errorf("%s: %v, want line %d: %s", name, got, x.line, x.why)
		}
	}
}

func TestLeniency(t *testing.T) {
	for name, x := range map[string]string{
		"mark, CR":             "\ufeffWEBVTT\r\r00:01.000 --> 00:02.000\rHi\rthere",
		"no space":             "WEBVTT\n\n00:01.000-->00:02.000\nHi\nthere",
		"times at once":        "WEBVTT\n00:01.000 --> 00:02.000\nHi\nthere",
		"header":               "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.000\nHi\nthere",
		"many blank lines":     "WEBVTT\n\n\n \n00:01.000 \t-->\t 00:02.000\nHi\nthere\n\n\n",
		"a note right above":   "WEBVTT\n\nNOTE\n00:01.000 --> 00:02.000\nHi\nthere",
		"another right behind": "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\nthere\n7\n00:02.000 --> 00:03.000\nBye",
	} {
		got := Read(x)
		if len(got.Problems) > 0 || len(got.Cues) == 0 || got.Cues[0].Text != "Hi\nthere" || got.Cues[0].Start != 1000 || got.Cues[0].End != 2000 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestRules(t *testing.T) {
	long := strings.Repeat("a", 43)
	in := []Cue{
		{N: 1, Line: 3, Start: 0, End: 9000, Text: "One\ntwo\nthree"},
		{N: 2, Line: 8, Start: 5000, End: 5000, Text: "Now"},
		{N: 3, Line: 11, Start: 4000, End: 9000, Text: long},
		{N: 4, Line: 14, Start: 9000, End: 10000, Text: strings.Repeat("n", 21)},
		{N: 5, Line: 17, Start: 10000, End: 12000, Text: "<v Ann></v>"},
		{N: 6, Line: 20, Start: 12000, End: 13000, Text: strings.Repeat("ŵ", 20)},
		{N: 7, Line: 23, Start: 13000, End: 15000, Text: "<b>" + strings.Repeat("👩‍👩‍👧‍👦", 39) + "</b>&amp;&amp;&amp;"},
	}
	type hit struct {
		id        string
		cue, line int
		got       int
	}
	var got []hit
	for _, b := range Rules(in) {
		if b.Text == "" {
			t.Error("a rule says nothing")
		}
		got = append(got, hit{b.ID, b.Cue, b.Line, b.Got})
	}
	want := []hit{{Lines, 1, 3, 3}, {Backwards, 2, 8, 0}, {Order, 3, 11, 0}, {Width, 3, 11, 43}, {Speed, 4, 14, 21}, {Empty, 5, 17, 0}, {Speed, 7, 23, 21}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(hit{})); diff != "" {
		t.Error(diff)
	}
}

func TestTranscriptTurns(t *testing.T) {
	in := Read("WEBVTT\n\n00:10.000 --> 00:11.000\nlast words\n\n00:01.000 --> 00:02.000\n<v Ann>One\n\n00:02.500 --> 00:03.000\n<v Ann>two\n\n00:05.500 --> 00:06.000\n<v Ann>after a pause\n")
	if got := Transcript(in.Cues); got != "Ann: One two\n\nafter a pause\n\nlast words" {
		t.Errorf("%q", got)
	}
}

// FuzzRead holds what is true of any words: nothing panics, problems have real lines in
// order, and what was read and written is read the same again.
func FuzzRead(f *testing.F) {
	f.Add(file(f, "street.vtt"))
	f.Add(file(f, "street.srt"))
	f.Add("WEBVTT\n\n00:01.000 --> 00:02.000 \n<v")
	f.Add("1\n00:00:01,000 --> 00:00:02,000\nNOTE\n2\n00:00:02,000 --> 00:00:02,000")
	f.Fuzz(func(t *testing.T, s string) {
		got := Read(s)
		lines := strings.Count(s, "\n") + strings.Count(s, "\r") + 1
		last := 1
		for _, p := range got.Problems {
			if p.Line < last || p.Line > lines || p.Reason == "" {
				t.Fatalf("problem %+v in %d lines", p, lines)
			}
			last = p.Line
		}
		Transcript(got.Cues)
		for _, b := range Rules(got.Cues) {
			if b.Cue < 1 || b.Cue > len(got.Cues) || b.Line != got.Cues[b.Cue-1].Line {
				t.Fatalf("%+v of %d cues", b, len(got.Cues))
			}
		}
		again := Read(Write(got))
		if len(got.Cues) > 0 && len(again.Cues) != len(got.Cues) {
			t.Fatalf("%d cues, read again %d: %q", len(got.Cues), len(again.Cues), Write(got))
		}
		for i, c := range again.Cues {
			if was := got.Cues[i]; c.Start != was.Start || c.End != was.End || c.Text != was.Text || c.Settings != was.Settings {
				t.Fatalf("%+v, read again %+v", was, c)
			}
		}
	})
}

// BenchmarkRead reads and checks the captions of three hours: 4,000 cues.
func BenchmarkRead(b *testing.B) {
	var s strings.Builder
	s.WriteString("WEBVTT\n")
	for i := range int64(4000) {
		s.WriteString("\n" + Time(i*2700) + " --> " + Time(i*2700+2600) + "\n<v Ann>The kerb is too high here,\nand the lamp is dark.\n")
	}
	text := s.String()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		got := Read(text)
		if len(got.Cues) != 4000 || len(Rules(got.Cues)) != 0 || Transcript(got.Cues) == "" {
			b.Fatal(len(got.Cues), Rules(got.Cues)[:1])
		}
	}
}

package paper

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plait/internal/engine/corner"
	"plait/internal/kit/fault"
)

func aBatch() Batch {
	return Batch{Number: 77, Name: "World café", Asked: []string{"What helps?"}, Tables: 3, Rounds: 2, Each: 4, Size: "6", Colours: []Meaning{meaning("yellow=lived"), meaning("blue=Ideas")}}
}

func TestEveryCardIsKnownByItsCode(t *testing.T) {
	b := aBatch()
	if err := b.Check(); err != nil {
		t.Fatal(err)
	}
	all := b.Places()
	if len(all) != b.Count() || len(all) != 48 {
		t.Fatalf("%d places of %d cards", len(all), b.Count())
	}
	seen := map[corner.Code]bool{}
	for _, p := range all {
		c := b.Code(p)
		if err := c.Check(); err != nil || seen[c] || !b.holds(c) {
			t.Errorf("%+v: %v", p, err)
		}
		seen[c] = true
	}
	wrong := b.Code(all[0])
	wrong.Round = 2 // number 1 is of round 1
	if b.holds(wrong) {
		t.Error("a code of no card is taken for one")
	}
	if got := b.from(all[13]); got != "World café: table 1, round 2, blue (Ideas), card 14" {
		t.Error(got)
	}
}

func TestCheck(t *testing.T) {
	for field, spoil := range map[string]func(b *Batch){
		"name": func(b *Batch) { b.Name = " " }, "asked": func(b *Batch) { b.Asked = []string{"a", "b", "c"} }, "tables": func(b *Batch) { b.Tables = 64 },
		"rounds": func(b *Batch) { b.Rounds = 0 }, "each": func(b *Batch) { b.Each = 90; b.Tables = 60 }, "size": func(b *Batch) { b.Size = "5" },
		"colours": func(b *Batch) { b.Colours = []Meaning{{Colour: "gold"}} }, "on": func(b *Batch) { b.On = "soon" },
	} {
		b := aBatch()
		spoil(&b)
		if err := b.Check(); err == nil || !strings.Contains(errText(err), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestGaps(t *testing.T) {
	b := aBatch()
	b.Tables, b.Rounds, b.Each, b.Colours = 2, 1, 5, b.Colours[:1]
	got := gaps(b, []Filled{{Table: 1, Number: 1}, {Table: 1, Number: 4}}, true)
	if len(got) != 1 || ranges(got[0].Numbers) != "2, 3, 5" {
		t.Errorf("%+v", got)
	}
	if ranges([]int{1, 2, 3, 5, 8, 9, 10, 11}) != "1 to 3, 5, 8 to 11" {
		t.Error(ranges([]int{1, 2, 3, 5, 8, 9, 10, 11}))
	}
}

func TestOneOfTheSameCardIsChosen(t *testing.T) {
	cut := func(id string, number int, corners, width int64) Cut {
		return Cut{ID: id, Kind: AsCard, State: Waits, Batch: "b", Table: 1, Number: number, Corners: corners, Width: width}
	}
	got := chosen([]Cut{cut("far", 1, 4, 300), cut("near", 1, 4, 900), cut("covered", 1, 3, 1200), cut("other", 2, 2, 100),
		{ID: "loose", Kind: AsLoose, State: Waits}, {ID: "box", Kind: AsBox, State: Waits}, {ID: "filed", Kind: AsCard, State: Filed, Batch: "b", Table: 1, Number: 3}})
	// The same card far away in a photo that is gone: it is in the thread, so it is not filed again.
	old := chosen([]Cut{{ID: "in", Kind: AsCard, State: Filed, Batch: "b", Table: 1, Number: 1}, {ID: "far", Kind: AsCard, State: Again, Batch: "b", Table: 1, Number: 1}})
	if old[1].State != Again {
		t.Errorf("a card that is in the thread %s", old[1].State)
	}
	states := map[string]string{}
	for _, c := range got {
		states[c.ID] = c.State
	}
	want := map[string]string{"far": Again, "near": Waits, "covered": Again, "other": Waits, "loose": Waits, "box": Waits, "filed": Filed}
	for id, s := range want {
		if states[id] != s {
			t.Errorf("%s is %s, want %s", id, states[id], s)
		}
	}
}

func TestBoxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Box{X: rapid.Float64Range(0, 0.9).Draw(t, "x"), Y: rapid.Float64Range(0, 0.9).Draw(t, "y"), W: 0.1, H: 0.1}
		got, words, ok := parseBox(b.text() + " More buses, please")
		if !ok || words != "More buses, please" || abs(got.X-b.X) > 1e-4 || abs(got.Y-b.Y) > 1e-4 {
			t.Fatalf("%+v is read as %+v %q %v", b, got, words, ok)
		}
	})
	for _, bad := range []string{"", "1 2 3", "a b c d", "NaN 0 10 10", "0 0 0 0", "-1 0 10 10", "100 0 10 10", "0 0 Inf 10"} {
		if _, _, ok := parseBox(bad); ok {
			t.Errorf("%q is a box", bad)
		}
	}
	all := Box{0, 0, 1, 1}.split(3, 2)
	if len(all) != 6 || !all[5].good() || all[5].X != 0.5 {
		t.Errorf("%+v", all)
	}
}

func abs(x float64) float64 { return max(x, -x) }

func FuzzAnswer(f *testing.F) {
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"whole":3,"parts":[2]}` + "\n\xff\xd8\xff\xff\xd8"))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = readFound(strings.NewReader(string(b))) })
}

// errText is a fault with the fields it is about.
func errText(err error) string {
	var s []string
	for _, f := range fault.Of(err).Fields {
		s = append(s, f.Name)
	}
	return strings.Join(s, " ")
}

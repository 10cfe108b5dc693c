package anchor

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// pieces are what people write: Welsh, combining accents as they came, emoji of several
// code points, CRLF, words from right to left.
var pieces = []string{"a", "the lift ", "ŵ", "ŷ", "dŵr ", "w\u0302", "é", "e\u0301", "👩‍👩‍👧‍👦", "👍🏽", "🇬🇧", "\r\n", "\n", " ", "שלום ", "مرحبا ", "漢字", "𝒳", "."}

func words(t *rapid.T, name string, most int) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, most).Draw(t, name), "")
}

func TestOffsets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Repeat(words(t, "s", 120), rapid.IntRange(1, 12).Draw(t, "times"))
		x, runes := New(s), []rune(s)
		if x.Len() != len(runes) {
			t.Fatalf("%d code points, want %d", x.Len(), len(runes))
		}
		p := rapid.IntRange(0, len(runes)).Draw(t, "point")
		bytes, units := len(string(runes[:p])), len(utf16.Encode(runes[:p]))
		if x.Bytes(p) != bytes || x.UTF16(p) != units || x.Point(bytes) != p {
			t.Fatalf("point %d: bytes %d (%d), units %d (%d), back %d", p, x.Bytes(p), bytes, x.UTF16(p), units, x.Point(bytes))
		}
	})
}

func TestMake(t *testing.T) {
	for _, c := range []struct {
		name, text string
		start, end int
		quote      string
	}{
		{"Welsh", "Mae'r dŵr yn oer. Tŷ bach.", 6, 9, "dŵr"},
		{"one letter of two", "cafe\u0301 au lait", 0, 4, "cafe\u0301"},
		{"composed stays composed", "café au lait", 0, 4, "café"},
		{"a family", "We 👩‍👩‍👧 go", 4, 5, "👩‍👩‍👧"},
		{"a skin tone", "ok 👍🏽!", 4, 5, "👍🏽"},
		{"a flag", "🇬🇧🇨🇾", 1, 2, "🇬🇧"},
		{"CRLF", "one\r\ntwo", 0, 4, "one\r\n"},
		{"from right to left", "אמר שלום לכולם", 4, 8, "שלום"},
	} {
		a, ok := Make(New(c.text), c.start, c.end)
		if !ok || a.Quote != c.quote {
			t.Errorf("%s: %q %v, want %q", c.name, a.Quote, ok, c.quote)
		}
		if s, e, how, ok := Find(New(c.text), a); !ok || how != Same || s != a.Start || e != a.End {
			t.Errorf("%s: found at %d to %d, %q %v", c.name, s, e, how, ok)
		}
	}
	for _, c := range [][2]int{{-1, 2}, {0, 6}, {2, 2}, {3, 1}} {
		if a, ok := Make(New("words"), c[0], c[1]); ok {
			t.Errorf("%v: %+v", c, a)
		}
	}
	a, _ := Make(New(strings.Repeat("x", 50)+"here"+strings.Repeat("y", 50)), 50, 54)
	if diff := cmp.Diff(Anchor{50, 54, "here", strings.Repeat("x", 32), strings.Repeat("y", 32)}, a); diff != "" {
		t.Error(diff)
	}
}

func TestFind(t *testing.T) {
	const was = "We asked twice. Ring first, then come. Nobody rang. Ring first, then come. We waited all day for the key."
	second := strings.LastIndex(was, "Ring")
	for _, c := range []struct {
		name, now, want, how string
		start, end           int
	}{
		{"unchanged", was, "Ring first, then come", Same, second, second + 21},
		{"words before it", "Oh well. " + was, "Ring first, then come", Moved, second, second + 21},
		{"the first of two has gone", strings.Replace(was, "Ring first, then come. ", "", 1), "Ring first, then come", Moved, second, second + 21},
		{"one letter was put right", strings.Replace(was, "waited all day", "waited allday", 1), "We waited allday for the key", Changed, second + 23, second + 52},
		{"accent put on the last letter", strings.Replace(was, "the key.", "the key\u0301.", 1), "We waited all day for the key\u0301", Changed, second + 23, second + 52},
	} {
		a, ok := Make(New(was), c.start, c.end)
		if !ok {
			t.Fatal("no anchor")
		}
		now := New(c.now)
		s, e, how, ok := Find(now, a)
		if !ok || how != c.how || now.Slice(s, e) != c.want {
			t.Errorf("%s: %q %q %v", c.name, now.Slice(s, e), how, ok)
		}
		if at := strings.LastIndex(c.now, c.want); s != utf8.RuneCountInString(c.now[:at]) {
			t.Errorf("%s: at %d, want %d", c.name, s, at)
		}
	}
	gone, _ := Make(New(was), second, second+21)
	for _, now := range []string{"", "Nobody came at all that day, and we went home.", "Wrong fist, them. Else nothing."} {
		if s, e, how, ok := Find(New(now), gone); ok {
			t.Errorf("found in %q: %d to %d, %s", now, s, e, how)
		}
	}
	// A short part is never guessed.
	short, _ := Make(New("a cat sat"), 2, 5)
	if _, _, _, ok := Find(New("a bat sat"), short); ok {
		t.Error("a cat was taken for a bat")
	}
}

// A long part of which some words changed, at its beginning, middle and end, is found.
func TestFindLong(t *testing.T) {
	var b strings.Builder
	dice := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		for range 2 + dice.IntN(8) {
			b.WriteByte(byte('a' + dice.IntN(26)))
		}
		b.WriteByte(' ')
	}
	was := b.String()
	runes := []rune(was)
	a, _ := Make(New(was), 4000, 6000)
	for _, at := range []int{4003, 5000, 5990} {
		now := New("New start. " + string(runes[:at]) + "XX" + string(runes[at+4:]))
		s, e, how, ok := Find(now, a)
		if !ok || how != Changed || distance(s, 4011) > 4 || distance(e, 6009) > 4 {
			t.Errorf("changed at %d: %d to %d, %q %v", at, s, e, how, ok)
		}
	}
	if s, e, _, ok := Find(New(string(runes[:3900])+string(runes[6100:])), a); ok {
		t.Errorf("a part that was cut out is found at %d to %d", s, e)
	}
}

// After edits outside of a part that stands there once, it is found where it moved to; and
// where the words around it stayed too, also when the same words stand elsewhere.
func TestEditsElsewhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		left, right := words(t, "left", 60), words(t, "right", 60)
		quote := words(t, "quote", 12) + "\nmark\n"
		s := left + "\n" + quote + right
		start := utf8.RuneCountInString(left) + 1
		a, ok := Make(New(s), start, start+utf8.RuneCountInString(quote))
		if !ok || a.Quote != quote {
			t.Skip("the part was widened")
		}
		edit := func(s, name string) string {
			r := []rune(s)
			i := rapid.IntRange(0, len(r)).Draw(t, name+" from")
			j := rapid.IntRange(i, len(r)).Draw(t, name+" to")
			return string(r[:i]) + words(t, name+" new", 8) + string(r[j:])
		}
		left, right = edit(left, "left"), edit(right, "right")
		now := left + "\n" + quote + right
		if strings.Count(now, quote) != 1 {
			t.Skip("it stands there twice")
		}
		want := utf8.RuneCountInString(left) + 1
		from, to, how, ok := Find(New(now), a)
		if !ok || from != want || to != want+utf8.RuneCountInString(quote) || how == Changed {
			t.Fatalf("found at %d to %d (%q, %v), want %d", from, to, how, ok, want)
		}
	})
}

// The bit-parallel distance is that of the plain table.
func TestMatcher(t *testing.T) {
	alphabet := []rune("abŵ𝒳")
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.SliceOfN(rapid.SampledFrom(alphabet), 1, 64).Draw(t, "pattern")
		s := rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 90).Draw(t, "text")
		m := newMatcher(q)
		col := make([]int, len(q)+1)
		for i := range col {
			col[i] = i
		}
		for _, r := range s {
			diagonal := col[0] // 0: the words may begin anywhere
			for i, x := range q {
				cost := diagonal
				if x != r {
					cost++
				}
				diagonal = col[i+1]
				col[i+1] = min(cost, col[i]+1, diagonal+1)
			}
			if got := m.next(r); got != col[len(q)] {
				t.Fatalf("distance %d, want %d", got, col[len(q)])
			}
		}
	})
}

func FuzzFind(f *testing.F) {
	f.Add("We asked twice. Ring first.", "We asked. Ring first.", 16, 26)
	f.Add("cafe\u0301 👩‍👩‍👧", "cafe 👩‍👩‍👧", 0, 5)
	f.Fuzz(func(t *testing.T, was, now string, start, end int) {
		a, ok := Make(New(was), start, end)
		if !ok {
			return
		}
		if !strings.Contains(was, a.Quote) || a.End <= a.Start {
			t.Fatalf("%+v is not in the text", a)
		}
		x := New(now)
		s, e, how, ok := Find(x, a)
		if !ok {
			return
		}
		if s < 0 || s >= e || e > x.Len() {
			t.Fatalf("%d to %d of %d", s, e, x.Len())
		}
		if how != Changed && x.Slice(s, e) != a.Quote {
			t.Fatalf("%s: %q is not %q", how, x.Slice(s, e), a.Quote)
		}
		if a, b := x.Snap(s, e); a != s || b != e {
			t.Fatalf("%d to %d cuts through a character", s, e)
		}
	})
}

// transcript is n bytes of an invented meeting.
func transcript(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString("Speaker ")
		b.WriteString(string(rune('A' + i%9)))
		b.WriteString(": we waited ")
		b.WriteString(strings.Repeat("very ", i%4))
		b.WriteString("long for the dŵr, and nobody rang to say when it would come. 👍🏽\n")
	}
	return b.String()
}

func BenchmarkNew(b *testing.B) {
	s := transcript(1 << 20)
	for b.Loop() {
		New(s)
	}
}

func BenchmarkMake(b *testing.B) {
	t := New(transcript(1 << 20))
	for i := 0; b.Loop(); i++ {
		start := i * 7919 % (t.Len() - 200)
		Make(t, start, start+150)
	}
}

func BenchmarkFind(b *testing.B) {
	s := transcript(1 << 20)
	t := New(s)
	mid := t.Len() / 2
	anchors := map[string]Anchor{}
	anchors["same"], _ = Make(t, mid, mid+150)
	anchors["moved"] = anchors["same"]
	gone := anchors["same"]
	gone.Quote = "A sentence that nobody ever said in any meeting, of sixty letters or so"[:60]
	anchors["gone"] = gone
	texts := map[string]*Text{"same": t, "gone": t, "moved": New("One line more.\n" + s)}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for k := range anchors {
			if !yield(k) {
				return
			}
		}
	}) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Find(texts[name], anchors[name])
			}
		})
	}
}

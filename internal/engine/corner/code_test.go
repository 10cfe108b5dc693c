package corner_test

import (
	"image"
	"image/color"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plait/internal/engine/corner"
	"plait/internal/engine/corner/scene"
)

func anyCode(t *rapid.T) corner.Code {
	n := func(name string, most int) int { return rapid.IntRange(0, most).Draw(t, name) }
	return corner.Code{Batch: n("batch", corner.MaxBatch), Format: rapid.SampledFrom(corner.Formats()).Draw(t, "format"), Table: n("table", corner.MaxTable),
		Round: n("round", corner.MaxRound), Colour: n("colour", corner.MaxColour), Number: n("number", corner.MaxNumber)}
}

// TestCodesAreFarApart turns modules at random: up to three are always made good, and no
// two markers are nearer than eight modules.
func TestCodesAreFarApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyCode(t), anyCode(t)
		i, j := rapid.IntRange(0, 3).Draw(t, "corner"), rapid.IntRange(0, 3).Draw(t, "other corner")
		if a == b && i == j {
			return
		}
		m, n := corner.Draw(a, i), corner.Draw(b, j)
		if d := differ(m, n); d < 8 {
			t.Fatalf("%+v and %+v differ in %d modules", a, b, d)
		}
	})
}

func differ(m, n corner.Marker) (d int) {
	for y := range m {
		for x := range m[y] {
			if m[y][x] != n[y][x] {
				d++
			}
		}
	}
	return d
}

func TestCheck(t *testing.T) {
	good := corner.Code{Batch: 1, Format: corner.Six, Table: 63, Round: 15, Colour: 15, Number: 2047}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []corner.Code{{Batch: corner.MaxBatch + 1}, {Batch: -1}, {Format: 5}, {Format: -1}, {Table: 64}, {Round: 16}, {Colour: 16}, {Number: 2048}} {
		if bad.Check() == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

func TestPathDrawsEachModule(t *testing.T) {
	m := corner.Draw(corner.Code{Batch: 5, Format: corner.Four, Number: 3}, 1)
	p := m.Path()
	if !strings.HasPrefix(p, "M0 0h11v1h-11z") || !strings.HasSuffix(p, "M0 10h11v1h-11z") {
		t.Errorf("the frame is not black: %s", p)
	}
}

// TestSquaresThatAreNoMarkers looks at frames that are empty, full, chequered and striped.
func TestSquaresThatAreNoMarkers(t *testing.T) {
	for name, black := range map[string]func(x, y int) bool{
		"empty": func(int, int) bool { return false }, "full": func(int, int) bool { return true },
		"chess": func(x, y int) bool { return (x+y)%2 == 0 }, "stripes": func(x, _ int) bool { return x%2 == 0 }, "half": func(x, _ int) bool { return x < 5 },
	} {
		img := image.NewGray(image.Rect(0, 0, 300, 300))
		for y := range 300 {
			for x := range 300 {
				u, v := (x-40)/20, (y-40)/20
				c := color.Gray{230}
				if x >= 40 && y >= 40 && u < 11 && v < 11 && (u == 0 || v == 0 || u == 10 || v == 10 || black(u-1, v-1)) {
					c.Y = 20
				}
				img.SetGray(x, y, c)
			}
		}
		if cards, loose := corner.Find(img); len(cards) != 0 || len(loose) == 1 && loose[0].Code != nil {
			t.Errorf("%s is read as %v %v", name, cards, loose)
		}
	}
}

// TestOneCornerIsLoose covers all but one corner of a card: it is told, and no card.
func TestOneCornerIsLoose(t *testing.T) {
	code := corner.Code{Batch: 77, Format: corner.Six, Table: 2, Colour: 1, Number: 5}
	img, truth := scene.Draw(scene.Options{Seed: 1, Width: 900, Height: 700, Strokes: 5}, []corner.Code{code}, nil)
	q := truth[0].Quad
	for y := range 700 {
		for x := range 900 {
			dx, dy := float64(x)-q[0].X, float64(y)-q[0].Y
			ux, uy := float64(x)-q[2].X, float64(y)-q[2].Y
			if dx*dx+dy*dy > ux*ux+uy*uy || dx*dx+dy*dy > 0.3*((q[2].X-q[0].X)*(q[2].X-q[0].X)+(q[2].Y-q[0].Y)*(q[2].Y-q[0].Y)) {
				img.Y[img.YOffset(x, y)] = 90
			}
		}
	}
	cards, loose := corner.Find(img)
	if len(cards) != 0 || len(loose) != 1 || loose[0].Code == nil || *loose[0].Code != code || loose[0].Card == nil {
		t.Fatalf("cards %v, loose %+v", cards, loose)
	}
}

func FuzzFind(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 1))
	noise := make([]byte, 64*64)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	f.Add(64, noise)
	f.Add(1, []byte{0})
	f.Add(30, make([]byte, 900))
	small, _ := scene.Draw(scene.Options{Seed: 3, Width: 240, Height: 200}, []corner.Code{{Batch: 9, Number: 1, Format: corner.Six}}, nil)
	f.Add(240, small.Y)
	f.Fuzz(func(t *testing.T, w int, pix []byte) {
		if w < 1 || w > 4096 || len(pix) < w {
			return
		}
		img := &image.Gray{Pix: pix[:len(pix)/w*w], Stride: w, Rect: image.Rect(0, 0, w, len(pix)/w)}
		cards, loose := corner.Find(img)
		for _, c := range cards {
			corner.Cut(img, c, 200)
		}
		for _, l := range loose {
			corner.CutQuad(img, l.Quad, 200)
		}
	})
}

func BenchmarkFind12MP(b *testing.B) {
	img, _ := scene.Kinds(4000, 3000, 1)[3].Photo(1)
	for b.Loop() {
		corner.Find(img)
	}
}

func BenchmarkCut(b *testing.B) {
	img, _ := scene.Kinds(4000, 3000, 1)[0].Photo(1)
	cards, _ := corner.Find(img)
	for b.Loop() {
		corner.Cut(img, cards[0], 1600)
	}
}

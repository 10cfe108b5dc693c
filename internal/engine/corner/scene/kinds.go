package scene

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"

	"plait/internal/engine/corner"
)

// Kind is one kind of photo: how it is taken and what lies on the table.
type Kind struct {
	Name    string
	Options Options
	Quality int // of the JPEG it is to be stored as, 1 to 100
	Format  corner.Format
	Cards   int
	Off     float64 // most that an outline may be off, in modules
}

// Kinds is the kinds of photos that measures and tests read, for a picture of w by h pixels.
// blur is what a blur of one pixel in a photo of 12 megapixels is in this one.
func Kinds(w, h int, blur float64) []Kind {
	base := Options{Width: w, Height: h, Turn: 12, Strokes: 14, Noise: 3, Blur: 0.8 * blur, Apart: 1.18}
	with := func(change func(o *Options)) Options { o := base; change(&o); return o }
	return []Kind{
		{"plain", base, 75, corner.Six, 12, 0.5},
		{"slant", with(func(o *Options) { o.Tilt, o.Roll = 35, 40 }), 75, corner.Six, 12, 0.5},
		{"turned", with(func(o *Options) { o.Tilt, o.Turn, o.Apart = 20, 45, 1.5 }), 70, corner.Six, 12, 0.5},
		{"shadow", with(func(o *Options) { o.Tilt, o.Shadow, o.Edge = 15, 0.4, 6 }), 70, corner.Six, 16, 0.5},
		{"sharp shadow", with(func(o *Options) { o.Tilt, o.Shadow, o.Edge = 15, 0.4, 0.5 }), 70, corner.Six, 16, 1},
		{"uneven light", with(func(o *Options) { o.Tilt, o.Gradient, o.Roll = 20, 0.7, 20 }), 70, corner.Six, 16, 0.5},
		{"blur", with(func(o *Options) { o.Tilt, o.Blur = 10, 2*blur }), 70, corner.Six, 12, 0.5},
		{"noise", with(func(o *Options) { o.Noise = 9 }), 60, corner.Six, 12, 0.5},
		{"cut badly", with(func(o *Options) { o.BadCut, o.Tilt = 2, 20 }), 70, corner.Six, 12, 0.5},
		{"overlap", with(func(o *Options) { o.Overlap, o.Apart = 4, 1.5 }), 70, corner.Six, 12, 1},
		{"hands", with(func(o *Options) { o.Hands, o.Tilt = 4, 15 }), 70, corner.Six, 12, 1},
		{"twenty small", with(func(o *Options) { o.Tilt, o.Roll = 25, 170 }), 70, corner.Eight, 20, 1},
		{"far away", with(func(o *Options) { o.Tilt, o.Far, o.Blur = 5, max(1, float64(w)/960), 0.6 }), 75, corner.Six, 12, 0.5},
		{"pages", with(func(o *Options) { o.Tilt = 20 }), 70, corner.Sheet, 3, 0.5},
		{"all at once", with(func(o *Options) {
			o.Tilt, o.Roll, o.Shadow, o.Edge, o.Gradient, o.Noise, o.Hands, o.BadCut, o.Blur = 25, 120, 0.45, 8, 0.3, 5, 1, 1.5, 1.2*blur
		}), 65, corner.Six, 15, 2},
	}
}

// Photo draws one of a kind. The same seed gives the same photo.
func (k Kind) Photo(seed uint64) (*image.YCbCr, []Placed) {
	rng := rand.New(rand.NewPCG(seed, 1))
	var codes []corner.Code
	batch := rng.IntN(corner.MaxBatch + 1)
	for i := range k.Cards {
		codes = append(codes, corner.Code{Batch: batch, Format: k.Format, Table: rng.IntN(corner.MaxTable + 1), Round: rng.IntN(corner.MaxRound + 1),
			Colour: rng.IntN(6), Number: i + 1})
	}
	o := k.Options
	o.Seed = seed
	return Draw(o, codes, nil)
}

// Readable is the smallest side of a marker, in pixels, that is to be read in any light.
const Readable = 26

// Tally counts what was read of what lay on the tables.
type Tally struct {
	Cards   int
	Hidden  int    // cards with fewer than two open corners
	Found   int    // cards read, hidden ones with them
	Missed  int    // cards not read that had two open corners or more, large enough
	Small   int    // cards not read whose markers were smaller than Readable
	Wrong   int    // cards read that did not lie there
	Loose   int    // things told as loose
	Markers [5]int // cards read, by how many of their corners were
	Off     float64
	Largest float64 // the largest marker of a card that was missed, in pixels; 0 = none was
}

// Add counts one photo.
func (a *Tally) Add(truth []Placed, cards []corner.Card, loose []corner.Loose) {
	by := map[corner.Code]*corner.Card{}
	for i := range cards {
		if by[cards[i].Code] != nil {
			a.Wrong++ // the same card twice
		}
		by[cards[i].Code] = &cards[i]
	}
	for _, p := range truth {
		a.Cards++
		if p.Clear < 2 {
			a.Hidden++
		}
		c := by[p.Code]
		if c == nil {
			switch {
			case p.Clear < 2:
			case p.Module*corner.Modules < Readable:
				a.Small++
			default:
				a.Missed++
				a.Largest = max(a.Largest, p.Module*corner.Modules)
			}
			continue
		}
		delete(by, p.Code)
		a.Found++
		a.Markers[c.Markers]++
		for k := range c.Quad {
			a.Off = max(a.Off, math.Hypot(c.Quad[k].X-p.Quad[k].X, c.Quad[k].Y-p.Quad[k].Y)/p.Module)
		}
	}
	a.Wrong += len(by)
	a.Loose += len(loose)
}

// Join adds another count.
func (a *Tally) Join(b Tally) {
	a.Cards, a.Hidden, a.Found, a.Missed = a.Cards+b.Cards, a.Hidden+b.Hidden, a.Found+b.Found, a.Missed+b.Missed
	a.Wrong, a.Loose, a.Small = a.Wrong+b.Wrong, a.Loose+b.Loose, a.Small+b.Small
	for i := range a.Markers {
		a.Markers[i] += b.Markers[i]
	}
	a.Off, a.Largest = max(a.Off, b.Off), max(a.Largest, b.Largest)
}

// String is the count in one line.
func (a Tally) String() string {
	return fmt.Sprintf("%d cards, %d hidden; %d found (by 2, 3, 4 corners: %v), %d missed (largest marker %.0f px), %d too small, %d wrong, %d loose, outline off by %.2f modules",
		a.Cards, a.Hidden, a.Found, a.Markers[2:], a.Missed, a.Largest, a.Small, a.Wrong, a.Loose, a.Off)
}

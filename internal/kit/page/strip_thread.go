package page

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// The large picture of a thread: three strands plaited into a finding, and a cord from
// there to the lesson. It is drawn twice, across for wide screens and paper and downwards
// for phones, from the same list of steps; style sheets show one of the two.

// Measures of the picture, in its own units: pixels on a screen of usual width.
const (
	wideMiddle            = 118      // y of the steps
	wideLane              = 72       // from one strand's line to the next
	wideMark              = 118      // x at which the strands begin, behind their marks
	wideFirst, wideGap    = 366, 132 // x of the first step, and from one to the next
	wideKnot              = 20       // radius
	mostText, mostNote    = 72, 64   // letters under a step: about five lines of its column
	tallWidth, tallHeight = 320, 170
	tallCord              = 48 // width of the column in which the cord runs down
)

// point is a place in a drawing.
type point struct{ x, y float64 }

// rope is one strand as paths: where it runs, and again where it goes over another.
type rope struct {
	Kind, Class string
	Base, Over  string
}

// mark is a strand's shape at the beginning of its line.
type mark struct {
	Kind, Class string
	X, Y        int
}

// threadDrawing is the large picture.
type threadDrawing struct {
	Voices                      []strandMark
	Knots                       []knot
	Cords                       []knot // the stretches of cord between knots
	Wide, Tall, WideCord, Along []rope
	Marks, TallMarks            []mark
	Back                        string
}

// Thread works out the large picture from what the small one shows.
func (d stripDrawing) Thread() threadDrawing {
	t := threadDrawing{Voices: d.Voices, Back: d.back}
	lanes := [3]float64{wideMiddle - wideLane, wideMiddle, wideMiddle + wideLane}
	t.Wide = d.ropes(plait(func(i int, at float64) point {
		return point{at, join(at, wideMark+20, wideMark+100, lanes[i], wideMiddle+ease(at, wideFirst-wideKnot-4, wideFirst-88)*wave(i, at-18, 30, 104))}
	}, wideMark, wideFirst-wideKnot, 9, 9.6))
	t.WideCord = d.ropes(plait(func(i int, at float64) point {
		return point{at, wideMiddle + wave(i, at, 7, 46)}
	}, 0, wideGap-2*wideKnot, 6, 6.4))
	columns := [3]float64{tallWidth / 6, tallWidth / 2, tallWidth * 5 / 6}
	t.Tall = d.ropes(plait(func(i int, at float64) point {
		return point{join(at, 22, 108, columns[i], tallCord/2+ease(at, tallHeight, tallHeight-22)*wave(i, at, 14, 58)), at}
	}, 22, tallHeight, 7, 8))
	t.Along = d.ropes(plait(func(i int, at float64) point {
		return point{tallCord/2 + wave(i, at, 6, 30), at}
	}, 0, 60, 5, 6.4))
	for i, v := range d.Voices {
		n := max(1, min(v.N, 3))
		for j := range n {
			// The last mark stands where the line begins.
			t.Marks = append(t.Marks, mark{v.Kind, v.Class, wideMark - 16 - 23*(n-1-j), int(lanes[i]) - 8})
		}
		t.TallMarks = append(t.TallMarks, mark{v.Kind, v.Class, int(columns[i]) - 8, 6})
	}
	last := -1
	for i, k := range d.Knots {
		if k.Reached {
			last = i
		}
	}
	for i, k := range d.Knots {
		k.X = wideFirst + wideGap*i
		k.CordX = k.X - wideGap + wideKnot
		k.Text, k.Note = text.Excerpt(k.Text, mostText), brief(k.Note)
		t.Knots = append(t.Knots, k)
		if i > 0 {
			// A cord runs past a stage that was left out.
			k.Reached = i <= last
			t.Cords = append(t.Cords, k)
		}
	}
	return t
}

// brief is the first sentences of a note, as far as they are short, or else its beginning:
// the list beneath the picture has all of it.
func brief(note string) string {
	if utf8.RuneCountInString(note) <= mostNote {
		return note
	}
	end, letters := 0, 0
	for i, r := range note {
		letters++
		if letters > mostNote {
			break
		}
		if strings.ContainsRune(".?!", r) && (i+1 == len(note) || strings.ContainsRune(" ,;", rune(note[i+1]))) {
			end = i + 1
		}
	}
	if end > 0 {
		return note[:end]
	}
	return text.Excerpt(note, mostNote)
}

// CordOn says how the cord goes on below a step: "" not at all, else the class of the
// stretch.
func (t threadDrawing) CordOn(i int) string {
	switch {
	case i >= len(t.Cords):
		return ""
	case !t.Cords[i].Reached:
		return "is-open"
	case t.Cords[i].Stale:
		return "is-stale"
	}
	return "is-reached"
}

// ropes gives a plait the names and classes of the voices.
func (d stripDrawing) ropes(p [3][2]string) []rope {
	out := make([]rope, 0, 3)
	for i, v := range d.Voices {
		out = append(out, rope{v.Kind, v.Class, p[i][0], p[i][1]})
	}
	return out
}

// wave is how far the strand i swings from the middle at a place along the plait: three
// strands a third of a turn apart, amplitude and length of a turn as given.
func wave(i int, at, amplitude, turn float64) float64 {
	return amplitude * math.Sin(2*math.Pi*(at/turn-float64(i)/3)-math.Pi/2)
}

// ease goes smoothly from 0 at from to 1 at to.
func ease(at, from, to float64) float64 {
	x := math.Min(1, math.Max(0, (at-from)/(to-from)))
	return x * x * (3 - 2*x)
}

// join leads a line from a lane into the plait.
func join(at, from, to, lane, plaited float64) float64 {
	e := ease(at, from, to)
	return lane*(1-e) + plaited*e
}

// plait draws three strands that run from from to to: for each its whole path, and the
// pieces, half long each way, where it passes over another. step is the length of a piece of
// curve: the longer, the lighter the page. As in a plait of hair, the strand that comes in
// from outside goes over.
func plait(f func(i int, at float64) point, from, to, step, half float64) [3][2]string {
	var out [3][2]string
	across := func(i int, at float64) float64 { p := f(i, at); return p.y + p.x - at } // the axis adds at itself
	overs := [3][]float64{}
	for i := range 3 {
		for j := i + 1; j < 3; j++ {
			for at := from + 1; at < to; at++ {
				a, b := across(i, at-1)-across(j, at-1), across(i, at)-across(j, at)
				if a*b >= 0 || math.Abs(a)+math.Abs(b) < .05 {
					continue
				}
				third := 3 - i - j
				middle := across(third, at)
				over := j
				// Inwards is towards the third strand.
				if math.Abs(across(i, at-1)-middle) > math.Abs(across(j, at-1)-middle) {
					over = i
				}
				overs[over] = append(overs[over], at-.5)
			}
		}
	}
	for i := range 3 {
		out[i][0] = smooth(func(at float64) point { return f(i, at) }, from, to, step)
		slices.Sort(overs[i])
		var pieces []string
		for _, at := range overs[i] {
			pieces = append(pieces, smooth(func(at float64) point { return f(i, at) }, math.Max(from, at-half), math.Min(to, at+half), step))
		}
		out[i][1] = strings.Join(pieces, "")
	}
	return out
}

// smooth writes a curve through the points of f as a path: cubic pieces whose handles
// follow the slope. All pieces are equally long, so that the first handle of each mirrors
// the last of the one before, and is left out (S, SVG 2, 9.3.6).
func smooth(f func(at float64) point, from, to, step float64) string {
	var b strings.Builder
	n := max(1, int(math.Ceil((to-from)/step)))
	width := (to - from) / float64(n)
	slope := func(at float64) point {
		const d = .01
		p, q := f(at-d), f(at+d)
		return point{(q.x - p.x) / (2 * d), (q.y - p.y) / (2 * d)}
	}
	p := f(from)
	b.WriteString("M" + number1(p.x) + " " + number1(p.y))
	for k := range n {
		a, z := from+width*float64(k), from+width*float64(k+1)
		p, q, s, e := f(a), f(z), slope(a), slope(z)
		if k == 0 {
			b.WriteString("C" + number1(p.x+s.x*width/3) + " " + number1(p.y+s.y*width/3) + " ")
		} else {
			b.WriteString("S")
		}
		b.WriteString(number1(q.x-e.x*width/3) + " " + number1(q.y-e.y*width/3) + " " + number1(q.x) + " " + number1(q.y))
	}
	return b.String()
}

// number1 writes a length with at most one place.
func number1(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}

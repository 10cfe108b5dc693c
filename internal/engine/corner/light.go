package corner

import (
	"image"
	"image/color"
)

// light is how light each pixel of a picture is, 0 to 255, row by row.
type light struct {
	w, h int
	pix  []uint8
}

// lightOf takes the lightness out of a picture; of a JPEG it is there as it is.
func lightOf(img image.Image) light {
	b := img.Bounds()
	l := light{b.Dx(), b.Dy(), make([]uint8, b.Dx()*b.Dy())}
	row := func(y int) []uint8 { return l.pix[y*l.w : (y+1)*l.w] }
	switch p := img.(type) {
	case *image.YCbCr:
		for y := range l.h {
			copy(row(y), p.Y[p.YOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.Gray:
		for y := range l.h {
			copy(row(y), p.Pix[p.PixOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.RGBA:
		for y := range l.h {
			at := p.PixOffset(b.Min.X, b.Min.Y+y)
			to := row(y)
			for x := range to {
				q := p.Pix[at+4*x : at+4*x+3]
				to[x] = uint8((299*int(q[0]) + 587*int(q[1]) + 114*int(q[2])) / 1000)
			}
		}
	default:
		for y := range l.h {
			to := row(y)
			for x := range to {
				to[x] = color.GrayModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
			}
		}
	}
	return l
}

// half is the picture half as large, each pixel the mean of four.
func (l *light) half() light {
	s := light{l.w / 2, l.h / 2, make([]uint8, (l.w/2)*(l.h/2))}
	for y := range s.h {
		a, b := l.pix[2*y*l.w:(2*y+1)*l.w], l.pix[(2*y+1)*l.w:(2*y+2)*l.w]
		to := s.pix[y*s.w : (y+1)*s.w]
		for x := range to {
			to[x] = uint8((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
		}
	}
	return s
}

// at is how light a place is, between pixels too; beyond the edge it is as at the edge.
func (l *light) at(p Point) float64 {
	x, y := p.X-0.5, p.Y-0.5
	if !(x > 0) {
		x = 0
	}
	if !(y > 0) {
		y = 0
	}
	x, y = min(x, float64(l.w-1)), min(y, float64(l.h-1))
	x0, y0 := int(x), int(y)
	fx, fy := x-float64(x0), y-float64(y0)
	x1, y1 := min(x0+1, l.w-1), min(y0+1, l.h-1)
	a, b := float64(l.pix[y0*l.w+x0]), float64(l.pix[y0*l.w+x1])
	c, d := float64(l.pix[y1*l.w+x0]), float64(l.pix[y1*l.w+x1])
	return (a+(b-a)*fx)*(1-fy) + (c+(d-c)*fx)*fy
}

// run is dark pixels beside one another in a row: from x0 up to x1, and up is a run of the
// same part that came before, itself in the first one of a part.
type run struct{ x0, x1, y, up int32 }

const (
	reach   = 11        // pixels on each side that make up the surroundings
	maxRuns = 2_500_000 // a picture that has more in one size is noise in that size
)

// darkRuns gives the runs of what is darker than its surroundings, joined into parts; nil
// where there are too many.
func (l *light) darkRuns() []run {
	sums := make([]int32, l.w)
	above := make([]int32, l.w+1) // above[x] is the sum of sums before x
	var runs []run
	prev := 0 // first run of the row before
	for y := -reach; y < l.h; y++ {
		if in := y + reach; in < l.h {
			for x, v := range l.pix[in*l.w : (in+1)*l.w] {
				sums[x] += int32(v)
			}
		}
		if y < 0 {
			continue
		}
		if out := y - reach - 1; out >= 0 {
			for x, v := range l.pix[out*l.w : (out+1)*l.w] {
				sums[x] -= int32(v)
			}
		}
		rows := int32(min(y+reach, l.h-1) - max(y-reach, 0) + 1)
		s := int32(0)
		for x, v := range sums {
			s += v
			above[x+1] = s
		}
		first := len(runs)
		runs = l.row(runs, y, rows, above)
		join(runs, prev, first)
		prev = first
		if len(runs) > maxRuns {
			return nil
		}
	}
	return runs
}

// row adds the dark runs of one row.
func (l *light) row(runs []run, y int, rows int32, above []int32) []run {
	open := false
	for x, v := range l.pix[y*l.w : (y+1)*l.w] {
		a, b := max(x-reach, 0), min(x+reach+1, l.w)
		n := rows * int32(b-a)
		// Darker than 87 hundredths of the mean, and by 3 more: noise in the dark is none.
		dark := (int32(v)+3)*n*128 < (above[b]-above[a])*111
		if dark && !open {
			runs = append(runs, run{int32(x), int32(x), int32(y), int32(len(runs))})
		}
		if dark {
			runs[len(runs)-1].x1 = int32(x + 1)
		}
		open = dark
	}
	return runs
}

// join makes one part of the runs of two rows that touch: runs[prev:first] is above
// runs[first:].
func join(runs []run, prev, first int) {
	i := prev
	for j := first; j < len(runs); j++ {
		for i < first && runs[i].x1 <= runs[j].x0 {
			i++
		}
		for k := i; k < first && runs[k].x0 < runs[j].x1; k++ {
			a, b := root(runs, int32(k)), root(runs, int32(j))
			if a < b {
				runs[b].up = a
			} else {
				runs[a].up = b
			}
		}
	}
}

func root(runs []run, i int32) int32 {
	for runs[i].up != i {
		runs[i].up = runs[runs[i].up].up
		i = runs[i].up
	}
	return i
}

// Sizes of what may be a marker's frame, in pixels of the size that is looked at. Larger
// ones are met in the next size.
const (
	minSide = 14
	maxSide = 230
)

// hulls gives the convex hull of each dark part that may be a marker's frame, clockwise.
func (l *light) hulls() [][]Point {
	runs := l.darkRuns()
	type box struct{ x0, x1, y0, y1, n int32 }
	boxes := map[int32]*box{}
	// Only parts that begin a tree and are tall enough get a box: most are specks.
	tall := make([]int32, len(runs))
	for i := range runs {
		tall[root(runs, int32(i))] = runs[i].y
	}
	for i := range runs {
		r := root(runs, int32(i))
		if h := tall[r] - runs[r].y; h+1 < minSide || h > maxSide {
			continue
		}
		b := boxes[r]
		if b == nil {
			b = &box{runs[i].x0, runs[i].x1, runs[i].y, runs[i].y, 0}
			boxes[r] = b
		}
		b.x0, b.x1, b.y1 = min(b.x0, runs[i].x0), max(b.x1, runs[i].x1), runs[i].y
		b.n++
	}
	sides := map[int32][][2]int32{} // first and last dark pixel of each row of a part
	for i := range runs {
		r := root(runs, int32(i))
		b := boxes[r]
		if b == nil || b.x1-b.x0 < minSide || b.x1-b.x0 > maxSide || b.x0 == 0 || b.y0 == 0 || int(b.x1) == l.w || int(b.y1) == l.h-1 {
			continue
		}
		s := sides[r]
		if s == nil {
			s = make([][2]int32, b.y1-b.y0+1)
			for j := range s {
				s[j] = [2]int32{1 << 30, -1}
			}
			sides[r] = s
		}
		at := &s[runs[i].y-b.y0]
		at[0], at[1] = min(at[0], runs[i].x0), max(at[1], runs[i].x1)
	}
	var out [][]Point
	for i := range runs { // in the order of the picture, not of a map
		if s := sides[int32(i)]; s != nil {
			out = append(out, hull(s, boxes[int32(i)].y0))
		}
	}
	return out
}

// hull is the convex hull of rows that begin at y0, clockwise from its top left.
func hull(s [][2]int32, y0 int32) []Point {
	var left, right []Point // each turning outward as it goes down
	add := func(chain []Point, p Point, sign float64) []Point {
		for len(chain) > 1 && cross(chain[len(chain)-2], chain[len(chain)-1], p)*sign <= 0 {
			chain = chain[:len(chain)-1]
		}
		return append(chain, p)
	}
	for i, row := range s {
		for _, y := range [2]float64{float64(y0) + float64(i), float64(y0) + float64(i) + 1} {
			left = add(left, Point{float64(row[0]), y}, -1)
			right = add(right, Point{float64(row[1]), y}, 1)
		}
	}
	out := right
	for i := len(left) - 1; i >= 0; i-- {
		out = append(out, left[i])
	}
	return out
}

package corner

import (
	"math"
	"slices"
)

// fourOf gives the four points of a hull that keep the most of its area, as far as taking
// away the point that costs least finds them, and how much of the area they keep.
func fourOf(hull []Point) (q Quad, kept float64, ok bool) {
	p := slices.Clone(hull)
	whole := 0.0
	for i := range p {
		a, b := p[i], p[(i+1)%len(p)]
		whole += (a.X*b.Y - a.Y*b.X) / 2
	}
	lost := func(i int) float64 {
		n := len(p)
		return math.Abs(cross(p[(i+n-1)%n], p[i], p[(i+1)%n])) / 2
	}
	for len(p) > 4 {
		least, cost := 0, math.Inf(1)
		for i := range p {
			if c := lost(i); c < cost {
				least, cost = i, c
			}
		}
		p = slices.Delete(p, least, least+1)
	}
	if len(p) < 4 || whole <= 0 {
		return q, 0, false
	}
	copy(q[:], p)
	return q, q.area() / whole, q.convex()
}

// likely says whether a quad may be a square seen at a slant of at most about 60 degrees.
func likely(q Quad) bool {
	short, long := math.Inf(1), 0.0
	for i := range q {
		d := distance(q[i], q[(i+1)%4])
		short, long = min(short, d), max(long, d)
	}
	return short >= 0.75*minSide && long <= 4*short && q.area() >= minSide*minSide*0.6
}

// line is the points p with n.p = d; n has length 1.
type line struct {
	n Point
	d float64
}

// steepest lays each side of a quad through the steepest steps from dark within to light
// without, to a fraction of a pixel. span is how far it looks, in parts of a side.
func steepest(l *light, q Quad, span float64) (Quad, bool) {
	var lines [4]line
	for i := range q {
		var ok bool
		if lines[i], ok = side(l, q[i], q[(i+1)%4], span); !ok {
			return q, false
		}
	}
	var out Quad
	for i := range q {
		a, b := lines[(i+3)%4], lines[i]
		det := a.n.X*b.n.Y - a.n.Y*b.n.X
		if math.Abs(det) < 0.2 {
			return q, false
		}
		out[i] = Point{(a.d*b.n.Y - b.d*a.n.Y) / det, (a.n.X*b.d - b.n.X*a.d) / det}
		if distance(out[i], q[i]) > 0.35*q.side() {
			return q, false
		}
	}
	return out, out.convex()
}

// step is one place where it gets light, and how steeply.
type step struct {
	p      Point
	weight float64
}

func side(l *light, a, b Point, span float64) (line, bool) {
	along := b.minus(a)
	length := along.size()
	out := Point{along.Y / length, -along.X / length} // clockwise in a picture whose y runs down: without is there
	look := min(max(span*length, 1.5), 8)
	n := int(min(max(length/2, 10), 48))
	var steps []step
	for i := range n {
		p := mid(a, b, 0.06+0.88*(float64(i)+0.5)/float64(n))
		sum, place := 0.0, 0.0
		for t := -look; t <= look; t += 0.5 {
			g := l.at(p.plus(out.times(t+0.6))) - l.at(p.plus(out.times(t-0.6)))
			if g > 0 {
				sum, place = sum+g*g, place+g*g*t
			}
		}
		if sum > 60 {
			steps = append(steps, step{p.plus(out.times(place / sum)), math.Sqrt(sum)})
		}
	}
	if len(steps) < n/2 {
		return line{}, false
	}
	fit := through(steps, out)
	// What lies off the line, a finger or a stroke of a pen, does not count.
	off := make([]float64, len(steps))
	for i, s := range steps {
		off[i] = math.Abs(fit.n.X*s.p.X + fit.n.Y*s.p.Y - fit.d)
	}
	sorted := slices.Sorted(slices.Values(off))
	most := max(2.5*sorted[len(sorted)/2], 0.15)
	var near []step
	for i, s := range steps {
		if off[i] <= most {
			near = append(near, s)
		}
	}
	if len(near) < 4 {
		return line{}, false
	}
	return through(near, out), true
}

// through is the line nearest to weighted points, by least squares of the distance.
func through(steps []step, out Point) line {
	var w float64
	var c Point
	for _, s := range steps {
		w, c = w+s.weight, c.plus(s.p.times(s.weight))
	}
	c = c.times(1 / w)
	var xx, xy, yy float64
	for _, s := range steps {
		d := s.p.minus(c)
		xx, xy, yy = xx+s.weight*d.X*d.X, xy+s.weight*d.X*d.Y, yy+s.weight*d.Y*d.Y
	}
	// The normal is the direction in which the points vary least.
	angle := math.Atan2(2*xy, xx-yy)/2 + math.Pi/2
	n := Point{math.Cos(angle), math.Sin(angle)}
	if n.X*out.X+n.Y*out.Y < 0 {
		n = n.times(-1)
	}
	return line{n, n.X*c.X + n.Y*c.Y}
}

// seen is a square that may be a marker.
type seen struct {
	quad    Quad // in pixels of the whole picture, clockwise from any corner, or upright once read
	v       [nBits]float64
	read    read
	ok      bool // read
	looks   bool // like a marker, read or not
	used    bool // by a card
	quality float64
}

// Rows and columns of samples: the modules, and one ring of white around them.
const ring = Modules + 2

// look samples the modules of a quad and reads them.
func (d *decoder) look(l *light, q Quad) (s seen, ok bool) {
	h, ok := NewHomography([]Point{{0, 0}, {Modules, 0}, {Modules, Modules}, {0, Modules}}, q[:])
	if !ok {
		return s, false
	}
	var g [ring][ring]float64
	for y := range ring {
		for x := range ring {
			px, py := float64(x)-0.5, float64(y)-0.5
			// The white ring is looked at a little farther out: the frame's blur reaches there least.
			px, py = outward(px), outward(py)
			sum := 0.0
			for _, dy := range [3]float64{-0.22, 0, 0.22} {
				for _, dx := range [3]float64{-0.22, 0, 0.22} {
					sum += l.at(h.To(Point{px + dx, py + dy}))
				}
			}
			g[y][x] = sum / 9
		}
	}
	black, white, ok := planes(&g)
	if !ok {
		return s, false
	}
	var v [ring][ring]float64
	frame, edge := 0, 0
	for y := range ring {
		for x := range ring {
			b, w := black.at(x, y), white.at(x, y)
			v[y][x] = min(max((2*g[y][x]-b-w)/max(w-b, 8), -1.6), 1.6)
			switch depth(x, y) {
			case 0:
				if v[y][x] > 0 {
					edge++
				}
			case 1:
				if v[y][x] < 0 {
					frame++
				}
			}
		}
	}
	const frameAll, edgeAll = 4 * (Modules - 1), 4 * (ring - 1)
	if frame*100 < 78*frameAll || edge*100 < 70*edgeAll {
		return s, false
	}
	s.quad = q
	s.quality = float64(frame+edge) / (frameAll + edgeAll)
	d.try(&v, &s)
	blacks, clear := 0, 0
	for _, x := range s.v {
		if x < 0 {
			blacks++
		}
		if math.Abs(x) > 0.3 {
			clear++
		}
	}
	s.looks = s.ok || frame*100 >= 92*frameAll && edge*100 >= 88*edgeAll && blacks >= 20 && blacks <= 61 && clear*100 >= 70*nBits
	return s, true
}

func outward(p float64) float64 {
	if p < 0 {
		return p - 0.3
	}
	if p > Modules {
		return p + 0.3
	}
	return p
}

// depth is how far within the ring of white a sample is: 0 is white, 1 the frame.
func depth(x, y int) int { return min(x, y, ring-1-x, ring-1-y) }

// try reads the modules in four ways: as they are, sharpened a little and more, and each
// against the lightest and darkest about it.
func (d *decoder) try(v *[ring][ring]float64, s *seen) {
	for way := range 4 {
		var m [nBits]float64
		for i := range m {
			x, y := i%inner+2, i/inner+2
			around := v[y-1][x] + v[y+1][x] + v[y][x-1] + v[y][x+1]
			switch way {
			case 0, 1, 2:
				m[i] = v[y][x] + 0.2*float64(way)*(v[y][x]-around/4)*2
			case 3:
				lo, hi := v[y][x], v[y][x]
				for dy := -2; dy <= 2; dy++ {
					for dx := -2; dx <= 2; dx++ {
						lo, hi = min(lo, v[y+dy][x+dx]), max(hi, v[y+dy][x+dx])
					}
				}
				m[i] = v[y][x] - (lo+hi)/2
			}
		}
		if way < 2 {
			s.v = m
		}
		r, ok := d.decode(&m)
		if ok && (!s.ok || r.flips < s.read.flips || r.flips == s.read.flips && r.cost < s.read.cost) {
			s.read, s.ok = r, true
		}
		if s.ok && s.read.flips == 0 {
			return
		}
	}
}

// plane is a lightness that changes evenly over a marker.
type plane struct{ c, x, y float64 }

func (p plane) at(x, y int) float64 {
	return p.c + p.x*(float64(x)-(ring-1)/2.0) + p.y*(float64(y)-(ring-1)/2.0)
}

// planes lays planes through the black frame and the white edge; ok is false where they
// are too near one another.
func planes(g *[ring][ring]float64) (black, white plane, ok bool) {
	var at [2][]Point
	var is [2][]float64
	for y := range ring {
		for x := range ring {
			if k := depth(x, y); k < 2 {
				at[k] = append(at[k], Point{float64(x) - (ring-1)/2.0, float64(y) - (ring-1)/2.0})
				is[k] = append(is[k], g[y][x])
			}
		}
	}
	white, black = even(at[0], is[0]), even(at[1], is[1])
	return black, white, white.c-black.c > max(10, 0.15*white.c)
}

// even is the plane through values at places that lie evenly about 0.
func even(at []Point, is []float64) (p plane) {
	var xx, yy float64
	for i, q := range at {
		p.c += is[i]
		p.x, xx = p.x+q.X*is[i], xx+q.X*q.X
		p.y, yy = p.y+q.Y*is[i], yy+q.Y*q.Y
	}
	return plane{p.c / float64(len(at)), p.x / xx, p.y / yy}
}

package corner

import "math"

// Point is a place in a picture in pixels, or on a card in millimetres.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

func (p Point) minus(q Point) Point     { return Point{p.X - q.X, p.Y - q.Y} }
func (p Point) times(s float64) Point   { return Point{p.X * s, p.Y * s} }
func (p Point) plus(q Point) Point      { return Point{p.X + q.X, p.Y + q.Y} }
func (p Point) size() float64           { return math.Hypot(p.X, p.Y) }
func cross(a, b, c Point) float64       { return (b.X-a.X)*(c.Y-a.Y) - (b.Y-a.Y)*(c.X-a.X) }
func distance(a, b Point) float64       { return a.minus(b).size() }
func mid(a, b Point, t float64) Point   { return a.plus(b.minus(a).times(t)) }
func finite(x float64) bool             { return !math.IsNaN(x) && !math.IsInf(x, 0) }
func rectangle(x, y, w, h float64) Quad { return Quad{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}} }

// Quad is four corners: top left, top right, bottom right, bottom left of what it outlines,
// so clockwise as it is looked at.
type Quad [4]Point

func (q Quad) area() float64 {
	a := 0.0
	for i := range q {
		p, n := q[i], q[(i+1)%4]
		a += p.X*n.Y - p.Y*n.X
	}
	return a / 2
}

func (q Quad) centre() Point {
	return q[0].plus(q[1]).plus(q[2]).plus(q[3]).times(0.25)
}

// turned is the quad beginning r corners later.
func (q Quad) turned(r int) Quad { return Quad{q[r&3], q[(r+1)&3], q[(r+2)&3], q[(r+3)&3]} }

func (q Quad) side() float64 { return math.Sqrt(math.Abs(q.area())) }

// convex says whether q turns the same way, clockwise, at each corner.
func (q Quad) convex() bool {
	for i := range q {
		if !(cross(q[i], q[(i+1)%4], q[(i+2)%4]) > 0) {
			return false
		}
	}
	return true
}

// holds says whether p is in a convex clockwise quad.
func (q Quad) holds(p Point) bool {
	for i := range q {
		if cross(q[i], q[(i+1)%4], p) < 0 {
			return false
		}
	}
	return true
}

// Homography carries points of one plane to another: row by row, the last number being 1.
type Homography [9]float64

// To carries a point; a point on the horizon comes out infinite.
func (h *Homography) To(p Point) Point {
	w := h[6]*p.X + h[7]*p.Y + h[8]
	return Point{(h[0]*p.X + h[1]*p.Y + h[2]) / w, (h[3]*p.X + h[4]*p.Y + h[5]) / w}
}

func (h *Homography) quad(q Quad) Quad {
	for i := range q {
		q[i] = h.To(q[i])
	}
	return q
}

// NewHomography gives the homography that carries from to to, by least squares of the
// algebraic error on centred and scaled points (Hartley and Zisserman 4.4); ok is false for
// fewer than four pairs and for points that fix none.
func NewHomography(from, to []Point) (h Homography, ok bool) {
	if len(from) < 4 || len(from) != len(to) {
		return h, false
	}
	f, fc, fs := levelled(from)
	t, tc, ts := levelled(to)
	var a [8][9]float64
	for i := range f {
		x, y, u, v := f[i].X, f[i].Y, t[i].X, t[i].Y
		for _, row := range [2][9]float64{{x, y, 1, 0, 0, 0, -u * x, -u * y, u}, {0, 0, 0, x, y, 1, -v * x, -v * y, v}} {
			for j := range 8 {
				for k := range 9 {
					a[j][k] += row[j] * row[k]
				}
			}
		}
	}
	x, ok := solve(&a)
	if !ok {
		return h, false
	}
	// The last number being 1 holds about the middle of the points, which is on no horizon.
	n := Homography{x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], 1}
	// to = T^-1 n F, with F: p -> (p - fc) * fs and T alike.
	nf := Homography{}
	for r := range 3 {
		nf[3*r], nf[3*r+1] = n[3*r]*fs, n[3*r+1]*fs
		nf[3*r+2] = n[3*r+2] - fs*(n[3*r]*fc.X+n[3*r+1]*fc.Y)
	}
	for c := range 3 {
		h[c] = nf[c]/ts + tc.X*nf[6+c]
		h[3+c] = nf[3+c]/ts + tc.Y*nf[6+c]
		h[6+c] = nf[6+c]
	}
	for i := range h {
		if h[8] != 0 && i < 8 {
			h[i] /= h[8]
		}
		if !finite(h[i]) {
			return h, false
		}
	}
	if h[8] == 0 {
		return h, false
	}
	h[8] = 1
	return h, true
}

// levelled moves points about 0, the mean distance being about 1.
func levelled(p []Point) (out []Point, centre Point, scale float64) {
	for _, x := range p {
		centre = centre.plus(x)
	}
	centre = centre.times(1 / float64(len(p)))
	d := 0.0
	for _, x := range p {
		d += distance(x, centre)
	}
	scale = 1
	if d > 0 {
		scale = float64(len(p)) / d
	}
	for _, x := range p {
		out = append(out, x.minus(centre).times(scale))
	}
	return out, centre, scale
}

// solve is Gauss's elimination with pivots.
func solve(a *[8][9]float64) (x [8]float64, ok bool) {
	for c := range 8 {
		p := c
		for r := c + 1; r < 8; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		if !(math.Abs(a[p][c]) > 1e-12) {
			return x, false
		}
		a[c], a[p] = a[p], a[c]
		for r := range 8 {
			if r == c {
				continue
			}
			f := a[r][c] / a[c][c]
			for k := c; k < 9; k++ {
				a[r][k] -= f * a[c][k]
			}
		}
	}
	for i := range x {
		x[i] = a[i][8] / a[i][i]
	}
	return x, true
}

// Package scene draws photos of tables with cards on them, for tests and measures of the
// package corner: what stands where is known, so that what is read can be counted.
//
// A table of wood with cards on it, written on by hand, is seen by a camera with a focal
// length of three quarters of its picture's width, at a slant and turned. Then come
// shadow, uneven light, hands, blur, noise. The same seed gives the same picture. Lengths on
// the table are in millimetres, in the picture in pixels; angles are in degrees.
package scene

import (
	"image"
	"math"
	"math/rand/v2"

	"plait/internal/engine/corner"
)

// Options is how a photo is taken.
type Options struct {
	Seed          uint64
	Width, Height int
	Tilt          float64 // of the camera away from straight down
	Roll          float64 // of the camera about its axis
	Turn          float64 // cards lie turned by up to so much, beside quarter turns
	Apart         float64 // space for a card, in parts of its longer side; 0 = 1.2
	Far           float64 // 1 = the cards fill the picture, 2 = they are half as large
	Shadow        float64 // how light it is in the shadow over half the table, 0 to 1; 0 = none
	Edge          float64 // width of the shadow's edge in millimetres
	Gradient      float64 // how much darker one side is than the other, 0 to 1
	Blur          float64 // sigma in pixels
	Noise         float64 // sigma of 255
	Overlap       int     // so many cards lie over a corner of the next
	Hands         int     // so many cards have a hand over a corner
	BadCut        float64 // cards are cut wrong by up to so much, in millimetres
	Strokes       int     // of a pen on each card
}

// Placed is one card as it was laid.
type Placed struct {
	corner.Code
	Quad    corner.Quad // its nominal outline in the picture
	Clear   int         // corners whose markers lie open and whole in the picture
	Module  float64     // side of a module in pixels, at its middle
	Covered bool        // something lies on it
}

// tinted is the tints of the colours: blue and red differences beside 128.
func tint(c int) (cb, cr float64) {
	t := [...][2]float64{{0, 0}, {-28, 6}, {14, -16}, {-4, -14}, {2, 18}, {16, 8}}[c%6]
	return t[0], t[1]
}

// card is a card on the table.
type card struct {
	code           corner.Code
	lay            corner.Layout
	x, y, cos, sin float64 // its middle, and its turn
	l, t, r, b     float64 // what was cut off each side, negative where too much was left
	face           *face
}

// on gives a place on the table as one on the card, from its top left.
func (c *card) on(x, y float64) (u, v float64) {
	dx, dy := x-c.x, y-c.y
	return dx*c.cos + dy*c.sin + c.lay.Width/2, -dx*c.sin + dy*c.cos + c.lay.Height/2
}

func (c *card) off(u, v float64) (x, y float64) {
	u, v = u-c.lay.Width/2, v-c.lay.Height/2
	return c.x + u*c.cos - v*c.sin, c.y + u*c.sin + v*c.cos
}

func (c *card) has(u, v float64) bool {
	return u >= c.l && v >= c.t && u < c.lay.Width-c.r && v < c.lay.Height-c.b
}

// hand is a round thing with fingers that lies on the table.
type hand struct{ x, y, r float64 }

func (h hand) has(x, y float64) bool {
	dx, dy := (x-h.x)/h.r, (y-h.y)/h.r
	a := math.Atan2(dy, dx)
	return dx*dx+dy*dy < 0.75+0.25*math.Cos(5*a)
}

type drawing struct {
	o     Options
	rng   *rand.Rand
	cards []*card
	hands []hand
	to    corner.Homography // table to picture
	from  corner.Homography
	grid  map[[2]int][]*card
	wood  [256][256]float64
	slope [2]float64 // direction of the shadow's edge and the gradient
	span  float64    // half the table's size
}

const gridSize = 25.0 // millimetres

// Draw takes a photo of cards with the codes, on one table; faces may be nil, or gives each
// card's printed face, which fills its nominal outline.
func Draw(o Options, codes []corner.Code, faces []image.Image) (*image.YCbCr, []Placed) {
	if o.Apart == 0 {
		o.Apart = 1.2
	}
	d := &drawing{o: o, rng: rand.New(rand.NewPCG(o.Seed, 7)), grid: map[[2]int][]*card{}}
	d.lay(codes)
	d.aim()
	px := d.scale() // picture pixels a millimetre
	for i, c := range d.cards {
		if faces != nil {
			c.face = printed(faces[i], c.lay)
		} else {
			c.face = drawn(c.code, c.lay, math.Min(math.Max(px, 2), 10), o.Strokes, d.rng)
		}
	}
	d.cover()
	for _, c := range d.cards {
		r := math.Hypot(c.lay.Width, c.lay.Height)/2 + 5
		for gy := int(math.Floor((c.y - r) / gridSize)); gy <= int(math.Floor((c.y+r)/gridSize)); gy++ {
			for gx := int(math.Floor((c.x - r) / gridSize)); gx <= int(math.Floor((c.x+r)/gridSize)); gx++ {
				d.grid[[2]int{gx, gy}] = append(d.grid[[2]int{gx, gy}], c)
			}
		}
	}
	for y := range d.wood {
		for x := range d.wood[y] {
			d.wood[y][x] = 98 + 22*math.Sin(float64(y)/256*2*math.Pi*9+2.5*math.Sin(float64(x)/256*2*math.Pi)) + d.rng.NormFloat64()*5
		}
	}
	img := d.paint()
	blur(img, o.Blur)
	d.noise(img)
	return img, d.truth()
}

// lay puts the cards on the table, in rows.
func (d *drawing) lay(codes []corner.Code) {
	n := len(codes)
	if n == 0 {
		d.span = 100
		return
	}
	l, _ := codes[0].Format.Layout()
	cell := d.o.Apart * max(l.Width, l.Height)
	cols := max(1, int(math.Ceil(math.Sqrt(float64(n)*float64(d.o.Width)/float64(d.o.Height)))))
	rows := (n + cols - 1) / cols
	loose := (d.o.Apart - 1) * cell * 0.2
	for i, code := range codes {
		lay, _ := code.Format.Layout()
		a := (d.rng.Float64()*2-1)*d.o.Turn*math.Pi/180 + float64(d.rng.IntN(4))*math.Pi/2
		cut := func() float64 { return (d.rng.Float64()*1.6 - 0.6) * d.o.BadCut }
		c := &card{code: code, lay: lay, cos: math.Cos(a), sin: math.Sin(a), l: cut(), t: cut(), r: cut(), b: cut()}
		c.x = (float64(i%cols)-float64(cols-1)/2)*cell + (d.rng.Float64()*2-1)*loose
		c.y = (float64(i/cols)-float64(rows-1)/2)*cell + (d.rng.Float64()*2-1)*loose
		d.cards = append(d.cards, c)
	}
	d.span = max(float64(cols), float64(rows)) * cell / 2
}

// aim sets the camera so that all cards are in its picture.
func (d *drawing) aim() {
	turn := d.rng.Float64() * 2 * math.Pi
	d.slope = [2]float64{math.Cos(turn), math.Sin(turn)}
	tilt, roll := d.o.Tilt*math.Pi/180, d.o.Roll*math.Pi/180
	az := d.rng.Float64() * 2 * math.Pi
	if d.o.Roll == 0 {
		az = 0
	}
	f := 0.75 * float64(d.o.Width)
	// Rotation: about the table's normal, then the slant, then about the camera's axis.
	ca, sa, ct, st, cr, sr := math.Cos(az), math.Sin(az), math.Cos(tilt), math.Sin(tilt), math.Cos(roll-az), math.Sin(roll-az)
	col := func(x, y float64) (a, b, c float64) {
		x, y = ca*x-sa*y, sa*x+ca*y
		y, z := ct*y, -st*y
		return cr*x - sr*y, sr*x + cr*y, z
	}
	ax, ay, az := col(1, 0)
	bx, by, bz := col(0, 1)
	for far := d.span * 0.8; ; far *= 1.03 {
		h := corner.Homography{f * ax, f * bx, 0, f * ay, f * by, 0, az, bz, far}
		lo, hi, ok := d.extent(&h, far)
		if !ok || hi.X-lo.X > float64(d.o.Width-6) || hi.Y-lo.Y > float64(d.o.Height-6) {
			continue
		}
		if d.o.Far > 1 {
			far *= d.o.Far
			h[8] = far
			lo, hi, _ = d.extent(&h, far)
		}
		// The cards are in the middle of the picture.
		cx, cy := (float64(d.o.Width)-lo.X-hi.X)/2, (float64(d.o.Height)-lo.Y-hi.Y)/2
		for i := range 3 {
			h[i], h[3+i] = h[i]+cx*h[6+i], h[3+i]+cy*h[6+i]
		}
		d.to, d.from = h, inverse(h)
		return
	}
}

// extent is the box of all cards in a picture; ok is false where the camera is too near.
func (d *drawing) extent(h *corner.Homography, far float64) (lo, hi corner.Point, ok bool) {
	lo, hi = corner.Point{X: math.Inf(1), Y: math.Inf(1)}, corner.Point{X: math.Inf(-1), Y: math.Inf(-1)}
	for _, c := range d.cards {
		for _, p := range [4][2]float64{{-3, -3}, {c.lay.Width + 3, -3}, {c.lay.Width + 3, c.lay.Height + 3}, {-3, c.lay.Height + 3}} {
			x, y := c.off(p[0], p[1])
			if h[6]*x+h[7]*y+h[8] < far/4 {
				return lo, hi, false
			}
			q := h.To(corner.Point{X: x, Y: y})
			lo, hi = corner.Point{X: min(lo.X, q.X), Y: min(lo.Y, q.Y)}, corner.Point{X: max(hi.X, q.X), Y: max(hi.Y, q.Y)}
		}
	}
	if len(d.cards) == 0 {
		return corner.Point{}, corner.Point{}, true
	}
	return lo, hi, true
}

// scale is how many pixels a millimetre has in the middle of the table.
func (d *drawing) scale() float64 {
	a, b := d.to.To(corner.Point{}), d.to.To(corner.Point{X: 1})
	return math.Hypot(a.X-b.X, a.Y-b.Y)
}

// cover lays cards over corners of others, and hands.
func (d *drawing) cover() {
	n := len(d.cards)
	if n == 0 {
		return
	}
	order := d.rng.Perm(n)
	for k := 0; k < d.o.Overlap && 2*k+1 < n; k++ {
		under, over := d.cards[order[2*k]], d.cards[order[2*k+1]]
		at := d.rng.IntN(4)
		mx, my, side := under.lay.At(at)
		x, y := under.off(mx+side/2, my+side/2)
		// The card above lies outward of the corner, so that it hides that one alone.
		ux, uy := x-under.x, y-under.y
		l := math.Hypot(ux, uy)
		reach := min(over.lay.Width, over.lay.Height)/2 - 4
		over.x, over.y = x+ux/l*reach, y+uy/l*reach
		for i, c := range d.cards { // it comes to lie on top
			if c == over {
				d.cards = append(append(d.cards[:i:i], d.cards[i+1:]...), c)
				break
			}
		}
	}
	for k := range d.o.Hands {
		c := d.cards[order[(2*d.o.Overlap+k)%n]]
		mx, my, side := c.lay.At(d.rng.IntN(4))
		x, y := c.off(mx+side/2, my+side/2)
		d.hands = append(d.hands, hand{x + (x-c.x)*0.25, y + (y-c.y)*0.25, side * 1.4})
	}
}

// top is the card that is seen at a place of the table, or nil.
func (d *drawing) top(x, y float64) (c *card, u, v float64) {
	in := d.grid[[2]int{int(math.Floor(x / gridSize)), int(math.Floor(y / gridSize))}]
	for i := len(in) - 1; i >= 0; i-- {
		if u, v = in[i].on(x, y); in[i].has(u, v) {
			return in[i], u, v
		}
	}
	return nil, 0, 0
}

func (d *drawing) paint() *image.YCbCr {
	w, h := d.o.Width, d.o.Height
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for y := range h {
		for x := range w {
			p := d.from.To(corner.Point{X: float64(x) + 0.5, Y: float64(y) + 0.5})
			l, cb, cr := d.see(p.X, p.Y)
			img.Y[img.YOffset(x, y)] = clip(l * d.light(p.X, p.Y))
			if x&1 == 0 && y&1 == 0 {
				i := img.COffset(x, y)
				img.Cb[i], img.Cr[i] = clip(128+cb), clip(128+cr)
			}
		}
	}
	return img
}

func (d *drawing) see(x, y float64) (l, cb, cr float64) {
	for _, h := range d.hands {
		if h.has(x, y) {
			return 150, -14, 22
		}
	}
	if c, u, v := d.top(x, y); c != nil {
		l := c.face.at(u, v)
		cb, cr := tint(c.code.Colour)
		if c.code.Colour%6 == 0 {
			return l, 0, 0
		}
		return l * 0.95, cb, cr
	}
	if !(math.Abs(x) < 1e6 && math.Abs(y) < 1e6) {
		return 90, -12, 10
	}
	return d.wood[int(math.Floor(y*1.7))&255][int(math.Floor(x*0.6))&255], -14, 12
}

func (d *drawing) light(x, y float64) float64 {
	along := (x*d.slope[0] + y*d.slope[1]) / d.span
	f := 1 - d.o.Gradient*(0.5+0.35*along)
	if d.o.Shadow > 0 {
		across := (x*d.slope[1] - y*d.slope[0]) + 0.13*d.span
		t := min(max(across/max(d.o.Edge, 0.01)+0.5, 0), 1)
		f *= d.o.Shadow + (1-d.o.Shadow)*t
	}
	return max(f, 0)
}

func (d *drawing) truth() []Placed {
	var out []Placed
	for _, c := range d.cards {
		at := func(u, v float64) corner.Point {
			x, y := c.off(u, v)
			return d.to.To(corner.Point{X: x, Y: y})
		}
		w, h := c.lay.Width, c.lay.Height
		p := Placed{Code: c.code, Quad: corner.Quad{at(0, 0), at(w, 0), at(w, h), at(0, h)}}
		a, b := at(w/2-0.5, h/2-0.5), at(w/2+0.5, h/2+0.5)
		p.Module = math.Hypot(a.X-b.X, a.Y-b.Y) / math.Sqrt2 * c.lay.Module
		for k := range 4 {
			mx, my, side := c.lay.At(k)
			clear := true
			for i := -1; i <= 12; i++ { // the marker and the white about it
				for j := -1; j <= 12; j++ {
					u, v := mx+side*float64(i)/11, my+side*float64(j)/11
					x, y := c.off(u, v)
					top, _, _ := d.top(x, y)
					for _, h := range d.hands {
						if h.has(x, y) {
							top = nil
						}
					}
					p := d.to.To(corner.Point{X: x, Y: y})
					clear = clear && top == c && p.X > 1 && p.Y > 1 && p.X < float64(d.o.Width-1) && p.Y < float64(d.o.Height-1)
				}
			}
			if clear {
				p.Clear++
			}
		}
		p.Covered = p.Clear < 4
		out = append(out, p)
	}
	return out
}

func clip(v float64) uint8 { return uint8(min(max(v+0.5, 0), 255)) }

func (d *drawing) noise(img *image.YCbCr) {
	if d.o.Noise == 0 {
		return
	}
	// A table of values is quick, and as good as new ones.
	var n [4096]float64
	for i := range n {
		n[i] = d.rng.NormFloat64() * d.o.Noise
	}
	at := uint32(d.o.Seed)
	for i, v := range img.Y {
		at = at*1664525 + 1013904223
		img.Y[i] = clip(float64(v) + n[at>>20])
	}
}

// blur is a Gaussian blur of the lightness.
func blur(img *image.YCbCr, sigma float64) {
	if sigma <= 0 {
		return
	}
	r := int(math.Ceil(2.6 * sigma))
	k := make([]float32, 2*r+1)
	sum := 0.0
	for i := range k {
		v := math.Exp(-float64((i-r)*(i-r)) / (2 * sigma * sigma))
		k[i], sum = float32(v), sum+v
	}
	for i := range k {
		k[i] /= float32(sum)
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	mid := make([]float32, w*h)
	line := make([]float32, w+2*r)
	for y := range h {
		row := img.Y[y*img.YStride : y*img.YStride+w]
		for i := range line {
			line[i] = float32(row[min(max(i-r, 0), w-1)])
		}
		for x := range w {
			s := float32(0)
			for i, f := range k {
				s += f * line[x+i]
			}
			mid[y*w+x] = s
		}
	}
	acc := make([]float32, w)
	for y := range h {
		clear(acc)
		for i, f := range k {
			from := mid[min(max(y+i-r, 0), h-1)*w:]
			for x := range acc {
				acc[x] += f * from[x]
			}
		}
		for x, v := range acc {
			img.Y[y*img.YStride+x] = clip(float64(v))
		}
	}
}

// inverse is the homography back.
func inverse(h corner.Homography) corner.Homography {
	a, b, c, d, e, f, g, i, j := h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8]
	return corner.Homography{e*j - f*i, c*i - b*j, b*f - c*e, f*g - d*j, a*j - c*g, c*d - a*f, d*i - e*g, b*g - a*i, a*e - b*d}
}

// Grey is a picture's lightness as a picture of its own.
func Grey(img *image.YCbCr) *image.Gray {
	return &image.Gray{Pix: img.Y, Stride: img.YStride, Rect: img.Rect}
}

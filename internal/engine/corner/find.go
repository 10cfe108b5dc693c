package corner

import (
	"image"
	"math"
	"slices"
)

// Card is one card of a photo.
type Card struct {
	Code
	Quad    Quad `json:"corners"` // its outline in the photo, from its own top left
	Markers int  `json:"markers"` // corners that were read, 2 to 4
	// Error is how far, in pixels on average, the corners of the markers lie from where one
	// flat card would have them.
	Error float64 `json:"error"`

	to Homography // from its millimetres to the photo
}

// Loose is something that looks like a marker but makes no card: a person is to place it.
type Loose struct {
	Quad Quad  `json:"corners"` // of the marker in the photo
	Code *Code `json:"code"`    // what it said, where this one corner could be read without repair
	Card *Quad `json:"card"`    // where its card would lie, where Code is known
}

// Find gives all cards of a photo, and what looks like one and cannot be read. Cards come
// by their codes, loose things from the top down. A picture with a side under 24 pixels
// has none.
func Find(img image.Image) ([]Card, []Loose) {
	l := lightOf(img)
	d := newDecoder()
	var all []seen
	for scale := 1.0; min(l.w, l.h) >= 24; scale *= 2 {
		for _, h := range l.hulls() {
			q, kept, ok := fourOf(h)
			if !ok || kept < 0.82 || !likely(q) {
				continue
			}
			if q, ok = steepest(&l, q, 0.08); !ok {
				continue
			}
			if finer, ok := steepest(&l, q, 0.05); ok {
				q = finer
			}
			s, ok := d.look(&l, q)
			if !ok || !s.looks {
				continue
			}
			for i := range s.quad {
				s.quad[i] = s.quad[i].times(scale)
			}
			if s.ok {
				s.quad = s.quad.turned(s.read.turn)
			}
			all = keep(all, s)
		}
		if min(l.w, l.h) < 200 {
			break
		}
		l = l.half()
	}
	cards := d.group(all)
	b := image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy())
	return cards, rest(all, cards, b)
}

// keep adds a square, or puts it in the place of the same one seen in another size where
// it is the better read.
func keep(all []seen, s seen) []seen {
	for i := range all {
		o := &all[i]
		if distance(o.quad.centre(), s.quad.centre()) > 0.4*min(o.quad.side(), s.quad.side()) || s.quad.side() > 1.6*o.quad.side() || o.quad.side() > 1.6*s.quad.side() {
			continue
		}
		if s.ok && (!o.ok || s.read.flips < o.read.flips) || !s.ok && !o.ok && s.quality > o.quality {
			*o = s
		}
		return all
	}
	return append(all, s)
}

// group makes cards of the squares, and marks those used.
func (d *decoder) group(all []seen) []Card {
	var order []int
	for i := range all {
		if all[i].ok {
			order = append(order, i)
		}
	}
	// The surest and largest begin.
	slices.SortStableFunc(order, func(a, b int) int {
		if c := all[a].read.flips - all[b].read.flips; c != 0 {
			return c
		}
		return int(math.Copysign(1, all[b].quad.side()-all[a].quad.side()))
	})
	var cards []Card
	for _, i := range order {
		if all[i].used {
			continue
		}
		if c, members, ok := d.card(all, i); ok {
			for _, m := range members {
				if m >= 0 {
					all[m].used = true
				}
			}
			cards = append(cards, c)
		}
	}
	slices.SortStableFunc(cards, func(a, b Card) int { return order6(a.Code, b.Code) })
	return cards
}

func order6(a, b Code) int {
	for _, d := range [6]int{a.Batch - b.Batch, a.Table - b.Table, a.Round - b.Round, a.Colour - b.Colour, a.Number - b.Number, int(a.Format - b.Format)} {
		if d != 0 {
			return d
		}
	}
	return 0
}

// Limits of what makes a card. Markers lie flat on it, but paper is curled.
const (
	maxError = 0.16 // mean distance from where a flat card has them, in sides of a marker
	agreed   = 72   // modules of 81 by which a corner that could not be read is known
)

// card looks for the other corners of the card that a read marker is on. members holds the
// square of each corner, or -1.
func (d *decoder) card(all []seen, seed int) (c Card, members [4]int, ok bool) {
	code := all[seed].read.code
	lay, _ := code.Format.Layout()
	members = [4]int{-1, -1, -1, -1}
	members[all[seed].read.corner] = seed
	for range 3 { // the nearest corner first: it says best where the next is
		h, _, ok := fit(all, members, lay)
		if !ok {
			return c, members, false
		}
		best, bestCorner, bestOff := -1, 0, math.Inf(1)
		for corner := range 4 {
			if members[corner] >= 0 {
				continue
			}
			if i, off := d.nearest(all, members, &h, code, lay, corner); i >= 0 && off < bestOff {
				best, bestCorner, bestOff = i, corner, off
			}
		}
		if best < 0 {
			break
		}
		members[bestCorner] = best
	}
	for {
		n := 0
		for _, m := range members {
			if m >= 0 {
				n++
			}
		}
		if n < 2 {
			return c, members, false
		}
		h, errs, ok := fit(all, members, lay)
		worst, sum, side := 0, 0.0, 0.0
		for k, e := range errs {
			if e > errs[worst] {
				worst = k
			}
			sum += e
			if members[k] >= 0 {
				side += all[members[k]].quad.side()
			}
		}
		c = Card{Code: code, Markers: n, Error: sum / float64(n), to: h}
		c.Quad = h.quad(rectangle(0, 0, lay.Width, lay.Height))
		if ok && sum <= maxError*side && c.Quad.convex() {
			return c, members, true
		}
		members[worst] = -1
	}
}

// fit lays one homography through the corners of all markers of a card. errs is the mean
// distance of each corner's four points from it, in pixels.
func fit(all []seen, members [4]int, lay Layout) (h Homography, errs [4]float64, ok bool) {
	var from, to []Point
	for corner, m := range members {
		if m < 0 {
			continue
		}
		x, y, side := lay.At(corner)
		q := rectangle(x, y, side, side)
		from, to = append(from, q[:]...), append(to, all[m].quad[:]...)
	}
	if h, ok = NewHomography(from, to); !ok {
		return h, errs, false
	}
	i := 0
	for corner, m := range members {
		if m < 0 {
			continue
		}
		for range 4 {
			errs[corner] += distance(h.To(from[i]), to[i]) / 4
			i++
		}
	}
	return h, errs, true
}

// nearest gives the square that is the marker of a corner, and how far it is from where
// the card expects it, in parts of how far it may be; -1 where there is none.
func (d *decoder) nearest(all []seen, members [4]int, h *Homography, code Code, lay Layout, corner int) (best int, off float64) {
	x, y, side := lay.At(corner)
	want := h.quad(rectangle(x, y, side, side))
	centre := want.centre()
	// From one marker alone a far corner is told only roughly.
	known, away := 0, math.Inf(1)
	for _, m := range members {
		if m >= 0 {
			known++
			away = min(away, distance(all[m].quad.centre(), centre))
		}
	}
	may := 0.35 * away
	if known > 1 {
		may = 0.15 * away
	}
	best, off = -1, 1.0
	w := wordOf(code, corner)
	for i := range all {
		s := &all[i]
		if s.used || slices.Contains(members[:], i) {
			continue
		}
		o := distance(s.quad.centre(), centre) / may
		if !(o < off) || s.quad.side() > 2.5*all[members[firstOf(members)]].quad.side() {
			continue
		}
		if s.ok {
			if s.read.code == code && s.read.corner == corner {
				best, off = i, o
			}
			continue
		}
		for r := range 4 {
			if d.match(&s.v, r, &w) < agreed {
				continue
			}
			s.quad, s.v = s.quad.turned(r), d.upright(&s.v, r)
			best, off = i, o
			break
		}
	}
	return best, off
}

// upright is the modules of a marker that is turned r quarters, as they stand upright.
func (d *decoder) upright(v *[nBits]float64, r int) (out [nBits]float64) {
	for i := range out {
		out[i] = v[d.turn[r][i]]
	}
	return out
}

func firstOf(members [4]int) int {
	for i, m := range members {
		if m >= 0 {
			return i
		}
	}
	return 0
}

// rest is what looked like a marker and is on no card that was found.
func rest(all []seen, cards []Card, bounds image.Rectangle) []Loose {
	var out []Loose
	for i := range all {
		s := &all[i]
		if s.used || slices.ContainsFunc(cards, func(c Card) bool { return c.Quad.holds(s.quad.centre()) }) {
			continue
		}
		l := Loose{Quad: s.quad}
		if s.ok && s.read.flips == 0 {
			c := s.read.code
			l.Code = &c
			lay, _ := c.Format.Layout()
			x, y, side := lay.At(s.read.corner)
			q := rectangle(x, y, side, side)
			if h, ok := NewHomography(q[:], s.quad[:]); ok {
				card := h.quad(rectangle(0, 0, lay.Width, lay.Height))
				if card.convex() && near(card, bounds) {
					l.Card = &card
				}
			}
		}
		out = append(out, l)
	}
	slices.SortStableFunc(out, func(a, b Loose) int { return int(math.Copysign(1, a.Quad[0].Y-b.Quad[0].Y)) })
	return out
}

// near says whether a quad is not wildly larger than the picture.
func near(q Quad, b image.Rectangle) bool {
	for _, p := range q {
		if !(math.Abs(p.X) < 4*float64(b.Dx())) || !(math.Abs(p.Y) < 4*float64(b.Dy())) {
			return false
		}
	}
	return true
}

package corner

import (
	"fmt"
	"math/bits"
	"strings"
)

// Code is what the corners of a card say.
type Code struct {
	Batch  int    `json:"batch"`  // 0 to 16,777,215
	Format Format `json:"format"` // its size
	Table  int    `json:"table"`  // 0 to 63
	Round  int    `json:"round"`  // 0 to 15
	Colour int    `json:"colour"` // 0 to 15
	Number int    `json:"number"` // 0 to 2,047
}

// Most that each part of a code can say.
const (
	MaxBatch  = 1<<24 - 1
	MaxTable  = 1<<6 - 1
	MaxRound  = 1<<4 - 1
	MaxColour = 1<<4 - 1
	MaxNumber = 1<<11 - 1
)

// Format is the size of a card and where its markers stand.
type Format int

// Formats. Cards stand upright beside one another on a sheet of A4 with an edge of 8 mm.
const (
	Sheet Format = iota // the whole page: 194 x 281 mm
	Two                 // 194 x 140.5 mm
	Four                // 97 x 140.5 mm
	Six                 // 97 x 93.5 mm
	Eight               // 97 x 70 mm
)

// Formats is all of them.
func Formats() []Format { return []Format{Sheet, Two, Four, Six, Eight} }

// Layout is a format in millimetres.
type Layout struct {
	Width, Height float64
	Module        float64 // side of one of the 11 modules of a marker
	Inset         float64 // white between the card's edge and its markers
}

// Layout gives the measures of a format; ok is false for one that is none.
func (f Format) Layout() (l Layout, ok bool) {
	switch f {
	case Sheet:
		return Layout{194, 281, 1.8, 6}, true
	case Two:
		return Layout{194, 140.5, 1.3, 5}, true
	case Four:
		return Layout{97, 140.5, 1.2, 4.5}, true
	case Six:
		return Layout{97, 93.5, 1.2, 4.5}, true
	case Eight:
		return Layout{97, 70, 1.2, 4.5}, true
	}
	return Layout{}, false
}

// Modules is how many modules a marker has along each side, its black frame with them.
const Modules = inner + 2

const (
	inner = 9             // modules of data along a side
	nBits = inner * inner // in a marker
	nData = 54            // of them payload
	nCRC  = nBits - nData
	// generator has no two code words of 81 bits nearer than 8: proven by trying all sums of
	// four of its columns and fewer. It is divisible by x + 1.
	generator = 0xa17a4d3
)

// Check says whether a code can be drawn.
func (c Code) Check() error {
	if _, ok := c.Format.Layout(); !ok {
		return fmt.Errorf("corner: no format %d", c.Format)
	}
	for _, x := range []struct {
		name     string
		is, most int
	}{{"batch", c.Batch, MaxBatch}, {"table", c.Table, MaxTable}, {"round", c.Round, MaxRound}, {"colour", c.Colour, MaxColour}, {"number", c.Number, MaxNumber}} {
		if x.is < 0 || x.is > x.most {
			return fmt.Errorf("corner: %s %d is not from 0 to %d", x.name, x.is, x.most)
		}
	}
	return nil
}

// data is the payload of one corner, 54 bits, and codeOf its inverse; ok is false for a
// format that is none.
func (c Code) data(corner int) uint64 {
	d := uint64(c.Batch)
	d = d<<3 | uint64(c.Format)
	d = d<<6 | uint64(c.Table)
	d = d<<4 | uint64(c.Round)
	d = d<<4 | uint64(c.Colour)
	d = d<<11 | uint64(c.Number)
	return d<<2 | uint64(corner)
}

func codeOf(d uint64) (c Code, corner int, ok bool) {
	take := func(n uint) int {
		v := int(d & (1<<n - 1))
		d >>= n
		return v
	}
	corner = take(2)
	c.Number, c.Colour, c.Round, c.Table, c.Format, c.Batch = take(11), take(4), take(4), take(6), Format(take(3)), take(24)
	_, ok = c.Format.Layout()
	return c, corner, ok
}

// word is the 81 modules of a marker, row by row; true is black.
type word [nBits]bool

// masked says which modules the mask turns: a fixed pattern with no order to the eye, the
// low bit of a linear congruential generator's high half.
func masked() word {
	var m word
	x := uint32(0x2545f491)
	for i := range m {
		x = x*1664525 + 1013904223
		m[i] = x>>24&1 == 1
	}
	return m
}

// columns gives the remainder that each bit of a word leaves, bit 0 being sent first.
func columns() [nBits]uint32 {
	var c [nBits]uint32
	v := uint32(1)
	for i := nBits - 1; i >= 0; i-- {
		c[i] = v
		if v <<= 1; v>>nCRC&1 == 1 {
			v ^= generator
		}
	}
	return c
}

// wordOf is the marker of one corner.
func wordOf(c Code, corner int) word {
	d := c.data(corner)
	col := columns()
	var w word
	var rest uint32
	for i := range nData {
		if d>>(nData-1-i)&1 == 1 {
			w[i] = true
			rest ^= col[i]
		}
	}
	for i := nData; i < nBits; i++ {
		w[i] = rest>>(nBits-1-i)&1 == 1
	}
	for i, m := range masked() {
		w[i] = w[i] != m
	}
	return w
}

// Marker is the modules of one marker, row by row from its top left; true is black.
type Marker [Modules][Modules]bool

// Draw gives the marker of one corner: 0 top left, 1 top right, 2 bottom right, 3 bottom
// left. All four are printed upright. c must pass Check.
func Draw(c Code, corner int) Marker {
	var m Marker
	w := wordOf(c, corner&3)
	for y := range Modules {
		for x := range Modules {
			edge := x == 0 || y == 0 || x == Modules-1 || y == Modules-1
			m[y][x] = edge || w[(y-1)*inner+x-1]
		}
	}
	return m
}

// Path is the marker as the data of one SVG path, a module being one unit: a rectangle for
// each run of black in a row.
func (m Marker) Path() string {
	var b strings.Builder
	for y := range m {
		for x := 0; x < Modules; x++ {
			if !m[y][x] {
				continue
			}
			from := x
			for x < Modules && m[y][x] {
				x++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
		}
	}
	return b.String()
}

// At is where a corner's marker stands on its card: the top left of its black frame, and
// its side, in millimetres.
func (l Layout) At(corner int) (x, y, side float64) {
	side = l.Module * Modules
	x, y = l.Inset, l.Inset
	if corner == 1 || corner == 2 {
		x = l.Width - l.Inset - side
	}
	if corner == 2 || corner == 3 {
		y = l.Height - l.Inset - side
	}
	return x, y, side
}

// decoder holds what reading needs and never changes.
type decoder struct {
	col  [nBits]uint32
	mask word
	turn [4][nBits]int // turn[r][i]: where module i is in a marker turned r quarters
}

func newDecoder() *decoder {
	d := &decoder{col: columns(), mask: masked()}
	for i := range nBits {
		x, y := i%inner, i/inner
		for r := range 4 {
			d.turn[r][i] = y*inner + x
			x, y = inner-1-y, x
		}
	}
	return d
}

// faint is how many of the faintest modules may be turned, and turned how many of them.
const (
	faint  = 12
	turned = 4
)

// read is what the modules of a square say in one turn.
type read struct {
	code   Code
	corner int
	turn   int // quarters
	flips  int // modules that were turned to make the check right
	cost   float64
}

// decode reads the modules as they were seen: v < 0 is black, and the farther from 0 the
// surer. Of several readings the one that had to turn least is given.
func (d *decoder) decode(v *[nBits]float64) (best read, ok bool) {
	for r := range 4 {
		var w [nBits]float64
		var s uint32
		for i := range w {
			w[i] = v[d.turn[r][i]]
			if (w[i] < 0) != d.mask[i] {
				s ^= d.col[i]
			}
		}
		flip, cost, found := d.repair(&w, s)
		if !found || ok && cost >= best.cost {
			continue
		}
		var data uint64
		for i := range nData {
			bit := (w[i] < 0) != d.mask[i]
			for _, f := range flip {
				bit = bit != (f == i)
			}
			data <<= 1
			if bit {
				data |= 1
			}
		}
		if c, corner, known := codeOf(data); known {
			best, ok = read{c, corner, r, len(flip), cost}, true
		}
	}
	return best, ok
}

// repair finds which modules to turn so that a word with the remainder s is right: none,
// any two, or up to four of the faintest; the cheapest of these by how sure they were.
func (d *decoder) repair(w *[nBits]float64, s uint32) (flip []int, cost float64, found bool) {
	if s == 0 {
		return nil, 0, true
	}
	sure := func(i int) float64 {
		if w[i] < 0 {
			return -w[i]
		}
		return w[i]
	}
	keep := func(c float64, f ...int) {
		if !found || c < cost {
			flip, cost, found = append([]int(nil), f...), c, true
		}
	}
	for i := range nBits {
		if d.col[i] == s {
			keep(sure(i), i)
		}
		for j := range i {
			if d.col[i]^d.col[j] == s {
				keep(sure(i)+sure(j), i, j)
			}
		}
	}
	weak := d.weakest(w, sure)
	for set := 1; set < 1<<faint; set++ {
		if n := bits.OnesCount(uint(set)); n < 3 || n > turned {
			continue
		}
		rest := s
		for b := set; b != 0; b &= b - 1 {
			rest ^= d.col[weak[bits.TrailingZeros(uint(b))]]
		}
		if rest != 0 {
			continue
		}
		var f []int
		c := 0.0
		for b := set; b != 0; b &= b - 1 {
			i := weak[bits.TrailingZeros(uint(b))]
			f, c = append(f, i), c+sure(i)
		}
		keep(c, f...)
	}
	return flip, cost, found
}

func (d *decoder) weakest(w *[nBits]float64, sure func(int) float64) (weak [faint]int) {
	n := 0
	for i := range w {
		j := n
		for j > 0 && sure(weak[j-1]) > sure(i) {
			if j < faint {
				weak[j] = weak[j-1]
			}
			j--
		}
		if j < faint {
			weak[j] = i
			n = min(n+1, faint)
		}
	}
	return weak
}

// match counts how many modules of v, turned r quarters, are those of a word.
func (d *decoder) match(v *[nBits]float64, r int, w *word) (n int) {
	for i := range w {
		if (v[d.turn[r][i]] < 0) == w[i] {
			n++
		}
	}
	return n
}

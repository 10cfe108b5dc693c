package scene

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"plait/internal/engine/corner"
)

// face is what is on a card, as lightness.
type face struct {
	w, h int
	px   float64 // pixels a millimetre
	py   float64
	pix  []uint8
}

// at is the lightness at a place in millimetres; beyond the face it is paper.
func (f *face) at(u, v float64) float64 {
	x, y := u*f.px-0.5, v*f.py-0.5
	x0, y0 := int(math.Floor(x)), int(math.Floor(y))
	if x0 < 0 || y0 < 0 || x0+1 >= f.w || y0+1 >= f.h {
		return 226
	}
	fx, fy := x-float64(x0), y-float64(y0)
	p := f.pix[y0*f.w+x0:]
	q := f.pix[(y0+1)*f.w+x0:]
	return (float64(p[0])*(1-fx)+float64(p[1])*fx)*(1-fy) + (float64(q[0])*(1-fx)+float64(q[1])*fx)*fy
}

// printed is a face from a picture of it.
func printed(img image.Image, lay corner.Layout) *face {
	b := img.Bounds()
	f := &face{b.Dx(), b.Dy(), float64(b.Dx()) / lay.Width, float64(b.Dy()) / lay.Height, make([]uint8, b.Dx()*b.Dy())}
	for y := range f.h {
		for x := range f.w {
			g := color.GrayModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.Gray).Y
			f.pix[y*f.w+x] = uint8(28 + int(g)*198/255) // ink and paper are not all black and white
		}
	}
	return f
}

// drawn is a face with its markers, lines and so many strokes of a pen.
func drawn(c corner.Code, lay corner.Layout, px float64, strokes int, rng *rand.Rand) *face {
	f := &face{int(lay.Width * px), int(lay.Height * px), px, px, nil}
	f.px, f.py = float64(f.w)/lay.Width, float64(f.h)/lay.Height
	f.pix = make([]uint8, f.w*f.h)
	for i := range f.pix {
		f.pix[i] = 226
	}
	for v := lay.Height * 0.36; v < lay.Height*0.8; v += 9 { // lines to write on
		f.stroke(lay.Width*0.08, v, lay.Width*0.92, v, 0.3, 170)
	}
	for range strokes {
		f.word(lay, rng)
	}
	for k := range 4 {
		m := corner.Draw(c, k)
		x0, y0, side := lay.At(k)
		for y := range f.h {
			my := (float64(y) + 0.5) / f.py
			if my < y0-1 || my > y0+side+1 {
				continue
			}
			for x := range f.w {
				mx := (float64(x) + 0.5) / f.px
				if mx < x0-1 || mx > x0+side+1 {
					continue
				}
				f.pix[y*f.w+x] = f.cell(&m, mx-x0, my-y0, lay.Module, f.pix[y*f.w+x])
			}
		}
	}
	return f
}

// cell is the lightness of a pixel that a marker may cover in part: the mean of 16 places.
func (f *face) cell(m *corner.Marker, u, v, module float64, under uint8) uint8 {
	sum := 0
	for j := range 4 {
		for i := range 4 {
			x := (u + (float64(i)-1.5)/4/f.px) / module
			y := (v + (float64(j)-1.5)/4/f.py) / module
			switch {
			case x < 0 || y < 0 || x >= corner.Modules || y >= corner.Modules:
				sum += int(under)
			case m[int(y)][int(x)]:
				sum += 30
			default:
				sum += 226
			}
		}
	}
	return uint8(sum / 16)
}

// word is something like a word, written by hand: now and then it runs near a marker.
func (f *face) word(lay corner.Layout, rng *rand.Rand) {
	x := lay.Width * (0.1 + 0.65*rng.Float64())
	y := lay.Height * (0.34 + 0.42*rng.Float64())
	ink := uint8(40 + rng.IntN(60))
	wide := 0.4 + 0.5*rng.Float64()
	px, py := x, y
	for range 5 + rng.IntN(9) {
		nx, ny := px+1+2.5*rng.Float64(), y+(rng.Float64()*2-1)*4
		f.stroke(px, py, nx, ny, wide, ink)
		px, py = nx, ny
	}
}

// stroke is a line of a pen, its width in millimetres.
func (f *face) stroke(x0, y0, x1, y1, wide float64, ink uint8) {
	n := int(math.Hypot((x1-x0)*f.px, (y1-y0)*f.py)) + 1
	r := wide / 2 * f.px
	for i := range n + 1 {
		t := float64(i) / float64(n)
		cx, cy := (x0+(x1-x0)*t)*f.px, (y0+(y1-y0)*t)*f.py
		for y := int(cy - r); y <= int(cy+r); y++ {
			for x := int(cx - r); x <= int(cx+r); x++ {
				if x >= 0 && y >= 0 && x < f.w && y < f.h && math.Hypot(float64(x)-cx, float64(y)-cy) <= r+0.5 {
					f.pix[y*f.w+x] = min(f.pix[y*f.w+x], ink)
				}
			}
		}
	}
}

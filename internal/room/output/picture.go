package output

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
)

// The four pictures of a letter, drawn by us on a field of 48 by 48. The same shapes
// become SVG on pages and PNG in documents, so that a part looks alike everywhere.

// shape is one shape: a closed area with a fill, or an open line.
type shape struct {
	at   [][2]float64
	fill string // "#rrggbb"; "" = an open line
}

const (
	canvas = 48.0
	pen    = 2.4 // width of a line
	ink    = "#1b1f23"
)

func drawing(name string) []shape {
	switch name {
	case "said": // a speech bubble with writing
		return []shape{{[][2]float64{{5, 7}, {43, 7}, {43, 33}, {24, 33}, {13, 43}, {13, 33}, {5, 33}}, "#f5d6e8"},
			{[][2]float64{{13, 16}, {35, 16}}, ""}, {[][2]float64{{13, 24}, {28, 24}}, ""}}
	case "learned": // an open book
		return []shape{{[][2]float64{{24, 13}, {19, 10}, {12, 9}, {5, 9}, {5, 36}, {12, 36}, {19, 37}, {24, 40}}, "#d8e6f7"},
			{[][2]float64{{24, 13}, {29, 10}, {36, 9}, {43, 9}, {43, 36}, {36, 36}, {29, 37}, {24, 40}}, "#d8e6f7"},
			{[][2]float64{{10, 18}, {18, 19}}, ""}, {[][2]float64{{10, 26}, {18, 27}}, ""}, {[][2]float64{{30, 19}, {38, 18}}, ""}, {[][2]float64{{30, 27}, {38, 26}}, ""}}
	case "doing": // a hammer and a nail
		return []shape{{[][2]float64{{6, 42}, {3, 39}, {24, 18}, {27, 21}}, "#f2c66d"},
			{[][2]float64{{16, 14}, {24, 6}, {39, 21}, {31, 29}}, "#c9cfd6"}, {[][2]float64{{39, 31}, {39, 43}}, ""}, {[][2]float64{{34, 31}, {44, 31}}, ""}}
	case "changed": // a plant that has grown in its pot
		return []shape{{[][2]float64{{13, 33}, {35, 33}, {32, 45}, {16, 45}}, "#d9a066"}, {[][2]float64{{24, 33}, {24, 15}}, ""},
			{[][2]float64{{24, 29}, {15, 27}, {9, 21}, {8, 14}, {16, 16}, {22, 21}}, "#6cb37c"}, {[][2]float64{{24, 22}, {25, 13}, {31, 7}, {40, 5}, {39, 13}, {33, 20}}, "#6cb37c"}}
	}
	return nil
}

// svg is a picture for a page; the words beside it say the same, so it only decorates.
func svg(name string) string {
	var b strings.Builder
	b.WriteString(`<svg class="letter__picture" viewBox="0 0 48 48" width="96" height="96" aria-hidden="true" focusable="false" fill="none" stroke="` + ink + `" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">`)
	for _, f := range drawing(name) {
		b.WriteString(`<path d="`)
		for i, p := range f.at {
			if i == 0 {
				fmt.Fprintf(&b, "M%g %g", p[0], p[1])
				continue
			}
			fmt.Fprintf(&b, "L%g %g", p[0], p[1])
		}
		if f.fill != "" {
			b.WriteString(`Z" fill="` + f.fill)
		}
		b.WriteString(`"/>`)
	}
	b.WriteString("</svg>")
	return b.String()
}

// raster draws a picture as PNG of side pixels, four samples to a pixel.
func raster(name string, side int) ([]byte, error) {
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	forms := drawing(name)
	line, fills := hex(ink), make([]color.NRGBA, len(forms))
	for i, f := range forms {
		if f.fill != "" {
			fills[i] = hex(f.fill)
		}
	}
	for y := range side {
		for x := range side {
			var r, g, b, n float64
			for s := range 4 {
				p := [2]float64{(float64(x) + 0.25 + 0.5*float64(s%2)) * canvas / float64(side), (float64(y) + 0.25 + 0.5*float64(s/2)) * canvas / float64(side)}
				if c, ok := colourAt(forms, fills, line, p); ok {
					r, g, b, n = r+float64(c.R), g+float64(c.G), b+float64(c.B), n+1
				}
			}
			if n > 0 {
				img.SetNRGBA(x, y, color.NRGBA{uint8(r / n), uint8(g / n), uint8(b / n), uint8(255 * n / 4)})
			}
		}
	}
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}

// colourAt is the colour of the topmost shape at a point.
func colourAt(forms []shape, fills []color.NRGBA, line color.NRGBA, p [2]float64) (color.NRGBA, bool) {
	for i := len(forms) - 1; i >= 0; i-- {
		f := forms[i]
		n := len(f.at)
		last := n - 1
		if f.fill != "" {
			last = n
		}
		for j := range last {
			if near(p, f.at[j], f.at[(j+1)%n]) <= pen/2 {
				return line, true
			}
		}
		if f.fill != "" && inside(p, f.at) {
			return fills[i], true
		}
	}
	return color.NRGBA{}, false
}

// near is the distance of a point from a line between two others.
func near(p, a, b [2]float64) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := 0.0
	if d := dx*dx + dy*dy; d > 0 {
		t = math.Max(0, math.Min(1, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/d))
	}
	return math.Hypot(p[0]-a[0]-t*dx, p[1]-a[1]-t*dy)
}

// inside counts how often a ray from the point crosses the edge (even-odd rule).
func inside(p [2]float64, at [][2]float64) bool {
	in := false
	for i, j := 0, len(at)-1; i < len(at); j, i = i, i+1 {
		a, b := at[i], at[j]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}

func hex(s string) color.NRGBA {
	var r, g, b uint8
	if _, err := fmt.Sscanf(s, "#%02x%02x%02x", &r, &g, &b); err != nil {
		return color.NRGBA{A: 255}
	}
	return color.NRGBA{r, g, b, 255}
}

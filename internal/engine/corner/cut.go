package corner

import (
	"image"
	"image/color"
	"math"
)

// Cut gives a card's picture, upright and flat: at most size pixels along its longer side,
// and no larger than it is in the photo. What lies beyond the photo is white.
func Cut(img image.Image, c Card, size int) *image.RGBA {
	lay, ok := c.Format.Layout()
	if !ok || size < 1 {
		return image.NewRGBA(image.Rect(0, 0, 1, 1))
	}
	return flat(img, c.to, lay.Width, lay.Height, scaleOf(c.Quad, lay.Width, lay.Height, size))
}

// CutQuad gives the picture within a quad, flat, as if it were a rectangle whose sides are
// the longer of each two that face one another: at most size pixels along its longer side.
func CutQuad(img image.Image, q Quad, size int) *image.RGBA {
	w := max(distance(q[0], q[1]), distance(q[3], q[2]))
	h := max(distance(q[1], q[2]), distance(q[0], q[3]))
	from := rectangle(0, 0, w, h)
	to, ok := NewHomography(from[:], q[:])
	if !ok || size < 1 || !(w >= 1) || !(h >= 1) {
		return image.NewRGBA(image.Rect(0, 0, 1, 1))
	}
	return flat(img, to, w, h, min(1, float64(size)/max(w, h)))
}

// scaleOf is how many pixels a millimetre gets.
func scaleOf(q Quad, w, h float64, size int) float64 {
	wide := max(distance(q[0], q[1]), distance(q[3], q[2])) / w
	high := max(distance(q[1], q[2]), distance(q[0], q[3])) / h
	return min(max(wide, high), float64(size)/max(w, h))
}

// flat samples a plane of w by h through its homography, scale pixels a unit. Where it gets
// smaller each pixel is the mean of several places.
func flat(img image.Image, to Homography, w, h, scale float64) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, max(1, int(math.Round(w*scale))), max(1, int(math.Round(h*scale)))))
	b := img.Bounds()
	get := pixels(img)
	middle := Point{w / 2, h / 2}
	a, z := to.To(middle), to.To(middle.plus(Point{1 / scale, 1 / scale}))
	n := min(max(int(math.Ceil(distance(a, z)/math.Sqrt2*0.8)), 1), 4)
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			var sum [3]float64
			for j := range n {
				for i := range n {
					p := to.To(Point{(float64(x) + (float64(i)+0.5)/float64(n)) / scale, (float64(y) + (float64(j)+0.5)/float64(n)) / scale})
					c := between(get, b, p)
					sum[0], sum[1], sum[2] = sum[0]+c[0], sum[1]+c[1], sum[2]+c[2]
				}
			}
			k := 1 / float64(n*n)
			at := out.PixOffset(x, y)
			out.Pix[at], out.Pix[at+1], out.Pix[at+2], out.Pix[at+3] = uint8(sum[0]*k+0.5), uint8(sum[1]*k+0.5), uint8(sum[2]*k+0.5), 255
		}
	}
	return out
}

// between is the colour at a place, by the four pixels about it; white beyond the picture.
func between(get func(x, y int) (r, g, b uint8), in image.Rectangle, p Point) (c [3]float64) {
	x, y := p.X-0.5, p.Y-0.5
	if !(x >= -0.5 && y >= -0.5 && x <= float64(in.Dx())-0.5 && y <= float64(in.Dy())-0.5) {
		return [3]float64{255, 255, 255}
	}
	x, y = min(max(x, 0), float64(in.Dx()-1)), min(max(y, 0), float64(in.Dy()-1))
	x0, y0 := int(x), int(y)
	fx, fy := x-float64(x0), y-float64(y0)
	for j := range 2 {
		for i := range 2 {
			wx, wy := fx, fy
			if i == 0 {
				wx = 1 - fx
			}
			if j == 0 {
				wy = 1 - fy
			}
			if wx*wy == 0 {
				continue
			}
			r, g, bl := get(in.Min.X+min(x0+i, in.Dx()-1), in.Min.Y+min(y0+j, in.Dy()-1))
			c[0], c[1], c[2] = c[0]+wx*wy*float64(r), c[1]+wx*wy*float64(g), c[2]+wx*wy*float64(bl)
		}
	}
	return c
}

// pixels reads one pixel, without making a color.Color where the picture's kind is known.
func pixels(img image.Image) func(x, y int) (r, g, b uint8) {
	switch p := img.(type) {
	case *image.YCbCr:
		return func(x, y int) (r, g, b uint8) {
			i, j := p.YOffset(x, y), p.COffset(x, y)
			return color.YCbCrToRGB(p.Y[i], p.Cb[j], p.Cr[j])
		}
	case *image.Gray:
		return func(x, y int) (r, g, b uint8) { v := p.Pix[p.PixOffset(x, y)]; return v, v, v }
	case *image.RGBA:
		return func(x, y int) (r, g, b uint8) {
			i := p.PixOffset(x, y)
			return p.Pix[i], p.Pix[i+1], p.Pix[i+2]
		}
	}
	return func(x, y int) (r, g, b uint8) {
		c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
		return c.R, c.G, c.B
	}
}

package photo

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"

	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"plait/internal/kit/fault"
)

// Limits of a picture.
const (
	MaxBytes  = 24 << 20   // of the file that comes in
	MaxPixels = 50_000_000 // of the picture that comes in
	MaxSide   = 1600       // of the picture that is kept, in pixels
	Quality   = 85         // of the JPEG that is kept, 1 to 100

	maxMemory = 400 << 20 // bytes that reading may take
	maxEdge   = 30_000    // pixels of one side that comes in
	maxPasses = 64        // scans of a progressive JPEG; cameras write about ten
)

// Picture is a picture that is safe to keep.
type Picture struct {
	JPEG          []byte
	Width, Height int // in pixels, as it is looked at
}

// Make reads a picture and writes it again as a JPEG whose longest side is at most MaxSide.
// Clear parts become white. What is no picture, or is damaged, is an invalid fault; what
// is too large is a toobig fault.
func Make(b []byte) (p Picture, err error) {
	if len(b) > MaxBytes {
		return p, errBig(fmt.Errorf("%d bytes", len(b)))
	}
	defer func() {
		// Readers of pictures have had panics on bad ones before.
		if r := recover(); r != nil {
			p, err = Picture{}, errDamaged(fmt.Errorf("panic: %v", r))
		}
	}()
	k, err := look(b)
	if err != nil {
		return p, err
	}
	img, err := k.decode(bytes.NewReader(b))
	if err != nil {
		return p, errDamaged(err)
	}
	small := turn(shrink(img, MaxSide), k.turned)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: Quality}); err != nil {
		return p, err
	}
	return Picture{out.Bytes(), small.Bounds().Dx(), small.Bounds().Dy()}, nil
}

// Kinds of picture that Sniff knows.
const (
	JPEG = "jpeg"
	PNG  = "png"
	GIF  = "gif"
	TIFF = "tiff"
	WebP = "webp"
	HEIC = "heic" // and AVIF, its kin: refused
	SVG  = "svg"  // refused
)

// Sniff tells what kind of picture begins with b, of which 512 bytes are enough; "" for
// what is none.
func Sniff(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(b, []byte("GIF8")):
		return GIF
	case bytes.HasPrefix(b, []byte("II*\x00")), bytes.HasPrefix(b, []byte("MM\x00*")):
		return TIFF
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return WebP
	case len(b) >= 12 && string(b[4:8]) == "ftyp" && slices.Contains([]string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"}, string(b[8:12])):
		return HEIC
	}
	// An SVG may begin with a byte order mark, a declaration, comments.
	head := bytes.TrimSpace(bytes.TrimPrefix(b[:min(len(b), 512)], []byte("\ufeff")))
	if bytes.HasPrefix(head, []byte("<")) && bytes.Contains(bytes.ToLower(head), []byte("<svg")) && !bytes.Contains(bytes.ToLower(head), []byte("<html")) {
		return SVG
	}
	return ""
}

// Refusal is the fault of Make with a message key, for those who hear of it from another
// process; nil for a key that is none of Make's.
func Refusal(say string) *fault.Fault {
	for _, f := range []*fault.Fault{errNotOne(), errBig(nil), errDamaged(nil), errKind(HEIC), errKind(SVG)} {
		if f.Say == say {
			return f
		}
	}
	return nil
}

func errNotOne() *fault.Fault {
	return fault.New(fault.Invalid, "photo.not_one").With("photo.not_one_do")
}

// errKind is the refusal of a kind of picture that has words of its own.
func errKind(kind string) *fault.Fault {
	return fault.New(fault.Invalid, "photo."+kind).With("photo." + kind + "_do")
}

func errBig(why error) *fault.Fault {
	return fault.New(fault.TooBig, "photo.too_big", "MB", MaxBytes>>20, "Megapixels", MaxPixels/1_000_000).With("photo.too_big_do").Because(why)
}

func errDamaged(why error) *fault.Fault {
	return fault.New(fault.Invalid, "photo.damaged").With("photo.damaged_do").Because(why)
}

// kind is what the head of a picture tells.
type kind struct {
	decode func(r *bytes.Reader) (image.Image, error)
	turned int // EXIF orientation, 1 to 8
}

// look reads the head of a picture and refuses what would take too much to read.
func look(b []byte) (kind, error) {
	var k kind
	var c image.Config
	var err error
	perPixel := 4
	switch kind := Sniff(b); kind {
	case JPEG:
		k.decode = func(r *bytes.Reader) (image.Image, error) { return jpeg.Decode(r) }
		c, err = jpeg.DecodeConfig(bytes.NewReader(b))
		s := survey(b)
		k.turned = s.turned
		if s.passes > maxPasses {
			return k, errBig(fmt.Errorf("%d passes", s.passes))
		}
		if s.progressive {
			perPixel = 20 // all coefficients are held: four bytes each, of up to four colours
		}
	case PNG:
		k.decode = func(r *bytes.Reader) (image.Image, error) { return png.Decode(r) }
		perPixel = 8 // 16 bits of each of four colours
		c, err = png.DecodeConfig(bytes.NewReader(b))
	case GIF:
		k.decode = func(r *bytes.Reader) (image.Image, error) { return gif.Decode(r) }
		perPixel = 1
		c, err = gif.DecodeConfig(bytes.NewReader(b))
	case TIFF:
		k.decode = func(r *bytes.Reader) (image.Image, error) { return tiff.Decode(r) }
		perPixel = 8 // as PNG
		k.turned = directory(b)
		c, err = tiff.DecodeConfig(bytes.NewReader(b))
	case WebP:
		k.decode = func(r *bytes.Reader) (image.Image, error) { return webp.Decode(r) }
		perPixel = 12 // without loss: four colours, and as much again on the way
		k.turned = webpTurned(b)
		c, err = webp.DecodeConfig(bytes.NewReader(b))
	case HEIC, SVG:
		return k, errKind(kind)
	default:
		return k, errNotOne()
	}
	switch {
	case err != nil:
		return k, errDamaged(err)
	case c.Width < 1 || c.Height < 1:
		return k, errDamaged(errors.New("no dots"))
	case c.Width > maxEdge || c.Height > maxEdge || c.Width*c.Height > MaxPixels || c.Width*c.Height*perPixel > maxMemory:
		return k, errBig(fmt.Errorf("%d x %d", c.Width, c.Height))
	}
	return k, nil
}

// shrink makes img so small that its longest side is at most side, each dot the mean of
// those it stands for, over white. A smaller one keeps its size. It works on strips, so
// that the large picture is never held a second time.
func shrink(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	ow, oh := w, h
	if long := max(w, h); long > side {
		ow, oh = max(1, (w*side+long/2)/long), max(1, (h*side+long/2)/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	white := image.NewUniform(color.White)
	strip := image.NewRGBA(image.Rect(0, 0, w, (h+oh-1)/oh+1))
	for y := range oh {
		y0, y1 := y*h/oh, max(y*h/oh+1, (y+1)*h/oh)
		part := image.Rect(0, 0, w, y1-y0)
		draw.Draw(strip, part, white, image.Point{}, draw.Src)
		draw.Draw(strip, part, img, image.Pt(b.Min.X, b.Min.Y+y0), draw.Over)
		for x := range ow {
			mean(out.Pix[out.PixOffset(x, y):], strip, x*w/ow, max(x*w/ow+1, (x+1)*w/ow), y1-y0)
		}
	}
	return out
}

// mean writes the mean colour of the strip's first n rows between two columns.
func mean(to []uint8, strip *image.RGBA, x0, x1, n int) {
	var r, g, b, count uint64
	for y := range n {
		row := strip.Pix[strip.PixOffset(x0, y) : strip.PixOffset(x1-1, y)+4]
		for i := 0; i < len(row); i += 4 {
			r, g, b, count = r+uint64(row[i]), g+uint64(row[i+1]), b+uint64(row[i+2]), count+1
		}
	}
	to[0], to[1], to[2], to[3] = uint8((r+count/2)/count), uint8((g+count/2)/count), uint8((b+count/2)/count), 0xff
}

// turn turns a picture the way it was seen. turned is EXIF's orientation (Exif 2.32,
// 4.6.4, tag 0x0112): 2 is a mirror, 3 upside down, 6 is lying on its left side.
func turn(img *image.RGBA, turned int) *image.RGBA {
	if turned < 2 || turned > 8 {
		return img
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if turned >= 5 {
		w, h = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			fx, fy := x, y
			switch turned {
			case 2:
				fx = w - 1 - x
			case 3:
				fx, fy = w-1-x, h-1-y
			case 4:
				fy = h - 1 - y
			case 5:
				fx, fy = y, x
			case 6:
				fx, fy = y, w-1-x
			case 7:
				fx, fy = h-1-y, w-1-x
			case 8:
				fx, fy = h-1-y, x
			}
			copy(out.Pix[out.PixOffset(x, y):][:4], img.Pix[img.PixOffset(fx, fy):][:4])
		}
	}
	return out
}

// Size is how large a picture is that was made here, in pixels; 0 when it cannot be read.
func Size(b []byte) (width, height int) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return 0, 0
	}
	return c.Width, c.Height
}

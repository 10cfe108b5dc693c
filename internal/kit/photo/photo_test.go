package photo_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/kit/photo"
)

// corners is a picture whose four corners have four colours: red, green, blue, white
// from the top left on, clockwise.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			switch {
			case x >= w/2 && y < h/2:
				c = color.RGBA{0, 255, 0, 255}
			case x >= w/2:
				c = color.RGBA{0, 0, 255, 255}
			case y >= h/2:
				c = color.RGBA{255, 255, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// exif is an Exif segment that tells an orientation, and a place that must not go on.
func exif(order binary.AppendByteOrder, turned uint16) []byte {
	head := "II*\x00"
	if order.String() == binary.BigEndian.String() {
		head = "MM\x00*"
	}
	b := append([]byte("Exif\x00\x00"), head...)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = append(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x010f), 2), 4), "GPS!"...)
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x0112), 3), 1)
	b = order.AppendUint16(order.AppendUint16(b, turned), 0)
	b = append(b, "51.4816N 3.1791W"...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(b)+2)), b...)
}

func asJPEG(t testing.TB, img image.Image, segments ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	out := append([]byte{}, b.Bytes()[:2]...)
	for _, s := range segments {
		out = append(out, s...)
	}
	return append(out, b.Bytes()[2:]...)
}

// shows gives the letters of the colours in the four corners, clockwise from the top left.
func shows(t *testing.T, p photo.Picture) string {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != p.Width || img.Bounds().Dy() != p.Height {
		t.Errorf("it is %v and says %d x %d", img.Bounds(), p.Width, p.Height)
	}
	out := ""
	for _, at := range []image.Point{{p.Width / 8, p.Height / 8}, {p.Width * 7 / 8, p.Height / 8}, {p.Width * 7 / 8, p.Height * 7 / 8}, {p.Width / 8, p.Height * 7 / 8}} {
		r, g, b, _ := img.At(at.X, at.Y).RGBA()
		switch high := [3]bool{r > 0x8000, g > 0x8000, b > 0x8000}; high {
		case [3]bool{true, false, false}:
			out += "r"
		case [3]bool{false, true, false}:
			out += "g"
		case [3]bool{false, false, true}:
			out += "b"
		case [3]bool{true, true, true}:
			out += "w"
		default:
			out += "?"
		}
	}
	return out
}

func TestEveryWayOfHolding(t *testing.T) {
	// What a camera held that way would have seen, for a file that stores r g b w.
	want := map[uint16]string{0: "rgbw", 1: "rgbw", 2: "grwb", 3: "bwrg", 4: "wbgr", 5: "rwbg", 6: "wrgb", 7: "bgrw", 8: "gbwr", 9: "rgbw"}
	for turned, colours := range want {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			p, err := photo.Make(asJPEG(t, corners(80, 48), exif(order, turned)))
			if err != nil {
				t.Fatal(err)
			}
			if got := shows(t, p); got != colours {
				t.Errorf("orientation %d %v: %s, want %s", turned, order, got, colours)
			}
			if lying := turned >= 5 && turned <= 8; lying != (p.Height == 80) {
				t.Errorf("orientation %d: %d x %d", turned, p.Width, p.Height)
			}
		}
	}
}

func TestNothingButDotsGoesOn(t *testing.T) {
	comment := append([]byte{0xff, 0xfe, 0, 20}, "said by Sam Carter"...)
	b := append(asJPEG(t, corners(80, 48), exif(binary.BigEndian, 1), comment), "PK hidden behind the end"...)
	if !bytes.Contains(b, []byte("51.4816N")) || !bytes.Contains(b, []byte("Sam Carter")) {
		t.Fatal("the picture holds no place: this proves nothing")
	}
	p, err := photo.Make(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"51.4816N", "GPS", "Exif", "Sam", "hidden", "PK"} {
		if bytes.Contains(p.JPEG, []byte(secret)) {
			t.Errorf("%q went on", secret)
		}
	}
	// Only what a JPEG needs stands before its dots: no application segment, no comment.
	for i := 2; p.JPEG[i+1] != 0xda; i += 2 + int(binary.BigEndian.Uint16(p.JPEG[i+2:])) {
		if m := p.JPEG[i+1]; m >= 0xe0 && m <= 0xef || m == 0xfe {
			t.Errorf("a segment %x went on", m)
		}
	}
}

func TestKinds(t *testing.T) {
	var p, g, clear bytes.Buffer
	paletted := image.NewPaletted(image.Rect(0, 0, 80, 48), color.Palette{color.White, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 255, 0, 255}, color.RGBA{0, 0, 255, 255}})
	from := corners(80, 48)
	for y := range 48 {
		for x := range 80 {
			paletted.Set(x, y, from.At(x, y))
		}
	}
	if err := png.Encode(&p, from); err != nil {
		t.Fatal(err)
	}
	if err := gif.EncodeAll(&g, &gif.GIF{Image: []*image.Paletted{paletted, paletted}, Delay: []int{1, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&clear, image.NewNRGBA(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	grey := image.NewGray(image.Rect(0, 0, 9, 9))
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{"png": {p.Bytes(), "rgbw"}, "gif": {g.Bytes(), "rgbw"}, "clear parts": {clear.Bytes(), "wwww"}, "grey": {asJPEG(t, grey), "????"}} {
		got, err := photo.Make(c.b)
		if err != nil || shows(t, got) != c.want {
			t.Errorf("%s: %v %s", name, err, shows(t, got))
		}
	}
}

func TestSizes(t *testing.T) {
	for _, c := range [][4]int{{1600, 900, 1600, 900}, {3200, 1000, 1600, 500}, {1000, 3201, 500, 1600}, {1, 1, 1, 1}, {9000, 2, 1600, 1}, {1601, 1601, 1600, 1600}} {
		p, err := photo.Make(asJPEG(t, corners(c[0], c[1])))
		if err != nil || p.Width != c[2] || p.Height != c[3] {
			t.Errorf("%v became %d x %d, %v", c, p.Width, p.Height, err)
		}
		if c[2] > 100 && c[3] > 100 && err == nil {
			if got := shows(t, p); got != "rgbw" {
				t.Errorf("%v shows %s", c, got)
			}
		}
	}
}

// pngHead is a PNG whose head names a size and which holds nothing else.
func pngHead(w, h uint32) []byte {
	b := []byte("IHDR")
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, w), h)
	b = append(b, 16, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(out, b...), crc32.ChecksumIEEE(b))
}

// tiffHead is a TIFF whose directory names a size and which holds nothing else.
func tiffHead(w, h uint32) []byte {
	b := []byte("II*\x00\x08\x00\x00\x00")
	entries := [][2]uint32{{0x100, w}, {0x101, h}, {0x102, 8}, {0x103, 1}, {0x106, 1}, {0x111, 8}, {0x116, h}, {0x117, 4}}
	b = binary.LittleEndian.AppendUint16(b, uint16(len(entries)))
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(b, uint16(e[0])), 4)
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, 1), e[1])
	}
	return append(b, 0, 0, 0, 0)
}

// webpOf has ffmpeg make a WebP of a picture.
func webpOf(t *testing.T, img image.Image, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if slices.Contains(strings.Split(os.Getenv("PLAIT_TEST_WITHOUT"), ","), "ffmpeg") && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names ffmpeg")
		}
		t.Fatal("ffmpeg is not installed")
	}
	c := exec.Command("ffmpeg", append(append([]string{"-loglevel", "error", "-f", "png_pipe", "-i", "-"}, args...), "-f", "webp", "-")...)
	var in, out bytes.Buffer
	if err := png.Encode(&in, img); err != nil {
		t.Fatal(err)
	}
	c.Stdin, c.Stdout = &in, &out
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestTIFFAndWebP reads the kinds that scanners and the web give, turned as they say.
func TestTIFFAndWebP(t *testing.T) {
	files := map[string][]byte{
		"WebP": webpOf(t, corners(80, 48), "-quality", "95"), "WebP without loss": webpOf(t, corners(80, 48), "-lossless", "1"),
	}
	for name, o := range map[string]*tiff.Options{"TIFF": nil, "TIFF with deflate": {Compression: tiff.Deflate, Predictor: true}} {
		var b bytes.Buffer
		if err := tiff.Encode(&b, corners(80, 48), o); err != nil {
			t.Fatal(err)
		}
		files[name] = append(b.Bytes(), "Sam Carter, GPS"...)
	}
	for name, b := range files {
		p, err := photo.Make(b)
		if err != nil || shows(t, p) != "rgbw" || p.Width != 80 || p.Height != 48 || bytes.Contains(p.JPEG, []byte("GPS")) {
			t.Errorf("%s: %v %d x %d", name, err, p.Width, p.Height)
		}
	}
	// A WebP with an Exif chunk that says it lies on its side.
	plain := files["WebP"]
	e := exif(binary.LittleEndian, 6)[4:]
	e = append(e, make([]byte, len(e)%2)...)
	b := append(bytes.Clone(plain), "EXIF"...)
	b = append(binary.LittleEndian.AppendUint32(b, uint32(len(e))), e...)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	if p, err := photo.Make(b); err != nil || p.Height != 80 || shows(t, p) != "wrgb" {
		t.Errorf("a WebP on its side: %v, %d x %d", err, p.Width, p.Height)
	}
}

func TestSmall(t *testing.T) {
	p, err := photo.Make(asJPEG(t, corners(3000, 2000)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := photo.Small(p.JPEG, 320)
	if err != nil || shows(t, photo.Picture{JPEG: b, Width: 320, Height: 213}) != "rgbw" {
		t.Error(err)
	}
	for _, as := range [][]byte{b, []byte("x")} {
		if same, err := photo.Small(as, 320); err != nil || !bytes.Equal(same, as) {
			t.Errorf("what is small or no JPEG: %d bytes of %d, %v", len(same), len(as), err)
		}
	}
}

// TestALargePhoto reads a photo of as many dots as may be.
func TestALargePhoto(t *testing.T) {
	p, err := photo.Make(asJPEG(t, image.NewYCbCr(image.Rect(0, 0, 8192, 6103), image.YCbCrSubsampleRatio420)))
	if err != nil || p.Width != 1600 || p.Height != 1192 {
		t.Errorf("%d x %d, %v", p.Width, p.Height, err)
	}
	if _, err := photo.Make(asJPEG(t, image.NewYCbCr(image.Rect(0, 0, 8192, 6104), image.YCbCrSubsampleRatio420))); !fault.Is(err, fault.TooBig) {
		t.Error(err)
	}
}

func TestBombs(t *testing.T) {
	progressive := func(w, h uint16) []byte {
		return []byte{0xff, 0xd8, 0xff, 0xc2, 0, 11, 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 1, 1, 0x11, 0,
			0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0, 0xff, 0xd9}
	}
	scans := asJPEG(t, corners(16, 16))
	scans = scans[:len(scans)-2]
	for range 100 {
		scans = append(scans, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0)
	}
	for name, c := range map[string]struct {
		b    []byte
		kind fault.Kind
		say  string
	}{
		"a PNG of a billion dots":        {pngHead(30000, 30000), fault.TooBig, "photo.too_big"},
		"a PNG of one long line":         {pngHead(1<<31-1, 1), fault.TooBig, "photo.too_big"},
		"a GIF of four billion dots":     {[]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), fault.TooBig, "photo.too_big"},
		"a progressive JPEG too large":   {progressive(7000, 7000), fault.TooBig, "photo.too_big"},
		"a JPEG of many passes":          {scans, fault.TooBig, "photo.too_big"},
		"a large file":                   {make([]byte, photo.MaxBytes+1), fault.TooBig, "photo.too_big"},
		"a small PNG with nothing in it": {pngHead(10, 10), fault.Invalid, "photo.damaged"},
		"a JPEG cut short":               {asJPEG(t, corners(80, 48))[:300], fault.Invalid, "photo.damaged"},
		"words":                          {[]byte("The bus stops at four"), fault.Invalid, "photo.not_one"},
		"a page":                         {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), fault.Invalid, "photo.svg"},
		"a page of the web":              {[]byte("<!doctype html><html><svg/></html>"), fault.Invalid, "photo.not_one"},
		"an SVG with a script":           {[]byte("\ufeff<?xml version='1.0'?>\n<!-- a --><SVG onload='alert(1)'/>"), fault.Invalid, "photo.svg"},
		"an iPhone's picture":            {append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 64)...), fault.Invalid, "photo.heic"},
		"a TIFF of a billion dots":       {tiffHead(30000, 30000), fault.TooBig, "photo.too_big"},
		"a TIFF with nothing in it":      {tiffHead(10, 10), fault.Invalid, "photo.damaged"},
		"a TIFF that is a loop":          {[]byte("II*\x00\x08\x00\x00\x00\xff\xff"), fault.Invalid, "photo.damaged"},
		"a WebP cut short":               {[]byte("RIFF\x10\x00\x00\x00WEBPVP8 "), fault.Invalid, "photo.damaged"},
		"nothing":                        {nil, fault.Invalid, "photo.not_one"},
	} {
		p, err := photo.Make(c.b)
		f := fault.Of(err)
		if f == nil || f.Kind != c.kind || f.Say != c.say || p.JPEG != nil {
			t.Errorf("%s: %v, %d bytes", name, err, len(p.JPEG))
		}
	}
	words, err := lang.New(photo.Words())
	if err != nil {
		t.Fatal(err)
	}
	if s := words.T("en", "photo.too_big_do", fault.Of(func() error { _, err := photo.Make(pngHead(30000, 30000)); return err }()).Args...); !strings.Contains(s, "50 million") {
		t.Error(s)
	}
}

func BenchmarkMake(b *testing.B) {
	in := asJPEG(b, corners(4000, 3000))
	for b.Loop() {
		if _, err := photo.Make(in); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzMake(f *testing.F) {
	small := corners(24, 16)
	var p, g bytes.Buffer
	if png.Encode(&p, small) != nil || gif.Encode(&g, small, nil) != nil {
		f.Fatal("no seed")
	}
	f.Add(asJPEG(f, small, exif(binary.BigEndian, 6)))
	f.Add(asJPEG(f, small, exif(binary.LittleEndian, 3)))
	f.Add(p.Bytes())
	f.Add(g.Bytes())
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		// What a head may ask for is large: the fuzzer is kept to small pictures.
		if c, _, err := image.DecodeConfig(bytes.NewReader(b)); err == nil && c.Width*c.Height > 1<<20 {
			t.Skip("too large for a fuzzer")
		}
		p, err := photo.Make(b)
		if err != nil {
			if p.JPEG != nil || fault.Is(err, fault.Broken) {
				t.Fatalf("%d bytes came with %v", len(p.JPEG), err)
			}
			return
		}
		c, err := jpeg.DecodeConfig(bytes.NewReader(p.JPEG))
		if err != nil || c.Width != p.Width || c.Height != p.Height || max(c.Width, c.Height) > photo.MaxSide {
			t.Fatalf("%+v %v", c, err)
		}
	})
}

package paper_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	qrcode "github.com/skip2/go-qrcode"

	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/kit/paper"
)

const card = "https://plait.example.org/card#7KQ2M9XT4R"

// scale is how many pixels a module takes in the tests' pictures.
const scale = 4

// needs finds a program. Without it the test fails, unless the person running the
// tests left it out by name.
func needs(t *testing.T, program, pkg, name string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	for without := range strings.SplitSeq(os.Getenv("PLAIT_TEST_WITHOUT"), ",") {
		if strings.TrimSpace(without) == name && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names " + name)
		}
	}
	t.Fatalf("no %s: install the package %s, or set PLAIT_TEST_WITHOUT=%s", program, pkg, name)
	return ""
}

// decode reads the QR code in each picture with zbar.
func decode(t *testing.T, pictures ...string) []string {
	t.Helper()
	zbar := needs(t, "zbarimg", "zbar-tools", "zbar")
	var out []string
	for _, p := range pictures {
		cmd := exec.Command(zbar, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", p)
		text, err := cmd.Output()
		if err != nil {
			t.Errorf("%s was not read: %v", filepath.Base(p), err)
		}
		out = append(out, strings.TrimSuffix(string(text), "\n"))
	}
	return out
}

// svg is what of the picture the tests look at.
type svg struct {
	ViewBox string `xml:"viewBox,attr"`
	Role    string `xml:"role,attr"`
	Label   string `xml:"aria-label,attr"`
	Paths   []struct {
		Fill string `xml:"fill,attr"`
		D    string `xml:"d,attr"`
	} `xml:"path"`
}

func read(t testing.TB, code paper.Code) svg {
	t.Helper()
	var s svg
	d := xml.NewDecoder(bytes.NewReader(code.SVG))
	d.Strict = true
	if err := d.Decode(&s); err != nil {
		t.Fatalf("%v in %s", err, code.SVG)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		t.Fatalf("something follows the picture: %v", err)
	}
	if want := fmt.Sprintf("0 0 %d %d", code.Size, code.Size); s.ViewBox != want || len(s.Paths) != 2 {
		t.Fatalf("view box %q, %d paths", s.ViewBox, len(s.Paths))
	}
	return s
}

// boxes matches one box of the dark path: a run of modules.
var boxes = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// dark draws the path again: true for each dark module, the quiet edge included.
func dark(t testing.TB, code paper.Code) [][]bool {
	t.Helper()
	d := read(t, code).Paths[1].D
	out := make([][]bool, code.Size)
	for i := range out {
		out[i] = make([]bool, code.Size)
	}
	if rest := boxes.ReplaceAllString(d, ""); rest != "" {
		t.Fatalf("the path holds something else: %q", rest)
	}
	for _, m := range boxes.FindAllStringSubmatch(d, -1) {
		var n [4]int
		for i := range n {
			v, err := strconv.Atoi(m[i+1])
			if err != nil {
				t.Fatal(err)
			}
			n[i] = v
		}
		if n[2] != n[3] || n[2] < 1 || n[1] >= code.Size || n[0]+n[2] > code.Size {
			t.Fatalf("box %v", m)
		}
		for x := n[0]; x < n[0]+n[2]; x++ {
			out[n[1]][x] = true
		}
	}
	return out
}

// picture writes the modules as a PNG.
func picture(t *testing.T, path string, dark [][]bool) {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, len(dark)*scale, len(dark)*scale))
	for y := range len(dark) * scale {
		for x := range len(dark) * scale {
			if !dark[y/scale][x/scale] {
				img.Set(x, y, color.White)
			}
		}
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, img), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestPicture(t *testing.T) {
	label := `Code for "Siân" & <others>`
	code, err := paper.QR(card, label)
	if err != nil {
		t.Fatal(err)
	}
	s := read(t, code)
	if s.Role != "img" || s.Label != label {
		t.Errorf("role %q, label %q", s.Role, s.Label)
	}
	for _, bad := range []string{"style", "<script", "width=", "<others", "\n"} {
		if bytes.Contains(code.SVG, []byte(bad)) {
			t.Errorf("%q is in the picture", bad)
		}
	}
	if s.Paths[0].Fill != "#fff" || s.Paths[1].Fill != "#000" {
		t.Errorf("colours %q and %q", s.Paths[0].Fill, s.Paths[1].Fill)
	}
	got := dark(t, code)
	q, err := qrcode.New(card, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	want := q.Bitmap() // with the library's own quiet edge of 4
	if len(want) != code.Size {
		t.Fatalf("size %d, want %d", code.Size, len(want))
	}
	for y := range want {
		for x := range want[y] {
			if want[y][x] != got[y][x] {
				t.Fatalf("module %d,%d differs", x, y)
			}
			if min(x, y, code.Size-1-x, code.Size-1-y) < paper.Quiet && got[y][x] {
				t.Fatalf("module %d,%d is in the quiet edge", x, y)
			}
		}
	}
	if len(code.SVG) > 20_000 {
		t.Errorf("%d bytes for a card", len(code.SVG))
	}
}

// Every length class and kind of letter is read back by a reader we did not write.
func TestIsRead(t *testing.T) {
	texts := []string{
		card, "A", "0", "012345678901234567890", "HTTPS://PLAIT.EXAMPLE/C/7KQ2M9XT4R", "a1A1a1A1%$ *+-./:", " !\"#&'()<>?@[]^_`{|}~",
		strings.Repeat("abcdefg", 20), strings.Repeat("0123456789", 41), strings.Repeat("x", paper.MaxText), card + "?" + strings.Repeat("7K", 90),
	}
	dir := t.TempDir()
	var files []string
	for i, text := range texts {
		code, err := paper.QR(text, "code")
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if code.Size > 77+2*paper.Quiet {
			t.Errorf("%d bytes take %d modules", len(text), code.Size)
		}
		file := filepath.Join(dir, strconv.Itoa(i)+".png")
		picture(t, file, dark(t, code))
		files = append(files, file)
	}
	for i, got := range decode(t, files...) {
		if got != texts[i] {
			t.Errorf("read %q, want %q", got, texts[i])
		}
	}
}

// The SVG itself, drawn by a program that knows SVG, is read too.
func TestDrawnPictureIsRead(t *testing.T) {
	rsvg := needs(t, "rsvg-convert", "librsvg2-bin", "rsvg")
	code, err := paper.QR(card, "code")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "a.svg"), filepath.Join(dir, "a.png")
	if err := os.WriteFile(in, code.SVG, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command(rsvg, "--width", "300", "--output", out, in).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if got := decode(t, out); got[0] != card {
		t.Errorf("read %q", got[0])
	}
}

func TestRefused(t *testing.T) {
	words, err := lang.New(paper.Words())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, label string
		kind        fault.Kind
		say         string
	}{
		{"", "code", fault.Invalid, "paper.text"},
		{"\xff", "code", fault.Invalid, "paper.letters"},
		{"tŷ", "code", fault.Invalid, "paper.letters"},
		{"a\nb", "code", fault.Invalid, "paper.letters"},
		{card, "", fault.Invalid, "paper.label"},
		{card, "\xff", fault.Invalid, "paper.label"},
		{strings.Repeat("x", paper.MaxText+1), "code", fault.TooBig, "paper.too_long"},
		{strings.Repeat("x", 1_000_000), "code", fault.TooBig, "paper.too_long"},
	} {
		_, err := paper.QR(c.text, c.label)
		f := fault.Of(err)
		if f == nil || f.Kind != c.kind || f.Say != c.say {
			t.Errorf("%.20q %q: %v", c.text, c.label, err)
			continue
		}
		if strings.Contains(words.T("en", f.Say, f.Args...), "⟦") {
			t.Errorf("no words for %s", f.Say)
		}
	}
}

// Whatever the text, there is a whole picture or a plain fault, never a panic.
func FuzzQR(f *testing.F) {
	for _, s := range []string{"", card, "0", strings.Repeat("0", 412), strings.Repeat("A", 412), "\x00", "ŵ", "0A0a0A0a", strings.Repeat("a0", 206), "12 34 AB ab"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, err := paper.QR(text, "code")
		if err != nil {
			if fault.Is(err, fault.Broken) {
				t.Fatal(err)
			}
			return
		}
		if (code.Size-2*paper.Quiet-17)%4 != 0 {
			t.Fatalf("no symbol has %d modules", code.Size)
		}
		// The three finder patterns stand in their corners (ISO/IEC 18004, 6.3.3).
		d, last := dark(t, code), code.Size-paper.Quiet-7
		for _, at := range [][2]int{{paper.Quiet, paper.Quiet}, {last, paper.Quiet}, {paper.Quiet, last}} {
			for i := range 7 {
				if !d[at[1]][at[0]+i] || !d[at[1]+i][at[0]] {
					t.Fatal("a finder pattern is missing")
				}
			}
		}
	})
}

package paper

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"time"

	"plait/internal/engine/corner"
	"plait/internal/kit/child"
	"plait/internal/kit/fault"
	"plait/internal/kit/photo"
)

// Limits of reading a photo.
const (
	cutTime   = 30 * time.Second
	cutMemory = 512 << 20
	cutOutput = 64 << 20
	maxSide   = 1600 // of a cut picture, in pixels
	wholeSide = 3200 // of a photo that waits for boxes to be drawn on it
	maxCuts   = 200  // cards and loose things of one photo
)

// order is the first line of what is to be cut; the photo's bytes follow it.
type order struct {
	Boxes []Box `json:"boxes,omitempty"` // none: look for corner codes
}

// answer is the first line that comes back. The pictures follow it: the whole photo, where
// Whole is not 0, then those of the cards or boxes, each as long as it says here.
type answer struct {
	Say           string `json:"say,omitempty"` // message key of photo's fault; then nothing else is there
	Whole         int    `json:"whole"`         // bytes
	Width, Height int
	Cards         []cutCard `json:"cards,omitempty"`
	Loose         []Box     `json:"loose,omitempty"`
	Parts         []int     `json:"parts,omitempty"` // bytes of each picture
}

type cutCard struct {
	corner.Code
	Corners int `json:"corners"`
	Width   int `json:"width"` // of the card in the photo, in pixels
}

// found is an answer with its pictures.
type found struct {
	answer
	whole []byte
	parts [][]byte
}

// Cutter reads and cuts photos.
type Cutter interface {
	// Cut looks for cards in a photo, or cuts boxes out of it where there are any. A fault
	// of kind invalid or toobig is the photo's; child.ErrSlow and child.ErrFailed say that it
	// made its reader fail.
	Cut(ctx context.Context, b []byte, boxes []Box) (found, error)
}

// InProcess is a Cutter in this process, for where the program cannot start itself again.
type InProcess struct{}

// Cut reads b here.
func (InProcess) Cut(_ context.Context, b []byte, boxes []Box) (found, error) {
	f, err := cut(b, boxes)
	var ft *fault.Fault
	if errors.As(err, &ft) {
		return found{}, ft
	}
	return f, err
}

// CutPhoto is the hidden command of the program by which it reads a photo in a process of
// its own: "cut-paper", with nothing else. The program asks child.Called for it before
// anything else.
func CutPhoto() child.Task {
	return child.Task{Name: "cut-paper", Time: cutTime, Memory: cutMemory, Output: cutOutput, Do: cutTask}
}

// Apart is a Cutter in a process of its own, with limits of time and memory.
type Apart struct{ run *child.Runner }

// NewApart makes an Apart. program is this program (child.Self), which must answer to
// CutPhoto.
func NewApart(program string) *Apart { return &Apart{child.NewRunner(program, CutPhoto(), 1)} }

// Cut reads b in a new process.
func (a *Apart) Cut(ctx context.Context, b []byte, boxes []Box) (f found, err error) {
	head, err := json.Marshal(order{boxes})
	if err != nil {
		return f, err
	}
	in := io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(b))
	if err = a.run.Run(ctx, in, func(back io.Reader) (err error) { f, err = readFound(back); return err }); err != nil {
		return found{}, err
	}
	if f.Say != "" {
		return found{}, photo.Refusal(f.Say)
	}
	return f, nil
}

// cutTask is what the process does.
func cutTask(in io.Reader, out io.Writer) error {
	r := bufio.NewReader(in)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(r, photo.MaxBytes+1)) // one more, which photo.Open refuses
	if err != nil {
		return err
	}
	f, err := cut(b, o.Boxes)
	var ft *fault.Fault
	if errors.As(err, &ft) {
		f = found{answer: answer{Say: ft.Say}}
	} else if err != nil {
		return err
	}
	if err := json.NewEncoder(out).Encode(f.answer); err != nil {
		return err
	}
	for _, p := range append([][]byte{f.whole}, f.parts...) {
		if _, err := out.Write(p); err != nil {
			return err
		}
	}
	return nil
}

// readFound reads what cutTask wrote. It trusts nothing of it.
func readFound(back io.Reader) (f found, err error) {
	r := bufio.NewReaderSize(back, 1<<16)
	line, err := r.ReadSlice('\n') // at most the buffer
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(line, &f.answer); err != nil {
		return f, err
	}
	if f.Say != "" {
		if photo.Refusal(f.Say) == nil {
			return f, errors.New("a refusal that is none")
		}
		return f, nil
	}
	if len(f.Parts) > maxCuts || len(f.Cards) > maxCuts || len(f.Loose) > maxCuts || len(f.Cards) > len(f.Parts) {
		return f, errors.New("too many cards came back")
	}
	take := func(n int) ([]byte, error) {
		if n < 0 || n > cutOutput {
			return nil, fmt.Errorf("a picture of %d bytes", n)
		}
		b := make([]byte, n)
		_, err := io.ReadFull(r, b)
		if err == nil && n > 0 && !bytes.HasPrefix(b, []byte("\xff\xd8\xff")) {
			err = errors.New("what came back is no picture")
		}
		return b, err
	}
	if f.whole, err = take(f.Whole); err != nil {
		return f, err
	}
	for _, n := range f.Parts {
		b, err := take(n)
		if err != nil {
			return f, err
		}
		f.parts = append(f.parts, b)
	}
	for _, b := range f.Loose {
		if !b.good() {
			return f, errors.New("a loose thing beyond the photo")
		}
	}
	return f, nil
}

// cut reads a photo and gives what is in it, and the photo itself, safe to keep.
func cut(b []byte, boxes []Box) (f found, err error) {
	img, turned, err := photo.Open(b)
	if err != nil {
		return f, err
	}
	if len(boxes) > 0 {
		return f, f.cutBoxes(img, boxes)
	}
	cards, loose := corner.Find(img)
	whole, err := photo.Upright(img, turned, wholeSide)
	if err != nil {
		return f, err
	}
	f.whole, f.Whole, f.Width, f.Height = whole.JPEG, len(whole.JPEG), whole.Width, whole.Height
	for _, c := range cards[:min(len(cards), maxCuts)] {
		part := corner.Cut(img, c, maxSide)
		if err := f.add(part); err != nil {
			return f, err
		}
		f.Cards = append(f.Cards, cutCard{c.Code, c.Markers, part.Rect.Dx()})
	}
	size := img.Bounds().Size()
	for _, l := range loose[:min(len(loose), maxCuts)] {
		q := l.Quad
		if l.Card != nil {
			q = *l.Card
		}
		if box := around(q, size, turned); box.good() {
			f.Loose = append(f.Loose, box)
		}
	}
	return f, nil
}

func (f *found) cutBoxes(img image.Image, boxes []Box) error {
	b := img.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	for _, x := range boxes[:min(len(boxes), maxCuts)] {
		if !x.good() {
			return errors.New("a box beyond the photo")
		}
		q := corner.Quad{{X: x.X * w, Y: x.Y * h}, {X: (x.X + x.W) * w, Y: x.Y * h}, {X: (x.X + x.W) * w, Y: (x.Y + x.H) * h}, {X: x.X * w, Y: (x.Y + x.H) * h}}
		if err := f.add(corner.CutQuad(img, q, maxSide)); err != nil {
			return err
		}
	}
	return nil
}

func (f *found) add(img *image.RGBA) error {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: photo.Quality}); err != nil {
		return err
	}
	f.parts, f.Parts = append(f.parts, out.Bytes()), append(f.Parts, out.Len())
	return nil
}

// around is the box about a quad, with a little of what is beside it, in the picture as it
// is looked at. turned is EXIF's orientation, as photo.Upright obeys it.
func around(q corner.Quad, size image.Point, turned int) Box {
	lo, hi := corner.Point{X: 1, Y: 1}, corner.Point{}
	for _, p := range q {
		x, y := p.X/float64(size.X), p.Y/float64(size.Y)
		switch turned {
		case 2:
			x = 1 - x
		case 3:
			x, y = 1-x, 1-y
		case 4:
			y = 1 - y
		case 5:
			x, y = y, x
		case 6:
			x, y = 1-y, x
		case 7:
			x, y = 1-y, 1-x
		case 8:
			x, y = y, 1-x
		}
		lo, hi = corner.Point{X: min(lo.X, x), Y: min(lo.Y, y)}, corner.Point{X: max(hi.X, x), Y: max(hi.Y, y)}
	}
	const edge = 0.01
	lo, hi = corner.Point{X: max(lo.X-edge, 0), Y: max(lo.Y-edge, 0)}, corner.Point{X: min(hi.X+edge, 1), Y: min(hi.Y+edge, 1)}
	return Box{lo.X, lo.Y, hi.X - lo.X, hi.Y - lo.Y}
}

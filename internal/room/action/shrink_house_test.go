package action_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/blob"
	"plait/internal/kit/child"
	"plait/internal/kit/fault"
	"plait/internal/kit/photo"
	"plait/internal/kit/seal"
	"plait/internal/room/action"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
	"plait/test/house"
)

// TestMain lets this test binary be the process that reads a picture, as the program is.
func TestMain(m *testing.M) {
	if code, called := child.Called(os.Args[1:], os.Stdin, os.Stdout, photo.Task()); called {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

func apart(t *testing.T) photo.Shrinker {
	t.Helper()
	self, err := child.Self()
	if err != nil {
		t.Fatal(err)
	}
	return photo.NewApart(self)
}

// TestApartShrinksTheSame reads every kind of picture in a process of its own and in this one.
func TestApartShrinksTheSame(t *testing.T) {
	var asPNG, asGIF bytes.Buffer
	if err := png.Encode(&asPNG, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&asGIF, image.NewPaletted(image.Rect(0, 0, 9, 7), color.Palette{color.Black, color.White}), nil); err != nil {
		t.Fatal(err)
	}
	huge := append([]byte{}, asPNG.Bytes()...)
	copy(huge[16:24], []byte{0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30}) // says that it is 30,000 dots wide and high
	here, there := photo.InProcess{}, apart(t)
	for name, b := range map[string][]byte{"JPEG": dots(t, 2000, 900), "PNG": asPNG.Bytes(), "GIF": asGIF.Bytes(), "huge": huge, "cut off": dots(t, 40, 30)[:200],
		"no picture": []byte("%PDF-1.7"), "nothing": nil, "too many bytes": make([]byte, photo.MaxBytes+9)} {
		want, wantErr := here.Shrink(t.Context(), b)
		got, err := there.Shrink(t.Context(), b)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-here +apart)\n%s", name, diff)
		}
		if (err == nil) != (wantErr == nil) {
			t.Errorf("%s: %v, want %v", name, err, wantErr)
			continue
		}
		if err == nil {
			continue
		}
		f, w := fault.Of(err), fault.Of(wantErr)
		if f.Kind != w.Kind || f.Say != w.Say || f.Do != w.Do || !cmp.Equal(f.Args, w.Args) {
			t.Errorf("%s: %+v, want %+v", name, f, w)
		}
	}
}

// TestAProgramThatIsGone starts nothing: that is no fault of the picture.
func TestAProgramThatIsGone(t *testing.T) {
	_, err := photo.NewApart(filepath.Join(t.TempDir(), "none")).Shrink(t.Context(), dots(t, 4, 4))
	if err == nil || errors.Is(err, child.ErrFailed) || fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

// held is a photo.Shrinker that waits until it is let go, and counts those that read at once.
type held struct {
	began chan struct{}
	goOn  chan struct{}
	err   error
}

func (h held) Shrink(ctx context.Context, b []byte) (photo.Picture, error) {
	h.began <- struct{}{}
	select {
	case <-h.goOn:
	case <-ctx.Done():
		return photo.Picture{}, ctx.Err()
	}
	if h.err != nil {
		return photo.Picture{}, h.err
	}
	return photo.Make(b)
}

// room is the room alone, with files of its own, reading pictures by s.
func room(t *testing.T, h *house.House, s photo.Shrinker) *action.Room {
	t.Helper()
	key, err := seal.New(make([]byte, seal.Size))
	if err != nil {
		t.Fatal(err)
	}
	r := action.New(plug.Needs{DB: h.DB, Clock: h.Clock, IDs: h.IDs, Desk: h.Desk, Face: h.Face, Files: &blob.Store{DB: h.DB, Clock: h.Clock, IDs: h.IDs, Key: key}}, nil, nil)
	r.Shrinks(photo.NewLine(s))
	return r
}

// TestPicturesWaitInALine: one is read, a few wait, and whoever comes then is asked to come
// again; those who waited get their photo.
func TestPicturesWaitInALine(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		s := held{began: make(chan struct{}, 2+photo.Waiting), goOn: make(chan struct{})}
		r := room(t, h, s)
		const most = 1 + photo.Waiting // one that is read, and those that wait
		done, content := make(chan error, most+1), dots(t, 4, 4)
		for range most + 1 {
			at := plan(h, ctx, action.PlanIn{Title: "Lend chairs"}).Ref
			go func() {
				_, err := r.Photo(ctx, action.PhotoIn{Ref: at, Version: 1, Caption: "C", Content: content})
				done <- err
			}()
		}
		// All but one are in the line and cannot go on: the one that comes back is the one too many.
		if err := <-done; !fault.Is(err, fault.Busy) || fault.Of(err).Say != "photo.busy" {
			t.Errorf("one too many: %v", err)
		}
		<-s.began
		if n := len(s.began); n != 0 {
			t.Errorf("%d more are read at once", n)
		}
		close(s.goOn)
		for range most {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		// The line is free again; a picture that makes its reader fail says so at its field.
		f := held{began: s.began, goOn: s.goOn, err: child.ErrFailed}
		at := plan(h, ctx, action.PlanIn{Title: "Lend rails"}).Ref
		_, err := room(t, h, f).Photo(ctx, action.PhotoIn{Ref: at, Version: 1, Caption: "C", Content: dots(t, 4, 4)})
		if got := fault.Of(err); got.Kind != fault.Invalid || len(got.Fields) != 1 || got.Fields[0].Name != "content" || got.Fields[0].Say != "photo.unsafe" {
			t.Errorf("%+v", got)
		}
		if _, err := r.Photo(ctx, action.PhotoIn{Ref: at, Version: 1, Caption: "C", Content: dots(t, 4, 4)}); err != nil {
			t.Error(err)
		}
	})
}

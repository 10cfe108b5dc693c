package action

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"plait/internal/kit/child"
	"plait/internal/kit/fault"
	"plait/internal/kit/photo"
)

// Limits of reading pictures.
const (
	shrinkTime    = time.Minute
	shrinkMemory  = 1 << 30  // bytes of the process that reads one
	shrinkOutput  = 16 << 20 // bytes it may give back
	shrinkWaiting = 4        // pictures that may wait while one is read
)

// Shrinker makes a picture safe to keep.
type Shrinker interface {
	// Shrink gives the picture as it is kept. A fault of kind invalid or toobig is the
	// picture's; child.ErrSlow and child.ErrFailed say that it made its reader fail.
	Shrink(ctx context.Context, b []byte) (photo.Picture, error)
}

// InProcess is a Shrinker in this process, for where the program cannot start itself again.
type InProcess struct{}

// Shrink reads b here.
func (InProcess) Shrink(_ context.Context, b []byte) (photo.Picture, error) { return photo.Make(b) }

// ShrinkPhoto is the hidden command of the program by which it reads a picture in a process
// of its own: "read-photo", with nothing else. The program asks child.Called for it before
// anything else.
func ShrinkPhoto() child.Task {
	return child.Task{Name: "read-photo", Time: shrinkTime, Memory: shrinkMemory, Output: shrinkOutput, Do: shrinkTask}
}

// Apart is a Shrinker in a process of its own, with limits of time and memory.
type Apart struct{ run *child.Runner }

// NewApart makes an Apart. program is this program (child.Self), which must answer to
// ShrinkPhoto.
func NewApart(program string) *Apart { return &Apart{child.NewRunner(program, ShrinkPhoto(), 1)} }

// Shrink reads b in a new process.
func (a *Apart) Shrink(ctx context.Context, b []byte) (p photo.Picture, err error) {
	var refused error
	err = a.run.Run(ctx, bytes.NewReader(b), func(back io.Reader) (err error) { p, refused, err = readShrunk(back); return err })
	if err == nil {
		err = refused
	}
	if err != nil {
		return photo.Picture{}, err
	}
	return p, nil
}

// shrunk is the first line that comes back; the JPEG follows it.
type shrunk struct {
	Say           string `json:"say,omitempty"` // message key of photo's fault; then nothing follows
	Width, Height int
}

// shrinkTask is what the process does.
func shrinkTask(in io.Reader, out io.Writer) error {
	b, err := io.ReadAll(io.LimitReader(in, photo.MaxBytes+1)) // one more, which photo.Make refuses
	if err != nil {
		return err
	}
	var head shrunk
	p, err := photo.Make(b)
	var f *fault.Fault
	switch {
	case errors.As(err, &f):
		head.Say = f.Say
	case err != nil:
		return err
	default:
		head.Width, head.Height = p.Width, p.Height
	}
	if err := json.NewEncoder(out).Encode(head); err != nil {
		return err
	}
	_, err = out.Write(p.JPEG)
	return err
}

// readShrunk reads what shrinkTask wrote. It trusts nothing of it: refused is the picture's
// fault, err that the answer is none.
func readShrunk(back io.Reader) (p photo.Picture, refused, err error) {
	r := bufio.NewReaderSize(back, 1<<12)
	line, err := r.ReadSlice('\n') // at most the buffer
	if err != nil {
		return p, nil, err
	}
	var head shrunk
	if err := json.Unmarshal(line, &head); err != nil {
		return p, nil, err
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return p, nil, err
	}
	if head.Say != "" {
		f := photo.Refusal(head.Say)
		if f == nil || len(b) > 0 {
			return p, nil, errors.New("a refusal that is none")
		}
		return p, f, nil
	}
	side := min(head.Width, head.Height)
	if side < 1 || max(head.Width, head.Height) > photo.MaxSide || !bytes.HasPrefix(b, []byte("\xff\xd8\xff")) {
		return p, nil, fmt.Errorf("no picture came back: %d x %d, %d bytes", head.Width, head.Height, len(b))
	}
	return photo.Picture{JPEG: b, Width: head.Width, Height: head.Height}, nil, nil
}

// picture reads one picture at a time, for reading one may take much memory. A few may
// wait; whoever comes when they do is asked to come again.
func (r *Room) picture(ctx context.Context, b []byte) (p photo.Picture, err error) {
	select {
	case r.line <- struct{}{}:
		defer func() { <-r.line }()
	default:
		return p, fault.New(fault.Busy, "action.photo_busy").With("action.photo_busy_do")
	}
	select {
	case r.reading <- struct{}{}:
		defer func() { <-r.reading }()
	case <-ctx.Done():
		return p, ctx.Err()
	}
	p, err = r.shrinks.Shrink(ctx, b)
	var f *fault.Fault
	switch {
	case errors.Is(err, child.ErrSlow), errors.Is(err, child.ErrFailed):
		return p, fault.Fielded("content", "action.photo_unsafe").With("action.photo_unsafe_do").Because(err)
	case errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.TooBig):
		return p, fault.Fielded("content", f.Say, f.Args...).With(f.Do)
	}
	return p, err
}

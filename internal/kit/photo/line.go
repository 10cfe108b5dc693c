package photo

import (
	"context"
	"errors"

	"plait/internal/kit/child"
	"plait/internal/kit/fault"
)

// Waiting is how many pictures may wait while one is read; each may hold MaxBytes.
const Waiting = 8

// Shrinker makes a picture safe to keep.
type Shrinker interface {
	// Shrink gives the picture as it is kept. A fault of kind invalid or toobig is the
	// picture's; child.ErrSlow and child.ErrFailed say that it made its reader fail.
	Shrink(ctx context.Context, b []byte) (Picture, error)
}

// InProcess is a Shrinker in this process, for where the program cannot start itself again.
type InProcess struct{}

// Shrink reads b here.
func (InProcess) Shrink(_ context.Context, b []byte) (Picture, error) { return Make(b) }

// Line has a Shrinker read one picture at a time, for reading one may take much memory. A
// few may wait; whoever comes when they do is told to come again. A house has one Line,
// whoever sends the pictures.
type Line struct {
	by      Shrinker
	line    chan struct{} // a place for each picture that is read or waits
	reading chan struct{} // one place: taken while a picture is read
}

// NewLine makes a Line.
func NewLine(by Shrinker) *Line {
	return &Line{by: by, line: make(chan struct{}, 1+Waiting), reading: make(chan struct{}, 1)}
}

// Shrink reads b when its turn comes. A picture that makes its reader fail is an invalid
// fault, and a line that is full a busy one.
func (l *Line) Shrink(ctx context.Context, b []byte) (p Picture, err error) {
	select {
	case l.line <- struct{}{}:
		defer func() { <-l.line }()
	default:
		return p, fault.New(fault.Busy, "photo.busy").With("photo.busy_do")
	}
	select {
	case l.reading <- struct{}{}:
		defer func() { <-l.reading }()
	case <-ctx.Done():
		return p, ctx.Err()
	}
	p, err = l.by.Shrink(ctx, b)
	if errors.Is(err, child.ErrSlow) || errors.Is(err, child.ErrFailed) {
		return Picture{}, fault.New(fault.Invalid, "photo.unsafe").With("photo.unsafe_do").Because(err)
	}
	return p, err
}

package photo

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
)

// Limits of a process that reads a picture.
const (
	taskTime   = time.Minute
	taskMemory = 1 << 30  // bytes
	taskOutput = 16 << 20 // bytes it may give back
)

// Task is the hidden command of the program by which it reads a picture in a process of
// its own: "read-photo", with nothing else. The program asks child.Called for it before
// anything else.
func Task() child.Task {
	return child.Task{Name: "read-photo", Time: taskTime, Memory: taskMemory, Output: taskOutput, Do: do}
}

// Apart is a Shrinker in a process of its own, with limits of time and memory.
type Apart struct{ run *child.Runner }

// NewApart makes an Apart. program is this program (child.Self), which must answer to Task.
func NewApart(program string) *Apart { return &Apart{child.NewRunner(program, Task(), 1)} }

// Shrink reads b in a new process.
func (a *Apart) Shrink(ctx context.Context, b []byte) (p Picture, err error) {
	var refused error
	err = a.run.Run(ctx, bytes.NewReader(b), func(back io.Reader) (err error) { p, refused, err = readShrunk(back); return err })
	if err == nil {
		err = refused
	}
	if err != nil {
		return Picture{}, err
	}
	return p, nil
}

// shrunk is the first line that comes back; the JPEG follows it.
type shrunk struct {
	Say           string `json:"say,omitempty"` // message key of Make's fault; then nothing follows
	Width, Height int
}

// do is what the process does.
func do(in io.Reader, out io.Writer) error {
	b, err := io.ReadAll(io.LimitReader(in, MaxBytes+1)) // one more, which Make refuses
	if err != nil {
		return err
	}
	var head shrunk
	p, err := Make(b)
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

// readShrunk reads what do wrote. It trusts nothing of it: refused is the picture's fault,
// err that the answer is none.
func readShrunk(back io.Reader) (p Picture, refused, err error) {
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
		f := Refusal(head.Say)
		if f == nil || len(b) > 0 {
			return p, nil, errors.New("a refusal that is none")
		}
		return p, f, nil
	}
	side := min(head.Width, head.Height)
	if side < 1 || max(head.Width, head.Height) > MaxSide || !bytes.HasPrefix(b, []byte("\xff\xd8\xff")) {
		return p, nil, fmt.Errorf("no picture came back: %d x %d, %d bytes", head.Width, head.Height, len(b))
	}
	return Picture{JPEG: b, Width: head.Width, Height: head.Height}, nil, nil
}

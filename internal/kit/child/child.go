// Package child does risky work in a process of its own: the same program, started again
// by a hidden command.
//
// What people send in is never trusted. A file that makes its reader run for ever, take
// all memory or fall over stops the child alone. The child has a limit of time and of
// memory, an empty environment, no place to write files, and no open file but its three
// pipes. It is given bytes and gives bytes back.
//
// A program built with the race detector needs more memory than these limits leave it.
//
// On Linux the child sets its own limits before it reads anything (setrlimit(2): data,
// processor time, file size, core dumps). On other systems the limit of memory is only
// the garbage collector's aim, and the limit of time is the parent's.
package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"time"
)

// Task is one kind of work, known to parent and child.
type Task struct {
	Name   string        // the hidden command: "read-file"
	Time   time.Duration // after which the child is killed
	Memory int64         // most bytes of memory the child may hold for data
	Output int64         // most bytes it may give back
	// Do does the work in the child. An error ends it with a failure; nothing of the error
	// reaches the parent.
	Do func(in io.Reader, out io.Writer) error
}

// Why there is no answer. ErrSlow: it was killed when its time was over. ErrFailed: it fell
// over, met a limit, or gave back what cannot be read.
var (
	ErrSlow   = errors.New("child: out of time")
	ErrFailed = errors.New("child: failed")
)

// errStart says that there is no child.
var errStart = errors.New("child: cannot start")

// Called does the task that args begin with, if they name one, within its limits. The
// program asks it before anything else, and ends with code when called is true.
func Called(args []string, in io.Reader, out io.Writer, tasks ...Task) (code int, called bool) {
	for _, t := range tasks {
		if len(args) != 1 || args[0] != t.Name {
			continue
		}
		if err := limit(t.Memory, t.Time); err != nil {
			return 3, true // without limits nothing is read
		}
		debug.SetMemoryLimit(t.Memory * 3 / 4) // collect in good time, so that the limit is met by need alone
		if err := t.Do(in, out); err != nil {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// Self is what starts this very program again, also after its file was replaced by a
// newer one.
func Self() (string, error) {
	if runtime.GOOS == "linux" {
		const self = "/proc/self/exe"
		if _, err := os.Stat(self); err == nil {
			return self, nil
		}
	}
	return os.Executable()
}

// Runner starts children for one task. It is safe for many goroutines.
type Runner struct {
	program string
	task    Task
	places  chan struct{}
}

// NewRunner makes a Runner. program is what to start (Self), most how many children may
// run at once; the next waits.
func NewRunner(program string, task Task, most int) *Runner {
	return &Runner{program, task, make(chan struct{}, max(1, most))}
}

// Run gives in to a child and hands what it gives back to read, which must read all of
// it. What read made of it counts only when Run gives no error: the child may fail after
// it has said something. The error is ErrSlow, ErrFailed, that of ctx, or
// another where no child could be started.
func (r *Runner) Run(ctx context.Context, in io.Reader, read func(out io.Reader) error) error {
	select {
	case r.places <- struct{}{}:
		defer func() { <-r.places }()
	case <-ctx.Done():
		return ctx.Err()
	}
	timed, stop := context.WithTimeout(ctx, r.task.Time)
	defer stop()
	err := r.run(timed, in, read)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errStart):
		return err // nothing is said of what it was given: it never saw it
	case timed.Err() != nil:
		return fmt.Errorf("%w: %w", ErrSlow, err)
	}
	return fmt.Errorf("%w: %w", ErrFailed, err)
}

func (r *Runner) run(ctx context.Context, in io.Reader, read func(out io.Reader) error) error {
	c := exec.CommandContext(ctx, r.program, r.task.Name)
	c.Env = []string{} // nil would be our own
	c.Dir = os.TempDir()
	c.Stdin = in
	c.WaitDelay = time.Second
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return fmt.Errorf("%w: %w", errStart, err)
	}
	counted := &counter{r: out, left: r.task.Output}
	err = read(counted)
	if err == nil {
		// What stands behind the answer is none: the end must follow.
		if n, e := io.Copy(io.Discard, io.LimitReader(counted, 1)); n != 0 || e != nil {
			err = errors.Join(errors.New("more than the answer came back"), e)
		}
	}
	if err != nil {
		_ = c.Process.Kill() // it may have ended already
	}
	return errors.Join(err, c.Wait())
}

// errMuch says that a child gave back more than its task allows.
var errMuch = errors.New("more came back than may")

// counter reads no more than it may.
type counter struct {
	r    io.Reader
	left int64
}

func (c *counter) Read(p []byte) (int, error) {
	if c.left <= 0 {
		var one [1]byte
		if n, err := c.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, errMuch
	}
	n, err := c.r.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// Bytes is a read for Run that keeps everything.
func Bytes(to *bytes.Buffer) func(out io.Reader) error {
	return func(out io.Reader) error { _, err := to.ReadFrom(out); return err }
}

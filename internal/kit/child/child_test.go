package child_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/child"
)

func tasks() []child.Task {
	task := func(name string, do func(in io.Reader, out io.Writer) error) child.Task {
		return child.Task{Name: name, Time: 20 * time.Second, Memory: 256 << 20, Output: 1 << 20, Do: do}
	}
	hang := task("do-hang", func(io.Reader, io.Writer) error { time.Sleep(time.Minute); return nil })
	spin := task("do-spin", func(io.Reader, io.Writer) error {
		for i := 0; ; i++ {
			if i < 0 {
				return nil
			}
		}
	})
	hang.Time, spin.Time = 300*time.Millisecond, 300*time.Millisecond
	return []child.Task{hang, spin,
		task("do-echo", func(in io.Reader, out io.Writer) error { _, err := io.Copy(out, in); return err }),
		task("do-crash", func(_ io.Reader, out io.Writer) error { _, _ = out.Write([]byte("half")); panic("on purpose") }),
		task("do-fail", func(io.Reader, io.Writer) error { return errors.New("on purpose") }),
		task("do-eat", func(_ io.Reader, out io.Writer) error {
			var kept [][]byte
			for range 1024 {
				b := make([]byte, 1<<20)
				for i := 0; i < len(b); i += 4096 {
					b[i] = 1
				}
				kept = append(kept, b)
			}
			_, err := out.Write(kept[0][:1])
			return err
		}),
		task("do-write", func(_ io.Reader, out io.Writer) error {
			f, err := os.CreateTemp("", "child")
			if err != nil {
				return nil // not even a file: as good
			}
			defer func() { _ = os.Remove(f.Name()) }()
			if _, err := f.Write([]byte("x")); err != nil {
				return nil
			}
			_, err = out.Write([]byte("written"))
			return err
		}),
		task("do-tell", func(_ io.Reader, out io.Writer) error {
			_, err := out.Write([]byte(strings.Join(os.Environ(), " ")))
			return err
		}),
		task("do-flood", func(_ io.Reader, out io.Writer) error {
			for range 3 {
				if _, err := out.Write(make([]byte, 1<<20)); err != nil {
					return err
				}
			}
			return nil
		}),
	}
}

// TestMain lets the test binary be its own child.
func TestMain(m *testing.M) {
	if code, called := child.Called(os.Args[1:], os.Stdin, os.Stdout, tasks()...); called {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

func run(t *testing.T, ctx context.Context, name, in string) (string, error) {
	t.Helper()
	self, err := child.Self()
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks() {
		if task.Name == name {
			var out bytes.Buffer
			err := child.NewRunner(self, task, 1).Run(ctx, strings.NewReader(in), child.Bytes(&out))
			return out.String(), err
		}
	}
	t.Fatal("no task " + name)
	return "", nil
}

func TestRun(t *testing.T) {
	t.Setenv("PLAIT_KEY", "a secret")
	for _, c := range []struct {
		name, in, out string
		err           error
	}{
		{"do-echo", "words", "words", nil},
		{"do-echo", "", "", nil},
		{"do-tell", "", "", nil}, // nothing of the environment
		{"do-hang", "", "", child.ErrSlow},
		{"do-spin", "", "", child.ErrSlow},
		{"do-crash", "", "half", child.ErrFailed},
		{"do-fail", "", "", child.ErrFailed},
		{"do-flood", "", "", child.ErrFailed},
		{"do-hang", strings.Repeat("x", 1<<20), "", child.ErrSlow}, // it never reads what it is given
	} {
		began := time.Now()
		out, err := run(t, t.Context(), c.name, c.in)
		if !errors.Is(err, c.err) || c.name != "do-flood" && out != c.out {
			t.Errorf("%s: %.40q %v, want %.40q %v", c.name, out, err, c.out, c.err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s took %v", c.name, took)
		}
	}
}

func TestLimits(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("limits of memory and of files are set on Linux alone")
	}
	if out, err := run(t, t.Context(), "do-eat", ""); !errors.Is(err, child.ErrFailed) {
		t.Errorf("it ate 1 GiB: %q %v", out, err)
	}
	if out, err := run(t, t.Context(), "do-write", ""); out != "" {
		t.Errorf("it wrote a file: %q %v", out, err)
	}
}

func TestOnlyByName(t *testing.T) {
	for _, args := range [][]string{nil, {}, {"serve"}, {"do-echo", "more"}, {"--do-echo"}, {""}} {
		if code, called := child.Called(args, strings.NewReader(""), io.Discard, tasks()...); called || code != 0 {
			t.Errorf("%q was taken for a task", args)
		}
	}
}

func TestCancelledAndWaiting(t *testing.T) {
	dead, stop := context.WithCancel(t.Context())
	stop()
	if _, err := run(t, dead, "do-echo", ""); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	soon, end := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer end()
	if _, err := run(t, soon, "do-hang", ""); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, child.ErrSlow) {
		t.Errorf("the caller's own end was called the child's: %v", err)
	}
	err := child.NewRunner("no-such-program", tasks()[2], 1).Run(t.Context(), strings.NewReader(""), child.Bytes(new(bytes.Buffer)))
	if err == nil || errors.Is(err, child.ErrFailed) || errors.Is(err, child.ErrSlow) {
		t.Errorf("a program that is not there: %v", err)
	}
	// One place: the second child waits for the first.
	self, err := child.Self()
	if err != nil {
		t.Fatal(err)
	}
	r := child.NewRunner(self, tasks()[0], 1)
	began, done := time.Now(), make(chan error, 2)
	for range 2 {
		go func() { done <- r.Run(t.Context(), strings.NewReader(""), func(io.Reader) error { return nil }) }()
	}
	for range 2 {
		if err := <-done; !errors.Is(err, child.ErrSlow) {
			t.Error(err)
		}
	}
	if took := time.Since(began); took < 600*time.Millisecond {
		t.Errorf("two ran at once: %v", took)
	}
}

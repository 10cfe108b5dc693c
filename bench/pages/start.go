package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// starts is how often the program is started; the middle time is told.
const starts = 5

// start measures the program with the example: from its start to the first page, at rest,
// and how large its file is.
func start(ctx context.Context, w wishes, temp string) error {
	file, err := os.Stat(w.program)
	if err != nil {
		return err
	}
	w.tell(figure{What: "the program's file", Value: float64(file.Size()) / (1 << 20), Unit: "MB"})
	dir := filepath.Join(temp, "example")
	c := exec.CommandContext(ctx, w.program, "--dir", dir, "demo", "--no-serve")
	c.Env = append(os.Environ(), "PLAIT_DB="+w.db)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("plait demo: %w\n%s", err, out)
	}
	var took []float64
	for i := range starts {
		s, err := serve(ctx, w.program, dir, w.db, temp)
		if err != nil {
			return err
		}
		first, err := s.first("/account/sign-in")
		if err != nil {
			s.stop()
			return err
		}
		took = append(took, float64(first.Microseconds())/1000)
		if i == starts-1 {
			cpu, err := used(s.process.Process.Pid)
			if err != nil {
				return err
			}
			w.tell(figure{What: "processor time from start to first page", Value: cpu * 1000, Unit: "ms"})
			time.Sleep(w.idle)
			mb, err := resident(s.process.Process.Pid)
			if err != nil {
				return err
			}
			w.tell(figure{What: fmt.Sprintf("resident after %s at rest", w.idle), Value: mb, Unit: "MB"})
		}
		s.stop()
	}
	slices.Sort(took)
	w.tell(figure{What: "start to first page, the middle of five", Value: took[starts/2], Unit: "ms"})
	w.tell(figure{What: "start to first page, the longest of five", Value: took[starts-1], Unit: "ms"})
	return nil
}

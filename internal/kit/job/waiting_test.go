package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/job"
)

func TestWhatWaitsIsCountedByName(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, h *house) {
		h.add(t, "theory.fail", nil)
		h.drain(t, job.Def{Name: "theory.fail", Do: func(context.Context, job.Job) error { return errors.New("no") }})
		began := time.Now().Unix()
		h.add(t, "theory.draw", nil)
		h.add(t, "theory.draw", nil)
		h.add(t, "theory.draw", nil, job.At(time.Now().Add(time.Hour).UnixMicro()))
		got, err := job.Waiting(t.Context(), h.DB, time.Now().Unix())
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 2 && got[0].Oldest >= began && got[0].Oldest <= began+2 {
			got[0].Oldest = 0
			got[1].Waiting, got[1].Oldest = 0, 0 // its second try is due after a second, or is already
		}
		want := []job.Queued{{Name: "theory.draw", Waiting: 2}, {Name: "theory.fail", Retrying: 1}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})
}

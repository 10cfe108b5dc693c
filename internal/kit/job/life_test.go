package job_test

import (
	"context"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
)

// TestJobOfAProcessThatDiedIsHandedOn leaves a job as one that was killed leaves it. One
// that lives and runs a long job is left alone meanwhile.
func TestJobOfAProcessThatDiedIsHandedOn(t *testing.T) {
	both(t, func(t *testing.T, h *house) {
		var long, left heard
		release := make(chan struct{})
		longDef := job.Def{Name: "a.long", Timeout: time.Hour, Do: func(ctx context.Context, j job.Job) error {
			err := long.do(ctx, j)
			<-release
			return err
		}}
		leftDef := job.Def{Name: "a.left", Do: left.do}
		h.start(t, h.DB, longDef, leftDef) // either may take it
		t.Cleanup(func() { close(release) })
		h.add(t, "a.long", nil)
		until(t, "the long job begins", func() bool { return long.n() == 1 })

		h.add(t, "a.left", nil, job.At(time.Now().Add(time.Hour).UnixMicro())) // so that nobody takes it before it is left
		by := `json_array('somewhere_dead')`
		if h.Engine() == db.Postgres {
			by = `array['somewhere_dead']`
		}
		h.write(t, func(tx *db.Tx) error {
			return tx.Do(db.Q(`update river_job set state = 'running', attempt = 1, attempted_at = created_at, attempted_by = ` + by + ` where kind = 'a.left'`))
		})
		began := time.Now()
		h.start(t, h.node(), longDef, leftDef)
		until(t, "the job that was left is run", func() bool { return left.n() == 1 })
		if j := left.jobs[0]; j.Try != 2 {
			t.Errorf("it is try %d, want the second", j.Try)
		}
		t.Logf("%s: run %v after the other process began", h.Engine(), time.Since(began))
		if long.n() != 1 {
			t.Error("a job that runs was taken from whoever runs it")
		}
	})
}

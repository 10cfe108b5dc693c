package keeper

import (
	"context"
	"encoding/json"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// CheckIn asks for the proof of the actor's programme.
type CheckIn struct {
	Quick bool `json:"quick" doc:"Count the parts of files without reading them, and look at the first records of the search only."`
}

// CheckOut is what the check found. It holds numbers and hashes, nobody's words.
type CheckOut struct {
	Programme  string      `json:"programme"`
	Proof      trail.Proof `json:"proof"`
	Counts     bool        `json:"counts"`     // the kept counts are those of the records
	References int64       `json:"references"` // kinds of reference that were looked through
	Files      int64       `json:"files"`      // files that were looked at
	Bytes      int64       `json:"bytes"`      // sealed bytes that were read
	Searched   int64       `json:"searched"`   // records that must be in the search
	Quick      bool        `json:"quick"`      // files were counted, not read
	Broken     []string    `json:"broken"`     // everything that does not hold, each in a sentence; empty is well
}

// Check proves a programme: its trail and counts, what its records name, its files and its
// search. It changes nothing, and holds no transaction for longer than a part takes.
func (r *Room) Check(ctx context.Context, in CheckIn) (CheckOut, error) {
	return r.check(ctx, in.Quick, func(string, int64, int64) {})
}

// ProveIn asks for a check that runs by itself.
type ProveIn struct {
	Quick bool `json:"quick" doc:"As with check."`
}

// ProveOut names the check.
type ProveOut struct {
	ID string `json:"id"`
}

// States of a check that runs by itself.
const (
	Checking = "checking"
	Checked  = "checked"
	Stopped  = "stopped" // it could not be done
)

// proofJob is the job that runs a check.
const proofJob = "keeper.proof"

// stalled is how long a check may say nothing before another may begin, in microseconds.
const stalled = 15 * int64(time.Minute/time.Microsecond)

// KeptCheck is a check that someone asked for.
type KeptCheck struct {
	ID      string
	State   string
	Doing   string // message key of the part that runs
	Done    int64
	Total   int64
	At      int64 // when it was asked for
	Changed int64 // when it was last heard of
	Result  CheckOut
}

// going says whether a check still runs.
func (k KeptCheck) going(now int64) bool { return k.State == Checking && now-k.Changed < stalled }

// Prove has a programme checked in the background. While one runs there is no other.
func (r *Room) Prove(ctx context.Context, in ProveIn) (out ProveOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.check", who.Here(ctx)); err != nil {
			return err
		}
		a := who.From(ctx)
		last, ok, err := lastCheck(tx, a.Programme, "")
		if err != nil {
			return err
		}
		if ok && last.going(now) {
			out = ProveOut{last.ID}
			return nil
		}
		if err := insertCheck(tx, a.Programme, id, a.Key(), in.Quick, now); err != nil {
			return err
		}
		if err := r.jobs.Add(tx, proofJob, map[string]string{"programme": a.Programme, "check": id}); err != nil {
			return err
		}
		out = ProveOut{id}
		return trail.Put(ctx, tx, entry, now, "keeper.prove", ref.Of(ref.Programme, a.Programme), 0, nil)
	})
	return out, err
}

// lastChecks is what the page of the proof shows: the last check, and the last that came to
// its end.
func (r *Room) lastChecks(ctx context.Context) (last, whole KeptCheck, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.see", who.Here(ctx)); err != nil {
			return err
		}
		var err error
		if last, _, err = lastCheck(tx, who.From(ctx).Programme, ""); err != nil {
			return err
		}
		whole, _, err = lastCheck(tx, who.From(ctx).Programme, Checked)
		return err
	})
	return last, whole, err
}

// proveNow does a check that was asked for, and keeps what it found.
func (r *Room) proveNow(ctx context.Context, programme, check string) error {
	ctx = who.As(ctx, who.Actor{Kind: who.Job, ID: proofJob, Programme: programme})
	quick, there := false, false
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) { quick, there, err = asked(tx, programme, check); return err })
	if err != nil || !there {
		return err
	}
	told := int64(0)
	out, err := r.check(ctx, quick, func(doing string, done, total int64) {
		now := r.clock.Now()
		if now-told < int64(time.Second/time.Microsecond) {
			return
		}
		told = now
		// How far it is helps whoever waits; the check does not depend on it.
		_ = r.db.Write(ctx, func(tx *db.Tx) error { return tellCheck(tx, programme, check, doing, done, total, now) })
	})
	state := Checked
	if err != nil {
		if f := fault.Of(err); f.Kind == fault.Busy || ctx.Err() != nil {
			return err // tried again later
		}
		state, out.Broken = Stopped, nil
	}
	result, e := json.Marshal(out)
	if e != nil {
		return e
	}
	if e := r.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		return endCheck(tx, programme, check, state, string(result), r.clock.Now())
	}); e != nil {
		return e
	}
	return err
}

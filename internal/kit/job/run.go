package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

// hardStop is how long Stop waits for jobs to end once it has cancelled them.
const hardStop = 5 * time.Second

var (
	errPanic   = errors.New("the job panicked; the log has where")
	errUnknown = errors.New("no such job")
)

// set is the definitions of a house with what running them needs.
type set struct {
	db   *db.DB
	defs []Def
	log  *slog.Logger
}

func newSet(d *db.DB, defs []Def, log *slog.Logger) (set, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return set{d, slices.Clone(defs), log}, check(defs)
}

// run calls Do; a panic becomes an error, and an error is logged without its
// text, which may hold what a person wrote.
func (s set) run(ctx context.Context, d Def, j Job) (err error) {
	defer func() {
		if recover() != nil {
			// The stack holds places and addresses; the value of the panic could hold anything.
			s.log.Error("job panicked", "job", d.Name, "id", j.ID, "try", j.Try, "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	err = d.Do(ctx, j)
	if err != nil && d.Tick {
		return err // told by the one who counts its failures
	}
	if err != nil {
		s.log.Error("job failed", "job", d.Name, "id", j.ID, "try", j.Try, "kind", fault.Of(err).Kind, "say", fault.Of(err).Say)
	}
	return err
}

// Runner works off the jobs of one node.
type Runner struct {
	set    set
	client client
	close  func()
	ticks  *ticks
	life   *life

	once sync.Once
	err  error
}

// Start begins to work: added jobs, periodic jobs and ticks. It returns at once;
// ctx is for the starting alone, and Stop ends the work. The database must have
// been migrated and must stay open until Stop has returned.
func Start(ctx context.Context, d *db.DB, defs []Def, log *slog.Logger) (*Runner, error) {
	s, err := newSet(d, defs, log)
	if err != nil {
		return nil, err
	}
	cfg := s.config()
	cfg.PeriodicJobs = s.periodic()
	r := &Runner{set: s, close: func() {}}
	if s.rows() {
		r.client, r.close, err = newClient(ctx, d, cfg)
		if err != nil {
			return nil, err
		}
		r.life = live(context.WithoutCancel(ctx), d, r.client.ID(), s.log)
		if err := r.client.Start(context.WithoutCancel(ctx)); err != nil {
			r.life.end()
			r.close()
			return nil, fmt.Errorf("jobs cannot start: %w", err)
		}
	}
	r.ticks = startTicks(context.WithoutCancel(ctx), s)
	return r, nil
}

// rows says whether any definition makes rows; River refuses to start with none.
func (s set) rows() bool {
	return slices.ContainsFunc(s.defs, func(d Def) bool { return !d.Tick })
}

// Stop takes up no more work and waits for what is running. When ctx ends first,
// the running jobs' contexts end too, and a job that was cut off is tried again
// later by whoever runs next. Calling it again does nothing.
func (r *Runner) Stop(ctx context.Context) error {
	r.once.Do(func() {
		var wg sync.WaitGroup
		var tickErr error
		wg.Go(func() { tickErr = r.ticks.stop(ctx) })
		if r.client != nil {
			r.err = r.client.Stop(ctx)
			if r.err != nil {
				hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
				defer cancel()
				r.err = errors.Join(r.err, r.client.StopAndCancel(hard))
			}
			r.life.end()
		}
		wg.Wait()
		r.err = errors.Join(r.err, tickErr)
		r.close()
	})
	return r.err
}

// Drain works off everything that is due now, what those jobs add for now
// included, runs every tick once, and returns when this node has nothing left
// running. A job that failed waits for its next try and is not waited for. It is
// for tests beside a running Runner; see the function Drain for the command line.
func (r *Runner) Drain(ctx context.Context) error {
	if r.client == nil {
		return r.set.drain(ctx, r.ticks)
	}
	return r.set.drain(ctx, r.ticks, r.client.ID())
}

// Drain works off everything that is due now without a Runner, and runs every
// tick once. It adds no periodic jobs. Another process may be serving the same house.
func Drain(ctx context.Context, d *db.DB, defs []Def, log *slog.Logger) error {
	s, err := newSet(d, defs, log)
	if err != nil {
		return err
	}
	t := newTicks(s)
	defer t.lead.release()
	return s.drain(ctx, t)
}

// RunOnce runs one job here and now, with no row and no second try: the command
// line's way to do by hand what would be done later. The error is Do's own.
func RunOnce(ctx context.Context, d *db.DB, defs []Def, log *slog.Logger, name string, args map[string]string) error {
	s, err := newSet(d, defs, log)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.defs, func(d Def) bool { return d.Name == name })
	if i < 0 {
		return fmt.Errorf("job %q: %w", name, errUnknown)
	}
	ctx, cancel := context.WithTimeout(ctx, s.defs[i].timeout())
	defer cancel()
	return s.run(ctx, s.defs[i], Job{Name: name, Args: args, Try: 1})
}

// drain works with a short-lived client of its own that looks often and never
// leads. ids are the clients whose running jobs are waited for beside its own.
func (s set) drain(ctx context.Context, t *ticks, ids ...string) (err error) {
	if !s.rows() {
		return t.all(ctx)
	}
	cfg := s.config()
	cfg.LeaderElectionDisabled = true
	cfg.PollOnly = true
	cfg.FetchCooldown, cfg.FetchPollInterval = 5*time.Millisecond, 10*time.Millisecond
	c, done, err := newClient(ctx, s.db, cfg)
	if err != nil {
		return err
	}
	defer done()
	life := live(context.WithoutCancel(ctx), s.db, c.ID(), s.log)
	defer life.end()
	if err := c.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs cannot start: %w", err)
	}
	defer func() {
		if e := c.Stop(ctx); e != nil {
			hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
			defer cancel()
			err = errors.Join(err, e, c.StopAndCancel(hard))
		}
	}()
	ids = append(ids, c.ID())
	if err := workOff(ctx, c, ids); err != nil {
		return err
	}
	if err := t.all(ctx); err != nil {
		return err
	}
	return workOff(ctx, c, ids) // what the ticks added
}

// workOff waits until no job is due and none of ours is running.
func workOff(ctx context.Context, c client, ids []string) error {
	for {
		// One statement, so that a job is not missed between waiting and running.
		// Whatever is due or running comes before what is for later.
		res, err := c.JobList(ctx, river.NewJobListParams().
			States(rivertype.JobStateAvailable, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled).
			OrderBy(river.JobListOrderByScheduledAt, river.SortOrderAsc).First(1000))
		if err != nil {
			return err
		}
		left, now := false, time.Now()
		for _, j := range res.Jobs {
			switch {
			case j.State == rivertype.JobStateRunning:
				left = left || len(j.AttemptedBy) > 0 && slices.Contains(ids, j.AttemptedBy[len(j.AttemptedBy)-1])
			case j.ScheduledAt.After(now):
			case j.State == rivertype.JobStateAvailable:
				left = true
			default: // its time has come; a leader would see that within 5 s
				left = true
				if _, err := c.JobRetry(ctx, j.ID); err != nil && !errors.Is(err, river.ErrNotFound) {
					return err
				}
			}
		}
		if !left {
			return nil
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

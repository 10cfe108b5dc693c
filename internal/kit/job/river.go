package job

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"plait/internal/kit/db"
)

// Keys of PostgreSQL's advisory locks, which are per database: one while River's
// tables are made, one held by the node that ticks.
const (
	lockMigrate int64 = 0x706c616974_01
	lockTick    int64 = 0x706c616974_02
)

// workers is how many jobs one node runs at once: enough that a slow one does not
// hold up the rest, few enough for a small machine.
const workers = 4

// payload is what a job row holds. River's kind is the job's name.
type payload struct {
	name string
	Args map[string]string `json:"args,omitempty"`
	Slot int               `json:"slot,omitempty"` // see Queue.Add
}

// Kind is River's word for the name.
func (p payload) Kind() string { return p.name }

// insertFunc adds one row. busy is true when a unique job was left out because
// the same one is running (not merely waiting).
type insertFunc func(tx *db.Tx, p payload, o options) (busy bool, err error)

// inserter makes an insert-only client; it has no goroutines.
func inserter(d *db.DB) (insertFunc, error) {
	cfg := &river.Config{Logger: riverLog(slog.New(slog.DiscardHandler))}
	if d.Engine() == db.SQLite {
		c, err := river.NewClient(riversqlite.New(d.Pool()), cfg)
		if err != nil {
			return nil, err
		}
		return func(tx *db.Tx, p payload, o options) (bool, error) {
			var busy bool
			err := insertWith(tx, c, p, o, &busy)(tx.SQL())
			return busy, err
		}, nil
	}
	c, err := river.NewClient(riverpgxv5.New(nil), cfg)
	if err != nil {
		return nil, err
	}
	return func(tx *db.Tx, p payload, o options) (bool, error) {
		var busy bool
		err := tx.Pgx(insertWith(tx, c, p, o, &busy))
		return busy, err
	}, nil
}

// insertWith is generic so that this package need not name pgx's transaction.
func insertWith[T any](tx *db.Tx, c *river.Client[T], p payload, o options, busy *bool) func(T) error {
	opts := &river.InsertOpts{}
	if o.at.After(time.Now()) {
		opts.ScheduledAt = o.at
	}
	if o.unique {
		opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
			rivertype.JobStateRunning, rivertype.JobStateScheduled}}
	}
	return func(under T) error {
		res, err := c.InsertTx(tx.Context(), under, p, opts)
		if err != nil {
			return fmt.Errorf("job %s: %w", p.name, err)
		}
		*busy = res.UniqueSkippedAsDuplicate && res.Job.State == rivertype.JobStateRunning
		return nil
	}
}

// Migrate makes River's own tables or brings them up to date, on either engine.
// It may be called again, and by several nodes at once.
func Migrate(ctx context.Context, d *db.DB) error {
	cfg := &rivermigrate.Config{Logger: riverLog(slog.New(slog.DiscardHandler))}
	if d.Engine() == db.SQLite {
		free, err := d.Turn(ctx, "migrate.lock")
		if err != nil {
			return err
		}
		defer func() { _ = free() }()
		m, err := rivermigrate.New(riversqlite.New(d.Pool()), cfg)
		if err != nil {
			return err
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		return err
	}
	lock, err := d.Pool().Conn(ctx)
	if err != nil {
		return err
	}
	defer discard(lock) // its lock goes with it
	if _, err := lock.ExecContext(ctx, `select pg_advisory_lock($1)`, lockMigrate); err != nil {
		return err
	}
	pool, err := d.PgxPool(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), cfg)
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// client is the part of a River client that does not depend on the engine.
type client interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	ID() string
	JobList(ctx context.Context, p *river.JobListParams) (*river.JobListResult, error)
	JobRetry(ctx context.Context, id int64) (*rivertype.JobRow, error)
}

// newClient makes a client that can work, and what closes its connections.
func newClient(ctx context.Context, d *db.DB, cfg *river.Config) (client, func(), error) {
	if d.Engine() == db.SQLite {
		// The driver's listener would ask the one writing connection 20 times a second.
		cfg.PollOnly = true
		// Rebuilding indexes each night holds up the one writer and gains nothing here.
		cfg.ReindexerIndexNames = []string{}
		c, err := river.NewClient(riversqlite.New(d.Pool()), cfg)
		return c, func() {}, err
	}
	pool, err := d.PgxPool(ctx)
	if err != nil {
		return nil, nil, err
	}
	c, err := river.NewClient(riverpgxv5.New(pool), cfg)
	if err != nil {
		pool.Close()
		return nil, nil, err
	}
	return c, pool.Close, nil
}

// worker hands River's job to a Def.
type worker struct {
	river.WorkerDefaults[payload]
	set set
	def Def
}

// Timeout ends the job's context.
func (w *worker) Timeout(*river.Job[payload]) time.Duration { return w.def.timeout() }

// Work runs the job. What River keeps of an error is its text, in the job's own row.
func (w *worker) Work(ctx context.Context, j *river.Job[payload]) error {
	return w.set.run(ctx, w.def, Job{Name: w.def.Name, Args: j.Args.Args, Try: j.Attempt, ID: j.ID})
}

// config is what a serving node and a drain have in common.
func (s set) config() *river.Config {
	all := river.NewWorkers()
	longest, keep := DefaultTimeout, 24*time.Hour
	for _, d := range s.defs {
		if d.Tick {
			continue
		}
		river.AddWorkerArgs(all, payload{name: d.Name}, &worker{set: s, def: d})
		longest = max(longest, d.timeout())
		// A finished row says that its period is done, so it outlives the period.
		keep = max(keep, d.Every+time.Hour)
	}
	return &river.Config{
		JobTimeout:                  longest,
		RescueStuckJobsAfter:        longest + time.Minute, // what a killed node was doing is taken up again
		CompletedJobRetentionPeriod: keep,
		DiscardedJobRetentionPeriod: max(7*24*time.Hour, keep),
		FetchPollInterval:           time.Second,
		Logger:                      riverLog(s.log),
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		Workers:                     all,
	}
}

// beat is the schedule of a periodic job: the ends of whole periods, the same on
// every node and after every restart.
type beat time.Duration

// Next is the end of the period that t lies in.
func (b beat) Next(t time.Time) time.Time {
	return t.Truncate(time.Duration(b)).Add(time.Duration(b))
}

// periodic is one River periodic job for each Def that has Every and no Tick.
func (s set) periodic() []*river.PeriodicJob {
	var out []*river.PeriodicJob
	for _, d := range s.defs {
		if d.Every == 0 || d.Tick {
			continue
		}
		// One row in each period, whatever became of it: a restart or a second node adds no other.
		opts := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByPeriod: d.Every, ByState: []rivertype.JobState{
			rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning,
			rivertype.JobStateScheduled, rivertype.JobStateCompleted, rivertype.JobStateDiscarded}}}
		out = append(out, river.NewPeriodicJob(beat(d.Every),
			func() (river.JobArgs, *river.InsertOpts) { return payload{name: d.Name}, opts },
			&river.PeriodicJobOpts{RunOnStart: true}))
	}
	return out
}

// riverLog lets River's warnings and errors through, without the value of a panic
// or a job's arguments. The same message comes once in a while only: a database that is
// away would else fill the log each second.
func riverLog(to *slog.Logger) *slog.Logger {
	return slog.New(quiet{to.Handler(), &said{at: map[string]time.Time{}}})
}

// sayAgain is how long a message that comes again and again is kept back.
const sayAgain = 10 * time.Minute

// said is when each message was logged last. River's messages are a few dozen.
type said struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (s *said) lately(message string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last, ok := s.at[message]; ok && now.Sub(last) < sayAgain {
		return true
	}
	s.at[message] = now
	return false
}

type quiet struct {
	slog.Handler
	said *said
}

// Enabled leaves out what River says about each job; the runner says that itself.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// Handle copies a record without what could hold words.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	if q.said.lately(r.Message, r.Time) {
		return nil
	}
	clean := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "panic_val", "args", "encoded_args", "metadata":
		default:
			clean.AddAttrs(a)
		}
		return true
	})
	return q.Handler.Handle(ctx, clean)
}

// WithAttrs keeps the wrapping.
func (q quiet) WithAttrs(as []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(as), q.said} }

// WithGroup keeps the wrapping.
func (q quiet) WithGroup(n string) slog.Handler { return quiet{q.Handler.WithGroup(n), q.said} }

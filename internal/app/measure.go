package app

import (
	"context"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/disk"
	"plait/internal/kit/job"
	"plait/internal/kit/mail"
	"plait/internal/kit/metrics"
	"plait/internal/spine/trail"
)

// measures is all that is counted of a house. Each family stands in docs/metrics.md, and
// no label names a person, a programme or anything that one of them wrote.
type measures struct {
	all *metrics.Registry

	requests    *metrics.Counter
	took        *metrics.Histogram
	inFlight    *metrics.Gauge
	faults      *metrics.Counter
	runs        *metrics.Counter
	failures    *metrics.Counter
	ran         *metrics.Histogram
	lastRun     *metrics.Gauge
	sent        *metrics.Counter
	notSent     *metrics.Counter
	certificate *metrics.Gauge
}

func newMeasures() *measures {
	r := metrics.New(nil)
	r.Process()
	m := &measures{all: r,
		requests: r.Counter("plait_requests_total", "Requests answered.", "route", "method", "class"),
		took:     r.Histogram("plait_request_seconds", "How long requests took.", []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}, "route"),
		inFlight: r.Gauge("plait_requests_in_flight", "Requests being answered now."),
		faults:   r.Counter("plait_faults_total", "Faults that people or programs were told of, by kind.", "kind"),
		runs:     r.Counter("plait_job_runs_total", "Runs of a job that have ended.", "name"),
		failures: r.Counter("plait_job_failures_total", "Runs of a job that failed.", "name"),
		ran:      r.Histogram("plait_job_seconds", "How long runs of a job took.", []float64{.01, .1, 1, 10, 60, 300, 1800}, "name"),
		lastRun:  r.Gauge("plait_job_last_success_seconds", "When this node last ran a job well, in seconds since 1970.", "name"),
		sent:     r.Counter("plait_mail_sent_total", "Letters handed over."),
		notSent:  r.Counter("plait_mail_failed_total", "Times that a letter could not be handed over."),
	}
	m.certificate = r.Gauge("plait_certificate_ends_seconds", "When the certificate in a file ends, in seconds since 1970.", "from")
	r.Gauge("plait_build_info", "Always 1; its labels say what runs.", "version", "go").Set(1, Version, runtime.Version())
	return m
}

// MetricNames lists every family that a house tells, sorted.
func MetricNames() []string {
	h := &House{measures: newMeasures()}
	h.measure()
	return h.measures.all.Names()
}

// Began counts a request that has come in.
func (m *measures) Began() { m.inFlight.Add(1) }

// Ended counts a request that was answered.
func (m *measures) Ended(route, method string, status int, took time.Duration) {
	m.inFlight.Add(-1)
	class := "other"
	if status >= 100 && status < 600 {
		class = string(rune('0'+status/100)) + "xx"
	}
	m.requests.Inc(route, method, class)
	m.took.Observe(took, route)
}

// Fault counts what someone was told.
func (m *measures) Fault(kind string) { m.faults.Inc(kind) }

// job counts the runs of a definition, also one that panics.
func (m *measures) job(d job.Def) job.Def {
	do := d.Do
	d.Do = func(ctx context.Context, j job.Job) error {
		began, ok := clock.Start(), false
		defer func() {
			m.runs.Inc(d.Name)
			m.ran.Observe(began.Took(), d.Name)
			if ok {
				m.lastRun.Set(float64(clock.Time(clock.System{}.Now()).Unix()), d.Name)
			} else {
				m.failures.Inc(d.Name)
			}
		}()
		err := do(ctx, j)
		ok = err == nil
		return err
	}
	return d
}

// counted is a post office whose letters are counted.
type counted struct {
	mail.Post
	m *measures
}

// Send hands a letter over.
func (c counted) Send(ctx context.Context, l mail.Letter) error {
	err := c.Post.Send(ctx, l)
	if err != nil {
		c.m.notSent.Inc()
	} else {
		c.m.sent.Inc()
	}
	return err
}

func (m *measures) post(p mail.Post) mail.Post {
	if p == nil {
		return nil
	}
	return counted{p, m}
}

// Measures is the text that Prometheus reads.
func (h *House) Measures(ctx context.Context) (string, error) {
	var b strings.Builder
	err := h.measures.all.WriteTo(ctx, &b)
	return b.String(), err
}

// ServeMeasures tells the measurements on a listener of their own.
func (h *House) ServeMeasures(l net.Listener, log *slog.Logger) *metrics.Server {
	return h.measures.all.Serve(l, log)
}

// measure adds what is looked up when someone asks. Those of the queue, the trail, letters,
// erasures and backups are the same on every node of a house: take the greatest.
func (h *House) measure() {
	r := h.measures.all
	h.measureDatabase(r)
	h.measureJobs(r)
	h.measureRecords(r)
	ready := r.Gauge("plait_ready", "1 when this node may serve, as /readyz says.")
	r.Read("ready", func(ctx context.Context) error {
		ready.Set(0)
		if h.readiness(ctx).ok {
			ready.Set(1)
		}
		return nil
	})
	free := r.Gauge("plait_disk_free_bytes", "Room left on the disk of the installation's folder.")
	size := r.Gauge("plait_disk_size_bytes", "Size of that disk.")
	r.Read("disk", func(context.Context) error {
		if h.dir == "" {
			return nil
		}
		room, err := disk.Of(h.dir)
		if err == nil {
			free.Set(float64(room.Free))
			size.Set(float64(room.Size))
		}
		return err
	})
}

func (h *House) measureDatabase(r *metrics.Registry) {
	up := r.Gauge("plait_db_up", "1 when the database answers.")
	transactions := r.Counter("plait_db_transactions_total", "Transactions that ended, well or not.", "kind")
	retries := r.Counter("plait_db_retries_total", "Times that a transaction was tried again.")
	busy := r.Counter("plait_db_busy_total", "Transactions given up as busy: someone was told to try again.")
	open := r.Gauge("plait_db_connections", "Connections open now.", "pool")
	used := r.Gauge("plait_db_connections_used", "Connections in use now.", "pool")
	most := r.Gauge("plait_db_connections_max", "Connections that may be open.", "pool")
	waits := r.Counter("plait_db_waits_total", "Times that a connection was waited for.", "pool")
	waited := r.Counter("plait_db_wait_seconds_total", "Time spent waiting for a connection.", "pool")
	file := r.Gauge("plait_db_file_bytes", "Size of SQLite's file and of its log.", "file")
	r.Read("database", func(ctx context.Context) error {
		s := h.DB.Stats()
		transactions.Is(float64(s.Reads), "read")
		transactions.Is(float64(s.Writes), "write")
		retries.Is(float64(s.Retries))
		busy.Is(float64(s.Busy))
		for _, p := range s.Pools {
			open.Set(float64(p.Open), p.Name)
			used.Set(float64(p.InUse), p.Name)
			most.Set(float64(p.Most), p.Name)
			waits.Is(float64(p.Waits), p.Name)
			waited.Is(p.Waited.Seconds(), p.Name)
		}
		if size, log, ok := h.DB.Sizes(); ok {
			file.Set(float64(size), "database")
			file.Set(float64(log), "log")
		}
		err := h.answers(ctx)
		up.Set(0)
		if err == nil {
			up.Set(1)
		}
		return err
	})
}

func (h *House) measureJobs(r *metrics.Registry) {
	waiting := r.Gauge("plait_jobs_waiting", "Jobs that are due and not begun.", "name")
	oldest := r.Gauge("plait_jobs_oldest_seconds", "How long the first of them has been due.", "name")
	running := r.Gauge("plait_jobs_running", "Jobs that are running.", "name")
	retrying := r.Gauge("plait_jobs_retrying", "Jobs that failed and will be tried again.", "name")
	givenUp := r.Gauge("plait_jobs_given_up", "Jobs of the last week that failed too often to be tried again.", "name")
	letters := r.Gauge("plait_mail_waiting", "Letters that are due and not sent.")
	oldestLetter := r.Gauge("plait_mail_oldest_seconds", "How long the first of them has been due.")
	lost := r.Gauge("plait_mail_given_up", "Letters of the last week that could not be sent.")
	r.Read("jobs", func(ctx context.Context) error {
		now := clock.Time(clock.System{}.Now()).Unix() // the rows are timed by the machine
		all, err := job.Waiting(ctx, h.DB, now)
		if err != nil {
			return err
		}
		for _, g := range []*metrics.Gauge{waiting, oldest, running, retrying, givenUp} {
			g.Reset()
		}
		var mail job.Queued
		for _, q := range all {
			waiting.Set(float64(q.Waiting), q.Name)
			oldest.Set(age(now, q.Oldest), q.Name)
			running.Set(float64(q.Running), q.Name)
			retrying.Set(float64(q.Retrying), q.Name)
			givenUp.Set(float64(q.GivenUp), q.Name)
			if strings.HasSuffix(q.Name, ".letter") {
				mail.Waiting += q.Waiting
				mail.GivenUp += q.GivenUp
				if q.Oldest > 0 && (mail.Oldest == 0 || q.Oldest < mail.Oldest) {
					mail.Oldest = q.Oldest
				}
			}
		}
		letters.Set(float64(mail.Waiting))
		oldestLetter.Set(age(now, mail.Oldest))
		lost.Set(float64(mail.GivenUp))
		return nil
	})
}

// age is how long ago a time in seconds was; none is 0.
func age(now, then int64) float64 {
	if then == 0 {
		return 0
	}
	return float64(max(now-then, 0))
}

func (h *House) measureRecords(r *metrics.Registry) {
	look := func(name string, read func(tx *db.Tx, now int64) error) {
		r.Read(name, func(ctx context.Context) error {
			return h.DB.Read(ctx, func(tx *db.Tx) error { return read(tx, h.Clock.Now()) })
		})
	}
	chain := r.Gauge("plait_trail_waiting", "Entries of the trail that are not in their chain yet.")
	chainAge := r.Gauge("plait_trail_oldest_seconds", "How long the first of them has waited.")
	look("trail", func(tx *db.Tx, now int64) error {
		n, oldest, err := trail.Waiting(tx)
		chain.Set(float64(n))
		chainAge.Set(age(seconds(now), seconds(oldest)))
		return err
	})
	erasures := r.Gauge("plait_erasures_waiting", "Records that should have been erased by now.")
	erasureAge := r.Gauge("plait_erasures_oldest_seconds", "For how long the first of them has been due.")
	look("erasures", func(tx *db.Tx, now int64) error {
		n, since, err := h.rooms.consent.Late(tx)
		erasures.Set(float64(n))
		erasureAge.Set(age(seconds(now), seconds(since)))
		return err
	})
	made := r.Gauge("plait_backup_last_seconds", "When the last backup was made, in seconds since 1970; 0 for never.")
	proved := r.Gauge("plait_backup_proved_seconds", "When a backup was last tried out and found good; 0 for never.")
	look("backups", func(tx *db.Tx, _ int64) error {
		at, good, err := h.rooms.keeper.LastBackup(tx)
		made.Set(float64(seconds(at)))
		proved.Set(float64(seconds(good)))
		return err
	})
}

// seconds of microseconds, both since 1970.
func seconds(micros int64) int64 {
	if micros == 0 {
		return 0
	}
	return clock.Time(micros).Unix()
}

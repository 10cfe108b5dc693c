package job

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"plait/internal/kit/db"
)

// DefaultTimeout is how long a job may take when its Def does not say.
const DefaultTimeout = 5 * time.Minute

// shortest is the least Every: River's periods are whole seconds at best.
const shortest = time.Second

// Def is one kind of slow work.
type Def struct {
	// Name is room.verb, such as "search.fold". It is unique in the house.
	Name string
	// Every makes the job periodic: once per house in each period of this length,
	// counted from midnight UTC, and once at the first start. At least 1 s.
	Every time.Duration
	// Tick makes Every an in-process beat instead: no row, no retry, no catching
	// up; one node of the house at a time (on SQLite each serving process, of which
	// there is one). For work each second.
	Tick bool
	// Do does the work. It is idempotent, and gives up when ctx ends. An error or a
	// panic means "try again later".
	Do func(ctx context.Context, j Job) error
	// Timeout ends ctx; 0 means DefaultTimeout.
	Timeout time.Duration
}

// Job is one run of a Def.
type Job struct {
	Name string
	// Args are what Add was given: ids, never words. Empty for periodic jobs and ticks.
	Args map[string]string
	// Try counts from 1.
	Try int
	// ID is the number of the job's row; 0 for a tick and for a job run by hand.
	ID int64
}

var (
	goodName  = regexp.MustCompile(`^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*$`)
	goodKey   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	goodValue = regexp.MustCompile(`^[A-Za-z0-9._:,-]{0,200}$`)
)

// check says what is wrong with a set of definitions.
func check(defs []Def) error {
	seen := map[string]bool{}
	for _, d := range defs {
		switch {
		case !goodName.MatchString(d.Name):
			return fmt.Errorf("job %q: a name is room.verb", d.Name)
		case seen[d.Name]:
			return fmt.Errorf("job %s is defined twice", d.Name)
		case d.Do == nil:
			return fmt.Errorf("job %s has no Do", d.Name)
		case d.Tick && d.Every <= 0:
			return fmt.Errorf("job %s: a tick needs Every", d.Name)
		case !d.Tick && d.Every != 0 && d.Every < shortest:
			return fmt.Errorf("job %s: every %s is too often", d.Name, d.Every)
		case d.Timeout < 0:
			return fmt.Errorf("job %s: a timeout below zero", d.Name)
		}
		seen[d.Name] = true
	}
	return nil
}

func (d Def) timeout() time.Duration {
	if d.Timeout == 0 {
		return DefaultTimeout
	}
	return d.Timeout
}

// Option changes how Add adds.
type Option func(*options)

type options struct {
	unique bool
	at     time.Time
}

// Unique leaves the job out when one with the same name and args is waiting
// already. One that is running does not count, for it may have read before the
// change that is being added for; so a second may wait behind it.
func Unique() Option { return func(o *options) { o.unique = true } }

// At runs the job at an instant (microseconds since 1970) or up to 5 s later. An
// instant that has passed means now. The instant is compared with the machine's clock.
func At(micros int64) Option { return func(o *options) { o.at = time.UnixMicro(micros) } }

// Queue adds jobs to one database. It is safe for many goroutines and has nothing to close.
type Queue struct{ insert insertFunc }

// New makes a Queue on an open database; the tables must be there (Migrate) before Add.
func New(d *db.DB) (*Queue, error) {
	insert, err := inserter(d)
	if err != nil {
		return nil, err
	}
	return &Queue{insert}, nil
}

// errWords is what a programmer sees who puts words into a job.
var errWords = errors.New("only ids may go into a job: letters, figures and . _ : , - up to 200")

// Add puts a job into the open write transaction; it runs after the commit, and
// never when there is none. Rows read in the transaction must be closed first. An
// error of the database is handed back as it is, so that db.Write can try again.
func (q *Queue) Add(tx *db.Tx, name string, args map[string]string, opts ...Option) error {
	if !goodName.MatchString(name) {
		return fmt.Errorf("job %q: a name is room.verb", name)
	}
	for k, v := range args {
		if !goodKey.MatchString(k) || !goodValue.MatchString(v) {
			return fmt.Errorf("job %s: %w", name, errWords)
		}
	}
	var o options
	for _, f := range opts {
		f(&o)
	}
	if !o.unique {
		_, err := q.insert(tx, payload{name: name, Args: args}, o)
		return err
	}
	// Two slots: while the job in one runs, another may wait in the other.
	for slot := range 2 {
		busy, err := q.insert(tx, payload{name: name, Args: args, Slot: slot}, o)
		if err != nil || !busy {
			return err
		}
	}
	o.unique = false // both are running: rare, and one more does no harm
	_, err := q.insert(tx, payload{name: name, Args: args}, o)
	return err
}

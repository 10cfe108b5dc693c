package trail

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// The last words of verbs that change nothing but read something that few should read.
const (
	Looked  = "looked"  // a record was opened
	Fetched = "fetched" // a copy was taken out
)

// LookOnce is for how long one actor's readings of one record are one entry, in microseconds.
const LookOnce = int64(time.Hour / time.Microsecond)

// lookWait is how long a page waits for its entry to be written.
const lookWait = 2 * time.Second

// Reading says whether an entry of this verb tells of a reading: "people.looked",
// "keeper.trail-fetched".
func Reading(verb string) bool {
	last := verb[strings.LastIndexAny(verb, ".-")+1:]
	return last == Looked || last == Fetched
}

// Looks writes down who opened what. A nil one writes nothing.
type Looks struct {
	DB    *db.DB
	Clock clock.Clock
	IDs   *id.Maker
	Log   *slog.Logger
	under sync.WaitGroup // what is still being written
}

// Wait returns when every reading that was noted is written, or was given up: after two
// seconds or so. Whoever closes the database calls it first, when nothing notes any more.
func (l *Looks) Wait() {
	if l != nil {
		l.under.Wait()
	}
}

// Note writes down that the actor of ctx read a record: verb is one that Reading knows,
// such as "evidence.looked". One actor, record and hour make one entry. It runs a short
// transaction of its own, after the reading, and holds up nobody: where it cannot be
// written the log says so, without a name, and the reading stands. Inside a read
// transaction it waits for that to end.
func (l *Looks) Note(ctx context.Context, verb string, r ref.Ref) {
	if l == nil || r.None() {
		return
	}
	a := who.From(ctx)
	if a.Programme == "" || a.Kind == who.Stranger {
		return
	}
	if tx := l.DB.In(ctx); tx != nil {
		// What is shown on the page of another room is read in that page's transaction.
		tx.After(func() { l.under.Go(func() { l.write(a, verb, r) }) })
		return
	}
	l.write(a, verb, r)
}

// write has a context of its own: the page may be gone, and its transaction with it.
func (l *Looks) write(a who.Actor, verb string, r ref.Ref) {
	ctx, stop := context.WithTimeout(who.As(context.Background(), a), lookWait)
	defer stop()
	now, entry, fresh := l.Clock.Now(), l.IDs.New(), false
	// Most readings are of the same hour: they write nothing, and wait for no writer.
	err := l.DB.Read(ctx, func(tx *db.Tx) error {
		n, err := db.Count(tx, db.Q(`select count(*) from trail_look where programme = ? and ref = ? and actor = ? and verb = ? and at > ? and at <= ?`,
			a.Programme, r.ID, a.Key(), verb, now-LookOnce, now))
		fresh = n == 0
		return err
	})
	if err == nil && fresh {
		err = l.DB.Append(ctx, func(tx *db.Tx) error { return Look(tx.Context(), tx, entry, now, verb, r) })
	}
	if err != nil && l.Log != nil {
		l.Log.Error("a reading is not in the trail", "verb", verb, "record", r.ID, "error", err)
	}
}

// Look is Note within a write transaction of the caller's.
func Look(ctx context.Context, tx *db.Tx, entry string, at int64, verb string, r ref.Ref) error {
	a := who.From(ctx)
	// A clock that went back leaves an hour that has not come yet: it counts as none.
	n, err := tx.Exec(db.Q(`insert into trail_look (programme, ref, actor, verb, at) values (?, ?, ?, ?, ?)
		on conflict (programme, ref, actor, verb) do update set at = excluded.at where trail_look.at <= ? or trail_look.at > ?`,
		a.Programme, r.ID, a.Key(), verb, at, at-LookOnce, at))
	if err != nil || n == 0 {
		return err
	}
	a.Verb = verb // not the verb of the page in whose course it was read
	return Put(who.As(ctx, a), tx, entry, at, verb, r, 0, nil)
}

// Lookers lists the newest readings of one record, newest first, at most most.
func Lookers(tx *db.Tx, programme string, r ref.Ref, most int64) ([]Entry, error) {
	return db.All(tx, db.Q(`select `+columns+` from trail_entry e left join trail_link l on l.programme = e.programme and l.entry = e.id
		where e.programme = ? and e.ref = ? and e.reading = 1 order by e.at desc, e.id desc limit ?`, programme, r.ID, most), scan)
}

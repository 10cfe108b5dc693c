package db

import (
	"database/sql"
	"os"
	"sync/atomic"
	"time"

	"plait/internal/kit/fault"
)

// Stats is what a database of this process has done since it was opened, and what it
// holds open now.
type Stats struct {
	Reads, Writes int64 // transactions that ended, well or not; those that joined another do not count
	Retries       int64 // how often one was tried again
	Busy          int64 // transactions that ended with *busy*: nothing was stored, and whoever asked was told so
	Pools         []Pool
}

// Pool is one pool of connections.
type Pool struct {
	Name        string        // "write" and "read" on SQLite, "all" on PostgreSQL
	Open, InUse int           // connections now
	Most        int           // how many may be open
	Waits       int64         // how often one was waited for
	Waited      time.Duration // how long, in all
}

// counts are kept by run.
type counts struct {
	reads, writes, retries, busy atomic.Int64
	full                         atomic.Int64 // when room was wanting (nanoseconds); 0 once a write was taken
}

// tried is called after each try of a transaction.
func (c *counts) tried(try int) {
	if try > 0 {
		c.retries.Add(1)
	}
}

// ended is called when a transaction is over.
func (c *counts) ended(write bool, err error) {
	if write {
		c.writes.Add(1)
	} else {
		c.reads.Add(1)
	}
	if fault.Is(err, fault.Busy) {
		c.busy.Add(1)
	}
	switch {
	case write && err == nil:
		c.full.Store(0)
	case err != nil && fault.Of(err).Say == "house.db_full":
		c.full.Store(time.Now().UnixNano())
	}
}

// fullFor is how long a refusal for want of room counts: a node that nobody writes to
// would else never hear that there is room again.
const fullFor = 30 * time.Second

// Full says that the last write was refused because the database's disk is full, and that
// this was not long ago. On PostgreSQL that disk may be another machine's.
func (d *DB) Full() bool {
	at := d.counts.full.Load()
	return at != 0 && time.Since(time.Unix(0, at)) < fullFor
}

// Stats tells what this database has done. It asks the database nothing.
func (d *DB) Stats() Stats {
	out := Stats{Reads: d.counts.reads.Load(), Writes: d.counts.writes.Load(), Retries: d.counts.retries.Load(), Busy: d.counts.busy.Load()}
	add := func(name string, p *sql.DB) {
		s := p.Stats()
		out.Pools = append(out.Pools, Pool{name, s.OpenConnections, s.InUse, s.MaxOpenConnections, s.WaitCount, s.WaitDuration})
	}
	if d.read == d.write {
		add("all", d.write)
		return out
	}
	add("write", d.write)
	add("read", d.read)
	return out
}

// Sizes is how many bytes SQLite's file and its log take; ok is false on PostgreSQL.
func (d *DB) Sizes() (file, log int64, ok bool) {
	if d.engine != SQLite {
		return 0, 0, false
	}
	return size(d.where), size(d.where + "-wal"), true
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0 // not there yet: it takes no room
	}
	return info.Size()
}

package db

import (
	"context"
	"time"
)

// Statement is one piece of SQL that has run, as whoever watches a database gets it.
// Its arguments may be people's words and names: it is for measuring and for tests that
// read query plans, and is never logged.
type Statement struct {
	SQL  string        // numbered, as the engine got it
	Args []any         // in the order of their numbers
	Took time.Duration // until its last row was read, with what was done with the rows
}

// Watch has f hear every statement of verbs and pages from now on. It is called once,
// before anything runs on the database.
func (d *DB) Watch(f func(ctx context.Context, s Statement)) { d.watch = f }

// watched tells whoever watches of a statement that began at a time.
func (t *Tx) watched(p Part, began time.Time) {
	t.db.watch(t.ctx, Statement{SQL: p.SQL, Args: p.Args, Took: time.Since(began)})
}

// Package db opens the one database of a house and runs transactions on it.
//
// Two engines, one SQL text: SQLite (modernc.org/sqlite, pure Go) in a folder, and
// PostgreSQL 15 or later (pgx). SQL is written with ? for each argument and put
// together from Parts; Join numbers them. Owner of modernc.org/sqlite, pgx and goose.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // registers "pgx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"plait/internal/kit/fault"
)

// Engine names a kind of database.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// retryFor is how long a PostgreSQL write is tried again after a serialisation failure.
const retryFor = 5 * time.Second

// connWait is how long a transaction waits for a connection before it is *busy*: longer
// than the writer's queue should ever be, and never for ever.
const connWait = 15 * time.Second

// DB is an open database: one writer and a pool of readers on SQLite, one pool on PostgreSQL.
type DB struct {
	engine Engine
	write  *sql.DB
	read   *sql.DB
	where  string
	// server is what PostgreSQL's connections are made by; nil on SQLite.
	server *server
	// watch hears every statement; nil: nobody does.
	watch func(ctx context.Context, s Statement)
	// counts are for Stats.
	counts counts
}

// OpenFile opens (and makes, if need be) the SQLite database plait.db in dir.
func OpenFile(ctx context.Context, dir string) (*DB, error) {
	path := filepath.Join(dir, "plait.db")
	dsn := func(extra ...string) string {
		q := url.Values{"_pragma": append([]string{
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
			"cache_size(-32000)", "temp_store(MEMORY)"}, extra...)}
		return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
	}
	w, err := sql.Open("sqlite", dsn()+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1)
	if err := w.PingContext(ctx); err != nil {
		return nil, errors.Join(fault.New(fault.Broken, "house.db_cannot_open").Because(err), w.Close())
	}
	r, err := sql.Open("sqlite", dsn("query_only(1)")+"&_txlock=deferred")
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	n := max(4, 2*runtime.NumCPU())
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	return &DB{engine: SQLite, write: w, read: r, where: path}, nil
}

// poolMax is how many connections a node has at most: 16 for its work, one that holds the
// installation, one that shows that the node lives and one for the node that ticks (kit/job).
const poolMax = 19

// connsLive is how long a connection is used: what an address means may change, and
// servers spread their load when it is asked for anew.
const connsLive = 30 * time.Minute

// OpenURL opens a PostgreSQL database, "postgres://user@host/name", or one of several
// hosts that stand in for one another, "postgres://user@one:5432,two:5432/name": the one
// that takes writes is used, unless target_session_attrs says otherwise. It refuses a
// server older than 15 or a database that is not UTF-8.
func OpenURL(ctx context.Context, address string) (*DB, error) {
	s, err := newServer(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "house.db_cannot_open").Because(err)
	}
	d := sql.OpenDB(s.connector())
	d.SetMaxOpenConns(poolMax)
	d.SetMaxIdleConns(poolMax)
	d.SetConnMaxLifetime(connsLive)
	var version int
	var encoding string
	err = d.QueryRowContext(ctx, `select cast(current_setting('server_version_num') as bigint), current_setting('server_encoding')`).Scan(&version, &encoding)
	if err == nil && (version < 150000 || encoding != "UTF8") {
		err = fmt.Errorf("server %d, encoding %s: needs PostgreSQL 15 or later and UTF8", version, encoding)
	}
	if err != nil {
		s.close()
		return nil, errors.Join(fault.New(fault.Broken, "house.db_cannot_open").Because(err), d.Close())
	}
	return &DB{engine: Postgres, write: d, read: d, where: "postgres", server: s}, nil
}

// Engine says which engine it is.
func (d *DB) Engine() Engine { return d.engine }

// Folder is the folder of SQLite's file; "" on PostgreSQL.
func (d *DB) Folder() string {
	if d.engine != SQLite {
		return ""
	}
	return filepath.Dir(d.where)
}

// Pool is the writing pool, for the kits that run their own SQL (jobs, migrations).
func (d *DB) Pool() *sql.DB { return d.write }

// Readers is the reading pool.
func (d *DB) Readers() *sql.DB { return d.read }

// Optimize has SQLite look at a sample of its larger tables, so that it knows which index
// is the narrow one: without that it reads a whole programme to find a record by its id
// and kind. It does nothing where nothing has grown much; PostgreSQL does so by itself.
func (d *DB) Optimize(ctx context.Context) error {
	if d.engine != SQLite {
		return nil
	}
	if _, err := d.write.ExecContext(ctx, "pragma analysis_limit=10000"); err != nil {
		return err
	}
	_, err := d.write.ExecContext(ctx, "pragma optimize=0x10002")
	return err
}

// Analyse counts samples of every table on either engine, for what cannot wait until the
// engine does so by itself: in the midst of a great import. Inside a transaction it sees
// what the transaction has written.
func (d *DB) Analyse(ctx context.Context) error {
	return d.Append(ctx, func(tx *Tx) error {
		if d.engine == SQLite {
			// Its value is a limit of the connection, which Optimize sets to the same.
			if err := tx.Do(Q("pragma analysis_limit=10000")); err != nil {
				return err
			}
		}
		return tx.Do(Q("analyze"))
	})
}

// Close closes every connection.
func (d *DB) Close() error {
	if d.read != d.write {
		return errors.Join(d.read.Close(), d.write.Close())
	}
	if d.server != nil {
		defer d.server.close()
	}
	return d.write.Close()
}

// Tx is one open transaction. It carries its context; verbs called with
// Tx.Context join it instead of opening their own.
type Tx struct {
	db    *DB
	tx    *sql.Tx
	conn  *sql.Conn
	ctx   context.Context
	write bool
	after *[]func()
	memo  map[any]any
	scrub *bool
}

type txKey struct{ db *DB }

// Context is the transaction's context: what joins it.
func (t *Tx) Context() context.Context { return t.ctx }

// Within gives ctx, whoever acts in it, inside the transaction: what is called with it
// joins the transaction. Whoever is handed both a context and a transaction, and calls
// something that opens one of its own, passes this on: a second connection taken while
// one is held would wait for ever when everyone does so at once.
func (t *Tx) Within(ctx context.Context) context.Context {
	return context.WithValue(ctx, txKey{t.db}, t)
}

// Engine says which engine it runs on.
func (t *Tx) Engine() Engine { return t.db.engine }

// Writes says whether it may write: what is read in one that may not stays as it is.
func (t *Tx) Writes() bool { return t.write }

// SQL is the transaction beneath, for kit/job alone.
func (t *Tx) SQL() *sql.Tx { return t.tx }

// Conn is the connection beneath, for kit/job alone (PostgreSQL; nil on SQLite).
func (t *Tx) Conn() *sql.Conn { return t.conn }

// After runs f once the transaction is committed; never when it is not.
func (t *Tx) After(f func()) { *t.after = append(*t.after, f) }

// Scrub asks that, once the transaction is committed, SQLite's log is folded into its
// file, so that erased words do not wait in it. It does its best: readers may hold it up.
func (t *Tx) Scrub() { *t.scrub = true }

// Memo keeps a value for the life of the transaction, such as the actor's roles.
func (t *Tx) Memo(key any, make func() (any, error)) (any, error) {
	if v, ok := t.memo[key]; ok {
		return v, nil
	}
	v, err := make()
	if err == nil {
		t.memo[key] = v
	}
	return v, err
}

// Forget drops a kept value, after what it was read from has changed.
func (t *Tx) Forget(key any) { delete(t.memo, key) }

// Write runs f in a write transaction: BEGIN IMMEDIATE on SQLite, SERIALIZABLE on
// PostgreSQL, tried again with full jitter for 5 s and then *busy*. f may run more
// than once, so it does no input or output. Inside a transaction it joins it.
func (d *DB) Write(ctx context.Context, f func(tx *Tx) error) error {
	return d.run(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable}, true, f)
}

// Append is Write for verbs that only append behind a counter row: READ COMMITTED
// on PostgreSQL, so that the row lock queues them instead of failing them.
func (d *DB) Append(ctx context.Context, f func(tx *Tx) error) error {
	return d.run(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted}, true, f)
}

// Read runs f in one read transaction that sees one state of the database.
func (d *DB) Read(ctx context.Context, f func(tx *Tx) error) error {
	return d.run(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, false, f)
}

// In gives the open transaction that ctx carries, or nil.
func (d *DB) In(ctx context.Context) *Tx {
	t, _ := ctx.Value(txKey{d}).(*Tx)
	return t
}

func (d *DB) run(ctx context.Context, opt *sql.TxOptions, write bool, f func(tx *Tx) error) (out error) {
	if t := d.In(ctx); t != nil {
		if write && !t.write {
			return errors.New("db: a write inside a read transaction")
		}
		// The joiner keeps its own context: it may act as someone else within the same transaction.
		joined := *t
		joined.ctx = ctx
		return f(&joined)
	}
	defer func() { d.counts.ended(write, out) }()
	began := time.Now()
	for try := 0; ; try++ {
		err := d.once(ctx, opt, write, f)
		d.counts.tried(try)
		if err == nil {
			return nil
		}
		var gone *awayError
		away := errors.As(err, &gone)
		if !again(err) && (!away || gone.ran && !write) {
			return translate(err)
		}
		switch {
		case away && (time.Since(began) > awayFor || ctx.Err() != nil):
			return translate(err)
		case !away && (time.Since(began) > retryFor || ctx.Err() != nil):
			return fault.New(fault.Busy, "house.busy").Because(err)
		}
		wait := time.Duration(rand.Int64N(int64(min(2*time.Millisecond<<min(try, 8), 400*time.Millisecond)) + 1))
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return fault.New(fault.Busy, "house.busy").Because(ctx.Err())
		}
	}
}

func (d *DB) once(ctx context.Context, opt *sql.TxOptions, write bool, f func(tx *Tx) error) (err error) {
	pool := d.read
	if write {
		pool = d.write
	}
	t := &Tx{db: d, write: write, after: &[]func(){}, memo: map[any]any{}, scrub: new(bool)}
	if d.engine == SQLite {
		opt = nil // its transactions are serialisable; options are refused
	}
	waiting, stop := context.WithTimeout(ctx, connWait)
	conn, err := pool.Conn(waiting)
	defer stop()
	if err != nil {
		switch {
		case ctx.Err() == nil && waiting.Err() != nil:
			err = fault.New(fault.Busy, "house.busy").Because(errors.New("db: no connection was free"))
		case ctx.Err() == nil && d.server != nil:
			err = &awayError{err: err}
		}
		return err
	}
	defer func() {
		if e := conn.Close(); err == nil && e != nil && !errors.Is(e, sql.ErrConnDone) {
			err = e
		}
	}()
	if d.engine == Postgres {
		t.conn = conn
		end, e := d.attend(ctx, conn)
		if e != nil {
			return e
		}
		defer func() { err = end(err) }()
	}
	t.tx, err = conn.BeginTx(ctx, opt)
	if err != nil {
		return &begunError{err}
	}
	t.ctx = context.WithValue(ctx, txKey{d}, t)
	done := false
	defer func() {
		if !done {
			_ = t.tx.Rollback()
		}
	}()
	if err := f(t); err != nil {
		return err
	}
	done = true
	if err := t.tx.Commit(); err != nil {
		if write && d.engine == Postgres && !refused(err) {
			return &unknownError{err}
		}
		return err
	}
	if write && d.engine == Postgres && unsure(conn) {
		return &unknownError{errAlone}
	}
	if *t.scrub && d.engine == SQLite {
		// What was acknowledged is safe either way; a failure here only leaves the log for later.
		_, _ = conn.ExecContext(ctx, "pragma wal_checkpoint(truncate)")
	}
	for _, g := range *t.after {
		g()
	}
	return nil
}

// Exec runs a statement and gives the number of rows it changed.
func (t *Tx) Exec(p Part) (int64, error) {
	p, err := p.ready(t.db.engine)
	if err != nil {
		return 0, err
	}
	if t.db.watch != nil {
		defer t.watched(p, time.Now())
	}
	res, err := t.tx.ExecContext(t.ctx, p.SQL, p.Args...)
	if err != nil {
		return 0, fmt.Errorf("%w in %s", err, head(p.SQL))
	}
	return res.RowsAffected()
}

// Do runs a statement whose row count does not matter.
func (t *Tx) Do(p Part) error { _, err := t.Exec(p); return err }

// Row is what a scan function reads from.
type Row interface{ Scan(dest ...any) error }

// All reads every row of a query with scan.
func All[T any](t *Tx, p Part, scan func(Row, *T) error) ([]T, error) {
	out := []T{} // an empty list is written [] in JSON, not null
	err := Each(t, p, scan, func(v T) error { out = append(out, v); return nil })
	return out, err
}

// Each reads the rows of a query one by one, for what is too long to hold.
func Each[T any](t *Tx, p Part, scan func(Row, *T) error, f func(T) error) error {
	p, err := p.ready(t.db.engine)
	if err != nil {
		return err
	}
	if t.db.watch != nil {
		defer t.watched(p, time.Now())
	}
	rows, err := t.tx.QueryContext(t.ctx, p.SQL, p.Args...)
	if err != nil {
		return fmt.Errorf("%w in %s", err, head(p.SQL))
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return fmt.Errorf("%w in %s", err, head(p.SQL))
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// One reads the first row; ok is false when there is none.
func One[T any](t *Tx, p Part, scan func(Row, *T) error) (v T, ok bool, err error) {
	p, err = p.ready(t.db.engine)
	if err != nil {
		return v, false, err
	}
	if t.db.watch != nil {
		defer t.watched(p, time.Now())
	}
	rows, err := t.tx.QueryContext(t.ctx, p.SQL, p.Args...)
	if err != nil {
		return v, false, fmt.Errorf("%w in %s", err, head(p.SQL))
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return v, false, rows.Err()
	}
	if err := scan(rows, &v); err != nil {
		return v, false, fmt.Errorf("%w in %s", err, head(p.SQL))
	}
	return v, true, rows.Err()
}

// Value scans a row of one column.
func Value[T any](r Row, v *T) error { return r.Scan(v) }

// Count reads one whole number, 0 when there is no row.
func Count(t *Tx, p Part) (int64, error) {
	v, _, err := One(t, p, func(r Row, n *sql.NullInt64) error { return r.Scan(n) })
	return v.Int64, err
}

// IsUnique says that a row with the same key is there already.
func IsUnique(err error) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.Code == "23505"
	}
	var s *sqlite.Error
	if errors.As(err, &s) {
		return s.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || s.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// IsOrphan says that a row names another that is not there.
func IsOrphan(err error) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.Code == "23503"
	}
	var s *sqlite.Error
	return errors.As(err, &s) && s.Code() == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
}

func again(err error) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.Code == "40001" || p.Code == "40P01"
	}
	var s *sqlite.Error
	return errors.As(err, &s) && s.Code()&0xff == sqlite3.SQLITE_BUSY
}

func head(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 90 {
		s = s[:90] + "…"
	}
	return s
}

// sound refuses text that PostgreSQL could not hold, so that both engines hold the same.
func sound(a any) error {
	if s, ok := a.(string); ok && (!utf8.ValidString(s) || strings.ContainsRune(s, 0)) {
		return fault.New(fault.Invalid, "house.bad_text").With("house.bad_text_do")
	}
	return nil
}

package db

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"plait/internal/kit/fault"
)

// awayError says that the database went away and that nothing of the transaction is kept.
// ran says that its body had begun.
type awayError struct {
	err error
	ran bool
}

func (e *awayError) Error() string { return "the database went away: " + e.err.Error() }
func (e *awayError) Unwrap() error { return e.err }

// begunError marks what went wrong before the body ran.
type begunError struct{ err error }

func (e *begunError) Error() string { return e.err.Error() }
func (e *begunError) Unwrap() error { return e.err }

// unknownError says that the database went away while it was told to keep a transaction:
// it may have done so. It is never tried again here, for only who can tell that it was kept
// may do that.
type unknownError struct{ err error }

func (e *unknownError) Error() string {
	return "it is not known whether this was kept: " + e.err.Error()
}
func (e *unknownError) Unwrap() error { return e.err }

// errAlone is what the server warns of when it was told to wait no longer for its standby.
var errAlone = errors.New("db: kept by the first server, perhaps not by its standby")

// IsUnknown says that a write may or may not have been kept. Whoever has a key with which
// it is noticed the second time runs it again; whoever has none asks a person to look.
func IsUnknown(err error) bool {
	var u *unknownError
	return errors.As(err, &u)
}

// busyAway is what a person is told when the database cannot be reached.
func busyAway(err error) error { return fault.New(fault.Busy, "house.db_away").Because(err) }

// attend has the server's pulse watched for the connection of one transaction. end notes
// that it is over and says of its error whether the database went away.
func (d *DB) attend(ctx context.Context, conn *sql.Conn) (end func(error) error, err error) {
	var c *pgx.Conn
	if err := conn.Raw(func(under any) error { c = under.(*stdlib.Conn).Conn(); return nil }); err != nil {
		return nil, &awayError{err: err}
	}
	h := d.server.hold(c)
	return func(err error) error {
		lost := d.server.let(h)
		if err == nil {
			return nil
		}
		var begun *begunError
		var unknown *unknownError
		var told *fault.Fault
		ran := !errors.As(err, &begun)
		switch {
		case readOnly(err):
			d.server.suspect(c)
			return &awayError{err, ran}
		case !lost:
			return err
		}
		d.server.suspect(c)
		if errors.As(err, &unknown) || ctx.Err() != nil || errors.As(err, &told) && told.Kind != fault.Broken && told.Kind != fault.Busy {
			return err
		}
		return &awayError{err, ran}
	}, nil
}

// refused says of a failed commit that the transaction is surely not kept: the server said
// so itself, or was never asked.
func refused(err error) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.SeverityUnlocalized == "ERROR"
	}
	return err == context.Canceled || err == context.DeadlineExceeded || errors.Is(err, sql.ErrTxDone) ||
		errors.Is(err, pgx.ErrTxCommitRollback) || pgconn.SafeToRetry(err)
}

// unsure takes note of, and forgets, a warning that came with a commit.
func unsure(conn *sql.Conn) (warned bool) {
	_ = conn.Raw(func(under any) error {
		if c, ok := under.(*stdlib.Conn); ok {
			data := c.Conn().PgConn().CustomData()
			_, warned = data[dataUnsure]
			delete(data, dataUnsure)
		}
		return nil
	})
	return warned
}

// translate turns trouble of the engine itself into words; faults pass as they are.
func translate(err error) error {
	var u *unknownError
	if errors.As(err, &u) {
		return fault.New(fault.Busy, "house.db_unknown").With("house.db_unknown_do").Because(err)
	}
	var a *awayError
	if errors.As(err, &a) { // before what the body made of it
		return busyAway(err)
	}
	var f *fault.Fault
	if errors.As(err, &f) {
		return err
	}
	var c *pgconn.ConnectError
	var p *pgconn.PgError
	switch {
	case errors.As(err, &c), errors.As(err, &p) && (strings.HasPrefix(p.Code, "08") || strings.HasPrefix(p.Code, "57P")):
		return fault.New(fault.Busy, "house.db_away").Because(err)
	case errors.As(err, &p) && p.Code == "53100":
		return fault.New(fault.Busy, "house.db_full").Because(err)
	case errors.As(err, &p) && strings.HasPrefix(p.Code, "53"):
		// It has no memory or no connection left: that passes.
		return fault.New(fault.Busy, "house.busy").Because(err)
	}
	var s *sqlite.Error
	if errors.As(err, &s) && noRoom(s.Code()) {
		return fault.New(fault.Busy, "house.db_full").Because(err)
	}
	return err
}

// noRoom says whether SQLite could not write. What it could not read is another trouble.
func noRoom(code int) bool {
	switch code {
	case sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ:
		return false
	}
	return code&0xff == sqlite3.SQLITE_FULL || code&0xff == sqlite3.SQLITE_IOERR
}

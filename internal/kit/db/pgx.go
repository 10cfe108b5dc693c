package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// pgxPoolMax is how many connections the job runner holds at most: one that
// listens, the rest for fetching and finishing. The jobs themselves use Pool.
const pgxPoolMax = 4

var (
	errNotPostgres = errors.New("db: not a PostgreSQL database")
	errNested      = errors.New("db: the transaction is begun and ended by the one who opened it")
)

// PgxPool opens a small pgx pool on the same PostgreSQL database, for kit/job
// alone. The caller closes it. On SQLite it is an error.
func (d *DB) PgxPool(ctx context.Context) (*pgxpool.Pool, error) {
	if d.engine != Postgres {
		return nil, errNotPostgres
	}
	// The settings of a pool come from an address alone; what it connects to is ours.
	cfg, err := pgxpool.ParseConfig(d.server.config.ConnString())
	if err != nil {
		return nil, errAddress
	}
	cfg.ConnConfig = d.server.config.Copy()
	cfg.MaxConns = pgxPoolMax
	cfg.MinConns = 0
	cfg.MaxConnLifetime = connsLive
	cfg.PingTimeout = pingWait
	cfg.BeforeConnect = func(_ context.Context, c *pgx.ConnConfig) error { d.server.lastFirst(c); return nil }
	cfg.AfterConnect = d.server.made
	cfg.PrepareConn = func(_ context.Context, c *pgx.Conn) (bool, error) { return !d.server.stale(c), nil }
	return pgxpool.NewWithConfig(ctx, cfg)
}

// Pgx gives f the open transaction as pgx knows it, for kit/job alone. What f
// does is part of the transaction: it is kept or rolled back with it. f may not
// begin, commit or roll back, nor keep the value; every row set of the
// transaction must be closed before. On SQLite it is an error.
func (t *Tx) Pgx(f func(pgx.Tx) error) error {
	if t.conn == nil {
		return errNotPostgres
	}
	return t.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("db: the connection is a %T", driver)
		}
		return f(joined{c.Conn()})
	})
}

// connection is a name for the embedded field that does not clash with pgx.Tx's Conn method.
type connection = pgx.Conn

// joined is a pgx.Tx over a connection whose transaction database/sql began:
// statements go to the connection, the ends of the transaction are refused.
type joined struct{ *connection }

func (joined) Begin(context.Context) (pgx.Tx, error) { return nil, errNested }
func (joined) Commit(context.Context) error          { return errNested }
func (joined) Rollback(context.Context) error        { return errNested }
func (joined) LargeObjects() pgx.LargeObjects        { return pgx.LargeObjects{} }
func (j joined) Conn() *pgx.Conn                     { return j.connection }

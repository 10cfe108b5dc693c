package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"

	"plait/internal/kit/fault"
	"plait/internal/kit/folder"
)

// Migration is one file of the merged sequence: YYYYMMDDHHMM_owner_what.sql.
// Full text, locks, notices and jobs may come as a pair .sqlite.sql / .postgres.sql.
type Migration struct {
	Version int64
	Name    string // file name without its engine
	SQL     map[Engine]string
}

// Hash is the SHA-256 of the migration's texts, for the lock file.
func (m Migration) Hash() string {
	h := sha256.New()
	for _, e := range []Engine{SQLite, Postgres} {
		h.Write([]byte(m.SQL[e] + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Migrations reads the sql/ folders of many owners and merges them into one
// sequence by version. Two files may not share a version.
func Migrations(sources ...fs.FS) ([]Migration, error) {
	found := map[int64]*Migration{}
	for _, src := range sources {
		if src == nil {
			continue
		}
		names, err := fs.Glob(src, "sql/*.sql")
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			if err := addMigration(found, src, n); err != nil {
				return nil, err
			}
		}
	}
	out := make([]Migration, 0, len(found))
	for _, m := range found {
		for _, e := range []Engine{SQLite, Postgres} {
			if m.SQL[e] == "" {
				return nil, fmt.Errorf("migration %s has no text for %s", m.Name, e)
			}
		}
		out = append(out, *m)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Version < out[j].Version })
	return out, nil
}

func addMigration(found map[int64]*Migration, src fs.FS, file string) error {
	text, err := fs.ReadFile(src, file)
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(path.Base(file), ".sql")
	engines := []Engine{SQLite, Postgres}
	for _, e := range engines {
		if s, ok := strings.CutSuffix(base, "."+string(e)); ok {
			base, engines = s, []Engine{e}
			break
		}
	}
	stamp, _, _ := strings.Cut(base, "_")
	v, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(stamp) != 12 {
		return fmt.Errorf("migration %s: the name begins with YYYYMMDDHHMM", file)
	}
	m := found[v]
	if m == nil {
		m = &Migration{Version: v, Name: base, SQL: map[Engine]string{}}
		found[v] = m
	}
	for _, e := range engines {
		if m.Name != base || m.SQL[e] != "" {
			return fmt.Errorf("migrations %s and %s share a version", m.Name, base)
		}
		m.SQL[e] = string(text)
	}
	return nil
}

// Migrate brings the database up to the last migration. A database that holds a
// migration this program does not know is refused: it belongs to a newer one.
func (d *DB) Migrate(ctx context.Context, all []Migration) error {
	dialect := goose.DialectSQLite3
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	list := make([]*goose.Migration, 0, len(all))
	known := map[int64]bool{0: true}
	for _, m := range all {
		text := m.SQL[d.engine]
		known[m.Version] = true
		list = append(list, goose.NewGoMigration(m.Version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			if d.engine == Postgres {
				if _, err := tx.ExecContext(ctx, "set local lock_timeout = '"+lockWait+"'"); err != nil {
					return err
				}
			}
			return statements(ctx, tx, text)
		}}, nil))
	}
	free, err := d.turn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = free() }()
	p, err := goose.NewProvider(dialect, d.write, nil, goose.WithGoMigrations(list...), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if _, err := p.GetDBVersion(ctx); err != nil { // makes its table
		return err
	}
	if err := d.allKnown(ctx, known); err != nil {
		return err
	}
	for began := time.Now(); ; {
		err := up(ctx, p)
		var held *pgconn.PgError
		if err == nil || !errors.As(err, &held) || held.Code != "55P03" {
			return err
		}
		if time.Since(began) > heldFor {
			return fault.New(fault.Busy, "house.db_held").With("house.db_held_do").Because(err)
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// turn has programs that start at the same moment migrate one after another.
func (d *DB) turn(ctx context.Context) (free func() error, err error) {
	if d.engine == Postgres {
		turn, err := d.write.Conn(ctx)
		if err != nil {
			return nil, err
		}
		free = func() error { discard(turn); return nil } // its lock goes with it
		if _, err := turn.ExecContext(ctx, `select pg_advisory_lock($1)`, lockMigrate); err != nil {
			return nil, errors.Join(err, free())
		}
		return free, nil
	}
	return d.Turn(ctx, "migrate.lock")
}

// Turn waits for the lock that a file beside SQLite's database stands for. On PostgreSQL
// there is no such file, and nothing is waited for.
func (d *DB) Turn(ctx context.Context, name string) (free func() error, err error) {
	if d.engine != SQLite {
		return func() error { return nil }, nil
	}
	for began := time.Now(); ; {
		free, ok, err := folder.Lock(filepath.Join(d.Folder(), name))
		if ok || err != nil {
			return free, err
		}
		if time.Since(began) > heldFor {
			return nil, fault.New(fault.Busy, "house.db_held").With("house.db_held_do")
		}
		select {
		case <-time.After(holdEach):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// lockMigrate is the key of the advisory lock that a node holds while it migrates.
const lockMigrate int64 = 0x706c616974_03

// A migration of a house that other nodes serve waits for a table no longer than lockWait,
// for whoever asks for the table after it waits too. It tries again for heldFor.
const (
	lockWait = "2s"
	heldFor  = 2 * time.Minute
)

// allKnown refuses a database that holds a migration of a newer program.
func (d *DB) allKnown(ctx context.Context, known map[int64]bool) error {
	rows, err := d.write.QueryContext(ctx, `select version_id from goose_db_version where is_applied order by version_id`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return err
		}
		if !known[v] {
			return fault.New(fault.Broken, "house.db_newer").With("house.db_newer_do").Because(fmt.Errorf("the database holds %d", v))
		}
	}
	return rows.Err()
}

func up(ctx context.Context, p *goose.Provider) error {
	_, err := p.Up(ctx)
	var pe *goose.PartialError
	if errors.As(err, &pe) {
		return fmt.Errorf("migration %d: %w", pe.Failed.Source.Version, pe.Err)
	}
	return err
}

// discard ends a connection instead of handing it back to its pool.
func discard(c *sql.Conn) {
	_ = c.Raw(func(any) error { return driver.ErrBadConn }) // this is how database/sql is told to close it
	_ = c.Close()
}

// statements runs the statements of a migration one by one; each ends with a
// semicolon at the end of a line. Trigger and function bodies are not used.
func statements(ctx context.Context, tx *sql.Tx, text string) error {
	var clean []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			clean = append(clean, strings.TrimRight(line, " \t\r"))
		}
	}
	for _, s := range strings.Split(strings.Join(clean, "\n")+"\n", ";\n") {
		if strings.TrimSpace(s) == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%w in %s", err, head(s))
		}
	}
	return nil
}

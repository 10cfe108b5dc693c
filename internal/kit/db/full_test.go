package db

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"

	"plait/internal/kit/fault"
)

// TestFullIsTold has SQLite run out of pages, and asks what is said of it while and after.
func TestFullIsTold(t *testing.T) {
	ctx := context.Background()
	d, err := OpenFile(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	write := func(n int) error {
		return d.Write(ctx, func(tx *Tx) error {
			return tx.Do(Q("insert into thing (body) values (?)", make([]byte, n)))
		})
	}
	if err := d.Write(ctx, func(tx *Tx) error { return tx.Do(Q("create table thing (body bytea)")) }); err != nil {
		t.Fatal(err)
	}
	if d.Full() {
		t.Error("full from the start")
	}
	for _, most := range []string{"pragma max_page_count=20", "pragma max_page_count=2000"} {
		if _, err := d.Pool().ExecContext(ctx, most); err != nil {
			t.Fatal(err)
		}
		err := write(400 << 10)
		full := most == "pragma max_page_count=20"
		if got := err != nil && fault.Of(err).Say == "house.db_full"; got != full || d.Full() != full || !full && err != nil {
			t.Errorf("%s: %v, full %v", most, err, d.Full())
		}
	}
}

// TestOnlyWantOfRoomIsCalledFull tells other troubles of the same class apart.
func TestOnlyWantOfRoomIsCalledFull(t *testing.T) {
	for code, want := range map[string]string{"53100": "house.db_full", "53200": "house.busy", "53300": "house.busy"} {
		if got := fault.Of(translate(fmt.Errorf("in a query: %w", &pgconn.PgError{Code: code}))).Say; got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	for code, want := range map[int]bool{sqlite3.SQLITE_FULL: true, sqlite3.SQLITE_IOERR_WRITE: true, sqlite3.SQLITE_IOERR_FSYNC: true, sqlite3.SQLITE_IOERR_SHMSIZE: true,
		sqlite3.SQLITE_IOERR_READ: false, sqlite3.SQLITE_CORRUPT: false} {
		if noRoom(code) != want {
			t.Errorf("%d: %v", code, !want)
		}
	}
	if err := errors.New("else"); translate(err) != err {
		t.Error("another error is changed")
	}
}

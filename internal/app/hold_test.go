package app

import (
	"context"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

// TestAServedHouseStopsForAnother: a node that lost its connection, and with it its part of
// the lock, must not serve on beside a move.
func TestAServedHouseStopsForAnother(t *testing.T) {
	admin := os.Getenv("PLAIT_TEST_PG")
	if admin == "" {
		if strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names postgres")
		}
		t.Fatal("no PostgreSQL: run this as go run ./tool/pg -- go test ./…")
	}
	ask := func(address, statement string) {
		t.Helper()
		d, err := db.OpenURL(context.Background(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.Close() }()
		if _, err := d.Pool().ExecContext(context.Background(), statement); err != nil {
			t.Fatal(err)
		}
	}
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/plait_hold"
	ask(admin, "create database plait_hold encoding 'UTF8' template template0")
	t.Cleanup(func() { ask(admin, "drop database plait_hold with (force)") })
	dir := t.TempDir()
	if code := Run(t.Context(), []string{"init", "--dir", dir, "--db", u.String()}, func(string) string { return "" }, io.Discard, io.Discard); code != 0 {
		t.Fatal(code)
	}
	s, err := config.Load(config.Over(func(string) string { return "" }, map[string]string{"dir": dir, "db": u.String(), "listen": "127.0.0.1:0"}))
	if err != nil {
		t.Fatal(err)
	}
	h, err := openWhole(t.Context(), s, "http://127.0.0.1:1", slog.New(slog.DiscardHandler), false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	ended := make(chan error, 1)
	go func() { ended <- h.keepHold(t.Context()) }()
	cut := `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
		and database = (select oid from pg_database where datname = current_database())`
	ask(u.String(), cut)
	select {
	case err := <-ended:
		t.Fatalf("a lost connection alone ends the serving: %v", err)
	case <-time.After(2 * holdEvery):
	}
	other, err := db.OpenURL(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	var all *db.Hold
	ok := false
	for try := 0; try < 5 && !ok; try++ { // the node may be quicker
		ask(u.String(), cut)
		if all, ok, err = other.Alone(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !ok {
		t.Fatal("the lock is not to be had")
	}
	defer func() { _ = all.Free() }()
	select {
	case err := <-ended:
		if !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it serves on while another has the installation alone")
	}
}

package nodes_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"plait/internal/app"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/mail"
	"plait/internal/kit/seal"
)

// as says what this test binary is, when it is run as a process of its own: the program
// plait ("plait"), or a node of its next version ("next").
const as = "NODES_AS"

func TestMain(m *testing.M) {
	switch os.Getenv(as) {
	case "plait":
		os.Exit(app.Main())
	case "next":
		if err := serveNext(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// nextMigrations is what a next version adds: a table, and a column to one that every
// version writes.
func nextMigrations() ([]db.Migration, error) {
	now, err := app.Migrations()
	if err != nil {
		return nil, err
	}
	next, err := db.Migrations(fstest.MapFS{"sql/209901010000_nodes_next.sql": {Data: []byte(
		"create table nodes_next (\n  what text not null,\n  at bigint not null\n);\nalter table evidence_contribution add column nodes_next bigint;\n")}})
	return append(now, next...), err
}

// serveNext is a node of the next version: the same house with one migration and one job
// more. It takes the arguments that plait serve is given.
func serveNext(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	after := func(name string) string { return args[slices.Index(args, name)+1] }
	key, err := seal.Load(after("--dir"), "")
	if err != nil {
		return err
	}
	d, err := db.OpenURL(ctx, os.Getenv("PLAIT_DB"))
	if err != nil {
		return err
	}
	all, err := nextMigrations()
	if err != nil {
		return err
	}
	if err := errors.Join(d.Migrate(ctx, all), job.Migrate(ctx, d)); err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	tick := clock.System{}
	h, err := app.Build(d, app.Options{Key: key, Post: mail.Folder(os.TempDir(), tick, id.New(tick.Now, nil)), Log: log, BaseURL: "http://" + after("--listen")})
	if err != nil {
		return err
	}
	run, err := job.Start(ctx, d, append(h.Jobs(), slow(d)), log)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", after("--listen"))
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"url": "http://" + l.Addr().String()}); err != nil {
		return err
	}
	srv := &http.Server{Handler: h.Handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = srv.Serve(l) }() // it ends with Shutdown
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return errors.Join(srv.Shutdown(last), run.Stop(last), d.Close())
}

// slow is a job that takes a while: it notes when it began, and that it is done.
func slow(d *db.DB) job.Def {
	note := func(ctx context.Context, what string) error {
		return d.Write(ctx, func(tx *db.Tx) error {
			return tx.Do(db.Q("insert into nodes_next (what, at) values (?, ?)", what, clock.System{}.Now()))
		})
	}
	return job.Def{Name: "nodes.slow", Do: func(ctx context.Context, j job.Job) error {
		if err := note(ctx, fmt.Sprint("began ", j.Args["n"], " ", os.Getpid())); err != nil {
			return err
		}
		select {
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
		return note(ctx, "done "+j.Args["n"])
	}}
}

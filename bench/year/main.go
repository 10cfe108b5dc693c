// Command year follows every lesson of an installation that holds a year of work, down to
// the words it stands on and back.
//
//	bin/plait demo --size year --no-serve --dir /tmp/year --seed 1
//	go run ./bench/year -dir /tmp/year
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"time"

	"plait/internal/app"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/mail"
	"plait/internal/kit/seal"
	"plait/internal/room/thread"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

func main() {
	dir := flag.String("dir", "", "folder of the installation")
	rounds := flag.Int("rounds", 2, "times that every lesson is followed")
	flag.Parse()
	if err := run(context.Background(), *dir, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench/year:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, rounds int) error {
	if _, err := os.Stat(dir); err != nil {
		return err // never make an empty installation and measure that
	}
	d, err := db.OpenFile(ctx, dir)
	if err != nil {
		return err
	}
	defer d.Close()
	key, err := seal.New(make([]byte, seal.Size)) // threads hold nothing sealed
	if err != nil {
		return err
	}
	now := clock.System{}
	h, err := app.Build(d, app.Options{Clock: now, Key: key, Post: mail.Folder(os.TempDir(), now, nil), BaseURL: "http://127.0.0.1:1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	type lesson struct{ programme, id string }
	var lessons []lesson
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		lessons, err = db.All(tx, db.Q(`select programme, id from ref_record where kind = 'lesson' order by id`), func(r db.Row, l *lesson) error { return r.Scan(&l.programme, &l.id) })
		return err
	})
	if err != nil {
		return err
	}
	if len(lessons) == 0 {
		return fmt.Errorf("%s holds no lessons", dir)
	}
	for round := range rounds {
		var took []float64
		records := 0
		for _, l := range lessons {
			ctx := who.With(ctx, h.Policy, who.Actor{Kind: who.Operator, Programme: l.programme})
			begin := time.Now()
			out, err := h.Desk.RunVerb(ctx, h.Verbs["thread.follow"], "", thread.FollowIn{Ref: ref.Of("lesson", l.id)})
			if err != nil {
				return err
			}
			took = append(took, float64(time.Since(begin).Microseconds())/1000)
			records += len(out.(thread.FollowOut).Nodes)
		}
		slices.Sort(took)
		at := func(p float64) float64 { return took[min(len(took)-1, int(p*float64(len(took))))] }
		fmt.Printf("round %d: %d lessons, %d records each; p50 %.1f ms, p95 %.1f ms, longest %.1f ms\n",
			round+1, len(lessons), records/len(lessons), at(.5), at(.95), took[len(took)-1])
	}
	return nil
}

package nodes_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
	"plait/test/nodes"
	"plait/tool/pg/cluster"
)

// database gives an empty database on the test server, or on one of its own.
func database(t *testing.T) string {
	t.Helper()
	admin := os.Getenv(cluster.Env)
	if admin == "" {
		if strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names postgres")
		}
		c, err := cluster.Start(t.Context())
		check(t, err)
		t.Cleanup(func() { check(t, c.Stop()) })
		return c.URL
	}
	d, err := db.OpenURL(t.Context(), admin)
	check(t, err)
	name := fmt.Sprintf("nodes_%d_%d", os.Getpid(), time.Now().UnixNano())
	_, err = d.Pool().ExecContext(t.Context(), "create database "+name+" encoding 'UTF8' template template0")
	check(t, err)
	t.Cleanup(func() {
		_, err := d.Pool().ExecContext(context.Background(), "drop database "+name+" with (force)")
		check(t, err)
		check(t, d.Close())
	})
	u, err := url.Parse(admin)
	check(t, err)
	u.Path = "/" + name
	return u.String()
}

// TestTwoVersionsServe upgrades a house of two nodes one by one while people write. The
// node of the next version migrates the database on its way up; the other serves on.
func TestTwoVersionsServe(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	h, err := nodes.Found(ctx, self(t), t.TempDir(), database(t), as+"=plait")
	check(t, err)
	t.Cleanup(h.Close)
	old, err := h.Add(ctx)
	check(t, err)
	client, err := h.SignIn(ctx)
	check(t, err)
	w := &nodes.Writers{Pause: 5 * time.Millisecond}
	client.Write(ctx, "upgrade", 3, w)

	next, err := h.Add(ctx, as+"=next")
	check(t, err)
	for _, n := range []*nodes.Node{old, next} {
		words := "Written at " + n.Address
		if _, a := client.Give(ctx, n, n.Address, words); !a.OK() {
			t.Errorf("one of two versions took no words: %v", a.Trouble())
		}
		other := map[*nodes.Node]*nodes.Node{old: next, next: old}[n]
		if page := client.At(ctx, other, "GET", "/evidence/"+h.Project, nil, nil); !strings.Contains(string(page.Body), words) {
			t.Errorf("what one version took, the other does not show: %d", page.Status)
		}
		if a := client.At(ctx, n, "GET", "/static/app-FROMNEXT.css", nil, nil); a.Status != 200 || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the styles of another version: %d %v", a.Status, a.Header)
		}
	}
	if told, _ := w.Take(); len(told) > 0 {
		t.Errorf("while the next version came up: %v", told)
	}
	watch, unwatch := context.WithCancel(ctx)
	defer unwatch()
	h.Watch(watch)
	time.Sleep(time.Second)
	check(t, old.Term())
	if said, err := h.Refused(ctx); err != nil || !strings.Contains(said, "belongs to a newer version") {
		t.Errorf("an older program on the newer database: %v: %s", err, said)
	}
	acked, lost, twice, err := w.Stop(ctx, client)
	check(t, err)
	if told, _ := w.Take(); len(told) > 0 || acked == 0 || lost > 0 || twice > 0 {
		t.Errorf("an upgrade: %d acknowledged, %d lost, %d twice, %v %v", acked, lost, twice, told, w.Spells())
	}
	t.Run("a job of a node that is killed", func(t *testing.T) { handedOn(t, h, next) })
}

// handedOn kills the node that runs a job, and waits until the other one has done it.
func handedOn(t *testing.T, h *nodes.House, first *nodes.Node) {
	ctx := t.Context()
	d, err := db.OpenURL(ctx, h.DB)
	check(t, err)
	defer d.Close()
	queue, err := job.New(d)
	check(t, err)
	check(t, d.Write(ctx, func(tx *db.Tx) error { return queue.Add(tx, "nodes.slow", map[string]string{"n": "1"}) }))
	notes := func() []string {
		var out []string
		check(t, d.Read(ctx, func(tx *db.Tx) (err error) {
			out, err = db.All(tx, db.Q("select what from nodes_next order by at, what"), db.Value[string])
			return err
		}))
		return out
	}
	wait := func(what string, most time.Duration, ok func([]string) bool) time.Duration {
		began := time.Now()
		for !ok(notes()) {
			if time.Since(began) > most {
				t.Fatalf("after %v still not: %s: %v", most, what, notes())
			}
			time.Sleep(50 * time.Millisecond)
		}
		return time.Since(began)
	}
	wait("begun", 20*time.Second, func(all []string) bool { return len(all) == 1 })
	_, err = first.Kill()
	check(t, err)
	second, err := h.Add(ctx, as+"=next")
	check(t, err)
	took := wait("done by another node", 30*time.Second, func(all []string) bool { return slices.Contains(all, "done 1") })
	t.Logf("done by another node %v after the first was killed", took)

	// A node that is stopped in order hands over what waits at once, and ends what it does.
	check(t, d.Write(ctx, func(tx *db.Tx) error { return queue.Add(tx, "nodes.slow", map[string]string{"n": "2"}) }))
	wait("begun", 20*time.Second, func(all []string) bool { return len(all) == 4 })
	check(t, second.Term())
	if all := notes(); len(all) != 5 || all[4] != "done 2" {
		t.Errorf("a node that was stopped in order left its job: %v", all)
	}
}

// Command nodes measures what people notice of several nodes on one PostgreSQL: how a house
// grows from one node to three, and what is lost when nodes and the database go away and
// come back while people write.
//
//	go run ./bench/nodes                       about two minutes
//	go run ./bench/nodes -kills 50 -promotions 10
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"plait/internal/kit/db"
	"plait/test/nodes"
	"plait/tool/pg/cluster"
)

// line is what one step showed.
type line struct {
	Step         string         `json:"step"`
	Times        int            `json:"times,omitempty"`
	Nodes        int            `json:"nodes,omitempty"`
	Seconds      float64        `json:"seconds,omitempty"`
	Pages        int            `json:"pages,omitempty"`
	PageP50      float64        `json:"page_p50_ms,omitempty"`
	PageP95      float64        `json:"page_p95_ms,omitempty"`
	Acknowledged int            `json:"acknowledged"`
	InFlight     int64          `json:"in_flight,omitempty"` // at the nodes that were killed, when they were
	Told         map[string]int `json:"told,omitempty"`      // answers that were no success: their status, "cut off", "nobody"
	Slowest      float64        `json:"slowest_s,omitempty"`
	Recovered    []float64      `json:"recovered_s,omitempty"` // from the end of the trouble to the next that was acknowledged
	Lost         *int           `json:"lost,omitempty"`
	Twice        *int           `json:"twice,omitempty"`
}

func (l line) print() {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // a line always marshals
	}
	fmt.Println(string(b))
}

func main() {
	kills := flag.Int("kills", 10, "times a node is killed")
	stops := flag.Int("stops", 3, "times each node is stopped in order and started again")
	restarts := flag.Int("restarts", 3, "times the database is stopped, crashed or frozen, each")
	promotions := flag.Int("promotions", 2, "times a standby is promoted, with and without a synchronous one")
	writers := flag.Int("writers", 8, "people who write")
	span := flag.Duration("span", 8*time.Second, "how long one node, and three, are measured")
	flag.Parse()
	b := bench{kills: *kills, stops: *stops, restarts: *restarts, writers: *writers, span: *span}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := b.run(ctx, *promotions)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/nodes:", err)
		os.Exit(1)
	}
	if b.bad {
		fmt.Fprintln(os.Stderr, "bench/nodes: what was acknowledged is lost, or there twice")
		os.Exit(1)
	}
}

type bench struct {
	kills, stops, restarts, writers int
	span                            time.Duration
	program, dir                    string
	bad                             bool
}

func (b *bench) run(ctx context.Context, promotions int) error {
	var err error
	if b.dir, err = os.MkdirTemp("", "plait-nodes-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if b.program, err = nodes.Build(ctx, b.dir); err != nil {
		return err
	}
	if err := b.day(ctx); err != nil {
		return err
	}
	for _, mode := range []string{"synchronous", "asynchronous"} {
		if err := b.promote(ctx, mode, promotions); err != nil {
			return err
		}
	}
	return nil
}

// house is an installation of n nodes on a server of its own, with people who write.
func (b *bench) house(ctx context.Context, c *cluster.Cluster, address string, n int) (*nodes.House, *nodes.Client, error) {
	dir, err := os.MkdirTemp(b.dir, "house-")
	if err != nil {
		return nil, nil, err
	}
	h, err := nodes.Found(ctx, b.program, dir, address)
	if err != nil {
		return nil, nil, err
	}
	for range n {
		if _, err := h.Add(ctx); err != nil {
			h.Close()
			return nil, nil, err
		}
	}
	client, err := h.SignIn(ctx)
	if err != nil {
		h.Close()
	}
	return h, client, err
}

// day is everything that may happen to nodes and to a database without a standby.
func (b *bench) day(ctx context.Context) error {
	c, err := cluster.StartSafe(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Stop() }()
	h, client, err := b.house(ctx, c, c.URL, 1)
	if err != nil {
		return err
	}
	defer h.Close()
	w := &nodes.Writers{Pause: 10 * time.Millisecond}
	client.Write(ctx, "day", b.writers, w)
	pages := func(step string) {
		before := w.Acked()
		took := read(ctx, client, h.Project, b.span)
		told, slow := w.Take()
		line{Step: step, Nodes: len(h.Nodes), Seconds: b.span.Seconds(), Pages: len(took), PageP50: at(took, 0.5), PageP95: at(took, 0.95),
			Acknowledged: w.Acked() - before, Told: told, Slowest: slow.Seconds()}.print()
	}
	pages("one node")
	for range 2 {
		if _, err := h.Add(ctx); err != nil {
			return err
		}
	}
	pages("three nodes")
	h.Watch(ctx)
	err = b.shake(ctx, c, h, w)
	return errors.Join(err, b.judge(ctx, "the whole day", 0, w, client, true))
}

// shake stops, kills and freezes nodes and database, one after the other, while w writes.
func (b *bench) shake(ctx context.Context, c *cluster.Cluster, h *nodes.House, w *nodes.Writers) error {
	step := func(name string, times int, do func(l *line, i int) error) error {
		l := line{Step: name, Times: times, Nodes: len(h.Nodes)}
		before := w.Acked()
		w.Take()
		for i := range times {
			if err := do(&l, i); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		var slow time.Duration
		l.Told, slow = w.Take()
		l.Slowest, l.Acknowledged = slow.Seconds(), w.Acked()-before
		l.print()
		return nil
	}
	back := func(l *line) error {
		took, err := w.After(ctx, time.Now())
		l.Recovered = append(l.Recovered, took.Seconds())
		return err
	}
	again := func(end func() error, still time.Duration) func(*line, int) error {
		return func(l *line, _ int) error {
			if err := end(); err != nil {
				return err
			}
			time.Sleep(still)
			if err := c.Again(ctx); err != nil {
				return err
			}
			return back(l)
		}
	}
	return errors.Join(
		step("each node stopped and started", b.stops*3, func(_ *line, i int) error {
			n := h.Nodes[i%3]
			return errors.Join(n.Term(), n.Start(ctx))
		}),
		step("a node killed", b.kills, func(l *line, i int) error {
			n := h.Nodes[i%3]
			time.Sleep(time.Second) // the one before is warm again, and everyone writes
			inFlight, err := n.Kill()
			l.InFlight += inFlight
			time.Sleep(200 * time.Millisecond)
			return errors.Join(err, n.Start(ctx))
		}),
		step("database stopped for 2 s", b.restarts, again(c.Halt, 2*time.Second)),
		step("database crashed", b.restarts, again(c.Crash, 0)),
		step("database away for 30 s", 1, again(c.Halt, 30*time.Second)),
		step("database stands still for 10 s", b.restarts, func(l *line, _ int) error {
			if err := c.Freeze(); err != nil {
				return err
			}
			time.Sleep(10 * time.Second)
			if err := c.Thaw(); err != nil {
				return err
			}
			return back(l)
		}),
	)
}

// judge ends the writing and says whether anything is lost or there twice.
func (b *bench) judge(ctx context.Context, step string, times int, w *nodes.Writers, c *nodes.Client, must bool) error {
	acked, lost, twice, err := w.Stop(ctx, c)
	if err != nil {
		return err
	}
	b.bad = b.bad || must && (lost > 0 || twice > 0)
	line{Step: step, Times: times, Acknowledged: acked, Lost: &lost, Twice: &twice}.print()
	return nil
}

// promote crashes the first server under load and promotes its standby, with a synchronous
// standby or without.
func (b *bench) promote(ctx context.Context, mode string, times int) error {
	for range times {
		if err := b.promoteOnce(ctx, mode); err != nil {
			return fmt.Errorf("promotion, %s: %w", mode, err)
		}
	}
	return nil
}

func (b *bench) promoteOnce(ctx context.Context, mode string) error {
	first, err := cluster.StartSafe(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = first.Stop() }()
	second, err := first.Standby(ctx, "second")
	if err != nil {
		return err
	}
	defer func() { _ = second.Stop() }()
	if mode == "synchronous" {
		d, err := db.OpenURL(ctx, first.URL)
		if err != nil {
			return err
		}
		for _, q := range []string{"alter system set synchronous_standby_names = 'second'", "select pg_reload_conf()"} {
			if _, err := d.Pool().ExecContext(ctx, q); err != nil {
				return err
			}
		}
		if err := d.Close(); err != nil {
			return err
		}
	}
	h, client, err := b.house(ctx, first, cluster.Hosts(first, second), 3)
	if err != nil {
		return err
	}
	defer h.Close()
	w := &nodes.Writers{}
	client.Write(ctx, mode, b.writers, w)
	time.Sleep(3 * time.Second)
	w.Take()
	if err := errors.Join(first.Crash(), second.Promote(ctx)); err != nil {
		return err
	}
	took, err := w.After(ctx, time.Now())
	if err != nil {
		return err
	}
	time.Sleep(time.Second)
	told, slow := w.Take()
	line{Step: "standby promoted, " + mode, Nodes: 3, Told: told, Slowest: slow.Seconds(), Recovered: []float64{took.Seconds()}, Acknowledged: w.Acked()}.print()
	return b.judge(ctx, "standby promoted, "+mode+", in all", 1, w, client, mode == "synchronous")
}

// read has four readers open pages one after another, and gives how long each took.
func read(ctx context.Context, c *nodes.Client, project string, span time.Duration) []time.Duration {
	ctx, stop := context.WithTimeout(ctx, span)
	defer stop()
	var mu sync.Mutex
	var out []time.Duration
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				for _, path := range []string{"/project/{p}", "/evidence/{p}", "/project"} {
					a := c.Get(ctx, strings.ReplaceAll(path, "{p}", project))
					if a.Status == http.StatusOK {
						mu.Lock()
						out = append(out, a.Took)
						mu.Unlock()
					}
				}
			}
		})
	}
	wg.Wait()
	return out
}

// at is a quantile in milliseconds.
func at(all []time.Duration, q float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000
}

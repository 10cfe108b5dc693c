// Command offline measures whether what a hall writes down without a signal arrives exactly
// once: cards with photos, a network that cuts and loses answers, a server that is killed in
// the midst, and a second tab that sends the same at once.
//
//	go run ./bench/offline             on SQLite
//	go run ./tool/pg -- go run ./bench/offline -engine postgres -runs 10 -browser 0
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plait/internal/kit/db"
)

// result is one line of JSON: what was written down and what became of it.
type result struct {
	Engine   string         `json:"engine"`
	Runs     int            `json:"runs"`
	Browser  int            `json:"browser_runs"` // of them in Chromium, the others by a client of the same protocol
	Exact    int            `json:"exact_runs"`   // all cards and all their files there, each once
	Cards    int            `json:"cards"`
	Stored   int            `json:"stored"`
	Lost     int            `json:"lost"`
	Twice    int            `json:"twice"`
	Files    int            `json:"files"`
	Kept     int            `json:"files_stored"`
	Help     int            `json:"asked_for_help"` // cards that the server refused
	Sends    int            `json:"sends"`
	Faults   map[string]int `json:"faults"`
	Restarts int            `json:"server_killed"`
	SignOuts int            `json:"sessions_ended"`
	Seconds  float64        `json:"seconds"`
}

type options struct {
	runs, browser, cards int
	seed                 uint64
	engine               string
}

func main() {
	var o options
	flag.IntVar(&o.runs, "runs", 95, "runs by a client of the protocol")
	flag.IntVar(&o.browser, "browser", 5, "runs in Chromium")
	flag.IntVar(&o.cards, "cards", 40, "cards in each run")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the first run")
	flag.StringVar(&o.engine, "engine", "sqlite", "sqlite or postgres (PLAIT_TEST_PG)")
	flag.Parse()
	if err := measure(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "bench/offline:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "plait-offline")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	address := ""
	if o.engine == "postgres" {
		var drop func()
		if address, drop, err = database(ctx); err != nil {
			return err
		}
		defer drop()
	}
	s, err := build(ctx, dir, address)
	if err != nil {
		return err
	}
	defer s.close()
	n := newNetwork(s)
	defer n.Close()
	h := &hall{options: o, server: s, network: n, direct: newClient(), dir: dir}
	if err := s.signIn(ctx, h.direct, "http://"+s.address); err != nil {
		return err
	}
	start := time.Now()
	out := result{Engine: o.engine, Runs: o.runs + o.browser, Browser: o.browser}
	for i := range o.runs {
		if err := h.run(ctx, o.seed+uint64(i), &out, h.byClient); err != nil {
			return fmt.Errorf("run with seed %d: %w", o.seed+uint64(i), err)
		}
	}
	if o.browser > 0 {
		b, err := openBrowser(dir)
		if err != nil {
			return err
		}
		defer b.close()
		for i := range o.browser {
			if err := h.run(ctx, o.seed+uint64(o.runs+i), &out, b.byBrowser(h)); err != nil {
				return fmt.Errorf("browser run with seed %d: %w", o.seed+uint64(o.runs+i), err)
			}
		}
	}
	out.Faults, out.Restarts, out.Seconds = maps.Clone(n.counts), s.kills, time.Since(start).Round(time.Second).Seconds()
	if s.err != nil {
		return s.err
	}
	text, err := json.Marshal(out)
	if err != nil {
		return err
	}
	fmt.Println(string(text))
	if out.Lost > 0 || out.Twice > 0 || out.Exact != out.Runs {
		return fmt.Errorf("not exactly once: %d lost, %d twice, %d of %d runs exact", out.Lost, out.Twice, out.Exact, out.Runs)
	}
	return nil
}

// hall is the whole of what is measured.
type hall struct {
	options
	server  *server
	network *network
	direct  *http.Client // signed in, past the bad network: to count
	dir     string
}

// afternoon is one run: its cards, and how they are sent.
type afternoon struct {
	seed    uint64
	project string
	keeper  string
	cards   []card
	sends   int
	help    int
	ended   int // sessions
}

// run makes a project, has its cards sent, and counts what is there.
func (h *hall) run(ctx context.Context, seed uint64, out *result, send func(context.Context, *afternoon) error) error {
	started, err := h.call(ctx, "project/start", map[string]any{"title": fmt.Sprintf("Hall %d", seed)})
	if err != nil {
		return err
	}
	a := &afternoon{seed: seed, project: strings.TrimPrefix(fmt.Sprint(started["ref"]), "project:")}
	if a.keeper, err = h.keeper(ctx, a.project); err != nil {
		return err
	}
	if a.cards, err = h.write(seed); err != nil {
		return err
	}
	h.network.run(seed, true)
	if err := send(ctx, a); err != nil {
		return err
	}
	h.network.run(seed, false)
	there, err := h.count(ctx, a.project)
	if err != nil {
		return err
	}
	exact := true
	for _, c := range a.cards {
		out.Cards++
		out.Files += len(c.files)
		found := there[c.words]
		delete(there, c.words)
		switch len(found) {
		case 0:
			out.Lost++
			exact = false
			continue
		case 1:
			out.Stored++
		default:
			out.Stored++
			out.Twice += len(found) - 1
			exact = false
		}
		out.Kept += found[0]
		if found[0] != len(c.files) {
			exact = false
			fmt.Fprintf(os.Stderr, "seed %d: %q has %d files, want %d\n", seed, c.words, found[0], len(c.files))
		}
	}
	if len(there) > 0 {
		exact = false
		fmt.Fprintf(os.Stderr, "seed %d: %d contributions that nobody wrote\n", seed, len(there))
	}
	if exact {
		out.Exact++
	}
	fmt.Fprintf(os.Stderr, "seed %d: exact %v\n", seed, exact)
	out.Sends += a.sends
	out.Help += a.help
	out.SignOuts += a.ended
	return nil
}

// call asks the API past the bad network.
func (h *hall) call(ctx context.Context, verb string, in any) (map[string]any, error) {
	text, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	for try := 0; ; try++ {
		r, err := http.NewRequestWithContext(ctx, "POST", "http://"+h.server.address+"/api/"+verb, strings.NewReader(string(text)))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/json")
		resp, err := h.direct.Do(r)
		if err != nil && try < 3 { // a connection from before the server was killed
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		out := map[string]any{}
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			return nil, err
		}
		if resp.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("%s: %s: %v", verb, resp.Status, out["say"])
		}
		return out, nil
	}
}

// count gives the contributions of a project: by their words, how many files each has.
func (h *hall) count(ctx context.Context, project string) (map[string][]int, error) {
	there := map[string][]int{}
	for after := ""; ; {
		out, err := h.call(ctx, "evidence/list", map[string]any{"project": project, "limit": 100, "after": after})
		if err != nil {
			return nil, err
		}
		list, _ := out["contributions"].([]any)
		for _, x := range list {
			c, _ := x.(map[string]any)
			media, _ := c["media"].([]any)
			words := fmt.Sprint(c["words"])
			there[words] = append(there[words], len(media))
		}
		if after = fmt.Sprint(out["next"]); after == "" {
			return there, nil
		}
	}
}

// keeper reads from the form whose device it is on.
func (h *hall) keeper(ctx context.Context, project string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, "GET", "http://"+h.server.address+"/evidence/"+project+"/capture", nil)
	if err != nil {
		return "", err
	}
	resp, err := h.direct.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text := new(strings.Builder)
	if err := resp.Write(text); err != nil {
		return "", err
	}
	_, rest, ok := strings.Cut(text.String(), `name="for" value="`)
	keeper, _, _ := strings.Cut(rest, `"`)
	if !ok || resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the form of the hall: %s", resp.Status)
	}
	return keeper, nil
}

// database makes a PostgreSQL database for this run.
func database(ctx context.Context) (address string, drop func(), err error) {
	admin := os.Getenv("PLAIT_TEST_PG")
	if admin == "" {
		return "", nil, fmt.Errorf("no PostgreSQL: run this as go run ./tool/pg -- go run ./bench/offline -engine postgres")
	}
	name := fmt.Sprintf("bench_offline_%d", os.Getpid())
	a, err := db.OpenURL(ctx, admin)
	if err != nil {
		return "", nil, err
	}
	if _, err := a.Pool().ExecContext(ctx, "create database "+name+" encoding 'UTF8' template template0"); err != nil {
		return "", nil, err
	}
	u, err := url.Parse(admin)
	if err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() {
		_, _ = a.Pool().ExecContext(ctx, "drop database "+name+" with (force)") // a stray database of a test server harms nobody
		_ = a.Close()
	}, nil
}

// write makes the cards of an afternoon, each with one or two photos; one has a picture so
// large that it goes ahead in chunks.
func (h *hall) write(seed uint64) ([]card, error) {
	random := seeded(seed)
	var out []card
	for i := range h.cards {
		c := card{key: newKey(random), at: i, words: fmt.Sprintf("Afternoon %d, card %d: the bus comes once a day", seed, i+1)}
		for n := range 1 + random.IntN(2) {
			width, height, quality := 320, 240, 70
			if i == h.cards/2 && n == 0 {
				width, height, quality = 1400, 1050, 95
			}
			body, err := photo(random, width, height, quality)
			if err != nil {
				return nil, err
			}
			c.files = append(c.files, file{fmt.Sprintf("photo-%d-%d.jpg", i+1, n+1), body})
		}
		out = append(out, c)
	}
	return out, os.MkdirAll(filepath.Join(h.dir, "photos"), 0o700)
}

package nodes

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Client is a browser or program behind a proxy that spreads its requests over the nodes:
// what one node would not take goes to the next, and what a node took and did not answer
// is not sent again by the proxy.
type Client struct {
	http  *http.Client
	house *House
}

// SignIn gives a client that has signed in, by a link of the operator's.
func (h *House) SignIn(ctx context.Context) (*Client, error) {
	var out struct{ URL string }
	if err := h.Run(ctx, &out, "account", "link", "--email", "lead@example.org", "--json"); err != nil {
		return nil, err
	}
	u, err := url.Parse(out.URL)
	if err != nil {
		return nil, err
	}
	c, err := h.Stranger()
	if err != nil {
		return nil, err
	}
	a := c.Form(ctx, u.Path)
	if a.Status != http.StatusOK {
		return nil, fmt.Errorf("signing in: %w", a.Trouble())
	}
	return c, nil
}

// Stranger gives a client that has not signed in.
func (h *House) Stranger() (*Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	// Connections that a proxy does not use for a second it closes, before a node that stops does.
	transport := &http.Transport{DialContext: (&net.Dialer{Timeout: time.Second}).DialContext, MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Second}
	return &Client{&http.Client{Jar: jar, Transport: transport, Timeout: 30 * time.Second}, h}, nil
}

// Answer is what came back; Status 0 is nothing.
type Answer struct {
	Status int
	Body   []byte
	Header http.Header
	Node   *Node
	Took   time.Duration
	Err    error
}

// OK says that it was done.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Trouble says what was wrong.
func (a Answer) Trouble() error {
	if a.Status == 0 {
		return fmt.Errorf("no answer: %w", a.Err)
	}
	return fmt.Errorf("%d: %.300s", a.Status, a.Body)
}

// errNobody says that no node would take a connection.
var errNobody = errors.New("no node takes a connection")

// Ask sends a request to the next node in turn that takes a connection.
func (c *Client) Ask(ctx context.Context, method, path string, header map[string]string, body []byte) Answer {
	first := int(c.house.next.Add(1))
	var ready, out []*Node
	for i := range c.house.Nodes {
		if n := c.house.Nodes[(first+i)%len(c.house.Nodes)]; n.out.Load() {
			out = append(out, n)
		} else {
			ready = append(ready, n)
		}
	}
	for _, n := range append(ready, out...) {
		a := c.At(ctx, n, method, path, header, body)
		var dial *net.OpError
		if a.Status == 0 && errors.As(a.Err, &dial) && dial.Op == "dial" {
			continue
		}
		return a
	}
	return Answer{Err: errNobody}
}

// At sends a request to one node.
func (c *Client) At(ctx context.Context, n *Node, method, path string, header map[string]string, body []byte) Answer {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+n.Address+path, bytes.NewReader(body))
	if err != nil {
		return Answer{Err: err}
	}
	r.GetBody = nil // else what has a key is sent again unseen, when a node cuts it off
	for k, v := range header {
		r.Header.Set(k, v)
	}
	began := time.Now()
	n.inFlight.Add(1)
	defer n.inFlight.Add(-1)
	resp, err := c.http.Do(r)
	if err != nil {
		return Answer{Err: err, Node: n, Took: time.Since(began)}
	}
	defer resp.Body.Close()
	a := Answer{Node: n, Header: resp.Header}
	a.Body, a.Err = io.ReadAll(resp.Body)
	if a.Took = time.Since(began); a.Err == nil {
		a.Status = resp.StatusCode
	}
	return a
}

// Get opens a page.
func (c *Client) Get(ctx context.Context, path string) Answer {
	return c.Ask(ctx, http.MethodGet, path, nil, nil)
}

// Form sends a form, name and value by turns.
func (c *Client) Form(ctx context.Context, path string, fields ...string) Answer {
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Add(fields[i], fields[i+1])
	}
	return c.Ask(ctx, http.MethodPost, path, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte(v.Encode()))
}

// Give gives a contribution with a key, at the node or (nil) at whichever is next.
func (c *Client) Give(ctx context.Context, n *Node, key, words string) (ref string, a Answer) {
	body, err := json.Marshal(map[string]string{"project": c.house.Project, "words": words})
	if err != nil {
		return "", Answer{Err: err}
	}
	header := map[string]string{"Content-Type": "application/json", "Idempotency-Key": key}
	if n == nil {
		a = c.Ask(ctx, http.MethodPost, "/api/evidence/give", header, body)
	} else {
		a = c.At(ctx, n, http.MethodPost, "/api/evidence/give", header, body)
	}
	var out struct{ Ref string }
	if a.OK() {
		a.Err = json.Unmarshal(a.Body, &out)
	}
	return out.Ref, a
}

// Given reads all contributions: how often each text is there.
func (c *Client) Given(ctx context.Context) (map[string]int, error) {
	found := map[string]int{}
	for after := ""; ; {
		body, err := json.Marshal(map[string]any{"project": c.house.Project, "limit": 500, "after": after})
		if err != nil {
			return nil, err
		}
		a := c.Ask(ctx, http.MethodPost, "/api/evidence/list", map[string]string{"Content-Type": "application/json"}, body)
		if !a.OK() {
			return nil, a.Trouble()
		}
		var out struct {
			Contributions []struct{ Words string }
			Next          string
		}
		if err := json.Unmarshal(a.Body, &out); err != nil {
			return nil, err
		}
		for _, x := range out.Contributions {
			found[x.Words]++
		}
		if after = out.Next; after == "" {
			return found, nil
		}
	}
}

// Writers are people who write without pause, each text with a key of its own until it is
// acknowledged, and who note what they were told.
type Writers struct {
	Pause time.Duration // between two texts; 0 is none

	mu     sync.Mutex
	acked  []string
	told   map[string]int // answers that were no success, by what they were
	slow   time.Duration
	spells []Spell

	since  atomic.Int64 // when the last text was acknowledged, Unix nanoseconds
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// Spell is an answer that was no success: when, and what.
type Spell struct {
	At   time.Time
	What string
	Node *Node
	Err  error
}

// Write has n people write until Stop. Each text begins with name.
func (c *Client) Write(ctx context.Context, name string, n int, w *Writers) {
	w.told = map[string]int{}
	ctx, w.cancel = context.WithCancel(ctx)
	for i := range n {
		w.wg.Go(func() {
			for j := 0; ctx.Err() == nil; j++ {
				w.one(ctx, c, fmt.Sprintf("%s writer %d text %d", name, i, j))
				if w.Pause > 0 {
					time.Sleep(w.Pause)
				}
			}
		})
	}
}

func (w *Writers) one(ctx context.Context, c *Client, words string) {
	key := strings.ReplaceAll(words, " ", "-")
	for ctx.Err() == nil {
		// What was begun is waited for, even at the end.
		_, a := c.Give(context.WithoutCancel(ctx), nil, key, words)
		w.note(words, a)
		if a.OK() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (w *Writers) note(words string, a Answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slow = max(w.slow, a.Took)
	if a.OK() {
		w.acked = append(w.acked, words)
		w.since.Store(time.Now().UnixNano())
		return
	}
	what := fmt.Sprint(a.Status)
	switch {
	case errors.Is(a.Err, errNobody):
		what = "nobody"
	case a.Status == 0:
		what = "cut off"
	}
	w.told[what]++
	w.spells = append(w.spells, Spell{time.Now(), what, a.Node, a.Err})
}

// Acked is how many texts were acknowledged.
func (w *Writers) Acked() int { w.mu.Lock(); defer w.mu.Unlock(); return len(w.acked) }

// Take gives the answers that were no success since it was called last, and the slowest
// answer of all since then.
func (w *Writers) Take() (told map[string]int, slow time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	told, slow = w.told, w.slow
	w.told, w.slow = map[string]int{}, 0
	return told, slow
}

// Spells are the last answers that were no success, at most 20.
func (w *Writers) Spells() []Spell {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.spells[max(0, len(w.spells)-20):])
}

// After waits for a text that is acknowledged after an instant, and says how long after.
func (w *Writers) After(ctx context.Context, then time.Time) (time.Duration, error) {
	for ctx.Err() == nil {
		if at := time.Unix(0, w.since.Load()); at.After(then) {
			return at.Sub(then), nil
		}
		time.Sleep(time.Millisecond)
	}
	return 0, errors.New("nothing was acknowledged any more")
}

// Stop ends the writing, and judges it: how many texts were acknowledged, how many of
// those are not there, and how many are there more than once.
func (w *Writers) Stop(ctx context.Context, c *Client) (acked, lost, twice int, err error) {
	w.cancel()
	w.wg.Wait()
	found, err := c.Given(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	for _, words := range w.acked {
		if found[words] == 0 {
			lost++
		}
	}
	for _, n := range found {
		if n > 1 {
			twice++
		}
	}
	return len(w.acked), lost, twice, nil
}

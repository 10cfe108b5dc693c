package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// network stands between devices and the server and is as bad as a hall's: by a seed it
// cuts requests in their midst, loses answers that the server had given, is gone for a
// while, and pulls the server's plug.
type network struct {
	*httptest.Server
	to        *server
	transport *http.Transport

	mu     sync.Mutex
	random *rand.Rand
	bad    bool      // faults happen
	off    bool      // no signal until it is set back
	gone   int       // so many requests more find no signal,
	back   time.Time // at most until then
	seen   int       // requests of sending in this run
	kills  []int
	counts map[string]int
}

func newNetwork(to *server) *network {
	n := &network{to: to, transport: &http.Transport{MaxIdleConnsPerHost: 8}, counts: map[string]int{}}
	n.Server = httptest.NewServer(n)
	return n
}

// run begins a run: two kills at seeded requests.
func (n *network) run(seed uint64, bad bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.random, n.bad, n.off, n.gone, n.seen = rand.New(rand.NewPCG(seed, 77)), bad, false, 0, 0
	n.kills = []int{5 + n.random.IntN(20), 35 + n.random.IntN(25)}
}

func (n *network) signal(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.off = !on
}

// outage is the longest that the signal goes by itself.
const outage = 5 * time.Second

// fates of a request.
const (
	through  = "through"
	refused  = "refused"        // no signal
	cut      = "cut"            // in the midst of the request
	unheard  = "unheard"        // the server answered, and the answer was lost
	killed   = "killed"         // the server died somewhere in the midst
	murdered = "killed_unheard" // the server answered, and died before anybody heard
)

// fate draws what becomes of a request.
func (n *network) fate(r *http.Request) (fate string, part float64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	defer func() {
		if fate != through {
			n.counts[fate]++
		}
	}()
	if n.off {
		return refused, 0
	}
	if !n.bad || !strings.HasPrefix(r.URL.Path, "/evidence/") || r.Method == http.MethodGet && !strings.HasSuffix(r.URL.Path, "/ready") {
		return through, 0
	}
	if n.gone > 0 && time.Now().Before(n.back) {
		n.gone--
		return refused, 0
	}
	n.seen++
	part = n.random.Float64()
	if len(n.kills) > 0 && n.seen >= n.kills[0] && r.Method != http.MethodGet {
		n.kills = n.kills[1:]
		if n.random.IntN(2) == 0 {
			return murdered, part
		}
		return killed, part
	}
	switch x := n.random.IntN(100); {
	case x < 3:
		n.gone, n.back = n.random.IntN(8), time.Now().Add(outage)
		return refused, part
	case x < 11:
		return cut, part
	case x < 21:
		return unheard, part
	}
	return through, part
}

func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fate, part := n.fate(r)
	if fate == refused {
		hangUp(w)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		hangUp(w)
		return
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	if fate == unheard || fate == murdered {
		ctx = context.WithoutCancel(ctx)
	}
	out, err := http.NewRequestWithContext(ctx, r.Method, "http://"+n.to.address+r.URL.RequestURI(), nil)
	if err != nil {
		hangUp(w)
		return
	}
	out.Host, out.Header, out.ContentLength = r.Host, r.Header.Clone(), int64(len(body))
	out.Body = io.NopCloser(strings.NewReader(string(body)))
	switch fate {
	case cut:
		out.Body = io.NopCloser(io.MultiReader(strings.NewReader(string(body[:int(part*float64(len(body)))])), broken{}))
	case killed:
		// Sometimes before all of it arrived, sometimes in the midst of the server's work.
		go func() {
			time.Sleep(time.Duration(part * float64(60*time.Millisecond)))
			n.to.restart()
		}()
	}
	resp, err := n.transport.RoundTrip(out)
	if err != nil {
		hangUp(w)
		return
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	switch {
	case fate == murdered:
		n.to.restart()
		hangUp(w)
		return
	case err != nil, fate == unheard, fate == cut:
		hangUp(w)
		return
	}
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(answer) // the device is gone if this fails
}

// broken is the end of a connection that was cut.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("cut") }

// hangUp ends the connection without an answer.
func hangUp(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

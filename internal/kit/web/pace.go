package web

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Limits are how long a server waits for those who ask, and how many of them it holds. A
// slow line is served: what counts is that something moves. A line on which nothing moves
// is closed, so that a thousand of them keep nobody out.
type Limits struct {
	Head    time.Duration // for the head of a request, and for the handshake before it
	Idle    time.Duration // between two requests of one connection
	Still   time.Duration // for which a body or an answer may stand still
	Slowest int64         // bytes a second at which a body comes on the whole, once Still is over
	Most    int           // connections at the same time
	Each    int           // of them from one address; a hall of 150 people behind one needs 900
	// Shared says which peers speak for many, and are not counted as one address: a proxy.
	Shared func(peer string) bool
}

// UsualLimits are those that a house is served with. A part of an upload (1 MiB) may take
// half an hour; a body that comes at a byte a second is cut off after 30 s.
func UsualLimits() Limits {
	return Limits{Head: 10 * time.Second, Idle: 75 * time.Second, Still: 30 * time.Second, Slowest: 512, Most: mostOpen(), Each: 1000}
}

// piece is how many bytes of an answer have to go within Still.
const piece = 16 << 10

// drain is how long the rest of a body that nobody read is waited for.
const drain = 5 * time.Second

// Server serves a handler within limits. When there are more connections than allowed, the
// one that has waited longest without a request under way makes room.
func Server(h http.Handler, l Limits) *http.Server {
	d := &door{limits: l, guests: map[net.Conn]*guest{}, from: map[string]int{}}
	return &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.serve(h, w, r, d) }),
		ReadHeaderTimeout: l.Head, IdleTimeout: l.Idle, MaxHeaderBytes: 64 << 10,
		ConnContext: d.enter, ConnState: d.state,
	}
}

// serve runs one request with deadlines that move as its bytes do. net/http's own ReadTimeout
// is one deadline for a whole body: it cuts off a slow upload that does move, and ends the
// context of whoever reads a long answer.
func (l Limits) serve(h http.Handler, w http.ResponseWriter, r *http.Request, d *door) {
	rc := http.NewResponseController(w)
	d.busy(r.Context(), 1)
	defer d.busy(r.Context(), -1)
	// Deadlines that cannot be set are a test's: a real connection has them.
	_ = rc.SetWriteDeadline(time.Time{})
	b := &inflow{ReadCloser: r.Body, rc: rc, limits: l}
	if r.Body == nil || r.Body == http.NoBody {
		_ = rc.SetReadDeadline(time.Time{})
	} else {
		_ = rc.SetReadDeadline(time.Now().Add(l.Still))
		r.Body = b
	}
	defer func() {
		now := time.Now()
		_ = rc.SetWriteDeadline(now.Add(l.Still)) // what is left of the answer
		switch {
		case b.stuck: // it has been waited for long enough
			_ = rc.SetReadDeadline(now)
		case r.Body == b && !b.ended:
			_ = rc.SetReadDeadline(now.Add(drain))
		}
	}()
	h.ServeHTTP(&paced{w, rc, l.Still}, r)
}

// inflow is a request's body that has to move.
type inflow struct {
	io.ReadCloser
	rc     *http.ResponseController
	limits Limits
	began  time.Time
	read   int64
	ended  bool
	stuck  bool
}

// Read waits no longer than Still, and not for one who sends drop by drop.
func (b *inflow) Read(p []byte) (int, error) {
	now := time.Now()
	if b.began.IsZero() {
		b.began = now
	}
	end := now.Add(b.limits.Still)
	if slow := b.began.Add(b.limits.Still + time.Duration(b.read/b.limits.Slowest)*time.Second); slow.Before(end) {
		end = slow
	}
	if !b.ended {
		_ = b.rc.SetReadDeadline(end)
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	b.stuck = b.stuck || errors.Is(err, os.ErrDeadlineExceeded)
	if errors.Is(err, io.EOF) && !b.ended {
		b.ended = true
		_ = b.rc.SetReadDeadline(time.Time{}) // from here on the handler may take its time
	}
	return n, err
}

// paced is an answer that has to move: each piece of it within Still.
type paced struct {
	http.ResponseWriter
	rc    *http.ResponseController
	still time.Duration
}

// Write writes piece by piece.
func (p *paced) Write(b []byte) (n int, err error) {
	for {
		_ = p.rc.SetWriteDeadline(time.Now().Add(p.still))
		m, err := p.ResponseWriter.Write(b[:min(piece, len(b))])
		n += m
		if b = b[m:]; err != nil || len(b) == 0 {
			return n, err
		}
	}
}

// Unwrap is for http.ResponseController.
func (p *paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// door counts who is connected.
type door struct {
	limits Limits
	mu     sync.Mutex
	guests map[net.Conn]*guest
	from   map[string]int
}

// guest is one connection.
type guest struct {
	conn    net.Conn
	address string // "" is not counted
	since   time.Time
	busy    int // requests under way; a line of HTTP/2 may carry several
	leaving bool
}

type guestKey struct{}

// enter is called for each new connection, before its first byte is read.
func (d *door) enter(ctx context.Context, c net.Conn) context.Context {
	g := &guest{conn: c, address: d.address(c), since: time.Now()}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.limits.Each > 0 && g.address != "" && d.from[g.address] >= d.limits.Each {
		d.free(g.address)
	}
	if d.limits.Most > 0 && len(d.guests) >= d.limits.Most {
		d.free("")
	}
	d.guests[c] = g
	d.from[g.address]++
	if d.limits.Most > 0 && len(d.guests) > 2*d.limits.Most || d.limits.Each > 0 && g.address != "" && d.from[g.address] > 2*d.limits.Each {
		leave(g) // everyone else is being served
	}
	return context.WithValue(ctx, guestKey{}, g)
}

func (d *door) address(c net.Conn) string {
	peer := c.RemoteAddr().String()
	if d.limits.Shared != nil && d.limits.Shared(peer) {
		return ""
	}
	return Client(&http.Request{RemoteAddr: peer})
}

// free closes the connection that has waited longest: of one address, or of all.
func (d *door) free(address string) {
	var longest *guest
	for _, g := range d.guests {
		if g.busy == 0 && !g.leaving && (address == "" || g.address == address) && (longest == nil || g.since.Before(longest.since)) {
			longest = g
		}
	}
	if longest != nil {
		leave(longest)
	}
}

// leave closes a connection beside the one who asks: the farewell of a private line may take
// seconds.
func leave(g *guest) {
	g.leaving = true
	go func() { _ = g.conn.Close() }()
}

// state hears when a connection has gone.
func (d *door) state(c net.Conn, s http.ConnState) {
	if s != http.StateClosed && s != http.StateHijacked {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	g, ok := d.guests[c]
	if !ok {
		return
	}
	delete(d.guests, c)
	if d.from[g.address]--; d.from[g.address] <= 0 {
		delete(d.from, g.address)
	}
}

// busy notes that a request has begun or ended.
func (d *door) busy(ctx context.Context, more int) {
	g, ok := ctx.Value(guestKey{}).(*guest)
	if !ok {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	g.busy, g.since = g.busy+more, time.Now()
}

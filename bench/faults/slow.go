package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// slowKinds are clients that hold a connection and give nothing for it.
var slowKinds = []string{"sends nothing", "head byte by byte", "body byte by byte", "reads nothing"}

const (
	slowClients = 1000
	// slowest is how long one who is served properly may wait meanwhile.
	slowest = time.Second
	// closedWithin is when every one of the thousand has to be gone.
	closedWithin = 50 * time.Second
	// mostGrown is how much more memory the program may hold, in MB.
	mostGrown = 256
)

// slowClient opens a thousand connections that send nothing, a byte a second, or read
// nothing, and serves others meanwhile.
func slowClient(ctx context.Context, b *bench, engine string, out *result) error {
	h, err := b.newHouse(ctx, "slow", engine)
	if err != nil {
		return err
	}
	defer h.kill()
	if err := h.start(); err != nil {
		return err
	}
	c, err := signedIn(ctx, h)
	if err != nil {
		return err
	}
	project, err := c.project(ctx, "Slow")
	if err != nil {
		return err
	}
	large, err := c.large(ctx, project)
	if err != nil {
		return err
	}
	w := newCrowd(ctx, c, project, "slow", 2, b.seed)
	w.slowly(200 * time.Millisecond)
	defer w.stop()
	before := h.memory()
	// What counts is what the program itself holds open.
	sockets := h.sockets() + 8
	s := &slow{h: h, c: c, path: large, over: make(chan struct{})}
	defer s.close()
	began := time.Now()
	for i := range slowClients {
		kind := slowKinds[i%3]
		if i%20 == 19 {
			kind = slowKinds[3]
		}
		if err := s.open(ctx, kind); err != nil {
			return err
		}
	}
	out.Times, out.How = slowClients, "from one address: send nothing, a byte a second, read nothing"
	longest, most, asked := time.Duration(0), before, 0
	for h.sockets() > sockets && time.Since(began) < closedWithin {
		for _, path := range []string{"/evidence/" + project, "/public/help"} {
			a := c.get(ctx, path)
			if asked++; !a.ok() {
				out.unclear("%s meanwhile: %v", path, a.trouble())
			}
			longest = max(longest, a.ready)
		}
		most = max(most, h.memory())
		time.Sleep(100 * time.Millisecond)
	}
	gone := time.Since(began)
	if n := h.sockets(); n > sockets {
		out.unclear("%d connections are open still after %s: %v", n, closedWithin, s.kinds())
	}
	out.see("pages_asked", asked)
	out.see("all_closed_after_s", hundredths(gone.Seconds()))
	served(out, longest, before, most)
	out.recovered(longest)
	w.finish()
	if err := w.trouble(); err != nil {
		out.unclear("meanwhile a client got %v", err)
	}
	things, err := c.there(ctx, project, nil)
	if err != nil {
		return err
	}
	v := judge(w.entries(), without(things, "way"))
	out.Acknowledged = v.acknowledged
	out.add(v)
	return h.check(ctx, out)
}

// served says how others were served meanwhile, and what the program grew by.
func served(out *result, longest time.Duration, before, most int64) {
	if longest > slowest {
		out.unclear("someone waited %s for a page", longest.Round(time.Millisecond))
	}
	if grown := most - before; grown > mostGrown {
		out.unclear("the program grew by %d MB", grown)
	}
	out.see("longest_wait_s", hundredths(longest.Seconds()))
	out.see("memory_before_mb", before)
	out.see("memory_most_mb", most)
}

// large stores a file that fills no buffer, and gives its path.
func (c *client) large(ctx context.Context, project string) (string, error) {
	id, a := c.upload(ctx, project, "way-large", "way.txt", []byte(strings.Repeat("the bus comes once a day\n", 800_000)))
	if !a.ok() {
		return "", a.trouble()
	}
	a = c.verb(ctx, "evidence.give", "", map[string]any{"project": project, "words": "way large", "files": []string{id}, "strands": []string{"lived"}})
	return "/evidence/" + project + "/file/" + id, func() error {
		if a.ok() {
			return nil
		}
		return a.trouble()
	}()
}

// memory is what the program holds in memory, in MB.
func (h *house) memory() int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.pid()))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	n, _ := strconv.ParseInt(strings.Fields(rest + " 0")[0], 10, 64)
	return n >> 10
}

// sockets is how many connections the program holds.
func (h *house) sockets() (n int) {
	dir := fmt.Sprintf("/proc/%d/fd", h.pid())
	all, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, f := range all {
		if to, err := os.Readlink(filepath.Join(dir, f.Name())); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// slow is the thousand.
type slow struct {
	h    *house
	c    *client
	path string

	mu   sync.Mutex
	held map[net.Conn]string
	over chan struct{}
	wg   sync.WaitGroup
}

// open opens one connection and goes on with it until the other side closes it.
func (s *slow) open(ctx context.Context, kind string) error {
	c, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", s.h.address)
	if err != nil {
		return fmt.Errorf("connection %d: %w", s.left()+1, err)
	}
	s.mu.Lock()
	if s.held == nil {
		s.held = map[net.Conn]string{}
	}
	s.held[c] = kind
	s.mu.Unlock()
	s.wg.Go(func() {
		s.hold(c, kind)
		_ = c.Close()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.held, c)
	})
	return nil
}

// hold is what such a client does. It ends when the connection does.
func (s *slow) hold(c net.Conn, kind string) {
	drip := "x"
	switch kind {
	case "sends nothing":
		drip = ""
	case "head byte by byte":
		_, _ = io.WriteString(c, "GET /public/help HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	case "body byte by byte":
		_, _ = io.WriteString(c, "POST /account/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\nemail=")
	case "reads nothing":
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetReadBuffer(4 << 10)
		}
		_, _ = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n\r\n", s.path, s.h.address, s.cookie())
		s.unread()
		return
	}
	for {
		_ = c.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := io.Copy(io.Discard, c); err == nil || !isTimeout(err) {
			return
		}
		if _, err := io.WriteString(c, drip); err != nil {
			return
		}
	}
}

// unread reads nothing until everything is over. That the other side has closed cannot be
// seen from here: its farewell stands behind what is not read.
func (s *slow) unread() {
	<-s.over
}

func isTimeout(err error) bool {
	t, ok := err.(net.Error)
	return ok && t.Timeout()
}

func (s *slow) cookie() string {
	u, err := url.Parse(s.h.base())
	if err != nil {
		return ""
	}
	var all []string
	for _, c := range s.c.Jar.Cookies(u) {
		all = append(all, (&http.Cookie{Name: c.Name, Value: c.Value}).String())
	}
	return strings.Join(all, "; ")
}

func (s *slow) left() int { s.mu.Lock(); defer s.mu.Unlock(); return len(s.held) }

func (s *slow) kinds() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]int{}
	for _, k := range s.held {
		out[k]++
	}
	return out
}

func (s *slow) close() {
	close(s.over)
	s.mu.Lock()
	for c := range s.held {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

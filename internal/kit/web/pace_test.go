package web

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// quick are limits that a test can wait for.
func quick() Limits {
	return Limits{Head: 300 * time.Millisecond, Idle: 300 * time.Millisecond, Still: 300 * time.Millisecond, Slowest: 1000, Most: 100, Each: 100}
}

// listening serves h and gives the address.
func listening(t *testing.T, l Limits, h http.HandlerFunc) string {
	t.Helper()
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := Server(h, l)
	done := make(chan error, 1)
	go func() { done <- s.Serve(at) }()
	t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
	return at.Addr().String()
}

func dial(t *testing.T, address, send string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, send); err != nil {
		t.Fatal(err)
	}
	return c
}

// closedAfter drips bytes, if there are any, and says when the other side closed.
func closedAfter(t *testing.T, c net.Conn, drip string) time.Duration {
	t.Helper()
	began := time.Now()
	for time.Since(began) < 5*time.Second {
		if drip != "" {
			if _, err := io.WriteString(c, drip); err != nil {
				return time.Since(began)
			}
		}
		_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		if _, err := io.Copy(io.Discard, c); err == nil || !strings.Contains(err.Error(), "timeout") {
			return time.Since(began)
		}
	}
	t.Error("the connection is open still")
	return time.Since(began)
}

func TestWhoSendsNothingIsClosed(t *testing.T) {
	address := listening(t, quick(), func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		if err == nil {
			_, _ = io.WriteString(w, "ok")
		}
	})
	for name, c := range map[string]struct{ send, drip string }{
		"nothing":                 {"", ""},
		"a head byte by byte":     {"GET / HTTP/1.1\r\nX: ", "x"},
		"a body that stops":       {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nab", ""},
		"a body byte by byte":     {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", "x"},
		"nothing after an answer": {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if took := closedAfter(t, dial(t, address, c.send), c.drip); took > 2*time.Second {
				t.Errorf("closed after %s", took)
			}
		})
	}
}

// TestSlowLineThatMovesIsServed sends a body for three times as long as it may stand still,
// and lets the handler think for as long again: neither the body nor its context is cut off.
func TestSlowLineThatMovesIsServed(t *testing.T) {
	problems := make(chan error, 1)
	address := listening(t, quick(), func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err == nil && len(b) != 9000 {
			err = fmt.Errorf("%d bytes", len(b))
		}
		select {
		case <-r.Context().Done():
			err = context.Cause(r.Context())
		case <-time.After(600 * time.Millisecond):
		}
		problems <- err
		_, _ = io.WriteString(w, "ok")
	})
	c := dial(t, address, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n")
	for range 9 {
		if _, err := io.WriteString(c, strings.Repeat("x", 1000)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err := <-problems; err != nil {
		t.Error(err)
	}
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Errorf("%q %v", line, err)
	}
}

// TestWhoReadsNothingIsClosed asks for more than any buffer holds and reads nothing of it.
// One who reads slowly gets all of it.
func TestWhoReadsNothingIsClosed(t *testing.T) {
	ended := make(chan error, 2)
	large := bytes.Repeat([]byte("x"), 24<<20)
	address := listening(t, quick(), func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write(large)
		ended <- err
	})
	dial(t, address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case err := <-ended:
		if err == nil {
			t.Error("all of it was written to someone who reads nothing")
		}
	case <-time.After(5 * time.Second):
		t.Error("the handler waits for someone who reads nothing")
	}
	c := dial(t, address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	got, buffer := 0, make([]byte, 1<<20)
	for began := time.Now(); ; {
		n, err := c.Read(buffer)
		if got += n; err != nil {
			break
		}
		if time.Since(began) < 900*time.Millisecond {
			time.Sleep(50 * time.Millisecond)
		}
	}
	if got < len(large) {
		t.Errorf("a slow reader got %d bytes of %d", got, len(large))
	}
	if err := <-ended; err != nil {
		t.Errorf("the answer to a slow reader: %v", err)
	}
}

// TestRoomIsMadeByWhoWaitsLongest fills the house and comes once more.
func TestRoomIsMadeByWhoWaitsLongest(t *testing.T) {
	l := quick()
	l.Head, l.Most = 20*time.Second, 5
	address := listening(t, l, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "ok") })
	var waiting []net.Conn
	for range 5 {
		waiting = append(waiting, dial(t, address, ""))
		time.Sleep(20 * time.Millisecond)
	}
	c := dial(t, address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	if b, err := io.ReadAll(c); err != nil || !strings.HasSuffix(string(b), "ok") {
		t.Errorf("who asks is not served: %q %v", b, err)
	}
	if took := closedAfter(t, waiting[0], ""); took > time.Second {
		t.Errorf("who waited longest was closed after %s", took)
	}
	_ = waiting[4].SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := waiting[4].Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "timeout") {
		t.Errorf("who came last was closed too: %v", err)
	}
}

// TestOneAddressIsCountedUnlessItSpeaksForMany counts by address, and leaves proxies out.
func TestOneAddressIsCountedUnlessItSpeaksForMany(t *testing.T) {
	d := &door{limits: Limits{Each: 2, Most: 10, Shared: func(peer string) bool { return strings.HasPrefix(peer, "192.0.2.9:") }}, guests: map[net.Conn]*guest{}, from: map[string]int{}}
	var first []*told
	for i, peer := range []string{"198.51.100.1:1", "198.51.100.1:2", "198.51.100.2:1", "192.0.2.9:1", "192.0.2.9:2", "192.0.2.9:3", "198.51.100.1:3"} {
		c := &told{peer: peer, closed: make(chan struct{})}
		first = append(first, c)
		d.enter(t.Context(), c)
		time.Sleep(time.Millisecond)
		for j, x := range first {
			shut := false
			select {
			case <-x.closed:
				shut = true
			case <-time.After(20 * time.Millisecond):
			}
			if want := i == 6 && j == 0; shut != want {
				t.Errorf("after %s: %s closed %v", peer, x.peer, shut)
			}
		}
	}
	d.state(first[0], http.StateClosed)
	if d.from["198.51.100.1"] != 2 || len(d.guests) != 6 {
		t.Errorf("%v, %d guests", d.from, len(d.guests))
	}
}

// told is a connection that only says where it is from and whether it was closed.
type told struct {
	net.Conn
	peer   string
	closed chan struct{}
}

func (c *told) RemoteAddr() net.Addr { return named(c.peer) }
func (c *told) Close() error         { close(c.closed); return nil }

type named string

func (named) Network() string  { return "tcp" }
func (n named) String() string { return string(n) }

package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Times of a PostgreSQL server that may go away.
const (
	// connectWait is how long one host of the address may take to let us in, unless the
	// address says connect_timeout.
	connectWait = 2 * time.Second
	// awayFor is how long a transaction that has not begun, or was cut off before its end,
	// is tried again: a standby that is promoted is there by then, and nobody waits longer.
	awayFor = 4 * time.Second
	// silentFor is how long a transaction is left alone before the server is asked whether it
	// is still there, and pulseWait how long it may take to say so.
	silentFor = 2 * time.Second
	pulseWait = 3 * time.Second
	pulseEach = time.Second
	// pingWait is the longest that Ping takes.
	pingWait = 2 * time.Second
	// idleInTx is how long a transaction may do nothing before the server ends it: a node that
	// hangs holds nobody else up for longer.
	idleInTx = "120s"
)

// What is kept with a connection.
const (
	dataAge    = "plait.age"    // the server's age when it was made
	dataUnsure = "plait.unsure" // a commit was kept, but perhaps by one server alone
)

// server is the PostgreSQL behind an address, which may name several hosts of which one
// takes writes. It makes connections, knows which of them are from before the server last
// went away, and listens for its pulse.
type server struct {
	config *pgx.ConnConfig
	age    atomic.Int64           // connections of an earlier age are thrown away
	last   atomic.Pointer[string] // host and port that let us in last, tried first

	mu   sync.Mutex
	open map[*held]struct{} // transactions that hold a connection

	feel  sync.Mutex
	probe *pgx.Conn // a connection of its own, so that a full pool is not taken for an absent server

	quit chan struct{}
	done chan struct{}
	once sync.Once
}

// held is a connection that a transaction holds.
type held struct {
	since time.Time
	conn  *pgx.Conn
	net   net.Conn
	cut   bool // ended by us: the server does not answer
}

var errAddress = errors.New("db: the address of the database cannot be read") // the cause may hold a password

func newServer(address string) (*server, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errAddress
	}
	s := &server{config: c, open: map[*held]struct{}{}, quit: make(chan struct{}), done: make(chan struct{})}
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectWait
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "plait"
	}
	if c.ValidateConnect == nil {
		// Plait always writes: a standby is of no use to it, whatever the address says of itself.
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	// A peer that is gone without a word is noticed in about 11 s, even where nobody waits.
	dial := &net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}}
	c.DialFunc = dial.DialContext
	c.OnNotice = func(p *pgconn.PgConn, n *pgconn.Notice) {
		// "The transaction has already committed locally, but might not have been replicated":
		// someone told the server to wait no longer for its standby.
		if n.Routine == "SyncRepWaitForLSN" {
			p.CustomData()[dataUnsure] = true
		}
	}
	go s.watchPulse()
	return s, nil
}

func (s *server) close() {
	s.once.Do(func() {
		close(s.quit)
		<-s.done
		s.feel.Lock()
		defer s.feel.Unlock()
		s.dropProbe()
	})
}

// connector makes database/sql's connections.
func (s *server) connector() driver.Connector {
	return stdlib.GetConnector(*s.config,
		stdlib.OptionBeforeConnect(func(_ context.Context, c *pgx.ConnConfig) error { s.lastFirst(c); return nil }),
		stdlib.OptionAfterConnect(s.made),
		stdlib.OptionResetSession(func(_ context.Context, c *pgx.Conn) error {
			if s.stale(c) {
				return driver.ErrBadConn
			}
			return nil
		}))
}

// lastFirst puts the host that let us in last before the others, so that one that is gone
// does not cost every new connection its wait.
func (s *server) lastFirst(c *pgx.ConnConfig) {
	last := s.last.Load()
	if last == nil || len(c.Fallbacks) == 0 {
		return
	}
	all := append([]*pgconn.FallbackConfig{{Host: c.Host, Port: c.Port, TLSConfig: c.TLSConfig}}, c.Fallbacks...)
	var first, rest []*pgconn.FallbackConfig
	for _, f := range all {
		if _, at := pgconn.NetworkAddress(f.Host, f.Port); at == *last {
			first = append(first, f)
		} else {
			rest = append(rest, f)
		}
	}
	if len(first) == 0 {
		return
	}
	all = append(first, rest...)
	c.Host, c.Port, c.TLSConfig, c.Fallbacks = all[0].Host, all[0].Port, all[0].TLSConfig, all[1:]
}

// made readies a new connection.
func (s *server) made(ctx context.Context, c *pgx.Conn) error {
	c.PgConn().CustomData()[dataAge] = s.age.Load()
	at := c.PgConn().Conn().RemoteAddr().String()
	s.last.Store(&at)
	// A node whose machine is gone without a word is noticed by the server too, in about 25 s;
	// until then it keeps its locks.
	_, err := c.PgConn().Exec(ctx, "set idle_in_transaction_session_timeout = '"+idleInTx+
		"'; set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3").ReadAll()
	return err
}

func (s *server) stale(c *pgx.Conn) bool {
	age, _ := c.PgConn().CustomData()[dataAge].(int64)
	return age != s.age.Load()
}

// suspect throws away every connection of the age of c, the idle ones too: the server went
// away, or takes no writes any more.
func (s *server) suspect(c *pgx.Conn) {
	if c == nil {
		return
	}
	if age, ok := c.PgConn().CustomData()[dataAge].(int64); ok {
		s.age.CompareAndSwap(age, age+1)
	}
}

// hold notes that a transaction begins on a connection.
func (s *server) hold(c *pgx.Conn) *held {
	h := &held{since: time.Now(), conn: c, net: c.PgConn().Conn()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[h] = struct{}{}
	return h
}

// let notes that it has ended, and says whether the connection is lost.
func (s *server) let(h *held) (lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, h)
	return h.cut || h.conn.IsClosed()
}

// watchPulse asks the server whether it is there whenever a transaction takes long. A long
// statement is waited for as long as the server answers; when it does not, what hangs on it
// is cut off, for a server that was stopped or a network that swallows everything gives no
// sign of itself.
func (s *server) watchPulse() {
	defer close(s.done)
	tick := time.NewTicker(pulseEach)
	defer tick.Stop()
	for {
		select {
		case <-s.quit:
			return
		case <-tick.C:
		}
		if !s.longSince(time.Now().Add(-silentFor), false) {
			continue
		}
		asked := time.Now()
		ctx, stop := context.WithTimeout(context.Background(), pulseWait)
		err := s.beat(ctx)
		stop()
		if err != nil {
			s.longSince(asked.Add(-silentFor), true)
		}
	}
}

// longSince says whether a transaction has been open since an instant, and cuts such off.
func (s *server) longSince(then time.Time, cut bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := false
	for h := range s.open {
		if h.since.After(then) {
			continue
		}
		found = true
		if cut && !h.cut {
			h.cut = true
			go func() { _ = h.net.Close() }() // TLS says goodbye first, to nobody
		}
	}
	return found
}

// beat asks for the server's pulse on the connection kept for it; one that broke is made
// again. A server that answers with a refusal of its own is there.
func (s *server) beat(ctx context.Context) error {
	s.feel.Lock()
	defer s.feel.Unlock()
	if s.probe != nil {
		err := s.probe.Ping(ctx)
		if err == nil {
			return nil
		}
		s.dropProbe()
		if ctx.Err() != nil {
			return err
		}
	}
	c := s.config.Copy()
	s.lastFirst(c)
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return err
	}
	s.probe = conn
	return conn.Ping(ctx)
}

func (s *server) dropProbe() {
	if s.probe == nil {
		return
	}
	ctx, stop := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer stop()
	_ = s.probe.Close(ctx)
	s.probe = nil
}

// Ping says whether the database answers and takes writes, within 2 s. It has a connection
// of its own on PostgreSQL: a house that is busy is not a house without a database.
func (d *DB) Ping(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, pingWait)
	defer stop()
	if d.server != nil {
		if err := d.server.beat(ctx); err != nil {
			return busyAway(err)
		}
		return nil
	}
	if err := d.read.PingContext(ctx); err != nil {
		return busyAway(err)
	}
	return nil
}

// readOnly says that the server refused a write because it has become a standby.
func readOnly(err error) bool {
	var p *pgconn.PgError
	if !errors.As(err, &p) {
		return false
	}
	return p.Code == "25006" || p.Code == "0A000" && strings.Contains(p.Routine, "XactIsoLevel")
}

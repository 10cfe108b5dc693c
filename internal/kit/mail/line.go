package mail

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
)

// line holds the connection of one letter, so that it can be closed when the caller
// gives up and whenever the library leaves it open after a failure.
type line struct {
	mu   sync.Mutex
	conn net.Conn
	over bool
}

// dial connects, with TLS from the first byte when implicit is set.
func (l *line) dial(ctx context.Context, network, address string, implicit bool, secure *tls.Config) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if !l.keep(conn) {
		return nil, context.Canceled
	}
	if !implicit {
		return conn, nil
	}
	private := tls.Client(conn, secure)
	if err := private.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return private, nil
}

// keep holds conn, or closes it when the line is over already.
func (l *line) keep(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		_ = conn.Close()
		return false
	}
	l.conn = conn
	return true
}

// hangUp closes the connection, once; closing one that is closed does no harm.
func (l *line) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if l.conn != nil {
		_ = l.conn.Close()
		l.conn = nil
	}
}

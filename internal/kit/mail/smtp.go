package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"strings"
	"syscall"
	"time"

	gomail "github.com/wneessen/go-mail"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/seal"
)

// TLS says how the way to the mail server is kept private.
type TLS string

// The ways. With StartTLS a server that does not offer it gets no letter.
const (
	StartTLS TLS = "starttls" // begins in clear and must turn to TLS (RFC 3207), port 587
	Implicit TLS = "tls"      // TLS from the first byte (RFC 8314), port 465
	Clear    TLS = "none"     // no TLS, for a server on the same machine, port 25
)

// Timeout is how long one letter may take when Config does not say.
const Timeout = 30 * time.Second

// Config is a mail server and how to speak to it.
type Config struct {
	Host     string      // name or address
	Port     int         // 1 to 65535; 0 is the usual port of TLS
	User     string      // empty: no signing in
	Password seal.Secret // never sent without TLS
	TLS      TLS         // empty is StartTLS
	CA       string      // PEM file of the authority to trust in place of the system's; may be empty
	From     string      // "name@host" or "Name <name@host>"

	Timeout time.Duration // for one letter, connection and all; 0 is Timeout
}

type server struct {
	sender
	conf   Config
	roots  *x509.CertPool // nil: the system's
	policy gomail.TLSPolicy
}

// SMTP is a Post that hands each letter to a mail server, on a connection of its own.
// It refuses, as an invalid fault, a From that is no address, a port or TLS it does not
// know, a CA file it cannot read, and a password that would go out in clear. It does
// not speak to the server yet.
func SMTP(c Config, tick clock.Clock, ids *id.Maker) (Post, error) {
	from, err := newSender(c.From, tick, ids)
	if err != nil {
		return nil, err
	}
	s := &server{sender: from, conf: c, policy: gomail.TLSMandatory}
	usual := 587
	switch c.TLS {
	case StartTLS, "":
		s.conf.TLS = StartTLS
	case Implicit:
		usual = 465
	case Clear:
		usual, s.policy = 25, gomail.NoTLS
	default:
		return nil, fault.New(fault.Invalid, "mail.tls").With("mail.tls_do")
	}
	if c.Port == 0 {
		s.conf.Port = usual
	}
	if s.conf.Port < 1 || s.conf.Port > 65535 || c.Host == "" || !oneLine(c.Host) || strings.Contains(c.Host, "/") {
		return nil, fault.New(fault.Invalid, "mail.host").With("mail.host_do")
	}
	if c.TLS == Clear && (c.User != "" || c.Password != "") {
		return nil, fault.New(fault.Invalid, "mail.clear").With("mail.clear_do")
	}
	if c.Timeout <= 0 {
		s.conf.Timeout = Timeout
	}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		s.roots = x509.NewCertPool()
		if err != nil || !s.roots.AppendCertsFromPEM(pem) {
			return nil, fault.New(fault.Invalid, "mail.ca", "File", c.CA).With("mail.ca_do").Because(err)
		}
	}
	return s, nil
}

// Send hands over one letter. It returns nil once the server has taken it, even when
// the goodbye fails after that: a second try would be a second letter.
func (s *server) Send(ctx context.Context, l Letter) error {
	m, _, err := s.message(l, false)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.conf.Timeout)
	defer cancel()
	line := &line{}
	defer line.hangUp()
	// The library looks at its own clock alone once it is connected; this ends it when
	// the caller gives up.
	defer context.AfterFunc(ctx, line.hangUp)()
	client, err := s.client(line)
	if err != nil {
		return away(err)
	}
	err = client.DialAndSendWithContext(ctx, m)
	if m.IsDelivered() || err == nil {
		return nil
	}
	if gone := ctx.Err(); gone != nil {
		return away(gone)
	}
	return away(err)
}

// client is made anew for each letter: the library's holds state of one connection.
func (s *server) client(line *line) (*gomail.Client, error) {
	secure := &tls.Config{ServerName: s.conf.Host, MinVersion: tls.VersionTLS12, RootCAs: s.roots}
	opts := []gomail.Option{
		gomail.WithPort(s.conf.Port), gomail.WithTimeout(s.conf.Timeout), gomail.WithTLSConfig(secure),
		gomail.WithTLSPolicy(s.policy), gomail.WithoutNoop(),
		gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			return line.dial(ctx, network, address, s.conf.TLS == Implicit, secure)
		}),
	}
	if s.conf.TLS == Implicit {
		opts = append(opts, gomail.WithSSL())
	}
	if s.conf.User != "" {
		opts = append(opts, gomail.WithUsername(s.conf.User), gomail.WithPassword(s.conf.Password.Reveal()),
			// PLAIN and LOGIN are sent under TLS only: a password in clear is refused above.
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return gomail.NewClient(s.conf.Host, opts...)
}

// refusal is why a letter was not taken, without a word of what the server said: its
// words often repeat the address.
type refusal struct {
	step string // where it failed
	code int    // the server's answer, 400 to 599, or 0
	more string // its enhanced code (RFC 3463), such as 5.1.1, or empty
	err  error  // a cause known to hold no address, or nil

	final bool // the letter itself was refused for good
}

// Error is the step and the codes.
func (r *refusal) Error() string {
	s := "mail: " + r.step
	if r.code != 0 {
		s += fmt.Sprintf(": answered %d", r.code)
	}
	if r.more != "" {
		s += " " + r.more
	}
	if r.err != nil {
		s += ": " + r.err.Error()
	}
	return s
}

// Unwrap gives the cause that is safe to show.
func (r *refusal) Unwrap() error { return r.err }

// Final says whether err, from a Post, will be the same at every later try: the letter
// itself is wrong, or the server refused its receiver or its text for good (an answer
// of 500 or more). A server that will not let us in is not final: its owner can mend it.
func Final(err error) bool {
	var r *refusal
	return fault.Is(err, fault.Invalid) || errors.As(err, &r) && r.final
}

// away is the fault of a letter that was not taken.
func away(err error) error {
	return fault.New(fault.Busy, "house.mail_away").With("house.mail_away_do").Because(told(err))
}

// told keeps of err what holds no address, no password and no words of the server.
func told(err error) *refusal {
	var sent *gomail.SendError
	if errors.As(err, &sent) {
		about := sent.Reason == gomail.ErrSMTPRcptTo || sent.Reason == gomail.ErrSMTPData || sent.Reason == gomail.ErrSMTPDataClose
		return &refusal{
			step: step(sent.Reason), code: sent.ErrorCode(), more: sent.EnhancedStatusCode(), err: safe(err),
			final: about && sent.ErrorCode() >= 500,
		}
	}
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return &refusal{step: "greeting or signing in", code: answer.Code}
	}
	return &refusal{step: "reaching the server or writing the letter", err: safe(err)}
}

// safe picks from err's chain a cause whose text is the system's own.
func safe(err error) error {
	var number syscall.Errno
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var name *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return errors.New("the server's certificate is not trusted")
	case errors.As(err, &name):
		return errors.New("the server's name is not known")
	case errors.As(err, &number):
		return number
	case errors.As(err, &timeout) && timeout.Timeout():
		return context.DeadlineExceeded
	case errors.Is(err, gomail.ErrNoSupportedAuthDiscovered):
		return errors.New("the server offers no way of signing in that we use")
	}
	return nil
}

// step names a step of sending in our own words.
func step(r gomail.SendErrReason) string {
	switch r {
	case gomail.ErrSMTPMailFrom:
		return "naming the sender"
	case gomail.ErrSMTPRcptTo:
		return "naming the receiver"
	case gomail.ErrSMTPData, gomail.ErrSMTPDataClose, gomail.ErrWriteContent:
		return "handing over the text"
	}
	return "speaking to the server"
}

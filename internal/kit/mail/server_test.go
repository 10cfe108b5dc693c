package mail_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a mail server of the system, run for one test on a free port of the loopback.
type server struct {
	port int
	box  string // its Maildir
	ca   string // its certificate, PEM
}

// program finds the mail server. Without it the test fails, unless the person running
// the tests left it out by name.
func program(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("aiosmtpd")
	if err == nil {
		return path
	}
	for name := range strings.SplitSeq(os.Getenv("PLAIT_TEST_WITHOUT"), ",") {
		if strings.TrimSpace(name) == "smtp" && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names smtp")
		}
	}
	t.Fatal("no mail server: install the package python3-aiosmtpd, or set PLAIT_TEST_WITHOUT=smtp")
	return ""
}

// start runs a server. private is "", "starttls" or "tls".
func start(t *testing.T, private string, env ...string) server {
	t.Helper()
	path := program(t)
	s := server{box: filepath.Join(t.TempDir(), "box")}
	var args []string
	if private != "" {
		var key string
		s.ca, key = certificate(t)
		if private == "tls" {
			args = []string{"--smtpscert", s.ca, "--smtpskey", key}
		} else {
			args = []string{"--tlscert", s.ca, "--tlskey", key}
		}
	}
	// Between being found free and being used a port can be taken: then another one.
	var said bytes.Buffer
	for range 3 {
		s.port = freePort(t)
		said.Reset()
		if s.run(t, path, args, env, &said) {
			return s
		}
	}
	t.Fatalf("the mail server did not start: %s", said.String())
	return s
}

func (s *server) run(t *testing.T, path string, args, env []string, said *bytes.Buffer) bool {
	t.Helper()
	at := fmt.Sprintf("127.0.0.1:%d", s.port)
	cmd := exec.Command(path, append(append([]string{"-n", "-l", at, "-c", "post.Post"}, args...), s.box)...)
	here, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(append(os.Environ(), "PYTHONPATH="+here, "PYTHONDONTWRITEBYTECODE=1"), env...)
	cmd.Stdout, cmd.Stderr = said, said
	stdin, err := cmd.StdinPipe() // closed when this process ends, however it ends
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	for range 200 {
		select {
		case <-ended:
			return false
		case <-time.After(50 * time.Millisecond):
		}
		conn, err := net.Dial("tcp", at)
		if err != nil {
			continue
		}
		_ = conn.Close()
		t.Cleanup(func() {
			_ = stdin.Close()
			_ = cmd.Process.Kill()
			<-ended
		})
		return true
	}
	_ = cmd.Process.Kill()
	<-ended
	return false
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing was sent
	return l.Addr().(*net.TCPAddr).Port
}

// letters gives what the server took, in no order.
func (s server) letters(t *testing.T) []parsed {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(s.box, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var out []parsed
	for _, p := range paths {
		out = append(out, parse(t, p))
	}
	return out
}

// parsed is a letter as its reader's program sees it.
type parsed struct {
	head          netmail.Header
	subject, text string
}

// parse reads a letter with the standard library alone.
func parse(t *testing.T, path string) parsed {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if len(strings.TrimRight(line, "\r\n")) > 998 { // RFC 5322, 2.1.1
			t.Fatalf("a line of %d bytes", len(line))
		}
	}
	m, err := netmail.ReadMessage(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "text/plain" || !strings.EqualFold(params["charset"], "utf-8") {
		t.Fatalf("content type %q: %v", m.Header.Get("Content-Type"), err)
	}
	body := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return parsed{m.Header, subject, strings.ReplaceAll(string(text), "\r\n", "\n")}
}

// certificate makes a certificate for 127.0.0.1 that vouches for itself.
func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pk, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pk}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

package web

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSelfMadeCertificate(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	c, err := TLS("self", dir, "", "", []string{"127.0.0.1", "plait.test"}, now)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	s.TLS = c
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(c.Certificates[0].Leaf)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	r, err := client.Get(s.URL)
	if err != nil || r.StatusCode != 204 {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	first, _ := os.ReadFile(filepath.Join(dir, "tls.crt"))
	if _, err := TLS("self", dir, "", "", []string{"127.0.0.1"}, now); err != nil {
		t.Fatal(err)
	}
	again, _ := os.ReadFile(filepath.Join(dir, "tls.crt"))
	if string(first) != string(again) {
		t.Error("a certificate that holds was made anew")
	}
	if _, err := TLS("self", dir, "", "", []string{"127.0.0.1"}, now.AddDate(0, 11, 15)); err != nil {
		t.Fatal(err)
	}
	if late, _ := os.ReadFile(filepath.Join(dir, "tls.crt")); string(first) == string(late) {
		t.Error("a certificate near its end was kept")
	}
	if i, err := os.Stat(filepath.Join(dir, "tls.key")); err != nil || i.Mode().Perm() != 0o600 {
		t.Error("the key may be read by others")
	}
}

func TestTLSModes(t *testing.T) {
	if c, err := TLS("off", "", "", "", nil, time.Now()); c != nil || err != nil {
		t.Error(c, err)
	}
	for _, mode := range []string{"files", "acme", "maybe"} {
		if _, err := TLS(mode, t.TempDir(), "none.crt", "none.key", nil, time.Now()); err == nil {
			t.Errorf("%s was taken without what it needs", mode)
		}
	}
	if c, err := TLS("acme", t.TempDir(), "", "", []string{"plait.test"}, time.Now()); err != nil || c.GetCertificate == nil {
		t.Error(err)
	}
}

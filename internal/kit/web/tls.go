package web

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/acme/autocert"
)

// selfDays is how long a certificate of our own making holds; a new one is made at a
// start within a month of its end.
const selfDays = 365

// TLS gives the settings under which pages are kept private: mode "files" reads a
// certificate and key, "self" makes one in dir for the hosts, "acme" asks an authority
// for the first host. Mode "off" gives nil.
func TLS(mode, dir, cert, key string, hosts []string, now time.Time) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	switch mode {
	case "off", "":
		return nil, nil
	case "files":
	case "self":
		cert, key = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
		if !holds(cert, key, hosts, now) {
			if err := makeSelf(cert, key, hosts, now); err != nil {
				return nil, err
			}
		}
	case "acme":
		if len(hosts) == 0 {
			return nil, errors.New("web: acme needs the name that people use")
		}
		m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(hosts[0]), Cache: autocert.DirCache(filepath.Join(dir, "acme"))}
		c = m.TLSConfig()
		c.MinVersion = tls.VersionTLS12
		return c, nil
	default:
		return nil, fmt.Errorf("web: no way of keeping pages private is called %q", mode)
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	c.Certificates = []tls.Certificate{pair}
	return c, nil
}

// holds says whether a certificate made before still serves these hosts for a month.
func holds(cert, key string, hosts []string, now time.Time) bool {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil || now.AddDate(0, 1, 0).After(pair.Leaf.NotAfter) {
		return false
	}
	for _, h := range hosts {
		if pair.Leaf.VerifyHostname(h) != nil {
			return false
		}
	}
	return true
}

func makeSelf(cert, key string, hosts []string, now time.Time) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	t := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Plait"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, selfDays),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &private.PublicKey, private)
	if err != nil {
		return err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
}

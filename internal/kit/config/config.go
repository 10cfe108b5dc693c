package config

import (
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a hall laptop may have no zone files

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/mail"
	"plait/internal/kit/seal"
)

// Config is the settings of a house, checked.
type Config struct {
	Dir      string         // the installation's folder
	DB       seal.Secret    // address of the PostgreSQL database; empty is SQLite in Dir
	Listen   string         // host:port
	BaseURL  string         // scheme and host, no slash at the end; empty when it depends on the port taken (see Base)
	TLS      Private        // how pages are kept private
	Proxy    []netip.Prefix // whose X-Forwarded headers count
	Mail     Letters        // where e-mail goes
	Key      seal.Secret    // the installation key in base64; empty is the key file in Dir
	LeaveURL string         // what "Leave now" opens
	Zone     string         // IANA name
	LogLevel slog.Level     // the least that is logged

	KeyFile string // the file that holds the installation key
	Metrics string // host:port where measurements are told; empty for none

	Backups     string        // the folder of backups; empty for none
	BackupEvery time.Duration // how often one is made
}

// Private is how pages are served: Mode is off, self, acme or files; Cert and Key are
// files that were there at the start, for files alone.
type Private struct{ Mode, Cert, Key string }

// Letters is where e-mail goes: to Folder, or to Server when Folder is empty.
type Letters struct {
	Folder string      // files are written here
	Server mail.Config // Password comes from its own setting
}

// SQLite says whether the database is a file in Dir.
func (c Config) SQLite() bool { return c.DB == "" }

// Base is the address that people use, given the address the server really listens on
// (host:port, as net.Listener tells it). It has no slash at the end.
func (c Config) Base(listening string) string {
	if c.BaseURL != "" {
		return c.BaseURL
	}
	return base(listening, c.TLS.Mode)
}

// Trusts says whether the X-Forwarded headers of a request from this peer count. peer
// is an address with or without a port.
func (c Config) Trusts(peer string) bool {
	a, err := netip.ParseAddr(peer)
	if err != nil {
		p, err := netip.ParseAddrPort(peer)
		if err != nil {
			return false
		}
		a = p.Addr()
	}
	a = a.Unmap().WithZone("")
	for _, p := range c.Proxy {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Load reads and checks every setting of the table. The fault of a bad setting is
// invalid, with one field per problem, named after the setting.
func Load(getenv func(string) string) (Config, error) {
	r := reader{values: map[string]string{}}
	for _, s := range Table() {
		r.values[s.Name] = strings.TrimSpace(getenv(s.Name))
		if r.values[s.Name] == "" {
			r.values[s.Name] = s.Default
		}
	}
	c := Config{
		Dir:      filepath.Clean(r.values[Dir]),
		Key:      seal.Secret(r.values[Key]),
		LeaveURL: r.values[LeaveURL],
		Zone:     r.values[Zone],
	}
	r.check.Need(!strings.ContainsRune(c.Dir, 0), Dir, "config.dir")
	c.DB = r.db()
	c.Listen = r.listen()
	c.TLS = r.tls()
	c.BaseURL = r.url(c)
	c.Proxy = r.proxy()
	c.Mail = r.mail(c.Dir)
	c.LogLevel = r.log()
	c.Backups, c.BackupEvery = r.backup(c.Dir)
	c.Metrics = r.metrics(c.Listen)
	c.KeyFile = r.values[KeyFile]
	r.check.Need(!strings.ContainsRune(c.KeyFile, 0), KeyFile, "config.key_file")
	if !filepath.IsAbs(c.KeyFile) {
		c.KeyFile = filepath.Join(c.Dir, c.KeyFile)
	}
	if c.Key != "" {
		// The folder of the key file is not looked at: only the setting is checked here.
		_, err := seal.Parse(c.Key.Reveal())
		r.check.Need(err == nil, Key, "config.key")
	}
	_, ok := web(c.LeaveURL)
	r.check.Need(ok, LeaveURL, "config.leave_url")
	_, err := time.LoadLocation(c.Zone)
	r.check.Need(err == nil && c.Zone != "Local", Zone, "config.zone")
	if err := r.check.Err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// reader holds the settings as they were given, and what is wrong with them.
type reader struct {
	values map[string]string
	check  fault.Check
}

func (r *reader) db() seal.Secret {
	v := r.values[DB]
	if v == "sqlite" {
		return ""
	}
	u, err := url.Parse(v)
	r.check.Need(err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Opaque == "", DB, "config.db")
	return seal.Secret(v)
}

func (r *reader) listen() string {
	v := r.values[Listen]
	host, port, err := net.SplitHostPort(v)
	n, bad := strconv.ParseUint(port, 10, 16)
	r.check.Need(err == nil && bad == nil && !strings.ContainsAny(host, "/ @"), Listen, "config.listen")
	if err != nil || bad != nil {
		return v
	}
	return net.JoinHostPort(host, strconv.FormatUint(n, 10))
}

func (r *reader) tls() Private {
	p := Private{Mode: r.values[TLS], Cert: r.values[TLSCert], Key: r.values[TLSKey]}
	switch p.Mode {
	case "off", "self", "acme":
		r.check.Need(p.Cert == "", TLSCert, "config.tls_unused")
		r.check.Need(p.Key == "", TLSKey, "config.tls_unused")
		return Private{Mode: p.Mode}
	case "files":
		r.check.Need(isFile(p.Cert), TLSCert, "config.tls_file")
		r.check.Need(isFile(p.Key), TLSKey, "config.tls_file")
	default:
		r.check.Need(false, TLS, "config.tls")
	}
	return p
}

// url reads the public address, or makes it from the one to listen on.
func (r *reader) url(c Config) string {
	v := r.values[URL]
	if v == "" {
		r.check.Need(c.TLS.Mode != "acme", URL, "config.url_acme")
		if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "0" {
			return ""
		}
		return base(c.Listen, c.TLS.Mode)
	}
	u, ok := web(v)
	// The house stands at the top of its address: every link begins with /.
	if !ok || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		r.check.Need(false, URL, "config.url")
		return ""
	}
	if c.TLS.Mode == "acme" {
		_, err := netip.ParseAddr(u.Hostname())
		r.check.Need(u.Scheme == "https" && err != nil && strings.Contains(u.Hostname(), "."), URL, "config.url_acme")
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

func (r *reader) proxy() []netip.Prefix {
	var out []netip.Prefix
	for _, v := range strings.FieldsFunc(r.values[Proxy], func(c rune) bool { return c == ',' || c == ' ' }) {
		p, err := netip.ParsePrefix(v)
		if err != nil {
			a, bad := netip.ParseAddr(v)
			if bad != nil || a.Zone() != "" {
				r.check.Need(false, Proxy, "config.proxy")
				return nil
			}
			a = a.Unmap()
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p.Masked())
	}
	return out
}

// mail reads folder:NAME or smtp://user@host:port?tls=...&ca=...
func (r *reader) mail(dir string) Letters {
	v, from, password := r.values[Mail], r.values[MailFrom], r.values[MailPassword]
	if name, ok := strings.CutPrefix(v, "folder:"); ok {
		r.check.Need(name != "" && !strings.ContainsRune(name, 0), Mail, "config.mail")
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return Letters{Folder: name}
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "smtp" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		r.check.Need(false, Mail, "config.mail")
		return Letters{}
	}
	if _, inside := u.User.Password(); inside {
		r.check.Need(false, Mail, "config.mail_password")
		return Letters{}
	}
	query, err := url.ParseQuery(u.RawQuery)
	for name, values := range query {
		if (name != "tls" && name != "ca") || len(values) != 1 {
			r.check.Need(false, Mail, "config.mail")
			return Letters{}
		}
	}
	port, bad := strconv.Atoi(u.Port())
	if err != nil || (u.Port() != "" && (bad != nil || port == 0)) {
		r.check.Need(false, Mail, "config.mail")
		return Letters{}
	}
	s := mail.Config{
		Host: u.Hostname(), Port: port, User: u.User.Username(), Password: seal.Secret(password),
		TLS: mail.TLS(query.Get("tls")), CA: query.Get("ca"), From: from,
	}
	r.tried(s)
	return Letters{Server: s}
}

// tried lets the post office itself judge the server's settings.
func (r *reader) tried(s mail.Config) {
	tick := clock.System{}
	_, err := mail.SMTP(s, tick, id.New(tick.Now, nil))
	if err == nil {
		return
	}
	switch fault.Of(err).Say {
	case "mail.from":
		r.check.Need(false, MailFrom, "config.mail_from")
	case "mail.clear":
		r.check.Need(false, Mail, "config.mail_clear")
	case "mail.ca":
		r.check.Need(false, Mail, "config.mail_ca")
	default:
		r.check.Need(false, Mail, "config.mail")
	}
}

func (r *reader) backup(dir string) (folder string, every time.Duration) {
	folder = r.values[Backup]
	r.check.Need(!strings.ContainsRune(folder, 0), Backup, "config.backup")
	switch {
	case folder == "off":
		folder = ""
	case !filepath.IsAbs(folder):
		folder = filepath.Join(dir, folder)
	}
	n, err := strconv.Atoi(r.values[BackupHours])
	r.check.Need(err == nil && n >= 1 && n <= 720, BackupHours, "config.backup_hours")
	return folder, time.Duration(n) * time.Hour
}

// metrics reads the address for measurements, which is never that of the pages.
func (r *reader) metrics(listen string) string {
	v := r.values[Metrics]
	if v == "off" {
		return ""
	}
	host, port, err := net.SplitHostPort(v)
	n, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil || strings.ContainsAny(host, "/ @") {
		r.check.Need(false, Metrics, "config.metrics")
		return ""
	}
	at := net.JoinHostPort(host, strconv.FormatUint(n, 10))
	r.check.Need(n == 0 || at != listen, Metrics, "config.metrics_public")
	return at
}

func (r *reader) log() slog.Level {
	switch r.values[Log] {
	case "debug":
		return slog.LevelDebug
	case "info":
		return slog.LevelInfo
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	r.check.Need(false, Log, "config.log")
	return slog.LevelInfo
}

// web reads a whole http or https address that holds no name and password.
func web(v string) (*url.URL, bool) {
	u, err := url.Parse(v)
	if err != nil {
		return nil, false
	}
	return u, (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// base is the address of a server that listens on host:port. One that listens on every
// address is reached from its own machine as localhost.
func base(listening, mode string) string {
	scheme, usual := "http", "80"
	if mode != "off" {
		scheme, usual = "https", "443"
	}
	host, port, err := net.SplitHostPort(listening)
	if err != nil {
		return ""
	}
	if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
		host = "localhost"
	}
	if port == usual {
		if strings.Contains(host, ":") {
			return scheme + "://[" + host + "]"
		}
		return scheme + "://" + host
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return path != "" && err == nil && info.Mode().IsRegular()
}

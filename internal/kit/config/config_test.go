package config_test

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plait/internal/kit/config"
	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/kit/mail"
)

// env is an environment that holds these settings alone.
func env(m map[string]string) func(string) string { return func(k string) string { return m[k] } }

func TestDefaults(t *testing.T) {
	got, err := config.Load(env(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Dir: "plait-data", Listen: "127.0.0.1:8080", BaseURL: "http://127.0.0.1:8080", TLS: config.Private{Mode: "off"},
		Mail:     config.Letters{Folder: filepath.Join("plait-data", "mail")},
		LeaveURL: "https://www.bbc.co.uk/weather", Zone: "Europe/London", LogLevel: slog.LevelInfo,
		Backups: filepath.Join("plait-data", "backup"), BackupEvery: 24 * time.Hour, KeyFile: filepath.Join("plait-data", "plait.key"),
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); d != "" {
		t.Error(d)
	}
	if !got.SQLite() {
		t.Error("the default database is not SQLite")
	}
}

func TestEverythingSet(t *testing.T) {
	dir := t.TempDir()
	cert := filepath.Join(dir, "cert.pem")
	if err := os.WriteFile(cert, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	key := base64.StdEncoding.EncodeToString(make([]byte, 32))
	set := map[string]string{
		config.Dir: dir, config.DB: "postgres://plait:opensesame@db.example.org/plait", config.Listen: "[::1]:0443", config.URL: "https://Plait.Example.org/",
		config.TLS: "files", config.TLSCert: cert, config.TLSKey: cert, config.Proxy: "127.0.0.1, 10.1.2.3/8 ::1",
		config.Mail: "smtp://house@example.org@mail.example.org:2525?tls=tls", config.MailFrom: "Tŷ <house@example.org>", config.MailPassword: "opensesame",
		config.Key: key, config.LeaveURL: "https://www.example.org/tywydd?a=b", config.Zone: "Europe/Dublin", config.Log: "debug",
		config.Backup: "/mnt/backup", config.BackupHours: "6", config.KeyFile: "/run/key", config.Metrics: "127.0.0.1:09090",
	}
	for _, s := range config.Table() {
		if set[s.Name] == "" {
			t.Errorf("%s is not tried here", s.Name)
		}
	}
	got, err := config.Load(env(set))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Dir: dir, DB: "postgres://plait:opensesame@db.example.org/plait", Listen: "[::1]:443", BaseURL: "https://plait.example.org",
		TLS:   config.Private{Mode: "files", Cert: cert, Key: cert},
		Proxy: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		Mail: config.Letters{Server: mail.Config{Host: "mail.example.org", Port: 2525, User: "house@example.org", Password: "opensesame",
			TLS: mail.Implicit, From: "Tŷ <house@example.org>"}},
		Key: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", LeaveURL: "https://www.example.org/tywydd?a=b", Zone: "Europe/Dublin", LogLevel: slog.LevelDebug,
		Backups: "/mnt/backup", BackupEvery: 6 * time.Hour, KeyFile: "/run/key", Metrics: "127.0.0.1:9090",
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); d != "" {
		t.Error(d)
	}
	if got.SQLite() {
		t.Error("SQLite in spite of PLAIT_DB")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, got); strings.Contains(text, "opensesame") || strings.Contains(text, key) {
			t.Errorf("%s prints a secret: %s", verb, text)
		}
	}
}

func TestBadSettings(t *testing.T) {
	words, err := lang.New(config.Words())
	if err != nil {
		t.Fatal(err)
	}
	smtp := func(v string) map[string]string {
		return map[string]string{config.Mail: v, config.MailFrom: "house@example.org", config.MailPassword: "opensesame"}
	}
	type bad struct {
		set map[string]string
		say string // the only field's key; its words begin with or hold the setting's name
	}
	one := func(name, value, say string) bad { return bad{map[string]string{name: value}, say} }
	cases := []bad{
		one(config.Dir, "a\x00b", "config.dir"),
		one(config.DB, "mysql://opensesame@h/d", "config.db"), one(config.DB, "/var/lib/plait.db", "config.db"), one(config.DB, "postgres://u:opensesame@h:port/d", "config.db"),
		one(config.Listen, "8080", "config.listen"), one(config.Listen, "localhost", "config.listen"), one(config.Listen, "127.0.0.1:70000", "config.listen"),
		one(config.Listen, "127.0.0.1:http", "config.listen"), one(config.Listen, "http://127.0.0.1:80", "config.listen"), one(config.Listen, "127.0.0.1:-1", "config.listen"),
		one(config.URL, "plait.example.org", "config.url"), one(config.URL, "ftp://plait.example.org", "config.url"), one(config.URL, "https://plait.example.org/care", "config.url"),
		one(config.URL, "https://u:opensesame@plait.example.org", "config.url"), one(config.URL, "https://", "config.url"), one(config.URL, "https://h/?a=b", "config.url"),
		one(config.TLS, "yes", "config.tls"), one(config.TLS, "acme", "config.url_acme"),
		{map[string]string{config.TLS: "acme", config.URL: "http://plait.example.org"}, "config.url_acme"},
		{map[string]string{config.TLS: "acme", config.URL: "https://10.0.0.1"}, "config.url_acme"},
		{map[string]string{config.TLS: "acme", config.URL: "https://laptop"}, "config.url_acme"},
		{map[string]string{config.TLS: "files", config.TLSCert: "config_test.go"}, "config.tls_file"},
		{map[string]string{config.TLS: "files", config.TLSCert: "config_test.go", config.TLSKey: "words"}, "config.tls_file"},
		one(config.TLSCert, "config_test.go", "config.tls_unused"),
		one(config.Proxy, "proxy.example.org", "config.proxy"), one(config.Proxy, "127.0.0.1,10.0.0.0/33", "config.proxy"), one(config.Proxy, "fe80::1%eth0", "config.proxy"),
		one(config.Mail, "folder:", "config.mail"), one(config.Mail, "mail.example.org", "config.mail"), one(config.Mail, "smtps://mail.example.org", "config.mail"),
		{smtp("smtp://"), "config.mail"}, {smtp("smtp://h:0"), "config.mail"}, {smtp("smtp://h:99999"), "config.mail"}, {smtp("smtp://h:opensesame"), "config.mail"},
		{smtp("smtp://h/x"), "config.mail"}, {smtp("smtp://u@h?tls=maybe"), "config.mail"}, {smtp("smtp://u@h?tsl=none"), "config.mail"}, {smtp("smtp://u@h?tls=none&tls=tls"), "config.mail"},
		{smtp("smtp://u:opensesame@h"), "config.mail_password"}, {smtp("smtp://u@h?tls=none"), "config.mail_clear"}, {smtp("smtp://u@h?ca=/nowhere"), "config.mail_ca"},
		{map[string]string{config.Mail: "smtp://h"}, "config.mail_from"}, {map[string]string{config.Mail: "smtp://h", config.MailFrom: "house"}, "config.mail_from"},
		one(config.Key, "opensesame", "config.key"), one(config.LeaveURL, "/weather", "config.leave_url"), one(config.LeaveURL, "javascript:alert(1)", "config.leave_url"),
		one(config.Zone, "Cardiff", "config.zone"), one(config.Zone, "Local", "config.zone"), one(config.Zone, "../etc", "config.zone"), one(config.Log, "loud", "config.log"),
		one(config.Backup, "a\x00b", "config.backup"), one(config.BackupHours, "0", "config.backup_hours"), one(config.BackupHours, "often", "config.backup_hours"), one(config.BackupHours, "721", "config.backup_hours"),
		one(config.KeyFile, "a\x00b", "config.key_file"), one(config.Metrics, "on", "config.metrics"), one(config.Metrics, "127.0.0.1:90900", "config.metrics"), one(config.Metrics, "127.0.0.1:8080", "config.metrics_public"),
	}
	tried := map[string]bool{}
	for _, c := range cases {
		got, err := config.Load(env(c.set))
		f := fault.Of(err)
		if f == nil || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Say != c.say {
			t.Errorf("%v: %v, want %s", c.set, err, c.say)
			continue
		}
		tried[c.say] = true
		if !cmp.Equal(got, config.Config{}, cmpopts.EquateComparable(netip.Prefix{})) {
			t.Errorf("%v: a config came with the fault", c.set)
		}
		said := words.T("en", c.say, f.Fields[0].Args...)
		if !strings.Contains(said, f.Fields[0].Name) {
			t.Errorf("%q does not name %s", said, f.Fields[0].Name)
		}
		if strings.Contains(fmt.Sprintf("%v %+v", err, f.Fields), "opensesame") {
			t.Errorf("a secret is in %v", err)
		}
	}
	for _, key := range words.Keys("en") {
		if !tried[key] && !strings.HasPrefix(key, "config.warn_") {
			t.Errorf("%s is never said", key)
		}
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	_, err := config.Load(env(map[string]string{config.Listen: "x", config.Log: "x", config.Mail: "x", config.DB: "x"}))
	if f := fault.Of(err); f == nil || len(f.Fields) != 4 {
		t.Errorf("%v", err)
	}
}

func TestBase(t *testing.T) {
	for _, c := range []struct{ listen, tls, listening, want string }{
		{"127.0.0.1:0", "off", "127.0.0.1:40123", "http://127.0.0.1:40123"},
		{"127.0.0.1:0", "self", "127.0.0.1:40123", "https://127.0.0.1:40123"},
		{":8080", "off", "[::]:8080", "http://localhost:8080"},
		{"0.0.0.0:443", "self", "0.0.0.0:443", "https://localhost"},
		{"[::1]:80", "off", "[::1]:80", "http://[::1]"},
		{"[::1]:81", "off", "[::1]:81", "http://[::1]:81"},
	} {
		got, err := config.Load(env(map[string]string{config.Listen: c.listen, config.TLS: c.tls}))
		if err != nil || got.Base(c.listening) != c.want {
			t.Errorf("%v: %q, %v", c, got.Base(c.listening), err)
		}
	}
	given, err := config.Load(env(map[string]string{config.Listen: ":0", config.URL: "https://plait.example.org"}))
	if err != nil || given.Base("[::]:99") != "https://plait.example.org" {
		t.Errorf("%q, %v", given.Base("[::]:99"), err)
	}
}

func TestTrusts(t *testing.T) {
	c, err := config.Load(env(map[string]string{config.Proxy: "127.0.0.1,10.0.0.0/8,fd00::/8"}))
	if err != nil {
		t.Fatal(err)
	}
	for peer, want := range map[string]bool{
		"127.0.0.1:5000": true, "127.0.0.1": true, "[::ffff:127.0.0.1]:1": true, "10.9.9.9:1": true, "[fd00::1]:80": true,
		"127.0.0.2:1": false, "11.0.0.1:1": false, "[::1]:1": false, "": false, "proxy": false,
	} {
		if c.Trusts(peer) != want {
			t.Errorf("Trusts(%q) is %v", peer, !want)
		}
	}
	none, err := config.Load(env(nil))
	if err != nil || none.Trusts("127.0.0.1:1") {
		t.Errorf("a proxy is trusted that nobody named: %v", err)
	}
}

func TestFlagsComeFirst(t *testing.T) {
	set := env(map[string]string{config.Listen: "127.0.0.1:1", config.Dir: "a", config.Log: "warn"})
	c, err := config.Load(config.Over(set, map[string]string{"listen": "127.0.0.1:2", "dir": "", "unknown": "x", "": "x"}))
	if err != nil || c.Listen != "127.0.0.1:2" || c.Dir != "a" || c.LogLevel != slog.LevelWarn || c.Key != "" {
		t.Errorf("%+v, %v", c, err)
	}
}

// The table is what documentation is tested against.
func TestTable(t *testing.T) {
	names, flags := map[string]bool{}, map[string]bool{}
	secrets := map[string]bool{config.DB: true, config.MailPassword: true, config.Key: true}
	for _, s := range config.Table() {
		if !strings.HasPrefix(s.Name, "PLAIT_") || names[s.Name] || s.Flag != "" && flags[s.Flag] {
			t.Errorf("%s --%s", s.Name, s.Flag)
		}
		names[s.Name], flags[s.Flag] = true, true
		if !strings.HasSuffix(s.Doc, ".") || len(s.Doc) < 20 {
			t.Errorf("%s: %q", s.Name, s.Doc)
		}
		if s.Secret != secrets[s.Name] {
			t.Errorf("%s: secret is %v", s.Name, s.Secret)
		}
		// What is typed as a flag is seen by everyone on the machine.
		if s.Secret && s.Flag != "" && s.Name != config.DB {
			t.Errorf("%s has a flag", s.Name)
		}
	}
	asked := map[string]bool{}
	if _, err := config.Load(func(k string) string { asked[k] = true; return "" }); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(names, asked); d != "" {
		t.Errorf("the settings read are not those of the table: %s", d)
	}
}

func FuzzMail(f *testing.F) {
	for _, s := range []string{"folder:a", "smtp://u@h:25?tls=tls", "smtp://%zz", "smtp://[::1]:25", "smtp://u:opensesame@h", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, v string) {
		c, err := config.Load(env(map[string]string{config.Mail: v, config.MailFrom: "house@example.org"}))
		if err == nil && (c.Mail.Folder == "") == (c.Mail.Server.Host == "") {
			t.Fatalf("%+v", c.Mail)
		}
		if err != nil && len(fault.Of(err).Fields) == 0 {
			t.Fatal(err)
		}
	})
}

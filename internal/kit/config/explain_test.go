package config_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/config"
	"plait/internal/kit/lang"
)

func TestExplain(t *testing.T) {
	got := config.Explain(env(map[string]string{config.DB: "postgres://u:opensesame@h/d", config.MailPassword: "opensesame", config.Key: "opensesame",
		config.Dir: "a", config.Listen: "127.0.0.1:1"}), map[string]string{"dir": "b"})
	by := map[string]config.Value{}
	for _, v := range got {
		by[v.Setting] = v
		if v.What == "" {
			t.Errorf("%s says not what it is for", v.Setting)
		}
	}
	if len(by) != len(config.Table()) {
		t.Errorf("%d of %d settings", len(by), len(config.Table()))
	}
	for name, want := range map[string][2]string{
		config.Dir: {"b", "flag --dir"}, config.Listen: {"127.0.0.1:1", "environment"}, config.Log: {"info", "not set"},
		config.DB: {config.Hidden, "environment"}, config.Key: {config.Hidden, "environment"}, config.MailPassword: {config.Hidden, "environment"},
	} {
		if d := cmp.Diff(want, [2]string{by[name].Value, by[name].From}); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if all, err := json.Marshal(got); err != nil || strings.Contains(string(all), "opensesame") {
		t.Errorf("a secret is shown: %s", all)
	}
	for _, v := range config.Explain(env(nil), nil) {
		if v.Setting == config.DB && v.Value != "sqlite" || v.Setting == config.URL && v.Value != "http://127.0.0.1:8080" || v.Setting == config.Key && v.Value != "" {
			t.Errorf("%+v", v)
		}
	}
}

func TestWarnings(t *testing.T) {
	words, err := lang.New(config.Words())
	if err != nil {
		t.Fatal(err)
	}
	dir, other := t.TempDir(), "/proc/plait" // on another disk than any test's folder
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(dir, "open")
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	quiet := map[string]string{config.Dir: dir, config.Backup: other}
	with := func(pairs ...string) map[string]string {
		out := map[string]string{}
		for k, v := range quiet {
			out[k] = v
		}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i]] = pairs[i+1]
		}
		return out
	}
	smtp := []string{config.Mail, "smtp://mail.example.org?tls=none", config.MailFrom, "a@example.org"}
	tried := map[string]bool{}
	for _, c := range []struct {
		set  map[string]string
		want []string
	}{
		{with(), nil},
		{with(config.Listen, "0.0.0.0:8080"), []string{"config.warn_clear"}},
		{with(config.Listen, ":8080", config.TLS, "self"), []string{"config.warn_mail"}}, // an https address by itself
		{with(config.URL, "https://plait.example.org", config.Listen, "10.0.0.1:80", config.Proxy, "10.0.0.2"), []string{"config.warn_behind", "config.warn_mail"}},
		{with(config.URL, "https://plait.example.org"), []string{"config.warn_proxy", "config.warn_mail"}},
		{with(config.Backup, "off"), []string{"config.warn_backup_off"}},
		{with(config.Backup, "backup"), []string{"config.warn_backup_disk"}},
		{with(config.Backup, t.TempDir()), []string{"config.warn_backup_disk"}},
		{with(config.Backup, "backup", config.DB, "postgres://h/d"), nil},
		{with(config.KeyFile, other+"/plait.key"), []string{"config.warn_key_backup"}},
		{with(config.Key, base64.StdEncoding.EncodeToString(make([]byte, 32))), []string{"config.warn_key_env"}},
		{with(config.Metrics, "0.0.0.0:9090"), []string{"config.warn_metrics"}},
		{with(config.Metrics, "[::1]:9090"), nil},
		{with(smtp...), []string{"config.warn_mail_clear"}},
		{with(config.Dir, open), []string{"config.warn_dir"}},
	} {
		got, err := config.Load(env(c.set))
		if err != nil {
			t.Errorf("%v: %v", c.set, err)
			continue
		}
		var say []string
		for _, w := range got.Warnings() {
			say = append(say, w.Say)
			tried[w.Say] = true
			if words.T("en", w.Say) == w.Say || !strings.HasPrefix(w.Setting, "PLAIT_") {
				t.Errorf("%+v has no words", w)
			}
		}
		if d := cmp.Diff(c.want, say); d != "" {
			t.Errorf("%v: %s", c.set, d)
		}
	}
	for _, key := range words.Keys("en") {
		if strings.HasPrefix(key, "config.warn_") && !tried[key] {
			t.Errorf("%s is never said", key)
		}
	}
}

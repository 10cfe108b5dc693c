package config

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"plait/internal/kit/disk"
	"plait/internal/kit/mail"
)

// Value is a setting as it is in force.
type Value struct {
	Setting string `json:"setting"`
	Value   string `json:"value"`  // "(hidden)" for a secret that is set
	From    string `json:"from"`   // "environment", "flag --dir" or "not set"
	What    string `json:"what"`   // what it is for
	Secret  bool   `json:"secret"` // its value is never shown
}

// Hidden stands for a secret.
const Hidden = "(hidden)"

// Explain tells every setting, its value in force and where it came from, whether or not
// the settings are sound. flags are as for Over.
func Explain(getenv func(string) string, flags map[string]string) []Value {
	loaded, err := Load(Over(getenv, flags))
	var out []Value
	for _, s := range Table() {
		v := Value{Setting: s.Name, Value: s.Default, From: "not set", What: s.Doc, Secret: s.Secret}
		if set := strings.TrimSpace(getenv(s.Name)); set != "" {
			v.Value, v.From = set, "environment"
		}
		if set := flags[s.Flag]; s.Flag != "" && set != "" {
			v.Value, v.From = set, "flag --"+s.Flag
		}
		if s.Name == URL && v.Value == "" && err == nil {
			v.Value = loaded.BaseURL
		}
		// sqlite is no secret, and the one word that support asks for.
		if s.Secret && v.Value != "" && v.Value != s.Default {
			v.Value = Hidden
		}
		out = append(out, v)
	}
	return out
}

// Warning is a hint about settings that are sound and unwise together.
type Warning struct {
	Setting string // the setting to look at first
	Say     string // message key
}

// Warnings looks at settings together, and at the folders they name. Nothing is refused.
func (c Config) Warnings() []Warning {
	var out []Warning
	warn := func(yes bool, setting, say string) {
		if yes {
			out = append(out, Warning{setting, say})
		}
	}
	open := c.TLS.Mode == "off" && !onlyHere(c.Listen)
	https := strings.HasPrefix(c.BaseURL, "https://")
	warn(open && !https, Listen, "config.warn_clear")
	warn(open && https, Listen, "config.warn_behind")
	warn(c.TLS.Mode == "off" && https && len(c.Proxy) == 0, Proxy, "config.warn_proxy")
	warn(c.Backups == "", Backup, "config.warn_backup_off")
	if c.Backups != "" {
		same, err := disk.Same(c.Dir, c.Backups)
		warn(c.SQLite() && (disk.Inside(c.Dir, c.Backups) || err == nil && same), Backup, "config.warn_backup_disk")
		warn(disk.Inside(c.Backups, c.KeyFile), KeyFile, "config.warn_key_backup")
	}
	warn(c.Key != "", Key, "config.warn_key_env")
	warn(c.Metrics != "" && !onlyHere(c.Metrics), Metrics, "config.warn_metrics")
	warn(c.Mail.Folder != "" && https, Mail, "config.warn_mail")
	warn(c.Mail.Folder == "" && c.Mail.Server.TLS == mail.Clear && !onlyHere(net.JoinHostPort(c.Mail.Server.Host, "25")), Mail, "config.warn_mail_clear")
	if info, err := os.Stat(filepath.Clean(c.Dir)); err == nil && runtime.GOOS != "windows" {
		warn(info.Mode().Perm()&0o077 != 0, Dir, "config.warn_dir")
	}
	return out
}

// onlyHere says whether only this machine reaches an address.
func onlyHere(at string) bool {
	host, _, err := net.SplitHostPort(at)
	if err != nil {
		return false
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

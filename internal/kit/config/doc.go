// Package config reads the settings of a house from the environment and from flags.
//
// There is one table of settings (Table); Load reads exactly those, checks them all and
// answers with every problem at once, as an invalid fault whose fields are named after
// the settings. No value of a secret setting is in any fault.
package config

import (
	"embed"
	"io/fs"
	"os"

	"plait/internal/kit/lang"
)

//go:embed words/*.json
var words embed.FS

// Words gives the words of this package's faults, to be put in the catalogue.
func Words() lang.Source {
	sub, err := fs.Sub(words, "words")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return lang.Source{Name: "config", FS: sub}
}

// Setting is one line of the table.
type Setting struct {
	Name    string // the environment variable, such as PLAIT_LISTEN
	Flag    string // the flag that comes before it, without its dashes; empty when there is none
	Default string // what counts when it is not set; may be empty
	Doc     string // what it is for, in a sentence or two
	Secret  bool   // its value is never shown
}

// The names of the settings.
const (
	Dir          = "PLAIT_DIR"
	DB           = "PLAIT_DB"
	Listen       = "PLAIT_LISTEN"
	URL          = "PLAIT_URL"
	TLS          = "PLAIT_TLS"
	TLSCert      = "PLAIT_TLS_CERT"
	TLSKey       = "PLAIT_TLS_KEY"
	Proxy        = "PLAIT_PROXY"
	Mail         = "PLAIT_MAIL"
	MailFrom     = "PLAIT_MAIL_FROM"
	MailPassword = "PLAIT_MAIL_PASSWORD"
	Key          = "PLAIT_KEY"
	LeaveURL     = "PLAIT_LEAVE_URL"
	Zone         = "PLAIT_ZONE"
	Log          = "PLAIT_LOG"
	Backup       = "PLAIT_BACKUP"
	BackupHours  = "PLAIT_BACKUP_HOURS"
	KeyFile      = "PLAIT_KEY_FILE"
	Metrics      = "PLAIT_METRICS"
)

// Table is every setting, in the order of the documentation.
func Table() []Setting {
	return []Setting{
		{Dir, "dir", "plait-data", "The folder that holds the installation: its database, its files and its key.", false},
		{DB, "db", "sqlite", "The database: sqlite, kept in the folder, or an address such as postgres://user@host/name.", true},
		{Listen, "listen", "127.0.0.1:8080", "The address and port that the server answers on. Port 0 takes a free one.", false},
		{URL, "url", "", "The address that people type, such as https://plait.example.org. When it is not set, it is made from the address that the server answers on.", false},
		{TLS, "tls", "off", "How pages are kept private: off, self (a certificate made here), acme (one fetched for the name in PLAIT_URL) or files.", false},
		{TLSCert, "tls-cert", "", "The file with the certificate, when PLAIT_TLS is files.", false},
		{TLSKey, "tls-key", "", "The file with the certificate's key, when PLAIT_TLS is files.", false},
		{Proxy, "proxy", "", "The addresses of the proxies in front of the server, parted by commas, such as 127.0.0.1, 10.0.0.0/8. Only they may say where a visitor comes from.", false},
		{Mail, "mail", "folder:mail", "Where e-mail goes: folder:NAME writes files into a folder (inside PLAIT_DIR unless it begins with /). smtp://user@host:587?tls=starttls sends it; tls is starttls, tls or none, and ca names a certificate file to trust.", false},
		{MailFrom, "mail-from", "", "The address that e-mail comes from, such as Plait <plait@example.org>. Needed with smtp.", false},
		{MailPassword, "", "", "The password for the mail server.", true},
		{Key, "", "", "The installation key: 32 random bytes in base64. When it is not set, the key file in the folder is used.", true},
		{KeyFile, "", "plait.key", "The file that holds the installation key, inside PLAIT_DIR unless it begins with /. Keep it apart from backups.", false},
		{LeaveURL, "leave-url", "https://www.bbc.co.uk/weather", "The page that Leave now opens.", false},
		{Zone, "zone", "Europe/London", "The time zone in which days begin and end, by its IANA name.", false},
		{Backup, "", "backup", "The folder of backups, inside PLAIT_DIR unless it begins with /. Name a folder on another disk. off makes none.", false},
		{BackupHours, "", "24", "How many hours pass between two backups, from 1 to 720.", false},
		{Log, "log", "info", "How much is written to the log: debug, info, warn or error.", false},
		{Metrics, "", "off", "An address and port of its own, such as 127.0.0.1:9090, where Prometheus reads how the program does. off opens none.", false},
	}
}

// Over reads settings from flags before getenv. flags are keyed by Setting.Flag; an
// empty value counts as not given.
func Over(getenv func(string) string, flags map[string]string) func(string) string {
	byName := map[string]string{}
	for _, s := range Table() {
		if s.Flag != "" && flags[s.Flag] != "" {
			byName[s.Name] = flags[s.Flag]
		}
	}
	return func(name string) string {
		if v, ok := byName[name]; ok {
			return v
		}
		return getenv(name)
	}
}

// Environment reads a variable of the process: the one place that does.
func Environment(name string) string { return os.Getenv(name) }

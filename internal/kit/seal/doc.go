// Package seal keeps the installation key and does with it what a house needs:
// marks (HMAC) of codes that must not be stored, and sealed bytes (AES-256-GCM)
// for backups and files.
//
// The key is 32 random bytes. It comes from the environment (PLAIT_KEY) or from
// the file plait.key in the house's folder, which only its owner may read. Each
// purpose has its own subkeys, derived by HKDF-SHA256 (RFC 5869), so a mark made
// for one purpose says nothing about another.
//
// The key is kept apart from backups. Whoever loses it loses every sealed backup.
package seal

import (
	"embed"
	"io/fs"

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
	return lang.Source{Name: "seal", FS: sub}
}

// Package blob keeps files of records: a picture, a recording, a form that was signed.
//
// A file comes in under an id of its own, in sealed chunks of 1 MiB, each its own short
// transaction. Keep gives it to one record; it is never shared between records. What no
// record was given within a day is swept.
//
// A large file may also come chunk by chunk, each in a request of its own (Begin, Put,
// Whole), from a sender who goes away and comes back: what was acknowledged stays. What it
// must not tell, such as the place where it was recorded, is overwritten before it is
// whole.
//
// Each file has a key of its own. The key is stored sealed with the installation key
// (kit/seal), beside the file's name, size and kind. The chunks are sealed with the
// file's key, each for its place, so that they cannot be changed, cut or put in another
// order unseen. To drop a file is to drop its key: what it held can be read no more from
// that moment, and the chunks themselves go a little later.
//
// A file's hash is SHA-256 of its sealed bytes: a copy is checked by it without any key.
// Its mark is an HMAC of its plain bytes under the installation key: a second copy of the
// same file is noticed by it, and it tells nothing to others.
//
// Both engines hold chunks as rows, so that files are in the same transactions and the
// same backup as the records they belong to.
//
// Tables: blob_file, blob_chunk.
package blob

import (
	"embed"
	"io/fs"

	"plait/internal/kit/lang"
)

// Migrations makes blob_file and blob_chunk.
//
//go:embed sql/*.sql
var Migrations embed.FS

//go:embed words/*.json
var words embed.FS

// Words gives the words of this package's faults, to be put in the catalogue.
func Words() lang.Source {
	sub, err := fs.Sub(words, "words")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return lang.Source{Name: "blob", FS: sub}
}

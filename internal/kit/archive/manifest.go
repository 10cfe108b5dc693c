package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strings"

	"plait/internal/kit/db"
)

// Format is the version of this format. A reader takes its own and older ones.
const Format = 1

// kind is what the manifest calls an archive of this sort.
const kind = "plait archive"

// The names of the single entries, and the folders of the others.
const (
	readmeName   = "README.txt"
	schemaName   = "schema.json"
	manifestName = "manifest.json"
	tablesDir    = "tables/"
	filesDir     = "files/"
	readDir      = "read/"
)

// Manifest says what an archive holds. It is the last entry but counts for all of it.
type Manifest struct {
	Kind      string  `json:"kind"`      // always "plait archive"
	Format    int     `json:"format"`    // see Format
	Version   string  `json:"version"`   // of the program that made it
	Migration int64   `json:"migration"` // the last change of the tables that it knew
	Made      string  `json:"made"`      // RFC 3339, UTC
	MadeAt    int64   `json:"made_at"`   // microseconds since 1970
	Programme string  `json:"programme"` // id
	Title     string  `json:"title"`     // of the programme
	KeyMark   string  `json:"key_mark"`  // tells whether two installations share a key; nothing of the key
	Tables    []Note  `json:"tables"`
	Files     []File  `json:"files"`
	Entries   []Entry `json:"entries"` // every entry but this one
}

// Note is what is said of one table.
type Note struct {
	Name    string   `json:"name"`
	Rows    int64    `json:"rows"`
	Sum     string   `json:"sum"`     // sum, modulo 2^256, of the SHA-256 of each row; see docs/archive.md
	Columns []string `json:"columns"` // in the order of the lines
}

// File is one file of a record.
type File struct {
	ID     string `json:"id"`
	Record string `json:"record"` // id of what it belongs to
	Name   string `json:"name"`   // as it came in
	Media  string `json:"media"`  // such as "image/jpeg"
	At     int64  `json:"at"`     // when it came in, microseconds since 1970
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // of its bytes
	Entry  string `json:"entry"`  // its name in the archive
}

// Entry is one entry of the zip.
type Entry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // unpacked bytes
	SHA256 string `json:"sha256"` // of the unpacked bytes
}

// Rows is how many rows there are in all tables.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// Bytes is how many bytes there are unpacked, the manifest left out.
func (m Manifest) Bytes() (n int64) {
	for _, e := range m.Entries {
		n += e.Size
	}
	return n
}

// Table finds what is said of a table; ok is false when it is not in the archive.
func (m Manifest) Table(name string) (Note, bool) {
	for _, t := range m.Tables {
		if t.Name == name {
			return t, true
		}
	}
	return Note{}, false
}

// Part is t with only the columns that a manifest names for it: what its sum is of.
func (n Note) Part(t db.Table) db.Table {
	out := t
	out.Columns = nil
	for _, c := range t.Columns {
		for _, name := range n.Columns {
			if c.Name == name {
				out.Columns = append(out.Columns, c)
			}
		}
	}
	return out
}

// counted counts and hashes what goes through it.
type counted struct {
	to   io.Writer
	hash hash.Hash
	n    int64
}

func count(to io.Writer) *counted { return &counted{to: to, hash: sha256.New()} }

// Write passes bytes on.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.hash.Write(p[:n])
	c.n += int64(n)
	return n, err
}

func (c *counted) sum() string { return hex.EncodeToString(c.hash.Sum(nil)) }

// plainName is a file's name for every system's unzip: letters, figures, dot, dash and
// underscore of ASCII, at most 80; others become a dash.
func plainName(name string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_':
			b.WriteRune(r)
		default:
			b.WriteByte('-')
		}
		if b.Len() == 80 {
			break
		}
	}
	out := strings.Trim(b.String(), ".-")
	if out == "" {
		return "file"
	}
	return out
}

// Package archive writes and reads a programme as one zip that needs nothing but an unzip
// and a text editor.
//
// It holds, in this order:
//
//	README.txt            what this is and how to read it, in plain English
//	tables/NAME.jsonl     one table: one JSON object a line, by its key
//	files/RECORD/FILE-NAME the files of records, as they came in
//	read/...              the same in plain text, to be read by people
//	schema.json           JSON Schema (draft 2020-12) of the lines of each table
//	manifest.json         what must be here: rows, sums, sizes and hashes
//
// The package knows tables (kit/db) and files and nothing of care. It writes and reads
// as a stream: what is held in memory is the list of entries and one line.
//
// A reader trusts nothing. Names that leave their folder, entries that are there twice,
// links, sizes that are not those of the manifest and compression beyond what honest
// text reaches are refused before anything is unpacked; Check then reads every byte and
// compares its hash, and stores nothing.
package archive

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
	return lang.Source{Name: "archive", FS: sub}
}

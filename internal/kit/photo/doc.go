// Package photo makes a picture safe to keep.
//
// A picture is read and written again as a JPEG of its own, so that nothing but its dots
// goes on: no place, time, camera, name, comment or colour profile, and nothing that was
// hidden behind its end. It is turned the way the camera was held, and made smaller.
// Nothing looks at what it shows: no faces are searched for.
//
// JPEG, PNG, GIF (its first frame), TIFF (its first page) and WebP are read. What a
// picture would take to read is worked out from its head first: one of too many dots, too
// much memory or too many passes is refused before anything is read. HEIC is refused with
// words of its own: no reader of it works without files to write to, which whoever reads
// what people send may not do. Owner of golang.org/x/image.
//
// Make is for one picture at a time: each may take up to 400 MiB and more. Task is the
// work of a process of its own, Apart starts it, and a Line has one picture read after
// the other.
package photo

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
	return lang.Source{Name: "photo", FS: sub}
}

// Package media tells what a recording or a film is, and where it holds what nobody
// meant to send: the place it was recorded, the device, names, dates.
//
// It goes by content alone: WAV, MP3, AAC, MP4 and its kin (M4A, MOV, 3GP), Ogg (Opus,
// Vorbis, FLAC, Theora), WebM and Matroska, FLAC. It reads the heads of parts and steps
// over sounds and pictures, so that memory does not grow with the file. Nothing is
// decoded. Sizes and depths that a file claims are never believed: each is held against
// the file, and the number of steps is limited.
//
// Read gives spans: ranges to overwrite, in place and without changing the length, so that
// every place in the file that points to another still does. What is blanked:
//
//   - MP4 and kin: all of moov but what plays (udta with ©xyz and loci, meta with Apple's
//     keys, uuid with XMP), unknown boxes beside moov, the times of making, and whole tracks
//     of measurements (a camera's own GPS track) with their samples;
//   - MP3: ID3v2 and ID3v1 tags, and an APE tag at the end;
//   - WAV: every chunk but fmt, fact and data;
//   - FLAC: comments, pictures, application blocks and cue sheets;
//   - Ogg: the comments of every stream, with the sums of their pages made anew;
//   - Matroska: Tags, Attachments, Title, DateUTC and the names of files.
//
// A place that is spoken, shown, or written into subtitles stays: nothing here looks at
// what a recording says.
//
// Sources: ISO/IEC 14496-12, QuickTime File Format, ID3v2.4 and 2.3, RFC 3533 (Ogg),
// RFC 7845 (Opus), RFC 9559 (Matroska), RFC 9639 (FLAC), ISO/IEC 11172-3 (MP3).
package media

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
	return lang.Source{Name: "media", FS: sub}
}

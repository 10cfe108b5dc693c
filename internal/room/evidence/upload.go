package evidence

import (
	"plait/internal/kit/document"
	"plait/internal/kit/fault"
	"plait/internal/kit/media"
	"plait/internal/kit/photo"
	"plait/internal/spine/ref"
	"slices"
)

// The most bytes of one file that belongs to a contribution.
const (
	MaxUpload   = 2 << 30        // of a recording or a film
	MaxPicture  = photo.MaxBytes // of a picture, as it is sent
	MaxDocument = 32 << 20
)

// headSize is how much of a file tells its kind.
const headSize = 512

// UploadIn begins a file that comes in chunks. The same key of the same person is the same
// file, days later too.
type UploadIn struct {
	Project string `json:"project"`
	Key     string `json:"key"`
	Name    string `json:"name"`
	Size    int64  `json:"size"` // in bytes
}

// UploadOut says how far a file is.
type UploadOut struct {
	ID    string `json:"id"`
	At    int64  `json:"at"`    // bytes that are here
	Chunk int64  `json:"chunk"` // bytes of each chunk but the last
	State string `json:"state"` // coming, whole or used
}

// WholeOut is a file that is here.
type WholeOut struct {
	ID    string `json:"id"`
	Kind  string `json:"kind"`
	Media string `json:"media"`
	MS    int64  `json:"ms"`
	Same  *Same  `json:"same,omitempty"` // the same file came before
}

// Same is a contribution that holds the same bytes.
type Same struct {
	Ref   ref.Ref `json:"ref"`
	Title string  `json:"title"`
}

// kindOf is the kind of medium that a file's first bytes tell: Picture, Sound for every
// recording and film, or Document for all else, which is looked at when it is here.
func kindOf(head []byte) string {
	switch {
	case photo.Sniff(head) != "":
		return Picture
	case media.Sniff(head) != "":
		return Sound
	}
	return Document
}

// mostOf is how large a file of a kind may be.
func mostOf(kind string) int64 {
	switch kind {
	case Picture:
		return MaxPicture
	case Document:
		return MaxDocument
	}
	return MaxUpload
}

// bigFault says how large a file of a kind may be.
func bigFault(kind string) error {
	if kind == Picture {
		return photo.Refusal("photo.too_big")
	}
	return fault.New(fault.TooBig, "evidence.upload_big", "Most", mostOf(kind)>>20).With("evidence.upload_big_do")
}

// misfit says, by its first bytes, why a file of so many bytes cannot be taken; nil when
// that is for the whole of it to tell.
func misfit(head []byte, name string, size int64) error {
	kind := kindOf(head)
	if size > mostOf(kind) {
		return bigFault(kind)
	}
	if kind == Document && slices.Contains([]string{document.Unknown, document.HTML, document.SVG, document.Packed}, document.Sniff(head, name)) {
		return fault.New(fault.Invalid, "evidence.upload_kind").With("evidence.upload_kind_do")
	}
	return nil
}

// documentMedia is the media type of a document that may belong to a contribution. What is
// shown as a page of the web, or runs, is none.
func documentMedia(b []byte, name string) (string, error) {
	switch format := document.Sniff(b, name); format {
	case document.PDF, document.DOCX, document.ODT, document.EML, document.Markdown:
		return mediaType(format), nil
	case document.Text:
		return "text/plain", nil
	case document.RTF:
		return "application/rtf", nil
	case document.XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", nil
	case document.ODS:
		return "application/vnd.oasis.opendocument.spreadsheet", nil
	case document.HEIC:
		return "", photo.Refusal("photo.heic")
	case document.SVG:
		return "", photo.Refusal("photo.svg")
	case document.Picture:
		return "", photo.Refusal("photo.not_one")
	}
	return "", fault.New(fault.Invalid, "evidence.upload_kind").With("evidence.upload_kind_do")
}

// of fills in what a recording tells of itself.
func (u *upload) of(i media.Info) {
	u.Kind, u.Media, u.Width, u.Height, u.MS = Sound, i.Media, i.Width, i.Height, i.MS
	if i.Video {
		u.Kind = Video
	}
}

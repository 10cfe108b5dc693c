package document

import (
	"bytes"
	"encoding/binary"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// headSize is how much of a file is looked at where its head tells what it is.
const headSize = 1 << 16

// Sniff names the format of a file by its content. name only helps to tell Markdown from
// other text. Empty bytes are Text. b should be the whole file: zips keep their list of
// contents at the end, and some films say only there whether they have pictures.
func Sniff(b []byte, name string) string {
	switch {
	case hasAny(b, "PK\x03\x04", "PK\x05\x06", "PK\x07\x08"):
		return sniffZip(b)
	case hasAny(b, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
		return OldOffice
	}
	for _, look := range []func([]byte) string{sniffMarked, sniffMedia} {
		if f := look(b); f != "" {
			return f
		}
	}
	return sniffText(b, name)
}

func hasAny(b []byte, starts ...string) bool {
	return slices.ContainsFunc(starts, func(s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s })
}

// sniffMarked knows files by the mark at their start.
func sniffMarked(b []byte) string {
	switch {
	case isPDF(b):
		return PDF
	case hasAny(b, "{\\rtf"):
		return RTF
	case hasAny(b, "\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF87a", "GIF89a"):
		return Picture
	case hasAny(b, "BM") && len(b) > 26 && binary.LittleEndian.Uint32(b[6:]) == 0 && binary.LittleEndian.Uint32(b[14:]) <= 124:
		return Picture
	case hasAny(b, "II*\x00", "MM\x00*", "II+\x00", "MM\x00+"):
		return TIFF
	case hasAny(b, "7z\xbc\xaf\x27\x1c", "\x1f\x8b", "Rar!\x1a\x07", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "MSCF\x00\x00"):
		return Packed
	case hasAny(b, "BZh") && len(b) > 10 && string(b[4:10]) == "1AY&SY":
		return Packed
	case len(b) > 262 && string(b[257:262]) == "ustar":
		return Packed
	}
	return ""
}

// isPDF allows what some printers write before the mark (ISO 32000-1, annex H.3.4.1).
func isPDF(b []byte) bool {
	head := b[:min(len(b), 1024)]
	i := bytes.Index(head, []byte("%PDF-"))
	return i == 0 || i > 0 && (len(bytes.TrimSpace(bytes.TrimPrefix(head[:i], []byte("\xef\xbb\xbf")))) == 0 || bytes.Contains(b, []byte("startxref")))
}

// sniffMedia knows sound and film.
func sniffMedia(b []byte) string {
	switch {
	case hasAny(b, "RIFF") && len(b) >= 12:
		switch string(b[8:12]) {
		case "WEBP":
			return Picture
		case "AVI ":
			return Video
		}
		return Sound
	case len(b) >= 12 && slices.Contains([]string{"ftyp", "moov", "mdat", "wide"}, string(b[4:8])):
		return sniffBoxes(b)
	case hasAny(b, "\x1aE\xdf\xa3"): // Matroska and WebM
		head := b[:min(len(b), 1<<20)]
		if slices.ContainsFunc([]string{"V_VP", "V_AV1", "V_MP", "V_MS", "V_MJ", "V_TH", "V_UN"}, func(c string) bool { return bytes.Contains(head, []byte(c)) }) ||
			!bytes.Contains(head, []byte("A_")) {
			return Video
		}
		return Sound
	case hasAny(b, "OggS"):
		if bytes.Contains(b[:min(len(b), headSize)], []byte("\x80theora")) {
			return Video
		}
		return Sound
	case hasAny(b, "ID3", "fLaC", "#!AMR", "caff\x00", "ADIF"), hasAny(b, "FORM") && len(b) >= 12 && hasAny(b[8:], "AIFF", "AIFC"):
		return Sound
	case isFrames(b):
		return Sound
	case hasAny(b, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"): // Windows Media
		if bytes.Contains(b[:min(len(b), headSize)], []byte("\xc0\xef\x19\xbc\x4d\x5b\xcf\x11")) {
			return Video
		}
		return Sound
	case hasAny(b, "\x00\x00\x01\xba", "\x00\x00\x01\xb3", "FLV\x01"):
		return Video
	case len(b) > 376 && b[0] == 0x47 && b[188] == 0x47 && b[376] == 0x47: // MPEG transport stream
		return Video
	}
	return ""
}

// sniffBoxes tells pictures, sound and film of the ISO base media format (ISO/IEC
// 14496-12) apart: by the brand, then by whether any track is of pictures.
func sniffBoxes(b []byte) string {
	if string(b[4:8]) == "ftyp" {
		end := min(int(min(binary.BigEndian.Uint32(b), 1<<12)), len(b))
		for i := 8; i+4 <= end; i += 4 {
			if i != 12 && slices.Contains([]string{"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", "avif", "avis"}, string(b[i:i+4])) {
				return HEIC
			}
		}
		if hasAny(b[8:], "M4A ", "M4B ", "M4P ", "F4A ") {
			return Sound
		}
	}
	sound := false
	for rest := b; ; {
		i := bytes.Index(rest, []byte("hdlr"))
		if i < 0 || i+16 > len(rest) {
			break
		}
		switch string(rest[i+12 : i+16]) {
		case "vide":
			return Video
		case "soun":
			sound = true
		}
		rest = rest[i+4:]
	}
	if sound {
		return Sound
	}
	return Video
}

// isFrames knows MP3 and AAC without a head by two frames in a row (ISO/IEC 11172-3,
// 2.4.1; ISO/IEC 13818-7, 6.2).
func isFrames(b []byte) bool {
	n := frame(b)
	return n > 0 && n < len(b) && frame(b[n:]) > 0
}

// frame is how long the frame at the start of b is, or 0.
func frame(b []byte) int {
	if len(b) < 7 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return 0
	}
	if b[1]&0xf6 == 0xf0 { // ADTS
		if n := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5; n >= 7 {
			return n
		}
		return 0
	}
	version, layer, rate, hertz := b[1]>>3&3, b[1]>>1&3, b[2]>>4, b[2]>>2&3
	if version == 1 || layer != 1 || rate == 0 || rate == 15 || hertz == 3 {
		return 0
	}
	kbits := []int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}[rate]
	hz, per := []int{44100, 48000, 32000}[hertz], 144
	if version != 3 {
		kbits = []int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}[rate]
		hz, per = hz/2, 72
		if version == 0 {
			hz /= 2
		}
	}
	return per*kbits*1000/hz + int(b[2]>>1&1)
}

// sniffZip looks into a zip: an OpenDocument says what it is in its first entry, an
// Office file in its list of content types.
func sniffZip(b []byte) string {
	a, err := OpenArchive(b)
	if err != nil {
		return sniffBroken(b)
	}
	if mime, _ := a.small("mimetype", 256); mime != "" {
		switch mime = strings.TrimSpace(mime); {
		case strings.HasPrefix(mime, "application/vnd.oasis.opendocument.text"):
			return ODT
		case strings.HasPrefix(mime, "application/vnd.oasis.opendocument.spreadsheet"):
			return ODS
		case strings.HasPrefix(mime, "application/vnd."):
			return OldOffice
		}
	}
	types, ok := a.small("[Content_Types].xml", 1<<20)
	if !ok && !a.Has("[Content_Types].xml") {
		return Zip
	}
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(types, p) })
	}
	switch {
	case has("wordprocessingml.document.main", "wordprocessingml.template.main", "ms-word.document.macroEnabled.main", "ms-word.template.macroEnabledTemplate.main"):
		return DOCX
	case has("spreadsheetml.sheet.main", "spreadsheetml.template.main", "ms-excel.sheet.macroEnabled.main", "ms-excel.template.macroEnabled.main"):
		return XLSX
	case has("presentationml", "ms-excel.sheet.binary", "ms-visio"):
		return OldOffice
	case a.Has("word/document.xml"):
		return DOCX
	case a.Has("xl/workbook.xml"):
		return XLSX
	}
	return Zip
}

// sniffBroken names a zip whose list of contents cannot be read.
func sniffBroken(b []byte) string {
	first := string(b[:min(len(b), 4096)])
	switch {
	case strings.Contains(first, "mimetypeapplication/vnd.oasis.opendocument.text"):
		return ODT
	case strings.Contains(first, "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"):
		return ODS
	case bytes.Contains(b, []byte("word/document.xml")):
		return DOCX
	case bytes.Contains(b, []byte("xl/workbook.xml")):
		return XLSX
	}
	return Zip
}

// sniffText tells kinds of text apart, and text from what is none.
func sniffText(b []byte, name string) string {
	head := b[:min(len(b), headSize)]
	s, _, _ := text.Decode(head)
	if scrambled(s) {
		return Unknown
	}
	switch tag := firstTag(s); {
	case tag == "svg":
		return SVG
	case slices.Contains([]string{"!doctype html", "html", "head", "body", "title", "meta", "table", "div", "p", "h1", "h2", "ul", "ol", "span", "style", "article", "section", "main", "br", "b", "font"}, tag):
		return HTML
	}
	if isMail(s) {
		return EML
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd":
		return Markdown
	}
	return Text
}

// scrambled says that letters are none in any encoding we know: more than one in a
// hundred is a control character that no text holds, or stands for bytes that fit nothing.
func scrambled(s string) bool {
	odd, all := 0, 0
	for _, r := range s {
		all++
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != '\v' && r != 0x1a || r == utf8.RuneError {
			odd++
		}
	}
	return odd*100 > all
}

var tagName = regexp.MustCompile(`^<(!doctype\s+[a-z]+|[a-z][a-z0-9]*:?[a-z0-9]*)[\s/>]`)

// firstTag is the name of the element a text begins with, in small letters, after what
// may stand before it; "" when it begins with none.
func firstTag(s string) string {
	s = strings.TrimPrefix(s, "\ufeff")
	for range 100 {
		s = strings.TrimSpace(s)
		switch {
		case strings.HasPrefix(s, "<?"):
			_, s, _ = strings.Cut(s, ">")
			continue
		case strings.HasPrefix(s, "<!--"):
			_, s, _ = strings.Cut(s, "-->")
			continue
		}
		m := tagName.FindStringSubmatch(strings.ToLower(s[:min(len(s), 200)]))
		if m == nil {
			return ""
		}
		tag := strings.Join(strings.Fields(m[1]), " ")
		if strings.HasPrefix(tag, "!doctype") && tag != "!doctype html" {
			// <!DOCTYPE svg …>, with declarations of its own or without
			end := strings.Index(s, ">")
			if open := strings.Index(s, "["); open >= 0 && open < end {
				end = strings.Index(s, "]>") + 1
			}
			if end <= 0 {
				return strings.TrimPrefix(tag, "!doctype ")
			}
			s = s[end+1:]
			continue
		}
		return strings.TrimPrefix(tag, "svg:")
	}
	return ""
}

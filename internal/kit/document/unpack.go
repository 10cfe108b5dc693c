package document

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Unpack gives the files of a zip, and of the zips within it, one level deep. Folders,
// links and what a computer adds by itself (__MACOSX, .DS_Store, Thumbs.db) are left out;
// files with a password, damaged ones and zips within zips within zips are told. A file's
// name is the last part of its path, so that none can point to another place; "zip: " or
// "folder: " stands before it where it came from a zip within, or would be there twice. The error
// is a *Refusal: a damaged zip, more than MaxFiles, more than MaxUnpack, or one that
// unpacks to more than MaxRatio times its size.
func Unpack(b []byte) ([]File, []Problem, error) {
	u := &unpacker{left: MaxUnpack, seen: map[string]bool{}}
	if err := u.zip(b, "", 0); err != nil {
		return nil, nil, AsRefusal(err)
	}
	if len(u.files) == 0 && len(u.problems) == 0 {
		return nil, nil, Refuse("document.empty")
	}
	return u.files, u.problems, nil
}

type unpacker struct {
	files    []File
	seen     map[string]bool // names in use
	problems []Problem
	left     int64
}

func (u *unpacker) tell(place, reason string) {
	if len(u.problems) < maxTold {
		u.problems = append(u.problems, Problem{Place: place, Reason: reason})
	}
}

func (u *unpacker) zip(b []byte, within string, level int) error {
	a, err := OpenArchive(b)
	if err != nil {
		return err
	}
	for _, f := range a.files {
		name, folder, ok := entryName(f)
		if !ok {
			continue
		}
		if within != "" {
			name = within + ": " + name
		}
		if u.seen[name] && folder != "" {
			name = folder + ": " + name
		}
		mode := f.Mode()
		switch {
		case f.Flags&1 != 0:
			u.tell(name, "This file has a password. Pack it again without one.")
			continue
		case mode.IsDir() || strings.HasSuffix(f.Name, "/") || strings.HasSuffix(f.Name, "\\"):
			continue
		case !mode.IsRegular():
			u.tell(name, "This is only a link to another file. It was left out.")
			continue
		}
		if err := u.file(f, name, level); err != nil {
			return err
		}
	}
	return nil
}

// file unpacks one entry.
func (u *unpacker) file(f *zip.File, name string, level int) error {
	r, err := f.Open()
	if err != nil {
		u.tell(name, "This file is packed in a way we cannot open.")
		return nil
	}
	defer r.Close()
	content, err := io.ReadAll(&limited{r: r, packed: int64(f.CompressedSize64), most: u.left, from: 1 << 20})
	switch {
	case errors.Is(err, errPart):
		return Refuse("document.too_much", "MB", MaxUnpack>>20)
	case errors.Is(err, errBomb):
		return err
	case err != nil:
		u.tell(name, "This file is damaged. It was left out.")
		return nil
	}
	u.left -= int64(len(content))
	if Sniff(content, name) == Zip {
		if level > 0 {
			u.tell(name, "This is a zip within a zip within a zip. Bring it in by itself.")
			return nil
		}
		err := u.zip(content, path.Base(name), level+1)
		if r := Refused(err); r != nil && r.Say == "document.damaged" {
			u.tell(name, "This zip is damaged. It was left out.")
			return nil
		}
		return err
	}
	if len(u.files) == MaxFiles {
		return Refuse("document.too_many", "Most", MaxFiles)
	}
	first := name
	for n := 2; u.seen[name]; n++ {
		name = fmt.Sprintf("%d: %s", n, first)
	}
	u.seen[name] = true
	u.files = append(u.files, File{Name: name, Bytes: content})
	return nil
}

// entryName is the last part of an entry's name in UTF-8, and the folder it is in; ok is false for what nobody put
// there by hand. A name that is not marked as UTF-8 and is not UTF-8 is in the letters of
// the first PCs, code page 437 (APPNOTE.TXT, appendix D).
func entryName(f *zip.File) (name, folder string, ok bool) {
	name = f.Name
	if f.NonUTF8 && !utf8.ValidString(name) {
		name = oldName(name)
	}
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == '\\' })
	if len(parts) == 0 {
		return "", "", false
	}
	if slices.Contains(parts, "__MACOSX") {
		return "", "", false
	}
	name = safeName(parts[len(parts)-1])
	if len(parts) > 1 && parts[len(parts)-2] != ".." {
		folder = safeName(parts[len(parts)-2])
	}
	switch {
	case name == ".DS_Store", strings.EqualFold(name, "Thumbs.db"), strings.EqualFold(name, "desktop.ini"), strings.HasPrefix(name, "~$"), strings.HasPrefix(name, "._"):
		return "", "", false
	}
	return name, folder, true
}

// safeName is a file's name without what could be taken for a place or a command of a
// screen, at most 200 bytes.
func safeName(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '/' || r == '\\' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if ext := path.Ext(s); len(s) > 200 {
		if len(ext) > 20 {
			ext = ""
		}
		s = strings.ToValidUTF8(s[:200-len(ext)], "") + ext
	}
	if s == "" || s == "." || s == ".." {
		return "file"
	}
	return s
}

// oldName reads a name in code page 437.
func oldName(s string) string {
	const high = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"
	letters := []rune(high)
	var out strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x80 {
			out.WriteByte(c)
		} else {
			out.WriteRune(letters[c-0x80])
		}
	}
	return out.String()
}

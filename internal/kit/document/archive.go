package document

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
)

// ratioFrom is from how many bytes the ratio of a document's part counts. Words that
// repeat pack very well, and what is smaller does no harm.
const ratioFrom = 16 << 20

var (
	errBomb = errors.New("document: unpacks to too much")
	errPart = errors.New("document: a part is too large")
)

// Archive is a zipped document.
type Archive struct {
	byName map[string]*zip.File
	files  []*zip.File
}

// OpenArchive reads the list of contents of a zip. Of two entries of one name the first counts.
func OpenArchive(b []byte) (*Archive, error) {
	if bytes.Count(b, []byte("PK\x01\x02")) > 5*MaxEntries {
		return nil, Refuse("document.bomb")
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, Refuse("document.damaged").Because(err)
	}
	if len(z.File) > MaxEntries {
		return nil, Refuse("document.bomb")
	}
	a := &Archive{byName: make(map[string]*zip.File, len(z.File)), files: z.File}
	for _, f := range z.File {
		if a.byName[f.Name] == nil {
			a.byName[f.Name] = f
		}
	}
	return a, nil
}

// Part opens one part of a document, of which most bytes may be read. It is nil, without
// an error, when there is none of that name.
func (a *Archive) Part(name string, most int64) (io.ReadCloser, error) {
	f := a.byName[name]
	switch {
	case f == nil:
		return nil, nil
	case f.Flags&1 != 0:
		return nil, Refuse("document.locked")
	}
	r, err := f.Open()
	if err != nil {
		return nil, Refuse("document.damaged").Because(err)
	}
	return &limited{r: r, packed: int64(f.CompressedSize64), most: most, from: ratioFrom}, nil
}

// limited reads what is unpacked until it is too much: by size, or against what it was
// packed into.
type limited struct {
	r                        io.ReadCloser
	read, packed, most, from int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.read += int64(n)
	switch {
	case l.read > l.most:
		return 0, errPart
	case l.read > l.from && l.read > l.packed*MaxRatio:
		return 0, errBomb
	}
	return n, err
}

func (l *limited) Close() error { return l.r.Close() }

// small reads an entry of at most so many bytes; ok says that it is there and can be read.
func (a *Archive) small(name string, most int64) (string, bool) {
	f := a.byName[name]
	if f == nil || f.Flags&1 != 0 {
		return "", false
	}
	r, err := f.Open()
	if err != nil {
		return "", false
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, most))
	return string(b), err == nil
}

func (a *Archive) Has(name string) bool { return a.byName[name] != nil }

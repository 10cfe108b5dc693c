package archive

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

// Limits is what a reader takes.
type Limits struct {
	Entries  int   // entries at most
	Bytes    int64 // unpacked bytes at most
	Ratio    int64 // unpacked bytes for each packed one at most, beyond the first 64 MiB
	Line     int64 // bytes of one line at most
	Manifest int64 // bytes of the manifest at most
}

// Usual is a million entries, a tebibyte, and more than text with an id in each line
// can be packed; a line of MostLine; a manifest of 512 MiB.
func Usual() Limits { return Limits{1_000_000, 1 << 40, 200, MostLine, 512 << 20} }

// MostLine is the most bytes of a line. A reader holds one a few times over.
const MostLine = 16 << 20

// free is how many unpacked bytes are taken whatever they were packed to.
const free = 64 << 20

// maxEntryName is the most bytes of an entry's name.
const maxEntryName = 400

// Reader reads one archive. Open has looked at its list alone; Check reads it all.
type Reader struct {
	m     Manifest
	files map[string]*zip.File
	notes map[string]Entry
	limit Limits
}

// Open looks at the list of an archive and its manifest, and unpacks nothing else. The
// faults: "archive.not" (no archive, or cut off), "archive.altered" (not what the
// manifest says), "archive.unsafe" (names, links, sizes), "archive.future" (of a newer
// format). size is the archive's length in bytes.
func Open(r io.ReaderAt, size int64, limit Limits) (*Reader, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, notOne(err)
	}
	out := &Reader{files: map[string]*zip.File{}, notes: map[string]Entry{}, limit: limit}
	if len(z.File) > limit.Entries {
		return nil, unsafe("%d entries", len(z.File))
	}
	folded := map[string]bool{}
	packed, unpacked := int64(0), int64(0)
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") && f.Mode().IsDir() && f.UncompressedSize64 == 0 && fs.ValidPath(strings.TrimSuffix(f.Name, "/")) {
			continue // some programs that pack again add the folders
		}
		if err := sound(f); err != nil {
			return nil, err
		}
		if key := strings.ToLower(f.Name); folded[key] {
			return nil, unsafe("an entry is there twice")
		} else {
			folded[key] = true
		}
		if f.CompressedSize64 > uint64(size) || f.UncompressedSize64 > uint64(limit.Bytes) {
			return nil, unsafe("an entry is larger than the archive or the limit")
		}
		packed, unpacked = packed+int64(f.CompressedSize64), unpacked+int64(f.UncompressedSize64)
		if packed > size || unpacked > limit.Bytes || unpacked > free && unpacked/limit.Ratio > packed {
			return nil, unsafe("%d bytes unpack to %d or more", size, unpacked)
		}
		out.files[f.Name] = f
	}
	if err := out.manifest(); err != nil {
		return nil, err
	}
	return out, out.matches()
}

// sound says what is wrong with an entry by its head alone.
func sound(f *zip.File) error {
	name := f.Name
	switch {
	case !fs.ValidPath(name) || len(name) > maxEntryName || strings.ContainsAny(name, "\\:\x00") || !utf8.ValidString(name):
		return unsafe("an entry's name leaves its folder")
	case !f.Mode().IsRegular():
		return unsafe("an entry is a link or no file")
	case f.Method != zip.Store && f.Method != zip.Deflate || f.Flags&1 != 0:
		return unsafe("an entry is packed in an unknown way")
	case f.Method == zip.Store && f.CompressedSize64 != f.UncompressedSize64:
		return unsafe("an entry's sizes do not agree")
	case !ours(name):
		return unsafe("an entry has a name that no archive has")
	}
	return nil
}

// ours says whether the writer makes an entry of this name.
func ours(name string) bool {
	if name == readmeName || name == schemaName || name == manifestName {
		return true
	}
	if rest, ok := strings.CutPrefix(name, filesDir); ok {
		record, file, ok := strings.Cut(rest, "/")
		return ok && record == plainName(record) && file != "" && !strings.Contains(file, "/")
	}
	if rest, ok := strings.CutPrefix(name, readDir); ok {
		return rest == plainName(rest) && (rest == "index.txt" || rest == "programme.txt" || strings.HasPrefix(rest, "project-"))
	}
	rest, ok := strings.CutPrefix(name, tablesDir)
	return ok && strings.HasSuffix(rest, ".jsonl") && !strings.Contains(rest, "/")
}

func (r *Reader) manifest() error {
	f, ok := r.files[manifestName]
	if !ok {
		return notOne(errors.New("there is no manifest"))
	}
	if f.UncompressedSize64 > uint64(r.limit.Manifest) {
		return unsafe("the manifest is too large")
	}
	in, err := f.Open()
	if err != nil {
		return notOne(err)
	}
	defer in.Close() //nolint:errcheck // only read
	d := json.NewDecoder(io.LimitReader(in, r.limit.Manifest))
	if err := d.Decode(&r.m); err != nil {
		return notOne(err)
	}
	// The rest is read so that its checksum is compared.
	if _, err := io.Copy(io.Discard, io.MultiReader(d.Buffered(), in)); err != nil {
		return altered(manifestName, err)
	}
	switch {
	case r.m.Kind != kind || r.m.Format < 1:
		return notOne(errors.New("the manifest is not one of ours"))
	case r.m.Format > Format:
		return Future(r.m)
	}
	return nil
}

// Future is the fault for an archive that a newer program made.
func Future(m Manifest) error {
	return fault.New(fault.Invalid, "archive.future", "Version", short(m.Version)).With("archive.future_do").
		Because(fmt.Errorf("format %d, migration %d", m.Format, m.Migration))
}

func short(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "")
	}
	return s
}

// matches compares the list with the manifest.
func (r *Reader) matches() error {
	for _, e := range r.m.Entries {
		f, ok := r.files[e.Name]
		switch {
		case !ok:
			return altered(e.Name, errors.New("it is in the manifest and not in the archive"))
		case e.Size < 0 || f.UncompressedSize64 != uint64(e.Size):
			return altered(e.Name, errors.New("its size is not that of the manifest"))
		case r.notes[e.Name] != Entry{}:
			return altered(e.Name, errors.New("it is in the manifest twice"))
		}
		r.notes[e.Name] = e
	}
	for name := range r.files {
		if _, ok := r.notes[name]; !ok && name != manifestName {
			return altered(name, errors.New("it is in the archive and not in the manifest"))
		}
	}
	seen := map[string]bool{}
	for _, t := range r.m.Tables {
		if _, ok := r.notes[tablesDir+t.Name+".jsonl"]; !ok || seen[t.Name] || t.Rows < 0 {
			return altered(t.Name, errors.New("the table is not in the archive as the manifest says"))
		}
		seen[t.Name] = true
	}
	for _, f := range r.m.Files {
		e, ok := r.notes[f.Entry]
		if !ok || !strings.HasPrefix(f.Entry, filesDir) || seen["file "+f.ID] || e.Size != f.Size || e.SHA256 != f.SHA256 || f.ID == "" || f.Record == "" {
			return altered(f.Entry, errors.New("the file is not in the archive as the manifest says"))
		}
		seen["file "+f.ID] = true
	}
	for name := range r.notes {
		if strings.HasPrefix(name, tablesDir) && !seen[strings.TrimSuffix(strings.TrimPrefix(name, tablesDir), ".jsonl")] {
			return altered(name, errors.New("the manifest says nothing of the table"))
		}
	}
	return nil
}

// Manifest is what the archive says it holds.
func (r *Reader) Manifest() Manifest { return r.m }

// Check reads every entry and compares its length and SHA-256 with the manifest. Of each
// of tables that the archive holds it reads the lines, and compares their number and sum. It
// stores nothing. told hears how many bytes were read, now and then; it may be nil.
func (r *Reader) Check(ctx context.Context, tables []db.Table, told func(done int64)) error {
	by := make(map[string]db.Table, len(tables))
	for _, t := range tables {
		by[tablesDir+t.Name+".jsonl"] = t
	}
	done := int64(0)
	for _, e := range r.m.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := error(nil)
		if t, ok := by[e.Name]; ok {
			err = r.checkTable(ctx, t)
		} else {
			err = r.checkEntry(e.Name)
		}
		if err != nil {
			return err
		}
		if done += e.Size; told != nil {
			told(done)
		}
	}
	return nil
}

func (r *Reader) checkEntry(name string) error {
	in, err := r.open(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return errors.Join(err, in.Close())
}

// checkTable compares what the lines of a table say with the manifest.
func (r *Reader) checkTable(ctx context.Context, t db.Table) error {
	if err := r.Fits(t); err != nil {
		return err
	}
	n, _ := r.m.Table(t.Name)
	part, sum, rows := n.Part(t), db.Sum{}, 0
	part.Key = nil // their order does not count
	if err := r.Rows(part, func(row []any) error {
		if rows++; rows%2000 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		sum.Add(part, row)
		return nil
	}); err != nil {
		return err
	}
	if sum.String() != n.Sum {
		return altered(t.Name, errors.New("its rows are not those of the manifest"))
	}
	return nil
}

// open opens an entry; reading to its end compares its hash.
func (r *Reader) open(name string) (io.ReadCloser, error) {
	f, ok := r.files[name]
	if !ok {
		return nil, altered(name, fs.ErrNotExist)
	}
	in, err := f.Open()
	if err != nil {
		return nil, altered(name, err)
	}
	e := r.notes[name]
	return &checked{in: in, entry: e, left: e.Size, hash: sha256.New()}, nil
}

// Open gives the bytes of a file. A reader that comes to the end without an error has
// read what the manifest names.
func (r *Reader) Open(f File) (io.ReadCloser, error) { return r.open(f.Entry) }

// Fits says whether a table of the archive can be read into t: every column that it has
// is one of t's.
func (r *Reader) Fits(t db.Table) error {
	n, ok := r.m.Table(t.Name)
	if !ok {
		return nil
	}
	for i, c := range n.Columns {
		if t.At(c) < 0 || slices.Index(n.Columns, c) != i {
			return fault.New(fault.Invalid, "archive.other").With("archive.other_do").Because(fmt.Errorf("archive: %s has no column %s", t.Name, c))
		}
	}
	for _, k := range t.Key {
		if !slices.Contains(n.Columns, k) {
			return fault.New(fault.Invalid, "archive.other").With("archive.other_do").Because(fmt.Errorf("archive: %s has no key %s", t.Name, k))
		}
	}
	return nil
}

// Rows gives the rows of a table as t has its columns, in the order of the lines. A
// column that the archive lacks takes the value of an empty one. The slice is f's to
// keep. A table that is not in the archive has no rows.
func (r *Reader) Rows(t db.Table, f func(row []any) error) error {
	n, ok := r.m.Table(t.Name)
	if !ok {
		return nil
	}
	in, err := r.open(tablesDir + t.Name + ".jsonl")
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read; what matters was read
	at := make(map[string]int, len(t.Columns))
	for i, c := range t.Columns {
		at[c.Name] = i
	}
	lines := bufio.NewReaderSize(in, 256<<10)
	var long []byte
	for rows := int64(0); ; {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			if long = append(long, line...); int64(len(long)) > r.limit.Line {
				return unsafe("a line of more than %d bytes", r.limit.Line)
			}
			continue
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		whole := line
		if len(long) > 0 {
			long = append(long, line...)
			whole = long
		}
		if len(whole) > 0 {
			row, bad := parseLine(whole, t, at)
			if bad != nil {
				return altered(t.Name, fmt.Errorf("line %d: %w", rows+1, bad))
			}
			rows++
			if bad := f(row); bad != nil {
				return bad
			}
		}
		long = long[:0]
		if err != nil {
			if rows != n.Rows {
				return altered(t.Name, fmt.Errorf("%d rows, the manifest says %d", rows, n.Rows))
			}
			return nil
		}
	}
}

// checked is an entry on its way out, never more of it than the manifest says.
type checked struct {
	in    io.ReadCloser
	entry Entry
	left  int64
	hash  interface {
		io.Writer
		Sum([]byte) []byte
	}
}

// Read gives the next bytes; a wrong hash or length is a fault instead of the end.
func (c *checked) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.in.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, altered(c.entry.Name, errors.New("it is longer than the manifest says"))
	}
	_, _ = c.hash.Write(p[:n])
	if err != nil && !errors.Is(err, io.EOF) {
		return n, altered(c.entry.Name, err)
	}
	if err != nil && (c.left != 0 || hex.EncodeToString(c.hash.Sum(nil)) != c.entry.SHA256) {
		return n, altered(c.entry.Name, errors.New("its bytes are not those of the manifest"))
	}
	return n, err
}

// Close closes the entry.
func (c *checked) Close() error { return c.in.Close() }

func notOne(why error) error {
	return fault.New(fault.Invalid, "archive.not").With("archive.not_do").Because(why)
}

// altered names the entry by its folder alone: a name may be someone's.
func altered(name string, why error) error {
	var f *fault.Fault
	if errors.As(why, &f) {
		return why
	}
	if strings.HasPrefix(name, filesDir) {
		name = "files"
	}
	return fault.New(fault.Invalid, "archive.altered", "Part", short(name)).With("archive.altered_do").Because(why)
}

func unsafe(format string, args ...any) error {
	return fault.New(fault.Invalid, "archive.unsafe").With("archive.unsafe_do").Because(fmt.Errorf("archive: "+format, args...))
}

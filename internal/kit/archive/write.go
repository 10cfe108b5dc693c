package archive

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"plait/internal/kit/db"
)

// Writer writes one archive. It is used by one goroutine.
type Writer struct {
	zip    *zip.Writer
	m      Manifest
	made   time.Time
	schema map[string]any
	open   bool // an entry is being written
	err    error
}

// NewWriter begins an archive. head is what is known beforehand: Version, Migration,
// MadeAt, Programme, Title and KeyMark; the rest is filled in.
func NewWriter(to io.Writer, head Manifest) *Writer {
	head.Kind, head.Format = kind, Format
	made := time.UnixMicro(head.MadeAt).UTC()
	head.Made = made.Format(time.RFC3339)
	head.Tables, head.Files, head.Entries = []Note{}, []File{}, []Entry{}
	return &Writer{zip: zip.NewWriter(to), m: head, made: made, schema: map[string]any{}}
}

// entry writes one entry with f.
func (w *Writer) entry(name string, method uint16, f func(to io.Writer) error) (Entry, error) {
	if w.err != nil {
		return Entry{}, w.err
	}
	if w.open {
		return Entry{}, errors.New("archive: an entry inside an entry")
	}
	w.open = true
	e, err := w.write(name, method, f)
	w.open = false
	if err != nil {
		w.err = err
	}
	return e, err
}

func (w *Writer) write(name string, method uint16, f func(to io.Writer) error) (Entry, error) {
	h := &zip.FileHeader{Name: name, Method: method, Modified: w.made}
	h.SetMode(0o644)
	to, err := w.zip.CreateHeader(h)
	if err != nil {
		return Entry{}, err
	}
	c := count(to)
	if err := f(c); err != nil {
		return Entry{}, err
	}
	e := Entry{name, c.n, c.sum()}
	if name != manifestName {
		w.m.Entries = append(w.m.Entries, e)
	}
	return e, nil
}

// Readme writes README.txt.
func (w *Writer) Readme(text string) error {
	_, err := w.entry(readmeName, zip.Deflate, func(to io.Writer) error { _, err := io.WriteString(to, text); return err })
	return err
}

// ReadName is the name that a text gets: its ending stays, however long it is.
func (w *Writer) ReadName(name string) string {
	if rest, ok := strings.CutSuffix(name, ".txt"); ok {
		if rest = plainName(rest); len(rest) > 76 {
			rest = rest[:76]
		}
		name = rest + ".txt"
	}
	return readDir + plainName(name)
}

// Read writes a text under read/, for people. A reader takes index.txt, programme.txt and
// names that begin with project-.
func (w *Writer) Read(name string, f func(to io.Writer) error) error {
	_, err := w.entry(w.ReadName(name), zip.Deflate, f)
	return err
}

// Table writes a table: rows calls put with each row, as db.Table.Rows gives it. means
// says what a column holds, for the schema; "" where nothing is known.
func (w *Writer) Table(t db.Table, about string, means func(column string) string, rows func(put func(row []any) error) error) error {
	at := order(t)
	n, sum := Note{Name: t.Name}, db.Sum{}
	for _, i := range at {
		n.Columns = append(n.Columns, t.Columns[i].Name)
	}
	_, err := w.entry(tablesDir+t.Name+".jsonl", zip.Deflate, func(to io.Writer) error {
		buf := make([]byte, 0, 64<<10)
		err := rows(func(row []any) (err error) {
			if len(row) != len(t.Columns) {
				return fmt.Errorf("archive: %d values for %d columns of %s", len(row), len(t.Columns), t.Name)
			}
			n.Rows++
			sum.Add(t, row)
			if buf, err = appendLine(buf, t, at, row); err != nil {
				return err
			}
			if len(buf) < 48<<10 {
				return nil
			}
			_, err = to.Write(buf)
			buf = buf[:0]
			return err
		})
		if err == nil {
			_, err = to.Write(buf)
		}
		return err
	})
	n.Sum = sum.String()
	w.m.Tables = append(w.m.Tables, n)
	w.schema[t.Name] = schemaOf(t, at, about, means)
	return err
}

// File writes a file of a record, as it is: what people send is packed already.
func (w *Writer) File(f File, r io.Reader) error {
	f.Entry = filesDir + plainName(f.Record) + "/" + plainName(f.ID) + "-" + plainName(f.Name)
	e, err := w.entry(f.Entry, zip.Store, func(to io.Writer) error { _, err := io.Copy(to, r); return err })
	f.Size, f.SHA256 = e.Size, e.SHA256
	w.m.Files = append(w.m.Files, f)
	return err
}

// Close writes the schema and the manifest and ends the zip. It does not close what it
// was written to. After an error nothing is there that a reader would take.
func (w *Writer) Close() (Manifest, error) {
	if _, err := w.entry(schemaName, zip.Deflate, func(to io.Writer) error {
		return indented(to, map[string]any{
			"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Lines of the tables of a Plait archive",
			"description": "Each line of tables/NAME.jsonl is one JSON object that meets $defs/NAME.", "$defs": w.schema,
		})
	}); err != nil {
		return w.m, err
	}
	if _, err := w.entry(manifestName, zip.Deflate, func(to io.Writer) error { return indented(to, w.m) }); err != nil {
		return w.m, err
	}
	return w.m, w.zip.Close()
}

func indented(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(v)
}

// schemaOf describes a table's lines.
func schemaOf(t db.Table, at []int, about string, means func(string) string) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, i := range at {
		c := t.Columns[i]
		p := map[string]any{}
		switch c.Type {
		case db.Whole:
			p["type"], p["minimum"], p["maximum"] = "integer", int64(math.MinInt64), int64(math.MaxInt64)
		case db.Truth:
			p["type"] = "boolean"
		case db.Bytes:
			p["type"], p["contentEncoding"] = "string", "base64"
		default:
			p["type"] = "string"
		}
		if text := means(c.Name); text != "" {
			p["description"] = text
		}
		properties[c.Name] = p
		required = append(required, c.Name)
	}
	out := map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
	if about = strings.TrimSpace(about); about != "" {
		out["description"] = about
	}
	if len(t.Key) > 0 {
		out["$comment"] = "Key: " + strings.Join(t.Key, ", ")
	}
	return out
}

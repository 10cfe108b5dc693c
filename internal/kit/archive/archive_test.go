package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

// thing is a table with a column of every type, in an order that is not that of lines.
var thing = db.Table{Name: "thing_thing", Columns: []db.Column{{Name: "words", Type: db.Text}, {Name: "programme", Type: db.Text}, {Name: "n", Type: db.Whole},
	{Name: "id", Type: db.Text}, {Name: "open", Type: db.Truth}, {Name: "raw", Type: db.Bytes}}, Key: []string{"programme", "id"}}

func rowsOf(n int) [][]any {
	out := make([][]any, n)
	for i := range out {
		out[i] = []any{fmt.Sprintf("said \"%d\"\n\t\u2028 and a backslash \\ é 🙂 %s", i, strings.Repeat("x", i%50)), "p", int64(i) << 40, fmt.Sprintf("id-%06d", i), i%2 == 0, []byte{byte(i), 0, 255}}
	}
	return out
}

// make1 makes an archive with a table, files and a text.
func make1(t testing.TB, rows [][]any, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, Manifest{Version: "1.2", Migration: 7, MadeAt: 1_700_000_000_000_000, Programme: "p", Title: "A programme"})
	must(t, w.Readme("Read me.\n"))
	must(t, w.Table(thing, "Things.", func(c string) string { return "what " + c + " is" }, func(put func([]any) error) error {
		for _, r := range rows {
			if err := put(r); err != nil {
				return err
			}
		}
		return nil
	}))
	for name, text := range files {
		must(t, w.File(File{ID: "f-" + name, Record: "r1", Name: name, Media: "text/plain", At: 5}, strings.NewReader(text)))
	}
	must(t, w.Read("index.txt", func(to io.Writer) error { _, err := io.WriteString(to, "Index\n"); return err }))
	_, err := w.Close()
	must(t, err)
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(b []byte) (*Reader, error) { return Open(bytes.NewReader(b), int64(len(b)), Usual()) }

// all reads everything of an archive.
func all(b []byte, as db.Table) (rows [][]any, files map[string]string, err error) {
	r, err := open(b)
	if err != nil {
		return nil, nil, err
	}
	if err := r.Check(context.Background(), []db.Table{as}, nil); err != nil {
		return nil, nil, err
	}
	if err := r.Fits(as); err != nil {
		return nil, nil, err
	}
	if err := r.Rows(as, func(row []any) error { rows = append(rows, row); return nil }); err != nil {
		return nil, nil, err
	}
	files = map[string]string{}
	for _, f := range r.Manifest().Files {
		in, err := r.Open(f)
		if err != nil {
			return nil, nil, err
		}
		text, err := io.ReadAll(in)
		if err != nil {
			return nil, nil, err
		}
		files[f.Name] = string(text)
	}
	return rows, files, nil
}

func TestThereAndBack(t *testing.T) {
	rows := rowsOf(2000)
	files := map[string]string{"a picture?.jpg": "bytes", "../../up": "more", "": ""}
	b := make1(t, rows, files)
	got, back, err := all(b, thing)
	must(t, err)
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(files, back); diff != "" {
		t.Error(diff)
	}
	var want db.Sum
	for _, r := range rows {
		want.Add(thing, r)
	}
	r, err := open(b)
	must(t, err)
	n, ok := r.Manifest().Table("thing_thing")
	if !ok || n.Sum != want.String() || n.Rows != 2000 {
		t.Errorf("%+v", n)
	}
	if strings.Join(n.Columns, " ") != "programme id n open raw words" {
		t.Errorf("columns of the lines: %v", n.Columns)
	}
	// The same again is the same bytes.
	if !bytes.Equal(make1(t, rows, map[string]string{"one": "x"}), make1(t, rows, map[string]string{"one": "x"})) {
		t.Error("two archives of the same differ")
	}
}

// TestReadWithoutUs reads an archive with nothing of this package.
func TestReadWithoutUs(t *testing.T) {
	b := make1(t, rowsOf(3), map[string]string{"a.txt": "plain"})
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	must(t, err)
	text := func(name string) []byte {
		f, err := z.Open(name)
		must(t, err)
		out, err := io.ReadAll(f)
		must(t, err)
		return out
	}
	for n, line := range strings.Split(strings.TrimSpace(string(text("tables/thing_thing.jsonl"))), "\n") {
		var row map[string]any
		must(t, json.Unmarshal([]byte(line), &row))
		if row["id"] != fmt.Sprintf("id-%06d", n) || row["open"] != (n%2 == 0) || !strings.HasPrefix(row["words"].(string), "said \"") {
			t.Errorf("line %d: %v", n, row)
		}
	}
	if string(text("files/r1/f-a.txt-a.txt")) != "plain" {
		t.Error("the file is not there in plain bytes")
	}
	var schema struct {
		Schema string                    `json:"$schema"`
		Defs   map[string]map[string]any `json:"$defs"`
	}
	must(t, json.Unmarshal(text("schema.json"), &schema))
	if !strings.Contains(schema.Schema, "2020-12") || schema.Defs["thing_thing"]["additionalProperties"] != false {
		t.Errorf("schema: %+v", schema)
	}
}

// TestOlderAndOther reads archives of other columns than the table has.
func TestOlderAndOther(t *testing.T) {
	b := make1(t, rowsOf(2), nil)
	wider := thing
	wider.Columns = append([]db.Column{{Name: "new_text", Type: db.Text}, {Name: "new_n", Type: db.Whole}, {Name: "new_truth", Type: db.Truth}, {Name: "new_raw", Type: db.Bytes}}, thing.Columns...)
	rows, _, err := all(b, wider)
	must(t, err)
	if diff := cmp.Diff([]any{"", int64(0), false, []byte{}}, rows[1][:4]); diff != "" {
		t.Error(diff)
	}
	narrow := thing
	narrow.Columns = thing.Columns[:4]
	if _, _, err := all(b, narrow); !said(err, "archive.other") {
		t.Errorf("a column that is not known: %v", err)
	}
	kinds := thing
	kinds.Columns = append([]db.Column{}, thing.Columns...)
	kinds.Columns[2].Type = db.Text
	if _, _, err := all(b, kinds); !said(err, "archive.altered") {
		t.Errorf("a column of another type: %v", err)
	}
}

func said(err error, key string) bool { return err != nil && fault.Of(err).Say == key }

// packed is one entry for again.
type packed struct {
	name   string
	body   []byte
	mode   fs.FileMode
	method uint16
	raw    *zip.FileHeader // takes the entry's place as it is
}

// again packs an archive anew with its entries changed.
func again(t testing.TB, b []byte, change func(all []packed) []packed) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	must(t, err)
	var all []packed
	for _, f := range z.File {
		in, err := f.Open()
		must(t, err)
		body, err := io.ReadAll(in)
		must(t, err)
		all = append(all, packed{name: f.Name, body: body, mode: 0o644, method: zip.Deflate})
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range change(all) {
		if p.raw != nil {
			to, err := w.CreateRaw(p.raw)
			must(t, err)
			_, err = to.Write(p.body)
			must(t, err)
			continue
		}
		h := &zip.FileHeader{Name: p.name, Method: p.method}
		h.SetMode(p.mode)
		to, err := w.CreateHeader(h)
		must(t, err)
		_, err = to.Write(p.body)
		must(t, err)
	}
	must(t, w.Close())
	return out.Bytes()
}

// manifestOf changes the manifest of an archive.
func manifestOf(change func(m map[string]any)) func(all []packed) []packed {
	return func(all []packed) []packed {
		for i := range all {
			if all[i].name == manifestName {
				var m map[string]any
				if err := json.Unmarshal(all[i].body, &m); err != nil {
					panic(err)
				}
				change(m)
				all[i].body, _ = json.Marshal(m)
			}
		}
		return all
	}
}

func TestBadArchives(t *testing.T) {
	good := make1(t, rowsOf(50), map[string]string{"a.txt": "plain text that is long enough"})
	add := func(p packed) []byte {
		return again(t, good, func(all []packed) []packed { return append(all, p) })
	}
	body := func(name string, change func([]byte) []byte) []byte {
		return again(t, good, func(all []packed) []packed {
			for i := range all {
				if all[i].name == name {
					all[i].body = change(bytes.Clone(all[i].body))
				}
			}
			return all
		})
	}
	flip := func(b []byte) []byte { b[len(b)/2] ^= 4; return b }
	for name, c := range map[string]struct {
		b    []byte
		want string
	}{
		"nothing":               {nil, "archive.not"},
		"no zip":                {[]byte(strings.Repeat("no zip ", 100)), "archive.not"},
		"cut off":               {good[:len(good)-40], "archive.not"},
		"cut in half":           {good[:len(good)/2], "archive.not"},
		"another zip":           {again(t, good, func(all []packed) []packed { return all[:2] }), "archive.not"},
		"no JSON":               {body(manifestName, func([]byte) []byte { return []byte("{") }), "archive.not"},
		"another manifest":      {again(t, good, manifestOf(func(m map[string]any) { m["kind"] = "x" })), "archive.not"},
		"from the future":       {again(t, good, manifestOf(func(m map[string]any) { m["format"] = 2 })), "archive.future"},
		"a changed table":       {body("tables/thing_thing.jsonl", flip), "archive.altered"},
		"a longer table":        {body("tables/thing_thing.jsonl", func(b []byte) []byte { return append(b, b...) }), "archive.altered"},
		"a changed file":        {body("files/r1/f-a.txt-a.txt", flip), "archive.altered"},
		"a changed readme":      {body(readmeName, flip), "archive.altered"},
		"an entry more":         {add(packed{name: "read/project-001-more.txt", method: zip.Store}), "archive.altered"},
		"an entry less":         {again(t, good, func(all []packed) []packed { return all[1:] }), "archive.altered"},
		"a table of no note":    {again(t, good, manifestOf(func(m map[string]any) { m["tables"] = []any{} })), "archive.altered"},
		"a table noted twice":   {again(t, good, manifestOf(func(m map[string]any) { l := m["tables"].([]any); m["tables"] = append(l, l...) })), "archive.altered"},
		"a path that goes up":   {add(packed{name: "tables/../../etc/passwd"}), "archive.unsafe"},
		"a path from the root":  {add(packed{name: "/etc/passwd"}), "archive.unsafe"},
		"a path of Windows":     {add(packed{name: `read\..\..\x`}), "archive.unsafe"},
		"a drive of Windows":    {add(packed{name: "C:/x"}), "archive.unsafe"},
		"a name that is long":   {add(packed{name: "read/" + strings.Repeat("x", 500)}), "archive.unsafe"},
		"a name elsewhere":      {add(packed{name: "bin/run"}), "archive.unsafe"},
		"a page to press":       {add(packed{name: "read/index.html"}), "archive.unsafe"},
		"a text of no project":  {add(packed{name: "read/more.txt"}), "archive.unsafe"},
		"a file of no record":   {add(packed{name: "files/more.txt"}), "archive.unsafe"},
		"a table in a folder":   {add(packed{name: "tables/a/b.jsonl"}), "archive.unsafe"},
		"a link":                {add(packed{name: "read/link", body: []byte("/etc/passwd"), mode: 0o777 | fs.ModeSymlink}), "archive.unsafe"},
		"a device":              {add(packed{name: "read/dev", mode: 0o644 | fs.ModeDevice}), "archive.unsafe"},
		"twice":                 {add(packed{name: readmeName}), "archive.unsafe"},
		"twice, but for case":   {add(packed{name: "readme.TXT"}), "archive.unsafe"},
		"packed in another way": {add(packed{raw: &zip.FileHeader{Name: "read/x", Method: 12, CompressedSize64: 1, UncompressedSize64: 1}, body: []byte("x")}), "archive.unsafe"},
		"sizes that are not":    {add(packed{raw: &zip.FileHeader{Name: "read/x", Method: zip.Deflate, CompressedSize64: 1, UncompressedSize64: 1 << 50}, body: []byte("x")}), "archive.unsafe"},
		"more packed than here": {add(packed{raw: &zip.FileHeader{Name: "read/x", Method: zip.Deflate, CompressedSize64: 1 << 30, UncompressedSize64: 1}, body: []byte("x")}), "archive.unsafe"},
	} {
		if _, _, err := all(c.b, thing); !said(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	// A folder that another program added is no harm.
	if _, _, err := all(add(packed{name: "read/", mode: fs.ModeDir | 0o755, method: zip.Store}), thing); err != nil {
		t.Errorf("a folder: %v", err)
	}
}

// TestChangedRows changes rows and makes the hashes right again: the sum tells.
func TestChangedRows(t *testing.T) {
	good := make1(t, rowsOf(50), nil)
	for name, change := range map[string]func(lines []string) []string{
		"a row doubled":  func(l []string) []string { return append(l, l[0]) },
		"a row less":     func(l []string) []string { return l[1:] },
		"another row":    func(l []string) []string { l[0] = l[1]; return l },
		"a changed word": func(l []string) []string { l[9] = strings.Replace(l[9], "said", "sang", 1); return l },
	} {
		bad := again(t, good, func(all []packed) []packed {
			for i := range all {
				if all[i].name == "tables/thing_thing.jsonl" {
					all[i].body = []byte(strings.Join(change(strings.SplitAfter(strings.TrimSuffix(string(all[i].body), "\n"), "\n")), ""))
					sum := sha256.Sum256(all[i].body)
					return manifestOf(func(m map[string]any) {
						for _, e := range m["entries"].([]any) {
							if e := e.(map[string]any); e["name"] == "tables/thing_thing.jsonl" {
								e["size"], e["sha256"] = len(all[i].body), hex.EncodeToString(sum[:])
							}
						}
					})(all)
				}
			}
			return all
		})
		r, err := open(bad)
		must(t, err)
		if err := r.Check(context.Background(), []db.Table{thing}, nil); !said(err, "archive.altered") {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := open(good)
	must(t, err)
	if err := r.Check(context.Background(), []db.Table{thing}, nil); err != nil {
		t.Error(err)
	}
}

// TestBomb opens zips that unpack to far more than they are: refused by their list alone.
func TestBomb(t *testing.T) {
	zeros := make([]byte, 200<<20)
	good := make1(t, nil, nil)
	plain := again(t, good, func(all []packed) []packed {
		return append(all, packed{name: "read/zeros.txt", body: zeros, method: zip.Deflate})
	})
	if len(plain) > 1<<20 {
		t.Fatalf("%d bytes: no bomb", len(plain))
	}
	if _, err := open(plain); !said(err, "archive.unsafe") {
		t.Errorf("200 MB in %d bytes: %v", len(plain), err)
	}
	// Entries that share the same packed bytes: a billion to one and more.
	var one bytes.Buffer
	w := zip.NewWriter(&one)
	to, err := w.CreateHeader(&zip.FileHeader{Name: "read/0", Method: zip.Deflate})
	must(t, err)
	_, err = to.Write(zeros[:50<<20])
	must(t, err)
	must(t, w.Close())
	z, err := zip.NewReader(bytes.NewReader(one.Bytes()), int64(one.Len()))
	must(t, err)
	if _, err := open(overlapping(one.Bytes(), z.File[0], 40_000)); !said(err, "archive.unsafe") {
		t.Errorf("entries that share their bytes: %v", err)
	}
	small := Usual()
	small.Entries = 2
	if _, err := Open(bytes.NewReader(good), int64(len(good)), small); !said(err, "archive.unsafe") {
		t.Errorf("too many entries: %v", err)
	}
	small = Usual()
	small.Bytes = 1000
	if _, err := Open(bytes.NewReader(good), int64(len(good)), small); !said(err, "archive.unsafe") {
		t.Errorf("too many bytes: %v", err)
	}
	small = Usual()
	small.Line = 10
	long := make1(t, [][]any{{strings.Repeat("x", 1<<20), "p", int64(0), "i", true, []byte{}}}, nil)
	r, err := Open(bytes.NewReader(long), int64(len(long)), small)
	must(t, err)
	if err := r.Rows(thing, func([]any) error { return nil }); !said(err, "archive.unsafe") {
		t.Errorf("a line without end: %v", err)
	}
}

// overlapping is a zip whose list names one packed entry n times.
func overlapping(b []byte, f *zip.File, n int) []byte {
	end := bytes.LastIndex(b, []byte("PK\x01\x02"))
	out := bytes.Clone(b[:end])
	le := func(v uint64, size int) {
		for range size {
			out = append(out, byte(v))
			v >>= 8
		}
	}
	for i := range n {
		name := fmt.Sprintf("read/%d", i)
		out = append(out, "PK\x01\x02"...)
		for _, v := range []uint64{20, 20, 8, 8, 0, 0} {
			le(v, 2)
		}
		le(uint64(f.CRC32), 4)
		le(f.CompressedSize64, 4)
		le(f.UncompressedSize64, 4)
		for _, v := range []uint64{uint64(len(name)), 0, 0, 0, 0} {
			le(v, 2)
		}
		le(0, 4)
		le(0, 4)
		out = append(out, name...)
	}
	size := len(out) - end
	out = append(out, "PK\x05\x06"...)
	le(0, 4)
	le(uint64(n), 2)
	le(uint64(n), 2)
	le(uint64(size), 4)
	le(uint64(end), 4)
	le(0, 2)
	return out
}

func TestLines(t *testing.T) {
	at := map[string]int{}
	for i, c := range thing.Columns {
		at[c.Name] = i
	}
	rapid.Check(t, func(t *rapid.T) {
		row := []any{rapid.String().Draw(t, "words"), rapid.String().Draw(t, "programme"), rapid.Int64().Draw(t, "n"), rapid.String().Draw(t, "id"),
			rapid.Bool().Draw(t, "open"), rapid.SliceOf(rapid.Byte()).Draw(t, "raw")}
		line, err := appendLine(nil, thing, order(thing), row)
		if err != nil {
			t.Fatal(err)
		}
		var any map[string]any
		if err := json.Unmarshal(line, &any); err != nil || any["words"] != row[0] {
			t.Fatalf("other readers read %v, %v", any, err)
		}
		back, err := parseLine(line, thing, at)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(row, back); diff != "" {
			t.Fatal(diff)
		}
	})
	for _, bad := range []string{"", "{", "[]", "{} x", `{"n":1,"n":1}`, `{"n":1.5}`, `{"n":"1"}`, `{"open":1}`, `{"raw":"?"}`, `{"x":1}`, `{"words":"` + "\xff" + `"}`,
		`{"words":"\u00"}`, `{"words":null}`, `{"n":99999999999999999999}`, `{"n":1 "open":true}`, `{,}`, "{\"words\":\"a\nb\"}"} {
		if row, err := parseLine([]byte(bad), thing, at); err == nil {
			t.Errorf("%q is read as %v", bad, row)
		}
	}
	if _, err := appendLine(nil, thing, order(thing), []any{"\xff", "", int64(0), "", false, []byte{}}); err == nil {
		t.Error("bytes that are no text were written as text")
	}
}

// FuzzOpen reads any bytes: no panic, and no more than a list, a line and a hash in memory.
func FuzzOpen(f *testing.F) {
	good := make1(f, rowsOf(3), map[string]string{"a": "b"})
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, b []byte) {
		limit := Limits{Entries: 100, Bytes: 1 << 20, Ratio: 100, Line: 1 << 16, Manifest: 1 << 18}
		r, err := Open(bytes.NewReader(b), int64(len(b)), limit)
		if err != nil {
			if k := fault.Of(err).Kind; k != fault.Invalid {
				t.Fatalf("%s: %v", k, err)
			}
			return
		}
		if r.Check(context.Background(), nil, nil) != nil {
			return
		}
		_ = r.Rows(thing, func([]any) error { return nil })
	})
}

// FuzzLine reads any line: what is read is written and read again the same.
func FuzzLine(f *testing.F) {
	at := map[string]int{}
	for i, c := range thing.Columns {
		at[c.Name] = i
	}
	f.Add([]byte(`{"programme":"p","id":"i","n":-1,"open":true,"raw":"AA==","words":"a\u00e9\\"}`))
	f.Add([]byte(`{"words":"\ud800"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		row, err := parseLine(line, thing, at)
		if err != nil {
			return
		}
		again, err := appendLine(nil, thing, order(thing), row)
		if err != nil {
			t.Fatal(err)
		}
		back, err := parseLine(again, thing, at)
		if diff := cmp.Diff(row, back); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
	})
}

package keeper

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"

	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/seal"
)

func aKey(t testing.TB, b byte) *seal.Key {
	t.Helper()
	k, err := seal.New(bytes.Repeat([]byte{b}, seal.Size))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var someTable = db.Table{Name: "x_table", Columns: []db.Column{{Name: "a", Type: db.Text}, {Name: "n", Type: db.Whole}, {Name: "b", Type: db.Bytes}, {Name: "t", Type: db.Truth}}}

func written(t testing.TB, tables map[string][][]any, order ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := newRowWriter(&out)
	for _, name := range order {
		x := someTable
		x.Name = name
		if err == nil {
			err = w.table(x)
		}
		for _, row := range tables[name] {
			if err == nil {
				err = w.row(row)
			}
		}
		if err == nil {
			err = w.end(int64(len(tables[name])))
		}
	}
	if err == nil {
		err = w.close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func readBack(b []byte) (map[string][][]any, error) {
	out := map[string][][]any{}
	return out, readRows(bytes.NewReader(b), tableReader{
		head: func(t db.Table) error { out[t.Name] = [][]any{}; return nil },
		row:  func(t db.Table, row []any) error { out[t.Name] = append(out[t.Name], row); return nil },
	})
}

func TestRowsComeBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tables := map[string][][]any{}
		var order []string
		for i := range rapid.IntRange(0, 3).Draw(rt, "tables") {
			name := fmt.Sprint("t", i)
			order, tables[name] = append(order, name), [][]any{}
			for range rapid.IntRange(0, 4).Draw(rt, "rows") {
				tables[name] = append(tables[name], []any{rapid.String().Draw(rt, "a"), rapid.Int64().Draw(rt, "n"),
					append([]byte{}, rapid.SliceOf(rapid.Byte()).Draw(rt, "b")...), rapid.Bool().Draw(rt, "t")})
			}
		}
		b := written(t, tables, order...)
		got, err := readBack(b)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(tables, got); diff != "" {
			rt.Fatal(diff)
		}
		if at := rapid.IntRange(0, len(b)-1).Draw(rt, "cut"); true {
			if _, err := readBack(b[:at]); err == nil {
				rt.Fatalf("cut after %d of %d bytes", at, len(b))
			}
		}
		if _, err := readBack(append(bytes.Clone(b), 'Z')); err == nil {
			rt.Fatal("something behind the end")
		}
	})
}

func FuzzReadRows(f *testing.F) {
	good := written(f, map[string][][]any{"t": {{"words", int64(-7), []byte{1}, true}}}, "t")
	f.Add(good)
	f.Add(good[:len(good)-2])
	f.Add([]byte(streamHead + "T\xff\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows := 0
		if err := readRows(bytes.NewReader(b), tableReader{row: func(_ db.Table, row []any) error {
			if rows++; rows > len(b) {
				t.Fatal("more rows than bytes")
			}
			return nil
		}}); err == nil && !bytes.HasPrefix(b, []byte(streamHead)) {
			t.Fatal("something else was read")
		}
	})
}

func TestManifestIsRefusedByName(t *testing.T) {
	k := aKey(t, 1)
	good := Manifest{Plait: "backup", Format: backupFormat, ID: "20260302-010000-00000a", At: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), Migration: 5, Key: keyMark(k)}
	mark := func(m Manifest, k *seal.Key) Manifest {
		var err error
		if m.Mark, err = m.markOf(k); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(m) // as it is read again
		var out Manifest
		if err == nil {
			err = json.Unmarshal(text, &out)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	change := func(f func(*Manifest)) Manifest { m := good; f(&m); return m }
	for name, c := range map[string]struct {
		m    Manifest
		want string
	}{
		"good":                  {mark(good, k), ""},
		"older":                 {mark(change(func(m *Manifest) { m.Migration = 1 }), k), ""},
		"of another key":        {mark(change(func(m *Manifest) { m.Key = keyMark(aKey(t, 2)) }), aKey(t, 2)), "keeper.backup_other_key"},
		"with our mark, forged": {mark(good, aKey(t, 2)), "keeper.backup_damaged"},
		"changed":               {func() Manifest { m := mark(good, k); m.Size++; return m }(), "keeper.backup_damaged"},
		"from the future":       {mark(change(func(m *Manifest) { m.Migration = 6 }), k), "keeper.backup_newer"},
		"a later format":        {mark(change(func(m *Manifest) { m.Format++ }), k), "keeper.backup_newer"},
		"something else":        {mark(change(func(m *Manifest) { m.Plait = "archive" }), k), "keeper.backup_not_one"},
		"nothing":               {Manifest{}, "keeper.backup_not_one"},
	} {
		err := c.m.check(k, 5)
		if (c.want == "") != (err == nil) || err != nil && fault.Of(err).Say != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestLate(t *testing.T) {
	hour := time.Hour.Microseconds()
	for _, c := range []struct {
		last, now int64
		want      bool
	}{{0, 48 * hour, false}, {0, 48*hour + 1, true}, {10 * hour, 11 * hour, false}} {
		if got := late(c.last, c.now, 24*time.Hour); got != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
	if late(0, 1<<60, 0) {
		t.Error("without an interval nothing is late")
	}
}

func TestPointOf(t *testing.T) {
	for in, want := range map[string]string{
		"2026-03-02 01:00": "2026-03-02T01:00:00Z", "2026-11-23 12:59:40": "2026-11-23T12:59:40Z", "2026-11-23T12:59:40": "2026-11-23T12:59:40Z", "2026-03-02T01:00": "2026-03-02T01:00:00Z", "2026-03-02T01:00:00+01:00": "2026-03-02T00:00:00Z", "2026-03-02": "2026-03-02T23:59:59Z",
	} {
		if got, err := pointOf(in); err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q: %v %v", in, got, err)
		}
	}
	for _, in := range []string{"", "yesterday", "2026-13-01", "02/03/2026"} {
		if _, err := pointOf(in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestNeedles(t *testing.T) {
	n := newNeedles()
	n.addAll(map[string]any{"words": "The rail \"by the door\" is loose.", "short": "I agree", "list": []any{"Maria Evansworth of Cwm Helyg"}})
	n.add("Something that others say just so")
	n.dropAll(map[string]any{"role": "Something that others say just so", "x": []any{"short"}})
	n.add("01a20732-e852-7738-8739-6cad14e536ba")
	for text, want := range map[string]bool{
		"Something that others say just so": false, "01a20732-e852-7738-8739-6cad14e536ba": false,
		"": false, "The rail is loose, and the door too.": false, "I agree": false,
		"he said: The rail \"by the door\" is loose. So it is": true,
		`{"body":"The rail \"by the door\" is loose."}`:        true,
		"xMaria Evansworth of Cwm Helyg":                       true, "Maria Evansworth of Cwm Hely": false,
	} {
		if got := n.in(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestPlaceHidesThePassword(t *testing.T) {
	for in, want := range map[string]string{"postgres://u:secret@h:5/plait?sslmode=off": "postgres://h:5/plait", "postgresql://h/x": "postgresql://h/x", "other folder": "other folder", "postgres://%zz": "postgres"} {
		if got := placeOf(in); got != want || strings.Contains(got, "secret") {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestChunksOf(t *testing.T) {
	for _, bad := range []string{"\x00\x00", "\x00\x00\x00\x00", "\xff\xff\xff\xff", "\x00\x00\x00\x05abc"} {
		if b, err := chunksOf(bufio.NewReader(strings.NewReader(bad))); err == nil {
			t.Errorf("%q: %q", bad, b)
		}
	}
	if b, err := chunksOf(bufio.NewReader(strings.NewReader(""))); b != nil || err != nil {
		t.Errorf("the end: %q %v", b, err)
	}
}

package keeper_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"plait/internal/kit/archive"
	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/seal"
	"plait/internal/room/keeper"
	"plait/test/house"
)

// played is the example, played once for all tests here.
var played struct {
	once  sync.Once
	files map[string][]byte
	err   string
}

// playedExample gives an installation on SQLite with the whole example in it, as flags.
func playedExample(t *testing.T) []string {
	t.Helper()
	played.once.Do(func() {
		dir := t.TempDir()
		code, _, errs := house.Plait(t.Context(), "demo", "--no-serve", "--dir", dir)
		if code != 0 {
			played.err = errs
			return
		}
		pictures(t, dir)
		played.files = map[string][]byte{}
		for _, name := range []string{"plait.db", "plait.key"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				played.err = err.Error()
			}
			played.files[name] = b
		}
	})
	if played.err != "" || len(played.files) == 0 {
		t.Fatal("the example was not played: " + played.err)
	}
	dir := t.TempDir()
	for name, b := range played.files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"--dir", dir}
}

// pictures puts files of several sizes to records of the example.
func pictures(t *testing.T, dir string) {
	t.Helper()
	key, err := seal.Load(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.OpenFile(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	store := &blob.Store{DB: d, Clock: clock.System{}, IDs: id.New(clock.System{}.Now, nil), Key: key}
	var to [][2]string
	if err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
		to, err = db.All(tx, db.Q("select programme, id from ref_record where kind = 'contribution' and until > 0 order by id limit 3"),
			func(r db.Row, x *[2]string) error { return r.Scan(&x[0], &x[1]) })
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for i, size := range []int{0, 12_345, 2*blob.ChunkSize + 7} {
		name := []string{"nothing", "../a picture of me?.jpg", "film.mp4"}[i]
		up, err := store.Take(t.Context(), to[i][0], name, bytes.NewReader(bytes.Repeat([]byte("plain bytes "), size)[:size]), 1<<30)
		if err == nil {
			err = d.Write(t.Context(), func(tx *db.Tx) error { return store.Keep(tx, to[i][0], up.ID, to[i][1]) })
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Take(t.Context(), to[0][0], "waits", strings.NewReader("of nobody yet"), 100); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Pool().ExecContext(t.Context(), "pragma wal_checkpoint(truncate)"); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestEveryTableOfAnArchiveIsExplained asks for a sentence about each table that goes along.
func TestEveryTableOfAnArchiveIsExplained(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	for _, p := range h.Plugs {
		r, ok := p.Self.(*keeper.Room)
		if !ok {
			continue
		}
		h.Read(func(tx *db.Tx) error {
			out, err := r.Unsaid(tx)
			if len(out) > 0 {
				t.Errorf("add a line to internal/room/keeper/words/archive_tables.txt for %s", strings.Join(out, ", "))
			}
			return err
		})
	}
}

// emptyHouse names an installation that is not there yet.
func emptyHouse(t *testing.T, engine db.Engine) []string {
	t.Helper()
	where := []string{"--dir", filepath.Join(t.TempDir(), "new")}
	if engine == db.Postgres {
		where = append(where, "--db", house.EmptyPostgres(t))
	}
	return where
}

// onHouse runs a command line on an installation and gives what it printed.
func onHouse(t *testing.T, where []string, args ...string) string {
	t.Helper()
	code, out, errs := house.Plait(t.Context(), append(append([]string{}, args...), where...)...)
	if code != 0 {
		t.Fatalf("plait %v: %d\n%s%s", args, code, out, errs)
	}
	return out
}

// refusedBy runs a command line that must not succeed, and gives what it said.
func refusedBy(t *testing.T, where []string, args ...string) string {
	t.Helper()
	code, out, errs := house.Plait(t.Context(), append(append([]string{}, args...), where...)...)
	if code == 0 {
		t.Fatalf("plait %v: it was done\n%s", args, out)
	}
	return errs
}

// rawDB opens the database of an installation beside the program.
func rawDB(t *testing.T, where []string) *db.DB {
	t.Helper()
	var d *db.DB
	var err error
	if len(where) > 2 {
		d, err = db.OpenURL(t.Context(), where[3])
	} else {
		d, err = db.OpenFile(t.Context(), where[1])
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// archiveOf makes an archive and gives its path.
func archiveOf(t *testing.T, where []string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive.zip")
	onHouse(t, where, "keeper", "archive", "--out", path, "--json")
	return path
}

func manifestAt(t *testing.T, path string) archive.Manifest {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	r, err := archive.Open(f, info.Size(), archive.Usual())
	if err != nil {
		t.Fatal(err)
	}
	return r.Manifest()
}

// unpacked is every entry of an archive, as any unzip gives it.
func unpacked(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close() //nolint:errcheck // only read
	out := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

// grows says that a table takes new rows when an archive is made or brought in.
func grows(table string) bool { return strings.HasPrefix(table, "trail_") || table == "keeper_archive" }

// TestThereAndBack takes the example from SQLite to PostgreSQL and back to SQLite: every
// table holds the same each time, the files hold the same bytes, the search finds the
// same, and the chain of the trail holds.
func TestThereAndBack(t *testing.T) {
	first := playedExample(t)
	before := everything(t, first)
	kept := indexed(t, rawDB(t, first))
	one := archiveOf(t, first)
	m := manifestAt(t, one)
	if len(m.Files) != 5 || m.Rows() < 500 || len(m.Tables) < 50 {
		t.Fatalf("%d files, %d rows, %d tables: this proves nothing", len(m.Files), m.Rows(), len(m.Tables))
	}
	at := one
	for _, engine := range []db.Engine{db.Postgres, db.SQLite} {
		t.Run("to "+string(engine), func(t *testing.T) {
			where := emptyHouse(t, engine)
			var out struct {
				Checked bool
				Reprint int64
				Rows    int64
				Files   int64
			}
			if err := json.Unmarshal([]byte(onHouse(t, where, "keeper", "import", at, "--json")), &out); err != nil {
				t.Fatal(err)
			}
			if !out.Checked || out.Files != int64(len(m.Files)) || out.Reprint == 0 && engine == db.Postgres {
				t.Errorf("the import says %+v", out)
			}
			onHouse(t, where, "keeper", "check", "--json")
			again := everything(t, where)
			for q, want := range before {
				if again[q] != want {
					t.Errorf("search %q: %s\nbefore: %s", q, again[q], want)
				}
			}
			if engine == db.SQLite {
				for id, words := range kept {
					if got := indexed(t, rawDB(t, where))[id]; got != words {
						t.Errorf("%s is in the search as %q, was %q", id, got, words)
					}
				}
			}
			at = filepath.Join(t.TempDir(), "next.zip")
			onHouse(t, where, "keeper", "archive", "--out", at)
			next := manifestAt(t, at)
			for _, n := range m.Tables {
				got, ok := next.Table(n.Name)
				switch {
				case grows(n.Name) || n.Name == "card_card" || n.Name == "card_door":
				case !ok || got.Rows != n.Rows || got.Sum != n.Sum:
					t.Errorf("%s: %d rows and %s, were %d and %s", n.Name, got.Rows, got.Sum, n.Rows, n.Sum)
				}
			}
			for i, f := range m.Files {
				if next.Files[i] != f {
					t.Errorf("file %d is %+v, was %+v", i, next.Files[i], f)
				}
			}
			// A second time it is refused: there is a programme.
			if said := refusedBy(t, where, "keeper", "import", at); !strings.Contains(said, "holds a programme already") {
				t.Errorf("a second import says %q", said)
			}
			// The copy must outlive this run for the next.
			b, err := os.ReadFile(at)
			if err == nil {
				at = filepath.Join(filepath.Dir(one), string(engine)+".zip")
				err = os.WriteFile(at, b, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			reindexes(t, where)
		})
	}
}

// asked is what people look for in the example; some of it finds much, some nothing.
var asked = []string{"ring", "night phone", "hospital -poster", "\"who do I ring\""}

// everything asks all of it and gives what was found, in an order of its own: the engines
// rank unlike each other.
func everything(t *testing.T, where []string) map[string]string {
	t.Helper()
	out := map[string]string{}
	hits := 0
	for _, q := range asked {
		code, text, errs := house.Plait(t.Context(), append(append([]string{"search", "--limit", "100", "--json"}, where...), "--", q)...)
		if code != 0 {
			t.Fatal(errs)
		}
		var found struct{ Hits []struct{ Ref string } }
		if err := json.Unmarshal([]byte(text), &found); err != nil {
			t.Fatal(err)
		}
		var refs []string
		for _, x := range found.Hits {
			refs = append(refs, x.Ref)
		}
		slices.Sort(refs)
		out[q] = strings.Join(refs, " ")
		hits += len(refs)
	}
	if hits < 10 {
		t.Fatalf("only %d hits: this proves nothing", hits)
	}
	return out
}

// reindexes empties the search and puts words into it that should not be there: made anew
// it holds the same as before, and what was taken back meanwhile is not in it.
func reindexes(t *testing.T, where []string) {
	t.Helper()
	d := rawDB(t, where)
	kept := indexed(t, d)
	if len(kept) < 50 {
		t.Fatalf("%d are in the search: this proves nothing", len(kept))
	}
	change := func(sql string) {
		t.Helper()
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return tx.Do(db.Q(sql)) }); err != nil {
			t.Fatal(err)
		}
	}
	if d.Engine() == db.SQLite {
		change("delete from search_text")
	}
	change("delete from search_doc")
	if n := len(indexed(t, d)); n != 0 {
		t.Fatalf("%d are still in the search", n)
	}
	onHouse(t, where, "keeper", "reindex", "--json")
	again := indexed(t, d)
	for id, words := range kept {
		if again[id] != words {
			t.Errorf("%s is in the search as %q, was %q", id, again[id], words)
		}
	}
	if len(again) != len(kept) {
		t.Errorf("%d are in the search, were %d", len(again), len(kept))
	}
	change("update ref_record set until = 0 where id = (select min(cast(id as text)) from ref_record where kind = 'contribution' and until > 0)")
	onHouse(t, where, "keeper", "reindex")
	if n := len(indexed(t, d)); n != len(kept)-1 {
		t.Errorf("%d are in the search after one was taken back, want %d", n, len(kept)-1)
	}
}

// indexed is what the search holds of each record.
func indexed(t *testing.T, d *db.DB) map[string]string {
	t.Helper()
	type doc struct{ id, words string }
	q := db.Q("select id, language || ' ' || cast(words as text) from search_doc")
	if d.Engine() == db.SQLite {
		q = db.Q("select d.id, d.language || ' ' || x.words from search_doc d join search_text x on x.rowid = d.row_number")
	}
	out := map[string]string{}
	if err := d.Read(t.Context(), func(tx *db.Tx) error {
		all, err := db.All(tx, q, func(r db.Row, x *doc) error { return r.Scan(&x.id, &x.words) })
		for _, x := range all {
			out[x.id] = x.words
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

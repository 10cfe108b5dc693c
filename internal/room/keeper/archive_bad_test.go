package keeper_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/archive"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/keeper"
	"plait/internal/spine/who"
	"plait/test/house"
)

// remade packs an archive anew. change may change the bodies of its entries; their sizes
// and hashes in the manifest are made right again, and then manifest may change that.
func remade(t *testing.T, path string, change func(bodies map[string]string), manifest func(m *archive.Manifest), more func(w *zip.Writer)) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close() //nolint:errcheck // only read
	bodies, names := map[string]string{}, []string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		bodies[f.Name] = string(b)
		names = append(names, f.Name)
	}
	var m archive.Manifest
	if err := json.Unmarshal([]byte(bodies["manifest.json"]), &m); err != nil {
		t.Fatal(err)
	}
	change(bodies)
	for i, e := range m.Entries {
		sum := sha256.Sum256([]byte(bodies[e.Name]))
		m.Entries[i].Size, m.Entries[i].SHA256 = int64(len(bodies[e.Name])), hex.EncodeToString(sum[:])
	}
	manifest(&m)
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	bodies["manifest.json"] = string(text)
	out := filepath.Join(t.TempDir(), "remade.zip")
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		to, err := w.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(to, bodies[n]); err != nil {
			t.Fatal(err)
		}
	}
	if more != nil {
		more(w)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(out, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestBadImports brings in archives that are cut off, altered, dangerous, or from another
// Plait: each is refused in words, and leaves no programme and nobody who could sign in.
func TestBadImports(t *testing.T) {
	good := archiveOf(t, playedExample(t))
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	bytesOf := func(b []byte) string {
		path := filepath.Join(t.TempDir(), "bad.zip")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	same, as := func(map[string]string) {}, func(*archive.Manifest) {}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/3] ^= 1
	const ties = "tables/tie.jsonl"
	for name, c := range map[string]struct{ path, want string }{
		"cut off":            {bytesOf(whole[:len(whole)-100]), "no Plait archive, or it was cut off"},
		"cut in half":        {bytesOf(whole[:len(whole)/2]), "no Plait archive, or it was cut off"},
		"a changed bit":      {bytesOf(flipped), "Nothing was brought in"},
		"a changed word":     {remade(t, good, func(b map[string]string) { b[ties] = strings.Replace(b[ties], "supports", "challenge", 1) }, as, nil), "Nothing was brought in"},
		"a path that leaves": {remade(t, good, same, as, func(w *zip.Writer) { _, _ = w.Create("../../plait.key") }), "not safe to unpack"},
		"a billion to one": {remade(t, good, same, as, func(w *zip.Writer) {
			to, _ := w.Create("read/zeros.txt")
			_, _ = to.Write(make([]byte, 300<<20))
		}), "Nothing was brought in"},
		"a newer format":    {remade(t, good, same, func(m *archive.Manifest) { m.Format = 2 }, nil), "newer Plait"},
		"a newer database":  {remade(t, good, same, func(m *archive.Manifest) { m.Migration = 999901010000 }, nil), "newer Plait"},
		"an unknown column": {remade(t, good, same, func(m *archive.Manifest) { m.Tables[0].Columns = append(m.Tables[0].Columns, "new_one") }, nil), "does not know"},
		"another programme's row": {remade(t, good, func(b map[string]string) {
			line, _, _ := strings.Cut(b[ties], "\n")
			var row map[string]any
			_ = json.Unmarshal([]byte(line), &row)
			b[ties] = strings.Replace(b[ties], row["programme"].(string), "00000000-0000-7000-8000-000000000000", 1)
		}, as, nil), "Nothing was brought in"},
		"a row less": {remade(t, good, func(b map[string]string) { _, b[ties], _ = strings.Cut(b[ties], "\n") }, as, nil), "Nothing was brought in"},
		"a row doubled": {remade(t, good, func(b map[string]string) {
			line, _, _ := strings.Cut(b[ties], "\n")
			b[ties] += line + "\n"
		}, as, nil), "Nothing was brought in"},
		"no file": {filepath.Join(t.TempDir(), "none.zip"), "no file"},
	} {
		t.Run(name, func(t *testing.T) {
			where := emptyHouse(t, db.SQLite)
			if said := refusedBy(t, where, "keeper", "import", c.path); !strings.Contains(said, c.want) {
				t.Errorf("it says %q, want %q", said, c.want)
			}
			unseen(t, where)
		})
	}
}

// resummed makes the rows and sums of a manifest right for what its tables hold: what
// somebody would do who wants to be believed.
func resummed(t *testing.T, where []string, path string, change func(b map[string]string)) string {
	t.Helper()
	var tables []db.Table
	if err := rawDB(t, where).Read(t.Context(), func(tx *db.Tx) (err error) { tables, err = db.Tables(tx); return err }); err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{}
	return remade(t, path, func(b map[string]string) { change(b); bodies = b }, func(m *archive.Manifest) {
		for i, n := range m.Tables {
			table, err := db.TableOf(tables, n.Name)
			if err != nil {
				t.Fatal(err)
			}
			part, sum, rows := n.Part(table), db.Sum{}, int64(0)
			part.Key = nil
			for line := range strings.Lines(bodies["tables/"+n.Name+".jsonl"]) {
				d := json.NewDecoder(strings.NewReader(line))
				d.UseNumber()
				var values map[string]any
				if err := d.Decode(&values); err != nil {
					t.Fatal(err)
				}
				row := make([]any, len(part.Columns))
				for j, c := range part.Columns {
					row[j] = values[c.Name]
					switch v := values[c.Name].(type) {
					case json.Number:
						row[j], _ = v.Int64()
					case string:
						if c.Type == db.Bytes {
							row[j], _ = base64.StdEncoding.DecodeString(v)
						}
					}
				}
				sum.Add(part, row)
				rows++
			}
			m.Tables[i].Rows, m.Tables[i].Sum = rows, sum.String()
		}
	}, nil)
}

// TestImportClearsUp brings in an archive whose fault is found late, by the database alone:
// nothing of it stays, and a good one comes in afterwards. Half an import that was cut off
// is named, and nothing but an import opens it.
func TestImportClearsUp(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			from := playedExample(t)
			good := archiveOf(t, from)
			bad := resummed(t, from, good, func(b map[string]string) {
				const last = "tables/trail_entry.jsonl"
				line, _, _ := strings.Cut(b[last], "\n")
				b[last] += line + "\n"
			})
			where := emptyHouse(t, e)
			if said := refusedBy(t, where, "keeper", "import", bad); !strings.Contains(said, "does not know") && !strings.Contains(said, "is different") {
				t.Errorf("it says %q", said)
			}
			d := rawDB(t, where)
			for _, table := range []string{"ref_record", "evidence_contribution", "trail_entry", "keeper_import", "blob_file"} {
				if err := d.Read(t.Context(), func(tx *db.Tx) error {
					n, err := db.Count(tx, db.Q("select count(*) from "+table))
					if n != 0 {
						t.Errorf("%d rows of %s stay", n, table)
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			if e == db.SQLite { // one that is cut off stays, and is named
				ctx, stop := context.WithCancel(t.Context())
				if code := house.PlaitTo(ctx, io.Discard, stopper{"Bringing in files", stop}, append([]string{"keeper", "import", good}, where...)...); code == 0 {
					t.Fatal("it was not cut off")
				}
				for _, words := range [][]string{{"keeper", "check"}, {"project", "list"}, {"init", "--programme", "P"}} {
					if said := refusedBy(t, where, words...); !strings.Contains(said, "half of it is here") {
						t.Errorf("%v says %q", words, said)
					}
				}
			}
			onHouse(t, where, "keeper", "import", good)
			onHouse(t, where, "keeper", "check")
			if err := d.Write(t.Context(), func(tx *db.Tx) error {
				return tx.Do(db.Q("insert into keeper_import (programme, hash, at) values ('another', 'x', 1)"))
			}); err != nil {
				t.Fatal(err)
			}
			code, out, errs := house.Plait(t.Context(), append([]string{"keeper", "check"}, where...)...)
			if code != 1 || !strings.Contains(out+errs, "half of an import of the programme another") {
				t.Errorf("half an import beside a programme: %d %s%s", code, out, errs)
			}
		})
	}
}

// unseen says that an installation shows nothing: no programme, no role, no way in.
func unseen(t *testing.T, where []string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(where[1], "plait.db")); err != nil {
		return // not even made
	}
	if err := rawDB(t, where).Read(t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{"select count(*) from ref_record where kind = 'programme'", "select count(*) from who_member", "select count(*) from account_email",
			"select count(*) from card_door", "select count(*) from trail_wait"} {
			if n, err := db.Count(tx, db.Q(q)); err != nil || n != 0 {
				t.Errorf("%d of %s (%v)", n, q, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// stopper ends what is running when it is told of a step.
type stopper struct {
	at   string
	stop func()
}

func (s stopper) Write(p []byte) (int, error) {
	if strings.Contains(string(p), s.at) {
		s.stop()
	}
	return len(p), nil
}

// TestImportCutOff stops an import at each of its steps: nothing can be seen, and called
// again it comes to the same end. Half an import of one archive gives way to another.
func TestImportCutOff(t *testing.T) {
	first := archiveOf(t, playedExample(t))
	where := emptyHouse(t, db.SQLite)
	cut := func(at, path string) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		if code := house.PlaitTo(ctx, io.Discard, stopper{at, stop}, append([]string{"keeper", "import", path}, where...)...); code == 0 {
			t.Fatalf("it was not cut off at %q", at)
		}
		unseen(t, where)
	}
	other := remade(t, first, func(map[string]string) {}, func(m *archive.Manifest) { m.Version = "another" }, nil)
	cut("Bringing in rows", other)
	for _, at := range []string{"Bringing in rows", "Bringing in files", "Proving", "Making the search"} {
		cut(at, first)
	}
	var out struct{ Checked, Resumed bool }
	if err := json.Unmarshal([]byte(onHouse(t, where, "keeper", "import", first, "--json")), &out); err != nil || !out.Checked || !out.Resumed {
		t.Errorf("%+v, %v", out, err)
	}
	everything(t, where)
}

// TestArchiveAfterErasure erases a person with their words: no byte of an archive made
// then, unpacked, holds their name or what they said. The one made before is listed.
func TestArchiveAfterErasure(t *testing.T) {
	where := playedExample(t)
	before := unpacked(t, archiveOf(t, where))
	var person, name, words string
	type line struct{ Person, Name, Words string }
	if err := rawDB(t, where).Read(t.Context(), func(tx *db.Tx) error {
		all, err := db.All(tx, db.Q(`select p.id, p.name, c.words from people_person p join ref_record r on r.programme = p.programme and r.person = p.id
			join evidence_contribution c on c.programme = r.programme and c.id = r.id where r.until > 0 and length(p.name) > 8 and length(c.words) > 40 order by p.id`),
			func(r db.Row, l *line) error { return r.Scan(&l.Person, &l.Name, &l.Words) })
		for _, l := range all {
			if person == "" && strings.Count(before["tables/evidence_contribution.jsonl"], l.Name) == 0 {
				person, name, words = l.Person, l.Name, l.Words[:30]
			}
		}
		return err
	}); err != nil || person == "" {
		t.Fatal("nobody to erase: ", err)
	}
	holding := func(all map[string]string, text string) (out []string) {
		quoted, _ := json.Marshal(text)
		for entry, body := range all {
			if strings.Contains(body, text) || strings.Contains(body, strings.Trim(string(quoted), `"`)) || strings.Contains(entry, text) {
				out = append(out, entry)
			}
		}
		return out
	}
	if len(holding(before, name)) == 0 || len(holding(before, words)) == 0 {
		t.Fatal("the archive before holds nothing of them: this proves nothing")
	}
	onHouse(t, where, "people", "erase", "--person", "person:"+person, "--why", "they asked", "--words", "erase")
	after := unpacked(t, archiveOf(t, where))
	for _, text := range []string{name, words} {
		if in := holding(after, text); len(in) > 0 {
			t.Errorf("%q is still in %v", text, in)
		}
	}
	if !strings.Contains(after["tables/keeper_archive.jsonl"], `"taken"`) {
		t.Error("the archive made before is not listed")
	}
	// It tells what it is, to somebody with an unzip and a text editor.
	readme, columns, _ := strings.Cut(after["README.txt"], "THE COLUMNS")
	for _, want := range []string{"You need no Plait", "read/index.txt", "ref_record", "SHA-256"} {
		if !strings.Contains(readme, want) {
			t.Errorf("README.txt does not say %q", want)
		}
	}
	for l := range strings.Lines(columns) {
		if strings.HasSuffix(l, ": \n") {
			t.Errorf("README.txt says nothing of the column %s give it a meaning in words/archive_meanings.txt", l)
		}
	}
	for _, want := range []string{"THE WORDS OF STATES", "  taken back: hidden"} {
		if !strings.Contains(columns, want) {
			t.Errorf("README.txt does not say %q", want)
		}
	}
	whole := after["read/programme.txt"]
	for _, want := range []string{"The first change was made on 20", "PROJECTS: ", "Who do I ring?", " contributions"} {
		if !strings.Contains(whole, want) {
			t.Errorf("read/programme.txt does not say %q:\n%s", want, whole)
		}
	}
	index := after["read/index.txt"]
	if !strings.Contains(index, "Who do I ring?") || !strings.Contains(index, "contributions") {
		t.Errorf("read/index.txt:\n%s", index)
	}
	for entry, body := range after {
		if strings.HasPrefix(entry, "read/project-") && strings.Contains(entry, "who-do-i-ring") {
			for _, want := range []string{"CONTRIBUTIONS", "Strand: lived", "It led to: finding", "It came from: contribution", "It led to: recommendation", "Said on: 2"} {
				if !strings.Contains(body, want) {
					t.Errorf("%s does not say %q", entry, want)
				}
			}
		}
		if strings.HasPrefix(entry, "tables/account_session") || strings.HasPrefix(entry, "tables/account_link") || strings.HasPrefix(entry, "tables/trail_key") {
			t.Errorf("%s must stay at home", entry)
		}
	}
}

// TestArchiveOfAPage asks for an archive as a programme lead does, has the job make it,
// fetches it, and lets its day pass.
func TestArchiveOfAPage(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		lead := h.As(who.ProgrammeLead)
		ask := func() {
			t.Helper()
			h.Do(lead, "keeper.archive", keeper.ArchiveIn{For: "The council", Why: "The programme ends"})
			if err := job.Drain(t.Context(), h.DB, h.Jobs(), h.Log); err != nil {
				t.Fatal(err)
			}
		}
		newest := func() keeper.Archived {
			t.Helper()
			return h.Do(lead, "keeper.archives", keeper.ArchivesIn{}).(keeper.ArchivesOut).Archives[0]
		}
		ask()
		a := newest()
		if a.State != keeper.ArchiveReady || a.Size == 0 || a.Records == 0 || a.For != "The council" || a.Done != a.Total {
			t.Fatalf("%+v", a)
		}
		code, body := fetch(t, h, lead, a.ID)
		sum := sha256.Sum256(body)
		if code != 200 || hex.EncodeToString(sum[:]) != a.Hash {
			t.Errorf("fetched: %d, %d bytes", code, len(body))
		}
		if _, err := archive.Open(bytes.NewReader(body), int64(len(body)), archive.Usual()); err != nil {
			t.Error(err)
		}
		seen := see(t, h, lead, "/keeper/archive")
		if strings.Count(seen, "Made by: ") != 1 || strings.Count(seen, "Fetched by ") != 1 || !strings.Contains(seen, " kB") {
			t.Errorf("who made and fetched it, and its size: %s", seen)
		}
		h.Hand.Add(25 * time.Hour)
		work(h, "keeper.age")
		if a := newest(); a.State != keeper.ArchiveGone || a.Size == 0 {
			t.Errorf("after a day: %+v", a)
		}
		if code, _ := fetch(t, h, lead, a.ID); code != 404 {
			t.Errorf("fetched after a day: %d", code)
		}
		ask()
		for _, role := range who.Roles() {
			if _, err := h.Try(h.As(role), "keeper.archive", keeper.ArchiveIn{For: "x", Why: "y"}); role != who.ProgrammeLead && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", role, err)
			}
		}
		if _, err := h.Try(lead, "keeper.archive", keeper.ArchiveIn{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("for nobody: %v", err)
		}
	})
}

// fetch asks for the bytes of an archive as the web does.
func fetch(t *testing.T, h *house.House, ctx context.Context, id string) (int, []byte) {
	t.Helper()
	for _, p := range h.Plugs {
		for _, rt := range p.Routes {
			if rt.Pattern == "GET /keeper/archive/{archive}/file" {
				r := httptest.NewRequestWithContext(ctx, "GET", "/keeper/archive/"+id+"/file", nil)
				r.SetPathValue("archive", id)
				w := httptest.NewRecorder()
				if err := rt.Handle(w, r); err != nil {
					return fault.Of(err).Kind.Status(), nil
				}
				return w.Code, w.Body.Bytes()
			}
		}
	}
	t.Fatal("there is no such route")
	return 0, nil
}

// TestNothingToCheck asks of an installation without a programme: the operator is told so,
// and not to sign in.
func TestNothingToCheck(t *testing.T) {
	from := playedExample(t)
	bad := resummed(t, from, archiveOf(t, from), func(b map[string]string) {
		line, _, _ := strings.Cut(b["tables/trail_entry.jsonl"], "\n")
		b["tables/trail_entry.jsonl"] += line + "\n"
	})
	where := emptyHouse(t, db.SQLite)
	refusedBy(t, where, "keeper", "import", bad) // what it leaves is empty
	for _, words := range [][]string{{"keeper", "check"}, {"keeper", "check", "--quick"}, {"keeper", "archive", "--out", filepath.Join(t.TempDir(), "a.zip")}} {
		if said := refusedBy(t, where, words...); !strings.Contains(said, "no programme in this installation") {
			t.Errorf("%v says %q", words, said)
		}
	}
}

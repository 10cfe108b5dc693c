package keeper_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/keeper"
	"plait/internal/spine/who"
	"plait/test/house"
)

// plait runs a command line in process and reads its JSON; want is the code it ends with.
func plait(t *testing.T, want int, into any, args ...string) string {
	t.Helper()
	code, out, errs := house.Plait(t.Context(), append(args, "--json")...)
	if code != want {
		t.Fatalf("plait %s: code %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(out), into); err != nil {
			t.Fatalf("plait %s: %v in %s", strings.Join(args, " "), err, out)
		}
	}
	return errs
}

// place is where an installation is: its folder, and its database where that is not inside.
type place struct{ dir, db string }

func (p place) args(words ...string) []string {
	words = append(words, "--dir", p.dir)
	if p.db != "" {
		words = append(words, "--db", p.db)
	}
	return words
}

// on gives a place without an installation on an engine.
func on(t *testing.T, e db.Engine) place {
	t.Helper()
	p := place{dir: filepath.Join(t.TempDir(), "data")}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if e == db.SQLite {
		return p
	}
	admin := os.Getenv("PLAIT_TEST_PG")
	if admin == "" {
		if strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names postgres")
		}
		t.Fatal("no PostgreSQL: run this as go run ./tool/pg -- go test ./…")
	}
	name := fmt.Sprintf("backup_%d_%d", os.Getpid(), time.Now().UnixNano())
	ask := func(statement string) {
		d, err := db.OpenURL(context.Background(), admin)
		if err == nil {
			_, err = d.Pool().ExecContext(context.Background(), statement)
			if e := d.Close(); err == nil {
				err = e
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	ask("create database " + name + " encoding 'UTF8' template template0")
	t.Cleanup(func() { ask("drop database if exists " + name + " with (force)") })
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	p.db = u.String()
	return p
}

// said is what is in the house of these tests, and what of it is erased later.
const (
	secret  = "She hides the letters from the council under the tea cosy by the window."
	stays   = "The rail by the back door has been loose since the autumn of last year."
	undone  = "This whole sheet was sent to the wrong address and must not be kept at all."
	newer   = "After the backup was made someone said that the gate is mended now."
	hername = "Marigold Featherstonehaugh"
)

// story is an installation with a person, what she said, a file, and what stays.
type story struct {
	place
	programme, project, person, said, batch string
}

func tell(t *testing.T, p place) story {
	t.Helper()
	s := story{place: p}
	var made struct{ Programme, Project string }
	plait(t, 0, &made, p.args("init", "--programme", "P", "--project", "Falls at home")...)
	s.programme, s.project = made.Programme, made.Project
	var out struct{ Ref string }
	plait(t, 0, &out, p.args("people", "add", "--project", s.project, "--name", hername, "--role", "draws on care")...)
	s.person = out.Ref
	s.said = s.give(t, secret, "--person", strings.TrimPrefix(s.person, "person:"))
	s.give(t, stays)
	file := filepath.Join(t.TempDir(), "sheet.txt")
	if err := os.WriteFile(file, []byte(undone), 0o600); err != nil {
		t.Fatal(err)
	}
	var added struct{ Batch string }
	code, text, errs := house.Plait(t.Context(), p.args("evidence", "add", "--project", s.project, "--json", file)...)
	if code > 1 || json.Unmarshal([]byte(text), &added) != nil || added.Batch == "" {
		t.Fatalf("evidence add: %d %s %s", code, text, errs)
	}
	s.batch = added.Batch
	return s
}

func (s story) give(t *testing.T, words string, more ...string) string {
	t.Helper()
	var out struct{ Ref string }
	args := append([]string{"evidence", "give", "--project", s.project, "--strands", "lived", "--words", words}, more...)
	plait(t, 0, &out, s.args(args...)...)
	return out.Ref
}

// erase takes back the person, what she said, and a whole sheet.
func (s story) erase(t *testing.T) {
	t.Helper()
	plait(t, 0, nil, s.args("consent", "withdraw", s.said, "--erase-now")...)
	plait(t, 0, nil, s.args("people", "erase", "--person", s.person, "--why", "they asked", "--words", "erase")...)
	plait(t, 0, nil, s.args("evidence", "undo", "--batch", s.batch)...)
}

// takeKey puts the key of an installation into another folder.
func takeKey(t *testing.T, from, to place) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(from.dir, "plait.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(to.dir, "plait.key"), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// stands says whether a text is anywhere in the rows of a database; on SQLite also in the
// bytes of its files.
func (p place) stands(t *testing.T, text string) bool {
	t.Helper()
	var d *db.DB
	var err error
	if p.db == "" {
		d, err = db.OpenFile(t.Context(), p.dir)
	} else {
		d, err = db.OpenURL(t.Context(), p.db)
	}
	if err != nil {
		t.Fatal(err)
	}
	found := false
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		all, err := db.Tables(tx)
		if err != nil {
			return err
		}
		for _, x := range all {
			if err := x.Rows(tx, db.Part{}, func(row []any) error {
				for _, v := range row {
					s, ok := v.(string)
					found = found || ok && strings.Contains(s, text)
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if e := d.Close(); err == nil {
		err = e
	}
	if err != nil {
		t.Fatal(err)
	}
	if p.db == "" {
		for _, name := range []string{"plait.db", "plait.db-wal"} {
			b, err := os.ReadFile(filepath.Join(p.dir, name))
			found = found || err == nil && bytes.Contains(b, []byte(text))
		}
	}
	return found
}

type restored struct {
	Backup                          string
	Erased, Projects, Contributions int64
	Unread                          int
	Left, Broken                    []string
}

func TestABackupComesBackWithoutWhatWasErased(t *testing.T) {
	for name, e := range map[string][2]db.Engine{"sqlite to sqlite": {db.SQLite, db.SQLite}, "sqlite to postgres": {db.SQLite, db.Postgres}, "postgres to sqlite": {db.Postgres, db.SQLite}} {
		t.Run(name, func(t *testing.T) {
			s := tell(t, on(t, e[0]))
			for _, words := range []string{secret, stays, undone, hername} {
				if !s.stands(t, words) {
					t.Fatalf("%q is not there: this proves nothing", words)
				}
			}
			var made keeper.MadeOut
			plait(t, 0, &made, s.args("keeper", "backup")...)
			if made.Files == 0 || made.Added == 0 || made.Rows == 0 {
				t.Errorf("%+v", made)
			}
			var again keeper.MadeOut
			plait(t, 0, &again, s.args("keeper", "backup")...)
			if again.Files != made.Files || again.Added != 0 {
				t.Errorf("a file that never changes was kept twice: %+v", again)
			}
			s.give(t, newer)
			s.erase(t)
			backups := filepath.Join(s.dir, "backup")
			for _, words := range []string{secret, stays, undone, hername} {
				if inFiles(t, backups, words) {
					t.Errorf("%q is in the folder of backups", words)
				}
			}
			to := on(t, e[1])
			if code, _, errs := house.Plait(t.Context(), to.args("keeper", "restore", "--from", backups)...); code != 2 || !strings.Contains(errs, "no installation key") {
				t.Errorf("without a key: %d %s", code, errs)
			}
			takeKey(t, s.place, to)
			var out restored
			plait(t, 0, &out, to.args("keeper", "restore", made.ID, "--from", backups)...)
			if out.Backup != made.ID || out.Erased != 3 || out.Projects != 1 || len(out.Left)+len(out.Broken)+out.Unread != 0 {
				t.Errorf("%+v", out)
			}
			for words, want := range map[string]bool{secret: false, undone: false, hername: false, newer: false, stays: true} {
				if to.stands(t, words) != want {
					t.Errorf("%q stands in the restored house: %v", words, !want)
				}
			}
			plait(t, 0, nil, to.args("keeper", "check")...)
			var found struct{ Results []struct{ Title string } }
			plait(t, 0, nil, to.args("evidence", "list", "--project", s.project)...)
			if code, text, errs := house.Plait(t.Context(), to.args("search", "autumn", "--json")...); code != 0 || json.Unmarshal([]byte(text), &found) != nil || !strings.Contains(text, "autumn") {
				t.Errorf("the search does not find what is there: %d %s %s", code, text, errs)
			}
			if code, _, errs := house.Plait(t.Context(), to.args("keeper", "restore", "--from", backups)...); code != 2 || !strings.Contains(errs, "holds a programme already") {
				t.Errorf("a second time: %d %s", code, errs)
			}
		})
	}
}

func inFiles(t *testing.T, dir, text string) bool {
	t.Helper()
	found := false
	if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(text)) || strings.Contains(path, text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

// copyDir copies a folder of backups, so that each test spoils its own.
func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "backup")
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

func TestASpoiltBackupIsRefusedByName(t *testing.T) {
	s := tell(t, on(t, db.SQLite))
	var made keeper.MadeOut
	plait(t, 0, &made, s.args("keeper", "backup")...)
	other := tell(t, on(t, db.SQLite))
	plait(t, 0, nil, other.args("keeper", "backup")...)
	edit := func(dir, name string, f func(b []byte) []byte) {
		path := filepath.Join(dir, name)
		b, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, f(b), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	backups := filepath.Join(s.dir, "backup")
	to := on(t, db.SQLite)
	takeKey(t, s.place, to)
	for name, c := range map[string]struct {
		spoil func(dir string) string // gives the folder to restore from
		args  []string
		want  string
	}{
		"cut off": {func(d string) string {
			edit(d, made.ID+".backup", func(b []byte) []byte { return b[:len(b)/2] })
			return d
		}, nil, "This backup is damaged"},
		"one bit changed": {func(d string) string {
			edit(d, made.ID+".backup", func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
			return d
		}, nil, "This backup is damaged"},
		"the manifest changed": {func(d string) string {
			edit(d, made.ID+".json", func(b []byte) []byte { return bytes.Replace(b, []byte(`"rows": `), []byte(`"rows": 1`), 1) })
			return d
		}, nil, "This backup is damaged"},
		"the list changed": {func(d string) string {
			edit(d, made.ID+".files", func(b []byte) []byte { return b[:len(b)-65] })
			return d
		}, nil, "This backup is damaged"},
		"the files gone":      {func(d string) string { _ = os.RemoveAll(filepath.Join(d, "files")); return d }, nil, "that this backup needs"},
		"the erasures gone":   {func(d string) string { _ = os.Remove(filepath.Join(d, "erasures")); return d }, nil, "The list of erasures is not in"},
		"of another house":    {func(string) string { return filepath.Join(other.dir, "backup") }, nil, "made with another installation key"},
		"no folder":           {func(d string) string { return d + "/nowhere" }, nil, "There is no such backup"},
		"no such id":          {func(d string) string { return d }, []string{"20200101-000000-000000"}, "There is no backup 20200101"},
		"not an id":           {func(d string) string { return d }, []string{"../../etc/passwd"}, "not the id of a backup"},
		"before the first":    {func(d string) string { return d }, []string{"--at", "2020-01-01"}, "There is no such backup"},
		"a time nobody knows": {func(d string) string { return d }, []string{"--at", "teatime"}, "could not read the time"},
	} {
		t.Run(name, func(t *testing.T) {
			from := c.spoil(copyDir(t, backups))
			code, out, errs := house.Plait(t.Context(), to.args(append([]string{"keeper", "restore", "--from", from}, c.args...)...)...)
			if code != 2 || !strings.Contains(errs, c.want) {
				t.Fatalf("code %d: %s%s", code, out, errs)
			}
			if to.stands(t, stays) {
				t.Error("words were stored before the backup was proven")
			}
		})
	}
	// A file's bytes are read at the very end: what is there then is half, and is not served.
	from := copyDir(t, backups)
	edit(from, oneFile(t, from), func(b []byte) []byte { b[len(b)-1] ^= 1; return b })
	if code, _, errs := house.Plait(t.Context(), to.args("keeper", "restore", "--from", from)...); code != 2 || !strings.Contains(errs, "This backup is damaged") {
		t.Errorf("a changed file: %d %s", code, errs)
	}
	if code, _, errs := house.Plait(t.Context(), to.args("keeper", "check")...); code != 2 || !strings.Contains(errs, "is being brought back here") {
		t.Errorf("half a house opens: %d %s", code, errs)
	}
	// The same folder takes the good one afterwards.
	plait(t, 0, nil, to.args("keeper", "restore", "--from", backups)...)
	plait(t, 0, nil, to.args("keeper", "check")...)
}

func oneFile(t *testing.T, dir string) string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "files", "*", "*"))
	if err != nil || len(all) == 0 {
		t.Fatal(all, err)
	}
	name, err := filepath.Rel(dir, all[0])
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTheListOfErasuresSurvivesACut(t *testing.T) {
	s := tell(t, on(t, db.SQLite))
	plait(t, 0, nil, s.args("keeper", "backup")...)
	list := filepath.Join(s.dir, "backup", "erasures")
	if err := os.WriteFile(list, []byte("AQIDBAUG"), 0o600); err != nil { // a line that a killed program left
		t.Fatal(err)
	}
	s.erase(t)
	to := on(t, db.SQLite)
	takeKey(t, s.place, to)
	var out restored
	plait(t, 1, &out, to.args("keeper", "restore", "--from", filepath.Dir(list))...)
	if out.Erased != 3 || out.Unread != 1 || to.stands(t, secret) {
		t.Errorf("%+v", out)
	}
}

func TestMove(t *testing.T) {
	for name, e := range map[string][2]db.Engine{"sqlite to postgres": {db.SQLite, db.Postgres}, "postgres to sqlite": {db.Postgres, db.SQLite}} {
		t.Run(name, func(t *testing.T) {
			s := tell(t, on(t, e[0]))
			to := on(t, e[1])
			target := to.db
			if target == "" {
				target = to.dir
			}
			var out keeper.MoveOut
			plait(t, 0, &out, s.args("keeper", "move", "--to", target)...)
			if out.Rows == 0 || strings.Contains(out.To, "@") {
				t.Errorf("%+v", out)
			}
			code, _, errs := house.Plait(t.Context(), s.args("project", "list")...)
			if code != 2 || !strings.Contains(errs, "was moved to") || !strings.Contains(errs, "--undo") {
				t.Errorf("the source opens: %d %s", code, errs)
			}
			takeKey(t, s.place, to)
			plait(t, 0, nil, to.args("keeper", "check")...)
			for _, words := range []string{secret, stays, undone, hername} {
				if !to.stands(t, words) {
					t.Errorf("%q did not come along", words)
				}
			}
			if code, _, errs := house.Plait(t.Context(), s.args("keeper", "move", "--to", target)...); code != 2 || !strings.Contains(errs, "is not empty") && !strings.Contains(errs, "was moved to") {
				t.Errorf("a second time: %d %s", code, errs)
			}
			plait(t, 0, nil, s.args("keeper", "move", "--undo")...)
			plait(t, 0, nil, s.args("keeper", "check")...)
			if code, _, errs := house.Plait(t.Context(), s.args("keeper", "move", "--undo")...); code != 2 || !strings.Contains(errs, "was not moved") {
				t.Errorf("a second undo: %d %s", code, errs)
			}
			if code, _, errs := house.Plait(t.Context(), s.args("keeper", "move", "--to", target)...); code != 2 || !strings.Contains(errs, "is not empty") {
				t.Errorf("onto a house: %d %s", code, errs)
			}
		})
	}
}

// backupRoom is the live room of a test's house, with a folder of backups.
func backupRoom(t *testing.T, h *house.House) *keeper.Room {
	t.Helper()
	for _, p := range h.Plugs {
		if r, ok := p.Self.(*keeper.Room); ok {
			r.In(h.Dir, filepath.Join(h.Dir, "backup"))
			return r
		}
	}
	t.Fatal("there is no keeper")
	return nil
}

func TestBackups(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House, r *keeper.Room){"they age": ages, "late and failed": lateAndFailed, "the drill": drills, "copies": copies, "one at a time": atOnce} {
		t.Run(name, func(t *testing.T) { kit.Each(t, func(t *testing.T, h *house.House) { f(t, h, backupRoom(t, h)) }) })
	}
}

func ages(t *testing.T, h *house.House, r *keeper.Room) {
	back := func() string {
		out, err := r.BackUp(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return out.ID
	}
	first := back()
	h.Hand.Add(40 * 24 * time.Hour) // nothing else was made: the last good one stays
	if kept, err := r.Kept(); err != nil || !slices.Equal(kept, []string{first}) {
		t.Fatal(kept, err)
	}
	second := back()
	h.Hand.Add(29 * 24 * time.Hour)
	third := back()
	if kept, err := r.Kept(); err != nil || !slices.Equal(kept, []string{second, third}) {
		t.Errorf("%v %v: %s should be gone", kept, err, first)
	}
	h.Hand.Add(2 * 24 * time.Hour)
	// One that cannot be read is not the last good one, and is not deleted either.
	if err := os.Truncate(filepath.Join(h.Dir, "backup", third+".backup"), 10); err != nil {
		t.Fatal(err)
	}
	fourth := back()
	if kept, err := r.Kept(); err != nil || !slices.Equal(kept, []string{third, fourth}) {
		t.Errorf("%v %v", kept, err)
	}
}

func lateAndFailed(t *testing.T, h *house.House, r *keeper.Room) {
	lead := h.As(who.ProgrammeLead)
	state := func() keeper.BackupState {
		return h.Do(lead, "keeper.backups", keeper.BackupsIn{}).(keeper.BackupState)
	}
	if s := state(); s.Late || s.Failed || !s.On {
		t.Errorf("a new house: %+v", s)
	}
	h.Hand.Add(49 * time.Hour)
	if s := state(); !s.Late {
		t.Error("two days without a backup are not late")
	}
	if _, err := r.BackUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := state(); s.Late || s.Failed || len(s.List) != 1 || s.List[0].State != "kept" || s.List[0].Size == 0 {
		t.Errorf("%+v", s)
	}
	good, err := r.Kept()
	if err != nil {
		t.Fatal(err)
	}
	// The list of erasures cannot be written: a folder stands in its place.
	list := filepath.Join(h.Dir, "backup", "erasures")
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(list, 0o700); err != nil {
		t.Fatal(err)
	}
	h.Write(func(tx *db.Tx) error { // something to add to the list that cannot be written
		return tx.Do(db.Q("insert into keeper_erasure (programme, record, kind, at) values (?, ?, 'person', 1)", h.Programme, h.IDs.New()))
	})
	if _, err := r.BackUp(t.Context()); !fault.Is(err, fault.Busy) || fault.Of(err).Say != "keeper.backup_unwritable" {
		t.Fatalf("%v", err)
	}
	if s := state(); !s.Failed || s.List[0].Why != "keeper.backup_unwritable" {
		t.Errorf("%+v", s)
	}
	if kept, err := r.Kept(); err != nil || !slices.Equal(kept, good) {
		t.Errorf("the last good one is gone: %v %v", kept, err)
	}
	for _, role := range who.Roles() {
		if role == who.ProgrammeLead {
			continue
		}
		for _, verb := range []string{"keeper.backup", "keeper.drill"} {
			if _, err := h.Try(h.As(role), verb, keeper.AskIn{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, %s: %v", verb, role, err)
			}
		}
	}
}

func drills(t *testing.T, h *house.House, r *keeper.Room) {
	lead := h.As(who.ProgrammeLead)
	if _, err := h.Try(lead, "keeper.drill", keeper.AskIn{}); fault.Of(err).Say != "keeper.drill_none" {
		t.Errorf("without a backup: %v", err)
	}
	if _, err := r.BackUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.Do(lead, "keeper.drill", keeper.AskIn{})
	state := func() keeper.BackupState {
		return h.Do(lead, "keeper.backups", keeper.BackupsIn{}).(keeper.BackupState)
	}
	if s := state(); !s.Drill {
		t.Error("a drill that was asked for is not shown")
	}
	work(h, "keeper.drill")
	s := state()
	if len(s.List) != 1 || s.List[0].ProvedAt == 0 || !s.List[0].Proof.Whole || s.List[0].Proof.Projects != 2 || s.Drill {
		t.Errorf("%+v", s)
	}
	if left, err := filepath.Glob(filepath.Join(h.Dir, "drill-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	// One that is damaged is said to be.
	kept, err := r.Kept()
	if err == nil {
		err = os.Truncate(filepath.Join(h.Dir, "backup", kept[0]+".backup"), 50)
	}
	if err != nil {
		t.Fatal(err)
	}
	work(h, "keeper.drill")
	if s := state(); s.List[0].Proof.Whole || s.List[0].Proof.Why != "keeper.backup_damaged" {
		t.Errorf("%+v", s.List[0])
	}
}

func copies(t *testing.T, h *house.House, r *keeper.Room) {
	until := func() (n int64) {
		h.Read(func(tx *db.Tx) (err error) {
			_, n, err = r.Copies(t.Context(), tx, h.Programme, "", h.Clock.Now())
			return err
		})
		return n
	}
	if n := until(); n != 0 {
		t.Errorf("without a backup: %d", n)
	}
	if _, err := r.BackUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	days := float64(until()-h.Clock.Now()) / float64((24 * time.Hour).Microseconds())
	if days < 29.9 || days > 30.1 {
		t.Errorf("%v days", days)
	}
}

func atOnce(t *testing.T, h *house.House, r *keeper.Room) {
	made := make(chan error, 4)
	for range cap(made) {
		go func() { _, err := r.BackUp(t.Context()); made <- err }()
	}
	good := 0
	for range cap(made) {
		err := <-made
		if err == nil {
			good++
		} else if !fault.Is(err, fault.Busy) {
			t.Error(err)
		}
	}
	kept, err := r.Kept()
	if good == 0 || err != nil || len(kept) != good {
		t.Errorf("%d were made, %d are there, %v", good, len(kept), err)
	}
}

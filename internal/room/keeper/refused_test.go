package keeper_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/room/keeper"
	"plait/test/house"
)

func TestAWrongKeyDoesNotBlockTheRightOne(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			s := tell(t, on(t, db.SQLite))
			plait(t, 0, nil, s.args("keeper", "backup")...)
			other := on(t, db.SQLite)
			plait(t, 0, nil, other.args("init", "--programme", "Q")...)
			backups := filepath.Join(s.dir, "backup")
			to := on(t, e)
			takeKey(t, other, to)
			code, _, errs := house.Plait(t.Context(), to.args("keeper", "restore", "--from", backups)...)
			if code != 2 || !strings.Contains(errs, "another installation key") {
				t.Fatalf("code %d: %s", code, errs)
			}
			left, err := filepath.Glob(filepath.Join(to.dir, "plait.db*"))
			if err != nil || len(left) != 0 {
				t.Errorf("a refused restore left %v %v", left, err)
			}
			takeKey(t, s.place, to)
			plait(t, 0, nil, to.args("keeper", "restore", "--from", backups)...)
			plait(t, 0, nil, to.args("keeper", "check")...)
			// With a programme in it another key is still refused.
			takeKey(t, other, to)
			if code, _, errs := house.Plait(t.Context(), to.args("keeper", "restore", "--from", backups)...); code != 2 || !strings.Contains(errs, "key") || strings.Contains(errs, "programme already") {
				t.Errorf("another key on a full house: %d %s", code, errs)
			}
		})
	}
}

// bare makes an installation without a programme, with a key of its own whose mark is in
// the database: an init that is refused leaves one.
func bare(t *testing.T, p place) {
	t.Helper()
	if code, _, errs := house.Plait(t.Context(), p.args("init", "--email", "nobody")...); code != 2 {
		t.Fatal(code, errs)
	}
	for _, name := range []string{"plait.key", "plait.db"} {
		if _, err := os.Stat(filepath.Join(p.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// A mark that an older release left with the wrong key gives way, for nothing is there.
func TestAMarkOfTheWrongKeyGivesWayWhereNothingIs(t *testing.T) {
	s := tell(t, on(t, db.SQLite))
	plait(t, 0, nil, s.args("keeper", "backup")...)
	to := on(t, db.SQLite)
	bare(t, to)
	takeKey(t, s.place, to)
	plait(t, 0, nil, to.args("keeper", "restore", "--from", filepath.Join(s.dir, "backup"))...)
	plait(t, 0, nil, to.args("keeper", "check")...)
}

func TestBackupsAreListedWithoutAnInstallation(t *testing.T) {
	s := tell(t, on(t, db.SQLite))
	backups := filepath.Join(s.dir, "backup")
	say := func(args ...string) (int, string, string) {
		return house.Plait(t.Context(), append([]string{"keeper", "backups"}, args...)...)
	}
	if code, out, errs := say("--dir", s.dir); code != 0 || out != "There are no backups in "+backups+".\n" {
		t.Errorf("before the first: %d %q %s", code, out, errs)
	}
	var made keeper.MadeOut
	plait(t, 0, &made, s.args("keeper", "backup")...)
	away, nowhere := copyDir(t, backups), t.TempDir()
	var list keeper.BackupsOut
	plait(t, 0, &list, "keeper", "backups", "--from", away, "--dir", filepath.Join(nowhere, "none"))
	if list.Folder != away || len(list.Backups) != 1 || list.Backups[0].ID != made.ID || list.Backups[0].At != made.At || list.Backups[0].Size == "" || list.Backups[0].Problem != "" {
		t.Errorf("%+v", list)
	}
	if code, _, errs := say("--from", filepath.Join(nowhere, "none")); code != 2 || !strings.Contains(errs, "There is no folder") {
		t.Errorf("no folder: %d %s", code, errs)
	}
	if code, out, _ := say("--from", nowhere); code != 0 || !strings.Contains(out, "no backups in "+nowhere) {
		t.Errorf("an empty folder: %d %s", code, out)
	}
	if left, err := os.ReadDir(nowhere); err != nil || len(left) != 0 {
		t.Errorf("listing left %v %v", left, err)
	}
}

func TestALastBackupThatLostItsManifestIsNamed(t *testing.T) {
	s := tell(t, on(t, db.SQLite))
	var first, last keeper.MadeOut
	plait(t, 0, &first, s.args("keeper", "backup")...)
	s.give(t, newer)
	for last.At == "" || last.At == first.At { // ids tell seconds apart
		plait(t, 0, &last, s.args("keeper", "backup")...)
	}
	for name, c := range map[string]struct {
		spoil func(path string) error
		says  []string
	}{
		"deleted": {os.Remove, []string{last.ID + ".json is missing", "--at"}},
		"emptied": {func(path string) error { return os.WriteFile(path, []byte("{"), 0o600) }, []string{"cannot read the file " + last.ID + ".json", "--at"}},
	} {
		t.Run(name, func(t *testing.T) {
			from := copyDir(t, filepath.Join(s.dir, "backup"))
			if err := c.spoil(filepath.Join(from, last.ID+".json")); err != nil {
				t.Fatal(err)
			}
			to := on(t, db.SQLite)
			takeKey(t, s.place, to)
			code, _, errs := house.Plait(t.Context(), to.args("keeper", "restore", "--from", from)...)
			for _, want := range c.says {
				if code != 2 || !strings.Contains(errs, want) {
					t.Errorf("code %d, %q is not in: %s", code, want, errs)
				}
			}
			var list keeper.BackupsOut
			plait(t, 0, &list, "keeper", "backups", "--from", from)
			if n := len(list.Backups); n < 2 || list.Backups[n-1].ID != last.ID || list.Backups[n-1].Problem == "" {
				t.Errorf("%+v", list)
			}
			var out restored
			plait(t, 0, &out, to.args("keeper", "restore", first.ID, "--from", from)...)
			if out.Backup != first.ID {
				t.Errorf("%+v", out)
			}
		})
	}
}

// TestARestoreThatIsKilledEarlyIsNotServed holds a restore while it reads the list of
// erasures, before anything is stored.
func TestARestoreThatIsKilledEarlyIsNotServed(t *testing.T) {
	s := tell(t, on(t, db.SQLite))
	plait(t, 0, nil, s.args("keeper", "backup")...)
	from := copyDir(t, filepath.Join(s.dir, "backup"))
	list := filepath.Join(from, "erasures")
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(list, 0o600); err != nil {
		t.Skip("no named pipe can be made here: ", err)
	}
	to := on(t, db.SQLite)
	takeKey(t, s.place, to)
	ended := make(chan string, 1)
	go func() {
		_, _, errs := house.Plait(t.Context(), to.args("keeper", "restore", "--from", from)...)
		ended <- errs
	}()
	marks := func() (n int64) {
		if _, err := os.Stat(filepath.Join(to.dir, "plait.db")); err != nil {
			return 0
		}
		d, err := db.OpenFile(t.Context(), to.dir)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()                                       //nolint:errcheck // only read
		_ = d.Read(t.Context(), func(tx *db.Tx) (err error) { // the table may not be there yet
			n, err = db.Count(tx, db.Q("select count(*) from keeper_mark where name = 'beginning'"))
			return err
		})
		return n
	}
	for tries := 0; marks() == 0; tries++ {
		if tries == 200 {
			t.Fatal("a restore that began leaves no mark")
		}
		time.Sleep(50 * time.Millisecond)
	}
	pipe, err := os.OpenFile(list, os.O_WRONLY, 0)
	if err == nil {
		err = pipe.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	<-ended
	if marks() != 0 {
		t.Error("the mark stays when the restore has ended")
	}
	// One that was killed leaves it: nobody is served an empty Plait, and a restore begins anew.
	cut := on(t, db.SQLite)
	takeKey(t, s.place, cut)
	bare(t, cut)
	d, err := db.OpenFile(t.Context(), cut.dir)
	if err == nil {
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			return tx.Do(db.Q("insert into keeper_mark (programme, name, value, at) values ('', 'beginning', 'x', 1)"))
		})
	}
	if err == nil {
		err = d.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := house.Plait(t.Context(), cut.args("serve", "--listen", "127.0.0.1:0")...); code != 2 || !strings.Contains(errs, "brought back here") {
		t.Errorf("served: %d %s", code, errs)
	}
	plait(t, 0, nil, cut.args("keeper", "restore", "--from", filepath.Join(s.dir, "backup"))...)
	plait(t, 0, nil, cut.args("keeper", "check")...)
}

package keeper_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
			left, err := os.ReadDir(to.dir)
			if err != nil || len(left) != 1 || left[0].Name() != "plait.key" {
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

// A mark that an older release left with the wrong key gives way, for nothing is there.
func TestAMarkOfTheWrongKeyGivesWayWhereNothingIs(t *testing.T) {
	s := tell(t, on(t, db.SQLite))
	plait(t, 0, nil, s.args("keeper", "backup")...)
	to := on(t, db.SQLite)
	if code, _, errs := house.Plait(t.Context(), to.args("keeper", "import", filepath.Join(to.dir, "no.zip"))...); code != 2 {
		t.Fatal(code, errs) // it makes a key and marks the database with it
	}
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

package keeper_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/folder"
	"plait/internal/room/keeper"
	"plait/test/house"
)

// opened opens the database of a place beside whoever else does.
func (p place) opened(t *testing.T) *db.DB {
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
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// TestOneLockOnTheInstallation: what replaces all of an installation waits for nobody and
// lets nobody in.
func TestOneLockOnTheInstallation(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			p := on(t, e)
			plait(t, 0, nil, p.args("init", "--programme", "P", "--project", "Falls at home")...)
			plait(t, 0, nil, p.args("keeper", "backup")...)
			d := p.opened(t)
			refused := func(want string, args ...string) {
				t.Helper()
				if code, out, errs := house.Plait(t.Context(), p.args(args...)...); code != 2 || !strings.Contains(errs, want) {
					t.Errorf("%s: %d %s%s", strings.Join(args, " "), code, out, errs)
				}
			}
			// As a Plait that serves does, from before it can be seen to do so.
			part, ok, err := d.Share(t.Context())
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			plait(t, 0, nil, p.args("project", "list")...) // others use it all the same
			refused("Something else uses this installation", "keeper", "move", "--to", filepath.Join(t.TempDir(), "new"))
			refused("Something else uses this installation", "keeper", "restore", "--from", filepath.Join(p.dir, "backup"))
			if err := part.Free(); err != nil {
				t.Fatal(err)
			}
			all, ok, err := d.Alone(t.Context())
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			refused("Another command has this installation to itself", "project", "list")
			if ok, again, err := all.Keep(t.Context()); !ok || again || err != nil {
				t.Errorf("%v %v %v", ok, again, err)
			}
			if err := all.Free(); err != nil {
				t.Fatal(err)
			}
			plait(t, 0, nil, p.args("project", "list")...)
		})
	}
}

// TestALostLockIsTakenAgain: on PostgreSQL the lock goes with its connection.
func TestALostLockIsTakenAgain(t *testing.T) {
	p := on(t, db.Postgres)
	d := p.opened(t)
	part, ok, err := d.Share(t.Context())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	cut := func() {
		if _, err := p.opened(t).Pool().ExecContext(t.Context(), `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
			and database = (select oid from pg_database where datname = current_database())`); err != nil {
			t.Fatal(err)
		}
	}
	cut()
	keep := func() (bool, bool) {
		for began := time.Now(); ; {
			ok, again, err := part.Keep(t.Context())
			if err == nil || time.Since(began) > 10*time.Second {
				return ok, again
			}
		}
	}
	if ok, again := keep(); !ok || !again {
		t.Errorf("taken again: %v %v", ok, again)
	}
	cut()
	all, ok, err := p.opened(t).Alone(t.Context())
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if ok, _ := keep(); ok {
		t.Error("it is shared while another has it alone")
	}
	if err := errors.Join(all.Free(), part.Free()); err != nil {
		t.Error(err)
	}
}

// TestFreshFoldersMigrateInTurn: several programs that make one database at once.
func TestFreshFoldersMigrateInTurn(t *testing.T) {
	dir := t.TempDir()
	done := make(chan error, 3)
	for range cap(done) {
		go func() {
			d, err := db.OpenFile(context.Background(), dir)
			if err == nil {
				err = errors.Join(house.Migrate(context.Background(), d), d.Close())
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestClaims(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		r := backupRoom(t, h)
		// Two moves at once, to two places.
		done := make(chan error, 4)
		for i := range cap(done) {
			go func() { done <- r.ClaimMove(t.Context(), "there"+string(rune('0'+i))) }()
		}
		good := 0
		for range cap(done) {
			if err := <-done; err == nil {
				good++
			} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Busy) {
				t.Error(err)
			}
		}
		if good != 1 {
			t.Errorf("%d moves have one installation", good)
		}
		if _, err := r.Vacancy(t.Context()); fault.Of(err).Say != "keeper.mark_moving" {
			t.Errorf("a restore where a move is: %v", err)
		}
	})
}

// TestALateRestoreStops: it was held up after it had looked, and another one came and went.
func TestALateRestoreStops(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			var kit house.Kit
			h := kit.SQLite(t)
			from := backupRoom(t, h)
			made, err := from.BackUp(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			d := on(t, e).opened(t)
			if err := house.Migrate(t.Context(), d); err != nil {
				t.Fatal(err)
			}
			late, err := from.Other(d)
			if err != nil {
				t.Fatal(err)
			}
			other, err := from.Other(d)
			if err != nil {
				t.Fatal(err)
			}
			was, err := late.Vacancy(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := other.ClaimRestore(t.Context(), made.ID, was); err != nil {
				t.Fatal(err)
			}
			if _, err := late.ClaimRestore(t.Context(), made.ID, was); fault.Of(err).Say != "keeper.held" {
				t.Errorf("two restores at once: %v", err)
			}
			// The other one is cut off, begins again, and ends.
			if _, err := other.Restore(t.Context(), keeper.RestoreIn{Folder: filepath.Join(h.Dir, "backup")}); err != nil {
				t.Fatal(err)
			}
			if _, err := late.ClaimRestore(t.Context(), made.ID, was); fault.Of(err).Say != "keeper.restore_not_empty" {
				t.Errorf("after the other has ended: %v", err)
			}
		})
	}
}

func TestOrderOfBackups(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House, r *keeper.Room){"clock back": clockBack, "clock ahead": clockAhead,
		"killed at the end": killedAtTheEnd, "drills are swept": drillsSwept} {
		t.Run(name, func(t *testing.T) { kit.Each(t, func(t *testing.T, h *house.House) { f(t, h, backupRoom(t, h)) }) })
	}
}

func back(t *testing.T, r *keeper.Room) string {
	t.Helper()
	out, err := r.BackUp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out.ID
}

func clockBack(t *testing.T, h *house.House, r *keeper.Room) {
	until := func(person string) (n int64) {
		h.Read(func(tx *db.Tx) (err error) {
			_, n, err = r.Copies(t.Context(), tx, h.Programme, person, h.Clock.Now())
			return err
		})
		return n
	}
	first := back(t, r)
	h.Hand.Add(-time.Hour)
	if until("somebody") == 0 {
		t.Error("a backup that was made before, by a clock ahead, is not counted")
	}
	second := back(t, r)
	if kept, err := r.Kept(); err != nil || !slices.Equal(kept, []string{first, second}) {
		t.Errorf("%v %v", kept, err)
	}
	if id, err := r.Chosen(keeper.RestoreIn{}); id != second || err != nil {
		t.Errorf("a restore takes %s, not %s: %v", id, second, err)
	}
	// The page lists the last one first.
	h.Read(func(tx *db.Tx) error {
		ids, err := db.All(tx, db.Q("select id from keeper_backup where programme = ? order by number desc", h.Programme), db.Value[string])
		if err != nil || !slices.Equal(ids, []string{second, first}) {
			t.Errorf("%v %v", ids, err)
		}
		return nil
	})
	// Where the last one's manifest cannot be read, it is named, with a time and without.
	h.Hand.Add(2 * time.Hour)
	path := filepath.Join(h.Dir, "backup", back(t, r)+".json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, point := range []string{"", clock.Time(h.Clock.Now()).Add(time.Minute).Format(time.RFC3339)} {
		if _, err := r.Chosen(keeper.RestoreIn{Point: point}); !fault.Is(err, fault.Broken) {
			t.Errorf("at %q: %v", point, err)
		}
	}
}

func clockAhead(t *testing.T, h *house.House, r *keeper.Room) {
	var all []string
	for range 4 {
		all = append(all, back(t, r))
		h.Hand.Add(24 * time.Hour)
	}
	h.Hand.Add(40 * 24 * time.Hour)
	all = append(all, back(t, r))
	if kept, err := r.Kept(); err != nil || !slices.Equal(kept, all[1:]) {
		t.Errorf("a clock ahead deleted more than one: %v %v", kept, err)
	}
	h.Hand.Add(time.Hour)
	all = append(all, back(t, r))
	if kept, err := r.Kept(); err != nil || !slices.Equal(kept, all[2:]) {
		t.Errorf("within the same day: %v %v", kept, err)
	}
	h.Hand.Add(25 * time.Hour) // it is not the clock: time has passed
	all = append(all, back(t, r))
	if kept, err := r.Kept(); err != nil || !slices.Equal(kept, all[4:]) {
		t.Errorf("what is over stays: %v %v", kept, err)
	}
}

func killedAtTheEnd(t *testing.T, h *house.House, r *keeper.Room) {
	first := back(t, r)
	h.Write(func(tx *db.Tx) error { // as it stands when the program ends between manifest and row
		return tx.Do(db.Q("update keeper_backup set state = 'running', rows_kept = 0, size = 0 where id = ?", first))
	})
	h.Read(func(tx *db.Tx) error {
		if _, until, err := r.Copies(t.Context(), tx, h.Programme, "somebody", h.Clock.Now()); until == 0 || err != nil {
			t.Errorf("it may be whole, and is not counted: %v", err)
		}
		return nil
	})
	h.Hand.Add(time.Hour)
	back(t, r)
	h.Read(func(tx *db.Tx) error {
		state, _, err := db.One(tx, db.Q("select state from keeper_backup where id = ? and size > 0", first), db.Value[string])
		if err != nil || state != "kept" {
			t.Errorf("a backup that is whole in the folder is %q: %v", state, err)
		}
		return nil
	})
	// A database that was brought back learns of what was made after its backup.
	fresh := on(t, db.SQLite).opened(t)
	if err := house.Migrate(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	there, err := r.Other(fresh)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.Restore(t.Context(), keeper.RestoreIn{Folder: filepath.Join(h.Dir, "backup"), ID: first}); err != nil {
		t.Fatal(err)
	}
	if err := fresh.Read(t.Context(), func(tx *db.Tx) error {
		n, err := db.Count(tx, db.Q("select count(*) from keeper_backup where programme = ? and state = 'kept'", h.Programme))
		if n != 2 {
			t.Errorf("%d backups are known of two", n)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func drillsSwept(t *testing.T, h *house.House, r *keeper.Room) {
	back(t, r)
	left := filepath.Join(h.Dir, "drill-123")
	if err := errors.Join(os.MkdirAll(left, 0o700), os.WriteFile(filepath.Join(left, "plait.db"), bytes.Repeat([]byte("word "), 9), 0o600)); err != nil {
		t.Fatal(err)
	}
	free, ok, err := folder.Lock(filepath.Join(h.Dir, "backup", ".drill.lock"))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	r.SweepDrills()
	if _, err := os.Stat(left); err != nil {
		t.Error("the folder of a drill that runs was taken away")
	}
	if err := free(); err != nil {
		t.Fatal(err)
	}
	r.SweepDrills()
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a killed drill's database stands there: %v", err)
	}
}

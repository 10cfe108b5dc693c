package keeper_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/room/keeper"
	"plait/test/house"
)

// binary builds the real program, which can be killed and limited as a test cannot.
func binary(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "plait")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "plait/cmd/plait").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return bin
}

// killed starts a command and kills it after a while, unless it has ended.
func killed(t *testing.T, after time.Duration, bin string, args ...string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), after)
	defer stop()
	_ = exec.CommandContext(ctx, bin, args...).Run() // a context's end is SIGKILL
}

// TestTheRealProgram kills it and fills its disk.
func TestTheRealProgram(t *testing.T) {
	bin := binary(t)
	t.Run("killed at any moment", func(t *testing.T) { killedAnywhere(t, bin) })
	t.Run("a full disk", func(t *testing.T) { fullDisk(t, bin) })
}

// killedAnywhere kills backup, restore and move at several moments each; what is
// there afterwards is the last good state, and the same command run again ends well.
func killedAnywhere(t *testing.T, bin string) {
	s := tell(t, on(t, db.SQLite))
	file := filepath.Join(t.TempDir(), "many.txt") // enough rows that a kill can fall into the middle
	if err := os.WriteFile(file, []byte(strings.Repeat("Nobody rang back, and the door stayed shut all week.\n\n", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := house.Plait(t.Context(), s.args("evidence", "add", "--project", s.project, "--split", file)...); code > 1 {
		t.Fatalf("%s%s", out, errs)
	}
	moments := []time.Duration{110, 260}
	var good keeper.MadeOut
	plait(t, 0, &good, s.args("keeper", "backup")...)
	backups := filepath.Join(s.dir, "backup")
	for _, at := range moments {
		killed(t, at*time.Millisecond, bin, s.args("keeper", "backup")...)
		var list keeper.BackupsOut
		plait(t, 0, &list, s.args("keeper", "backups")...)
		// One that came to its end before the kill stands beside it, whole.
		if !slices.ContainsFunc(list.Backups, func(b keeper.BackupOut) bool { return b.ID == good.ID }) {
			t.Fatalf("after %d ms: the good one is gone: %+v", at, list)
		}
		for _, b := range list.Backups {
			if b.Problem != "" && b.Problem != "its manifest "+b.ID+".json is missing" {
				t.Errorf("after %d ms: half a backup is listed: %+v", at, b)
			}
		}
	}
	plait(t, 0, &good, s.args("keeper", "backup")...)
	if left, err := filepath.Glob(filepath.Join(backups, ".*.part")); err != nil || len(left) > 0 {
		t.Errorf("halves are left: %v %v", left, err)
	}
	to := on(t, db.SQLite)
	takeKey(t, s.place, to)
	for _, at := range moments {
		killed(t, at*time.Millisecond, bin, to.args("keeper", "restore", "--from", backups)...)
		if code, out, errs := house.Plait(t.Context(), to.args("project", "list", "--json")...); code == 0 && strings.Contains(out, "Falls") && !to.whole(t) {
			t.Fatalf("after %d ms half a house was served: %s%s", at, out, errs)
		}
	}
	if !to.whole(t) {
		plait(t, 0, nil, to.args("keeper", "restore", "--from", backups)...)
	}
	plait(t, 0, nil, to.args("keeper", "check")...)
	there := on(t, db.SQLite)
	for _, at := range moments {
		killed(t, at*time.Millisecond, bin, s.args("keeper", "move", "--to", there.dir)...)
		a, _, _ := house.Plait(t.Context(), s.args("project", "list")...)
		takeKey(t, s.place, there)
		b, _, _ := house.Plait(t.Context(), there.args("project", "list", "--programme", "P")...)
		if a == 0 && b == 0 {
			t.Fatalf("after %d ms both sides can be served", at)
		}
	}
	if code, _, errs := house.Plait(t.Context(), s.args("keeper", "move", "--to", there.dir)...); code != 0 && !strings.Contains(errs, "was moved to") && !strings.Contains(errs, "is not empty") {
		t.Fatal(errs)
	}
	plait(t, 0, nil, there.args("keeper", "check")...)
	if !there.stands(t, stays) {
		t.Error("words did not come along")
	}
}

// whole says whether an installation opens.
func (p place) whole(t *testing.T) bool {
	code, _, _ := house.Plait(t.Context(), p.args("keeper", "check")...)
	return code == 0
}

// fullDisk lets no file grow beyond a little: the backup fails in
// plain words, and those that were there stay.
func fullDisk(t *testing.T, bin string) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash, whose ulimit this test needs")
	}
	s := tell(t, on(t, db.SQLite))
	var good keeper.MadeOut
	plait(t, 0, &good, s.args("keeper", "backup")...)
	// A list of erasures larger than the limit cannot grow: what a full disk does to it.
	list, err := os.OpenFile(filepath.Join(s.dir, "backup", "erasures"), os.O_WRONLY, 0)
	if err == nil {
		s.erase(t)
		err = list.Truncate(200 << 20) // a hole, which takes no room
	}
	if err == nil {
		err = list.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "bash", "-c", "trap '' XFSZ; ulimit -f 100000; exec \"$0\" \"$@\"", bin, "keeper", "backup", "--dir", s.dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "There is no room left") {
		t.Errorf("%v: %s", err, out)
	}
	var found keeper.BackupsOut
	plait(t, 0, &found, s.args("keeper", "backups")...)
	if len(found.Backups) != 1 || found.Backups[0].ID != good.ID || found.Backups[0].Problem != "" {
		t.Errorf("%+v", found)
	}
}

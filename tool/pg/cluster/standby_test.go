package cluster

import (
	"context"
	"errors"
	"os"
	"strconv"
	"testing"
	"time"
)

func TestStandbyFollowsAndIsPromoted(t *testing.T) {
	if _, err := Bin(); errors.Is(err, ErrAbsent) && os.Getenv("PLAIT_TEST_WITHOUT") == "postgres" {
		t.Skip("PLAIT_TEST_WITHOUT=postgres")
	}
	ctx := t.Context()
	first, err := StartSafe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Stop()
	second, err := first.Standby(ctx, "second")
	if err != nil {
		t.Fatal(err)
	}
	defer second.Stop()
	if err := createDatabase(second, "early"); err == nil {
		t.Error("a standby took a write")
	}
	if err := createDatabase(first, "carried"); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); !hasDatabase(second, "carried"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("what the first one did has not reached the standby")
		}
	}
	if err := first.Crash(); err != nil {
		t.Fatal(err)
	}
	if err := second.Promote(ctx); err != nil {
		t.Fatal(err)
	}
	if err := createDatabase(second, "later"); err != nil {
		t.Errorf("the standby that was promoted takes no writes: %v", err)
	}
	if err := first.Again(ctx); err != nil {
		t.Fatal(err)
	}
	if !hasDatabase(first, "carried") {
		t.Error("the crash lost what was acknowledged")
	}
}

// createDatabase makes another database.
func createDatabase(c *Cluster, name string) error {
	return c.run(context.Background(), []string{"PGPASSWORD=" + c.password}, "createdb", "-h", "127.0.0.1", "-p", strconv.Itoa(c.Port), "-U", role, "-w", name)
}

func hasDatabase(c *Cluster, name string) bool {
	return c.run(context.Background(), []string{"PGPASSWORD=" + c.password}, "psql", "-h", "127.0.0.1", "-p", strconv.Itoa(c.Port), "-U", role, "-w", "-c", "select 1", name) == nil
}

func TestFamilyIsReadFromProc(t *testing.T) {
	for text, want := range map[string][2]int{"71 (postgres: a) b) S 7 71 71": {71, 7}, "1 (x)": {}, "": {}, "x (y) S 7 8": {}} {
		if pid, parent := family(text); pid != want[0] || parent != want[1] {
			t.Errorf("family(%q) = %d, %d, want %v", text, pid, parent, want)
		}
	}
}

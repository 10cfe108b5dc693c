package cluster

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func TestStartServesAndStopLeavesNothing(t *testing.T) {
	if _, err := Bin(); errors.Is(err, ErrAbsent) && os.Getenv("PLAIT_TEST_WITHOUT") == "postgres" {
		t.Skip("PLAIT_TEST_WITHOUT=postgres")
	}
	c, err := Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Stop()
	if _, err := os.Stat(filepath.Join(c.Socket, ".s.PGSQL."+strconv.Itoa(c.Port))); err != nil {
		t.Errorf("no socket: %v", err)
	}
	env := []string{"PGPASSWORD=" + c.password}
	args := []string{"-h", "127.0.0.1", "-p", strconv.Itoa(c.Port), "-U", role, "-w"}
	if err := c.run(t.Context(), env, "createdb", append(args, "--encoding=UTF8", "second")...); err != nil {
		t.Errorf("the role cannot create databases: %v", err)
	}
	if err := c.run(t.Context(), []string{"PGPASSWORD=wrong"}, "createdb", append(args, "third")...); err == nil {
		t.Error("a wrong password was let in")
	}
	dir, port := c.dir, c.Port
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder %s is left: %v", dir, err)
	}
	if conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
		conn.Close()
		t.Error("the server still answers after Stop")
	}
	if err := c.Stop(); err != nil {
		t.Errorf("a second Stop: %v", err)
	}
}

func TestMissingServerIsNamed(t *testing.T) {
	t.Setenv(BinEnv, t.TempDir())
	if _, err := Bin(); !errors.Is(err, ErrAbsent) {
		t.Fatalf("Bin: %v, want ErrAbsent", err)
	}
	if _, err := Start(context.Background()); !errors.Is(err, ErrAbsent) {
		t.Fatalf("Start: %v, want ErrAbsent", err)
	}
}

func TestVersionIsReadFromTheFolder(t *testing.T) {
	for dir, want := range map[string]int{
		"/usr/lib/postgresql/9.6/bin": 9, "/usr/lib/postgresql/15/bin": 15,
		"/opt/homebrew/opt/postgresql@17/bin": 17, "/usr/local/pgsql/bin": 0,
	} {
		if got := version(dir); got != want {
			t.Errorf("version(%q) = %d, want %d", dir, got, want)
		}
	}
}

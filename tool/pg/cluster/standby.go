package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// StartSafe is Start for a server that keeps what it has acknowledged through a crash:
// fsync, full pages and synchronous_commit are on. settings, "name=value", come last.
func StartSafe(ctx context.Context, settings ...string) (*Cluster, error) {
	return start(ctx, &Cluster{safe: true, settings: settings})
}

// Standby makes a second server that copies this one and then follows it by streaming
// replication. It is known to this one by name, so that synchronous_standby_names may
// name it. The caller must call its Stop, before this one's.
func (c *Cluster) Standby(ctx context.Context, name string) (*Cluster, error) {
	s := &Cluster{bin: c.bin, safe: c.safe, password: c.password}
	if err := s.folder(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	from := fmt.Sprintf("host=127.0.0.1 port=%d user=%s password=%s application_name=%s", c.Port, role, c.password, name)
	if err := s.run(ctx, nil, "pg_basebackup", "-D", s.data(), "-d", from, "-X", "stream", "-c", "fast", "--no-sync"); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	if err := os.WriteFile(filepath.Join(s.data(), "standby.signal"), nil, 0o600); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	if err := s.give(filepath.Join(s.data(), "standby.signal")); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	s.settings = append([]string{"primary_conninfo=" + from}, c.settings...)
	if err := s.serve(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// Promote makes a standby take writes, and waits until it does.
func (c *Cluster) Promote(ctx context.Context) error {
	return c.run(ctx, nil, "pg_ctl", "promote", "-D", c.data(), "-w", "-t", "30")
}

// Halt stops the server in order, its clients cut off, and keeps its data. Again starts it.
func (c *Cluster) Halt() error { return c.halt() }

// Crash ends the server at once, as a power cut does, and keeps its data. Again starts it.
func (c *Cluster) Crash() error {
	if c.proc == nil {
		return nil
	}
	parts := c.parts()
	if err := c.all(syscall.SIGKILL); err != nil {
		return err
	}
	// Its parts hold its memory until the last of them is gone.
	defer func() {
		for end := time.Now().Add(stopWait); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			if !slices.ContainsFunc(parts, alive) {
				return
			}
		}
	}()
	select {
	case <-c.done:
		c.proc = nil
		return nil
	case <-time.After(stopWait):
		return fmt.Errorf("postgres (process %d) would not end", c.proc.Pid)
	}
}

// Again starts a server that was halted or crashed, at the port it had.
func (c *Cluster) Again(ctx context.Context) error {
	if c.proc != nil {
		return errors.New("postgres runs already")
	}
	return c.serve(ctx)
}

// Freeze has the server and all its parts stand still: connections are taken and nothing
// is answered, as when its machine hangs. Thaw has it go on.
func (c *Cluster) Freeze() error { return c.all(syscall.SIGSTOP) }

// Thaw ends a Freeze.
func (c *Cluster) Thaw() error { return c.all(syscall.SIGCONT) }

// all sends a signal to the server and to its parts, each of which leads a group of its
// own. It goes by /proc, so elsewhere than on Linux the parts are left out.
func (c *Cluster) all(sig syscall.Signal) error {
	if c.proc == nil {
		return errors.New("postgres does not run")
	}
	var failed error
	for _, pid := range append([]int{c.proc.Pid}, c.parts()...) {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			failed = errors.Join(failed, fmt.Errorf("signal to postgres: %w", err))
		}
	}
	return failed
}

// alive says whether a process is there, and more than a name that nobody has buried yet.
func alive(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(text[max(bytes.LastIndexByte(text, ')'), 0):]), " ")
	return !strings.HasPrefix(rest, "Z")
}

// parts are the server's own processes, but for the first of them.
func (c *Cluster) parts() []int {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || c.proc == nil {
		return nil // only a bad pattern is an error
	}
	var out []int
	for _, p := range stats {
		text, err := os.ReadFile(p)
		if err != nil {
			continue // it ended meanwhile
		}
		if pid, parent := family(string(text)); parent == c.proc.Pid {
			out = append(out, pid)
		}
	}
	return out
}

// family reads a process's number and its parent's from proc(5)'s stat: "7 (name) S 1 ...".
func family(stat string) (pid, parent int) {
	head, rest, _ := strings.Cut(stat, " (")
	_, rest, _ = strings.Cut(rest[max(strings.LastIndex(rest, ")"), 0):], " ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0, 0
	}
	pid, err := strconv.Atoi(head)
	if err != nil {
		return 0, 0
	}
	parent, err = strconv.Atoi(fields[1])
	if err != nil {
		return 0, 0
	}
	return pid, parent
}

// Hosts is the URL of several servers that stand in for one another.
func Hosts(all ...*Cluster) string {
	hosts := ""
	for i, c := range all {
		if i > 0 {
			hosts += ","
		}
		hosts += "127.0.0.1:" + strconv.Itoa(c.Port)
	}
	return fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable&target_session_attrs=read-write", role, all[0].password, hosts, database)
}

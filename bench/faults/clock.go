package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"plait/internal/kit/db"
)

// clockEnv names the file from which the program of this fault reads by how many seconds
// its clock is wrong.
const clockEnv = "FAULTS_CLOCK"

// wrongClock builds the program with a standard library whose time.Now adds what a file
// says. The program's own sources are as they are: nothing in it knows of this, and no other
// build can be told a wrong time.
func (b *bench) wrongClock(ctx context.Context) (string, error) {
	b.building.Lock()
	defer b.building.Unlock()
	program := filepath.Join(b.dir, "plait-clock")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", err
	}
	src := filepath.Join(strings.TrimSpace(string(root)), "src", "time")
	text, err := os.ReadFile(filepath.Join(src, "time.go"))
	if err != nil {
		return "", err
	}
	const line = "\tsec, nsec, mono := runtimeNow()\n"
	if strings.Count(string(text), line) != 1 {
		return "", errors.New("time.Now is not what it was in Go 1.26: the clock cannot be set")
	}
	// Every build of the same Go has the same overlay at the same place, so that its cache holds.
	dir := filepath.Join(os.TempDir(), "plait-faults-clock")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	overlay := map[string]map[string]string{"Replace": {
		filepath.Join(src, "time.go"):   filepath.Join(dir, "time.go"),
		filepath.Join(src, "faults.go"): filepath.Join(dir, "faults.go"),
	}}
	list, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	for name, body := range map[string]string{
		"time.go":      strings.Replace(string(text), line, line+"\tsec += faultsShift(mono)\n", 1),
		"faults.go":    shift,
		"overlay.json": string(list),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o644); err != nil {
			return "", err
		}
	}
	return program, build(ctx, program, "-overlay", filepath.Join(dir, "overlay.json"))
}

// shift is added to package time. It reads the file fifty times a second at most, by bare
// system calls: time.Now is also called where a goroutine may not wait.
const shift = `package time

import (
	"sync/atomic"
	"syscall"
	"unsafe"
)

var faultsAt, faultsBy int64

var faultsPath = func() []byte {
	path, ok := syscall.Getenv("` + clockEnv + `")
	if !ok {
		return nil
	}
	return append([]byte(path), 0)
}()

func faultsShift(mono int64) int64 {
	at := atomic.LoadInt64(&faultsAt)
	if faultsPath == nil || mono-at < 20e6 || !atomic.CompareAndSwapInt64(&faultsAt, at, mono) {
		return atomic.LoadInt64(&faultsBy)
	}
	const here = -100
	dir := here
	fd, _, e := syscall.RawSyscall6(syscall.SYS_OPENAT, uintptr(dir), uintptr(unsafe.Pointer(&faultsPath[0])), syscall.O_RDONLY|syscall.O_CLOEXEC, 0, 0, 0)
	if e != 0 {
		return atomic.LoadInt64(&faultsBy)
	}
	var b [24]byte
	n, _, e := syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	syscall.RawSyscall(syscall.SYS_CLOSE, fd, 0, 0)
	by, sign := int64(0), int64(1)
	for i := 0; e == 0 && i < int(n) && i < len(b); i++ {
		if b[i] == '-' {
			sign = -1
		} else if b[i] >= '0' && b[i] <= '9' {
			by = by*10 + int64(b[i]-'0')
		}
	}
	if e != 0 || n == 0 {
		return atomic.LoadInt64(&faultsBy) // it is being written
	}
	atomic.StoreInt64(&faultsBy, by*sign)
	return by * sign
}
`

// clockBack sets the clock of the running program back by an hour while six clients write,
// starts it anew within that hour, and sets the clock right again.
func clockBack(ctx context.Context, b *bench, engine string, out *result) error {
	program, err := b.wrongClock(ctx)
	if err != nil {
		return err
	}
	h, err := b.newHouse(ctx, "clock", engine)
	if err != nil {
		return err
	}
	file := filepath.Join(b.dir, "clock-"+engine+".txt")
	set := func(seconds int) error { return os.WriteFile(file, []byte(fmt.Sprintf("%d\n", seconds)), 0o644) }
	if err := set(0); err != nil {
		return err
	}
	h.program, h.env = program, append(h.env, clockEnv+"="+file)
	out.How = "the program built with a standard library whose clock can be set"
	if err := h.start(); err != nil {
		return err
	}
	defer h.kill()
	c, err := signedIn(ctx, h)
	if err != nil {
		return err
	}
	project, err := c.project(ctx, "Clock")
	if err != nil {
		return err
	}
	w := newCrowd(ctx, c, project, "clock", clients, b.seed)
	defer w.stop()
	logged, began := h.logged(), time.Now()
	jobs, err := backAndForth(ctx, h, c, project, set, out)
	if err != nil {
		return err
	}
	w.finish()
	if err := w.trouble(); err != nil {
		out.unclear("while the clock was wrong a client got %v", err)
	}
	out.see("jobs_after_each_step", jobs)
	if more := jobs[len(jobs)-1] - jobs[0]; more > 120 {
		out.unclear("%d jobs came up while the clock was wrong: %v", more, jobs)
	}
	h.quiet(logged, time.Since(began), out)
	things, err := c.there(ctx, project, nil)
	if err != nil {
		return err
	}
	v := judge(w.entries(), without(things, "way"))
	out.Acknowledged, out.Doubt = v.acknowledged, w.doubt
	out.add(v)
	return h.check(ctx, out)
}

// backAndForth sets the clock wrong, starts the program anew with it, and sets it right. It
// gives how many jobs there were after each step.
func backAndForth(ctx context.Context, h *house, c *client, project string, set func(seconds int) error, out *result) ([]int64, error) {
	jobs := []int64{}
	count := func() error {
		n, err := h.jobs(ctx)
		jobs = append(jobs, n)
		return err
	}
	for _, step := range []struct {
		seconds int
		anew    bool
	}{{0, false}, {-3600, false}, {-3600, true}, {0, false}} {
		at := time.Now()
		if err := set(step.seconds); err != nil {
			return nil, err
		}
		if step.anew {
			h.kill()
			if err := h.start(); err != nil {
				return nil, err
			}
		}
		time.Sleep(50 * time.Millisecond)
		if out.Times++; step.seconds != 0 {
			if err := c.rightClock(ctx, -time.Hour); err != nil {
				return nil, err
			}
		}
		if err := comesBack(ctx, c, project, at, out); err != nil {
			return nil, err
		}
		if a := c.get(ctx, "/account"); !a.ok() {
			out.unclear("whoever was signed in is not any more: %v", a.trouble())
		}
		if _, err := signedIn(ctx, h); err != nil {
			out.unclear("signing in with the clock at %d s: %v", step.seconds, err)
		}
		time.Sleep(2500 * time.Millisecond)
		if err := count(); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// rightClock makes sure that the clock of the program is wrong by so much: a fault that
// does not strike proves nothing.
func (c *client) rightClock(ctx context.Context, by time.Duration) error {
	resp, err := c.Get(c.h.base() + "/healthz")
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	t, err := time.Parse(time.RFC1123, resp.Header.Get("Date"))
	if err == nil && (time.Until(t)-by).Abs() > 5*time.Second {
		err = fmt.Errorf("the program's clock is off by %s, and was set off by %s", time.Until(t).Round(time.Second), by)
	}
	return err
}

// jobs counts the rows of jobs that there have been.
func (h *house) jobs(ctx context.Context) (n int64, err error) {
	var d *db.DB
	if h.db == "" {
		d, err = db.OpenFile(ctx, h.dir)
	} else {
		d, err = db.OpenURL(ctx, h.db)
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return n, d.Readers().QueryRowContext(ctx, "select coalesce(max(id), 0) from river_job").Scan(&n)
}

// Command archive takes an installation out to an archive, into PostgreSQL, out again and
// back into SQLite, and prints what each step took: one JSON line a step.
//
//	go run ./tool/pg -- go run ./bench/archive -dir /tmp/year
//
// The installation is copied first and never changed. PLAIT_TEST_PG is an administrator's
// address, as tool/pg gives it; without it both ways are SQLite. It ends with 1 when a
// table does not hold the same at both ends.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"plait/internal/kit/archive"
	"plait/internal/kit/db"
)

func main() {
	dir := flag.String("dir", "", "folder of the installation, on SQLite; it is copied")
	work := flag.String("work", "", "a folder with room for twice of it; the usual temporary one when not said")
	flag.Parse()
	if err := run(context.Background(), *dir, *work); err != nil {
		fmt.Fprintln(os.Stderr, "bench/archive:", err)
		os.Exit(1)
	}
}

// line is what is printed of a step.
type line struct {
	Step    string  `json:"step"`
	Engine  string  `json:"engine"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	PeakMB  int64   `json:"peak_mb"`
	Size    int64   `json:"size"` // bytes of the archive
	Rows    int64   `json:"rows"`
	Files   int64   `json:"files"`
}

type bench struct {
	binary, work string
	first        archive.Manifest
}

func run(ctx context.Context, dir, work string) (err error) {
	if dir == "" {
		return errors.New("-dir names an installation")
	}
	b := &bench{}
	if b.work, err = os.MkdirTemp(work, "bench-archive-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.work)) }()
	b.binary = filepath.Join(b.work, "plait")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", b.binary, "./cmd/plait").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	from := filepath.Join(b.work, "from")
	if err := copied(dir, from); err != nil {
		return err
	}
	one, two := filepath.Join(b.work, "one.zip"), filepath.Join(b.work, "two.zip")
	if err := b.step(ctx, "archive", "sqlite", one, "keeper", "archive", "--out", one, "--dir", from); err != nil {
		return err
	}
	if err := os.RemoveAll(from); err != nil {
		return err
	}
	there, engine := []string{"--dir", filepath.Join(b.work, "there")}, "sqlite"
	if admin := os.Getenv("PLAIT_TEST_PG"); admin != "" {
		address, drop, err := emptyDatabase(ctx, admin)
		if err != nil {
			return err
		}
		defer drop()
		there, engine = append(there, "--db", address), "postgres"
	}
	if err := b.step(ctx, "import", engine, one, append([]string{"keeper", "import", one}, there...)...); err != nil {
		return err
	}
	if err := os.Remove(one); err != nil {
		return err
	}
	if err := b.step(ctx, "archive", engine, two, append([]string{"keeper", "archive", "--out", two}, there...)...); err != nil {
		return err
	}
	return b.step(ctx, "import", "sqlite", two, "keeper", "import", two, "--dir", filepath.Join(b.work, "back"))
}

// step runs one command and prints what it took.
func (b *bench) step(ctx context.Context, step, engine, zip string, args ...string) error {
	cmd := exec.CommandContext(ctx, b.binary, args...)
	cmd.Stderr = os.Stderr
	began := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%v: %w: %s", args[:2], err, out)
	}
	l := line{Step: step, Engine: engine, Seconds: time.Since(began).Seconds(), CPU: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		l.PeakMB = u.Maxrss >> 10
	}
	m, size, err := manifestOf(zip)
	if err != nil {
		return err
	}
	l.Size, l.Rows, l.Files = size, m.Rows(), int64(len(m.Files))
	if err := json.NewEncoder(os.Stdout).Encode(l); err != nil {
		return err
	}
	if b.first.Kind == "" {
		b.first = m
		return nil
	}
	return same(b.first, m)
}

// same compares the tables of two archives: but the trail, which notes each of them, and
// cards, which end where the key is another.
func same(a, b archive.Manifest) error {
	var wrong []string
	for _, n := range a.Tables {
		if strings.HasPrefix(n.Name, "trail_") || strings.HasPrefix(n.Name, "card_") || n.Name == "keeper_archive" {
			continue
		}
		if got, _ := b.Table(n.Name); got.Rows != n.Rows || got.Sum != n.Sum {
			wrong = append(wrong, fmt.Sprintf("%s: %d rows, were %d", n.Name, got.Rows, n.Rows))
		}
	}
	if len(wrong) > 0 {
		return errors.New("not the same: " + strings.Join(wrong, "; "))
	}
	return nil
}

func manifestOf(path string) (archive.Manifest, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return archive.Manifest{}, 0, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return archive.Manifest{}, 0, err
	}
	r, err := archive.Open(f, info.Size(), archive.Usual())
	if err != nil {
		return archive.Manifest{}, 0, err
	}
	return r.Manifest(), info.Size(), nil
}

// copied copies the files of a folder.
func copied(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	list, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range list {
		if !e.Type().IsRegular() {
			continue
		}
		in, err := os.Open(filepath.Join(from, e.Name()))
		if err != nil {
			return err
		}
		out, err := os.OpenFile(filepath.Join(to, e.Name()), os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = io.Copy(out, in)
			err = errors.Join(err, out.Close())
		}
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
	}
	return nil
}

// emptyDatabase makes a database and gives its address and what drops it.
func emptyDatabase(ctx context.Context, admin string) (address string, drop func(), err error) {
	var raw [6]byte
	_, _ = rand.Read(raw[:])
	name := "bench_archive_" + hex.EncodeToString(raw[:])
	do := func(statement string) error {
		d, err := db.OpenURL(context.WithoutCancel(ctx), admin)
		if err != nil {
			return err
		}
		_, err = d.Pool().ExecContext(ctx, statement)
		return errors.Join(err, d.Close())
	}
	if err := do("create database " + name + " encoding 'UTF8' template template0"); err != nil {
		return "", nil, err
	}
	u, err := url.Parse(admin)
	if err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() { _ = do("drop database if exists " + name + " with (force)") }, nil
}

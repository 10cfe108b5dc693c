package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// roomSize is how large the small disk is, in MiB.
const roomSize = 64

// disk is a place that can be filled.
type disk struct {
	how  string
	dir  string
	fill func() error // until nothing more goes in
	free func() error
}

// smallDisk mounts a tmpfs of 64 MiB. close takes it away.
func (b *bench) smallDisk(name string) (d *disk, closeDisk func(), err error) {
	dir := filepath.Join(b.dir, name+"-disk")
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, nil, err
	}
	mount := func(args ...string) error {
		out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w %s", args[0], err, bytes.TrimSpace(out))
		}
		return nil
	}
	if err := mount("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm,mode=711", roomSize), "tmpfs", dir); err != nil {
		return nil, nil, err
	}
	ballast := filepath.Join(dir, "ballast")
	d = &disk{how: fmt.Sprintf("tmpfs of %d MiB", roomSize), dir: dir,
		fill: func() error {
			f, err := os.OpenFile(ballast, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
			if err != nil {
				return err
			}
			defer f.Close()
			for size := 1 << 20; size >= 512; {
				if _, err := f.Write(make([]byte, size)); err != nil {
					size /= 2
				}
			}
			return nil
		},
		free: func() error { return os.Remove(ballast) },
	}
	return d, func() { _ = mount("umount", "-l", dir) }, nil
}

// limitFiles is the way where nothing may be mounted: no file of the program may grow.
func limitFiles(h *house) *disk {
	return &disk{how: "RLIMIT_FSIZE: no file of the program may grow",
		fill: func() error {
			info, err := os.Stat(filepath.Join(h.dir, "plait.db"))
			if err != nil {
				return err
			}
			return limitFileSize(h.pid(), uint64(info.Size()))
		},
		free: func() error { return limitFileSize(h.pid(), ^uint64(0)) },
	}
}

// way is one way of writing something; it is tried until it is refused.
type way struct {
	name string
	try  func(n int) answer
}

// diskFull lets the disk fill up under every way of writing.
func diskFull(ctx context.Context, b *bench, engine string, out *result) error {
	h, d, done, err := b.onSmallDisk(ctx, engine)
	if err != nil {
		return err
	}
	defer done()
	out.How = d.how
	if err := h.start(); err != nil {
		return err
	}
	if d.dir == "" {
		d = limitFiles(h)
	}
	c, err := signedIn(ctx, h)
	if err != nil {
		return err
	}
	project, err := c.project(ctx, "A small disk")
	if err != nil {
		return err
	}
	w := newCrowd(ctx, c, project, "full", clients, b.seed)
	defer w.stop()
	time.Sleep(1500 * time.Millisecond)
	began := time.Now()
	if err := d.fill(); err != nil {
		return err
	}
	out.Times++
	// The clients go on until they are refused, each of them.
	if err := waitFor(60*time.Second, func() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.busy >= 3*clients }); err != nil {
		return fmt.Errorf("the disk is full and nobody notices: %w", err)
	}
	w.pause()
	logged, from := h.logged(), time.Now()
	refused := refusals(ctx, h, c, project, out)
	h.refusedCommands(ctx, engine, out)
	out.see("ways_refused", refused)
	reads(ctx, c, project, out)
	// The house's own work goes on failing meanwhile: it may say so, but not over and over.
	time.Sleep(max(0, 8*time.Second-time.Since(from)))
	h.quiet(logged, time.Since(from), out)
	out.see("full_s", hundredths(time.Since(began).Seconds()))

	at := time.Now()
	if err := d.free(); err != nil {
		return err
	}
	if err := comesBack(ctx, c, project, at, out); err != nil {
		return err
	}
	w.finish()
	if err := w.trouble(); err != nil {
		out.unclear("once there was room again a client got %v", err)
	}
	things, err := c.there(ctx, project, nil)
	if err != nil {
		return err
	}
	v := judge(w.entries(), without(things, "way"))
	out.Acknowledged, out.Doubt = v.acknowledged, w.doubt+w.busy
	out.add(v)
	c.ready(ctx, true, out)
	return h.check(ctx, out)
}

// onSmallDisk makes an installation whose database lies on the small disk.
func (b *bench) onSmallDisk(ctx context.Context, engine string) (h *house, d *disk, done func(), err error) {
	d, unmount, err := b.smallDisk("full-" + engine)
	if err != nil && engine == "postgres" {
		return nil, nil, nil, fmt.Errorf("a full disk under PostgreSQL needs a tmpfs, and nothing may be mounted here: %w", err)
	}
	if err != nil {
		h, err := b.newHouse(ctx, "full", engine)
		return h, &disk{how: "RLIMIT_FSIZE: no file of the program may grow"}, func() { h.kill() }, err
	}
	defer func() {
		if err != nil {
			unmount()
		}
	}()
	db, dir := "", filepath.Join(d.dir, "house")
	if engine == "postgres" {
		room := filepath.Join(d.dir, "tables")
		if err := os.Mkdir(room, 0o700); err != nil {
			return nil, nil, nil, err
		}
		if b.pg.cred != nil {
			if err := os.Chown(room, int(b.pg.cred.Uid), int(b.pg.cred.Gid)); err != nil {
				return nil, nil, nil, err
			}
		}
		if err := b.pg.sql(ctx, "create tablespace small location '"+room+"'"); err != nil {
			return nil, nil, nil, err
		}
		if db, err = b.pg.database(ctx, "small_disk", "small"); err != nil {
			return nil, nil, nil, err
		}
		d.how += ", PostgreSQL's tables on it"
	}
	if h, err = b.houseIn(ctx, dir, db); err != nil {
		return nil, nil, nil, err
	}
	h.logTo = filepath.Join(b.dir, "full-"+engine+".log") // its log is on another disk
	return h, d, func() {
		h.kill()
		if engine == "postgres" {
			_ = b.pg.sql(ctx, "drop database small_disk with (force)", "drop tablespace small")
		}
		unmount()
	}, nil
}

func without(things []thing, prefix string) (out []thing) {
	for _, t := range things {
		if !strings.HasPrefix(t.token, prefix) {
			out = append(out, t)
		}
	}
	return out
}

func waitFor(most time.Duration, ok func() bool) error {
	for began := time.Now(); time.Since(began) < most; time.Sleep(10 * time.Millisecond) {
		if ok() {
			return nil
		}
	}
	return fmt.Errorf("not within %s", most)
}

// refusals tries every way of writing until it is refused, and reads what is said.
func refusals(ctx context.Context, h *house, c *client, project string, out *result) (refused int) {
	bulk := strings.Repeat("the bus comes once a day ", 3000)
	words := func(n int) string { return fmt.Sprintf("way%d %s", n, bulk) }
	for _, w := range []way{
		{"a verb", func(n int) answer {
			return c.verb(ctx, "evidence.give", "", map[string]any{"project": project, "words": words(n), "strands": []string{"lived"}})
		}},
		{"a form", func(n int) answer {
			return c.ask(ctx, "POST", "/evidence/"+project+"/give", "application/x-www-form-urlencoded", "", form("words", words(n), "strands", "lived", "key", fmt.Sprintf("form-%d", n), "mode", "own"))
		}},
		{"a paste", func(n int) answer {
			return c.verb(ctx, "evidence.paste", "", map[string]any{"project": project, "name": fmt.Sprint("way", n), "pasted": strings.Repeat(words(n)+"\n\n", 3)})
		}},
		{"an import", func(n int) answer {
			return c.verb(ctx, "evidence.stage", "", map[string]any{"project": project, "key": fmt.Sprint("way", n), "columns": "words=said",
				"files": []map[string]any{{"name": fmt.Sprintf("way%d.csv", n), "content": []byte("said\n" + strings.Repeat(words(n)+"\n", 8))}}})
		}},
		{"an upload in parts", func(n int) answer {
			_, a := c.upload(ctx, project, fmt.Sprintf("way-upload-%d", n), "way.txt", []byte(strings.Repeat(words(n)+"\n", 20)))
			return a
		}},
		{"a page with a file", func(n int) answer {
			kind, body := multi(map[string]string{"words": words(n), "strands": "lived", "key": fmt.Sprintf("capture-%d", n), "mode": "own"}, "way.txt", []byte(strings.Repeat(words(n)+"\n", 10)))
			return c.ask(ctx, "POST", "/evidence/"+project+"/give", kind, "", body)
		}},
		{"a project", func(n int) answer {
			return c.verb(ctx, "project.start", "", map[string]any{"title": fmt.Sprintf("Way %d", n)})
		}},
		{"a finding", func(n int) answer {
			return c.verb(ctx, "finding.write", "", map[string]any{"project": project, "statement": fmt.Sprintf("way%d", n), "lived_why": bulk[:1500]})
		}},
		{"asking for a letter to sign in", func(n int) answer {
			return newClient(h).ask(ctx, "POST", "/account/sign-in", "application/x-www-form-urlencoded", "", form("email", fmt.Sprintf("lead+%d@example.org", n)))
		}},
	} {
		a := answer{}
		n := 0
		for ; n < 400; n++ {
			if a = w.try(n); !a.ok() {
				break
			}
		}
		switch {
		case a.ok():
			out.note("%s: never refused in %d tries", w.name, n)
		case a.status != http.StatusServiceUnavailable || !clearOfRoom(a.words()):
			out.unclear("%s: %v", w.name, a.trouble())
		default:
			refused++
		}
		if a.status == http.StatusServiceUnavailable && w.name == "a form" && !strings.Contains(string(a.body), "the bus comes once a day") {
			out.unclear("%s: what was typed is not on the page", w.name)
		}
	}
	return refused
}

// clearOfRoom says whether a refusal names what is wrong and what to do, without a key.
func clearOfRoom(words string) bool {
	return strings.Contains(words, "no room") && strings.Contains(words, "Tell the person") && !rawKey.MatchString(words)
}

func multi(fields map[string]string, name string, file []byte) (kind string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		_ = w.WriteField(k, v) // a buffer takes everything
	}
	if p, err := w.CreateFormFile("file", name); err == nil {
		_, _ = p.Write(file)
	}
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

// refusedCommands tries the command line on the full disk.
func (h *house) refusedCommands(ctx context.Context, engine string, out *result) {
	in := filepath.Dir(h.dir)
	for _, args := range [][]string{
		{"project", "start", "--title", strings.Repeat("A long title ", 12)},
		{"keeper", "archive", "-o", filepath.Join(in, "archive.zip")},
		{"keeper", "backup"},
	} {
		name := strings.Join(args[:2], " ")
		if s, err := h.try(ctx, args[0], args[1], "--help"); err != nil || s.code != 0 {
			out.note("plait %s is not there yet", name)
			continue
		}
		said, err := h.try(ctx, args...)
		switch {
		case err != nil:
			out.unclear("plait %s: %v", name, err)
		case said.code == 0:
			out.note("plait %s: not refused", name)
		case strings.Contains(said.err+said.out, "goroutine ") || rawKey.MatchString(said.err+said.out) || !strings.Contains(said.err+said.out, "room"):
			out.unclear("plait %s: %.300s", name, said.err+said.out)
		}
		if strings.HasPrefix(name, "keeper archive") && said.code != 0 {
			if _, err := os.Stat(filepath.Join(in, "archive.zip")); err == nil {
				out.unclear("plait keeper archive left half an archive")
			}
		}
	}
}

// reads asks for pages while nothing can be written.
func reads(ctx context.Context, c *client, project string, out *result) {
	slowest := time.Duration(0)
	for _, path := range []string{"/project/" + project, "/evidence/" + project, "/evidence/" + project + "/give", "/finding/" + project, "/project", "/account", "/public/help", "/search?find=bus"} {
		a := c.get(ctx, path)
		if a.status != http.StatusOK {
			out.unclear("%s while nothing can be written: %v", path, a.trouble())
		}
		slowest = max(slowest, a.ready)
	}
	out.see("slowest_read_s", hundredths(slowest.Seconds()))
	c.ready(ctx, false, out)
}

// ready holds what /readyz says against what is so.
func (c *client) ready(ctx context.Context, want bool, out *result) {
	a := c.get(ctx, "/readyz")
	if a.status == http.StatusNotFound {
		out.note("/readyz is not there yet")
		return
	}
	out.see(fmt.Sprintf("readyz_%v", want), fmt.Sprintf("%d %.200s", a.status, strings.TrimSpace(string(a.body))))
	if got := a.status == http.StatusOK; got != want {
		out.unclear("/readyz says %d %.200s", a.status, a.body)
	}
}

// comesBack waits until a write is taken again, with nobody doing anything.
func comesBack(ctx context.Context, c *client, project string, at time.Time, out *result) error {
	last := answer{}
	for time.Since(at) < time.Minute {
		last = c.verb(ctx, "evidence.give", "back-again", map[string]any{"project": project, "words": "way back again", "strands": []string{"lived"}})
		if last.ok() {
			if a := c.get(ctx, "/evidence/"+project); a.ok() {
				out.recovered(time.Since(at))
				return nil
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.Join(errors.New("it did not come back within a minute"), last.trouble())
}

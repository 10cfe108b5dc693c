package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// build makes the program; flags go to go build.
func build(ctx context.Context, to string, flags ...string) error {
	args := append(append([]string{"build"}, flags...), "-o", to, "./cmd/plait")
	if out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("go build (run this in the project's folder, after make build): %w\n%s", err, out)
	}
	return nil
}

// house is one installation and the program that serves it, in a process of its own that
// can be killed and started again at the same address.
type house struct {
	program string
	dir     string
	db      string // address of a PostgreSQL database; "" is SQLite
	address string
	env     []string
	logTo   string // "" is beside its folder

	mu      sync.Mutex
	process *exec.Cmd
	ended   chan struct{}
}

// newHouse makes an installation in a new folder, on a new database.
func (b *bench) newHouse(ctx context.Context, name, engine string) (*house, error) {
	dir := filepath.Join(b.dir, name+"-"+engine)
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, err
	}
	db := ""
	if engine == "postgres" {
		var err error
		if db, err = b.pg.database(ctx, strings.ReplaceAll(name, "-", "_"), ""); err != nil {
			return nil, err
		}
	}
	return b.houseIn(ctx, filepath.Join(dir, "house"), db)
}

// houseIn makes an installation in a folder, on a database.
func (b *bench) houseIn(ctx context.Context, dir, db string) (*house, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &house{program: b.program, dir: dir, db: db, address: l.Addr().String()}
	if err := l.Close(); err != nil {
		return nil, err
	}
	if _, err := h.run(ctx, "init", "--email", "lead@example.org", "--json"); err != nil {
		return nil, err
	}
	return h, nil
}

func (h *house) base() string { return "http://" + h.address }

func (h *house) log() string {
	if h.logTo != "" {
		return h.logTo
	}
	return h.dir + ".log"
}

func (h *house) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, h.program, append([]string{"--dir", h.dir}, args...)...)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "PLAIT_") {
			c.Env = append(c.Env, kv)
		}
	}
	c.Env = append(c.Env, "PLAIT_DB="+h.db)
	c.Env = append(c.Env, h.env...)
	return c
}

// said is how a command ended.
type said struct {
	code     int
	out, err string
	most     int64 // memory at the most, in MB
}

// try runs one command to its end, whatever that is.
func (h *house) try(ctx context.Context, args ...string) (said, error) {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	c := h.command(ctx, args...)
	var out, problems bytes.Buffer
	c.Stdout, c.Stderr = &out, &problems
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return said{}, err
	}
	most := int64(0)
	if u, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		most = u.Maxrss >> 10
	}
	return said{c.ProcessState.ExitCode(), out.String(), problems.String(), most}, nil
}

// run runs one command that must do what it is told, and gives its answer.
func (h *house) run(ctx context.Context, args ...string) (map[string]any, error) {
	s, err := h.try(ctx, args...)
	if err == nil && s.code != 0 {
		err = fmt.Errorf("it ended with %d: %s%s", s.code, s.out, s.err)
	}
	if err != nil {
		return nil, fmt.Errorf("plait %s: %w", strings.Join(args, " "), err)
	}
	out := map[string]any{}
	return out, json.Unmarshal([]byte(s.out), &out)
}

// errEnded says that the program ended instead of serving.
var errEnded = errors.New("the program ended at its start")

// start starts the program and waits until it says that it serves.
func (h *house) start() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.command(context.Background(), "serve", "--listen", h.address, "--json")
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(h.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c.Stderr = log
	if err := c.Start(); err != nil {
		return err
	}
	line := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(out).ReadString('\n')
		line <- err
	}()
	select {
	case err = <-line:
	case <-time.After(time.Minute):
		err = errors.New("it said nothing for a minute")
	}
	if err != nil {
		_ = c.Process.Kill()
		_ = c.Wait()
		return fmt.Errorf("%w: %s", errEnded, h.tail(3))
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	h.process, h.ended = c, ended
	return nil
}

// tail is the last lines of the log.
func (h *house) tail(n int) string {
	b, err := os.ReadFile(h.log())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// alive says whether the program still runs.
func (h *house) alive() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.process == nil {
		return false
	}
	select {
	case <-h.ended:
		return false
	default:
		return true
	}
}

// kill ends the program as a power cut does.
func (h *house) kill() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.process != nil {
		_ = h.process.Process.Kill() // it may be gone already
		<-h.ended
		h.process = nil
	}
}

// pid is the number of the program's process; 0 when there is none.
func (h *house) pid() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.process == nil {
		return 0
	}
	return h.process.Process.Pid
}

// link is the path behind a new link to sign in.
func (h *house) link(ctx context.Context) (string, error) {
	out, err := h.run(ctx, "account", "link", "--email", "lead@example.org", "--json")
	if err != nil {
		return "", err
	}
	text, _ := out["url"].(string)
	u, err := url.Parse(text)
	if err != nil || u.Path == "" {
		return "", fmt.Errorf("no link in %v", out)
	}
	return u.Path, nil
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// server is a real plait serve in a process of its own, which can be killed and started
// again at the same address.
type server struct {
	program, dir, db, address string

	mu      sync.Mutex
	process *exec.Cmd
	kills   int
	err     error
}

// build makes the program and an installation, and starts it. db is the address of a
// PostgreSQL database; "" is SQLite.
func build(ctx context.Context, dir, db string) (*server, error) {
	s := &server{program: filepath.Join(dir, "plait"), dir: filepath.Join(dir, "house"), db: db}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", s.program, "./cmd/plait").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	if _, err := s.run(ctx, "init", "--email", "hall@example.org", "--json"); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.address = l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	return s, s.start()
}

func (s *server) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, s.program, append([]string{"--dir", s.dir}, args...)...)
	c.Env = append(os.Environ(), "PLAIT_DB="+s.db)
	return c
}

// run runs one command and gives its answer.
func (s *server) run(ctx context.Context, args ...string) (map[string]any, error) {
	c := s.command(ctx, args...)
	var problems bytes.Buffer
	c.Stderr = &problems
	text, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("plait %s: %w\n%s", strings.Join(args, " "), err, problems.String())
	}
	out := map[string]any{}
	return out, json.Unmarshal(text, &out)
}

// start starts the server and waits until it answers.
func (s *server) start() error {
	c := s.command(context.Background(), "serve", "--listen", s.address, "--json")
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(filepath.Dir(s.dir), "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c.Stderr = log
	if err := c.Start(); err != nil {
		return err
	}
	s.process = c
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return fmt.Errorf("the server did not start, see %s: %w", log.Name(), err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if s.answers() {
			return nil
		}
	}
	return fmt.Errorf("the server does not answer")
}

// answers says whether the server is there.
func (s *server) answers() bool {
	c := http.Client{Timeout: 2 * time.Second}
	resp, err := c.Get("http://" + s.address + "/healthz")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return true
}

// kill ends the server as a power cut does.
func (s *server) kill() {
	if s.process != nil {
		_ = s.process.Process.Kill() // it may be gone already
		_ = s.process.Wait()
		s.process = nil
	}
}

// restart kills the server and starts it again a moment later. Who asks meanwhile is refused.
func (s *server) restart() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill()
	s.kills++
	if err := s.start(); err != nil && s.err == nil {
		s.err = err
	}
}

func (s *server) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill()
}

// signIn signs a client in at an address of the server, by a link of the operator's.
func (s *server) signIn(ctx context.Context, c *http.Client, base string) error {
	out, err := s.run(ctx, "account", "link", "--email", "hall@example.org", "--json")
	if err != nil {
		return err
	}
	path, err := enterPath(out)
	if err != nil {
		return err
	}
	resp, err := c.PostForm(base+path, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("signing in: %s", resp.Status)
	}
	return nil
}

// signOut ends the client's session, as time does.
func (s *server) signOut(c *http.Client) error {
	resp, err := c.PostForm("http://"+s.address+"/account/sign-out", nil)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// enterPath is the address behind a sign-in link.
func enterPath(out map[string]any) (string, error) {
	link, _ := out["url"].(string)
	u, err := url.Parse(link)
	if err != nil || u.Path == "" {
		return "", fmt.Errorf("no link in %v", out)
	}
	return u.Path, nil
}

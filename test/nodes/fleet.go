// Package nodes runs several real nodes of Plait on one PostgreSQL, each a process of its
// own on loopback, and people who write through them: for the tests of this folder and for
// bench/nodes.
package nodes

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Build makes the program in dir and gives its path. It is run in the module's folder, or
// below it.
func Build(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "plait")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "plait/cmd/plait").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
}

// House is one installation: a database, a key, and the nodes that serve it.
type House struct {
	Program, Dir, DB   string
	Env                []string // further settings of every process, "NAME=value"
	Programme, Project string
	Nodes              []*Node
	next               atomic.Int64
}

// Found makes an installation with a programme and a project. dir holds the key; env is
// further settings of every process, "NAME=value".
func Found(ctx context.Context, program, dir, database string, env ...string) (*House, error) {
	h := &House{Program: program, Dir: dir, DB: database, Env: env}
	var out struct{ Programme, Project string }
	err := h.Run(ctx, &out, "init", "--email", "lead@example.org", "--project", "Falls at home", "--json")
	h.Programme, h.Project = out.Programme, out.Project
	return h, err
}

func (h *House) command(ctx context.Context, env []string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, h.Program, append([]string{"--dir", h.Dir}, args...)...)
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "PLAIT_") {
			c.Env = append(c.Env, kv)
		}
	}
	c.Env = append(append(append(c.Env, "PLAIT_DB="+h.DB), h.Env...), env...)
	return c
}

// Run runs a command and reads its answer, one line of JSON, into out.
func (h *House) Run(ctx context.Context, out any, args ...string) error {
	c := h.command(ctx, nil, args...)
	var problems bytes.Buffer
	c.Stderr = &problems
	text, err := c.Output()
	if err != nil {
		return fmt.Errorf("plait %s: %w\n%s", args[0], err, problems.String())
	}
	return json.Unmarshal(text, out)
}

// Node is one serving process, which can be ended and started again at the same address.
type Node struct {
	Address string
	house   *House
	env     []string
	log     string

	mu       sync.Mutex
	process  *exec.Cmd
	inFlight atomic.Int64 // requests of our clients that it has not answered yet
	out      atomic.Bool  // it said that it is not ready, or nothing
}

// Add makes a node with settings of its own ("NAME=value") and starts it.
func (h *House) Add(ctx context.Context, env ...string) (*Node, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &Node{Address: l.Addr().String(), house: h, env: env, log: filepath.Join(h.Dir, fmt.Sprintf("node%d.log", len(h.Nodes)))}
	if err := l.Close(); err != nil {
		return nil, err
	}
	if err := n.Start(ctx); err != nil {
		return nil, err
	}
	h.Nodes = append(h.Nodes, n)
	return n, nil
}

// Start starts a node that was ended, and waits until it answers.
func (n *Node) Start(ctx context.Context) error {
	return n.start(ctx, n.house.command(context.WithoutCancel(ctx), n.env, "serve", "--listen", n.Address, "--json"))
}

func (n *Node) start(ctx context.Context, c *exec.Cmd) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	log, err := os.OpenFile(n.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c.Stderr = log
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		_ = c.Wait() // what it said is in its log
		text, _ := os.ReadFile(n.log)
		return fmt.Errorf("the node did not start: %w\n%s", err, text[max(0, len(text)-2000):])
	}
	n.process = c
	for ctx.Err() == nil {
		if resp, err := http.Get("http://" + n.Address + "/healthz"); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return ctx.Err()
}

// Log is what the node has written so far.
func (n *Node) Log() string {
	text, err := os.ReadFile(n.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Term ends the node in order and waits for it.
func (n *Node) Term() error { return n.end(syscall.SIGTERM) }

// Kill ends the node as a power cut does. It gives how many requests it had not answered.
func (n *Node) Kill() (inFlight int64, err error) {
	inFlight = n.inFlight.Load()
	return inFlight, n.end(syscall.SIGKILL)
}

func (n *Node) end(sig syscall.Signal) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.process == nil {
		return nil
	}
	if err := n.process.Process.Signal(sig); err != nil {
		return err
	}
	err := n.process.Wait()
	n.process = nil
	if sig == syscall.SIGKILL {
		return nil
	}
	return err
}

// Watch asks each node at /readyz whether it may serve, as a proxy does, until ctx ends.
// Clients leave out a node that may not, as long as another may.
func (h *House) Watch(ctx context.Context) {
	ask := &http.Client{Timeout: time.Second}
	for _, n := range h.Nodes {
		go func() {
			for ctx.Err() == nil {
				resp, err := ask.Get("http://" + n.Address + "/readyz")
				if err == nil {
					_ = resp.Body.Close()
				}
				n.out.Store(err != nil || resp.StatusCode != http.StatusOK)
				time.Sleep(200 * time.Millisecond)
			}
		}()
	}
}

// Close ends every node.
func (h *House) Close() {
	for _, n := range h.Nodes {
		_, _ = n.Kill()
	}
}

// Refused starts a node that should not start, and gives what it said.
func (h *House) Refused(ctx context.Context, env ...string) (string, error) {
	c := h.command(ctx, env, "serve", "--listen", "127.0.0.1:0", "--json")
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return string(out), fmt.Errorf("it started, or could not be run: %w", err)
	}
	return string(out), nil
}

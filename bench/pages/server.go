package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a plait serve in a process of its own.
type server struct {
	base    string
	process *exec.Cmd
	began   time.Time
}

// serve starts the program on an installation and returns when it says where it is.
func serve(ctx context.Context, program, dir, db, log string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, program, "--dir", dir, "serve", "--listen", address, "--json")
	c.Env = append(os.Environ(), "PLAIT_DB="+db)
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	to, err := os.OpenFile(filepath.Join(log, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer to.Close()
	c.Stderr = to
	s := &server{base: "http://" + address, process: c, began: time.Now()}
	if err := c.Start(); err != nil {
		return nil, err
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		text, _ := os.ReadFile(to.Name())
		return nil, fmt.Errorf("the server did not start: %w\n%s", err, text)
	}
	return s, nil
}

func (s *server) stop() {
	_ = s.process.Process.Signal(syscall.SIGTERM) // it may be gone already
	_ = s.process.Wait()
}

// first asks for a page until it is answered, and gives the time since the start.
func (s *server) first(path string) (time.Duration, error) {
	c := http.Client{Timeout: 2 * time.Second}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		resp, err := c.Get(s.base + path)
		if err != nil {
			continue
		}
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return time.Since(s.began), nil
		}
	}
	return 0, fmt.Errorf("%s was not answered", path)
}

// ticks is how many parts a second of processor time has in /proc (man 5 proc; 100 on
// every Linux that Go runs on).
const ticks = 100

// used is the processor time of a process, in seconds, from /proc.
func used(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat is not as expected", pid)
	}
	var sum float64
	for _, f := range fields[11:13] { // user and system
		n, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum / ticks, nil
}

// resident is the memory of a process, in megabytes.
func resident(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kb, err := strconv.ParseFloat(f[1], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status names no VmRSS", pid)
}

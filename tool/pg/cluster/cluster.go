// Package cluster makes a private PostgreSQL for one test run and takes it
// away again.
//
// The server is a direct child of the calling process, listens on a Unix
// socket in its own temporary folder and on 127.0.0.1 at a free port, and asks
// for a random password. It runs with fsync off, so it must never hold data
// that matters; StartSafe and Standby make servers that can be halted, crashed,
// frozen, started again and promoted. PostgreSQL refuses to run as root; a root
// caller's server runs as the user postgres, or nobody when there is no such user.
package cluster

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Env names the environment variable by which tests learn the server's URL.
const Env = "PLAIT_TEST_PG"

// BinEnv names a folder that holds initdb and postgres, for machines where
// they lie in an unusual place.
const BinEnv = "PLAIT_PG_BIN"

const (
	role       = "plait"
	database   = "plait"
	startWait  = 60 * time.Second
	startTries = 3
	stopWait   = 20 * time.Second
)

// ErrAbsent says that no PostgreSQL server program was found.
var ErrAbsent = errors.New("no PostgreSQL server found: install the package postgresql, or set " + BinEnv + " to the folder of initdb")

// Cluster is a running server.
type Cluster struct {
	// URL is postgres://plait:PASSWORD@127.0.0.1:PORT/plait?sslmode=disable.
	// The role is a superuser, so tests may create databases.
	URL string
	// Socket is the folder of the Unix socket, short enough for its path.
	Socket string
	// Port is both the TCP port and the socket's number.
	Port int

	password string
	safe     bool     // keeps what it has acknowledged through a crash
	settings []string // further settings, "name=value"

	dir  string
	bin  string
	cred *syscall.Credential
	proc *os.Process
	done chan struct{}
}

// Bin returns the folder of the newest PostgreSQL server programs, or
// ErrAbsent.
func Bin() (string, error) {
	if dir := os.Getenv(BinEnv); dir != "" {
		if !hasServer(dir) {
			return "", fmt.Errorf("%s=%s holds no initdb and postgres: %w", BinEnv, dir, ErrAbsent)
		}
		return dir, nil
	}
	var found []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
	} {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			return "", fmt.Errorf("look for PostgreSQL in %s: %w", pattern, err)
		}
		for _, dir := range dirs {
			if hasServer(dir) {
				found = append(found, dir)
			}
		}
	}
	if len(found) > 0 {
		sort.Slice(found, func(i, j int) bool { return version(found[i]) < version(found[j]) })
		return found[len(found)-1], nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil && hasServer(filepath.Dir(path)) {
			return filepath.Dir(path), nil
		}
	}
	return "", ErrAbsent
}

func hasServer(dir string) bool {
	for _, name := range []string{"initdb", "postgres", "pg_isready", "createdb"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// version reads the first number of the path, which is the major version in
// every place that Bin looks.
func version(dir string) int {
	digits := strings.FieldsFunc(dir, func(r rune) bool { return r < '0' || r > '9' })
	if len(digits) == 0 {
		return 0
	}
	n, err := strconv.Atoi(digits[0])
	if err != nil {
		return 0
	}
	return n
}

// Start makes a cluster and waits until it answers. The caller must call Stop.
// If this process dies without doing so, on Linux the server stops by itself
// and only its folder is left in the temporary directory.
func Start(ctx context.Context) (*Cluster, error) { return start(ctx, &Cluster{}) }

func start(ctx context.Context, c *Cluster) (*Cluster, error) {
	bin, err := Bin()
	if err != nil {
		return nil, err
	}
	c.bin = bin
	if err := c.prepare(ctx); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	var last error
	for range startTries {
		// Another process may take the free port before the server does, so
		// a failed start is tried again with another port.
		if last = c.serve(ctx); last == nil {
			if last = c.createDatabase(ctx); last == nil {
				return c, nil
			}
		}
		if err := c.halt(); err != nil {
			last = errors.Join(last, err)
			break
		}
		c.Port = 0
	}
	return nil, errors.Join(last, c.Stop())
}

// createDatabase makes the database of the URL.
func (c *Cluster) createDatabase(ctx context.Context) error {
	return c.run(ctx, []string{"PGPASSWORD=" + c.password}, "createdb",
		"-h", "127.0.0.1", "-p", strconv.Itoa(c.Port), "-U", role, "-w", database)
}

// prepare makes the folder and the data directory in it.
func (c *Cluster) prepare(ctx context.Context) error {
	if err := c.folder(); err != nil {
		return err
	}
	var secret [16]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return fmt.Errorf("make a password: %w", err)
	}
	c.password = hex.EncodeToString(secret[:])
	pw := filepath.Join(c.dir, "password")
	if err := os.WriteFile(pw, []byte(c.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("write the password file: %w", err)
	}
	if err := c.give(pw); err != nil {
		return err
	}
	return c.run(ctx, nil, "initdb", "-D", c.data(), "-U", role, "--pwfile="+pw, "--auth=password",
		"--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions")
}

// give hands a file or folder to the server's user.
func (c *Cluster) give(path string) error {
	if c.cred == nil {
		return nil
	}
	if err := os.Chown(path, int(c.cred.Uid), int(c.cred.Gid)); err != nil {
		return fmt.Errorf("give %s to the server's user: %w", filepath.Base(path), err)
	}
	return nil
}

// folder makes the cluster's own folder, and finds who the server runs as.
func (c *Cluster) folder() error {
	// A Unix socket's path may be 107 bytes long, so the folder's is short.
	parent := "/tmp"
	if info, err := os.Stat(parent); err != nil || !info.IsDir() {
		parent = os.TempDir()
	}
	dir, err := os.MkdirTemp(parent, "plait-pg-")
	if err != nil {
		return fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	c.dir, c.Socket = dir, dir
	if os.Getuid() == 0 {
		if c.cred, err = servant(); err != nil {
			return err
		}
	}
	return c.give(dir)
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// servant finds the unprivileged user that a root caller's server runs as.
func servant() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("read the ids of user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root and there is no user postgres or nobody")
}

// run runs one of PostgreSQL's own programs to its end.
func (c *Cluster) run(ctx context.Context, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.Env = append(cleanEnv(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, bytes.TrimSpace(out))
	}
	return nil
}

// cleanEnv leaves out the PG* variables, which would point the programs at
// somebody else's server.
func cleanEnv() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "PG") && !strings.HasPrefix(kv, "LC_") && !strings.HasPrefix(kv, "LANG") {
			env = append(env, kv)
		}
	}
	return append(env, "LC_ALL=C", "TZ=UTC")
}

// serve starts the server, on the port it had or a free one, and waits until it answers.
func (c *Cluster) serve(ctx context.Context) error {
	if c.Port == 0 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("find a free port: %w", err)
		}
		c.Port = l.Addr().(*net.TCPAddr).Port
		if err := l.Close(); err != nil {
			return fmt.Errorf("free the port: %w", err)
		}
	}
	logPath := filepath.Join(c.dir, "server.log")
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("make the server's log: %w", err)
	}
	cmd := exec.Command(filepath.Join(c.bin, "postgres"), c.args()...)
	cmd.Dir, cmd.Env = c.dir, cleanEnv()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred, Setpgid: true}
	dieWithParent(cmd.SysProcAttr)

	started := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		// The kernel ties the child's life to the thread that started it, so
		// this goroutine keeps its thread until the server has ended.
		runtime.LockOSThread()
		defer close(done)
		defer log.Close()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // a server told to stop reports only the signal
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	c.proc, c.done = cmd.Process, done
	return c.await(ctx, logPath)
}

// args are the server's command line.
func (c *Cluster) args() []string {
	all := []string{"listen_addresses=127.0.0.1", "unix_socket_directories=" + c.Socket, "unix_socket_permissions=0700",
		"max_connections=300", "shared_buffers=128MB", "max_wal_size=2GB", "checkpoint_timeout=1h", "timezone=UTC",
		"log_timezone=UTC", "max_pred_locks_per_transaction=256", "log_min_messages=fatal"}
	if !c.safe {
		all = append(all, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", c.data(), "-p", strconv.Itoa(c.Port)}
	for _, s := range append(all, c.settings...) {
		args = append(args, "-c", s)
	}
	return args
}

// await asks the server until it answers.
func (c *Cluster) await(ctx context.Context, logPath string) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	port := strconv.Itoa(c.Port)
	for c.run(ctx, nil, "pg_isready", "-q", "-h", "127.0.0.1", "-p", port) != nil {
		select {
		case <-c.done:
			text, err := os.ReadFile(logPath)
			return errors.Join(fmt.Errorf("postgres ended at once: %s", bytes.TrimSpace(text)), err)
		case <-ctx.Done():
			return fmt.Errorf("postgres did not answer in %v: %w", startWait, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
	c.URL = fmt.Sprintf("postgres://%s:%s@127.0.0.1:%d/%s?sslmode=disable", role, c.password, c.Port, database)
	return nil
}

// halt stops the server if it runs: first politely, then at once, then by
// force. It touches no process but the one this cluster started.
func (c *Cluster) halt() error {
	if c.proc == nil {
		return nil
	}
	_ = c.Thaw() // one that stands still hears nothing
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := c.proc.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stop postgres: %w", err)
		}
		select {
		case <-c.done:
			c.proc = nil
			return nil
		case <-time.After(stopWait):
		}
	}
	return fmt.Errorf("postgres (process %d) would not stop", c.proc.Pid)
}

// Stop ends the server and removes its folder. Calling it again does nothing.
func (c *Cluster) Stop() error {
	if err := c.halt(); err != nil {
		return err
	}
	if c.dir == "" {
		return nil
	}
	if err := os.RemoveAll(c.dir); err != nil {
		return fmt.Errorf("remove PostgreSQL's folder: %w", err)
	}
	c.dir = ""
	return nil
}

package main

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
	"strconv"
	"strings"
	"syscall"
	"time"

	"plait/tool/pg/cluster"
)

// postgres is a private server, like that of tool/pg but for one thing: it keeps what it
// has said it keeps (fsync and synchronous commits are on), for that is what is measured.
type postgres struct {
	dir, bin, password string
	port               int
	cred               *syscall.Credential

	process *os.Process
	ended   chan struct{}
}

func startPostgres(ctx context.Context, dir string) (*postgres, error) {
	bin, err := cluster.Bin()
	if err != nil {
		return nil, err
	}
	var secret [16]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return nil, err
	}
	p := &postgres{dir: dir, bin: bin, password: hex.EncodeToString(secret[:])}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		if p.cred, err = servant(); err != nil {
			return nil, err
		}
		if err := os.Chown(dir, int(p.cred.Uid), int(p.cred.Gid)); err != nil {
			return nil, err
		}
	}
	file := filepath.Join(dir, "password")
	if err := os.WriteFile(file, []byte(p.password+"\n"), 0o600); err != nil {
		return nil, err
	}
	if p.cred != nil {
		if err := os.Chown(file, int(p.cred.Uid), int(p.cred.Gid)); err != nil {
			return nil, err
		}
	}
	if err := p.do(ctx, "initdb", "-D", p.data(), "-U", "plait", "--pwfile="+file, "--auth=password", "--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	return p, errors.Join(l.Close(), p.start(ctx))
}

func servant() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
	}
	return nil, errors.New("PostgreSQL refuses to run as root and there is no user postgres or nobody")
}

func (p *postgres) data() string { return filepath.Join(p.dir, "data") }

// do runs one of PostgreSQL's own programs to its end.
func (p *postgres) do(ctx context.Context, name string, args ...string) error {
	c := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	c.Dir = p.dir
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "PG") && !strings.HasPrefix(kv, "LC_") && !strings.HasPrefix(kv, "LANG") {
			c.Env = append(c.Env, kv)
		}
	}
	c.Env = append(c.Env, "LC_ALL=C", "TZ=UTC", "PGPASSWORD="+p.password)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: p.cred}
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, bytes.TrimSpace(out))
	}
	return nil
}

// sql runs statements as an administrator.
func (p *postgres) sql(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if err := p.do(ctx, "psql", "-q", "-X", "-w", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port), "-U", "plait", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c", s); err != nil {
			return err
		}
	}
	return nil
}

// start starts the server on its port, tries again while the one before is still ending,
// and waits until it answers.
func (p *postgres) start(ctx context.Context) error {
	last := errors.New("postgres did not start")
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(100 * time.Millisecond) {
		if last = p.serve(); last != nil {
			return last
		}
		for time.Now().Before(end) {
			if p.do(ctx, "pg_isready", "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(p.port)) == nil {
				return nil
			}
			if !p.alive() {
				text, _ := os.ReadFile(filepath.Join(p.dir, "server.log"))
				last = fmt.Errorf("postgres ended at once: %s", bytes.TrimSpace(text[max(0, len(text)-500):]))
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return errors.Join(last, ctx.Err())
}

func (p *postgres) alive() bool {
	if p.process == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

func (p *postgres) serve() error {
	log, err := os.OpenFile(filepath.Join(p.dir, "server.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	c := exec.Command(filepath.Join(p.bin, "postgres"), "-D", p.data(), "-p", strconv.Itoa(p.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+p.dir, "-c", "max_connections=200",
		"-c", "shared_buffers=64MB", "-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "log_min_messages=fatal")
	c.Dir, c.Env = p.dir, append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Credential: p.cred, Setpgid: true}
	dieWithParent(c.SysProcAttr)
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		// The server's life is tied to the thread that started it.
		runtime.LockOSThread()
		defer close(ended)
		defer log.Close()
		err := c.Start()
		started <- err
		if err == nil {
			_ = c.Wait()
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	p.process, p.ended = c.Process, ended
	return nil
}

// kill ends the postmaster as a power cut does; its other processes see that and end.
func (p *postgres) kill() { p.end(syscall.SIGKILL) }

// stop ends the server at once but in good order, as an operator does.
func (p *postgres) stop() { p.end(syscall.SIGINT) }

func (p *postgres) end(s syscall.Signal) {
	if p.process == nil {
		return
	}
	_ = p.process.Signal(s)
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		_ = p.process.Kill()
		<-p.ended
	}
	p.process = nil
}

func (p *postgres) close() { p.end(syscall.SIGINT) }

// copy makes a new database from another that nobody is connected to.
func (p *postgres) copy(ctx context.Context, name, from string) (string, error) {
	return p.at(name), p.sql(ctx, "create database "+name+" template "+from)
}

// database makes a new database; in names a tablespace, or is "".
func (p *postgres) database(ctx context.Context, name, in string) (string, error) {
	s := "create database " + name + " encoding 'UTF8' template template0"
	if in != "" {
		s += " tablespace " + in
	}
	if err := p.sql(ctx, s); err != nil {
		return "", err
	}
	return p.at(name), nil
}

func (p *postgres) at(name string) string {
	return fmt.Sprintf("postgres://plait:%s@127.0.0.1:%d/%s?sslmode=disable", p.password, p.port, name)
}

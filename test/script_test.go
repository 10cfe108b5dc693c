package test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"plait/internal/app"
	"plait/internal/kit/db"
)

// TestMain makes this test binary the program plait as well, for the scripts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"plait": func() { os.Exit(app.Run(context.Background(), os.Args[1:], os.Getenv, os.Stdout, os.Stderr)) },
	})
}

// TestScript plays script/*.txtar on each engine: the program as a person at a command
// line meets it. Each script has a folder and a database of its own.
func TestScript(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testscript.Run(t, params("")) })
	t.Run("postgres", func(t *testing.T) {
		admin := os.Getenv("PLAIT_TEST_PG")
		if admin == "" {
			if strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
				t.Skip("PLAIT_TEST_WITHOUT names postgres")
			}
			t.Fatal("no PostgreSQL: run this as go run ./tool/pg -- go test ./test/")
		}
		testscript.Run(t, params(admin))
	})
}

func params(admin string) testscript.Params {
	var n atomic.Int64
	return testscript.Params{
		Dir:                 "script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			// Nothing of the machine's own settings reaches the program.
			e.Setenv("TZ", "UTC")
			e.Values[serverKey{}] = &server{}
			if admin == "" {
				return nil
			}
			name := fmt.Sprintf("script_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), n.Add(1))
			if err := onServer(admin, "create database "+name+" encoding 'UTF8' template template0"); err != nil {
				return err
			}
			e.Defer(func() { _ = onServer(admin, "drop database if exists "+name+" with (force)") })
			u, err := url.Parse(admin)
			if err != nil {
				return err
			}
			u.Path = "/" + name
			e.Setenv("PLAIT_DB", u.String())
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code": code, "take": take, "is": is, "plain": plain, "one": one, "start": start, "halt": halt, "get": get, "bytes": writeBytes,
		},
	}
}

func onServer(admin, statement string) error {
	d, err := db.OpenURL(context.Background(), admin)
	if err != nil {
		return err
	}
	_, err = d.Pool().ExecContext(context.Background(), statement)
	return errors.Join(err, d.Close())
}

// code runs a program that must end with a number: code 2 plait serve --colour red.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code NUMBER PROGRAM ARGUMENT...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s ended with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// field reads what the last output, JSON, holds at a path such as files.0.stored; a
// last step "count" counts a list.
func field(ts *testscript.TestScript, path string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		ts.Fatalf("the output is not JSON: %v", err)
	}
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			in, ok := x[step]
			if !ok {
				ts.Fatalf("%s: there is no %s", path, step)
			}
			v = in
		case []any:
			if step == "count" {
				v = len(x)
				continue
			}
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(x) {
				ts.Fatalf("%s: there is no %s among %d", path, step, len(x))
			}
			v = x[i]
		default:
			ts.Fatalf("%s: nothing is below %v", path, v)
		}
	}
	return fmt.Sprint(v)
}

// take keeps a part of the last output: take PROJECT project.
func take(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: take NAME PATH")
	}
	ts.Setenv(args[0], field(ts, args[1]))
}

// is holds a part of the last output to a value: is files.0.stored 2.
func is(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: is PATH VALUE")
	}
	if got := field(ts, args[0]); (got == args[1]) == neg {
		ts.Fatalf("%s is %q, want %q (not: %v)", args[0], got, args[1], neg)
	}
}

// machine is what no person should have to read.
var machine = regexp.MustCompile(`\.go:\d|goroutine|panic|SQLSTATE|constraint|%!|house\.|evidence\.[a-z_]+_|0x[0-9a-f]{4}|<nil>|!`)

// plain holds the error stream to one line in plain words that begins with the program's
// name, and the output to nothing.
func plain(ts *testscript.TestScript, neg bool, _ []string) {
	text := ts.ReadFile("stderr")
	if neg || strings.Count(text, "\n") != 1 || !strings.HasPrefix(text, "plait: ") || len(text) > 400 {
		ts.Fatalf("not one plain line: %q", text)
	}
	if bad := machine.FindString(text); bad != "" {
		ts.Fatalf("not plain words (%q): %q", bad, text)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("it failed, and yet printed %q", out)
	}
}

// one holds the output to one line.
func one(ts *testscript.TestScript, neg bool, _ []string) {
	if text := ts.ReadFile("stdout"); neg || strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		ts.Fatalf("not one line: %q", text)
	}
}

type serverKey struct{}

// server is the program that start has started; its cmd is nil before.
type server struct {
	cmd  *exec.Cmd
	errs bytes.Buffer
	done chan error
}

// start starts plait serve with arguments, waits for its line of JSON and keeps the
// address in URL.
func start(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value(serverKey{}).(*server)
	if neg || s.cmd != nil {
		ts.Fatalf("one server a script")
	}
	s.done = make(chan error, 1)
	path, err := exec.LookPath(filepath.Join(firstOf(ts.Getenv("PATH")), "plait"))
	ts.Check(err)
	s.cmd = exec.Command(path, append([]string{"serve", "--listen", "127.0.0.1:0", "--json"}, args...)...)
	s.cmd.Dir, s.cmd.Stderr = ts.MkAbs("."), &s.errs
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "WORK", "TZ", "PLAIT_DB"} {
		s.cmd.Env = append(s.cmd.Env, name+"="+ts.Getenv(name))
	}
	out, err := s.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(s.cmd.Start())
	ts.Defer(func() {
		if s.cmd.ProcessState == nil {
			_ = s.cmd.Process.Kill()
			<-s.done
		}
	})
	lines := make(chan string, 1)
	go func() {
		r := bufio.NewReader(out)
		line, _ := r.ReadString('\n')
		lines <- line
		_, _ = io.Copy(io.Discard, r)
		s.done <- s.cmd.Wait()
	}()
	select {
	case line := <-lines:
		var at map[string]string
		if err := json.Unmarshal([]byte(line), &at); err != nil || len(at) != 1 || at["url"] == "" {
			<-s.done
			s.done <- nil
			ts.Fatalf("serve printed %q and %s", line, s.errs.String())
		}
		ts.Setenv("URL", at["url"])
	case <-time.After(20 * time.Second):
		ts.Fatalf("serve printed nothing in 20 seconds")
	}
}

func firstOf(list string) string { return filepath.SplitList(list)[0] }

// halt asks the server to end as a service manager does, and holds it to a clean end.
func halt(ts *testscript.TestScript, neg bool, _ []string) {
	s := ts.Value(serverKey{}).(*server)
	if neg || s.cmd == nil {
		ts.Fatalf("nothing was started")
	}
	ts.Check(s.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-s.done:
		s.done <- nil
		if err != nil {
			ts.Fatalf("serve ended with %v: %s", err, s.errs.String())
		}
	case <-time.After(25 * time.Second):
		ts.Fatalf("serve did not end")
	}
	if strings.Contains(s.errs.String(), `"level":"ERROR"`) {
		ts.Fatalf("serve logged an error: %s", s.errs.String())
	}
}

// get fetches an address and holds its status: get 200 $URL/help. Its body is the output.
func get(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: get STATUS ADDRESS")
	}
	c := http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(args[1])
	ts.Check(err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	ts.Check(err)
	_, err = ts.Stdout().Write(body)
	ts.Check(err)
	if strconv.Itoa(res.StatusCode) != args[0] {
		ts.Fatalf("%s answered %d, want %s", args[1], res.StatusCode, args[0])
	}
}

// writeBytes writes a file from a text with Go's escapes, for bytes that a script cannot
// hold: bytes FILE 'a\x00b\n'.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes FILE TEXT")
	}
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

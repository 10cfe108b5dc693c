// Command lint runs the pinned linters over the main module.
//
// gofmt and staticcheck must find nothing. govulncheck runs where its database
// can be reached; where it cannot, that is said as a skip, never as a pass.
// For each linter it prints its findings and then one line: "ok NAME",
// "fail NAME" or "skip NAME: reason". It ends with 1 when any failed.
//
// It is a module of its own so that what the linters need never becomes a part
// of what Plait needs. go.mod here pins their versions.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// vulnDB is where govulncheck reads known faults, unless GOVULNDB names another.
const vulnDB = "https://vuln.go.dev"

func main() {
	root := flag.String("root", "../..", "the main module's folder")
	flag.Parse()
	failed := false
	for _, check := range []struct {
		name string
		run  func(root string) ([]byte, error)
	}{
		{"gofmt", gofmt}, {"staticcheck", staticcheck}, {"govulncheck", govulncheck},
	} {
		text, err := check.run(*root)
		var skip skipped
		switch {
		case errors.As(err, &skip):
			fmt.Printf("skip %s: %s\n", check.name, skip)
		case err != nil:
			os.Stdout.Write(text)
			fmt.Printf("%v\nfail %s\n", err, check.name)
			failed = true
		default:
			fmt.Println("ok", check.name)
		}
	}
	if failed {
		os.Exit(1)
	}
}

// skipped is the reason why a linter could not run.
type skipped string

func (s skipped) Error() string { return string(s) }

// gofmt fails on any file that gofmt would change.
func gofmt(root string) ([]byte, error) {
	var dirs []string
	for _, name := range []string{"cmd", "internal", "test", "tool", "bench"} {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			dirs = append(dirs, name)
		}
	}
	cmd := exec.Command("gofmt", append([]string{"-l"}, dirs...)...)
	cmd.Dir = root
	text, err := cmd.CombinedOutput()
	if err == nil && len(bytes.TrimSpace(text)) > 0 {
		err = errors.New("these files are not formatted: run gofmt -w on them")
	}
	return text, err
}

// staticcheck runs over every package; staticcheck.conf in the root holds the
// checks that are on.
func staticcheck(root string) ([]byte, error) {
	return pinned(root, "staticcheck", "./...")
}

// govulncheck runs when the database answers within five seconds.
func govulncheck(root string) ([]byte, error) {
	db := os.Getenv("GOVULNDB")
	if db == "" {
		db = vulnDB
	}
	if strings.HasPrefix(db, "http") {
		client := &http.Client{Timeout: 5 * time.Second}
		resp, err := client.Head(db + "/index/db.json")
		if err != nil {
			return nil, skipped("its database cannot be reached from here, so known faults in libraries were not looked for")
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return nil, skipped(fmt.Sprintf("its database answered %s, so known faults in libraries were not looked for", resp.Status))
		}
	}
	return pinned(root, "govulncheck", "./...")
}

// pinned runs a tool at the version of this module's go.mod in the root.
func pinned(root, name string, args ...string) ([]byte, error) {
	path, err := exec.Command("go", "tool", "-n", name).Output()
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", name, err)
	}
	cmd := exec.Command(strings.TrimSpace(string(path)), args...)
	cmd.Dir = root
	text, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return text, err
}

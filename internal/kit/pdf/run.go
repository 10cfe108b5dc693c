package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// folders are where the programs may be: the process that calls may have no PATH.
func folders() []string { return []string{"/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/bin"} }

// find is the program's path, or ErrAbsent.
func find(name string, in []string) (string, error) {
	for _, dir := range in {
		path := filepath.Join(dir, name)
		if s, err := os.Stat(path); err == nil && s.Mode().IsRegular() && s.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", ErrAbsent
}

// errMuch says that a program gave back more than it may.
var errMuch = errors.New("pdf: too much came back")

// run gives b to a program and takes what it gives back, to most bytes. told is the
// beginning of what it complains of.
func run(ctx context.Context, limit time.Duration, most int, b []byte, name string, args ...string) (out []byte, told string, err error) {
	path, err := find(name, folders())
	if err != nil {
		return nil, "", err
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	c := exec.CommandContext(ctx, path, args...)
	c.Env = []string{} // nil would be our own
	c.Dir = "/"
	c.Stdin = bytes.NewReader(b)
	c.WaitDelay = time.Second
	answer, complaint := &capped{most: most, over: stop}, &capped{most: 64 << 10}
	c.Stdout, c.Stderr = answer, complaint
	err = c.Run()
	switch {
	case answer.much:
		err = errMuch
	case err != nil && ctx.Err() != nil:
		err = fmt.Errorf("%w: %w", ctx.Err(), err)
	case err != nil:
		err = fmt.Errorf("%s: %w", name, err)
	}
	return answer.b.Bytes(), complaint.b.String(), err
}

// capped keeps the first bytes. When more come it calls over, if there is one.
type capped struct {
	b    bytes.Buffer
	most int
	much bool
	over func()
}

func (c *capped) Write(p []byte) (int, error) {
	room := c.most - c.b.Len()
	c.b.Write(p[:min(len(p), max(0, room))])
	if len(p) > room {
		c.much = true
		if c.over != nil {
			c.over()
		}
	}
	return len(p), nil
}

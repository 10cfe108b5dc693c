package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"time"
)

// client is a browser or program that is signed in.
type client struct {
	*http.Client
	h *house
}

// newClient is a client that is not signed in yet.
func newClient(h *house) *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // only bad options fail, and there are none
	}
	return &client{&http.Client{Jar: jar, Timeout: 40 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}, h}
}

// signedIn gives a client that has signed in by a link of the operator's.
func signedIn(ctx context.Context, h *house) (*client, error) {
	path, err := h.link(ctx)
	if err != nil {
		return nil, err
	}
	c := newClient(h)
	a := c.ask(ctx, "POST", path, "application/x-www-form-urlencoded", "", nil)
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("signing in: %d %w", a.status, a.err)
	}
	return c, nil
}

// answer is what came back; status 0 is nothing.
type answer struct {
	status int
	body   []byte
	ready  time.Duration // until all of it was here
	err    error
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// into reads a JSON answer.
func (a answer) into(out any) error {
	if !a.ok() {
		return a.trouble()
	}
	return json.Unmarshal(a.body, out)
}

// words is what a refusal says to a person, from JSON or from a page.
func (a answer) words() string {
	var f struct{ Say, Do string }
	if json.Unmarshal(a.body, &f) == nil && f.Say != "" {
		return strings.TrimSpace(f.Say + " " + f.Do)
	}
	return text(a.body)
}

func (a answer) trouble() error {
	if a.status == 0 {
		return fmt.Errorf("no answer: %w", a.err)
	}
	return fmt.Errorf("%d: %.300s", a.status, a.words())
}

// text takes the tags out of the main part of a page.
func text(page []byte) string {
	if _, after, ok := bytes.Cut(page, []byte("<main")); ok {
		page = after
	}
	var b strings.Builder
	in := true
	for _, r := range string(page) {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
			b.WriteByte(' ')
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (c *client) ask(ctx context.Context, method, path, kind, key string, body []byte) (a answer) {
	r, err := http.NewRequestWithContext(ctx, method, c.h.base()+path, bytes.NewReader(body))
	if err != nil {
		return answer{err: err}
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if strings.HasPrefix(path, "/api/") || strings.Contains(path, "/upload") {
		r.Header.Set("Accept", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	began := time.Now()
	resp, err := c.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	a.body, a.err = io.ReadAll(resp.Body)
	a.ready = time.Since(began)
	if a.err == nil {
		a.status = resp.StatusCode
	}
	return a
}

func (c *client) get(ctx context.Context, path string) answer {
	return c.ask(ctx, "GET", path, "", "", nil)
}

// verb asks the API.
func (c *client) verb(ctx context.Context, name, key string, in any) answer {
	body, err := json.Marshal(in)
	if err != nil {
		return answer{err: err}
	}
	return c.ask(ctx, "POST", "/api/"+strings.Replace(name, ".", "/", 1), "application/json", key, body)
}

func form(fields ...string) []byte {
	var out []string
	for i := 0; i+1 < len(fields); i += 2 {
		out = append(out, escape(fields[i])+"="+escape(fields[i+1]))
	}
	return []byte(strings.Join(out, "&"))
}

// upload sends a file in parts, from where the house stands, and gives its id. A failure is
// told by the answer; the same key goes on later.
func (c *client) upload(ctx context.Context, project, key, name string, body []byte) (string, answer) {
	at := "/evidence/" + project + "/upload"
	a := c.ask(ctx, "POST", at, "application/x-www-form-urlencoded", "", form("key", key, "name", name, "size", fmt.Sprint(len(body))))
	var s struct {
		ID        string
		At, Chunk int64
		State     string
	}
	if err := a.into(&s); err != nil {
		return "", a
	}
	if s.State == "used" {
		return s.ID, a
	}
	for stuck := 0; s.At < int64(len(body)) && s.State == "coming"; {
		from := s.At
		a = c.ask(ctx, "PUT", fmt.Sprintf("%s/%s?at=%d", at, s.ID, from), "application/octet-stream", "", body[from:min(from+s.Chunk, int64(len(body)))])
		if a.status != 200 && a.status != 409 {
			return "", a
		}
		var next struct{ At int64 }
		if err := json.Unmarshal(a.body, &next); err != nil {
			return "", a
		}
		if s.At = next.At; s.At == from {
			if stuck++; stuck > 3 {
				return "", answer{err: errors.New("the upload does not move")}
			}
		}
	}
	a = c.ask(ctx, "POST", at+"/"+s.ID+"/whole", "application/x-www-form-urlencoded", "", nil)
	if !a.ok() {
		return "", a
	}
	return s.ID, a
}

// file reads a file of a contribution and gives its SHA-256.
func (c *client) file(ctx context.Context, project, id string) (sum [32]byte, a answer) {
	a = c.get(ctx, "/evidence/"+project+"/file/"+id)
	return sha256.Sum256(a.body), a
}

// good waits until a page is served to someone who is signed in, and says how long that took.
func (c *client) good(ctx context.Context, path string, most time.Duration) (time.Duration, error) {
	began := time.Now()
	last := answer{}
	quick := *c.Client
	quick.Timeout = 5 * time.Second
	q := &client{&quick, c.h}
	for time.Since(began) < most && ctx.Err() == nil {
		if last = q.get(ctx, path); last.status == http.StatusOK {
			return time.Since(began), nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return 0, fmt.Errorf("no good page in %s: %w", most, last.trouble())
}

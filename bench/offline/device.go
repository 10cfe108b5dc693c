package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// card is one card of the hall: its words, and its files.
type card struct {
	key, words string
	at         int
	files      []file
	state      string // waits, signin, help
	say        string
}

type file struct {
	name string
	body []byte
}

// inline is the most bytes of files that go with the form; more go ahead in chunks.
const inline = 1 << 20

// outbox is what a device holds: a card is put in before it is sent, and taken out only when
// the server has said that it has it. Several tabs share it.
type outbox struct {
	mu    sync.Mutex
	cards map[string]*card
}

func (o *outbox) put(c *card) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cards[c.key] = c
}

func (o *outbox) drop(key string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.cards, key)
}

func (o *outbox) mark(key, state, say string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if c, ok := o.cards[key]; ok {
		c.state, c.say = state, say
	}
}

// due is what can be sent, oldest first.
func (o *outbox) due() []card {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []card
	for _, c := range o.cards {
		if c.state != "help" {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b card) int { return a.at - b.at })
	return out
}

// tab sends an outbox by the same rules as the page's own script.
type tab struct {
	*http.Client
	base, project, keeper string
	box                   *outbox
	sends                 int
}

// said is an answer of the server; status 0 is none.
type said struct {
	status int
	ours   bool
	body   struct {
		Ref, Say, ID string
		At, Chunk    int64
	}
	json bool
}

func newClient() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // only bad options fail, and there are none
	}
	return &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{}}
}

func (t *tab) ask(ctx context.Context, method, path, kind string, body io.Reader) (out said) {
	r, err := http.NewRequestWithContext(ctx, method, t.base+path, body)
	if err != nil {
		return said{}
	}
	r.Header.Set("Accept", "application/json")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	resp, err := t.Do(r)
	if err != nil {
		return said{}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return said{}
	}
	out.status, out.ours = resp.StatusCode, resp.Header.Get("Plait-Ready") != ""
	out.json = json.Unmarshal(text, &out.body) == nil
	return out
}

// multi writes a multipart form.
func multi(fields [][2]string, files []file) (kind string, body *bytes.Buffer, err error) {
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, f := range fields {
		err = errors.Join(err, w.WriteField(f[0], f[1]))
	}
	for _, f := range files {
		part, e := w.CreateFormFile("file", f.name)
		if err = errors.Join(err, e); e == nil {
			_, e = part.Write(f.body)
			err = errors.Join(err, e)
		}
	}
	return w.FormDataContentType(), body, errors.Join(err, w.Close())
}

// how a round ended.
const (
	sent   = "sent"
	later  = "later"
	signin = "signin"
	none   = "none"
)

// flush sends what waits, in order.
func (t *tab) flush(ctx context.Context) string {
	due := t.box.due()
	if len(due) == 0 {
		return none
	}
	switch ready := t.ask(ctx, "GET", "/evidence/capture/ready?for="+url.QueryEscape(t.keeper), "", nil); {
	case ready.status == 401 || ready.status == 403:
		return signin
	case ready.status != 204 || !ready.ours:
		return later
	}
	how := sent
	for _, c := range due {
		t.sends++
		switch s := t.send(ctx, c); {
		case s.status >= 200 && s.status < 300 && s.json && s.body.Ref != "":
			t.box.drop(c.key)
		case s.status == 401 || s.status == 403:
			t.box.mark(c.key, signin, "")
			return signin
		case s.status >= 400 && s.status < 500 && s.status != 408 && s.status != 425 && s.status != 429 && s.body.Say != "":
			t.box.mark(c.key, "help", fmt.Sprintf("%d %s", s.status, s.body.Say))
		case s.status == 500:
			how = later
		default:
			return later
		}
	}
	return how
}

func (t *tab) send(ctx context.Context, c card) said {
	fields := [][2]string{{"key", c.key}, {"for", t.keeper}}
	var with []file
	size := 0
	for n, f := range c.files {
		if size+len(f.body) <= inline {
			size += len(f.body)
			with = append(with, f)
			continue
		}
		id, s := t.large(ctx, c.key+"-r"+strconv.Itoa(n+1), f)
		if id == "" {
			return s
		}
		fields = append(fields, [2]string{"upload", id})
	}
	fields = append(fields, [2]string{"words", c.words}, [2]string{"strands", "lived"}, [2]string{"role", "carer"}, [2]string{"on", "23/11/2026"}, [2]string{"mode", "own"})
	kind, body, err := multi(fields, with)
	if err != nil {
		return said{}
	}
	return t.ask(ctx, "POST", "/evidence/"+t.project+"/capture", kind, body)
}

// large sends a file in chunks, from where the server stands.
func (t *tab) large(ctx context.Context, key string, f file) (id string, s said) {
	at := "/evidence/" + t.project + "/upload"
	kind, body, err := multi([][2]string{{"key", key}, {"name", f.name}, {"size", strconv.Itoa(len(f.body))}}, nil)
	if err != nil {
		return "", said{}
	}
	begun := t.ask(ctx, "POST", at, kind, body)
	if begun.status != 200 && begun.status != 201 || begun.body.ID == "" {
		return "", begun
	}
	chunk := begun.body.Chunk
	if chunk == 0 {
		chunk = inline
	}
	here := at + "/" + begun.body.ID
	for from, stuck := begun.body.At, 0; from < int64(len(f.body)); {
		next := t.ask(ctx, "PUT", here+"?at="+strconv.FormatInt(from, 10), "application/octet-stream", bytes.NewReader(f.body[from:min(from+chunk, int64(len(f.body)))]))
		if next.status != 200 && next.status != 409 || !next.json {
			return "", next
		}
		if next.body.At == from {
			if stuck++; stuck > 3 {
				return "", said{}
			}
		}
		from = next.body.At
	}
	whole := t.ask(ctx, "POST", here+"/whole", "application/x-www-form-urlencoded", nil)
	if whole.status != 200 && whole.status != 201 {
		return "", whole
	}
	return begun.body.ID, said{}
}

// newKey is made on the device.
func newKey(r *rand.Rand) string { return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()) }

package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"time"
)

func escape(s string) string { return url.QueryEscape(s) }

// crowd is the clients that write into one project at the same time.
type crowd struct {
	ctx     context.Context
	c       *client
	project string
	name    string
	workers []*worker

	mu      sync.Mutex
	paused  bool
	idle    int // held at the gate, or ended
	ended   int
	changed *sync.Cond
	stopped bool
	last    bool // each ends after what it is at
	problem error
	doubt   int
	busy    int
	rest    time.Duration // between two writes of a client
}

// worker is one client: it writes one thing after the other, and takes no next one before
// the last was acknowledged.
type worker struct {
	crowd   *crowd
	n       int
	random  *rand.Rand
	made    int
	entries []*entry
	refs    map[string]ref
	mu      sync.Mutex // entries are read by the judge while the worker waits
}

// ref is what the program calls an entry.
type ref struct {
	ref     string
	version int64
}

// newCrowd makes clients that write into a project, and lets them begin.
func newCrowd(ctx context.Context, c *client, project, name string, size int, seed uint64) *crowd {
	w := &crowd{ctx: ctx, c: c, project: project, name: name}
	w.changed = sync.NewCond(&w.mu)
	for i := range size {
		k := &worker{crowd: w, n: i, random: rand.New(rand.NewPCG(seed, uint64(i))), refs: map[string]ref{}}
		w.workers = append(w.workers, k)
		go k.work(ctx)
	}
	return w
}

// errStopped ends a worker.
var errStopped = errors.New("stopped")

// gate lets a worker on, or holds it until the crowd goes on.
func (w *crowd) gate() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.idle++
	w.changed.Broadcast()
	for w.paused && !w.stopped {
		w.changed.Wait()
	}
	w.idle--
	if w.stopped || w.ctx.Err() != nil {
		return errStopped
	}
	return nil
}

// pause holds every worker, and waits until none is on the way.
func (w *crowd) pause() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused = true
	for w.idle < len(w.workers) {
		w.changed.Wait()
	}
}

// finish lets each worker send what it is at until that is acknowledged, and waits for it.
func (w *crowd) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused, w.last = false, true
	w.changed.Broadcast()
	for w.ended < len(w.workers) {
		w.changed.Wait()
	}
}

// stop ends the workers for good.
func (w *crowd) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.changed.Broadcast()
}

func (w *crowd) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.problem == nil {
		w.problem = err
	}
}

// trouble is the first answer that no client should get.
func (w *crowd) trouble() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.problem
}

// entries is everything that was written, as it stands.
func (w *crowd) entries() (out []entry) {
	for _, k := range w.workers {
		k.mu.Lock()
		for _, e := range k.entries {
			out = append(out, *e)
		}
		k.mu.Unlock()
	}
	return out
}

// insist sends until there is an answer that says it is done; the key stays the same. Waits
// and refusals for the moment (no answer, 429, 5xx) are sent again: what they did is in doubt.
func (k *worker) insist(send func() answer, out any) error {
	for {
		if err := k.crowd.gate(); err != nil {
			return err
		}
		a := send()
		switch {
		case a.ok():
			return a.into(out)
		case a.status == 0 || a.status == 429 || a.status >= 500:
			k.crowd.mu.Lock()
			if a.status == 0 {
				k.crowd.doubt++
			} else {
				k.crowd.busy++
			}
			k.crowd.mu.Unlock()
			time.Sleep(time.Duration(5+k.random.IntN(20)) * time.Millisecond)
		default:
			return fmt.Errorf("client %d: %w", k.n, a.trouble())
		}
	}
}

func (k *worker) work(ctx context.Context) {
	defer func() {
		// It takes no part any more, and holds nobody up.
		k.crowd.mu.Lock()
		k.crowd.idle++
		k.crowd.ended++
		k.crowd.changed.Broadcast()
		k.crowd.mu.Unlock()
	}()
	for ctx.Err() == nil && !k.crowd.ends() {
		var err error
		switch n := k.random.IntN(100); {
		case n < 38:
			err = k.give(ctx, 0)
		case n < 50:
			err = k.give(ctx, 1+k.random.IntN(2))
		case n < 68:
			err = k.edit(ctx)
		case n < 78:
			err = k.takeBack(ctx)
		case n < 86:
			err = k.paste(ctx)
		case n < 93:
			err = k.bring(ctx)
		default:
			err = k.share(ctx)
		}
		time.Sleep(k.crowd.resting())
		if err != nil {
			if !errors.Is(err, errStopped) {
				k.crowd.fail(err)
			}
			return
		}
	}
}

// slowly has each client wait between two writes.
func (w *crowd) slowly(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.rest = d }

func (w *crowd) resting() time.Duration { w.mu.Lock(); defer w.mu.Unlock(); return w.rest }

func (w *crowd) ends() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.last }

// token is a word that no other text holds.
func (k *worker) token() string {
	k.made++
	return fmt.Sprintf("%sw%dn%d", k.crowd.name, k.n, k.made)
}

// prose is some words after a token, so that half of them would be seen.
func (k *worker) prose(token string) string {
	words := []string{"the bus comes once a day", "we were asked and then nothing came back", "nights are the hardest", "someone rang back the same day",
		"the form was eleven pages", "my sister helps when she can"}
	var b strings.Builder
	b.WriteString(token)
	for range 1 + k.random.IntN(30) {
		b.WriteString(" " + words[k.random.IntN(len(words))])
	}
	return b.String()
}

// note adds an entry before it is sent, so that it is known whatever happens.
func (k *worker) note(e *entry) *entry {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.entries = append(k.entries, e)
	return e
}

func (k *worker) set(f func()) { k.mu.Lock(); defer k.mu.Unlock(); f() }

func (k *worker) give(ctx context.Context, files int) error {
	token := k.token()
	words := k.prose(token)
	e := k.note(&entry{token: token, kind: "give", there: maybe, words: []string{words}})
	in := map[string]any{"project": k.crowd.project, "words": words, "strands": []string{"lived"}, "role": "carer"}
	var ids []string
	for i := range files {
		body := k.file()
		sum := sha256.Sum256(body)
		k.set(func() { e.files = append(e.files, hex.EncodeToString(sum[:])) })
		var id string
		if err := k.insist(func() (a answer) {
			id, a = k.crowd.c.upload(ctx, k.crowd.project, fmt.Sprintf("%s-file-%d", token, i), fmt.Sprintf("%s-%d.txt", token, i), body)
			return a
		}, &struct{}{}); err != nil {
			return fmt.Errorf("upload: %w", err)
		}
		ids = append(ids, id)
	}
	if files > 0 {
		e.kind = "give with files"
		in["files"] = ids
	}
	var out struct{ Ref string }
	if err := k.insist(func() answer { return k.crowd.c.verb(ctx, "evidence.give", "give-"+token, in) }, &out); err != nil {
		return fmt.Errorf("give: %w", err)
	}
	k.set(func() { e.there = yes; k.refs[token] = ref{out.Ref, 1} })
	return nil
}

// file is a text of one to three parts that no other is like.
func (k *worker) file() []byte {
	raw := make([]byte, 20_000+k.random.IntN(1_400_000))
	for i := range raw {
		raw[i] = byte(k.random.Uint32())
	}
	line := base64.StdEncoding.EncodeToString(raw)
	var b strings.Builder
	for len(line) > 0 {
		n := min(76, len(line))
		b.WriteString(line[:n] + "\n")
		line = line[n:]
	}
	return []byte(b.String())
}

// pick is an own contribution that is there.
func (k *worker) pick(kinds string) *entry {
	var of []*entry
	for _, e := range k.entries {
		if e.there == yes && e.gone == no && strings.HasPrefix(e.kind, kinds) && k.refs[e.token].ref != "" {
			of = append(of, e)
		}
	}
	if len(of) == 0 {
		return nil
	}
	return of[k.random.IntN(len(of))]
}

func (k *worker) edit(ctx context.Context) error {
	e := k.pick("give")
	if e == nil {
		return k.give(ctx, 0)
	}
	words, at := k.prose(e.token), k.refs[e.token]
	k.set(func() { e.words = append(e.words, words) })
	k.made++
	key := fmt.Sprintf("edit-%s-%d", e.token, k.made)
	var out struct{ Version int64 }
	if err := k.insist(func() answer {
		return k.crowd.c.verb(ctx, "evidence.edit", key, map[string]any{"ref": at.ref, "version": at.version, "words": words, "strands": []string{"lived"}, "role": "carer"})
	}, &out); err != nil {
		return fmt.Errorf("edit: %w", err)
	}
	k.set(func() { e.words = []string{words}; k.refs[e.token] = ref{at.ref, out.Version} })
	return nil
}

func (k *worker) takeBack(ctx context.Context) error {
	e := k.pick("give")
	if e == nil {
		return k.give(ctx, 0)
	}
	k.set(func() { e.gone, e.kind = maybe, "take back" })
	var out struct{}
	if err := k.insist(func() answer {
		return k.crowd.c.verb(ctx, "consent.withdraw", "back-"+e.token, map[string]any{"ref": k.refs[e.token].ref})
	}, &out); err != nil {
		return fmt.Errorf("take back: %w", err)
	}
	k.set(func() { e.gone = yes })
	return nil
}

// rows are the entries of a batch.
func (k *worker) rows(group string, n int) (all []*entry, lines []string) {
	for range n {
		token := k.token()
		words := k.prose(token)
		all = append(all, k.note(&entry{token: token, kind: group, there: maybe, words: []string{words}, group: group}))
		lines = append(lines, words)
	}
	return all, lines
}

func (k *worker) paste(ctx context.Context) error {
	group := "paste " + k.token()
	all, lines := k.rows(group, 3+k.random.IntN(20))
	var out struct{ Stored int }
	if err := k.insist(func() answer {
		return k.crowd.c.verb(ctx, "evidence.paste", strings.ReplaceAll(group, " ", "-"), map[string]any{"project": k.crowd.project, "pasted": strings.Join(lines, "\n\n"), "name": group})
	}, &out); err != nil {
		return fmt.Errorf("paste: %w", err)
	}
	if out.Stored != len(all) {
		return fmt.Errorf("%s: %d rows stored, %d sent", group, out.Stored, len(all))
	}
	k.set(func() {
		for _, e := range all {
			e.there = yes
		}
	})
	return nil
}

// bring imports a sheet: it is read, and then brought in.
func (k *worker) bring(ctx context.Context) error {
	group := "import " + k.token()
	all, lines := k.rows(group, 20+k.random.IntN(120))
	sheet := "what they said\n"
	for _, l := range lines {
		sheet += l + "\n"
	}
	var out struct {
		Batch, State string
		Good         int
	}
	in := map[string]any{"project": k.crowd.project, "name": group, "key": strings.ReplaceAll(group, " ", "-"), "columns": "words=what they said",
		"files": []map[string]any{{"name": strings.ReplaceAll(group, " ", "-") + ".csv", "content": []byte(sheet)}}}
	stage := func() error {
		return k.insist(func() answer { return k.crowd.c.verb(ctx, "evidence.stage", "", in) }, &out)
	}
	if err := stage(); err != nil {
		return fmt.Errorf("import, reading: %w", err)
	}
	if out.State == "reading" {
		// It was killed while it was read: nothing of it can be brought in. The person sends it again.
		in["key"] = fmt.Sprint(in["key"], "-again")
		in["name"] = group + " again"
		if err := stage(); err != nil {
			return fmt.Errorf("import, reading again: %w", err)
		}
		if out.State == "reading" {
			return nil // killed twice over: left alone, and none of it may be seen
		}
	}
	batch := out.Batch
	for {
		if err := k.insist(func() answer { return k.crowd.c.verb(ctx, "evidence.bring", "", map[string]any{"batch": batch}) }, &out); err != nil {
			return fmt.Errorf("import, bringing in: %w", err)
		}
		if out.State == "in" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	k.set(func() {
		for _, e := range all {
			e.there = yes
		}
	})
	return nil
}

// share writes a finding, puts something that was said behind it, and shares it.
func (k *worker) share(ctx context.Context) error {
	said := k.pick("give")
	if said == nil {
		return k.give(ctx, 0)
	}
	token := k.token()
	words := k.prose(token)
	if len(words) > 300 {
		words = strings.TrimSpace(words[:300])
	}
	e := k.note(&entry{token: token, kind: "finding", there: maybe, words: []string{words}, state: []string{"draft"}})
	var out struct {
		Ref     string
		Version int64
	}
	if err := k.insist(func() answer {
		return k.crowd.c.verb(ctx, "finding.write", "find-"+token, map[string]any{"project": k.crowd.project, "statement": words})
	}, &out); err != nil {
		return fmt.Errorf("finding: %w", err)
	}
	k.set(func() { e.there = yes })
	var none struct{}
	if err := k.insist(func() answer {
		return k.crowd.c.verb(ctx, "finding.pick", "pick-"+token, map[string]any{"finding": out.Ref, "contributions": []string{k.refs[said.token].ref}, "stance": "supports", "why": "she said so"})
	}, &none); err != nil {
		return fmt.Errorf("pick: %w", err)
	}
	k.set(func() { e.state = []string{"draft", "shared"} })
	if err := k.insist(func() answer {
		return k.crowd.c.verb(ctx, "finding.share", "share-"+token, map[string]any{"ref": out.Ref, "version": out.Version, "why_one_strand": "nobody else knows"})
	}, &none); err != nil {
		return fmt.Errorf("share: %w", err)
	}
	k.set(func() { e.state = []string{"shared"} })
	return nil
}

package evidence

import (
	"sync"
	"time"

	"plait/internal/engine/anchor"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// What a node keeps of the words that are being marked.
const (
	keptReadings = 8
	keptFor      = 10 * time.Minute
)

// heldWords is the words of one version of a contribution with their index.
type heldWords struct {
	programme, id string
	version       int64
	used          int64 // microseconds
	text          *anchor.Text
	language      string
	pages         []int
	fixed         bool // the words came from the file itself
}

// wordsHeld keeps the words of the contributions that were marked last, for a few minutes,
// so that a mark in a long one needs not read all of it again. Who may read them is asked
// before, of the record, in every transaction; the version says whether they are still
// right. Those that were erased are forgotten at once on this node, and elsewhere nobody
// can ask for them.
type wordsHeld struct {
	mu    sync.Mutex
	clock clock.Clock
	kept  []*heldWords
}

// of gives the words of a record that the actor may read.
func (k *wordsHeld) of(tx *db.Tx, rec ref.Record) (*heldWords, error) {
	if x := k.have(rec); x != nil {
		return x, nil
	}
	c, err := one(tx, rec.Programme, rec.ID)
	if err != nil {
		return nil, err
	}
	x := &heldWords{programme: rec.Programme, id: rec.ID, version: c.Version, text: anchor.New(c.Words), language: c.Language, pages: c.PageStarts, fixed: c.Fixed}
	// What a transaction reads may never be stored: it is kept once it is.
	tx.After(func() { k.keep(x) })
	return x, nil
}

func (k *wordsHeld) have(rec ref.Record) *heldWords {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock.Now()
	k.old(now)
	for _, x := range k.kept {
		if x.id == rec.ID && x.programme == rec.Programme && x.version == rec.Version {
			x.used = now
			return x
		}
	}
	return nil
}

func (k *wordsHeld) keep(x *heldWords) {
	k.mu.Lock()
	defer k.mu.Unlock()
	x.used = k.clock.Now()
	k.cut(func(y *heldWords) bool { return y.id != x.id || y.programme != x.programme })
	if len(k.kept) >= keptReadings {
		oldest := k.kept[0]
		for _, y := range k.kept {
			if y.used < oldest.used {
				oldest = y
			}
		}
		k.cut(func(y *heldWords) bool { return y != oldest })
	}
	k.kept = append(k.kept, x)
}

// old forgets what nobody has asked for in a while.
func (k *wordsHeld) old(now int64) {
	k.cut(func(y *heldWords) bool { return now-y.used < keptFor.Microseconds() })
}

// forget takes the words of contributions out of memory.
func (k *wordsHeld) forget(programme string, ids ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, id := range ids {
		k.cut(func(y *heldWords) bool { return y.id != id || y.programme != programme })
	}
}

// cut keeps those for which stay holds.
func (k *wordsHeld) cut(stay func(*heldWords) bool) {
	n := 0
	for _, y := range k.kept {
		if stay(y) {
			k.kept[n] = y
			n++
		}
	}
	clear(k.kept[n:])
	k.kept = k.kept[:n]
}

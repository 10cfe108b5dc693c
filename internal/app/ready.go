package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/disk"
)

// LeastFree is the least room on the disk with which a node serves, in bytes; on a disk of
// less than 2 GB a twentieth of it.
const LeastFree = 100 << 20

// How readiness is asked.
const (
	readyFor    = time.Second      // an answer is given again for so long
	readyAnswer = 2 * time.Second  // the database may take so long
	readyRecent = 30 * time.Second // who asked within this is waited for at the end
	readyWait   = 5 * time.Second  // so long, that it has asked again before the door closes
)

// ready is what is known of readiness.
type ready struct {
	mu       sync.Mutex
	last     readiness
	at       clock.Stopwatch
	asked    clock.Stopwatch // when someone last asked at /readyz
	stopping bool
}

// readiness is one answer: a line for each check.
type readiness struct {
	ok    bool
	lines []string
}

// answers says whether the database answers.
func (h *House) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyAnswer)
	defer cancel()
	return h.DB.Ping(ctx)
}

// readiness says whether this node may serve, and why not. Asking often costs nothing.
func (h *House) readiness(ctx context.Context) readiness {
	h.ready.mu.Lock()
	defer h.ready.mu.Unlock()
	if h.ready.at.Took() < readyFor {
		return h.ready.last
	}
	out := readiness{ok: true}
	say := func(what, how string, ok bool) {
		out.lines = append(out.lines, what+" "+how)
		out.ok = out.ok && ok
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyAnswer)
	defer cancel()
	if err := h.answers(ctx); err != nil {
		say("database", "away", false)
	} else {
		say("database", "ok", true)
		how, ok := h.migrated(ctx)
		say("migrations", how, ok)
		how, ok = h.sameKey(ctx)
		say("key", how, ok)
	}
	how, ok := h.hasRoom()
	say("disk", how, ok)
	if h.ready.stopping {
		say("stopping", "yes", false)
	} else {
		say("stopping", "no", true)
	}
	h.ready.last, h.ready.at = out, clock.Start()
	return out
}

// migrated says whether the database is as this program knows it. One that is newer is
// served on: a release only adds, and during an upgrade two versions serve.
func (h *House) migrated(ctx context.Context) (string, bool) {
	var missing, more int
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) { missing, more, err = db.Fits(tx, h.migrations); return err })
	switch {
	case err != nil:
		return "unknown", false
	case missing > 0:
		return fmt.Sprintf("missing %d", missing), false
	case more > 0:
		return "ok, the database is newer than this program", true
	}
	return "ok", true
}

func (h *House) sameKey(ctx context.Context) (string, bool) {
	fits := false
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) { fits, err = h.rooms.account.KeyFits(tx); return err })
	switch {
	case err != nil:
		return "unknown", false
	case !fits:
		return "wrong", false
	}
	return "ok", true
}

func (h *House) hasRoom() (string, bool) {
	if h.DB.Full() {
		return "full", false
	}
	if h.dir == "" {
		return "ok", true
	}
	room, err := disk.Of(h.dir)
	switch {
	case errors.Is(err, disk.ErrUnknown):
		return "unknown", true
	case err != nil:
		return "cannot be read", false
	case room.Free < min(LeastFree, room.Size/20):
		return "full", false
	}
	return "ok", true
}

// Stopping makes /readyz say no from now on, so that a load balancer sends nobody here
// any more. It gives how long to wait until it has noticed: nothing when none has asked.
func (h *House) Stopping() time.Duration {
	h.ready.mu.Lock()
	defer h.ready.mu.Unlock()
	h.ready.stopping, h.ready.at = true, clock.Stopwatch{}
	if h.ready.asked.Took() > readyRecent {
		return 0
	}
	return readyWait
}

// healthy says that the process answers, whatever else is the matter: who restarts it for
// a database that is away has two troubles instead of one.
func (h *House) healthy(w http.ResponseWriter, _ *http.Request) error {
	return plainly(w, http.StatusOK, "ok")
}

// readyz says whether this node may serve, a line for each check. It holds no secrets.
func (h *House) readyz(w http.ResponseWriter, r *http.Request) error {
	h.ready.mu.Lock()
	h.ready.asked = clock.Start()
	h.ready.mu.Unlock()
	a := h.readiness(r.Context())
	first, status := "ready", http.StatusOK
	if !a.ok {
		first, status = "not ready", http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	}
	return plainly(w, status, append([]string{first}, a.lines...)...)
}

func plainly(w http.ResponseWriter, status int, lines ...string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write([]byte(strings.Join(lines, "\n") + "\n"))
	return err
}

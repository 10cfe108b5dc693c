package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
)

// Rate is how many times something may be done in a while. It is counted in slots of
// that length: what the last slot held counts by the part of it that is still within
// reach (the sliding window counter), so two numbers are all that is kept.
type Rate struct {
	Most int64
	Per  time.Duration
}

// Slot is the number of the slot in which an instant (microseconds) lies.
func (r Rate) Slot(now int64) int64 { return now / r.Per.Microseconds() }

// Over says whether one more is too many, given the counts of the slot before and of
// this one without it, and how long to wait for the next: whole seconds, at least one.
func (r Rate) Over(now, before, current int64) (wait time.Duration, over bool) {
	per := r.Per.Microseconds()
	gone := now % per
	used := float64(before)*float64(per-gone)/float64(per) + float64(current)
	if used < float64(r.Most) {
		return 0, false
	}
	rest := time.Duration(per-gone) * time.Microsecond
	if before > 0 && current < r.Most {
		// The slot before fades: so much time until enough of it has.
		fade := (used - float64(r.Most) + 1) / float64(before) * float64(per)
		rest = min(rest, time.Duration(fade)*time.Microsecond)
	}
	return max(rest.Round(time.Second), time.Second), true
}

// Limited is the fault of someone who has tried too often.
func Limited(say, do string, wait time.Duration) error {
	f := fault.New(fault.Limited, say).With(do)
	f.Wait = wait
	return f
}

// Budget is what all wrong tries together may cost. Within it a wrong try is answered
// at once. Beyond it each waits, longer and longer, and when many wait already the rest
// are refused. A right try never asks the budget, so no flood of wrong ones shuts a
// person out. Each node counts its own; with Share it counts those of the others too.
type Budget struct {
	share Tally

	rate  Rate
	clock clock.Clock
	sleep func(ctx context.Context, d time.Duration)

	mu              sync.Mutex
	slot            int64
	before, current int64
	waiting         int
}

// Limits of waiting.
const (
	firstWait  = 250 * time.Millisecond
	longest    = 4 * time.Second
	mostAtOnce = 64 // wrong tries that wait at the same time
)

// NewBudget makes a budget. sleep nil waits for real.
func NewBudget(c clock.Clock, rate Rate, sleep func(ctx context.Context, d time.Duration)) *Budget {
	if sleep == nil {
		sleep = func(ctx context.Context, d time.Duration) {
			t := time.NewTimer(d)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ctx.Done():
			}
		}
	}
	return &Budget{rate: rate, clock: c, sleep: sleep}
}

// Tally counts one more wrong try of the whole house, and gives what the slot before and
// this one held until now.
type Tally func(ctx context.Context, rate Rate, now int64) (before, current int64, err error)

// tallyWait is how long the count of the house may take: a node whose database is away
// still counts its own.
const tallyWait = 2 * time.Second

// Share has the budget count the wrong tries of every node. Only tries within the budget
// are counted so: beyond it a flood costs the database nothing.
func (b *Budget) Share(t Tally) *Budget {
	b.share = t
	return b
}

// Wrong notes a wrong try and waits as long as it has to. It gives how long the try
// should be told to wait before the next; 0 while the budget lasts.
func (b *Budget) Wrong(ctx context.Context) time.Duration {
	now := b.clock.Now()
	b.hear(ctx, now)
	wait, later, full := b.note(now)
	if wait == 0 {
		return 0
	}
	if !full {
		b.sleep(ctx, wait)
		b.mu.Lock()
		b.waiting--
		b.mu.Unlock()
	}
	return later
}

// hear adds what the other nodes have counted, unless this one alone has had enough.
func (b *Budget) hear(ctx context.Context, now int64) {
	if b.share == nil {
		return
	}
	b.mu.Lock()
	b.roll(now)
	_, over := b.rate.Over(now, b.before, b.current)
	b.mu.Unlock()
	if over {
		return
	}
	ctx, stop := context.WithTimeout(ctx, tallyWait)
	defer stop()
	before, current, err := b.share(ctx, b.rate, now)
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.slot == b.rate.Slot(now) {
		b.before, b.current = max(b.before, before), max(b.current, current)
	}
}

// roll begins a new slot when its time has come.
func (b *Budget) roll(now int64) {
	switch slot := b.rate.Slot(now); {
	case slot == b.slot+1:
		b.before, b.current, b.slot = b.current, 0, slot
	case slot != b.slot:
		b.before, b.current, b.slot = 0, 0, slot
	}
}

func (b *Budget) note(now int64) (wait, later time.Duration, full bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.roll(now)
	later, over := b.rate.Over(now, b.before, b.current)
	b.current++
	if !over {
		return 0, 0, false
	}
	wait = firstWait
	for n := b.rate.Most; n > 0 && n < b.current && wait < longest; n *= 2 {
		wait *= 2
	}
	if b.waiting >= mostAtOnce {
		return min(wait, longest), later, true
	}
	b.waiting++
	return min(wait, longest), later, false
}

// Client names where a request comes from, for counting: the address, or for IPv6 the
// /64 that one household or office has (RFC 6177). "" when it cannot be told, as behind
// a proxy on this machine, where everyone would be counted as one.
func Client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil || a.Unmap().IsLoopback() {
		return ""
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return ""
	}
	return p.String()
}

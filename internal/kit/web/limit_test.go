package web_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/web"
)

func TestRateSlidesFromSlotToSlot(t *testing.T) {
	rate := web.Rate{Most: 4, Per: time.Minute}
	at := func(seconds int64) int64 { return (1000*60 + seconds) * 1e6 }
	for _, c := range []struct {
		name            string
		now             int64
		before, current int64
		wait            time.Duration
		over            bool
	}{
		{"nothing yet", at(0), 0, 0, 0, false},
		{"the last one", at(30), 0, 3, 0, false},
		{"one too many waits for the end of the slot", at(45), 0, 4, 15 * time.Second, true},
		{"the slot before still counts", at(0), 4, 0, time.Minute, true},
		{"and fades", at(30), 4, 0, 0, false},
		{"half of it and two are four", at(30), 4, 2, 15 * time.Second, true},
		{"never less than a second", at(59), 0, 9, time.Second, true},
	} {
		wait, over := rate.Over(c.now, c.before, c.current)
		if over != c.over || wait > max(c.wait, 0) || (over && wait < time.Second) {
			t.Errorf("%s: wait %v, over %v; want at most %v, %v", c.name, wait, over, c.wait, c.over)
		}
	}
	if rate.Slot(at(59)) != 1000 || rate.Slot(at(60)) != 1001 {
		t.Error("slots are a minute long")
	}
}

func TestBudgetDelaysOnlyBeyondItself(t *testing.T) {
	c := clock.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	var waited []time.Duration
	b := web.NewBudget(c, web.Rate{Most: 3, Per: time.Minute}, func(_ context.Context, d time.Duration) { waited = append(waited, d) })
	for range 3 {
		if b.Wrong(t.Context()) != 0 {
			t.Fatal("within the budget nobody waits")
		}
	}
	for range 30 {
		if b.Wrong(t.Context()) < time.Second {
			t.Fatal("beyond it one is told to wait")
		}
	}
	if len(waited) != 30 {
		t.Fatalf("%d waits, want 30", len(waited))
	}
	for i := 1; i < len(waited); i++ {
		if waited[i] < waited[i-1] || waited[i] > 4*time.Second {
			t.Fatalf("waits grow to four seconds at most, got %v", waited)
		}
	}
	if waited[0] > time.Second || waited[29] <= waited[0] {
		t.Errorf("waits grow, got %v", waited)
	}
	c.Add(3 * time.Minute)
	if b.Wrong(t.Context()) != 0 {
		t.Error("after a while the budget is whole again")
	}
}

func TestBudgetsOfTwoNodesAreOne(t *testing.T) {
	c := clock.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	n, asked := int64(0), 0
	away := false
	house := func(context.Context, web.Rate, int64) (int64, int64, error) {
		if asked++; away {
			return 0, 0, errors.New("the database is away")
		}
		n++
		return 0, n - 1, nil
	}
	node := func() *web.Budget {
		return web.NewBudget(c, web.Rate{Most: 4, Per: time.Minute}, func(context.Context, time.Duration) {}).Share(house)
	}
	a, b := node(), node()
	for range 2 {
		if a.Wrong(t.Context()) != 0 || b.Wrong(t.Context()) != 0 {
			t.Fatal("within the budget nobody waits")
		}
	}
	if a.Wrong(t.Context()) == 0 || b.Wrong(t.Context()) == 0 {
		t.Error("what one node has counted does not count on the other")
	}
	before := asked
	for range 100 {
		b.Wrong(t.Context())
	}
	if asked != before {
		t.Errorf("a flood beyond the budget asked the database %d times", asked-before)
	}
	away = true
	d := node()
	for range 4 {
		if d.Wrong(t.Context()) != 0 {
			t.Fatal("without a database a node counts its own")
		}
	}
	if d.Wrong(t.Context()) == 0 {
		t.Error("without a database nothing is counted at all")
	}
}

func TestBudgetHoldsFewWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := web.NewBudget(clock.System{}, web.Rate{Most: 1, Per: time.Hour}, nil)
		b.Wrong(t.Context())
		var wg sync.WaitGroup
		start := time.Now()
		for range 1000 {
			wg.Go(func() { b.Wrong(t.Context()) })
		}
		wg.Wait()
		if took := time.Since(start); took > 5*time.Second || took < 200*time.Millisecond {
			t.Errorf("a thousand at once took %v: a few wait, the rest are refused", took)
		}
	})
}

func TestLimitedSaysHowLong(t *testing.T) {
	f := fault.Of(web.Limited("a.b", "a.c", 90*time.Second))
	if f.Kind != fault.Limited || f.Wait != 90*time.Second || f.Say != "a.b" || f.Do != "a.c" {
		t.Errorf("got %+v", f)
	}
}

func TestClient(t *testing.T) {
	for from, want := range map[string]string{
		"192.0.2.7:4711":               "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:4711":  "2001:db8:1:2::/64",
		"[fe80::1%eth0]:4711":          "fe80::/64",
		"[::ffff:192.0.2.7]:4711":      "192.0.2.7",
		"not an address":               "",
		"127.0.0.1:4711":               "",
		"[::1]:4711":                   "",
		"[::ffff:127.0.0.1]:4711":      "",
		"":                             "",
		"198.51.100.1":                 "198.51.100.1",
		"[2001:db8:1:2:ffff::1]:65535": "2001:db8:1:2::/64",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = from
		if got := web.Client(r); got != want {
			t.Errorf("%q: %q, want %q", from, got, want)
		}
	}
}

package app

import (
	"context"
	"net/http"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// heapGrowth is how far the heap grows before it is cleared, in per cent of what is in use.
// Little is in use (SQLite's pages are not counted), so that clearing at twice that, as Go
// does by itself, would take a tenth to a sixth of the processor time of a page.
const heapGrowth = 200

// restAfter is after how long without a request memory is given back to the machine.
const restAfter = 20 * time.Second

// resting gives memory back when nobody asks for anything.
type resting struct{ asked atomic.Int64 }

// wrap counts requests.
func (r *resting) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.asked.Add(1)
		next.ServeHTTP(w, req)
	})
}

// run watches until ctx ends. Whoever runs the program and has set GOGC is left alone.
func (r *resting) run(ctx context.Context) {
	const usual = 100 // what the runtime takes where nobody has said GOGC
	if was := debug.SetGCPercent(heapGrowth); was != usual {
		debug.SetGCPercent(was)
	}
	keepWithin(os.DirFS("/"))
	tick := time.NewTicker(restAfter)
	defer tick.Stop()
	for seen, rested := int64(0), false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now := r.asked.Load(); now != seen {
			seen, rested = now, false
			continue
		}
		if !rested {
			debug.FreeOSMemory()
			rested = true
		}
	}
}

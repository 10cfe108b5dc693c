package app

import (
	"net/http"
	"sync/atomic"
	"time"
)

// leaveFor is how long a node that is told to stop goes on serving while each answer
// closes its connection. A proxy keeps connections open; one that it wrote to while we
// closed it would lose a request that it may not send twice. A proxy that closes its own
// after a second without a request never does that.
const leaveFor = 2 * time.Second

// leaving is whether a node is about to stop.
type leaving struct{ now atomic.Bool }

// wrap has every answer close its connection once the node is about to stop.
func (l *leaving) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.now.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

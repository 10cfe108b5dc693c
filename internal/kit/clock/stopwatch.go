package clock

import "time"

// Stopwatch measures how long the machine took for something. It is not for what people
// see as a day or an hour: that comes from a Clock.
type Stopwatch struct{ began time.Time }

// Start starts one.
func Start() Stopwatch { return Stopwatch{time.Now()} }

// Took is how long it has run; one that was never started has run for ever.
func (s Stopwatch) Took() time.Duration { return time.Since(s.began) }

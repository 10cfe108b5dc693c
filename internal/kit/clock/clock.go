// Package clock tells the time in the house's unit: microseconds since 1970, UTC.
//
// Time is taken from a Clock given by the wiring, so that the example can play
// two years in a second and tests can stand at midnight.
package clock

import (
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a hall laptop may have no zone files
)

// Forever is the instant used for "no end": the last second of 9999, in microseconds.
const Forever int64 = 253402300799000000

// Day is one day in microseconds.
const Day int64 = 24 * 60 * 60 * 1000 * 1000

// Clock gives the instant now.
type Clock interface{ Now() int64 }

// System is the machine's clock.
type System struct{}

// Now is microseconds since 1970, UTC.
func (System) Now() int64 { return time.Now().UnixMicro() }

// Hand is a clock set by hand, for tests and the example.
type Hand struct {
	mu sync.Mutex
	at int64
}

// At makes a hand-set clock standing at t.
func At(t time.Time) *Hand { return &Hand{at: t.UnixMicro()} }

// Now gives the instant and moves on one microsecond, so that no two are the same.
func (h *Hand) Now() int64 { h.mu.Lock(); defer h.mu.Unlock(); h.at++; return h.at }

// Set puts the hand at t.
func (h *Hand) Set(t time.Time) { h.mu.Lock(); h.at = t.UnixMicro(); h.mu.Unlock() }

// Add moves the hand by d.
func (h *Hand) Add(d time.Duration) { h.mu.Lock(); h.at += d.Microseconds(); h.mu.Unlock() }

// Time is an instant as a time.Time in UTC.
func Time(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// DayOf is the calendar day (YYYY-MM-DD) of an instant in a zone; an unknown zone counts as Europe/London.
func DayOf(micros int64, zone string) string {
	return time.UnixMicro(micros).In(Zone(zone)).Format(time.DateOnly)
}

// ReadDay writes a day as people type it (3/4/2025, 3.4.2025, 3 April 2025: day first) as
// YYYY-MM-DD. What is no such day comes back as it was, for the rules to name.
func ReadDay(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for _, layout := range []string{time.DateOnly, "2/1/2006", "2.1.2006", "2-1-2006", "2 January 2006", "2 Jan 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return s
}

// EndOf is the instant at which a day (YYYY-MM-DD) ends in a zone: the next midnight.
func EndOf(day, zone string) (int64, error) {
	t, err := time.ParseInLocation(time.DateOnly, day, Zone(zone))
	if err != nil {
		return 0, err
	}
	return t.AddDate(0, 0, 1).UnixMicro(), nil
}

// Zone loads a zone by its IANA name, Europe/London when it is empty or unknown.
func Zone(name string) *time.Location {
	if name == "" {
		name = "Europe/London"
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		z, err = time.LoadLocation("Europe/London")
		if err != nil {
			return time.UTC
		}
	}
	return z
}

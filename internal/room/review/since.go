package review

import (
	"time"

	"plait/internal/kit/clock"
	"plait/internal/spine/ref"
)

// maxSince is how many of each kind of change are listed; all are counted.
const maxSince = 200

// Changes is what happened in a review since a day. Lists hold up to 200, newest first.
type Changes struct {
	Day           string        `json:"day"`
	Searches      []SinceSearch `json:"searches"` // that ran
	Files         []SinceFile   `json:"files"`    // that were brought in
	Came          int64         `json:"came"`     // records of those files
	CameCopies    int64         `json:"came_copies"`
	CameWaiting   int64         `json:"came_waiting"` // not decided yet
	IncludedCount int64         `json:"included_count"`
	Included      []SinceRecord `json:"included"` // newly in the review
	GoneCount     int64         `json:"gone_count"`
	Gone          []SinceRecord `json:"gone"` // no longer in it
	Statements    []SinceSaid   `json:"statements"`
	Gaps          []SinceSaid   `json:"gaps"`
	Organisations []SinceGroup  `json:"organisations"`
	Turns         []Closing     `json:"turns"` // when it was closed or opened again
	InReview      int64         `json:"in_review"`
}

// SinceSearch is a search that ran.
type SinceSearch struct {
	Search string `json:"search"`
	Place  string `json:"place"`
	Day    string `json:"day"`
	Found  int64  `json:"found"`
	at     int64
}

// SinceFile is a file that was brought in.
type SinceFile struct {
	Batch  string `json:"batch"`
	Name   string `json:"name"`
	Place  string `json:"place"`
	Came   int64  `json:"came"` // records that are there now
	Copies int64  `json:"copies"`
	At     int64  `json:"at"`
}

// SinceRecord is a record that came into the review or left it.
type SinceRecord struct {
	N       int64  `json:"n"`
	Title   string `json:"title"`
	Authors string `json:"authors"`
	Year    int64  `json:"year"`
	At      int64  `json:"at"`
}

// SinceSaid is a statement or a gap that is new or has changed.
type SinceSaid struct {
	Ref   ref.Ref `json:"ref"`
	Words string  `json:"words"`
	What  string  `json:"what"` // new, changed, set_aside (a statement) or closed (a gap)
	At    int64   `json:"at"`
}

// SinceGroup is an organisation that was added.
type SinceGroup struct {
	Name string `json:"name"`
	At   int64  `json:"at"`
}

// Nothing says that nothing has changed.
func (c Changes) Nothing() bool {
	return len(c.Searches)+len(c.Files)+len(c.Statements)+len(c.Gaps)+len(c.Organisations)+len(c.Turns) == 0 && c.IncludedCount+c.GoneCount == 0
}

// startOf is the instant at which a day begins in a time zone.
func startOf(day, zone string) (int64, error) {
	t, err := time.ParseInLocation(time.DateOnly, day, clock.Zone(zone))
	if err != nil {
		return 0, err
	}
	return t.UnixMicro(), nil
}

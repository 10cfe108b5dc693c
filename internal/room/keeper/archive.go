package keeper

import (
	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
)

// States of an archive.
const (
	ArchiveMaking = "making"
	ArchiveAgain  = "again"  // something was erased while it was made: it is begun anew
	ArchiveReady  = "ready"  // it can be fetched
	ArchiveTaken  = "taken"  // it was written straight to a file outside
	ArchiveGone   = "gone"   // its bytes are gone here; who took it still has it
	ArchiveFailed = "failed" // it could not be made, and never left
)

// ArchiveKept is how long an archive waits to be fetched, in microseconds: a day.
const ArchiveKept = clock.Day

// maxWhy is the most bytes of what is said of an archive.
const maxWhy = 1000

// maxTries is how often an archive is begun anew because something was erased meanwhile.
const maxTries = 3

// Archived is one archive that was made, is made or failed.
type Archived struct {
	ID      string `json:"id"`
	Actor   string `json:"actor"`
	For     string `json:"for"`
	Why     string `json:"why"`
	State   string `json:"state"`
	Size    int64  `json:"size"` // bytes of the zip
	Hash    string `json:"hash"` // SHA-256 of the zip
	Records int64  `json:"records"`
	Done    int64  `json:"done"` // rows and files that are in it so far
	Total   int64  `json:"total"`
	At      int64  `json:"at"`
	EndedAt int64  `json:"ended_at"`
	file    string
}

// Until is when the bytes of a ready archive go.
func (a Archived) Until() int64 { return a.EndedAt + ArchiveKept }

// check says what is wrong with what is said of a new archive.
func checkArchive(forWhom, why string) error {
	var c fault.Check
	c.Need(forWhom != "", "for", "keeper.archive_need_for")
	c.Need(len(forWhom) <= maxWhy, "for", "house.too_long")
	c.Need(why != "", "why", "keeper.archive_need_why")
	c.Need(len(why) <= maxWhy, "why", "house.too_long")
	return c.Err()
}

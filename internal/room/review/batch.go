package review

import (
	"strings"

	"plait/internal/engine/cite"
)

// More states of a batch.
const (
	Staged    = "staged"    // its file was read, and nothing of it is in the review
	Coming    = "coming"    // its records are being stored
	Undoing   = "undoing"   // they are being taken out
	Returning = "returning" // those that were taken out are being put back
)

// ByHand is the format of a batch that is one record typed by a person.
const ByHand = "hand"

// Limits of bringing files in.
const (
	MaxImport   = 200 << 20 // bytes of one file, and of all files of one sending
	MaxSent     = 50        // files of one sending
	maxTold     = 20_000    // problems kept for one file; their number is always told
	readNow     = 1 << 20   // bytes of a file that are read while the page waits
	storeNow    = 1000      // records that are stored while the page waits
	storeAtOnce = 250       // records stored in one transaction
	heavyAtOnce = 1 << 20   // bytes of records after which a transaction takes no more
	flipAtOnce  = 500       // records taken out, or put back, in one transaction
)

// Trouble is one thing that was lost of a file, or that a person should look at.
type Trouble struct {
	Line   int    `json:"line"`   // counted from 1; 0 = the whole file
	Reason string `json:"reason"` // in words, or a message key of this room
}

// Batch is one file that came in, and what became of it.
type Batch struct {
	ID       string    `json:"id"`
	Review   string    `json:"review"`
	Search   string    `json:"search"` // id of the search it is from; "" = not said
	Name     string    `json:"name"`
	Format   string    `json:"format"`   // as cite names it, "xlsx", or ByHand
	Encoding string    `json:"encoding"` // as its letters were written: utf-8, windows-1252 ...
	Records  int64     `json:"records"`  // that it holds
	Done     int64     `json:"done"`     // that were stored so far
	Problems []Trouble `json:"problems"` // by line, at most 20,000; nil in lists
	Count    int64     `json:"problem_count"`
	State    string    `json:"state"`   // Reading, Staged, Coming, In, Undoing, Returning, Undone or Failed
	SameAs   string    `json:"same_as"` // id of an earlier batch whose file is the same; "" = none
	Size     int64     `json:"size"`    // of the file, in bytes
	FirstN   int64     `json:"first_n"` // numbers of its first and last record; 0 = none yet
	LastN    int64     `json:"last_n"`
	MadeAt   int64     `json:"made_at"`

	upload string
	actor  string
}

// troubles are the problems of a file as they are kept, and how many there were.
func troubles(f cite.File) ([]Trouble, int64) {
	out := make([]Trouble, 0, min(len(f.Problems), maxTold))
	for _, p := range f.Problems[:min(len(f.Problems), maxTold)] {
		out = append(out, Trouble{p.Line, p.Reason})
	}
	return out, int64(len(f.Problems))
}

// Why nothing could be read of a file: message keys, in the place of a reason in words.
const (
	lostSlow  = "review.rec_lost_slow"
	lostEnd   = "review.rec_lost_end"
	lostNone  = "review.rec_lost_none"
	lostLarge = "review.rec_lost_large"
)

// lost puts the reason of a problem in words, where it is not words already.
func lost(t func(key string, args ...any) string, reason string) string {
	if strings.HasPrefix(reason, "review.rec_lost_") {
		return t(reason, "Most", MaxImport>>20)
	}
	return reason
}

// notRead is a file of which nothing could be read.
func notRead(reason string) fileHead {
	return fileHead{Format: string(cite.Unknown), Problems: []Trouble{{0, reason}}, Count: 1}
}

// whatItHolds says why a file without references is none, where its reader did not.
func (h *fileHead) whatItHolds() {
	if h.Records == 0 && h.Count == 0 {
		h.Problems, h.Count = []Trouble{{0, lostNone}}, 1
	}
}

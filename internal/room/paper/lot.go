package paper

import (
	"slices"
	"strings"
	"time"

	"plait/internal/kit/fault"
)

// Kinds of a lot.
const (
	Cards = "cards" // photos of printed cards
	Flip  = "flip"  // photos of flip charts and plain paper
)

// States of a lot.
const (
	Open    = "open"    // something of it may be filed
	Filing  = "filing"  // a job files it
	Undoing = "undoing" // it is being taken back
	Done    = "filed"   // all that could be filed is
	Undone  = "undone"  // taken back as a whole
)

// States of a photo.
const (
	Waiting = "waiting" // to be read
	Read    = "read"
	Failed  = "failed" // Problem says why
	Dropped = "dropped"
)

// Kinds of a cut: a card whose code was read, something like one that was not, a box that a
// person drew.
const (
	AsCard  = "card"
	AsLoose = "loose"
	AsBox   = "box"
)

// States of a cut.
const (
	Waits   = "waits"
	Filed   = "filed"
	Here    = "here"    // the card is in the thread already
	Again   = "again"   // the same card is clearer in another photo of the lot
	Foreign = "foreign" // the code is of no card of this project
	Placed  = "placed"  // a loose thing that was placed by hand: another cut stands for it
)

// MaxPhotos is how many photos one lot may have.
const MaxPhotos = 40

// Said is what the boxes of a lot share.
type Said struct {
	Asked   string   `json:"asked"`
	Strands []string `json:"strands"`
	Site    string   `json:"site"`
	On      string   `json:"on" form:"day"`
	Source  string   `json:"source"`
}

func (s Said) check() error {
	var c fault.Check
	c.Need(len([]rune(s.Asked)) <= 1000, "asked", "house.too_long")
	c.Need(len(s.Strands) <= 2, "strands", "house.bad_choice")
	for _, x := range s.Strands {
		c.Need(slices.Contains(Strands(), x), "strands", "house.bad_choice")
	}
	if s.On != "" {
		_, err := time.Parse(time.DateOnly, s.On)
		c.Need(err == nil, "on", "house.bad_day")
	}
	c.Need(len(s.Source) <= maxSource, "source", "house.too_long")
	return c.Err()
}

// Lot is photos that were sent together.
type Lot struct {
	ID      string `json:"id"`
	Project string `json:"project"`
	Kind    string `json:"kind"`
	State   string `json:"state"`
	Said    Said   `json:"said"`
	At      int64  `json:"at"`
	Version int64  `json:"version"`
	Photos  int64  `json:"photos"`
	Problem string `json:"problem,omitempty"` // message key: why filing stopped; "" = it did not
	Actor   string `json:"-"`
	batch   string // of the contributions made from it; "" = none yet
}

// Photo is one photo of a lot.
type Photo struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	State   string `json:"state"`
	Width   int64  `json:"width"`  // as it is kept, in pixels; 0 = it is not kept
	Height  int64  `json:"height"` //
	Problem string `json:"problem,omitempty"`
	file    string
	lot     string
}

// Cut is one part of a photo.
type Cut struct {
	ID     string `json:"id"`
	Photo  string `json:"photo"`
	Kind   string `json:"kind"`
	State  string `json:"state"`
	Batch  string `json:"batch,omitempty"` // id
	Table  int    `json:"table,omitempty"`
	Round  int    `json:"round,omitempty"`
	Colour int    `json:"colour,omitempty"` // place in Colours
	Number int    `json:"number,omitempty"`
	Box
	Width        int64  `json:"width,omitempty"`   // of the card in the photo, in pixels
	Corners      int64  `json:"corners,omitempty"` // that were read
	Words        string `json:"words,omitempty"`
	Contribution string `json:"contribution,omitempty"` // id, when filed
	file         string
	lot          string
	n            int64
}

// card names the card that a cut is of; "" for a box.
func (c Cut) card() cardKey { return cardKey{c.Batch, c.Table, c.Number} }

type cardKey struct {
	batch         string
	table, number int
}

// chosen decides which picture of each card is filed: of several in a lot the one with more
// corners read, then the larger; the others become Again. A card that is in the thread
// already keeps them so: their pictures may be gone.
func chosen(cuts []Cut) []Cut {
	best, in := map[cardKey]int{}, map[cardKey]bool{}
	for _, c := range cuts {
		if c.Batch != "" && (c.State == Filed || c.State == Here) {
			in[c.card()] = true
		}
	}
	for i, c := range cuts {
		if c.Kind == AsBox && c.Batch == "" || c.State != Waits && c.State != Again || c.Kind == AsLoose {
			continue
		}
		cuts[i].State = Again
		if in[c.card()] {
			continue
		}
		j, ok := best[c.card()]
		if !ok || better(c, cuts[j]) {
			best[c.card()] = i
		}
	}
	for _, i := range best {
		cuts[i].State = Waits
	}
	return cuts
}

func better(a, b Cut) bool {
	if a.Corners != b.Corners {
		return a.Corners > b.Corners
	}
	return a.Width > b.Width
}

// trimmed is a name without what is about it, or "photo".
func trimmed(name string) string {
	if name = strings.TrimSpace(name); name == "" {
		return "photo"
	}
	return name
}

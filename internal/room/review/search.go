package review

import (
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
)

// SearchFacts is one line of the search log: what was looked for, where, when and by whom.
type SearchFacts struct {
	Place    string `json:"place"`          // the database, register, site or shelf
	Day      string `json:"day" form:"day"` // YYYY-MM-DD
	Words    string `json:"words"`          // the search string, as it was typed there
	Searcher string `json:"searcher"`       // who searched, by role or group, not by name
	Found    int64  `json:"found"`          // how many records it gave; 0 also when nobody wrote it down
	Note     string `json:"note"`           // filters, limits, what went wrong
}

// Search is a search of a review.
type Search struct {
	ID string `json:"id"`
	SearchFacts
	MadeAt  int64 `json:"made_at"`
	Version int64 `json:"version"`
	Records int64 `json:"records"` // brought in by files that are of this search
}

// Settled brings facts to their stored form.
func (f SearchFacts) Settled() SearchFacts {
	for _, p := range []*string{&f.Place, &f.Day, &f.Words, &f.Searcher, &f.Note} {
		*p = strings.TrimSpace(*p)
	}
	f.Day = clock.ReadDay(f.Day)
	return f
}

// need says what is wrong with settled facts, by field.
func (f SearchFacts) need(c *fault.Check) {
	c.Need(f.Place != "", "place", "review.rec_need_place")
	c.Need(len(f.Place) <= MaxTitle, "place", "house.too_long")
	_, err := time.Parse(time.DateOnly, f.Day)
	c.Need(err == nil, "day", "house.bad_day")
	c.Need(len(f.Words) <= MaxText, "words", "house.too_long")
	c.Need(len(f.Searcher) <= MaxTitle, "searcher", "house.too_long")
	c.Need(f.Found >= 0 && f.Found < 1e9, "found", "house.bad_number")
	c.Need(len(f.Note) <= MaxText, "note", "house.too_long")
}

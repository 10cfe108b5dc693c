package review

import (
	"context"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// SinceIn asks what has changed in a review.
type SinceIn struct {
	Ref ref.Ref `json:"ref"`
	Day string  `json:"day" form:"day" doc:"Since when, with that day; the last 30 days when not said."`
}

// usualDays is how far back one looks when no day is said.
const usualDays = 30

// Since tells what has changed in a review since a day: what was searched and came in, what
// is newly in the review or no longer, which statements changed and which gaps were closed.
func (r *Room) Since(ctx context.Context, in SinceIn) (out Changes, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		zone, err := r.zone(tx, programme)
		if err != nil {
			return err
		}
		day := clock.ReadDay(in.Day)
		if day == "" {
			day = clock.DayOf(r.clock.Now()-usualDays*clock.Day, zone)
		}
		at, err := startOf(day, zone)
		if err != nil {
			return fault.Fielded("day", "house.bad_day")
		}
		out, err = changes(tx, programme, v.Ref.ID, at, day)
		return err
	})
	return out, err
}

// MapRow is one line of the map of what is known: a theme, or what is under none.
type MapRow struct {
	Theme      string `json:"theme"` // its id; "" = under no theme
	Title      string `json:"title"`
	Statements int64  `json:"statements"`
	Records    int64  `json:"records"` // of the review, each once: works that its statements stand on
	Against    int64  `json:"against"` // of these, works that challenge one
	Lived      int64  `json:"lived"`   // contributions that answer its statements
	Practice   int64  `json:"practice"`
	Gaps       int64  `json:"gaps"` // open ones
}

// Silent says that nothing of the three kinds of knowledge is there.
func (m MapRow) Silent() bool { return m.Records+m.Lived+m.Practice == 0 }

// MapOut is what is known and what is not, theme by theme. A contribution that is of two
// kinds counts in both; one that answers statements of two themes counts in both.
type MapOut struct {
	Rows     []MapRow `json:"rows"`     // the themes in their order, then what is under none
	Included int64    `json:"included"` // works in the review
	Lived    int64    `json:"lived"`    // contributions of the whole project
	Practice int64    `json:"practice"`
	Gaps     int64    `json:"gaps"`
}

// Map gives the map of what is known.
func (r *Room) Map(ctx context.Context, in WholeIn) (out MapOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err == nil {
			out, err = gapMap(tx, programme, v, r.clock.Now(), terms.Where("c", terms.Project, r.clock.Now()))
		}
		return err
	})
	return out, err
}

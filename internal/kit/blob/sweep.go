package blob

import (
	"context"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
)

const (
	// sweepChunks is how many chunks one transaction deletes: overwriting 4 MiB on SQLite
	// stays far below 100 ms.
	sweepChunks = 4
	// sweepFiles is how many strays one look finds.
	sweepFiles = 100
)

// Sweep deletes what was dropped, and files that no record was given within StrayTime.
// It works in short transactions and gives the number of files that went. Several may
// run at once, and one that was cut off goes on at the next.
func (s *Store) Sweep(ctx context.Context) (int, error) {
	before := s.Clock.Now() - StrayTime
	for swept := 0; ; {
		var found []stray
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { found, err = strays(tx, before, sweepFiles); return err })
		if err != nil || len(found) == 0 {
			return swept, err
		}
		for _, x := range found {
			if err := s.sweep(ctx, x, before); err != nil {
				return swept, err
			}
			swept++
		}
	}
}

func (s *Store) sweep(ctx context.Context, x stray, before int64) error {
	still := false
	err := s.DB.Write(ctx, func(tx *db.Tx) (err error) { still, err = hollowStray(tx, x, before); return err })
	if err != nil || !still {
		return err // someone kept it just now
	}
	for {
		n := int64(0)
		if err := s.DB.Write(ctx, func(tx *db.Tx) (err error) { n, err = dropChunks(tx, x, sweepChunks); return err }); err != nil {
			return err
		}
		if n < sweepChunks {
			return s.DB.Write(ctx, func(tx *db.Tx) error { return dropFile(tx, x) })
		}
	}
}

// Job sweeps every hour.
func (s *Store) Job() job.Def {
	return job.Def{Name: "blob.sweep", Every: time.Hour, Timeout: 30 * time.Minute,
		Do: func(ctx context.Context, _ job.Job) error { _, err := s.Sweep(ctx); return err }}
}

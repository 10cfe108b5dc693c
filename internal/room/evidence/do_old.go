package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// OldRecording is a recording or film whose words are written down, with when it came in.
type OldRecording struct {
	File, Title, Project string
	Of                   ref.Ref
	At                   int64
}

// OldRecordings gives up to most recordings that came in before an instant and whose words
// are written down, behind the one of at and last, or only those of some files. It is part
// of another room's reading, which has asked who.Must.
func (r *Room) OldRecordings(tx *db.Tx, programme string, before, at int64, last string, only []string, most int64) ([]OldRecording, error) {
	return oldRecordings(tx, programme, before, r.clock.Now(), at, last, only, most)
}

// DropRecording takes one recording away for good, with its words kept: it is DropMedia on
// what the contribution is now, as part of another room's verb.
func (r *Room) DropRecording(ctx context.Context, file string) error {
	return r.db.Write(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		id, err := contributionOf(tx, programme, file)
		if err != nil {
			return err
		}
		if id == "" {
			return fault.New(fault.Missing, "house.missing")
		}
		c, err := one(tx, programme, id)
		if err != nil {
			return err
		}
		_, err = r.DropMedia(tx.Context(), DropMediaIn{Ref: c.Ref, Version: c.Version, File: file})
		return err
	})
}

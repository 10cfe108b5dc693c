package app

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/consent"
	"plait/internal/room/keeper"
	"plait/internal/room/people"
	"plait/internal/spine/ref"
)

// keepings joins the review of what was kept for its whole time to the rooms that own it.
type keepings struct{ r *rooms }

// Ended gives the projects that are over.
func (k keepings) Ended(tx *db.Tx, programme, day string) (map[string]string, error) {
	return k.r.project.Ended(tx, programme, day)
}

// Recordings gives the recordings whose words are written down.
func (k keepings) Recordings(tx *db.Tx, programme string, before, at int64, last string, only []string, most int64) ([]keeper.Recording, error) {
	all, err := k.r.evidence.OldRecordings(tx, programme, before, at, last, only, most)
	out := make([]keeper.Recording, len(all))
	for i, x := range all {
		out[i] = keeper.Recording{File: x.File, Title: x.Title, Project: x.Project, Of: x.Of, At: x.At}
	}
	return out, err
}

// Dispose erases one record by the verb of its room, within the transaction of ctx.
func (k keepings) Dispose(ctx context.Context, group string, record ref.Ref) error {
	switch group {
	case keeper.GroupSaid:
		_, err := k.r.consent.Withdraw(ctx, consent.WithdrawIn{Ref: record, EraseNow: true})
		return err
	case keeper.GroupPeople:
		_, err := k.r.people.Erase(ctx, people.EraseIn{Person: record, Why: people.Over, Words: people.EraseWords})
		return err
	case keeper.GroupRecordings:
		return k.r.evidence.DropRecording(ctx, record.ID)
	case keeper.GroupAccounts:
		return k.r.account.TakeAll(ctx, record.ID)
	}
	return fault.New(fault.Absent, "keeper.retain_no_verb")
}

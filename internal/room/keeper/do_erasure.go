package keeper

import (
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// Eraser takes out again what was erased after a backup was made, through the code of the
// rooms that own it. app fills it.
type Eraser interface {
	// Erase takes one record, or a person, out for good. ctx acts as the operator in the
	// programme. What is not there, or erased already, is no fault.
	Erase(ctx context.Context, at ref.Ref) error
	// Withdraw takes back a record, or ("" is none) one use of it.
	Withdraw(ctx context.Context, at ref.Ref, use terms.Use) error
	// GiveBack undoes a take-back; one that can no longer be undone stays.
	GiveBack(ctx context.Context, at ref.Ref) error
	// Stop says what has become of a person.
	Stop(ctx context.Context, person ref.Ref, state string) error
	// DropFile takes a file out of its contribution for good, and says whether it was there.
	DropFile(ctx context.Context, file string) (bool, error)
	// StopCard shuts a card, and says whether it was open.
	StopCard(ctx context.Context, card string) (bool, error)
}

// SetEraser sets what replays erasures, before anything runs.
func (r *Room) SetEraser(e Eraser) { r.eraser = e }

// Erasure is one thing that was erased: ids and a day, never a word or a name.
type Erasure struct {
	Programme string `json:"programme"`
	Record    string `json:"record"`
	Kind      string `json:"kind"` // the record's kind; a person's is ref.Person
	At        int64  `json:"at"`   // start of the day, in microseconds, once it is kept apart
}

// erased notes what was erased, in the transaction that erases it, and adds it to the
// list that is kept apart as soon as that is committed. What cannot be added then is
// added by the job within a minute.
func (r *Room) erased(tx *db.Tx, it news.Item) error {
	list := make([]Erasure, 0, len(it.Refs))
	for _, x := range it.Refs {
		list = append(list, Erasure{Programme: it.Programme, Record: x.ID, Kind: x.Kind, At: it.At})
	}
	for part := range slices.Chunk(list, 500) {
		if err := putErasures(tx, part); err != nil {
			return err
		}
	}
	if r.hasFolder() {
		tx.After(func() { _ = r.appendErasures(list) })
	}
	return nil
}

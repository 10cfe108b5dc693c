package app

import (
	"context"

	"plait/internal/kit/fault"
	"plait/internal/room/consent"
	"plait/internal/room/people"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// erasers replays an erasure in a restored house through the rooms that own it.
type erasers struct{ r *rooms }

// Erase takes out a person, or what one record says. The words of a person stand in the
// list of erasures themselves, so none are looked for here. Why it was done is not in the
// list: the trail of the restored house says that it was asked for.
func (e erasers) Erase(ctx context.Context, at ref.Ref) error {
	var err error
	if at.Kind == ref.Person {
		_, err = e.r.people.Erase(ctx, people.EraseIn{Person: at, Why: people.TheyAsked, Words: people.KeepWords})
	} else {
		_, err = e.r.consent.Withdraw(ctx, consent.WithdrawIn{Ref: at, EraseNow: true})
	}
	if fault.Is(err, fault.Missing) {
		return nil // made and erased after the backup
	}
	return err
}

// Withdraw takes back a record, or one use of it.
func (e erasers) Withdraw(ctx context.Context, at ref.Ref, use terms.Use) error {
	_, err := e.r.consent.Withdraw(ctx, consent.WithdrawIn{Ref: at, Use: use})
	return err
}

// GiveBack undoes a take-back. One whose days are over, or that the backup does not know
// how to undo, stays taken back.
func (e erasers) GiveBack(ctx context.Context, at ref.Ref) error {
	_, err := e.r.consent.Restore(ctx, consent.RestoreIn{Ref: at})
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// Stop says what has become of a person.
func (e erasers) Stop(ctx context.Context, person ref.Ref, state string) error {
	_, err := e.r.people.State(ctx, people.StateIn{Person: person, State: state})
	return err
}

// DropFile takes a file out of its contribution.
func (e erasers) DropFile(ctx context.Context, file string) (bool, error) {
	return e.r.evidence.DropAgain(ctx, file)
}

// StopCard shuts a card.
func (e erasers) StopCard(ctx context.Context, card string) (bool, error) {
	return e.r.card.StopAgain(ctx, card)
}

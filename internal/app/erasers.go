package app

import (
	"context"

	"plait/internal/kit/fault"
	"plait/internal/room/consent"
	"plait/internal/room/people"
	"plait/internal/spine/ref"
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

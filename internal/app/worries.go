package app

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/account"
	"plait/internal/room/evidence"
	"plait/internal/room/worry"
	"plait/internal/spine/ref"
)

// worryBoxes joins worries to where their readers' letters go.
type worryBoxes struct{ account *account.Room }

// Mailbox finds where an account's letters go.
func (w worryBoxes) Mailbox(ctx context.Context, tx *db.Tx, id string) (worry.Box, error) {
	address, language, err := w.account.Mailbox(ctx, tx, id)
	return worry.Box{Address: address, Language: language}, err
}

// worryWords joins worries to what was said.
type worryWords struct{ evidence *evidence.Room }

// Said reads one contribution as the actor may see it.
func (w worryWords) Said(ctx context.Context, tx *db.Tx, about ref.Ref) (out worry.Said, ok bool, err error) {
	got, err := w.evidence.Words(tx.Within(ctx), evidence.WordsIn{Refs: []ref.Ref{about}})
	if fault.Is(err, fault.Forbidden) {
		return out, false, nil // the host's people may be worried about words that they may not read
	}
	if err != nil || len(got.Contributions) == 0 {
		return out, false, err
	}
	c := got.Contributions[0]
	out = worry.Said{Words: c.Words, Role: c.Role, Language: c.Language, Address: "/evidence/" + c.Project + "/said/" + c.Ref.ID}
	if out.Words == "" {
		out.Words = c.Title
	}
	if c.Person != "" {
		out.Person = ref.Of(ref.Person, c.Person)
	}
	return out, true, nil
}

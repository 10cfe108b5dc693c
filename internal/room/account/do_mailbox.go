package account

import (
	"context"

	"plait/internal/kit/db"
)

// Mailbox gives where letters to an account go and in which language; "" for one that is
// gone. It is for letters that the house itself writes, and shows nobody the address.
func (r *Room) Mailbox(_ context.Context, tx *db.Tx, account string) (address, language string, err error) {
	a, ok, err := byID(tx, account)
	if err != nil || !ok {
		return "", "", err
	}
	return a.Email, a.Language, nil
}

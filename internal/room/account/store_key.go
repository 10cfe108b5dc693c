package account

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

// KeyFits says whether the database was made with this house's key. It only looks: a
// database that nobody has served yet fits.
func (r *Room) KeyFits(tx *db.Tx) (bool, error) {
	known, ok, err := db.One(tx, db.Q(`select mark from account_key`), db.Value[string])
	return err == nil && (!ok || known == r.key.HMAC("house.key", "plait")), err
}

// SameKey refuses a house whose database was made with another key: links, codes and
// cards of that database would all be dead, and nobody would know why. The first start
// leaves the key's mark.
func (r *Room) SameKey(ctx context.Context) error {
	mark := r.key.HMAC("house.key", "plait")
	return r.db.Write(ctx, func(tx *db.Tx) error {
		known, ok, err := db.One(tx, db.Q(`select mark from account_key`), db.Value[string])
		switch {
		case err != nil:
			return err
		case !ok:
			return tx.Do(db.Q(`insert into account_key (mark) values (?)`, mark))
		case known != mark:
			return fault.New(fault.Invalid, "house.wrong_key").With("house.wrong_key_do")
		}
		return nil
	})
}

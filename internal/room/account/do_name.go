package account

import (
	"context"
	"strings"

	"plait/internal/kit/db"
)

// NameOf is the name to show for someone the trail names: an account's own name, or ""
// for a card, the command line and whoever has left.
func (r *Room) NameOf(_ context.Context, tx *db.Tx, key string) (string, error) {
	id, ok := strings.CutPrefix(key, "account:")
	if !ok {
		return "", nil
	}
	a, _, err := byID(tx, id)
	return a.Name, err
}

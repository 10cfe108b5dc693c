package thread

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

// Strips draws, for each of refs that the actor may see, where it came from and went.
func (r *Room) Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error) {
	return map[ref.Ref]page.Strip{}, nil
}

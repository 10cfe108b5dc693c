package keeper

import (
	"context"
)

// In gives this room of a test's house a folder and a folder of backups.
func (r *Room) In(dir, backups string) { r.install.Dir, r.install.Backups = dir, backups }

// BackUp makes a backup.
func (r *Room) BackUp(ctx context.Context) (MadeOut, error) { return r.backUp(ctx, quietly) }

// Drill tries the last backup out.
func (r *Room) Drill(ctx context.Context) (RestoreOut, error) { return r.drill(ctx, quietly) }

// Restore brings a backup back.
func (r *Room) Restore(ctx context.Context, in RestoreIn) (RestoreOut, error) {
	return r.restore(ctx, in, quietly)
}

// Kept lists the ids of the backups in the folder.
func (r *Room) Kept() (ids []string, err error) {
	all, err := inFolder(r.install.Backups)
	for _, b := range all {
		ids = append(ids, b.ID)
	}
	return ids, err
}

// Erasures counts what stands in the list beside the backups; ok says that there is one.
func (r *Room) Erasures() (n int, unread int, ok bool, err error) {
	list, err := readApart(r.install.Backups, r.key)
	return len(list.erased), list.unread, list.there, err
}

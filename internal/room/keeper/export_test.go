package keeper

import (
	"context"
	"errors"

	"plait/internal/kit/db"
)

// Other is the room in another house with the same key, on another database.
func (r *Room) Other(d *db.DB) (*Room, error) {
	rooms, err := r.install.Other(d)
	if err != nil {
		return nil, err
	}
	out, ok := rooms["keeper"].(*Room)
	if !ok {
		err = errors.New("there is no keeper")
	}
	return out, err
}

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

// ClaimMove marks the installation as being moved.
func (r *Room) ClaimMove(ctx context.Context, place string) error {
	_, err := r.claimMove(ctx, place)
	return err
}

// Vacancy says who began to restore here; ClaimRestore marks it as being restored.
func (r *Room) Vacancy(ctx context.Context) (string, error) { return r.vacancy(ctx) }

// ClaimRestore marks the installation as being restored.
func (r *Room) ClaimRestore(ctx context.Context, backup, was string) (string, error) {
	return r.claimRestore(ctx, backup, was)
}

// Chosen is the backup that a restore would take.
func (r *Room) Chosen(in RestoreIn) (string, error) {
	in.Folder = r.install.Backups
	m, err := r.choose(in, 1<<62)
	return m.ID, err
}

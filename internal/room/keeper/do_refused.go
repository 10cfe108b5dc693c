package keeper

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// Bare says that this installation holds no programme and nothing is under way in it.
func (r *Room) Bare(ctx context.Context) (bare bool, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		marks, err := countMarks(tx)
		if err != nil {
			return err
		}
		all, err := ref.Programmes(tx)
		bare = marks == 0 && len(all) == 0
		return err
	})
	return bare, err
}

// begins marks an installation without a programme before a restore looks at anything, so
// that one that is killed early is not served as an empty Plait. end takes the mark back:
// of a refused restore only its own, for another may be under way or was cut off.
func (r *Room) begins(ctx context.Context) (end func(error) error, err error) {
	own := r.ids.New()
	if err := r.db.Write(ctx, func(tx *db.Tx) error {
		all, err := ref.Programmes(tx)
		if err != nil || len(all) > 0 {
			return err
		}
		was, err := getMark(tx, markBeginning)
		if err != nil || was != "" {
			return err
		}
		return setMark(tx, markBeginning, own, r.clock.Now())
	}); err != nil {
		return nil, err
	}
	return func(failed error) error {
		return r.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
			if failed != nil {
				if was, err := getMark(tx, markBeginning); err != nil || was != own {
					return err
				}
			}
			return setMark(tx, markBeginning, "", 0)
		})
	}, nil
}

// unnamed lists the ids of sealed files of a folder whose manifest is not there, the oldest
// first. A backup that was killed leaves one; so does somebody who deletes the manifest.
func unnamed(dir string) ([]string, error) {
	all, err := filepath.Glob(filepath.Join(dir, "*"+sealedEnd))
	if err != nil {
		return nil, err
	}
	slices.Sort(all)
	var out []string
	for _, path := range all {
		id := strings.TrimSuffix(filepath.Base(path), sealedEnd)
		if !goodBackup.MatchString(id) {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, id+manifestEnd)); err != nil {
			out = append(out, id)
		}
	}
	return out, nil
}

// asLast refuses to take a backup for the last one while a later one has lost its manifest:
// nobody would know that an older state came back. Named by its id or a time it is taken.
func asLast(in RestoreIn, m Manifest, chosen error) error {
	if in.ID != "" || in.Point != "" || chosen != nil && !fault.Is(chosen, fault.Missing) {
		return chosen
	}
	all, err := unnamed(in.Folder)
	if err != nil || len(all) == 0 || all[len(all)-1] < m.ID {
		return chosen
	}
	why := fault.New(fault.Conflict, "keeper.restore_unnamed", "Backup", all[len(all)-1], "Folder", in.Folder)
	return why.With("keeper.restore_unnamed_do")
}

// folderList lists a folder, which needs no key and no installation. Files that have lost their
// manifest are listed last.
func folderList(dir string) (out BackupsOut, err error) {
	out.Folder = fullName(dir)
	if out.Backups, err = inFolder(dir); err != nil {
		return out, err
	}
	lost, err := unnamed(dir)
	for _, id := range lost {
		out.Backups = append(out.Backups, BackupOut{ID: id, Problem: "its manifest " + id + manifestEnd + " is missing"})
	}
	return out, err
}

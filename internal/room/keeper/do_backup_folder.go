package keeper

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/folder"
	"plait/internal/spine/ref"
)

// BackupOut is one backup of a folder.
type BackupOut struct {
	ID       string `json:"id"`
	At       string `json:"at"`    // RFC 3339, UTC
	Until    string `json:"until"` // day until which it is kept
	Rows     int64  `json:"rows"`
	Size     string `json:"size"`
	Files    int64  `json:"files"`
	Seconds  int64  `json:"seconds"`
	Program  string `json:"program"`
	Proved   string `json:"proved,omitempty"` // day of the last drill that found it whole
	Problem  string `json:"problem,omitempty"`
	manifest Manifest
}

// readManifest reads what a backup says of itself. It is not yet checked against a key.
func readManifest(path string) (m Manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, err
	}
	defer f.Close() //nolint:errcheck // only read
	d := json.NewDecoder(io.LimitReader(f, 4<<20))
	if err := d.Decode(&m); err != nil {
		return m, damagedBackup(err)
	}
	if !goodBackup.MatchString(m.ID) || m.ID+manifestEnd != filepath.Base(path) {
		return m, damagedBackup(errors.New("the manifest is not of the backup it is called after"))
	}
	return m, nil
}

// inFolder lists the backups of a folder in the order in which they were made. What cannot
// be read is listed with its problem, where its name says that it belongs.
func inFolder(dir string) ([]BackupOut, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"+manifestEnd))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	out, unread := []BackupOut{}, []BackupOut{}
	for _, path := range names {
		id := strings.TrimSuffix(filepath.Base(path), manifestEnd)
		if !goodBackup.MatchString(id) {
			continue
		}
		m, err := readManifest(path)
		if err != nil {
			unread = append(unread, BackupOut{ID: id, Problem: "the manifest cannot be read"})
			continue
		}
		b := BackupOut{ID: m.ID, At: m.At.Format(time.RFC3339), Until: clock.DayOf(m.until(), "UTC"), Rows: m.Rows, Size: megabytes(m.Size), Files: m.Files,
			Seconds: m.Seconds, Program: m.Program, manifest: m}
		if info, err := os.Stat(filepath.Join(dir, id+sealedEnd)); err != nil || info.Size() != m.Size {
			b.Problem = "the sealed file is missing or cut off"
		}
		out = append(out, b)
	}
	slices.SortStableFunc(out, func(x, y BackupOut) int {
		return cmp.Or(cmp.Compare(x.manifest.Number, y.manifest.Number), x.manifest.At.Compare(y.manifest.At))
	})
	for _, b := range unread {
		// Behind the last that is not younger by the clock: rather taken for the last one, and
		// named, than passed over.
		i := len(out)
		for i > 0 && (out[i-1].manifest.ID == "" && out[i-1].ID > b.ID || out[i-1].manifest.At.After(namedAt(b.ID).Add(time.Second))) {
			i--
		}
		out = slices.Insert(out, i, b)
	}
	return out, nil
}

// over picks the backups that may be deleted, all being good or not, in the order of their
// making. One may go when a good one was made after its time was over: the last good one
// never does. A clock that is ahead would end all at once, so that only one may go on the
// word of a single day; the others go when a good one of a day before says the same.
func over(all []BackupOut, good func(BackupOut) bool) (gone []BackupOut) {
	last := -1
	for i, b := range all {
		if good(b) {
			last = i
		}
	}
	if last < 0 {
		return nil
	}
	sure := time.Time{} // the time of the last good one that is older by a day
	for _, b := range all[:last] {
		if good(b) && !b.manifest.At.After(all[last].manifest.At.Add(-24*time.Hour)) {
			sure = b.manifest.At
		}
	}
	loose := 1
	for _, b := range all[:last] {
		if b.manifest.ID == "" {
			continue
		}
		until := clock.Time(b.manifest.until())
		switch {
		case !until.After(sure):
		case loose > 0 && !until.After(all[last].manifest.At):
			loose--
		default:
			continue
		}
		gone = append(gone, b)
	}
	return gone
}

// age deletes backups whose time is over (see over), and files that no kept backup names.
// Where a list cannot be read, no file is deleted.
func (r *Room) age(ctx context.Context, dir string) (int, error) {
	all, err := inFolder(dir)
	if err != nil {
		return 0, err
	}
	var gone []string
	for _, b := range over(all, func(b BackupOut) bool { return b.Problem == "" && b.manifest.Key == keyMark(r.key) }) {
		for _, end := range []string{manifestEnd, sealedEnd, fileListEnd} { // the manifest first: then it is no backup
			if err := os.Remove(filepath.Join(dir, b.ID+end)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return len(gone), unwritable(dir, err)
			}
		}
		gone = append(gone, b.ID)
	}
	if len(gone) > 0 {
		if err := r.db.Write(ctx, func(tx *db.Tx) error { return goneBackups(tx, gone) }); err != nil {
			return len(gone), err
		}
	}
	return len(gone), sweepFiles(dir)
}

// sweepFiles deletes what no manifest stands for: halves of killed backups, and files of
// deleted ones. Only a backup that holds the folder's lock may call it.
func sweepFiles(dir string) error {
	all, err := inFolder(dir)
	if err != nil {
		return err
	}
	known, needed := map[string]bool{}, map[string]bool{}
	for _, b := range all {
		known[b.ID] = true
		text, err := os.ReadFile(filepath.Join(dir, b.ID+fileListEnd))
		if err != nil {
			return nil // nobody can say what it needs: everything stays
		}
		for hash := range strings.Lines(string(text)) {
			needed[strings.TrimSpace(hash)] = true
		}
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, x := range names {
		for _, end := range []string{sealedEnd, fileListEnd} {
			if id, ok := strings.CutSuffix(x.Name(), end); ok && goodBackup.MatchString(id) && !known[id] {
				if err := os.Remove(filepath.Join(dir, x.Name())); err != nil {
					return unwritable(dir, err)
				}
			}
		}
	}
	return filepath.WalkDir(filepath.Join(dir, filesFolder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !goodHash.MatchString(d.Name()) && !strings.HasSuffix(d.Name(), folder.Beside) || needed[d.Name()] {
			return err
		}
		return os.Remove(path)
	})
}

// BackupsIn asks for the list; there is nothing to choose.
type BackupsIn struct{}

// BackupsOut lists the backups of the folder, the oldest first.
type BackupsOut struct {
	Folder  string      `json:"folder"`
	Backups []BackupOut `json:"backups"`
}

// backups lists the folder, with what the database knows of drills.
func (r *Room) backups(ctx context.Context) (out BackupsOut, err error) {
	if !r.hasFolder() {
		return out, fault.New(fault.Absent, "keeper.backup_off").With("keeper.backup_off_do")
	}
	if out, err = folderList(r.install.Backups); err != nil {
		return out, err
	}
	var proved map[string]int64
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { proved, err = provedBackups(tx); return err }); err != nil {
		return out, err
	}
	for i, b := range out.Backups {
		if at := proved[b.ID]; at > 0 {
			out.Backups[i].Proved = clock.DayOf(at, "UTC")
		}
	}
	return out, nil
}

func programmesOf(tx *db.Tx) ([]string, error) {
	all, err := ref.Programmes(tx)
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = p.ID
	}
	return out, err
}

// rowsOf is what the database should know of the backups of a folder that are of this
// installation.
func (r *Room) rowsOf(all []BackupOut) []backupRow {
	var out []backupRow
	for _, b := range all {
		if m := b.manifest; m.ID != "" && m.Key == keyMark(r.key) {
			out = append(out, backupRow{ID: m.ID, Number: m.Number, At: m.At.UnixMicro(), Until: m.until(), State: backupKept, Rows: m.Rows, Size: m.Size, Seconds: m.Seconds})
		}
	}
	return out
}

package keeper

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// Marks of an installation that must not be served. Each holds a backup's id or a place.
const (
	markBeginning = "beginning" // a restore was asked for and has stored nothing yet
	markRestoring = "restoring"
	markMoving    = "moving"   // it is being moved: to there, or (at the target) from elsewhere
	markMoved     = "moved"    // it was moved to there
	markArriving  = "arriving" // it is the target of a move that has not ended
)

// MayServe says in plain words why this installation must not be served now.
func (r *Room) MayServe(ctx context.Context) error {
	return r.db.Read(ctx, func(tx *db.Tx) error {
		for _, name := range []string{markBeginning, markRestoring, markArriving, markMoving, markMoved} {
			value, err := getMark(tx, name)
			if err != nil {
				return err
			}
			if value != "" {
				return marked(name, value)
			}
		}
		return arriving(tx)
	})
}

// RestoreIn says which backup comes back.
type RestoreIn struct {
	Folder  string // of backups
	ID      string // of the backup; "" = the last one
	Point   string // the last one made at this instant or before it; "" = any
	Without bool   // there is no list of erasures beside it, and that is accepted
}

// RestoreOut says what came back.
type RestoreOut struct {
	Backup        string   `json:"backup"`
	At            string   `json:"at"` // when it was made, RFC 3339, UTC
	Program       string   `json:"program"`
	Rows          int64    `json:"rows"`
	Files         int64    `json:"files"`
	Programmes    int64    `json:"programmes"`
	Projects      int64    `json:"projects"`
	Contributions int64    `json:"contributions"`
	Erased        int64    `json:"erased"` // erasures that were done again
	Taken         int64    `json:"taken"`  // take-backs, ends of roles and cards, and the like that were done again
	Unread        int      `json:"unread"` // lines of the list of erasures that could not be read
	Left          []string `json:"left"`   // tables where words that were erased stand still
	Broken        []string `json:"broken"` // what does not hold, each in a sentence
	Seconds       int64    `json:"seconds"`
}

// choose finds the backup that is meant and checks what it says of itself.
func (r *Room) choose(in RestoreIn, newest int64) (Manifest, error) {
	none := Manifest{}
	if in.ID == "" {
		point := time.Time{}
		if in.Point != "" {
			var err error
			if point, err = pointOf(in.Point); err != nil {
				return none, err
			}
		}
		all, err := inFolder(in.Folder)
		if err != nil {
			return none, err
		}
		for _, b := range slices.Backward(all) {
			if b.manifest.ID == "" && (point.IsZero() || !namedAt(b.ID).After(point)) {
				// An older one in its place would be taken for the last.
				return none, fault.New(fault.Broken, "keeper.backup_last_damaged", "Backup", b.ID, "Folder", in.Folder).With("keeper.backup_last_damaged_do")
			}
			if b.manifest.ID != "" && (point.IsZero() || !b.manifest.At.After(point)) {
				in.ID = b.ID
				break
			}
		}
		if in.ID == "" {
			return none, fault.New(fault.Missing, "keeper.restore_none", "Folder", in.Folder).With("keeper.restore_none_do")
		}
	}
	if !goodBackup.MatchString(in.ID) {
		return none, fault.New(fault.Invalid, "keeper.restore_bad_id").With("keeper.restore_bad_id_do")
	}
	m, err := readManifest(filepath.Join(in.Folder, in.ID+manifestEnd))
	if errors.Is(err, fs.ErrNotExist) {
		return none, fault.New(fault.Missing, "keeper.restore_missing", "Backup", in.ID, "Folder", in.Folder).With("keeper.restore_missing_do").Because(err)
	}
	if err != nil {
		return none, err
	}
	return m, m.check(r.key, newest)
}

// read goes through the sealed rows of a backup, once.
func (r *Room) read(dir string, m Manifest, to tableReader) error {
	f, err := os.Open(filepath.Join(dir, m.ID+sealedEnd))
	if err != nil {
		return damagedBackup(err)
	}
	defer f.Close() //nolint:errcheck // only read
	sealed, err := r.key.OpenReader(backupPurpose, bufio.NewReaderSize(f, 1<<20))
	if err != nil {
		return damagedBackup(err)
	}
	plain, err := gzip.NewReader(sealed)
	if err != nil {
		return damagedBackup(err)
	}
	return readRows(plain, to)
}

// whole proves a backup before anything is stored: the sealed file is the one that the
// manifest names, it opens to its end, its tables have the rows and sums that the manifest
// says, and each file that it needs is there. It gives the names of the files.
func (r *Room) whole(dir string, m Manifest, tell told) ([]string, error) {
	f, err := os.Open(filepath.Join(dir, m.ID+sealedEnd))
	if err != nil {
		return nil, damagedBackup(err)
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, damagedBackup(err)
	}
	if n != m.Size || hex.EncodeToString(h.Sum(nil)) != m.Hash {
		return nil, damagedBackup(fmt.Errorf("the sealed file has %d bytes, not %d, or another sum", n, m.Size))
	}
	var found []TableCount
	var sum db.Sum
	rows := int64(0)
	err = r.read(dir, m, tableReader{
		head: func(db.Table) error { sum = db.Sum{}; return nil },
		row: func(t db.Table, row []any) error {
			sum.Add(t, row)
			if rows++; rows%50_000 == 0 {
				tell("keeper.stage_check", rows, m.Rows)
			}
			return nil
		},
		end: func(t db.Table, n int64) error {
			found = append(found, TableCount{t.Name, n, sum.String()})
			return nil
		},
	})
	if err != nil {
		return nil, damagedBackup(err)
	}
	if !slices.Equal(found, m.Tables) {
		return nil, damagedBackup(errors.New("the tables are not those of the manifest"))
	}
	text, err := os.ReadFile(filepath.Join(dir, m.ID+fileListEnd))
	if err != nil {
		return nil, damagedBackup(err)
	}
	if s := sha256.Sum256(text); hex.EncodeToString(s[:]) != m.FileList {
		return nil, damagedBackup(errors.New("the list of files was changed"))
	}
	files := strings.Fields(string(text))
	missing := 0
	for _, hash := range files {
		if _, err := os.Stat(fileAt(dir, hash)); err != nil {
			missing++
		}
	}
	if missing > 0 {
		return nil, fault.New(fault.Broken, "keeper.restore_files_missing", "Count", missing).With("keeper.restore_files_missing_do").Because(fmt.Errorf("%d of %d files", missing, len(files)))
	}
	return files, nil
}

// restore brings a backup back into this installation, which holds no programme. Until it
// has ended the installation is marked and cannot be served; begun again, it begins anew.
func (r *Room) restore(ctx context.Context, in RestoreIn, tell told) (out RestoreOut, err error) {
	began := clock.Start()
	free, err := r.alone(ctx, "keeper.restore_serving")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, free()) }()
	newest := int64(0)
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { newest, err = db.LastMigration(tx); return err }); err != nil {
		return out, err
	}
	m, err := r.choose(in, newest)
	if err = asLast(in, m, err); err != nil {
		return out, err
	}
	was, err := r.vacancy(ctx)
	if err != nil {
		return out, err
	}
	list, err := r.listFor(in)
	if err != nil {
		return out, err
	}
	files, err := r.whole(in.Folder, m, tell)
	if err != nil {
		return out, err
	}
	out = RestoreOut{Backup: m.ID, At: m.At.Format(time.RFC3339), Program: m.Program, Rows: m.Rows, Files: int64(len(files)), Unread: list.unread, Left: []string{}, Broken: []string{}}
	own, err := r.claimRestore(ctx, m.ID, was)
	if err != nil {
		return out, err
	}
	if err := r.load(ctx, in.Folder, m, tell); err != nil {
		return out, err
	}
	if err := r.known(ctx, in.Folder); err != nil {
		return out, err
	}
	if err := r.again(ctx, list, &out, tell); err != nil {
		return out, err
	}
	if err := r.findAgain(ctx, tell); err != nil {
		return out, err
	}
	if _, err := r.files.Sweep(ctx); err != nil { // the bytes of erased files, which nobody can read
		return out, err
	}
	if err := r.db.Optimize(ctx); err != nil {
		return out, err
	}
	err = r.db.Write(ctx, func(tx *db.Tx) (err error) {
		tx.Scrub()
		if out.Projects, err = howMany(tx, "", ref.Project); err != nil {
			return err
		}
		if out.Programmes, err = howMany(tx, "", ref.Programme); err != nil {
			return err
		}
		if out.Contributions, err = howMany(tx, "", "contribution"); err != nil {
			return err
		}
		return endRestore(tx, own)
	})
	out.Seconds = int64(began.Took().Seconds())
	return out, err
}

// known notes the backups of the folder in the database that came back: when it was made it
// did not know yet that it would end well, and nothing of those that came after it.
func (r *Room) known(ctx context.Context, dir string) error {
	all, err := inFolder(dir)
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *db.Tx) error {
		programmes, err := programmesOf(tx)
		if err != nil {
			return err
		}
		return foundBackups(tx, programmes, r.rowsOf(all))
	})
}

// clear empties every table that a copy fills.
func clearTables(ctx context.Context, d *db.DB) ([]db.Table, error) {
	var tables []db.Table
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { tables, err = copied(tx); return err }); err != nil {
		return nil, err
	}
	for _, t := range slices.Backward(tables) {
		if err := d.Append(ctx, func(tx *db.Tx) error { _, err := t.Drop(tx, db.Part{}); return err }); err != nil {
			return nil, err
		}
	}
	return tables, nil
}

// load stores the rows and files of a backup and compares what is then there.
func (r *Room) load(ctx context.Context, dir string, m Manifest, tell told) error {
	here, err := clearTables(ctx, r.db)
	if err != nil {
		return err
	}
	var b batch
	var came []db.Table
	var want []TableCount
	var fit fitting
	var sum db.Sum
	rows := int64(0)
	flush := func(t db.Table) error {
		some := b.take()
		if len(some) == 0 {
			return nil
		}
		return r.db.Append(ctx, func(tx *db.Tx) error { return t.Put(tx, some, true) })
	}
	if err := r.read(dir, m, tableReader{
		head: func(t db.Table) error {
			fit, sum = fitTo(t, here), db.Sum{}
			return nil
		},
		row: func(_ db.Table, row []any) error {
			if rows++; rows%10_000 == 0 {
				tell("keeper.stage_load", rows, m.Rows)
			}
			if row = fit.row(row); row == nil {
				return nil
			}
			sum.Add(fit.table, row)
			if b.add(row) {
				return flush(fit.table)
			}
			return nil
		},
		end: func(_ db.Table, n int64) error {
			if len(fit.table.Columns) > 0 {
				came, want = append(came, fit.table), append(want, TableCount{fit.table.Name, n, sum.String()})
			}
			return flush(fit.table)
		},
	}); err != nil {
		return err
	}
	if err := r.loadFiles(ctx, dir, tell); err != nil {
		return err
	}
	return r.db.Read(ctx, func(tx *db.Tx) error {
		done := int64(0)
		for i, t := range came {
			where := db.Part{}
			if t.Name == blob.ChunkTable {
				where = blob.Unsettled()
			}
			var sum db.Sum
			n := int64(0)
			if err := t.Rows(tx, where, func(row []any) error { sum.Add(t, row); n++; return nil }); err != nil {
				return err
			}
			done += n
			tell("keeper.stage_compare", done, m.Rows)
			if got := (TableCount{t.Name, n, sum.String()}); got != want[i] {
				return fault.New(fault.Broken, "keeper.restore_differs").With("keeper.restore_differs_do").Because(
					fmt.Errorf("table %s: %d rows, %d were expected, or other values", t.Name, n, want[i].Rows))
			}
		}
		return nil
	})
}

// fitting is how rows of a copy come into the tables of this program. A later release may
// have taken a column or a table away that nothing used any more: it is left out. One that
// was added since has its default.
type fitting struct {
	table db.Table // the columns that both have; none when the table is not here
	at    []int    // where each is in the copy
	same  bool
}

func fitTo(t db.Table, here []db.Table) fitting {
	x, err := db.TableOf(here, t.Name)
	if err != nil {
		return fitting{}
	}
	f := fitting{table: db.Table{Name: t.Name, Key: x.Key}}
	for i, c := range t.Columns {
		if x.At(c.Name) >= 0 {
			f.table.Columns, f.at = append(f.table.Columns, c), append(f.at, i)
		}
	}
	f.same = len(f.at) == len(t.Columns)
	return f
}

// row is a row of the copy as the table here takes it; nil when it has none.
func (f fitting) row(row []any) []any {
	if len(f.at) == 0 {
		return nil
	}
	if f.same {
		return row
	}
	out := make([]any, len(f.at))
	for i, n := range f.at {
		out[i] = row[n]
	}
	return out
}

// loadFiles stores the bytes of every whole file, and proves each by its hash.
func (r *Room) loadFiles(ctx context.Context, dir string, tell told) error {
	var all []blob.Sealed
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = blob.AllSealed(tx); return err }); err != nil {
		return err
	}
	for i, s := range all {
		if !goodHash.MatchString(s.Hash) {
			return damagedBackup(errors.New("a file has no hash"))
		}
		f, err := os.Open(fileAt(dir, s.Hash))
		if err != nil {
			return damagedBackup(err)
		}
		in := bufio.NewReaderSize(f, 1<<20)
		err = blob.PutSealed(ctx, r.db, s, func() ([]byte, error) { return chunksOf(in) })
		if err = errors.Join(err, f.Close()); err != nil {
			return damagedBackup(err)
		}
		tell("keeper.stage_files", int64(i+1), int64(len(all)))
	}
	return nil
}

package keeper

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
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
	"plait/internal/kit/folder"
	"plait/internal/kit/job"
)

// hasFolder says whether this installation keeps backups.
func (r *Room) hasFolder() bool { return r.install != nil && r.install.Backups != "" }

// every is how often a backup is made by itself.
func (r *Room) every() time.Duration {
	if r.install == nil || r.install.BackupEvery <= 0 {
		return 24 * time.Hour
	}
	return r.install.BackupEvery
}

// Copies says where words of a person may still be that are erased at an instant: archives
// that left the house before, and until when a backup made before is kept (microseconds; 0:
// there is none). Which backup came before goes by their order, for a clock may have been
// wrong. Whoever erases tells the person both.
func (r *Room) Copies(_ context.Context, tx *db.Tx, programme, person string, at int64) (left []Left, until int64, err error) {
	if left, err = archivesBefore(tx, programme, at); err != nil {
		return nil, 0, err
	}
	last, erased, err := erasedAfter(tx, programme, person)
	if err != nil {
		return nil, 0, err
	}
	// One that runs, or was killed and is not looked at yet, may be whole in the folder.
	kept, err := keptBackups(tx, programme, backupKept, backupRuns)
	for _, b := range kept {
		if b.At > at && (b.Number == 0 || erased && b.Number > last) {
			continue // made when it was gone already
		}
		// The last good backup is kept beyond its time until there is another.
		until = max(until, b.Until, r.clock.Now())
	}
	return left, until, err
}

// MadeOut says what a backup is and what making it took.
type MadeOut struct {
	ID      string `json:"id"`
	At      string `json:"at"` // RFC 3339, UTC
	Folder  string `json:"folder"`
	Rows    int64  `json:"rows"`
	Size    int64  `json:"size"`       // bytes of the sealed file
	Files   int64  `json:"files"`      // that it names
	Added   int64  `json:"file_bytes"` // bytes of files that were not in the folder yet
	Seconds int64  `json:"seconds"`
	Deleted int    `json:"deleted"` // older backups whose time was over
}

// told is called while long work goes on; total may be 0 when it is not known.
type told func(what string, done, total int64)

func quietly(string, int64, int64) {}

// backUp makes a backup of the whole installation. Whatever fails, the backups that were
// there stay as they are.
func (r *Room) backUp(ctx context.Context, tell told) (out MadeOut, err error) {
	if !r.hasFolder() {
		return out, fault.New(fault.Absent, "keeper.backup_off").With("keeper.backup_off_do")
	}
	dir := r.install.Backups
	if err := os.MkdirAll(filepath.Join(dir, filesFolder), 0o700); err != nil {
		return out, unwritable(dir, err)
	}
	free, ok, err := folder.Lock(filepath.Join(dir, lockFile))
	if err != nil {
		return out, unwritable(dir, err)
	}
	if !ok {
		return out, fault.New(fault.Busy, "keeper.backup_busy").With("keeper.backup_busy_do")
	}
	defer func() { err = errors.Join(err, free()) }()
	began := clock.Start()
	at := r.clock.Now()
	b := backupRow{ID: backupName(at, r.ids.Bytes(3)), At: at, Until: at + BackupDays*clock.Day, State: backupRuns}
	programmes, err := r.beginBackup(ctx, dir, &b)
	if err != nil {
		return out, err
	}
	m, err := r.write(ctx, dir, b, began, tell)
	b.Seconds = int64(began.Took().Seconds())
	if err != nil {
		b.State, b.Why = backupFailed, fault.Of(err).Say
		after := context.WithoutCancel(ctx)
		return out, errors.Join(err, r.db.Write(after, func(tx *db.Tx) error { return putBackup(tx, programmes, b) }))
	}
	b.State, b.Rows, b.Size = backupKept, m.Rows, m.Size
	if err := r.db.Write(ctx, func(tx *db.Tx) error { return putBackup(tx, programmes, b) }); err != nil {
		return out, err
	}
	gone, err := r.age(ctx, dir)
	out = MadeOut{ID: m.ID, At: m.At.Format(time.RFC3339), Folder: dir, Rows: m.Rows, Size: m.Size, Files: m.Files, Added: m.FileBytes, Seconds: b.Seconds, Deleted: gone}
	return out, err
}

// beginBackup notes a backup that begins, with the number after the last one's, for each
// programme that it holds. What the folder says of earlier ones is noted first.
func (r *Room) beginBackup(ctx context.Context, dir string, b *backupRow) (programmes []string, err error) {
	all, err := inFolder(dir)
	if err != nil {
		return nil, err
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if programmes, err = programmesOf(tx); err != nil {
			return err
		}
		if err := stopBackups(tx); err != nil {
			return err
		}
		if err := foundBackups(tx, programmes, r.rowsOf(all)); err != nil {
			return err
		}
		last, err := lastNumber(tx)
		if err != nil {
			return err
		}
		for _, x := range all {
			last = max(last, x.manifest.Number)
		}
		b.Number = last + 1
		return putBackup(tx, programmes, *b)
	})
	return programmes, err
}

// unwritable says what hinders a folder of backups from being written.
func unwritable(dir string, err error) error {
	if folder.IsFull(err) {
		return fault.New(fault.Busy, "keeper.backup_full", "Folder", dir).With("keeper.backup_full_do").Because(err)
	}
	var path *fs.PathError
	var link *os.LinkError
	if errors.As(err, &path) || errors.As(err, &link) {
		return fault.New(fault.Busy, "keeper.backup_unwritable", "Folder", dir).With("keeper.backup_unwritable_do").Because(err)
	}
	return err
}

// write makes the files of a backup; the manifest comes last, and with it the backup.
func (r *Room) write(ctx context.Context, dir string, b backupRow, began clock.Stopwatch, tell told) (Manifest, error) {
	m := Manifest{Plait: "backup", Format: backupFormat, ID: b.ID, Number: b.Number, At: clock.Time(b.At), Program: r.install.Version,
		Engine: string(r.db.Engine()), Key: keyMark(r.key)}
	if err := errors.Join(folder.Sweep(dir, true), folder.Sweep(filepath.Join(dir, filesFolder), true)); err != nil {
		return m, unwritable(dir, err)
	}
	var err error
	if m.Apart, err = r.allApart(ctx); err != nil {
		return m, err
	}
	sum := sha256.New()
	var files []string
	err = folder.Write(filepath.Join(dir, b.ID+sealedEnd), func(to io.Writer) error {
		size := &counted64{}
		sealed, err := r.key.SealWriter(backupPurpose, io.MultiWriter(to, sum, size))
		if err != nil {
			return err
		}
		packed, err := gzip.NewWriterLevel(sealed, gzip.BestSpeed)
		if err != nil {
			return err
		}
		// One transaction sees one state of the whole house, files included. It is not tried
		// again: a second try would write the first one's bytes once more.
		tried := false
		err = r.db.Read(ctx, func(tx *db.Tx) error {
			if tried {
				return fault.New(fault.Busy, "house.busy")
			}
			tried = true
			if m.Migration, err = db.LastMigration(tx); err != nil {
				return err
			}
			if err := r.writeRows(tx, packed, &m, tell); err != nil {
				return err
			}
			files, m.FileBytes, err = r.writeFiles(tx, dir, tell)
			return err
		})
		if err = errors.Join(err, packed.Close(), sealed.Close()); err != nil {
			return err
		}
		m.Size = size.n
		return nil
	})
	if err != nil {
		return m, unwritable(dir, err)
	}
	m.Hash, m.Files, m.Seconds = hex.EncodeToString(sum.Sum(nil)), int64(len(files)), int64(began.Took().Seconds())
	fileList := strings.Join(append(files, ""), "\n")
	listSum := sha256.Sum256([]byte(fileList))
	m.FileList = hex.EncodeToString(listSum[:])
	if m.Mark, err = m.markOf(r.key); err != nil {
		return m, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	for _, x := range []struct {
		end  string
		text []byte
	}{{fileListEnd, []byte(fileList)}, {manifestEnd, append(text, '\n')}} {
		if err := folder.Write(filepath.Join(dir, b.ID+x.end), func(w io.Writer) error { _, err := w.Write(x.text); return err }); err != nil {
			return m, unwritable(dir, err)
		}
	}
	return m, nil
}

type counted64 struct{ n int64 }

func (c *counted64) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

// ownMarks is what is said of this installation alone: it is no part of a copy.
const ownMarks = "keeper_mark"

// copied is every table that a backup or a move takes, after those it refers to.
func copied(tx *db.Tx) ([]db.Table, error) {
	all, err := db.Tables(tx)
	return slices.DeleteFunc(all, func(t db.Table) bool { return t.Name == ownMarks }), err
}

// writeRows writes every row of every table. The chunks of whole files are left out: each
// file is kept once in the folder, by its hash.
func (r *Room) writeRows(tx *db.Tx, to io.Writer, m *Manifest, tell told) error {
	tables, err := copied(tx)
	if err != nil {
		return err
	}
	where := make([]db.Part, len(tables))
	total := int64(0)
	for i, t := range tables {
		if t.Name == blob.ChunkTable {
			where[i] = blob.Unsettled()
		}
		n, err := t.Count(tx, where[i])
		if err != nil {
			return err
		}
		total += n
	}
	w, err := newRowWriter(to)
	if err != nil {
		return err
	}
	for i, t := range tables {
		if err := w.table(t); err != nil {
			return err
		}
		var sum db.Sum
		n := int64(0)
		if err := t.Rows(tx, where[i], func(row []any) error {
			sum.Add(t, row)
			n++
			m.Rows++
			if m.Rows%10_000 == 0 {
				tell("keeper.stage_rows", m.Rows, total)
			}
			return w.row(row)
		}); err != nil {
			return err
		}
		if err := w.end(n); err != nil {
			return err
		}
		m.Tables = append(m.Tables, TableCount{t.Name, n, sum.String()})
	}
	return w.close()
}

// fileAt is where the sealed bytes of a file are kept.
func fileAt(dir, hash string) string { return filepath.Join(dir, filesFolder, hash[:2], hash) }

// writeFiles puts into the folder what it does not hold yet, and names all that is needed.
func (r *Room) writeFiles(tx *db.Tx, dir string, tell told) (names []string, added int64, err error) {
	all, err := blob.AllSealed(tx)
	if err != nil {
		return nil, 0, err
	}
	for i, s := range all {
		if !goodHash.MatchString(s.Hash) {
			return nil, 0, fmt.Errorf("keeper: file %s has the hash %q", s.ID, s.Hash)
		}
		if len(names) > 0 && names[len(names)-1] == s.Hash {
			continue // two rows, one content
		}
		names = append(names, s.Hash)
		path := fileAt(dir, s.Hash)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, 0, err
		}
		if err := folder.Write(path, func(w io.Writer) error {
			return blob.SealedChunks(tx, s, func(sealed []byte) error {
				added += int64(len(sealed))
				_, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(sealed))), sealed...))
				return err
			})
		}); err != nil {
			return nil, 0, err
		}
		tell("keeper.stage_files", int64(i+1), int64(len(all)))
	}
	return names, added, nil
}

// chunksOf gives the sealed chunks of a file in a folder, one by one, and nil at the end.
func chunksOf(in *bufio.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(in, size[:]); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n == 0 || n > 2*blob.ChunkSize {
		return nil, fmt.Errorf("keeper: a chunk of %d bytes", n)
	}
	out := make([]byte, n)
	_, err := io.ReadFull(in, out)
	return out, err
}

// backupJob makes the backup that is due.
func (r *Room) backupJob(ctx context.Context, _ job.Job) error {
	if !r.hasFolder() {
		return nil
	}
	r.SweepDrills()
	_, err := r.backUp(ctx, quietly)
	return err
}

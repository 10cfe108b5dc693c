package keeper

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"plait/internal/kit/archive"
	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/folder"
	"plait/internal/kit/job"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

const (
	archiveJob = "keeper.archive"
	// tellEvery is how often the making of an archive says how far it is.
	tellEvery = 2 * time.Second
	// mostArchive is the most bytes of an archive that waits here to be fetched.
	mostArchive = 1 << 40
)

// errChanged says that something was taken away while an archive was made.
var errChanged = errors.New("keeper: the programme changed while it was read")

// ArchiveIn asks for an archive of the actor's programme.
type ArchiveIn struct {
	For string `json:"for" doc:"Who will have it."`
	Why string `json:"why" doc:"What it is for."`
}

// ArchiveOut names the archive.
type ArchiveOut struct {
	ID string `json:"id"`
}

// Archive begins an archive; a job makes it.
func (r *Room) Archive(ctx context.Context, in ArchiveIn) (out ArchiveOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.archive", who.Here(ctx)); err != nil {
			return err
		}
		if err := checkArchive(in.For, in.Why); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if n, err := makingNow(tx, programme); err != nil || n > 0 {
			if err == nil {
				err = fault.New(fault.Conflict, "keeper.archive_making").With("keeper.archive_making_do")
			}
			return err
		}
		a := Archived{ID: id, Actor: who.From(ctx).Key(), For: in.For, Why: in.Why, State: ArchiveMaking, At: now}
		if err := insertArchive(tx, programme, a); err != nil {
			return err
		}
		if err := r.jobs.Add(tx, archiveJob, map[string]string{"programme": programme, "archive": id}); err != nil {
			return err
		}
		out = ArchiveOut{id}
		return trail.Put(ctx, tx, entry, now, "keeper.archive", ref.Of("archive", id), 1, in)
	})
	return out, err
}

// ArchivesIn asks for the archives of the actor's programme; there is nothing to choose.
type ArchivesIn struct{}

// ArchivesOut is archives, the newest first, at most 200.
type ArchivesOut struct {
	Archives []Archived `json:"archives"`
}

// Archives lists the archives that were made: every one, for as long as the programme is there.
func (r *Room) Archives(ctx context.Context, _ ArchivesIn) (out ArchivesOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.archive", who.Here(ctx)); err != nil {
			return err
		}
		out.Archives, err = archivesOf(tx, who.From(ctx).Programme)
		return err
	})
	return out, err
}

// fetch opens the bytes of a ready archive, and notes in the trail that it was taken.
func (r *Room) fetch(ctx context.Context, id string) (in io.ReadSeekCloser, a Archived, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.archive", who.Here(ctx)); err != nil {
			return err
		}
		var ok bool
		if a, ok, err = oneArchive(tx, who.From(ctx).Programme, id); err != nil {
			return err
		}
		if !ok || a.State != ArchiveReady || a.Until() <= now {
			return fault.New(fault.Missing, "keeper.archive_gone").With("keeper.archive_gone_do")
		}
		return trail.Put(ctx, tx, entry, now, "keeper.fetch", ref.Of("archive", id), 1, nil)
	})
	if err != nil {
		return nil, a, err
	}
	in, _, err = r.files.Open(ctx, who.From(ctx).Programme, a.file)
	return in, a, err
}

// make is the job: it makes an archive and puts it into the files, sealed as any other.
func (r *Room) makeArchive(ctx context.Context, j job.Job) error {
	programme, id := j.Args["programme"], j.Args["archive"]
	err := r.making(ctx, programme, id)
	if err == nil || ctx.Err() != nil || fault.Is(err, fault.Busy) && j.Try < maxTries {
		return err
	}
	return errors.Join(err, r.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return failArchive(tx, programme, id, r.clock.Now()) }))
}

func (r *Room) making(ctx context.Context, programme, id string) error {
	for range maxTries {
		var a Archived
		begun := false
		if err := r.db.Write(ctx, func(tx *db.Tx) (err error) {
			if a, begun, err = oneArchive(tx, programme, id); err != nil || !begun {
				return err
			}
			if begun = a.State == ArchiveMaking || a.State == ArchiveAgain; !begun {
				return nil
			}
			return beginArchive(tx, programme, id)
		}); err != nil || !begun {
			return err
		}
		done, err := r.makeOnce(ctx, programme, id)
		if done || err != nil && !errors.Is(err, errChanged) {
			return err
		}
	}
	return errChanged
}

// makeOnce makes the archive; done is false when it has to be begun anew.
func (r *Room) makeOnce(ctx context.Context, programme, id string) (done bool, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out, in := io.Pipe()
	whole := count()
	var m archive.Manifest
	made := make(chan error, 1)
	go func() {
		var err error
		told := clock.Start()
		m, err = r.writeArchive(ctx, programme, io.MultiWriter(in, whole), func(done, total int64) error {
			if told.Took() < tellEvery && done != 0 {
				return nil
			}
			told = clock.Start()
			return r.db.Write(ctx, func(tx *db.Tx) error { return tellArchive(tx, programme, id, done, total) })
		}, func(*db.Tx) error { return nil })
		in.CloseWithError(err) //nolint:errcheck // it gives none
		made <- err
	}()
	up, takeErr := r.files.Take(ctx, programme, "plait-archive.zip", bufio.NewReaderSize(out, 1<<20), mostArchive)
	_ = out.CloseWithError(errors.Join(takeErr, io.ErrClosedPipe)) // whoever still writes stops
	if err := <-made; err != nil && (takeErr == nil || errors.Is(err, errChanged) || !errors.Is(err, io.ErrClosedPipe)) {
		return false, err
	}
	if takeErr != nil {
		return false, takeErr
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := r.files.Keep(tx, programme, up.ID, id); err != nil {
			return err
		}
		done, err = readyArchive(tx, programme, Archived{ID: id, file: up.ID, Size: up.Size, Hash: whole.sum(), Records: m.Rows(),
			Done: m.Rows() + int64(len(m.Files)), Total: m.Rows() + int64(len(m.Files)), EndedAt: r.clock.Now()})
		if err == nil && !done {
			err = r.files.Drop(tx, programme, id) // something was erased meanwhile
		}
		return err
	})
	return done, err
}

// hashed counts and hashes what is written.
type hashed struct {
	n    int64
	hash interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func count() *hashed { return &hashed{hash: sha256.New()} }

// Write takes bytes.
func (h *hashed) Write(p []byte) (int, error) { h.n += int64(len(p)); return h.hash.Write(p) }

func (h *hashed) sum() string { return hex.EncodeToString(h.hash.Sum(nil)) }

// keepDay takes away the bytes of archives whose day is over.
func (r *Room) keepDay(ctx context.Context, _ job.Job) error {
	var all [][2]string
	now := r.clock.Now()
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = oldArchives(tx, now-ArchiveKept); return err }); err != nil {
		return err
	}
	for _, x := range all {
		if err := r.db.Write(ctx, func(tx *db.Tx) error { return r.endArchives(tx, x[0], x[1]) }); err != nil {
			return err
		}
	}
	return nil
}

// endArchives takes the bytes of archives away; their rows stay.
func (r *Room) endArchives(tx *db.Tx, programme string, ids ...string) error {
	if err := goneArchives(tx, programme, ids); err != nil {
		return err
	}
	return r.files.Drop(tx, programme, ids...)
}

// archiveErased hears that something was erased: archives that are still here go, and one
// that is being made is begun anew, so that none made here holds what was erased.
func (r *Room) archiveErased(tx *db.Tx, it news.Item) error {
	if err := againArchives(tx, it.Programme); err != nil {
		return err
	}
	ready, err := readyArchives(tx, it.Programme)
	if err != nil || len(ready) == 0 {
		return err
	}
	return r.endArchives(tx, it.Programme, ready...)
}

// writeArchive writes an archive of a programme. Its tables and texts are of one moment.
// Something erased after that moment makes it errChanged: begin anew.
// first runs in the transaction in which all is read.
func (r *Room) writeArchive(ctx context.Context, programme string, to io.Writer, told func(done, total int64) error, first func(tx *db.Tx) error) (archive.Manifest, error) {
	var files []blob.Info
	var w *archive.Writer
	done, total := int64(0), int64(0)
	step := func() error {
		if done++; done%2000 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			return told(done, total)
		}
		return nil
	}
	if err := r.db.Read(ctx, func(tx *db.Tx) error {
		if w != nil {
			return errChanged // it is run a second time: half of it is written
		}
		p, ok, err := ref.Get(tx, programme, programme)
		if err != nil || !ok {
			return errors.Join(err, fault.New(fault.Missing, "house.no_programme"))
		}
		if err := first(tx); err != nil {
			return err
		}
		head, err := r.head(tx, programme, p.Title)
		if err != nil {
			return err
		}
		w = archive.NewWriter(to, head)
		tables, err := r.carries(tx)
		if err != nil {
			return err
		}
		if files, err = r.filesOf(tx, programme); err != nil {
			return err
		}
		total = int64(len(files))
		for _, t := range tables {
			n, err := t.Count(tx, t.where(programme))
			if err != nil {
				return err
			}
			total += n
		}
		about := r.meanings()
		if err := w.Readme(readme(head, tables, about)); err != nil {
			return err
		}
		for _, t := range tables {
			if err := w.Table(t.Table, about.table(t.Name), about.column, func(put func([]any) error) error {
				return t.Rows(tx, inOrder(tx, t, programme), func(row []any) error {
					if err := put(row); err != nil {
						return err
					}
					return step()
				})
			}); err != nil {
				return err
			}
		}
		return r.writeRead(tx, w, p, tables)
	}); err != nil {
		return archive.Manifest{}, err
	}
	for _, f := range files {
		if err := r.writeFile(ctx, programme, w, f); err != nil {
			return archive.Manifest{}, err
		}
		if err := step(); err != nil {
			return archive.Manifest{}, err
		}
	}
	return w.Close()
}

// filesOf lists the files that go into an archive: all but those of other archives.
func (r *Room) filesOf(tx *db.Tx, programme string) (files []blob.Info, err error) {
	own, err := archiveIDs(tx, programme)
	if err != nil {
		return nil, err
	}
	err = r.files.Each(tx, programme, func(i blob.Info) error {
		if !own[i.Record] {
			files = append(files, i)
		}
		return nil
	})
	return files, err
}

func (r *Room) writeFile(ctx context.Context, programme string, w *archive.Writer, f blob.Info) error {
	in, _, err := r.files.Open(ctx, programme, f.ID)
	if err == nil {
		err = w.File(archive.File{ID: f.ID, Record: f.Record, Name: f.Name, Media: f.Media, At: f.At}, in)
		err = errors.Join(err, in.Close())
	}
	if fault.Is(err, fault.Missing) {
		return errChanged // its record was erased since the tables were read
	}
	return err
}

// archivePrefix begins the name of an archive that is not whole yet, beside its place.
const archivePrefix = ".plait-archive-"

// ArchiveTo writes an archive of the actor's programme to a file that is not there yet:
// beside it first, and under its name once it is whole and on the disk.
func (r *Room) ArchiveTo(ctx context.Context, path, why string, told func(done, total int64)) (a Archived, m archive.Manifest, err error) {
	entry, programme := r.ids.New(), who.From(ctx).Programme
	a = Archived{ID: r.ids.New(), Actor: who.From(ctx).Key(), Why: why, State: ArchiveMaking, At: r.clock.Now()}
	if err = r.db.Read(ctx, func(tx *db.Tx) error { return who.Must(ctx, tx, "keeper.archive", who.Here(ctx)) }); err != nil {
		return a, m, err
	}
	folder.SweepLeft(filepath.Dir(path), archivePrefix) // every word in clear, where one was killed
	for try := 0; ; try++ {
		whole, before := count(), int64(0)
		err = folder.New(path, archivePrefix, func(to io.Writer) error {
			buf := bufio.NewWriterSize(to, 1<<20)
			m, err = r.writeArchive(ctx, programme, io.MultiWriter(buf, whole), func(done, total int64) error { told(done, total); return nil },
				func(tx *db.Tx) (err error) { before, err = wentAway(tx, programme); return err })
			if err != nil {
				return err
			}
			return buf.Flush()
		}, func() error {
			// Noted before it has its name: no archive is anywhere that nobody knows of.
			a.State, a.Size, a.Hash, a.Records, a.EndedAt = ArchiveTaken, whole.n, whole.sum(), m.Rows(), r.clock.Now()
			a.Done, a.Total = m.Rows()+int64(len(m.Files)), m.Rows()+int64(len(m.Files))
			return r.db.Write(ctx, func(tx *db.Tx) error {
				if now, err := wentAway(tx, programme); err != nil || now != before {
					return errors.Join(err, errChanged) // it holds what was erased since it was read
				}
				if err := insertArchive(tx, programme, a); err != nil {
					return err
				}
				return trail.Put(ctx, tx, entry, a.EndedAt, "keeper.archive", ref.Of("archive", a.ID), 1, ArchiveIn{Why: why})
			})
		})
		if !errors.Is(err, errChanged) || try == maxTries {
			return a, m, unwritten(path, err)
		}
	}
}

// unwritten says what hinders an archive from being written to a file.
func unwritten(path string, err error) error {
	var p *os.PathError
	var l *os.LinkError
	switch {
	case errors.Is(err, fs.ErrExist):
		return fault.New(fault.Conflict, "keeper.archive_there", "File", path).With("keeper.archive_there_do").Because(err)
	case errors.As(err, &p) || errors.As(err, &l): // a full disk, say
		return fault.New(fault.Invalid, "keeper.archive_unwritten", "File", path).With("keeper.archive_unwritten_do").Because(err)
	case errors.Is(err, errChanged):
		return fault.New(fault.Busy, "keeper.archive_changed").With("keeper.archive_changed_do").Because(err)
	}
	return err
}

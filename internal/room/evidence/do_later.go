package evidence

import (
	"bytes"
	"context"
	"errors"
	"io"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/who"
)

// readNow is how many bytes of files are read while the page waits; more is read by a job.
const readNow = 4 << 20

// readJob reads the files of an import after its page has answered.
const readJob = "evidence.read"

// heavy says that reading the files would keep a person waiting.
func (in StageIn) heavy() bool {
	size := 0
	for _, f := range in.Files {
		size += len(f.Content)
	}
	return size > readNow
}

// sentWith is the record that the files of an import belong to until they are read: not
// the import itself, whose record holds those that wait for their contributions.
func sentWith(batch string) string { return batch + "/sent" }

// stageLater keeps the files as they came and has them read by a job.
func (r *Room) stageLater(ctx context.Context, in StageIn, head importHead) (StageOut, error) {
	programme := who.From(ctx).Programme
	sent := make([]string, len(in.Files))
	for i, f := range in.Files {
		up, err := r.files.Take(ctx, programme, f.Name, bytes.NewReader(f.Content), MaxFile)
		if err != nil {
			return StageOut{}, err
		}
		sent[i] = up.ID
	}
	head.Total = int64(len(sent))
	err := r.db.Write(ctx, func(tx *db.Tx) error {
		if err := insertImport(tx, programme, in.Key, head); err != nil {
			return err
		}
		for _, id := range sent {
			if err := r.files.Keep(tx, programme, id, sentWith(head.ID)); err != nil {
				return err
			}
		}
		return r.jobs.Add(tx, readJob, starter(ctx, head.ID))
	})
	if db.IsUnique(err) {
		return r.Stage(ctx, in) // the same form twice at the same moment: the other was first
	}
	return StageOut{Batch: head.ID, State: BatchReading, Files: len(sent)}, err
}

// readOn reads an import in the name of whoever sent it. A reading that was cut off
// begins again: what it had taken is thrown away first.
func (r *Room) readOn(ctx context.Context, j job.Job) error {
	ctx = began(ctx, j)
	programme, batch, entry, now := j.Args["programme"], j.Args["batch"], r.ids.New(), r.clock.Now()
	var head importHead
	var sent []blob.Info
	at := place{now: now}
	err := r.db.Write(ctx, func(tx *db.Tx) (err error) {
		if head, err = mayImport(ctx, tx, batch); err != nil {
			return err
		}
		if sent, err = r.files.Of(tx, programme, sentWith(batch)); err != nil || head.State != BatchReading || len(sent) == 0 {
			return err
		}
		if err := unstage(tx, programme, batch); err != nil {
			return err
		}
		if err := r.files.Drop(tx, programme, batch); err != nil {
			return err
		}
		at.project, at.said = head.Project, head.Said
		at.sites, err = sitesOf(tx, programme, head.Project, now)
		return err
	})
	if fault.Is(err, fault.Missing) || fault.Is(err, fault.Forbidden) {
		return nil // its sender may no longer do it
	}
	if err != nil || head.State != BatchReading || len(sent) == 0 {
		return err
	}
	in := StageIn{Project: head.Project, Name: head.Name, Said: head.Said, read: func(done, of int) { r.readSoFar(ctx, batch, done, of) }}
	for _, f := range sent {
		content, err := r.content(ctx, programme, f.ID)
		if err != nil {
			return err
		}
		in.Files = append(in.Files, FileIn{f.Name, content})
	}
	files, rows, err := r.read(ctx, in, at, batch)
	if err != nil {
		return err
	}
	_, err = r.staged(ctx, head, entry, files, rows)
	if fault.Is(err, fault.Conflict) {
		return nil // thrown away while it was being read
	}
	return err
}

// readSoFar notes how far a reading is, for the page that shows it. One that cannot be
// noted costs nothing but that.
func (r *Room) readSoFar(ctx context.Context, batch string, done, of int) {
	programme, now := who.From(ctx).Programme, r.clock.Now()
	_ = r.db.Write(ctx, func(tx *db.Tx) error { return setRead(tx, programme, batch, int64(done), int64(of), now) })
}

// content is the bytes of a kept file of at most MaxFile.
func (r *Room) content(ctx context.Context, programme, file string) ([]byte, error) {
	f, _, err := r.files.Open(ctx, programme, file)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	return b, errors.Join(err, f.Close())
}

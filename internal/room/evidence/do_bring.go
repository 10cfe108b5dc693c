package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// BringIn brings a staged import into the thread, or goes on with one that was cut off.
type BringIn struct {
	Batch string `json:"batch"`
	Rows  int64  `json:"rows"` // store about so many rows now and stop; 0 = a short import whole, a long one goes on by itself
}

// BringOut says how far it is.
type BringOut struct {
	Batch  string      `json:"batch"`
	State  string      `json:"state"` // in, going, or same: nothing to store, it was in already
	Total  int64       `json:"total"`
	Stored int64       `json:"stored"`
	Files  []BringFile `json:"files"`
}

// BringFile is what became of one file.
type BringFile struct {
	N      int64  `json:"n"`
	Stored int64  `json:"stored"`
	SameAs string `json:"same_as"` // name of the earlier file that is the same
	// Going is the import in which that earlier file is still on its way, to be taken up
	// again with Bring; "" when it is in.
	Going  string `json:"going"`
	GoingN int64  `json:"going_n"` // that file's number in it
}

// Slow work that goes on after its page has answered.
const (
	bringJob = "evidence.bring" // the rest of an import
	clearJob = "evidence.clear" // what an undone batch has left
)

// starter names who began slow work, and what it is about.
func starter(ctx context.Context, batch string) map[string]string {
	a := who.From(ctx)
	return map[string]string{"programme": a.Programme, "batch": batch, "kind": string(a.Kind), "actor": a.ID}
}

// Bring stores the rows of an import in many short transactions, hidden, and shows them
// all by one update at the end. It may be called again at any time and by several at
// once: each row goes from the waiting rows into the thread in one transaction.
func (r *Room) Bring(ctx context.Context, in BringIn) (out BringOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	state, later := "", false
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		state, later = "", false
		head, err := mayImport(ctx, tx, in.Batch)
		if err != nil {
			return err
		}
		switch head.State {
		case BatchReading:
			return fault.New(fault.Conflict, "evidence.import_reading").With("evidence.import_reading_do")
		case BatchUndone:
			return errUndone()
		case BatchIn, BatchSame:
			state = head.State
			return nil
		case BatchStaged:
			if err := r.begin(ctx, tx, &head, now); err != nil {
				return err
			}
			if err := trail.Put(ctx, tx, entry, now, "evidence.bring", ref.Of("batch", in.Batch), 2, nil); err != nil {
				return err
			}
		}
		state = head.State
		if later = state == BatchGoing && in.Rows <= 0 && head.Total-head.Done > importNow; later {
			return r.jobs.Add(tx, bringJob, starter(ctx, in.Batch))
		}
		return nil
	})
	switch {
	case err != nil:
		return out, err
	case state == BatchSame:
		err = r.sweepRows(ctx, in.Batch)
		if err == nil {
			err = r.db.Write(ctx, func(tx *db.Tx) error { return r.files.Drop(tx, who.From(ctx).Programme, in.Batch) })
		}
	case state == BatchGoing && !later:
		err = r.bringAll(ctx, in.Batch, in.Rows)
	}
	if err != nil {
		return out, err
	}
	return r.brought(ctx, in.Batch)
}

// begin turns a staged import into one that is going, or finds that all of it is in
// already: the same bytes, read the same way, into the same project.
func (r *Room) begin(ctx context.Context, tx *db.Tx, head *importHead, now int64) error {
	programme := who.From(ctx).Programme
	if err := head.Said.Check(); err != nil {
		return err
	}
	if _, err := r.checkPlace(ctx, tx, head.Project, head.Said); err != nil {
		return err
	}
	files, err := importFiles(tx, programme, head.ID)
	if err != nil {
		return err
	}
	places, err := r.mappingPlaces(tx, programme, head.Project)
	if err != nil {
		return err
	}
	here := map[string]string{}
	same := 0
	for i := range files {
		f := &files[i]
		if f.Good == 0 {
			continue
		}
		if name, ok := here[f.Digest]; ok {
			f.SameAs = name
		} else if e, ok, err := sameFile(tx, programme, head.Project, head.ID, f.Digest, ""); err != nil {
			return err
		} else if ok {
			f.SameAs = e.Name
		} else if f.SameAs, _, err = r.sameMedium(tx, programme, head.Project, *f); err != nil {
			return err
		}
		if f.SameAs != "" {
			same++
			if err := setFile(tx, programme, head.ID, *f); err != nil {
				return err
			}
			continue
		}
		here[f.Digest] = f.Name
		head.Total += f.Good
		if key := headKey(f.Header); key != "" {
			if err := remember(tx, programme, places, key, f.Columns, now); err != nil {
				return err
			}
		}
	}
	if head.Total == 0 && same == 0 {
		return fault.New(fault.Invalid, "evidence.import_nothing").With("evidence.import_nothing_do")
	}
	head.State, head.ChangedAt = BatchGoing, now
	if head.Total == 0 {
		head.State = BatchSame
	}
	return setImport(tx, programme, *head)
}

// bringAll stores chunk after chunk until the import is in, or no longer going; with
// most > 0 it stops after about so many rows.
func (r *Room) bringAll(ctx context.Context, batch string, most int64) error {
	size := int64(importChunk)
	for stored := int64(0); most <= 0 || stored < most; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := size
		if most > 0 {
			n = min(size, max(most-stored, importChunk))
		}
		began := r.clock.Now()
		more, err := r.bringSome(ctx, batch, n)
		if err != nil || !more {
			return err
		}
		stored, size = stored+n, paced(n, r.clock.Now()-began)
	}
	return nil
}

// chunk is the new ids of one transaction of an import.
type chunk struct {
	ids, entries []string
	agreement    string
	now          int64
}

// bringSome stores the next n rows of an import in one transaction, or, when none is
// left, shows them all.
func (r *Room) bringSome(ctx context.Context, batch string, n int64) (more bool, err error) {
	k := chunk{ids: make([]string, n), entries: make([]string, n), agreement: r.ids.New(), now: r.clock.Now()}
	for i := range k.ids {
		k.ids[i], k.entries[i] = r.ids.New(), r.ids.New()
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		head, err := mayImport(ctx, tx, batch)
		if err != nil {
			return err
		}
		more = head.State == BatchGoing
		if !more {
			return nil
		}
		programme := who.From(ctx).Programme
		rows, err := nextRows(tx, programme, batch, head.Last, n)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			more = false
			return r.show(ctx, tx, head, k)
		}
		cs, by, err := r.become(tx, programme, head, rows, k)
		if err != nil {
			return err
		}
		if err := r.hold(ctx, tx, programme, head.Said, cs, k); err != nil {
			return err
		}
		if err := r.hand(tx, programme, batch, cs, k.now); err != nil {
			return err
		}
		for file, stored := range by {
			if err := addStored(tx, programme, batch, file, stored); err != nil {
				return err
			}
		}
		if head.Last, err = dropRows(tx, programme, batch, head.Last, rows); err != nil {
			return err
		}
		head.Done, head.ChangedAt = head.Done+int64(len(cs)), k.now
		return setImport(tx, programme, head)
	})
	return more, err
}

// become turns waiting rows into contributions, and counts them by file.
func (r *Room) become(tx *db.Tx, programme string, head importHead, rows []stagedRow, k chunk) ([]Contribution, map[int64]int64, error) {
	files, err := importFiles(tx, programme, head.ID)
	if err != nil {
		return nil, nil, err
	}
	at := place{project: head.Project, said: head.Said, now: k.now}
	if at.sites, err = sitesOf(tx, programme, head.Project, k.now); err != nil {
		return nil, nil, err
	}
	var cs []Contribution
	by := map[int64]int64{}
	for _, row := range rows {
		f := files[row.File]
		at.file = f.Name
		c, _, ok := f.contribution(row.Row, at)
		if !ok || f.SameAs != "" {
			continue
		}
		c.Ref, c.Batch = ref.Of(Kind, k.ids[len(cs)]), head.ID
		cs = append(cs, c)
		by[row.File]++
	}
	return cs, by, nil
}

// hand passes the files that waited with an import to the contributions they belong to.
func (r *Room) hand(tx *db.Tx, programme, batch string, cs []Contribution, now int64) error {
	for _, c := range cs {
		for i, m := range c.Media {
			if err := r.files.Pass(tx, programme, m.ID, batch, c.Ref.ID); err != nil {
				return err
			}
			if err := insertMedium(tx, programme, c.Ref.ID, int64(i), m, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold stores contributions that nobody sees yet: rows, terms, agreement, search, trail.
func (r *Room) hold(ctx context.Context, tx *db.Tx, programme string, s Said, cs []Contribution, k chunk) error {
	if len(cs) == 0 {
		return nil
	}
	zone, err := r.zone(tx, programme)
	if err != nil {
		return err
	}
	grants, err := s.Grants(zone)
	if err != nil {
		return err
	}
	recs, changes := make([]ref.Record, len(cs)), make([]trail.Change, len(cs))
	for i, c := range cs {
		recs[i] = c.record(programme, 0)
		changes[i] = trail.Change{Entry: k.entries[i], Ref: c.Ref, Version: 1, Body: c}
	}
	if err := terms.Hold(tx, recs, grants...); err != nil {
		return err
	}
	if err := insert(tx, programme, cs); err != nil {
		return err
	}
	if err := r.consents.Agree(ctx, tx, k.agreement, recs, s.Agreement); err != nil {
		return err
	}
	if err := index(tx, programme, cs); err != nil {
		return err
	}
	return trail.PutMany(ctx, tx, k.now, "evidence.bring", changes)
}

// show makes every row of an import visible by one update.
func (r *Room) show(ctx context.Context, tx *db.Tx, head importHead, k chunk) error {
	programme := who.From(ctx).Programme
	zone, err := r.zone(tx, programme)
	if err != nil {
		return err
	}
	grants, err := head.Said.Grants(zone)
	if err != nil {
		return err
	}
	// The first grant is always the project's own use. What was erased meanwhile stays away.
	if _, err := ref.SetUntil(tx, programme, bringable(programme, head.ID), grants[0].Until); err != nil {
		return err
	}
	// Files of what was left out, was here already, or came in by its paragraphs.
	if err := r.files.Drop(tx, programme, head.ID); err != nil {
		return err
	}
	head.State, head.Batch.Stored, head.ChangedAt = BatchIn, head.Done, k.now
	if err := setImport(tx, programme, head); err != nil {
		return err
	}
	return trail.Put(ctx, tx, k.agreement, k.now, "evidence.bring", ref.Of("batch", head.ID), 3, map[string]int64{"stored": head.Done})
}

// brought reads how far an import is.
func (r *Room) brought(ctx context.Context, batch string) (out BringOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		head, err := mayImport(ctx, tx, batch)
		if err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		files, err := importFiles(tx, programme, batch)
		out = BringOut{Batch: batch, State: head.State, Total: head.Total, Stored: head.Done, Files: []BringFile{}}
		for _, f := range files {
			b := BringFile{N: f.N, Stored: f.Stored, SameAs: f.SameAs}
			if f.SameAs != "" {
				if e, ok, err := sameFile(tx, programme, head.Project, head.ID, f.Digest, ""); err != nil {
					return err
				} else if ok && e.State == BatchGoing {
					b.Going, b.GoingN = e.Batch, e.N
				}
			}
			out.Files = append(out.Files, b)
		}
		return err
	})
	return out, err
}

// UndoIn takes back a whole batch.
type UndoIn struct {
	Batch string `json:"batch"`
}

// UndoOut counts what was taken back.
type UndoOut struct {
	Undone int64 `json:"undone"`
}

// Undo hides everything of a batch by one update, and then deletes it in many short
// transactions: for a wrong file or paste, in or still on its way. A long one is deleted
// by a job, but for the command line, which waits. What has been tied to anything since
// stops it. Called again, it goes on with what a kill left, and answers the same.
func (r *Room) Undo(ctx context.Context, in UndoIn) (out UndoOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	later := false
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		b, ok, err := batch(tx, programme, in.Batch)
		if err != nil {
			return err
		}
		if !ok {
			if err := who.Must(ctx, tx, "evidence.undo", ref.Of("batch", in.Batch)); err != nil {
				return err
			}
			return fault.New(fault.Missing, "house.missing")
		}
		if err := who.Must(ctx, tx, "evidence.undo", ref.Of(ref.Project, b.Project)); err != nil {
			return err
		}
		out = UndoOut{b.Stored}
		if b.State == BatchUndone {
			return nil
		}
		if out.Undone, err = countOf(tx, programme, in.Batch); err != nil {
			return err
		}
		n, err := held(tx, programme, in.Batch)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "evidence.undo_held", "Count", n).With("evidence.undo_held_do")
		}
		if _, err := ref.SetUntil(tx, programme, ofBatch(programme, in.Batch), 0); err != nil {
			return err
		}
		if err := setBatch(tx, programme, in.Batch, BatchUndone, out.Undone); err != nil {
			return err
		}
		if err := quiet(tx, programme, in.Batch); err != nil {
			return err
		}
		if err := r.files.Drop(tx, programme, in.Batch, sentWith(in.Batch)); err != nil {
			return err
		}
		if later = out.Undone > importNow && who.From(ctx).Kind != who.Operator; later {
			if err := r.jobs.Add(tx, clearJob, starter(ctx, in.Batch)); err != nil {
				return err
			}
		}
		return trail.Put(ctx, tx, entry, now, "evidence.undo", ref.Of("batch", in.Batch), 4, out)
	})
	if err != nil || later {
		return out, err
	}
	return out, r.sweep(ctx, in.Batch)
}

// sweepRows deletes the rows of an import that still wait, in short transactions.
func (r *Room) sweepRows(ctx context.Context, batch string) error {
	programme := who.From(ctx).Programme
	for at := beforeAll(); ; {
		next := at
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			rows, err := nextRows(tx, programme, batch, at, 4*importChunk)
			if err != nil {
				return err
			}
			next, err = dropRows(tx, programme, batch, at, rows)
			return err
		})
		if err != nil || next == at {
			return err
		}
		at = next
	}
}

// sweep deletes what an undone batch has left, in short transactions.
func (r *Room) sweep(ctx context.Context, batch string) error {
	programme, now := who.From(ctx).Programme, r.clock.Now()
	if err := r.sweepRows(ctx, batch); err != nil {
		return err
	}
	for after := ""; ; {
		var ids []string
		err := r.db.Write(ctx, func(tx *db.Tx) (err error) {
			if ids, err = someOf(tx, programme, batch, after, sweepChunk); err != nil || len(ids) == 0 {
				return err
			}
			refs := make([]ref.Ref, len(ids))
			for i, x := range ids {
				refs[i] = ref.Of(Kind, x)
			}
			// Told first: what other rooms keep of these goes before the rows it names.
			if err := r.news.Tell(tx, news.Item{Programme: programme, Name: "evidence.undone", Refs: refs, At: now}); err != nil {
				return err
			}
			if err := r.dropMedia(tx, programme, ids...); err != nil {
				return err
			}
			return drop(tx, programme, ids)
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
	}
}

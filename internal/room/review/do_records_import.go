package review

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// SentFile is one file of references.
type SentFile struct {
	Name    string `json:"name"`
	Content []byte `json:"content"` // base64 in JSON
}

// SendIn is files of references that may come into a review. They are read and shown;
// nothing is in the review until BringIn.
type SendIn struct {
	Ref    ref.Ref    `json:"ref"`
	Search string     `json:"search"` // the search they are from; "" = not said
	Files  []SentFile `json:"files"`
	Later  bool       `json:"later"` // larger files are read after the answer: they are "reading" until then
	Key    string     `json:"key"`   // the same key gives the same files again
}

// SendOut is one batch for each file, in their order.
type SendOut struct {
	Files []SentOut `json:"files"`
}

// SentOut counts what was read of one file.
type SentOut struct {
	Batch    string `json:"batch"`
	State    string `json:"state"`
	Records  int64  `json:"records"`
	Problems int64  `json:"problems"`
	SameAs   string `json:"same_as"` // id of an earlier batch with the same file; "" = none
}

// sending is one file on its way in.
type sending struct {
	name string
	size int64
	open func() (io.ReadCloser, error)
}

// SendFile reads files of references and keeps what they hold apart until it is brought in
// or undone. It runs its own transactions. A file that was being read when all stopped is
// read again by its job.
func (r *Room) SendFile(ctx context.Context, in SendIn) (out SendOut, err error) {
	files := make([]sending, len(in.Files))
	for i, f := range in.Files {
		files[i] = sending{f.Name, int64(len(f.Content)), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Content)), nil }}
	}
	return r.send(ctx, in.Ref, in.Search, cmp.Or(in.Key, plug.Key(ctx)), in.Later, files)
}

func (r *Room) send(ctx context.Context, at ref.Ref, search, key string, later bool, files []sending) (out SendOut, err error) {
	var before map[int64]Batch
	var programme string
	err = r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if _, programme, err = r.openToAdd(ctx, tx, "review.run", at); err != nil {
			return err
		}
		if err := checkSending(files, key); err != nil {
			return err
		}
		if search != "" {
			if _, err := searchOf(tx, programme, at.ID, search); err != nil {
				return fault.Fielded("search", "house.bad_choice")
			}
		}
		before, err = sentBefore(tx, programme, who.From(ctx).Key(), key)
		return err
	})
	if err != nil {
		return out, err
	}
	for i, f := range files {
		b, again := before[int64(i)]
		if again && (b.Review != at.ID || b.Name != blob.Plain(f.name)) {
			return out, fault.New(fault.Conflict, "house.key_conflict").With("house.key_conflict_do")
		}
		if !again {
			if b, err = r.takeFile(ctx, programme, at, search, key, int64(i), f); err != nil {
				return out, err
			}
		}
		if b.State == Reading && (!later || f.size <= readNow) {
			if b, err = r.onward(ctx, programme, b.ID); err != nil {
				return out, err
			}
		}
		out.Files = append(out.Files, SentOut{b.ID, b.State, b.Records, b.Count, b.SameAs})
	}
	return out, nil
}

func checkSending(files []sending, key string) error {
	var c fault.Check
	c.Need(len(files) > 0, "files", "review.rec_need_file")
	c.Need(len(files) <= MaxSent, "files", "review.rec_many_files", "Most", MaxSent)
	c.Need(len(key) <= trail.MaxKey, "key", "house.bad_key")
	size := int64(0)
	for _, f := range files {
		size += f.size
		c.Need(f.size <= MaxImport, "files", "review.rec_big_file", "File", blob.Plain(f.name), "Most", MaxImport>>20)
	}
	c.Need(size <= MaxImport || len(files) < 2, "files", "review.rec_big_files", "Most", MaxImport>>20)
	return c.Err()
}

// takeFile keeps a file as it came, and has it read by a job.
func (r *Room) takeFile(ctx context.Context, programme string, at ref.Ref, search, key string, nth int64, f sending) (Batch, error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	content, err := f.open()
	if err != nil {
		return Batch{}, err
	}
	up, err := r.files.Take(ctx, programme, f.name, content, MaxImport)
	_ = content.Close() // it was only read
	if err != nil {
		return Batch{}, err
	}
	b := Batch{ID: id, Review: at.ID, Search: search, Name: up.Name, Size: up.Size, State: Reading, MadeAt: now, upload: up.ID, actor: who.From(ctx).Key()}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, _, err := r.openToAdd(ctx, tx, "review.run", at)
		if err != nil {
			return err
		}
		twins, err := r.files.Same(tx, programme, up.ID)
		if err != nil {
			return err
		}
		ids := make([]string, len(twins))
		for i, t := range twins {
			ids[i] = t.ID
		}
		if b.SameAs, err = sameFile(tx, programme, at.ID, ids); err != nil {
			return err
		}
		if err := insertBatch(tx, programme, key, nth, b); err != nil {
			return err
		}
		if err := r.files.Keep(tx, programme, up.ID, b.ID); err != nil {
			return err
		}
		if err := r.jobs.Add(tx, filesJob, jobOf(ctx, b.ID)); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "review.send-file", v.Ref, 0, nil)
	})
	if db.IsUnique(err) {
		// The same form arrived twice at the same moment, and the other was first.
		_ = r.files.Forget(context.WithoutCancel(ctx), programme, up.ID) // what stays is swept
		var all map[int64]Batch
		err = r.db.Read(ctx, func(tx *db.Tx) (err error) {
			all, err = sentBefore(tx, programme, who.From(ctx).Key(), key)
			return err
		})
		return all[nth], err
	}
	return b, err
}

// BringIn brings a file that was read into its review, or puts back one that was undone.
type BringIn struct {
	Batch string `json:"batch"`
	Later bool   `json:"later"` // many records are stored after the answer
}

// BringOut says how far it is.
type BringOut struct {
	Batch  string `json:"batch"`
	State  string `json:"state"`
	Stored int64  `json:"stored"`
}

// BringIn stores the records of a file. It runs its own transactions, and goes on where it
// was cut off. To bring in again what is in already changes nothing.
func (r *Room) BringIn(ctx context.Context, in BringIn) (out BringOut, err error) {
	return r.move(ctx, in.Batch, in.Later, "review.bring-in", func(_ *db.Tx, _ string, v Review, b *Batch) error {
		switch b.State {
		case Staged:
			b.State = Coming
			return v.stillOpen()
		case Undone:
			if b.LastN == 0 {
				return fault.New(fault.Conflict, "review.rec_thrown").With("review.rec_thrown_do")
			}
			b.State = Returning
			return v.stillOpen()
		case Failed, Undoing:
			return fault.New(fault.Conflict, "review.rec_not_read").With("review.rec_not_read_do")
		}
		return nil
	})
}

// UndoImportIn takes a file back as a whole: its records leave the review, or never come.
type UndoImportIn struct {
	Batch string `json:"batch"`
	Later bool   `json:"later"`
}

// UndoImport undoes an import. Its records, and what was decided of them, are kept: BringIn
// puts them back. It runs its own transactions.
func (r *Room) UndoImport(ctx context.Context, in UndoImportIn) (out BringOut, err error) {
	return r.move(ctx, in.Batch, in.Later, "review.undo-import", func(tx *db.Tx, programme string, v Review, b *Batch) error {
		switch b.State {
		case Coming, In, Returning:
			b.State = Undoing
			return v.stillOpen()
		case Reading, Staged, Failed:
			b.State = Undone
			return r.files.Drop(tx, programme, b.ID)
		}
		return nil
	})
}

// move brings a batch into its next state and does what follows from it.
func (r *Room) move(ctx context.Context, id string, later bool, verb string, next func(tx *db.Tx, programme string, v Review, b *Batch) error) (out BringOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	programme := who.From(ctx).Programme
	var b Batch
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		var v Review
		var err error
		if b, v, err = r.mayBatch(ctx, tx, "review.run", id); err != nil {
			return err
		}
		was := b.State
		if err := next(tx, programme, v, &b); err != nil {
			return err
		}
		if b.State == was {
			return r.goOn(ctx, tx, b)
		}
		if _, err := setBatch(tx, programme, b, was); err != nil {
			return err
		}
		if b.State != Undone {
			if err := r.jobs.Add(tx, filesJob, jobOf(ctx, id)); err != nil {
				return err
			}
		}
		return trail.Put(ctx, tx, entry, now, verb, v.Ref, 0, nil)
	})
	if err != nil {
		return out, err
	}
	if !later || b.Records <= storeNow {
		if b, err = r.onward(ctx, programme, id); err != nil {
			return out, err
		}
	}
	return BringOut{id, b.State, b.Done}, nil
}

// goOn has a batch that is on its way taken up again, should its job be lost.
func (r *Room) goOn(ctx context.Context, tx *db.Tx, b Batch) error {
	if slices.Contains([]string{Reading, Coming, Undoing, Returning}, b.State) {
		return r.jobs.Add(tx, filesJob, jobOf(ctx, b.ID), job.Unique())
	}
	return nil
}

// mayBatch reads a batch for someone who has a permission to its review.
func (r *Room) mayBatch(ctx context.Context, tx *db.Tx, permission, id string) (Batch, Review, error) {
	b, err := batchOf(tx, who.From(ctx).Programme, id)
	if err != nil {
		if e := who.Must(ctx, tx, permission, ref.Of(Kind, id)); e != nil {
			return b, Review{}, e // to a stranger, what is to be said of what is not there
		}
		return b, Review{}, err
	}
	v, _, err := r.open(ctx, tx, permission, ref.Of(Kind, b.Review))
	return b, v, err
}

// BatchIn asks for one file.
type BatchIn struct {
	Batch string `json:"batch"`
}

// Batch gives one file, with its problems.
func (r *Room) Batch(ctx context.Context, in BatchIn) (out Batch, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if out, _, err = r.mayBatch(ctx, tx, "review.see", in.Batch); err != nil {
			return err
		}
		out.Problems, err = batchProblems(tx, who.From(ctx).Programme, in.Batch)
		return err
	})
	return out, err
}

// BatchesIn asks for the files of a review.
type BatchesIn struct {
	Ref   ref.Ref `json:"ref"`
	After string  `json:"after" doc:"The next of the page before."`
}

// BatchesOut is up to 50 files, newest first, without their problems.
type BatchesOut struct {
	Batches []Batch `json:"batches"`
	Next    string  `json:"next"` // after of the next page; "" = these are the last
}

// Batches gives the files that came into a review, or wait.
func (r *Room) Batches(ctx context.Context, in BatchesIn) (out BatchesOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out.Batches, out.Next, err = batches(tx, programme, v.Ref.ID, in.After)
		return err
	})
	return out, err
}

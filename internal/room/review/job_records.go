package review

import (
	"context"
	"errors"
	"time"

	"plait/internal/engine/cite"
	"plait/internal/kit/child"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// Jobs of this part.
const (
	filesJob  = "review.files"  // reads, stores, takes out: what the state of a batch asks for
	copiesJob = "review.copies" // looks for copies among what is new
)

func (r *Room) recordJobs() []job.Def {
	return []job.Def{{Name: filesJob, Timeout: time.Hour, Do: r.filesOn}, {Name: copiesJob, Timeout: time.Hour, Do: r.copiesOn}}
}

// jobOf is the arguments of a job about id in the name of the actor.
func jobOf(ctx context.Context, id string) map[string]string {
	a := who.From(ctx)
	return map[string]string{"kind": string(a.Kind), "actor": a.ID, "programme": a.Programme, "id": id}
}

// began is a context of whoever began a job.
func began(ctx context.Context, j job.Job) context.Context {
	return who.As(ctx, who.Actor{Kind: who.ActorKind(j.Args["kind"]), ID: j.Args["actor"], Programme: j.Args["programme"]})
}

// filesOn goes on with a file in the name of whoever began it, whose rights are asked again.
func (r *Room) filesOn(ctx context.Context, j job.Job) error {
	ctx = began(ctx, j)
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		_, _, err := r.mayBatch(ctx, tx, "review.run", j.Args["id"])
		return err
	})
	if err == nil {
		_, err = r.onward(ctx, j.Args["programme"], j.Args["id"])
	}
	if fault.Is(err, fault.Missing) || fault.Is(err, fault.Forbidden) {
		return nil // its starter may no longer do it: it waits for someone who may
	}
	return err
}

// onward does what the state of a batch asks for until it asks for nothing. Several may do
// so at once: each step looks whether it is still asked for.
func (r *Room) onward(ctx context.Context, programme, id string) (b Batch, err error) {
	for {
		was := b
		if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { b, err = batchOf(tx, programme, id); return err }); err != nil {
			return b, err
		}
		if was.State == b.State && was.Done == b.Done {
			return b, nil // another does it
		}
		switch b.State {
		case Reading:
			err = r.readBatch(ctx, programme, b)
		case Coming:
			if b.Done < b.Records {
				err = r.storeBatch(ctx, programme, b)
			} else {
				err = r.flipBatch(ctx, programme, b) // all are stored: now they are shown
			}
		case Undoing, Returning:
			err = r.flipBatch(ctx, programme, b)
		default:
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// readBatch reads a file to say what is in it.
func (r *Room) readBatch(ctx context.Context, programme string, b Batch) error {
	var h fileHead
	err := r.readFile(ctx, programme, b, func(x fileHead) error { h = x; return nil }, nil)
	switch {
	case errors.Is(err, child.ErrSlow):
		h = notRead(lostSlow)
	case errors.Is(err, child.ErrFailed):
		h = notRead(lostEnd)
	case err != nil:
		return err
	}
	state := Staged
	if h.Records == 0 {
		state = Failed
	}
	return r.db.Write(ctx, func(tx *db.Tx) error { return setRead(tx, programme, b.ID, state, h) })
}

func (r *Room) readFile(ctx context.Context, programme string, b Batch, head func(fileHead) error, each func(cite.Record) error) error {
	content, _, err := r.files.Open(ctx, programme, b.upload)
	if err != nil {
		return err
	}
	// What the child does not read to its end is no error of the file.
	return errors.Join(r.reads.Read(ctx, content, b.Name, b.Size, head, each), content.Close())
}

// errElsewhere says that another worker took a batch on, or that it was undone meanwhile.
var errElsewhere = errors.New("the batch is no longer at this place")

// storeBatch stores the records of a file from the first that is not stored yet. Until all
// are there, none is in the review: no list, count or reader meets half an import.
func (r *Room) storeBatch(ctx context.Context, programme string, b Batch) error {
	var chunk []cite.Record
	skip, weight := b.Done, 0
	put := func() error {
		if len(chunk) == 0 {
			return nil
		}
		err := r.storeChunk(ctx, programme, &b, chunk)
		chunk, weight = chunk[:0], 0
		return err
	}
	err := r.readFile(ctx, programme, b, func(h fileHead) error {
		if h.Records != b.Records {
			return errors.New("the file holds another number of records than when it was read")
		}
		return nil
	}, func(x cite.Record) error {
		if skip > 0 {
			skip--
			return nil
		}
		chunk = append(chunk, x)
		if weight += len(x.Abstract) + 300*len(x.Tags) + 100*len(x.Authors); len(chunk) == storeAtOnce || weight > heavyAtOnce {
			return put()
		}
		return nil
	})
	if err == nil {
		err = put()
	}
	if errors.Is(err, errElsewhere) {
		return nil
	}
	return err
}

// storeChunk stores some records behind those that are stored.
func (r *Room) storeChunk(ctx context.Context, programme string, b *Batch, chunk []cite.Record) error {
	now := r.clock.Now()
	next := *b
	err := r.db.Write(ctx, func(tx *db.Tx) error {
		here, err := batchOf(tx, programme, b.ID)
		if err != nil {
			return err
		}
		if here.State != Coming || here.Done != b.Done {
			return errElsewhere
		}
		first, err := putRecordsAs(tx, programme, b.Review, b.ID, now, chunk, true)
		if err != nil {
			return err
		}
		if err := putKeys(tx, programme, b.Review, first, chunk); err != nil {
			return err
		}
		next = here
		next.Done, next.LastN = here.Done+int64(len(chunk)), first+int64(len(chunk))-1
		if next.FirstN == 0 {
			next.FirstN = first
		}
		_, err = setBatch(tx, programme, next, Coming)
		return err
	})
	if err == nil {
		*b = next
	}
	return err
}

// came tells the room that records came, went or changed, and has copies looked for.
func (r *Room) came(ctx context.Context, tx *db.Tx, programme, review string) error {
	if err := r.heard(ctx, tx, programme, review, arrived); err != nil {
		return err
	}
	return r.jobs.Add(tx, copiesJob, jobOf(ctx, review), job.Unique())
}

// flipBatch takes the records of a batch out of the review, or puts them in. Cut off, it
// begins again: what is done stays done. A batch that was undone before all of it was stored
// is stored to its end first.
func (r *Room) flipBatch(ctx context.Context, programme string, b Batch) error {
	was, gone := b.State, b.State == Undoing
	half := !gone && b.Done < b.Records
	for from := b.FirstN; !half && b.LastN > 0 && from <= b.LastN; from += flipAtOnce {
		to := min(from+flipAtOnce-1, b.LastN)
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			here, err := batchOf(tx, programme, b.ID)
			if err != nil {
				return err
			}
			if here.State != was {
				return errElsewhere
			}
			if err := flip(tx, programme, b.Review, b.ID, from, to, gone); err != nil {
				return err
			}
			ns, err := batchNumbers(tx, programme, b.Review, b.ID, from, to)
			if err != nil {
				return err
			}
			if ns, err = inGroups(tx, programme, b.Review, ns); err != nil || len(ns) == 0 {
				return err
			}
			return regroup(tx, programme, b.Review, ns)
		})
		if errors.Is(err, errElsewhere) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return r.db.Write(ctx, func(tx *db.Tx) error {
		switch {
		case gone:
			b.State = Undone
		case half:
			b.State = Coming
		default:
			b.State = In
		}
		ok, err := setBatch(tx, programme, b, was)
		if err != nil || !ok || half {
			return err
		}
		if b.State == In {
			if err := compareAnew(tx, programme, b.Review, b.FirstN); err != nil {
				return err
			}
		}
		return r.came(ctx, tx, programme, b.Review)
	})
}

// copiesOn looks for copies in the name of whoever began it.
func (r *Room) copiesOn(ctx context.Context, j job.Job) error {
	ctx = began(ctx, j)
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		_, _, err := r.openToAdd(ctx, tx, "review.run", ref.Of(Kind, j.Args["id"]))
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return nil // it was closed meanwhile: what it counts stays, and Reopen has them looked for
	}
	if err == nil {
		err = r.lookForCopies(ctx, j.Args["programme"], j.Args["id"])
	}
	if fault.Is(err, fault.Missing) || fault.Is(err, fault.Forbidden) {
		return nil
	}
	return err
}

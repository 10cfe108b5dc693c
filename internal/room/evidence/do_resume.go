package evidence

import (
	"bytes"
	"context"
	"errors"
	"io"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/photo"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// BeginUpload begins a file that comes in chunks, or says how far the one with the same
// key is. fresh says that it was not here. It runs its own transactions.
func (r *Room) BeginUpload(ctx context.Context, in UploadIn) (out UploadOut, fresh bool, err error) {
	u := upload{Actor: who.From(ctx).Key(), Key: in.Key, Project: in.Project, Name: blob.Plain(in.Name), Size: in.Size, State: uploadComing, At: r.clock.Now()}
	old, here, err := r.sent(ctx, u)
	if err != nil {
		return out, false, err
	}
	if !here {
		var c fault.Check
		c.Need(in.Key != "" && len(in.Key) <= 200, "key", "evidence.upload_key")
		c.Need(in.Size > 0, "size", "evidence.upload_size")
		if err := c.Err(); err != nil {
			return out, false, err
		}
		if in.Size > MaxUpload {
			return out, false, bigFault(Sound)
		}
		file, err := r.files.Begin(ctx, who.From(ctx).Programme, in.Name)
		if err != nil {
			return out, false, err
		}
		u.ID = file.ID
		if old, err = r.storeUpload(ctx, u); err != nil {
			return out, false, err
		}
		fresh = old.ID == u.ID
	}
	out = UploadOut{ID: old.ID, At: in.Size, Chunk: blob.ChunkSize, State: old.State}
	if old.State == uploadComing {
		c, err := r.files.At(ctx, who.From(ctx).Programme, old.ID)
		if err != nil {
			return out, false, err
		}
		out.At = c.At
	}
	return out, fresh, nil
}

// mine reads an upload of the actor's own.
func (r *Room) mine(ctx context.Context, project, id string) (u upload, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, project)); err != nil {
			return err
		}
		var ok bool
		var err error
		if u, ok, err = uploadOf(tx, who.From(ctx).Programme, id); err != nil {
			return err
		}
		if !ok || u.Actor != who.From(ctx).Key() || u.Project != project {
			return errUploadGone()
		}
		return nil
	})
	return u, err
}

func errUploadGone() error {
	return fault.New(fault.Missing, "evidence.upload_gone").With("evidence.upload_gone_do")
}

// errUploadPlace says where an upload stands.
func errUploadPlace(at int64) error {
	return fault.New(fault.Conflict, "evidence.upload_place", "At", at).With("evidence.upload_place_do")
}

// PutChunk adds the chunk of an upload that begins at byte at, and gives how far it is, also
// with a conflict. What is no picture, recording, film or document, or is too large for
// what it is, is refused with its first chunk and forgotten. It runs its own transactions.
func (r *Room) PutChunk(ctx context.Context, project, id string, at int64, chunk []byte) (now int64, err error) {
	u, err := r.mine(ctx, project, id)
	if err != nil {
		return 0, err
	}
	if u.State != uploadComing {
		return at + int64(len(chunk)), nil // it is here already
	}
	end := at + int64(len(chunk))
	if misplaced := end > u.Size || len(chunk) < blob.ChunkSize && end != u.Size; at == 0 || misplaced {
		c, err := r.files.At(ctx, who.From(ctx).Programme, id)
		if err != nil {
			return 0, err
		}
		if misplaced {
			return c.At, errUploadPlace(c.At)
		}
		if c.At == 0 {
			// Only the true first chunk says what the file is: a wrong repeat of it must
			// not take away what is here.
			if why := misfit(chunk[:min(headSize, len(chunk))], u.Name, u.Size); why != nil {
				return 0, r.refuseUpload(ctx, u, why)
			}
		}
	}
	now, err = r.files.Put(ctx, who.From(ctx).Programme, id, at, chunk)
	if fault.Is(err, fault.Missing) {
		err = errUploadGone()
	}
	return now, err
}

// refuseUpload forgets an upload that cannot be taken, and gives why.
func (r *Room) refuseUpload(ctx context.Context, u upload, why error) error {
	err := r.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		return errors.Join(r.files.ForgetIn(tx, programme, u.ID), deleteUpload(tx, programme, u.ID))
	})
	if err != nil {
		return err
	}
	return why
}

// WholeUpload ends an upload whose last byte is here: it is looked at, made safe and waits
// for its contribution. Twice gives the same. One that cannot be taken is forgotten. It
// runs its own transactions.
func (r *Room) WholeUpload(ctx context.Context, project, id string) (out WholeOut, err error) {
	u, err := r.mine(ctx, project, id)
	if err != nil {
		return out, err
	}
	if u.State == uploadComing {
		if err := r.complete(ctx, &u); err != nil {
			var f *fault.Fault
			if errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.TooBig) {
				err = r.refuseUpload(ctx, u, err)
			}
			return out, err
		}
		if u, err = r.ended(ctx, u); err != nil {
			return out, err
		}
	}
	out = WholeOut{ID: u.ID, Kind: u.Kind, Media: u.Media, MS: u.MS}
	if u.State == uploadWhole {
		out.Same, err = r.sameAs(ctx, u)
	}
	return out, err
}

// ended stores that an upload is whole, for who may still give words to its project. One
// that was ended meanwhile is as it was ended; one that is gone is a missing fault.
func (r *Room) ended(ctx context.Context, u upload) (out upload, err error) {
	u.State, u.At = uploadWhole, r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, u.Project)); err != nil {
			return err
		}
		out = u
		ok, err := endUpload(tx, who.From(ctx).Programme, u)
		if err != nil || ok {
			return err
		}
		if out, ok, err = uploadOf(tx, who.From(ctx).Programme, u.ID); err == nil && !ok {
			err = errUploadGone()
		}
		return err
	})
	return out, err
}

// complete makes the file of an upload what is kept of it.
func (r *Room) complete(ctx context.Context, u *upload) error {
	programme := who.From(ctx).Programme
	content, c, err := r.files.Partial(ctx, programme, u.ID)
	if fault.Is(err, fault.Missing) {
		return errUploadGone()
	}
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // it only forgets its key
	if c.At != u.Size && !c.Whole {
		return errUploadPlace(c.At)
	}
	head := make([]byte, min(headSize, c.At))
	if _, err := io.ReadFull(content, head); err != nil {
		return err
	}
	kind := kindOf(head)
	if kind == Sound {
		return r.wholeSound(ctx, u)
	}
	if c.At > mostOf(kind) {
		return bigFault(kind)
	}
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return err
	}
	b, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	if kind == Picture {
		return r.wholePicture(ctx, u, c.Whole, b)
	}
	if err := r.document(ctx, u, b); err != nil {
		return err
	}
	file, err := r.files.Whole(ctx, programme, u.ID, MaxDocument, nil)
	u.Size = file.Size
	return err
}

// wholePicture puts a picture as it was written anew in the place of what was sent. made
// says that this was done before, and only its answer got lost.
func (r *Room) wholePicture(ctx context.Context, u *upload, made bool, b []byte) error {
	u.Name, u.Kind, u.Media = asJPEG(u.Name), Picture, "image/jpeg"
	if made {
		w, h := photo.Size(b)
		u.Width, u.Height, u.Size = int64(w), int64(h), int64(len(b))
		return nil
	}
	p, err := r.photos.Shrink(ctx, b)
	if err != nil {
		return err
	}
	programme := who.From(ctx).Programme
	small, err := r.files.Take(ctx, programme, u.Name, bytes.NewReader(p.JPEG), photo.MaxBytes)
	if err != nil {
		return err
	}
	file, err := r.files.Swap(ctx, programme, u.ID, small.ID)
	if err != nil {
		r.forget(ctx, small.ID)
		return err
	}
	u.Width, u.Height, u.Size = int64(p.Width), int64(p.Height), file.Size
	return nil
}

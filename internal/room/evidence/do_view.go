package evidence

import (
	"bytes"
	"context"
	"io"
	"slices"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/photo"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// smallSide is the longest side of the pictures of a list, in pixels: twice what is shown.
const smallSide = 320

// maxView is the most bytes of a picture that was made of a file.
const maxView = max(photo.MaxBytes, pageOutput)

// viewsOf is the record that the pictures made of a file belong to: its small one, its
// pages. Whoever takes the file away drops it too.
func viewsOf(file string) string { return file + "/views" }

// view gives a picture made of a file of the contribution rec, which the actor may see:
// the one that is kept under this name, else a new one, which is kept for the next who
// looks. It runs its own transactions. The content is to be closed.
func (r *Room) view(ctx context.Context, rec ref.Record, file, name string, draw func() ([]byte, error)) (io.ReadSeekCloser, error) {
	var kept string
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		kept, err = r.keptView(tx, rec.Programme, file, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if kept != "" {
		content, _, err := r.files.Open(ctx, rec.Programme, kept)
		return content, err
	}
	b, err := draw()
	if err != nil {
		return nil, err
	}
	// One that cannot be kept, on a full disk, is shown all the same and made again next time.
	_ = r.keepView(ctx, rec, file, name, b)
	return drawn{bytes.NewReader(b)}, nil
}

// drawn is a picture that was made just now.
type drawn struct{ *bytes.Reader }

// Close does nothing.
func (drawn) Close() error { return nil }

// keptView is the id of a picture that was made of a file before; "" = none.
func (r *Room) keptView(tx *db.Tx, programme, file, name string) (string, error) {
	all, err := r.files.Of(tx, programme, viewsOf(file))
	if i := slices.IndexFunc(all, func(x blob.Info) bool { return x.Name == name }); i >= 0 {
		return all[i].ID, err
	}
	return "", err
}

// keepView keeps a picture made of a file, as long as the file is there and its
// contribution may be used.
func (r *Room) keepView(ctx context.Context, rec ref.Record, file, name string, b []byte) error {
	made, err := r.files.Take(ctx, rec.Programme, name, bytes.NewReader(b), maxView)
	if err != nil {
		return err
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		now, err := who.Record(ctx, tx, "evidence.see", rec.Ref())
		if err != nil {
			return err
		}
		// The file's row is held until this is stored, so that whoever takes the file away
		// now finds this picture too.
		here, err := holdMedium(tx, rec.Programme, rec.ID, file)
		if err != nil {
			return err
		}
		old, err := r.keptView(tx, rec.Programme, file, name)
		if err != nil {
			return err
		}
		if !here || old != "" || !now.Live(r.clock.Now()) {
			return r.files.ForgetIn(tx, rec.Programme, made.ID)
		}
		return r.files.Keep(tx, rec.Programme, made.ID, viewsOf(file))
	})
	if err != nil {
		r.forget(ctx, made.ID)
	}
	return err
}

// small gives a picture at the size of a list, as a JPEG.
func (r *Room) small(ctx context.Context, rec ref.Record, m Medium) (io.ReadSeekCloser, error) {
	return r.view(ctx, rec, m.ID, "small.jpg", func() (b []byte, err error) {
		content, _, err := r.files.Open(ctx, rec.Programme, m.ID)
		if err != nil {
			return nil, err
		}
		defer func() { _ = content.Close() }() // it was only read
		return r.shrunk(ctx, content)
	})
}

// shrunk makes a picture small. Two are made at once, no more.
func (r *Room) shrunk(ctx context.Context, content io.Reader) ([]byte, error) {
	select {
	case r.shrinking <- struct{}{}:
		defer func() { <-r.shrinking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	b, err := io.ReadAll(io.LimitReader(content, photo.MaxBytes))
	if err != nil {
		return nil, err
	}
	return photo.Small(b, smallSide)
}

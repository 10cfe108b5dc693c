package evidence

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/media"
	"plait/internal/kit/photo"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// take takes a file in, whole, and keeps it until its contribution comes: pictures written
// anew, recordings and films without the place they were made at, documents as they are.
// The same key of the same actor gives the same upload again, also after it was used.
func (r *Room) take(ctx context.Context, project, name, key string, content io.Reader) (upload, error) {
	if key == "" {
		key = r.ids.New()
	}
	u := upload{Actor: who.From(ctx).Key(), Key: key, Project: project, Name: blob.Plain(name), State: uploadWhole, At: r.clock.Now()}
	old, here, err := r.sent(ctx, u)
	if err != nil || here {
		return old, err
	}
	in := bufio.NewReader(content)
	head, err := in.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return upload{}, err
	}
	switch kind := kindOf(head); kind {
	case Picture:
		err = r.takePicture(ctx, &u, in)
	case Document:
		err = r.takeDocumentFile(ctx, &u, in)
	default:
		err = r.takeSound(ctx, &u, in)
	}
	if err != nil {
		return upload{}, err
	}
	return r.storeUpload(ctx, u)
}

// sent gives the upload that came with the same key, where there is one that counts still.
func (r *Room) sent(ctx context.Context, u upload) (old upload, here bool, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, u.Project)); err != nil {
			return err
		}
		old, here, err = r.stands(tx, who.From(ctx).Programme, u)
		return err
	})
	return old, here, err
}

// stands reads the upload that has the key of u. It counts when it was used, or when its
// file is here still and as far as that of u.
func (r *Room) stands(tx *db.Tx, programme string, u upload) (old upload, counts bool, err error) {
	old, ok, err := uploadByKey(tx, programme, u.Actor, u.Key)
	if err != nil || !ok || old.State == uploadUsed {
		return old, ok, err
	}
	if old.Project != u.Project || old.State == uploadComing && u.State != uploadComing {
		return old, false, nil
	}
	_, err = r.files.At(tx.Context(), programme, old.ID)
	if fault.Is(err, fault.Missing) {
		return old, false, nil // it waited too long
	}
	return old, err == nil, err
}

// storeUpload stores an upload whose file is here. Of two with the same key at once, the
// first counts and the other's file is forgotten.
func (r *Room) storeUpload(ctx context.Context, u upload) (kept upload, err error) {
	programme := who.From(ctx).Programme
	for try := 0; ; try++ {
		err = r.db.Write(ctx, func(tx *db.Tx) error {
			if err := who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, u.Project)); err != nil {
				return err
			}
			old, counts, err := r.stands(tx, programme, u)
			if err != nil {
				return err
			}
			if counts {
				kept = old
				return r.files.ForgetIn(tx, programme, u.ID)
			}
			kept = u
			if old.ID != "" {
				if err := errors.Join(r.files.ForgetIn(tx, programme, old.ID), deleteUpload(tx, programme, old.ID)); err != nil {
					return err
				}
			}
			return insertUpload(tx, programme, u)
		})
		if !db.IsUnique(err) || try > 0 {
			break
		}
	}
	if err != nil {
		r.forget(ctx, u.ID)
		return upload{}, err
	}
	return kept, nil
}

// forget does its best: what is left is a stray, and swept.
func (r *Room) forget(ctx context.Context, file string) {
	_ = r.files.Forget(context.WithoutCancel(ctx), who.From(ctx).Programme, file)
}

// takePicture takes a picture in as it was written anew.
func (r *Room) takePicture(ctx context.Context, u *upload, in io.Reader) error {
	b, err := upTo(in, Picture)
	if err != nil {
		return err
	}
	p, err := r.photos.Shrink(ctx, b)
	if err != nil {
		return err
	}
	file, err := r.files.Take(ctx, who.From(ctx).Programme, asJPEG(u.Name), bytes.NewReader(p.JPEG), photo.MaxBytes)
	u.ID, u.Name, u.Size, u.Kind, u.Media = file.ID, file.Name, file.Size, Picture, "image/jpeg"
	u.Width, u.Height = int64(p.Width), int64(p.Height)
	return err
}

// asJPEG is a picture's name once it is a JPEG.
func asJPEG(name string) string {
	end := path.Ext(name)
	switch strings.ToLower(end) {
	case ".jpg", ".jpeg":
		return name
	}
	return strings.TrimSuffix(name, end) + ".jpg"
}

// upTo reads a file that may be as large as its kind.
func upTo(in io.Reader, kind string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(in, mostOf(kind)+1))
	if err == nil && int64(len(b)) > mostOf(kind) {
		err = bigFault(kind)
	}
	return b, err
}

// takeDocumentFile takes a document in as it is.
func (r *Room) takeDocumentFile(ctx context.Context, u *upload, in io.Reader) error {
	b, err := upTo(in, Document)
	if err != nil {
		return err
	}
	if err := r.document(ctx, u, b); err != nil {
		return err
	}
	file, err := r.files.Take(ctx, who.From(ctx).Programme, u.Name, bytes.NewReader(b), MaxDocument)
	u.ID, u.Size = file.ID, file.Size
	return err
}

// document tells what a document is, and of a PDF how many pages it has.
func (r *Room) document(ctx context.Context, u *upload, b []byte) (err error) {
	u.Kind = Document
	if u.Media, err = documentMedia(b, u.Name); err != nil || u.Media != "application/pdf" {
		return err
	}
	// Where its pages cannot be counted it is kept all the same.
	if parts, err := r.parser.Parse(ctx, b, u.Name, ""); err == nil && len(parts) == 1 && parts[0].Doc != nil {
		u.Pages = int64(parts[0].Doc.Pages)
	}
	return ctx.Err()
}

// takeSound takes a recording or a film in, chunk by chunk, and blanks what it must not tell.
func (r *Room) takeSound(ctx context.Context, u *upload, in io.Reader) (err error) {
	programme := who.From(ctx).Programme
	c, err := r.files.Begin(ctx, programme, u.Name)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			r.forget(ctx, c.ID)
		}
	}()
	buf := make([]byte, blob.ChunkSize)
	for at := int64(0); ; {
		n, err := io.ReadFull(in, buf)
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return err
		}
		if at+int64(n) > MaxUpload {
			return bigFault(Sound)
		}
		if n > 0 {
			if at, err = r.files.Put(ctx, programme, c.ID, at, buf[:n]); err != nil {
				return err
			}
		}
		if end {
			break
		}
	}
	u.ID = c.ID
	return r.wholeSound(ctx, u)
}

// wholeSound ends a recording whose bytes are all here.
func (r *Room) wholeSound(ctx context.Context, u *upload) error {
	var told media.Info
	file, err := r.files.Whole(ctx, who.From(ctx).Programme, u.ID, MaxUpload, func(content io.ReadSeeker) ([]blob.Span, error) {
		i, spans, err := media.Read(content)
		told = i
		out := make([]blob.Span, len(spans))
		for k, s := range spans {
			out[k] = blob.Span(s)
		}
		return out, err
	})
	if err != nil {
		return err
	}
	u.Size = file.Size
	if told.Media == "" { // it was whole before: an answer got lost
		content, _, err := r.files.Open(ctx, who.From(ctx).Programme, u.ID)
		if err != nil {
			return err
		}
		told, _, err = media.Read(content)
		if err = errors.Join(err, content.Close()); err != nil {
			return err
		}
	}
	u.of(told)
	return nil
}

// sameAs gives a contribution of the project that holds the same bytes as an upload, when
// the actor may see it; nil when there is none.
func (r *Room) sameAs(ctx context.Context, u upload) (out *Same, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		twins, err := r.files.Same(tx, who.From(ctx).Programme, u.ID)
		if err != nil {
			return err
		}
		for _, i := range twins {
			id, err := contributionOf(tx, who.From(ctx).Programme, i.ID)
			if err != nil {
				return err
			}
			if id == "" {
				continue // an import holds it, which nobody has brought in yet
			}
			rec, err := who.Record(ctx, tx, "evidence.see", ref.Of(Kind, id))
			var f *fault.Fault
			if errors.As(err, &f) && (f.Kind == fault.Missing || f.Kind == fault.Forbidden) {
				continue
			}
			if err != nil {
				return err
			}
			if rec.Project == u.Project && rec.Live(now) {
				out = &Same{rec.Ref(), rec.Title}
				return nil
			}
		}
		return nil
	})
	return out, err
}

// tidyUploads takes uploads away that nobody used within a day of their last byte, with
// their files.
func (r *Room) tidyUploads(ctx context.Context, now int64) error {
	var left []idleUpload
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) { left, err = idleUploads(tx, now-clock.Day); return err })
	if err != nil {
		return err
	}
	for _, x := range left {
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			u, ok, err := uploadOf(tx, x.programme, x.id)
			if err != nil || !ok || u.State != x.state {
				return err // it was used just now
			}
			if u.State == uploadComing {
				// Its file is swept a day after its last chunk; until then it is coming.
				if _, err := r.files.At(tx.Within(ctx), x.programme, x.id); !fault.Is(err, fault.Missing) {
					return err
				}
			}
			return errors.Join(r.files.ForgetIn(tx, x.programme, x.id), deleteUpload(tx, x.programme, x.id))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

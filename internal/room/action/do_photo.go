package action

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/photo"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// MaxPhotos is how many photos one action may have.
const MaxPhotos = 6

// Photo is a picture of what was done. It is looked at by people alone: nothing reads
// who or what is in it.
type Photo struct {
	File    string `json:"file"` // id
	Caption string `json:"caption"`
	Words   string `json:"words"` // what can be seen, for those who cannot see it; "" = not written yet
	Width   int    `json:"width"` // in pixels
	Height  int    `json:"height"`
	At      int64  `json:"at"`
}

// check says what is wrong with what is said of a photo, by field.
func (p Photo) check() error {
	var c fault.Check
	c.Need(p.Caption != "", "caption", "action.need_caption")
	c.Need(len(p.Caption) <= maxTitle, "caption", "house.too_long")
	c.Need(len(p.Words) <= maxShort, "words", "house.too_long")
	return c.Err()
}

// PhotoIn adds a photo to an action, or with File says anew what one shows. Version is
// the action's that was read.
type PhotoIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Caption string  `json:"caption"`
	Words   string  `json:"words" doc:"What can be seen, for those who cannot see it. It may be left out for now."`
	File    string  `json:"file" doc:"A photo that is there already, whose words change."`
	Content []byte  `json:"content" doc:"The picture: JPEG, PNG or GIF, base64 in JSON."`
	Key     string  `json:"key" doc:"The same key and picture again are stored once."`
}

// PhotoOut names the photo.
type PhotoOut struct {
	File    string `json:"file"`
	Version int64  `json:"version"` // the action now has
}

// kept is a photo as its transaction takes it: the picture is known by its SHA-256, so
// that the same press of a button is known for the same.
type kept struct {
	Ref           ref.Ref
	Version       int64
	Caption       string
	Words         string
	Hash          string
	width, height int
	upload        string
}

// Photo adds a photo to an action. The picture is written anew, without place, time or
// camera, and stored sealed before the transaction that gives it to the action.
func (r *Room) Photo(ctx context.Context, in PhotoIn) (out PhotoOut, err error) {
	in.Caption, in.Words = trim(in.Caption), trim(in.Words)
	if in.Key == "" {
		in.Key = plug.Key(ctx)
	}
	if in.File != "" {
		return plug.Run(ctx, r.face.desk, "action.photo", in.Key, r.reword, in)
	}
	if r.files == nil {
		return out, errors.New("action: this house keeps no files")
	}
	sum := sha256.Sum256(in.Content)
	k := kept{Ref: in.Ref, Version: in.Version, Caption: in.Caption, Words: in.Words, Hash: hex.EncodeToString(sum[:])}
	out, done, err := r.mayTake(ctx, in, k)
	if err != nil || done {
		return out, err
	}
	picture, err := r.picture(ctx, in.Content)
	if err != nil {
		return out, err
	}
	up, err := r.files.Take(ctx, who.From(ctx).Programme, "photo.jpg", bytes.NewReader(picture.JPEG), photo.MaxBytes)
	if err != nil {
		return out, err
	}
	k.width, k.height, k.upload = picture.Width, picture.Height, up.ID
	return plug.Run(ctx, r.face.desk, "action.photo", in.Key, r.keep, k)
}

// mayTake asks everything that can be asked before a picture is read: what takes long and
// much memory is done for those alone who may. done says that the same picture came with
// the same key before, perhaps as the last that there was room for: out is then its answer.
func (r *Room) mayTake(ctx context.Context, in PhotoIn, k kept) (out PhotoOut, done bool, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if done, err = trail.Once(ctx, tx, in.Key, "action.photo", k, &out); err != nil || done {
			return err
		}
		rec, err := r.open(ctx, tx, "action.do", in.Ref, KindAction, now)
		if err != nil {
			return err
		}
		if err := (Photo{Caption: in.Caption, Words: in.Words}).check(); err != nil {
			return err
		}
		if len(in.Content) == 0 {
			return fault.Fielded("content", "action.need_photo")
		}
		return fits(tx, rec.Programme, rec.ID)
	})
	return out, done, err
}

// fits wants room for one more photo.
func fits(tx *db.Tx, programme, action string) error {
	all, err := photos(tx, programme, action)
	if err == nil && len(all) >= MaxPhotos {
		err = fault.New(fault.Conflict, "action.photos_full", "Most", MaxPhotos).With("action.photos_full_do")
	}
	return err
}

// keep gives a picture that came in to its action.
func (r *Room) keep(ctx context.Context, k kept) (out PhotoOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		a, err := r.atVersion(ctx, tx, k.Ref, k.Version, now)
		if err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if err := fits(tx, programme, a.Ref.ID); err != nil {
			return err
		}
		p := Photo{File: k.upload, Caption: k.Caption, Words: k.Words, Width: k.width, Height: k.height, At: now}
		if err := insertPhoto(tx, programme, who.From(ctx).Key(), a.Ref.ID, p); err != nil {
			return err
		}
		// Each photo is a holder of its own, so that one can go and the others stay.
		if err := r.files.Keep(tx, programme, p.File, p.File); err != nil {
			return err
		}
		out = PhotoOut{p.File, a.Version}
		return trail.Put(ctx, tx, entry, now, "action.photo", a.Ref, a.Version, photoTrace{p.File, p.Words != ""})
	})
	return out, err
}

// photoTrace is what the trail keeps: a picture that is taken away leaves no words behind.
type photoTrace struct {
	File  string `json:"file"`
	Words bool   `json:"words"` // it says what can be seen
}

// reword says anew what a photo shows.
func (r *Room) reword(ctx context.Context, in PhotoIn) (out PhotoOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := r.open(ctx, tx, "action.do", in.Ref, KindAction, now); err != nil {
			return err
		}
		p := Photo{File: in.File, Caption: in.Caption, Words: in.Words}
		if err := p.check(); err != nil {
			return err
		}
		a, err := r.atVersion(ctx, tx, in.Ref, in.Version, now)
		if err != nil {
			return err
		}
		if err := rewordPhoto(tx, who.From(ctx).Programme, a.Ref.ID, p); err != nil {
			return err
		}
		out = PhotoOut{p.File, a.Version}
		return trail.Put(ctx, tx, entry, now, "action.photo", a.Ref, a.Version, photoTrace{p.File, p.Words != ""})
	})
	return out, err
}

// atVersion reads an action to be changed, and counts its version on.
func (r *Room) atVersion(ctx context.Context, tx *db.Tx, at ref.Ref, version, now int64) (Action, error) {
	rec, err := r.open(ctx, tx, "action.do", at, KindAction, now)
	if err != nil {
		return Action{}, err
	}
	a, err := action(tx, rec.Programme, at.ID)
	if err != nil {
		return a, err
	}
	if a.Version != version {
		return a, changedMeanwhile()
	}
	a.Version, a.ChangedAt = version+1, now
	return a, updateAction(tx, rec.Programme, a, version)
}

// DropPhotoIn takes a photo away from an action; Version is the action's that was read.
type DropPhotoIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	File    string  `json:"file"`
}

// DropPhoto takes a photo away for good: its file can be opened no more.
func (r *Room) DropPhoto(ctx context.Context, in DropPhotoIn) (out PhotoOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := r.open(ctx, tx, "action.do", in.Ref, KindAction, now)
		if err != nil {
			return err
		}
		if err := hasPhoto(tx, rec.Programme, rec.ID, in.File); err != nil {
			return err
		}
		a, err := r.atVersion(ctx, tx, in.Ref, in.Version, now)
		if err != nil {
			return err
		}
		if err := r.wipe(tx, rec.Programme, []string{in.File}); err != nil {
			return err
		}
		out = PhotoOut{in.File, a.Version}
		return trail.Put(ctx, tx, entry, now, "action.drop-photo", a.Ref, a.Version, photoTrace{File: in.File})
	})
	return out, err
}

// hasPhoto wants a photo of an action.
func hasPhoto(tx *db.Tx, programme, action, file string) error {
	all, err := photos(tx, programme, action)
	if err == nil && !slices.ContainsFunc(all, func(p Photo) bool { return p.File == file }) {
		err = missing()
	}
	return err
}

// wipe takes photos and their files away for good.
func (r *Room) wipe(tx *db.Tx, programme string, files []string) error {
	if err := dropPhotos(tx, programme, files); err != nil || r.files == nil {
		return err
	}
	return r.files.Drop(tx, programme, files...)
}

// erased takes the photos of actions that are erased with them.
func (r *Room) erased(tx *db.Tx, it news.Item) error {
	for _, x := range it.Refs {
		if x.Kind != KindAction {
			continue
		}
		all, err := photos(tx, it.Programme, x.ID)
		if err != nil || len(all) == 0 {
			return err
		}
		files := make([]string, len(all))
		for i, p := range all {
			files[i] = p.File
		}
		if err := r.wipe(tx, it.Programme, files); err != nil {
			return err
		}
	}
	return nil
}

// openPhoto gives a photo's bytes to whoever may see its action.
func (r *Room) openPhoto(ctx context.Context, at ref.Ref, project, file string) (io.ReadSeekCloser, blob.Info, error) {
	now := r.clock.Now()
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "action.see", at)
		if err != nil {
			return err
		}
		if rec.Kind != KindAction || rec.Project != project || !rec.Live(now) || r.files == nil {
			return missing()
		}
		return hasPhoto(tx, rec.Programme, rec.ID, file)
	})
	if err != nil {
		return nil, blob.Info{}, err
	}
	return r.files.Open(ctx, who.From(ctx).Programme, file)
}

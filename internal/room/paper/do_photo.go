package paper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"plait/internal/kit/child"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/photo"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// PhotoIn is one photo of cards, or of a flip chart.
type PhotoIn struct {
	Project string `json:"project"`
	Lot     string `json:"lot" doc:"Photos that it belongs to; empty = it begins new ones."`
	Kind    string `json:"kind" doc:"cards (also when empty) or flip"`
	Name    string `json:"name"`
	Content []byte `json:"content" doc:"JPEG, PNG, GIF, WebP or TIFF, base64 in JSON."`
	Key     string `json:"key" doc:"The same key and photo again are stored once."`
}

// PhotoOut names the photo; it is read by a job.
type PhotoOut struct {
	Lot   string `json:"lot"`
	Photo string `json:"photo"`
}

// sent is a photo as its transaction takes it; the picture is known by its SHA-256.
type sent struct {
	Project, Lot, Kind, Name, Hash, Key string
	upload                              string
}

// Photo takes a photo in. It is read by a job; Look tells how far that is.
func (r *Room) Photo(ctx context.Context, in PhotoIn) (out PhotoOut, err error) {
	if in.Kind == "" {
		in.Kind = Cards
	}
	if in.Key == "" {
		in.Key = plug.Key(ctx)
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "paper.photo", ref.Of(ref.Project, in.Project)); err != nil || in.Lot == "" {
			return err
		}
		_, err := r.openLot(tx, who.From(ctx).Programme, in.Lot, in.Project)
		return err
	})
	if err != nil {
		return out, err
	}
	var c fault.Check
	c.Need(in.Kind == Cards || in.Kind == Flip, "kind", "house.bad_choice")
	c.Need(len(in.Content) > 0, "content", "paper.need_photo")
	if err := c.Err(); err != nil {
		return out, err
	}
	if err := readable(in.Content); err != nil {
		return out, err
	}
	if r.files == nil {
		return out, errors.New("paper: this house keeps no files")
	}
	up, err := r.files.Take(ctx, who.From(ctx).Programme, in.Name, bytes.NewReader(in.Content), photo.MaxBytes)
	if err != nil {
		return out, err
	}
	sum := sha256.Sum256(in.Content)
	return plug.Run(ctx, r.face.desk, "paper.photo", in.Key, r.keepPhoto, sent{in.Project, in.Lot, in.Kind, trimmed(up.Name), hex.EncodeToString(sum[:]), in.Key, up.ID})
}

// readable refuses what photo.Open would not read, before it is stored.
func readable(b []byte) error {
	say := "photo.not_one"
	switch kind := photo.Sniff(b); kind {
	case "":
	case photo.HEIC, photo.SVG:
		say = "photo." + kind
	default:
		return nil
	}
	return fault.Fielded("content", say).With(say + "_do")
}

// openLot reads a lot of a project that more may come to.
func (r *Room) openLot(tx *db.Tx, programme, id, project string) (Lot, error) {
	l, ok, err := lotByID(tx, programme, id)
	switch {
	case err != nil:
		return l, err
	case !ok || l.Project != project:
		return l, missing()
	}
	return l, l.free()
}

func (r *Room) keepPhoto(ctx context.Context, in sent) (out PhotoOut, err error) {
	lot, id, entry, now := r.ids.New(), r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "paper.photo", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		a := who.From(ctx)
		l := Lot{ID: lot, Project: in.Project, Kind: in.Kind, State: Open, At: now, Version: 1, Actor: a.Key()}
		if in.Lot == "" {
			if err := insertLot(tx, a.Programme, l); err != nil {
				return err
			}
		} else {
			if l, err = r.openLot(tx, a.Programme, in.Lot, in.Project); err != nil {
				return err
			}
			if l.Photos >= MaxPhotos {
				return fault.New(fault.Conflict, "paper.many_photos", "Most", MaxPhotos).With("paper.many_photos_do")
			}
			if err := setLot(tx, a.Programme, l.ID, Open); err != nil {
				return err
			}
		}
		key := in.Key
		if key == "" {
			key = id
		}
		if err := insertPhoto(tx, a.Programme, key, now, Photo{ID: id, Name: in.Name, State: Waiting, file: in.upload, lot: l.ID}); err != nil {
			return err
		}
		if err := r.files.Keep(tx, a.Programme, in.upload, id); err != nil {
			return err
		}
		out = PhotoOut{l.ID, id}
		if err := r.jobs.Add(tx, readJob, map[string]string{"programme": a.Programme, "kind": string(a.Kind), "actor": a.ID, "photo": id}); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "paper.photo", ref.Of("paper", l.ID), l.Version, out)
	})
	return out, err
}

// began is a context of whoever began a job.
func began(ctx context.Context, j job.Job) context.Context {
	return who.As(ctx, who.Actor{Kind: who.ActorKind(j.Args["kind"]), ID: j.Args["actor"], Programme: j.Args["programme"]})
}

// readOn reads one photo.
func (r *Room) readOn(ctx context.Context, j job.Job) error {
	ctx = began(ctx, j)
	programme, id := j.Args["programme"], j.Args["photo"]
	var p Photo
	var l Lot
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		var ok bool
		if p, ok, err = photoByID(tx, programme, id); err != nil || !ok {
			return err
		}
		l, _, err = lotByID(tx, programme, p.lot)
		return err
	})
	if err != nil || p.State != Waiting {
		return err
	}
	f, err := r.cutFile(ctx, programme, p.file, nil)
	var ft *fault.Fault
	switch {
	case errors.Is(err, child.ErrSlow), errors.Is(err, child.ErrFailed):
		return r.failed(ctx, p, "paper.photo_unsafe")
	case errors.As(err, &ft) && (ft.Kind == fault.Invalid || ft.Kind == fault.TooBig):
		return r.failed(ctx, p, ft.Say)
	case err != nil:
		return err
	}
	if l.Kind == Flip {
		f.Cards, f.Loose, f.parts = nil, nil, nil
	}
	return r.keepFound(ctx, l, p, f)
}

// cutFile reads a stored photo in a process of its own.
func (r *Room) cutFile(ctx context.Context, programme, file string, boxes []Box) (found, error) {
	b, err := r.bytesOf(ctx, programme, file)
	if err != nil {
		return found{}, err
	}
	return r.cuts.Cut(ctx, b, boxes)
}

func (r *Room) bytesOf(ctx context.Context, programme, file string) ([]byte, error) {
	in, _, err := r.files.Open(ctx, programme, file)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(in, photo.MaxBytes+1))
	return b, errors.Join(err, in.Close())
}

// failed says why a photo could not be read, and drops it.
func (r *Room) failed(ctx context.Context, p Photo, say string) error {
	return r.db.Write(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		if err := r.files.Drop(tx, programme, p.ID); err != nil {
			return err
		}
		p.State, p.Problem, p.file = Failed, say, ""
		return setPhoto(tx, programme, p)
	})
}

// keepFound stores what was found in a photo: each card's picture, and the photo itself,
// written anew, in place of what was sent.
func (r *Room) keepFound(ctx context.Context, l Lot, p Photo, f found) error {
	programme := who.From(ctx).Programme
	whole, err := r.files.Take(ctx, programme, "photo.jpg", bytes.NewReader(f.whole), cutOutput)
	if err != nil {
		return err
	}
	known := make([]bool, len(f.Cards))
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		for i, c := range f.Cards {
			b, ok, err := batchByNumber(tx, programme, c.Batch)
			if err != nil {
				return err
			}
			known[i] = ok && b.Project == l.Project && b.holds(c.Code)
		}
		return nil
	})
	if err != nil {
		return err
	}
	cuts := make([]Cut, 0, len(f.Cards)+len(f.Loose))
	for i, c := range f.Cards {
		x := Cut{ID: r.ids.New(), Photo: p.ID, Kind: AsCard, State: Foreign, Table: c.Table, Round: c.Round, Colour: c.Colour, Number: c.Number,
			Width: int64(c.Width), Corners: int64(c.Corners), lot: l.ID, n: int64(i)}
		if known[i] { // of another project's card no picture is kept
			up, err := r.files.Take(ctx, programme, "card.jpg", bytes.NewReader(f.parts[i]), photo.MaxBytes)
			if err != nil {
				return err
			}
			x.State, x.file = Waits, up.ID
		}
		cuts = append(cuts, x)
	}
	for i, b := range f.Loose {
		cuts = append(cuts, Cut{ID: r.ids.New(), Photo: p.ID, Kind: AsLoose, State: Waits, Box: b, lot: l.ID, n: int64(len(f.Cards) + i)})
	}
	return r.db.Write(ctx, func(tx *db.Tx) error {
		now, ok, err := photoByID(tx, programme, p.ID)
		if err != nil || !ok || now.State != Waiting {
			return err // someone dropped it, or another node was first
		}
		for i := range cuts {
			c := cuts[i]
			if c.Kind == AsCard && c.State == Waits {
				b, _, err := batchByNumber(tx, programme, f.Cards[i].Batch)
				if err != nil {
					return err
				}
				c.Batch = b.ID
				if _, here, err := cardIn(tx, programme, c.card()); err != nil {
					return err
				} else if here {
					c.State = Here
				}
				if err := r.files.Keep(tx, programme, c.file, c.ID); err != nil {
					return err
				}
			}
			if err := insertCut(tx, programme, c); err != nil {
				return err
			}
		}
		if err := r.files.Drop(tx, programme, p.ID); err != nil {
			return err
		}
		if err := r.files.Keep(tx, programme, whole.ID, p.ID); err != nil {
			return err
		}
		p.State, p.file, p.Width, p.Height = Read, whole.ID, int64(f.Width), int64(f.Height)
		if err := setPhoto(tx, programme, p); err != nil {
			return err
		}
		return r.choose(tx, programme, l.ID)
	})
}

// choose decides anew which picture of each card is filed.
func (r *Room) choose(tx *db.Tx, programme, lot string) error {
	was, err := cutsOf(tx, programme, lot)
	if err != nil {
		return err
	}
	now := chosen(append([]Cut(nil), was...))
	for i, c := range now {
		if c.State != was[i].State {
			if err := setCut(tx, programme, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// LookIn asks for a lot.
type LookIn struct {
	Lot string `json:"lot"`
}

// LookOut is a lot with what was found in its photos.
type LookOut struct {
	Lot
	Pictures []Photo          `json:"pictures"`
	Cuts     []Cut            `json:"cuts"`
	Of       map[string]Batch `json:"of"`      // batches of the cards, by id
	Missing  map[string][]Gap `json:"missing"` // cards of tables that are in a photo, by batch
}

// Look gives a lot.
func (r *Room) Look(ctx context.Context, in LookIn) (out LookOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		l, err := lotFor(ctx, tx, "paper.photo", in.Lot)
		if err != nil {
			return err
		}
		out = LookOut{Lot: l}
		if out.Pictures, err = photosOf(tx, programme, l.ID); err != nil {
			return err
		}
		if out.Cuts, err = cutsOf(tx, programme, l.ID); err != nil {
			return err
		}
		out.Of, out.Missing, err = r.missingOf(tx, programme, out.Cuts)
		return err
	})
	return out, err
}

// missingOf is the batches of cuts, and the cards of their tables that are neither among them
// nor in the thread.
func (r *Room) missingOf(tx *db.Tx, programme string, cuts []Cut) (map[string]Batch, map[string][]Gap, error) {
	of, missing, tables := map[string]Batch{}, map[string][]Gap{}, map[string]map[int]bool{}
	have := map[string][]Filled{}
	for _, c := range cuts {
		if c.Batch == "" {
			continue
		}
		if _, ok := of[c.Batch]; !ok {
			b, _, err := batchByID(tx, programme, c.Batch)
			if err != nil {
				return nil, nil, err
			}
			if have[c.Batch], err = filledOf(tx, programme, c.Batch); err != nil {
				return nil, nil, err
			}
			of[c.Batch], tables[c.Batch] = b, map[int]bool{}
		}
		tables[c.Batch][c.Table] = true
		have[c.Batch] = append(have[c.Batch], Filled{Table: c.Table, Number: c.Number})
	}
	for id, b := range of {
		for _, g := range gaps(b, have[id], true) {
			if tables[id][g.Table] {
				missing[id] = append(missing[id], g)
			}
		}
	}
	return of, missing, nil
}

// keptDays is how long photos that nobody files are kept.
const keptDays = 30

// tidy drops photos that nobody filed. What was filed from them stays.
func (r *Room) tidy(ctx context.Context, _ job.Job) error {
	before := r.clock.Now() - (keptDays * 24 * time.Hour).Microseconds()
	for {
		var old []idle
		err := r.db.Read(ctx, func(tx *db.Tx) (err error) { old, err = idleLots(tx, before); return err })
		if err != nil || len(old) == 0 {
			return err
		}
		for _, x := range old {
			if err := r.db.Write(ctx, func(tx *db.Tx) error { return r.tidyOne(tx, x.programme, x.lot) }); err != nil {
				return err
			}
		}
	}
}

func (r *Room) tidyOne(tx *db.Tx, programme, lot string) error {
	l, ok, err := lotByID(tx, programme, lot)
	switch {
	case err != nil || !ok || l.State != Open:
		return err // someone files it now
	case l.batch != "":
		return r.dropRest(tx, programme, l)
	}
	return r.clear(tx, programme, lot)
}

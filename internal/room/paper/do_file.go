package paper

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// FileIn files the cards and boxes of a lot.
type FileIn struct {
	Lot string `json:"lot"`
}

// FileOut counts what became of them.
type FileOut struct {
	Filed int `json:"filed"` // new in the thread
	Here  int `json:"here"`  // were there already
	Loose int `json:"loose"` // wait for a person to place them
}

// File makes a contribution of each card and box of a lot. A card that is in the thread
// already is not stored again, whoever sent it. The photos are dropped, but those with
// something loose on them. Called again, it goes on with what a stop left.
func (r *Room) File(ctx context.Context, in FileIn) (out FileOut, err error) {
	l, batches, err := r.beginFiling(ctx, in.Lot)
	if err != nil {
		return out, err
	}
	if err := r.cutBoxes(ctx, l.ID); err != nil {
		return out, err
	}
	var cuts []Cut
	err = r.db.Read(ctx, func(tx *db.Tx) (err error) { cuts, err = cutsOf(tx, who.From(ctx).Programme, l.ID); return err })
	if err != nil {
		return out, err
	}
	for _, c := range cuts {
		if c.State == Waits && c.Kind != AsLoose {
			if err := r.fileOne(ctx, l, c, batches); err != nil {
				return out, err
			}
		}
	}
	return r.endFiling(ctx, l.ID)
}

// beginFiling opens the batch that what is filed belongs to.
func (r *Room) beginFiling(ctx context.Context, lot string) (l Lot, batches map[string]Batch, err error) {
	id := r.ids.New()
	batches = map[string]Batch{}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		var ok bool
		if l, ok, err = lotByID(tx, programme, lot); err != nil {
			return err
		}
		if !ok || l.State == Undone {
			return missing()
		}
		if err := who.Must(ctx, tx, "paper.file", ref.Of(ref.Project, l.Project)); err != nil {
			return err
		}
		photos, err := photosOf(tx, programme, lot)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(photos, func(p Photo) bool { return p.State == Waiting }) {
			return fault.New(fault.Conflict, "paper.still_reading").With("paper.still_reading_do")
		}
		cuts, err := cutsOf(tx, programme, lot)
		if err != nil {
			return err
		}
		n, name := 0, l.Said.Source
		for _, c := range cuts {
			if c.State == Waits && c.Kind != AsLoose {
				n++
			}
			if _, ok := batches[c.Batch]; c.Batch == "" || ok {
				continue
			}
			if batches[c.Batch], _, err = batchByID(tx, programme, c.Batch); err != nil {
				return err
			}
			name = batches[c.Batch].Name
		}
		if l.batch != "" || n == 0 {
			return nil
		}
		if err := r.said.Open(ctx, tx, id, l.Project, name, n); err != nil {
			return err
		}
		l.batch = id
		return setFiledIn(tx, programme, l.ID, id)
	})
	return l, batches, err
}

// cutBoxes makes the pictures of boxes that have none yet.
func (r *Room) cutBoxes(ctx context.Context, lot string) error {
	programme := who.From(ctx).Programme
	var photos []Photo
	var cuts []Cut
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if photos, err = photosOf(tx, programme, lot); err != nil {
			return err
		}
		cuts, err = cutsOf(tx, programme, lot)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range photos {
		var mine []Cut
		var boxes []Box
		for _, c := range cuts {
			if c.Photo == p.ID && c.Kind == AsBox && c.State == Waits && c.file == "" {
				mine, boxes = append(mine, c), append(boxes, c.Box)
			}
		}
		if len(mine) == 0 {
			continue
		}
		f, err := r.cutFile(ctx, programme, p.file, boxes)
		if err != nil {
			return err
		}
		if err := r.keepBoxes(ctx, mine, f); err != nil {
			return err
		}
	}
	return nil
}

// keepBoxes stores the pictures of boxes.
func (r *Room) keepBoxes(ctx context.Context, cuts []Cut, f found) error {
	programme := who.From(ctx).Programme
	if len(f.parts) != len(cuts) {
		return fmt.Errorf("paper: %d pictures of %d boxes came back", len(f.parts), len(cuts))
	}
	for i, c := range cuts {
		up, err := r.files.Take(ctx, programme, "part.jpg", bytes.NewReader(f.parts[i]), cutOutput)
		if err != nil {
			return err
		}
		if err := r.db.Write(ctx, func(tx *db.Tx) error {
			if err := r.files.Keep(tx, programme, up.ID, c.ID); err != nil {
				return err
			}
			c.file = up.ID
			return setCut(tx, programme, c)
		}); err != nil {
			return err
		}
	}
	return nil
}

// fileOne makes one contribution. Whether the card is there already is asked in the
// transaction that stores it: two phones at once store it once.
func (r *Room) fileOne(ctx context.Context, l Lot, c Cut, batches map[string]Batch) error {
	programme, now := who.From(ctx).Programme, r.clock.Now()
	b, err := r.bytesOf(ctx, programme, c.file)
	if err != nil {
		return err
	}
	card, name := r.cardOf(l, c, batches), "card.jpg"
	if c.Batch == "" {
		name = "part.jpg"
	}
	upload, err := r.said.Hold(ctx, l.Project, name, b, "paper-"+c.ID)
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *db.Tx) error {
		fresh, ok, err := cutByID(tx, programme, c.ID)
		if err != nil || !ok || fresh.State != Waits {
			return err // filed by a run before this one
		}
		fresh.State = Filed
		if c.Batch != "" {
			_, here, err := cardIn(tx, programme, c.card())
			if err != nil {
				return err
			}
			if here {
				fresh.State = Here
			}
		}
		if fresh.State == Filed {
			at, err := r.said.Give(ctx, tx, card, upload, l.batch)
			if err != nil {
				return err
			}
			fresh.Contribution = at.ID
			if c.Batch != "" {
				if err := insertCard(tx, programme, c.card(), at.ID, l.ID, now); err != nil {
					return err
				}
			}
		}
		fresh.Words, fresh.file = "", ""
		if err := r.files.Drop(tx, programme, c.ID); err != nil {
			return err
		}
		return setCut(tx, programme, fresh)
	})
}

// cardOf is what is known of a cut's contribution.
func (r *Room) cardOf(l Lot, c Cut, batches map[string]Batch) Card {
	b, ok := batches[c.Batch]
	if !ok {
		return Card{Project: l.Project, Words: c.Words, Strands: l.Said.Strands, Site: l.Said.Site, On: l.Said.On, Source: l.Said.Source, Asked: l.Said.Asked}
	}
	p, _ := b.Card(c.Table, c.Number)
	out := Card{Project: l.Project, Words: c.Words, Site: b.Site, On: b.On, Source: b.from(p), Asked: b.Question(p.Round)}
	if p.Colour.Strand != "" {
		out.Strands = []string{p.Colour.Strand}
	}
	return out
}

// endFiling drops the photos that are no longer needed, and counts.
func (r *Room) endFiling(ctx context.Context, lot string) (out FileOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		l, _, err := lotByID(tx, programme, lot)
		if err != nil {
			return err
		}
		cuts, err := cutsOf(tx, programme, lot)
		if err != nil {
			return err
		}
		out = FileOut{}
		held := map[string]bool{}
		for _, c := range cuts {
			switch {
			case c.State == Filed:
				out.Filed++
			case c.State == Here:
				out.Here++
			case c.State == Waits && c.Kind == AsLoose:
				out.Loose++
				held[c.Photo] = true
			}
			if c.State != Waits && c.file != "" {
				if err := r.files.Drop(tx, programme, c.ID); err != nil {
					return err
				}
				c.file = ""
				if err := setCut(tx, programme, c); err != nil {
					return err
				}
			}
		}
		photos, err := photosOf(tx, programme, lot)
		if err != nil {
			return err
		}
		for _, p := range photos {
			if p.State != Read || held[p.ID] {
				continue
			}
			if err := r.files.Drop(tx, programme, p.ID); err != nil {
				return err
			}
			p.State, p.file, p.Width, p.Height = Dropped, "", 0, 0
			if err := setPhoto(tx, programme, p); err != nil {
				return err
			}
		}
		state := Done
		if out.Loose > 0 {
			state = Open
		}
		if err := setLot(tx, programme, lot, state); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "paper.file", ref.Of("paper", lot), l.Version+1, out)
	})
	return out, err
}

// fileLater has a job file a lot; the page tells how far it is.
func (r *Room) fileLater(ctx context.Context, in FileIn) (out FileOut, err error) {
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		a := who.From(ctx)
		l, ok, err := lotByID(tx, a.Programme, in.Lot)
		if err != nil {
			return err
		}
		if !ok || l.State == Undone {
			return missing()
		}
		if err := who.Must(ctx, tx, "paper.file", ref.Of(ref.Project, l.Project)); err != nil {
			return err
		}
		if l.State == Done {
			return nil
		}
		if err := setLot(tx, a.Programme, l.ID, Filing); err != nil {
			return err
		}
		return r.jobs.Add(tx, fileJob, map[string]string{"programme": a.Programme, "kind": string(a.Kind), "actor": a.ID, "lot": l.ID})
	})
	return out, err
}

// fileOn files in the name of whoever began it, whose rights are asked again.
func (r *Room) fileOn(ctx context.Context, j job.Job) error {
	ctx = began(ctx, j)
	_, err := r.File(ctx, FileIn{j.Args["lot"]})
	if fault.Is(err, fault.Missing) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Conflict) {
		// Its starter may no longer do it: it waits for someone who may.
		return r.db.Write(ctx, func(tx *db.Tx) error { return setLot(tx, j.Args["programme"], j.Args["lot"], Open) })
	}
	return err
}

// TypeIn is the words of a card that is in the thread.
type TypeIn struct {
	Batch        string   `json:"batch"`
	Contribution string   `json:"contribution"` // id
	Version      int64    `json:"version"`
	Words        string   `json:"words"`
	Strands      []string `json:"strands"`
}

// TypeOut is empty.
type TypeOut struct{}

// Type stores the words of a card, as they were typed from its picture.
func (r *Room) Type(ctx context.Context, in TypeIn) (out TypeOut, err error) {
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		b, ok, err := batchByID(tx, programme, in.Batch)
		if err != nil {
			return err
		}
		if !ok {
			return missing()
		}
		if err := who.Must(ctx, tx, "paper.file", ref.Of(ref.Project, b.Project)); err != nil {
			return err
		}
		filled, err := filledOf(tx, programme, b.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(filled, func(f Filled) bool { return f.Contribution == in.Contribution }) {
			return missing()
		}
		return r.said.Type(tx.Within(ctx), plug.Key(ctx), ref.Of("contribution", in.Contribution), in.Version, in.Words, in.Strands)
	})
	return out, err
}

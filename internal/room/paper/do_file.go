package paper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"plait/internal/kit/child"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/photo"
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
	// Missing is cards that are in no photo, of tables that are in one: their photos are kept
	// until a person places them, or throws the photos away since they were not used.
	Missing int `json:"missing"`
}

// File makes a contribution of each card and box of a lot. A card that is in the thread
// already is not stored again, whoever sent it. The photos are dropped, but those with
// something loose on them and those of tables that cards are missing of. Called again, it goes on with what a stop left.
func (r *Room) File(ctx context.Context, in FileIn) (out FileOut, err error) {
	l, batches, err := r.beginFiling(ctx, in.Lot)
	if err != nil {
		return out, err
	}
	if out, err = r.fileAll(ctx, l, batches); err != nil {
		return out, errors.Join(err, r.reopen(ctx, l.ID, err))
	}
	return out, nil
}

// fileAll files the cards and boxes of a lot that beginFiling has claimed.
func (r *Room) fileAll(ctx context.Context, l Lot, batches map[string]Batch) (out FileOut, err error) {
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

// beginFiling claims a lot, and opens the batch that what is filed belongs to. A lot that is
// being filed already is claimed too: what was filed is left as it is.
func (r *Room) beginFiling(ctx context.Context, lot string) (l Lot, batches map[string]Batch, err error) {
	id := r.ids.New()
	batches = map[string]Batch{}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		if l, err = r.claim(ctx, tx, lot); err != nil {
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
			b, _, err := batchByID(tx, programme, c.Batch)
			if err != nil {
				return err
			}
			if !siteThere(tx, programme, l.Project, b.Site) {
				b.Site = "" // nobody can change what is printed: its cards come without
			}
			batches[c.Batch], name = b, b.Name
		}
		if l.Kind == Flip && !siteThere(tx, programme, l.Project, l.Said.Site) {
			return fault.Fielded("site", "paper.stop_site")
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

// siteThere says whether a site is still of a project; "" is.
func siteThere(tx *db.Tx, programme, project, site string) bool {
	if site == "" {
		return true
	}
	rec, err := ref.Must(tx, programme, ref.Of(ref.Site, site))
	return err == nil && rec.Project == project
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
		if errors.Is(err, child.ErrSlow) || errors.Is(err, child.ErrFailed) {
			return fault.New(fault.Invalid, "paper.photo_unsafe").Because(err)
		}
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

// claim says that a lot is being filed. Where the process that files it is stopped, a job goes on.
func (r *Room) claim(ctx context.Context, tx *db.Tx, lot string) (l Lot, err error) {
	if l, err = lotFor(ctx, tx, "paper.file", lot); err != nil || l.State == Filing {
		return l, err
	}
	if err := l.free(); err != nil {
		return l, err
	}
	a := who.From(ctx)
	if err := setLot(tx, a.Programme, l.ID, Filing); err != nil {
		return l, err
	}
	return l, r.jobs.Add(tx, fileJob, filer(a, l.ID), job.At(r.clock.Now()+goOn.Microseconds()))
}

// goOn is how long a stopped filing waits for the job that goes on with it.
const goOn = 15 * time.Minute

// filer names who began to file a lot.
func filer(a who.Actor, lot string) map[string]string {
	return map[string]string{"programme": a.Programme, "kind": string(a.Kind), "actor": a.ID, "lot": lot}
}

// fileOne makes one contribution. Whether the card is there already is asked in the
// transaction that stores it: two phones at once store it once.
func (r *Room) fileOne(ctx context.Context, l Lot, c Cut, batches map[string]Batch) error {
	programme, at := who.From(ctx).Programme, r.clock.Now()
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
		now, ok, err := lotByID(tx, programme, l.ID)
		if err != nil || !ok || now.State != Filing {
			return err // taken back, or given back to people
		}
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
			given, err := r.said.Give(ctx, tx, card, upload, l.batch)
			if err != nil {
				return err
			}
			fresh.Contribution = given.ID
			if c.Batch != "" {
				if err := insertCard(tx, programme, c.card(), given.ID, l.ID, at); err != nil {
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
		l, ok, err := lotByID(tx, programme, lot)
		if err != nil || !ok {
			return err
		}
		cuts, err := cutsOf(tx, programme, lot)
		if err != nil {
			return err
		}
		out = FileOut{}
		held, err := r.photosToKeep(tx, l, cuts, &out)
		if err != nil {
			return err
		}
		for _, c := range cuts {
			switch {
			case c.State == Filed:
				out.Filed++
			case c.State == Here:
				out.Here++
			case c.State == Waits && c.Kind == AsLoose:
				out.Loose++
			}
			if l.State != Filing {
				continue // it was filed or taken back meanwhile: only counted
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
		if l.State != Filing {
			return nil
		}
		photos, err := photosOf(tx, programme, lot)
		if err != nil {
			return err
		}
		state := Done
		for _, p := range photos {
			if p.State != Read {
				continue
			}
			if held[p.ID] {
				state = Open
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
		if err := setLot(tx, programme, lot, state); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "paper.file", ref.Of("paper", lot), l.Version+1, out)
	})
	return out, err
}

// photosToKeep finds the photos that may show what is not filed: something loose, or a card of a
// table that cards are missing of. While any is missing, a photo in which nothing was found
// may show it too.
func (r *Room) photosToKeep(tx *db.Tx, l Lot, cuts []Cut, out *FileOut) (map[string]bool, error) {
	programme := who.From(tx.Context()).Programme
	held := map[string]bool{}
	_, missing, err := r.missingOf(tx, programme, cuts)
	if err != nil || l.Kind != Cards {
		return held, err
	}
	short, known := map[cardKey]bool{}, map[string]bool{}
	for id, gaps := range missing {
		for _, g := range gaps {
			short[cardKey{id, g.Table, 0}] = true
			out.Missing += len(g.Numbers)
		}
	}
	for _, c := range cuts {
		known[c.Photo] = known[c.Photo] || c.Batch != ""
		if c.Kind == AsLoose && c.State == Waits || short[cardKey{c.Batch, c.Table, 0}] {
			held[c.Photo] = true
		}
	}
	if out.Missing == 0 {
		return held, nil
	}
	photos, err := photosOf(tx, programme, l.ID)
	for _, p := range photos {
		if !known[p.ID] {
			held[p.ID] = true
		}
	}
	return held, err
}

// fileLater has a job file a lot; the page tells how far it is.
func (r *Room) fileLater(ctx context.Context, in FileIn) (out FileOut, err error) {
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		a := who.From(ctx)
		l, err := lotFor(ctx, tx, "paper.file", in.Lot)
		if err != nil || l.State == Done || l.State == Filing {
			return err
		}
		if err := l.free(); err != nil {
			return err
		}
		if err := setLot(tx, a.Programme, l.ID, Filing); err != nil {
			return err
		}
		return r.jobs.Add(tx, fileJob, filer(a, l.ID))
	})
	return out, err
}

// mostTries is how often a job tries to file a lot before it waits for a person.
const mostTries = 5

// fileOn files in the name of whoever began it, whose rights are asked again. Only what may
// pass by itself is tried again; of anything else the page tells, and a person decides.
func (r *Room) fileOn(ctx context.Context, j job.Job) error {
	ctx = began(ctx, j)
	id := j.Args["lot"]
	var l Lot
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) { l, _, err = lotByID(tx, j.Args["programme"], id); return err })
	if err != nil || l.State != Filing {
		return err
	}
	l, batches, err := r.beginFiling(ctx, id)
	if err == nil {
		_, err = r.fileAll(ctx, l, batches)
	}
	if err == nil {
		return nil
	}
	switch fault.Of(err).Kind {
	case fault.Busy, fault.Broken, fault.Limited:
		if j.Try < mostTries {
			return err
		}
		return errors.Join(err, r.reopen(ctx, id, err)) // the run after this one finds nothing to do
	}
	return r.reopen(ctx, id, err)
}

// reopen gives a lot that could not be filed back to people, and says why.
func (r *Room) reopen(ctx context.Context, lot string, why error) error {
	programme := who.From(ctx).Programme
	return r.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return stopFiling(tx, programme, lot, reason(why)) })
}

// reason is the message key of what stopped filing.
func reason(err error) string {
	ft := fault.Of(err)
	switch {
	case ft.Kind == fault.Forbidden, ft.Kind == fault.Missing:
		return "paper.stop_who"
	case slices.ContainsFunc(ft.Fields, func(f fault.Field) bool { return f.Name == "site" }):
		return "paper.stop_site"
	case ft.Say == "paper.still_reading", ft.Say == "paper.photo_unsafe", photo.Refusal(ft.Say) != nil:
		return ft.Say
	}
	return "paper.stop_other"
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
		_, filled, err := batchFor(ctx, tx, "paper.file", in.Batch)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(filled, func(f Filled) bool { return f.Contribution == in.Contribution }) {
			return missing()
		}
		return r.said.Type(tx.Within(ctx), ref.Of("contribution", in.Contribution), in.Version, in.Words, in.Strands)
	})
	return out, err
}

package paper

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// PlaceIn says which card something in a photo is: what could not be read, or a box.
type PlaceIn struct {
	Lot    string `json:"lot"`
	Photo  string `json:"photo"`
	Cut    string `json:"cut" doc:"The loose thing that it is; empty = a card that nobody saw."`
	Batch  string `json:"batch"`
	Table  int    `json:"table"`
	Number int    `json:"number"`
	Box    string `json:"box" doc:"Left, top, width and height in per cent of the photo: 10 20 30 25"`
}

// PlaceOut names the new cut.
type PlaceOut struct {
	Cut string `json:"cut"`
}

// Place says which card something in a photo is.
func (r *Room) Place(ctx context.Context, in PlaceIn) (out PlaceOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		l, p, err := r.photoIn(ctx, tx, in.Lot, in.Photo)
		if err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		b, ok, err := batchByID(tx, programme, in.Batch)
		if err != nil {
			return err
		}
		box, _, good := parseBox(in.Box)
		var c fault.Check
		c.Need(ok && b.Project == l.Project, "batch", "house.bad_choice")
		c.Need(good, "box", "paper.bad_box")
		if err := c.Err(); err != nil {
			return err
		}
		at, ok := b.Card(in.Table, in.Number)
		c.Need(in.Table >= 1 && in.Table <= b.Tables, "table", "paper.from_to", "From", 1, "To", b.Tables)
		c.Need(ok || in.Table < 1 || in.Table > b.Tables, "number", "paper.from_to", "From", 1, "To", b.PerTable())
		if err := c.Err(); err != nil {
			return err
		}
		x := Cut{ID: id, Photo: p.ID, Kind: AsBox, State: Waits, Batch: b.ID, Table: at.Table, Round: at.Round, Number: at.Number, Box: box, lot: l.ID, n: maxCuts}
		x.Colour = b.Code(at).Colour
		if _, here, err := cardIn(tx, programme, x.card()); err != nil {
			return err
		} else if here {
			return fault.New(fault.Conflict, "paper.card_here", "Table", in.Table, "Number", in.Number).With("paper.card_here_do")
		}
		if in.Cut != "" {
			loose, ok, err := cutByID(tx, programme, in.Cut)
			if err != nil {
				return err
			}
			if !ok || loose.lot != l.ID || loose.Kind != AsLoose {
				return missing()
			}
			loose.State = Placed
			if err := setCut(tx, programme, loose); err != nil {
				return err
			}
		}
		if err := insertCut(tx, programme, x); err != nil {
			return err
		}
		if err := setLot(tx, programme, l.ID, Open); err != nil {
			return err
		}
		out = PlaceOut{id}
		if err := r.choose(tx, programme, l.ID); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "paper.place", ref.Of("paper", l.ID), l.Version+1, out)
	})
	return out, err
}

// photoIn reads a photo that is kept, of a lot that may change.
func (r *Room) photoIn(ctx context.Context, tx *db.Tx, lot, photo string) (l Lot, p Photo, err error) {
	programme := who.From(ctx).Programme
	if l, err = lotFor(ctx, tx, "paper.photo", lot); err != nil {
		return l, p, err
	}
	if l, err = r.openLot(tx, programme, lot, l.Project); err != nil {
		return l, p, err
	}
	p, ok, err := photoByID(tx, programme, photo)
	if err == nil && (!ok || p.lot != l.ID || p.State != Read) {
		err = missing()
	}
	return l, p, err
}

// parseBox reads "10 20 30 25 words": left, top, width and height in per cent, and what
// the box says.
func parseBox(s string) (b Box, words string, ok bool) {
	f := strings.SplitN(strings.TrimSpace(s), " ", 5)
	if len(f) < 4 {
		return b, "", false
	}
	var n [4]float64
	for i := range n {
		v, err := strconv.ParseFloat(strings.TrimSuffix(f[i], "%"), 64)
		if err != nil || v < 0 || v > 100 { // neither NaN nor an infinity passes
			return b, "", false
		}
		n[i] = v / 100
	}
	if n[0] != n[0] || n[1] != n[1] || n[2] != n[2] || n[3] != n[3] {
		return b, "", false
	}
	b = Box{n[0], n[1], min(n[2], 1-n[0]), min(n[3], 1-n[1])}
	if len(f) == 5 {
		words = strings.TrimSpace(f[4])
	}
	return b, words, b.good()
}

// text is a box as parseBox reads it.
func (b Box) text() string {
	return fmt.Sprintf("%.2f %.2f %.2f %.2f", b.X*100, b.Y*100, b.W*100, b.H*100)
}

// BoxesIn is the boxes that a person drew on a photo, in place of those before.
type BoxesIn struct {
	Lot     string   `json:"lot"`
	Photo   string   `json:"photo"`
	Version int64    `json:"version"` // of the lot, as it was read
	Boxes   []string `json:"boxes" doc:"Left, top, width and height in per cent, then what it says: 10 20 30 25 More buses"`
	Said
}

// BoxesOut counts the boxes.
type BoxesOut struct {
	Boxes   int   `json:"boxes"`
	Version int64 `json:"version"`
}

// Boxes keeps the boxes on a photo until they are filed.
func (r *Room) Boxes(ctx context.Context, in BoxesIn) (out BoxesOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	ids := make([]string, len(in.Boxes))
	for i := range ids {
		ids[i] = r.ids.New()
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		l, p, err := r.photoIn(ctx, tx, in.Lot, in.Photo)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(len(in.Boxes) <= maxCuts, "boxes", "paper.many_boxes", "Most", maxCuts)
		if err := c.Err(); err != nil {
			return err
		}
		if err := in.Said.check(); err != nil {
			return err
		}
		if l.Version != in.Version {
			return fault.New(fault.Conflict, "paper.changed_meanwhile").With("paper.changed_meanwhile_do")
		}
		programme := who.From(ctx).Programme
		old, err := cutsOf(tx, programme, l.ID)
		if err != nil {
			return err
		}
		for _, c := range old {
			if c.Photo == p.ID && c.Kind == AsBox && c.Batch == "" && c.State == Waits && c.file != "" {
				if err := r.files.Drop(tx, programme, c.ID); err != nil {
					return err
				}
			}
		}
		if err := dropBoxes(tx, programme, p.ID); err != nil {
			return err
		}
		for i, s := range in.Boxes {
			b, words, ok := parseBox(s)
			c.Need(ok, "boxes", "paper.bad_box")
			c.Need(len(words) <= 20_000, "boxes", "house.too_long")
			if err := c.Err(); err != nil {
				return err
			}
			if err := insertCut(tx, programme, Cut{ID: ids[i], Photo: p.ID, Kind: AsBox, State: Waits, Box: b, Words: words, lot: l.ID, n: int64(i)}); err != nil {
				return err
			}
		}
		if err := saidOf(tx, programme, l.ID, in.Said); err != nil {
			return err
		}
		if err := setLot(tx, programme, l.ID, Open); err != nil {
			return err
		}
		out = BoxesOut{len(in.Boxes), l.Version + 1}
		return trail.Put(ctx, tx, entry, now, "paper.boxes", ref.Of("paper", l.ID), l.Version+1, out)
	})
	return out, err
}

package paper

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// absent is what is said of a record that is not there: to a stranger what who.Must says,
// to everyone else that it is missing.
func absent(ctx context.Context, tx *db.Tx, permission string, at ref.Ref) error {
	if err := who.Must(ctx, tx, permission, at); err != nil {
		return err
	}
	return missing()
}

func missing() error { return fault.New(fault.Missing, "house.missing") }

// PrintIn is cards to be printed.
type PrintIn struct {
	Project string   `json:"project"`
	Name    string   `json:"name"`
	Asked   []string `json:"asked" doc:"The question on the cards: one, or one for each round."`
	Tables  int      `json:"tables"`
	Rounds  int      `json:"rounds" doc:"0 = 1"`
	Each    int      `json:"each" doc:"Cards of each colour for a table in a round."`
	Size    string   `json:"size" doc:"Cards on a sheet of A4: sheet, 2, 4, 6 or 8; empty = 6."`
	Colours []string `json:"colours" doc:"yellow, yellow=lived (a strand), yellow=What worries us (a word)."`
	Site    string   `json:"site"`
	On      string   `json:"on" form:"day"`
	Source  string   `json:"source"`
}

// batch is what is asked for, with what may be left out filled in.
func (in PrintIn) batch() Batch {
	b := Batch{Project: in.Project, Name: strings.TrimSpace(in.Name), Tables: in.Tables, Rounds: max(in.Rounds, 1), Each: in.Each, Size: in.Size,
		Site: in.Site, On: in.On, Source: strings.TrimSpace(in.Source)}
	for _, q := range in.Asked {
		if q = strings.Join(strings.Fields(q), " "); q != "" {
			b.Asked = append(b.Asked, q)
		}
	}
	if len(b.Asked) == 0 {
		b.Asked = []string{""}
	}
	if b.Size == "" {
		b.Size = "6"
	}
	for _, c := range in.Colours {
		if strings.TrimSpace(c) != "" {
			b.Colours = append(b.Colours, meaning(c))
		}
	}
	if len(b.Colours) == 0 {
		b.Colours = []Meaning{{Colour: "white"}}
	}
	return b
}

// PrintOut names the batch.
type PrintOut struct {
	Batch  string `json:"batch"`
	Number int    `json:"number"` // in the corners of its cards
	Cards  int    `json:"cards"`
}

// Print makes a batch of cards; the page /paper/PROJECT/batch/BATCH/print shows them.
func (r *Room) Print(ctx context.Context, in PrintIn) (out PrintOut, err error) {
	b := in.batch()
	b.ID, b.At = r.ids.New(), r.clock.Now()
	entry := r.ids.New()
	raw := r.ids.Bytes(3)
	b.Number = int(raw[0])<<16 | int(raw[1])<<8 | int(raw[2])
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		at := ref.Of(ref.Project, in.Project)
		if err := who.Must(ctx, tx, "paper.print", at); err != nil {
			return err
		}
		if err := b.Check(); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if b.Site != "" {
			site, err := ref.Must(tx, programme, ref.Of(ref.Site, b.Site))
			if err != nil || site.Project != in.Project {
				return fault.Fielded("site", "house.bad_choice")
			}
		}
		for { // no two batches of a programme have one number
			_, taken, err := batchByNumber(tx, programme, b.Number)
			if err != nil {
				return err
			}
			if !taken {
				break
			}
			b.Number = (b.Number + 1) & (1<<24 - 1)
		}
		if err := insertBatch(tx, programme, who.From(ctx).Key(), b); err != nil {
			return err
		}
		out = PrintOut{b.ID, b.Number, b.Count()}
		return trail.Put(ctx, tx, entry, b.At, "paper.print", ref.Of("paper", b.ID), 1, b)
	})
	return out, err
}

// ListIn asks for a project's batches, up to listed of them.
type ListIn struct {
	Project string `json:"project"`
	After   string `json:"after" doc:"Next of the answer before; empty = from the newest on."`
}

// listed is how many batches one answer of List holds.
const listed = 50

// ListOut is a project's batches and photos that wait, the newest first.
type ListOut struct {
	Batches []Counted `json:"batches"`
	Lots    []Lot     `json:"lots"` // up to 50
	Next    string    `json:"next"` // asks for the batches after these; "" = there are none
}

// Counted is a batch and how many of its cards are in the thread.
type Counted struct {
	Batch
	Cards int   `json:"cards"`
	Filed int64 `json:"filed"`
}

// List gives a project's batches.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "paper.see", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		batches, next, err := batchesOf(tx, programme, in.Project, in.After, listed)
		if err != nil {
			return err
		}
		ids := make([]string, len(batches))
		for i, b := range batches {
			ids[i] = b.ID
		}
		filed, err := countFiled(tx, programme, ids)
		if err != nil {
			return err
		}
		out.Next, out.Batches = next, make([]Counted, len(batches))
		for i, b := range batches {
			out.Batches[i] = Counted{Batch: b, Cards: b.Count(), Filed: filed[b.ID]}
		}
		out.Lots, err = lotsOf(tx, programme, in.Project)
		return err
	})
	return out, err
}

// SeeIn asks for one batch.
type SeeIn struct {
	Batch string `json:"batch"`
}

// SeeOut is a batch, and which of its cards are in the thread.
type SeeOut struct {
	Counted
	Filled []Filled `json:"filled"` // table by table, card by card
	// Missing is the cards of tables that some are in the thread of. A table without any has
	// perhaps not been used.
	Missing []Gap `json:"missing"`
}

// Filled is one card that is in the thread.
type Filled struct {
	Table        int    `json:"table"`
	Number       int    `json:"number"`
	Contribution string `json:"contribution"`
	Lot          string `json:"lot"`
}

// Gap is the cards of a table that are in no photo yet.
type Gap struct {
	Table   int   `json:"table"`
	Numbers []int `json:"numbers"`
}

// See gives one batch.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		b, filled, err := batchFor(ctx, tx, "paper.see", in.Batch)
		if err != nil {
			return err
		}
		out = SeeOut{Counted: Counted{b, b.Count(), int64(len(filled))}, Filled: filled, Missing: gaps(b, filled, true)}
		return nil
	})
	return out, err
}

// batchFor reads a batch and which of its cards are in the thread, and asks whether the actor may.
func batchFor(ctx context.Context, tx *db.Tx, permission, id string) (b Batch, filled []Filled, err error) {
	programme := who.From(ctx).Programme
	b, ok, err := batchByID(tx, programme, id)
	if err != nil {
		return b, nil, err
	}
	if !ok {
		return b, nil, absent(ctx, tx, permission, ref.Of("batch", id))
	}
	if err := who.Must(ctx, tx, permission, ref.Of(ref.Project, b.Project)); err != nil {
		return b, nil, err
	}
	filled, err = filledOf(tx, programme, id)
	return b, filled, err
}

// gaps is the cards that are not among filled, of tables that have some; of all tables when
// begun is false.
func gaps(b Batch, filled []Filled, begun bool) []Gap {
	has := map[int][]int{}
	for _, f := range filled {
		has[f.Table] = append(has[f.Table], f.Number)
	}
	out := []Gap{}
	for t := 1; t <= b.Tables; t++ {
		if begun && len(has[t]) == 0 {
			continue
		}
		g := Gap{Table: t}
		for n := 1; n <= b.PerTable(); n++ {
			if !slices.Contains(has[t], n) {
				g.Numbers = append(g.Numbers, n)
			}
		}
		if len(g.Numbers) > 0 {
			out = append(out, g)
		}
	}
	return out
}

package keeper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"plait/internal/kit/archive"
	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Cards is the room that knows of printed cards, whose codes hold for one installation's
// key alone.
type Cards interface {
	// Reprint ends the cards of a programme whose codes open nothing here, and counts them.
	Reprint(tx *db.Tx, programme string) (int64, error)
}

// SetCards tells the room of the cards. Only the wiring calls it, once.
func (r *Room) SetCards(c Cards) { r.cards = c }

const (
	// importRows and importBytes are how much one transaction of an import stores.
	importRows  = 2000
	importBytes = 4 << 20
)

// Imported is what an import brought in.
type Imported struct {
	Programme string   `json:"programme"`
	Title     string   `json:"title"`
	Made      string   `json:"made"`    // when the archive was made
	Version   string   `json:"version"` // of the program that made it
	Tables    int64    `json:"tables"`
	Rows      int64    `json:"rows"`
	Files     int64    `json:"files"`
	Bytes     int64    `json:"bytes"`    // of all tables, texts and files, unpacked
	Reprint   int64    `json:"reprint"`  // cards that have to be printed again: made with another key
	Resumed   bool     `json:"resumed"`  // it went on where another was cut off
	Checked   bool     `json:"checked"`  // rows, sums, files, trail and counts are those of the archive
	Broken    []string `json:"broken"`   // what does not hold, as it did not hold where the archive was made
	LeftOut   []string `json:"left_out"` // what could not come along, each in a sentence
}

// Steps of an import, for whoever waits.
const (
	stepCheck  = "Checking every byte of the archive"
	stepRows   = "Bringing in rows"
	stepFiles  = "Bringing in files"
	stepProve  = "Proving that all of it is here"
	stepSearch = "Making the search anew"
)

// incoming is one import on its way.
type incoming struct {
	r       *Room
	in      *archive.Reader
	m       archive.Manifest
	tables  []carried
	held    map[string][][]any // rows that are stored in the last step
	fresh   bool               // nothing of it can be here yet
	told    func(step string, done, total int64)
	resumed bool
	reprint int64 // cards to be printed again
}

// Import brings an archive into an installation without a programme. It reads and checks
// all of the archive before it stores anything. Nobody can see the programme, and nobody
// can sign in to it, before all of it is here and proven: the rows by which it is seen
// come in the last transaction. One that was cut off goes on when it is called again
// with the same archive; with another it begins anew.
func (r *Room) Import(ctx context.Context, from io.ReaderAt, size int64, told func(step string, done, total int64)) (out Imported, err error) {
	free, err := r.alone(ctx, "keeper.import_serving")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, free()) }()
	in, err := archive.Open(from, size, archive.Usual())
	if err != nil {
		return out, err
	}
	m := in.Manifest()
	x := &incoming{r: r, in: in, m: m, held: map[string][][]any{}, told: told}
	if err := x.may(ctx); err != nil {
		return out, err
	}
	all := make([]db.Table, len(x.tables))
	for i, t := range x.tables {
		all[i] = t.Table
	}
	if err := in.Check(ctx, all, func(done int64) { told(stepCheck, done, m.Bytes()) }); err != nil {
		return out, err
	}
	if err := x.begin(ctx); err != nil {
		return out, err
	}
	for _, step := range []func(context.Context) error{x.rows, x.files, x.prove, x.search, x.open} {
		if err := step(ctx); err != nil {
			return out, x.undo(ctx, err)
		}
	}
	out = Imported{Programme: m.Programme, Title: m.Title, Made: m.Made, Version: m.Version, Tables: int64(len(m.Tables)), Rows: m.Rows(),
		Files: int64(len(m.Files)), Bytes: m.Bytes(), Resumed: x.resumed, LeftOut: leftOut()}
	out.Reprint = x.reprint
	a := who.From(ctx)
	a.Programme = m.Programme
	check, err := r.check(who.As(ctx, a), true, func(step string, done, total int64) { told(stepProve, done, total) })
	out.Broken, out.Checked = check.Broken, err == nil && len(check.Broken) == 0
	return out, err
}

// undo takes away what was stored, where going on cannot help. What was cut off, or came
// upon a database that was busy, stays for the next call.
func (x *incoming) undo(ctx context.Context, why error) error {
	if ctx.Err() != nil || fault.Is(why, fault.Busy) {
		return why
	}
	return errors.Join(why, x.r.clear(ctx, x.m.Programme))
}

// leftOut says what does not come along in any archive.
func leftOut() []string {
	return []string{
		"Nobody is signed in. People with a role sign in with a new link.",
		"Files that were still being sent did not come. They have to be sent again.",
		"Work that was waiting to be done did not come: an import or letters under way have to be taken up again.",
		"Other archives and backups stayed where they were made.",
	}
}

func other(why error) error {
	return fault.New(fault.Invalid, "archive.other").With("archive.other_do").Because(why)
}

// may says whether this archive can be brought in here.
func (x *incoming) may(ctx context.Context) error {
	return x.r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.import", who.House()); err != nil {
			return err
		}
		last, err := db.Last(tx)
		if err != nil {
			return err
		}
		if x.m.Migration > last {
			return archive.Future(x.m)
		}
		there, err := ref.Programmes(tx)
		if err != nil {
			return err
		}
		if len(there) > 0 {
			return fault.New(fault.Conflict, "keeper.import_not_empty").With("keeper.import_not_empty_do")
		}
		if x.tables, err = x.r.carries(tx); err != nil {
			return err
		}
		for _, n := range x.m.Tables {
			i := slices.IndexFunc(x.tables, func(t carried) bool { return t.Name == n.Name })
			if i < 0 {
				return other(fmt.Errorf("keeper: no table %s comes in an archive", n.Name))
			}
			if err := x.in.Fits(x.tables[i].Table); err != nil {
				return err
			}
		}
		return nil
	})
}

// begin notes the import. What another archive left, that was cut off, goes first.
func (x *incoming) begin(ctx context.Context) error {
	text, err := json.Marshal(x.m)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	hash := hex.EncodeToString(sum[:])
	var under []begun
	if err := x.r.db.Read(ctx, func(tx *db.Tx) (err error) { under, err = imports(tx); return err }); err != nil {
		return err
	}
	for _, b := range under {
		if b.hash == hash {
			x.resumed = true
			continue
		}
		if err := x.r.clear(ctx, b.programme); err != nil {
			return err
		}
	}
	if x.resumed {
		return nil
	}
	x.fresh = true
	return x.r.db.Write(ctx, func(tx *db.Tx) error {
		return beginImport(tx, begun{x.m.Programme, hash}, x.r.clock.Now())
	})
}

// arriving refuses an installation in which half an import stands, and nothing else.
func arriving(tx *db.Tx) error {
	under, err := imports(tx)
	if err != nil || len(under) == 0 {
		return err
	}
	there, err := ref.Programmes(tx)
	if err == nil && len(there) == 0 {
		err = fault.New(fault.Conflict, "keeper.import_half").With("keeper.import_half_do")
	}
	return err
}

// MayImport says in plain words why nothing may be brought in here now. Half an import is
// no reason: it goes on.
func (r *Room) MayImport(ctx context.Context) error {
	err := r.MayServe(ctx)
	if err != nil && fault.Of(err).Say == "keeper.import_half" {
		return nil
	}
	return err
}

// clear takes away what an import that was cut off had stored.
func (r *Room) clear(ctx context.Context, programme string) error {
	var tables []db.Table
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { tables, err = db.Tables(tx); return err }); err != nil {
		return err
	}
	for _, t := range slices.Backward(tables) {
		if t.At("programme") < 0 || t.Name == "keeper_import" {
			continue
		}
		if err := r.db.Write(ctx, func(tx *db.Tx) error { _, err := t.Drop(tx, ofProgramme(programme)); return err }); err != nil {
			return err
		}
	}
	return r.db.Write(ctx, func(tx *db.Tx) error { return endImport(tx, programme) })
}

// rows stores every table but those by which the programme is seen.
func (x *incoming) rows(ctx context.Context) error {
	done := int64(0)
	for _, t := range x.tables {
		if t.last {
			continue
		}
		if len(t.Key) == 0 && !x.fresh { // its rows may be there twice: those of a first try go
			if err := x.r.db.Write(ctx, func(tx *db.Tx) error { _, err := t.Drop(tx, t.where(x.m.Programme)); return err }); err != nil {
				return err
			}
		}
		batch, bytes := [][]any{}, 0
		flush := func() error {
			if len(batch) == 0 {
				return nil
			}
			if err := x.put(ctx, t, batch); err != nil {
				return stored(err)
			}
			done += int64(len(batch))
			x.told(stepRows, done, x.m.Rows())
			batch, bytes = batch[:0], 0
			return ctx.Err()
		}
		if err := x.in.Rows(t.Table, func(row []any) error {
			if err := x.own(t, row); err != nil {
				return err
			}
			if t.Name == "ref_record" && row[t.At("id")] == any(x.m.Programme) {
				x.held[t.Name] = append(x.held[t.Name], row) // by which the programme is seen
				return nil
			}
			batch = append(batch, row)
			bytes += rowWeight(row)
			if len(batch) < importRows && bytes < importBytes {
				return nil
			}
			return flush()
		}); err != nil {
			return err
		}
		if err := flush(); err != nil {
			return err
		}
	}
	return nil
}

// stored says in words why rows could not be stored.
func stored(err error) error {
	if db.IsUnique(err) || db.IsOrphan(err) {
		return other(err)
	}
	return err
}

// own refuses a row of another programme: nothing may come in under a name that is not the archive's.
func (x *incoming) own(t carried, row []any) error {
	if i := t.At("programme"); i >= 0 && row[i] != any(x.m.Programme) {
		return other(fmt.Errorf("keeper: a row of %s is of another programme", t.Name))
	}
	return nil
}

// put stores rows. Those that need the programme's own record to be there, which comes
// last, are found by halves and held back with it.
func (x *incoming) put(ctx context.Context, t carried, rows [][]any) error {
	err := x.r.db.Write(ctx, func(tx *db.Tx) error { return t.Put(tx, rows, x.fresh) })
	if !db.IsOrphan(err) {
		return err
	}
	if len(rows) == 1 {
		x.held[t.Name] = append(x.held[t.Name], rows[0])
		return nil
	}
	half := len(rows) / 2
	if err := x.put(ctx, t, rows[:half]); err != nil {
		return err
	}
	return x.put(ctx, t, rows[half:])
}

func rowWeight(row []any) int {
	n := 0
	for _, v := range row {
		switch v := v.(type) {
		case string:
			n += len(v)
		case []byte:
			n += len(v)
		}
	}
	return n + 8*len(row)
}

// files stores the files, sealed with this installation's key.
func (x *incoming) files(ctx context.Context) error {
	for i, f := range x.m.Files {
		in, err := x.in.Open(f)
		if err != nil {
			return err
		}
		err = x.r.files.Bring(ctx, x.m.Programme, blob.Info{ID: f.ID, Record: f.Record, Name: f.Name, Media: f.Media, Size: f.Size, At: f.At}, in)
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
		x.told(stepFiles, int64(i+1), int64(len(x.m.Files)))
	}
	return nil
}

// prove reads everything that was stored and compares it with the manifest.
func (x *incoming) prove(ctx context.Context) error {
	for i, t := range x.tables {
		if t.last {
			continue
		}
		if err := x.r.db.Read(ctx, func(tx *db.Tx) error { return x.proveTable(tx, t, x.held[t.Name]) }); err != nil {
			return err
		}
		x.told(stepProve, int64(i+1), int64(len(x.tables)))
	}
	for _, f := range x.m.Files {
		in, _, err := x.r.files.Open(ctx, x.m.Programme, f.ID)
		if err != nil {
			return err
		}
		h := sha256.New()
		_, err = io.Copy(h, in)
		if err = errors.Join(err, in.Close()); err != nil {
			return err
		}
		if hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
			return notProven("files")
		}
	}
	return nil
}

// proveTable compares the rows of a table, and those that are held back, with the manifest.
func (x *incoming) proveTable(tx *db.Tx, t carried, held [][]any) error {
	n, ok := x.m.Table(t.Name)
	if !ok {
		n = archive.Note{Name: t.Name, Sum: db.Sum{}.String()}
	}
	part := n.Part(t.Table)
	part.Key = nil // their order does not count
	count, sum := int64(0), db.Sum{}
	add := func(row []any) error { count++; sum.Add(part, row); return nil }
	if len(part.Columns) > 0 {
		if err := part.Rows(tx, t.where(x.m.Programme), add); err != nil {
			return err
		}
	}
	for _, row := range held {
		some := make([]any, len(part.Columns))
		for i, c := range part.Columns {
			some[i] = row[t.At(c.Name)]
		}
		if err := add(some); err != nil {
			return err
		}
	}
	if count != n.Rows || sum.String() != n.Sum {
		return notProven(t.Name)
	}
	return nil
}

func notProven(part string) error {
	return fault.New(fault.Broken, "keeper.import_unproven", "Part", part).With("keeper.import_unproven_do")
}

// search makes the search anew before anybody can ask it.
func (x *incoming) search(ctx context.Context) error {
	return x.r.Reindex(ctx, x.m.Programme, func(done int64) { x.told(stepSearch, done, 0) })
}

// open is the last step, in one transaction: the programme's own record, who has a role,
// how they sign in, the cards, and what the jobs go by. From then on it is seen, whole.
func (x *incoming) open(ctx context.Context) error {
	entry, now := x.r.ids.New(), x.r.clock.Now()
	return x.r.db.Write(ctx, func(tx *db.Tx) error {
		for _, t := range x.tables {
			if err := x.last(tx, t); err != nil {
				return stored(err)
			}
		}
		for _, t := range x.tables {
			if t.last {
				if err := x.proveTable(tx, t, nil); err != nil {
					return err
				}
			}
		}
		if err := arrivedArchives(tx, x.m.Programme); err != nil {
			return err
		}
		x.reprint = 0
		if x.m.KeyMark != x.r.archiveKey(x.m.Programme) && x.r.cards != nil {
			var err error
			if x.reprint, err = x.r.cards.Reprint(tx, x.m.Programme); err != nil {
				return err
			}
		}
		if err := endImport(tx, x.m.Programme); err != nil {
			return err
		}
		a := who.From(ctx)
		a.Programme = x.m.Programme
		return trail.Put(who.As(tx.Context(), a), tx, entry, now, "keeper.import", ref.Of(ref.Programme, x.m.Programme), 0,
			arrival{x.m.Made, x.m.Rows(), int64(len(x.m.Files)), x.reprint})
	})
}

// last stores, in the last transaction, what of a table was held back, or all of it.
func (x *incoming) last(tx *db.Tx, t carried) error {
	if !t.last {
		return t.Put(tx, x.held[t.Name], false)
	}
	if len(t.Key) == 0 { // its rows may be there twice: those of a first try go
		if _, err := t.Drop(tx, t.where(x.m.Programme)); err != nil {
			return err
		}
	}
	batch := [][]any{}
	if err := x.in.Rows(t.Table, func(row []any) error {
		if err := x.own(t, row); err != nil {
			return err
		}
		if batch = append(batch, row); len(batch) < importRows {
			return nil
		}
		err := t.Put(tx, batch, false)
		batch = batch[:0]
		return err
	}); err != nil {
		return err
	}
	return t.Put(tx, batch, false)
}

// arrival is what the trail keeps of an import.
type arrival struct {
	Made    string `json:"made"`
	Rows    int64  `json:"rows"`
	Files   int64  `json:"files"`
	Reprint int64  `json:"reprint"`
}

package keeper

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// Marks of a move beside markMoving, markMoved and markArriving: which move it is, and at
// the target, each table that is there whole with its rows and sum.
const (
	markMove  = "move"
	markTable = "table "
)

// MoveOut says what was moved.
type MoveOut struct {
	From    string  `json:"from"` // engine
	To      string  `json:"to"`   // where, without names and passwords
	Tables  int     `json:"tables"`
	Rows    int64   `json:"rows"`
	Seconds float64 `json:"seconds"`
	Rate    int64   `json:"rows_per_second"`
	Next    string  `json:"next"`
}

// place is an address as it may be shown: without user and password.
func placeOf(address string) string {
	if !strings.Contains(address, "://") {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "postgres"
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// move copies the whole installation to another database, of either engine, proves that
// the same is there, and closes this one. Cut off at any moment it can be begun again;
// until it has ended neither of the two can be served.
func (r *Room) move(ctx context.Context, to string, tell told) (out MoveOut, err error) {
	began := clock.Start()
	place := placeOf(to)
	out = MoveOut{From: string(r.db.Engine()), To: place}
	free, err := r.alone(ctx, "keeper.move_serving")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, free()) }()
	moved, err := r.claimMove(ctx, place)
	if err != nil {
		return out, err
	}
	target, err := r.install.OpenDB(ctx, to)
	if err != nil {
		return out, errors.Join(err, r.unclaimMove(ctx))
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if err := r.beginMove(ctx, target, place, moved); err != nil {
		return out, errors.Join(err, r.unclaimMove(ctx))
	}
	tables, sums, err := r.copyTables(ctx, target, tell)
	if err != nil {
		return out, err
	}
	if err := compare(ctx, target, tables, sums, "keeper.move_differs", tell); err != nil {
		return out, err
	}
	if err := r.findThere(ctx, target, tell); err != nil {
		return out, err
	}
	// What was written here since it was copied, by whatever does not ask, would be lost.
	if err := compare(ctx, r.db, tables, sums, "keeper.move_changed", tell); err != nil {
		return out, err
	}
	if err := r.endMove(ctx, target, place); err != nil {
		return out, err
	}
	for _, s := range sums {
		out.Rows += s.Rows
	}
	out.Tables, out.Seconds = len(sums), began.Took().Seconds()
	out.Rate = int64(float64(out.Rows) / max(out.Seconds, 0.001))
	return out, nil
}

// claimMove marks this installation as being moved, in one transaction that finds no other
// mark, and only then asks whether somebody serves it: whoever begins to serve looks at the
// marks again once it can be seen. moved says that only the last step of a move to the same
// place is missing.
func (r *Room) claimMove(ctx context.Context, place string) (moved bool, err error) {
	begun, now := false, r.clock.Now()
	if err := r.db.Write(ctx, func(tx *db.Tx) error {
		values := map[string]string{}
		for _, name := range []string{markRestoring, markArriving, markMoving, markMoved, markMove} {
			v, err := getMark(tx, name)
			if err != nil {
				return err
			}
			values[name] = v
		}
		for _, name := range []string{markRestoring, markArriving} {
			if v := values[name]; v != "" {
				return marked(name, v)
			}
		}
		for _, name := range []string{markMoving, markMoved} {
			if v := values[name]; v != "" && v != place {
				return marked(name, v)
			}
		}
		if moved, begun = values[markMoved] != "", values[markMove] != ""; moved {
			return nil
		}
		return setMark(tx, markMoving, place, now)
	}); err != nil {
		return moved, err
	}
	err = r.notServed(ctx, "keeper.move_serving")
	if err == nil && !moved && !begun {
		err = r.install.Drain(ctx)
	}
	if err != nil {
		err = errors.Join(err, r.unclaimMove(ctx))
	}
	return moved, err
}

// unclaimMove takes the mark back that claimMove set, unless copying has begun.
func (r *Room) unclaimMove(ctx context.Context) error {
	return r.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		id, err := getMark(tx, markMove)
		if err != nil || id != "" {
			return err
		}
		return setMark(tx, markMoving, "", 0)
	})
}

// beginMove marks both sides with the same move, or finds that they are marked already. A
// target that holds anything else is refused.
func (r *Room) beginMove(ctx context.Context, target *db.DB, place string, moved bool) error {
	id, there := "", ""
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { id, err = getMark(tx, markMove); return err }); err != nil {
		return err
	}
	if err := target.Read(ctx, func(tx *db.Tx) error {
		var err error
		if there, err = getMark(tx, markArriving); err != nil {
			return err
		}
		all, err := ref.Programmes(tx)
		if err == nil && (there != "" && there != id || there == "" && len(all) > 0) {
			err = fault.New(fault.Conflict, "keeper.move_not_empty", "Place", place).With("keeper.move_not_empty_do")
		}
		return err
	}); err != nil {
		return err
	}
	if there != "" {
		return nil
	}
	if moved {
		return fault.New(fault.Conflict, "keeper.mark_moved", "Value", place).With("keeper.mark_moved_do")
	}
	if id == "" {
		id = r.ids.New()
	}
	now := r.clock.Now()
	if err := r.db.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(setMark(tx, markMove, id, now), setMark(tx, markMoving, place, now))
	}); err != nil {
		return err
	}
	if _, err := clearTables(ctx, target); err != nil {
		return err
	}
	return target.Write(ctx, func(tx *db.Tx) error {
		if err := dropMarks(tx, func(string) bool { return false }); err != nil {
			return err
		}
		return setMark(tx, markArriving, id, now)
	})
}

// copyTables copies one table after another and notes each at the target once it is whole.
// It gives each table with the columns that both sides have, and what was read of it.
func (r *Room) copyTables(ctx context.Context, target *db.DB, tell told) (came []db.Table, sums []TableCount, err error) {
	var tables, there []db.Table
	noted := map[string]string{}
	total := int64(0)
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if tables, err = copied(tx); err != nil {
			return err
		}
		for _, t := range tables {
			n, err := t.Count(tx, db.Part{})
			if err != nil {
				return err
			}
			total += n
		}
		return nil
	}); err != nil {
		return nil, nil, err
	}
	if err := target.Read(ctx, func(tx *db.Tx) (err error) {
		if there, err = copied(tx); err != nil {
			return err
		}
		for _, t := range tables {
			if noted[t.Name], err = getMark(tx, markTable+t.Name); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return nil, nil, err
	}
	done := int64(0)
	for _, t := range tables {
		fit := fitTo(t, there)
		if len(fit.table.Columns) == 0 {
			continue // left by an older program, and used by nobody
		}
		came = append(came, fit.table)
		if rows, sum, ok := strings.Cut(noted[t.Name], " "); ok {
			n, err := strconv.ParseInt(rows, 10, 64)
			if err != nil {
				return nil, nil, err
			}
			sums = append(sums, TableCount{t.Name, n, sum})
			done += n
			continue
		}
		c, err := r.copyTable(ctx, target, fit.table, func(n int64) { tell("keeper.stage_move", done+n, total) })
		if err != nil {
			return nil, nil, err
		}
		done += c.Rows
		sums = append(sums, c)
		note := fmt.Sprintf("%d %s", c.Rows, c.Sum)
		if err := target.Write(ctx, func(tx *db.Tx) error { return setMark(tx, markTable+t.Name, note, r.clock.Now()) }); err != nil {
			return nil, nil, err
		}
	}
	return came, sums, nil
}

// copyTable copies one table. Rows that came before a move was cut off stay; a table
// without a key is emptied first, since its rows cannot be told apart.
func (r *Room) copyTable(ctx context.Context, target *db.DB, t db.Table, tell func(done int64)) (TableCount, error) {
	fresh := true
	if err := target.Append(ctx, func(tx *db.Tx) error {
		if len(t.Key) == 0 {
			_, err := t.Drop(tx, db.Part{})
			return err
		}
		n, err := t.Count(tx, db.Part{})
		fresh = n == 0
		return err
	}); err != nil {
		return TableCount{}, err
	}
	var b batch
	var sum db.Sum
	n := int64(0)
	flush := func() error {
		some := b.take()
		if len(some) == 0 {
			return nil
		}
		return target.Append(ctx, func(tx *db.Tx) error { return t.Put(tx, some, fresh) })
	}
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		sum, n = db.Sum{}, 0
		return t.Rows(tx, db.Part{}, func(row []any) error {
			sum.Add(t, row)
			if n++; n%10_000 == 0 {
				tell(n)
			}
			if b.add(row) {
				return flush()
			}
			return nil
		})
	})
	if err == nil {
		err = flush()
	}
	return TableCount{t.Name, n, sum.String()}, err
}

// compare reads every table of a database again and holds it to what was copied.
func compare(ctx context.Context, target *db.DB, tables []db.Table, sums []TableCount, differs string, tell told) error {
	return target.Read(ctx, func(tx *db.Tx) error {
		for i, want := range sums {
			t := tables[i]
			var sum db.Sum
			n := int64(0)
			if err := t.Rows(tx, db.Part{}, func(row []any) error { sum.Add(t, row); n++; return nil }); err != nil {
				return err
			}
			if got := (TableCount{t.Name, n, sum.String()}); got != want {
				return fault.New(fault.Broken, differs).With(differs + "_do").Because(
					fmt.Errorf("table %s: %d rows, %d were expected, or other values", t.Name, n, want.Rows))
			}
			tell("keeper.stage_compare", int64(i+1), int64(len(sums)))
		}
		return nil
	})
}

// findThere makes the search anew at the target.
func (r *Room) findThere(ctx context.Context, target *db.DB, tell told) error {
	rooms, err := r.install.Other(target)
	if err != nil {
		return err
	}
	there, ok := rooms["keeper"].(*Room)
	if !ok {
		return fmt.Errorf("keeper: the other house has a %T", rooms["keeper"])
	}
	if err := there.findAgain(who.As(ctx, who.Actor{Kind: who.Operator, Verb: "keeper.move"}), tell); err != nil {
		return err
	}
	return target.Optimize(ctx)
}

// endMove closes this side and opens the other, in that order: there is no moment at which
// both could serve.
func (r *Room) endMove(ctx context.Context, target *db.DB, place string) error {
	if err := r.notServed(ctx, "keeper.move_serving"); err != nil {
		return err
	}
	now := r.clock.Now()
	if err := r.db.Write(ctx, func(tx *db.Tx) error {
		moving, err := getMark(tx, markMoving)
		if err != nil {
			return err
		}
		moved, err := getMark(tx, markMoved)
		if err != nil {
			return err
		}
		if moving+moved != place { // taken back, or another's
			return fault.New(fault.Conflict, "keeper.held").With("keeper.held_do")
		}
		return errors.Join(setMark(tx, markMoving, "", now), setMark(tx, markMoved, place, now))
	}); err != nil {
		return err
	}
	return target.Write(ctx, func(tx *db.Tx) error { return dropMarks(tx, func(string) bool { return false }) })
}

// UndoOut says from where this installation is served again.
type UndoOut struct {
	Was string `json:"was"` // where it had been moved to
}

// undoMove lets this side be served again. What was written at the other side since is not
// brought back: whoever undoes a move makes sure that the other one is not served.
func (r *Room) undoMove(ctx context.Context) (out UndoOut, err error) {
	free, err := r.alone(ctx, "keeper.move_serving")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, free()) }()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		moving, err := getMark(tx, markMoving)
		if err != nil {
			return err
		}
		moved, err := getMark(tx, markMoved)
		if err != nil {
			return err
		}
		if out.Was = moving + moved; out.Was == "" {
			return fault.New(fault.Conflict, "keeper.move_nothing").With("keeper.move_nothing_do")
		}
		return dropMarks(tx, func(name string) bool { return name != markMoving && name != markMoved && name != markMove })
	})
	return out, err
}

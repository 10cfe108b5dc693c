package ref

import (
	"plait/internal/kit/db"
)

// Under is one count of the ties that lead to a record. tie_count keeps them, in rows that
// are added and summed at read where their end is later than now, so that what a finding
// rests on is told without reading its sources. Package tie adds to it where ties come and
// go; this package, where the records at their beginning change.
type Under struct {
	To     string // id of the record that stands on them
	Kind   string // of the records that they come from
	Stance string
	Strand string // of the records that they come from
	Until  int64  // end of use of those
	N      int64
}

// CountTies adds to the counts of ties.
func CountTies(tx *db.Tx, programme string, all ...Under) error {
	const most = 1000
	sums := map[Under]int64{}
	var order []Under
	for _, u := range all {
		n := u.N
		u.N = 0
		if _, ok := sums[u]; !ok {
			order = append(order, u)
		}
		sums[u] += n
	}
	var rows [][]any
	for _, u := range order {
		if n := sums[u]; n != 0 {
			rows = append(rows, []any{programme, u.To, u.Kind, u.Stance, u.Strand, u.Until, n})
		}
	}
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		rows = rows[len(part):]
		if err := tx.Do(db.Join(db.Q("insert into tie_count (programme, to_id, from_kind, stance, strand, until_at, n) values"), db.Values(part))); err != nil {
			return err
		}
	}
	return nil
}

// side is what is counted of the record that a tie comes from.
type side struct {
	strand string
	until  int64
}

// move counts the ties of records anew where their strand or their end has changed. A
// record that is not among now is going away, and its ties with it.
func move(tx *db.Tx, programme string, old, now []Record) error {
	by := map[string]Record{}
	for _, r := range now {
		by[r.ID] = r
	}
	type change struct {
		was, is side
		stays   bool
	}
	ids := map[change][]string{}
	var order []change
	for _, o := range old {
		n, stays := by[o.ID]
		c := change{side{o.Strand, o.Until}, side{n.Strand, n.Until}, stays}
		if stays && c.was == c.is {
			continue
		}
		if ids[c] == nil {
			order = append(order, c)
		}
		ids[c] = append(ids[c], o.ID)
	}
	for _, c := range order {
		from := db.Join(db.Q("from tie t where t.programme = ? and t.from_id in", programme), db.List(ids[c]), db.Q("group by t.programme, t.to_id, t.from_kind, t.stance"))
		if err := shift(tx, "-", c.was, from); err != nil {
			return err
		}
		if !c.stays {
			continue
		}
		if err := shift(tx, "", c.is, from); err != nil {
			return err
		}
	}
	return nil
}

// shift takes ties away from one side's counts ("-"), or adds them ("").
func shift(tx *db.Tx, sign string, s side, from db.Part) error {
	return tx.Do(db.Join(db.Q(`insert into tie_count (programme, to_id, from_kind, stance, strand, until_at, n)
		select t.programme, t.to_id, t.from_kind, t.stance, cast(? as text), cast(? as bigint), `+sign+`count(*)`, s.strand, s.until), from))
}

// moveUntil counts the ties of many records anew whose end is about to change. where is
// which, over ref_record.
func moveUntil(tx *db.Tx, where db.Part, until int64) error {
	const into = "insert into tie_count (programme, to_id, from_kind, stance, strand, until_at, n) select t.programme, t.to_id, t.from_kind, t.stance, r.strand, "
	from := db.Join(db.Q("from (select programme, id, strand, until from ref_record where"), where,
		db.Q(") r join tie t on t.programme = r.programme and t.from_id = r.id"))
	if err := tx.Do(db.Join(db.Q(into+"r.until, -count(*)"), from, db.Q("group by t.programme, t.to_id, t.from_kind, t.stance, r.strand, r.until"))); err != nil {
		return err
	}
	return tx.Do(db.Join(db.Q(into+"cast(? as bigint), count(*)", until), from, db.Q("group by t.programme, t.to_id, t.from_kind, t.stance, r.strand")))
}

// forget takes away the counts of what stood under records that are going away.
func forget(tx *db.Tx, programme string, ids []string) error {
	return tx.Do(db.Join(db.Q("delete from tie_count where programme = ? and to_id in", programme), db.List(ids)))
}

const underColumns = "to_id, from_kind, stance, strand, until_at"

func scanUnder(r db.Row, u *Under) error {
	return r.Scan(&u.To, &u.Kind, &u.Stance, &u.Strand, &u.Until, &u.N)
}

// Unders reads the counts of ties of a programme: what RecountUnders must equal.
func Unders(tx *db.Tx, programme string) ([]Under, error) {
	return db.All(tx, db.Q("select "+underColumns+", sum(n) from tie_count where programme = ? group by "+underColumns+" having sum(n) <> 0 order by "+underColumns, programme), scanUnder)
}

// RecountUnders counts the ties of a programme from the ties and records themselves.
func RecountUnders(tx *db.Tx, programme string) ([]Under, error) {
	return db.All(tx, db.Q(`select t.to_id, t.from_kind, t.stance, r.strand, r.until, count(*) from tie t join ref_record r on r.programme = t.programme and r.id = t.from_id
		where t.programme = ? group by t.to_id, t.from_kind, t.stance, r.strand, r.until order by t.to_id, t.from_kind, t.stance, r.strand, r.until`, programme), scanUnder)
}

// foldUnders adds the rows of tie_count up that are alike.
func foldUnders(tx *db.Tx, programme string) error {
	sums, err := db.All(tx, db.Q("select "+underColumns+", sum(n) from tie_count where programme = ? group by "+underColumns+" having count(*) > 1 or sum(n) = 0", programme), scanUnder)
	if err != nil {
		return err
	}
	for _, u := range sums {
		if err := tx.Do(db.Q(`delete from tie_count where programme = ? and to_id = ? and from_kind = ? and stance = ? and strand = ? and until_at = ?`,
			programme, u.To, u.Kind, u.Stance, u.Strand, u.Until)); err != nil {
			return err
		}
	}
	return CountTies(tx, programme, sums...)
}

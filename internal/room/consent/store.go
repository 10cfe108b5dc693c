package consent

import (
	"encoding/json"
	"fmt"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// give stores one agreement for records; the caller has set their terms.
func give(tx *db.Tx, programme, actor string, g Given, recs []ref.Record) error {
	uses, err := json.Marshal(sorted(g.Uses))
	if err != nil {
		return err
	}
	if err := tx.Do(db.Q(`insert into consent_given (programme, id, uses, ends, mode, helper, asked, nation, regime, ethics, wording, language, format, given_by, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, programme, g.ID, string(uses), g.Ends, g.Mode, g.Helper, g.Asked, g.Nation, g.Regime, g.Ethics,
		g.Wording, g.Language, g.Format, actor, g.At)); err != nil {
		return err
	}
	const most = 500
	for start := 0; start < len(recs); start += most {
		part := recs[start:min(start+most, len(recs))]
		rows := make([][]any, len(part))
		for i, r := range part {
			rows[i] = []any{programme, r.ID, g.ID, r.Person, g.At}
		}
		if err := tx.Do(db.Join(db.Q("insert into consent_about (programme, record, given, person, at) values"), db.Values(rows))); err != nil {
			return err
		}
	}
	return nil
}

func scanGiven(r db.Row, g *Given) error {
	var uses, by string
	if err := r.Scan(&g.ID, &uses, &g.Ends, &g.Mode, &g.Helper, &g.Asked, &g.Nation, &g.Regime, &g.Ethics, &g.Wording, &g.Language, &g.Format, &by, &g.At); err != nil {
		return err
	}
	g.By = byOf(by)
	if err := json.Unmarshal([]byte(uses), &g.Uses); err != nil {
		return fmt.Errorf("consent_given %s: %w", g.ID, err)
	}
	return nil
}

// givens lists what was agreed for a record, latest first.
func givens(tx *db.Tx, programme, record string) ([]Given, error) {
	return db.All(tx, db.Q(`select g.id, g.uses, g.ends, g.mode, g.helper, g.asked, g.nation, g.regime, g.ethics, g.wording, g.language, g.format, g.given_by, g.at
		from consent_about a join consent_given g on g.programme = a.programme and g.id = a.given
		where a.programme = ? and a.record = ? order by g.at desc, g.id desc`, programme, record), scanGiven)
}

// last gives the agreement that holds and how many there have been.
func last(tx *db.Tx, programme, record string) (Given, int64, error) {
	all, err := givens(tx, programme, record)
	if err != nil || len(all) == 0 {
		return Given{}, 0, err
	}
	return all[0], int64(len(all)), nil
}

func takeBack(tx *db.Tx, programme, actor, told string, t Taken) error {
	kept, err := json.Marshal(t.kept)
	if err != nil {
		return err
	}
	eraseAt := int64(0)
	if t.whole() {
		eraseAt = t.UndoUntil
	}
	return tx.Do(db.Q(`insert into consent_withdrawal (programme, id, record, use, kept, told, taken_by, at, undo_until, erase_at, erased_at, closed_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)`, programme, t.ID, t.Ref.ID, string(t.Use), string(kept), told, actor, t.At, t.UndoUntil, eraseAt))
}

const takenColumns = `w.id, r.kind, w.record, w.use, w.kept, w.taken_by, w.at, w.undo_until, w.erased_at, w.closed_at
	from consent_withdrawal w join ref_record r on r.programme = w.programme and r.id = w.record`

func scanTaken(r db.Row, t *Taken) error {
	var kept, by string
	if err := r.Scan(&t.ID, &t.Ref.Kind, &t.Ref.ID, &t.Use, &kept, &by, &t.At, &t.UndoUntil, &t.ErasedAt, &t.ClosedAt); err != nil {
		return err
	}
	t.By = byOf(by)
	if err := json.Unmarshal([]byte(kept), &t.kept); err != nil {
		return fmt.Errorf("consent_withdrawal %s: %w", t.ID, err)
	}
	return nil
}

// takenOf lists the take-backs of a record, latest first.
func takenOf(tx *db.Tx, programme, record string) ([]Taken, error) {
	return db.All(tx, db.Q(`select `+takenColumns+` where w.programme = ? and w.record = ? order by w.at desc, w.id desc`, programme, record), scanTaken)
}

// takenFrom lists what can still be undone of a person's records, latest first. may is
// what the actor may see.
func takenFrom(tx *db.Tx, programme, person string, now int64, may db.Part) ([]Taken, error) {
	return db.All(tx, db.Join(db.Q(`select `+takenColumns+` where w.programme = ? and r.person = ? and w.closed_at = 0 and w.undo_until > ? and`, programme, person, now),
		may, db.Q(`order by w.at desc, w.id desc, w.record`)), scanTaken)
}

// closeUses closes the open take-backs of single uses: a later agreement has overtaken them.
func closeUses(tx *db.Tx, programme, record string, now int64) error {
	return tx.Do(db.Q(`update consent_withdrawal set closed_at = ?, kept = '[]' where programme = ? and record = ? and use <> '' and closed_at = 0`, now, programme, record))
}

func closeOne(tx *db.Tx, programme string, t Taken, now int64) error {
	return tx.Do(db.Q(`update consent_withdrawal set closed_at = ?, kept = '[]' where programme = ? and id = ? and record = ?`, now, programme, t.ID, t.Ref.ID))
}

// scrub leaves of a record's consent its ids, uses and days: names and notes go.
func scrub(tx *db.Tx, programme, record string, now int64) error {
	if err := tx.Do(db.Q(`update consent_withdrawal set erased_at = ?, closed_at = ?, undo_until = 0, kept = '[]', told = '' where programme = ? and record = ? and use = '' and closed_at = 0`,
		now, now, programme, record)); err != nil {
		return err
	}
	if err := tx.Do(db.Q(`update consent_withdrawal set closed_at = case when closed_at = 0 then ? else closed_at end, undo_until = 0, kept = '[]', told = '' where programme = ? and record = ?`,
		now, programme, record)); err != nil {
		return err
	}
	if err := tx.Do(db.Q(`update consent_about set person = '' where programme = ? and record = ?`, programme, record)); err != nil {
		return err
	}
	// A helper's name stays while another record of the same agreement is still there.
	return tx.Do(db.Q(`update consent_given set helper = '' where programme = ? and helper <> ''
		and id in (select given from consent_about where programme = ? and record = ?)
		and not exists (select 1 from consent_about o where o.programme = consent_given.programme and o.given = consent_given.id
			and not exists (select 1 from consent_withdrawal w where w.programme = o.programme and w.record = o.record and w.erased_at > 0))`,
		programme, programme, record))
}

// forget deletes what is kept of records that were undone as a batch, and the agreements
// that are then about nothing.
func forget(tx *db.Tx, programme string, refs []ref.Ref) error {
	const most = 500
	for start := 0; start < len(refs); start += most {
		part := refs[start:min(start+most, len(refs))]
		ids := make([]string, len(part))
		for i, x := range part {
			ids[i] = x.ID
		}
		of := db.Join(db.Q("where programme = ? and record in", programme), db.List(ids))
		agreements, err := db.All(tx, db.Join(db.Q("select distinct given from consent_about"), of), db.Value[string])
		if err != nil {
			return err
		}
		if err := tx.Do(db.Join(db.Q("delete from consent_about"), of)); err != nil {
			return err
		}
		if err := tx.Do(db.Join(db.Q("delete from consent_withdrawal"), of)); err != nil {
			return err
		}
		if err := tx.Do(db.Join(db.Q("delete from consent_given where programme = ? and id in", programme), db.List(agreements),
			db.Q("and not exists (select 1 from consent_about a where a.programme = consent_given.programme and a.given = consent_given.id)"))); err != nil {
			return err
		}
	}
	return nil
}

// mine lists the records of a person that the actor may act on and that are not yet
// withdrawn; with erasing also those that wait for their erasure.
func mine(tx *db.Tx, programme, person string, erasing bool) ([]ref.Record, error) {
	alive := db.Q("r.until > 0")
	if erasing {
		alive = db.Q(`(r.until > 0 or exists (select 1 from consent_withdrawal w where w.programme = r.programme and w.record = r.id and w.use = '' and w.closed_at = 0))`)
	}
	return db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where r.programme = ? and r.person = ? and r.kind <> 'person' and", programme, person),
		alive, db.Q("order by r.id")), ref.Scan)
}

// living counts the records of a person that may be used now.
func living(tx *db.Tx, programme, person string, now int64, may db.Part) (int64, error) {
	return db.Count(tx, db.Join(db.Q("select count(*) from ref_record r where r.programme = ? and r.person = ? and r.kind <> 'person' and", programme, person),
		db.And(may, terms.Where("r", terms.Project, now))))
}

// dueOne is a record whose 30 days are over.
type dueOne struct{ programme, record string }

func due(tx *db.Tx, now int64) ([]dueOne, error) {
	return db.All(tx, db.Q(`select distinct programme, record from consent_withdrawal where closed_at = 0 and erase_at > 0 and erase_at <= ?
		order by programme, record limit 500`, now), func(r db.Row, d *dueOne) error { return r.Scan(&d.programme, &d.record) })
}

func watched(tx *db.Tx, programme string) (int64, error) {
	return db.Count(tx, db.Q(`select ended_until from consent_watch where programme = ?`, programme))
}

func watch(tx *db.Tx, programme string, until int64) error {
	return tx.Do(db.Q(`insert into consent_watch (programme, ended_until) values (?, ?) on conflict (programme) do update set ended_until = excluded.ended_until`, programme, until))
}

// late counts what due lists, and says since when the first of it is due.
func late(tx *db.Tx, now int64) (n, since int64, err error) {
	type found struct{ n, since int64 }
	f, _, err := db.One(tx, db.Q(`select count(*), coalesce(min(erase_at), 0) from consent_withdrawal where closed_at = 0 and erase_at > 0 and erase_at <= ?`, now),
		func(r db.Row, f *found) error { return r.Scan(&f.n, &f.since) })
	return f.n, f.since, err
}

package finding

import (
	"maps"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// refate gives contributions the fate that follows from the records: used where a shared
// finding stands on them, else what was signed, else owing. Only live contributions
// change, and nothing of them but their fate. It reads a few hundred at a time, each time
// by plain lookups: in one statement a planner without statistics compares every
// contribution with every tie.
func refate(tx *db.Tx, programme string, ids []string, now int64) error {
	for len(ids) > 0 {
		part := ids[:min(MaxCall, len(ids))]
		ids = ids[len(part):]
		follows, err := follow(tx, programme, part, now)
		if err != nil {
			return err
		}
		by := map[string][]string{}
		for _, x := range part {
			fate, ok := follows[x]
			if !ok {
				fate = Owing
			}
			by[fate] = append(by[fate], x)
		}
		for _, fate := range slices.Sorted(maps.Keys(by)) {
			if _, err := ref.SetFate(tx, programme, db.List(by[fate]), fate, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// follow is the fate that follows for contributions that are used or signed.
func follow(tx *db.Tx, programme string, ids []string, now int64) (map[string]string, error) {
	out := map[string]string{}
	all, err := fatesOf(tx, programme, ids)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		out[x.id] = x.Fate
	}
	used, err := db.All(tx, db.Join(db.Q(`select distinct t.from_id from tie t join ref_record f on f.programme = t.programme and f.id = t.to_id
		where t.programme = ? and f.kind = ? and f.state = ? and f.until > ? and t.from_id in`, programme, Kind, Shared, now), db.List(ids)), db.Value[string])
	for _, x := range used {
		out[x] = Used
	}
	return out, err
}

// standsOn is the ids of what a finding stands on.
func standsOn(tx *db.Tx, programme, finding string) ([]string, error) {
	return db.All(tx, db.Q(`select distinct from_id from tie where programme = ? and to_id = ? and from_kind = ? order by from_id`, programme, finding, said), db.Value[string])
}

func putFates(tx *db.Tx, programme, actor string, ids []string, in FateIn, bulk bool, now int64) error {
	rows := make([][]any, len(ids))
	for i, x := range ids {
		rows[i] = []any{programme, x, in.Fate, in.Reason, in.Plainly, actor, now, bulk}
	}
	return tx.Do(db.Join(db.Q("insert into finding_fate (programme, contribution, fate, reason, plainly, actor, at, bulk) values"), db.Values(rows),
		db.Q(`on conflict (programme, contribution) do update set fate = excluded.fate, reason = excluded.reason, plainly = excluded.plainly, actor = excluded.actor,
		at = excluded.at, bulk = excluded.bulk`)))
}

func dropFate(tx *db.Tx, programme, contribution string) error {
	return tx.Do(db.Q(`delete from finding_fate where programme = ? and contribution = ?`, programme, contribution))
}

type signed struct {
	id string
	Signed
}

func fatesOf(tx *db.Tx, programme string, ids []string) ([]signed, error) {
	return db.All(tx, db.Join(db.Q(`select contribution, fate, reason, plainly, actor, at, bulk from finding_fate where programme = ? and contribution in`, programme), db.List(ids)),
		func(row db.Row, s *signed) error {
			return row.Scan(&s.id, &s.Fate, &s.Reason, &s.Plainly, &s.By, &s.At, &s.Bulk)
		})
}

// owed reads a page of the contributions of a project that still owe an answer, the
// longest waiting first. may is who may see them.
func owed(tx *db.Tx, in OwingIn, may db.Part, now int64) ([]ref.Record, string, error) {
	where := []db.Part{may, terms.Where("r", terms.Project, now), db.Q("r.project = ? and r.kind = ? and r.fate = ?", in.Project, said, Owing)}
	if at, last, ok := db.ReadCursor(in.After); ok {
		where = append(where, db.Q("(r.changed_at, r.id) > (?, ?)", at, last))
	}
	out, err := db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"), db.And(where...),
		db.Q("order by r.changed_at, r.id limit ?", in.Limit+1)), ref.Scan)
	if err != nil || int64(len(out)) <= in.Limit {
		return out, "", err
	}
	out = out[:in.Limit]
	end := out[len(out)-1]
	return out, db.Cursor(end.ChangedAt, end.ID), nil
}

// gone remembers when contributions that a finding stands on were taken back.
func gone(tx *db.Tx, programme string, ids []string, at int64) error {
	return tx.Do(db.Join(db.Q(`insert into finding_gone (programme, contribution, at) select distinct t.programme, t.from_id, cast(? as bigint) from tie t
		join ref_record f on f.programme = t.programme and f.id = t.to_id
		where t.programme = ? and f.kind = ? and t.from_id in`, at, programme, Kind), db.List(ids),
		db.Q(`on conflict (programme, contribution) do update set at = excluded.at`)))
}

func back(tx *db.Tx, programme string, ids []string) error {
	return tx.Do(db.Join(db.Q(`delete from finding_gone where programme = ? and contribution in`, programme), db.List(ids)))
}

// wipe takes every word of contributions out of this room: their excerpts, and what was
// signed of them.
func wipe(tx *db.Tx, programme string, ids []string) error {
	if err := tx.Do(db.Join(db.Q(`delete from finding_pick where programme = ? and contribution in`, programme), db.List(ids))); err != nil {
		return err
	}
	return tx.Do(db.Join(db.Q(`delete from finding_fate where programme = ? and contribution in`, programme), db.List(ids)))
}

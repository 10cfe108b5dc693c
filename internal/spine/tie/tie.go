// Package tie joins records into the thread: from one, to another, with a stance.
//
// A tie keeps the version of its source that someone confirmed. When a source
// changes or is withdrawn, the records tied directly to it are marked stale in the
// same transaction; what lies further down is seen at read. Cycles are allowed and
// walks visit each record once.
package tie

import (
	"context"
	"embed"
	"errors"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// Migrations holds this package's tables.
//
//go:embed sql/*.sql
var Migrations embed.FS

// Stance says how a record bears on another.
type Stance string

// The stances.
const (
	Supports   Stance = "supports"
	Challenges Stance = "challenges"
	Qualifies  Stance = "qualifies"
	Informs    Stance = "informs"
	Becomes    Stance = "becomes"
	LeadsTo    Stance = "leads to"
	Teaches    Stance = "teaches"
)

// Stances is every stance.
func Stances() []Stance {
	return []Stance{Supports, Challenges, Qualifies, Informs, Becomes, LeadsTo, Teaches}
}

// Tie is one join.
type Tie struct {
	ID      string
	From    ref.Ref
	To      ref.Ref
	Stance  Stance
	Reason  string
	Author  string
	At      int64
	Version int64 // of From, as confirmed
}

// Put ties from to to. Both must be there, live and in the actor's programme, and not
// the same. The caller has asked who.Must for both.
func Put(ctx context.Context, tx *db.Tx, now int64, t Tie) error {
	programme := who.From(ctx).Programme
	if !slices.Contains(Stances(), t.Stance) {
		return fault.Fielded("stance", "house.bad_stance")
	}
	if t.From.ID == t.To.ID {
		return fault.New(fault.Invalid, "house.tie_self").With("house.tie_self_do")
	}
	from, err := ref.Must(tx, programme, t.From)
	if err != nil {
		return err
	}
	to, err := ref.Must(tx, programme, t.To)
	if err != nil {
		return err
	}
	if !from.Live(now) || !to.Live(now) {
		return fault.New(fault.Withdrawn, "house.withdrawn").With("house.tie_withdrawn_do")
	}
	was, err := db.Count(tx, db.Q(`select count(*) from tie where programme = ? and from_id = ? and to_id = ? and stance = ?`, programme, from.ID, to.ID, string(t.Stance)))
	if err != nil {
		return err
	}
	err = tx.Do(db.Q(`insert into tie (programme, id, from_kind, from_id, to_kind, to_id, stance, reason, author, at, version)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (programme, from_id, to_id, stance) do update set
		reason = excluded.reason, author = excluded.author, at = excluded.at, version = excluded.version`,
		programme, t.ID, from.Kind, from.ID, to.Kind, to.ID, string(t.Stance), t.Reason, who.From(ctx).Key(), now, from.Version))
	if err != nil || was > 0 {
		return err
	}
	return ref.CountTies(tx, programme, under(from, to.ID, t.Stance, 1))
}

// under is a tie as it is counted.
func under(from ref.Record, to string, stance Stance, n int64) ref.Under {
	return ref.Under{To: to, Kind: from.Kind, Stance: string(stance), Strand: from.Strand, Until: from.Until, N: n}
}

// PutMany ties several records to one, with one stance and reason. ids are the new ties'
// own, one a source. Where one source cannot be tied, none is.
func PutMany(ctx context.Context, tx *db.Tx, now int64, ids []string, from []ref.Ref, to ref.Ref, stance Stance, reason string) error {
	programme, author := who.From(ctx).Programme, who.From(ctx).Key()
	if len(ids) != len(from) {
		return errors.New("tie: as many ids as sources")
	}
	if !slices.Contains(Stances(), stance) {
		return fault.Fielded("stance", "house.bad_stance")
	}
	target, err := ref.Must(tx, programme, to)
	if err != nil {
		return err
	}
	if !target.Live(now) {
		return fault.New(fault.Withdrawn, "house.withdrawn").With("house.tie_withdrawn_do")
	}
	const most = 500
	for start := 0; start < len(from); start += most {
		part := from[start:min(start+most, len(from))]
		want := make([]string, len(part))
		for i, x := range part {
			want[i] = x.ID
		}
		there, err := db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where r.programme = ? and r.id in", programme), db.List(want)), ref.Scan)
		if err != nil {
			return err
		}
		by := map[string]ref.Record{}
		for _, r := range there {
			by[r.ID] = r
		}
		tied, err := db.All(tx, db.Join(db.Q("select from_id from tie where programme = ? and to_id = ? and stance = ? and from_id in", programme, target.ID, string(stance)),
			db.List(want)), db.Value[string])
		if err != nil {
			return err
		}
		var rows [][]any
		var more []ref.Under
		done := map[string]bool{}
		for i, x := range part {
			rec, ok := by[x.ID]
			switch {
			case x.ID == to.ID:
				return fault.New(fault.Invalid, "house.tie_self").With("house.tie_self_do")
			case !ok || rec.Kind != x.Kind:
				return fault.New(fault.Missing, "house.missing")
			case !rec.Live(now):
				return fault.New(fault.Withdrawn, "house.withdrawn").With("house.tie_withdrawn_do")
			case done[x.ID]:
				continue
			}
			done[x.ID] = true
			if !slices.Contains(tied, rec.ID) {
				more = append(more, under(rec, target.ID, stance, 1))
			}
			rows = append(rows, []any{programme, ids[start+i], rec.Kind, rec.ID, target.Kind, target.ID, string(stance), reason, author, now, rec.Version})
		}
		if err := tx.Do(db.Join(db.Q("insert into tie (programme, "+columns+") values"), db.Values(rows), db.Q(`on conflict (programme, from_id, to_id, stance)
			do update set reason = excluded.reason, author = excluded.author, at = excluded.at, version = excluded.version`))); err != nil {
			return err
		}
		if err := ref.CountTies(tx, programme, more...); err != nil {
			return err
		}
	}
	return nil
}

// Cut takes a tie away.
func Cut(tx *db.Tx, programme, id string) error {
	cut, ok, err := db.One(tx, db.Q(`select t.to_id, t.from_kind, t.stance, r.strand, r.until from tie t join ref_record r on r.programme = t.programme and r.id = t.from_id
		where t.programme = ? and t.id = ?`, programme, id), func(r db.Row, u *ref.Under) error {
		u.N = -1
		return r.Scan(&u.To, &u.Kind, &u.Stance, &u.Strand, &u.Until)
	})
	if err != nil || !ok {
		return err
	}
	if err := ref.CountTies(tx, programme, cut); err != nil {
		return err
	}
	return tx.Do(db.Q(`delete from tie where programme = ? and id = ?`, programme, id))
}

const columns = `id, from_kind, from_id, to_kind, to_id, stance, reason, author, at, version`

func scan(r db.Row, t *Tie) error {
	return r.Scan(&t.ID, &t.From.Kind, &t.From.ID, &t.To.Kind, &t.To.ID, &t.Stance, &t.Reason, &t.Author, &t.At, &t.Version)
}

// To lists what a record stands on.
func To(tx *db.Tx, programme string, r ref.Ref) ([]Tie, error) {
	return db.All(tx, db.Q(`select `+columns+` from tie where programme = ? and to_id = ? order by at, id`, programme, r.ID), scan)
}

// From lists what stands on a record.
func From(tx *db.Tx, programme string, r ref.Ref) ([]Tie, error) {
	return db.All(tx, db.Q(`select `+columns+` from tie where programme = ? and from_id = ? order by at, id`, programme, r.ID), scan)
}

// Changed marks the records tied directly to one that has changed or was withdrawn.
// It gives the refs it marked. The verb that changed the record calls it.
func Changed(tx *db.Tx, programme string, r ref.Ref, now int64) ([]ref.Ref, error) {
	return db.All(tx, db.Q(`update ref_record set stale_since = ? where programme = ? and stale_since = 0
		and id in (select to_id from tie where programme = ? and from_id = ?) returning kind, id`, now, programme, programme, r.ID),
		func(row db.Row, out *ref.Ref) error { return row.Scan(&out.Kind, &out.ID) })
}

// Confirm says that a record still stands on its sources as they are now.
func Confirm(tx *db.Tx, programme string, r ref.Ref) error {
	if err := tx.Do(db.Q(`update tie set version = (select version from ref_record s where s.programme = tie.programme and s.id = tie.from_id)
		where programme = ? and to_id = ?`, programme, r.ID)); err != nil {
		return err
	}
	return tx.Do(db.Q(`update ref_record set stale_since = 0 where programme = ? and id = ?`, programme, r.ID))
}

// Erase blanks the reasons of every tie to or from records: a reason may repeat the words
// of what was erased. The ties themselves stay.
func Erase(tx *db.Tx, programme string, ids ...string) error {
	for _, end := range []string{"from_id", "to_id"} {
		if err := tx.Do(db.Join(db.Q("update tie set reason = '' where programme = ? and reason <> '' and "+end+" in", programme), db.List(ids))); err != nil {
			return err
		}
	}
	return nil
}

// Package trail remembers every change: who, what, when, and the version it made.
//
// trail_entry is append only and holds no words; trail_body holds the version and a
// salt, and the entry's commitment is SHA-256 over both. A job alone numbers and
// chains new entries (trail_link), so that no verb waits for another. Erasing takes
// body and salt away: the chain stays whole and says nothing. trail_key makes a
// second sending of the same form give the first answer.
package trail

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// Migrations holds this package's tables.
//
//go:embed sql/*.sql
var Migrations embed.FS

// Entry is one change.
type Entry struct {
	ID         string
	At         int64
	Actor      string
	Verb       string // the outermost verb
	Ref        ref.Ref
	Version    int64
	Commitment string
	Seq        int64 // 0 until the chain job has numbered it
	Chain      string
	Project    string // whose it was when it was done; "" for what is of no project
}

// Put remembers a change. body is the record's new version, stored as JSON; nil
// keeps none. entry is a new id of the caller's.
func Put(ctx context.Context, tx *db.Tx, entry string, at int64, verb string, r ref.Ref, version int64, body any) error {
	a := who.From(ctx)
	if a.Verb != "" {
		verb = a.Verb
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	s := id.Salt()
	// The record, where it is one, was read or written in this transaction already.
	if err := tx.Do(db.Q(`insert into trail_entry (programme, id, at, actor, verb, ref_kind, ref, version, commitment, reading, project) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
		coalesce((select case when r.kind = 'project' then r.id else r.project end from ref_record r where r.programme = ? and r.id = ?), ''))`,
		a.Programme, entry, at, a.Key(), verb, r.Kind, r.ID, version, commit(s, text), reading(verb), a.Programme, r.ID)); err != nil {
		return err
	}
	if err := tx.Do(db.Q(`insert into trail_wait (programme, entry) values (?, ?)`, a.Programme, entry)); err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into trail_body (programme, id, salt, body) values (?, ?, ?, ?)`, a.Programme, entry, s, string(text)))
}

// Change is one record's new version, for PutMany.
type Change struct {
	Entry   string // a new id
	Ref     ref.Ref
	Version int64
	Body    any
}

// PutMany is Put for the records of a batch.
func PutMany(ctx context.Context, tx *db.Tx, at int64, verb string, changes []Change) error {
	a := who.From(ctx)
	if a.Verb != "" {
		verb = a.Verb
	}
	const most = 500
	for start := 0; start < len(changes); start += most {
		part := changes[start:min(start+most, len(changes))]
		within, err := projects(tx, a.Programme, part)
		if err != nil {
			return err
		}
		entries, bodies, waits := make([][]any, len(part)), make([][]any, len(part)), make([][]any, len(part))
		for i, c := range part {
			text, err := json.Marshal(c.Body)
			if err != nil {
				return err
			}
			salt := id.Salt()
			entries[i] = []any{a.Programme, c.Entry, at, a.Key(), verb, c.Ref.Kind, c.Ref.ID, c.Version, commit(salt, text), reading(verb), within[c.Ref.ID]}
			bodies[i] = []any{a.Programme, c.Entry, salt, string(text)}
			waits[i] = []any{a.Programme, c.Entry}
		}
		if err := tx.Do(db.Join(db.Q(`insert into trail_entry (programme, id, at, actor, verb, ref_kind, ref, version, commitment, reading, project) values`), db.Values(entries))); err != nil {
			return err
		}
		if err := tx.Do(db.Join(db.Q(`insert into trail_wait (programme, entry) values`), db.Values(waits))); err != nil {
			return err
		}
		if err := tx.Do(db.Join(db.Q(`insert into trail_body (programme, id, salt, body) values`), db.Values(bodies))); err != nil {
			return err
		}
	}
	return nil
}

// projects says which project each record is of, by its id.
func projects(tx *db.Tx, programme string, changes []Change) (map[string]string, error) {
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.Ref.ID
	}
	out := make(map[string]string, len(ids))
	return out, db.Each(tx, db.Join(db.Q("select r.id, case when r.kind = 'project' then r.id else r.project end from ref_record r where r.programme = ? and r.id in", programme),
		db.List(ids)), func(r db.Row, p *[2]string) error { return r.Scan(&p[0], &p[1]) }, func(p [2]string) error { out[p[0]] = p[1]; return nil })
}

func reading(verb string) int64 {
	if Reading(verb) {
		return 1
	}
	return 0
}

func commit(salt string, body []byte) string {
	h := sha256.Sum256(append([]byte(salt+"\x00"), body...))
	return hex.EncodeToString(h[:])
}

// own is the columns of trail_entry itself, columns those with its link, where it has one,
// listed the same of a page of entries.
const (
	own     = `e.id, e.at, e.actor, e.verb, e.ref_kind, e.ref, e.version, e.commitment, e.project`
	columns = `e.id, e.at, e.actor, e.verb, e.ref_kind, e.ref, e.version, e.commitment, coalesce(l.seq, 0), coalesce(l.chain, ''), e.project`
	listed  = `page.id, page.at, page.actor, page.verb, page.ref_kind, page.ref, page.version, page.commitment, coalesce(l.seq, 0), coalesce(l.chain, ''), page.project`
)

func scan(r db.Row, e *Entry) error {
	return r.Scan(&e.ID, &e.At, &e.Actor, &e.Verb, &e.Ref.Kind, &e.Ref.ID, &e.Version, &e.Commitment, &e.Seq, &e.Chain, &e.Project)
}

// Of lists the changes of one record, oldest first; not who has read it.
func Of(tx *db.Tx, programme string, r ref.Ref) ([]Entry, error) {
	return db.All(tx, db.Q(`select `+columns+` from trail_entry e left join trail_link l on l.programme = e.programme and l.entry = e.id
		where e.programme = ? and e.ref = ? and e.reading = 0 order by e.at, e.id`, programme, r.ID), scan)
}

// Version reads a record's version from the trail into body; a version that was
// erased or never kept is *missing*.
func Version(tx *db.Tx, programme string, r ref.Ref, version int64, body any) error {
	text, ok, err := db.One(tx, db.Q(`select b.body from trail_entry e join trail_body b on b.programme = e.programme and b.id = e.id
		where e.programme = ? and e.ref = ? and e.version = ? and b.body <> 'null' order by e.at desc, e.id desc`, programme, r.ID, version), db.Value[string])
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Missing, "house.missing")
	}
	return json.Unmarshal([]byte(text), body)
}

// Erase takes the words of records out of the trail; the entries stay.
func Erase(tx *db.Tx, programme string, ids ...string) error {
	return tx.Do(db.Join(db.Q(`delete from trail_body where programme = ? and id in (select id from trail_entry where programme = ? and ref in`,
		programme, programme), db.List(ids), db.Q(")")))
}

// Programmes lists the programmes that have entries waiting to be chained.
func Programmes(tx *db.Tx) ([]string, error) {
	return db.All(tx, db.Q(`select distinct programme from trail_wait`), db.Value[string])
}

// Chain numbers and links up to most entries that are not yet linked, oldest first,
// and says how many it did. Only the chain job calls it, one at a time.
func Chain(tx *db.Tx, programme string, most int) (int, error) {
	seq, last, err := tail(tx, programme)
	if err != nil {
		return 0, err
	}
	// Entries that wait are named in a table of their own, so that this job, each second,
	// reads what is new and not the whole trail. Ids follow time, and by them the first are
	// found without sorting all that wait: a year that was imported has hundreds of thousands.
	fresh, err := db.All(tx, db.Q(`select `+columns+` from trail_wait w cross join trail_entry e left join trail_link l on l.programme = e.programme and l.entry = e.id
		where w.programme = ? and e.programme = w.programme and e.id = w.entry order by w.entry limit ?`, programme, int64(most)), scan)
	if err != nil {
		return 0, err
	}
	for _, e := range fresh {
		seq++
		last = link(last, seq, e)
		if err := tx.Do(db.Q(`insert into trail_link (programme, seq, entry, chain) values (?, ?, ?, ?)`, programme, seq, e.ID, last)); err != nil {
			return 0, err
		}
		if err := tx.Do(db.Q(`delete from trail_wait where programme = ? and entry = ?`, programme, e.ID)); err != nil {
			return 0, err
		}
	}
	return len(fresh), nil
}

func tail(tx *db.Tx, programme string) (seq int64, chain string, err error) {
	type end struct {
		seq   int64
		chain string
	}
	e, _, err := db.One(tx, db.Q(`select seq, chain from trail_link where programme = ? order by seq desc limit 1`, programme),
		func(r db.Row, e *end) error { return r.Scan(&e.seq, &e.chain) })
	return e.seq, e.chain, err
}

// link is SHA-256 over the link before and every column of the entry that cannot change.
func link(before string, seq int64, e Entry) string {
	h := sha256.Sum256([]byte(linkText(before, seq, e)))
	return hex.EncodeToString(h[:])
}

func linkText(before string, seq int64, e Entry) string {
	return fmt.Sprintf("%s\n%d\n%s\n%d\n%s\n%s\n%s\n%s\n%s", before, seq, e.ID, e.At, e.Actor, e.Verb, e.Ref,
		strconv.FormatInt(e.Version, 10), e.Commitment)
}

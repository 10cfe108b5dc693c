package keeper

import (
	"encoding/json"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// putErasures notes what was erased, and the last backup that was begun before, which may
// hold it. Of what is noted already only that is noted anew.
func putErasures(tx *db.Tx, list []Erasure) error {
	if len(list) == 0 {
		return nil
	}
	last, err := lastNumber(tx)
	if err != nil {
		return err
	}
	seen := map[[2]string]bool{} // one statement may name a row once
	rows := make([][]any, 0, len(list))
	for _, e := range list {
		if k := [2]string{e.Programme, e.Record}; !seen[k] {
			seen[k] = true
			rows = append(rows, []any{e.Programme, e.Record, e.Kind, e.At, false, last})
		}
	}
	return tx.Do(db.Join(db.Q("insert into keeper_erasure (programme, record, kind, at, apart, backups) values"), db.Values(rows),
		db.Q(`on conflict (programme, record) do update set backups = case when excluded.backups > keeper_erasure.backups
			then excluded.backups else keeper_erasure.backups end`)))
}

// lastNumber is the number of the last backup that the database knows of.
func lastNumber(tx *db.Tx) (int64, error) {
	return db.Count(tx, db.Q("select max(number) from keeper_backup"))
}

func scanErasure(r db.Row, e *Erasure) error { return r.Scan(&e.Programme, &e.Record, &e.Kind, &e.At) }

// notApart gives erasures that the list beside the backups may not hold yet.
func notApart(tx *db.Tx, most int64) ([]Erasure, error) {
	return db.All(tx, db.Q("select programme, record, kind, at from keeper_erasure where apart = ? order by at, programme, record limit ?", false, most), scanErasure)
}

// setApart notes that erasures of one programme stand in the list beside the backups.
func setApart(tx *db.Tx, programme string, records []string) error {
	return tx.Do(db.Join(db.Q("update keeper_erasure set apart = ? where programme = ? and record in", true, programme), db.List(records)))
}

// erasures gives every erasure of the house, those of persons last: what they said goes first.
func erasures(tx *db.Tx) ([]Erasure, error) {
	return db.All(tx, db.Q(`select programme, record, kind, at from keeper_erasure
		order by case when kind = ? then 1 else 0 end, at, programme, record`, ref.Person), scanErasure)
}

// backupRow is what is known in the database of one backup, for one programme.
type backupRow struct {
	ID       string
	Number   int64
	At       int64
	Until    int64
	State    string
	Rows     int64
	Size     int64
	ProvedAt int64
	Proved   string
	Seconds  int64
	Why      string
}

const backupColumns = `select id, number, at, until, state, rows_kept, size, proved_at, proved, seconds, why from keeper_backup`

func scanBackup(r db.Row, b *backupRow) error {
	return r.Scan(&b.ID, &b.Number, &b.At, &b.Until, &b.State, &b.Rows, &b.Size, &b.ProvedAt, &b.Proved, &b.Seconds, &b.Why)
}

// putBackup stores a backup for each programme that it holds.
func putBackup(tx *db.Tx, programmes []string, b backupRow) error {
	for _, p := range programmes {
		if err := tx.Do(db.Q(`insert into keeper_backup (programme, id, number, at, until, state, rows_kept, size, proved_at, proved, seconds, why)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (programme, id) do update set number = excluded.number, until = excluded.until, state = excluded.state,
			rows_kept = excluded.rows_kept, size = excluded.size, seconds = excluded.seconds, why = excluded.why`,
			p, b.ID, b.Number, b.At, b.Until, b.State, b.Rows, b.Size, b.ProvedAt, b.Proved, b.Seconds, b.Why)); err != nil {
			return err
		}
	}
	return nil
}

// stopBackups calls those failed that never came to an end: the program was killed.
func stopBackups(tx *db.Tx) error {
	return tx.Do(db.Q("update keeper_backup set state = ?, why = ? where state = ?", backupFailed, "keeper.backup_why_killed", backupRuns))
}

// goneBackups notes that backups were deleted.
func goneBackups(tx *db.Tx, ids []string) error {
	return tx.Do(db.Join(db.Q("update keeper_backup set state = ? where state = ? and id in", backupGone, backupKept), db.List(ids)))
}

// setProved stores what a drill found, in a programme's own words and counts.
func setProved(tx *db.Tx, programme, id, proved string, at int64) error {
	return tx.Do(db.Q("update keeper_backup set proved = ?, proved_at = ? where programme = ? and id = ?", proved, at, programme, id))
}

// backupsOf lists a programme's backups, the last first.
func backupsOf(tx *db.Tx, programme string, most int64) ([]backupRow, error) {
	return db.All(tx, db.Join(db.Q(backupColumns), db.Q("where programme = ? and state <> ? order by number desc, at desc, id desc limit ?", programme, backupGone, most)), scanBackup)
}

// provedBackups gives, for each backup, when it was last proven.
func provedBackups(tx *db.Tx) (map[string]int64, error) {
	all, err := db.All(tx, db.Q("select id, max(proved_at) from keeper_backup group by id"), func(r db.Row, b *backupRow) error { return r.Scan(&b.ID, &b.ProvedAt) })
	out := map[string]int64{}
	for _, b := range all {
		out[b.ID] = b.ProvedAt
	}
	return out, err
}

// keptBackups gives the backups of a programme in some states, kept or running.
func keptBackups(tx *db.Tx, programme string, states ...string) ([]backupRow, error) {
	return db.All(tx, db.Join(db.Q(backupColumns), db.Q("where programme = ?", programme), db.Q("and state in"), db.List(states),
		db.Q("order by number, at, id")), scanBackup)
}

// erasedAfter is the number of the last backup that was begun before a record was erased;
// ok is false when it was not.
func erasedAfter(tx *db.Tx, programme, record string) (number int64, ok bool, err error) {
	return db.One(tx, db.Q("select backups from keeper_erasure where programme = ? and record = ?", programme, record), db.Value[int64])
}

// foundBackups brings what is known here of backups in line with the manifests of a folder:
// one that was killed at its very end is whole there, and after a restore the folder holds
// backups that were made later. Each is noted for every programme, since no manifest says
// which it holds.
func foundBackups(tx *db.Tx, programmes []string, found []backupRow) error {
	for _, p := range programmes {
		known, err := db.All(tx, db.Join(db.Q(backupColumns), db.Q("where programme = ?", p)), scanBackup)
		if err != nil {
			return err
		}
		kept := map[string]bool{}
		for _, b := range known {
			kept[b.ID] = b.State == backupKept
		}
		for _, b := range found {
			if kept[b.ID] {
				continue
			}
			if err := putBackup(tx, []string{p}, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// Left is an archive that left the house: it may still hold what was erased since.
type Left struct {
	Actor string `json:"actor"` // who took it, as the trail names them
	For   string `json:"for"`   // who has it; "" where that was not asked
	At    int64  `json:"at"`
	Why   string `json:"why"`
}

func archivesBefore(tx *db.Tx, programme string, at int64) ([]Left, error) {
	return db.All(tx, db.Q("select actor, for_whom, at, why from keeper_archive where programme = ? and at <= ? and ended_at > 0 and size > 0 order by at", programme, at),
		func(r db.Row, l *Left) error { return r.Scan(&l.Actor, &l.For, &l.At, &l.Why) })
}

// setMark says something of the installation; "" takes it back.
func setMark(tx *db.Tx, name, value string, now int64) error {
	if value == "" {
		return tx.Do(db.Q("delete from keeper_mark where programme = '' and name = ?", name))
	}
	return tx.Do(db.Q(`insert into keeper_mark (programme, name, value, at) values ('', ?, ?, ?)
		on conflict (programme, name) do update set value = excluded.value, at = excluded.at`, name, value, now))
}

func getMark(tx *db.Tx, name string) (string, error) {
	v, _, err := db.One(tx, db.Q("select value from keeper_mark where programme = '' and name = ?", name), db.Value[string])
	return v, err
}

// dropMarks takes back every mark whose name begins so; like is not needed for so few.
func dropMarks(tx *db.Tx, keep func(name string) bool) error {
	all, err := db.All(tx, db.Q("select name from keeper_mark where programme = ''"), db.Value[string])
	if err != nil {
		return err
	}
	for _, name := range all {
		if !keep(name) {
			if err := setMark(tx, name, "", 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// howMany counts the records of a kind, of one programme or ("") of all.
func howMany(tx *db.Tx, programme, kind string) (int64, error) {
	return db.Count(tx, db.Q("select count(*) from ref_record where kind = ? and (programme = ? or ? = '')", kind, programme, programme))
}

// standsStill says whether what was erased stands here as it was: its record is not a
// tombstone, or (with an instant) the trail holds words that were put before it. A record
// that is not there has none.
func standsStill(tx *db.Tx, e Erasure, before int64) (bool, error) {
	rec, ok, err := ref.Get(tx, e.Programme, e.Record)
	if err != nil || !ok {
		return false, err
	}
	if rec.Title != "" || rec.State != "erased" {
		return true, nil
	}
	if before == 0 {
		return false, nil
	}
	n, err := db.Count(tx, db.Q(`select count(*) from trail_entry e join trail_body b on b.programme = e.programme and b.id = e.id
		where e.programme = ? and e.ref = ? and e.at < ? and b.body <> 'null'`, e.Programme, e.Record, before))
	return n > 0, err
}

// gatherWords keeps the words of a record that is about to be erased, to look for them
// afterwards: its title and what the trail holds of its versions.
func gatherWords(tx *db.Tx, e Erasure, into *needles) error {
	rec, ok, err := ref.Get(tx, e.Programme, e.Record)
	if err != nil || !ok {
		return err
	}
	into.add(rec.Title)
	bodies, err := db.All(tx, db.Q(`select b.body from trail_entry e join trail_body b on b.programme = e.programme and b.id = e.id
		where e.programme = ? and e.ref = ?`, e.Programme, e.Record), db.Value[string])
	if err != nil {
		return err
	}
	for _, text := range bodies {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return err
		}
		into.addAll(v)
	}
	return nil
}

func askedAt(tx *db.Tx, name string) (int64, error) {
	return db.Count(tx, db.Q("select at from keeper_mark where programme = '' and name = ?", name))
}

// sparedWords takes out of words what other records of the same kinds say just so: they
// were not erased, and theirs stands where it should.
func sparedWords(tx *db.Tx, list []Erasure, words *needles) error {
	gone, of := map[string]bool{}, map[[2]string]bool{}
	for _, e := range list {
		gone[e.Record], of[[2]string{e.Programme, e.Kind}] = true, true
	}
	type body struct{ ref, text string }
	for k := range of {
		if err := db.Each(tx, db.Q(`select e.ref, b.body from trail_entry e join trail_body b on b.programme = e.programme and b.id = e.id
			where e.programme = ? and e.ref_kind = ?`, k[0], k[1]), func(r db.Row, b *body) error { return r.Scan(&b.ref, &b.text) }, func(b body) error {
			if gone[b.ref] || !words.in(b.text) {
				return nil
			}
			var v any
			if err := json.Unmarshal([]byte(b.text), &v); err != nil {
				return err
			}
			words.dropAll(v)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// countMarks is how many marks this installation has.
func countMarks(tx *db.Tx) (int64, error) {
	return db.Count(tx, db.Q("select count(*) from keeper_mark where programme = ''"))
}

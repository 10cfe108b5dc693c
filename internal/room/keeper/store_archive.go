package keeper

import (
	"plait/internal/kit/db"
	"plait/internal/spine/trail"
)

// kindsOf gives the kinds of records by their ids. Ids of no record are left out, and those
// of records whose agreement has merely run out by ended, in Unix microseconds; 0 leaves
// none of these out.
func kindsOf(tx *db.Tx, programme string, ids []string, ended int64) (map[string]string, error) {
	out := make(map[string]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	type one struct{ id, kind string }
	all, err := db.All(tx, db.Join(db.Q("select id, kind from ref_record where programme = ? and not (until > 0 and until <= ?) and id in", programme, ended), db.List(ids)),
		func(r db.Row, x *one) error { return r.Scan(&x.id, &x.kind) })
	for _, x := range all {
		out[x.id] = x.kind
	}
	return out, err
}

// ofProgramme is the rows of one programme.
func ofProgramme(programme string) db.Part { return db.Q("programme = ?", programme) }

// inOrder is the rows of a programme, for reading them by their key. The plus keeps SQLite
// from another index by the programme: it would sort a million rows in memory after it.
func inOrder(tx *db.Tx, t carried, programme string) db.Part {
	if tx.Engine() == db.SQLite && t.At("programme") >= 0 && len(t.Key) > 0 && t.Key[0] == "programme" {
		return db.Q("+programme = ?", programme)
	}
	return t.where(programme)
}

// ofMembers is the rows whose column names an account with a role in the programme.
func ofMembers(column string) func(programme string) db.Part {
	return func(programme string) db.Part {
		return db.Join(db.Q(column), db.Q("in (select m.account from who_member m where m.programme = ?)", programme))
	}
}

const archiveColumns = `id, actor, for_whom, why, state, file, size, hash, records, done, total, at, ended_at`

func scanArchive(r db.Row, a *Archived) error {
	return r.Scan(&a.ID, &a.Actor, &a.For, &a.Why, &a.State, &a.file, &a.Size, &a.Hash, &a.Records, &a.Done, &a.Total, &a.At, &a.EndedAt)
}

func insertArchive(tx *db.Tx, programme string, a Archived) error {
	return tx.Do(db.Q(`insert into keeper_archive (programme, `+archiveColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, a.ID, a.Actor, a.For, a.Why, a.State, a.file, a.Size, a.Hash, a.Records, a.Done, a.Total, a.At, a.EndedAt))
}

func oneArchive(tx *db.Tx, programme, id string) (Archived, bool, error) {
	return db.One(tx, db.Q(`select `+archiveColumns+` from keeper_archive where programme = ? and id = ?`, programme, id), scanArchive)
}

// archivesOf lists the archives of a programme, the newest first.
func archivesOf(tx *db.Tx, programme string) ([]Archived, error) {
	return db.All(tx, db.Q(`select `+archiveColumns+` from keeper_archive where programme = ? order by at desc, id desc limit 200`, programme), scanArchive)
}

// archiveIDs is the ids of all archives of a programme: files of theirs go in no archive.
func archiveIDs(tx *db.Tx, programme string) (map[string]bool, error) {
	all, err := db.All(tx, db.Q(`select id from keeper_archive where programme = ?`, programme), db.Value[string])
	out := make(map[string]bool, len(all))
	for _, x := range all {
		out[x] = true
	}
	return out, err
}

// fetchedArchives is the entries of the trail that tell who fetched some archives, the first first.
func fetchedArchives(tx *db.Tx, programme string, all []Archived) ([]trail.Entry, error) {
	if len(all) == 0 {
		return nil, nil
	}
	ids := make([]string, len(all))
	for i, a := range all {
		ids[i] = a.ID
	}
	return db.All(tx, db.Join(db.Q(`select ref, actor, at from trail_entry where programme = ? and verb = ? and ref in`, programme, "keeper.fetch"), db.List(ids), db.Q("order by at, id")),
		func(r db.Row, e *trail.Entry) error {
			e.Verb = "keeper.fetch"
			return r.Scan(&e.Ref.ID, &e.Actor, &e.At)
		})
}

func makingNow(tx *db.Tx, programme string) (int64, error) {
	return db.Count(tx, db.Q(`select count(*) from keeper_archive where programme = ? and state in (?, ?)`, programme, ArchiveMaking, ArchiveAgain))
}

// beginArchive notes that the making begins from the start.
func beginArchive(tx *db.Tx, programme, id string) error {
	return tx.Do(db.Q(`update keeper_archive set state = ?, done = 0 where programme = ? and id = ?`, ArchiveMaking, programme, id))
}

func tellArchive(tx *db.Tx, programme, id string, done, total int64) error {
	return tx.Do(db.Q(`update keeper_archive set done = ?, total = ? where programme = ? and id = ?`, done, total, programme, id))
}

// readyArchive notes that an archive is whole, unless something was erased since it was begun.
func readyArchive(tx *db.Tx, programme string, a Archived) (bool, error) {
	n, err := tx.Exec(db.Q(`update keeper_archive set state = ?, file = ?, size = ?, hash = ?, records = ?, done = ?, total = ?, ended_at = ?
		where programme = ? and id = ? and state = ?`, ArchiveReady, a.file, a.Size, a.Hash, a.Records, a.Done, a.Total, a.EndedAt, programme, a.ID, ArchiveMaking))
	return n == 1, err
}

func failArchive(tx *db.Tx, programme, id string, now int64) error {
	return tx.Do(db.Q(`update keeper_archive set state = ?, ended_at = ? where programme = ? and id = ? and state in (?, ?)`,
		ArchiveFailed, now, programme, id, ArchiveMaking, ArchiveAgain))
}

// againArchives has what is being made begun anew.
func againArchives(tx *db.Tx, programme string) error {
	return tx.Do(db.Q(`update keeper_archive set state = ? where programme = ? and state = ?`, ArchiveAgain, programme, ArchiveMaking))
}

func readyArchives(tx *db.Tx, programme string) ([]string, error) {
	return db.All(tx, db.Q(`select id from keeper_archive where programme = ? and state = ?`, programme, ArchiveReady), db.Value[string])
}

// goneArchives notes that the bytes of archives are gone.
func goneArchives(tx *db.Tx, programme string, ids []string) error {
	return tx.Do(db.Join(db.Q(`update keeper_archive set state = ?, file = '' where programme = ? and state = ? and id in`, ArchiveGone, programme, ArchiveReady), db.List(ids)))
}

// oldArchives lists ready archives (programme and id) that ended before an instant.
func oldArchives(tx *db.Tx, before int64) ([][2]string, error) {
	return db.All(tx, db.Q(`select programme, id from keeper_archive where state = ? and ended_at <= ? order by programme, id limit 500`, ArchiveReady, before),
		func(r db.Row, x *[2]string) error { return r.Scan(&x[0], &x[1]) })
}

// arrivedArchives notes, after an import, that the bytes of archives stayed where they were made.
func arrivedArchives(tx *db.Tx, programme string) error {
	if err := tx.Do(db.Q(`update keeper_archive set state = ?, file = '' where programme = ? and state = ?`, ArchiveGone, programme, ArchiveReady)); err != nil {
		return err
	}
	return tx.Do(db.Q(`update keeper_archive set state = ? where programme = ? and state in (?, ?)`, ArchiveFailed, programme, ArchiveMaking, ArchiveAgain))
}

// begun is an import that is under way.
type begun struct{ programme, hash string }

func imports(tx *db.Tx) ([]begun, error) {
	return db.All(tx, db.Q(`select programme, hash from keeper_import order by at`), func(r db.Row, b *begun) error { return r.Scan(&b.programme, &b.hash) })
}

func beginImport(tx *db.Tx, b begun, now int64) error {
	return tx.Do(db.Q(`insert into keeper_import (programme, hash, at) values (?, ?, ?)`, b.programme, b.hash, now))
}

func endImport(tx *db.Tx, programme string) error {
	return tx.Do(db.Q(`delete from keeper_import where programme = ?`, programme))
}

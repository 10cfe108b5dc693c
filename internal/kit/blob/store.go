package blob

import (
	"plait/internal/kit/db"
)

// begin stores a file of which nothing has come in yet.
func begin(tx *db.Tx, programme string, u Upload, key []byte, now int64) error {
	return tx.Do(db.Q(`insert into blob_file (programme, id, record, name, media, size, hash, mark, sealed_key, at) values (?, ?, '', ?, '', ?, '', '', ?, ?)`,
		programme, u.ID, u.Name, int64(coming), key, now))
}

// addChunk stores the next chunk of a file that is coming in. Its time moves on, so that a slow one
// is no stray.
func addChunk(tx *db.Tx, programme, file string, n int64, sealed []byte, now int64) error {
	left, err := tx.Exec(db.Q(`update blob_file set at = ? where programme = ? and id = ? and record = '' and size = ? and length(sealed_key) > 0`,
		now, programme, file, int64(coming)))
	if err != nil {
		return err
	}
	if left != 1 {
		return errGone()
	}
	return tx.Do(db.Q(`insert into blob_chunk (programme, file, n, sealed) values (?, ?, ?, ?)`, programme, file, n, sealed))
}

func finish(tx *db.Tx, programme string, u Upload, hash, mark string) error {
	n, err := tx.Exec(db.Q(`update blob_file set media = ?, size = ?, hash = ?, mark = ? where programme = ? and id = ? and size = ? and length(sealed_key) > 0`,
		u.Media, u.Size, hash, mark, programme, u.ID, int64(coming)))
	if err == nil && n != 1 {
		err = errGone()
	}
	return err
}

// hollow takes everything of a file away but its id, under which its chunks wait to be swept.
func hollow(tx *db.Tx, programme, file string) error {
	return tx.Do(db.Q(`update blob_file set record = '', name = '', media = '', size = ?, hash = '', mark = '', sealed_key = ?, at = 0 where programme = ? and id = ?`,
		int64(coming), []byte{}, programme, file))
}

// give ties a whole file that waits to a record, and says whether there was one.
func give(tx *db.Tx, programme, file, record string) (bool, error) {
	n, err := tx.Exec(db.Q(`update blob_file set record = ? where programme = ? and id = ? and record = '' and size <> ?`,
		record, programme, file, int64(coming)))
	return n == 1, err
}

const infoColumns = `select id, record, name, media, size, hash, mark, sealed_key, at from blob_file`

func scanInfo(r db.Row, i *Info) error {
	return r.Scan(&i.ID, &i.Record, &i.Name, &i.Media, &i.Size, &i.Hash, &i.mark, &i.key, &i.At)
}

// one reads a file that came in whole.
func one(tx *db.Tx, programme, file string) (Info, bool, error) {
	return db.One(tx, db.Q(infoColumns+` where programme = ? and id = ? and size <> ?`, programme, file, int64(coming)), scanInfo)
}

func of(tx *db.Tx, programme string, records []string) ([]Info, error) {
	out := []Info{}
	const most = 500
	for start := 0; start < len(records); start += most {
		// "" is what no record is called: files that wait are nobody's.
		part, err := db.All(tx, db.Join(db.Q(infoColumns+` where programme = ? and record <> '' and record in`, programme),
			db.List(records[start:min(start+most, len(records))]), db.Q(`order by id`)), scanInfo)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	return out, nil
}

func twins(tx *db.Tx, programme string, i Info) ([]Info, error) {
	return db.All(tx, db.Q(infoColumns+` where programme = ? and mark = ? and id <> ? and record <> '' order by id limit 20`, programme, i.mark, i.ID), scanInfo)
}

func chunk(tx *db.Tx, programme, file string, n int64) ([]byte, bool, error) {
	return db.One(tx, db.Q(`select sealed from blob_chunk where programme = ? and file = ? and n = ?`, programme, file, n), db.Value[[]byte])
}

// stray is a file that nobody has kept, or that was dropped.
type stray struct{ programme, id string }

func strays(tx *db.Tx, before int64, most int64) ([]stray, error) {
	return db.All(tx, db.Q(`select programme, id from blob_file where record = '' and at < ? order by at, programme, id limit ?`, before, most),
		func(r db.Row, s *stray) error { return r.Scan(&s.programme, &s.id) })
}

// hollowStray is hollow for a file that is still a stray.
func hollowStray(tx *db.Tx, x stray, before int64) (bool, error) {
	n, err := tx.Exec(db.Q(`update blob_file set name = '', media = '', size = ?, hash = '', mark = '', sealed_key = ?, at = 0
		where programme = ? and id = ? and record = '' and at < ?`, int64(coming), []byte{}, x.programme, x.id, before))
	return n == 1, err
}

// dropChunks deletes up to most chunks of a file.
func dropChunks(tx *db.Tx, x stray, most int64) (int64, error) {
	return tx.Exec(db.Q(`delete from blob_chunk where programme = ? and file = ? and n in (select n from blob_chunk where programme = ? and file = ? order by n limit ?)`,
		x.programme, x.id, x.programme, x.id, most))
}

func dropFile(tx *db.Tx, x stray) error {
	return tx.Do(db.Q(`delete from blob_file where programme = ? and id = ? and record = '' and at = 0`, x.programme, x.id))
}

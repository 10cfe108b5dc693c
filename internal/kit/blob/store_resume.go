package blob

import (
	"plait/internal/kit/db"
)

// part is a file that may not be whole.
type part struct {
	record, name     string
	size, come, turn int64
	key              []byte
}

func (p part) coming(file string) Coming {
	c := Coming{ID: file, Name: p.name, At: p.come, Whole: p.size != coming}
	if c.Whole {
		c.At = p.size
	}
	return c
}

// partly reads a file that was not dropped, whole or not. come of a whole one is its size.
func partly(tx *db.Tx, programme, file string) (part, bool, error) {
	p, ok, err := db.One(tx, db.Q(`select record, name, size, come, turn, sealed_key from blob_file where programme = ? and id = ? and length(sealed_key) > 0`,
		programme, file), func(r db.Row, p *part) error { return r.Scan(&p.record, &p.name, &p.size, &p.come, &p.turn, &p.key) })
	if p.size != coming {
		p.come = p.size
	}
	return p, ok, err
}

// come moves the end of a file that is coming in, if it stands at at. Its time moves on,
// so that a slow one is no stray; its turn moves on, so that nobody ends it without this.
func come(tx *db.Tx, programme, file string, at, more, now int64) (bool, error) {
	n, err := tx.Exec(db.Q(`update blob_file set come = come + ?, turn = turn + 1, at = ? where programme = ? and id = ? and record = '' and size = ? and come = ? and length(sealed_key) > 0`,
		more, now, programme, file, int64(coming), at))
	return n == 1, err
}

// putChunk stores the chunk that come made room for.
func putChunk(tx *db.Tx, programme, file string, n int64, sealed []byte) error {
	return tx.Do(db.Q(`insert into blob_chunk (programme, file, n, sealed) values (?, ?, ?, ?)`, programme, file, n, sealed))
}

// take takes the next turn at ending a file.
func take(tx *db.Tx, programme, file string) (bool, error) {
	n, err := tx.Exec(db.Q(`update blob_file set turn = turn + 1 where programme = ? and id = ? and record = '' and size = ? and length(sealed_key) > 0`,
		programme, file, int64(coming)))
	return n == 1, err
}

func replaceChunk(tx *db.Tx, programme, file string, n int64, sealed []byte, turn int64) (bool, error) {
	ok, err := mine(tx, programme, file, turn)
	if err != nil || !ok {
		return false, err
	}
	changed, err := tx.Exec(db.Q(`update blob_chunk set sealed = ? where programme = ? and file = ? and n = ?`, sealed, programme, file, n))
	return changed == 1, err
}

// mine says whether a turn is still the last, and holds the row until the transaction ends.
func mine(tx *db.Tx, programme, file string, turn int64) (bool, error) {
	n, err := tx.Exec(db.Q(`update blob_file set turn = turn where programme = ? and id = ? and size = ? and turn = ? and length(sealed_key) > 0`,
		programme, file, int64(coming), turn))
	return n == 1, err
}

// end makes a file whole, if the turn is still the last.
func end(tx *db.Tx, programme string, u Upload, hash, mark string, turn int64) (bool, error) {
	n, err := tx.Exec(db.Q(`update blob_file set media = ?, size = ?, hash = ?, mark = ? where programme = ? and id = ? and size = ? and turn = ? and length(sealed_key) > 0`,
		u.Media, u.Size, hash, mark, programme, u.ID, int64(coming), turn))
	return n == 1, err
}

// swap gives the content of a waiting file to i.ID, and takes that file away.
func swap(tx *db.Tx, programme, with string, i Info) error {
	for _, p := range []db.Part{
		db.Q(`delete from blob_chunk where programme = ? and file = ?`, programme, i.ID),
		db.Q(`update blob_chunk set file = ? where programme = ? and file = ?`, i.ID, programme, with),
		db.Q(`delete from blob_file where programme = ? and id = ?`, programme, with),
		db.Q(`update blob_file set media = ?, size = ?, hash = ?, mark = ?, sealed_key = ?, at = ?, come = ?, turn = turn + 1 where programme = ? and id = ?`,
			i.Media, i.Size, i.Hash, i.mark, i.key, i.At, i.Size, programme, i.ID),
	} {
		if err := tx.Do(p); err != nil {
			return err
		}
	}
	return nil
}

// pass moves a kept file to another record, and says whether it was the first one's.
func pass(tx *db.Tx, programme, file, from, to string) (bool, error) {
	n, err := tx.Exec(db.Q(`update blob_file set record = ? where programme = ? and id = ? and record = ? and size <> ?`, to, programme, file, from, int64(coming)))
	return n == 1, err
}

package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"plait/internal/kit/db"
)

// Kept lists the files of a programme that belong to records, by id, behind one; at most
// most at once.
func Kept(tx *db.Tx, programme, after string, most int64) ([]Info, error) {
	return db.All(tx, db.Q(infoColumns+` where programme = ? and id > ? and record <> '' and size <> ? order by id limit ?`, programme, after, int64(coming), most), scanInfo)
}

// Prove looks at a kept file and says what is wrong with it in one plain sentence without
// its id, "" when nothing is: its key must be of this installation, every chunk there and
// its hash right. quick counts the chunks and their bytes and reads none. A file that is
// not kept any more is well. read is how many sealed bytes were looked at.
func (s *Store) Prove(ctx context.Context, programme, file string, quick bool) (wrong string, read int64, err error) {
	var i Info
	there, got, size := false, int64(0), int64(0)
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if i, there, err = one(tx, programme, file); err != nil || !there {
			return err
		}
		got, size, err = weighed(tx, programme, file)
		return err
	})
	if err != nil || !there || i.Record == "" {
		return "", 0, err
	}
	if _, err := s.open(i.key); err != nil {
		return "its key is not of this installation, or was changed", 0, nil // that is what is said
	}
	want := (i.Size + ChunkSize - 1) / ChunkSize
	switch {
	case got == 0 && want > 0:
		return "nothing of it is there", 0, nil
	case got < want:
		return fmt.Sprintf("it is cut: %d of its %d parts are there", got, want), 0, nil
	case got > want:
		return fmt.Sprintf("it has %d parts instead of %d", got, want), 0, nil
	case size < i.Size:
		return fmt.Sprintf("its parts hold %d bytes, fewer than its %d", size, i.Size), 0, nil
	case quick:
		return "", 0, nil
	}
	h := sha256.New()
	for n := range want {
		var sealed []byte
		ok := false
		if err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { sealed, ok, err = chunk(tx, programme, file, n); return err }); err != nil {
			return "", read, err
		}
		if !ok {
			return fmt.Sprintf("part %d of %d is not there", n+1, want), read, nil
		}
		h.Write(sealed)
		read += int64(len(sealed))
	}
	if hex.EncodeToString(h.Sum(nil)) != i.Hash {
		// Dropped while it was read, it is well.
		var now Info
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) { now, there, err = one(tx, programme, file); return err })
		if err != nil || !there || now.Hash != i.Hash {
			return "", read, err
		}
		return "its bytes are not those that came in", read, nil
	}
	return "", read, nil
}

// weighed counts the chunks of a file and their sealed bytes.
func weighed(tx *db.Tx, programme, file string) (n, size int64, err error) {
	type sum struct{ n, size int64 }
	x, _, err := db.One(tx, db.Q(`select count(*), coalesce(sum(length(sealed)), 0) from blob_chunk where programme = ? and file = ?`, programme, file),
		func(r db.Row, s *sum) error { return r.Scan(&s.n, &s.size) })
	return x.n, x.size, err
}

// Weight counts the kept files of a programme and their bytes.
func Weight(tx *db.Tx, programme string) (files, size int64, err error) {
	type sum struct{ n, size int64 }
	x, _, err := db.One(tx, db.Q(`select count(*), coalesce(sum(size), 0) from blob_file where programme = ? and record <> '' and size <> ?`, programme, int64(coming)),
		func(r db.Row, s *sum) error { return r.Scan(&s.n, &s.size) })
	return x.n, x.size, err
}

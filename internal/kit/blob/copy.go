package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"plait/internal/kit/db"
)

// ChunkTable is the table of the chunks: copies of the database may leave out those of
// whole files, which never change, and keep them by the file's hash.
const ChunkTable = "blob_chunk"

// Sealed is a whole file as a copy of the database knows it.
type Sealed struct{ Programme, ID, Hash string }

// AllSealed lists the whole files of every programme.
func AllSealed(tx *db.Tx) ([]Sealed, error) {
	return db.All(tx, db.Q(`select programme, id, hash from blob_file where size <> ? and hash <> '' order by hash, programme, id`, int64(coming)),
		func(r db.Row, s *Sealed) error { return r.Scan(&s.Programme, &s.ID, &s.Hash) })
}

// Unsettled is the chunks of files that are still coming in or were dropped, as a
// condition on ChunkTable.
func Unsettled() db.Part {
	return db.Q(`not exists (select 1 from blob_file f where f.programme = blob_chunk.programme and f.id = blob_chunk.file and f.size <> ? and f.hash <> '')`, int64(coming))
}

// SealedChunks gives the sealed chunks of a file in their order. f may use tx.
func SealedChunks(tx *db.Tx, s Sealed, f func(sealed []byte) error) error {
	h := sha256.New()
	for n := int64(0); ; n++ {
		b, ok, err := chunk(tx, s.Programme, s.ID, n)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		h.Write(b)
		if err := f(b); err != nil {
			return err
		}
	}
	if hex.EncodeToString(h.Sum(nil)) != s.Hash {
		return damaged(errors.New("the sealed bytes are not those of the file"))
	}
	return nil
}

// PutSealed stores the sealed chunks of a file whose row is there, each in a transaction
// of its own; next gives them one by one and nil at the end. The whole is checked against
// the hash. Chunks that are there already stay.
func PutSealed(ctx context.Context, d *db.DB, s Sealed, next func() ([]byte, error)) error {
	h := sha256.New()
	for n := int64(0); ; n++ {
		b, err := next()
		if err != nil {
			return err
		}
		if b == nil {
			break
		}
		h.Write(b)
		if err := d.Append(ctx, func(tx *db.Tx) error {
			return tx.Do(db.Q(`insert into blob_chunk (programme, file, n, sealed) values (?, ?, ?, ?) on conflict (programme, file, n) do nothing`, s.Programme, s.ID, n, b))
		}); err != nil {
			return err
		}
	}
	if hex.EncodeToString(h.Sum(nil)) != s.Hash {
		return damaged(errors.New("the sealed bytes are not those of the file"))
	}
	return nil
}

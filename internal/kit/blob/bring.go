package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/seal"
)

// Tables names the tables of this package: they hold sealed bytes and keys, which mean
// nothing elsewhere. Copies that leave take files with Each and Open instead.
func Tables() []string { return []string{"blob_file", "blob_chunk"} }

// Each gives every kept file of a programme, by record and then by id. f may not use tx.
func (s *Store) Each(tx *db.Tx, programme string, f func(Info) error) error {
	return db.Each(tx, db.Q(infoColumns+` where programme = ? and record <> '' and size <> ? order by record, id`, programme, int64(coming)), scanInfo, f)
}

// Bring stores a file that comes from elsewhere under the id, record, name, media and
// time that it had there, sealed with this installation's key. One that is here already,
// whole, stays as it is; one that was cut off is begun again. size is its length: one
// that is longer or shorter is an invalid fault, and leaves nothing that can be opened.
func (s *Store) Bring(ctx context.Context, programme string, i Info, r io.Reader) error {
	if s.DB.In(ctx) != nil {
		return errInside
	}
	raw := s.IDs.Bytes(seal.Size)
	key, err := seal.New(raw)
	if err != nil {
		return err
	}
	sealed, err := s.Key.Seal(purpose, raw)
	if err != nil {
		return err
	}
	there := false
	if err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, there, err = one(tx, programme, i.ID); err != nil || there {
			return err
		}
		if err := tx.Do(db.Q(`delete from blob_chunk where programme = ? and file = ?`, programme, i.ID)); err != nil {
			return err
		}
		if err := tx.Do(db.Q(`delete from blob_file where programme = ? and id = ?`, programme, i.ID)); err != nil {
			return err
		}
		return begin(tx, programme, Upload{ID: i.ID, Name: i.Name}, sealed, s.Clock.Now())
	}); err != nil || there {
		return err
	}
	in := intake{store: s, programme: programme, id: i.ID, key: key, plain: sha256.New(), sealed: sha256.New()}
	if err := in.all(ctx, r, i.Size); err != nil {
		return err
	}
	if in.size != i.Size {
		return fault.New(fault.Invalid, "blob.gone").With("blob.gone_do")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := finish(tx, programme, Upload{ID: i.ID, Media: i.Media, Size: i.Size}, hex.EncodeToString(in.sealed.Sum(nil)), s.mark(in.plain)); err != nil {
			return err
		}
		return tx.Do(db.Q(`update blob_file set record = ?, at = ? where programme = ? and id = ?`, i.Record, i.At, programme, i.ID))
	})
}

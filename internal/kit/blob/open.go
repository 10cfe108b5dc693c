package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/seal"
)

// Open gives a file's bytes, kept or waiting, chunk by chunk as they are read, each in a
// short transaction of its own. A chunk that was changed or is gone is a broken fault at
// the read that meets it. Read from its start in order, the whole is checked against
// hash and mark before its last chunk is given. Who may read is for the caller to ask,
// of the record that Info names.
func (s *Store) Open(ctx context.Context, programme, file string) (io.ReadSeekCloser, Info, error) {
	var i Info
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		var ok bool
		var err error
		if i, ok, err = one(tx, programme, file); err == nil && !ok {
			err = errGone()
		}
		return err
	})
	if err != nil {
		return nil, Info{}, err
	}
	key, err := s.open(i.key)
	if err != nil {
		return nil, Info{}, err
	}
	return &reader{store: s, ctx: ctx, programme: programme, info: i, key: key, held: -1, plain: sha256.New(), sealed: sha256.New()}, i, nil
}

// reader reads one file.
type reader struct {
	store     *Store
	ctx       context.Context
	programme string
	info      Info
	key       *seal.Key
	at        int64  // the next byte to give
	held      int64  // number of the chunk in buf; -1 = none
	buf       []byte // its plain bytes

	plain, sealed hash.Hash
	hashed        int64 // chunks that went into the hashes, from the first on
	rough         bool  // it has no hash yet: it is still coming in
}

// Read gives the next bytes.
func (r *reader) Read(p []byte) (int, error) {
	if r.key == nil {
		return 0, errors.New("blob: read after close")
	}
	if len(p) == 0 {
		return 0, nil
	}
	if r.at >= r.info.Size {
		return 0, io.EOF
	}
	if n := r.at / ChunkSize; n != r.held {
		if err := r.load(n); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.buf[r.at%ChunkSize:])
	r.at += int64(n)
	return n, nil
}

// Seek moves to another place.
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.info.Size
	}
	if offset < 0 {
		return 0, errors.New("blob: a place before the start")
	}
	r.at = offset
	return offset, nil
}

// Close forgets the key and what was read.
func (r *reader) Close() error {
	clear(r.buf)
	r.key, r.buf, r.held = nil, nil, -1
	return nil
}

// load fetches and opens one chunk.
func (r *reader) load(n int64) error {
	var sealed []byte
	err := r.store.DB.Read(r.ctx, func(tx *db.Tx) error {
		var ok bool
		var err error
		if sealed, ok, err = chunk(tx, r.programme, r.info.ID, n); err != nil || ok {
			return err
		}
		// Dropped while it was read, or damaged: the two are not the same to a reader.
		if _, ok, err = one(tx, r.programme, r.info.ID); err == nil && !ok {
			return errGone()
		}
		return damaged(errors.Join(fmt.Errorf("chunk %d is not there", n), err))
	})
	if err != nil {
		return err
	}
	plain, err := r.key.Open(place(n), sealed)
	if err != nil {
		return damaged(err)
	}
	if want := min(ChunkSize, r.info.Size-n*ChunkSize); int64(len(plain)) != want {
		return damaged(fmt.Errorf("chunk %d holds %d bytes, not %d", n, len(plain), want))
	}
	if n == r.hashed && !r.rough {
		r.plain.Write(plain)
		r.sealed.Write(sealed)
		r.hashed++
		if r.hashed*ChunkSize >= r.info.Size && (hex.EncodeToString(r.sealed.Sum(nil)) != r.info.Hash || r.store.mark(r.plain) != r.info.mark) {
			return damaged(errors.New("hash or mark is not that of the file"))
		}
	}
	r.held, r.buf = n, plain
	return nil
}

func damaged(why error) error {
	return fault.New(fault.Broken, "blob.damaged").With("blob.damaged_do").Because(why)
}

// Check reads the sealed bytes of a file and compares them with its hash; it needs no
// key, so that copies can be checked too. A wrong one is a broken fault.
func (s *Store) Check(ctx context.Context, programme, file string) error {
	var i Info
	h := sha256.New()
	for n := int64(0); ; n++ {
		end := false
		err := s.DB.Read(ctx, func(tx *db.Tx) error {
			var ok bool
			var err error
			if n == 0 {
				if i, ok, err = one(tx, programme, file); err != nil {
					return err
				} else if !ok {
					return errGone()
				}
			}
			sealed, ok, err := chunk(tx, programme, file, n)
			if err != nil {
				return err
			}
			if end = !ok; ok {
				h.Write(sealed)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if end {
			break
		}
	}
	if hex.EncodeToString(h.Sum(nil)) != i.Hash {
		return damaged(errors.New("the sealed bytes are not those of the file"))
	}
	return nil
}

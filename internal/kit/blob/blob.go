package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"
	"unicode"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/seal"
)

const (
	// ChunkSize is how many plain bytes a chunk holds; the last may hold fewer.
	ChunkSize = 1 << 20
	// StrayTime is how long a file waits for its record, in microseconds: 24 hours.
	StrayTime = clock.Day
	// maxName is the most bytes of a file's name.
	maxName = 200
	// coming is the size of a file that has not come in whole, or was dropped.
	coming = -1
	// purpose is what the installation key seals and marks here.
	purpose = "file"
)

// Store keeps files in a database. It is safe for many goroutines.
type Store struct {
	DB    *db.DB
	Clock clock.Clock
	IDs   *id.Maker
	Key   *seal.Key
}

// Upload is a file that came in whole and waits for its record.
type Upload struct {
	ID    string // the file's id, for Keep and Open
	Name  string // without folders, at most 200 bytes
	Media string // by its content, such as "image/jpeg"; never by what the sender says
	Size  int64  // in bytes
}

// Info is what is known of a file.
type Info struct {
	ID     string
	Record string // id of the record it belongs to; "" = it waits for one
	Name   string
	Media  string
	Size   int64 // in bytes
	At     int64 // when it came in, microseconds since 1970
	Hash   string
	mark   string
	key    []byte
}

// errInside is for programmers: chunks need transactions of their own.
var errInside = errors.New("blob: a file is taken in outside of any transaction")

// Take reads a file and stores it, sealed. most is the most bytes it may have; one more
// is a toobig fault. A file that did not come in whole leaves nothing that can be opened.
// Take runs its own transactions, and refuses a context that carries one.
func (s *Store) Take(ctx context.Context, programme, name string, r io.Reader, most int64) (u Upload, err error) {
	if s.DB.In(ctx) != nil {
		return u, errInside
	}
	raw := s.IDs.Bytes(seal.Size)
	key, err := seal.New(raw)
	if err != nil {
		return u, err
	}
	sealed, err := s.Key.Seal(purpose, raw)
	if err != nil {
		return u, err
	}
	u = Upload{ID: s.IDs.New(), Name: Plain(name)}
	now := s.Clock.Now()
	if err := s.DB.Write(ctx, func(tx *db.Tx) error { return begin(tx, programme, u, sealed, now) }); err != nil {
		return Upload{}, err
	}
	in := intake{store: s, programme: programme, id: u.ID, key: key, plain: sha256.New(), sealed: sha256.New()}
	if err = in.all(ctx, r, most); err == nil {
		u.Media, u.Size = in.media, in.size
		err = s.DB.Write(ctx, func(tx *db.Tx) error {
			return finish(tx, programme, u, hex.EncodeToString(in.sealed.Sum(nil)), s.mark(in.plain))
		})
	}
	if err != nil {
		// It does its best: what is left here is a stray, and swept.
		_ = s.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return hollow(tx, programme, u.ID) })
		return Upload{}, err
	}
	return u, nil
}

// mark is the HMAC by which a second copy of the same plain bytes is noticed.
func (s *Store) mark(plain hash.Hash) string {
	return s.Key.HMAC(purpose, hex.EncodeToString(plain.Sum(nil)))
}

// intake is one file on its way in.
type intake struct {
	store         *Store
	programme, id string
	key           *seal.Key
	plain, sealed hash.Hash
	size          int64
	media         string
}

// all reads chunk after chunk until the end.
func (in *intake) all(ctx context.Context, r io.Reader, most int64) error {
	buf := make([]byte, ChunkSize)
	r = io.LimitReader(r, most+1)
	for n := int64(0); ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := io.ReadFull(r, buf)
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return err
		}
		if n == 0 {
			in.media = http.DetectContentType(buf[:got])
		}
		if in.size += int64(got); in.size > most {
			return errTooBig(most)
		}
		if got > 0 {
			if err := in.chunk(ctx, n, buf[:got]); err != nil {
				return err
			}
		}
		if end {
			return nil
		}
	}
}

func (in *intake) chunk(ctx context.Context, n int64, plain []byte) error {
	sealed, err := in.key.Seal(place(n), plain)
	if err != nil {
		return err
	}
	in.plain.Write(plain)
	in.sealed.Write(sealed)
	now := in.store.Clock.Now()
	return in.store.DB.Append(ctx, func(tx *db.Tx) error { return addChunk(tx, in.programme, in.id, n, sealed, now) })
}

// place is what a chunk is sealed for: its number in its file.
func place(n int64) string { return fmt.Sprintf("chunk %d", n) }

// Keep gives a file that came in to a record, in the transaction of the verb that makes
// or changes the record. The same again is no error. A file of another record is a
// conflict; one that is not there, or not whole, is a missing fault.
func (s *Store) Keep(tx *db.Tx, programme, upload, record string) error {
	if record == "" || programme == "" {
		return errors.New("blob: a file is kept for a record of a programme")
	}
	done, err := give(tx, programme, upload, record)
	if err != nil || done {
		return err
	}
	i, ok, err := one(tx, programme, upload)
	switch {
	case err != nil:
		return err
	case !ok:
		return errGone()
	case i.Record != record:
		return fault.New(fault.Conflict, "blob.taken").With("blob.taken_do")
	}
	return nil
}

func errGone() error { return fault.New(fault.Missing, "blob.gone").With("blob.gone_do") }

// Of gives the files of records, by record in no order, the files of one in the order
// they came in.
func (s *Store) Of(tx *db.Tx, programme string, records ...string) ([]Info, error) {
	return of(tx, programme, records)
}

// Same gives the kept files of the programme that hold the same bytes as this one, the
// oldest first. Who may know of them is for the caller to ask.
func (s *Store) Same(tx *db.Tx, programme, file string) ([]Info, error) {
	i, ok, err := one(tx, programme, file)
	if err != nil || !ok {
		return []Info{}, err
	}
	return twins(tx, programme, i)
}

// Drop takes the files of records away for good, in the transaction of the verb that
// erases them: their keys, names and marks go now and nothing can open them again; their
// chunks, which nobody can read, go with the next Sweep.
func (s *Store) Drop(tx *db.Tx, programme string, records ...string) error {
	files, err := of(tx, programme, records)
	if err != nil || len(files) == 0 {
		return err
	}
	tx.Scrub()
	for _, f := range files {
		if err := hollow(tx, programme, f.ID); err != nil {
			return err
		}
	}
	return nil
}

// Plain is a file's name without folders, line breaks and other signs that no name
// needs, at most 200 bytes; "file" when nothing is left.
func Plain(name string) string {
	name = strings.ToValidUTF8(name[strings.LastIndexAny(name, `/\`)+1:], "")
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`"<>|:*?`, r) {
			return -1
		}
		return r
	}, name))
	if len(name) > maxName {
		name = strings.ToValidUTF8(name[:maxName], "")
	}
	if name == "" || name == "." || name == ".." {
		return "file"
	}
	return name
}

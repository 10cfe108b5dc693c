package blob

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/seal"
)

// Coming is a file that comes in chunk by chunk, from a sender who may go away and come
// back.
type Coming struct {
	ID   string
	Name string // as Upload has it
	At   int64  // bytes that are here; the next chunk begins there
	// Whole says that nothing more can come: Whole was called and is done.
	Whole bool
}

// Span is a range of a file that Whole overwrites: With from At on, and zeros for the
// rest of Len.
type Span struct {
	At, Len int64
	With    []byte
}

// Begin stores a file of which nothing has come in yet, for Put. A file that nothing was
// added to for StrayTime is swept.
func (s *Store) Begin(ctx context.Context, programme, name string) (Coming, error) {
	raw := s.IDs.Bytes(seal.Size)
	sealed, err := s.Key.Seal(purpose, raw)
	if err != nil {
		return Coming{}, err
	}
	u, now := Upload{ID: s.IDs.New(), Name: Plain(name)}, s.Clock.Now()
	err = s.DB.Write(ctx, func(tx *db.Tx) error { return begin(tx, programme, u, sealed, now) })
	if err != nil {
		return Coming{}, err
	}
	return Coming{ID: u.ID, Name: u.Name}, nil
}

// At says how far a file is. One that is not here, or was dropped, is a missing fault.
func (s *Store) At(ctx context.Context, programme, file string) (c Coming, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, ok, err := partly(tx, programme, file)
		if err == nil && !ok {
			err = errGone()
		}
		c = p.coming(file)
		return err
	})
	return c, err
}

// Put adds the chunk that begins at byte at: exactly ChunkSize bytes, or fewer for the
// last. What it has acknowledged stays, whatever happens then. It gives how far the file
// is now. A chunk that does not begin there is a conflict, and now tells where it stands;
// the same chunk again is no error. Several may send the same chunk at once.
func (s *Store) Put(ctx context.Context, programme, file string, at int64, plain []byte) (now int64, err error) {
	if s.DB.In(ctx) != nil {
		return 0, errInside
	}
	var p part
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var ok bool
		var err error
		if p, ok, err = partly(tx, programme, file); err == nil && !ok {
			err = errGone()
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	key, err := s.open(p.key)
	if err != nil {
		return p.come, err
	}
	if at < p.come {
		return p.come, s.again(ctx, programme, file, key, at, plain, p.come)
	}
	if len(plain) == 0 || len(plain) > ChunkSize || at != p.come || at%ChunkSize != 0 || p.size != coming {
		return p.come, errPlace(p.come)
	}
	n := at / ChunkSize
	sealed, err := key.Seal(place(n), plain)
	if err != nil {
		return p.come, err
	}
	t, added := s.Clock.Now(), false
	err = s.DB.Append(ctx, func(tx *db.Tx) error {
		var err error
		if added, err = come(tx, programme, file, at, int64(len(plain)), t); err != nil || !added {
			return err
		}
		return putChunk(tx, programme, file, n, sealed)
	})
	switch {
	case err != nil:
		return p.come, err
	case added:
		return at + int64(len(plain)), nil
	}
	// Another tab was first: with the same chunk, or with another.
	c, err := s.At(ctx, programme, file)
	if err != nil {
		return 0, err
	}
	return c.At, s.again(ctx, programme, file, key, at, plain, c.At)
}

// again says whether a chunk that is there already is the one that came now.
func (s *Store) again(ctx context.Context, programme, file string, key *seal.Key, at int64, plain []byte, stands int64) error {
	if at < 0 || at%ChunkSize != 0 || len(plain) == 0 || len(plain) > ChunkSize || at+int64(len(plain)) > stands {
		return errPlace(stands)
	}
	var sealed []byte
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		sealed, _, err = chunk(tx, programme, file, at/ChunkSize)
		return err
	})
	if err != nil {
		return err
	}
	was, err := key.Open(place(at/ChunkSize), sealed)
	if err != nil {
		return damaged(err)
	}
	if !bytes.Equal(was, plain) {
		return errPlace(stands)
	}
	return nil
}

// errPlace says where a file stands.
func errPlace(at int64) error {
	return fault.New(fault.Conflict, "blob.place", "At", at).With("blob.place_do")
}

// open gives the key of a file from its sealed form.
func (s *Store) open(sealed []byte) (*seal.Key, error) {
	raw, err := s.Key.Open(purpose, sealed)
	if err != nil {
		return nil, err
	}
	return seal.New(raw)
}

// Whole ends a file that came by Put: it can be kept and opened from then on, and nothing
// can be added. most is the most bytes it may have. scrub, which may be nil, reads what
// came and says which bytes to overwrite before anybody sees the file; its error is given
// back, and the file stays as it is. Memory does not grow with the file. Called twice it
// gives the same; two at once end with one answer, and the other is a busy fault.
func (s *Store) Whole(ctx context.Context, programme, file string, most int64, scrub func(io.ReadSeeker) ([]Span, error)) (u Upload, err error) {
	if s.DB.In(ctx) != nil {
		return u, errInside
	}
	w, done, err := s.turn(ctx, programme, file)
	if err != nil || done {
		return w.Upload, err
	}
	if w.Size > most {
		return u, errTooBig(most)
	}
	if scrub != nil {
		r := &reader{store: s, ctx: ctx, programme: programme, info: Info{ID: file, Size: w.Size}, key: w.key, held: -1, rough: true}
		spans, err := scrub(r)
		if err == nil {
			err = w.apply(ctx, spans)
		}
		if err != nil {
			return u, errors.Join(err, r.Close())
		}
	}
	hash, mark, err := w.sum(ctx)
	if err != nil {
		return u, err
	}
	ended := false
	err = s.DB.Write(ctx, func(tx *db.Tx) (err error) {
		ended, err = end(tx, programme, w.Upload, hash, mark, w.mine)
		return err
	})
	if err != nil || ended {
		return w.Upload, err
	}
	// Another was at it: what it made counts, if it is done.
	var i Info
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		var ok bool
		var err error
		if i, ok, err = one(tx, programme, file); err == nil && !ok {
			err = fault.New(fault.Busy, "blob.busy").With("blob.busy_do")
		}
		return err
	})
	if err != nil {
		return Upload{}, err
	}
	return i.upload(), nil
}

// ending is a file that is being made whole.
type ending struct {
	Upload
	store     *Store
	programme string
	key       *seal.Key
	mine      int64 // the turn: whoever takes the next one makes every step of this one fail
}

// turn takes the next turn at ending a file. done says that it was ended before.
func (s *Store) turn(ctx context.Context, programme, file string) (w *ending, done bool, err error) {
	w = &ending{store: s, programme: programme}
	var p part
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		i, ok, err := one(tx, programme, file)
		if done = ok; err != nil || ok {
			w.Upload = i.upload()
			return err
		}
		if ok, err = take(tx, programme, file); err == nil && !ok {
			err = errGone()
		}
		if err == nil {
			p, _, err = partly(tx, programme, file)
		}
		return err
	})
	if err != nil || done {
		return w, done, err
	}
	w.Upload, w.mine = Upload{ID: file, Name: p.name, Size: p.come}, p.turn
	w.key, err = s.open(p.key)
	return w, false, err
}

// apply overwrites spans, chunk after chunk, each in a transaction of its own. Cut off in
// the middle, all of it is done again by the next.
func (w *ending) apply(ctx context.Context, spans []Span) error {
	spans = slices.DeleteFunc(slices.Clone(spans), func(x Span) bool { return x.Len == 0 })
	for _, x := range spans {
		if x.At < 0 || x.Len < 0 || int64(len(x.With)) > x.Len || x.Len > w.Size || x.At > w.Size-x.Len {
			return fmt.Errorf("blob: a span from %d, %d long, of a file of %d", x.At, x.Len, w.Size)
		}
	}
	slices.SortStableFunc(spans, func(a, b Span) int { return cmp.Compare(a.At, b.At) })
	var now, rest []Span // of this chunk; what goes on in the next
	for i := 0; len(rest) > 0 || i < len(spans); {
		at := int64(0)
		if len(rest) > 0 {
			at = rest[0].At
		} else {
			at = spans[i].At
		}
		n := at / ChunkSize
		from, to := n*ChunkSize, (n+1)*ChunkSize
		now, rest = append(now[:0], rest...), rest[:0]
		for ; i < len(spans) && spans[i].At < to; i++ {
			now = append(now, spans[i])
		}
		plain, _, err := w.load(ctx, n)
		if err != nil {
			return err
		}
		changed := false
		for _, x := range now {
			here := min(x.Len, to-x.At)
			changed = x.write(plain[x.At-from:][:here]) || changed
			if x.Len > here {
				rest = append(rest, Span{At: to, Len: x.Len - here, With: x.With[min(here, int64(len(x.With))):]})
			}
		}
		if changed {
			if err := w.reseal(ctx, n, plain); err != nil {
				return err
			}
		}
	}
	return nil
}

// write writes the first bytes of a span over b, and says whether that changed any.
func (x Span) write(b []byte) bool {
	changed := false
	for i := range b {
		v := byte(0)
		if i < len(x.With) {
			v = x.With[i]
		}
		changed = changed || b[i] != v
		b[i] = v
	}
	return changed
}

func (w *ending) reseal(ctx context.Context, n int64, plain []byte) error {
	sealed, err := w.key.Seal(place(n), plain)
	if err != nil {
		return err
	}
	return w.store.DB.Write(ctx, func(tx *db.Tx) error {
		ok, err := replaceChunk(tx, w.programme, w.ID, n, sealed, w.mine)
		if err == nil && !ok {
			err = fault.New(fault.Busy, "blob.busy").With("blob.busy_do")
		}
		tx.Scrub()
		return err
	})
}

// load fetches and opens one chunk, and gives its sealed form too.
func (w *ending) load(ctx context.Context, n int64) (plain, sealed []byte, err error) {
	err = w.store.DB.Read(ctx, func(tx *db.Tx) error {
		var ok bool
		var err error
		if sealed, ok, err = chunk(tx, w.programme, w.ID, n); err == nil && !ok {
			err = damaged(fmt.Errorf("chunk %d is not there", n))
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if plain, err = w.key.Open(place(n), sealed); err != nil {
		return nil, nil, damaged(err)
	}
	if want := min(ChunkSize, w.Size-n*ChunkSize); int64(len(plain)) != want {
		return nil, nil, damaged(fmt.Errorf("chunk %d holds %d bytes, not %d", n, len(plain), want))
	}
	return plain, sealed, nil
}

// sum reads the file through for its hash, its mark and what it is.
func (w *ending) sum(ctx context.Context) (hash, mark string, err error) {
	all, own := sha256.New(), sha256.New()
	w.Media = http.DetectContentType(nil)
	for n := int64(0); n*ChunkSize < w.Size; n++ {
		plain, sealed, err := w.load(ctx, n)
		if err != nil {
			return "", "", err
		}
		if n == 0 {
			w.Media = http.DetectContentType(plain)
		}
		own.Write(plain)
		all.Write(sealed)
	}
	return hex.EncodeToString(all.Sum(nil)), w.store.mark(own), nil
}

// Swap puts a whole file that waits in the place of another that waits or is still coming
// in: that keeps its id and its name, and takes the content of the other, which is gone.
// A picture that was written anew takes the place of what was sent. All of it is one
// transaction: the old file may have at most 32 MiB. To swap again is no error when the
// other is gone already and the first one is whole.
func (s *Store) Swap(ctx context.Context, programme, file, with string) (u Upload, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		i, ok, err := one(tx, programme, with)
		if err != nil {
			return err
		}
		if !ok {
			if i, ok, err = one(tx, programme, file); err == nil && !ok {
				err = errGone()
			}
			u = i.upload()
			return err
		}
		p, ok, err := partly(tx, programme, file)
		switch {
		case err != nil:
			return err
		case !ok || p.record != "" || i.Record != "":
			return errGone()
		case p.come > 32<<20:
			return errTooBig(32 << 20)
		}
		tx.Scrub()
		i.ID, i.Name = file, p.name
		u = i.upload()
		return swap(tx, programme, with, i)
	})
	return u, err
}

// Forget takes a file away that no record was given: one that turned out to be nothing
// that can be kept. Its chunks go with the next Sweep. One that is kept stays.
func (s *Store) Forget(ctx context.Context, programme, file string) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return s.ForgetIn(tx, programme, file) })
}

// ForgetIn is Forget in a transaction.
func (s *Store) ForgetIn(tx *db.Tx, programme, file string) error {
	p, ok, err := partly(tx, programme, file)
	if err != nil || !ok || p.record != "" {
		return err
	}
	tx.Scrub()
	return hollow(tx, programme, file)
}

// Pass moves a kept file from one record to another, in the transaction of a verb. Again
// is no error. A file of a third record is a conflict.
func (s *Store) Pass(tx *db.Tx, programme, file, from, to string) error {
	if from == "" || to == "" {
		return errors.New("blob: a file is passed from a record to a record")
	}
	done, err := pass(tx, programme, file, from, to)
	if err != nil || done {
		return err
	}
	i, ok, err := one(tx, programme, file)
	switch {
	case err != nil:
		return err
	case !ok || i.Record == "":
		return errGone()
	case i.Record != to:
		return fault.New(fault.Conflict, "blob.taken").With("blob.taken_do")
	}
	return nil
}

// Look says what is known of a file that is whole, kept or waiting.
func (s *Store) Look(tx *db.Tx, programme, file string) (Info, bool, error) {
	return one(tx, programme, file)
}

func errTooBig(most int64) error {
	return fault.New(fault.TooBig, "blob.too_big", "Most", max(1, most>>20)).With("blob.too_big_do")
}

func (i Info) upload() Upload { return Upload{ID: i.ID, Name: i.Name, Media: i.Media, Size: i.Size} }

// Partial reads what is here of a file: all of it, of one that is whole. It is not held
// against a hash. Who may read is for the caller to ask.
func (s *Store) Partial(ctx context.Context, programme, file string) (io.ReadSeekCloser, Coming, error) {
	var p part
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		var ok bool
		var err error
		if p, ok, err = partly(tx, programme, file); err == nil && !ok {
			err = errGone()
		}
		return err
	})
	if err != nil {
		return nil, Coming{}, err
	}
	key, err := s.open(p.key)
	if err != nil {
		return nil, Coming{}, err
	}
	r := &reader{store: s, ctx: ctx, programme: programme, info: Info{ID: file, Size: p.come}, key: key, held: -1, plain: sha256.New(), sealed: sha256.New(), rough: true}
	return r, p.coming(file), nil
}

package seal

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"plait/internal/kit/fault"
)

const (
	// StreamChunk is how many plain bytes one sealed chunk of a stream holds; the last
	// holds fewer, or just as many, or none when the stream is empty.
	StreamChunk = 1 << 20
	// streamVersion is the first byte of a sealed stream.
	streamVersion = 2
	// streamSalt is how many random bytes follow it: each stream has a key of its own.
	streamSalt = 32
	// streamTag is how much longer a sealed chunk is than its plain bytes.
	streamTag = 16
)

// errCut says that a sealed stream ends before its end mark.
var errCut = errors.New("seal: the stream was cut off")

// streamBox is the cipher of one stream: its key comes from the installation key, the
// purpose and the stream's salt. The header is bound into each chunk.
func (k *Key) streamBox(purpose string, head []byte) (cipher.AEAD, error) {
	sub, err := hkdf.Key(sha256.New, k.root[:], head[1:], "plait/stream/1/"+purpose, Size)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// place is the nonce of a chunk: its number, and whether it is the last one. No two
// chunks of a stream share one, and no other stream shares the key.
func place(n uint64, last bool) []byte {
	nonce := make([]byte, 12)
	binary.BigEndian.PutUint64(nonce[3:], n)
	if last {
		nonce[11] = 1
	}
	return nonce
}

// SealWriter seals a stream of any length for a purpose, chunk by chunk, as it is written.
// The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over AES-256-GCM:
// each chunk is bound to its number and the last one to being the last, so that a stream
// that was cut off, or whose chunks were changed, swapped, left out or repeated, does not
// open. Close writes the end mark: a stream that was not closed does not open. It does not
// close w.
func (k *Key) SealWriter(purpose string, w io.Writer) (io.WriteCloser, error) {
	head := make([]byte, 1+streamSalt)
	head[0] = streamVersion
	// As with the key itself, no test may foresee it: crypto/rand never gives less.
	_, _ = rand.Read(head[1:])
	box, err := k.streamBox(purpose, head)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(head); err != nil {
		return nil, err
	}
	return &sealer{w: w, box: box, head: head, buf: make([]byte, 0, StreamChunk), out: make([]byte, 0, StreamChunk+streamTag)}, nil
}

type sealer struct {
	w        io.Writer
	box      cipher.AEAD
	head     []byte
	buf, out []byte
	n        uint64
	err      error
	shut     bool
}

// Write takes plain bytes. A chunk goes out once there are bytes after it, since only
// then is it known not to be the last.
func (s *sealer) Write(p []byte) (int, error) {
	if s.shut {
		return 0, errors.New("seal: written after close")
	}
	done := 0
	for s.err == nil && done < len(p) {
		if len(s.buf) == StreamChunk {
			s.flush(false)
			continue
		}
		n := min(len(p)-done, StreamChunk-len(s.buf))
		s.buf = append(s.buf, p[done:done+n]...)
		done += n
	}
	return done, s.err
}

func (s *sealer) flush(last bool) {
	s.out = s.box.Seal(s.out[:0], place(s.n, last), s.buf, s.head)
	if _, err := s.w.Write(s.out); err != nil {
		s.err = err
	}
	s.n, s.buf = s.n+1, s.buf[:0]
}

// Close writes the last chunk. A second time does nothing.
func (s *sealer) Close() error {
	if !s.shut && s.err == nil {
		s.flush(true)
	}
	s.shut = true
	return s.err
}

// OpenReader opens what SealWriter sealed for the same purpose under the same key. It
// gives only bytes of chunks that proved right, and io.EOF only after the end mark with
// nothing behind it: until then nothing that was read may be trusted to be whole. What
// does not prove right is a broken fault "seal.cannot_open".
func (k *Key) OpenReader(purpose string, r io.Reader) (io.Reader, error) {
	head := make([]byte, 1+streamSalt)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, cannotOpen(endOf(err))
	}
	if head[0] != streamVersion {
		return nil, cannotOpen(fmt.Errorf("seal: stream version %d is not known", head[0]))
	}
	box, err := k.streamBox(purpose, head)
	if err != nil {
		return nil, err
	}
	return &opener{r: bufio.NewReaderSize(r, StreamChunk+streamTag+1), box: box, head: head, buf: make([]byte, StreamChunk+streamTag)}, nil
}

type opener struct {
	r    *bufio.Reader
	box  cipher.AEAD
	head []byte
	buf  []byte
	left []byte // opened, not yet given
	n    uint64
	err  error
}

// Read gives the next plain bytes.
func (o *opener) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(o.left) == 0 {
		if o.err != nil {
			return 0, o.err
		}
		o.next()
	}
	n := copy(p, o.left)
	o.left = o.left[n:]
	return n, nil
}

func (o *opener) next() {
	n, err := io.ReadFull(o.r, o.buf)
	switch {
	case err == nil || errors.Is(err, io.ErrUnexpectedEOF):
	default:
		o.err = cannotOpen(endOf(err))
		return
	}
	last := n < len(o.buf)
	if !last {
		_, err = o.r.Peek(1)
		if err != nil && !errors.Is(err, io.EOF) {
			o.err = err
			return
		}
		last = err != nil
	}
	if n < streamTag {
		o.err = cannotOpen(errCut)
		return
	}
	plain, err := o.box.Open(o.buf[:0], place(o.n, last), o.buf[:n], o.head)
	if err != nil {
		o.err = cannotOpen(fmt.Errorf("seal: chunk %d: %w", o.n, err))
		return
	}
	o.left, o.n = plain, o.n+1
	if last {
		o.err = io.EOF
	}
}

// endOf calls an early end by its name; trouble of the reader beneath stays as it is.
func endOf(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	return err
}

func cannotOpen(why error) error {
	return fault.New(fault.Broken, "seal.cannot_open").With("seal.cannot_open_do").Because(why)
}

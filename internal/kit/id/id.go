// Package id makes record ids (UUIDv7, RFC 9562), secrets and contributor codes.
package id

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"sync"
)

// Maker makes ids from a clock and a source of randomness.
type Maker struct {
	mu   sync.Mutex
	now  func() int64
	rand io.Reader
	last uint64
}

// New makes a Maker. now gives microseconds since 1970; random nil means the operating system's.
func New(now func() int64, random io.Reader) *Maker {
	if random == nil {
		random = rand.Reader
	}
	return &Maker{now: now, rand: random}
}

// New is a UUIDv7: 48 bits of milliseconds, 12 bits of the part within it so
// that ids made in one run sort by making, 62 random bits.
func (m *Maker) New() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	us := uint64(m.now())
	stamp := us/1000<<12 | us%1000*4
	if stamp <= m.last {
		stamp = m.last + 1
	}
	m.last = stamp
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], stamp>>12<<16|stamp&0xfff)
	m.fill(b[8:])
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return format(b)
}

// Anonymous is a random UUIDv4: it holds no time and no order.
func (m *Maker) Anonymous() string {
	var b [16]byte
	m.fill(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return format(b)
}

// Secret is n random bytes as URL-safe text; 32 bytes give 43 letters.
func (m *Maker) Secret(n int) string {
	b := make([]byte, n)
	m.fill(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// Bytes is n random bytes.
func (m *Maker) Bytes(n int) []byte { b := make([]byte, n); m.fill(b); return b }

// alphabet has no letter or figure that is read or heard as another: no 0 O 1 I L U V.
const alphabet = "23456789ABCDEFGHJKMNPQRSTWXYZ"

// Salt is 16 random bytes of the operating system as 32 hexadecimal figures: what keeps
// a commitment to few words from being guessed. It is never replayed, so it takes no Maker.
func Salt() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("id: no randomness: " + err.Error())
	}
	return hex.EncodeToString(b[:])
}

// Code is n unambiguous characters, each drawn evenly (about 4.9 bits each).
func (m *Maker) Code(n int) string {
	out := make([]byte, 0, n)
	var b [1]byte
	for len(out) < n {
		m.fill(b[:])
		if int(b[0]) < 256/len(alphabet)*len(alphabet) {
			out = append(out, alphabet[int(b[0])%len(alphabet)])
		}
	}
	return string(out)
}

// Digits is n random decimal figures, for a code that is read out.
func (m *Maker) Digits(n int) string {
	out := make([]byte, 0, n)
	var b [1]byte
	for len(out) < n {
		m.fill(b[:])
		if b[0] < 250 {
			out = append(out, '0'+b[0]%10)
		}
	}
	return string(out)
}

// Tidy brings a typed code to its stored form: upper case, no spaces or dashes,
// and the letters people write for one another put right.
func Tidy(code string) string {
	code = strings.ToUpper(code)
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(alphabet, r) {
			return r
		}
		return -1
	}, code)
}

// Valid says whether s is a lower-case UUID in its usual form.
func Valid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i, c := range []byte(s) {
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}

func (m *Maker) fill(b []byte) {
	if _, err := io.ReadFull(m.rand, b); err != nil {
		// Without randomness no id, key or code is safe: there is nothing to go on with.
		panic("id: no randomness: " + err.Error())
	}
}

func format(b [16]byte) string {
	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:36], b[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

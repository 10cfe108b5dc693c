package media

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Elements of Matroska (RFC 9559).
const (
	elHead        = 0x1a45dfa3
	elSegment     = 0x18538067
	elInfo        = 0x1549a966
	elScale       = 0x2ad7b1
	elDuration    = 0x4489
	elDate        = 0x4461
	elTitle       = 0x7ba9
	elFile        = 0x7384
	elPrev        = 0x3c83ab
	elNext        = 0x3e83bb
	elTracks      = 0x1654ae6b
	elEntry       = 0xae
	elType        = 0x83
	elVideo       = 0xe0
	elWidth       = 0xb0
	elHeight      = 0xba
	elCluster     = 0x1f43b675
	elTime        = 0xe7
	elSimple      = 0xa3
	elGroup       = 0xa0
	elBlock       = 0xa1
	elLength      = 0x9b
	elTags        = 0x1254c367
	elAttachments = 0x1941a469
	elChapters    = 0x1043a770
	elSum         = 0xbf
	elVoid        = 0xec
)

// element is one part of a Matroska file.
type element struct {
	id            uint64
	at, body, end int64
	open          bool // its size is not known: it was recorded live
}

// vint reads a number of variable length (RFC 8794, section 4); keep leaves its marker in.
func vint(b []byte, keep bool) (v uint64, n int64, all bool) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0, false
	}
	n = int64(bits.LeadingZeros8(b[0])) + 1
	if int64(len(b)) < n {
		return 0, 0, false
	}
	v = uint64(b[0])
	if !keep {
		v &= 1<<(8-n) - 1
	}
	for _, x := range b[1:n] {
		v = v<<8 | uint64(x)
	}
	return v, n, v == 1<<(7*n)-1
}

// elementAt reads the head of an element; ok is false where there is none.
func (f *file) elementAt(at, to int64) (e element, ok bool) {
	h := f.some(at, min(12, to-at))
	id, n, _ := vint(h, true)
	if n == 0 || n > 4 {
		return e, false
	}
	size, m, open := vint(h[n:], false)
	if m == 0 {
		return e, false
	}
	e = element{id: id, at: at, body: at + n + m, open: open}
	e.end = to
	if !open {
		if size > uint64(to-e.body) {
			return e, false
		}
		e.end = e.body + int64(size)
	}
	return e, true
}

// elements walks over what stands between two places, and gives where it ended.
func (f *file) elements(from, to int64, depth int, do func(e element)) int64 {
	if depth > maxDepth {
		f.wrong("too deep")
	}
	for from < to && f.step() {
		e, ok := f.elementAt(from, to)
		if !ok || e.end <= from {
			return from
		}
		do(e)
		from = e.end
	}
	return from
}

// void turns an element into one that players step over.
func (f *file) void(e element) {
	n := e.end - e.at
	switch {
	case n < 2:
	case n < 10:
		f.blank(e.at, n, string([]byte{elVoid, 0x80 | byte(n-2)}))
	default:
		f.blank(e.at, n, string(binary.BigEndian.AppendUint64([]byte{elVoid}, 1<<56|uint64(n-9))))
	}
}

// number reads an unsigned number of up to 8 bytes.
func (f *file) number(e element) (v uint64) {
	if e.end-e.body > 8 {
		return 0
	}
	for _, x := range f.some(e.body, e.end-e.body) {
		v = v<<8 | uint64(x)
	}
	return v
}

// mkv is what is gathered of a Matroska file.
type mkv struct {
	scale  uint64  // nanoseconds of one tick
	length float64 // in ticks; 0 = the head does not tell
	last   int64   // ticks at which the last block begins or ends
	time   int64   // of the cluster
	tracks bool
}

func (f *file) matroska(i *Info) {
	head, ok := f.elementAt(0, f.size)
	if !ok || head.id != elHead || head.open {
		f.wrong("no head")
		return
	}
	m := &mkv{scale: 1_000_000}
	segments := 0
	end := f.elements(head.end, f.size, 0, func(e element) {
		if e.id == elSegment {
			segments++
			f.segment(e, m, i)
		} else {
			f.void(e)
		}
	})
	if segments == 0 || !m.tracks {
		// A segment longer than the file was cut off while it was recorded.
		if e, ok := f.cut(head.end); ok && segments == 0 {
			f.segment(e, m, i)
			end = f.size
		}
	}
	if !m.tracks {
		f.wrong("no tracks")
	}
	if end < f.size {
		f.blank(end, f.size-end, "")
	}
	ticks := m.length
	if !(ticks > 0) {
		ticks = float64(m.last)
	}
	if ms := ticks * float64(m.scale) / 1e6; ms > 0 && ms < math.MaxInt32*1000 {
		i.MS = int64(math.Round(ms))
	}
}

// cut is a segment that claims to be longer than the file.
func (f *file) cut(at int64) (element, bool) {
	h := f.some(at, 12)
	id, n, _ := vint(h, true)
	if n == 0 || id != elSegment {
		return element{}, false
	}
	_, k, _ := vint(h[n:], false)
	return element{id: id, at: at, body: at + n + k, end: f.size}, k > 0
}

func (f *file) segment(e element, m *mkv, i *Info) {
	at := e.body
	for at < e.end && f.step() {
		c, ok := f.elementAt(at, e.end)
		if !ok {
			if id, n, _ := vint(f.some(at, 12), true); n == 4 && id == elCluster {
				_, k, _ := vint(f.some(at+4, 8), false)
				c, ok = element{id: id, at: at, body: at + 4 + k, end: e.end}, k > 0 // the last, cut off
			}
		}
		if !ok {
			break
		}
		next := c.end
		switch c.id {
		case elInfo:
			f.info(c, m)
		case elTracks:
			m.tracks = true
			f.elements(c.body, c.end, 1, func(d element) { f.entry(d, i) })
		case elCluster:
			next = f.cluster(c, m)
		case elTags, elAttachments, elSum:
			if c.open {
				f.wrong("a part without an end")
			}
			f.void(c)
		}
		if next <= at {
			break
		}
		at = next
	}
	if at < e.end && m.tracks {
		f.blank(at, e.end-at, "") // nothing that plays stands behind what cannot be read
	}
}

func (f *file) info(e element, m *mkv) {
	f.elements(e.body, e.end, 1, func(d element) {
		switch d.id {
		case elScale:
			if v := f.number(d); v > 0 && v < 1e10 {
				m.scale = v
			}
		case elDuration:
			switch b := f.some(d.body, d.end-d.body); len(b) {
			case 4:
				m.length = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
			case 8:
				m.length = math.Float64frombits(binary.BigEndian.Uint64(b))
			}
		case elDate, elTitle, elFile, elPrev, elNext, elSum:
			f.void(d)
		}
	})
}

func (f *file) entry(e element, i *Info) {
	if e.id != elEntry {
		return
	}
	var w, h uint64
	kind := uint64(0)
	f.elements(e.body, e.end, 2, func(d element) {
		switch d.id {
		case elType:
			kind = f.number(d)
		case elVideo:
			f.elements(d.body, d.end, 3, func(x element) {
				switch x.id {
				case elWidth:
					w = f.number(x)
				case elHeight:
					h = f.number(x)
				}
			})
		}
	})
	if kind == 1 {
		i.Video = true
		if w < 1<<16 && h < 1<<16 && int64(w*h) > i.Width*i.Height {
			i.Width, i.Height = int64(w), int64(h)
		}
	}
}

// cluster goes over the blocks of a cluster, and gives where the next part of the segment
// begins. One that was recorded live ends where another such part does.
func (f *file) cluster(e element, m *mkv) int64 {
	if !e.open && m.length > 0 {
		return e.end // the head tells how long it plays: nothing here is needed
	}
	at := e.body
	for at < e.end && f.step() {
		d, ok := f.elementAt(at, e.end)
		if !ok {
			return at
		}
		switch d.id {
		case elCluster, elTags, elAttachments, elTracks, elInfo, elChapters, 0x1c53bb6b /* Cues */, 0x114d9b74 /* SeekHead */ :
			return at
		case elTime:
			m.time = int64(min(f.number(d), 1<<50))
		case elSimple, elBlock:
			f.block(d, m, 0)
		case elGroup:
			length := int64(0)
			var b element
			f.elements(d.body, d.end, 3, func(x element) {
				switch x.id {
				case elBlock:
					b = x
				case elLength:
					length = int64(min(f.number(x), 1<<40))
				}
			})
			if b.end > 0 {
				f.block(b, m, length)
			}
		}
		at = d.end
	}
	return at
}

// block reads when a block begins, in ticks after its cluster's time.
func (f *file) block(e element, m *mkv, length int64) {
	h := f.some(e.body, min(12, e.end-e.body))
	_, n, _ := vint(h, false)
	if n == 0 || int64(len(h)) < n+2 {
		return
	}
	m.last = max(m.last, m.time+int64(int16(binary.BigEndian.Uint16(h[n:])))+length)
}

package media

import (
	"bytes"
	"encoding/binary"
)

// page is one page of an Ogg file (RFC 3533, section 6).
type page struct {
	at, body, end int64
	flags         byte
	granule       uint64
	serial        uint32
	laces         []byte
}

// pageAt reads the head of a page.
func (f *file) pageAt(at int64) (p page, ok bool) {
	h := f.some(at, 27)
	if len(h) < 27 || string(h[:4]) != "OggS" || h[4] != 0 {
		return p, false
	}
	p = page{at: at, flags: h[5], granule: binary.LittleEndian.Uint64(h[6:]), serial: binary.LittleEndian.Uint32(h[14:])}
	n := int64(h[26])
	l := f.some(at+27, n)
	if int64(len(l)) != n {
		return p, false
	}
	p.laces = bytes.Clone(l)
	p.body = at + 27 + n
	p.end = p.body
	for _, x := range p.laces {
		p.end += int64(x)
	}
	return p, p.end <= f.size
}

// stream is one logical stream of an Ogg file.
type stream struct {
	codec      string
	rate, skip uint64
	packets    int    // that have ended
	piece      []part // of the comment packet
	done       bool
}

// part is a piece of a packet, in one page.
type part struct {
	p       page
	at, len int64
}

const (
	maxComment = 32 << 20 // bytes of one comment packet, with its picture
	headPages  = 4096     // pages in which the comments must end
)

func (f *file) ogg(i *Info) {
	streams := map[uint32]*stream{}
	at, pages := int64(0), 0
	for ; at < f.size && pages < headPages && f.step(); pages++ {
		p, ok := f.pageAt(at)
		if !ok {
			break
		}
		at = p.end
		s := streams[p.serial]
		if p.flags&2 != 0 && s == nil {
			if len(streams) > 32 {
				f.wrong("too many streams")
				return
			}
			s = f.begins(p, i)
			streams[p.serial] = s
		}
		if s != nil && !s.done {
			f.comments(p, s)
		}
		all := true
		for _, s := range streams {
			all = all && s.done
		}
		if all && p.flags&2 == 0 {
			break
		}
	}
	if len(streams) == 0 {
		f.wrong("no stream")
	}
	for _, s := range streams {
		if !s.done && len(s.piece) > 0 {
			f.wrong("comments that do not end")
		}
	}
	i.MS = f.lastGranule(streams)
}

// begins reads the first packet of a stream: what it is.
func (f *file) begins(p page, i *Info) *stream {
	b := f.some(p.body, min(p.end-p.body, 64))
	s := &stream{}
	u32 := func(at int) uint64 {
		if at+4 > len(b) {
			return 0
		}
		return uint64(binary.LittleEndian.Uint32(b[at:]))
	}
	switch {
	case bytes.HasPrefix(b, []byte("OpusHead")) && len(b) >= 12:
		s.codec, s.rate, s.skip = "opus", 48000, uint64(binary.LittleEndian.Uint16(b[10:]))
	case bytes.HasPrefix(b, []byte("\x01vorbis")):
		s.codec, s.rate = "vorbis", u32(12)
	case bytes.HasPrefix(b, []byte("Speex   ")):
		s.codec, s.rate = "speex", u32(36)
	case bytes.HasPrefix(b, []byte("\x7fFLAC")) && len(b) >= 30:
		s.codec, s.rate = "flac", uint64(b[27])<<12|uint64(b[28])<<4|uint64(b[29])>>4
	case bytes.HasPrefix(b, []byte("\x80theora")) && len(b) >= 20:
		s.codec = "theora"
		i.Video = true
		i.Width, i.Height = int64(b[14])<<16|int64(b[15])<<8|int64(b[16]), int64(b[17])<<16|int64(b[18])<<8|int64(b[19])
	default:
		s.done = true // nothing is known of its comments
	}
	return s
}

// comments gathers the second packet of a stream, page after page, and blanks it. Those
// of FLAC go on with more packets: each is a block.
func (f *file) comments(p page, s *stream) {
	at := p.body
	for k := 0; k < len(p.laces) && !s.done && f.step(); k++ {
		from, n := at, int64(p.laces[k])
		for p.laces[k] == 255 && k+1 < len(p.laces) {
			k++
			n += int64(p.laces[k])
		}
		at += n
		ended := p.laces[k] < 255
		if s.packets > 0 {
			s.piece = append(s.piece, part{p, from, n})
			if len(s.piece) > headPages {
				f.wrong("comments that do not end")
				return
			}
		}
		if !ended {
			return
		}
		s.packets++
		if s.packets > 1 {
			f.wipe(s)
		}
	}
}

// wipe blanks a comment packet and makes the sums of its pages anew.
func (f *file) wipe(s *stream) {
	total := int64(0)
	for _, x := range s.piece {
		total += x.len
	}
	if total > maxComment {
		f.wrong("comments too long")
		return
	}
	packet := make([]byte, 0, total)
	for _, x := range s.piece {
		b, ok := f.exact(x.at, x.len)
		if x.len > 0 && !ok {
			return
		}
		packet = append(packet, b...)
	}
	clean, ok := s.clean(packet)
	if !ok {
		f.wrong("comments that cannot be read")
		return
	}
	for _, x := range s.piece {
		f.spans = append(f.spans, Span{x.at, x.len, bytes.Clone(clean[:x.len])})
		f.resum(x, clean[:x.len])
		clean = clean[x.len:]
	}
	s.piece = nil
}

// clean is a comment packet of the same length that says nothing, and whether it was one.
func (s *stream) clean(b []byte) ([]byte, bool) {
	out := make([]byte, len(b))
	head := map[string]string{"opus": "OpusTags", "vorbis": "\x03vorbis", "theora": "\x81theora", "speex": ""}[s.codec]
	if s.codec == "flac" {
		if len(b) < 4 {
			return nil, false
		}
		s.done = b[0]&0x80 != 0
		copy(out, b[:4])
		switch b[0] & 0x7f {
		case 4: // comments must stand here: an empty list of them, and zeros behind it
		case 3:
			copy(out, b)
		default:
			out[0] = b[0]&0x80 | 1
		}
		return out, true
	}
	s.done = true
	if !bytes.HasPrefix(b, []byte(head)) || len(b) < len(head)+8 {
		return nil, false
	}
	// The maker's name and the list are both empty: eight zeros stand there already.
	copy(out, head)
	if s.codec == "vorbis" {
		if len(b) < len(head)+9 {
			return nil, false
		}
		out[len(head)+8] = 1 // the framing bit
	}
	return out, true
}

// resum makes the sum of a page anew, after a part of it was changed. A page that was
// changed twice is summed over both.
func (f *file) resum(x part, with []byte) {
	whole, ok := f.exact(x.p.at, x.p.end-x.p.at)
	if !ok {
		return
	}
	b := bytes.Clone(whole)
	for _, s := range f.spans {
		if s.At >= x.p.at && s.At+s.Len <= x.p.end {
			copy(b[s.At-x.p.at:], s.With)
		}
	}
	copy(b[x.at-x.p.at:], with)
	clear(b[22:26])
	sum := binary.LittleEndian.AppendUint32(nil, crc(b))
	for k, s := range f.spans {
		if s.At == x.p.at+22 && s.Len == 4 {
			f.spans[k].With = sum
			return
		}
	}
	f.spans = append(f.spans, Span{x.p.at + 22, 4, sum})
}

// crc is Ogg's sum: polynomial 0x04c11db7, from the highest bit, beginning with zero.
func crc(b []byte) (c uint32) {
	var table [256]uint32
	for i := range table {
		x := uint32(i) << 24
		for range 8 {
			x = x<<1 ^ x>>31*0x04c11db7
		}
		table[i] = x
	}
	for _, x := range b {
		c = c<<8 ^ table[byte(c>>24)^x]
	}
	return c
}

// lastGranule is how long the longest sound plays, by the last page of it.
func (f *file) lastGranule(streams map[uint32]*stream) int64 {
	const tail = 256 << 10
	from := max(0, f.size-tail)
	b := bytes.Clone(f.some(from, tail))
	most := int64(0)
	seen := map[uint32]bool{}
	for at := len(b); at > 0 && f.step(); {
		if at = bytes.LastIndex(b[:at], []byte("OggS")); at < 0 {
			break
		}
		p, ok := f.pageAt(from + int64(at))
		s := streams[p.serial]
		if !ok || s == nil || seen[p.serial] || p.granule == 1<<64-1 {
			continue
		}
		seen[p.serial] = true
		if s.rate > 0 && p.granule > s.skip && s.codec != "theora" {
			most = max(most, per(p.granule-s.skip, s.rate))
		}
	}
	return most
}

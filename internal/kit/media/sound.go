package media

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// wav reads the chunks of a RIFF WAVE file.
func (f *file) wav(i *Info) {
	rate, data := uint64(0), uint64(0)
	at := int64(12)
	for at+8 <= f.size && f.step() {
		h, ok := f.exact(at, 8)
		if !ok {
			return
		}
		kind, n := string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:]))
		left := f.size - at - 8
		switch kind {
		case "fmt ":
			if b, ok := f.exact(at+8, 16); ok && n >= 16 {
				rate = uint64(binary.LittleEndian.Uint32(b[8:])) // bytes a second
			}
		case "data":
			n = min(n, left) // a recorder that was cut off had not written how long it is
			if n == 0 {
				n = left
			}
			data += uint64(n)
		case "fact":
		default:
			n = min(n, left)
			f.blank(at, 4, "JUNK")
			f.blank(at+8, n, "")
		}
		if n > left {
			f.wrong("a chunk that does not fit")
			return
		}
		at += 8 + n + n%2
	}
	if at < f.size {
		f.blank(at, f.size-at, "")
	}
	if rate == 0 {
		f.wrong("no format")
	}
	i.MS = per(data, rate)
}

// flac reads the metadata blocks of a FLAC file (RFC 9639, section 8).
func (f *file) flac(i *Info) {
	for at, last := int64(4), false; !last && f.step(); {
		h, ok := f.exact(at, 4)
		if !ok {
			return
		}
		last = h[0]&0x80 != 0
		kind, n := h[0]&0x7f, int64(h[1])<<16|int64(h[2])<<8|int64(h[3])
		if n > f.size-at-4 {
			f.wrong("a block that does not fit")
			return
		}
		switch kind {
		case 0: // STREAMINFO
			b, ok := f.exact(at+4, 18)
			if !ok {
				return
			}
			rate := uint64(b[10])<<12 | uint64(b[11])<<4 | uint64(b[12])>>4
			total := uint64(b[13]&15)<<32 | uint64(binary.BigEndian.Uint32(b[14:]))
			i.MS = per(total, rate)
		case 3: // SEEKTABLE
		default:
			mark := byte(1) // PADDING
			if last {
				mark |= 0x80
			}
			f.blank(at, 1, string([]byte{mark}))
			f.blank(at+4, n, "")
		}
		at += 4 + n
	}
}

// frame is the head of an MPEG audio frame (ISO/IEC 11172-3, 2.4.2.3).
type frame struct {
	ok                  bool
	rate, bits, samples uint64 // samples a second, bits a second, samples a frame
	length, side        int64  // bytes of the frame; of its side information
}

func frameOf(b []byte) frame {
	var x frame
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return x
	}
	version, layer, rate, bits := b[1]>>3&3, b[1]>>1&3, b[2]>>2&3, b[2]>>4
	if version == 1 || layer != 1 || rate == 3 || bits == 0 || bits == 15 {
		return x // layer III alone: layers I and II are not met any more
	}
	x.rate = []uint64{44100, 48000, 32000}[rate]
	kbps := []uint64{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	x.samples, x.side = 1152, 32
	mono := b[3]>>6 == 3
	if mono {
		x.side = 17
	}
	if version != 3 { // MPEG-2 and 2.5
		kbps = []uint64{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
		x.samples, x.rate, x.side = 576, x.rate/2, 17
		if mono {
			x.side = 9
		}
		if version == 0 {
			x.rate /= 2
		}
	}
	x.bits = kbps[bits] * 1000
	x.length = int64(x.samples/8*x.bits/x.rate) + int64(b[2]>>1&1)
	x.ok = true
	return x
}

// mpeg reads MP3 and AAC, with the tags before and behind it.
func (f *file) mpeg(i *Info) {
	at, end := f.id3(0), f.size
	if b := f.some(end-128, 3); string(b) == "TAG" && end-128 >= at {
		end -= 128
		f.blank(end+3, 125, "")
	}
	if b := f.some(end-32, 32); len(b) == 32 && string(b[:8]) == "APETAGEX" {
		n, head := int64(binary.LittleEndian.Uint32(b[12:])), int64(0)
		if b[23]&0x80 != 0 {
			head = 32 // the same again before the items
		}
		if n >= 32 && n+head <= end-at {
			f.blank(end-n, n-32, "")
			end -= n + head
		}
	}
	// Some writers leave a gap behind the tag.
	b := f.some(at, window)
	first := slices.IndexFunc(windows(b), func(w []byte) bool { return adts(w) || twice(w) })
	if first < 0 || at == 0 && first > 0 {
		f.wrong("no sound where it should begin")
		return
	}
	f.blank(at, int64(first), "")
	at += int64(first)
	if b = b[first:]; adts(b) {
		i.Container = AAC
		f.aac(i, at, end)
		return
	}
	i.Container = MP3
	x := frameOf(b)
	if head := f.some(at+4+x.side, 12); len(head) == 12 && (string(head[:4]) == "Xing" || string(head[:4]) == "Info") && head[7]&1 != 0 {
		i.MS = per(uint64(binary.BigEndian.Uint32(head[8:]))*x.samples, x.rate)
	} else if head := f.some(at+36, 18); len(head) == 18 && string(head[:4]) == "VBRI" {
		i.MS = per(uint64(binary.BigEndian.Uint32(head[14:]))*x.samples, x.rate)
	} else {
		i.MS = per(uint64(max(0, end-at))*8, x.bits)
	}
}

// twice says whether a frame begins b, and another follows it where b is long enough.
func twice(b []byte) bool {
	x := frameOf(b)
	return x.ok && (int64(len(b)) < x.length+4 || frameOf(b[x.length:]).ok)
}

// windows are the places in b where four bytes begin.
func windows(b []byte) [][]byte {
	var out [][]byte
	for i := range max(0, len(b)-3) {
		if b[i] == 0xff {
			out = append(out, b[i:])
		} else {
			out = append(out, nil)
		}
	}
	return out
}

// id3 blanks ID3v2 tags from at on, and gives where the sound begins.
func (f *file) id3(at int64) int64 {
	for f.step() {
		b := f.some(at, 10)
		if len(b) < 10 || !bytes.HasPrefix(b, []byte("ID3")) {
			return at
		}
		n := int64(b[6]&0x7f)<<21 | int64(b[7]&0x7f)<<14 | int64(b[8]&0x7f)<<7 | int64(b[9]&0x7f)
		foot := int64(0)
		if b[5]&0x10 != 0 {
			foot = 10
		}
		if at+10+n+foot > f.size {
			f.wrong("a tag that does not fit")
			return at
		}
		f.blank(at+5, 1, "") // no extended head, nothing unsynchronised
		f.blank(at+10, n+foot, "")
		at += 10 + n + foot
	}
	return at
}

// adts says whether b begins with a head of AAC (ISO/IEC 13818-7, 6.2).
func adts(b []byte) bool {
	return len(b) >= 4 && b[0] == 0xff && b[1]&0xf6 == 0xf0 && b[2]>>2&15 < 13
}

// aac counts the frames.
func (f *file) aac(i *Info, at, end int64) {
	rates := []uint64{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}
	rate, n := uint64(0), uint64(0)
	for at+7 <= end && f.step() {
		h := f.some(at, 7)
		if !adts(h) {
			break
		}
		length := int64(h[3]&3)<<11 | int64(h[4])<<3 | int64(h[5])>>5
		if length < 7 {
			break
		}
		rate = rates[h[2]>>2&15]
		n += 1024 * uint64(h[6]&3+1)
		at += length
	}
	i.MS = per(n, rate)
}

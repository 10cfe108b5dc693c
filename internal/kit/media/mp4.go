package media

import (
	"encoding/binary"
	"slices"
)

// box is one part of an MP4 file (ISO/IEC 14496-12, 4.2).
type box struct {
	at, body, end int64 // its first byte, that of its content, and the one behind it
	kind          string
}

// boxes walks over the boxes between two places. One that does not fit is damage; at the
// top of a file it ends the walk, for players stop there too.
func (f *file) boxes(from, to int64, do func(b box)) {
	at := from
	for at+8 <= to && f.step() {
		h, ok := f.exact(at, 8)
		if !ok {
			return
		}
		n, body, kind := int64(binary.BigEndian.Uint32(h)), at+8, string(h[4:8])
		switch n {
		case 0:
			n = to - at
		case 1:
			long, ok := f.exact(at+8, 8)
			if !ok {
				return
			}
			if v := binary.BigEndian.Uint64(long); v < 1<<62 {
				n = int64(v)
			}
			body = at + 16
		}
		if n < body-at || n > to-at {
			if from == 0 && kind != "mdat" && kind != "moov" {
				f.blank(at, to-at, "") // rubbish behind the last box, or one that was cut off
				return
			}
			if kind != "mdat" || n < body-at {
				f.wrong("a box " + kind + " that does not fit")
				return
			}
			n = to - at // a recording that was cut off
		}
		do(box{at, body, at + n, kind})
		at += n
	}
	if from == 0 {
		f.blank(at, to-at, "")
	}
}

// free turns a box into one that players step over, with nothing in it.
func (f *file) free(b box) {
	f.blank(b.at+4, 4, "free")
	f.blank(b.body, b.end-b.body, "")
}

// What plays, by the box it stands in. All else is personal until it is known not to be.
func plays(in string) []string {
	switch in {
	case "":
		return []string{"ftyp", "styp", "pdin", "moov", "moof", "mfra", "mdat", "sidx", "ssix", "prft", "emsg", "wide"}
	case "moov":
		return []string{"mvhd", "trak", "mvex", "iods", "pssh", "ctab"}
	case "trak":
		return []string{"tkhd", "mdia", "edts", "tref", "trgr", "tapt", "clip", "matt", "load", "imap"}
	}
	return []string{"mdhd", "hdlr", "minf", "elng"} // mdia
}

// track is what a trak tells.
type track struct {
	id            uint32
	handler       string
	width, height int64
	scale         uint64
	length        uint64 // in scale
	table         box    // stbl
}

func (f *file) mp4(i *Info) {
	found, scale := false, uint64(0)
	tracks := map[uint32]*track{}
	var moofs []box
	default0 := map[uint32]uint32{} // default sample durations, from trex
	f.boxes(0, f.size, func(b box) {
		switch {
		case b.kind == "moof":
			moofs = append(moofs, b)
		case b.kind == "moov":
			found = true
			f.boxes(b.body, b.end, func(c box) {
				switch c.kind {
				case "mvhd":
					var length uint64
					scale, length = f.times(c)
					i.MS = max(i.MS, per(length, scale))
				case "trak":
					f.trak(c, i, tracks)
				case "mvex":
					f.boxes(c.body, c.end, func(d box) {
						if d.kind == "trex" {
							if b, ok := f.exact(d.body, 16); ok {
								default0[binary.BigEndian.Uint32(b[4:])] = binary.BigEndian.Uint32(b[12:])
							}
						}
					})
				default:
					if !slices.Contains(plays("moov"), c.kind) {
						f.free(c)
					}
				}
			})
		case !slices.Contains(plays(""), b.kind):
			f.free(b)
		}
	})
	if !found {
		f.wrong("no moov")
	}
	if i.MS == 0 {
		i.MS = f.fragments(moofs, tracks, default0)
	}
}

// times reads mvhd or mdhd, and blanks when it was made and changed.
func (f *file) times(b box) (scale, length uint64) {
	h, ok := f.exact(b.body, 20)
	if !ok {
		return 0, 0
	}
	if h[0] != 1 {
		scale, length = uint64(binary.BigEndian.Uint32(h[12:])), uint64(binary.BigEndian.Uint32(h[16:]))
		if length == 1<<32-1 {
			length = 0
		}
		f.blank(b.body+4, 8, "")
		return scale, length
	}
	if h, ok = f.exact(b.body, 32); !ok {
		return 0, 0
	}
	scale, length = uint64(binary.BigEndian.Uint32(h[20:])), binary.BigEndian.Uint64(h[24:])
	f.blank(b.body+4, 16, "")
	return scale, length
}

func (f *file) trak(b box, i *Info, tracks map[uint32]*track) {
	t := &track{}
	f.boxes(b.body, b.end, func(c box) {
		switch c.kind {
		case "tkhd":
			f.tkhd(c, t)
		case "mdia":
			f.mdia(c, t)
		default:
			if !slices.Contains(plays("trak"), c.kind) {
				f.free(c)
			}
		}
	})
	switch t.handler {
	case "vide":
		i.Video = true
		if t.width*t.height > i.Width*i.Height {
			i.Width, i.Height = t.width, t.height
		}
	case "soun", "subt", "sbtl", "text", "clcp", "hint", "tmcd", "auxv", "pict":
	default:
		// Measurements: where the camera was, how it moved, who made it.
		f.samples(t)
		f.free(b)
		return
	}
	tracks[t.id] = t
}

func (f *file) tkhd(b box, t *track) {
	h, ok := f.exact(b.body, 84)
	if !ok {
		return
	}
	if h[0] == 1 {
		if h, ok = f.exact(b.body, 96); !ok {
			return
		}
		f.blank(b.body+4, 16, "")
		t.id, h = binary.BigEndian.Uint32(h[20:]), h[52:]
	} else {
		f.blank(b.body+4, 8, "")
		t.id, h = binary.BigEndian.Uint32(h[12:]), h[40:]
	}
	// A matrix of nine, then width and height as 16.16 fixed point numbers.
	t.width, t.height = int64(binary.BigEndian.Uint32(h[36:])>>16), int64(binary.BigEndian.Uint32(h[40:])>>16)
	if a, b := binary.BigEndian.Uint32(h), binary.BigEndian.Uint32(h[4:]); a == 0 && b != 0 {
		t.width, t.height = t.height, t.width // held on its side
	}
}

func (f *file) mdia(b box, t *track) {
	f.boxes(b.body, b.end, func(c box) {
		switch c.kind {
		case "mdhd":
			t.scale, t.length = f.times(c)
		case "hdlr":
			if h, ok := f.exact(c.body, 12); ok {
				t.handler = string(h[8:12])
			}
		case "minf":
			f.boxes(c.body, c.end, func(d box) {
				if d.kind == "stbl" {
					t.table = d
				}
			})
		default:
			if !slices.Contains(plays("mdia"), c.kind) {
				f.free(c)
			}
		}
	})
}

// samples blanks what a track holds, wherever it stands in the file.
func (f *file) samples(t *track) {
	var chunks, runs, sizes box
	wide := int64(4)
	f.boxes(t.table.body, t.table.end, func(b box) {
		switch b.kind {
		case "stco":
			chunks = b
		case "co64":
			chunks, wide = b, 8
		case "stsc":
			runs = b
		case "stsz":
			sizes = b
		}
	})
	if chunks.end == 0 || sizes.end == 0 || runs.end == 0 {
		return // it holds none here
	}
	count := func(b box, head, each int64) int64 {
		h, ok := f.exact(b.body, head)
		if !ok {
			return 0
		}
		n := int64(binary.BigEndian.Uint32(h[head-4:]))
		return min(n, (b.end-b.body-head)/max(1, each))
	}
	h, ok := f.exact(sizes.body, 12)
	if !ok {
		return
	}
	same := int64(binary.BigEndian.Uint32(h[4:]))
	total := int64(binary.BigEndian.Uint32(h[8:]))
	if same == 0 {
		total = count(sizes, 12, 4)
	}
	nRuns, run, perChunk, sample := count(runs, 8, 12), int64(0), int64(0), int64(0)
	nextFirst := int64(1)
	for c := int64(1); c <= count(chunks, 8, wide) && sample < total; c++ {
		for c >= nextFirst && run < nRuns && f.step() {
			e, ok := f.exact(runs.body+8+run*12, 8)
			if !ok {
				return
			}
			perChunk = int64(binary.BigEndian.Uint32(e[4:]))
			run++
			nextFirst = 1 << 40
			if run < nRuns {
				if e, ok = f.exact(runs.body+8+run*12, 4); ok {
					nextFirst = int64(binary.BigEndian.Uint32(e))
				}
			}
		}
		e, ok := f.exact(chunks.body+8+(c-1)*wide, wide)
		if !ok || !f.step() {
			return
		}
		at := int64(binary.BigEndian.Uint32(e))
		if wide == 8 {
			at = int64(min(binary.BigEndian.Uint64(e), 1<<62))
		}
		n := min(perChunk, total-sample)
		length := n * same
		if same == 0 {
			for k := range n {
				s, ok := f.exact(sizes.body+12+(sample+k)*4, 4)
				if !ok || !f.step() {
					return
				}
				length += int64(binary.BigEndian.Uint32(s))
			}
		}
		sample += n
		f.blank(at, length, "")
	}
}

// fragments adds up how long a film in fragments plays: its head does not tell.
func (f *file) fragments(moofs []box, tracks map[uint32]*track, usual map[uint32]uint32) int64 {
	lengths := map[uint32]uint64{}
	for _, m := range moofs {
		f.boxes(m.body, m.end, func(b box) {
			if b.kind == "traf" {
				id, n := f.traf(b, usual)
				lengths[id] += n
			}
		})
	}
	most := int64(0)
	for id, n := range lengths {
		if t := tracks[id]; t != nil {
			most = max(most, per(n, t.scale))
		}
	}
	return most
}

// traf gives a fragment's track and length (ISO/IEC 14496-12, 8.8.7 and 8.8.8).
func (f *file) traf(b box, usual map[uint32]uint32) (id uint32, length uint64) {
	each := uint64(0)
	f.boxes(b.body, b.end, func(c box) {
		switch c.kind {
		case "tfhd":
			h, ok := f.exact(c.body, 8)
			if !ok {
				return
			}
			flags := binary.BigEndian.Uint32(h) & 0xffffff
			id = binary.BigEndian.Uint32(h[4:])
			each = uint64(usual[id])
			at := c.body + 8
			if flags&1 != 0 {
				at += 8
			}
			if flags&2 != 0 {
				at += 4
			}
			if flags&8 != 0 {
				if h, ok := f.exact(at, 4); ok {
					each = uint64(binary.BigEndian.Uint32(h))
				}
			}
		case "trun":
			h, ok := f.exact(c.body, 8)
			if !ok {
				return
			}
			flags, n, at, size := binary.BigEndian.Uint32(h)&0xffffff, int64(binary.BigEndian.Uint32(h[4:])), c.body+8, int64(0)
			if flags&1 != 0 {
				at += 4
			}
			if flags&4 != 0 {
				at += 4
			}
			for _, bit := range []uint32{0x100, 0x200, 0x400, 0x800} {
				if flags&bit != 0 {
					size += 4
				}
			}
			if flags&0x100 == 0 {
				length += uint64(n) * each
				return
			}
			for k := int64(0); k < n && at+(k+1)*size <= c.end && f.step(); k++ {
				if h, ok := f.exact(at+k*size, 4); ok {
					length += uint64(binary.BigEndian.Uint32(h))
				}
			}
		}
	})
	return id, length
}

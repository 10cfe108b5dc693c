package photo

import (
	"bytes"
	"encoding/binary"
)

// surveyed is what the segments of a JPEG tell without reading its dots.
type surveyed struct {
	turned      int // EXIF orientation, 1 when it says nothing
	passes      int // scans: each goes over the whole picture once more
	progressive bool
}

// JPEG markers (ITU-T T.81, table B.1).
const (
	sof2 = 0xc2 // a progressive frame begins
	eoi  = 0xd9
	sos  = 0xda // a scan begins
	app1 = 0xe1 // Exif
)

// survey walks over the segments of a JPEG. It reads whatever it is given: what makes no
// sense ends the walk.
func survey(b []byte) surveyed {
	s := surveyed{turned: 1}
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xff {
			// The dots of a scan: on to the next marker. 0xff00 and 0xffd0 to 0xffd7 are no ends.
			j := bytes.IndexByte(b[i:], 0xff)
			if j < 0 {
				return s
			}
			i += j
			continue
		}
		marker := b[i+1]
		switch {
		case marker == 0xff:
			i++
			continue
		case marker == 0 || marker == 1 || marker >= 0xd0 && marker <= 0xd8:
			i += 2
			continue
		case marker == eoi:
			return s
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		end := i + 2 + n
		if n < 2 || end > len(b) {
			return s
		}
		switch marker {
		case sof2:
			s.progressive = true
		case sos:
			s.passes++
		case app1:
			if o := orientation(b[i+4 : end]); o != 0 {
				s.turned = o
			}
		}
		i = end
	}
	return s
}

// orientation reads the way the camera was held from an Exif segment (Exif 2.32, 4.5.2:
// a TIFF head, then the entries of the first directory); 0 when it says nothing.
func orientation(b []byte) int {
	b, ok := bytes.CutPrefix(b, []byte("Exif\x00\x00"))
	if !ok {
		return 0
	}
	return directory(b)
}

// directory reads it from a TIFF head and its first directory.
func directory(b []byte) int {
	if len(b) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(b[:4]) {
	case "MM\x00*":
		order = binary.BigEndian
	case "II*\x00":
	default:
		return 0
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 0
	}
	n := int64(order.Uint16(b[at:]))
	for i := range n {
		entry := at + 2 + i*12
		if entry+12 > int64(len(b)) {
			return 0
		}
		e := b[entry:]
		if order.Uint16(e) == 0x0112 && order.Uint16(e[2:]) == 3 { // one short
			if o := int(order.Uint16(e[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
	}
	return 0
}

// webpTurned reads it from the Exif chunk of a WebP file; 0 when it has none.
func webpTurned(b []byte) int {
	for i := 12; i+8 <= len(b); {
		n := int64(binary.LittleEndian.Uint32(b[i+4:]))
		if n > int64(len(b)-i-8) {
			return 0
		}
		if string(b[i:i+4]) == "EXIF" {
			part := b[i+8:][:n]
			return directory(bytes.TrimPrefix(part, []byte("Exif\x00\x00")))
		}
		i += 8 + int(n+n%2)
	}
	return 0
}

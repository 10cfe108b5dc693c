package media

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"plait/internal/kit/fault"
)

// Containers.
const (
	WAV  = "wav"
	MP3  = "mp3"
	AAC  = "aac"
	MP4  = "mp4"
	MOV  = "mov"
	GP3  = "3gp"
	Ogg  = "ogg"
	WebM = "webm"
	MKV  = "mkv"
	FLAC = "flac"
)

// HeadSize is how many bytes Sniff wants at most.
const HeadSize = 512

// Limits of a walk through a file.
const (
	maxSteps = 4_000_000 // boxes, pages, elements; an hour of Opus has 180,000
	maxSpans = 200_000
	maxDepth = 12
)

// Info is what a recording tells of itself.
type Info struct {
	Container     string // one of the containers
	Media         string // "audio/mp4", "video/webm"
	Video         bool   // it has a picture track; false = sound alone
	MS            int64  // how long it plays, in milliseconds; 0 = it does not tell
	Width, Height int64  // in pixels as it is looked at; 0 = unknown, or sound
}

// Span is a range to overwrite: With from At on, and zeros for the rest of Len.
type Span struct {
	At, Len int64
	With    []byte
}

// Sniff tells a container by the first bytes of a file; "" for what is none.
func Sniff(b []byte) string {
	switch {
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WAVE":
		return WAV
	case bytes.HasPrefix(b, []byte("fLaC")):
		return FLAC
	case bytes.HasPrefix(b, []byte("OggS")):
		return Ogg
	case bytes.HasPrefix(b, []byte("\x1aE\xdf\xa3")):
		if bytes.Contains(b[:min(len(b), 64)], []byte("webm")) {
			return WebM
		}
		return MKV
	case len(b) >= 12 && string(b[4:8]) == "ftyp":
		return brand(b)
	case len(b) >= 8 && slices.Contains([]string{"moov", "mdat", "wide"}, string(b[4:8])):
		return MOV // QuickTime before it had ftyp
	case bytes.HasPrefix(b, []byte("ID3")):
		return MP3
	case len(b) >= 4 && b[0] == 0xff && b[1]&0xf6 == 0xf0:
		return AAC
	case len(b) >= 4 && frameOf(b).ok:
		return MP3
	}
	return ""
}

// brand tells the kin of MP4 apart, and pictures (HEIC, AVIF) from all of them.
func brand(b []byte) string {
	switch major := string(b[8:12]); major[:3] {
	case "qt ":
		return MOV
	case "3gp", "3g2":
		return GP3
	case "hei", "hev", "mif", "msf", "avi", "jpx", "jp2", "crx":
		return ""
	}
	return MP4
}

// Read tells what a recording is and which bytes must be blanked in it. What is no
// recording, or is damaged, is an invalid fault; a failing r gives its own error.
func Read(r io.ReadSeeker) (Info, []Span, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return Info{}, nil, err
	}
	f := &file{r: r, size: size}
	head := f.some(0, HeadSize)
	i := Info{Container: Sniff(head)}
	switch i.Container {
	case WAV:
		f.wav(&i)
	case FLAC:
		f.flac(&i)
	case Ogg:
		f.ogg(&i)
	case WebM, MKV:
		f.matroska(&i)
	case MP4, MOV, GP3:
		f.mp4(&i)
	case MP3, AAC:
		f.mpeg(&i)
	default:
		if f.failed == nil {
			return Info{}, nil, fault.New(fault.Invalid, "media.not_one").With("media.not_one_do")
		}
	}
	if f.failed != nil {
		return Info{}, nil, f.failed
	}
	if f.bad != nil {
		return Info{}, nil, fault.New(fault.Invalid, "media.damaged").With("media.damaged_do").Because(f.bad)
	}
	i.Media = named(i)
	const most = int64(1000 * 60 * 60 * 24 * 30) // what plays for a month has a false head
	if i.MS < 0 || i.MS > most {
		i.MS = 0
	}
	if !i.Video || i.Width < 0 || i.Height < 0 || i.Width > 1<<16 || i.Height > 1<<16 {
		i.Width, i.Height = 0, 0
	}
	slices.SortStableFunc(f.spans, func(a, b Span) int { return cmp.Compare(a.At, b.At) })
	return i, f.spans, nil
}

// named is the media type.
func named(i Info) string {
	sort := "audio/"
	if i.Video {
		sort = "video/"
	}
	switch i.Container {
	case MP3:
		return sort + "mpeg"
	case MKV:
		return sort + "x-matroska"
	case MOV:
		if i.Video {
			return "video/quicktime"
		}
		return "audio/mp4"
	case GP3:
		return sort + "3gpp"
	}
	return sort + i.Container
}

// file reads pieces of a recording. The first thing that goes wrong stays, and every
// piece after it is empty.
type file struct {
	r      io.ReadSeeker
	size   int64
	failed error // of the reader
	bad    error // of the recording
	steps  int
	spans  []Span

	at  int64 // where held begins
	had []byte
	buf []byte
}

// window is how much is read at once; what is small and near is then there already.
const window = 32 << 10

// some gives up to n bytes from at on: fewer only at the end of the file. They are good
// until the next call.
func (f *file) some(at, n int64) []byte {
	if f.failed != nil || f.bad != nil || at < 0 || at >= f.size || n <= 0 {
		return nil
	}
	n = min(n, f.size-at)
	if at >= f.at && at+n <= f.at+int64(len(f.had)) {
		return f.had[at-f.at:][:n]
	}
	if f.buf == nil {
		f.buf = make([]byte, window)
	}
	if n > int64(len(f.buf)) {
		f.buf = make([]byte, n)
	}
	f.had = f.had[:0]
	if _, err := f.r.Seek(at, io.SeekStart); err != nil {
		f.failed = err
		return nil
	}
	got, err := io.ReadFull(f.r, f.buf[:min(int64(len(f.buf)), f.size-at)])
	if err != nil {
		f.failed = fmt.Errorf("media: %d bytes at %d: %w", got, at, err)
		return nil
	}
	f.at, f.had = at, f.buf[:got]
	return f.had[:n]
}

// exact gives n bytes from at on; a file that ends before is damaged.
func (f *file) exact(at, n int64) ([]byte, bool) {
	b := f.some(at, n)
	if int64(len(b)) != n {
		f.wrong(fmt.Sprintf("%d bytes are missing at %d", n, at))
		return nil, false
	}
	return b, true
}

// wrong says that the recording is damaged.
func (f *file) wrong(why string) {
	if f.bad == nil {
		f.bad = errors.New(why)
	}
}

// step counts, and says whether the walk goes on.
func (f *file) step() bool {
	if f.steps++; f.steps > maxSteps || len(f.spans) > maxSpans {
		f.wrong("too many parts")
	}
	return f.bad == nil && f.failed == nil
}

// blank has a range overwritten: with what is given, and zeros after.
func (f *file) blank(at, n int64, with string) {
	if at < 0 || n <= 0 || at >= f.size {
		return
	}
	n = min(n, f.size-at)
	f.spans = append(f.spans, Span{at, n, []byte(with[:min(n, int64(len(with)))])})
}

// per is n units of which there are rate a second, in milliseconds.
func per(n, rate uint64) int64 {
	if rate == 0 || n > 1<<50 {
		return 0
	}
	return int64(n/rate*1000 + n%rate*1000/rate)
}

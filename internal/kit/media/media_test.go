package media_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/kit/media"
)

// needs ends the test where a program is missing: a failure, unless it was named.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if slices.Contains(strings.Split(os.Getenv("PLAIT_TEST_WITHOUT"), ","), "ffmpeg") && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names ffmpeg")
		}
		t.Fatal(program + " is not installed")
	}
}

// secrets is what no file may tell: each stands in the files that ffmpeg makes here.
var secrets = []string{"51.5", "000.1", "Sam Carter", "Hoover", "Harbour", "2026-03-02"}

// personal is what ffmpeg is told to write beside the sound.
var personal = []string{"location=+51.5-000.1/", "location-eng=+51.5-000.1/", "com.apple.quicktime.location.ISO6709=+51.5-000.1+010/", "artist=Sam Carter", "comment=said by Sam Carter",
	"title=Harbour visit", "make=Hoover", "model=Hoover 3", "com.apple.quicktime.make=Hoover", "creation_time=2026-03-02T10:11:12Z", "date=2026-03-02"}

// made has ffmpeg make a file of seconds.
func made(t *testing.T, name string, video bool, seconds float64, args ...string) []byte {
	t.Helper()
	needs(t, "ffmpeg")
	path := filepath.Join(t.TempDir(), name)
	long := strconv.FormatFloat(seconds, 'f', -1, 64)
	all := []string{"-hide_banner", "-loglevel", "error", "-y"}
	if video {
		all = append(all, "-f", "lavfi", "-i", "testsrc=size=176x144:rate=10:duration="+long)
	}
	all = append(all, "-f", "lavfi", "-i", "sine=frequency=440:duration="+long)
	for _, x := range personal {
		all = append(all, "-metadata", x)
	}
	all = append(append(all, args...), path)
	if out, err := exec.Command("ffmpeg", all...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// probed is what ffprobe says of a file, and how long it says it plays.
func probed(t *testing.T, b []byte) (all string, seconds float64) {
	t.Helper()
	needs(t, "ffprobe")
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ffprobe", "-hide_banner", "-loglevel", "error", "-print_format", "json", "-show_format", "-show_streams", "-show_chapters", path).Output()
	if err != nil {
		t.Fatalf("ffprobe: %v", err)
	}
	var said struct {
		Format struct{ Duration string }
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	seconds, _ = strconv.ParseFloat(said.Format.Duration, 64)
	return string(out), seconds
}

// decoded decodes everything with every check on, and gives what ffmpeg complains of and
// the sum of all sounds and pictures.
func decoded(t *testing.T, b []byte) (complaints, sum string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	c := exec.Command("ffmpeg", "-hide_banner", "-loglevel", "error", "-err_detect", "crccheck+bitstream+buffer", "-i", path, "-map", "0:v?", "-map", "0:a?", "-f", "md5", "-")
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		return errs.String() + err.Error(), ""
	}
	return errs.String(), string(out)
}

func scrubbed(t testing.TB, b []byte, spans []media.Span) []byte {
	t.Helper()
	out := bytes.Clone(b)
	for _, x := range spans {
		if x.At < 0 || x.Len <= 0 || x.At+x.Len > int64(len(b)) || int64(len(x.With)) > x.Len {
			t.Fatalf("a span from %d, %d long, of %d bytes", x.At, x.Len, len(b))
		}
		clear(out[x.At:][:x.Len])
		copy(out[x.At:], x.With)
	}
	return out
}

func read(t testing.TB, b []byte) (media.Info, []media.Span) {
	t.Helper()
	i, spans, err := media.Read(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return i, spans
}

func TestWhatFFmpegMakes(t *testing.T) {
	for _, c := range []struct {
		name    string
		video   bool
		args    string
		want    string
		seconds float64
		near    float64 // milliseconds
		secret  bool    // the file is known to hold something
	}{
		{"a.wav", false, "-write_bext 1 -metadata originator=Hoover -metadata description=Harbour", "wav audio/wav", 3, 1, true},
		{"list.wav", false, "", "wav audio/wav", 3, 1, true},
		{"vbr.mp3", false, "-q:a 4 -write_id3v1 1", "mp3 audio/mpeg", 3, 60, true},
		{"cbr.mp3", false, "-b:a 64k -write_xing 0 -id3v2_version 4", "mp3 audio/mpeg", 3, 60, true},
		{"low.mp3", false, "-b:a 32k -ar 16000 -write_xing 0", "mp3 audio/mpeg", 3, 120, true},
		{"a.aac", false, "-c:a aac", "aac audio/aac", 3, 60, false},
		{"a.m4a", false, "-c:a aac", "mp4 audio/mp4", 3, 60, true},
		{"a.flac", false, "-c:a flac", "flac audio/flac", 3, 1, true},
		{"a.opus", false, "-c:a libopus", "ogg audio/ogg", 3, 20, true},
		{"a.ogg", false, "-c:a libvorbis", "ogg audio/ogg", 3, 20, true},
		{"flac.ogg", false, "-c:a flac", "ogg audio/ogg", 3, 20, true},
		{"a.webm", false, "-c:a libopus", "webm audio/webm", 3, 30, true},
		{"live.webm", false, "-c:a libopus -live 1", "webm audio/webm", 3, 60, true},
		{"a.mp4", true, "-c:v libx264 -c:a aac -pix_fmt yuv420p", "mp4 video/mp4 176x144", 3, 60, true},
		{"first.mp4", true, "-c:v libx264 -c:a aac -pix_fmt yuv420p -movflags +faststart", "mp4 video/mp4 176x144", 3, 60, true},
		{"keys.mov", true, "-c:v libx264 -c:a aac -pix_fmt yuv420p -movflags use_metadata_tags", "mov video/quicktime 176x144", 3, 60, true},
		{"a.mov", true, "-c:v libx264 -c:a aac -pix_fmt yuv420p", "mov video/quicktime 176x144", 3, 60, true},
		{"a.3gp", true, "-c:v libx264 -c:a aac -pix_fmt yuv420p", "3gp video/3gpp 176x144", 3, 60, true},
		{"parts.mp4", true, "-c:v libx264 -c:a aac -pix_fmt yuv420p -g 5 -movflags frag_keyframe+empty_moov+default_base_moof", "mp4 video/mp4 176x144", 3, 250, true},
		{"film.webm", true, "-c:v libvpx -c:a libopus", "webm video/webm 176x144", 3, 60, true},
		{"film.mkv", true, "-c:v libx264 -c:a libopus -pix_fmt yuv420p", "mkv video/x-matroska 176x144", 3, 60, true},
		{"film.ogv", true, "-c:v libtheora -c:a libvorbis", "ogg video/ogg 176x144", 3, 60, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := made(t, c.name, c.video, c.seconds, strings.Fields(c.args)...)
			i, spans := read(t, b)
			got := i.Container + " " + i.Media
			if i.Video {
				got += fmt.Sprintf(" %dx%d", i.Width, i.Height)
			}
			if got != c.want || math.Abs(float64(i.MS)-c.seconds*1000) > c.near {
				t.Errorf("%s, %d ms; want %s, %v s", got, i.MS, c.want, c.seconds)
			}
			before, long := probed(t, b)
			held := slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(before, s) || bytes.Contains(b, []byte(s)) })
			if held != c.secret {
				t.Fatalf("it holds something personal: %v; this proves nothing\n%s", held, before)
			}
			clean := scrubbed(t, b, spans)
			after, still := probed(t, clean)
			for _, s := range secrets {
				if strings.Contains(after, s) || bytes.Contains(clean, []byte(s)) {
					t.Errorf("%q is still there\n%s", s, after)
				}
			}
			// The length that ffmpeg guesses from the size of an MP3 or AAC moves with its tags.
			if math.Abs(long-still) > 0.03 {
				t.Errorf("it plays for %v s, and did for %v s", still, long)
			}
			_, was := decoded(t, b)
			complaints, sum := decoded(t, clean)
			if complaints != "" || sum != was || sum == "" {
				t.Errorf("it does not play as before: %s %s, was %s", complaints, sum, was)
			}
			// Clean once is clean: nothing more is found, and the same is told.
			i2, more := read(t, clean)
			if i2 != i || !bytes.Equal(scrubbed(t, clean, more), clean) {
				t.Errorf("again: %+v, was %+v; %d spans", i2, i, len(more))
			}
			if media.Sniff(b[:media.HeadSize]) != i.Container {
				t.Error("the head tells another container")
			}
		})
	}
}

// atom is a box of MP4.
func atom(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
}

func u32(v ...uint32) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

// film is a film as a phone or an action camera makes it: with the place in its head, in
// XMP, in a track of measurements, and behind its end.
func film(turned bool) []byte {
	matrix := u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
	if turned {
		matrix = u32(0, 0x10000, 0, 0xffff0000, 0, 0, 0, 0, 0x40000000)
	}
	tkhd := atom("tkhd", u32(3, 77, 78, 1, 0, 5000, 0, 0, 0, 0), matrix, u32(1920<<16, 1080<<16))
	mdhd := atom("mdhd", u32(0, 77, 78, 1000, 5000, 0))
	hdlr := func(kind string) []byte { return atom("hdlr", u32(0, 0), []byte(kind), u32(0, 0, 0), []byte{0}) }
	mvhd := atom("mvhd", u32(0, 77, 78, 1000, 5250), make([]byte, 80))
	video := atom("trak", tkhd, atom("mdia", mdhd, hdlr("vide"), atom("minf", atom("stbl"))), atom("meta", []byte("lens of Sam Carter")))
	head := atom("ftyp", []byte("mp42\x00\x00\x00\x00isom"))
	points := []string{"GPS 51.5 one", "GPS 51.5 two!", "GPS 51.5 three"}
	media := atom("mdat", []byte("dots dots "), []byte(points[0]+points[1]), []byte(" dots "), []byte(points[2]))
	at := uint32(len(head) + 8 + 10)
	stbl := atom("stbl", atom("stsd", []byte("gpmd")), atom("stsz", u32(0, 0, 3, 12, 13, 14)), atom("stsc", u32(0, 2, 1, 2, 1, 2, 1, 1)),
		atom("stco", u32(0, 2, at, at+25+6)))
	gps := atom("trak", tkhd, atom("mdia", mdhd, hdlr("meta"), atom("minf", stbl)))
	return bytes.Join([][]byte{head, media, atom("moov", mvhd, video, gps, atom("udta", atom("\xa9xyz", []byte("+51.5-000.1/"))), atom("uuid", []byte("XMP of Sam Carter"))),
		atom("uuid", []byte("be7acfcb97a942e8 Sam Carter")), atom("sefd", []byte("Hoover")), atom("free", []byte("old head, 51.5")), []byte("51.5")}, nil)
}

func TestAFilmOfAPhone(t *testing.T) {
	b := film(true)
	i, spans := read(t, b)
	if want := (media.Info{Container: "mp4", Media: "video/mp4", Video: true, MS: 5250, Width: 1080, Height: 1920}); i != want {
		t.Errorf("%+v, want %+v", i, want)
	}
	if lying, _ := read(t, film(false)); lying.Width != 1920 || lying.Height != 1080 {
		t.Errorf("not turned: %+v", lying)
	}
	clean := scrubbed(t, b, spans)
	for _, s := range append(secrets, "GPS", "XMP", "lens", "\xa9xyz", "gpmd", "meta", "udta") {
		if bytes.Contains(clean, []byte(s)) {
			t.Errorf("%q is still there", s)
		}
	}
	if !bytes.Contains(clean, []byte("dots dots ")) || !bytes.Contains(clean, []byte(" dots ")) || bytes.Contains(clean, u32(77, 78)) {
		t.Error("what plays was taken too, or the time of making stays")
	}
}

func TestRefused(t *testing.T) {
	good := film(false)
	long := append(atom("ftyp", []byte("mp42\x00\x00\x00\x00")), atom("moov", u32(0xffffff00), []byte("mvhd"))...)
	for name, c := range map[string]struct {
		b   []byte
		say string
	}{
		"nothing":              {nil, "media.not_one"},
		"words":                {[]byte("The bus stops at four"), "media.not_one"},
		"a picture":            {[]byte("\xff\xd8\xff\xe0 a JPEG begins so"), "media.not_one"},
		"an iPhone's picture":  {append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 30)...), "media.not_one"},
		"UTF-16":               {[]byte("\xff\xfeT\x00h\x00e\x00"), "media.not_one"},
		"a film without moov":  {good[:40], "media.damaged"},
		"a box too long":       {long, "media.damaged"},
		"a tag and no more":    {[]byte("ID3\x04\x00\x00\x00\x00\x00\x05hello"), "media.damaged"},
		"a tag too long":       {[]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7fhello"), "media.damaged"},
		"an empty WAV":         {[]byte("RIFF\x00\x00\x00\x00WAVE"), "media.damaged"},
		"a WAV that lies":      {[]byte("RIFF\x00\x00\x00\x00WAVEfmt \xff\xff\xff\x7f1234567890123456"), "media.damaged"},
		"a FLAC head":          {[]byte("fLaC\x00\x00"), "media.damaged"},
		"an Ogg head":          {[]byte("OggS\x00"), "media.damaged"},
		"Matroska and no more": {[]byte("\x1aE\xdf\xa3\x80"), "media.damaged"},
	} {
		_, spans, err := media.Read(bytes.NewReader(c.b))
		if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Say != c.say || spans != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone := errors.New("the disk went away")
	if _, _, err := media.Read(broken{gone}); !errors.Is(err, gone) {
		t.Errorf("a reader that fails is no fault of the recording: %v", err)
	}
	if _, err := lang.New(media.Words()); err != nil {
		t.Error(err)
	}
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func (broken) Seek(_ int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		return 1000, nil
	}
	return 0, nil
}

// TestCutOff: a phone that died while it recorded leaves what can still be played.
func TestCutOff(t *testing.T) {
	for _, c := range []struct{ name, args string }{{"a.wav", ""}, {"a.mp3", ""}, {"a.opus", "-c:a libopus"}, {"a.webm", "-c:a libopus -live 1"}, {"a.mkv", "-c:a libopus"}, {"a.flac", ""}} {
		b := made(t, c.name, false, 4, strings.Fields(c.args)...)
		i, spans := read(t, b[:len(b)*3/4])
		if i.MS < 2000 || i.MS > 4100 {
			t.Errorf("%s: %d ms", c.name, i.MS)
		}
		clean := scrubbed(t, b[:len(b)*3/4], spans)
		for _, s := range secrets {
			if bytes.Contains(clean, []byte(s)) {
				t.Errorf("%s: %q is still there", c.name, s)
			}
		}
		if _, sum := decoded(t, clean); sum == "" {
			t.Errorf("%s does not play", c.name)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(film(true))
	f.Add([]byte("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00LIST\x04\x00\x00\x00INFOdata\x02\x00\x00\x00ab"))
	f.Add([]byte("fLaC\x00\x00\x00\x22" + strings.Repeat("\x01", 34) + "\x84\x00\x00\x04abcd"))
	f.Add([]byte("OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01\x13OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00" +
		"OggS\x00\x00" + strings.Repeat("\x00", 20) + "\x01\x14OpusTags\x04\x00\x00\x00Lavf\x00\x00\x00\x00"))
	f.Add([]byte("\x1aE\xdf\xa3\x84\x42\x82\x81w\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x15\x49\xa9\x66\x85\x7b\xa9\x82hi\x16\x54\xae\x6b\x85\xae\x83\x83\x81\x01" +
		"\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff\xe7\x81\x05\xa3\x85\x81\x00\x10\x80z\x12\x54\xc3\x67\x82hi"))
	f.Add([]byte("ID3\x04\x00\x00\x00\x00\x00\x05hello\xff\xfb\x50\xc4" + strings.Repeat("\x00", 200) + "TAG" + strings.Repeat("x", 125)))
	f.Add([]byte("\xff\xf1\x50\x80\x01\x7f\xfc"))
	f.Fuzz(func(t *testing.T, b []byte) {
		i, spans, err := media.Read(bytes.NewReader(b))
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if i.MS < 0 || i.Width < 0 || i.Height < 0 || i.Media == "" {
			t.Fatalf("%+v", i)
		}
		clean := scrubbed(t, b, spans)
		// What was taken for a recording stays one.
		if _, _, err := media.Read(bytes.NewReader(clean)); err != nil {
			t.Fatalf("the clean one: %v", err)
		}
	})
}

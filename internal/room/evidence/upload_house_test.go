package evidence_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/job"
	"plait/internal/kit/seal"
	"plait/internal/room/evidence"
	"plait/internal/spine/who"
	"plait/test/house"
)

// answer is what the upload addresses say.
type answer struct {
	Status                              int
	ID, State, Kind, Media, Kindly, Say string
	Do                                  string
	At, Chunk, MS                       int64
	Signin                              bool
	Same                                *evidence.Same
}

func asked(h *house.House, ctx context.Context, method, address, kind string, body io.Reader) (out answer) {
	h.T.Helper()
	status, _, text := call(h, ctx, method, address, kind, body)
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		h.T.Fatalf("%s %s: %d %v in %.200s", method, address, status, err, text)
	}
	out.Status = status
	return out
}

func uploads(h *house.House) string { return "/evidence/" + h.Project + "/upload" }

func beginUpload(h *house.House, ctx context.Context, key, name string, size int) answer {
	h.T.Helper()
	return asked(h, ctx, http.MethodPost, uploads(h), "application/x-www-form-urlencoded", strings.NewReader(url.Values{"key": {key}, "name": {name}, "size": {fmt.Sprint(size)}}.Encode()))
}

func putChunk(h *house.House, ctx context.Context, id string, at int64, chunk []byte) answer {
	h.T.Helper()
	return asked(h, ctx, http.MethodPut, fmt.Sprintf("%s/%s?at=%d", uploads(h), id, at), "application/octet-stream", bytes.NewReader(chunk))
}

func endUpload(h *house.House, ctx context.Context, id string) answer {
	h.T.Helper()
	return asked(h, ctx, http.MethodPost, uploads(h)+"/"+id+"/whole", "application/x-www-form-urlencoded", strings.NewReader(""))
}

// sendAll sends a file as a phone does, from where it stands.
func sendAll(h *house.House, ctx context.Context, key, name string, b []byte) answer {
	h.T.Helper()
	begun := beginUpload(h, ctx, key, name, len(b))
	if begun.Status != 200 && begun.Status != 201 {
		return begun
	}
	for at := begun.At; at < int64(len(b)); {
		got := putChunk(h, ctx, begun.ID, at, b[at:min(at+begun.Chunk, int64(len(b)))])
		if got.Status != 200 {
			return got
		}
		at = got.At
	}
	return endUpload(h, ctx, begun.ID)
}

// recording is a WAV of so many seconds that tells who made it.
func recording(seconds int) []byte {
	const rate = 44100 * 2
	list := "INFOIART\x0a\x00\x00\x00Sam Carter"
	data := make([]byte, seconds*rate)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	u := func(n int) string { return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) }
	head := "WAVEfmt " + u(16) + "\x01\x00\x01\x00" + u(44100) + u(rate) + "\x02\x00\x10\x00" + "LIST" + u(len(list)) + list + "data" + u(len(data))
	return append([]byte("RIFF"+u(len(head)+len(data))+head), data...)
}

// camera is a photo as a camera makes it: with a place in it.
func camera(t testing.TB, w, h int, seed uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x) + seed, uint8(y), uint8(x ^ y), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	place := "GPS 53.2 N 3.0 W"
	return append(append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(place) + 2)}, place...), b.Bytes()[2:]...)
}

// stored reads a file that came in, and what its upload says.
func stored(h *house.House, id string) []byte {
	h.T.Helper()
	key, err := seal.New(make([]byte, seal.Size)) // a test house's own
	if err != nil {
		h.T.Fatal(err)
	}
	r, _, err := (&blob.Store{DB: h.DB, Clock: h.Clock, IDs: h.IDs, Key: key}).Open(h.T.Context(), h.Programme, id)
	if err != nil {
		h.T.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		h.T.Fatal(err)
	}
	return b
}

func waitsFor(h *house.House, ctx context.Context, id string) evidence.Contribution {
	h.T.Helper()
	out := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Files: []string{id}, Said: evidence.Said{Strands: []string{"lived"}}}).(evidence.GiveOut)
	return h.Do(ctx, "evidence.see", evidence.SeeIn(out)).(evidence.SeeOut).Contribution
}

func TestARecordingInChunks(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		b := recording(30) // 2.5 MB
		begun := beginUpload(h, ctx, "k1", "Gran's story.wav", len(b))
		if begun.Status != http.StatusCreated || begun.At != 0 || begun.Chunk != blob.ChunkSize || begun.State != "coming" || begun.ID == "" {
			t.Fatalf("%+v", begun)
		}
		id := begun.ID
		if got := putChunk(h, ctx, id, 0, b[:blob.ChunkSize]); got.Status != 200 || got.At != blob.ChunkSize {
			t.Fatalf("%+v", got)
		}
		// The phone died. It asks again with its key, and goes on.
		if got := beginUpload(h, ctx, "k1", "Gran's story.wav", len(b)); got.Status != 200 || got.ID != id || got.At != blob.ChunkSize {
			t.Errorf("%+v", got)
		}
		for name, bad := range map[string]answer{
			"a place too far": putChunk(h, ctx, id, 2*blob.ChunkSize, b[2*blob.ChunkSize:]), "a short one": putChunk(h, ctx, id, blob.ChunkSize, b[:10]),
			"another first one": putChunk(h, ctx, id, 0, b[1:blob.ChunkSize+1]), "no place": asked(h, ctx, http.MethodPut, uploads(h)+"/"+id, "x/y", bytes.NewReader(b[:blob.ChunkSize])),
			"an end too soon": endUpload(h, ctx, id),
		} {
			if bad.Status != http.StatusConflict || bad.At != blob.ChunkSize || bad.Say == "" {
				t.Errorf("%s: %+v", name, bad)
			}
		}
		if got := putChunk(h, ctx, id, 0, b[:blob.ChunkSize]); got.Status != 200 || got.At != blob.ChunkSize {
			t.Errorf("the same chunk again: %+v", got)
		}
		if got := putChunk(h, ctx, id, blob.ChunkSize, make([]byte, blob.ChunkSize+1)); got.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("a chunk too large: %+v", got)
		}
		if got := putChunk(h, h.As(who.Reviewer), id, blob.ChunkSize, b[blob.ChunkSize:2*blob.ChunkSize]); got.Status != http.StatusNotFound {
			t.Errorf("somebody else's upload: %+v", got)
		}
		if got := putChunk(h, h.Stranger(), id, blob.ChunkSize, b[blob.ChunkSize:2*blob.ChunkSize]); got.Status != http.StatusUnauthorized || !got.Signin {
			t.Errorf("signed out: %+v", got)
		}
		got := sendAll(h, ctx, "k1", "Gran's story.wav", b)
		if got.Status != 200 || got.ID != id || got.Kind != evidence.Sound || got.Media != "audio/wav" || got.MS != 30000 || got.Same != nil {
			t.Fatalf("%+v", got)
		}
		if again := endUpload(h, ctx, id); again != got {
			t.Errorf("whole twice: %+v", again)
		}
		kept := stored(h, id)
		if len(kept) != len(b) || bytes.Contains(kept, []byte("Sam Carter")) || !bytes.Equal(kept[100:], b[100:]) {
			t.Error("the recording tells who made it, or is another")
		}
		c := waitsFor(h, ctx, id)
		if len(c.Media) != 1 || c.Media[0].MS != 30000 || c.Media[0].Name != "Gran's story.wav" || c.Media[0].Kind != evidence.Sound {
			t.Errorf("%+v", c.Media)
		}
		// The same key after it was used is the same upload; the same recording from another
		// phone is noticed and told.
		if again := beginUpload(h, ctx, "k1", "x", len(b)); again.Status != 200 || again.ID != id || again.State != "used" || again.At != int64(len(b)) {
			t.Errorf("after it was used: %+v", again)
		}
		if second := sendAll(h, ctx, "k2", "b.wav", b); second.Same == nil || second.Same.Ref != c.Ref || second.Same.Title != c.Title || second.ID == id {
			t.Errorf("the same again: %+v", second)
		}
	})
}

func TestPicturesAndDocumentsInChunks(t *testing.T) {
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		photo := camera(t, 2000, 1500, 1)
		for try := range 2 { // the second is after its answer got lost
			got := sendAll(h, ctx, "p", "IMG_1.HEIC.jpg", photo)
			if got.Status != 200 || got.Kind != evidence.Picture || got.Media != "image/jpeg" {
				t.Fatalf("%+v", got)
			}
			if kept := stored(h, got.ID); bytes.Contains(kept, []byte("GPS")) || !bytes.HasPrefix(kept, []byte("\xff\xd8\xff")) {
				t.Error("the place is kept")
			}
			if try == 1 {
				if c := waitsFor(h, ctx, got.ID); c.Media[0].Width != 1600 || c.Media[0].Height != 1200 {
					t.Errorf("%+v", c.Media)
				}
			}
		}
		got := sendAll(h, ctx, "d", `C:\notes\Visit.txt`, []byte("The bus stops at four.\n"))
		if c := waitsFor(h, ctx, got.ID); got.Kind != evidence.Document || got.Media != "text/plain" || c.Media[0].Name != "Visit.txt" || string(stored(h, got.ID)) != "The bus stops at four.\n" {
			t.Errorf("%+v %+v", got, c.Media)
		}
		for name, c := range map[string]struct {
			b    []byte
			size int
			say  string
		}{
			"an SVG":              {[]byte("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"), 0, "SVG"},
			"a HEIC":              {append([]byte("\x00\x00\x00\x18ftypheic"), make([]byte, 600)...), 0, "iPhone"},
			"a program":           {program[:300_000], 0, "kind"},
			"a page of the web":   {[]byte("<!doctype html><title>a</title><script>x()</script>"), 0, "kind"},
			"half a photo":        {photo[:3000], 0, "damaged"},
			"half a recording":    {[]byte("\x00\x00\x00\x18ftypmp42" + strings.Repeat("\x00", 12)), 0, "damaged"},
			"a photo of 30 MB":    {append(photo[:1000:1000], make([]byte, blob.ChunkSize-1000)...), 30 << 20, "24"},
			"a document of 60 MB": {bytes.Repeat([]byte("words "), blob.ChunkSize/6+1)[:blob.ChunkSize], 60 << 20, "32"},
			"a film of 3 GB":      {recording(20)[:blob.ChunkSize], 3 << 30, "2048"},
		} {
			size := max(c.size, len(c.b))
			begun := beginUpload(h, ctx, name, "a", size)
			if begun.Status == 201 {
				if begun = putChunk(h, ctx, begun.ID, 0, c.b); begun.Status == 200 {
					begun = endUpload(h, ctx, beginUpload(h, ctx, name, "a", size).ID)
				}
			}
			if begun.Status != 422 && begun.Status != 413 || !strings.Contains(begun.Say+" "+begun.Do, c.say) {
				t.Errorf("%s: %+v", name, begun)
			}
		}
		if n := rows(h, "evidence_upload")["evidence_upload"]; n != 2 {
			t.Errorf("%d uploads are kept: those that were refused should be forgotten", n)
		}
		for _, bad := range []answer{beginUpload(h, ctx, "", "a", 5), beginUpload(h, ctx, "k", "a", 0), beginUpload(h, ctx, "k", "a", -5)} {
			if bad.Status != 422 {
				t.Errorf("%+v", bad)
			}
		}
		if bad := beginUpload(h, h.As(who.HostStaff), "k", "a", 5); bad.Status != http.StatusForbidden {
			t.Errorf("whoever may not give: %+v", bad)
		}
	})
}

// TestTwoTabsBeginTheSame begins the same upload several times at once.
func TestTwoTabsBeginTheSame(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		b := recording(15)
		var all sync.WaitGroup
		ends := make([]answer, 3)
		for i := range ends {
			all.Go(func() { ends[i] = sendAll(h, ctx, "same", "a.wav", b) })
		}
		all.Wait()
		done := slices.IndexFunc(ends, func(a answer) bool { return a.Status == 200 })
		for _, got := range ends {
			if got.Status == 503 {
				continue // two ended it at once: one of them is asked to come again
			}
			if done < 0 || got.Status != 200 || got.ID != ends[done].ID {
				t.Errorf("%+v", ends)
			}
		}
		if n := rows(h, "evidence_upload")["evidence_upload"]; n != 1 || !bytes.Equal(stored(h, ends[done].ID)[100:], b[100:]) {
			t.Errorf("%d uploads", n)
		}
	})
}

func TestUploadsThatWaitAreSwept(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		b := recording(30)
		tidy := func() {
			t.Helper()
			for _, name := range []string{"evidence.tidy", "blob.sweep"} {
				if err := job.RunOnce(t.Context(), h.DB, h.Jobs(), h.Log, name, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		whole := sendAll(h, ctx, "whole", "a.wav", b)
		coming := beginUpload(h, ctx, "coming", "b.wav", len(b))
		used := sendAll(h, ctx, "used", "c.wav", recording(3))
		waitsFor(h, ctx, used.ID)
		h.Hand.Add(23 * time.Hour)
		putChunk(h, ctx, coming.ID, 0, b[:blob.ChunkSize])
		tidy()
		if n := rows(h, "evidence_upload")["evidence_upload"]; n != 3 {
			t.Fatalf("%d uploads within a day", n)
		}
		h.Hand.Add(2 * time.Hour) // a chunk came two hours ago
		tidy()
		if got := beginUpload(h, ctx, "coming", "b.wav", len(b)); got.ID != coming.ID || got.At != blob.ChunkSize {
			t.Errorf("one that is coming slowly was swept: %+v", got)
		}
		if n := rows(h, "evidence_upload")["evidence_upload"]; n != 2 {
			t.Errorf("%d uploads are left", n)
		}
		// The same key after it was swept is taken anew.
		if got := sendAll(h, ctx, "whole", "a.wav", b); got.Status != 200 || got.ID == whole.ID {
			t.Errorf("%+v", got)
		}
		h.Hand.Add(25 * time.Hour)
		tidy()
		tidy() // the one that was coming: first its file, then its row
		if n := rows(h, "evidence_upload")["evidence_upload"]; n != 1 {
			t.Errorf("%d uploads are left, only the used one should be", n)
		}
		if got := beginUpload(h, ctx, "used", "c.wav", 5); got.ID != used.ID || got.State != "used" {
			t.Errorf("%+v", got)
		}
		h.Read(func(tx *db.Tx) error {
			n, err := db.Count(tx, db.Q("select count(*) from blob_chunk"))
			if n != 1 {
				t.Errorf("%d chunks are left", n)
			}
			return err
		})
	})
}

// TestTheSamePhotoFromTwoPhones: told, not dropped; and not told to who may not see it.
func TestTheSamePhotoFromTwoPhones(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		photo := camera(t, 300, 200, 7)
		first := waitsFor(h, lead, sendAll(h, lead, "a", "a.jpg", photo).ID)
		second := sendAll(h, h.As(who.Partner), "b", "IMG_2.jpg", photo)
		if second.Status != 200 || second.Same == nil || second.Same.Ref != first.Ref {
			t.Fatalf("%+v", second)
		}
		if c := waitsFor(h, lead, sendAll(h, lead, "c", "c.jpg", photo).ID); c.Ref == first.Ref || len(c.Media) != 1 {
			t.Error("it was dropped")
		}
		card := h.AsCard(h.Person())
		if got := beginUpload(h, card, "d", "d.jpg", len(photo)); got.Status == 201 {
			if got = sendAll(h, card, "d", "d.jpg", photo); got.Same != nil {
				t.Errorf("a card is told of others' words: %+v", got)
			}
		}
		h.Do(lead, "consent.withdraw", withdrawal(h, first.Ref.String()))
		if got := sendAll(h, lead, "e", "e.jpg", photo); got.Same != nil && got.Same.Ref == first.Ref {
			t.Errorf("what was taken back is told of: %+v", got.Same)
		}
		// Nothing of the file's name is left once its contribution is erased.
		h.Read(func(tx *db.Tx) error {
			name, _, err := db.One(tx, db.Q("select name from evidence_upload where id = ?", first.Media[0].ID), db.Value[string])
			if name != "" {
				t.Errorf("the name %q is left", name)
			}
			return err
		})
	})
}

func withdrawal(h *house.House, ref string) any {
	h.T.Helper()
	in, err := h.Verbs["consent.withdraw"].Decode(json.NewDecoder(strings.NewReader(`{"ref":"` + ref + `","erase_now":true}`)))
	if err != nil {
		h.T.Fatal(err)
	}
	return in
}

// TestAFilmLosesItsPlace sends a film as a phone makes it, in one go and in chunks.
func TestAFilmLosesItsPlace(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if slices.Contains(strings.Split(os.Getenv("PLAIT_TEST_WITHOUT"), ","), "ffmpeg") && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names ffmpeg")
		}
		t.Fatal("ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), "film.mov")
	if out, err := exec.Command("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=4", "-pix_fmt", "yuv420p", "-metadata", "location=+51.5-000.1/",
		"-metadata", "com.apple.quicktime.location.ISO6709=+51.5-000.1+010/", "-movflags", "use_metadata_tags", path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	film, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(film, []byte("+51.5")) {
		t.Fatal("the film tells no place: this proves nothing", err)
	}
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		got := sendAll(h, ctx, "film", "film.mov", film)
		c := waitsFor(h, ctx, got.ID)
		if got.Kind != evidence.Video || got.Media != "video/quicktime" || got.MS != 4000 || c.Media[0].Width != 320 || c.Media[0].Height != 240 {
			t.Errorf("%+v %+v", got, c.Media)
		}
		// In one go, by the form that takes files and words together.
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for name, value := range map[string]string{"key": "whole", "words": "This is how the bus stop looks", "mode": "own"} {
			_ = w.WriteField(name, value)
		}
		part, err := w.CreateFormFile("file", "film.mov")
		if err == nil {
			_, err = part.Write(film)
		}
		if err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		if status, _, page := call(h, ctx, http.MethodPost, "/evidence/"+h.Project+"/capture", w.FormDataContentType(), &body); status >= 400 {
			t.Fatalf("%d %s", status, page)
		}
		n := 0
		for _, c := range h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project}).(evidence.ListOut).Contributions {
			for _, m := range c.Media {
				n++
				if b := stored(h, m.ID); bytes.Contains(b, []byte("+51.5")) || bytes.Contains(b, []byte("ISO6709")) || len(b) != len(film) {
					t.Errorf("%s tells its place", m.Name)
				}
			}
		}
		if n != 2 {
			t.Errorf("%d films", n)
		}
	})
}

// TestAWrongRepeatOfTheFirstChunk takes nothing away from a large upload that is under way,
// and what can belong to no contribution is refused before the rest of it is sent.
func TestAWrongRepeatOfTheFirstChunk(t *testing.T) {
	first := recording(60)[:blob.ChunkSize]
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		begun := beginUpload(h, ctx, "film", "film.wav", 300_000_000)
		if got := putChunk(h, ctx, begun.ID, 0, first); got.Status != 200 {
			t.Fatalf("the first chunk: %+v", got)
		}
		if got := putChunk(h, ctx, begun.ID, 0, bytes.Repeat([]byte("x"), blob.ChunkSize)); got.Status != 409 {
			t.Errorf("another first chunk: %+v", got)
		}
		if got := putChunk(h, ctx, begun.ID, 0, first[:10]); got.Status != 409 || got.At != blob.ChunkSize {
			t.Errorf("a short first chunk: %+v", got)
		}
		if again := beginUpload(h, ctx, "film", "film.wav", 300_000_000); again.ID != begun.ID || again.At != blob.ChunkSize {
			t.Errorf("it stands elsewhere: %+v", again)
		}
		for name, head := range map[string][]byte{"tool.exe": append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), bytes.Repeat([]byte{0, 1, 2, 3}, blob.ChunkSize/4)...)[:blob.ChunkSize],
			"page.html": append([]byte("<!doctype html><html><body>"), bytes.Repeat([]byte("<p>x"), blob.ChunkSize/4)...)[:blob.ChunkSize]} {
			begun := beginUpload(h, ctx, name, name, 2*blob.ChunkSize)
			if got := putChunk(h, ctx, begun.ID, 0, head); got.Status != 422 {
				t.Errorf("%s: %+v", name, got)
			}
		}
	})
}

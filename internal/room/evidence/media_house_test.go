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
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/web"
	"plait/internal/room/evidence"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// jpegOf is a JPEG that no other call makes.
func jpegOf(t *testing.T, n uint8) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for i := range 640 * 480 {
		img.Set(i%640, i/640, color.RGBA{n, uint8(i % 251), uint8(i / 640), 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tone is a second of a WAV file.
func tone() []byte {
	const n = 8000
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00")
	put := func(at int, v uint32) {
		b[at], b[at+1], b[at+2], b[at+3] = byte(v), byte(v>>8), byte(v>>16), byte(v>>24)
	}
	for i := range n {
		v := int16(i % 40 * 200)
		b = append(b, byte(v), byte(v>>8))
	}
	put(4, uint32(len(b)-8))
	put(40, 2*n)
	return b
}

// multi posts a form with files.
func multi(h *house.House, ctx context.Context, address string, fields map[string]string, files map[string][]byte) (int, string, string) {
	h.T.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			h.T.Fatal(err)
		}
	}
	for name, content := range files {
		w, err := m.CreateFormFile("file", name)
		if err == nil {
			_, err = w.Write(content)
		}
		if err != nil {
			h.T.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		h.T.Fatal(err)
	}
	return call(h, ctx, http.MethodPost, address, m.FormDataContentType(), &b)
}

// fetch gives the whole answer of an address.
func fetch(h *house.House, ctx context.Context, address string, head map[string]string) *http.Response {
	h.T.Helper()
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), h.Policy, who.From(ctx)), nil
		}}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	r := httptest.NewRequestWithContext(h.T.Context(), http.MethodGet, address, nil)
	for k, v := range head {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// shownBy gives a contribution of one file without words, by the form, and what is known of it.
func shownBy(h *house.House, ctx context.Context, key, name string, content []byte) evidence.SeeOut {
	h.T.Helper()
	status, at, page := multi(h, ctx, "/evidence/"+h.Project+"/give", map[string]string{"key": key, "mode": "unknown", "next": "one"}, map[string][]byte{name: content})
	if status != http.StatusSeeOther {
		h.T.Fatalf("%s: %d %s", name, status, page)
	}
	return see(h, ctx, at[strings.LastIndex(at, "/")+1:])
}

func see(h *house.House, ctx context.Context, id string) evidence.SeeOut {
	h.T.Helper()
	return h.Do(ctx, "evidence.see", evidence.SeeIn{Ref: ref.Of(evidence.Kind, id)}).(evidence.SeeOut)
}

func TestAPictureIsAContribution(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		here := "/evidence/" + h.Project
		c := shownBy(h, ctx, "key-1", "kerb.jpg", jpegOf(t, 1))
		if c.Words != "" || c.Title != "A picture" || len(c.Media) != 1 || c.Media[0].Kind != evidence.Picture {
			t.Fatalf("stored %+v", c.Contribution)
		}
		m, one := c.Media[0], here+"/said/"+c.Ref.ID
		again := shownBy(h, ctx, "key-1", "kerb.jpg", jpegOf(t, 1))
		if again.Ref != c.Ref {
			t.Errorf("sent twice: %v and %v", c.Ref, again.Ref)
		}
		shown(h, ctx, one, []string{"<img", here + "/file/" + m.ID, "No description yet", "Add a description"}, "<audio")
		shown(h, ctx, here, []string{"A picture", "/file/" + m.ID + "?size=small"})

		whole, small := fetch(h, ctx, here+"/file/"+m.ID, nil), fetch(h, ctx, here+"/file/"+m.ID+"?size=small", nil)
		for name, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
			if got := whole.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if way, csp := whole.Header.Get("Content-Disposition"), whole.Header.Get("Content-Security-Policy"); !strings.HasPrefix(way, "inline") || !strings.Contains(csp, "sandbox") {
			t.Errorf("%q, %q", way, csp)
		}
		picture, tiny := body(t, whole), body(t, small)
		size, _, err := image.DecodeConfig(bytes.NewReader(tiny))
		if err != nil || size.Width != 320 || len(tiny) >= len(picture) {
			t.Errorf("small: %v of %d bytes, %v; whole %d bytes", size, len(tiny), err, len(picture))
		}

		// What it shows is said, found and told to other rooms; a stale form is a conflict.
		desc := here + "/file/" + m.ID + "/describe"
		shown(h, ctx, desc, []string{"Describe the picture", "For people who cannot see it"})
		if status, at, _ := sent(h, ctx, desc, map[string][]string{"alt": {"A zebracrossing worn away"}, "version": {"1"}, "key": {"d1"}}); status != http.StatusSeeOther {
			t.Fatalf("described: %d %s", status, at)
		}
		if status, _, page := sent(h, ctx, desc, map[string][]string{"alt": {"A late one"}, "version": {"1"}, "key": {"d2"}}); status != http.StatusConflict || !strings.Contains(page, "zebracrossing") || !strings.Contains(page, "A late one") {
			t.Errorf("stale: %d", status)
		}
		words := h.Do(ctx, "evidence.words", evidence.WordsIn{Refs: []ref.Ref{c.Ref}}).(evidence.WordsOut).Contributions
		if len(words) != 1 || words[0].Words != "A zebracrossing worn away" || words[0].Title != "A zebracrossing worn away" {
			t.Errorf("other rooms read %+v", words)
		}
		if found := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Find: "zebracrossing"}).(evidence.ListOut).Contributions; len(found) != 1 {
			t.Errorf("found %d by its description", len(found))
		}
		if now := see(h, ctx, c.Ref.ID); now.Version != c.Version || now.Media[0].Version != 2 {
			t.Errorf("versions %d and %d", now.Version, now.Media[0].Version)
		}
	})
}

func TestFilesAreOnlyForThoseWhoMaySee(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		c := shownBy(h, ctx, "key-1", "kerb.jpg", jpegOf(t, 1))
		at := "/evidence/" + h.Project + "/file/" + c.Media[0].ID
		for name, x := range map[string]struct {
			ctx  context.Context
			at   string
			want int
		}{
			"the lead":                  {ctx, at, http.StatusOK},
			"a member of the team":      {h.As(who.Evaluator), at, http.StatusOK},
			"a host":                    {h.As(who.HostLead), at, http.StatusForbidden},
			"someone else's project":    {h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), at, http.StatusNotFound},
			"another's card":            {h.AsCard(h.Person()), at, http.StatusNotFound},
			"under another's address":   {ctx, strings.Replace(at, h.Project, h.Other, 1), http.StatusNotFound},
			"nobody":                    {h.Stranger(), at, http.StatusUnauthorized},
			"a file that is not there":  {ctx, at + "x", http.StatusNotFound},
			"its captions, without any": {ctx, at + "/captions", http.StatusNotFound},
		} {
			if got := fetch(h, x.ctx, x.at, nil).StatusCode; got != x.want {
				t.Errorf("%s: %d, want %d", name, got, x.want)
			}
		}
		withdraw(h, ctx, c.Ref)
		if got := fetch(h, ctx, at, nil).StatusCode; got != http.StatusGone {
			t.Errorf("taken back: %d, want %d", got, http.StatusGone)
		}
	})
}

func TestSoundInRangesAndWords(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		here := "/evidence/" + h.Project
		c := shownBy(h, ctx, "key-1", "talk.wav", tone())
		m, one := c.Media[0], here+"/said/"+c.Ref.ID
		if m.Kind != evidence.Sound {
			t.Fatalf("kept as %+v", m)
		}
		shown(h, ctx, one, []string{"<audio", "Recording", "Type what is said"})
		whole := body(t, fetch(h, ctx, here+"/file/"+m.ID, nil))
		part := fetch(h, ctx, here+"/file/"+m.ID, map[string]string{"Range": "bytes=100-199"})
		if got := body(t, part); part.StatusCode != http.StatusPartialContent || !bytes.Equal(got, whole[100:200]) {
			t.Errorf("a range: %d, %d bytes, %s", part.StatusCode, len(got), part.Header.Get("Content-Range"))
		}
		if past := fetch(h, ctx, here+"/file/"+m.ID, map[string]string{"Range": "bytes=9999999-"}); past.StatusCode != http.StatusRequestedRangeNotSatisfiable {
			t.Errorf("past the end: %d", past.StatusCode)
		}

		// Captions that cannot be read are refused with their line; hard ones are kept and told.
		in := evidence.CaptionIn{Ref: c.Ref, File: m.ID, Version: 1}
		for field, x := range map[string]evidence.CaptionIn{
			"captions":   {Captions: "WEBVTT\n\n00:00 --> 00:01.000\nHi"},
			"checked_by": {Captions: "WEBVTT\n\n00:00.000 --> 00:01.000\nHi", Checked: true},
		} {
			x.Ref, x.File, x.Version = in.Ref, in.File, in.Version
			_, err := h.Try(ctx, "evidence.caption", x)
			if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		cap := here + "/file/" + m.ID + "/caption"
		captions := "WEBVTT\n\n00:00.000 --> 00:00.500\n<v Ann>The kerb is higher than anybody said it was\n"
		status, at, page := multi(h, ctx, cap, map[string]string{"key": "c1", "version": "1", "captions": captions, "checked": "yes", "checked_by": "Ann"}, nil)
		if status != http.StatusSeeOther || !strings.HasPrefix(at, cap) {
			t.Fatalf("captioned: %d %s %s", status, at, page)
		}
		shown(h, ctx, cap, []string{"Caption 1, at 00:00:", "characters a second"})
		shown(h, ctx, one, []string{"<track", "/captions", "1 caption.", "Checked by Ann on 2 March 2026."})
		if got := fetch(h, ctx, here+"/file/"+m.ID+"/captions", nil); got.Header.Get("Content-Type") != "text/vtt; charset=utf-8" || !strings.Contains(string(body(t, got)), "The kerb") {
			t.Error("the player gets no captions")
		}
		if found := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Find: "higher"}).(evidence.ListOut).Contributions; len(found) != 1 {
			t.Errorf("found %d by its captions", len(found))
		}
		// Typing what is heard begins with what the captions say, and changes nothing else.
		shown(h, ctx, one+"/type", []string{"<audio", "Ann: The kerb is higher"})
		if status, at, _ := sent(h, ctx, one+"/type", map[string][]string{"words": {"The kerb is higher than anybody said."}, "version": {fmt.Sprint(c.Version)}, "key": {"t1"}}); status != http.StatusSeeOther {
			t.Fatalf("typed: %d %s", status, at)
		}
		now := see(h, ctx, c.Ref.ID)
		if now.Words != "The kerb is higher than anybody said." || now.Title != now.Words || len(now.Media) != 1 {
			t.Errorf("typed: %+v", now.Contribution)
		}
		// SubRip becomes WebVTT; nothing takes captions away but an empty box.
		out := h.Do(ctx, "evidence.caption", evidence.CaptionIn{Ref: c.Ref, File: m.ID, Version: 2, Captions: "1\n00:00:00,000 --> 00:00:01,000\nHi\n"}).(evidence.CaptionOut)
		if now := see(h, ctx, c.Ref.ID).Media[0]; out.Version != 3 || !strings.HasPrefix(now.Captions, "WEBVTT\n") || now.CaptionsBy != "" {
			t.Errorf("%+v, %+v", out, now)
		}
		h.Do(ctx, "evidence.caption", evidence.CaptionIn{Ref: c.Ref, File: m.ID, Version: 3})
		if now := see(h, ctx, c.Ref.ID).Media[0]; now.Captions != "" {
			t.Errorf("left: %q", now.Captions)
		}
	})
}

func TestFilesComeAndGo(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		here := "/evidence/" + h.Project
		c := shownBy(h, ctx, "key-1", "kerb.jpg", jpegOf(t, 1))
		one, first := here+"/said/"+c.Ref.ID, c.Media[0].ID
		// The last file of what says nothing else stays.
		drop := func(file, version, key string) (int, string, string) {
			return sent(h, ctx, here+"/file/"+file+"/drop", map[string][]string{"version": {version}, "ref": {c.Ref.String()}, "key": {key}})
		}
		if status, _, page := drop(first, "1", "x1"); status != http.StatusConflict || !strings.Contains(page, "no other file") {
			t.Errorf("the last one: %d", status)
		}
		if status, _, page := multi(h, ctx, one+"/add", map[string]string{"key": "add-1", "version": "1"}, nil); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Choose a file") {
			t.Errorf("nothing chosen: %d", status)
		}
		if status, _, page := multi(h, ctx, one+"/add", map[string]string{"key": "add-2", "version": "1"}, map[string][]byte{"lamp.jpg": jpegOf(t, 2)}); status != http.StatusSeeOther {
			t.Fatalf("added: %d %s", status, page)
		}
		now := see(h, ctx, c.Ref.ID)
		if len(now.Media) != 2 || now.Media[0].ID != first || now.Version != 2 {
			t.Fatalf("after adding: %+v", now.Contribution)
		}
		shown(h, ctx, here+"/file/"+first+"/drop", []string{"Take this picture away?", "deleted for good"})
		for range 2 { // the same press twice is one
			if status, at, page := drop(first, "2", "x2"); status != http.StatusSeeOther {
				t.Fatalf("dropped: %d %s %s", status, at, page)
			}
		}
		if now := see(h, ctx, c.Ref.ID); len(now.Media) != 1 || now.Version != 3 {
			t.Errorf("after dropping: %+v", now.Contribution)
		}
		if got := fetch(h, ctx, here+"/file/"+first, nil).StatusCode; got != http.StatusNotFound {
			t.Errorf("the dropped one: %d", got)
		}
		h.Read(func(tx *db.Tx) error {
			left, err := db.Count(tx, db.Q(`select count(*) from blob_file where programme = ? and id = ? and length(sealed_key) > 0`, h.Programme, first))
			if left != 0 {
				t.Error("the key of the dropped file is there still")
			}
			return err
		})
		if got := fetch(h, ctx, here+"/file/"+now.Media[1].ID, nil).StatusCode; got != http.StatusOK {
			t.Errorf("its neighbour: %d", got)
		}
		// What stands for itself may be edited without words; what does not, may not.
		h.Do(ctx, "evidence.edit", evidence.EditIn{Ref: c.Ref, Version: 3, Strands: []string{"lived"}})
		plain := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: "Ring"}).(evidence.GiveOut).Ref
		if _, err := h.Try(ctx, "evidence.edit", evidence.EditIn{Ref: plain, Version: 1}); !fault.Is(err, fault.Invalid) {
			t.Errorf("words taken from what has nothing else: %v", err)
		}
	})
}

func TestARecordingMadeElsewhere(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		here := "/evidence/" + h.Project
		shown(h, ctx, here+"/record", []string{"Say this aloud", "They have said yes", "Or choose a recording"})
		if status, _, page := multi(h, ctx, here+"/record", map[string]string{"key": "r1"}, nil); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Choose a file") {
			t.Errorf("nothing chosen: %d", status)
		}
		status, at, page := multi(h, ctx, here+"/record", map[string]string{"key": "r1"}, map[string][]byte{"talk.wav": tone()})
		if status != http.StatusSeeOther {
			t.Fatalf("sent: %d %s", status, page)
		}
		shown(h, ctx, at, []string{"These files are here", `name="upload"`, "talk.wav"})
		// An address names only what is one's own.
		shown(h, h.As(who.ProjectLead), at, []string{"Photos, recordings or films"}, `name="upload"`)
		upload := at[strings.LastIndex(at, "=")+1:]
		status, at, page = multi(h, ctx, here+"/give", map[string]string{"key": "g1", "mode": "unknown", "next": "one", "upload": upload}, nil)
		if status != http.StatusSeeOther {
			t.Fatalf("given: %d %s", status, page)
		}
		if c := see(h, ctx, at[strings.LastIndex(at, "/")+1:]); len(c.Media) != 1 || c.Media[0].Kind != evidence.Sound || c.Title != "A recording" {
			t.Errorf("%+v", c.Contribution)
		}
	})
}

// verb runs a verb of another room, its In as JSON.
func verb(h *house.House, ctx context.Context, name, in string) any {
	h.T.Helper()
	v, err := h.Verbs[name].Decode(json.NewDecoder(strings.NewReader(in)))
	if err != nil {
		h.T.Fatal(err)
	}
	return h.Do(ctx, name, v)
}

func withdraw(h *house.House, ctx context.Context, at ref.Ref) {
	h.T.Helper()
	verb(h, ctx, "consent.withdraw", `{"ref":"`+at.String()+`"}`)
}

// openCard makes a card for a person, opens it on a device and gives what asks its pages.
func openCard(h *house.House, ctx context.Context, person string) func(path string) *http.Response {
	h.T.Helper()
	text, err := json.Marshal(verb(h, ctx, "card.make", `{"project":"`+h.Project+`","person":"person:`+person+`"}`))
	var made struct {
		Cards []struct{ Code string }
	}
	if err == nil {
		err = json.Unmarshal(text, &made)
	}
	if err != nil || len(made.Cards) != 1 {
		h.T.Fatalf("no card: %s, %v", text, err)
	}
	srv := httptest.NewServer(h.Handler)
	h.T.Cleanup(srv.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.T.Fatal(err)
	}
	device := &http.Client{Jar: jar}
	get := func(path string) *http.Response {
		h.T.Helper()
		r, err := device.Get(srv.URL + path)
		if err != nil {
			h.T.Fatal(err)
		}
		h.T.Cleanup(func() { _ = r.Body.Close() })
		return r
	}
	if r := get("/card/q/" + made.Cards[0].Code); r.StatusCode != http.StatusOK {
		h.T.Fatalf("the card does not open: %d", r.StatusCode)
	}
	return get
}

func TestACardShowsOnesOwnPicture(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		person := h.Person()
		status, at, page := multi(h, ctx, "/evidence/"+h.Project+"/give", map[string]string{"key": "k1", "mode": "own", "next": "one", "person": person}, map[string][]byte{"kerb.jpg": jpegOf(t, 1)})
		if status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, page)
		}
		c := see(h, ctx, at[strings.LastIndex(at, "/")+1:])
		get := openCard(h, ctx, person)
		words := get("/card/words")
		file := "/card/file/" + c.Media[0].ID
		if html := string(body(t, words)); !strings.Contains(html, `src="`+file+`"`) || strings.Contains(html, h.Project) || !strings.Contains(html, "Your picture") {
			t.Errorf("the card does not show the picture, or names the project:\n%s", html)
		}
		if got := get(file); got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("the picture: %d %s", got.StatusCode, got.Header.Get("Content-Type"))
		}
		other := shownBy(h, ctx, "k2", "lamp.jpg", jpegOf(t, 2))
		if got := get("/card/file/" + other.Media[0].ID).StatusCode; got != http.StatusNotFound {
			t.Errorf("another's picture: %d", got)
		}
		withdraw(h, ctx, c.Ref)
		if got := get(file).StatusCode; got != http.StatusGone {
			t.Errorf("taken back: %d", got)
		}
	})
}

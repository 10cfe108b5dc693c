package paper_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plait/internal/engine/corner"
	"plait/internal/engine/corner/scene"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/room/paper"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestPaper(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"from print to thread and back": wholeWay,
		"two phones":                    twoPhones,
		"a covered card":                covered,
		"a flip chart":                  flipChart,
		"who may":                       whoMay,
		"what is no photo":              noPhoto,
		"photos that nobody files go":   tidied,
		"undone from the thread":        undoneThere,
		"one thing at a time":           oneAtATime,
		"filing that cannot go on":      stopped,
		"kinds of picture":              kinds,
		"a card that nobody saw":        unseen,
		"many batches":                  manyBatches,
	} {
		t.Run(name, func(t *testing.T) {
			kit.Each(t, func(t *testing.T, h *house.House) { h.T = t; f(t, h) })
		})
	}
}

// batch prints cards: tables by each, in yellow for lived experience and blue for ideas.
func batch(h *house.House, ctx context.Context, project string, tables, each int) (paper.PrintOut, []corner.Code) {
	h.T.Helper()
	out := h.Do(ctx, "paper.print", paper.PrintIn{Project: project, Name: "World café", Asked: []string{"What helps you stay steady?"}, Tables: tables, Each: each,
		Colours: []string{"yellow=lived", "blue=Ideas"}, On: "2026-02-20"}).(paper.PrintOut)
	b := h.Do(h.AsOperator(), "paper.see", paper.SeeIn{Batch: out.Batch}).(paper.SeeOut)
	var codes []corner.Code
	for _, p := range b.Places() {
		codes = append(codes, b.Code(p))
	}
	return out, codes
}

// shot is a photo of cards on a table.
func shot(t *testing.T, seed uint64, codes []corner.Code, change func(o *scene.Options)) ([]byte, []scene.Placed) {
	t.Helper()
	o := scene.Options{Seed: seed, Width: 1200, Height: 900, Tilt: 12, Turn: 10, Strokes: 6, Noise: 2, Blur: 0.4, Apart: 1.2}
	if change != nil {
		change(&o)
	}
	img, truth := scene.Draw(o, codes, nil)
	return encoded(t, img), truth
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func work(h *house.House) {
	h.T.Helper()
	if err := job.Drain(h.T.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
		h.T.Fatal(err)
	}
}

func send(h *house.House, ctx context.Context, in paper.PhotoIn) paper.LookOut {
	h.T.Helper()
	if in.Project == "" {
		in.Project = h.Project
	}
	out := h.Do(ctx, "paper.photo", in).(paper.PhotoOut)
	work(h)
	return look(h, ctx, out.Lot)
}

func look(h *house.House, ctx context.Context, lot string) paper.LookOut {
	h.T.Helper()
	return h.Do(ctx, "paper.look", paper.LookIn{Lot: lot}).(paper.LookOut)
}

// contribution is what this test asks of one.
type contribution struct {
	Ref      ref.Ref
	Words    string
	Strand   string
	On       string
	Source   string
	Question string
	Media    []struct {
		Kind  string
		Width int64
	}
}

// list reads the contributions of the project by the verb's JSON, as any other program does.
func list(h *house.House) []contribution {
	h.T.Helper()
	in, err := h.Verbs["evidence.list"].Decode(json.NewDecoder(strings.NewReader(fmt.Sprintf(`{"project":%q,"limit":500}`, h.Project))))
	if err != nil {
		h.T.Fatal(err)
	}
	raw, err := json.Marshal(h.Do(h.AsOperator(), "evidence.list", in))
	if err != nil {
		h.T.Fatal(err)
	}
	var out struct{ Contributions []contribution }
	if err := json.Unmarshal(raw, &out); err != nil {
		h.T.Fatal(err)
	}
	return out.Contributions
}

func states(out paper.LookOut) map[string]int {
	n := map[string]int{}
	for _, c := range out.Cuts {
		n[c.Kind+" "+c.State]++
	}
	return n
}

func refused(h *house.House, ctx context.Context, verb string, in any, kind fault.Kind) *fault.Fault {
	h.T.Helper()
	_, err := h.Try(ctx, verb, in)
	if !fault.Is(err, kind) {
		h.T.Errorf("%s: %v, want %s", verb, err, kind)
	}
	return fault.Of(err)
}

// fetch asks for a page as an actor.
func fetch(h *house.House, ctx context.Context, r *http.Request) *httptest.ResponseRecorder {
	h.T.Helper()
	a := who.From(ctx)
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), h.Policy, a), nil
		}}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func get(h *house.House, ctx context.Context, path string) string {
	h.T.Helper()
	w := fetch(h, ctx, httptest.NewRequest("GET", path, nil))
	if w.Code != http.StatusOK {
		h.T.Fatalf("%s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// press posts a form and gives where it leads.
func press(h *house.House, ctx context.Context, path string, v url.Values) string {
	h.T.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := fetch(h, ctx, r)
	if w.Code != http.StatusSeeOther {
		h.T.Fatalf("%s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// upload posts photos and gives where it leads.
func upload(h *house.House, ctx context.Context, path string, fields map[string]string, photos ...[]byte) string {
	h.T.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := m.WriteField(k, v); err != nil {
			h.T.Fatal(err)
		}
	}
	for i, p := range photos {
		part, err := m.CreateFormFile("photos", fmt.Sprintf("table-%d.jpg", i+1))
		if err != nil {
			h.T.Fatal(err)
		}
		if _, err := part.Write(p); err != nil {
			h.T.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		h.T.Fatal(err)
	}
	r := httptest.NewRequest("POST", path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := fetch(h, ctx, r)
	if w.Code != http.StatusSeeOther {
		h.T.Fatalf("%s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// wholeWay prints cards, sends photos of two tables by the page, files them, types the words
// of one, and takes all back.
func wholeWay(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	here := "/paper/" + h.Project
	printed := press(h, ctx, here+"/new", url.Values{"key": {"make"}, "name": {"World café"}, "asks": {"What helps?"}, "tables": {"2"}, "rounds": {"1"}, "each": {"3"}, "size": {"6"},
		"hue": {"yellow", "blue"}, "of_yellow": {"lived"}, "of_blue": {"word"}, "word_blue": {"Ideas"}, "on": {"20/2/2026"}})
	id := printed[strings.LastIndex(printed, "/")+1:]
	see := h.Do(ctx, "paper.see", paper.SeeIn{Batch: id}).(paper.SeeOut)
	if see.Cards != 12 || see.On != "2026-02-20" || see.Colours[0].Strand != "lived" || see.Colours[1].Word != "Ideas" {
		t.Fatalf("%+v", see)
	}
	sheets := get(h, ctx, printed+"/print")
	if n := strings.Count(sheets, "pl-papercard__mark--"); n != 4*12 {
		t.Errorf("%d markers are printed", n)
	}
	var codes []corner.Code
	for _, p := range see.Places() {
		codes = append(codes, see.Code(p))
	}
	one, _ := shot(t, 1, codes[:6], nil)
	two, _ := shot(t, 2, codes[6:11], nil) // card 6 of table 2 lies in no photo
	lot := upload(h, ctx, here+"/photo", map[string]string{"key": "k"}, one, two)
	if again := upload(h, ctx, here+"/photo", map[string]string{"key": "k"}, one, two); again != lot {
		t.Errorf("the same press leads to %s and %s", lot, again)
	}
	if body := get(h, ctx, lot); !strings.Contains(body, "0 of 2 photos are read") {
		t.Errorf("no progress:\n%s", body)
	}
	work(h)
	body := get(h, ctx, lot)
	for _, want := range []string{"We found 11 cards", "Table 2, Yellow, card 1", "table 2: card 6 is in no photo yet"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
	src := regexp.MustCompile(`src="(` + lot + `/cut/[^"]+)"`).FindStringSubmatch(body)
	if src == nil {
		t.Fatal("no picture of a card")
	}
	if c, err := jpeg.DecodeConfig(strings.NewReader(get(h, ctx, src[1]))); err != nil || c.Width < 150 {
		t.Errorf("%+v %v", c, err)
	}
	press(h, ctx, lot+"/file", url.Values{"key": {"f"}})
	if body := get(h, ctx, lot); !strings.Contains(body, "0 of 11 cards are filed") {
		t.Error("no progress of filing")
	}
	work(h)
	if body := get(h, ctx, lot); !strings.Contains(body, "11 cards are in the thread") {
		t.Error(body)
	}
	said := list(h)
	if len(said) != 11 {
		t.Fatalf("%d contributions", len(said))
	}
	lived := 0
	for _, c := range said {
		if len(c.Media) != 1 || c.Media[0].Kind != "picture" || c.Question != "What helps?" || c.On != "2026-02-20" || !strings.HasPrefix(c.Source, "World café: table ") || c.Words != "" {
			t.Errorf("%+v", c)
		}
		if c.Strand == "lived" {
			lived++
		}
	}
	if lived != 6 { // three yellow cards on each table
		t.Errorf("%d are lived experience", lived)
	}
	out := look(h, ctx, lot[strings.LastIndex(lot, "/")+1:])
	keptForGap(t, h, ctx, lot, out)
	typeOne(t, h, ctx, printed, said)
	undo(t, h, ctx, lot, one)
}

// typeOne types the words of the first card, and skips the next.
func typeOne(t *testing.T, h *house.House, ctx context.Context, printed string, said []contribution) {
	body := get(h, ctx, printed+"/type")
	field := func(name string) string {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(body)
		if m == nil {
			t.Fatalf("no %s:\n%s", name, body)
		}
		return m[1]
	}
	first := field("contribution")
	to := press(h, ctx, printed+"/type", url.Values{"key": {"t"}, "contribution": {first}, "version": {field("version")}, "words": {"A rail by the door"}, "strands": {"lived"}})
	i := slices.IndexFunc(list(h), func(c contribution) bool { return c.Ref.ID == first })
	if c := list(h)[i]; c.Words != "A rail by the door" || len(c.Media) != 1 || !strings.HasPrefix(c.Source, "World café") {
		t.Errorf("%+v", c)
	}
	if body = get(h, ctx, to); field("contribution") == first || !strings.Contains(body, "10 left") {
		t.Error("it is asked again")
	}
}

// undo takes all of a lot back; the same photo can be filed again.
func undo(t *testing.T, h *house.House, ctx context.Context, lot string, photo []byte) {
	press(h, ctx, lot+"/undo", url.Values{"key": {"u"}})
	if n := len(list(h)); n != 0 {
		t.Errorf("%d contributions are left", n)
	}
	again := send(h, ctx, paper.PhotoIn{Name: "again.jpg", Content: photo})
	if n := states(again); n["card waits"] != 6 {
		t.Errorf("%v", n)
	}
	h.Do(ctx, "paper.drop", paper.DropIn{Lot: again.ID})
	if w := fetch(h, ctx, httptest.NewRequest("GET", "/paper/"+h.Project+"/lot/"+again.ID, nil)); w.Code != http.StatusNotFound {
		t.Errorf("thrown away and still there: %d", w.Code)
	}
}

// twoPhones sends the same table from two phones, and the same card twice in one lot.
func twoPhones(t *testing.T, h *house.House) {
	ann, ben := h.As(who.ProjectLead), h.As(who.Reviewer)
	_, codes := batch(h, ann, h.Project, 1, 3)
	near, _ := shot(t, 1, codes, nil)
	far, _ := shot(t, 2, codes[:4], func(o *scene.Options) { o.Far = 1.3 })
	a := send(h, ann, paper.PhotoIn{Name: "a.jpg", Content: near})
	a = send(h, ann, paper.PhotoIn{Lot: a.ID, Name: "far.jpg", Content: far})
	b := send(h, ben, paper.PhotoIn{Name: "b.jpg", Content: near})
	if n := states(a); n["card waits"] != 6 || n["card again"] != 4 {
		t.Errorf("%v", n)
	}
	if out := h.Do(ann, "paper.file", paper.FileIn{Lot: a.ID}).(paper.FileOut); out.Filed != 6 {
		t.Errorf("%+v", out)
	}
	if out := h.Do(ben, "paper.file", paper.FileIn{Lot: b.ID}).(paper.FileOut); out.Filed != 0 || out.Here != 6 {
		t.Errorf("%+v", out)
	}
	if out := h.Do(ann, "paper.file", paper.FileIn{Lot: a.ID}).(paper.FileOut); out.Filed != 6 {
		t.Errorf("filed again: %+v", out)
	}
	if n := len(list(h)); n != 6 {
		t.Errorf("%d contributions of 6 cards", n)
	}
	if n := states(send(h, ben, paper.PhotoIn{Name: "late.jpg", Content: far})); n["card here"] != 4 {
		t.Errorf("%v", n)
	}
	// Cards of another project are told, and no picture of them is kept.
	_, foreign := batch(h, h.AsOperator(), h.Other, 1, 1)
	other, _ := shot(t, 3, foreign, nil)
	if n := states(send(h, ann, paper.PhotoIn{Name: "other.jpg", Content: other})); n["card foreign"] != 2 || len(n) != 1 {
		t.Errorf("%v", n)
	}
}

// covered hides three corners of a card: the fourth is told, and a person places it.
func covered(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	printed, codes := batch(h, ctx, h.Project, 1, 1)
	out := send(h, ctx, paper.PhotoIn{Name: "tray.jpg", Content: halfHidden(t, codes)})
	n := states(out)
	if n["card waits"] != 1 || n["loose waits"] != 1 {
		t.Fatalf("%v", n)
	}
	if f := h.Do(ctx, "paper.file", paper.FileIn{Lot: out.ID}).(paper.FileOut); f.Filed != 1 || f.Loose != 1 {
		t.Errorf("%+v", f)
	}
	out = look(h, ctx, out.ID)
	if out.State != paper.Open || out.Pictures[0].State != paper.Read {
		t.Errorf("the photo has gone before the loose card is placed: %+v", out.Pictures)
	}
	loose := out.Cuts[slices.IndexFunc(out.Cuts, func(c paper.Cut) bool { return c.Kind == paper.AsLoose })]
	page := get(h, ctx, "/paper/"+h.Project+"/lot/"+out.ID+"/place/"+loose.ID)
	if !strings.Contains(page, "Which card is it?") {
		t.Error(page)
	}
	in := paper.PlaceIn{Lot: out.ID, Photo: loose.Photo, Cut: loose.ID, Batch: printed.Batch, Table: 1, Number: 2, Box: "10 10 30 30"}
	refused(h, ctx, "paper.place", in, fault.Conflict) // card 2 is filed: it lay open
	in.Number = 9
	refused(h, ctx, "paper.place", in, fault.Invalid)
	in.Number = 1
	h.Do(ctx, "paper.place", in)
	if f := h.Do(ctx, "paper.file", paper.FileIn{Lot: out.ID}).(paper.FileOut); f.Filed != 2 || f.Loose != 0 {
		t.Errorf("%+v", f)
	}
	if out = look(h, ctx, out.ID); out.State != paper.Done || out.Pictures[0].State != paper.Dropped || len(list(h)) != 2 {
		t.Errorf("%s, %d contributions", out.State, len(list(h)))
	}
}

func half(a, b corner.Point) corner.Point {
	return corner.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2}
}

func inside(q corner.Quad, p corner.Point) bool {
	for i := range q {
		a, b := q[i], q[(i+1)%4]
		if (b.X-a.X)*(p.Y-a.Y)-(b.Y-a.Y)*(p.X-a.X) < 0 {
			return false
		}
	}
	return true
}

// flipChart cuts a plain photo by boxes, without JavaScript.
func flipChart(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	chart := image.NewGray(image.Rect(0, 0, 800, 600))
	for i := range chart.Pix {
		chart.Pix[i] = uint8(60 + i%800/8)
	}
	lot := upload(h, ctx, "/paper/"+h.Project+"/flip", map[string]string{"key": "k"}, encoded(t, chart))
	work(h)
	out := look(h, ctx, lot[strings.LastIndex(lot, "/")+1:])
	page := lot + "/boxes/" + out.Pictures[0].ID
	form := url.Values{"key": {"b"}, "version": {fmt.Sprint(out.Version)}, "rows": {"2"}, "columns": {"3"}, "do": {"split"}}
	r := httptest.NewRequest("POST", page, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if body := fetch(h, ctx, r).Body.String(); strings.Count(body, `class="govuk-fieldset pl-paperbox"`) != 7 { // and the script's blank
		t.Errorf("split: %s", body)
	}
	for i, b := range []string{"0 0 50 50", "50 50 50 50"} {
		for k, v := range map[string]string{"x": strings.Fields(b)[0], "y": strings.Fields(b)[1], "w": "50", "h": "50"} {
			form.Set(fmt.Sprint(k, i+1), v)
		}
	}
	form.Set("words2", "More buses in the evening")
	form.Set("do", "save")
	form.Set("asked", "What gets in the way?")
	form["strands"] = []string{"practice"}
	press(h, ctx, page, form)
	if body := get(h, ctx, page); !strings.Contains(body, "More buses in the evening") {
		t.Error("the boxes are not kept")
	}
	refused(h, ctx, "paper.boxes", paper.BoxesIn{Lot: out.ID, Photo: out.Pictures[0].ID, Version: 1, Boxes: nil}, fault.Conflict)
	refused(h, ctx, "paper.boxes", paper.BoxesIn{Lot: out.ID, Photo: out.Pictures[0].ID, Version: look(h, ctx, out.ID).Version, Boxes: []string{"90 90 x 5"}}, fault.Invalid)
	press(h, ctx, lot+"/file", url.Values{"key": {"f"}})
	work(h)
	said := list(h)
	if len(said) != 2 {
		t.Fatalf("%d contributions", len(said))
	}
	typed := said[slices.IndexFunc(said, func(c contribution) bool { return c.Words != "" })]
	if typed.Words != "More buses in the evening" || typed.Question != "What gets in the way?" || typed.Strand != "practice" || len(typed.Media) != 1 || typed.Media[0].Width == 800 {
		t.Errorf("%+v", typed)
	}
	if p := look(h, ctx, out.ID).Pictures[0]; p.State != paper.Dropped {
		t.Errorf("%+v", p)
	}
}

func whoMay(t *testing.T, h *house.House) {
	lead := h.As(who.ProjectLead)
	out, codes := batch(h, lead, h.Project, 1, 1)
	photo, _ := shot(t, 1, codes, nil)
	lot := send(h, lead, paper.PhotoIn{Name: "a.jpg", Content: photo})
	for _, role := range []who.Role{who.HostLead, who.HostStaff} {
		ctx := h.As(role)
		refused(h, ctx, "paper.list", paper.ListIn{Project: h.Project}, fault.Forbidden)
		for verb, in := range map[string]any{"paper.see": paper.SeeIn{Batch: out.Batch}, "paper.look": paper.LookIn{Lot: lot.ID}, "paper.file": paper.FileIn{Lot: lot.ID},
			"paper.photo": paper.PhotoIn{Project: h.Project, Content: photo}, "paper.undo": paper.UndoIn{Lot: lot.ID}, "paper.drop": paper.DropIn{Lot: lot.ID}} {
			if _, err := h.Try(ctx, verb, in); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Missing) {
				t.Errorf("%s as %s: %v", verb, role, err)
			}
		}
	}
	refused(h, h.As(who.Evaluator), "paper.undo", paper.UndoIn{Lot: lot.ID}, fault.Forbidden)
	if w := fetch(h, h.As(who.HostStaff), httptest.NewRequest("GET", "/paper/"+h.Project+"/lot/"+lot.ID+"/photo/"+lot.Pictures[0].ID, nil)); w.Code == http.StatusOK {
		t.Error("a host sees a photo")
	}
	if w := fetch(h, lead, httptest.NewRequest("GET", "/paper/"+h.Other+"/lot/"+lot.ID, nil)); w.Code == http.StatusOK {
		t.Error("a lot under another project's address")
	}
}

// noPhoto sends what is no photo, and one that tells its place.
func noPhoto(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	refused(h, ctx, "paper.photo", paper.PhotoIn{Project: h.Project, Content: []byte("%PDF-1.7")}, fault.Invalid)
	refused(h, ctx, "paper.photo", paper.PhotoIn{Project: h.Project}, fault.Invalid)
	out := send(h, ctx, paper.PhotoIn{Name: "broken.jpg", Content: []byte("\xff\xd8\xff\xe0 nothing more")})
	if p := out.Pictures[0]; p.State != paper.Failed || p.Problem != "photo.damaged" {
		t.Errorf("%+v", p)
	}
	if body := get(h, ctx, "/paper/"+h.Project+"/lot/"+out.ID); !strings.Contains(body, "1 photo could not be read") {
		t.Error(body)
	}
	const place = "GPS 53.2 N"
	_, codes := batch(h, ctx, h.Project, 1, 1)
	b, _ := shot(t, 1, codes, nil)
	b = append(append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(place) + 2)}, place...), b[2:]...)
	out = send(h, ctx, paper.PhotoIn{Name: "placed.jpg", Content: b})
	if n := states(out); n["card waits"] != 2 {
		t.Fatalf("%v", n)
	}
	for _, x := range []string{"/photo/" + out.Pictures[0].ID, "/cut/" + out.Cuts[0].ID} {
		if strings.Contains(get(h, ctx, "/paper/"+h.Project+"/lot/"+out.ID+x), "GPS") {
			t.Errorf("the place is kept in %s", x)
		}
	}
}

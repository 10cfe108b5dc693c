package paper_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/engine/corner"
	"plait/internal/engine/corner/scene"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/paper"
	"plait/internal/spine/who"
	"plait/test/house"
)

// halfHidden is a photo of the cards with a tray over all of the first but its top left corner.
func halfHidden(t *testing.T, codes []corner.Code) []byte {
	t.Helper()
	img, truth := scene.Draw(scene.Options{Seed: 4, Width: 1200, Height: 900, Strokes: 4}, codes, nil)
	q := truth[0].Quad
	seen := corner.Quad{q[0], half(q[0], q[1]), half(q[0], q[2]), half(q[0], q[3])}
	for y := range 900 {
		for x := range 1200 {
			if p := (corner.Point{X: float64(x), Y: float64(y)}); inside(q, p) && !inside(seen, p) {
				img.Y[img.YOffset(x, y)] = 90
			}
		}
	}
	return encoded(t, img)
}

// run does a job of the house now.
func run(t *testing.T, h *house.House, name string) {
	t.Helper()
	defs := h.Jobs()
	i := slices.IndexFunc(defs, func(d job.Def) bool { return d.Name == name })
	if err := defs[i].Do(t.Context(), job.Job{Name: name}); err != nil {
		t.Fatal(err)
	}
}

// filled is how many cards of a batch are in the thread.
func filled(h *house.House, batch string) int {
	h.T.Helper()
	return len(h.Do(h.AsOperator(), "paper.see", paper.SeeIn{Batch: batch}).(paper.SeeOut).Filled)
}

// tidied leaves a loose card for a month: what was filed with it stays known.
func tidied(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	printed, codes := batch(h, ctx, h.Project, 1, 1)
	whole, _ := shot(t, 1, codes, nil)
	out := send(h, ctx, paper.PhotoIn{Name: "tray.jpg", Content: halfHidden(t, codes)})
	h.Do(ctx, "paper.file", paper.FileIn{Lot: out.ID})
	h.Hand.Add(20 * 24 * time.Hour)
	send(h, ctx, paper.PhotoIn{Lot: out.ID, Name: "more.jpg", Content: halfHidden(t, codes[1:])})
	h.Hand.Add(11 * 24 * time.Hour)
	run(t, h, "paper.tidy")
	if p := look(h, ctx, out.ID).Pictures; len(p) != 2 || p[0].State != paper.Read {
		t.Errorf("photos go though one was sent 11 days ago: %+v", p)
	}
	h.Hand.Add(20 * 24 * time.Hour)
	run(t, h, "paper.tidy")
	if n := filled(h, printed.Batch); n != 1 || len(list(h)) != 1 {
		t.Errorf("%d cards are known of %d", n, len(list(h)))
	}
	out = look(h, ctx, out.ID)
	if n := states(out); out.State != paper.Done || n["card filed"] != 1 || n["loose waits"] != 0 {
		t.Errorf("%s %v", out.State, n)
	}
	for _, p := range out.Pictures {
		if p.State != paper.Dropped {
			t.Errorf("a photo is kept: %+v", p)
		}
	}
	if n := states(send(h, ctx, paper.PhotoIn{Name: "again.jpg", Content: whole})); n["card here"] != 1 || n["card waits"] != 1 {
		t.Errorf("the filed card can be filed twice: %v", n)
	}
}

// undoneThere takes a batch of cards back from the thread's own page.
func undoneThere(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	printed, codes := batch(h, ctx, h.Project, 1, 1)
	photo, _ := shot(t, 1, codes, nil)
	out := send(h, ctx, paper.PhotoIn{Name: "a.jpg", Content: photo})
	h.Do(ctx, "paper.file", paper.FileIn{Lot: out.ID})
	undoThere(t, h, ctx)
	if n := filled(h, printed.Batch); n != 0 || len(list(h)) != 0 {
		t.Errorf("%d cards are known, %d are in the thread", n, len(list(h)))
	}
	if l := look(h, ctx, out.ID); l.State != paper.Undone || len(l.Pictures) != 0 || len(l.Cuts) != 0 {
		t.Errorf("%+v", l)
	}
	again := send(h, ctx, paper.PhotoIn{Name: "b.jpg", Content: photo})
	if n := states(again); n["card waits"] != 2 {
		t.Errorf("the cards cannot come again: %v", n)
	}
	// The same from this side.
	h.Do(ctx, "paper.file", paper.FileIn{Lot: again.ID})
	if u := h.Do(ctx, "paper.undo", paper.UndoIn{Lot: again.ID}).(paper.UndoOut); u.Undone != 2 {
		t.Errorf("%+v", u)
	}
	if l := look(h, ctx, again.ID); l.State != paper.Undone || len(l.Cuts) != 0 || filled(h, printed.Batch) != 0 {
		t.Errorf("%+v", l)
	}
	refused(h, ctx, "paper.drop", paper.DropIn{Lot: again.ID}, fault.Missing)
}

// undoThere takes the batch of the project's contributions back by the thread's own verb.
func undoThere(t *testing.T, h *house.House, ctx context.Context) {
	t.Helper()
	ask := func(verb, body string) []byte {
		in, err := h.Verbs[verb].Decode(json.NewDecoder(strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(h.Do(ctx, verb, in))
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	var out struct{ Contributions []struct{ Batch string } }
	if err := json.Unmarshal(ask("evidence.list", fmt.Sprintf(`{"project":%q,"limit":500}`, h.Project)), &out); err != nil || len(out.Contributions) == 0 || out.Contributions[0].Batch == "" {
		t.Fatalf("%+v %v", out, err)
	}
	ask("evidence.undo", fmt.Sprintf(`{"batch":%q}`, out.Contributions[0].Batch))
}

// oneAtATime asks for other things while cards are being filed.
func oneAtATime(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	_, codes := batch(h, ctx, h.Project, 1, 1)
	photo, _ := shot(t, 1, codes, nil)
	out := send(h, ctx, paper.PhotoIn{Name: "a.jpg", Content: photo})
	here := "/paper/" + h.Project + "/lot/" + out.ID
	press(h, ctx, here+"/file", url.Values{"key": {"f"}})
	refused(h, ctx, "paper.drop", paper.DropIn{Lot: out.ID}, fault.Conflict)
	refused(h, ctx, "paper.undo", paper.UndoIn{Lot: out.ID}, fault.Conflict)
	refused(h, ctx, "paper.photo", paper.PhotoIn{Project: h.Project, Lot: out.ID, Content: photo}, fault.Conflict)
	press(h, ctx, here+"/file", url.Values{"key": {"g"}}) // a second press does no harm
	work(h)
	if l := look(h, ctx, out.ID); l.State != paper.Done || len(list(h)) != 2 {
		t.Errorf("%s, %d contributions", l.State, len(list(h)))
	}
	far := send(h, ctx, paper.PhotoIn{Lot: out.ID, Name: "again.jpg", Content: photo})
	if n := states(far); n["card here"] != 2 || n["card waits"] != 0 {
		t.Errorf("%v", n)
	}
}

// stopped files boxes said to be of a place that is not there: the page says so, and once it is
// mended they are filed.
func stopped(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	_, codes := batch(h, ctx, h.Project, 1, 1)
	photo, _ := shot(t, 1, codes, nil)
	out := send(h, ctx, paper.PhotoIn{Kind: paper.Flip, Name: "chart.jpg", Content: photo})
	here := "/paper/" + h.Project + "/lot/" + out.ID
	in := paper.BoxesIn{Lot: out.ID, Photo: out.Pictures[0].ID, Version: out.Version, Boxes: []string{"10 20 30 25 More buses"}, Said: paper.Said{Site: "gone"}}
	h.Do(ctx, "paper.boxes", in)
	press(h, ctx, here+"/file", url.Values{"key": {"f"}})
	work(h)
	l := look(h, ctx, out.ID)
	if l.State != paper.Open || l.Problem != "paper.stop_site" {
		t.Fatalf("%s %q", l.State, l.Problem)
	}
	if body := get(h, ctx, here); !strings.Contains(body, "is no longer there") || !strings.Contains(body, "File them") {
		t.Error(body)
	}
	in.Version, in.Site = l.Version, ""
	h.Do(ctx, "paper.boxes", in)
	press(h, ctx, here+"/file", url.Values{"key": {"g"}})
	work(h)
	if l := look(h, ctx, out.ID); l.State != paper.Done || l.Problem != "" || len(list(h)) != 1 {
		t.Errorf("%s %q, %d contributions", l.State, l.Problem, len(list(h)))
	}
}

// scan is a picture as a scanner writes it: a TIFF of one grey strip.
func scan(img *image.YCbCr) []byte {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	le := binary.LittleEndian
	out := le.AppendUint32([]byte("II*\x00"), uint32(8+w*h))
	for y := range h {
		out = append(out, img.Y[y*img.YStride:y*img.YStride+w]...)
	}
	// Width, height, bits of a dot, not packed, black is 0, where the strip is, one grey, its rows, its bytes.
	tags := [][2]int{{256, w}, {257, h}, {258, 8}, {259, 1}, {262, 1}, {273, 8}, {277, 1}, {278, h}, {279, w * h}}
	out = le.AppendUint16(out, uint16(len(tags)))
	for _, x := range tags {
		out = le.AppendUint16(out, uint16(x[0]))
		out = le.AppendUint16(out, 4) // a number of 32 bits
		out = le.AppendUint32(out, 1)
		out = le.AppendUint32(out, uint32(x[1]))
	}
	return le.AppendUint32(out, 0)
}

// kinds sends pictures that a phone or a scanner makes.
func kinds(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	_, codes := batch(h, ctx, h.Project, 1, 1)
	img, _ := scene.Draw(scene.Options{Seed: 1, Width: 1200, Height: 900, Strokes: 4}, codes, nil)
	if n := states(send(h, ctx, paper.PhotoIn{Name: "scan.tif", Content: scan(img)})); n["card waits"] != 2 {
		t.Errorf("a scanner's picture: %v", n)
	}
	heic := append([]byte{0, 0, 0, 24}, "ftypheic\x00\x00\x00\x00mif1heic"...)
	f := refused(h, ctx, "paper.photo", paper.PhotoIn{Project: h.Project, Content: heic}, fault.Invalid)
	if len(f.Fields) != 1 || f.Fields[0].Say != "photo.heic" || f.Do != "photo.heic_do" {
		t.Errorf("%+v", f)
	}
}

// keptForGap looks at a filed lot of two photos: the one of table 2, whose card 6 is in no photo,
// is kept until a person says that the card was not used.
func keptForGap(t *testing.T, h *house.House, ctx context.Context, at string, out paper.LookOut) {
	t.Helper()
	kept := 0
	for _, p := range out.Pictures {
		if p.State == paper.Read {
			kept++
		}
	}
	body := get(h, ctx, at)
	if kept != 1 || out.State != paper.Open || !strings.Contains(body, "Find a card in table-2.jpg") || !strings.Contains(body, "These cards were not used") {
		t.Errorf("%s, %d photos are kept\n%s", out.State, kept, body)
	}
	if !strings.Contains(get(h, ctx, at+"?ask=unused"), "Were they not used?") {
		t.Error("it is not asked")
	}
	press(h, ctx, at+"/drop", url.Values{"key": {"unused"}})
	out = look(h, ctx, out.ID)
	for _, p := range out.Pictures {
		if p.State != paper.Dropped || p.Width != 0 {
			t.Errorf("a photo is kept: %+v", p)
		}
	}
	if out.State != paper.Done || len(list(h)) != 11 {
		t.Errorf("%s, %d contributions", out.State, len(list(h)))
	}
}

// unseen finds a card by hand in a photo where nothing was seen of it.
func unseen(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	printed, codes := batch(h, ctx, h.Project, 1, 2)
	photo, _ := shot(t, 1, codes[:3], nil)
	out := send(h, ctx, paper.PhotoIn{Name: "a.jpg", Content: photo})
	f := h.Do(ctx, "paper.file", paper.FileIn{Lot: out.ID}).(paper.FileOut)
	if out = look(h, ctx, out.ID); f.Filed != 3 || f.Missing != 1 || out.Pictures[0].State != paper.Read {
		t.Fatalf("%+v %+v", f, out.Pictures)
	}
	here := "/paper/" + h.Project + "/lot/" + out.ID
	at := here + "/photo/" + out.Pictures[0].ID + "/place"
	if !strings.Contains(get(h, ctx, at), "Which card is it?") {
		t.Error("no page to place it")
	}
	press(h, ctx, at, url.Values{"key": {"p"}, "batch": {printed.Batch}, "table": {"1"}, "number": {"4"}, "x1": {"10"}, "y1": {"10"}, "w1": {"30"}, "h1": {"30"}})
	press(h, ctx, here+"/file", url.Values{"key": {"f"}})
	work(h)
	if out = look(h, ctx, out.ID); out.State != paper.Done || out.Pictures[0].State != paper.Dropped || len(list(h)) != 4 {
		t.Errorf("%s %+v, %d contributions", out.State, out.Pictures, len(list(h)))
	}
}

// manyBatches reads a long list part by part.
func manyBatches(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	var first string
	for range 52 {
		out, _ := batch(h, ctx, h.Project, 1, 1)
		if first == "" {
			first = out.Batch
		}
	}
	one := h.Do(ctx, "paper.list", paper.ListIn{Project: h.Project}).(paper.ListOut)
	two := h.Do(ctx, "paper.list", paper.ListIn{Project: h.Project, After: one.Next}).(paper.ListOut)
	if len(one.Batches) != 50 || one.Next == "" || len(two.Batches) != 2 || two.Next != "" || two.Batches[1].ID != first {
		t.Errorf("%d, then %d batches", len(one.Batches), len(two.Batches))
	}
	if !strings.Contains(get(h, ctx, "/paper/"+h.Project), "Older cards") {
		t.Error("the page does not lead on")
	}
}

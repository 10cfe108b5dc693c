package walk_test

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"plait/internal/engine/corner"
	table "plait/internal/engine/corner/scene"
	"plait/internal/kit/db"
	"plait/internal/room/paper"
	"plait/internal/spine/ref"
)

// captions are those of the hum.
const captions = "WEBVTT\n\n00:00.000 --> 00:02.000\nThe bus stops at four.\n\n00:02.000 --> 00:06.000\nThen nobody comes.\n"

// scan is a document of one page that holds no words.
const scan = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>endobj\n" +
	"4 0 obj<</Length 31>>stream\n72 700 200 60 re 72 500 m 300 500 l S\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// files puts photos, a recording and a scan into the project, with marks on each, an import
// that waits with photos in it, and paper. It gives addresses that only scripts lead to.
func (s *street) files(lead *visitor, person string) (after []string) {
	s.t.Helper()
	ctx := s.AsOperator()
	here := "/evidence/" + s.Project
	mark := func(at ref.Ref, pairs ...any) {
		s.t.Helper()
		in := map[string]any{"ref": at}
		for i := 0; i < len(pairs); i += 2 {
			in[pairs[i].(string)] = pairs[i+1]
		}
		s.run(ctx, "evidence.mark", in)
	}
	// What a person who has a card showed and told.
	theirs := s.run(ctx, "evidence.give", map[string]any{"project": s.Project, "words": "This is our kerb, and the hum by it", "person": person})["ref"].(string)
	at, err := ref.Parse(theirs)
	if err != nil {
		s.t.Fatal(err)
	}
	kerb := s.hang(at, "picture", "image/jpeg", "kerb.jpg", 0, 0, drawn(s.t))
	s.run(ctx, "evidence.describe", map[string]any{"ref": at, "file": kerb, "version": 1, "alt": "A kerb as high as a hand"})
	mark(at, "quote", "our kerb", "label", "the way out")
	mark(at, "file", kerb, "x", 2000, "y", 1000, "w", 4000, "h", 4000, "label", "the step")
	after = append(after, here+"/said/"+at.ID+"/mark", here+"/said/"+at.ID+"/mark?file="+kerb)

	// A recording, sent by the form as it is sent without scripts.
	path := lead.upload(here+"/give", "file", "talk.wav", string(hum(20)))
	heard := ref.Of("contribution", path[strings.LastIndex(path, "/")+1:])
	one := s.run(ctx, "evidence.list", map[string]any{"project": s.Project})["contributions"].([]any)
	i := slices.IndexFunc(one, func(c any) bool { return c.(map[string]any)["ref"] == heard.String() })
	if i < 0 {
		s.t.Fatalf("the recording is not in the list: %s", path)
	}
	talk := one[i].(map[string]any)["media"].([]any)[0].(map[string]any)["id"].(string)
	s.run(ctx, "evidence.caption", map[string]any{"ref": heard, "file": talk, "version": 1, "captions": captions})
	mark(heard, "file", talk, "from_ms", 5000, "to_ms", 12000, "label", "the bus")
	after = append(after, path, path+"/mark?file="+talk)

	// A scan: its page has no words yet.
	blank, _ := s.say("x")
	s.hang(blank, "document", "application/pdf", "Report.pdf", 1, 0, []byte(scan))
	s.Write(func(tx *db.Tx) error {
		return tx.Do(db.Q(`update evidence_contribution set words = '', fixed = 1, page_starts = '0' where programme = ? and id = ?`, s.Programme, blank.ID))
	})
	after = append(after, here+"/said/"+blank.ID, here+"/said/"+blank.ID+"/mark")

	bag := lead.upload(here+"/import", "files", "bag.zip", bagFile(s.t))
	s.work()
	return append(append(after, bag), s.onTables(lead)...)
}

// onTables prints cards and sends photos of them: one is in the thread, one waits with a
// card that nobody can read, and one is of a chart that boxes are drawn on.
func (s *street) onTables(lead *visitor) []string {
	s.t.Helper()
	here := "/paper/" + s.Project
	out := s.Do(s.AsOperator(), "paper.print", paper.PrintIn{Project: s.Project, Name: "World café in Merrow", Asked: []string{"What helps you to stay steady at home?"},
		Tables: 2, Each: 2, Colours: []string{"yellow=lived", "blue=Ideas"}, On: "2026-02-20"}).(paper.PrintOut)
	see := s.Do(s.AsOperator(), "paper.see", paper.SeeIn{Batch: out.Batch}).(paper.SeeOut)
	var codes []corner.Code
	for _, p := range see.Places() {
		codes = append(codes, see.Code(p))
	}
	send := func(way, name string, content []byte) string {
		s.t.Helper()
		lot := lead.upload(here+"/"+way, "photos", name, string(content))
		s.work()
		return lot
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(name)
		if err != nil {
			s.t.Fatal(err)
		}
		return b
	}
	done := send("photo", "table.jpg", read(photoFile(s.t, "table.jpg", 3, codes[:2], nil)))
	if resp, body := lead.post(done+"/file", url.Values{"key": {lead.key(done)}}); resp.StatusCode != http.StatusOK {
		s.t.Fatalf("filing cards: %s\n%s", resp.Status, words(body))
	}
	s.work()
	tray := send("photo", "tray.jpg", trayPhoto(s, codes[2:4]))
	chart := send("flip", "chart.jpg", read(photoFile(s.t, "chart.jpg", 9, codes[4:6], nil)))
	if _, body := lead.get(tray); !strings.Contains(body, tray+"/place/") {
		s.t.Fatalf("no card is loose: %s", words(body))
	}
	look := s.Do(s.AsOperator(), "paper.look", paper.LookIn{Lot: chart[strings.LastIndex(chart, "/")+1:]}).(paper.LookOut)
	s.Do(s.AsOperator(), "paper.boxes", paper.BoxesIn{Lot: look.ID, Photo: look.Pictures[0].ID, Version: look.Version, Boxes: []string{"10 20 30 25 More buses"}})
	return []string{done}
}

// trayPhoto is a photo of two cards, on the first of which a tray lies, so that only one of
// its corners can be seen.
func trayPhoto(s *street, codes []corner.Code) []byte {
	s.t.Helper()
	img, truth := table.Draw(table.Options{Seed: 4, Width: 1200, Height: 900, Strokes: 4}, codes, nil)
	q := truth[0].Quad
	// side says on which side of the line from a to b a point lies.
	side := func(a, b corner.Point, x, y float64) bool { return (b.X-a.X)*(y-a.Y) > (b.Y-a.Y)*(x-a.X) }
	for y := range 900 {
		for x := range 1200 {
			px, py := float64(x), float64(y)
			in := true
			for i := range q {
				in = in && side(q[i], q[(i+1)%4], px, py) == side(q[i], q[(i+1)%4], (q[0].X+q[2].X)/2, (q[0].Y+q[2].Y)/2)
			}
			dx, dy, ux, uy := px-q[0].X, py-q[0].Y, px-(q[0].X+q[2].X)/2, py-(q[0].Y+q[2].Y)/2
			if in && dx*dx+dy*dy > ux*ux+uy*uy {
				img.Y[img.YOffset(x, y)] = 90
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		s.t.Fatal(err)
	}
	return b.Bytes()
}

package evidence_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"plait/internal/kit/job"
	"plait/internal/room/evidence"
	"plait/internal/spine/who"
	"plait/test/house"
)

// TestALargeImportIsReadLater sends more than a page waits for: it answers at once, says
// that it reads, can be cut off in the midst, and is the same import in the end.
func TestALargeImportIsReadLater(t *testing.T) {
	noise := make([]byte, 5<<20) // of no kind: it is listed as that
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(noise)
	pictures := zipped(t, "1.jpg", aPhoto(t, 21, 160, 120), "2.jpg", aPhoto(t, 22, 160, 120))
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		in := evidence.StageIn{Project: h.Project, Later: true, Key: "bag", Files: []evidence.FileIn{file("notes.txt", "What we heard. All of it."), file("photos.zip", pictures), {Name: "memo.bin", Content: noise}}}
		staged := h.Do(ctx, "evidence.stage", in).(evidence.StageOut)
		if staged.State != evidence.BatchReading {
			t.Fatalf("it was read while the page waited: %+v", staged)
		}
		wantKept(h, "sent", 3, 0)
		if again := h.Do(ctx, "evidence.stage", in).(evidence.StageOut); again.Batch != staged.Batch {
			t.Errorf("the same form again is another import")
		}
		if l := look(h, ctx, staged.Batch); l.State != evidence.BatchReading || l.Total != 3 || len(l.Files) != 0 {
			t.Errorf("while it is read: %+v", l)
		}
		args := map[string]string{"programme": h.Programme, "batch": staged.Batch, "kind": string(who.Account), "actor": who.From(ctx).ID}
		dead, kill := context.WithCancel(t.Context())
		kill()
		if err := job.RunOnce(dead, h.DB, h.Jobs(), h.Log, "evidence.read", args); err == nil {
			t.Error("a dead context read it")
		}
		for range 2 { // the second finds it read
			if err := job.RunOnce(t.Context(), h.DB, h.Jobs(), h.Log, "evidence.read", args); err != nil {
				t.Fatal(err)
			}
		}
		l := look(h, ctx, staged.Batch)
		if l.State != evidence.BatchStaged || len(l.Files) != 4 || l.Files[0].Name != "notes.txt" || len(l.Files[3].Told) == 0 {
			t.Fatalf("read: %s, %d parts", l.State, len(l.Files))
		}
		wantKept(h, "read", 3, 0) // notes and two photos; the files as they came are gone
		if out := bring(h, ctx, staged.Batch); out.Stored != 3 || seen(h) != 3 {
			t.Errorf("in: %+v", out)
		}
		wantKept(h, "in", 3, 3)
		// Thrown away while it waits to be read.
		in.Key = "other bag"
		staged = h.Do(ctx, "evidence.stage", in).(evidence.StageOut)
		h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch})
		wantKept(h, "thrown away", 3, 3)
		args["batch"] = staged.Batch
		if err := job.RunOnce(t.Context(), h.DB, h.Jobs(), h.Log, "evidence.read", args); err != nil {
			t.Errorf("nothing was left to read: %v", err)
		}
		if seen(h) != 3 {
			t.Errorf("%d are seen", seen(h))
		}
	})
}

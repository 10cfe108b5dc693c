package test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/job"
	"plait/internal/room/evidence"
	"plait/internal/spine/who"
	"plait/test/house"
)

// TestPropertyALongImportGoesOnByItself brings in more rows than a page waits for: the
// jobs of the house, started as the server starts them, store the rest in the name of
// whoever began, and nothing is seen until all of it is.
func TestPropertyALongImportGoesOnByItself(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.As(who.ProjectLead)
		const rows = 3000
		var sheet strings.Builder
		sheet.WriteString("Comment,Date\n")
		for i := range rows {
			fmt.Fprintf(&sheet, "Row %d of many.,2026-01-05\n", i)
		}
		staged := h.Do(ctx, "evidence.stage", evidence.StageIn{Project: h.Project, Files: []evidence.FileIn{{Name: "long.csv", Content: []byte(sheet.String())}}}).(evidence.StageOut)
		if staged.Good != rows {
			t.Fatalf("%d rows can be stored, want %d", staged.Good, rows)
		}
		out := h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch}).(evidence.BringOut)
		if out.State != evidence.BatchGoing {
			t.Fatalf("it is %s at once: this test needs more rows", out.State)
		}
		listed := func() int64 {
			return h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Limit: 1}).(evidence.ListOut).Counts["all"]
		}
		if n := listed(); n != 0 {
			t.Errorf("%d are seen half-way", n)
		}
		run, err := job.Start(t.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			// The test's own context has ended by now; the work under way is waited for.
			last, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
			defer cancel()
			if err := run.Stop(last); err != nil {
				t.Error(err)
			}
		})
		for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
			look := h.Do(ctx, "evidence.look", evidence.LookIn{Batch: staged.Batch}).(evidence.LookOut)
			if n := listed(); look.State == evidence.BatchIn {
				if n != rows {
					t.Errorf("it is in, and %d are seen", n)
				}
				return
			} else if n != 0 {
				t.Fatalf("%d are seen half-way", n)
			}
			if time.Now().After(deadline) {
				t.Fatalf("after a minute it is %s, %d of %d stored", look.State, look.Done, look.Total)
			}
		}
	})
}

package evidence_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/job"
	"plait/internal/room/evidence"
	"plait/test/house"
)

// held counts the cells and quoted words that imports keep.
func held(h *house.House) (n int64) {
	h.Read(func(tx *db.Tx) (err error) {
		n, err = db.Count(tx, db.Q(`select (select count(*) from evidence_import_row) + (select count(*) from evidence_import_file where told <> '[]' or problems <> '[]')`))
		return err
	})
	return n
}

func TestWhatWasReadAndLeftIsThrownAway(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.AsOperator()
		out := h.Do(ctx, "evidence.stage", evidence.StageIn{Project: h.Project, Files: []evidence.FileIn{{Name: "a.csv", Content: []byte("words,date\nRing first,2026-01-02\nThen come,not a day\n")}}}).(evidence.StageOut)
		tidy := func() {
			if err := job.RunOnce(t.Context(), h.DB, h.Jobs(), h.Log, "evidence.tidy", nil); err != nil {
				t.Fatal(err)
			}
		}
		h.Hand.Add(13 * 24 * time.Hour)
		tidy()
		if held(h) == 0 {
			t.Fatal("a file that waits less than its days was thrown away")
		}
		h.Hand.Add(2 * 24 * time.Hour)
		tidy()
		if n := held(h); n != 0 {
			t.Errorf("%d cells and quotes are still there", n)
		}
		if _, err := h.Try(ctx, "evidence.bring", evidence.BringIn{Batch: out.Batch}); err == nil {
			t.Error("what was thrown away could be brought in")
		}
	})
}

func TestErasingTakesTheImportsQuotesToo(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		ctx := h.AsOperator()
		out := h.Do(ctx, "evidence.stage", evidence.StageIn{Project: h.Project, Files: []evidence.FileIn{{Name: "a.csv", Content: []byte("words,date\nRing first,my secret day\n")}}}).(evidence.StageOut)
		h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: out.Batch})
		all := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project}).(evidence.ListOut).Contributions
		if len(all) != 1 || held(h) == 0 {
			t.Fatalf("%d contributions, %d quotes: this proves nothing", len(all), held(h))
		}
		in, err := h.Verbs["consent.withdraw"].Decode(json.NewDecoder(strings.NewReader(`{"ref":"` + all[0].Ref.String() + `","erase_now":true}`)))
		if err != nil {
			t.Fatal(err)
		}
		h.Do(ctx, "consent.withdraw", in)
		if n := held(h); n != 0 {
			t.Errorf("%d quotes of erased words are still there", n)
		}
	})
}

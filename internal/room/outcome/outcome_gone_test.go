package outcome_test

import (
	"testing"

	"plait/internal/kit/db"
	"plait/internal/room/outcome"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

// takenOut takes a person out and keeps what they said without a name.
func takenOut(t *testing.T, h *house.House) {
	lead, sam, kim := h.As(who.ProjectLead), h.Person(), h.Person()
	// A person of the room people, which h.Person does not make.
	added := by(h, lead, "people.add", map[string]any{"project": h.Project, "name": "Ann Zglorp"})
	at, err := ref.Parse(added["ref"].(string))
	if err != nil {
		t.Fatal(err)
	}
	why := put(h, "action", "Walk with her", "done")
	mine, other, stays := own(h, lead, at.ID, "Ann zglorps alone"), own(h, lead, sam, "Sam zglorps too"), own(h, lead, kim, "Kim rests")
	h.Write(func(tx *db.Tx) error {
		return tie.Put(h.AsOperator(), tx, h.Clock.Now(), tie.Tie{ID: h.IDs.New(), From: why, To: mine, Stance: tie.LeadsTo, Reason: "Ann asked"})
	})
	h.Do(lead, "outcome.edit", outcome.EditIn{Ref: mine, Version: 1, Facts: outcome.Facts{Sort: "person", Title: "Ann zglorps alone", Text: "Ann said so"}})
	by(h, lead, "people.erase", map[string]any{"person": at, "why": "they asked", "words": "keep without a name"})
	if rec := get(h, mine); rec.Title != "" || rec.Person != "" || rec.Until != 0 || left(h, "Ann") != 0 || bodies(h, mine) != 0 {
		t.Errorf("words about her are left: %+v, %d", rec, bodies(h, mine))
	}
	h.Read(func(tx *db.Tx) error {
		all, err := tie.To(tx, h.Programme, mine)
		if len(all) != 1 || all[0].Reason != "" {
			t.Errorf("a reason is left: %+v", all)
		}
		return err
	})
	if get(h, other).Title == "" || get(h, stays).Title == "" || left(h, "Sam") != 1 {
		t.Error("another person's went too")
	}
}

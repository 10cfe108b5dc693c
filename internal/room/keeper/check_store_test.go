package keeper_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/seal"
	"plait/internal/room/keeper"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// png is a picture of one dot.
var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89")

// loose runs statements with the foreign keys off, as damage does.
func loose(h *house.House, parts ...db.Part) {
	h.T.Helper()
	ctx := h.T.Context()
	off, on := "pragma foreign_keys = off", "pragma foreign_keys = on"
	if h.DB.Engine() == db.Postgres {
		off, on = "", ""
	}
	if off != "" {
		if _, err := h.DB.Pool().ExecContext(ctx, off); err != nil {
			h.T.Fatal(err)
		}
	}
	h.Write(func(tx *db.Tx) error {
		if tx.Engine() == db.Postgres {
			if err := tx.Do(db.Q("set local session_replication_role = replica")); err != nil {
				return err
			}
		}
		for _, p := range parts {
			if err := tx.Do(p); err != nil {
				return err
			}
		}
		return nil
	})
	if on != "" {
		if _, err := h.DB.Pool().ExecContext(ctx, on); err != nil {
			h.T.Fatal(err)
		}
	}
}

// TestCheckNamesWhatIsBroken breaks one thing after another in a house and wants each
// named with its id, and nothing else.
func TestCheckNamesWhatIsBroken(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		lead := h.As(who.ProgrammeLead)
		said := make([]ref.Ref, 6)
		for i := range said {
			said[i] = give(h, h.Project, fmt.Sprintf("The lift is out again, floor %d", i), false)
		}
		person := h.AskRef(lead, "people.add", fmt.Sprintf(`{"project":%q,"name":"Ann Lee"}`, h.Project))
		gone := h.IDs.New()
		key, err := seal.New(make([]byte, seal.Size)) // that of the house
		if err != nil {
			t.Fatal(err)
		}
		files := &blob.Store{DB: h.DB, Clock: h.Clock, IDs: h.IDs, Key: key}
		file := func(n int) string {
			t.Helper()
			u, err := files.Take(t.Context(), h.Programme, "a.png", bytes.NewReader(append(png, make([]byte, n)...)), 1<<30)
			if err != nil {
				t.Fatal(err)
			}
			h.Write(func(tx *db.Tx) error { return files.Keep(tx, h.Programme, u.ID, said[0].ID) })
			return u.ID
		}
		whole, cut, flipped, foreign := file(10), file(3<<20), file(2<<20), file(20)
		work(h, "keeper.chain")
		if got := check(h, lead); len(got.Broken) != 0 || got.Files != 4 || got.Searched < 6 || got.References < 50 || got.Bytes < 5<<20 {
			t.Fatalf("an unbroken house: %+v", got)
		}
		if quick := h.Do(lead, "keeper.check", keeper.CheckIn{Quick: true}).(keeper.CheckOut); len(quick.Broken) != 0 || quick.Files != 4 || quick.Bytes != 0 {
			t.Fatalf("quickly: %+v", quick)
		}
		p, before := h.Programme, map[string]bool{}
		for _, c := range []struct {
			name  string
			parts []db.Part
			want  []string // each of these stands in a sentence that is new
			quick bool     // a quick check finds it too
		}{
			{"a part of a file is lost", []db.Part{db.Q("delete from blob_chunk where programme = ? and file = ? and n = 1", p, cut)}, []string{"file " + cut + " of record " + said[0].ID}, true},
			{"a byte of a file is changed", []db.Part{db.Q("update blob_chunk set sealed = (select b.sealed from blob_chunk b where b.programme = ? and b.file = ? and b.n = 0) where programme = ? and file = ? and n = 1", p, flipped, p, flipped)},
				[]string{"file " + flipped + " of record"}, false},
			{"a file's key is another's", []db.Part{db.Q("update blob_file set sealed_key = ? where programme = ? and id = ?", []byte("another installation"), p, foreign)},
				[]string{"file " + foreign, "its key is not of this installation"}, true},
			{"a record is gone", []db.Part{db.Q("delete from ref_record where programme = ? and id = ?", p, said[1].ID), db.Q("delete from terms_use where programme = ? and record = ?", p, said[1].ID)},
				[]string{"evidence_contribution " + said[1].ID + " names something in ref_record", "the count of contribution"}, true},
			{"words are gone", []db.Part{db.Q("delete from evidence_contribution where programme = ? and id = ?", p, said[2].ID)},
				[]string{"ref_record " + said[2].ID + " names something in evidence_contribution"}, true},
			{"the person of a record is gone", []db.Part{db.Q("update ref_record set person = ? where programme = ? and id = ?", gone, p, said[3].ID)},
				[]string{"ref_record " + said[3].ID + " names something in ref_record that is not there (ref_record.person)"}, true},
			{"a person's row is gone", []db.Part{db.Q("insert into people_contact (programme, id, person, how, address, safe, note, made_at) values (?, ?, ?, 'post', '', ?, '', 1)", p, gone, h.IDs.New(), true)},
				[]string{"people_contact " + gone + " names something in people_person"}, true},
			{"a tie leads nowhere", []db.Part{db.Q("insert into tie (programme, id, from_kind, from_id, to_kind, to_id, stance, reason, author, at, version) values (?, ?, 'contribution', ?, 'finding', ?, 'supports', '', '', 1, 1)", p, gone, said[3].ID, h.IDs.New())},
				[]string{"tie " + gone + " names something in ref_record"}, true},
			{"the search forgot one", []db.Part{db.Q("delete from search_doc where programme = ? and id = ?", p, said[4].ID)}, []string{"the search does not know contribution " + said[4].ID}, true},
			{"a withdrawn one is still found", []db.Part{db.Q("update ref_record set until = 0 where programme = ? and id = ?", p, said[5].ID), db.Q("delete from ref_count where programme = ?", p)},
				[]string{"the search still knows contribution " + said[5].ID}, true},
			{"a trail body is changed", []db.Part{db.Q("update trail_body set body = '\"other\"' where programme = ? and id = (select e.id from trail_entry e where e.programme = ? and e.ref = ?)", p, p, person.ID)},
				[]string{"are not those that were committed"}, true},
			{"a trail entry is gone", []db.Part{db.Q("delete from trail_entry where programme = ? and ref = ?", p, said[4].ID)}, []string{"the entry of link ", "trail_body "}, true},
		} {
			loose(h, c.parts...)
			out := check(h, lead)
			named := ""
			for _, s := range out.Broken {
				if !before[s] {
					named += s + "\n"
				}
				before[s] = true
			}
			for _, want := range c.want {
				if !strings.Contains(named, want) {
					t.Errorf("%s: %q is not in:\n%s", c.name, want, named)
				}
			}
			if quick := h.Do(lead, "keeper.check", keeper.CheckIn{Quick: true}).(keeper.CheckOut); c.quick && !strings.Contains(strings.Join(quick.Broken, "\n"), c.want[0]) {
				t.Errorf("%s: a quick check does not find it", c.name)
			}
			if strings.Contains(named, whole) || strings.Contains(named, "lift") || strings.Contains(named, "Ann") {
				t.Errorf("%s: it names what is well, or words:\n%s", c.name, named)
			}
		}
		if got := check(h, lead); got.Counts {
			t.Error("without its counts the counts hold")
		}
	})
}

// TestCheckByItself has a check run as a job, and its answer kept.
func TestCheckByItself(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		lead := h.As(who.ProgrammeLead)
		give(h, h.Project, "The lift is out", false)
		one := h.Do(lead, "keeper.prove", keeper.ProveIn{}).(keeper.ProveOut)
		if two := h.Do(lead, "keeper.prove", keeper.ProveIn{}).(keeper.ProveOut); two != one {
			t.Error("two checks at once")
		}
		r := trailRoom(h)
		if last, _, err := r.LastChecks(lead); err != nil || last.State != keeper.Checking {
			t.Errorf("waiting: %+v, %v", last, err)
		}
		if err := r.ProveNow(who.With(context.Background(), h.Policy, who.Actor{}), h.Programme, one.ID); err != nil {
			t.Fatal(err)
		}
		last, whole, err := r.LastChecks(lead)
		if err != nil || last.State != keeper.Checked || whole.ID != one.ID || whole.Result.Searched == 0 || len(whole.Result.Broken) != 0 {
			t.Errorf("done: %+v, %v", whole, err)
		}
		if two := h.Do(lead, "keeper.prove", keeper.ProveIn{}).(keeper.ProveOut); two == one {
			t.Error("it cannot be proven again")
		}
	})
}

package keeper_test

import (
	"bytes"
	"image"
	pngs "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/keeper"
	"plait/internal/spine/who"
	"plait/test/house"
)

// count runs a statement on the database of a place and gives what it counts.
func (p place) count(t *testing.T, q db.Part) (n int64) {
	t.Helper()
	where := []string{"--dir", p.dir}
	if p.db != "" {
		where = append(where, "--db", p.db)
	}
	d := rawDB(t, where)
	if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { n, err = db.Count(tx, q); return err }); err != nil {
		t.Fatal(err)
	}
	return n
}

// do runs statements on the database of a place.
func (p place) do(t *testing.T, q db.Part) {
	t.Helper()
	where := []string{"--dir", p.dir}
	if p.db != "" {
		where = append(where, "--db", p.db)
	}
	if err := rawDB(t, where).Write(t.Context(), func(tx *db.Tx) error { return tx.Do(q) }); err != nil {
		t.Fatal(err)
	}
}

// picture brings a picture in that says something beside, and gives its contribution and file.
func (s story) picture(t *testing.T) (contribution, file string) {
	t.Helper()
	var b bytes.Buffer
	if err := pngs.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "hall.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	plait(t, 0, nil, s.args("evidence", "add", "--project", s.project, path)...)
	var list struct {
		Contributions []struct {
			Ref   string
			Media []struct{ ID string }
		}
	}
	plait(t, 0, &list, s.args("evidence", "list", "--project", s.project)...)
	for _, c := range list.Contributions {
		if len(c.Media) > 0 {
			contribution, file = c.Ref, c.Media[0].ID
		}
	}
	if file == "" {
		t.Fatal("no picture came in")
	}
	s.do(t, db.Q("update evidence_contribution set words = 'This is the hall, with the light off.' where id = ?", strings.TrimPrefix(contribution, "contribution:")))
	return contribution, file
}

// TestWhatWasTakenStaysTaken takes back, stops and takes away one of each after a backup:
// none of it is there again after the restore, and what was given back meanwhile is.
func TestWhatWasTakenStaysTaken(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			s := tell(t, on(t, e))
			id := func(r string) string { return r[strings.Index(r, ":")+1:] }
			back, again, quoted := s.give(t, newer), s.give(t, "She likes it that someone comes on Tuesdays."), s.give(t, "Ask the night staff, they know the draughty corner.", "--uses", "quote")
			was := s.give(t, "The bell in the bathroom does not ring at night.")
			plait(t, 0, nil, s.args("consent", "withdraw", was)...)
			contribution, file := s.picture(t)
			var invited struct{ Account string }
			plait(t, 0, &invited, s.args("account", "invite", "--email", "a@example.org", "--name", "A", "--role", "project_lead", "--scope", "project:"+s.project)...)
			plait(t, 0, nil, s.args("account", "invite", "--email", "b@example.org", "--name", "B", "--role", "project_lead", "--scope", "project:"+s.project)...)
			var hand struct{ Cards []struct{ Card string } }
			plait(t, 0, &hand, s.args("card", "make", "--project", s.project, "--person", s.person, "--count", "1")...)
			s.do(t, db.Q("insert into account_session (mark, id, account, held, began, seen, ends) values ('m', 'i', ?, '', 1, 1, 9000000000000000)", invited.Account))
			var made keeper.MadeOut
			plait(t, 0, &made, s.args("keeper", "backup")...)

			plait(t, 0, nil, s.args("consent", "withdraw", back)...)
			plait(t, 0, nil, s.args("consent", "withdraw", again)...)
			plait(t, 0, nil, s.args("consent", "restore", "--ref", again)...)
			plait(t, 0, nil, s.args("consent", "restore", "--ref", was)...)
			plait(t, 0, nil, s.args("consent", "withdraw", quoted, "--use", "quote")...)
			plait(t, 0, nil, s.args("evidence", "drop-media", "--ref", contribution, "--version", "1", "--file", file)...)
			plait(t, 0, nil, s.args("account", "take", "--account", invited.Account, "--role", "project_lead", "--scope", "project:"+s.project)...)
			plait(t, 0, nil, s.args("card", "stop", "--person", s.person, "--card", hand.Cards[0].Card)...)
			plait(t, 0, nil, s.args("people", "state", "--person", s.person, "--state", "no more contact")...)

			to := on(t, e)
			takeKey(t, s.place, to)
			var out struct{ Taken, Unread int }
			plait(t, 0, &out, to.args("keeper", "restore", made.ID, "--from", filepath.Join(s.dir, "backup"))...)
			if out.Taken != 7 || out.Unread != 0 {
				t.Errorf("%+v", out)
			}
			for what, c := range map[string]struct {
				q    db.Part
				want int64
			}{
				"taken back":           {db.Q("select count(*) from ref_record where id = ? and until > 0", id(back)), 0},
				"given back":           {db.Q("select count(*) from ref_record where id = ? and until > 0", id(again)), 1},
				"given back after":     {db.Q("select count(*) from ref_record where id = ? and until > 0", id(was)), 1},
				"one use":              {db.Q("select count(*) from terms_use where record = ? and use = 'quote'", id(quoted)), 0},
				"its other use":        {db.Q("select count(*) from ref_record where id = ? and until > 0", id(quoted)), 1},
				"the file":             {db.Q("select count(*) from evidence_media where id = ?", file), 0},
				"its bytes":            {db.Q("select count(*) from blob_file where id = ?", file), 0},
				"its words":            {db.Q("select count(*) from ref_record where id = ? and until > 0", id(contribution)), 1},
				"the role":             {db.Q("select count(*) from who_member where account = ?", invited.Account), 0},
				"the other's role":     {db.Q("select count(*) from who_member where role = 'project_lead'"), 1},
				"the card":             {db.Q("select count(*) from card_door"), 0},
				"the person's state":   {db.Q("select count(*) from ref_record where id = ? and state = 'no more contact'", id(s.person)), 1},
				"someone is signed in": {db.Q("select count(*) from account_session"), 0},
				"links to sign in":     {db.Q("select count(*) from account_link"), 0},
			} {
				if n := to.count(t, c.q); n != c.want {
					t.Errorf("%s: %d, want %d", what, n, c.want)
				}
			}
			plait(t, 0, nil, to.args("keeper", "check")...)
		})
	}
}

// TestACutListIsRefused cuts the list of erasures, and puts an older one in its place.
func TestACutListIsRefused(t *testing.T) {
	s := tell(t, on(t, db.SQLite))
	var made keeper.MadeOut
	plait(t, 0, &made, s.args("keeper", "backup")...)
	s.erase(t)
	backups := filepath.Join(s.dir, "backup")
	half := copyDir(t, backups) // before a second backup knows how long it was
	plait(t, 0, nil, s.args("keeper", "backup")...)
	whole, err := os.ReadFile(filepath.Join(backups, "erasures"))
	if err != nil {
		t.Fatal(err)
	}
	to := on(t, db.SQLite)
	takeKey(t, s.place, to)
	for name, list := range map[string][]byte{"emptied": {}, "cut to half a line": whole[:60], "a line less": whole[:bytes.LastIndexByte(whole[:len(whole)-1], '\n')+1]} {
		from := copyDir(t, backups)
		if err := os.WriteFile(filepath.Join(from, "erasures"), list, 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errs := house.Plait(t.Context(), to.args("keeper", "restore", made.ID, "--from", from)...)
		if code != 2 || !strings.Contains(errs, "was cut, or is an older one") || to.stands(t, secret) {
			t.Errorf("%s: %d %s%s", name, code, out, errs)
		}
	}
	// Where no backup knows how long it was, half a line is said aloud.
	if err := os.WriteFile(filepath.Join(half, "erasures"), whole[:60], 0o600); err != nil {
		t.Fatal(err)
	}
	var out restored
	if errs := plait(t, 1, &out, to.args("keeper", "restore", made.ID, "--from", half)...); out.Unread != 1 || !strings.Contains(errs, "cannot be read") {
		t.Errorf("%+v %s", out, errs)
	}
}

// TestAnArchiveIsMadeAnewAfterAnErasure erases while the rows are read, and takes a file
// out of a contribution, each once: what is written then holds neither.
func TestAnArchiveIsMadeAnewAfterAnErasure(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		r := backupRoom(t, h)
		lead := h.As(who.ProgrammeLead)
		at := h.AskRef(lead, "evidence.give", `{"project":"`+h.Project+`","words":"`+secret+`","strands":["lived"]}`)
		h.Write(func(tx *db.Tx) error { // enough rows to say how far it is
			return tx.Do(db.Q(`insert into keeper_keep (programme, record, kind, until_day, why, actor, at)
				with recursive n (i) as (select 1 union all select i + 1 from n where i < 4200) select ?, 'x' || i, 'person', '2030-01-01', '', '', 1 from n`, h.Programme))
		})
		path, erased := filepath.Join(t.TempDir(), "a.zip"), 0
		left := filepath.Join(filepath.Dir(path), ".plait-archive-left.part")
		if err := os.WriteFile(left, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := r.ArchiveTo(h.AsOperator(), path, "to see", func(done, _ int64) {
			if erased++; erased == 1 {
				h.Ask(lead, "consent.withdraw", `{"ref":"`+at.String()+`","erase_now":true}`)
			}
		})
		if err != nil || erased < 3 {
			t.Fatalf("it was told %d times: %v", erased, err)
		}
		for entry, body := range unpacked(t, path) {
			if strings.Contains(body, secret) {
				t.Errorf("what was erased is in %s", entry)
			}
		}
		if _, err := os.Stat(left); !os.IsNotExist(err) {
			t.Errorf("what was left of an archive is there still: %v", err)
		}
		if _, _, err := r.ArchiveTo(h.AsOperator(), path, "again", func(int64, int64) {}); fault.Of(err).Say != "keeper.archive_there" {
			t.Errorf("over one that is there: %v", err)
		}
	})
}

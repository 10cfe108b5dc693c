package keeper_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/keeper"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestTrail(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"who sees what": trailSeen, "readings": trailReads, "worries": trailWorries, "the copy proves itself": trailProof,
	} {
		t.Run(name, func(t *testing.T) { kit.Each(t, f) })
	}
}

func list(t *testing.T, h *house.House, who_ who.Actor, in keeper.TrailIn) []keeper.TrailEntry {
	t.Helper()
	return h.Do(who.With(t.Context(), h.Policy, who_), "keeper.trail", in).(keeper.TrailOut).Entries
}

func give(h *house.House, project, words string, sensitive bool) ref.Ref {
	h.T.Helper()
	return h.AskRef(h.As(who.ProgrammeLead), "evidence.give", fmt.Sprintf(`{"project":%q,"words":%q,"strands":["lived"],"sensitive":%t}`, project, words, sensitive))
}

func verbs(list []keeper.TrailEntry) string {
	var out []string
	for _, e := range list {
		out = append(out, e.Verb)
	}
	return strings.Join(out, " ")
}

func trailSeen(t *testing.T, h *house.House) {
	here, there := give(h, h.Project, "The lift is out again", false), give(h, h.Other, "Nobody rang", false)
	lead, own := who.From(h.As(who.ProgrammeLead)), who.From(h.As(who.ProjectLead))
	both := list(t, h, lead, keeper.TrailIn{Group: "evidence"})
	if verbs(both) != "evidence.give evidence.give" || both[0].Ref != there || both[1].Ref != here || both[1].Project != h.Project {
		t.Errorf("the programme lead sees %+v", both)
	}
	mine := list(t, h, own, keeper.TrailIn{})
	for _, e := range mine {
		if e.Project != h.Project {
			t.Errorf("a project lead sees %+v", e)
		}
	}
	if len(list(t, h, own, keeper.TrailIn{Record: here})) != 1 || len(list(t, h, own, keeper.TrailIn{Record: there})) != 0 || len(mine) == 0 {
		t.Error("a project lead sees the trail of another project, or not of their own")
	}
	for name, c := range map[string]struct {
		a    who.Actor
		in   keeper.TrailIn
		want fault.Kind
	}{
		"a project lead, elsewhere": {own, keeper.TrailIn{Project: h.Other}, fault.Missing},
		"a member":                  {who.From(h.As(who.Member)), keeper.TrailIn{}, fault.Forbidden},
		"a host lead":               {who.From(h.As(who.HostLead)), keeper.TrailIn{Project: h.Project}, fault.Forbidden},
		"a stranger":                {who.Actor{}, keeper.TrailIn{}, fault.Signin},
		"a day that is none":        {lead, keeper.TrailIn{From: "2026-02-30"}, fault.Invalid},
		"the last day first":        {lead, keeper.TrailIn{From: "2026-03-02", To: "2026-03-01"}, fault.Invalid},
		"what that is none":         {lead, keeper.TrailIn{What: "words"}, fault.Invalid},
		"a group that is none":      {lead, keeper.TrailIn{Group: "a' or 1"}, fault.Invalid},
	} {
		if _, err := h.Try(who.With(t.Context(), h.Policy, c.a), "keeper.trail", c.in); !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	day := time.UnixMicro(both[0].At).UTC().Format(time.DateOnly)
	if n := len(list(t, h, lead, keeper.TrailIn{Group: "evidence", From: day, To: day})); n != 2 {
		t.Errorf("on its day there are %d", n)
	}
	if n := len(list(t, h, lead, keeper.TrailIn{Group: "evidence", From: "2031-01-01"})); n != 0 {
		t.Errorf("from another day there are %d", n)
	}
	// No words of anyone, in any form.
	raw, err := json.Marshal(both)
	if err != nil || bytes.Contains(raw, []byte("lift")) {
		t.Errorf("words in the trail: %s, %v", raw, err)
	}
}

func trailReads(t *testing.T, h *house.House) {
	quiet, open := give(h, h.Project, "He locks the door at night", true), give(h, h.Project, "The lift is out", false)
	lead, reader := who.From(h.As(who.ProgrammeLead)), h.As(who.Partner)
	reads := func() []keeper.TrailEntry { return list(t, h, lead, keeper.TrailIn{What: keeper.Reads, Limit: 500}) }
	said, _ := h.Ask(reader, "evidence.list", fmt.Sprintf(`{"project":%q}`, h.Project))["contributions"].([]any)
	for _, x := range said {
		c, _ := x.(map[string]any)
		title, _ := c["title"].(string)
		if c["ref"] == quiet.String() && (c["words"] != "" || strings.Contains(title, "door") || c["sensitive"] != true) || c["ref"] == open.String() && c["words"] == "" {
			t.Errorf("the list shows %+v", c)
		}
	}
	h.Read(func(tx *db.Tx) error {
		rec, _, err := ref.Get(tx, h.Programme, quiet.ID)
		if strings.Contains(rec.Title, "door") {
			t.Errorf("its title for other rooms is %q", rec.Title)
		}
		return err
	})
	if len(said) != 2 || len(reads()) != 0 {
		t.Errorf("%d are listed, and the list left %v", len(said), verbs(reads()))
	}
	for range 3 {
		for _, x := range []ref.Ref{quiet, open} {
			if out := h.Ask(reader, "evidence.see", fmt.Sprintf(`{"ref":%q}`, x)); out["words"] == "" {
				t.Error("opened, it has no words")
			}
		}
	}
	if got := reads(); len(got) != 1 || got[0].Verb != "evidence.looked" || got[0].Ref != quiet || got[0].Actor != who.From(reader).Key() || !got[0].Reading {
		t.Errorf("after opening: %+v", got)
	}
	// Marked and unmarked by an edit; left alone by one that says nothing.
	edit := func(version int64, says string) {
		h.Ask(h.As(who.ProgrammeLead), "evidence.edit", fmt.Sprintf(`{"ref":%q,"version":%d,"words":"The lift is out","strands":["lived"],"sensitive":%q}`, open, version, says))
	}
	sensitive := func() bool {
		return h.Ask(h.As(who.ProgrammeLead), "evidence.see", fmt.Sprintf(`{"ref":%q}`, open))["sensitive"] == true
	}
	for i, c := range []struct {
		says string
		want bool
	}{{"yes", true}, {"", true}, {"no", false}} {
		if edit(int64(i+1), c.says); sensitive() != c.want {
			t.Errorf("after %q it is sensitive: %v", c.says, !c.want)
		}
	}
	// A person's record, and who looked.
	p := h.AskRef(h.As(who.ProgrammeLead), "people.add", fmt.Sprintf(`{"project":%q,"name":"Ann Lee"}`, h.Project))
	h.Ask(reader, "people.see", fmt.Sprintf(`{"person":%q}`, p))
	if got := list(t, h, lead, keeper.TrailIn{Record: p, What: keeper.Reads}); len(got) != 1 || got[0].Verb != "people.looked" {
		t.Errorf("after opening a person's record: %+v", got)
	}
	if got := list(t, h, lead, keeper.TrailIn{Record: p, What: keeper.Changes}); verbs(got) != "people.add" {
		t.Errorf("changes of a person: %v", verbs(got))
	}
	// Whoever opens their own words on their card is not written down.
	before := len(reads())
	if _, err := h.Try(h.AsCard(p.ID), "evidence.see", h.In("evidence.see", fmt.Sprintf(`{"ref":%q}`, quiet))); err == nil {
		t.Error("a card opens what is not its own")
	}
	if len(reads()) != before {
		t.Error("a card's own reading is in the trail")
	}
}

func trailWorries(t *testing.T, h *house.House) {
	passer, safe := h.As(who.Member), h.As(who.Safeguarding)
	id := h.Ask(passer, "worry.pass", fmt.Sprintf(`{"project":%q,"words":"She is afraid"}`, h.Project))["id"]
	h.Ask(safe, "worry.see", fmt.Sprintf(`{"id":%q}`, id))
	work(h, "keeper.chain")
	lead := h.As(who.ProgrammeLead)
	got := list(t, h, who.From(lead), keeper.TrailIn{Group: "worry"})
	if verbs(got) != "worry.looked worry.pass" || got[0].Actor != who.From(safe).Key() || got[1].Actor != "" {
		t.Errorf("of worries: %+v", got)
	}
	if byPasser := list(t, h, who.From(lead), keeper.TrailIn{By: who.From(passer).Key()}); len(byPasser) != 0 {
		t.Errorf("asked for the passer: %+v", byPasser)
	}
	proof := h.Do(lead, "keeper.proof", keeper.ProofIn{Entry: got[1].ID}).(keeper.ProofOut)
	if raw, err := json.Marshal(proof); err != nil || !proof.Hidden || strings.Contains(string(raw), who.From(passer).ID) {
		t.Errorf("the proof tells who passed it on: %s, %v", raw, err)
	}
}

// recompute checks a copy as a third party would, with nothing but SHA-256 and JSON. It
// says how many links it proved and what the last one is.
func recompute(copied io.Reader) (n int, tail string, err error) {
	d := json.NewDecoder(copied)
	before := ""
	for {
		var line struct {
			Number int64  `json:"number"`
			Text   string `json:"text"`
			Chain  string `json:"chain"`
		}
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			return n, before, nil
		} else if err != nil {
			return n, before, err
		}
		first, _, _ := strings.Cut(line.Text, "\n")
		sum := sha256.Sum256([]byte(line.Text))
		if line.Text != "" && (first != before || hex.EncodeToString(sum[:]) != line.Chain) {
			return n, before, fmt.Errorf("link %d does not follow", line.Number)
		}
		before = line.Chain
		n++
	}
}

func trailProof(t *testing.T, h *house.House) {
	fill(h, 700) // more than a page
	give(h, h.Project, "He locks the door", true)
	h.Ask(h.As(who.Member), "worry.pass", fmt.Sprintf(`{"project":%q,"words":"She is afraid"}`, h.Project))
	work(h, "keeper.chain")
	lead := h.As(who.ProgrammeLead)
	proof := check(h, lead).Proof
	var b bytes.Buffer
	r := trailRoom(h)
	if err := r.WriteLinks(lead, &b, keeper.TrailIn{}); err != nil {
		t.Fatal(err)
	}
	copied := b.String()
	n, tail, err := recompute(strings.NewReader(copied))
	if err != nil || int64(n) != proof.Entries || tail != proof.Tail {
		t.Errorf("recomputed %d links to %s, %v; the proof says %d to %s", n, tail, err, proof.Entries, proof.Tail)
	}
	if strings.Contains(copied, "door") || strings.Contains(copied, "afraid") {
		t.Error("there are words in the copy")
	}
	// Whoever changes one line is found out.
	if _, _, err := recompute(strings.NewReader(strings.Replace(copied, "keeper.filled", "keeper.forged", 2))); err == nil {
		t.Error("a changed line was not found")
	}
	// The commitment stands for the words: with salt and body anyone can recompute it.
	h.Read(func(tx *db.Tx) error {
		type body struct{ salt, body, commitment string }
		all, err := db.All(tx, db.Q("select b.salt, b.body, e.commitment from trail_body b join trail_entry e on e.programme = b.programme and e.id = b.id where b.programme = ? limit 20", h.Programme),
			func(r db.Row, x *body) error { return r.Scan(&x.salt, &x.body, &x.commitment) })
		for _, x := range all {
			if sum := sha256.Sum256([]byte(x.salt + "\x00" + x.body)); hex.EncodeToString(sum[:]) != x.commitment {
				t.Errorf("commitment %s is not recomputed", x.commitment)
			}
		}
		return err
	})
	// The table for spreadsheets has a row for each entry, in a sentence.
	b.Reset()
	if err := r.WriteTable(lead, &b, "en", keeper.TrailIn{Group: "evidence"}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != 2 || !strings.Contains(rows[1][1], "wrote down what someone said") {
		t.Errorf("the table: %v, %v", rows, err)
	}
	// Taking a copy is itself written down.
	h.Do(lead, "keeper.trail-fetched", keeper.TrailIn{})
	if got := list(t, h, who.From(lead), keeper.TrailIn{Group: "keeper", What: keeper.Reads}); len(got) != 1 || got[0].Verb != "keeper.trail-fetched" || !trail.Reading(got[0].Verb) {
		t.Errorf("of the copy: %+v", got)
	}
}

// trailRoom is the keeper of the house.
func trailRoom(h *house.House) *keeper.Room {
	h.T.Helper()
	for _, p := range h.Plugs {
		if r, ok := p.Self.(*keeper.Room); ok {
			return r
		}
	}
	h.T.Fatal("there is no keeper")
	return nil
}

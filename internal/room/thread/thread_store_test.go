package thread_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"maps"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/page"
	"plait/internal/room/thread"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestThread(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"strips": strips, "both ways": bothWays, "what may not be read": unread, "what no host may know": hidden, "confirmed too late": late, "what moved": moved, "5,000 sources": many, "files": files,
	} {
		t.Run(name, func(t *testing.T) { kit.Each(t, f) })
	}
}

// put stores a record's row as the verb of its room would.
func put(h *house.House, r ref.Record) ref.Ref {
	h.T.Helper()
	if r.Programme == "" {
		r.Programme = h.Programme
	}
	if r.Project == "" {
		r.Project = h.Project
	}
	if r.Until == 0 {
		r.Until = ref.NoEnd
	}
	if r.Until < 0 {
		r.Until = 0
	}
	r.ID, r.Version, r.ChangedAt = h.IDs.New(), 1, h.Clock.Now()
	h.Write(func(tx *db.Tx) error { return ref.Put(tx, r) })
	return r.Ref()
}

func said(h *house.House, strand, title string) ref.Ref {
	return put(h, ref.Record{Kind: thread.Contribution, Strand: strand, Title: title, Fate: "owing"})
}

func join(h *house.House, stance tie.Stance, reason string, to ref.Ref, from ...ref.Ref) {
	h.T.Helper()
	ctx := h.AsOperator()
	h.Write(func(tx *db.Tx) error {
		for _, x := range from {
			if err := tie.Put(ctx, tx, h.Clock.Now(), tie.Tie{ID: h.IDs.New(), From: x, To: to, Stance: stance, Reason: reason}); err != nil {
				return err
			}
		}
		return nil
	})
}

// change edits the row of a record, as its room's verb would, and marks what stands on it.
func change(h *house.House, at ref.Ref, f func(r *ref.Record)) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error {
		rec, err := ref.Must(tx, h.Programme, at)
		if err != nil {
			return err
		}
		f(&rec)
		if err := ref.Put(tx, rec); err != nil {
			return err
		}
		_, err = tie.Changed(tx, h.Programme, at, h.Clock.Now())
		return err
	})
}

// whole is a thread from end to end.
type whole struct {
	lived, practice, both            ref.Ref
	finding, advice, act, out, learn ref.Ref
}

func story(h *house.House) (w whole) {
	w.lived = said(h, "lived", "Nobody tells me who to ring")
	w.practice = said(h, "practice", "We change the rota on Fridays")
	w.both = said(h, "lived+practice", "I was a carer and a nurse")
	w.finding = put(h, ref.Record{Kind: thread.Finding, State: "shared", Title: "Not knowing who to ring"})
	w.advice = put(h, ref.Record{Kind: thread.Recommendation, State: "agreed", Title: "One named worker"})
	w.act = put(h, ref.Record{Kind: thread.Action, State: "kept", Title: "Try it in one team"})
	w.out = put(h, ref.Record{Kind: thread.Outcome, Title: "31 people have one"})
	w.learn = put(h, ref.Record{Kind: thread.Lesson, Title: "Start with the rota"})
	join(h, tie.Supports, "It is what she lives with", w.finding, w.lived, w.both)
	join(h, tie.Challenges, "The number is on the door", w.finding, w.practice)
	join(h, tie.Informs, "", w.advice, w.finding)
	join(h, tie.LeadsTo, "", w.act, w.advice)
	join(h, tie.LeadsTo, "", w.out, w.act)
	join(h, tie.Teaches, "", w.learn, w.out)
	return w
}

func stripsOf(h *house.House, ctx context.Context, refs ...ref.Ref) map[ref.Ref]page.Strip {
	h.T.Helper()
	out := map[ref.Ref]page.Strip{}
	if err := h.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := room(h).Strips(tx.Context(), tx, refs)
		for at, s := range all {
			out[at] = s
		}
		return err
	}); err != nil {
		h.T.Fatal(err)
	}
	return out
}

// room makes the room over a house's own database.
func room(h *house.House) *thread.Room {
	r := thread.New(plug.Needs{DB: h.DB, Clock: h.Clock, IDs: h.IDs, Desk: h.Desk, Face: h.Face})
	r.SetKinds(h.Kinds())
	return r
}

func strips(t *testing.T, h *house.House) {
	w := story(h)
	ctx := h.As(who.ProjectLead)
	lone := said(h, "research", "A paper")
	got := stripsOf(h, ctx, w.finding, w.learn, w.lived, lone, ref.Of(ref.Project, h.Project), ref.Of(thread.Finding, h.IDs.New()))
	if len(got) != 4 {
		t.Fatalf("%d strips, want 4: %v", len(got), got)
	}
	for _, at := range []ref.Ref{w.finding, w.learn} {
		s := got[at]
		if s.Research.N != 0 || s.Lived.N != 2 || s.Practice.N != 2 || len(s.Steps) != 5 {
			t.Errorf("%s: %+v", at.Kind, s)
		}
		for i, step := range s.Steps {
			if !step.Reached || step.Text == "" || step.Href == "" && h.Kinds()[step.Kind].Page != "" || step.Here != (step.Kind == at.Kind) || step.Stale {
				t.Errorf("%s, step %d: %+v", at.Kind, i, step)
			}
		}
	}
	if s := got[w.lived]; s.Lived.N != 1 || s.Practice.N != 0 || len(s.Steps) != 5 || s.Steps[0].Text != "Not knowing who to ring" {
		t.Errorf("a contribution: %+v", s)
	}
	if s := got[lone]; s.Research.N != 1 || s.Steps != nil {
		t.Errorf("a contribution that nothing stands on: %+v", s)
	}
	// The host sees that there are some, and neither how many nor a word of anybody's.
	hostsStrip := func() {
		t.Helper()
		host := stripsOf(h, h.As(who.HostLead), w.finding, w.lived)
		if _, ok := host[w.lived]; ok || host[w.finding].Lived != (page.Voice{N: 5, About: "*"}) || host[w.finding].Research.N != 0 {
			t.Errorf("a host lead: %+v", host)
		}
	}
	hostsStrip()
	if got := stripsOf(h, h.Stranger(), w.finding); len(got) != 0 {
		t.Errorf("a stranger: %+v", got)
	}
	// One takes their words back: one voice fewer, the strand broken, all below stale.
	change(h, w.lived, func(r *ref.Record) { r.Until = 0 })
	s := stripsOf(h, ctx, w.learn)[w.learn]
	if s.Lived.N != 1 || !s.Lived.Stale || s.Practice.Stale || !s.Steps[0].Stale || !s.Steps[4].Stale {
		t.Errorf("after a withdrawal: %+v", s)
	}
	hostsStrip()
	h.Write(func(tx *db.Tx) error { return tie.Confirm(tx, h.Programme, w.finding) })
	if s = stripsOf(h, ctx, w.learn)[w.learn]; s.Lived.Stale || s.Steps[4].Stale {
		t.Errorf("after a confirmation: %+v", s)
	}
	// A draft is no more than there.
	change(h, w.finding, func(r *ref.Record) { r.State = "draft" })
	if s = stripsOf(h, h.As(who.HostLead), w.act)[w.act]; s.Steps[0].Text != "" || !s.Steps[0].Reached {
		t.Errorf("a draft, for a host: %+v", s.Steps[0])
	}
	// A circle ends.
	join(h, tie.Informs, "", w.advice, w.learn)
	if s = stripsOf(h, ctx, w.advice)[w.advice]; s.Practice.N != 2 || s.Steps[4].Text != "Start with the rota" {
		t.Errorf("in a circle: %+v", s)
	}
}

func follow(h *house.House, ctx context.Context, in thread.FollowIn) thread.FollowOut {
	h.T.Helper()
	return h.Do(ctx, "thread.follow", in).(thread.FollowOut)
}

func node(out thread.FollowOut, at ref.Ref) thread.Node {
	for _, n := range out.Nodes {
		if n.Ref == at {
			return n
		}
	}
	return thread.Node{}
}

func refuses(t *testing.T, name string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: %v, want %s", name, err, kind)
	}
}

// bothWays follows one story from each of its records.
func bothWays(t *testing.T, h *house.House) {
	w := story(h)
	ctx := h.As(who.ProjectLead)
	apart := said(h, "lived", "Something else")
	join(h, tie.Supports, "", put(h, ref.Record{Kind: thread.Finding, State: "shared", Title: "Another"}), apart)
	out := follow(h, ctx, thread.FollowIn{Ref: w.act})
	want := map[string]int64{"contribution": 3, "finding": 1, "recommendation": 1, "action": 1, "outcome": 1, "lesson": 1}
	if !maps.Equal(out.Counts, want) || len(out.Nodes) != 8 || len(out.Ties) != 7 || out.More || out.Root != w.act {
		t.Errorf("from the action: %d nodes, %d ties, %v, %v", len(out.Nodes), len(out.Ties), out.Counts, out.More)
	}
	for at, place := range map[ref.Ref][2]any{w.act: {thread.Here, int64(0)}, w.finding: {thread.Up, int64(2)}, w.lived: {thread.Up, int64(3)}, w.learn: {thread.Down, int64(2)}} {
		if n := node(out, at); n.Way != place[0] || n.Distance != place[1] || n.Shown != thread.Yes || n.Title == "" {
			t.Errorf("%s: %+v", at.Kind, n)
		}
	}
	if n := node(out, apart); n.Kind != "" {
		t.Error("another thread is in this one")
	}
	if out := follow(h, ctx, thread.FollowIn{Ref: w.act, Way: thread.Up}); len(out.Nodes) != 6 || node(out, w.out).Kind != "" {
		t.Errorf("up: %d", len(out.Nodes))
	}
	if out := follow(h, ctx, thread.FollowIn{Ref: w.act, Kinds: []string{thread.Lesson}}); len(out.Nodes) != 2 || !maps.Equal(out.Counts, want) {
		t.Errorf("lessons only: %d, %v", len(out.Nodes), out.Counts)
	}
	if out := follow(h, ctx, thread.FollowIn{Ref: w.act, Kinds: []string{thread.Contribution}, Strands: []string{"practice"}}); len(out.Nodes) != 3 {
		t.Errorf("practice only: %d", len(out.Nodes))
	}
	// In a circle each record is met once, and from anywhere all of it.
	join(h, tie.Informs, "", w.advice, w.learn)
	for _, at := range []ref.Ref{w.act, w.learn, w.advice} {
		out := follow(h, ctx, thread.FollowIn{Ref: at})
		if len(out.Nodes) != 8 || len(out.Ties) != 8 || !maps.Equal(out.Counts, want) {
			t.Errorf("a circle from %s: %d nodes, %d ties, %v", at.Kind, len(out.Nodes), len(out.Ties), out.Counts)
		}
	}
	for _, in := range []thread.FollowIn{{Ref: w.act, Way: "sideways"}, {Ref: w.act, Kinds: []string{"dragon"}}, {Ref: w.act, Strands: []string{"gossip"}}, {Ref: w.act, Limit: 2001}} {
		_, err := h.Try(ctx, "thread.follow", in)
		refuses(t, "a bad question", err, fault.Invalid)
	}
}

// unread follows threads with records that the reader may not see.
func unread(t *testing.T, h *house.House) {
	w := story(h)
	foreign := put(h, ref.Record{Kind: thread.Contribution, Project: h.Other, Strand: "research", Title: "A secret of next door"})
	join(h, tie.Supports, "A secret reason", w.finding, foreign)
	lead := h.As(who.ProjectLead)
	out := follow(h, lead, thread.FollowIn{Ref: w.finding})
	if n := node(out, foreign); n.Shown != thread.NotShared || n.Title != "" || n.Fate != "" || n.Href != "" {
		t.Errorf("another project's: %+v", n)
	}
	for _, x := range out.Ties {
		if x.From == foreign && x.Reason != "" || x.From == w.lived && x.Reason == "" {
			t.Errorf("a reason: %+v", x)
		}
	}
	change(h, w.lived, func(r *ref.Record) { r.Until = 0 })
	out = follow(h, lead, thread.FollowIn{Ref: w.learn})
	if n := node(out, w.lived); n.Shown != thread.Withdrawn || n.Title != "" || out.Counts["contribution"] != 4 {
		t.Errorf("withdrawn: %+v, %v", n, out.Counts)
	}
	host := h.As(who.HostLead)
	_, err := h.Try(host, "thread.follow", thread.FollowIn{Ref: w.practice})
	refuses(t, "a host lead, from words", err, fault.Missing)
	change(h, w.finding, func(r *ref.Record) { r.State = "draft" })
	if n := node(follow(h, host, thread.FollowIn{Ref: w.act}), w.finding); n.Shown != thread.NotShared || n.Title != "" {
		t.Errorf("a draft, for a host: %+v", n)
	}
	if n := node(follow(h, lead, thread.FollowIn{Ref: w.act}), w.finding); n.Title == "" {
		t.Errorf("a draft, for the team: %+v", n)
	}
	person := h.Person()
	own := put(h, ref.Record{Kind: thread.Personal, Person: person, Title: "I go out again"})
	join(h, tie.LeadsTo, "", own, w.act)
	if out := follow(h, lead, thread.FollowIn{Ref: w.act}); node(out, own).Title == "" || out.Counts[thread.Personal] != 1 {
		t.Errorf("a person's own, for the lead: %+v, %v", node(out, own), out.Counts)
	}
	mine := put(h, ref.Record{Kind: thread.Contribution, Person: person, Strand: "lived", Title: "My own words"})
	join(h, tie.Supports, "", w.finding, mine)
	card := follow(h, h.AsCard(person), thread.FollowIn{Ref: mine})
	for _, n := range card.Nodes {
		if (n.Shown == thread.Yes) != (n.Ref == mine || n.Ref == own) {
			t.Errorf("a card sees %+v", n)
		}
	}
	for name, ctx := range map[string]context.Context{"a stranger": h.Stranger(), "next door": h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), "another card": h.AsCard(h.Person())} {
		if _, err := h.Try(ctx, "thread.follow", thread.FollowIn{Ref: w.act}); !fault.Is(err, fault.Signin) && !fault.Is(err, fault.Missing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// moved drives a source through change, withdrawal and confirmation.
func moved(t *testing.T, h *house.House) {
	w := story(h)
	ctx := h.As(who.ProjectLead)
	sign := func() plug.Seen {
		var seen plug.Seen
		if err := h.DB.Read(ctx, func(tx *db.Tx) error {
			var err error
			seen, err = room(h).Plug().Signs[0].Load(tx.Context(), tx, ref.Of(ref.Project, h.Project))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return seen
	}
	if s := sign(); s.N != 0 {
		t.Errorf("a sign of nothing: %+v", s)
	}
	change(h, w.lived, func(r *ref.Record) { r.Until = 0 })
	change(h, w.practice, func(r *ref.Record) { r.Version, r.ChangedAt = 2, h.Clock.Now() })
	out := follow(h, ctx, thread.FollowIn{Ref: w.learn})
	n := node(out, w.finding)
	if n.Stale != thread.Changed || n.StaleSince == 0 || len(n.Why) != 2 || node(out, w.act).Stale != thread.Further || node(out, w.practice).Stale != "" {
		t.Errorf("what is stale: %+v", n)
	}
	for _, y := range n.Why {
		switch y.Ref {
		case w.lived:
			if y.What != thread.Withdrawn || y.Title != "" {
				t.Errorf("why: %+v", y)
			}
		case w.practice:
			if y.What != thread.Changed || y.Title == "" || y.At == 0 {
				t.Errorf("why: %+v", y)
			}
		}
	}
	if out := follow(h, ctx, thread.FollowIn{Ref: w.learn, Changed: true}); node(out, w.both).Kind != "" || node(out, w.practice).Kind == "" || node(out, w.finding).Kind == "" {
		t.Errorf("only what changed: %+v", out.Nodes)
	}
	if s := sign(); s.N != 1 || s.Title == "" || s.Href != "/thread/"+w.finding.String() {
		t.Errorf("the sign: %+v", s)
	}
	_, err := h.Try(h.As(who.HostLead), "thread.confirm", thread.ConfirmIn{Ref: w.finding})
	refuses(t, "a host lead confirms", err, fault.Forbidden)
	_, err = h.Try(h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), "thread.confirm", thread.ConfirmIn{Ref: w.finding})
	refuses(t, "a stranger to the project confirms", err, fault.Missing)
	_, err = h.Try(ctx, "thread.confirm", thread.ConfirmIn{Ref: w.lived})
	refuses(t, "what is withdrawn", err, fault.Withdrawn)
	h.Do(ctx, "thread.confirm", thread.ConfirmIn{Ref: w.finding})
	h.Do(ctx, "thread.confirm", thread.ConfirmIn{Ref: w.finding})
	out = follow(h, ctx, thread.FollowIn{Ref: w.learn})
	if n := node(out, w.finding); n.Stale != "" || len(n.Why) != 0 || node(out, w.act).Stale != "" {
		t.Errorf("after a confirmation: %+v", n)
	}
	if s := sign(); s.N != 0 {
		t.Errorf("the sign stays: %+v", s)
	}
}

// many ties 5,000 sources to one finding: the nearest 200, and true counts.
func many(t *testing.T, h *house.House) {
	w := story(h)
	ctx := h.AsOperator()
	strands := []string{"research", "lived", "practice", ""}
	var from []ref.Ref
	var recs []ref.Record
	var ids []string
	for i := range 5000 {
		r := ref.Record{Programme: h.Programme, Project: h.Project, ID: h.IDs.New(), Kind: thread.Contribution, Strand: strands[i%4], Title: "x", Until: ref.NoEnd, Version: 1, ChangedAt: h.Clock.Now()}
		recs, from, ids = append(recs, r), append(from, r.Ref()), append(ids, h.IDs.New())
	}
	h.Write(func(tx *db.Tx) error {
		if err := ref.Put(tx, recs...); err != nil {
			return err
		}
		return tie.PutMany(ctx, tx, h.Clock.Now(), ids, from, w.finding, tie.Supports, "")
	})
	lead := h.As(who.ProjectLead)
	for _, at := range []ref.Ref{w.finding, w.learn} {
		out := follow(h, lead, thread.FollowIn{Ref: at})
		if len(out.Nodes) != thread.Nearest || !out.More || out.Counts["contribution"] != 5003 || out.Counts["lesson"] != 1 {
			t.Errorf("from the %s: %d nodes, more %v, %v", at.Kind, len(out.Nodes), out.More, out.Counts)
		}
		by := map[string]int{}
		for _, n := range out.Nodes {
			by[n.Kind]++
			if n.Kind == thread.Contribution {
				by["strand "+n.Strand]++
			}
		}
		if by["lesson"] != 1 || by["outcome"] != 1 || by["strand research"] < 40 || by["strand lived"] < 40 || by["strand practice"] < 40 {
			t.Errorf("the nearest from the %s: %v", at.Kind, by)
		}
	}
	// An answer to one of them is counted too.
	join(h, tie.Challenges, "", from[0], said(h, "lived", "Not so here"))
	if out := follow(h, lead, thread.FollowIn{Ref: w.learn}); out.Counts["contribution"] != 5004 || out.Counts["finding"] != 1 {
		t.Errorf("with an answer: %v", out.Counts)
	}
	// So is what is one person's own, for those alone who may know of it.
	join(h, tie.LeadsTo, "", put(h, ref.Record{Kind: thread.Personal, Person: h.Person(), Title: "I sleep"}), w.act)
	for _, at := range []ref.Ref{w.finding, w.learn, w.act} {
		if out := follow(h, lead, thread.FollowIn{Ref: at}); at != w.learn && out.Counts[thread.Personal] != 1 {
			t.Errorf("a person's own from the %s: %v", at.Kind, out.Counts)
		}
		out := follow(h, h.As(who.HostStaff), thread.FollowIn{Ref: at})
		if out.Counts[thread.Personal]+out.Counts[thread.Contribution] != 0 || len(out.Nodes) > 5 || out.More || out.Said["research"] != "1250" {
			t.Errorf("a host's, from the %s: %d nodes, %v, %v", at.Kind, len(out.Nodes), out.Counts, out.Said)
		}
	}
	if out := follow(h, lead, thread.FollowIn{Ref: w.finding, Kinds: []string{thread.Contribution}, Strands: []string{"lived"}}); len(out.Nodes) != thread.Nearest || !out.More {
		t.Errorf("one strand: %d", len(out.Nodes))
	}
	s := stripsOf(h, lead, w.finding)[w.finding]
	if s.Research.N != 1250 || s.Lived.N != 1252 {
		t.Errorf("the strip of 5,000: %+v", s)
	}
}

// files writes a thread in each form.
func files(t *testing.T, h *house.House) {
	w := story(h)
	risky := said(h, "lived", "=HYPERLINK(\"x\") & <b>bold</b>")
	join(h, tie.Supports, "", w.finding, risky)
	out := follow(h, h.As(who.ProjectLead), thread.FollowIn{Ref: w.finding})
	var b bytes.Buffer
	if err := thread.Write(&b, thread.CSV, out); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 10 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		if strings.HasPrefix(r[2], "=") {
			t.Errorf("a formula goes out: %q", r[2])
		}
	}
	if err := thread.Write(&b, thread.GraphML, out); err != nil {
		t.Fatal(err)
	}
	var g struct {
		Graph struct {
			Nodes []struct {
				ID string `xml:"id,attr"`
			} `xml:"node"`
			Edges []struct {
				Source string `xml:"source,attr"`
			} `xml:"edge"`
		} `xml:"graph"`
	}
	if err := xml.Unmarshal(b.Bytes(), &g); err != nil || len(g.Graph.Nodes) != 9 || len(g.Graph.Edges) != 8 {
		t.Errorf("GraphML: %d nodes, %d edges, %v", len(g.Graph.Nodes), len(g.Graph.Edges), err)
	}
	b.Reset()
	if err := thread.Write(&b, thread.JSON, out); err != nil {
		t.Fatal(err)
	}
	var again thread.FollowOut
	if err := json.Unmarshal(b.Bytes(), &again); err != nil || len(again.Nodes) != 9 {
		t.Errorf("JSON: %d nodes, %v", len(again.Nodes), err)
	}
	if err := thread.Write(&b, "papyrus", out); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown form: %v", err)
	}
}

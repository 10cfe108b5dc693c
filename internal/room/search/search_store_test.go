package search_test

import (
	"context"
	"slices"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	kitsearch "plait/internal/kit/search"
	"plait/internal/room/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestFind(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"who finds what": seen, "what has ended is not found": ended, "limits and kinds": limits, "a card": card, "refusals": refusals,
	} {
		t.Run(name, func(t *testing.T) { kit.Each(t, f) })
	}
}

// put stores a record with its words, as a verb would.
func put(h *house.House, r ref.Record, words string) ref.Ref {
	h.T.Helper()
	r.Programme, r.ID, r.Version, r.ChangedAt = h.Programme, h.IDs.New(), 1, h.Clock.Now()
	if r.Until == 0 {
		r.Until = ref.NoEnd
	}
	h.Write(func(tx *db.Tx) error {
		if err := ref.Put(tx, r); err != nil {
			return err
		}
		return kitsearch.Put(tx, kitsearch.Doc{Programme: r.Programme, ID: r.ID, Language: "en", Text: words})
	})
	return r.Ref()
}

func find(h *house.House, ctx context.Context, in search.FindIn) search.FindOut {
	h.T.Helper()
	return h.Do(ctx, "search.find", in).(search.FindOut)
}

func refs(out search.FindOut) (all []string) {
	for _, x := range out.Hits {
		all = append(all, x.Ref.String())
	}
	slices.Sort(all)
	return all
}

func want(t *testing.T, name string, got search.FindOut, refsWanted ...ref.Ref) {
	t.Helper()
	var all []string
	for _, r := range refsWanted {
		all = append(all, r.String())
	}
	slices.Sort(all)
	if !slices.Equal(refs(got), all) {
		t.Errorf("%s: found %v, want %v", name, refs(got), all)
	}
}

func seen(t *testing.T, h *house.House) {
	said := put(h, ref.Record{Kind: "contribution", Project: h.Project, Title: "She fell at home", Strand: "lived"}, "She fell at home on a wet step")
	other := put(h, ref.Record{Kind: "contribution", Project: h.Other, Title: "She slipped again"}, "She slipped again, on another wet step")
	hall := put(h, ref.Record{Kind: "organisation", Project: h.Project, Title: "Wet Step Hall"}, "Wet Step Hall")
	put(h, ref.Record{Kind: "nobody's kind", Project: h.Project, Title: "wet step"}, "wet step")
	in := search.FindIn{Words: "wet step"}
	want(t, "programme lead", find(h, h.As(who.ProgrammeLead), in), said, other, hall)
	want(t, "project lead", find(h, h.As(who.ProjectLead), in), said, hall)
	want(t, "evaluator", find(h, h.As(who.Evaluator), in), said)
	want(t, "host lead", find(h, h.As(who.HostLead), in))
	want(t, "in the other project", find(h, h.As(who.ProgrammeLead), search.FindIn{Words: "wet step", Project: h.Other}), other)
	want(t, "an ending", find(h, h.As(who.ProgrammeLead), search.FindIn{Words: "slipping"}), other)
	hit := find(h, h.As(who.ProjectLead), search.FindIn{Words: "fell"}).Hits[0]
	if hit.Strand != "lived" || hit.Title != "She fell at home" || hit.ProjectTitle != "Falls at home" || !slices.Contains(hit.Excerpt, search.Span{Text: "fell", Hit: true}) {
		t.Errorf("a hit: %+v", hit)
	}
}

func ended(t *testing.T, h *house.House) {
	live := put(h, ref.Record{Kind: "contribution", Project: h.Project, Title: "a lamp"}, "a lamp on the stairs")
	// The words of what has ended are still in the index: only its terms keep it out.
	put(h, ref.Record{Kind: "contribution", Project: h.Project, Title: "old", Until: h.Clock.Now() - 1}, "a lamp in the hall")
	want(t, "live", find(h, h.As(who.ProjectLead), search.FindIn{Words: "lamp"}), live)
}

func limits(t *testing.T, h *house.House) {
	for range 25 {
		put(h, ref.Record{Kind: "contribution", Project: h.Project, Title: "kettle"}, "the kettle is too heavy")
	}
	hall := put(h, ref.Record{Kind: "organisation", Project: h.Project, Title: "Kettle Club"}, "Kettle Club")
	ctx := h.As(who.ProjectLead)
	if out := find(h, ctx, search.FindIn{Words: "kettle"}); len(out.Hits) != search.UsualHits || !out.More {
		t.Errorf("usually %d, more %v", len(out.Hits), out.More)
	}
	if out := find(h, ctx, search.FindIn{Words: "kettle", Limit: 26}); len(out.Hits) != 26 || out.More {
		t.Errorf("all %d, more %v", len(out.Hits), out.More)
	}
	want(t, "of a kind", find(h, ctx, search.FindIn{Words: "kettle", Kind: "organisation"}), hall)
}

func card(t *testing.T, h *house.House) {
	p := h.Person()
	own := put(h, ref.Record{Kind: "contribution", Project: h.Project, Person: p, Title: "my ramp"}, "my ramp is steep")
	put(h, ref.Record{Kind: "contribution", Project: h.Project, Title: "a ramp"}, "a ramp is steep")
	want(t, "own words", find(h, h.AsCard(p), search.FindIn{Words: "ramp"}), own)
}

func refusals(t *testing.T, h *house.House) {
	for name, c := range map[string]struct {
		ctx  context.Context
		in   search.FindIn
		kind fault.Kind
	}{
		"a stranger":           {h.Stranger(), search.FindIn{Words: "a"}, fault.Signin},
		"another programme's":  {h.As(who.ProgrammeLead), search.FindIn{Words: "a", Project: h.Foreign}, fault.Missing},
		"no words":             {h.As(who.ProjectLead), search.FindIn{}, fault.Invalid},
		"no word to look for":  {h.As(who.ProjectLead), search.FindIn{Words: "-home"}, fault.Invalid},
		"no such kind":         {h.As(who.ProjectLead), search.FindIn{Words: "a", Kind: "cat"}, fault.Invalid},
		"no role anywhere":     {who.As(h.Stranger(), who.Actor{}), search.FindIn{Words: "a"}, fault.Signin},
		"another project only": {h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), search.FindIn{Words: "a", Project: h.Project}, fault.Missing},
	} {
		if _, err := h.Try(c.ctx, "search.find", c.in); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every kind of the house has a word of its own on the page.
func TestEveryKindHasAWord(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	for kind, k := range h.Kinds() {
		if k.Permission != "" && !h.Words.Has("en", "search.kind_"+kind) {
			t.Errorf("search.kind_%s has no word", kind)
		}
	}
}

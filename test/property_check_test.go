package test

import (
	"context"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/consent"
	"plait/internal/room/evidence"
	"plait/internal/room/keeper"
	"plait/internal/room/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/trail"
)

// check holds after every step.
func (x *history) check(rt *rapid.T) {
	now := x.now()
	words, own := map[string]string{}, map[string]map[string]string{}
	for _, p := range x.people {
		own[p] = map[string]string{}
	}
	counts := map[string]int64{"all": 0, "": 0, "research": 0, "lived": 0, "practice": 0}
	for _, s := range x.all {
		if !s.readable(now) {
			continue
		}
		words[s.ref.ID] = s.words()
		if s.person != "" {
			own[s.person][s.ref.ID] = s.words()
		}
		counts["all"]++
		for _, strand := range strings.Split(s.strand(), "+") {
			counts[strand]++
		}
	}
	x.checkLists(rt, words, own, counts)
	x.checkSearch(rt, words, now)
	x.checkTables(rt, now)
	// Each single page for a few, others at each step.
	for range min(4, len(x.all)) {
		x.checkOne(rt, rapid.SampledFrom(x.all).Draw(rt, "look at"), now)
	}
}

func (x *history) checkLists(rt *rapid.T, words map[string]string, own map[string]map[string]string, counts map[string]int64) {
	out, err := x.h.Try(x.team, "evidence.list", evidence.ListIn{Project: x.project, Limit: 500})
	want(rt, "list", err, "")
	list := out.(evidence.ListOut)
	same(rt, "the list", words, texts(list.Contributions))
	same(rt, "the counts of the list", counts, list.Counts)
	for p, mine := range own {
		out, err := x.h.Try(x.cards[p], "evidence.mine", evidence.MineIn{Person: p})
		want(rt, "mine", err, "")
		same(rt, "a person's own", mine, texts(out.(evidence.MineOut).Contributions))
	}
	_, err = x.h.Try(x.cards[x.people[0]], "evidence.mine", evidence.MineIn{Person: x.people[1]})
	want(rt, "another person's own", err, fault.Missing)
	_, err = x.h.Try(x.host, "evidence.list", evidence.ListIn{Project: x.project})
	want(rt, "the host's list", err, fault.Forbidden)
	_, err = x.h.Try(x.foreign, "evidence.list", evidence.ListIn{Project: x.project})
	want(rt, "a list from another programme", err, fault.Missing)
}

func texts(cs []evidence.Contribution) map[string]string {
	out := map[string]string{}
	for _, c := range cs {
		out[c.Ref.ID] = c.Words
	}
	return out
}

// found is the ids that an actor finds, sorted.
func (x *history) found(rt *rapid.T, ctx context.Context, words string) []string {
	rt.Helper()
	out, err := x.h.Try(ctx, "search.find", search.FindIn{Words: words, Limit: 100})
	want(rt, "search", err, "")
	ids := []string{}
	for _, hit := range out.(search.FindOut).Hits {
		ids = append(ids, hit.Ref.ID)
	}
	slices.Sort(ids)
	return ids
}

func (x *history) checkSearch(rt *rapid.T, words map[string]string, now int64) {
	if len(words) < 100 {
		same(rt, "everything found", append([]string{}, slices.Sorted(maps.Keys(words))...), x.found(rt, x.team, "kettle"))
	}
	same(rt, "what a host finds", []string{}, x.found(rt, x.host, "kettle"))
	same(rt, "what another programme finds", []string{}, x.found(rt, x.foreign, "kettle"))
	for range min(2, len(x.all)) {
		s := rapid.SampledFrom(x.all).Draw(rt, "look for")
		token := rapid.SampledFrom(s.tokens).Draw(rt, "by")
		must := []string{}
		if s.readable(now) && token == s.token() {
			must = append(must, s.ref.ID)
		}
		same(rt, "found by its own word", must, x.found(rt, x.team, token))
		if c, ok := x.cards[s.person]; ok && s.state != erased {
			same(rt, "found on its card", must, x.found(rt, c, token))
		}
	}
}

func (x *history) checkOne(rt *rapid.T, s *said, now int64) {
	out, err := x.h.Try(x.team, "evidence.see", evidence.SeeIn{Ref: s.ref})
	switch {
	case s.state == undone:
		want(rt, "see what was undone", err, fault.Missing)
		return
	case !s.readable(now):
		want(rt, "see what may not be read", err, fault.Withdrawn)
	default:
		want(rt, "see", err, "")
		c := out.(evidence.SeeOut).Contribution
		same(rt, "what is seen", []any{s.words(), s.strand(), s.version(), s.person}, []any{c.Words, c.Strand, c.Version, c.Person})
	}
	for _, ctx := range []context.Context{x.foreign, x.cards[x.people[0]]} {
		if ctx == x.foreign || s.person != x.people[0] {
			_, err := x.h.Try(ctx, "evidence.see", evidence.SeeIn{Ref: s.ref})
			want(rt, "see what is another's", err, fault.Missing)
		}
	}
	stands := map[state]string{live: consent.Live, taken: consent.TakenBack, erased: consent.Erased}[s.state]
	if s.state == live && !s.readable(now) {
		stands = consent.Ended
	}
	out, err = x.h.Try(x.team, "consent.see", consent.SeeIn{Ref: s.ref})
	want(rt, "see its consent", err, "")
	agreed := out.(consent.SeeOut)
	if agreed.State != stands || (stands != consent.Live && (agreed.Title != "" || len(agreed.Grants) > 0)) {
		rt.Fatalf("its consent is %s, must be %s, and shows %q %v", agreed.State, stands, agreed.Title, agreed.Grants)
	}
	x.read(rt, func(tx *db.Tx) error {
		rec, _, err := ref.Get(tx, x.programme, s.ref.ID)
		if err != nil {
			return err
		}
		for _, u := range terms.Uses() {
			got, err := terms.May(tx, rec, u, now)
			if err != nil {
				return err
			}
			if got != s.may(u, now) {
				rt.Fatalf("use %s is %v, must be %v", u, got, !got)
			}
		}
		return nil
	})
}

// checkTables reads the tables themselves: the search, the counts, what was erased.
func (x *history) checkTables(rt *rapid.T, now int64) {
	x.read(rt, func(tx *db.Tx) error {
		indexed, err := db.All(tx, db.Q("select id from search_doc where programme = ?", x.programme), db.Value[string])
		if err != nil {
			return err
		}
		byID, liveRows := map[string]*said{}, int64(0)
		for _, s := range x.all {
			byID[s.ref.ID] = s
			if s.readable(now) {
				liveRows++
				if !slices.Contains(indexed, s.ref.ID) {
					rt.Fatalf("a live record is not in the search: %q", s.words())
				}
			}
		}
		for _, id := range indexed {
			// What has merely ended may wait there for the night; Where keeps it out of every answer.
			if s, ok := byID[id]; ok && s.state != live {
				rt.Fatalf("the search still holds words that are gone (state %d): %q", s.state, s.words())
			}
		}
		kept, err := ref.Tallies(tx, x.programme, x.project, now)
		if err != nil {
			return err
		}
		real, err := ref.Recount(tx, x.programme, x.project, now)
		if err != nil {
			return err
		}
		same(rt, "the counts", real, kept)
		n := int64(0)
		for _, tally := range kept {
			if tally.Kind == evidence.Kind {
				n += tally.N
			}
		}
		if n != liveRows {
			rt.Fatalf("the counts say %d, %d are live", n, liveRows)
		}
		for _, s := range x.all {
			if s.state == erased || s.state == undone {
				if err := x.checkErased(rt, tx, s); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// checkErased looks for the words of an erased or undone contribution in every table that ever held them.
func (x *history) checkErased(rt *rapid.T, tx *db.Tx, s *said) error {
	for _, token := range s.tokens {
		like := "%" + token + "%"
		for where, text := range map[string]string{
			"its row":       "select count(*) from evidence_contribution where programme = ? and words || source || role || reference like ?",
			"its title":     "select count(*) from ref_record where programme = ? and title like ?",
			"the trail":     "select count(*) from trail_body where programme = ? and body like ?",
			"the answers":   "select count(*) from trail_key where programme = ? and result like ?",
			"its take-back": "select count(*) from consent_withdrawal where programme = ? and kept || told like ?",
		} {
			n, err := db.Count(tx, db.Q(text, x.programme, like))
			if err != nil {
				return err
			}
			if n > 0 {
				rt.Fatalf("words that are gone (state %d) are still in %s", s.state, where)
			}
		}
	}
	for where, text := range map[string]string{
		"uses":  "select count(*) from terms_use where programme = ? and record = ?",
		"names": "select count(*) from consent_about where programme = ? and record = ? and person <> ''",
	} {
		if n, err := db.Count(tx, db.Q(text, x.programme, s.ref.ID)); err != nil || n > 0 {
			rt.Fatalf("an erased record still has %d %s (%v)", n, where, err)
		}
	}
	return nil
}

// prove holds at the end of a history: the chain, every version, the keeper's own check.
func (x *history) prove(rt *rapid.T) {
	for more := true; more; {
		x.write(rt, func(tx *db.Tx) error {
			n, err := trail.Chain(tx, x.programme, 50)
			more = n > 0
			return err
		})
	}
	x.write(rt, func(tx *db.Tx) error { return ref.Fold(tx, x.programme) })
	x.check(rt)
	x.read(rt, func(tx *db.Tx) error {
		p, err := trail.Check(tx, x.programme)
		if err != nil {
			return err
		}
		if len(p.Broken) > 0 || p.Waiting > 0 || p.Entries == 0 {
			rt.Fatalf("the chain: %d entries, %d wait, broken: %q", p.Entries, p.Waiting, p.Broken)
		}
		for _, s := range x.all {
			for i := range s.tokens {
				var c evidence.Contribution
				err := trail.Version(tx, x.programme, s.ref, int64(i+1), &c)
				if s.state == erased || s.state == undone {
					want(rt, "a version of what is gone", err, fault.Missing)
					continue
				}
				want(rt, "a version", err, "")
				same(rt, "a version as it was", []any{textOf(s.tokens[i]), s.strands[i], int64(i + 1)}, []any{c.Words, c.Strand, c.Version})
			}
			want(rt, "a version that never was", trail.Version(tx, x.programme, s.ref, s.version()+1, &evidence.Contribution{}), fault.Missing)
		}
		return nil
	})
	out, err := x.h.Try(x.h.Operator(x.h.T.Context(), x.programme), "keeper.check", keeper.CheckIn{})
	want(rt, "keeper check", err, "")
	if checked := out.(keeper.CheckOut); !checked.Counts || len(checked.Broken) > 0 {
		rt.Fatalf("keeper check: %q", checked.Broken)
	}
}

package keeper

import (
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
)

// withTrail adds the pages of the trail and the states of the proof's page.
func withTrail(all map[string]page.Samples) map[string]page.Samples {
	x := ref.Of("finding", "018f0000-0000-7000-8000-000000000001")
	e := TrailEntry{ID: "018f0000-0000-7000-8000-000000000002", Actor: "account:1", Name: "Sam Field", Verb: "finding.share", Ref: x, Number: 812, Commitment: "c0", Chain: "ab", Before: "aa", Text: "aa\n812"}
	lines := []trailLine{{Says: "Sam Field shared a finding", When: "3 March 2026, 14:05", By: "/keeper/trail?by=1", Proof: "/keeper/trail/entry/2", See: "/finding/1/of/1"},
		{Says: "Someone passed on a worry", When: "3 March 2026, 14:04", Proof: "/keeper/trail/entry/3"}}
	options := []page.Option{{Text: "Everyone"}, {Value: "account:1", Text: "Sam Field"}}
	full := &trailView{TrailIn: TrailIn{By: "account:1", Record: x, What: Reads}, Lines: lines, More: page.Pages{Next: "/keeper/trail?after=x"}, Bys: options, Groups: options,
		Projects: options, Whats: options, One: "You see what was done to one record.", Chosen: true, Open: true}
	wrong := []page.Problem{{Field: "from", Text: "Give a day"}}
	all["keeper/trail"] = page.Samples{Full: page.View{Title: "Who did what", Body: full, Errors: wrong}, Empty: page.View{Title: "Who did what", Body: &trailView{}}}
	all["keeper/trail_entry"] = page.Samples{Full: page.View{Title: "The proof of one entry", Body: entryView{ProofOut: ProofOut{TrailEntry: e, Entries: 900, Tail: "ff"}, Says: "Sam Field shared a finding",
		Rows: []page.Row{{Key: "Entry", Value: "1"}}}}, Empty: page.View{Title: "The proof of one entry", Body: entryView{}}}
	all["keeper/trail_how"] = page.Samples{Full: page.View{Title: "How to check", Body: howView{"sha256sum"}}, Empty: page.View{Title: "How to check", Body: howView{}}}
	all["keeper/check"] = page.Samples{
		Full: page.View{Title: "Is everything still there?", Body: checkView{CheckOut: CheckOut{Proof: trail.Proof{Entries: 3, Tail: "ab12"}, Broken: []string{"link 2 does not follow"}},
			Rows: []page.Row{{Key: "In the chain", Value: "3 changes"}}, Known: true, When: "Proven on 3 March 2026.", Going: true, Progress: "Reading the files: 40 in 100 done", Done: 40, Total: 100, May: true}},
		Empty: page.View{Title: "Is everything still there?", Body: checkView{May: true}},
	}
	return all
}

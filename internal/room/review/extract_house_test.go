package review_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/seal"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

// includedStudies puts records into a review: all but the last are included.
func includedStudies(h *house.House, at ref.Ref, titles ...string) {
	h.T.Helper()
	batch, now := h.IDs.New(), h.Clock.Now()
	h.Write(func(tx *db.Tx) error {
		if err := tx.Do(db.Q(`insert into review_batch (programme, review, id, search, name, upload, format, encoding, records, done, problems, problem_count, state, actor, made_at)
			values (?, ?, ?, '', 'a.ris', '', 'ris', 'utf-8', ?, 0, '[]', 0, 'in', '', ?)`, h.Programme, at.ID, batch, int64(len(titles)), now)); err != nil {
			return err
		}
		for i, t := range titles {
			n := int64(i + 1)
			verdict := review.Include
			if i == len(titles)-1 {
				verdict = review.Exclude
			}
			whole, err := json.Marshal(map[string]any{"type": "article-journal", "title": t, "year": 2019, "doi": "10.1000/n" + string(rune('0'+n)),
				"authors": []map[string]string{{"family": "Lee", "given": "Jo"}}, "journal": "Journal of Care"})
			if err != nil {
				return err
			}
			if err := tx.Do(db.Q(`insert into review_record (programme, review, n, batch, lead, gone, title, authors, year, journal, doi, abstract, plain, whole,
				title_verdict, title_reason, full_verdict, full_reason, full_state, full_file, made_at)
				values (?, ?, ?, ?, ?, ?, ?, 'Lee, Jo', 2019, 'Journal of Care', '', ?, '', ?, ?, '', ?, '', '', '', ?)`, h.Programme, at.ID, n, batch, n, false, t,
				"We asked 12 people. Night help was asked for. Night help was rare.", string(whole), verdict, verdict, now)); err != nil {
				return err
			}
		}
		return tx.Do(db.Q("update review_review set last_n = ? where programme = ? and id = ?", int64(len(titles)), h.Programme, at.ID))
	})
}

func TestExtract(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ann, ben := h.As(who.Reviewer), h.As(who.Evaluator)
		at := begin(h, ann, review.Searched)
		includedStudies(h, at, "Help at night", "Nights alone", "Left out")

		take := func(ctx context.Context, n int64, field, words, quote string) (any, error) {
			return h.Try(ctx, "review.extract", review.ExtractIn{Review: at, N: n, AnswerIn: review.AnswerIn{Field: field, Words: words, Quote: quote}})
		}
		if _, err := take(ann, 1, review.Says, "Night help is rare.", "night help  was rare"); !fault.Is(err, fault.Invalid) {
			t.Errorf("words that stand there otherwise: %v", err)
		}
		if _, err := take(ann, 1, review.Says, "Night help is rare.", "Night  help was\nrare"); err != nil {
			t.Fatal(err)
		}
		out, err := take(ben, 1, review.Says, "Few people get night help.", "")
		if err != nil || out.(review.ExtractOut).Differ != 1 || out.(review.ExtractOut).Answers != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		for n, want := range map[int64]fault.Kind{3: fault.Conflict, 9: fault.Missing} {
			if _, err := take(ann, n, review.Says, "x", ""); !fault.Is(err, want) {
				t.Errorf("record %d: %v", n, err)
			}
		}
		if _, err := take(ann, 1, "other", "x", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a question that is not asked: %v", err)
		}
		list := func() review.ExtractsOut {
			t.Helper()
			return h.Do(ann, "review.extracts", review.ExtractsIn{Review: at}).(review.ExtractsOut)
		}
		got := list()
		if got.Of != 2 || got.Taken != 1 || len(got.Records) != 2 || got.Records[0].People != 2 || got.Records[0].Differ != 1 || got.Next != 0 {
			t.Fatalf("%+v", got)
		}
		var place review.TextPlace
		if err := json.Unmarshal([]byte(got.Records[0].Answers[0].Place), &place); err != nil || place.Quote != "Night help was rare" || place.In != review.InAbstract || place.Start != 46 {
			t.Errorf("%+v, %v", place, err)
		}
		// The same words sent again keep the place; settling takes nobody's answer away.
		if _, err := take(ann, 1, review.Says, "Night help is rare.", place.Quote); err != nil {
			t.Error(err)
		}
		h.Do(ben, "review.extract", review.ExtractIn{Review: at, N: 1, Agreed: true, AnswerIn: review.AnswerIn{Field: review.Says, Words: "Night help is rare."}})
		if got = list(); got.Records[0].Differ != 0 || len(got.Records[0].Answers) != 3 || got.Records[0].People != 2 {
			t.Errorf("%+v", got.Records[0])
		}
		if got := h.Do(ann, "review.extracts", review.ExtractsIn{Review: at, Limit: 1}).(review.ExtractsOut); got.Next != 1 || len(got.Records) != 1 {
			t.Errorf("%+v", got)
		}
		for _, role := range []who.Role{who.HostLead, who.Member, who.Communicator} {
			if _, err := take(h.As(role), 1, review.Says, "x", ""); err == nil {
				t.Errorf("%s may write", role)
			}
		}
	})
}

func TestForm(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		form := func() (out []string) {
			t.Helper()
			for _, f := range h.Do(ctx, "review.fields", review.FieldsIn{Review: at}).(review.FieldsOut).Fields {
				out = append(out, f.ID+"|"+f.Label)
			}
			return out
		}
		want := []string{"kind|", "population|", "place|", "method|", "says|", "near|", "limits|"}
		if diff := cmp.Diff(want, form()); diff != "" {
			t.Error(diff)
		}
		id := h.Do(ctx, "review.field", review.FieldIn{Review: at, Label: "Cost", Choices: "low\n high\n\nlow", Place: 2}).(review.FieldOut).ID
		h.Do(ctx, "review.field", review.FieldIn{Review: at, ID: "method", Gone: true})
		if out := h.Do(ctx, "review.field", review.FieldIn{Review: at, Ready: true}).(review.FieldOut); out.Asked != 11 {
			t.Errorf("%+v", out)
		}
		want = []string{"kind|", id + "|Cost", "population|", "place|", "says|", "near|", "limits|", "chosen|", "heard|", "shown|", "swayed|"}
		if diff := cmp.Diff(want, form()); diff != "" {
			t.Error(diff)
		}
		for _, bad := range []review.FieldIn{{ID: review.Says, Gone: true}, {Label: ""}, {Label: strings.Repeat("x", 201)}, {Label: "x", Part: "y"}} {
			bad.Review = at
			if _, err := h.Try(ctx, "review.field", bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		includedStudies(h, at, "Help at night", "Left out")
		in := review.ExtractIn{Review: at, N: 1, AnswerIn: review.AnswerIn{Field: id, Words: "middle"}}
		if _, err := h.Try(ctx, "review.extract", in); !fault.Is(err, fault.Invalid) {
			t.Errorf("an answer that is not among them: %v", err)
		}
		in.Words = "high"
		h.Do(ctx, "review.extract", in)
	})
}

func TestStatements(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		includedStudies(h, at, "Help at night", "Nights alone", "Sleep", "Left out")
		theme := func(in review.ThemeIn) string {
			t.Helper()
			in.Review = at
			return h.Do(ctx, "review.theme", in).(review.ThemeOut).ID
		}
		nights, days := theme(review.ThemeIn{Title: "Nights"}), theme(review.ThemeIn{Title: "Days"})
		theme(review.ThemeIn{ID: days, Title: "By day", Place: 1})
		s := h.Do(ctx, "review.state", review.StateIn{Review: at, Theme: nights, Words: "Night help is rare.", Plainly: "Few get help at night.", Sure: "fairly", SureWhy: "Two of three",
			Supports: []review.Support{{N: 1, Stance: review.Supports, Note: "It was rare"}, {N: 2, Stance: review.Challenges, Note: "It was not rare in towns"}}}).(review.StateOut)
		for _, bad := range []review.StateIn{{}, {Words: "x", Theme: "y"}, {Words: "x", Sure: "wholly"}, {Words: "x", Supports: []review.Support{{N: 1, Stance: "likes"}}}} {
			bad.Review = at
			if _, err := h.Try(ctx, "review.state", bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if _, err := h.Try(ctx, "review.state", review.StateIn{Review: at, Words: "x", Supports: []review.Support{{N: 4, Stance: review.Supports}}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a record that is not included: %v", err)
		}
		see := func() review.StatementOut {
			t.Helper()
			return h.Do(ctx, "review.statement", review.StatementIn{Ref: s.Ref}).(review.StatementOut)
		}
		if got := see(); len(got.Bearings) != 2 || got.Counts[review.Supports] != 1 || got.Counts[review.Challenges] != 1 || got.Theme != nights || !got.Bearings[0].Included || got.Sure != "fairly" {
			t.Errorf("%+v", got)
		}

		// Into the thread: a contribution of research with its references, tied to the statement.
		given := h.Do(ctx, "review.give", review.GiveIn{Ref: s.Ref}).(review.GiveOut).Contribution
		if again := h.Do(ctx, "review.give", review.GiveIn{Ref: s.Ref}).(review.GiveOut).Contribution; again != given {
			t.Errorf("given twice: %s, %s", given, again)
		}
		said := h.Ask(ctx, "evidence.see", `{"ref":"`+given.String()+`"}`)
		if said["strand"] != "research" || said["words"] != "Night help is rare.\n\nFew get help at night.\n\nNot all agree: 1 record challenges this.\n\nIt was not rare in towns" ||
			!strings.HasPrefix(said["source"].(string), "Evidence review: Support at night. Lee, J. (2019)") {
			t.Errorf("%v", said)
		}
		ties := func() (out []tie.Tie) {
			h.Read(func(tx *db.Tx) (err error) { out, err = tie.To(tx, h.Programme, given); return err })
			return out
		}
		if all := ties(); len(all) != 1 || all[0].From != s.Ref || all[0].Stance != tie.Becomes || all[0].Version != 1 {
			t.Errorf("%+v", all)
		}
		// Somebody says that it matches, in the thread.
		h.Do(ctx, "evidence.give", h.In("evidence.give", `{"project":"`+h.Project+`","words":"So it is here.","strands":["lived"],"about":"`+given.String()+`","stance":"supports"}`))
		if got := see(); got.Matches[review.Supports] != 1 || got.Newer() {
			t.Errorf("%+v", got)
		}

		// Changed: what stands on it is marked, and the new words can be given.
		h.Do(ctx, "review.support", review.SupportIn{Ref: s.Ref, N: 2})
		if _, err := h.Try(ctx, "review.restate", review.RestateIn{Ref: s.Ref, Version: 1, Words: "x"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale change: %v", err)
		}
		h.Do(ctx, "review.restate", review.RestateIn{Ref: s.Ref, Version: 2, Theme: nights, Words: "Night help is hard to get."})
		stale := func() (n int64) {
			h.Read(func(tx *db.Tx) error {
				r, _, err := ref.Get(tx, h.Programme, given.ID)
				n = r.Stale
				return err
			})
			return n
		}
		if got := see(); !got.Newer() || stale() == 0 || len(got.Bearings) != 1 {
			t.Errorf("%+v, stale %d", got, stale())
		}
		if same := h.Do(ctx, "review.give", review.GiveIn{Ref: s.Ref, Version: 3}).(review.GiveOut).Contribution; same != given {
			t.Errorf("the new words went elsewhere: %s", same)
		}
		if said = h.Ask(ctx, "evidence.see", `{"ref":"`+given.String()+`"}`); said["words"] != "Night help is hard to get." || stale() != 0 || see().Newer() || len(ties()) != 2 || ties()[1].Version != 3 {
			t.Errorf("%v, stale %d", said, stale())
		}

		// Themes are put together; a statement that is set aside is not given.
		h.Do(ctx, "review.merge-themes", review.MergeIn{Review: at, Theme: nights, Into: days})
		all := h.Do(ctx, "review.statements", review.StatementsIn{Review: at}).(review.StatementsOut)
		if len(all.Themes) != 1 || all.Themes[0].Title != "By day" || all.Statements[0].Theme != days || all.Matches[given.ID][review.Supports] != 1 {
			t.Errorf("%+v", all)
		}
		h.Do(ctx, "review.set-aside", review.AsideIn{Ref: s.Ref, Version: 3})
		if _, err := h.Try(ctx, "review.give", review.GiveIn{Ref: s.Ref}); !fault.Is(err, fault.Conflict) {
			t.Errorf("given while set aside: %v", err)
		}
		if _, err := h.Try(h.As(who.Evaluator), "review.restate", review.RestateIn{Ref: s.Ref, Version: 4, Words: "x"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an evaluator changes it: %v", err)
		}
	})
}

func TestGapsAndOrganisations(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx, coach := h.As(who.Reviewer), h.As(who.ProjectLead)
		at := begin(h, ctx, review.Finished)
		includedStudies(h, at, "Help at night", "Left out")
		g := h.Do(ctx, "review.gap", review.GapIn{Review: at, Words: " Nights alone ", About: "People alone", N: 1}).(review.GapOut)
		for _, bad := range []review.GapIn{{}, {Words: "x", N: 9}} {
			bad.Review = at
			if _, err := h.Try(ctx, "review.gap", bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		h.Do(ctx, "review.edit-gap", review.EditGapIn{Ref: g.Ref, Version: 1, Words: "Nights of people who live alone"})
		if _, err := h.Try(ctx, "review.close-gap", review.CloseGapIn{Ref: g.Ref, Version: 2}); !fault.Is(err, fault.Invalid) {
			t.Errorf("closed without a reason: %v", err)
		}
		h.Do(ctx, "review.close-gap", review.CloseGapIn{Ref: g.Ref, Version: 2, Why: "Found out by Night Line"})
		if got := h.Do(ctx, "review.gaps", review.GapsIn{Review: at}).(review.GapsOut).Gaps; len(got) != 1 || got[0].State() != review.ClosedGap || got[0].Version != 3 || got[0].Words != "Nights of people who live alone" {
			t.Errorf("%+v", got)
		}
		if out := h.Ask(ctx, "search.find", `{"words":"alone"}`); !strings.Contains(inJSON(t, out), g.Ref.String()) {
			t.Errorf("not found: %v", out)
		}

		id := h.Do(ctx, "review.organisation", review.OrganisationIn{Review: at, Name: "Night Line", Does: strings.Repeat("Rings ŵ ", 40), Link: "example.org"}).(review.OrganisationOut).ID
		for _, bad := range []review.OrganisationIn{{}, {Name: "night line"}, {Name: "x", Link: "ftp://x.org/"}} {
			bad.Review = at
			if _, err := h.Try(ctx, "review.organisation", bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if _, err := h.Try(ctx, "review.meet", review.MeetIn{Review: at, ID: id}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a reviewer, who sees no people, adds one: %v", err)
		}
		met := h.Do(coach, "review.meet", review.MeetIn{Review: at, ID: id}).(review.MeetOut).Organisation
		if again := h.Do(coach, "review.meet", review.MeetIn{Review: at, ID: id}).(review.MeetOut).Organisation; again != met {
			t.Errorf("%s, %s", met, again)
		}
		if out := inJSON(t, h.Ask(coach, "people.organisations", `{"project":"`+h.Project+`"}`)); !strings.Contains(out, met.String()) || !strings.Contains(out, "Night Line") {
			t.Error(out)
		}
	})
}

func inJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWholeText(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		includedStudies(h, at, "Help at night", "Left out")
		in := review.ReadTextIn{Review: at, N: 1}
		if _, err := h.Try(ctx, "review.read-text", in); !fault.Is(err, fault.Conflict) {
			t.Errorf("no file: %v", err)
		}
		file := attachText(h, at, 1, "study.html", []byte("<html><body><p>The first page.</p><p>Nobody slept \U0001f469\u200d\U0001f467 at all.</p></body></html>"))
		if out := h.Do(ctx, "review.read-text", in).(review.ReadTextOut); out.State != "reading" {
			t.Errorf("%+v", out)
		}
		workOff(h)
		if out := h.Do(ctx, "review.read-text", in).(review.ReadTextOut); out.State != "read" {
			t.Errorf("%+v", out)
		}
		h.Do(ctx, "review.extract", review.ExtractIn{Review: at, N: 1, AnswerIn: review.AnswerIn{Field: review.Says, Words: "No sleep.", Quote: "Nobody slept \U0001f469\u200d\U0001f467 at"}})
		got := h.Do(ctx, "review.extracts", review.ExtractsIn{Review: at}).(review.ExtractsOut).Records[0].Answers
		if len(got) != 1 || !strings.Contains(got[0].Place, `"in":"whole"`) {
			t.Errorf("%s, %+v", file, got)
		}
	})
}

// attachText gives a record the file of its whole text.
func attachText(h *house.House, at ref.Ref, n int64, name string, content []byte) string {
	h.T.Helper()
	key, err := seal.New(make([]byte, seal.Size)) // the test house's
	if err != nil {
		h.T.Fatal(err)
	}
	store := &blob.Store{DB: h.DB, Clock: h.Clock, IDs: h.IDs, Key: key}
	up, err := store.Take(h.T.Context(), h.Programme, name, bytes.NewReader(content), 1<<20)
	if err != nil {
		h.T.Fatal(err)
	}
	h.Write(func(tx *db.Tx) error {
		if err := store.Keep(tx, h.Programme, up.ID, at.ID); err != nil {
			return err
		}
		return tx.Do(db.Q("update review_record set full_state = 'got', full_file = ? where programme = ? and review = ? and n = ?", up.ID, h.Programme, at.ID, n))
	})
	return up.ID
}

func workOff(h *house.House) {
	h.T.Helper()
	if err := job.Drain(h.T.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
		h.T.Fatal(err)
	}
}

// A record that turns out to be a copy takes nothing away: what was written about it, and
// where it stands in statements, is found with the record that stands for both.
func TestCopiesKeepWhatWasTaken(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Reviewer)
		at := begin(h, ctx, review.Searched)
		includedStudies(h, at, "Help at night", "Help at night.", "Left out")
		for n, words := range map[int64]string{1: "Night help is rare.", 2: "Few get it."} {
			h.Do(ctx, "review.extract", review.ExtractIn{Review: at, N: n, AnswerIn: review.AnswerIn{Field: review.Says, Words: words}})
		}
		s := h.Do(ctx, "review.state", review.StateIn{Review: at, Words: "x", Supports: []review.Support{{N: 2, Stance: review.Challenges, Note: "a"}}}).(review.StateOut)
		lead := func(n int64) {
			h.Write(func(tx *db.Tx) error {
				return tx.Do(db.Q("update review_record set lead = ? where programme = ? and review = ? and n = 2", n, h.Programme, at.ID))
			})
		}
		lead(1)
		got := h.Do(ctx, "review.extracts", review.ExtractsIn{Review: at}).(review.ExtractsOut)
		if got.Of != 1 || got.Taken != 1 || len(got.Records) != 1 || len(got.Records[0].Answers) != 2 {
			t.Errorf("%+v", got)
		}
		see := h.Do(ctx, "review.statement", review.StatementIn{Ref: s.Ref}).(review.StatementOut)
		if len(see.Bearings) != 1 || see.Bearings[0].Lead != 1 || see.Bearings[0].Title != "Help at night" || !see.Bearings[0].Included {
			t.Errorf("%+v", see.Bearings)
		}
		h.Do(ctx, "review.support", review.SupportIn{Ref: s.Ref, N: 1, Stance: review.Qualifies})
		if see = h.Do(ctx, "review.statement", review.StatementIn{Ref: s.Ref}).(review.StatementOut); len(see.Bearings) != 1 || see.Bearings[0].Stance != review.Qualifies {
			t.Errorf("%+v", see.Bearings)
		}
		lead(2)
		if got = h.Do(ctx, "review.extracts", review.ExtractsIn{Review: at}).(review.ExtractsOut); got.Of != 2 || got.Taken != 2 {
			t.Errorf("parted again: %+v", got)
		}
	})
}

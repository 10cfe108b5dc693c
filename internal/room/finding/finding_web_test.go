package finding_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/web"
	"plait/internal/room/finding"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

// call asks for a page, or sends a form where there are fields.
func call(h *house.House, ctx context.Context, address string, fields url.Values) (status int, location, page string) {
	h.T.Helper()
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), h.Policy, who.From(ctx)), nil
		}}, h.Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	r := httptest.NewRequestWithContext(h.T.Context(), http.MethodGet, address, nil)
	if fields != nil {
		r = httptest.NewRequestWithContext(h.T.Context(), http.MethodPost, address, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// shown reads a page and wants words on it, in their order, and others not.
func shown(h *house.House, ctx context.Context, address string, wants []string, not ...string) {
	h.T.Helper()
	status, _, page := call(h, ctx, address, nil)
	if status != http.StatusOK {
		h.T.Errorf("%s: %d", address, status)
	}
	rest := page
	for _, want := range wants {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			h.T.Errorf("%s: no %q, or not in its place", address, want)
			continue
		}
		rest = after
	}
	for _, x := range not {
		if strings.Contains(page, x) {
			h.T.Errorf("%s: says %q", address, x)
		}
	}
}

// moved sends a form that must lead on, and gives where to.
func moved(h *house.House, ctx context.Context, address string, fields url.Values) string {
	h.T.Helper()
	status, to, page := call(h, ctx, address, fields)
	if status != http.StatusSeeOther {
		h.T.Fatalf("%s: %d %s", address, status, page)
	}
	return to
}

func TestBraidingByHand(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead, host := h.As(who.ProjectLead), h.As(who.HostLead)
		here := "/finding/" + h.Project
		a := said(h, lead, "Alpha rings first.", "lived")
		b := said(h, lead, "Bravo never rings.", "research")
		said(h, lead, "Charlie has no strand.")
		shown(h, lead, here, []string{"Findings", "Write a finding"})
		shown(h, host, here, nil, "Write a finding")
		// A mistake keeps what was typed.
		status, _, page := call(h, lead, here+"/write", url.Values{"plainly": {"Phone first."}, "lived_sure": {"very"}, "key": {"w0"}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Phone first.") || !strings.Contains(page, `value="very" selected`) {
			t.Errorf("nothing said: %d", status)
		}
		form := url.Values{"statement": {"Ring before you come."}, "plainly": {"Phone first."}, "lived_sure": {"very"}, "lived_why": {"All said so."}, "key": {"w1"}}
		at := moved(h, lead, here+"/write", form)
		if again := moved(h, lead, here+"/write", form); again != at {
			t.Errorf("sent twice: %s and %s", at, again)
		}
		one, _, _ := strings.Cut(at, "/pick")
		shown(h, lead, at, []string{"Saved.", "Ring before you come.", "It stands on nothing yet.", "1 contribution waits to be sorted", "Tick what was said", "How do they bear"})
		shown(h, lead, one+"/pick?find=bravo", []string{"Bravo never rings."}, "Alpha rings first.")
		status, _, page = call(h, lead, one+"/pick?find=%22%22", nil)
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Check this answer") || !strings.Contains(page, "Alpha rings first.") {
			t.Errorf("nothing to look for: %d", status)
		}
		status, _, page = call(h, lead, one+"/pick", url.Values{"stance": {"challenges"}, "why": {"She says why."}, "key": {"p0"}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Tick at least one") || !strings.Contains(page, "She says why.") || !strings.Contains(page, `value="challenges" checked`) {
			t.Errorf("nothing ticked: %d", status)
		}
		to := moved(h, lead, one+"/pick?find=bravo", url.Values{"contributions": {b.String()}, "stance": {"challenges"}, "why": {"A study says why."}, "key": {"p1"}})
		shown(h, lead, to, []string{"1 added to the finding.", "Research says something else.", "challenges"})
		shown(h, lead, one+"/quote/"+a.ID, []string{"Alpha rings first.", "The part to use", "Alpha rings first.</textarea>"})
		status, _, _ = call(h, lead, one+"/quote/"+a.ID, url.Values{"quote": {"Alpha calls"}, "stance": {"supports"}, "key": {"q0"}})
		if status != http.StatusUnprocessableEntity {
			t.Errorf("other words: %d", status)
		}
		to = moved(h, lead, one+"/quote/"+a.ID, url.Values{"quote": {"rings first"}, "stance": {"supports"}, "key": {"q1"}})
		shown(h, lead, to, []string{"Draft", "Phone first.", "Share it", "Change the words"}, "Alpha rings first.</blockquote>")
		shown(h, lead, to, []string{"rings first</blockquote>"})
		for _, x := range []string{one, one + "/pick", one + "/share"} {
			if status, _, _ := call(h, host, x, nil); status != http.StatusNotFound && status != http.StatusForbidden {
				t.Errorf("the host at a draft's %s: %d", x, status)
			}
		}
		if status, _, _ := call(h, lead, "/finding/"+h.Other+strings.TrimPrefix(one, here), nil); status != http.StatusNotFound {
			t.Errorf("under another project: %d", status)
		}
		shown(h, lead, one+"/share", []string{"It rests on", "Share</button>"}, "Why is one kind")
		to = moved(h, lead, one+"/share", url.Values{"version": {"1"}, "key": {"s1"}})
		shown(h, lead, to, []string{"Shared."})
		shown(h, host, one, []string{"Ring before you come.", "Lived experience supports this.", "Some of what was heard challenges it.", "* means 1 to 7"}, "1 of 2", "rings first", "Bravo", "A study says why.", "Take out")
		shown(h, host, here, []string{"Ring before you come.", "Research says something else."}, "Draft", "owed an answer")
		// Taken back by the person: the page says so, and the words are gone.
		withdraw(h, lead, b, false)
		shown(h, lead, one, []string{"1 source withdrawn on 2 March 2026.", "Something that this stands on has changed"}, "Bravo", "A study says why.")
		to = moved(h, lead, one+"/share", url.Values{"version": {"2"}, "why_one_strand": {"Only they can know."}, "key": {"s2"}})
		shown(h, host, to, []string{"This rests on one kind of knowledge. Why:", "Only they can know."}, "has changed")
		shown(h, host, here, []string{"Only they can know."})
		status, _, page = call(h, lead, one+"/edit", url.Values{"statement": {"Mine."}, "version": {"1"}, "key": {"e1"}})
		if status != http.StatusConflict || !strings.Contains(page, "Mine.") || !strings.Contains(page, "Ring before you come.") {
			t.Errorf("a stale edit: %d", status)
		}
		to = moved(h, lead, one+"/unshare", url.Values{"version": {"3"}, "why": {"Look again."}, "key": {"u1"}})
		shown(h, lead, to, []string{"It is a draft again.", "Taken back. Why:", "Look again."})
		moved(h, lead, one+"/drop", url.Values{"contribution": {a.String()}, "key": {"d1"}})
		shown(h, lead, one, nil, "rings first")
	})
}

func TestAnswersByHand(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		here := "/finding/" + h.Project + "/owing"
		a, b := said(h, lead, "Alpha rings first.", "lived"), said(h, lead, "Bravo never rings.")
		shown(h, lead, here, []string{"2 contributions are owed an answer.", "Alpha rings first.", "Bravo never rings.", "we say that many got the same answer"})
		shown(h, h.As(who.Communicator), here, []string{"Alpha rings first."}, "Sign and save")
		if status, _, _ := call(h, h.As(who.HostStaff), here, nil); status != http.StatusForbidden {
			t.Errorf("host staff: %d", status)
		}
		status, _, page := call(h, lead, here, url.Values{"fate": {"too late"}, "reason": {"Sorry."}, "key": {"f0"}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Tick at least one") || !strings.Contains(page, "Sorry.") {
			t.Errorf("nothing ticked: %d", status)
		}
		to := moved(h, lead, here, url.Values{"contributions": {a.String(), b.String()}, "fate": {"too late"}, "reason": {"Sorry."}, "key": {"f1"}})
		shown(h, lead, to, []string{"2 answered.", "Nobody is owed an answer here."})
		if fates(h, a, b) != "too late, too late" {
			t.Errorf("%s", fates(h, a, b))
		}
	})
}

// signs is what the room says of the project now, by name.
func signs(h *house.House, ctx context.Context) map[string]plug.Seen {
	h.T.Helper()
	out := map[string]plug.Seen{}
	at := ref.Of(ref.Project, h.Project)
	for _, p := range h.Plugs {
		if p.Name != "finding" {
			continue
		}
		for _, s := range p.Signs {
			h.Read(func(tx *db.Tx) error {
				seen, err := s.Load(ctx, tx, at)
				if seen.N > 0 {
					out[strings.TrimPrefix(s.Name, "finding.sign_")] = seen
				}
				return err
			})
			for _, lang := range []string{"en"} {
				for _, end := range map[bool][]string{true: {"", "_do", "_who"}, false: {""}}[s.Gap] {
					if !h.Face.Words.Has(lang, s.Name+end) {
						h.T.Errorf("no words for %s%s", s.Name, end)
					}
				}
			}
		}
	}
	return out
}

func TestSigns(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		lead := h.As(who.ProjectLead)
		has := func(when string, want string) {
			t.Helper()
			got := signs(h, lead)
			for _, x := range strings.Fields(want) {
				if _, ok := got[strings.TrimPrefix(x, "-")]; ok == strings.HasPrefix(x, "-") {
					t.Errorf("%s: %s, %v", when, x, got)
				}
			}
		}
		has("nothing heard", "-none -owing -shared -draft")
		a, b := said(h, lead, "One.", "lived"), said(h, lead, "Two.", "practice")
		has("heard", "none owing -shared")
		f := written(h, lead, "Ring before you come.")
		has("written", "-none -draft -plainly owing")
		picked(h, lead, f, tie.Supports, a)
		picked(h, lead, f, tie.Challenges, b)
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 1})
		has("shared", "shared plainly silent differ -three -owing -one_strand")
		h.Do(lead, "finding.edit", finding.EditIn{Ref: f, Version: 2, Body: finding.Body{Statement: "Ring.", Plainly: "Ring."}})
		c := said(h, lead, "Three.", "research")
		picked(h, lead, f, tie.Supports, c)
		has("plain, three strands", "three -plainly -silent")
		withdraw(h, lead, b, false)
		withdraw(h, lead, c, false)
		has("two took their words back", "one_strand -stale -three -differ")
		if got := signs(h, lead)["one_strand"]; got.Title != "Ring." || !strings.HasSuffix(got.Href, f.ID+"/share") {
			t.Errorf("one strand: %+v", got)
		}
		h.Do(lead, "finding.share", finding.ShareIn{Ref: f, Version: 3, WhyOneStrand: "Only they can know."})
		has("explained", "-one_strand shared")
		written(h, lead, "Another.")
		h.Hand.Add(61 * 24 * time.Hour)
		has("60 days later", "draft")
		// What the programme's lead sees of it, and the panel of the project's home.
		for _, p := range h.Plugs {
			if p.Name != "finding" {
				continue
			}
			for _, n := range p.Counts {
				h.Read(func(tx *db.Tx) error {
					got, err := n.Load(h.As(who.ProgrammeLead), tx)
					if want := map[string]int64{"finding.count_shared": 1}[n.Name]; got[h.Project] != want || got[h.Other] != 0 {
						t.Errorf("%s: %v", n.Name, got)
					}
					none, e := n.Load(h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), tx)
					if len(none) != 0 || e != nil {
						t.Errorf("%s: the lead of another project sees %v, %v", n.Name, none, e)
					}
					return err
				})
			}
		}
		shown(h, lead, "/project/"+h.Project, []string{"What we found", "Ring.", "1 draft"})
		shown(h, h.As(who.HostLead), "/project/"+h.Project, []string{"What we found", "Ring."}, "1 draft")
		told := told(h, lead, f)
		if told.Says != "Ring." || told.Plainly != "Ring." || told.Why != "Only they can know." {
			t.Errorf("told: %+v", told)
		}
	})
}

// told is what the kind finding says of one.
func told(h *house.House, ctx context.Context, f ref.Ref) (out plug.Told) {
	h.T.Helper()
	for _, p := range h.Plugs {
		for _, k := range p.Kinds {
			if k.Name != finding.Kind {
				continue
			}
			h.Read(func(tx *db.Tx) error {
				all, err := k.Tell(ctx, tx, h.Programme, []string{f.ID})
				out = all[f.ID]
				return err
			})
		}
	}
	return out
}

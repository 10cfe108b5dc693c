package worry_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/room/worry"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// marker is in the words of worries and nowhere else.
const marker = "zaffrexworry"

func TestWorry(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"passed on, read, closed":  whole,
		"who may read":             whoMay,
		"where there is no lead":   noLead,
		"a card":                   card,
		"found nowhere":            nowhere,
		"erasing leaves the worry": erasing,
		"letters":                  letters,
		"pages and scripts":        pages,
	} {
		t.Run(name, func(t *testing.T) {
			kit.Each(t, func(t *testing.T, h *house.House) { h.T = t; f(t, h) })
		})
	}
}

// run runs a verb of another room as the command line; in and the answer are JSON objects.
func run(h *house.House, verb string, in map[string]any) map[string]any {
	h.T.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		h.T.Fatal(err)
	}
	v, err := h.Verbs[verb].Decode(json.NewDecoder(strings.NewReader(string(text))))
	if err != nil {
		h.T.Fatalf("%s: %v", verb, err)
	}
	var out map[string]any
	if text, err = json.Marshal(h.Do(h.AsOperator(), verb, v)); err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		h.T.Fatal(err)
	}
	return out
}

// said puts a contribution into the project, of a site or a person where one is named.
func said(h *house.House, site, person string) ref.Ref {
	h.T.Helper()
	out := run(h, "evidence.give", map[string]any{"project": h.Project, "words": "He locks the door at night", "site": site, "person": person})
	at, err := ref.Parse(out["ref"].(string))
	if err != nil {
		h.T.Fatal(err)
	}
	return at
}

func pass(h *house.House, ctx context.Context, in worry.PassIn) worry.PassOut {
	h.T.Helper()
	return h.Do(ctx, "worry.pass", in).(worry.PassOut)
}

func list(h *house.House, ctx context.Context, project string) worry.ListOut {
	h.T.Helper()
	return h.Do(ctx, "worry.list", worry.ListIn{Project: project}).(worry.ListOut)
}

func see(h *house.House, ctx context.Context, id string) worry.SeeOut {
	h.T.Helper()
	return h.Do(ctx, "worry.see", worry.SeeIn{ID: id}).(worry.SeeOut)
}

func refused(h *house.House, ctx context.Context, verb string, in any, kind fault.Kind) {
	h.T.Helper()
	if _, err := h.Try(ctx, verb, in); !fault.Is(err, kind) {
		h.T.Errorf("%s: %v, want %s", verb, err, kind)
	}
}

func whole(t *testing.T, h *house.House) {
	lead, coach := h.As(who.Safeguarding), h.As(who.ProjectLead)
	at := said(h, "", "")
	in := worry.PassIn{About: at, Words: marker}
	press := func() worry.PassOut {
		out, err := h.Desk.RunVerb(coach, h.Verbs["worry.pass"], "one-press", in)
		if err != nil {
			t.Fatal(err)
		}
		return out.(worry.PassOut)
	}
	first := press()
	if again := press(); again != first || first.To != string(who.Safeguarding) {
		t.Errorf("sent again: %+v, first %+v", again, first)
	}
	out := list(h, lead, h.Project)
	if len(out.Notes) != 1 || out.New != 1 || out.Notes[0].About != at || out.Notes[0].State != worry.Fresh {
		t.Fatalf("the list: %+v", out)
	}
	got := see(h, lead, first.ID)
	if got.Words != marker || got.Version != 1 || len(got.Steps) != 0 {
		t.Errorf("the worry: %+v", got)
	}
	mine := func() []worry.Passed { return h.Do(coach, "worry.mine", worry.MineIn{}).(worry.MineOut).Passed }
	if m := mine(); len(m) != 1 || m[0].Seen {
		t.Errorf("before it is read: %+v", m)
	}
	step := worry.StepIn{ID: first.ID, Version: 1, Kind: worry.StepSeen}
	h.Do(lead, "worry.step", step)
	refused(h, lead, "worry.step", step, fault.Conflict)
	if m := mine(); !m[0].Seen {
		t.Errorf("after it is read: %+v", m)
	}
	refused(h, lead, "worry.step", worry.StepIn{ID: first.ID, Version: 2, Kind: worry.StepDid}, fault.Invalid)
	refused(h, lead, "worry.step", worry.StepIn{ID: first.ID, Version: 2, Kind: "forgotten", Words: "x"}, fault.Invalid)
	h.Do(lead, "worry.step", worry.StepIn{ID: first.ID, Version: 2, Kind: worry.StepDid, Words: "Rang her", On: "2026-03-01"})
	h.Do(lead, "worry.step", worry.StepIn{ID: first.ID, Version: 3, Kind: worry.StepClosed, Words: "She is safe", Own: true})
	got = see(h, lead, first.ID)
	if got.State != worry.Closed || !got.Own || got.Version != 4 || len(got.Steps) != 3 || got.Steps[1].Words != "Rang her" || got.Steps[1].On != "2026-03-01" {
		t.Errorf("closed: %+v", got)
	}
	h.Do(lead, "worry.step", worry.StepIn{ID: first.ID, Version: 4, Kind: worry.StepDid, Words: "She rang again", Own: true})
	if got = see(h, lead, first.ID); got.State != worry.Seen || got.Own {
		t.Errorf("opened again: %+v", got)
	}
	refused(h, coach, "worry.pass", worry.PassIn{About: ref.Of("finding", h.IDs.New())}, fault.Missing)
	refused(h, coach, "worry.pass", worry.PassIn{Project: h.Project, Words: strings.Repeat("x", worry.MaxWords+1)}, fault.Invalid)
	refused(h, coach, "worry.pass", worry.PassIn{Project: h.Foreign}, fault.Missing)
}

func whoMay(t *testing.T, h *house.House) {
	lead := h.AsAt(who.Safeguarding, ref.Of(ref.Project, h.Project))
	at := said(h, "", "")
	id := pass(h, h.As(who.HostStaff), worry.PassIn{About: at, Words: marker}).ID
	reads := func(name string, ctx context.Context) {
		for verb, in := range map[string]any{"worry.list": worry.ListIn{Project: h.Project}, "worry.see": worry.SeeIn{ID: id}, "worry.step": worry.StepIn{ID: id, Version: 1, Kind: worry.StepSeen},
			"worry.own": worry.OwnIn{Person: ref.Of(ref.Person, h.Person())}} {
			out, err := h.Try(ctx, verb, in)
			if own, ok := out.(worry.OwnOut); ok && len(own.Notes) == 0 {
				continue // a programme lead reads where there is no safeguarding lead, and here there is one
			}
			if err == nil || !slices.Contains([]fault.Kind{fault.Forbidden, fault.Missing, fault.Signin}, fault.Of(err).Kind) {
				t.Errorf("%s: %s gives %+v, %v", name, verb, out, err)
			}
		}
		out, err := h.Try(ctx, "worry.list", worry.ListIn{})
		if err == nil && len(out.(worry.ListOut).Notes) > 0 {
			t.Errorf("%s: worry.list gives %+v", name, out)
		}
	}
	for _, role := range who.Roles() {
		ctx := h.As(role)
		if role == who.Safeguarding {
			ctx = h.AsAt(role, ref.Of(ref.Project, h.Other)) // another project's is nobody here
		}
		reads(string(role), ctx)
		if role == who.Safeguarding {
			continue
		}
		pass(h, ctx, worry.PassIn{About: at})
		if role != who.DeliveryLead && role != who.ProgrammeLead {
			pass(h, h.AsAt(role, ref.Of(ref.Site, h.Site)), worry.PassIn{Project: h.Project})
		}
	}
	reads("the command line", h.AsOperator())
	reads("a card", h.AsCard(h.Person()))
	reads("nobody", h.Stranger())
	if got := see(h, lead, id); got.Words != marker || got.By != "" {
		t.Errorf("the lead reads %+v", got)
	}
	refused(h, h.Stranger(), "worry.pass", worry.PassIn{Project: h.Project}, fault.Signin)
	// The lead of a site reads that site's worries alone; so does the list of the project.
	here := h.AsAt(who.Safeguarding, ref.Of(ref.Site, h.Site))
	local := pass(h, h.As(who.Partner), worry.PassIn{About: said(h, h.Site, ""), Words: marker}).ID
	if out := list(h, here, h.Project); len(out.Notes) != 1 || out.Notes[0].ID != local {
		t.Errorf("the site's lead lists %+v", out.Notes)
	}
	see(h, here, local)
	refused(h, here, "worry.see", worry.SeeIn{ID: id}, fault.Missing)
	if out := list(h, h.As(who.Safeguarding), ""); len(out.Notes) < 3 || out.Projects[h.Project] == "" {
		t.Errorf("the programme's lead lists %+v", out)
	}
}

func noLead(t *testing.T, h *house.House) {
	lead, coach := h.As(who.ProgrammeLead), h.As(who.ProjectLead)
	if whom := h.Do(coach, "worry.whom", worry.WhomIn{Project: h.Project}).(worry.WhomOut); whom.Role != string(who.ProgrammeLead) {
		t.Errorf("before: %+v", whom)
	}
	id := pass(h, coach, worry.PassIn{Project: h.Project, Words: marker}).ID
	if got := see(h, lead, id); got.Words != marker {
		t.Errorf("the programme lead reads %+v", got)
	}
	if got := list(h, lead, ""); len(got.Notes) != 1 {
		t.Errorf("and lists %+v", got)
	}
	named := h.AsAt(who.Safeguarding, ref.Of(ref.Project, h.Project))
	if whom := h.Do(coach, "worry.whom", worry.WhomIn{Project: h.Project}).(worry.WhomOut); whom.Role != string(who.Safeguarding) {
		t.Errorf("after: %+v", whom)
	}
	see(h, named, id)
	refused(h, lead, "worry.see", worry.SeeIn{ID: id}, fault.Missing)
	refused(h, lead, "worry.list", worry.ListIn{Project: h.Project}, fault.Forbidden)
	if got := list(h, lead, ""); len(got.Notes) != 0 {
		t.Errorf("the programme lead still lists %+v", got)
	}
}

func card(t *testing.T, h *house.House) {
	lead := h.As(who.Safeguarding)
	person := h.Person()
	mine, other := said(h, "", person), said(h, "", h.Person())
	ctx := h.AsCard(person)
	about, plain := pass(h, ctx, worry.PassIn{About: mine, Words: marker}), pass(h, ctx, worry.PassIn{Words: marker + " two"})
	refused(h, ctx, "worry.pass", worry.PassIn{About: other}, fault.Missing)
	for _, id := range []string{about.ID, plain.ID} {
		got := see(h, lead, id)
		if !got.ByCard || got.By != "" || got.Person != ref.Of(ref.Person, person) || got.Project != h.Project {
			t.Errorf("from a card: %+v", got)
		}
	}
	if m := h.Do(ctx, "worry.mine", worry.MineIn{}).(worry.MineOut).Passed; len(m) != 2 {
		t.Errorf("the card sees %+v", m)
	}
	own := func(ctx context.Context) []worry.OwnNote {
		return h.Do(ctx, "worry.own", worry.OwnIn{Person: ref.Of(ref.Person, person)}).(worry.OwnOut).Notes
	}
	if o := own(ctx); len(o) != 0 {
		t.Errorf("before review: %+v", o)
	}
	staff := pass(h, h.As(who.Partner), worry.PassIn{About: mine, Words: marker + " three"}).ID
	h.Do(lead, "worry.step", worry.StepIn{ID: plain.ID, Version: 1, Kind: worry.StepClosed, Words: "Kept back"})
	h.Do(lead, "worry.step", worry.StepIn{ID: staff, Version: 1, Kind: worry.StepClosed, Words: "All well", Own: true})
	want := []worry.OwnNote{{On: "2026-03-02", Words: marker + " three", Outcome: "All well"}}
	if o := own(ctx); !slices.Equal(o, want) {
		t.Errorf("after review: %+v", o)
	}
	if o := own(lead); !slices.Equal(o, want) {
		t.Errorf("the lead's: %+v", o)
	}
	refused(h, h.AsCard(h.Person()), "worry.own", worry.OwnIn{Person: ref.Of(ref.Person, person)}, fault.Missing)
}

// nowhere asks every verb that reads, as everyone, with whatever leads near the worry.
func nowhere(t *testing.T, h *house.House) {
	person := h.Person()
	lead, coach := h.As(who.Safeguarding), h.As(who.ProjectLead)
	at := said(h, "", person)
	id := pass(h, coach, worry.PassIn{About: at, Words: marker}).ID
	h.Do(lead, "worry.step", worry.StepIn{ID: id, Version: 1, Kind: worry.StepClosed, Words: marker, Own: true})
	pass(h, h.AsCard(person), worry.PassIn{Words: marker})
	answers := map[string]any{"project": h.Project, "site": h.Site, "ref": at.String(), "about": at.String(), "refs": []string{at.String()}, "person": ref.Of(ref.Person, person).String(),
		"find": marker, "words": marker, "query": marker, "id": id, "scope": ref.Of(ref.Project, h.Project).String(), "record": at.String()}
	asked := 0
	for _, ctx := range []context.Context{h.AsOperator(), h.As(who.ProgrammeLead), coach, lead, h.As(who.HostLead), h.AsCard(person)} {
		for _, v := range h.VerbList() {
			if v.Writes || who.From(ctx).Kind == who.Account && strings.HasPrefix(v.Name, "worry.") && mayRead(h, ctx) {
				continue
			}
			for _, in := range questions(t, v, answers) {
				out, err := h.Try(ctx, v.Name, in)
				if err == nil {
					asked++
				}
				text, _ := json.Marshal(out)
				if strings.Contains(string(text), marker) && v.Name != "worry.own" {
					t.Errorf("%s as %s gives %s", v.Name, who.From(ctx).Key(), text)
				}
			}
		}
	}
	if asked < 60 {
		t.Errorf("only %d verbs answered", asked)
	}
	// Nor in what the house keeps of every change, nor among records, nor in what search reads.
	for _, q := range []string{`select count(*) from trail_body where body like ?`, `select count(*) from trail_key where result like ?`, `select count(*) from ref_record where title like ?`} {
		h.Read(func(tx *db.Tx) error {
			n, err := db.Count(tx, db.Q(q, "%"+marker+"%"))
			if n != 0 {
				t.Errorf("%s: %d", q, n)
			}
			return err
		})
	}
	h.Read(func(tx *db.Tx) error {
		n, err := db.Count(tx, db.Q(`select count(*) from ref_record where kind = 'worry' or id = ?`, id))
		if n != 0 {
			t.Errorf("%d records", n)
		}
		return err
	})
}

// mayRead says whether an actor is one that worries go to.
func mayRead(h *house.House, ctx context.Context) bool {
	_, err := h.Try(ctx, "worry.list", worry.ListIn{Project: h.Project})
	return err == nil
}

// questions makes inputs of a verb from what its fields are called: with all of them, and
// with each alone.
func questions(t *testing.T, v plug.Verb, answers map[string]any) []any {
	t.Helper()
	all := map[string]any{}
	var each []map[string]any
	for i := range v.In.NumField() {
		name, _, _ := strings.Cut(v.In.Field(i).Tag.Get("json"), ",")
		if a, ok := answers[name]; ok && (v.In.Field(i).Type.Kind() == reflect.Slice) == (reflect.TypeOf(a).Kind() == reflect.Slice) {
			all[name] = a
			each = append(each, map[string]any{name: a})
		}
	}
	var out []any
	for _, in := range append(each, all, map[string]any{}) {
		text, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		if x, err := v.Decode(json.NewDecoder(strings.NewReader(string(text)))); err == nil {
			out = append(out, x)
		}
	}
	return out
}

func erasing(t *testing.T, h *house.House) {
	lead := h.As(who.Safeguarding)
	at := said(h, "", "")
	id := pass(h, h.As(who.ProjectLead), worry.PassIn{About: at, Words: marker}).ID
	run(h, "consent.withdraw", map[string]any{"ref": at})
	if got := see(h, lead, id); got.Words != marker || got.Gone != "withdrawn" {
		t.Errorf("after taking back: %+v", got)
	}
	h.Hand.Add(40 * 24 * time.Hour)
	if err := job.RunOnce(t.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler), "consent.erase", nil); err != nil {
		t.Fatal(err)
	}
	if got := see(h, lead, id); got.Words != marker || got.About != at || got.Gone != "erased" {
		t.Errorf("after erasing: %+v", got)
	}
	v := visitor(h, lead)
	if body := v.get("/worry/" + h.Project + "/note/" + id); !strings.Contains(body, "These words are erased") || strings.Contains(body, "He locks") {
		t.Errorf("the page: %s", body)
	}
}

func drain(h *house.House) {
	h.T.Helper()
	if err := job.Drain(h.T.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
		h.T.Fatal(err)
	}
}

func letters(t *testing.T, h *house.House) {
	invited := run(h, "account.invite", map[string]any{"email": "safe@example.org", "name": "Ada Safe", "role": who.Safeguarding, "scope": ref.Of(ref.Project, h.Project)})
	drain(h)
	before, _ := filepath.Glob(filepath.Join(h.Letters, "*.eml"))
	coach := h.As(who.ProjectLead)
	if whom := h.Do(coach, "worry.whom", worry.WhomIn{Project: h.Project}).(worry.WhomOut); !slices.Equal(whom.Names, []string{"Ada Safe"}) {
		t.Errorf("the coach hears that it goes to %v", whom.Names)
	}
	if whom := h.Do(h.As(who.HostStaff), "worry.whom", worry.WhomIn{Project: h.Project}).(worry.WhomOut); len(whom.Names) != 0 {
		t.Errorf("host staff hear the names %v", whom.Names)
	}
	// Mail is away: the letter waits, and goes once it is back.
	if err := os.Rename(h.Letters, h.Letters+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.Letters, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	id := pass(h, coach, worry.PassIn{Project: h.Project, Words: marker}).ID
	_ = job.Drain(t.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler))
	lead := who.With(t.Context(), h.Policy, who.Actor{Kind: who.Account, ID: invited["account"].(string), Programme: h.Programme})
	if got := see(h, lead, id).Letters; len(got) != 1 || got[0].SentAt != 0 || got[0].To != "Ada Safe" {
		t.Errorf("while mail is away: %+v", got)
	}
	if err := errors.Join(os.Remove(h.Letters), os.Rename(h.Letters+".away", h.Letters)); err != nil {
		t.Fatal(err)
	}
	var letter string
	h.Read(func(tx *db.Tx) (err error) {
		letter, _, err = db.One(tx, db.Q(`select id from worry_letter where programme = ? and note = ?`, h.Programme, id), db.Value[string])
		return err
	})
	for range 2 { // a second try of what was sent sends nothing
		if err := job.RunOnce(t.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler), "worry.letter", map[string]string{"programme": h.Programme, "letter": letter}); err != nil {
			t.Fatal(err)
		}
	}
	if got := see(h, lead, id).Letters; len(got) != 1 || got[0].SentAt == 0 {
		t.Errorf("after mail is back: %+v", got)
	}
	after, _ := filepath.Glob(filepath.Join(h.Letters, "*.eml"))
	if len(after) != len(before)+1 {
		t.Fatalf("%d letters, want %d", len(after), len(before)+1)
	}
	for _, name := range after {
		if slices.Contains(before, name) {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil || strings.Contains(string(text), marker) || strings.Contains(string(text), "Falls") || !strings.Contains(string(text), "/note/") {
			t.Errorf("the letter: %v\n%s", err, text)
		}
	}
}

// client is someone signed in, without a window.
type client struct {
	h   *house.House
	ctx context.Context
	srv *httptest.Server
}

// visitor serves the worry room's pages to one actor.
func visitor(h *house.House, ctx context.Context) client {
	h.T.Helper()
	i := slices.IndexFunc(h.Plugs, func(p plug.Plug) bool { return p.Name == "worry" })
	handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.DiscardHandler), IDs: h.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			a := who.From(ctx)
			c := page.Chrome{Path: r.URL.RequestURI(), Lang: "en"}
			if a.Kind == who.Account {
				c.Keeper = keeper(a)
			}
			return page.WithChrome(who.With(r.Context(), h.Policy, a), c), nil
		}}, h.Plugs[i].Routes)
	if err != nil {
		h.T.Fatal(err)
	}
	srv := httptest.NewServer(handler)
	h.T.Cleanup(srv.Close)
	return client{h, ctx, srv}
}

// keeper names an actor on a device, as pages do.
func keeper(a who.Actor) string { return a.ID + "." + a.Programme }

func (c client) read(resp *http.Response, err error) string {
	c.h.T.Helper()
	if err != nil {
		c.h.T.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.h.T.Fatal(err)
	}
	return resp.Status + "\n" + string(text)
}

func (c client) get(path string) string {
	c.h.T.Helper()
	return c.read(http.Get(c.srv.URL + path))
}

func (c client) script(form url.Values) string {
	c.h.T.Helper()
	req, err := http.NewRequestWithContext(c.h.T.Context(), http.MethodPost, c.srv.URL+"/worry/pass", strings.NewReader(form.Encode()))
	if err != nil {
		c.h.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	return c.read(http.DefaultClient.Do(req))
}

func pages(t *testing.T, h *house.House) {
	at := said(h, "", "")
	lead, coach := h.As(who.Safeguarding), h.As(who.ProjectLead)
	v := visitor(h, coach)
	first := v.get("/worry/pass?about=" + at.String())
	for _, want := range []string{"999", "safeguarding lead", "He locks the door", `value="` + at.String() + `"`} {
		if !strings.Contains(first, want) {
			t.Errorf("the first press does not say %q:\n%s", want, first)
		}
	}
	if n := len(list(h, lead, "").Notes); n != 0 {
		t.Errorf("opening the page passed %d on", n)
	}
	if body := visitor(h, h.As(who.HostStaff)).get("/worry/pass?about=" + at.String()); !strings.HasPrefix(body, "200") || strings.Contains(body, "He locks") {
		t.Errorf("host staff read the words: %s", body)
	}
	form := url.Values{"key": {"from-a-phone-1"}, "about": {at.String()}, "words": {marker}}
	one := v.script(form)
	if two := v.script(form); one != two || !strings.HasPrefix(one, "200") || !strings.Contains(one, `"to":"safeguarding_lead"`) {
		t.Errorf("twice by script: %s and %s", one, two)
	}
	if out := list(h, lead, h.Project); len(out.Notes) != 1 {
		t.Errorf("%d passed on, want 1", len(out.Notes))
	}
	if got := visitor(h, h.Stranger()).script(form); !strings.HasPrefix(got, "401") || !strings.Contains(got, `"signin":true`) {
		t.Errorf("signed out: %s", got)
	}
	// What somebody else wrote on this device waits until they are signed in.
	form.Set("key", "from-a-phone-3")
	form.Set("for", keeper(who.From(lead)))
	if got := v.script(form); !strings.HasPrefix(got, "401") || !strings.Contains(got, `"signin":true`) || !strings.Contains(got, "someone else") {
		t.Errorf("written by someone else: %s", got)
	}
	if out := list(h, lead, h.Project); len(out.Notes) != 1 {
		t.Errorf("%d passed on, want 1: one was written by someone else", len(out.Notes))
	}
	form.Set("key", "from-a-phone-1")
	form.Set("for", keeper(who.From(coach)))
	if got := v.script(form); got != one {
		t.Errorf("by who wrote it: %s, want %s", got, one)
	}
	form.Del("for")
	form.Set("project", h.Foreign)
	form.Del("about")
	form.Set("key", "from-a-phone-2")
	if got := v.script(form); !strings.HasPrefix(got, "404") || !strings.Contains(got, `"say":"`) {
		t.Errorf("another's project: %s", got)
	}
	for _, path := range []string{"/worry", "/worry/" + h.Project} {
		if body := v.get(path); strings.HasPrefix(body, "200") {
			t.Errorf("%s opens for a project lead: %s", path, body)
		}
		if body := visitor(h, lead).get(path); !strings.HasPrefix(body, "200") || !strings.Contains(body, "1 new worry") || strings.Contains(body, marker) {
			t.Errorf("%s for the lead: %s", path, body)
		}
	}
	i := slices.IndexFunc(h.Plugs, func(p plug.Plug) bool { return p.Name == "worry" })
	panel := h.Plugs[i].Panels[0]
	for ctx, want := range map[context.Context]bool{lead: true, coach: false, h.As(who.ProgrammeLead): false, h.AsOperator(): false} {
		h.Read(func(tx *db.Tx) error {
			got, err := panel.Load(ctx, tx, ref.Of(ref.Project, h.Project))
			if (got != nil) != want {
				t.Errorf("the panel for %s: %+v", who.From(ctx).Key(), got)
			}
			return err
		})
	}
}

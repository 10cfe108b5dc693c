package people_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/room/people"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestErasing(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"nothing of a person is left":      nothingLeft,
		"words are kept without a name":    wordsKept,
		"who may take a person out":        whoErases,
		"one question a page":              erasePages,
		"somebody who was taken out stays": stays,
		"their page says what stopped":     pageSays,
	} {
		t.Run(name, func(t *testing.T) { kit.Each(t, f) })
	}
}

// by runs a verb of another room, whose types are not known here: JSON in, JSON out.
func by(h *house.House, ctx context.Context, verb string, in map[string]any) (map[string]any, error) {
	h.T.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		h.T.Fatal(err)
	}
	v, err := h.Verbs[verb].Decode(json.NewDecoder(bytes.NewReader(body)))
	if err != nil {
		h.T.Fatal(err)
	}
	got, err := h.Try(ctx, verb, v)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if body, err = json.Marshal(got); err == nil {
		err = json.Unmarshal(body, &out)
	}
	if err != nil {
		h.T.Fatal(err)
	}
	return out, nil
}

// must is by for what cannot go wrong.
func must(h *house.House, ctx context.Context, verb string, in map[string]any) map[string]any {
	h.T.Helper()
	out, err := by(h, ctx, verb, in)
	if err != nil {
		h.T.Fatalf("%s: %v", verb, err)
	}
	return out
}

// fill gives a person one of everything that can be kept, and two things they said in two
// projects. It gives the words by which all of it can be found again.
func fill(h *house.House) (p ref.Ref, said []string, marks []string) {
	h.T.Helper()
	ctx := h.As(who.ProgrammeLead)
	p = h.Do(ctx, "people.add", people.AddIn{Project: h.Project, About: people.About{Name: "Quentina Featherstone", SaysAs: "Quillow", Role: "grandmotherly", Language: "cy"}}).(people.PersonOut).Ref
	h.Do(ctx, "people.change", people.ChangeIn{Person: p, Version: 1, About: people.About{Name: "Quentina Featherstone", SaysAs: "Quillow", Role: "grandmotherly", Language: "cy"}})
	h.Do(ctx, "people.needs", people.NeedsIn{Person: p, Wanted: people.Wanted{Asked: people.Yes, Support: []string{"hearing_loop"}, SupportWords: "aisleseat"}, Version: 2})
	h.Do(ctx, "people.reach", people.ReachIn{Person: p, How: people.Phone, Address: "0115 4960123", Safe: true, Note: "aftersixish"})
	h.Do(ctx, "people.share", people.ShareIn{Person: p, With: "The Grangehall", Agreed: "by lettergram"})
	h.Do(ctx, "people.met", people.MetIn{Person: p, Occasion: "Springtidemeet", Met: "partly", Arranged: "Bobarranger"})
	h.Do(ctx, "people.review", people.ReviewIn{Person: p, By: "Bobreviewer", Note: "wanteddimlights"})
	o := h.Do(ctx, "people.organisation", people.OrganisationIn{Project: h.Project, Name: "The Hall"}).(people.PersonOut)
	h.Do(ctx, "people.place", people.PlaceIn{Person: p, Organisation: o.Ref, Role: "chairwomanish"})
	h.Do(ctx, "people.mix", people.MixIn{Project: h.Project, What: "age", Value: "over 80", Planned: 1})
	h.Do(ctx, "people.describe", people.DescribeIn{Person: p, What: "age", Value: "ninetythreeish"})
	for project, words := range map[string]string{h.Project: "The porridgebowl is heavy.", h.Other: "The gardengate sticks."} {
		out := must(h, ctx, "evidence.give", map[string]any{"project": project, "words": words, "strands": []string{"lived"}, "person": p.ID, "role": "grandmotherly",
			"mode": "support", "helper": "Nephew Zebedee", "interpreter": "Zebedee"})
		said = append(said, fmt.Sprint(out["ref"]))
	}
	must(h, ctx, "card.make", map[string]any{"project": h.Project, "person": p.String(), "language": "cy", "format": "large"})
	marks = []string{"Quentina", "quentina", "Featherstone", "featherstone", "Quillow", "quillow", "grandmotherly", "aisleseat", "4960123", "aftersixish", "Grangehall", "lettergram",
		"Springtidemeet", "Bobarranger", "Bobreviewer", "wanteddimlights", "chairwomanish", "ninetythreeish", "porridgebowl", "gardengate", "Zebedee",
		string(text.SortKey("Quentina Featherstone"))}
	return p, said, marks
}

// everything reads every column of every table of the database.
func everything(t *testing.T, h *house.House) map[string]string {
	t.Helper()
	list := `select name from sqlite_master where type = 'table' order by name`
	if h.DB.Engine() == db.Postgres {
		list = `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name`
	}
	var tables []string
	h.Read(func(tx *db.Tx) (err error) {
		tables, err = db.All(tx, db.Q(list), db.Value[string])
		return err
	})
	if len(tables) < 30 {
		t.Fatalf("%d tables: %v", len(tables), tables)
	}
	out := map[string]string{}
	for _, table := range tables {
		rows, err := h.DB.Pool().QueryContext(t.Context(), `select * from "`+table+`"`)
		if err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			if err := rows.Scan(cells...); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			for _, c := range cells {
				switch v := (*c.(*any)).(type) {
				case []byte:
					b.Write(v)
				case string:
					b.WriteString(v)
				default:
					fmt.Fprint(&b, v)
				}
				b.WriteByte('\n')
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		out[table] = b.String()
	}
	return out
}

// holding names the tables in which a text stands.
func holding(all map[string]string, mark string) (out []string) {
	for table, content := range all {
		if strings.Contains(content, mark) {
			out = append(out, table)
		}
	}
	return out
}

// onDisk reads the database's files as they are.
func onDisk(t *testing.T, h *house.House) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(h.Dir, "plait.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v: %v", files, err)
	}
	var out []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b...)
	}
	return out
}

func nothingLeft(t *testing.T, h *house.House) {
	p, said, marks := fill(h)
	before := everything(t, h)
	for _, m := range marks {
		if len(holding(before, m)) == 0 {
			t.Errorf("%q is in no table before: the test looks for nothing", m)
		}
	}
	ctx := h.As(who.ProjectLead)
	out := h.Do(ctx, "people.erase", people.EraseIn{Person: p, Why: people.TheyAsked, Words: people.EraseWords}).(people.EraseOut)
	if out.Words != 2 || out.Ref != p {
		t.Errorf("erased: %+v", out)
	}
	after := everything(t, h)
	for _, m := range marks {
		if in := holding(after, m); len(in) > 0 {
			t.Errorf("%q is still in %v", m, in)
		}
	}
	if h.DB.Engine() == db.SQLite {
		disk := onDisk(t, h)
		for _, m := range marks {
			if bytes.Contains(disk, []byte(m)) {
				t.Errorf("%q is still in the file", m)
			}
		}
	}
	// The rows stay: the person's and those of what they said.
	h.Read(func(tx *db.Tx) error {
		for _, at := range append(said, p.String()) {
			x, err := ref.Parse(at)
			if err != nil {
				return err
			}
			rec, ok, err := ref.Get(tx, h.Programme, x.ID)
			if err != nil || !ok || rec.State != people.Erased || rec.Title != "" {
				t.Errorf("what is left of %s: %+v, %v", at, rec, err)
			}
		}
		kept, err := ref.Tallies(tx, h.Programme, "", h.Clock.Now())
		if err != nil {
			return err
		}
		counted, err := ref.Recount(tx, h.Programme, "", h.Clock.Now())
		if diff := cmp.Diff(counted, kept); diff != "" {
			t.Errorf("counts: %s", diff)
		}
		return err
	})
	if chk := must(h, h.AsOperator(), "keeper.check", nil); fmt.Sprint(chk["broken"]) != "[]" {
		t.Errorf("the chain: %v", chk)
	}
	if got := must(h, ctx, "card.list", map[string]any{"person": p.String()}); strings.Contains(fmt.Sprint(got["cards"]), "live") || strings.Contains(fmt.Sprint(got["cards"]), "large") {
		t.Errorf("cards: %v", got["cards"])
	}
}

func wordsKept(t *testing.T, h *house.House) {
	p, said, _ := fill(h)
	ctx := h.As(who.ProgrammeLead)
	if out := h.Do(ctx, "people.erase", people.EraseIn{Person: p, Why: people.Over, Words: people.KeepWords}).(people.EraseOut); out.Words != 0 {
		t.Errorf("%d words went", out.Words)
	}
	all := everything(t, h)
	if h.DB.Engine() == db.SQLite {
		all["the file"] = string(onDisk(t, h))
	}
	for _, m := range []string{"Quentina", "quentina", "Quillow", "4960123", "aisleseat", "wanteddimlights", "ninetythreeish"} {
		if in := holding(all, m); len(in) > 0 {
			t.Errorf("%q is still in %v", m, in)
		}
	}
	for _, at := range said {
		if got := must(h, ctx, "evidence.see", map[string]any{"ref": at}); got["words"] == "" || got["person"] != p.ID {
			t.Errorf("words that were kept: %v", got)
		}
	}
	// A letter to them is made for nobody to send.
	must(h, ctx, "output.ready", map[string]any{"project": h.Project, "people": 5})
	letters, _ := must(h, ctx, "output.letters", map[string]any{"project": h.Project})["letters"].([]any)
	if len(letters) != 1 {
		t.Errorf("%d letters", len(letters))
	}
	for _, x := range letters {
		if l, _ := x.(map[string]any); l["state"] != "held" || l["how"] != "" {
			t.Errorf("a letter to nobody: %v", l)
		}
	}
	// Once more changes nothing; the words can go later.
	if out := h.Do(ctx, "people.erase", people.EraseIn{Person: p, Why: people.Over, Words: people.KeepWords}).(people.EraseOut); out.Words != 0 {
		t.Errorf("a second time: %+v", out)
	}
	if out := h.Do(ctx, "people.erase", people.EraseIn{Person: p, Why: people.TheyAsked, Words: people.EraseWords}).(people.EraseOut); out.Words != 2 {
		t.Errorf("the words later: %+v", out)
	}
	if in := holding(everything(t, h), "porridgebowl"); len(in) > 0 {
		t.Errorf("the words are still in %v", in)
	}
}

func whoErases(t *testing.T, h *house.House) {
	lead := h.As(who.ProjectLead)
	in := func(p ref.Ref) people.EraseIn {
		return people.EraseIn{Person: p, Why: people.Mistake, Words: people.KeepWords}
	}
	for _, role := range who.Roles() {
		p := add(h, lead, h.Project, "Alys")
		_, err := h.Try(h.As(role), "people.erase", in(p))
		switch role {
		case who.ProgrammeLead, who.DeliveryLead, who.CoreNetwork, who.ProjectLead:
			if err != nil {
				t.Errorf("%s: %v", role, err)
			}
		default:
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", role, err)
			}
		}
	}
	p := add(h, lead, h.Project, "Alys")
	for name, c := range map[string]struct {
		ctx  context.Context
		kind fault.Kind
	}{"another project's lead": {h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other)), fault.Missing}, "the person's card": {h.AsCard(p.ID), fault.Missing}, "a stranger": {h.Stranger(), fault.Signin}} {
		if _, err := h.Try(c.ctx, "people.erase", in(p)); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, bad := range map[string]people.EraseIn{"no reason": {Person: p, Words: people.KeepWords}, "a reason of one's own": {Person: p, Why: "Alys is rude", Words: people.KeepWords}, "no choice": {Person: p, Why: people.Over}} {
		if _, err := h.Try(lead, "people.erase", bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	old := in(p)
	old.Version = 9
	if _, err := h.Try(lead, "people.erase", old); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale page: %v", err)
	}
	if got := see(h, lead, p); got.Name != "Alys" {
		t.Errorf("after refusals: %+v", got.Person)
	}
}

// stays is what can and cannot be done with somebody who was taken out.
func stays(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	p := add(h, ctx, h.Project, "Alys")
	h.Do(ctx, "people.reach", people.ReachIn{Person: p, How: people.Post, Address: "1 High Street", Safe: true})
	h.Do(ctx, "people.erase", people.EraseIn{Person: p, Why: people.TheyAsked, Words: people.KeepWords})
	got := see(h, ctx, p)
	want := people.Person{Ref: p, Project: h.Project, State: people.Erased, StateOn: "2026-03-02", Version: 3, ChangedAt: got.ChangedAt, Needs: []people.Need{}}
	if diff := cmp.Diff(want, got.Person); diff != "" || got.How != "" || got.WhyNot != "people.why_erased" || got.MayWrite {
		t.Errorf("what is left: %s, %+v", diff, got)
	}
	if out := h.Do(ctx, "people.list", people.ListIn{Project: h.Project}).(people.ListOut); len(out.People) != 0 {
		t.Errorf("the list shows %d", len(out.People))
	}
	if out := h.Do(ctx, "people.list", people.ListIn{Project: h.Project, State: people.Erased}).(people.ListOut); len(out.People) != 1 {
		t.Errorf("the list of those taken out shows %d", len(out.People))
	}
	for verb, in := range map[string]any{
		"people.change":   people.ChangeIn{Person: p, Version: 3, About: people.About{Name: "Alys"}},
		"people.state":    people.StateIn{Person: p, Version: 3, State: people.Active},
		"people.reach":    people.ReachIn{Person: p, How: people.Hand},
		"people.needs":    people.NeedsIn{Person: p, Version: 3, Wanted: people.Wanted{Asked: people.No}},
		"people.describe": people.DescribeIn{Person: p, What: "age", Value: ""},
		"people.wishes":   people.WishesIn{Person: p, Format: []string{"easy_read"}},
	} {
		if _, err := h.Try(ctx, verb, in); !fault.Is(err, fault.Withdrawn) {
			t.Errorf("%s: %v", verb, err)
		}
	}
	if _, err := by(h, ctx, "card.make", map[string]any{"project": h.Project, "person": p.String()}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a card for nobody: %v", err)
	}
}

// page runs the handler of one of the house's routes for a person.
func page(h *house.House, ctx context.Context, pattern string, p ref.Ref, query string, fields url.Values) (code int, body, to string) {
	h.T.Helper()
	for _, rt := range h.Routes {
		if rt.Pattern != pattern {
			continue
		}
		method, path, _ := strings.Cut(pattern, " ")
		r := httptest.NewRequestWithContext(ctx, method, strings.Replace(path, "{id}", p.ID, 1)+query, strings.NewReader(fields.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetPathValue("id", p.ID)
		w := httptest.NewRecorder()
		if err := rt.Handle(w, r); err != nil {
			f := fault.Of(err)
			return 0, string(f.Kind) + " " + f.Say, ""
		}
		return w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")
	}
	h.T.Fatalf("no route %s", pattern)
	return 0, "", ""
}

func erasePages(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	p := add(h, ctx, h.Project, "Alys")
	const get, post = "GET /people/person/{id}/erase", "POST /people/person/{id}/erase"
	holds := func(body string, texts ...string) {
		t.Helper()
		for _, x := range texts {
			if !strings.Contains(body, x) {
				t.Errorf("the page does not show %q", x)
			}
		}
	}
	_, body, _ := page(h, ctx, "GET /people/{id}", p, "", nil)
	holds(body, "Erase this person")
	if _, body, _ = page(h, h.As(who.Administrator), "GET /people/{id}", p, "", nil); strings.Contains(body, "Erase this person") {
		t.Error("someone who may not is shown the link")
	}
	for query, want := range map[string]struct {
		code  int
		texts []string
	}{
		"":                         {http.StatusOK, []string{"Alys", "Why are you erasing them?"}},
		"?step=words":              {http.StatusUnprocessableEntity, []string{"Choose why you are erasing them"}},
		"?step=words&why=mistake":  {http.StatusOK, []string{"What happens to what they said?", `name="why" value="mistake"`}},
		"?step=check&why=mistake":  {http.StatusUnprocessableEntity, []string{"Choose what happens to what they said"}},
		"?step=check&why=rudeness": {http.StatusUnprocessableEntity, []string{"Choose why you are erasing them"}},
		"?step=check&why=mistake&words=erase": {http.StatusOK, []string{"Check before you erase", "They were added by mistake", "Everything they said, in every project.", "the law asks us",
			"You cannot undo this.", `name="words" value="erase"`}},
		"?step=check&why=over&words=keep+without+a+name": {http.StatusOK, []string{"because you chose to keep it"}},
	} {
		code, body, _ := page(h, ctx, get, p, query, nil)
		if code != want.code {
			t.Errorf("%q answers %d", query, code)
		}
		holds(body, want.texts...)
		if strings.Contains(body, "checked") && !strings.Contains(query, "words=") && !strings.Contains(query, "why=") {
			t.Errorf("%q has an answer already", query)
		}
	}
	if got := see(h, ctx, p); got.Name != "Alys" {
		t.Fatal("looking at the pages took the person out")
	}
	code, body, _ := page(h, ctx, post, p, "", url.Values{"version": {"7"}, "why": {"mistake"}, "words": {people.KeepWords}, "key": {"k1"}})
	if code != http.StatusConflict {
		t.Errorf("a stale page: %d", code)
	}
	holds(body, `name="version" value="1"`)
	code, _, to := page(h, ctx, post, p, "", url.Values{"version": {"1"}, "why": {"mistake"}, "words": {people.KeepWords}, "key": {"k2"}})
	if code != http.StatusSeeOther || to != "/people/"+p.ID+"?done=erased" {
		t.Fatalf("done: %d, %q", code, to)
	}
	_, body, _ = page(h, ctx, "GET /people/{id}", p, "?done=erased", nil)
	holds(body, "They are erased", "was erased on 2 March 2026", "What stays")
	if strings.Contains(body, "Alys") || strings.Contains(body, "/change") || strings.Contains(body, "Erase this person") {
		t.Error("the page of somebody who was taken out offers or names too much")
	}
	if _, body, _ = page(h, ctx, "GET /people/person/{id}/reach", p, "", nil); body != "withdrawn people.is_erased" {
		t.Errorf("a form for nobody: %s", body)
	}
}

// The page of someone who is gone says what became of their cards.
func pageSays(t *testing.T, h *house.House) {
	ctx := h.As(who.ProjectLead)
	for state, want := range map[string]string{people.Active: "", people.Moved: "Their cards still work.", people.Died: "Their cards have stopped working.", people.NoMore: "Their cards have stopped working."} {
		p := add(h, ctx, h.Project, "Alys")
		h.Do(ctx, "people.state", people.StateIn{Person: p, Version: 1, State: state})
		_, body, _ := page(h, ctx, "GET /people/{id}", p, "", nil)
		if want == "" && strings.Contains(body, "Their cards have") || !strings.Contains(body, want) {
			t.Errorf("%s: the page does not say %q", state, want)
		}
	}
}

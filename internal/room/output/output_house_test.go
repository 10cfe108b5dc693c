package output_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/room/output"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

var kit house.Kit

// project is a project with people who spoke, made through the verbs of every room.
type project struct {
	*house.House
	lead context.Context
}

type fields map[string]any

// try runs a verb of any room by name and gives its answer as JSON fields.
func (p *project) try(ctx context.Context, verb string, in fields) (fields, error) {
	p.T.Helper()
	v, ok := p.Verbs[verb]
	if !ok {
		p.T.Fatalf("there is no verb %s", verb)
	}
	raw, err := json.Marshal(in)
	if err != nil {
		p.T.Fatal(err)
	}
	got, err := v.Decode(json.NewDecoder(bytes.NewReader(raw)))
	if err != nil {
		p.T.Fatalf("%s: %v", verb, err)
	}
	res, err := p.Desk.RunVerb(ctx, v, "", got)
	if err != nil {
		return nil, err
	}
	raw, err = json.Marshal(res)
	if err != nil {
		p.T.Fatal(err)
	}
	var out fields
	if err := json.Unmarshal(raw, &out); err != nil {
		p.T.Fatal(err)
	}
	return out, nil
}

func (p *project) run(verb string, in fields) fields {
	p.T.Helper()
	out, err := p.try(p.lead, verb, in)
	if err != nil {
		p.T.Fatalf("%s: %v", verb, err)
	}
	return out
}

// person adds someone who is reached in a way ("" = none is known) and wants a format.
func (p *project) person(name, how, format string) string {
	p.T.Helper()
	at := p.run("people.add", fields{"project": p.Project, "name": name})["ref"].(string)
	if how != "" {
		p.run("people.reach", fields{"person": at, "how": how, "address": "somewhere@example.org", "safe": true})
	}
	if format != "" {
		p.run("people.needs", fields{"person": at, "version": p.version("people.see", "person", at), "asked": "yes", "format": []string{format}})
	}
	return strings.TrimPrefix(at, "person:")
}

func (p *project) version(verb, field, at string) any {
	p.T.Helper()
	return p.run(verb, fields{field: at})["version"]
}

func (p *project) says(person, words, strand string) string {
	p.T.Helper()
	return p.run("evidence.give", fields{"project": p.Project, "words": words, "person": person, "strands": []string{strand}})["ref"].(string)
}

// shared writes a finding on some contributions and shares it.
func (p *project) shared(statement, plainly string, said ...string) string {
	p.T.Helper()
	at := p.run("finding.write", fields{"project": p.Project, "statement": statement, "plainly": plainly})
	p.run("finding.pick", fields{"finding": at["ref"], "contributions": said, "stance": "supports"})
	p.run("finding.share", fields{"ref": at["ref"], "version": p.version("finding.see", "ref", at["ref"].(string)), "why_one_strand": "Only they were asked so far."})
	return at["ref"].(string)
}

func (p *project) fate(fate, reason string, said ...string) {
	p.T.Helper()
	p.run("finding.fate", fields{"contributions": said, "fate": fate, "reason": reason})
}

// all makes the letters ready here and now.
func (p *project) all() output.ReadyOut {
	p.T.Helper()
	return p.Do(p.lead, "output.ready", output.ReadyIn{Project: p.Project, People: 1 << 20}).(output.ReadyOut)
}

// letters is the project's letters by person, the latest of each.
func (p *project) letters() map[string]output.Listed {
	p.T.Helper()
	out := map[string]output.Listed{}
	for _, l := range p.Do(p.lead, "output.letters", output.LettersIn{Project: p.Project, Limit: 500}).(output.LettersOut).Letters {
		if l.Number > out[l.Person].Number {
			out[l.Person] = l
		}
	}
	return out
}

func (p *project) text(at ref.Ref) string {
	p.T.Helper()
	return p.Do(p.lead, "output.see", output.SeeIn{Ref: at}).(output.SeeOut).Text
}

func (p *project) release(refs ...ref.Ref) output.ReleaseOut {
	p.T.Helper()
	return p.Do(p.lead, "output.release", output.ReleaseIn{Project: p.Project, Refs: refs}).(output.ReleaseOut)
}

func each(t *testing.T, f func(t *testing.T, p *project)) {
	t.Helper()
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		f(t, &project{h, h.As(who.ProjectLead)})
	})
}

func holds(t *testing.T, what, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %q in\n%s", what, want, text)
		}
	}
}

func lacks(t *testing.T, what, text string, nots ...string) {
	t.Helper()
	for _, not := range nots {
		if strings.Contains(text, not) {
			t.Errorf("%s: it says %q", what, not)
		}
	}
}

// TestFromWordsToLetter walks the whole thread: what was said, learned, done and changed.
func TestFromWordsToLetter(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann, bob := p.person("Ann", "post", ""), p.person("Bob", "post", "")
		a, b := p.says(ann, "Please ring before you come", "lived"), p.says(bob, "The bus stops too far away", "lived")
		b2 := p.says(bob, "We ring when we are late", "practice")
		f := p.shared("Visits without warning unsettle people", "Ring first.", a, b2)
		draft := p.run("finding.write", fields{"project": p.Project, "statement": "A draft that nobody shared"})
		p.run("finding.pick", fields{"finding": draft["ref"], "contributions": []string{a}, "stance": "supports"})
		p.fate("passed on", "The county runs the buses, so we wrote to it.", b)
		rec := p.run("action.recommend", fields{"project": p.Project, "title": "Ring before each visit", "text": "Always", "findings": []string{f}})["ref"].(string)
		act := p.run("action.plan", fields{"project": p.Project, "recommendation": rec, "title": "A ring-first rule in the rota"})["ref"].(string)
		p.run("outcome.record", fields{"project": p.Project, "sort": "practice", "title": "Carers ring first", "text": "x", "shows": "The call list", "from": []string{act}})
		p.run("outcome.record", fields{"project": p.Project, "sort": "person", "person": ann, "title": "Ann sleeps better", "text": "x", "shows": "She told us", "from": []string{act}})

		if out := p.all(); out.State != output.Done || out.Letters != 2 || out.Done != 2 {
			t.Fatalf("%+v", out)
		}
		ls := p.letters()
		if ls[ann].State != output.Ready || ls[bob].State != output.Ready {
			t.Fatalf("%+v", ls)
		}
		text := p.text(ls[ann].Ref)
		holds(t, "Ann's", text, "Hello Ann", "Please ring before you come", "We used this.", "Visits without warning unsettle people", "Ring before each visit", "A ring-first rule in the rota", "Carers ring first")
		lacks(t, "Ann's", text, "A draft that nobody shared", "The bus stops", "We ring when we are late", "county")
		text = p.text(ls[bob].Ref)
		holds(t, "Bob's", text, "The bus stops too far away", "We passed this on", "The county runs the buses", "We ring when we are late", "Carers ring first")
		lacks(t, "Bob's", text, "Please ring before you come", "Ann sleeps better")

		// No letter holds a contributor's words in the database.
		p.Read(func(tx *db.Tx) error {
			n, err := db.Count(tx, db.Q("select count(*) from output_letter where body like '%ring before you come%' or body like '%The bus stops%'"))
			if n != 0 {
				t.Errorf("%d letters keep words", n)
			}
			return err
		})
		owing := p.Do(p.lead, "output.owing", output.OwingIn{Project: p.Project}).(output.OwingOut)
		if owing.People != 2 || owing.Owing != 0 || owing.Ready != 2 {
			t.Errorf("%+v", owing)
		}
		// A cycle in the thread is walked once.
		p.run("action.revise", fields{"ref": rec, "version": p.version("action.see", "ref", rec), "title": "Ring before each visit"})
		p.all()
		holds(t, "again", p.text(p.letters()[ann].Ref), "Ring before each visit")
	})
}

func TestWaitingAndWhy(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		easy, owed, said := p.person("Eve", "post", "easy_read"), p.person("Olu", "post", ""), p.person("Lou", "post", "large_print")
		a, b, c := p.says(easy, "It is dark", "lived"), p.says(owed, "It is cold", "lived"), p.says(said, "It is late", "lived")
		f := p.shared("Lighting on the path is poor", "", a, c)
		p.all()
		ls := p.letters()
		if l := ls[easy]; l.State != output.Waiting || l.Why != "output.why_plain" || l.Missing != f || l.Format != output.Easy {
			t.Errorf("easy read: %+v", l.Letter)
		}
		if l := ls[owed]; l.State != output.Waiting || l.Why != "output.why_owing" || l.Owing != 1 {
			t.Errorf("owed: %+v", l.Letter)
		}
		if l := ls[said]; l.State != output.Ready || l.Format != output.Large {
			t.Errorf("large print: %+v", l.Letter)
		}
		if out := p.release(ls[easy].Ref, ls[owed].Ref); out.Released != 0 || len(out.Not) != 2 {
			t.Errorf("what waits was released: %+v", out)
		}
		// Both are mended; what is shown until then is marked as changed.
		p.run("finding.edit", fields{"ref": f, "version": p.version("finding.see", "ref", f), "statement": "Lighting on the path is poor", "plainly": "The path is dark."})
		p.fate("not taken up", "The path is not ours.", b)
		if ls = p.letters(); !ls[easy].Stale || !ls[owed].Stale || !ls[said].Stale {
			t.Errorf("not stale: %v %v %v", ls[easy].Stale, ls[owed].Stale, ls[said].Stale)
		}
		if out := p.release(ls[said].Ref); out.Released != 0 || len(out.Not) != 1 || out.Not[0].Why != "output.why_changed" {
			t.Errorf("released although it changed: %+v", out)
		}
		p.all()
		ls = p.letters()
		for name, id := range map[string]string{"easy": easy, "owed": owed, "said": said} {
			if ls[id].State != output.Ready || ls[id].Stale {
				t.Errorf("%s: %+v", name, ls[id])
			}
		}
		text := p.text(ls[easy].Ref)
		holds(t, "easy", text, "The path is dark.")
		lacks(t, "easy", text, "Lighting")
	})
}

// TestNothingGoesHomeByItself holds rule 13: who cannot be written to, and who releases.
func TestNothingGoesHomeByItself(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		people := map[string]string{"died": p.person("D", "post", ""), "moved": p.person("M", "post", ""), "no more contact": p.person("N", "post", ""),
			"none": p.person("X", "none", ""), "hand": p.person("H", "hand", ""), "unknown": p.person("U", "", ""), "later": p.person("L", "post", ""), "fine": p.person("F", "post", "")}
		for name, id := range people {
			p.fate("too late", "We had finished by then.", p.says(id, "Something from "+name, "lived"))
		}
		state := func(name, to string) {
			at := "person:" + people[name]
			p.run("people.state", fields{"person": at, "version": p.version("people.see", "person", at), "state": to})
		}
		for _, s := range []string{"died", "moved", "no more contact"} {
			state(s, s)
		}
		p.all()
		ls := p.letters()
		for name, want := range map[string]string{"died": output.Held, "moved": output.Held, "no more contact": output.Held, "none": output.Held, "hand": output.ByHand, "unknown": output.ByHand, "later": output.Ready, "fine": output.Ready} {
			if l := ls[people[name]]; l.State != want {
				t.Errorf("%s: %s (%s)", name, l.State, l.Why)
			}
		}
		state("later", "died") // between the making and the press
		var all []ref.Ref
		for _, l := range ls {
			all = append(all, l.Ref)
		}
		out := p.release(all...)
		if out.Released != 3 || len(out.Not) != 5 {
			t.Errorf("%+v", out)
		}
		again := p.release(ls[people["fine"]].Ref)
		if again.Released != 0 || again.Already != 1 {
			t.Errorf("released twice: %+v", again)
		}
		if ls = p.letters(); ls[people["later"]].State != output.Held || ls[people["fine"]].State != output.Released {
			t.Errorf("%+v", ls)
		}
		// Held back by a person, who says why.
		if _, err := p.try(p.lead, "output.hold", fields{"ref": ls[people["fine"]].Ref, "why": "too late"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("holding what is out: %v", err)
		}
		// Given by hand.
		hand := ls[people["hand"]].Ref
		if _, err := p.try(p.lead, "output.handed", fields{"ref": hand, "on": "2999-01-01"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("given in the future: %v", err)
		}
		p.run("output.handed", fields{"ref": hand, "on": "2026-03-01"})
		if l := p.letters()[people["hand"]]; l.State != output.Handed || l.HandedOn != "2026-03-01" {
			t.Errorf("%+v", l.Letter)
		}
		if _, err := p.try(p.lead, "output.handed", fields{"ref": ls[people["died"]].Ref}); !fault.Is(err, fault.Conflict) {
			t.Errorf("given although held: %v", err)
		}
	})
}

func TestHeldByAPerson(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann := p.person("Ann", "post", "")
		p.fate("too late", "We had finished.", p.says(ann, "Ring first", "lived"))
		p.all()
		at := p.letters()[ann].Ref
		if _, err := p.try(p.lead, "output.hold", fields{"ref": at}); !fault.Is(err, fault.Invalid) {
			t.Errorf("no reason: %v", err)
		}
		p.run("output.hold", fields{"ref": at, "why": "The family asked us to wait"})
		p.all()
		l := p.letters()[ann]
		if l.State != output.Held || l.HeldWhy != "The family asked us to wait" || l.Ref != at {
			t.Errorf("made again: %+v", l.Letter)
		}
		if out := p.release(at); out.Released != 0 || out.Not[0].Why != "output.why_person" {
			t.Errorf("%+v", out)
		}
		p.run("output.hold", fields{"ref": at, "lift": true})
		if out := p.release(at); out.Released != 1 {
			t.Errorf("%+v", out)
		}
	})
}

// TestTakenBack holds that no letter shows what was taken back, at any time of its life.
func TestTakenBack(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann := p.person("Ann", "post", "")
		a, b := p.says(ann, "Quixotic words about a lamp", "lived"), p.says(ann, "The second thing", "lived")
		p.shared("The lamp is broken", "The lamp is broken.", a, b)
		p.all()
		at := p.letters()[ann].Ref
		p.run("consent.withdraw", fields{"ref": a})
		// Before the release: masked at once, and not released as it was read.
		lacks(t, "ready", p.text(at), "Quixotic")
		holds(t, "ready", p.text(at), "You took this back on 2 March 2026.", "The second thing")
		if out := p.release(at); out.Released != 0 || len(out.Not) != 1 {
			t.Errorf("%+v", out)
		}
		if out := p.release(at); out.Released != 0 || len(out.Not) != 1 {
			t.Errorf("pressed again, and released what nobody read: %+v", out)
		}
		p.all()
		text := p.text(at)
		lacks(t, "made again", text, "Quixotic", "took this back")
		if out := p.release(at); out.Released != 1 {
			t.Fatalf("%+v", out)
		}
		// After the release: masked on the card, in files, on the pile to print.
		card := p.AsCard(ann)
		room := ownRoom(p)
		holds(t, "card", room(card, at), "The second thing", "The lamp is broken")
		p.run("consent.withdraw", fields{"ref": b})
		lacks(t, "card", room(card, at), "The second thing")
		holds(t, "card", room(card, at), "You took this back")
		files := p.Do(p.lead, "output.files", output.FilesIn{Project: p.Project, Refs: []ref.Ref{at}, As: []string{"html", "text"}}).(output.FilesOut)
		for _, f := range files.Files {
			lacks(t, f.Name, string(f.Content), "The second thing", "Quixotic")
		}
		_, page := p.get(p.lead, "/output/"+p.Project+"/print")
		lacks(t, "print", page, "The second thing")
		p.run("consent.restore", fields{"ref": b})
		holds(t, "given back", room(card, at), "The second thing")
		// Everything gone before a letter is made: there is none.
		bob := p.person("Bob", "post", "")
		c := p.says(bob, "Gone tomorrow", "lived")
		p.fate("too late", "We had finished.", c)
		p.all()
		p.run("consent.withdraw", fields{"ref": c})
		p.all()
		if l := p.letters()[bob]; l.State != output.Held || l.Why != "output.why_nothing_left" {
			t.Errorf("%+v", l.Letter)
		}
	})
}

// ownRoom reads a letter as the page behind the card would.
func ownRoom(p *project) func(ctx context.Context, at ref.Ref) string {
	return func(ctx context.Context, at ref.Ref) string {
		p.T.Helper()
		return p.Do(ctx, "output.own", output.SeeIn{Ref: at}).(output.SeeOut).Text
	}
}

func TestOnlyTheirOwnCard(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann, bob := p.person("Ann", "post", ""), p.person("Bob", "post", "")
		p.fate("too late", "We had finished.", p.says(ann, "Ring first", "lived"), p.says(bob, "Knock", "lived"))
		p.all()
		ls := p.letters()
		if _, err := p.Try(p.AsCard(ann), "output.own", output.SeeIn{Ref: ls[ann].Ref}); !fault.Is(err, fault.Missing) {
			t.Errorf("not released, yet on the card: %v", err)
		}
		p.release(ls[ann].Ref, ls[bob].Ref)
		if _, err := p.Try(p.AsCard(ann), "output.own", output.SeeIn{Ref: ls[bob].Ref}); !fault.Is(err, fault.Missing) {
			t.Errorf("another's letter on a card: %v", err)
		}
		mine := p.Do(p.AsCard(ann), "output.mine", output.MineIn{Person: ref.Of(ref.Person, ann)}).(output.MineOut).Letters
		if len(mine) != 1 || mine[0].Ref != ls[ann].Ref {
			t.Errorf("%+v", mine)
		}
		if _, err := p.Try(p.AsCard(ann), "output.mine", output.MineIn{Person: ref.Of(ref.Person, bob)}); !fault.Is(err, fault.Missing) {
			t.Errorf("another's list: %v", err)
		}
		// The host's people see none of it.
		for _, role := range []who.Role{who.HostLead, who.HostStaff, who.Member, who.Evaluator, who.Communicator, who.Administrator} {
			ctx := p.As(role)
			for verb, in := range map[string]any{"output.letters": output.LettersIn{Project: p.Project}, "output.see": output.SeeIn{Ref: ls[ann].Ref}, "output.ready": output.ReadyIn{Project: p.Project},
				"output.release": output.ReleaseIn{Project: p.Project, Refs: []ref.Ref{ls[ann].Ref}}} {
				if _, err := p.Try(ctx, verb, in); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s, %s: %v", role, verb, err)
				}
			}
		}
	})
}

// TestWhatChangesAfterwards holds that a released letter stays as it was, is known to be
// stale, and that the next one tells the rest.
func TestWhatChangesAfterwards(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann := p.person("Ann", "post", "")
		a := p.says(ann, "Ring first", "lived")
		f := p.shared("Visits unsettle people", "Ring first.", a)
		p.all()
		first := p.letters()[ann].Ref
		p.release(first)
		p.all()
		if l := p.letters()[ann]; l.Ref != first || l.Stale {
			t.Errorf("told already, yet another letter: %+v", l)
		}
		p.Hand.Add(time.Hour)
		p.run("outcome.record", fields{"project": p.Project, "sort": "practice", "title": "All carers ring", "text": "x", "shows": "y", "from": []string{f}})
		if l := p.letters()[ann]; !l.Stale {
			t.Error("a released letter that has become stale is not known to be")
		}
		if n := p.sign("output.sign_stale"); n != 1 {
			t.Errorf("sign: %d", n)
		}
		lacks(t, "released", p.text(first), "All carers ring")
		p.all()
		l := p.letters()[ann]
		if l.Ref == first || l.Number != 2 || l.State != output.Ready {
			t.Fatalf("%+v", l.Letter)
		}
		holds(t, "the next", p.text(l.Ref), "All carers ring")
	})
}

// plug is what this room offers the house.
func (p *project) plug() plug.Plug {
	p.T.Helper()
	i := slices.IndexFunc(p.Plugs, func(x plug.Plug) bool { return x.Name == "output" })
	return p.Plugs[i]
}

// sign is how many a sign sees in the project.
func (p *project) sign(name string) int64 {
	p.T.Helper()
	var n int64 = -1
	if err := p.DB.Read(p.lead, func(tx *db.Tx) error {
		for _, s := range p.plug().Signs {
			if s.Name == name {
				seen, err := s.Load(tx.Context(), tx, ref.Of(ref.Project, p.Project))
				n = seen.N
				return err
			}
		}
		return nil
	}); err != nil {
		p.T.Fatal(err)
	}
	return n
}

func TestSigns(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		want := func(when string, wants map[string]int64) {
			t.Helper()
			for _, name := range []string{"told", "left", "waiting", "plain", "unwritten", "stale", "held"} {
				if n := p.sign("output.sign_" + name); n != wants[name] {
					t.Errorf("%s: %s is %d, want %d", when, name, n, wants[name])
				}
			}
		}
		want("at first", nil)
		eve, ann, dan := p.person("Eve", "post", "easy_read"), p.person("Ann", "post", ""), p.person("Dan", "none", "")
		a, b := p.says(eve, "It is dark", "lived"), p.says(ann, "It is dark here", "practice")
		p.fate("too late", "We had finished.", p.says(dan, "Ring", "lived"))
		f := p.shared("Lighting is poor", "", a, b)
		want("spoken", map[string]int64{"unwritten": 3})
		p.all()
		want("made", map[string]int64{"waiting": 1, "plain": 1, "held": 1})
		p.Hand.Add(15 * 24 * time.Hour)
		want("two weeks on", map[string]int64{"waiting": 1, "plain": 1, "held": 1, "left": 1})
		p.run("finding.edit", fields{"ref": f, "version": p.version("finding.see", "ref", f), "statement": "Lighting is poor", "plainly": "It is dark."})
		p.all()
		want("said plainly", map[string]int64{"held": 1})
		ls := p.letters()
		p.release(ls[eve].Ref, ls[ann].Ref)
		want("released", map[string]int64{"held": 1, "told": 2})
		if err := p.DB.Read(p.lead, func(tx *db.Tx) error {
			n, err := p.plug().Counts[0].Load(tx.Context(), tx)
			if n[p.Project] != 0 {
				t.Errorf("%v wait", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestTheJob holds that the work goes on by itself, shows how far it is, and reads again
// in its own transaction what was taken back while it was queued.
func TestTheJob(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		var people []string
		var last string
		for i := range 60 {
			id := p.person("P"+string(rune('A'+i%26)), "post", "")
			last = p.says(id, "Words of one", "lived")
			p.fate("too late", "We had finished.", last)
			people = append(people, id)
		}
		out := p.Do(p.lead, "output.ready", output.ReadyIn{Project: p.Project}).(output.ReadyOut)
		again := p.Do(p.lead, "output.ready", output.ReadyIn{Project: p.Project}).(output.ReadyOut)
		if out.State != output.Making || out.Letters != 60 || again.Run != out.Run {
			t.Fatalf("%+v, then %+v", out, again)
		}
		_, page := p.get(p.lead, "/output/"+p.Project+"/letters")
		holds(t, "page", page, "0 of 60 letters made", "You can leave this page")
		p.run("consent.withdraw", fields{"ref": last})
		if err := job.Drain(t.Context(), p.DB, p.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		ls := p.letters()
		if len(ls) != 59 || ls[people[59]].State != "" {
			t.Errorf("%d letters, one for whom everything was taken back: %q", len(ls), ls[people[59]].State)
		}
		if done := p.Do(p.lead, "output.ready", output.ReadyIn{Project: p.Project, Run: out.Run}).(output.ReadyOut); done.State != output.Done || done.Done != 60 {
			t.Errorf("%+v", done)
		}
	})
}

// TestTwoReleaseAtOnce holds that two who press at the same moment release one letter once.
func TestTwoReleaseAtOnce(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann := p.person("Ann", "post", "")
		p.fate("too late", "We had finished.", p.says(ann, "Ring first", "lived"))
		p.all()
		at := p.letters()[ann].Ref
		partner := p.As(who.Partner)
		outs := make([]output.ReleaseOut, 2)
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i, ctx := range []context.Context{p.lead, partner} {
			wg.Go(func() {
				v := p.Verbs["output.release"]
				out, err := p.Desk.RunVerb(ctx, v, "", output.ReleaseIn{Project: p.Project, Refs: []ref.Ref{at}})
				if errs[i] = err; err == nil {
					outs[i] = out.(output.ReleaseOut)
				}
			})
		}
		wg.Wait()
		if errs[0] != nil || errs[1] != nil || outs[0].Released+outs[1].Released != 1 || outs[0].Already+outs[1].Already != 1 {
			t.Errorf("%+v %v", outs, errs)
		}
	})
}

func TestLetterPages(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann, dan, olu := p.person("Ann Onymous", "post", "large_print"), p.person("Dan Gone", "post", ""), p.person("Olu Waits", "post", "")
		p.fate("too late", "We had finished.", p.says(ann, "Ring first", "lived"), p.says(dan, "Knock", "lived"))
		p.says(olu, "And then", "lived")
		at := "person:" + dan
		p.run("people.state", fields{"person": at, "version": p.version("people.see", "person", at), "state": "died"})
		here := "/output/" + p.Project
		if status, to := p.post(here+"/ready", nil); status != http.StatusSeeOther || to != here+"/letters" {
			t.Fatalf("%d %s", status, to)
		}
		if err := job.Drain(t.Context(), p.DB, p.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		status, page := p.get(p.lead, here+"/letters")
		if status != http.StatusOK || strings.Index(page, "Dan Gone") > strings.Index(page, "Olu Waits") || strings.Index(page, "Olu Waits") > strings.Index(page, "Ann Onymous") {
			t.Errorf("%d: those who cannot be written to come first, then those that wait", status)
		}
		holds(t, "letters", page, "Plait sends nothing", "We still owe them an answer on 1 thing", "I have read these letters")
		l := p.letters()[ann].Ref
		_, page = p.get(p.lead, here+"/letter/"+l.ID)
		holds(t, "letter", page, "Hello Ann Onymous", "letter--large", "Ring first", "I have read it. Release it", "We gave the same answer to several people")
		if status, _ := p.get(p.As(who.HostLead), here+"/letter/"+l.ID); status != http.StatusForbidden {
			t.Errorf("the host lead reads a letter: %d", status)
		}
		for as, want := range map[string]string{"docx": "PK", "text": "This letter has four parts", "easy": "letter--easy", "audio": "Part 1. You said."} {
			if status, page := p.get(p.lead, here+"/letter/"+l.ID+"?as="+as); status != http.StatusOK || !strings.Contains(page, want) {
				t.Errorf("as %s: %d", as, status)
			}
		}
		if status, _ := p.post(here+"/release", url.Values{"key": {"k0"}}); status != http.StatusUnprocessableEntity {
			t.Errorf("nothing ticked: %d", status)
		}
		_, page = p.get(p.lead, here+"/print?state=ready")
		holds(t, "print", page, "letters.css", "letter--large", "Ring first")
		lacks(t, "print", page, "Knock", "<style")
		status, to := p.post(here+"/release", url.Values{"key": {"k1"}, "refs": {l.String()}, "version-" + l.String(): {"1"}})
		if status != http.StatusSeeOther || !strings.Contains(to, "n=1") {
			t.Fatalf("%d %s", status, to)
		}
		if _, page = p.get(p.lead, to); !strings.Contains(page, "1 letter released. Nothing was sent.") {
			t.Error("it does not say what happened")
		}
		if status, to := p.post(here+"/letter/"+l.ID+"/handed", url.Values{"key": {"k2"}, "on": {"1 March 2026"}}); status != http.StatusSeeOther || !strings.Contains(to, "handed") {
			t.Errorf("%d %s", status, to)
		}
		if status, page := p.get(p.Stranger(), "/output/letters.css"); status != http.StatusOK || !strings.Contains(page, ".letter--large") {
			t.Errorf("the style sheet: %d", status)
		}
	})
}

func (p *project) get(ctx context.Context, address string) (int, string) {
	status, _, page := p.call(ctx, http.MethodGet, address, nil)
	return status, page
}

func (p *project) post(address string, in url.Values) (int, string) {
	status, to, _ := p.call(p.lead, http.MethodPost, address, strings.NewReader(in.Encode()))
	return status, to
}

// call sends a request as the context's actor.
func (p *project) call(ctx context.Context, method, address string, body io.Reader) (int, string, string) {
	p.T.Helper()
	handler, err := web.New(web.Options{Face: p.Face, Log: slog.New(slog.DiscardHandler), IDs: p.IDs,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), p.Policy, who.From(ctx)), nil
		}}, p.Routes)
	if err != nil {
		p.T.Fatal(err)
	}
	r := httptest.NewRequestWithContext(p.T.Context(), method, address, body)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Header().Get("Location"), w.Body.String()
}

// TestMadeTwiceAtOnce holds that two makings leave one letter a person.
func TestMadeTwiceAtOnce(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann := p.person("Ann", "post", "")
		p.fate("too late", "We had finished.", p.says(ann, "Ring first", "lived"))
		var wg sync.WaitGroup
		errs := make([]error, 3)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = p.Desk.RunVerb(p.lead, p.Verbs["output.ready"], "", output.ReadyIn{Project: p.Project, People: 100})
			})
		}
		wg.Wait()
		if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
			t.Error(errs[i])
		}
		if all := p.Do(p.lead, "output.letters", output.LettersIn{Project: p.Project}).(output.LettersOut).Letters; len(all) != 1 {
			t.Errorf("%d letters", len(all))
		}
	})
}

package output_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/output"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// files is how many files there are of a letter.
func (p *project) files(at ref.Ref) int {
	p.T.Helper()
	return len(p.Do(p.lead, "output.files", output.FilesIn{Project: p.Project, Refs: []ref.Ref{at}}).(output.FilesOut).Files)
}

// become sets a person's state.
func (p *project) become(person, state string) {
	p.T.Helper()
	at := "person:" + person
	p.run("people.state", fields{"person": at, "version": p.version("people.see", "person", at), "state": state})
}

// TestNothingGoesAfterRelease holds rule 13 for letters that were released, or were ready,
// before their person died, moved, wanted no contact or was erased.
func TestNothingGoesAfterRelease(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		stops := map[string]func(person string){
			"died":  func(x string) { p.become(x, "died") },
			"moved": func(x string) { p.become(x, "moved") },
			"none":  func(x string) { p.run("people.reach", fields{"person": "person:" + x, "how": "none"}) },
			"erased": func(x string) {
				p.run("people.erase", fields{"person": "person:" + x, "why": "they asked", "words": "keep without a name"})
			},
		}
		why := map[string]string{"died": "people.why_died", "moved": "people.why_moved", "none": "people.why_none", "erased": "people.why_erased"}
		out, open := map[string]string{}, map[string]string{}
		for name := range stops {
			out[name], open[name] = p.person("Out "+name, "post", ""), p.person("Open "+name, "post", "")
			p.fate("too late", "We had finished.", p.says(out[name], "Zebra "+name, "lived"), p.says(open[name], "Zebra "+name, "lived"))
		}
		p.all()
		ls := p.letters()
		for name := range stops {
			if done := p.release(ls[out[name]].Ref); done.Released != 1 || p.files(ls[out[name]].Ref) != 2 {
				t.Fatalf("%s: %+v", name, done)
			}
		}
		for name, stop := range stops {
			stop(out[name])
			stop(open[name])
		}
		here := "/output/" + p.Project
		_, page := p.get(p.lead, here+"/print")
		lacks(t, "print", page, "Zebra", "Out ")
		_, page = p.get(p.lead, here+"/print?state=ready")
		lacks(t, "print ready", page, "Zebra", "Open ")
		now := p.letters()
		for name := range stops {
			l := now[out[name]]
			if l.State != output.Released || l.Why != why[name] {
				t.Errorf("%s, released: %+v", name, l.Letter)
			}
			if p.files(l.Ref) != 0 || p.files(now[open[name]].Ref) != 0 {
				t.Errorf("%s: there are files", name)
			}
			if _, err := p.try(p.lead, "output.handed", fields{"ref": l.Ref}); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: given: %v", name, err)
			}
			if status, _ := p.get(p.lead, here+"/letter/"+l.Ref.ID+"?as=docx"); status != http.StatusConflict {
				t.Errorf("%s: as a document: %d", name, status)
			}
			status, page := p.get(p.lead, here+"/letter/"+l.Ref.ID)
			if lacks(t, name, page, "/handed", "as=docx"); status != http.StatusOK {
				t.Errorf("%s: %d", name, status)
			}
			o := now[open[name]]
			if o.Why != why[name] || name != "none" && o.State != output.Held {
				t.Errorf("%s, not released: %+v", name, o.Letter)
			}
		}
		// They come back.
		p.become(out["moved"], "active")
		if l := p.letters()[out["moved"]]; l.Why != "" || p.files(l.Ref) != 2 {
			t.Errorf("back again: %+v", l.Letter)
		}
	})
}

// TestReleasesWhatWasRead refuses a letter that was made again after it was read, lets the
// others go, and does not make it again itself.
func TestReleasesWhatWasRead(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann, bob := p.person("Ann", "post", ""), p.person("Bob", "post", "")
		a, b := p.says(ann, "Ring first", "lived"), p.says(bob, "Knock", "lived")
		p.fate("too late", "We had finished.", a)
		p.fate("too late", "We had finished.", b)
		p.all()
		ls := p.letters()
		read := output.ReleaseIn{Project: p.Project, Refs: []ref.Ref{ls[ann].Ref, ls[bob].Ref}, Versions: []int64{ls[ann].Version, ls[bob].Version}}
		p.run("finding.unsign", fields{"contribution": a})
		p.fate("passed on", "The county decides.", a)
		// Not made again yet: each press is refused, and nothing is made by it.
		for range 2 {
			if out := p.release(ls[ann].Ref); out.Released != 0 || len(out.Not) != 1 || p.letters()[ann].Version != ls[ann].Version {
				t.Errorf("%+v", out)
			}
		}
		p.Do(p.lead, "output.hold", output.HoldIn{Ref: ls[ann].Ref, Why: "Wait"})
		p.Do(p.lead, "output.hold", output.HoldIn{Ref: ls[ann].Ref, Lift: true}) // made again
		status, to := p.post("/output/"+p.Project+"/release", url.Values{"key": {"x"}, "refs": {ls[ann].Ref.String()}, "version-" + ls[ann].Ref.String(): {"1"}})
		if status != http.StatusSeeOther || !strings.Contains(to, "not=1") {
			t.Errorf("from the page: %d %s", status, to)
		}
		out := p.Do(p.lead, "output.release", read).(output.ReleaseOut)
		if out.Released != 1 || len(out.Not) != 1 || out.Not[0] != (output.NotReleased{Ref: ls[ann].Ref, Why: "output.why_changed"}) {
			t.Errorf("%+v", out)
		}
		read.Versions = read.Versions[:1]
		if _, err := p.Try(p.lead, "output.release", read); !fault.Is(err, fault.Invalid) {
			t.Errorf("a version is missing: %v", err)
		}
		_, page := p.get(p.lead, "/output/"+p.Project+"/letters")
		holds(t, "letters", page, `name="version-`+ls[ann].Ref.String()+`" value="3"`)
		if out := p.release(ls[ann].Ref); out.Released != 1 {
			t.Errorf("read anew: %+v", out)
		}
	})
}

// kept is whether any letter in the store keeps some words.
func (p *project) kept(words string) bool {
	p.T.Helper()
	found := false
	p.Read(func(tx *db.Tx) error {
		n, err := db.Count(tx, db.Q("select count(*) from output_letter where body like ? or held_why like ?", "%"+words+"%", "%"+words+"%"))
		found = n > 0
		return err
	})
	return found
}

// TestErasedFromLetters holds that no letter keeps what was signed of erased words, or why
// it is held, and that what was taken back has no reason in any answer.
func TestErasedFromLetters(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann, bob := p.person("Ann", "post", ""), p.person("Bob", "post", "")
		a, b := p.says(ann, "My son has a lamp", "lived"), p.says(bob, "Knock", "lived")
		p.run("finding.fate", fields{"contributions": []string{a}, "fate": "too late", "reason": "Her xylophone is hers.", "plainly": "Her piccolo is hers."})
		p.fate("too late", "His bassoon is his.", b)
		p.all()
		ls := p.letters()
		p.run("output.hold", fields{"ref": ls[ann].Ref, "why": "Her oboe"})
		p.release(ls[bob].Ref)
		p.run("consent.withdraw", fields{"ref": a})
		said := p.Do(p.lead, "output.see", output.SeeIn{Ref: ls[ann].Ref}).(output.SeeOut).Body.Said
		if len(said) != 1 || said[0].Reason != "" || said[0].Plainly != "" {
			t.Errorf("taken back: %+v", said)
		}
		p.run("consent.restore", fields{"ref": a})
		p.run("consent.withdraw", fields{"ref": a, "erase_now": true})
		if p.kept("xylophone") || p.kept("piccolo") || p.kept("oboe") || !p.kept("bassoon") {
			t.Error("the words were erased, and a letter keeps what was said of them")
		}
		_, page := p.get(p.lead, "/output/"+p.Project+"/letter/"+ls[ann].Ref.ID)
		holds(t, "held", page, "Held back. The reason was erased.", `name="lift"`)
		p.run("people.erase", fields{"person": "person:" + bob, "why": "they asked", "words": "keep without a name"})
		if p.kept("bassoon") {
			t.Error("the person was erased, and a letter keeps the reason")
		}
		p.all()
		if l := p.letters()[bob]; p.kept("bassoon") || l.Number != 1 {
			t.Errorf("made again: %+v", l.Letter)
		}
	})
}

// TestOwnAfterRelease holds that what changed for someone after their letter was released
// is in the next, and is not read by anybody unreleased.
func TestOwnAfterRelease(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann := p.person("Ann", "post", "")
		p.fate("too late", "We had finished.", p.says(ann, "I need a rail", "lived"))
		own := func(title string) string {
			return p.run("outcome.record", fields{"project": p.Project, "sort": "person", "person": ann, "title": title, "text": "x", "shows": "y"})["ref"].(string)
		}
		p.all()
		at := p.letters()[ann].Ref
		rail := own("Ann has a rail")
		lacks(t, "made before", p.text(at), "Ann has a rail")
		if out := p.release(at); out.Released != 0 || !p.letters()[ann].Stale {
			t.Errorf("released without it: %+v", out)
		}
		p.all()
		holds(t, "made again", p.text(at), "Ann has a rail")
		if out := p.release(at); out.Released != 1 || p.letters()[ann].Stale {
			t.Fatalf("%+v", out)
		}
		p.Hand.Add(1e9)
		own("Ann has a ramp")
		text := p.text(at) + ownRoom(p)(p.AsCard(ann), at)
		lacks(t, "released", text, "ramp")
		holds(t, "released", text, "Ann has a rail")
		if !p.letters()[ann].Stale || p.sign("output.sign_stale") != 1 {
			t.Error("nobody is told that there is more to say")
		}
		p.all()
		next := p.letters()[ann]
		if next.Number != 2 || next.Ref == at {
			t.Fatalf("%+v", next.Letter)
		}
		holds(t, "the next", p.text(next.Ref), "Ann has a rail", "Ann has a ramp")
		p.run("outcome.edit", fields{"ref": rail, "version": p.version("outcome.see", "ref", rail), "sort": "person", "title": "Ann has a handle", "text": "x", "shows": "y"})
		lacks(t, "edited after it was made", p.text(next.Ref)+p.text(at), "handle", "Ann has a rail")
		if out := p.release(next.Ref); out.Released != 0 {
			t.Errorf("released unread: %+v", out)
		}
	})
}

// TestSignNamesNothingOfOnes holds that a sign gives no title of what is one person's own.
func TestSignNamesNothingOfOnes(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		eve := p.person("Eve", "post", "easy_read")
		p.shared("Rails help", "Rails help.", p.says(eve, "I need a rail", "lived"))
		p.run("outcome.record", fields{"project": p.Project, "sort": "person", "person": eve, "title": "Eve stopped drinking", "text": "x", "shows": "y"})
		p.all()
		title := func() (n int64, title string) {
			if err := p.DB.Read(p.lead, func(tx *db.Tx) error {
				i := slices.IndexFunc(p.plug().Signs, func(s plug.Sign) bool { return s.Name == "output.sign_plain" })
				seen, err := p.plug().Signs[i].Load(tx.Context(), tx, ref.Of(ref.Project, p.Project))
				n, title = seen.N, seen.Title
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n, title
		}
		if n, x := title(); n != 1 || x != "" {
			t.Errorf("%d, %q", n, x)
		}
		dan := p.person("Dan", "post", "easy_read")
		lit := p.person("Lit", "post", "easy_read")
		p.shared("Lighting is poor", "", p.says(dan, "It is dark", "lived"), p.says(lit, "So dark", "lived"))
		p.all()
		if n, x := title(); n != 3 || x != "Lighting is poor" {
			t.Errorf("%d, %q", n, x)
		}
	})
}

// TestEveryEmptiedLetter holds the letters of all of whom nothing is left before it says done.
func TestEveryEmptiedLetter(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		var people, said []string
		for _, name := range []string{"Ann", "Bob", "Cat"} {
			x := p.person(name, "post", "")
			people, said = append(people, x), append(said, p.says(x, "Words of "+name, "lived"))
		}
		p.fate("too late", "We had finished.", said...)
		p.all()
		for _, x := range said {
			p.run("consent.withdraw", fields{"ref": x})
		}
		r := p.room(&fatesOf{}, "")
		output.SetMost(r, 2)
		out, err := r.Ready(p.lead, output.ReadyIn{Project: p.Project, People: 1000})
		if err != nil || out.State != output.Done {
			t.Fatalf("%+v %v", out, err)
		}
		for _, x := range people {
			if l := p.letters()[x]; l.State != output.Held || l.Why != "output.why_nothing_left" {
				t.Errorf("%+v", l.Letter)
			}
		}
	})
}

// TestReadyOnce makes letters once however often a form is sent.
func TestReadyOnce(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		p.fate("too late", "We had finished.", p.says(p.person("Ann", "post", ""), "Ring first", "lived"))
		run := func(key string) string {
			if status, _ := p.post("/output/"+p.Project+"/ready", url.Values{"key": {key}}); status != http.StatusSeeOther {
				t.Fatalf("%d", status)
			}
			if err := job.Drain(t.Context(), p.DB, p.Jobs(), slog.New(slog.NewTextHandler(new(bytes.Buffer), nil))); err != nil {
				t.Fatal(err)
			}
			return p.Do(p.lead, "output.letters", output.LettersIn{Project: p.Project}).(output.LettersOut).Run.ID
		}
		first := run("one")
		if again := run("one"); again != first {
			t.Error("the same form began another making")
		}
		if other := run("two"); other == first {
			t.Error("another form began none")
		}
	})
}

package output_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/room/output"
	"plait/internal/spine/ref"
)

// TestLetterOfAnotherProject holds that a letter is missing under every other project's
// address, to see, as a file and to act on.
func TestLetterOfAnotherProject(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann, bob := p.person("Ann", "post", ""), p.person("Bob", "post", "")
		p.fate("too late", "We had finished.", p.says(ann, "Ring first", "lived"), p.says(bob, "Knock", "lived"))
		p.all()
		open, out := p.letters()[ann].Ref, p.letters()[bob].Ref
		p.release(out)
		another, err := p.try(p.AsOperator(), "project.start", fields{"title": "Another", "model": "demonstrator"})
		if err != nil {
			t.Fatal(err)
		}
		other := "/output/" + strings.TrimPrefix(another["ref"].(string), "project:") + "/letter/"
		for _, as := range []string{"", "?as=docx", "?as=text", "?as=easy"} {
			if status, page := p.get(p.lead, other+out.ID+as); status != http.StatusNotFound || strings.Contains(page, "Knock") {
				t.Errorf("%q: %d", as, status)
			}
			if status, _ := p.get(p.lead, "/output/"+p.Project+"/letter/"+out.ID+as); status != http.StatusOK {
				t.Errorf("its own address %q: %d", as, status)
			}
		}
		if status, _ := p.post(other+open.ID+"/hold", url.Values{"key": {"a"}, "why": {"Wait"}}); status != http.StatusNotFound || p.letters()[ann].State != output.Ready {
			t.Errorf("hold: %d, %s", status, p.letters()[ann].State)
		}
		if status, _ := p.post(other+open.ID+"/hold", url.Values{"key": {"b"}}); status != http.StatusNotFound {
			t.Errorf("hold without a reason: %d", status)
		}
		if status, _ := p.post(other+out.ID+"/handed", url.Values{"key": {"c"}, "on": {"1 March 2026"}}); status != http.StatusNotFound || p.letters()[bob].State != output.Released {
			t.Errorf("handed: %d, %s", status, p.letters()[bob].State)
		}
	})
}

// TestSaidByNobodyKnown counts what no letter can tell, answered or not, and no more.
func TestSaidByNobodyKnown(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		const says = "said by people we do not know. No letter can tell them."
		here := "/output/" + p.Project + "/letters"
		p.says(p.person("Ann", "post", ""), "Ring first", "lived")
		_, page := p.get(p.lead, here)
		lacks(t, "nobody unknown", page, "we do not know")
		answered, gone := p.says("", "Knock", "lived"), p.says("", "Taken out", "lived")
		p.says("", "Wave", "practice")
		p.fate("too late", "We had finished.", answered)
		if out := p.Do(p.lead, "output.owing", output.OwingIn{Project: p.Project}).(output.OwingOut); out.Nameless != 3 {
			t.Errorf("%+v", out)
		}
		p.run("consent.withdraw", fields{"ref": gone})
		_, page = p.get(p.lead, here)
		holds(t, "letters", page, "2 things were "+says, `href="/evidence/`+p.Project+`"`, "Say who spoke, or hand out cards")
	})
}

// TestSaysWhatChanged says of a released letter in one line what changed since.
func TestSaysWhatChanged(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		spoke := map[string]string{}
		letter := map[string]ref.Ref{}
		finding := map[string]string{}
		for _, name := range []string{"answer", "doing", "own", "both", "same"} {
			spoke[name] = p.person("P "+name, "post", "")
		}
		said := p.says(spoke["answer"], "Ring first", "lived")
		p.fate("too late", "We had finished.", said)
		back := p.says(spoke["both"], "And ring twice", "lived")
		for _, name := range []string{"doing", "own", "both", "same"} {
			said := []string{p.says(spoke[name], "I say "+name, "lived")}
			if name == "both" {
				said = append(said, back)
			}
			finding[name] = p.shared("Found from "+name, "Plain.", said...)
		}
		p.all()
		for name, id := range spoke {
			letter[name] = p.letters()[id].Ref
			p.release(letter[name])
		}
		p.Hand.Add(time.Hour)
		p.run("finding.unsign", fields{"contribution": said})
		p.fate("passed on", "The county decides.", said)
		plan := fields{"project": p.Project, "title": "Do it", "text": "Always"}
		for _, name := range []string{"doing", "both"} {
			plan["findings"] = []string{finding[name]}
			p.run("action.recommend", plan)
		}
		p.run("consent.withdraw", fields{"ref": back})
		p.run("outcome.record", fields{"project": p.Project, "sort": "person", "person": spoke["own"], "title": "A rail", "text": "x", "shows": "y"})
		want := map[string][]string{"answer": {"output.since_said"}, "doing": {"output.since_doing"}, "own": {"output.since_changed"}, "both": {"output.since_doing", "output.since_taken"}, "same": nil}
		now := p.letters()
		for name, keys := range want {
			if l := now[spoke[name]]; !slices.Equal(l.Since, keys) || l.Stale != (keys != nil) {
				t.Errorf("%s: %v, %v", name, l.Stale, l.Since)
			}
		}
		_, page := p.get(p.lead, "/output/"+p.Project+"/letters")
		holds(t, "letters", page, "They were answered anew.", "Something new is being done. Some of their words were taken back")
		_, page = p.get(p.lead, "/output/"+p.Project+"/letter/"+letter["own"].ID)
		holds(t, "letter", page, "Changed since:", "Something changed for them.")
	})
}

// TestNoPageWithoutName holds that each letter of a batch repeats on every page whom it is
// for, and says its title once.
func TestNoPageWithoutName(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		ann, bob := p.person("Ann", "post", ""), p.person("Bob", "post", "audio")
		p.fate("too late", "We had finished.", p.says(ann, "Ring first", "lived"), p.says(bob, "Knock", "lived"))
		p.all()
		_, page := p.get(p.lead, "/output/"+p.Project+"/print?state=ready")
		for name, id := range map[string]string{"Ann": ann, "Bob": bob} {
			at := p.letters()[id].Ref.ID
			holds(t, name, page, "<strong>To "+name+"</strong> <span>Letter 1, code "+at[len(at)-4:]+"</span>")
		}
		if n := strings.Count(page, "<thead"); n != 2 {
			t.Errorf("%d heads", n)
		}
		_, body, _ := strings.Cut(page, "<body")
		if n := strings.Count(body, "What you told us and what happened"); n != 2 {
			t.Errorf("the title is there %d times in two letters", n)
		}
	})
}

package output_test

import (
	"context"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/room/output"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// ownsOf tells what changed for one person, until it is taken back.
type ownsOf struct {
	person string
	all    []output.Own
}

func (o *ownsOf) Own(_ context.Context, _ *db.Tx, person string) ([]output.Own, error) {
	if person != o.person {
		return nil, nil
	}
	return o.all, nil
}

// fixedZone is a programme whose days are those of one place.
type fixedZone string

func (z fixedZone) Zone(*db.Tx, string) (string, error) { return string(z), nil }

// told asks every kind of the house what it says.
type told struct{ *project }

func (x told) Tell(ctx context.Context, tx *db.Tx, programme string, refs []ref.Ref) (map[ref.Ref]plug.Told, error) {
	out := map[ref.Ref]plug.Told{}
	for kind, k := range x.Kinds() {
		var ids []string
		for _, r := range refs {
			if r.Kind == kind {
				ids = append(ids, r.ID)
			}
		}
		if k.Tell == nil || len(ids) == 0 {
			continue
		}
		all, err := k.Tell(ctx, tx, programme, ids)
		if err != nil {
			return nil, err
		}
		for id, t := range all {
			out[ref.Of(kind, id)] = t
		}
	}
	return out, nil
}

// read tells people's formats, and reads their words as the house does.
type read struct {
	*project
	format string // that everyone asks for; "" = standard
}

func (x read) Readers(_ context.Context, _ *db.Tx, persons []string) (map[string]output.Reader, error) {
	out := map[string]output.Reader{}
	for _, id := range persons {
		out[id] = output.Reader{Person: ref.Of(ref.Person, id), Formats: []string{x.format}, Language: "en", State: "active", How: "post"}
	}
	return out, nil
}

func (x read) Some(ctx context.Context, _ *db.Tx, refs []ref.Ref) (map[ref.Ref]output.Voice, error) {
	got, err := x.try(ctx, "evidence.words", fields{"refs": refs})
	if err != nil {
		return nil, err
	}
	out := map[ref.Ref]output.Voice{}
	said, _ := got["contributions"].([]any)
	for _, one := range said {
		c, _ := one.(map[string]any)
		at, _ := c["ref"].(string)
		words, _ := c["words"].(string)
		r, err := ref.Parse(at)
		if err != nil {
			return nil, err
		}
		out[r] = output.Voice{Ref: r, Words: words, Language: "en"}
	}
	return out, nil
}

// room is a room of its own over the same store, for what a test joins to it.
func (p *project) room(fates output.Fates, format string) *output.Room {
	n := plug.Needs{DB: p.DB, Clock: p.Clock, IDs: p.IDs, Desk: p.Desk, Face: p.Face, News: news.NewDesk()}
	x := read{p, format}
	return output.New(n, told{p}, x, x, fates)
}

// fatesOf signs one sentence for everything.
type fatesOf struct{ fate output.Fate }

func (f *fatesOf) Signed(_ context.Context, _ *db.Tx, _ string, refs []ref.Ref) (map[ref.Ref]output.Fate, error) {
	out := map[ref.Ref]output.Fate{}
	if f.fate.Fate == "" {
		return out, nil
	}
	for _, x := range refs {
		out[x] = f.fate
	}
	return out, nil
}

// TestOwnIsTheirsAlone tells what changed for someone in their letter, in nobody else's,
// and no more once they took it back.
func TestOwnIsTheirsAlone(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		a, b := p.person("Ann", "post", ""), p.person("Ben", "post", "")
		p.shared("Rails help", "Rails help.", p.says(a, "I need a rail", "lived"), p.says(b, "So do I", "lived"))
		const rail = "Ann's rail is in"
		at := p.run("outcome.record", fields{"project": p.Project, "sort": "person", "person": a, "title": rail, "text": "x", "shows": "y"})["ref"].(string)
		own, err := ref.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		p.all()
		owns := &ownsOf{a, []output.Own{{Ref: own, Says: rail, Language: "en"}}}
		r := p.room(&fatesOf{}, "")
		r.SetOwns(owns)
		text := func(person string) string {
			out, err := r.See(p.lead, output.SeeIn{Ref: p.letters()[person].Ref})
			if err != nil {
				t.Fatal(err)
			}
			return out.Text
		}
		if !strings.Contains(text(a), rail) || strings.Contains(text(b), rail) {
			t.Errorf("Ann: %s\nBen: %s", text(a), text(b))
		}
		files, err := r.Files(p.lead, output.FilesIn{Project: p.Project, Refs: []ref.Ref{p.letters()[a].Ref, p.letters()[b].Ref}, As: []string{"html"}})
		if err != nil || len(files.Files) != 2 || !strings.Contains(string(files.Files[0].Content), "rail is in") || strings.Contains(string(files.Files[1].Content), "rail is in") {
			t.Errorf("as files: %v", err)
		}
		p.Read(func(tx *db.Tx) error {
			n, err := db.Count(tx, db.Q("select count(*) from output_letter where body like '%rail is in%'"))
			if n != 0 {
				t.Error("a letter keeps it")
			}
			return err
		})
		owns.all = nil
		if strings.Contains(text(a), rail) {
			t.Error("it was taken back, and is still told")
		}
	})
}

// TestNoSafeWay shows someone whose only contact is not safe as by hand, before the
// release and after it.
func TestNoSafeWay(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		person := p.person("Pat", "", "")
		p.run("people.reach", fields{"person": "person:" + person, "how": "phone", "address": "01632 960999", "note": "Her son answers."})
		p.shared("Rails help", "Rails help.", p.says(person, "I need a rail", "lived"))
		p.all()
		l := p.letters()[person]
		if l.State != output.ByHand || l.How != "hand" || l.Why != "output.why_not_safe" {
			t.Fatalf("%+v", l.Letter)
		}
		p.release(l.Ref)
		if l = p.letters()[person]; l.State != output.Released || l.How != "hand" || l.Why != "output.why_not_safe" {
			t.Errorf("released: %+v", l.Letter)
		}
		_, body := p.get(p.lead, "/output/"+p.Project+"/letters")
		holds(t, "the list", body, "by hand", "We know no safe way to send it")
		_, body = p.get(p.lead, "/output/"+p.Project+"/letter/"+l.Ref.ID)
		lacks(t, "the letter", body, "01632 960999", "by phone")
		holds(t, "the letter", body, "by hand")
	})
}

// TestFateSaidPlainly uses the plain sentence of a signed answer in easy read, and waits
// without one when the reason is long.
func TestFateSaidPlainly(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		person := p.person("Ed", "post", "easy_read")
		long := "We could not take this up because " + strings.Repeat("the county decides and ", 8) + "so it goes."
		said := p.says(person, "I want a bus", "lived")
		p.run("finding.fate", fields{"contributions": []string{said}, "fate": "passed on", "reason": long, "plainly": "We told the county."})
		fates := &fatesOf{output.Fate{Fate: "passed on", Reason: long}}
		r := p.room(fates, "easy_read")
		made := func() output.Listed {
			t.Helper()
			if _, err := r.Ready(p.lead, output.ReadyIn{Project: p.Project, People: 100}); err != nil {
				t.Fatal(err)
			}
			return p.letters()[person]
		}
		if l := made(); l.State != output.Waiting || l.Why != "output.why_long" {
			t.Fatalf("without: %+v", l.Letter)
		}
		_, body := p.get(p.lead, "/output/"+p.Project+"/letter/"+p.letters()[person].Ref.ID)
		holds(t, "the letter that waits", body, "/finding/"+p.Project+"/owing?sign="+said)
		_, body = p.get(p.lead, "/finding/"+p.Project+"/owing?sign="+said)
		holds(t, "where it is signed", body, "We told the county.", "I want a bus")
		fates.fate.Plainly = "We told the county."
		l := made()
		if l.State != output.Ready {
			t.Fatalf("with: %+v", l.Letter)
		}
		out, err := r.See(p.lead, output.SeeIn{Ref: l.Ref})
		if err != nil {
			t.Fatal(err)
		}
		holds(t, "easy read", out.Text, "We told the county.")
		lacks(t, "easy read", out.Text, "so it goes")
	})
}

// TestDaysOfTheProgramme dates letters in the programme's zone.
func TestDaysOfTheProgramme(t *testing.T) {
	each(t, func(t *testing.T, p *project) {
		person := p.person("Zoe", "post", "")
		p.shared("Rails help", "Rails help.", p.says(person, "I need a rail", "lived"))
		p.all()
		l := p.letters()[person]
		p.release(l.Ref)
		r := p.room(&fatesOf{}, "")
		// At no moment is it the same day in both of these places.
		day := func(zone string) (string, error) {
			r.SetZones(fixedZone(zone))
			if _, err := r.Handed(p.lead, output.HandedIn{Ref: l.Ref}); err != nil {
				return "", err
			}
			return p.letters()[person].HandedOn, nil
		}
		west, err := day("Pacific/Pago_Pago")
		if err != nil {
			t.Fatal(err)
		}
		east, err := day("Pacific/Kiritimati")
		if err != nil || east <= west {
			t.Errorf("west %s, east %s: %v", west, east, err)
		}
	})
}

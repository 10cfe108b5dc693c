package project

import (
	"context"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/who"
)

// Who sees to an ask may be a name: the roles that may see names read it, the others read
// that somebody does, and cannot lose it by saving what they were shown.
func TestWhoSeesToAnAskIsForThoseWhoSeeNames(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		lead := b.lead()
		id := b.begin(lead, StartIn{Facts: Facts{Title: "Falls"}})
		site, err := b.Site(lead, SiteIn{Project: id, Name: "North", Nation: "wales"})
		if err != nil {
			t.Fatal(err)
		}
		out, err := b.Ask(lead, AskIn{Project: id, Team: "evidence", What: "A summary", Owner: "Bo Diddley"})
		if err != nil {
			t.Fatal(err)
		}
		const path = "/ask/"
		for name, c := range map[string]struct {
			ctx  context.Context
			want string
		}{
			"a project lead": {b.in(who.ProjectLead, id), "Bo Diddley"}, "a partner": {b.in(who.Partner, id), "Bo Diddley"}, "an administrator": {b.in(who.Administrator, id), "Bo Diddley"},
			"an evaluator": {b.in(who.Evaluator, id), ""}, "a host lead": {b.in(who.HostLead, id), ""}, "a member": {b.in(who.Member, id), ""},
			"a lead of one site":       {b.as(b.programme, who.ProjectLead, site.Ref), ""},
			"an evaluator of one site": {b.as(b.programme, who.Evaluator, site.Ref), ""},
		} {
			all := b.seen(c.ctx, id).Asks
			if len(all) != 1 || all[0].Owner != c.want || !all[0].Owned {
				t.Errorf("%s sees in the project %+v", name, all)
			}
			one, err := b.SeeAsk(c.ctx, SeeAskIn{out.Ref.ID})
			if err != nil || one.Owner != c.want || !one.Owned || len(one.Steps) != 1 || one.Steps[0].Owner != c.want {
				t.Errorf("%s opens the ask: %+v, %v", name, one, err)
			}
			for _, at := range []string{"/project/" + id, "/project/" + id + "/about", "/project/" + id + path + out.Ref.ID} {
				code, _, body := visit(t, b.serve(c.ctx), at, nil)
				if code != 200 || c.want == "" && strings.Contains(body, "Diddley") {
					t.Errorf("%s opens %s: %d, or reads the name", name, at, code)
				}
				if c.want == "" && strings.Contains(at, path) && !strings.Contains(body, "Someone in the team") {
					t.Errorf("%s reads that nobody sees to it", name)
				}
			}
		}
		// The page shows the whole while its signs are looked at.
		err = b.db.Read(lead, func(tx *db.Tx) error {
			l, err := b.look(tx, b.programme, id)
			if err == nil && l.Asks[0].Owner == "" {
				t.Error("the signs no longer know that somebody sees to it")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		evaluator := b.in(who.Evaluator, id)
		if _, _, body := visit(t, b.serve(evaluator), "/project/"+id+path+out.Ref.ID+"/change", nil); strings.Contains(body, "Diddley") || !strings.Contains(body, "Leave empty to keep it so.") {
			t.Error("the form names the owner, or does not say that there is one")
		}
		if _, err := b.Ask(evaluator, AskIn{Project: id, Ask: out.Ref.ID, Team: "evidence", What: "A short summary", Version: 1}); err != nil {
			t.Fatal(err)
		}
		if got := b.seen(lead, id).Asks[0]; got.Owner != "Bo Diddley" || got.What != "A short summary" {
			t.Errorf("saved by someone who was not shown the owner: %+v", got)
		}
		if _, err := b.Ask(lead, AskIn{Project: id, Ask: out.Ref.ID, Team: "evidence", What: "A short summary", Version: 2}); err != nil {
			t.Fatal(err)
		}
		if got := b.seen(lead, id).Asks[0]; got.Owned || got.Owner != "" {
			t.Errorf("taken out by someone who was shown them: %+v", got)
		}
		// An ask of another project or programme is not there.
		other := b.begin(lead, StartIn{Facts: Facts{Title: "Stairs"}})
		_, err = b.SeeAsk(b.in(who.ProjectLead, other), SeeAskIn{out.Ref.ID})
		wants(t, err, fault.Missing)
		_, err = b.SeeAsk(lead, SeeAskIn{other})
		wants(t, err, fault.Missing)
		_, err = b.SeeAsk(who.With(t.Context(), b.policy, who.Actor{}), SeeAskIn{out.Ref.ID})
		wants(t, err, fault.Signin)
	})
}

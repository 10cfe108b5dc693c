package project

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// looked is a project as its home and its signs read it, once in each transaction.
type looked struct {
	SeeOut
	Agreed Issues // as it counts now
	Points []Point
	Team   []place
	At     int64
}

type lookKey string

// look reads a project for its signs; the caller has asked who.Must. Only pages and the
// looking itself use it: what a verb has just written it would not see.
func (r *Room) look(tx *db.Tx, programme, project string) (*looked, error) {
	v, err := tx.Memo(lookKey(project), func() (any, error) {
		l := &looked{At: r.clock.Now()}
		p, err := one(tx, programme, project)
		if err != nil {
			return nil, err
		}
		if l.SeeOut, err = r.whole(tx, programme, p, l.At); err != nil {
			return nil, err
		}
		all, err := issues(tx, programme, project)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			l.Agreed = all[0]
		}
		if l.Points, err = points(tx, programme, project); err != nil {
			return nil, err
		}
		l.Team, err = team(tx, programme, project)
		return l, err
	})
	if err != nil {
		return nil, err
	}
	return v.(*looked), nil
}

// in counts the accounts of the team with one of roles; all of them when none is named.
func (l *looked) in(roles ...who.Role) int64 {
	seen := map[string]bool{}
	for _, p := range l.Team {
		if len(roles) == 0 || slices.Contains(roles, who.Role(p.Role)) {
			seen[p.Account] = true
		}
	}
	return int64(len(seen))
}

func (l *looked) said(sorts ...string) int64 { return int64(len(of(l.Points, sorts...))) }

// heardAny says whether anything was heard, sorted or not.
func (l *looked) heardAny() bool {
	for _, n := range l.Heard {
		if n > 0 {
			return true
		}
	}
	return false
}

// open are the asks that wait, of which those that pass.
func (l *looked) open(pass func(Ask) bool) (n int64, first string) {
	for _, a := range l.Asks {
		if a.State != Open || !pass(a) {
			continue
		}
		if n == 0 {
			first = text.Excerpt(a.What, 90)
		}
		n++
	}
	return n, first
}

func flag(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// rule is a sign of this room. Its address holds {project}.
type rule struct {
	name       string
	facet      plug.Facet
	weight     int // of a gap, by which next steps are chosen; 0: something that is there
	permission string
	href       string
	see        func(l *looked) (n int64, title string)
}

// n makes the look of a rule that names no record.
func n(f func(l *looked) int64) func(*looked) (int64, string) {
	return func(l *looked) (int64, string) { return f(l), "" }
}

// aYear is how long a question may stand before someone looks at it again.
const aYear = 365 * clock.Day

// rules is every sign of this room.
func rules() []rule {
	return slices.Concat(issueRules(), evidenceRules(), teamRules())
}

// issueRules are of agreeing on the issues.
func issueRules() []rule {
	const here = "/project/{project}"
	const ask, agree = "project.question", "project.issues"
	return []rule{
		{"project.sign_no_question", plug.Issues, 5, ask, here + "/question", n(func(l *looked) int64 { return flag(len(l.Questions) == 0) })},
		{"project.sign_no_problem", plug.Issues, 20, agree, here + "/issues/change", n(func(l *looked) int64 { return flag(l.Agreed.Problem == "") })},
		{"project.sign_no_success", plug.Issues, 28, agree, here + "/issues/success", n(func(l *looked) int64 { return flag(l.said(Success) == 0) })},
		{"project.sign_no_tried", plug.Issues, 30, agree, here + "/issues/tried", n(func(l *looked) int64 { return flag(l.said(Tried) == 0) })},
		{"project.sign_no_cannot", plug.Issues, 32, agree, here + "/issues/scope", n(func(l *looked) int64 { return flag(l.said(CannotChange, NotOurs) == 0) })},
		{"project.sign_not_agreed", plug.Issues, 34, agree, here + "/issues/change",
			n(func(l *looked) int64 { return flag(l.Agreed.Problem != "" && l.Agreed.Agrees == "") })},
		{"project.sign_no_readiness", plug.Issues, 42, agree, here + "/issues/change",
			n(func(l *looked) int64 { return flag(l.Agreed.Problem != "" && l.Agreed.Readiness == "") })},
		{"project.sign_old_question", plug.Issues, 60, ask, here + "/question", n(func(l *looked) int64 {
			return flag(l.Phase != Aftercare && len(l.Questions) > 0 && l.At-l.Questions[0].At > aYear)
		})},
		{"project.sign_question", plug.Issues, 0, "project.see", here + "/about#question", n(func(l *looked) int64 { return int64(len(l.Questions)) })},
		{"project.sign_problem", plug.Issues, 0, "project.see", here + "/issues", n(func(l *looked) int64 { return flag(l.Agreed.Problem != "" && l.Agreed.Agrees != "") })},
		{"project.sign_tried", plug.Issues, 0, "project.see", here + "/issues#tried", n(func(l *looked) int64 { return l.said(Tried) })},
		{"project.sign_success", plug.Issues, 0, "project.see", here + "/issues#success", n(func(l *looked) int64 { return l.said(Success) })},
		{"project.sign_scope", plug.Issues, 0, "project.see", here + "/issues#scope", n(func(l *looked) int64 { return l.said(ScopeSorts()...) })},
	}
}

// evidenceRules are of what was heard. The three strands weigh the same.
func evidenceRules() []rule {
	const heard = "/evidence/{project}"
	out := []rule{
		{"project.sign_heard_nothing", plug.Evidence, 10, "evidence.give", heard + "/paste", n(func(l *looked) int64 { return flag(!l.heardAny()) })},
		{"project.sign_to_sort", plug.Evidence, 15, "evidence.edit", heard + "/sort", n(func(l *looked) int64 { return l.Heard[""] })},
		{"project.sign_all_heard", plug.Evidence, 0, "project.see", "/project/{project}",
			n(func(l *looked) int64 {
				return flag(l.Heard["lived"] > 0 && l.Heard["practice"] > 0 && l.Heard["research"] > 0)
			})},
	}
	for _, s := range []string{"lived", "practice", "research"} {
		// What waits to be sorted may well be of this strand.
		out = append(out, rule{"project.sign_silent_" + s, plug.Evidence, 18, "evidence.give", heard + "/give?strands=" + s,
			n(func(l *looked) int64 { return flag(l.heardAny() && l.Heard[""] == 0 && l.Heard[s] == 0) })})
	}
	return out
}

// teamRules are of who works in the project, and of what it has asked for.
func teamRules() []rule {
	const here, members = "/project/{project}", "/account/members/project:{project}"
	const invite = "/account/invite/project:{project}"
	return []rule{
		{"project.sign_asks_late", plug.Acting, 8, "project.ask", here + "/about#asks", func(l *looked) (int64, string) { return l.open(func(a Ask) bool { return a.Late }) }},
		{"project.sign_asks_nobody", plug.Acting, 50, "project.ask", here + "/about#asks", func(l *looked) (int64, string) { return l.open(func(a Ask) bool { return a.Owner == "" }) }},
		{"project.sign_asks_done", plug.Acting, 0, "project.see", here + "/about#asks", n(func(l *looked) (done int64) {
			for _, a := range l.Asks {
				done += flag(a.State == Done)
			}
			return done
		})},
		{"project.sign_no_site", plug.Engaging, 40, "project.change", here + "/site", n(func(l *looked) int64 { return flag(len(l.Sites) == 0) })},
		{"project.sign_sites", plug.Engaging, 0, "project.see", here + "/about#sites", n(func(l *looked) int64 { return int64(len(l.Sites)) })},
		{"project.sign_no_partner", plug.CoProduction, 24, "account.invite", invite, n(func(l *looked) int64 { return flag(l.in(who.Partner) == 0) })},
		{"project.sign_alone", plug.CoProduction, 26, "account.invite", invite, n(func(l *looked) int64 { return flag(l.in() <= 1) })},
		{"project.sign_partner", plug.CoProduction, 0, "account.members", members, n(func(l *looked) int64 { return l.in(who.Partner) })},
		{"project.sign_no_host_lead", plug.Sustaining, 16, "account.invite", invite, n(func(l *looked) int64 { return flag(l.Phase == Aftercare && l.in(who.HostLead) == 0) })},
		{"project.sign_past_end", plug.Sustaining, 55, "project.change", here + "/phase", n(func(l *looked) int64 {
			return flag(l.Ends != "" && l.Ends < l.Today && slices.Index(Phases(), l.Phase) < slices.Index(Phases(), Close))
		})},
		{"project.sign_host_lead", plug.Sustaining, 0, "account.members", members, n(func(l *looked) int64 { return l.in(who.HostLead) })},
	}
}

// signs makes the house's signs of the rules.
func (r *Room) signs() []plug.Sign {
	var out []plug.Sign
	for _, x := range rules() {
		out = append(out, plug.Sign{Name: x.name, Facet: x.facet, Gap: x.weight > 0, Weight: x.weight, Permission: x.permission,
			Load: func(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
				l, err := r.look(tx, who.From(ctx).Programme, project.ID)
				if err != nil {
					return plug.Seen{}, err
				}
				n, title := x.see(l)
				return plug.Seen{N: n, Title: title, Href: strings.ReplaceAll(x.href, "{project}", project.ID)}, nil
			}})
	}
	return out
}

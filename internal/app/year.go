package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/room/account"
	"plait/internal/room/action"
	"plait/internal/room/evidence"
	"plait/internal/room/finding"
	"plait/internal/room/lesson"
	"plait/internal/room/outcome"
	"plait/internal/room/people"
	"plait/internal/room/programme"
	"plait/internal/room/project"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
)

// Year says how much a made-up programme holds. Everything comes through the rooms' own
// verbs, and the same seed makes the same words.
type Year struct {
	Seed          uint64
	Projects      int
	People        int // in each project
	Contributions int // of each person
	Findings      int // in each project
	Sources       int // of each finding, at most 500 in each of three calls
	Recommended   int // in each project, each with an action; every second has an outcome
	Lessons       int // in each project
}

// WholeYear is what the measures ask for: 50 projects, 5,000 people, 200,000
// contributions, a million ties.
func WholeYear(seed uint64) Year {
	return Year{Seed: seed, Projects: 50, People: 100, Contributions: 40, Findings: 100, Sources: 200, Recommended: 20, Lessons: 3}
}

// maker fills a house with a made-up programme.
type maker struct {
	Year
	house *House
	hand  *clock.Hand
	rand  *rand.Rand
	vars  map[string]string
	began time.Time
	tell  func(text string)
}

// make founds the programme and fills its projects, one after another; tell hears how
// far it is.
func (h *House) makeYear(ctx context.Context, hand *clock.Hand, y Year, tell func(string)) (map[string]string, error) {
	m := &maker{Year: y, house: h, hand: hand, rand: rand.New(rand.NewPCG(y.Seed, y.Seed)), vars: map[string]string{}, tell: tell}
	m.began = clock.Time(hand.Now()).AddDate(-1, 0, 0)
	hand.Set(m.began)
	ctx = h.Operator(ctx, "")
	founded, err := run(ctx, h, "programme.found", h.rooms.programme.Found, programme.FoundIn{Facts: programme.Facts{Name: "A year of work"}})
	if err != nil {
		return nil, err
	}
	m.vars["programme"] = founded.Programme.ID
	ctx = h.Operator(ctx, founded.Programme.ID)
	made, err := run(ctx, h, "account.make", h.rooms.account.Make, account.MakeIn{Email: "lead@example.org", Name: "Programme lead", Programme: founded.Programme.ID})
	if err != nil {
		return nil, err
	}
	m.vars["lead"], m.vars["facilitator"] = made.Account, made.Account
	for i := range y.Projects {
		hand.Set(m.began.AddDate(0, 0, i))
		// One transaction a project: nobody else is here, and the disk is waited for once.
		if err := h.DB.Write(ctx, func(tx *db.Tx) error { return m.project(tx.Context(), i) }); err != nil {
			return nil, fmt.Errorf("project %d: %w", i+1, err)
		}
		if i%10 == 0 {
			if err := h.DB.Analyse(ctx); err != nil {
				return nil, err
			}
		}
		if i%10 == 9 || i == y.Projects-1 {
			// What the hourly job does: a made-up year has no hours.
			if err := h.DB.Write(ctx, func(tx *db.Tx) error { return ref.Fold(tx, founded.Programme.ID) }); err != nil {
				return nil, err
			}
		}
		tell(fmt.Sprintf("%d of %d projects are in", i+1, y.Projects))
	}
	return m.vars, nil
}

func run[In, Out any](ctx context.Context, h *House, name string, do func(context.Context, In) (Out, error), in In) (Out, error) {
	return plug.Run(ctx, h.Desk, name, "", do, in)
}

func (m *maker) project(ctx context.Context, n int) error {
	r := m.house.rooms
	models := []string{"demonstrator", "facilitator", "network"}
	started, err := run(ctx, m.house, "project.start", r.project.Start, project.StartIn{Facts: project.Facts{Title: fmt.Sprintf("%s, place %d", m.phrase(4), n+1),
		Model: models[n%len(models)], Cohort: 2025, Host: fmt.Sprintf("Council %d", n+1)}, Phase: "delivery", Question: m.phrase(12) + "?"})
	if err != nil {
		return err
	}
	p := started.Ref.ID
	everyone, err := m.people(ctx, p)
	if err != nil {
		return err
	}
	for _, person := range everyone {
		if err := m.say(ctx, p, person); err != nil {
			return err
		}
	}
	if n == 0 {
		// Nothing has been counted yet of what this one transaction has written.
		if err := m.house.DB.Analyse(ctx); err != nil {
			return err
		}
	}
	said, err := m.said(ctx, p)
	if err != nil {
		return err
	}
	m.hand.Set(clock.Time(m.hand.Now()).AddDate(0, 2, 0))
	shared, err := m.find(ctx, n, p, said)
	if err != nil {
		return err
	}
	return m.act(ctx, p, shared)
}

// people adds the people of a project and gives their ids.
func (m *maker) people(ctx context.Context, p string) ([]string, error) {
	var rows strings.Builder
	for i := range m.People {
		fmt.Fprintf(&rows, "Person %d, %s\n", i+1, pick(m.rand, roles()))
	}
	if _, err := run(ctx, m.house, "people.paste", m.house.rooms.people.Paste, people.PasteIn{Project: p, Pasted: rows.String()}); err != nil {
		return nil, err
	}
	all, err := m.house.rooms.people.List(ctx, people.ListIn{Project: p, Limit: 500})
	out := make([]string, len(all.People))
	for i, x := range all.People {
		out[i] = x.Ref.ID
	}
	return out, err
}

// said names everything that was said in a project.
func (m *maker) said(ctx context.Context, p string) (out []ref.Ref, err error) {
	in := evidence.ListIn{Project: p, Limit: 500}
	for {
		list, err := m.house.rooms.evidence.List(ctx, in)
		for _, c := range list.Contributions {
			out = append(out, c.Ref)
		}
		if in.After = list.Next; err != nil || in.After == "" {
			return out, err
		}
	}
}

// say stores what one person said.
func (m *maker) say(ctx context.Context, p, person string) error {
	lines := make([]string, m.Contributions)
	for i := range lines {
		lines[i] = m.phrase(8 + m.rand.IntN(24))
	}
	day := clock.Time(m.hand.Now()).AddDate(0, 0, -m.rand.IntN(60)).Format(time.DateOnly)
	in := evidence.PasteIn{Project: p, Pasted: strings.Join(lines, "\n"), Name: "Meeting", Said: evidence.Said{Strands: []string{pick(m.rand, evidence.Strands())},
		Person: person, On: day, Source: "Meeting of " + day, Expressed: "spoken", Voice: "own",
		Agreement: terms.Agreement{Uses: []terms.Use{terms.Group}, Mode: "own", Asked: "spoken"}}}
	_, err := run(ctx, m.house, "evidence.paste", m.house.rooms.evidence.Paste, in)
	return err
}

// find braids findings and shares four of five.
func (m *maker) find(ctx context.Context, n int, p string, said []ref.Ref) (shared []ref.Ref, err error) {
	r := m.house.rooms.finding
	for i := range m.Findings {
		if n == 0 && i == 2 { // ties are there now
			if err := m.house.DB.Analyse(ctx); err != nil {
				return nil, err
			}
		}
		f, err := run(ctx, m.house, "finding.write", r.Write, finding.WriteIn{Project: p, Body: finding.Body{Statement: m.phrase(14), Plainly: m.phrase(7),
			LivedSure: "fairly", LivedWhy: m.phrase(6)}})
		if err != nil {
			return nil, err
		}
		chosen := sample(m.rand, said, m.Sources)
		parts := []struct {
			stance tie.Stance
			refs   []ref.Ref
		}{{tie.Supports, chosen[:len(chosen)*3/4]}, {tie.Challenges, chosen[len(chosen)*3/4 : len(chosen)*9/10]}, {tie.Qualifies, chosen[len(chosen)*9/10:]}}
		for _, part := range parts {
			if len(part.refs) == 0 {
				continue
			}
			if _, err := run(ctx, m.house, "finding.pick", r.Pick, finding.PickIn{Finding: f.Ref, Contributions: part.refs, Stance: part.stance, Why: m.phrase(5)}); err != nil {
				return nil, err
			}
		}
		if i%5 == 4 {
			continue
		}
		see, err := r.See(ctx, finding.SeeIn{Ref: f.Ref, Limit: 1})
		if err != nil {
			return nil, err
		}
		if _, err := run(ctx, m.house, "finding.share", r.Share, finding.ShareIn{Ref: f.Ref, Version: see.Version, WhyOneStrand: "It is what we have."}); err != nil {
			return nil, err
		}
		shared = append(shared, f.Ref)
	}
	return shared, nil
}

// act recommends, decides, does, and says what changed and was learned.
func (m *maker) act(ctx context.Context, p string, shared []ref.Ref) error {
	r := m.house.rooms
	var changed []ref.Ref
	for i := range m.Recommended {
		rec, err := run(ctx, m.house, "action.recommend", r.action.Recommend, action.RecommendIn{Project: p,
			Words: action.Words{Title: m.phrase(6), Text: m.phrase(20), Plainly: m.phrase(6)}, Findings: sample(m.rand, shared, 3)})
		if err != nil {
			return err
		}
		day := clock.Time(m.hand.Now()).Format(time.DateOnly)
		if _, err := run(ctx, m.house, "action.decide", r.action.Decide, action.DecideIn{Ref: rec.Ref, Version: rec.Version, Decision: "agreed", By: "Steering group", On: day}); err != nil {
			return err
		}
		due := clock.Time(m.hand.Now()).AddDate(0, i%12, 0).Format(time.DateOnly)
		plan := action.PlanIn{Project: p, Recommendation: rec.Ref, Title: m.phrase(6), Plainly: m.phrase(6), OwnerName: "Someone", Due: due}
		if i%3 == 0 {
			plan.Try, plan.Where, plan.Know, plan.LookBack = true, "One team", m.phrase(5), due
		}
		act, err := run(ctx, m.house, "action.plan", r.action.Plan, plan)
		if err != nil {
			return err
		}
		if i%2 == 1 {
			continue
		}
		out, err := run(ctx, m.house, "outcome.record", r.outcome.Record, outcome.RecordIn{Project: p,
			Facts: outcome.Facts{Sort: "practice", Title: m.phrase(6), Text: m.phrase(12), Plainly: m.phrase(6), Shows: m.phrase(8), On: day}, From: []ref.Ref{act.Ref}})
		if err != nil {
			return err
		}
		changed = append(changed, out.Ref)
	}
	for range m.Lessons {
		if _, err := run(ctx, m.house, "lesson.learn", r.lesson.Learn, lesson.LearnIn{Project: p,
			Facts: lesson.Facts{Title: m.phrase(7), Text: m.phrase(20), Elsewhere: m.phrase(8), Power: m.phrase(6)}, From: sample(m.rand, changed, 3)}); err != nil {
			return err
		}
	}
	return nil
}

func roles() []string {
	return []string{"carer", "draws on care and support", "social worker", "home care worker", "manager"}
}

// vocabulary is what made-up sentences are made of.
const vocabulary = `the a my our their one every no some call ring wait visit rota nurse carer sister brother friend day night week morning
office phone number letter form bus taxi step door kitchen garden shop list plan money time help talk listen ask tell know want need
come go stay leave change keep start stop try again always never often early late first last good hard kind plain same other who what
when where because but and so then if at in on of with without before after about from to for`

// phrase is n made-up words.
func (m *maker) phrase(n int) string {
	words := strings.Fields(vocabulary)
	out := make([]string, n)
	for i := range out {
		out[i] = pick(m.rand, words)
	}
	s := strings.Join(out, " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// sample is n different ones of from, or all.
func sample[T any](r *rand.Rand, from []T, n int) []T {
	if n >= len(from) {
		return slices.Clone(from)
	}
	out := make([]T, n)
	for i, at := range r.Perm(len(from))[:n] {
		out[i] = from[at]
	}
	return out
}

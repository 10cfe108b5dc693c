package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"plait/internal/app"
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
)

// world is what was made.
type world struct {
	programme, account                                         string
	contributions, findings, recommendations, actions, lessons []ref.Ref
	big, deep                                                  []ref.Ref
	ties                                                       int
}

// filler makes records in batches, from a seed.
type filler struct {
	ctx    context.Context
	h      *app.House
	w      world
	random *rand.Rand
	rows   []ref.Record
	ties   [][]any
}

const batch = 500

// fill builds a programme: contributions tied to findings, on to lessons. Ties of a
// contribution mostly stay in its project, as they do in life.
func fill(ctx context.Context, h *app.House, s size) (world, error) {
	f := &filler{ctx: ctx, h: h, random: rand.New(rand.NewPCG(7, 11))}
	f.w.programme, f.w.account = h.IDs.New(), h.IDs.New()
	f.put(ref.Record{ID: f.w.programme, Kind: ref.Programme, Title: "A large programme"})
	projects := make([]string, s.projects)
	for i := range projects {
		projects[i] = h.IDs.New()
		f.put(ref.Record{ID: projects[i], Kind: ref.Project, Project: projects[i], Title: fmt.Sprintf("Project %d", i)})
	}
	strands := []string{"research", "lived", "practice", "lived+practice", ""}
	many := func(kind string, n int, each func(i int, r *ref.Record)) []ref.Ref {
		out := make([]ref.Ref, n)
		for i := range n {
			r := ref.Record{ID: h.IDs.New(), Kind: kind, Project: projects[i*len(projects)/max(n, 1)], Title: fmt.Sprintf("%s number %d, with words enough to fill a line of the list", kind, i)}
			each(i, &r)
			f.put(r)
			out[i] = r.Ref()
		}
		return out
	}
	f.w.contributions = many("contribution", s.contributions, func(i int, r *ref.Record) { r.Strand, r.Fate = strands[f.random.IntN(len(strands))], "used" })
	f.w.findings = many("finding", s.findings, func(i int, r *ref.Record) { r.State = "shared" })
	f.w.recommendations = many("recommendation", s.recommendations, func(int, *ref.Record) {})
	f.w.actions = many("action", s.actions, func(int, *ref.Record) {})
	outcomes := many("outcome", s.outcomes, func(int, *ref.Record) {})
	f.w.lessons = many("lesson", s.lessons, func(int, *ref.Record) {})
	f.w.big = many("finding", 1, func(i int, r *ref.Record) { r.State = "shared" })
	f.w.deep = many("lesson", 1, func(int, *ref.Record) {})
	f.flush(true)
	f.upwards(f.w.findings, f.w.recommendations, tie.Informs, 2)
	f.upwards(f.w.recommendations, f.w.actions, tie.LeadsTo, 1)
	f.upwards(f.w.actions, outcomes, tie.LeadsTo, 2)
	f.upwards(outcomes, f.w.lessons, tie.Teaches, 2)
	for i := range min(5000, s.contributions) {
		f.tie(f.w.contributions[i*len(f.w.contributions)/5000%len(f.w.contributions)], f.w.big[0], tie.Supports)
	}
	for i := range min(50, s.findings) {
		f.tie(f.w.findings[i*len(f.w.findings)/50], f.w.deep[0], tie.Teaches)
	}
	for i := 0; f.w.ties < s.ties; i++ {
		c := f.random.IntN(len(f.w.contributions))
		near := c * len(f.w.findings) / len(f.w.contributions) // a finding of the same project, or its neighbour
		at := (near + f.random.IntN(101) - 50 + len(f.w.findings)) % len(f.w.findings)
		f.tie(f.w.contributions[c], f.w.findings[at], []tie.Stance{tie.Supports, tie.Supports, tie.Challenges, tie.Qualifies}[f.random.IntN(4)])
	}
	f.flush(true)
	if err := f.counted(); err != nil {
		return f.w, err
	}
	err := h.DB.Write(ctx, func(tx *db.Tx) error {
		if err := who.Give(tx, who.Grant{Programme: f.w.programme, Account: f.w.account, Role: who.Evaluator, Scope: ref.Of(ref.Programme, f.w.programme)}, h.Clock.Now()); err != nil {
			return err
		}
		for _, p := range projects {
			if err := who.Give(tx, who.Grant{Programme: f.w.programme, Account: f.w.account, Role: who.ProjectLead, Scope: ref.Of(ref.Project, p)}, h.Clock.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = h.DB.Pool().ExecContext(ctx, "analyze")
	}
	return f.w, err
}

// upwards ties each record of to to some of from that are near it.
func (f *filler) upwards(from, to []ref.Ref, stance tie.Stance, most int) {
	for i, at := range to {
		for range 1 + f.random.IntN(most) {
			f.tie(from[(i*len(from)/len(to)+f.random.IntN(5))%len(from)], at, stance)
		}
	}
}

func (f *filler) put(r ref.Record) {
	r.Programme, r.Until, r.Version, r.ChangedAt = f.w.programme, ref.NoEnd, 1, f.h.Clock.Now()
	f.rows = append(f.rows, r)
	f.flush(false)
}

func (f *filler) tie(from, to ref.Ref, stance tie.Stance) {
	f.ties = append(f.ties, []any{f.w.programme, f.h.IDs.New(), from.Kind, from.ID, to.Kind, to.ID, string(stance), "It says why in a few words", "account:1", f.h.Clock.Now(), 1})
	f.w.ties++
	f.flush(false)
}

// flush stores what has gathered, in large transactions.
func (f *filler) flush(all bool) {
	if !all && len(f.rows) < 40*batch && len(f.ties) < 40*batch {
		return
	}
	if err := f.h.DB.Write(f.ctx, func(tx *db.Tx) error {
		if err := ref.Put(tx, f.rows...); err != nil {
			return err
		}
		for ties := f.ties; len(ties) > 0; {
			part := ties[:min(batch, len(ties))]
			ties = ties[len(part):]
			if err := tx.Do(db.Join(db.Q("insert into tie (programme, id, from_kind, from_id, to_kind, to_id, stance, reason, author, at, version) values"), db.Values(part),
				db.Q("on conflict do nothing"))); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		panic(err) // a benchmark has nothing to save
	}
	f.rows, f.ties = nil, nil
}

// counted counts the ties, which the verbs that tie do one by one.
func (f *filler) counted() error {
	return f.h.DB.Write(f.ctx, func(tx *db.Tx) error {
		return tx.Do(db.Q(`insert into tie_count (programme, to_id, from_kind, stance, strand, until_at, n)
			select t.programme, t.to_id, t.from_kind, t.stance, r.strand, r.until, count(*) from tie t join ref_record r on r.programme = t.programme and r.id = t.from_id
			where t.programme = ? group by t.programme, t.to_id, t.from_kind, t.stance, r.strand, r.until`, f.w.programme))
	})
}

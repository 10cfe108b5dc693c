package keeper

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Recording is a recording whose words are written down.
type Recording struct {
	File, Title, Project string
	Of                   ref.Ref // the contribution
	At                   int64   // when it came in
}

// Keepings is what the rooms that own records know of them and do with them; app fills it.
type Keepings interface {
	// Ended gives the projects that ended on a day or before, with that day.
	Ended(tx *db.Tx, programme, day string) (map[string]string, error)
	// Recordings gives up to most recordings that came in before an instant, behind the one
	// that came in at at with the id last, or with only those of some ids.
	Recordings(tx *db.Tx, programme string, before, at int64, last string, only []string, most int64) ([]Recording, error)
	// Dispose erases one record of a group by the verb of the room that owns it.
	Dispose(ctx context.Context, group string, record ref.Ref) error
}

// SetKeepings sets what erases records, before anything runs.
func (r *Room) SetKeepings(k Keepings) { r.keepings = k }

// SchedulesIn asks for the rules of the actor's programme; there is nothing to choose.
type SchedulesIn struct{}

// SchedulesOut is the rule of every group.
type SchedulesOut struct {
	Rules []Rule `json:"rules"`
}

// Schedules gives how long records are kept, the usual time where nobody set one.
func (r *Room) Schedules(ctx context.Context, _ SchedulesIn) (out SchedulesOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.retain", who.Here(ctx)); err != nil {
			return err
		}
		rules, err := rulesOf(tx, who.From(ctx).Programme)
		for _, g := range Groups() {
			out.Rules = append(out.Rules, rules[g])
		}
		return err
	})
	return out, err
}

// ScheduleIn sets how long the records of a group are kept, or confirms the usual time.
type ScheduleIn struct {
	Group   string `json:"group"`
	Months  int64  `json:"months"`
	Basis   string `json:"basis" doc:"The reason, in words."`
	Version int64  `json:"version" doc:"That was read; 0 when nobody set it before."`
}

// ScheduleOut is the version that the rule now has.
type ScheduleOut struct {
	Version int64 `json:"version"`
}

// Schedule keeps a rule. It erases nothing: what is due is shown for review.
func (r *Room) Schedule(ctx context.Context, in ScheduleIn) (out ScheduleOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.retain", who.Here(ctx)); err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		a := who.From(ctx)
		x := Rule{Group: in.Group, Months: in.Months, Basis: strings.TrimSpace(in.Basis), By: a.Key(), Confirmed: now, Version: in.Version + 1}
		if err := putRule(tx, a.Programme, x, in.Version); err != nil {
			return err
		}
		out.Version = x.Version
		return trail.Put(ctx, tx, entry, now, "keeper.schedule", who.Here(ctx), 0, x)
	})
	return out, err
}

// DueIn asks for a page of what is due for review in one group.
type DueIn struct {
	Group string `json:"group"`
	After string `json:"after"`
	Limit int64  `json:"limit" doc:"1 to 50; 50 when not said."`
}

// DueOut is one page, what waits longest first.
type DueOut struct {
	Rule Rule   `json:"rule"`
	Due  []Due  `json:"due"`
	Next string `json:"next"`
}

// Due lists records whose time is over and that nobody has kept longer.
func (r *Room) Due(ctx context.Context, in DueIn) (out DueOut, err error) {
	if in.Limit <= 0 || in.Limit > MaxDispose {
		in.Limit = MaxDispose
	}
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.retain", who.Here(ctx)); err != nil {
			return err
		}
		if !slices.Contains(Groups(), in.Group) {
			return fault.New(fault.Missing, "house.missing")
		}
		programme := who.From(ctx).Programme
		rules, err := rulesOf(tx, programme)
		if err != nil {
			return err
		}
		out.Rule = rules[in.Group]
		if out.Due, err = r.due(ctx, tx, programme, out.Rule, slice{now: now, after: in.After, most: in.Limit + 1}); err != nil {
			return err
		}
		if int64(len(out.Due)) > in.Limit {
			out.Due = out.Due[:in.Limit]
			end := out.Due[in.Limit-1]
			out.Next = db.Cursor(end.at, end.Ref.ID)
		}
		return nil
	})
	return out, err
}

// due reads a part of what is due under a rule.
func (r *Room) due(ctx context.Context, tx *db.Tx, programme string, rule Rule, s slice) (out []Due, err error) {
	out = []Due{}
	if !listed(rule.Group) {
		return out, nil
	}
	s.today = clock.DayOf(s.now, "")
	day := backMonths(s.today, rule.Months)
	if s.before, err = clock.EndOf(day, ""); err != nil {
		return out, err
	}
	switch rule.Group {
	case GroupSaid:
		if r.keepings == nil {
			return out, nil
		}
		if s.projects, err = r.keepings.Ended(tx, programme, day); err == nil {
			out, err = dueRecords(tx, programme, rule.Group, s)
		}
	case GroupPeople, GroupLetters:
		out, err = dueRecords(tx, programme, rule.Group, s)
	case GroupAccounts:
		out, err = dueAccounts(tx, programme, s)
		for i := range out {
			did, e := lastDid(tx, programme, out[i].Ref.ID)
			if e != nil {
				return nil, e
			}
			if r.names != nil {
				if out[i].Title, e = r.names.Actor(ctx, tx, string(who.Account)+":"+out[i].Ref.ID); e != nil {
					return nil, e
				}
			}
			out[i].From = clock.DayOf(max(did, out[i].at), "")
		}
	case GroupRecordings:
		out, err = r.dueRecordings(tx, programme, s)
	}
	for i := range out {
		d := &out[i]
		switch {
		case rule.Group == GroupSaid:
			d.From = s.projects[d.Project]
		case d.From == "":
			d.From = clock.DayOf(d.at, "")
		}
		d.DueOn = onMonths(d.From, rule.Months)
	}
	return out, err
}

// dueRecordings reads the due recordings, page by page where many of one are kept longer.
func (r *Room) dueRecordings(tx *db.Tx, programme string, s slice) (out []Due, err error) {
	if r.keepings == nil {
		return nil, nil
	}
	at, last, _ := db.ReadCursor(s.after)
	for int64(len(out)) < s.most {
		some, err := r.keepings.Recordings(tx, programme, s.before, at, last, s.only, s.most)
		if err != nil || len(some) == 0 {
			return out, err
		}
		ids := make([]string, len(some))
		for i, x := range some {
			ids[i] = x.File
		}
		kept, err := keptOf(tx, programme, GroupRecordings, s.today, ids)
		if err != nil {
			return nil, err
		}
		for _, x := range some {
			if at, last = x.At, x.File; !kept[x.File] && int64(len(out)) < s.most {
				out = append(out, Due{Ref: ref.Of("recording", x.File), Title: x.Title, Project: x.Project, at: x.At})
			}
		}
		if int64(len(some)) < s.most || len(s.only) > 0 {
			break
		}
	}
	return out, nil
}

// KeepIn keeps records longer.
type KeepIn struct {
	Group   string   `json:"group"`
	Records []string `json:"records" doc:"Ids, at most 50."`
	Until   string   `json:"until" doc:"Day until which they are kept."`
	Why     string   `json:"why"`
}

// KeepOut counts what is kept longer.
type KeepOut struct {
	Kept int64 `json:"kept"`
}

// Keep puts off the review of some records until a day, with the reason.
func (r *Room) Keep(ctx context.Context, in KeepIn) (out KeepOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	today := clock.DayOf(now, "")
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.retain", who.Here(ctx)); err != nil {
			return err
		}
		until := clock.ReadDay(in.Until)
		if _, err := clock.EndOf(until, ""); err != nil {
			until = ""
		}
		in.Why = strings.TrimSpace(in.Why)
		if err := in.check(until, today); err != nil {
			return err
		}
		a := who.From(ctx)
		some, _, err := r.some(ctx, tx, in.Group, in.Records, now)
		if err != nil {
			return err
		}
		for _, d := range some {
			if err := putKeep(tx, a.Programme, in.Group, d.Ref.ID, until, in.Why, a.Key(), now); err != nil {
				return err
			}
		}
		out.Kept = int64(len(some))
		return trail.Put(ctx, tx, entry, now, "keeper.keep", who.Here(ctx), 0, kept{in.Group, out.Kept, until})
	})
	return out, err
}

// kept is what the trail holds of keeping longer: never the reason, which may name somebody.
type kept struct {
	Group string `json:"group"`
	N     int64  `json:"n"`
	Until string `json:"until"`
}

// some reads those of records that are due now; what is no longer due is a conflict.
func (r *Room) some(ctx context.Context, tx *db.Tx, group string, records []string, now int64) ([]Due, Rule, error) {
	programme := who.From(ctx).Programme
	rules, err := rulesOf(tx, programme)
	if err != nil {
		return nil, Rule{}, err
	}
	rule := rules[group]
	ids := slices.Compact(slices.Sorted(slices.Values(records)))
	out, err := r.due(ctx, tx, programme, rule, slice{now: now, only: ids, most: int64(len(ids))})
	if err == nil && len(out) != len(ids) {
		err = fault.New(fault.Conflict, "keeper.retain_not_due").With("keeper.retain_not_due_do")
	}
	return out, rule, err
}

// DisposeIn erases records whose time is over.
type DisposeIn struct {
	Group   string   `json:"group"`
	Records []string `json:"records" doc:"Ids, at most 50."`
}

// DisposeOut counts what was erased.
type DisposeOut struct {
	Disposed int64 `json:"disposed"`
}

// Dispose erases records by the verb of the room that owns them, all or none, and writes
// it into the log. The time of the group must have been confirmed.
func (r *Room) Dispose(ctx context.Context, in DisposeIn) (out DisposeOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.retain", who.Here(ctx)); err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		some, rule, err := r.some(ctx, tx, in.Group, in.Records, now)
		switch {
		case err != nil:
			return err
		case rule.Confirmed == 0:
			return fault.New(fault.Conflict, "keeper.retain_unconfirmed").With("keeper.retain_unconfirmed_do")
		case r.keepings == nil:
			return fault.New(fault.Absent, "keeper.retain_no_verb")
		}
		a := who.From(ctx)
		ids := make([]string, len(some))
		for i, d := range some {
			ids[i] = d.Ref.ID
			if err := r.keepings.Dispose(tx.Context(), in.Group, d.Ref); err != nil {
				return err
			}
		}
		if err := dropKeep(tx, a.Programme, in.Group, ids); err != nil {
			return err
		}
		out.Disposed = int64(len(some))
		d := Disposal{ID: id, Group: in.Group, N: out.Disposed, Months: rule.Months, Basis: rule.Basis, By: a.Key(), At: now}
		if err := putDisposal(tx, a.Programme, d); err != nil {
			return err
		}
		rules, err := rulesOf(tx, a.Programme)
		if err != nil {
			return err
		}
		if x := rules[in.Group]; x.Counted > 0 {
			if err := putWaiting(tx, a.Programme, in.Group, max(0, x.Waiting-out.Disposed), x.Counted); err != nil {
				return err
			}
		}
		return trail.Put(ctx, tx, entry, now, "keeper.dispose", who.Here(ctx), 0, d)
	})
	return out, err
}

// DisposalsIn asks for a page of the log of disposals.
type DisposalsIn struct {
	After string `json:"after" doc:"The next of the page before."`
	Limit int64  `json:"limit" doc:"1 to 500; 50 when not said."`
}

// DisposalsOut is one page, the latest first.
type DisposalsOut struct {
	Disposals []Disposal        `json:"disposals"`
	Names     map[string]string `json:"names"` // of those who did it, by how the trail names them
	Next      string            `json:"next"`
}

// Disposals lists what was disposed of.
func (r *Room) Disposals(ctx context.Context, in DisposalsIn) (out DisposalsOut, err error) {
	if in.Limit <= 0 || in.Limit > 500 {
		in.Limit = 50
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.retain", who.Here(ctx)); err != nil {
			return err
		}
		var err error
		if out.Disposals, err = disposals(tx, who.From(ctx).Programme, in.After, in.Limit+1); err != nil {
			return err
		}
		if int64(len(out.Disposals)) > in.Limit {
			out.Disposals = out.Disposals[:in.Limit]
			out.Next = out.Disposals[in.Limit-1].ID
		}
		out.Names = map[string]string{}
		for _, d := range out.Disposals {
			if _, ok := out.Names[d.By]; ok || r.names == nil {
				continue
			}
			if out.Names[d.By], err = r.names.Actor(ctx, tx, d.By); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// maxCount is the most that the job counts of one group: a sign needs no more.
const maxCount = 1000

// countDue counts what is due in every programme, for the sign on its page. It erases
// nothing.
func (r *Room) countDue(ctx context.Context, _ job.Job) error {
	var all []ref.Record
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = ref.Programmes(tx); return err }); err != nil {
		return err
	}
	for _, p := range all {
		now := r.clock.Now()
		jobctx := who.As(ctx, who.Actor{Kind: who.Job, ID: "keeper.retain", Programme: p.ID, Verb: "keeper.retain"})
		n := map[string]int64{}
		err := r.db.Read(jobctx, func(tx *db.Tx) error {
			rules, err := rulesOf(tx, p.ID)
			if err != nil {
				return err
			}
			for g, rule := range rules {
				if !listed(g) {
					continue
				}
				some, err := r.due(tx.Context(), tx, p.ID, rule, slice{now: now, most: maxCount})
				if err != nil {
					return err
				}
				n[g] = int64(len(some))
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = r.db.Write(jobctx, func(tx *db.Tx) error {
			for g, x := range n {
				if err := putWaiting(tx, p.ID, g, x, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// retainSign is what the programme's page says of what is due.
type retainSign struct{ N int64 }

// retainPanel says on the programme's page that records wait for review; when none do,
// there is nothing to show.
func (r *Room) retainPanel(ctx context.Context, tx *db.Tx, _ ref.Ref) (any, error) {
	n, err := waitingAll(tx, who.From(ctx).Programme)
	if err != nil || n == 0 {
		return nil, err
	}
	return retainSign{n}, nil
}

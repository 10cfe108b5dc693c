package keeper

import (
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// rulesOf reads the rule of every group, the usual one where none was set, with what the
// job counted.
func rulesOf(tx *db.Tx, programme string) (map[string]Rule, error) {
	out := map[string]Rule{}
	for _, g := range Groups() {
		out[g] = usual(g)
	}
	err := db.Each(tx, db.Q(`select kind, months, basis, actor, confirmed_at, version from keeper_schedule where programme = ?`, programme),
		func(r db.Row, x *Rule) error {
			return r.Scan(&x.Group, &x.Months, &x.Basis, &x.By, &x.Confirmed, &x.Version)
		},
		func(x Rule) error { x.From = usual(x.Group).From; out[x.Group] = x; return nil })
	if err != nil {
		return nil, err
	}
	err = db.Each(tx, db.Q(`select kind, n, counted_at from keeper_waiting where programme = ?`, programme),
		func(r db.Row, x *Rule) error { return r.Scan(&x.Group, &x.Waiting, &x.Counted) },
		func(x Rule) error {
			if rule, ok := out[x.Group]; ok {
				rule.Waiting, rule.Counted = x.Waiting, x.Counted
				out[x.Group] = rule
			}
			return nil
		})
	return out, err
}

// putRule stores a rule where its version is still the one that was read.
func putRule(tx *db.Tx, programme string, x Rule, was int64) error {
	n, err := tx.Exec(db.Q(`insert into keeper_schedule (programme, kind, months, basis, actor, confirmed_at, version) values (?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, kind) do update set months = excluded.months, basis = excluded.basis, actor = excluded.actor, confirmed_at = excluded.confirmed_at, version = excluded.version
		where keeper_schedule.version = ?`, programme, x.Group, x.Months, x.Basis, x.By, x.Confirmed, x.Version, was))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "keeper.retain_changed").With("keeper.retain_changed_do")
	}
	return err
}

func putWaiting(tx *db.Tx, programme, group string, n, at int64) error {
	return tx.Do(db.Q(`insert into keeper_waiting (programme, kind, n, counted_at) values (?, ?, ?, ?)
		on conflict (programme, kind) do update set n = excluded.n, counted_at = excluded.counted_at`, programme, group, n, at))
}

// waitingAll counts what was due in confirmed groups and in the others, when it was last counted.
func waitingAll(tx *db.Tx, programme string) (int64, error) {
	return db.Count(tx, db.Q(`select coalesce(sum(n), 0) from keeper_waiting where programme = ?`, programme))
}

func putKeep(tx *db.Tx, programme, group, record, until, why, actor string, at int64) error {
	return tx.Do(db.Q(`insert into keeper_keep (programme, kind, record, until_day, why, actor, at) values (?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, kind, record) do update set until_day = excluded.until_day, why = excluded.why, actor = excluded.actor, at = excluded.at`,
		programme, group, record, until, why, actor, at))
}

func dropKeep(tx *db.Tx, programme, group string, records []string) error {
	return tx.Do(db.Join(db.Q(`delete from keeper_keep where programme = ? and kind = ? and record in`, programme, group), db.List(records)))
}

// unkept leaves out what is kept longer.
func unkept(alias, programme, group, today string) db.Part {
	return db.Q(`not exists (select 1 from keeper_keep k where k.programme = ? and k.kind = ? and k.record = `+alias+` and k.until_day > ?)`, programme, group, today)
}

// keptOf says which of some records are kept longer.
func keptOf(tx *db.Tx, programme, group, today string, records []string) (map[string]bool, error) {
	out := map[string]bool{}
	all, err := db.All(tx, db.Join(db.Q(`select record from keeper_keep where programme = ? and kind = ? and until_day > ? and record in`, programme, group, today), db.List(records)), db.Value[string])
	for _, x := range all {
		out[x] = true
	}
	return out, err
}

// slice is which part of a group's due records is read: a page, some by their ids, or how many.
type slice struct {
	before   int64             // instant: what is older is due
	now      int64             // instant
	today    string            // day
	after    string            // cursor; "" for the first page
	only     []string          // ids; none = all
	most     int64             // 1 and more
	projects map[string]string // of what is counted from a project's end: its day, by project id
}

// page narrows a query down to one page, in the order of when it was last changed.
func (s slice) page(where []db.Part, at, id string) []db.Part {
	if len(s.only) > 0 {
		where = append(where, db.Join(db.Q(id+" in"), db.List(s.only)))
	}
	if a, last, ok := db.ReadCursor(s.after); ok {
		where = append(where, db.Q("("+at+", "+id+") > (?, ?)", a, last))
	}
	return where
}

// dueRecords reads the due records of a kind that stands in ref_record.
func dueRecords(tx *db.Tx, programme, group string, s slice) ([]Due, error) {
	kind := map[string]string{GroupSaid: "contribution", GroupPeople: ref.Person, GroupLetters: "letter"}[group]
	where := []db.Part{db.Q("r.programme = ? and r.kind = ? and r.state <> 'erased' and r.until > 0", programme, kind), unkept("r.id", programme, group, s.today)}
	if group == GroupSaid {
		ids := make([]string, 0, len(s.projects))
		for id := range s.projects {
			ids = append(ids, id)
		}
		if len(ids) == 0 {
			return nil, nil
		}
		where = append(where, db.Join(db.Q("r.project in"), db.List(ids)))
	} else {
		where = append(where, db.Q("r.changed_at < ?", s.before))
	}
	if group == GroupPeople {
		where = append(where, db.Q("not exists (select 1 from ref_record c where c.programme = r.programme and c.person = r.id and c.kind <> 'person')"))
	}
	// The title of what may no longer be used is not shown, here neither.
	return db.All(tx, db.Join(db.Q("select r.kind, r.id, case when r.until > ? then r.title else '' end, r.project, r.changed_at from ref_record r where", s.now), db.And(s.page(where, "r.changed_at", "r.id")...),
		db.Q("order by r.changed_at, r.id limit ?", s.most)), func(r db.Row, d *Due) error { return r.Scan(&d.Ref.Kind, &d.Ref.ID, &d.Title, &d.Project, &d.at) })
}

// dueAccounts reads the accounts with a role here that did nothing in the programme since.
func dueAccounts(tx *db.Tx, programme string, s slice) ([]Due, error) {
	where := []db.Part{db.Q("m.programme = ?", programme), unkept("m.account", programme, GroupAccounts, s.today),
		db.Q("not exists (select 1 from trail_entry e where e.programme = m.programme and e.actor = cast(? as text) || m.account and e.at >= ?)", string(who.Account)+":", s.before)}
	if len(s.only) > 0 {
		where = append(where, db.Join(db.Q("m.account in"), db.List(s.only)))
	}
	having := db.Q("having max(m.since) < ?", s.before)
	if a, last, ok := db.ReadCursor(s.after); ok {
		having = db.Join(having, db.Q("and (max(m.since) > ? or max(m.since) = ? and m.account > ?)", a, a, last))
	}
	return db.All(tx, db.Join(db.Q("select m.account, max(m.since) from who_member m where"), db.And(where...), db.Q("group by m.account"), having,
		db.Q("order by max(m.since), m.account limit ?", s.most)), func(r db.Row, d *Due) error { d.Ref.Kind = "account"; return r.Scan(&d.Ref.ID, &d.at) })
}

// lastDid is when an account last did something in a programme; 0 = never.
func lastDid(tx *db.Tx, programme, account string) (int64, error) {
	return db.Count(tx, db.Q("select coalesce(max(at), 0) from trail_entry where programme = ? and actor = ?", programme, string(who.Account)+":"+account))
}

// Disposal is one press of erasing.
type Disposal struct {
	ID     string `json:"id"`
	Group  string `json:"group"`
	N      int64  `json:"n"`
	Months int64  `json:"months"`
	Basis  string `json:"basis"`
	By     string `json:"by"` // as the trail names them
	At     int64  `json:"at"`
}

func putDisposal(tx *db.Tx, programme string, d Disposal) error {
	return tx.Do(db.Q(`insert into keeper_disposal (programme, id, kind, n, months, basis, actor, at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, d.ID, d.Group, d.N, d.Months, d.Basis, d.By, d.At))
}

// disposals reads a page of the log, the latest first: ids sort by making.
func disposals(tx *db.Tx, programme, after string, most int64) ([]Disposal, error) {
	where := []db.Part{db.Q("programme = ?", programme)}
	if after = strings.TrimSpace(after); after != "" {
		where = append(where, db.Q("id < ?", after))
	}
	out, err := db.All(tx, db.Join(db.Q("select id, kind, n, months, basis, actor, at from keeper_disposal where"), db.And(where...), db.Q("order by id desc limit ?", most)),
		func(r db.Row, d *Disposal) error {
			return r.Scan(&d.ID, &d.Group, &d.N, &d.Months, &d.Basis, &d.By, &d.At)
		})
	return append([]Disposal{}, out...), err
}

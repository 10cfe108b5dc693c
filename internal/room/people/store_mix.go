package people

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// mixOf reads whom a project hopes to hear: roles first, then what it names, by value.
func mixOf(tx *db.Tx, programme, project string) ([]MixLine, error) {
	out, err := db.All(tx, db.Q(`select what, value, planned from people_mix where programme = ? and project = ?
		order by case when what = ? then 0 else 1 end, what, value`, programme, project, ByRole),
		func(r db.Row, m *MixLine) error { return r.Scan(&m.What, &m.Value, &m.Planned) })
	return append([]MixLine{}, out...), err
}

func putMix(tx *db.Tx, programme, project string, m MixLine) error {
	if m.Planned == 0 {
		return tx.Do(db.Q(`delete from people_mix where programme = ? and project = ? and what = ? and value = ?`, programme, project, m.What, m.Value))
	}
	return tx.Do(db.Q(`insert into people_mix (programme, project, what, value, planned) values (?, ?, ?, ?, ?)
		on conflict (programme, project, what, value) do update set planned = excluded.planned`, programme, project, m.What, m.Value, m.Planned))
}

// heardOf counts those of whom something live was heard in a project: by role label, and
// by each thing they said of themselves.
func heardOf(tx *db.Tx, programme, project string, now int64) ([]trait, error) {
	spoke := db.Q(`(select distinct c.person from ref_record c where c.programme = ? and c.project = ? and c.kind = 'contribution' and c.person <> '' and c.until > ?)`,
		programme, project, now)
	scan := func(r db.Row, t *trait) error { return r.Scan(&t.What, &t.Value, &t.N) }
	roles, err := db.All(tx, db.Join(db.Q(`select cast(? as text), p.role_label, count(*) from people_person p where p.programme = ? and p.role_label <> '' and p.id in`,
		ByRole, programme), spoke, db.Q("group by p.role_label")), scan)
	if err != nil {
		return nil, err
	}
	said, err := db.All(tx, db.Join(db.Q(`select t.what, t.value, count(*) from people_trait t where t.programme = ? and t.person in`, programme), spoke,
		db.Q("group by t.what, t.value")), scan)
	return append(roles, said...), err
}

// labels is the role labels that people of a project have chosen.
func labels(tx *db.Tx, programme, project string) ([]string, error) {
	return db.All(tx, db.Q(`select distinct role_label from people_person where programme = ? and project = ? and role_label <> '' order by role_label limit 40`,
		programme, project), db.Value[string])
}

// named is the characteristics that a project names; of every project, when project is "".
func named(tx *db.Tx, programme, project string) ([]string, error) {
	where := db.Q("programme = ? and what <> ?", programme, ByRole)
	if project != "" {
		where = db.And(where, db.Q("project = ?", project))
	}
	return db.All(tx, db.Join(db.Q(`select distinct what from people_mix where`), where, db.Q("order by what")), db.Value[string])
}

// traits is what a person said of themselves.
func traits(tx *db.Tx, programme, person string) ([]Trait, error) {
	out, err := db.All(tx, db.Q(`select what, value from people_trait where programme = ? and person = ? order by what`, programme, person),
		func(r db.Row, t *Trait) error { return r.Scan(&t.What, &t.Value) })
	return append([]Trait{}, out...), err
}

// dropAnswers deletes what people of a project said of themselves under a characteristic,
// however it is typed.
func dropAnswers(tx *db.Tx, programme, project, what string) error {
	tx.Scrub()
	of := db.Q(`programme = ? and person in (select p.id from people_person p where p.programme = ? and p.project = ?)`, programme, programme, project)
	all, err := db.All(tx, db.Join(db.Q("select distinct what from people_trait where"), of), db.Value[string])
	if err != nil {
		return err
	}
	for _, x := range all {
		if same(x, what) {
			if err := tx.Do(db.Join(db.Q("delete from people_trait where what = ? and", x), of)); err != nil {
				return err
			}
		}
	}
	return nil
}

func putTrait(tx *db.Tx, programme, person string, t Trait) error {
	if t.Value == "" {
		return tx.Do(db.Q(`delete from people_trait where programme = ? and person = ? and what = ?`, programme, person, t.What))
	}
	return tx.Do(db.Q(`insert into people_trait (programme, person, what, value) values (?, ?, ?, ?)
		on conflict (programme, person, what) do update set value = excluded.value`, programme, person, t.What, t.Value))
}

// crowd is how many people take part in a project, and of how many of them it is not
// known what they need, or time to ask again.
type crowd struct{ All, NotAsked, Due int64 }

func crowdOf(tx *db.Tx, programme, project, today string) (crowd, error) {
	c, _, err := db.One(tx, db.Q(`select count(*), coalesce(sum(case when p.asked = '' then 1 else 0 end), 0),
		coalesce(sum(case when p.review_day <> '' and p.review_day <= ? then 1 else 0 end), 0) from people_person p
		join ref_record r on r.programme = p.programme and r.id = p.id
		where p.programme = ? and p.project = ? and r.project = ? and r.kind = ? and p.state = ?`, today, programme, project, project, ref.Person, Active),
		func(r db.Row, c *crowd) error { return r.Scan(&c.All, &c.NotAsked, &c.Due) })
	return c, err
}

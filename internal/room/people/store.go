package people

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

const columns = `programme, id, project, name, name_key, name_fold, says_as, role_label, language, state, state_day, asked, asked_day, review_day,
	made_at, changed_at, version`

func insert(tx *db.Tx, programme string, p Person) error {
	return tx.Do(db.Join(db.Q("insert into people_person ("+columns+") values"), db.Values([][]any{{programme, p.Ref.ID, p.Project, p.Name,
		text.SortKey(p.Name), p.fold(), p.SaysAs, p.Role, p.Language, p.State, p.StateOn, p.Asked, p.AskedOn, p.Review, p.ChangedAt, p.ChangedAt, p.Version}})))
}

// update stores a changed person where the version is still the one that was read.
func update(tx *db.Tx, programme string, p Person, was int64) error {
	n, err := tx.Exec(db.Q(`update people_person set name = ?, name_key = ?, name_fold = ?, says_as = ?, role_label = ?, language = ?, state = ?,
		state_day = ?, asked = ?, asked_day = ?, review_day = ?, changed_at = ?, version = ? where programme = ? and id = ? and version = ?`,
		p.Name, text.SortKey(p.Name), p.fold(), p.SaysAs, p.Role, p.Language, p.State, p.StateOn, p.Asked, p.AskedOn, p.Review, p.ChangedAt, p.Version,
		programme, p.Ref.ID, was))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "people.changed_meanwhile").With("people.changed_meanwhile_do")
	}
	return err
}

// coalesce keeps SQLite to the order written, which is that of the names.
const selected = `select p.id, p.project, p.name, p.says_as, p.role_label, p.language, p.state, p.state_day, p.asked, p.asked_day, p.review_day,
	p.version, p.changed_at, p.name_key from people_person p join ref_record r on r.programme = p.programme and r.id = coalesce(p.id, '') where`

// row is a person and the key they sort by.
type row struct {
	Person
	key []byte
}

func scan(r db.Row, p *row) error {
	p.Ref.Kind, p.Needs = Kind, []Need{}
	return r.Scan(&p.Ref.ID, &p.Project, &p.Name, &p.SaysAs, &p.Role, &p.Language, &p.State, &p.StateOn, &p.Asked, &p.AskedOn, &p.Review,
		&p.Version, &p.ChangedAt, &p.key)
}

// one reads a person with their needs; the caller has asked who.Must.
func one(tx *db.Tx, programme, person string) (Person, error) {
	p, ok, err := db.One(tx, db.Join(db.Q(selected), db.Q("p.programme = ? and p.id = ?", programme, person)), scan)
	if err != nil {
		return Person{}, err
	}
	if !ok {
		return Person{}, fault.New(fault.Missing, "house.missing")
	}
	all, err := needs(tx, programme, []string{person})
	if err != nil {
		return Person{}, err
	}
	p.Needs = append(p.Needs, all[person]...)
	return p.Person, nil
}

// like turns a part of a name into a pattern for a folded column.
func like(part string) string {
	return "%" + strings.NewReplacer(`!`, `!!`, `%`, `!%`, `_`, `!_`).Replace(text.Fold(part)) + "%"
}

// list reads one page by name; may is who may see whom.
func list(tx *db.Tx, programme string, in ListIn, may db.Part, today string) ([]Person, string, error) {
	where := []db.Part{may, db.Q("p.programme = ?", programme)}
	if in.Project != "" {
		where = append(where, db.Q("r.project = ? and p.project = ?", in.Project, in.Project))
	}
	if in.Name != "" {
		where = append(where, db.Q("p.name_fold like ? escape '!'", like(in.Name)))
	}
	if in.State != "" {
		where = append(where, db.Q("p.state = ?", in.State))
	} else {
		where = append(where, db.Q("p.state <> ?", Erased))
	}
	if in.Due {
		where = append(where, db.Q("p.state = ? and p.review_day <> '' and p.review_day <= ?", Active, today))
	}
	if key, last, ok := cursor(in.After); ok {
		where = append(where, db.Q("(p.name_key, p.id) > (?, ?)", key, last))
	}
	rows, err := db.All(tx, db.Join(db.Q(selected), db.And(where...), db.Q("order by p.name_key, p.id limit ?", in.Limit+1)), scan)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if int64(len(rows)) > in.Limit {
		rows = rows[:in.Limit]
		end := rows[len(rows)-1]
		next = base64.RawURLEncoding.EncodeToString([]byte(hex.EncodeToString(end.key) + " " + end.Ref.ID))
	}
	ids := make([]string, len(rows))
	for i, p := range rows {
		ids[i] = p.Ref.ID
	}
	all, err := needs(tx, programme, ids)
	out := []Person{}
	for _, p := range rows {
		p.Needs = append(p.Needs, all[p.Ref.ID]...)
		out = append(out, p.Person)
	}
	return out, next, err
}

func cursor(s string) (key []byte, last string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || s == "" {
		return nil, "", false
	}
	code, last, ok := strings.Cut(string(b), " ")
	key, err = hex.DecodeString(code)
	return key, last, ok && err == nil && id.Valid(last)
}

// whole reads everything else that is kept of a person.
func whole(tx *db.Tx, programme string, out *SeeOut) (err error) {
	person := out.Ref.ID
	if out.Contacts, err = contacts(tx, programme, person); err != nil {
		return err
	}
	if out.Shares, err = shares(tx, programme, person); err != nil {
		return err
	}
	if out.Met, err = mets(tx, programme, person); err != nil {
		return err
	}
	if out.Reviews, err = reviews(tx, programme, person); err != nil {
		return err
	}
	out.Places, err = places(tx, programme, person)
	return err
}

func putContact(tx *db.Tx, programme, person string, c Contact, now int64) error {
	return tx.Do(db.Q(`insert into people_contact (programme, id, person, how, address, safe, note, made_at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, c.ID, person, c.How, c.Address, c.Safe, c.Note, now))
}

func dropContact(tx *db.Tx, programme, person, contact string) error {
	n, err := tx.Exec(db.Q(`delete from people_contact where programme = ? and person = ? and id = ?`, programme, person, contact))
	return there(n, err)
}

// there says missing when nothing was changed.
func there(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Missing, "house.missing")
	}
	return err
}

func contacts(tx *db.Tx, programme, person string) ([]Contact, error) {
	out, err := db.All(tx, db.Q(`select id, how, address, safe, note from people_contact where programme = ? and person = ? order by made_at, id`,
		programme, person), func(r db.Row, c *Contact) error { return r.Scan(&c.ID, &c.How, &c.Address, &c.Safe, &c.Note) })
	return append([]Contact{}, out...), err
}

func putGroup(tx *db.Tx, programme string, g Group) error {
	return tx.Do(db.Q(`insert into people_organisation (programme, id, project, name, name_key, what, version) values (?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, id) do update set name = excluded.name, name_key = excluded.name_key, what = excluded.what, version = excluded.version`,
		programme, g.Ref.ID, g.Project, g.Name, text.SortKey(g.Name), g.What, g.Version))
}

const selectedGroup = `select o.id, o.project, o.name, o.what, o.version,
	(select count(*) from people_place x where x.programme = o.programme and x.organisation = o.id)
	from people_organisation o join ref_record r on r.programme = o.programme and r.id = o.id where`

func scanGroup(r db.Row, g *Group) error {
	g.Ref.Kind = Organisation
	return r.Scan(&g.Ref.ID, &g.Project, &g.Name, &g.What, &g.Version, &g.People)
}

func group(tx *db.Tx, programme, organisation string) (Group, error) {
	g, ok, err := db.One(tx, db.Join(db.Q(selectedGroup), db.Q("o.programme = ? and o.id = ?", programme, organisation)), scanGroup)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return g, err
}

func groups(tx *db.Tx, project string, may db.Part) ([]Group, error) {
	where := []db.Part{may}
	if project != "" {
		where = append(where, db.Q("r.project = ?", project))
	}
	out, err := db.All(tx, db.Join(db.Q(selectedGroup), db.And(where...), db.Q("order by o.name_key, o.id limit 500")), scanGroup)
	return append([]Group{}, out...), err
}

func putPlace(tx *db.Tx, programme, person, organisation, role string) error {
	return tx.Do(db.Q(`insert into people_place (programme, person, organisation, role) values (?, ?, ?, ?)
		on conflict (programme, person, organisation) do update set role = excluded.role`, programme, person, organisation, role))
}

func dropPlace(tx *db.Tx, programme, person, organisation string) error {
	n, err := tx.Exec(db.Q(`delete from people_place where programme = ? and person = ? and organisation = ?`, programme, person, organisation))
	return there(n, err)
}

func places(tx *db.Tx, programme, person string) ([]Place, error) {
	out, err := db.All(tx, db.Q(`select p.organisation, o.name, p.role from people_place p
		join people_organisation o on o.programme = p.programme and o.id = p.organisation where p.programme = ? and p.person = ? order by o.name_key, o.id`,
		programme, person), func(r db.Row, p *Place) error {
		p.Organisation.Kind = Organisation
		return r.Scan(&p.Organisation.ID, &p.Name, &p.Role)
	})
	return append([]Place{}, out...), err
}

// scope is a project in which the actor may add people.
type scope struct{ ID, Title string }

// scopes lists the projects in which the actor may add people; may is who.Where.
func scopes(tx *db.Tx, may db.Part) ([]scope, error) {
	return db.All(tx, db.Join(db.Q("select r.id, r.title from ref_record r where"), may, db.Q("and r.kind = ? order by r.changed_at desc, r.id limit 200", ref.Project)),
		func(r db.Row, s *scope) error { return r.Scan(&s.ID, &s.Title) })
}

// scopesOf is scopes with its transaction, and whether the actor may add people to the
// programme as a whole.
func (r *Room) scopesOf(tx *db.Tx) (out []scope, all bool, err error) {
	ctx := tx.Context()
	may, err := who.Where(ctx, tx, "r", "people.change")
	if err != nil {
		return nil, false, err
	}
	out, err = scopes(tx, may)
	return out, who.Can(ctx, tx, "people.change", who.Here(ctx)), err
}

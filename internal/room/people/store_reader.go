package people

import "plait/internal/kit/db"

// byIDs reads people by their ids; may is who may be seen.
func byIDs(tx *db.Tx, programme string, ids []string, may db.Part) ([]row, error) {
	return db.All(tx, db.Join(db.Q(selected), may, db.Q("and p.programme = ? and p.id in", programme), db.List(ids)), scan)
}

// contactsOf reads the ways to reach several people, each in the order they were given.
func contactsOf(tx *db.Tx, programme string, people []string) (map[string][]Contact, error) {
	type of struct {
		person string
		Contact
	}
	rows, err := db.All(tx, db.Join(db.Q(`select person, id, how, address, safe, note from people_contact where programme = ? and person in`, programme),
		db.List(people), db.Q("order by person, made_at, id")),
		func(r db.Row, c *of) error { return r.Scan(&c.person, &c.ID, &c.How, &c.Address, &c.Safe, &c.Note) })
	out := map[string][]Contact{}
	for _, c := range rows {
		out[c.person] = append(out[c.person], c.Contact)
	}
	return out, err
}

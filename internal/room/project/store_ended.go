package project

import "plait/internal/kit/db"

func ended(tx *db.Tx, programme, day string) (map[string]string, error) {
	type end struct{ id, on string }
	out := map[string]string{}
	err := db.Each(tx, db.Q(`select id, ends from project_detail where programme = ? and ends <> '' and ends <= ?`, programme, day),
		func(r db.Row, x *end) error { return r.Scan(&x.id, &x.on) }, func(x end) error { out[x.id] = x.on; return nil })
	return out, err
}

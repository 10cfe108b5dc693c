package programme

import (
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

func insert(tx *db.Tx, p Programme) error {
	return tx.Do(db.Q(`insert into programme_detail (programme, id, name, zone, language, founded_at, version) values (?, ?, ?, ?, ?, ?, ?)`,
		p.Ref.ID, p.Ref.ID, p.Name, p.Zone, p.Language, p.FoundedAt, p.Version))
}

// update stores a changed programme where its version is still the one that was read.
func update(tx *db.Tx, p Programme, was int64) error {
	tx.Forget(memoKey(p.Ref.ID))
	n, err := tx.Exec(db.Q(`update programme_detail set name = ?, zone = ?, language = ?, version = ? where programme = ? and id = ? and version = ?`,
		p.Name, p.Zone, p.Language, p.Version, p.Ref.ID, p.Ref.ID, was))
	if err == nil && n != 1 {
		return changedMeanwhile()
	}
	return err
}

type memoKey string

// one reads a programme, once in each transaction: many rooms ask for its zone.
func one(tx *db.Tx, programme string) (Programme, error) {
	v, err := tx.Memo(memoKey(programme), func() (any, error) {
		p, ok, err := db.One(tx, db.Q(`select id, name, zone, language, founded_at, version from programme_detail where programme = ? and id = ?`,
			programme, programme), func(r db.Row, p *Programme) error {
			p.Ref.Kind = Kind
			return r.Scan(&p.Ref.ID, &p.Name, &p.Zone, &p.Language, &p.FoundedAt, &p.Version)
		})
		if err == nil && !ok {
			err = fault.New(fault.Missing, "house.missing")
		}
		return p, err
	})
	if err != nil {
		return Programme{}, err
	}
	return v.(Programme), nil
}

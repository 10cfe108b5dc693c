package evidence

import (
	"encoding/json"

	"plait/internal/kit/db"
)

// mapping reads the columns that are remembered for a place and a head.
func mapping(tx *db.Tx, programme, place, head string) (Columns, bool, error) {
	return db.One(tx, db.Q(`select columns_of from evidence_mapping where programme = ? and place = ? and head = ?`, programme, place, head),
		func(r db.Row, c *Columns) error {
			var text string
			if err := r.Scan(&text); err != nil {
				return err
			}
			return json.Unmarshal([]byte(text), c)
		})
}

// remember keeps the columns of a head for places. Nothing of the head's words is kept.
func remember(tx *db.Tx, programme string, places []string, head string, c Columns, now int64) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	for _, place := range places {
		if err := tx.Do(db.Q(`insert into evidence_mapping (programme, place, head, columns_of, at) values (?, ?, ?, ?, ?)
			on conflict (programme, place, head) do update set columns_of = excluded.columns_of, at = excluded.at`, programme, place, head, string(b), now)); err != nil {
			return err
		}
	}
	return nil
}

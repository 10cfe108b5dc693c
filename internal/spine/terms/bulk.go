package terms

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// Hold stores new records that are not to be seen yet, with what they may be used for
// once they are: an import on its way in. Their use in the project is set for all of
// them at once, later, by ref.SetUntil; until then Where lets none of them through.
func Hold(tx *db.Tx, recs []ref.Record, grants ...Grant) error {
	end := int64(0)
	for _, g := range grants {
		if g.Use == Project {
			end = g.Until
		}
	}
	var rows [][]any
	for i := range recs {
		recs[i].Until = 0
		for _, g := range grants {
			if g.Use != Project {
				rows = append(rows, []any{recs[i].Programme, recs[i].ID, string(g.Use), min(g.Until, end)})
			}
		}
	}
	if err := ref.Put(tx, recs...); err != nil {
		return err
	}
	const most = 4000
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		rows = rows[len(part):]
		if err := tx.Do(db.Join(db.Q("insert into terms_use (programme, record, use, until) values"), db.Values(part))); err != nil {
			return err
		}
	}
	return nil
}

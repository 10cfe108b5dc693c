package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// finds gives the words of contributions again. Those of an import that is still on its
// way in are among them, as they are when it stores them: it shows them all at once, and
// they are found from then on.
func (r *Room) finds() []plug.Find {
	return []plug.Find{{Kind: Kind, Load: func(_ context.Context, tx *db.Tx, programme, after string, most int) ([]search.Doc, string, error) {
		coming := db.Q(`(r.until = 0 and exists (select 1 from evidence_batch b where b.programme = c.programme and b.id = c.batch and b.state = ?))`, BatchGoing)
		all, err := db.All(tx, db.Join(db.Q(selected+" where r.programme = ? and r.kind = ? and r.id > ? and", programme, Kind, after),
			db.Or(terms.Where("r", terms.Project, r.clock.Now()), coming), db.Q("and r.state <> 'erased' order by r.id limit ?", int64(most))), scan)
		if err != nil {
			return nil, "", err
		}
		ids := make([]string, len(all))
		for i, c := range all {
			ids[i] = c.Ref.ID
		}
		media, err := mediaOf(tx, programme, ids)
		docs := make([]search.Doc, len(all))
		for i, c := range all {
			c.Media = media[c.Ref.ID]
			docs[i] = doc(programme, c)
		}
		return docs, ref.Last(docs, most, func(d search.Doc) string { return d.ID }), err
	}}}
}

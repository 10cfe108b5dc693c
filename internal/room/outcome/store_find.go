package outcome

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// finds gives the words of outcomes again; what belongs to a person is never among them.
func (r *Room) finds() []plug.Find {
	return []plug.Find{{Kind: Kind, Load: func(_ context.Context, tx *db.Tx, programme, after string, most int) ([]search.Doc, string, error) {
		all, err := db.All(tx, db.Join(db.Q(selected+" where r.programme = ? and r.kind = ? and r.id > ? and", programme, Kind, after),
			terms.Where("r", terms.Project, r.clock.Now()), db.Q("order by r.id limit ?", int64(most))), scan)
		docs := make([]search.Doc, len(all))
		for i, o := range all {
			docs[i] = doc(programme, o)
		}
		return docs, ref.Last(docs, most, func(d search.Doc) string { return d.ID }), err
	}}}
}

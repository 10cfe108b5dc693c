package action

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// finds gives the words of recommendations and actions again.
func (r *Room) finds() []plug.Find {
	return []plug.Find{
		find(r, KindRecommendation, selectedRecommendation, scanRecommendation, func(x Recommendation) (string, string) { return x.Ref.ID, x.index() }),
		find(r, KindAction, selectedAction, scanAction, func(a Action) (string, string) { return a.Ref.ID, a.index() }),
	}
}

func find[T any](r *Room, kind, selected string, scan func(db.Row, *T) error, words func(T) (id, text string)) plug.Find {
	return plug.Find{Kind: kind, Load: func(_ context.Context, tx *db.Tx, programme, after string, most int) ([]search.Doc, string, error) {
		all, err := db.All(tx, db.Join(db.Q(selected+" where r.programme = ? and r.kind = ? and r.id > ? and", programme, kind, after),
			terms.Where("r", terms.Project, r.clock.Now()), db.Q("order by r.id limit ?", int64(most))), scan)
		docs := make([]search.Doc, len(all))
		for i, x := range all {
			id, text := words(x)
			docs[i] = doc(programme, id, text)
		}
		return docs, ref.Last(docs, most, func(d search.Doc) string { return d.ID }), err
	}}
}

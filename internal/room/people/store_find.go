package people

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// finds gives the words of organisations again. People are not found by their words.
func (r *Room) finds() []plug.Find {
	return []plug.Find{{Kind: Organisation, Load: func(_ context.Context, tx *db.Tx, programme, after string, most int) ([]search.Doc, string, error) {
		all, err := db.All(tx, db.Join(db.Q(selectedGroup), db.Q("r.programme = ? and r.id > ? order by r.id limit ?", programme, after, int64(most))), scanGroup)
		docs := make([]search.Doc, len(all))
		for i, g := range all {
			docs[i] = groupDoc(programme, g)
		}
		return docs, ref.Last(docs, most, func(d search.Doc) string { return d.ID }), err
	}}}
}

// groupDoc is the words by which an organisation is found.
func groupDoc(programme string, g Group) search.Doc {
	return search.Doc{Programme: programme, ID: g.Ref.ID, Language: "en", Text: g.Name + "\n" + g.What}
}

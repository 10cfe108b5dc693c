package project

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// finds gives the words of projects, their sites, questions and asks again.
func (r *Room) finds() []plug.Find {
	return []plug.Find{
		r.find(Kind, db.Q(`select r.id, d.language, r.title, d.host from ref_record r join project_detail d on d.programme = r.programme and d.id = r.id`)),
		r.find(KindSite, db.Q(`select r.id, d.language, r.title, s.place from ref_record r
			join project_site s on s.programme = r.programme and s.id = r.id join project_detail d on d.programme = s.programme and d.id = s.project`)),
		r.find(KindQuestion, db.Q(`select r.id, d.language, q.words, '' from ref_record r
			join project_question q on q.programme = r.programme and q.id = r.id and q.version = r.version
			join project_detail d on d.programme = q.programme and d.id = q.project`)),
		r.find(KindAsk, db.Q(`select r.id, d.language, a.what, '' from ref_record r
			join project_ask a on a.programme = r.programme and a.id = r.id join project_detail d on d.programme = a.programme and d.id = a.project`)),
	}
}

func (r *Room) find(kind string, from db.Part) plug.Find {
	return plug.Find{Kind: kind, Load: func(_ context.Context, tx *db.Tx, programme, after string, most int) ([]search.Doc, string, error) {
		docs, err := db.All(tx, db.Join(from, db.Q("where r.programme = ? and r.kind = ? and r.id > ? and", programme, kind, after),
			terms.Where("r", terms.Project, r.clock.Now()), db.Q("order by r.id limit ?", int64(most))), func(row db.Row, d *search.Doc) error {
			var more string
			err := row.Scan(&d.ID, &d.Language, &d.Text, &more)
			if d.Programme = programme; kind == Kind || kind == KindSite {
				d.Text += "\n" + more
			}
			return err
		})
		return docs, ref.Last(docs, most, func(d search.Doc) string { return d.ID }), err
	}}
}

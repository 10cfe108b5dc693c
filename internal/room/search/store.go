package search

import (
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// ofKinds is the condition under which records of some kinds may be seen.
func ofKinds(names []string, may db.Part) db.Part {
	return db.Join(db.Q("(r.kind in"), db.List(names), db.Q("and"), may, db.Q(")"))
}

// find reads the best hits; may is who may see what.
func find(tx *db.Tx, programme string, in FindIn, may db.Part, now int64) (FindOut, error) {
	out := FindOut{Hits: []Hit{}}
	q, ok := search.Match(tx.Engine(), in.Words)
	if !ok {
		return out, fault.Fielded("words", "search.need_words")
	}
	where := []db.Part{may, terms.Where("r", terms.Project, now)}
	if in.Project != "" {
		where = append(where, db.Q("(r.project = ? or r.id = ?)", in.Project, in.Project))
	}
	ids, err := q.Ranked(tx, programme)
	if err != nil {
		return out, err
	}
	hits, err := best(tx, programme, ids, db.And(where...), int(in.Limit)+1)
	if err != nil {
		return out, err
	}
	if out.More = int64(len(hits)) > in.Limit; out.More {
		hits = hits[:in.Limit]
	}
	for i := range hits {
		hits[i].Excerpt = excerpt(hits[i].Title, in.Words)
	}
	out.Hits = append(out.Hits, hits...)
	return out, nil
}

// mostAsked is how many records one statement names.
const mostAsked = 2000

// best reads the first n of ids that meet where. Most readers see most of what is found,
// so few are asked about at first, and more as long as there are not enough.
func best(tx *db.Tx, programme string, ids []string, where db.Part, n int) ([]Hit, error) {
	var out []Hit
	for ask := 2 * n; len(ids) > 0 && len(out) < n; ask = min(4*ask, mostAsked) {
		part := ids[:min(ask, len(ids))]
		ids = ids[len(part):]
		place := make(map[string]int, len(part))
		for i, id := range part {
			place[id] = i
		}
		some, err := db.All(tx, db.Join(db.Q("select r.kind, r.id, r.title, r.project, r.strand, r.changed_at from ref_record r where r.programme = ? and r.id in", programme),
			db.List(part), db.Q("and"), where), func(row db.Row, h *Hit) error {
			err := row.Scan(&h.Kind, &h.Ref.ID, &h.Title, &h.Project, &h.Strand, &h.ChangedAt)
			h.Ref.Kind = h.Kind
			return err
		})
		if err != nil {
			return nil, err
		}
		slices.SortFunc(some, func(a, b Hit) int { return place[a.Ref.ID] - place[b.Ref.ID] })
		out = append(out, some...)
	}
	return out[:min(n, len(out))], nil
}

// titles fills in the titles of the hits' projects.
func titles(tx *db.Tx, hits []Hit, may db.Part, now int64) error {
	ids := []string{}
	for _, h := range hits {
		if h.Project != "" {
			ids = append(ids, h.Project)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	type project struct{ id, title string }
	all, err := db.All(tx, db.Join(db.Q("select r.id, r.title from ref_record r where"), may, db.Q("and"), terms.Where("r", terms.Project, now),
		db.Q("and r.kind = ? and r.id in", ref.Project), db.List(ids)), func(row db.Row, p *project) error { return row.Scan(&p.id, &p.title) })
	if err != nil {
		return err
	}
	for i := range hits {
		for _, p := range all {
			if p.id == hits[i].Project {
				hits[i].ProjectTitle = p.title
			}
		}
	}
	return nil
}

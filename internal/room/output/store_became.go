package output

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
)

// edge is one step of the thread from a record to what stands on it.
type edge struct {
	from   string
	to     ref.Ref
	person string // whose own the record is; "" for nobody's
}

// onward gives one step from some records: from contributions to the findings that were
// shared, and on through recommendations and actions to outcomes. What was withdrawn or
// has ended is not stepped on.
func onward(tx *db.Tx, programme string, from []string, now int64) ([]edge, error) {
	var out []edge
	const most = 500
	for len(from) > 0 {
		part := from[:min(most, len(from))]
		from = from[len(part):]
		some, err := db.All(tx, db.Join(db.Q(`select t.from_id, r.kind, r.id, r.person from tie t join ref_record r on r.programme = t.programme and r.id = t.to_id
			where t.programme = ? and r.until > ? and
			((r.kind = 'finding' and r.state = 'shared' and t.stance in (?, ?, ?)) or (r.kind in ('recommendation', 'action', 'outcome') and t.stance in (?, ?, ?)))
			and t.from_id in`, programme, now, string(tie.Supports), string(tie.Challenges), string(tie.Qualifies),
			string(tie.Informs), string(tie.LeadsTo), string(tie.Becomes)), db.List(part), db.Q("order by r.id")),
			func(r db.Row, e *edge) error { return r.Scan(&e.from, &e.to.Kind, &e.to.ID, &e.person) })
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	return out, nil
}

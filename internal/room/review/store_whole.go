package review

import (
	"plait/internal/kit/db"
)

// placeOf is where the records of a batch come from, as it was written down.
type placeOf struct{ batch, file, format, place string }

// sources says of each batch of a review where its records come from: the place of its
// search, else the name of its file. What people said of a place counts before its name.
func sources(tx *db.Tx, programme, review string) (map[string]Source, error) {
	places, err := db.All(tx, db.Q(`select b.id, b.name, b.format, coalesce(s.place, '') from review_batch b
		left join review_search s on s.programme = b.programme and s.id = b.search and s.review = b.review where b.programme = ? and b.review = ?`, programme, review),
		func(r db.Row, p *placeOf) error { return r.Scan(&p.batch, &p.file, &p.format, &p.place) })
	if err != nil {
		return nil, err
	}
	said, err := saidOrigins(tx, programme, review)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Source, len(places))
	for _, p := range places {
		s := Source{Origin: FromDatabase, Name: p.place}
		switch {
		case p.place != "":
			s.Origin = originOf(p.place)
		case p.format == ByHand:
			s.Origin = FromWebsite
		default:
			s.Name = p.file
		}
		if o := said[s.Name]; o != "" {
			s.Origin = o
		}
		out[p.batch] = s
	}
	return out, nil
}

func saidOrigins(tx *db.Tx, programme, review string) (map[string]string, error) {
	all, err := db.All(tx, db.Q(`select name, origin from review_origin where programme = ? and review = ?`, programme, review),
		func(r db.Row, p *[2]string) error { return r.Scan(&p[0], &p[1]) })
	out := make(map[string]string, len(all))
	for _, p := range all {
		out[p[0]] = p[1]
	}
	return out, err
}

func putOrigin(tx *db.Tx, programme, review, name, origin string) error {
	return tx.Do(db.Q(`insert into review_origin (programme, review, name, origin) values (?, ?, ?, ?) on conflict (programme, review, name) do update set origin = excluded.origin`,
		programme, review, name, origin))
}

// stand is records of one batch that stand alike, with the reasons of leaving them out by
// their title and by their text.
type stand struct {
	cell
	byTitle, byText string
}

// byStand counts the records of a review by where they stand: one walk along one index
// (review_record_flow), in its order.
func byStand(tx *db.Tx, programme, review string) ([]stand, error) {
	type row struct {
		stand
		copies int64
	}
	rows, err := db.All(tx, db.Q(`select x.title_verdict, x.title_reason, x.full_verdict, x.full_reason, x.full_state, x.batch, count(*), sum(case when x.lead = x.n then 0 else 1 end)
		from review_record x where x.programme = ? and x.review = ? and x.gone = ?
		group by x.title_verdict, x.title_reason, x.full_verdict, x.full_reason, x.full_state, x.batch`, programme, review, false),
		func(r db.Row, x *row) error {
			return r.Scan(&x.title, &x.byTitle, &x.full, &x.byText, &x.state, &x.batch, &x.n, &x.copies)
		})
	var out []stand
	for _, x := range rows {
		if own := x.n - x.copies; own > 0 {
			x.n = own
			out = append(out, x.stand)
		}
		if x.copies > 0 {
			x.n, x.copied = x.copies, true
			out = append(out, x.stand)
		}
	}
	return out, err
}

// flow counts the way of the records through a review.
func flow(tx *db.Tx, programme string, v Review) (Flow, error) {
	review := v.Ref.ID
	from, err := sources(tx, programme, review)
	if err != nil {
		return Flow{}, err
	}
	all, err := byStand(tx, programme, review)
	if err != nil {
		return Flow{}, err
	}
	cells, whys := make([]cell, len(all)), []why{}
	for i, x := range all {
		cells[i] = x.cell
		switch leafOf(x.copied, x.title, x.full, x.state) {
		case isLeftOut:
			whys = append(whys, why{x.batch, false, x.byTitle, x.n})
		case isExcluded:
			whys = append(whys, why{x.batch, true, x.byText, x.n})
		}
	}
	s, err := screeningOf(tx, programme, review)
	if err != nil || !s.skip {
		return flowOf(cells, whys, from, nil), err
	}
	unread, err := unreadOf(tx, programme, v)
	return flowOf(cells, whys, from, unread), err
}

// unreadOf counts of each batch the records that are in a review only because it does
// without whole texts: those that would be asked about if it did not.
func unreadOf(tx *db.Tx, programme string, v Review) (map[string]int64, error) {
	type some struct {
		batch string
		n     int64
	}
	all, err := db.All(tx, db.Join(db.Q(`select x.batch, count(*) from review_record x where x.programme = ? and x.review = ? and`, programme, v.Ref.ID), included(),
		db.Q("and"), neverRead("x", v.Reviewers), db.Q("group by x.batch")), func(r db.Row, s *some) error { return r.Scan(&s.batch, &s.n) })
	out := make(map[string]int64, len(all))
	for _, s := range all {
		out[s.batch] = s.n
	}
	return out, err
}

// neverRead is the condition of records of the named table whose whole text too few people
// have said yes to.
func neverRead(table string, needed int64) db.Part {
	of := `d.programme = ` + table + `.programme and d.review = ` + table + `.review and d.n = ` + table + `.n and d.stage = 'full'`
	return db.Q(`not exists (select 1 from review_settled d where `+of+`)
		and ((select count(*) from review_decision d where `+of+` and d.verdict = 'include') < ?
		or exists (select 1 from review_decision d where `+of+` and d.verdict in ('exclude', 'unsure')))`, needed)
}

// included is the condition of records that are in the review.
func included() db.Part { return db.And(stands(), db.Q("x.full_verdict = ?", Include)) }

// followIncluded writes down which records are in the review since when. It is told after
// every decision, so it first looks whether anything has changed at all.
func followIncluded(tx *db.Tx, programme, review string, now int64) error {
	type sum struct{ n, all, squares int64 }
	scan := func(r db.Row, s *sum) error { return r.Scan(&s.n, &s.all, &s.squares) }
	is, _, err := db.One(tx, db.Join(db.Q(`select count(*), coalesce(sum(x.n), 0), coalesce(sum(x.n * x.n), 0) from review_record x where x.programme = ? and x.review = ? and`, programme, review), included()), scan)
	if err != nil {
		return err
	}
	was, _, err := db.One(tx, db.Q(`select count(*), coalesce(sum(n), 0), coalesce(sum(n * n), 0) from review_included where programme = ? and review = ? and until = 0`, programme, review), scan)
	if err != nil || is == was {
		return err
	}
	if err := tx.Do(db.Join(db.Q(`update review_included set until = ? where programme = ? and review = ? and until = 0 and n not in
		(select x.n from review_record x where x.programme = ? and x.review = ? and`, now, programme, review, programme, review), included(), db.Q(")"))); err != nil {
		return err
	}
	return tx.Do(db.Join(db.Q(`insert into review_included (programme, review, n, since, until) select x.programme, x.review, x.n, cast(? as bigint), 0 from review_record x
		where x.programme = ? and x.review = ? and`, now, programme, review), included(),
		db.Q(`and not exists (select 1 from review_included i where i.programme = x.programme and i.review = x.review and i.n = x.n and i.until = 0)
		on conflict (programme, review, n, since) do update set until = 0`)))
}

// Closing is when somebody closed a review or opened it again, and why.
type Closing struct {
	State    string `json:"state"` // Closed, or Open when it was opened again
	Why      string `json:"why"`
	Included int64  `json:"included"` // records that were in it then
	Actor    string `json:"actor"`
	At       int64  `json:"at"`
}

func putClosing(tx *db.Tx, programme, review, id string, c Closing) error {
	return tx.Do(db.Q(`insert into review_closing (programme, id, review, state, why, included, actor, made_at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, id, review, c.State, c.Why, c.Included, c.Actor, c.At))
}

// closings is the last 50 times a review was closed or opened, newest first.
func closings(tx *db.Tx, programme, review string) ([]Closing, error) {
	return db.All(tx, db.Q(`select state, why, included, actor, made_at from review_closing where programme = ? and review = ? order by made_at desc limit 50`, programme, review),
		func(r db.Row, c *Closing) error { return r.Scan(&c.State, &c.Why, &c.Included, &c.Actor, &c.At) })
}

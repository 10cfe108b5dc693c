package review

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// changes reads what happened in a review since an instant, which begins a day.
func changes(tx *db.Tx, programme, review string, at int64, day string) (c Changes, err error) {
	c.Day = day
	if c.Searches, err = db.All(tx, db.Q(`select id, place, day, found, made_at from review_search where programme = ? and review = ? and (day >= ? or made_at >= ?)
		order by day desc, made_at desc limit ?`, programme, review, day, at, maxSince),
		func(r db.Row, s *SinceSearch) error { return r.Scan(&s.Search, &s.Place, &s.Day, &s.Found, &s.at) }); err != nil {
		return c, err
	}
	if err = c.files(tx, programme, review, at); err != nil {
		return c, err
	}
	for _, x := range []struct {
		column string
		n      *int64
		list   *[]SinceRecord
	}{{"since", &c.IncludedCount, &c.Included}, {"until", &c.GoneCount, &c.Gone}} {
		// What came and went within the time is told in neither list.
		where := db.Q("i.programme = ? and i.review = ? and i."+x.column+" >= ?", programme, review, at)
		if x.column == "since" {
			where = db.And(where, db.Q("i.until = 0"))
		} else {
			where = db.And(where, db.Q(`i.since < ? and not exists (select 1 from review_included j where j.programme = i.programme and j.review = i.review and j.n = i.n and j.until = 0)`, at))
		}
		if *x.n, err = db.Count(tx, db.Join(db.Q("select count(*) from review_included i where"), where)); err != nil {
			return c, err
		}
		if *x.list, err = db.All(tx, db.Join(db.Q(`select x.n, x.title, x.authors, x.year, i.`+x.column+` from review_included i
			join review_record x on x.programme = i.programme and x.review = i.review and x.n = i.n where`), where, db.Q("order by i."+x.column+" desc, x.n limit ?", maxSince)),
			func(r db.Row, s *SinceRecord) error { return r.Scan(&s.N, &s.Title, &s.Authors, &s.Year, &s.At) }); err != nil {
			return c, err
		}
	}
	if err = c.said(tx, programme, review, at); err != nil {
		return c, err
	}
	if c.Organisations, err = db.All(tx, db.Q(`select name, made_at from review_organisation where programme = ? and review = ? and made_at >= ? order by made_at desc limit ?`,
		programme, review, at, maxSince), func(r db.Row, s *SinceGroup) error { return r.Scan(&s.Name, &s.At) }); err != nil {
		return c, err
	}
	all, err := closings(tx, programme, review)
	for _, x := range all {
		if x.At >= at {
			c.Turns = append(c.Turns, x)
		}
	}
	if err == nil {
		c.InReview, err = countRecords(tx, programme, review, included())
	}
	return c, err
}

// files is the files that came in, and where their records stand.
func (c *Changes) files(tx *db.Tx, programme, review string, from int64) (err error) {
	if c.Files, err = db.All(tx, db.Q(`select b.id, b.name, coalesce(s.place, ''), b.made_at from review_batch b
		left join review_search s on s.programme = b.programme and s.id = b.search and s.review = b.review
		where b.programme = ? and b.review = ? and b.made_at >= ? and b.state = ? order by b.made_at desc limit ?`, programme, review, from, In, maxSince),
		func(r db.Row, f *SinceFile) error { return r.Scan(&f.Batch, &f.Name, &f.Place, &f.At) }); err != nil || len(c.Files) == 0 {
		return err
	}
	all, err := byStand(tx, programme, review)
	at := make(map[string]*SinceFile, len(c.Files))
	for i := range c.Files {
		at[c.Files[i].Batch] = &c.Files[i]
	}
	for _, x := range all {
		f := at[x.batch]
		if f == nil {
			continue
		}
		f.Came, c.Came = f.Came+x.n, c.Came+x.n
		switch leafOf(x.copied, x.title, x.full, x.state) {
		case isCopy:
			f.Copies, c.CameCopies = f.Copies+x.n, c.CameCopies+x.n
		case isWaiting, isSeeking, isReading:
			c.CameWaiting += x.n
		}
	}
	return err
}

// said is the statements and gaps that are new or have changed.
func (c *Changes) said(tx *db.Tx, programme, review string, at int64) (err error) {
	if c.Statements, err = db.All(tx, db.Q(`select s.id, s.words, r.state, s.made_at, r.changed_at from review_statement s join ref_record r on r.programme = s.programme and r.id = s.id
		where s.programme = ? and s.review = ? and r.changed_at >= ? order by r.changed_at desc, s.id limit ?`, programme, review, at, maxSince),
		func(r db.Row, s *SinceSaid) error {
			var id, state string
			var made int64
			err := r.Scan(&id, &s.Words, &state, &made, &s.At)
			s.Ref = ref.Of(Statement, id)
			switch {
			case state == SetAside:
				s.What = "set_aside"
			case made >= at:
				s.What = "new"
			default:
				s.What = "changed"
			}
			return err
		}); err != nil {
		return err
	}
	c.Gaps, err = db.All(tx, db.Q(`select g.id, g.words, g.closed_at, g.made_at, r.changed_at from review_gap g join ref_record r on r.programme = g.programme and r.id = g.id
		where g.programme = ? and g.review = ? and r.changed_at >= ? order by r.changed_at desc, g.id limit ?`, programme, review, at, maxSince),
		func(r db.Row, s *SinceSaid) error {
			var id string
			var closed, made int64
			err := r.Scan(&id, &s.Words, &closed, &made, &s.At)
			s.Ref = ref.Of(Gap, id)
			switch {
			case closed > 0:
				s.What = "closed"
			case made >= at:
				s.What = "new"
			default:
				s.What = "changed"
			}
			return err
		})
	return err
}

// lastSearches is the searches of the log, of each place and string the last time it ran,
// newest first; at most 100.
func lastSearches(tx *db.Tx, programme, review string) ([]SinceSearch, error) {
	type run struct {
		SinceSearch
		words string
	}
	all, err := db.All(tx, db.Q(`select id, place, day, found, words from review_search where programme = ? and review = ? order by day desc, made_at desc limit 500`, programme, review),
		func(r db.Row, s *run) error { return r.Scan(&s.Search, &s.Place, &s.Day, &s.Found, &s.words) })
	var out []SinceSearch
	seen := map[[2]string]bool{}
	for _, s := range all {
		if key := [2]string{s.Place, s.words}; !seen[key] && len(out) < 100 {
			seen[key] = true
			out = append(out, s.SinceSearch)
		}
	}
	return out, err
}

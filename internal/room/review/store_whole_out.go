package review

import (
	"plait/internal/kit/db"
)

// takenWhere is the condition of references that are taken out.
func takenWhere(which string) db.Part {
	switch which {
	case InReview:
		return included()
	case LeftOut:
		return db.And(stands(), db.Q("x.full_verdict <> ? and (x.full_verdict = ? or x.title_verdict = ?)", Include, Exclude, Exclude))
	case Undecided:
		return db.And(stands(), db.Q("x.full_verdict = '' and x.title_verdict <> ?", Exclude))
	case Everything:
		return db.Q("x.gone = ?", false)
	}
	return stands()
}

// takenRecords reads references that are taken out, by number, after a number.
func takenRecords(tx *db.Tx, programme, review, which string, after, limit int64) ([]taken, error) {
	return db.All(tx, db.Join(db.Q("select "+recordColumns+", x.whole from review_record x where x.programme = ? and x.review = ? and x.n > ? and", programme, review, after),
		takenWhere(which), db.Q("order by x.n limit ?", limit)), func(r db.Row, t *taken) error {
		var whole string
		x := &t.Record
		if err := r.Scan(&x.N, &x.Batch, &x.Lead, &x.Gone, &x.Title, &x.Authors, &x.Year, &x.Journal, &x.DOI, &x.Abstract, &x.Plain,
			&x.TitleVerdict, &x.TitleReason, &x.FullVerdict, &x.FullReason, &x.FullState, &x.FullFile, &x.MadeAt, &whole); err != nil {
			return err
		}
		var err error
		t.cited, err = unpack(whole)
		return err
	})
}

// countWhich counts the references that are taken out.
func countWhich(tx *db.Tx, programme, review, which string) (int64, error) {
	return countRecords(tx, programme, review, takenWhere(which))
}

func fileNames(tx *db.Tx, programme, review string) (map[string]string, error) {
	all, err := db.All(tx, db.Q(`select id, name from review_batch where programme = ? and review = ?`, programme, review),
		func(r db.Row, p *[2]string) error { return r.Scan(&p[0], &p[1]) })
	out := make(map[string]string, len(all))
	for _, p := range all {
		out[p[0]] = p[1]
	}
	return out, err
}

// voteOn is one decision on a record.
type voteOn struct {
	n int64
	said
}

// votesOf reads what was decided of records from one number to another: each reviewer's
// decision, and what somebody settled where they differed. What was put off is none.
func votesOf(tx *db.Tx, programme, review string, from, to int64) ([]voteOn, error) {
	return db.All(tx, db.Q(`select d.n, d.stage, d.actor, d.verdict, d.reason, 0 as settled, d.seq as turn from review_decision d
		where d.programme = ? and d.review = ? and d.stage in (?, ?) and d.n >= ? and d.n <= ? and d.verdict <> ?
		union all select s.n, s.stage, s.actor, s.verdict, s.reason, 1, s.made_at from review_settled s
		where s.programme = ? and s.review = ? and s.stage in (?, ?) and s.n >= ? and s.n <= ? order by 1, 2 desc, 6, 7, 3`,
		programme, review, TitleStage, FullStage, from, to, Later, programme, review, TitleStage, FullStage, from, to),
		func(r db.Row, v *voteOn) error {
			var settled, turn int64
			return r.Scan(&v.n, &v.stage, &v.who, &v.verdict, &v.reason, &settled, &turn)
		})
}

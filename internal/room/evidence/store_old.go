package evidence

import "plait/internal/kit/db"

// oldRecordings reads the sounds and films of live contributions with words, oldest first.
func oldRecordings(tx *db.Tx, programme string, before, now, at int64, last string, only []string, most int64) ([]OldRecording, error) {
	where := db.Q("m.programme = ? and m.at < ? and r.until > ? and c.words <> ''", programme, before, now)
	if len(only) > 0 {
		where = db.Join(where, db.Q("and m.id in"), db.List(only))
	}
	return db.All(tx, db.Join(db.Q(`select m.id, r.title, r.project, m.contribution, m.at from evidence_media m
		join ref_record r on r.programme = m.programme and r.id = m.contribution
		join evidence_contribution c on c.programme = m.programme and c.id = m.contribution where`), where, db.Q("and m.kind in"), db.List([]string{Sound, Video}),
		db.Q("and (m.at, m.id) > (?, ?) order by m.at, m.id limit ?", at, last, most)),
		func(r db.Row, x *OldRecording) error {
			x.Of.Kind = Kind
			return r.Scan(&x.File, &x.Title, &x.Project, &x.Of.ID, &x.At)
		})
}

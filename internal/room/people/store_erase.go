package people

import "plait/internal/kit/db"

// wipe deletes everything but a person's own row.
func wipe(tx *db.Tx, programme, person string) error {
	for _, q := range []db.Part{
		db.Q(`delete from people_contact where programme = ? and person = ?`, programme, person),
		db.Q(`delete from people_need where programme = ? and person = ?`, programme, person),
		db.Q(`delete from people_need_share where programme = ? and person = ?`, programme, person),
		db.Q(`delete from people_need_met where programme = ? and person = ?`, programme, person),
		db.Q(`delete from people_review where programme = ? and person = ?`, programme, person),
		db.Q(`delete from people_place where programme = ? and person = ?`, programme, person),
		db.Q(`delete from people_leave where programme = ? and person = ?`, programme, person),
		db.Q(`delete from people_trait where programme = ? and person = ?`, programme, person),
	} {
		if err := tx.Do(q); err != nil {
			return err
		}
	}
	return nil
}

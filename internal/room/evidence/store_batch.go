package evidence

import "plait/internal/kit/db"

// ProgrammeOf finds the programme of a batch by its id alone: for the operator's command
// line, never for an address of the web.
func (r *Room) ProgrammeOf(tx *db.Tx, batch string) (string, bool, error) {
	return db.One(tx, db.Q(`select programme from evidence_batch where id = ?`, batch), db.Value[string])
}

package project

import "plait/internal/kit/db"

// Ended gives the projects of a programme that ended on a day (YYYY-MM-DD) or before, with
// that day, by id. It is part of another room's reading, which has asked who.Must.
func (r *Room) Ended(tx *db.Tx, programme, day string) (map[string]string, error) {
	return ended(tx, programme, day)
}

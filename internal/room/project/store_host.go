package project

import "plait/internal/kit/db"

// Host is the organisation that hosts a project, as it is written there; "" when nothing
// is. Who may know it is for the caller to ask.
func (r *Room) Host(tx *db.Tx, programme, project string) (string, error) {
	host, _, err := db.One(tx, db.Q(`select host from project_detail where programme = ? and id = ?`, programme, project), db.Value[string])
	return host, err
}

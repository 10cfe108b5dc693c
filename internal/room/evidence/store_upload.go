package evidence

import (
	"plait/internal/kit/db"
)

// States of an upload.
const (
	uploadComing = "coming" // more of it is to come
	uploadWhole  = "whole"  // it waits for its contribution
	uploadUsed   = "used"   // it has one; kept so that the same key gives the same upload
)

// upload is a file that came in ahead of its contribution.
type upload struct {
	ID, Actor, Key, Project, Name, Kind, Media string
	Width, Height, MS, Pages, Size             int64
	State                                      string
	At                                         int64
}

// medium is what the upload becomes.
func (u upload) medium() Medium {
	return Medium{ID: u.ID, Kind: u.Kind, Media: u.Media, Name: u.Name, Width: u.Width, Height: u.Height, MS: u.MS, Pages: u.Pages, Version: 1}
}

const uploadColumns = `id, actor, key, project, name, kind, media, width, height, ms, pages, size, state, at`

func scanUpload(r db.Row, u *upload) error {
	return r.Scan(&u.ID, &u.Actor, &u.Key, &u.Project, &u.Name, &u.Kind, &u.Media, &u.Width, &u.Height, &u.MS, &u.Pages, &u.Size, &u.State, &u.At)
}

func uploadOf(tx *db.Tx, programme, id string) (upload, bool, error) {
	return db.One(tx, db.Q(`select `+uploadColumns+` from evidence_upload where programme = ? and id = ?`, programme, id), scanUpload)
}

func uploadByKey(tx *db.Tx, programme, actor, key string) (upload, bool, error) {
	return db.One(tx, db.Q(`select `+uploadColumns+` from evidence_upload where programme = ? and actor = ? and key = ?`, programme, actor, key), scanUpload)
}

func insertUpload(tx *db.Tx, programme string, u upload) error {
	return tx.Do(db.Q(`insert into evidence_upload (programme, `+uploadColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, u.ID, u.Actor, u.Key, u.Project, u.Name, u.Kind, u.Media, u.Width, u.Height, u.MS, u.Pages, u.Size, u.State, u.At))
}

// endUpload says of an upload that was coming what it turned out to be, and whether it was
// coming still.
func endUpload(tx *db.Tx, programme string, u upload) (bool, error) {
	n, err := tx.Exec(db.Q(`update evidence_upload set name = ?, kind = ?, media = ?, width = ?, height = ?, ms = ?, pages = ?, size = ?, state = ?, at = ?
		where programme = ? and id = ? and state = ?`,
		u.Name, u.Kind, u.Media, u.Width, u.Height, u.MS, u.Pages, u.Size, uploadWhole, u.At, programme, u.ID, uploadComing))
	return n == 1, err
}

func useUpload(tx *db.Tx, programme, id string) error {
	return tx.Do(db.Q(`update evidence_upload set state = ? where programme = ? and id = ?`, uploadUsed, programme, id))
}

func deleteUpload(tx *db.Tx, programme, id string) error {
	return tx.Do(db.Q(`delete from evidence_upload where programme = ? and id = ? and state <> ?`, programme, id, uploadUsed))
}

// hushUploads takes the names of files away that belong to contributions which go; their
// keys stay, so that a phone which sends one again is told that it came.
func hushUploads(tx *db.Tx, programme string, contributions []string) error {
	if len(contributions) == 0 {
		return nil
	}
	return tx.Do(db.Join(db.Q(`update evidence_upload set name = '' where programme = ? and id in (select id from evidence_media where programme = ? and contribution in`, programme, programme),
		db.List(contributions), db.Q(`)`)))
}

// idleUpload is an upload that nobody used.
type idleUpload struct{ programme, id, state string }

func idleUploads(tx *db.Tx, before int64) ([]idleUpload, error) {
	return db.All(tx, db.Q(`select programme, id, state from evidence_upload where state in (?, ?) and at < ? order by at, programme, id limit 1000`,
		uploadComing, uploadWhole, before), func(r db.Row, x *idleUpload) error { return r.Scan(&x.programme, &x.id, &x.state) })
}

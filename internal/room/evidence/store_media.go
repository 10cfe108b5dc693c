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

func insertUpload(tx *db.Tx, programme string, u upload) error {
	return tx.Do(db.Q(`insert into evidence_upload (programme, `+uploadColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, u.ID, u.Actor, u.Key, u.Project, u.Name, u.Kind, u.Media, u.Width, u.Height, u.MS, u.Pages, u.Size, u.State, u.At))
}

func useUpload(tx *db.Tx, programme, id string) error {
	return tx.Do(db.Q(`update evidence_upload set state = ? where programme = ? and id = ?`, uploadUsed, programme, id))
}

const mediumColumns = `id, kind, media, name, width, height, ms, pages, alt, captions, captions_by, captions_on, version`

func deleteMedia(tx *db.Tx, programme string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return tx.Do(db.Join(db.Q(`delete from evidence_media where programme = ? and contribution in`, programme), db.List(ids)))
}

func insertMedium(tx *db.Tx, programme, contribution string, n int64, m Medium, now int64) error {
	return tx.Do(db.Q(`insert into evidence_media (programme, contribution, n, at, `+mediumColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, contribution, n, now, m.ID, m.Kind, m.Media, m.Name, m.Width, m.Height, m.MS, m.Pages, m.Alt, m.Captions, m.CaptionsBy, m.CaptionsOn, m.Version))
}

// mediaOf reads the files of contributions, by contribution, in their order.
func mediaOf(tx *db.Tx, programme string, ids []string) (map[string][]Medium, error) {
	out := map[string][]Medium{}
	if len(ids) == 0 {
		return out, nil
	}
	type owned struct {
		contribution string
		m            Medium
	}
	rows, err := db.All(tx, db.Join(db.Q(`select contribution, `+mediumColumns+` from evidence_media where programme = ? and contribution in`, programme),
		db.List(ids), db.Q(`order by contribution, n, id`)), func(r db.Row, o *owned) error {
		m := &o.m
		return r.Scan(&o.contribution, &m.ID, &m.Kind, &m.Media, &m.Name, &m.Width, &m.Height, &m.MS, &m.Pages, &m.Alt, &m.Captions, &m.CaptionsBy, &m.CaptionsOn, &m.Version)
	})
	for _, o := range rows {
		out[o.contribution] = append(out[o.contribution], o.m)
	}
	return out, err
}

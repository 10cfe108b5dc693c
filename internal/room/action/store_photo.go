package action

import (
	"plait/internal/kit/db"
)

func insertPhoto(tx *db.Tx, programme, actor, action string, p Photo) error {
	return tx.Do(db.Q(`insert into action_photo (programme, file, action, caption, words, width, height, actor, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, p.File, action, p.Caption, p.Words, int64(p.Width), int64(p.Height), actor, p.At))
}

// photos reads the photos of an action, the oldest first.
func photos(tx *db.Tx, programme, action string) ([]Photo, error) {
	return db.All(tx, db.Q(`select file, caption, words, width, height, at from action_photo where programme = ? and action = ? order by at, file`, programme, action),
		func(r db.Row, p *Photo) error {
			return r.Scan(&p.File, &p.Caption, &p.Words, &p.Width, &p.Height, &p.At)
		})
}

// rewordPhoto stores what is said of a photo; one that is not there is missing.
func rewordPhoto(tx *db.Tx, programme, action string, p Photo) error {
	n, err := tx.Exec(db.Q(`update action_photo set caption = ?, words = ? where programme = ? and action = ? and file = ?`, p.Caption, p.Words, programme, action, p.File))
	if err == nil && n != 1 {
		err = missing()
	}
	return err
}

func dropPhotos(tx *db.Tx, programme string, files []string) error {
	return tx.Do(db.Join(db.Q(`delete from action_photo where programme = ? and file in`, programme), db.List(files)))
}

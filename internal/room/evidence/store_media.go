package evidence

import (
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

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

// whole reads a contribution with its files.
func whole(tx *db.Tx, programme, id string) (Contribution, error) {
	c, err := one(tx, programme, id)
	if err != nil {
		return c, err
	}
	media, err := mediaOf(tx, programme, []string{id})
	c.Media = media[id]
	return c, err
}

// contributionOf says which contribution a file belongs to; "" when there is none.
func contributionOf(tx *db.Tx, programme, file string) (string, error) {
	id, _, err := db.One(tx, db.Q(`select contribution from evidence_media where programme = ? and id = ?`, programme, file), db.Value[string])
	return id, err
}

// lastMedium is the number of a contribution's last file, and when it has none, -1.
func lastMedium(tx *db.Tx, programme, contribution string) (int64, error) {
	n, ok, err := db.One(tx, db.Q(`select n from evidence_media where programme = ? and contribution = ? order by n desc limit 1`, programme, contribution), db.Value[int64])
	if err == nil && !ok {
		n = -1
	}
	return n, err
}

// updateMedium stores what was said of a file where its version is still the one that was read.
func updateMedium(tx *db.Tx, programme string, m Medium, was int64) error {
	n, err := tx.Exec(db.Q(`update evidence_media set alt = ?, captions = ?, captions_by = ?, captions_on = ?, version = ? where programme = ? and id = ? and version = ?`,
		m.Alt, m.Captions, m.CaptionsBy, m.CaptionsOn, m.Version, programme, m.ID, was))
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, "evidence.changed_meanwhile", "Words", "").With("evidence.changed_meanwhile_do")
	}
	return err
}

// holdMedium keeps a file's row from being deleted until the transaction ends, and says
// whether it is there.
func holdMedium(tx *db.Tx, programme, contribution, file string) (bool, error) {
	n, err := tx.Exec(db.Q(`update evidence_media set version = version where programme = ? and contribution = ? and id = ?`, programme, contribution, file))
	return n == 1, err
}

func deleteMedium(tx *db.Tx, programme, file string) error {
	return tx.Do(db.Q(`delete from evidence_media where programme = ? and id = ?`, programme, file))
}

package paper

import (
	"encoding/json"
	"math"

	"plait/internal/kit/db"
)

func insertLot(tx *db.Tx, programme string, l Lot) error {
	said, err := packed(l.Said)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into paper_lot (programme, id, project, kind, state, filed_in, said, actor, at, version) values (?, ?, ?, ?, ?, '', ?, ?, ?, ?)`,
		programme, l.ID, l.Project, l.Kind, l.State, said, l.Actor, l.At, l.Version))
}

const lotColumns = `select l.id, l.project, l.kind, l.state, l.filed_in, l.said, l.actor, l.at, l.version, l.problem,
	(select count(*) from paper_photo p where p.programme = l.programme and p.lot = l.id) from paper_lot l`

func scanLot(r db.Row, l *Lot) error {
	var said string
	if err := r.Scan(&l.ID, &l.Project, &l.Kind, &l.State, &l.batch, &said, &l.Actor, &l.At, &l.Version, &l.Problem, &l.Photos); err != nil {
		return err
	}
	return json.Unmarshal([]byte(said), &l.Said)
}

func lotByID(tx *db.Tx, programme, id string) (Lot, bool, error) {
	return db.One(tx, db.Q(lotColumns+` where l.programme = ? and l.id = ?`, programme, id), scanLot)
}

// lotsOf reads the lots of a project of which something may still be done.
func lotsOf(tx *db.Tx, programme, project string) ([]Lot, error) {
	return db.All(tx, db.Q(lotColumns+` where l.programme = ? and l.project = ? and l.state <> ? order by l.at desc, l.id desc limit 50`, programme, project, Undone), scanLot)
}

// setLot gives a lot a state and its next version; why it stopped before is forgotten.
func setLot(tx *db.Tx, programme, lot, state string) error {
	return tx.Do(db.Q(`update paper_lot set state = ?, problem = '', version = version + 1 where programme = ? and id = ?`, state, programme, lot))
}

// stopFiling opens a lot that is being filed again, and says why; any other lot it leaves.
func stopFiling(tx *db.Tx, programme, lot, problem string) error {
	return tx.Do(db.Q(`update paper_lot set state = ?, problem = ?, version = version + 1 where programme = ? and id = ? and state = ?`, Open, problem, programme, lot, Filing))
}

// lotsWith finds the lots that contributions were made from.
func lotsWith(tx *db.Tx, programme string, contributions []string) ([]string, error) {
	return db.All(tx, db.Join(db.Q(`select distinct lot from paper_cut where programme = ? and contribution in`, programme), db.List(contributions)), db.Value[string])
}

func setFiledIn(tx *db.Tx, programme, lot, batch string) error {
	return tx.Do(db.Q(`update paper_lot set filed_in = ? where programme = ? and id = ?`, batch, programme, lot))
}

func saidOf(tx *db.Tx, programme, lot string, s Said) error {
	said, err := packed(s)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`update paper_lot set said = ? where programme = ? and id = ?`, said, programme, lot))
}

// idle is a lot with something in it that nobody has filed for long.
type idle struct{ programme, lot string }

func idleLots(tx *db.Tx, before int64) ([]idle, error) {
	return db.All(tx, db.Q(`select programme, id from paper_lot where state = ? and at < ?
		and not exists (select 1 from paper_photo p where p.programme = paper_lot.programme and p.lot = paper_lot.id and p.at >= ?)
		order by programme, id limit 20`, Open, before, before),
		func(r db.Row, x *idle) error { return r.Scan(&x.programme, &x.lot) })
}

// forgetLot takes a lot's cards back: they may come again.
func forgetLot(tx *db.Tx, programme, lot string) error {
	for _, q := range []string{`delete from paper_card where programme = ? and lot = ?`, `delete from paper_cut where programme = ? and lot = ?`,
		`delete from paper_photo where programme = ? and lot = ?`} {
		if err := tx.Do(db.Q(q, programme, lot)); err != nil {
			return err
		}
	}
	return setLot(tx, programme, lot, Undone)
}

func insertPhoto(tx *db.Tx, programme, key string, now int64, p Photo) error {
	return tx.Do(db.Q(`insert into paper_photo (programme, id, lot, name, sent_key, state, file, width, height, problem, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, p.ID, p.lot, p.Name, key, p.State, p.file, p.Width, p.Height, p.Problem, now))
}

const photoColumns = `select id, lot, name, state, file, width, height, problem from paper_photo`

func scanPhoto(r db.Row, p *Photo) error {
	return r.Scan(&p.ID, &p.lot, &p.Name, &p.State, &p.file, &p.Width, &p.Height, &p.Problem)
}

func photoByID(tx *db.Tx, programme, id string) (Photo, bool, error) {
	return db.One(tx, db.Q(photoColumns+` where programme = ? and id = ?`, programme, id), scanPhoto)
}

func photosOf(tx *db.Tx, programme, lot string) ([]Photo, error) {
	return db.All(tx, db.Q(photoColumns+` where programme = ? and lot = ? order by at, id`, programme, lot), scanPhoto)
}

func setPhoto(tx *db.Tx, programme string, p Photo) error {
	return tx.Do(db.Q(`update paper_photo set state = ?, file = ?, width = ?, height = ?, problem = ? where programme = ? and id = ?`,
		p.State, p.file, p.Width, p.Height, p.Problem, programme, p.ID))
}

// unit is how finely a box is stored, in parts of a picture's side.
const unit = 100_000

func stored(x float64) int64 { return int64(math.Round(x * unit)) }

func insertCut(tx *db.Tx, programme string, c Cut) error {
	return tx.Do(db.Q(`insert into paper_cut (programme, id, lot, photo, n, kind, state, batch, table_no, round_no, colour, number, x, y, w, h, file, width, corners, words, contribution)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, programme, c.ID, c.lot, c.Photo, c.n, c.Kind, c.State, c.Batch, int64(c.Table), int64(c.Round), int64(c.Colour),
		int64(c.Number), stored(c.X), stored(c.Y), stored(c.W), stored(c.H), c.file, c.Width, c.Corners, c.Words, c.Contribution))
}

const cutColumns = `select id, lot, photo, n, kind, state, batch, table_no, round_no, colour, number, x, y, w, h, file, width, corners, words, contribution from paper_cut`

func scanCut(r db.Row, c *Cut) error {
	var table, round, colour, number, x, y, w, h int64
	err := r.Scan(&c.ID, &c.lot, &c.Photo, &c.n, &c.Kind, &c.State, &c.Batch, &table, &round, &colour, &number, &x, &y, &w, &h, &c.file, &c.Width, &c.Corners, &c.Words, &c.Contribution)
	c.Table, c.Round, c.Colour, c.Number = int(table), int(round), int(colour), int(number)
	c.Box = Box{float64(x) / unit, float64(y) / unit, float64(w) / unit, float64(h) / unit}
	return err
}

func cutByID(tx *db.Tx, programme, id string) (Cut, bool, error) {
	return db.One(tx, db.Q(cutColumns+` where programme = ? and id = ?`, programme, id), scanCut)
}

// cutsOf reads the cuts of a lot, photo by photo.
func cutsOf(tx *db.Tx, programme, lot string) ([]Cut, error) {
	return db.All(tx, db.Q(cutColumns+` where programme = ? and lot = ? order by photo, n, id`, programme, lot), scanCut)
}

func setCut(tx *db.Tx, programme string, c Cut) error {
	return tx.Do(db.Q(`update paper_cut set state = ?, file = ?, words = ?, contribution = ? where programme = ? and id = ?`,
		c.State, c.file, c.Words, c.Contribution, programme, c.ID))
}

// dropBoxes deletes the boxes on a photo that are not filed.
func dropBoxes(tx *db.Tx, programme, photo string) error {
	return tx.Do(db.Q(`delete from paper_cut where programme = ? and photo = ? and kind = ? and batch = '' and state = ?`, programme, photo, AsBox, Waits))
}

package paper

import (
	"encoding/json"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

func packed(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func insertBatch(tx *db.Tx, programme, actor string, b Batch) error {
	asked, err := packed(b.Asked)
	if err != nil {
		return err
	}
	colours, err := packed(b.Colours)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into paper_batch (programme, id, project, number, name, asked, tables, rounds, per_colour, format, colours, site, said_on, source, actor, at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, programme, b.ID, b.Project, int64(b.Number), b.Name, asked, int64(b.Tables), int64(b.Rounds), int64(b.Each),
		int64(formatOf(b.Size)), colours, b.Site, b.On, b.Source, actor, b.At))
}

const batchColumns = `select id, project, number, name, asked, tables, rounds, per_colour, format, colours, site, said_on, source, at from paper_batch`

func scanBatch(r db.Row, b *Batch) error {
	var asked, colours string
	var number, tables, rounds, each, format int64
	if err := r.Scan(&b.ID, &b.Project, &number, &b.Name, &asked, &tables, &rounds, &each, &format, &colours, &b.Site, &b.On, &b.Source, &b.At); err != nil {
		return err
	}
	b.Number, b.Tables, b.Rounds, b.Each, b.Size = int(number), int(tables), int(rounds), int(each), Sizes()[format]
	if err := json.Unmarshal([]byte(asked), &b.Asked); err != nil {
		return err
	}
	return json.Unmarshal([]byte(colours), &b.Colours)
}

func batchByID(tx *db.Tx, programme, id string) (Batch, bool, error) {
	return db.One(tx, db.Q(batchColumns+` where programme = ? and id = ?`, programme, id), scanBatch)
}

func batchByNumber(tx *db.Tx, programme string, number int) (Batch, bool, error) {
	return db.One(tx, db.Q(batchColumns+` where programme = ? and number = ?`, programme, int64(number)), scanBatch)
}

// batchesOf reads up to most batches of a project behind a cursor, the newest first, and the
// cursor of the next; "" when there are no more.
func batchesOf(tx *db.Tx, programme, project, after string, most int) ([]Batch, string, error) {
	where := []db.Part{db.Q("programme = ?", programme), db.Q("project = ?", project)}
	if at, last, ok := db.ReadCursor(after); ok {
		where = append(where, db.Q("(at, id) < (?, ?)", at, last))
	}
	out, err := db.All(tx, db.Join(db.Q(batchColumns+" where"), db.And(where...), db.Q("order by at desc, id desc limit ?", int64(most)+1)), scanBatch)
	if err != nil || len(out) <= most {
		return out, "", err
	}
	out = out[:most]
	return out, db.Cursor(out[most-1].At, out[most-1].ID), nil
}

// countFiled counts the cards of batches that are in the thread, by batch.
func countFiled(tx *db.Tx, programme string, batches []string) (map[string]int64, error) {
	out := map[string]int64{}
	if len(batches) == 0 {
		return out, nil
	}
	_, err := db.All(tx, db.Join(db.Q(`select batch, count(*) from paper_card where programme = ? and batch in`, programme), db.List(batches), db.Q("group by batch")),
		func(r db.Row, n *int64) error {
			var batch string
			if err := r.Scan(&batch, n); err != nil {
				return err
			}
			out[batch] = *n
			return nil
		})
	return out, err
}

func filledOf(tx *db.Tx, programme, batch string) ([]Filled, error) {
	return db.All(tx, db.Q(`select table_no, number, contribution, lot from paper_card where programme = ? and batch = ? order by table_no, number`, programme, batch),
		func(r db.Row, f *Filled) error {
			var table, number int64
			err := r.Scan(&table, &number, &f.Contribution, &f.Lot)
			f.Table, f.Number = int(table), int(number)
			return err
		})
}

// cardIn finds the contribution that a card has become.
func cardIn(tx *db.Tx, programme string, k cardKey) (string, bool, error) {
	return db.One(tx, db.Q(`select contribution from paper_card where programme = ? and batch = ? and table_no = ? and number = ?`, programme, k.batch, int64(k.table), int64(k.number)),
		db.Value[string])
}

func insertCard(tx *db.Tx, programme string, k cardKey, contribution, lot string, now int64) error {
	return tx.Do(db.Q(`insert into paper_card (programme, batch, table_no, number, contribution, lot, at) values (?, ?, ?, ?, ?, ?, ?)`,
		programme, k.batch, int64(k.table), int64(k.number), contribution, lot, now))
}

func countOfLot(tx *db.Tx, programme, lot string) (int64, error) {
	return db.Count(tx, db.Q(`select count(*) from paper_cut where programme = ? and lot = ? and state = ?`, programme, lot, Filed))
}

// siteRecords reads the sites of a project by name.
func siteRecords(tx *db.Tx, programme, project string, live db.Part) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q(`select `+ref.Columns("r")+` from ref_record r where r.programme = ? and r.project = ? and r.kind = ? and`,
		programme, project, ref.Site), live, db.Q("order by r.title, r.id")), ref.Scan)
}

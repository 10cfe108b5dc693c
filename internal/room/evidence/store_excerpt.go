package evidence

import (
	"slices"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

const excerptColumns = `id, n, kind, starts, ends, quote, words_before, words_after, file, page, x, y, w, h, from_ms, to_ms, label, actor, at, version`

func scanExcerpt(r db.Row, x *Excerpt) error {
	var start, end int64
	err := r.Scan(&x.ID, &x.N, &x.Kind, &start, &end, &x.Quote, &x.Before, &x.After, &x.File, &x.Page, &x.X, &x.Y, &x.W, &x.H, &x.FromMS, &x.ToMS,
		&x.Label, &x.By, &x.At, &x.Version)
	x.Start, x.End = int(start), int(end)
	return err
}

func insertExcerpt(tx *db.Tx, programme, contribution string, x Excerpt) error {
	return tx.Do(db.Q(`insert into evidence_excerpt (programme, contribution, `+excerptColumns+`)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, contribution, x.ID, x.N, x.Kind, int64(x.Start), int64(x.End), x.Quote, x.Before, x.After, x.File, x.Page, x.X, x.Y, x.W, x.H,
		x.FromMS, x.ToMS, x.Label, x.By, x.At, x.Version))
}

// lastExcerpt is the highest number of a contribution's excerpts; 0 when it has none.
func lastExcerpt(tx *db.Tx, programme, contribution string) (int64, error) {
	n, _, err := db.One(tx, db.Q(`select n from evidence_excerpt where programme = ? and contribution = ? order by n desc limit 1`, programme, contribution),
		db.Value[int64])
	return n, err
}

// excerptsOf reads a contribution's excerpts in the order they were marked.
func excerptsOf(tx *db.Tx, programme, contribution string) ([]Excerpt, error) {
	return db.All(tx, db.Q(`select `+excerptColumns+` from evidence_excerpt where programme = ? and contribution = ? order by n`, programme, contribution), scanExcerpt)
}

// owned is an excerpt and whose it is.
type owned struct {
	contribution string
	Excerpt
}

// someExcerpts reads excerpts by their ids, in no order.
func someExcerpts(tx *db.Tx, programme string, ids []string) ([]owned, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.All(tx, db.Join(db.Q(`select contribution, `+excerptColumns+` from evidence_excerpt where programme = ? and id in`, programme), db.List(ids)),
		func(r db.Row, o *owned) error {
			return scanExcerpt(after{r, &o.contribution}, &o.Excerpt)
		})
}

// after is a row whose first column goes elsewhere.
type after struct {
	db.Row
	first any
}

// Scan reads the row's other columns.
func (a after) Scan(to ...any) error { return a.Row.Scan(append([]any{a.first}, to...)...) }

// contributionRecords reads the records of contributions by their ids. may is who may see
// them and what may be used.
func contributionRecords(tx *db.Tx, ids []string, may db.Part) ([]ref.Record, error) {
	recs, err := db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"), may, db.Q("and r.id in"), db.List(ids)), ref.Scan)
	return slices.DeleteFunc(recs, func(rec ref.Record) bool { return rec.Kind != Kind }), err
}

// countExcerpts is how many marks a contribution has.
func countExcerpts(tx *db.Tx, programme, contribution string) (int64, error) {
	return db.Count(tx, db.Q(`select count(*) from evidence_excerpt where programme = ? and contribution = ?`, programme, contribution))
}

func deleteExcerpt(tx *db.Tx, programme, contribution, id string) (int64, error) {
	return tx.Exec(db.Q(`delete from evidence_excerpt where programme = ? and contribution = ? and id = ?`, programme, contribution, id))
}

// dropFileExcerpts takes the marks on one file of a contribution away.
func dropFileExcerpts(tx *db.Tx, programme, contribution, file string) error {
	return tx.Do(db.Q(`delete from evidence_excerpt where programme = ? and contribution = ? and file = ?`, programme, contribution, file))
}

// dropExcerpts takes all marks of contributions away, with the words they hold.
func dropExcerpts(tx *db.Tx, programme string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return tx.Do(db.Join(db.Q(`delete from evidence_excerpt where programme = ? and contribution in`, programme), db.List(ids)))
}

// retype stores words that were typed from a page of a document.
func retype(tx *db.Tx, programme string, c Contribution, was int64) (bool, error) {
	n, err := tx.Exec(db.Q(`update evidence_contribution set words = ?, page_starts = ?, version = ? where programme = ? and id = ? and version = ?`,
		c.Words, numbers(c.PageStarts), c.Version, programme, c.Ref.ID, was))
	return n == 1, err
}

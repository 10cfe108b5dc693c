package evidence

import (
	"encoding/json"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// importHead is what an import has besides its batch.
type importHead struct {
	Batch
	Actor     string
	Said      Said
	Total     int64 // rows to be stored
	Done      int64 // rows stored so far
	Last      rowAt // the last row that was taken: the next search begins behind it
	ChangedAt int64
	Files     int64 // how many files it has
}

// rowAt is the place of a waiting row. What was deleted before it need not be walked
// over again: until a vacuum, PostgreSQL would.
type rowAt struct{ File, N int64 }

// beforeAll is the place before the first row.
func beforeAll() rowAt { return rowAt{0, -1} }

func insertImport(tx *db.Tx, programme, key string, h importHead) error {
	said, err := json.Marshal(h.Said)
	if err != nil {
		return err
	}
	if err := insertBatch(tx, programme, h.Batch); err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into evidence_import (programme, batch, actor, key, said, total, done, at_file, at_row, changed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, h.ID, h.Actor, key, string(said), h.Total, h.Done, h.Last.File, h.Last.N, h.ChangedAt))
}

const importColumns = `b.id, b.project, b.name, b.made, b.state, b.digest, b.at, b.stored, b.detail, i.actor, i.said, i.total, i.done, i.at_file, i.at_row, i.changed_at,
	(select count(distinct f.sent) from evidence_import_file f where f.programme = i.programme and f.batch = i.batch)
	from evidence_import i join evidence_batch b on b.programme = i.programme and b.id = i.batch`

func scanImport(r db.Row, h *importHead) error {
	var said string
	if err := r.Scan(&h.ID, &h.Project, &h.Name, &h.Made, &h.State, &h.Digest, &h.At, &h.Batch.Stored, &h.Detail,
		&h.Actor, &said, &h.Total, &h.Done, &h.Last.File, &h.Last.N, &h.ChangedAt, &h.Files); err != nil {
		return err
	}
	return json.Unmarshal([]byte(said), &h.Said)
}

func importOf(tx *db.Tx, programme, batch string) (importHead, bool, error) {
	return db.One(tx, db.Q(`select `+importColumns+` where i.programme = ? and i.batch = ?`, programme, batch), scanImport)
}

// importByKey finds what the same form has begun before.
func importByKey(tx *db.Tx, programme, actor, key string) (importHead, bool, error) {
	return db.One(tx, db.Q(`select `+importColumns+` where i.programme = ? and i.actor = ? and i.key = ?`, programme, actor, key), scanImport)
}

// imports lists a project's imports, newest first.
func imports(tx *db.Tx, programme, project string, most int64) ([]importHead, error) {
	return db.All(tx, db.Q(`select `+importColumns+` where b.programme = ? and b.project = ? order by b.at desc, b.id desc limit ?`,
		programme, project, most), scanImport)
}

func setImport(tx *db.Tx, programme string, h importHead) error {
	said, err := json.Marshal(h.Said)
	if err != nil {
		return err
	}
	if err := tx.Do(db.Q(`update evidence_import set said = ?, total = ?, done = ?, at_file = ?, at_row = ?, changed_at = ? where programme = ? and batch = ?`,
		string(said), h.Total, h.Done, h.Last.File, h.Last.N, h.ChangedAt, programme, h.ID)); err != nil {
		return err
	}
	return tx.Do(db.Q(`update evidence_batch set state = ?, stored = ? where programme = ? and id = ?`, h.State, h.Batch.Stored, programme, h.ID))
}

const fileColumns = `n, name, format, encoding, hash, digest, header, columns_of, read_rows, good_rows, stored, same_as, told, problems, sent, part, detail`

func insertFile(tx *db.Tx, programme, batch string, f ImportFile) error {
	args := []any{programme, batch}
	rest, err := fileArgs(f)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into evidence_import_file (programme, batch, `+fileColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		append(args, rest...)...))
}

func setFile(tx *db.Tx, programme, batch string, f ImportFile) error {
	args, err := fileArgs(f)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`update evidence_import_file set name = ?, format = ?, encoding = ?, hash = ?, digest = ?, header = ?, columns_of = ?, read_rows = ?,
		good_rows = ?, stored = ?, same_as = ?, told = ?, problems = ?, sent = ?, part = ?, detail = ? where programme = ? and batch = ? and n = ?`,
		append(args[1:], programme, batch, f.N)...))
}

func fileArgs(f ImportFile) ([]any, error) {
	var texts []any
	for _, v := range []any{f.Header, f.Columns, f.Told, f.Problems, f.ImportDetail} {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(b))
	}
	return []any{f.N, f.Name, f.Format, f.Encoding, f.Hash, f.Digest, texts[0], texts[1], f.Rows, f.Good, f.Stored, f.SameAs, texts[2], texts[3],
		f.Sent, f.Part, texts[4]}, nil
}

func scanFile(r db.Row, f *ImportFile) error {
	var header, columns, told, problems, detail string
	if err := r.Scan(&f.N, &f.Name, &f.Format, &f.Encoding, &f.Hash, &f.Digest, &header, &columns, &f.Rows, &f.Good, &f.Stored, &f.SameAs,
		&told, &problems, &f.Sent, &f.Part, &detail); err != nil {
		return err
	}
	texts, into := []string{header, columns, told, problems, detail}, []any{&f.Header, &f.Columns, &f.Told, &f.Problems, &f.ImportDetail}
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), into[i]); err != nil {
			return err
		}
	}
	return nil
}

func importFiles(tx *db.Tx, programme, batch string) ([]ImportFile, error) {
	return db.All(tx, db.Q(`select `+fileColumns+` from evidence_import_file where programme = ? and batch = ? order by n`, programme, batch), scanFile)
}

// earlier is an import that already holds the same file.
type earlier struct {
	Batch, Name, State string
	At                 int64
	N                  int64 // the file's number in that import
}

// sameFile finds an import, on its way or in, that holds the same: by digest (bytes,
// place and columns) or by the hash of the bytes alone.
func sameFile(tx *db.Tx, programme, project, not, digest, hash string) (earlier, bool, error) {
	which := db.Q("f.digest = ?", digest)
	if digest == "" {
		which = db.Q("f.hash = ?", hash)
	}
	return db.One(tx, db.Join(db.Q(`select f.batch, f.name, b.state, b.at, f.n from evidence_import_file f
		join evidence_batch b on b.programme = f.programme and b.id = f.batch where f.programme = ?`, programme), db.Q("and"), which,
		db.Q(`and f.same_as = '' and f.good_rows > 0 and b.project = ? and b.id <> ? and b.state in (?, ?) order by b.at, f.n limit 1`, project, not, BatchGoing, BatchIn)),
		func(r db.Row, e *earlier) error { return r.Scan(&e.Batch, &e.Name, &e.State, &e.At, &e.N) })
}

func insertRows(tx *db.Tx, programme, batch string, file, from int64, rows []Row) error {
	const most = 500
	values := make([][]any, 0, most)
	for i, row := range rows {
		b, err := json.Marshal(row)
		if err != nil {
			return err
		}
		values = append(values, []any{programme, batch, file, from + int64(i), int64(row.Line), string(b)})
		if len(values) == most || i == len(rows)-1 {
			if err := tx.Do(db.Join(db.Q(`insert into evidence_import_row (programme, batch, file, n, line, fields) values`), db.Values(values))); err != nil {
				return err
			}
			values = values[:0]
		}
	}
	return nil
}

// stagedRow is a row that waits, and where it stands.
type stagedRow struct {
	File, N int64
	Row     Row
}

func scanRow(r db.Row, s *stagedRow) error {
	var fields string
	if err := r.Scan(&s.File, &s.N, &fields); err != nil {
		return err
	}
	return json.Unmarshal([]byte(fields), &s.Row)
}

// nextRows reads the first rows of an import behind a place that still wait: at most so
// many, and no more than a transaction takes in its time.
func nextRows(tx *db.Tx, programme, batch string, after rowAt, most int64) ([]stagedRow, error) {
	sizes, err := db.All(tx, db.Q(`select length(fields) from evidence_import_row where programme = ? and batch = ? and (file, n) > (?, ?) order by file, n limit ?`,
		programme, batch, after.File, after.N, most), db.Value[int64])
	if err != nil || len(sizes) == 0 {
		return nil, err
	}
	size, n := int64(0), int64(0)
	for _, s := range sizes {
		if size += s; n > 0 && size > maxAtOnce {
			break
		}
		n++
	}
	return db.All(tx, db.Q(`select file, n, fields from evidence_import_row where programme = ? and batch = ? and (file, n) > (?, ?) order by file, n limit ?`,
		programme, batch, after.File, after.N, n), scanRow)
}

// rowsOf reads the rows of one file from number from on.
func rowsOf(tx *db.Tx, programme, batch string, file, from, most int64) ([]stagedRow, error) {
	return db.All(tx, db.Q(`select file, n, fields from evidence_import_row where programme = ? and batch = ? and file = ? and n >= ? order by n limit ?`,
		programme, batch, file, from, most), scanRow)
}

// dropRows takes away waiting rows that nextRows read behind a place, and gives the
// place of the last of them.
func dropRows(tx *db.Tx, programme, batch string, after rowAt, rows []stagedRow) (rowAt, error) {
	if len(rows) == 0 {
		return after, nil
	}
	last := rowAt{rows[len(rows)-1].File, rows[len(rows)-1].N}
	return last, tx.Do(db.Q(`delete from evidence_import_row where programme = ? and batch = ? and (file, n) > (?, ?) and (file, n) <= (?, ?)`,
		programme, batch, after.File, after.N, last.File, last.N))
}

// sitesOf reads the sites of a project by name and id.
func sitesOf(tx *db.Tx, programme, project string, now int64) (sites, error) {
	recs, err := siteRecords(tx, programme, project, now)
	return siteIndex(recs), err
}

// siteRecords reads the sites of a project by name.
func siteRecords(tx *db.Tx, programme, project string, now int64) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q(`select `+ref.Columns("r")+` from ref_record r where r.programme = ? and r.project = ? and r.kind = ? and`,
		programme, project, ref.Site), terms.Where("r", terms.Project, now), db.Q("order by r.title, r.id")), ref.Scan)
}

// held counts what of a batch something stands on.
func held(tx *db.Tx, programme, batch string) (int64, error) {
	return db.Count(tx, db.Q(`select count(*) from evidence_contribution c where c.programme = ? and c.batch = ?
		and (exists (select 1 from tie t where t.programme = c.programme and t.from_id = c.id)
		or exists (select 1 from tie t where t.programme = c.programme and t.to_id = c.id))`, programme, batch))
}

// bringable is ofBatch without what was erased before it was shown.
func bringable(programme, batch string) db.Part {
	return db.Q(`(select c.id from evidence_contribution c join ref_record e on e.programme = c.programme and e.id = c.id
		where c.programme = ? and c.batch = ? and e.state <> 'erased')`, programme, batch)
}

// ofBatch is the ids of a batch's contributions, to stand after "in".
func ofBatch(programme, batch string) db.Part {
	return db.Q(`(select id from evidence_contribution where programme = ? and batch = ?)`, programme, batch)
}

func countOf(tx *db.Tx, programme, batch string) (int64, error) {
	return db.Count(tx, db.Q(`select count(*) from evidence_contribution where programme = ? and batch = ?`, programme, batch))
}

// someOf reads the ids of the first contributions of a batch behind an id.
func someOf(tx *db.Tx, programme, batch, after string, most int64) ([]string, error) {
	return db.All(tx, db.Q(`select id from evidence_contribution where programme = ? and batch = ? and id > ? order by id limit ?`,
		programme, batch, after, most), db.Value[string])
}

func setBatch(tx *db.Tx, programme, batch, state string, stored int64) error {
	return tx.Do(db.Q(`update evidence_batch set state = ?, stored = ? where programme = ? and id = ?`, state, stored, programme, batch))
}

// quiet takes the words an undone import still quotes out of its files: what its
// messages cited, and the names of its columns.
func quiet(tx *db.Tx, programme, batch string) error {
	return tx.Do(db.Q(`update evidence_import_file set header = '[]', told = '[]', problems = '[]' where programme = ? and batch = ?`, programme, batch))
}

func addStored(tx *db.Tx, programme, batch string, file, n int64) error {
	return tx.Do(db.Q(`update evidence_import_file set stored = stored + ? where programme = ? and batch = ? and n = ?`, n, programme, batch, file))
}

// forgetUpload takes away the note of an upload that waits with an import.
func forgetUpload(tx *db.Tx, programme, id string) error {
	return tx.Do(db.Q(`delete from evidence_upload where programme = ? and id = ?`, programme, id))
}

// unstage takes away what a reading that was cut off has stored.
func unstage(tx *db.Tx, programme, batch string) error {
	if err := tx.Do(db.Q(`delete from evidence_import_row where programme = ? and batch = ?`, programme, batch)); err != nil {
		return err
	}
	return tx.Do(db.Q(`delete from evidence_import_file where programme = ? and batch = ?`, programme, batch))
}

// setRead notes how many files of an import are read.
func setRead(tx *db.Tx, programme, batch string, done, of, now int64) error {
	return tx.Do(db.Q(`update evidence_import set done = ?, total = ?, changed_at = ? where programme = ? and batch = ?`, done, of, now, programme, batch))
}

package review

import (
	"encoding/json"
	"strings"

	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
)

func insertBatch(tx *db.Tx, programme, key string, nth int64, b Batch) error {
	problems, err := json.Marshal(b.Problems)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into review_batch (programme, review, id, search, name, upload, format, encoding, records, done, problems, problem_count, state, actor, made_at,
		same_as, sent_key, sent_n, size, first_n, last_n) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, b.Review, b.ID, b.Search, b.Name, b.upload, b.Format, b.Encoding, b.Records, b.Done, string(problems), b.Count, b.State, b.actor, b.MadeAt,
		b.SameAs, key, nth, b.Size, b.FirstN, b.LastN))
}

// setBatch stores what became of a batch, where it is still in the state that was read. It
// says whether it was.
func setBatch(tx *db.Tx, programme string, b Batch, was string) (bool, error) {
	n, err := tx.Exec(db.Q(`update review_batch set state = ?, records = ?, done = ?, first_n = ?, last_n = ? where programme = ? and id = ? and state = ?`,
		b.State, b.Records, b.Done, b.FirstN, b.LastN, programme, b.ID, was))
	return n == 1, err
}

// setRead stores what was read of a batch's file.
func setRead(tx *db.Tx, programme, id, state string, h fileHead) error {
	problems, err := json.Marshal(h.Problems)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`update review_batch set state = ?, format = ?, encoding = ?, records = ?, problems = ?, problem_count = ? where programme = ? and id = ? and state = ?`,
		state, h.Format, h.Encoding, h.Records, string(problems), h.Count, programme, id, Reading))
}

const batchColumns = `b.id, b.review, b.search, b.name, b.upload, b.format, b.encoding, b.records, b.done, b.problem_count, b.state, b.actor, b.same_as, b.size,
	b.first_n, b.last_n, b.made_at`

func scanBatch(row db.Row, b *Batch) error {
	return row.Scan(&b.ID, &b.Review, &b.Search, &b.Name, &b.upload, &b.Format, &b.Encoding, &b.Records, &b.Done, &b.Count, &b.State, &b.actor, &b.SameAs, &b.Size,
		&b.FirstN, &b.LastN, &b.MadeAt)
}

// batchOf reads one batch without its problems.
func batchOf(tx *db.Tx, programme, id string) (Batch, error) {
	b, ok, err := db.One(tx, db.Q("select "+batchColumns+" from review_batch b where b.programme = ? and b.id = ?", programme, id), scanBatch)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return b, err
}

// batchProblems reads the problems of a batch.
func batchProblems(tx *db.Tx, programme, id string) (out []Trouble, err error) {
	s, _, err := db.One(tx, db.Q("select problems from review_batch where programme = ? and id = ?", programme, id), db.Value[string])
	if err == nil && s != "" {
		err = json.Unmarshal([]byte(s), &out)
	}
	return out, err
}

const batchesAtOnce = 50

// batches reads a page of the files of a review behind a cursor, newest first, and the cursor
// of the next page; those typed by hand are left out.
func batches(tx *db.Tx, programme, review, after string) ([]Batch, string, error) {
	where := db.Q("b.programme = ? and b.review = ? and b.format <> ?", programme, review, ByHand)
	if at, last, ok := db.ReadCursor(after); ok {
		where = db.And(where, db.Q("(b.made_at, b.id) < (?, ?)", at, last))
	}
	all, err := db.All(tx, db.Join(db.Q("select "+batchColumns+" from review_batch b where"), where, db.Q("order by b.made_at desc, b.id desc limit ?", int64(batchesAtOnce+1))), scanBatch)
	if err != nil || len(all) <= batchesAtOnce {
		return all, "", err
	}
	all = all[:batchesAtOnce]
	end := all[batchesAtOnce-1]
	return all, db.Cursor(end.MadeAt, end.ID), nil
}

// sentBefore reads the batches that one sending made, in the order of its files.
func sentBefore(tx *db.Tx, programme, actor, key string) (map[int64]Batch, error) {
	out := map[int64]Batch{}
	type nth struct {
		n  int64
		id string
	}
	all, err := db.All(tx, db.Q("select sent_n, id from review_batch where programme = ? and actor = ? and sent_key = ? and sent_key <> ''", programme, actor, key),
		func(r db.Row, x *nth) error { return r.Scan(&x.n, &x.id) })
	for _, x := range all {
		b, err := batchOf(tx, programme, x.id)
		if err != nil {
			return nil, err
		}
		out[x.n] = b
	}
	return out, err
}

// sameFile is the batch of a review whose file is one of these, the oldest that counts.
func sameFile(tx *db.Tx, programme, review string, uploads []string) (string, error) {
	id, _, err := db.One(tx, db.Join(db.Q(`select id from review_batch where programme = ? and review = ? and state in (?, ?, ?, ?) and upload in`,
		programme, review, Reading, Staged, Coming, In), db.List(uploads), db.Q("order by made_at, id limit 1")), db.Value[string])
	return id, err
}

// inSum is how many files of a review are in, and their records.
func inSum(tx *db.Tx, programme, review string) (files, records int64, err error) {
	type sum struct{ files, records int64 }
	s, _, err := db.One(tx, db.Q("select count(*), coalesce(sum(done), 0) from review_batch where programme = ? and review = ? and state = ?", programme, review, In),
		func(r db.Row, s *sum) error { return r.Scan(&s.files, &s.records) })
	return s.files, s.records, err
}

// inSums is how many records of files that are in each review of a project has.
func inSums(tx *db.Tx, programme, project string) (map[string]int64, error) {
	type sum struct {
		review string
		n      int64
	}
	all, err := db.All(tx, db.Q(`select b.review, sum(b.done) from review_batch b join ref_record r on r.programme = b.programme and r.id = b.review
		where b.programme = ? and r.project = ? and b.state = ? group by b.review`, programme, project, In), func(r db.Row, s *sum) error { return r.Scan(&s.review, &s.n) })
	out := make(map[string]int64, len(all))
	for _, s := range all {
		out[s.review] = s.n
	}
	return out, err
}

// standsStill wants that no file's records are on their way into a review, or out of it.
func standsStill(tx *db.Tx, programme, review string) error {
	n, err := db.Count(tx, db.Q("select count(*) from review_batch where programme = ? and review = ? and state in (?, ?, ?)", programme, review, Coming, Undoing, Returning))
	if err == nil && n > 0 {
		err = fault.New(fault.Conflict, "review.whole_moving").With("review.whole_moving_do")
	}
	return err
}

// putKeys stores by what records are found and compared, beside those that putRecords has
// stored from the number first on.
func putKeys(tx *db.Tx, programme, review string, first int64, all []cite.Record) error {
	values := make([][]any, 0, len(all))
	for i := range all {
		x := &all[i]
		values = append(values, []any{programme, review, first + int64(i), foldedOf(x), x.Volume, x.Issue, x.Pages, x.PMID})
	}
	if len(values) == 0 {
		return nil
	}
	return tx.Do(db.Join(db.Q("insert into review_key (programme, review, n, folded, volume, issue, pages, pmid) values"), db.Values(values)))
}

// foldedOf is the words by which a record is found: title, authors, year, journal, numbers.
func foldedOf(x *cite.Record) string {
	parts := []string{x.Title}
	for i, a := range x.Authors {
		if i == 20 {
			break
		}
		parts = append(parts, a.String())
	}
	parts = append(parts, x.Date, x.Journal, x.DOI, x.PMID)
	return text.Fold(strings.Join(parts, " "))
}

// findRecords gives the numbers of records that hold all the words, by number, after one.
func findRecords(tx *db.Tx, programme, review, words string, after, most int64) ([]int64, error) {
	where := []db.Part{db.Q("k.programme = ? and k.review = ? and k.n > ?", programme, review, after)}
	for i, w := range strings.Fields(text.Fold(words)) {
		if i == 12 {
			break
		}
		w = strings.NewReplacer("\\", "", "%", "", "_", "").Replace(w)
		where = append(where, db.Q("k.folded like ?", "%"+w+"%"))
	}
	return db.All(tx, db.Join(db.Q("select k.n from review_key k where"), db.And(where...), db.Q("order by k.n limit ?", most)), db.Value[int64])
}

// flip takes the records of a batch between two numbers out of the review, or puts them back.
func flip(tx *db.Tx, programme, review, batch string, from, to int64, gone bool) error {
	return tx.Do(db.Q("update review_record set gone = ? where programme = ? and review = ? and n >= ? and n <= ? and batch = ? and gone <> ?",
		gone, programme, review, from, to, batch, gone))
}

// batchNumbers is the numbers of a batch's records between two numbers.
func batchNumbers(tx *db.Tx, programme, review, batch string, from, to int64) ([]int64, error) {
	return db.All(tx, db.Q("select n from review_record where programme = ? and review = ? and n >= ? and n <= ? and batch = ?", programme, review, from, to, batch), db.Value[int64])
}

// setFullFile gives a record the file that is its whole text.
func setFullFile(tx *db.Tx, programme, review string, n int64, file string) error {
	return tx.Do(db.Q("update review_record set full_state = ?, full_file = ? where programme = ? and review = ? and n = ?", FullGot, file, programme, review, n))
}

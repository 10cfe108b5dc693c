package review

import (
	"context"
	"strings"

	"plait/internal/engine/cite"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

func insert(tx *db.Tx, programme string, v Review) error {
	return tx.Do(db.Q(`insert into review_review (programme, id, title, way, decision, decide_by, decided_by, out_of_scope, reviewers, blind, chance, sorting,
		state, signed_by, signed_at, last_n, file, made_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, v.Ref.ID, v.Title, v.Way, v.Decision, v.DecideBy, v.DecidedBy, v.OutOfScope, v.Reviewers, v.Blind, v.Chance, v.Sorting,
		v.State, v.SignedBy, v.SignedAt, v.Records, v.File, v.MadeAt, v.Version))
}

// update stores a changed review where its version is still the one that was read.
func update(tx *db.Tx, programme string, v Review, was int64) error {
	n, err := tx.Exec(db.Q(`update review_review set title = ?, decision = ?, decide_by = ?, decided_by = ?, out_of_scope = ?, reviewers = ?, blind = ?, chance = ?,
		sorting = ?, state = ?, signed_by = ?, signed_at = ?, file = ?, version = ? where programme = ? and id = ? and version = ?`,
		v.Title, v.Decision, v.DecideBy, v.DecidedBy, v.OutOfScope, v.Reviewers, v.Blind, v.Chance, v.Sorting, v.State, v.SignedBy, v.SignedAt, v.File, v.Version,
		programme, v.Ref.ID, was))
	if err == nil && n != 1 {
		return changedMeanwhile()
	}
	return err
}

func changedMeanwhile() error {
	return fault.New(fault.Conflict, "review.changed_meanwhile").With("review.changed_meanwhile_do")
}

func index(tx *db.Tx, programme string, v Review) error {
	return search.Put(tx, doc(programme, v))
}

// doc is the words by which a review is found.
func doc(programme string, v Review) search.Doc {
	return search.Doc{Programme: programme, ID: v.Ref.ID, Language: "en", Text: v.words()}
}

const selected = `select r.id, r.project, v.title, v.way, v.decision, v.decide_by, v.decided_by, v.out_of_scope, v.reviewers, v.blind, v.chance, v.sorting,
	v.state, v.signed_by, v.signed_at, v.last_n, v.file, r.version, v.made_at, r.changed_at
	from ref_record r join review_review v on v.programme = r.programme and v.id = coalesce(r.id, '')`

func scan(row db.Row, v *Review) error {
	v.Ref.Kind = Kind
	return row.Scan(&v.Ref.ID, &v.Project, &v.Title, &v.Way, &v.Decision, &v.DecideBy, &v.DecidedBy, &v.OutOfScope, &v.Reviewers, &v.Blind, &v.Chance, &v.Sorting,
		&v.State, &v.SignedBy, &v.SignedAt, &v.Records, &v.File, &v.Version, &v.MadeAt, &v.ChangedAt)
}

// one reads a review; the caller has asked who.Must.
func one(tx *db.Tx, programme, id string) (Review, error) {
	v, ok, err := db.One(tx, db.Q(selected+` where r.programme = ? and r.id = ?`, programme, id), scan)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return v, err
}

// list reads the reviews of a project, newest first. may is who may see what.
func list(tx *db.Tx, project string, may db.Part) ([]Review, error) {
	return db.All(tx, db.Join(db.Q(selected+" where"), db.And(may, db.Q("r.project = ? and r.kind = ?", project, Kind)),
		db.Q("order by r.changed_at desc, r.id desc limit 100")), scan)
}

// take gives the next n numbers for records of a review: the first of them.
func take(tx *db.Tx, programme, review string, n int64) (int64, error) {
	last, ok, err := db.One(tx, db.Q(`update review_review set last_n = last_n + ? where programme = ? and id = ? returning last_n`, n, programme, review),
		func(r db.Row, last *int64) error { return r.Scan(last) })
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return last - n + 1, err
}

// putRecords stores references of a batch under new numbers, and gives the first number.
// Each is its own lead.
func putRecords(tx *db.Tx, programme, review, batch string, now int64, all []cite.Record) (int64, error) {
	return putRecordsAs(tx, programme, review, batch, now, all, false)
}

// putRecordsAs is putRecords for records that stay out of sight (gone) until their batch is
// in as a whole.
func putRecordsAs(tx *db.Tx, programme, review, batch string, now int64, all []cite.Record, gone bool) (int64, error) {
	first, err := take(tx, programme, review, int64(len(all)))
	if err != nil {
		return 0, err
	}
	for i := range all {
		r := &all[i]
		w, err := pack(r)
		if err != nil {
			return 0, err
		}
		names := make([]string, len(r.Authors))
		for j, a := range r.Authors {
			names[j] = a.String()
		}
		journal := r.Journal
		if journal == "" {
			journal = r.JournalAbbr
		}
		n := first + int64(i)
		if err := tx.Do(db.Q(`insert into review_record (programme, review, n, batch, lead, gone, title, authors, year, journal, doi, abstract, plain, whole,
			title_verdict, title_reason, full_verdict, full_reason, full_state, full_file, made_at)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, '', '', '', '', '', '', ?)`,
			programme, review, n, batch, n, gone, r.Title, strings.Join(names, "; "), int64(r.Year), journal, r.DOI, r.Abstract, w, now)); err != nil {
			return 0, err
		}
	}
	return first, nil
}

const recordColumns = `x.n, x.batch, x.lead, x.gone, x.title, x.authors, x.year, x.journal, x.doi, x.abstract, x.plain,
	x.title_verdict, x.title_reason, x.full_verdict, x.full_reason, x.full_state, x.full_file, x.made_at`

func scanRecord(row db.Row, x *Record) error {
	return row.Scan(&x.N, &x.Batch, &x.Lead, &x.Gone, &x.Title, &x.Authors, &x.Year, &x.Journal, &x.DOI, &x.Abstract, &x.Plain,
		&x.TitleVerdict, &x.TitleReason, &x.FullVerdict, &x.FullReason, &x.FullState, &x.FullFile, &x.MadeAt)
}

// stands is the condition of records that stand for a work: no copies, nothing undone.
func stands() db.Part { return db.Q("x.lead = x.n and x.gone = ?", false) }

// records reads records of a review that fit where (with the alias x), by number, after a number.
func records(tx *db.Tx, programme, review string, where db.Part, after, limit int64) ([]Record, error) {
	return db.All(tx, db.Join(db.Q("select "+recordColumns+" from review_record x where x.programme = ? and x.review = ? and x.n > ? and", programme, review, after),
		where, db.Q("order by x.n limit ?", limit)), scanRecord)
}

// record reads one record.
func record(tx *db.Tx, programme, review string, n int64) (Record, error) {
	x, ok, err := db.One(tx, db.Q("select "+recordColumns+" from review_record x where x.programme = ? and x.review = ? and x.n = ?", programme, review, n), scanRecord)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return x, err
}

type numbered struct {
	n     int64
	whole string
}

// citations reads what files said of records that fit where (with the alias x), by number.
func citations(tx *db.Tx, programme, review string, where db.Part, after, limit int64) (ns []int64, all []cite.Record, err error) {
	rows, err := db.All(tx, db.Join(db.Q("select x.n, x.whole from review_record x where x.programme = ? and x.review = ? and x.n > ? and", programme, review, after),
		where, db.Q("order by x.n limit ?", limit)), func(r db.Row, x *numbered) error { return r.Scan(&x.n, &x.whole) })
	for _, x := range rows {
		r, err := unpack(x.whole)
		if err != nil {
			return nil, nil, err
		}
		ns, all = append(ns, x.n), append(all, r)
	}
	return ns, all, err
}

// countRecords counts records of a review that fit where (with the alias x).
func countRecords(tx *db.Tx, programme, review string, where db.Part) (int64, error) {
	return db.Count(tx, db.Join(db.Q("select count(*) from review_record x where x.programme = ? and x.review = ? and", programme, review), where))
}

// finds gives the words by which reviews are found.
func (r *Room) finds() []plug.Find {
	return []plug.Find{{Kind: Kind, Load: func(_ context.Context, tx *db.Tx, programme, after string, most int) ([]search.Doc, string, error) {
		all, err := db.All(tx, db.Q(selected+" where r.programme = ? and r.kind = ? and r.id > ? order by r.id limit ?", programme, Kind, after, int64(most)), scan)
		docs := make([]search.Doc, len(all))
		for i, v := range all {
			docs[i] = doc(programme, v)
		}
		return docs, ref.Last(docs, most, func(d search.Doc) string { return d.ID }), err
	}}}
}

// anyDecided says whether somebody has decided of any record of a review.
func anyDecided(tx *db.Tx, programme, review string) (bool, error) {
	n, err := db.Count(tx, db.Q(`select count(*) from (select 1 from review_decision d where d.programme = ? and d.review = ? limit 1) x`, programme, review))
	return n > 0, err
}

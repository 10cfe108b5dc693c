package review

import (
	"encoding/json"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
)

const reportColumns = `id, file, name, format, title, language, pages, parts, paragraphs, state, problem, made_at`

func scanReport(r db.Row, x *Report) error {
	return r.Scan(&x.ID, &x.File, &x.Name, &x.Format, &x.Title, &x.Language, &x.Pages, &x.Parts, &x.Paragraphs, &x.State, &x.Problem, &x.MadeAt)
}

func reports(tx *db.Tx, programme, review string) ([]Report, error) {
	return db.All(tx, db.Q("select "+reportColumns+" from review_report where programme = ? and review = ? order by id limit ?", programme, review, int64(MaxReports)), scanReport)
}

// reportOf reads one report of a review.
func reportOf(tx *db.Tx, programme, review, id string) (Report, error) {
	x, ok, err := db.One(tx, db.Q("select "+reportColumns+" from review_report where programme = ? and review = ? and id = ?", programme, review, id), scanReport)
	if err == nil && !ok {
		err = notThere()
	}
	return x, err
}

// markedIn reads where in a report something was marked, by its kept place; nil where it
// was not, or where the report was taken out.
func markedIn(tx *db.Tx, programme, review, place string) (*MarkedIn, error) {
	var at markedPlace
	if place == "" || json.Unmarshal([]byte(place), &at) != nil || at.Report == "" {
		return nil, nil // made by hand, or marked in a text of another kind
	}
	x, err := reportOf(tx, programme, review, at.Report)
	if fault.Is(err, fault.Missing) {
		return nil, nil
	}
	return &MarkedIn{x.Called(), x.Language, at.Quote, at.Href}, err
}

// reportSent finds the report that came with a key.
func reportSent(tx *db.Tx, programme, review, sent string) (Report, bool, error) {
	return db.One(tx, db.Q("select "+reportColumns+" from review_report where programme = ? and review = ? and sent = ?", programme, review, sent), scanReport)
}

func insertReport(tx *db.Tx, programme, review, sent, actor string, x Report) error {
	return tx.Do(db.Q(`insert into review_report (programme, id, review, sent, file, name, format, title, language, pages, parts, paragraphs, state, problem, actor, made_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, x.ID, review, sent, x.File, x.Name, x.Format, x.Title, x.Language, x.Pages, x.Parts, x.Paragraphs, x.State, x.Problem, actor, x.MadeAt))
}

// setReport stores how far a report is that was being read.
func setReport(tx *db.Tx, programme string, x Report) (int64, error) {
	return tx.Exec(db.Q(`update review_report set format = ?, title = ?, language = ?, pages = ?, parts = ?, paragraphs = ?, state = ?, problem = ? where programme = ? and id = ? and state = ?`,
		x.Format, x.Title, x.Language, x.Pages, x.Parts, x.Paragraphs, x.State, x.Problem, programme, x.ID, ReportReading))
}

func deleteReport(tx *db.Tx, programme, id string) (int64, error) {
	return tx.Exec(db.Q(`delete from review_report where programme = ? and id = ?`, programme, id))
}

func putParagraphs(tx *db.Tx, programme, report string, all []Paragraph) error {
	for _, p := range all {
		if err := tx.Do(db.Q(`insert into review_paragraph (programme, report, n, part, page, heading, start_at, end_at, words) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
			on conflict (programme, report, n) do nothing`, programme, report, p.N, p.Part, p.Page, p.Heading, p.Start, p.End, p.Words)); err != nil {
			return err
		}
	}
	return nil
}

const paragraphColumns = `p.n, p.part, p.page, p.heading, p.start_at, p.end_at, p.words`

func scanParagraph(r db.Row, x *Paragraph) error {
	return r.Scan(&x.N, &x.Part, &x.Page, &x.Heading, &x.Start, &x.End, &x.Words)
}

// paragraphsOf reads paragraphs of a report that fit where (with the alias p), in order.
func paragraphsOf(tx *db.Tx, programme, report string, where db.Part, limit int64) ([]Paragraph, error) {
	return db.All(tx, db.Join(db.Q("select "+paragraphColumns+" from review_paragraph p where p.programme = ? and p.report = ? and", programme, report), where,
		db.Q("order by p.n limit ?", limit)), scanParagraph)
}

const passageColumns = `m.id, m.report, m.kind, m.start_at, m.end_at, m.part, m.quote, m.made, m.made_at,
	coalesce(s.words, g.words, o.name, ''), coalesce(s.plainly, '')
	from review_mark m
	left join review_statement s on s.programme = m.programme and s.id = m.made
	left join review_gap g on g.programme = m.programme and g.id = m.made
	left join review_organisation o on o.programme = m.programme and o.id = m.made`

func scanPassage(r db.Row, x *Passage) error {
	return r.Scan(&x.ID, &x.Report, &x.Kind, &x.Start, &x.End, &x.Part, &x.Quote, &x.Made, &x.MadeAt, &x.Words, &x.Plainly)
}

// passages reads what was marked in a review that fits where (with the alias m), by report
// and place.
func passages(tx *db.Tx, programme, review string, where db.Part) ([]Passage, error) {
	return db.All(tx, db.Join(db.Q("select "+passageColumns+" where m.programme = ? and m.review = ? and", programme, review), where,
		db.Q("order by m.report, m.start_at, m.id limit ?", int64(MaxPassages))), scanPassage)
}

func putPassage(tx *db.Tx, programme, review, actor string, x Passage) error {
	return tx.Do(db.Q(`insert into review_mark (programme, id, review, report, kind, start_at, end_at, part, quote, made, actor, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, x.ID, review, x.Report, x.Kind, x.Start, x.End, x.Part, x.Quote, x.Made, actor, x.MadeAt))
}

func deletePassage(tx *db.Tx, programme, id string) error {
	return tx.Do(db.Q(`delete from review_mark where programme = ? and id = ?`, programme, id))
}

func countPassages(tx *db.Tx, programme, review string, where db.Part) (int64, error) {
	return db.Count(tx, db.Join(db.Q("select count(*) from review_mark m where m.programme = ? and m.review = ? and", programme, review), where))
}

// untouched takes away what was made of a passage, as long as nothing else was done with
// it. gone is false when something was.
func untouched(tx *db.Tx, programme string, x Passage) (gone bool, err error) {
	var n int64
	switch x.Kind {
	case MarkStatement:
		n, err = tx.Exec(db.Q(`delete from review_statement where programme = ? and id = ? and version = 1 and given = '' and theme = ''
			and not exists (select 1 from review_support p where p.programme = review_statement.programme and p.statement = review_statement.id)`, programme, x.Made))
	case MarkGap:
		n, err = tx.Exec(db.Q(`delete from review_gap where programme = ? and id = ? and version = 1`, programme, x.Made))
	case MarkOrganisation:
		n, err = tx.Exec(db.Q(`delete from review_organisation where programme = ? and id = ? and version = 1 and met = ''`, programme, x.Made))
	}
	if err != nil || n == 0 || x.Kind == MarkOrganisation {
		return n > 0, err
	}
	if err := search.Drop(tx, programme, x.Made); err != nil {
		return false, err
	}
	return true, ref.Drop(tx, programme, x.Made)
}

// paperRow is a topic guide or a one-page draft as it is kept.
type paperRow struct {
	Body    string
	Version int64
	MadeAt  int64
}

func paperOf(tx *db.Tx, programme, review, kind string) (paperRow, bool, error) {
	return db.One(tx, db.Q(`select body, version, made_at from review_paper where programme = ? and review = ? and kind = ?`, programme, review, kind),
		func(r db.Row, x *paperRow) error { return r.Scan(&x.Body, &x.Version, &x.MadeAt) })
}

// putPaper stores a paper whose version was the one that was read.
func putPaper(tx *db.Tx, programme, review, kind, actor string, x paperRow) error {
	if x.Version == 1 {
		err := tx.Do(db.Q(`insert into review_paper (programme, review, kind, body, actor, made_at, version) values (?, ?, ?, ?, ?, ?, 1)`, programme, review, kind, x.Body, actor, x.MadeAt))
		if db.IsUnique(err) {
			return changedMeanwhile()
		}
		return err
	}
	n, err := tx.Exec(db.Q(`update review_paper set body = ?, actor = ?, made_at = ?, version = ? where programme = ? and review = ? and kind = ? and version = ?`,
		x.Body, actor, x.MadeAt, x.Version, programme, review, kind, x.Version-1))
	if err == nil && n != 1 {
		err = changedMeanwhile()
	}
	return err
}

// Conditions of paragraphs (with the alias p) and of marks (with the alias m).
func ofPart(part int64) db.Part { return db.Q("p.part = ?", part) }

func headings() db.Part { return db.Q("p.heading = ?", true) }

func everyParagraph() db.Part { return db.Q("p.n >= ?", 1) }

func paragraphsFrom(first, last int64) db.Part { return db.Q("p.n >= ? and p.n <= ?", first, last) }

func paragraphsWithin(start, end int64) db.Part {
	return db.Q("p.start_at < ? and p.end_at > ?", end, start)
}

func oneMark(id string) db.Part { return db.Q("m.id = ?", id) }

func markedOnes() db.Part { return db.Q("m.kind <> ?", "") }

func marksWithin(report string, start, end int64) db.Part {
	return db.Q("m.report = ? and m.start_at < ? and m.end_at > ?", report, end, start)
}

package review

import (
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// fieldsOf reads a review's form, the questions that are no longer asked among them: its own,
// or the default one.
func fieldsOf(tx *db.Tx, programme, review string) ([]FormField, error) {
	all, err := db.All(tx, db.Q(`select id, n, part, label, hint, choices, gone from review_field where programme = ? and review = ? order by n, id`, programme, review),
		func(r db.Row, f *FormField) error {
			var choices string
			err := r.Scan(&f.ID, &f.N, &f.Part, &f.Label, &f.Hint, &choices, &f.Gone)
			f.Choices = eachLine(choices)
			return err
		})
	if err == nil && len(all) == 0 {
		all = defaultFields()
	}
	return all, err
}

// putFields stores a whole form.
func putFields(tx *db.Tx, programme, review string, all []FormField) error {
	for i, f := range all {
		if err := tx.Do(db.Q(`insert into review_field (programme, review, id, n, part, label, hint, choices, gone) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
			on conflict (programme, review, id) do update set n = excluded.n, part = excluded.part, label = excluded.label, hint = excluded.hint,
			choices = excluded.choices, gone = excluded.gone`, programme, review, f.ID, int64(i+1), f.Part, f.Label, f.Hint, strings.Join(f.Choices, "\n"), f.Gone)); err != nil {
			return err
		}
	}
	return nil
}

type numberedAnswer struct {
	n int64
	Answer
}

// answersOf reads what was written about records, by the numbers of those that stand for
// their works, oldest first: what was written about a copy, before it was known as one,
// counts with them.
func answersOf(tx *db.Tx, programme, review string, leads ...int64) (map[int64][]Answer, error) {
	out := map[int64][]Answer{}
	err := db.Each(tx, db.Join(db.Q(`select x.lead, a.field, a.actor, a.author, a.words, a.place, a.made_at from review_record x
		join review_extract a on a.programme = x.programme and a.review = x.review and a.n = x.n where x.programme = ? and x.review = ? and x.lead in`, programme, review),
		db.List(leads), db.Q("order by x.lead, a.made_at, a.actor, a.field, a.n")),
		func(r db.Row, x *numberedAnswer) error {
			return r.Scan(&x.n, &x.Field, &x.Actor, &x.Author, &x.Words, &x.Place, &x.At)
		}, func(x numberedAnswer) error {
			out[x.n] = append(out[x.n], x.Answer)
			return nil
		})
	return out, err
}

func putAnswer(tx *db.Tx, programme, review string, n int64, a Answer) error {
	return tx.Do(db.Q(`insert into review_extract (programme, review, n, field, actor, author, words, place, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, review, n, field, actor) do update set author = excluded.author, words = excluded.words, place = excluded.place, made_at = excluded.made_at`,
		programme, review, n, a.Field, a.Actor, a.Author, a.Words, a.Place, a.At))
}

// dropAnswer takes an answer away, also where it was written about a copy.
func dropAnswer(tx *db.Tx, programme, review string, lead int64, field, actor string) error {
	return tx.Do(db.Q(`delete from review_extract where programme = ? and review = ? and field = ? and actor = ? and n in
		(select x.n from review_record x where x.programme = ? and x.review = ? and x.lead = ?)`, programme, review, field, actor, programme, review, lead))
}

// countTaken counts the included records of which something was written down, and all of them.
func countTaken(tx *db.Tx, programme, review string) (taken, all int64, err error) {
	if all, err = countRecords(tx, programme, review, included()); err != nil || all == 0 {
		return 0, all, err
	}
	taken, err = countRecords(tx, programme, review, db.And(included(),
		db.Q(`exists (select 1 from review_record c join review_extract a on a.programme = c.programme and a.review = c.review and a.n = c.n
			where c.programme = x.programme and c.review = x.review and c.lead = x.n)`)))
	return taken, all, err
}

// fullText is the words of a record's whole text, as they were read from its file.
type fullText struct {
	File   string // the file they were read from
	State  string // textReading, textRead or textFailed
	Why    string // message key of the reason that it could not be read
	Words  string
	Starts []int // where each page begins, in code points; none = it has no pages
}

const (
	textReading = "reading"
	textRead    = "read"
	textFailed  = "failed"
)

func fullTextOf(tx *db.Tx, programme, review string, n int64) (fullText, error) {
	x, _, err := db.One(tx, db.Q("select file, state, why, words, starts from review_text where programme = ? and review = ? and n = ?", programme, review, n),
		func(r db.Row, x *fullText) error {
			var starts string
			err := r.Scan(&x.File, &x.State, &x.Why, &x.Words, &starts)
			for f := range strings.FieldsSeq(starts) {
				if i, e := strconv.Atoi(f); e == nil {
					x.Starts = append(x.Starts, i)
				}
			}
			return err
		})
	return x, err
}

func putFullText(tx *db.Tx, programme, review string, n, now int64, x fullText) error {
	starts := make([]string, len(x.Starts))
	for i, s := range x.Starts {
		starts[i] = strconv.Itoa(s)
	}
	return tx.Do(db.Q(`insert into review_text (programme, review, n, file, state, why, words, starts, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, review, n) do update set file = excluded.file, state = excluded.state, why = excluded.why, words = excluded.words,
		starts = excluded.starts, made_at = excluded.made_at`, programme, review, n, x.File, x.State, x.Why, x.Words, strings.Join(starts, " "), now))
}

// Gaps.

const gapSelected = `select r.id, g.review, r.project, g.words, g.about, g.place, g.n, g.closed, g.closed_at, r.version, g.made_at, r.changed_at
	from ref_record r join review_gap g on g.programme = r.programme and g.id = r.id`

func scanGap(row db.Row, g *Missing) error {
	g.Ref.Kind = Gap
	return row.Scan(&g.Ref.ID, &g.Review, &g.Project, &g.Words, &g.About, &g.Place, &g.N, &g.Closed, &g.ClosedAt, &g.Version, &g.MadeAt, &g.ChangedAt)
}

// gapsOf reads the gaps of a review, oldest first.
func gapsOf(tx *db.Tx, programme, review string) ([]Missing, error) {
	return db.All(tx, db.Q(gapSelected+" where g.programme = ? and g.review = ? order by g.made_at, g.id", programme, review), scanGap)
}

func gapOf(tx *db.Tx, programme, id string) (Missing, error) {
	g, ok, err := db.One(tx, db.Q(gapSelected+" where r.programme = ? and r.id = ?", programme, id), scanGap)
	return g, orMissing(ok, err)
}

// putGap stores a new or changed gap: its row, its record, its search. was is the version
// that was read; 0 for a new one.
func putGap(tx *db.Tx, programme string, g Missing, was int64) error {
	if err := ref.Put(tx, g.record(programme)); err != nil {
		return err
	}
	if was == 0 {
		if err := tx.Do(db.Q(`insert into review_gap (programme, id, review, words, about, place, n, made_at, version, closed, closed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			programme, g.Ref.ID, g.Review, g.Words, g.About, g.Place, g.N, g.MadeAt, g.Version, g.Closed, g.ClosedAt)); err != nil {
			return err
		}
		return indexWords(tx, programme, g.Ref.ID, g.Words, g.About)
	}
	n, err := tx.Exec(db.Q(`update review_gap set words = ?, about = ?, closed = ?, closed_at = ?, version = ? where programme = ? and id = ? and version = ?`,
		g.Words, g.About, g.Closed, g.ClosedAt, g.Version, programme, g.Ref.ID, was))
	if err := orChanged(n, err); err != nil {
		return err
	}
	return indexWords(tx, programme, g.Ref.ID, g.Words, g.About)
}

func countGaps(tx *db.Tx, programme, review string) (all, closed int64, err error) {
	if all, err = db.Count(tx, db.Q("select count(*) from review_gap where programme = ? and review = ?", programme, review)); err != nil || all == 0 {
		return 0, 0, err
	}
	closed, err = db.Count(tx, db.Q("select count(*) from review_gap where programme = ? and review = ? and closed_at > 0", programme, review))
	return all, closed, err
}

// Organisations.

const organisationColumns = `o.id, o.review, o.name, o.does, o.link, o.place, o.n, o.met, o.version, o.made_at`

func scanOrganisation(row db.Row, o *Working) error {
	return row.Scan(&o.ID, &o.Review, &o.Name, &o.Does, &o.Link, &o.Place, &o.N, &o.Met, &o.Version, &o.MadeAt)
}

// organisationsOf reads the organisations of a review, in the order in which they were found.
func organisationsOf(tx *db.Tx, programme, review string) ([]Working, error) {
	return db.All(tx, db.Q("select "+organisationColumns+" from review_organisation o where o.programme = ? and o.review = ? order by o.made_at, o.id", programme, review), scanOrganisation)
}

func organisationOf(tx *db.Tx, programme, review, id string) (Working, error) {
	o, ok, err := db.One(tx, db.Q("select "+organisationColumns+" from review_organisation o where o.programme = ? and o.review = ? and o.id = ?", programme, review, id), scanOrganisation)
	return o, orMissing(ok, err)
}

// putOrganisation stores a new or changed organisation. was is the version that was read; 0
// for a new one.
func putOrganisation(tx *db.Tx, programme string, o Working, was int64) error {
	if was == 0 {
		return tx.Do(db.Q(`insert into review_organisation (programme, id, review, name, does, link, place, n, met, made_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			programme, o.ID, o.Review, o.Name, o.Does, o.Link, o.Place, o.N, o.Met, o.MadeAt, o.Version))
	}
	n, err := tx.Exec(db.Q(`update review_organisation set name = ?, does = ?, link = ?, met = ?, version = ? where programme = ? and id = ? and version = ?`,
		o.Name, o.Does, o.Link, o.Met, o.Version, programme, o.ID, was))
	return orChanged(n, err)
}

func countOrganisations(tx *db.Tx, programme, review string) (int64, error) {
	return db.Count(tx, db.Q("select count(*) from review_organisation where programme = ? and review = ?", programme, review))
}

// extractRefers is what this part's tables name that no foreign key guards.
func extractRefers() []db.Reference {
	return []db.Reference{
		db.Names("review_statement", "theme", "review_theme"),
		db.Names("review_statement", "given", "ref_record"),
		db.Names("review_organisation", "met", "ref_record"),
		db.Names("ref_record", "id", "review_statement").When(db.Q("c.kind = ?", Statement)),
		db.Names("ref_record", "id", "review_gap").When(db.Q("c.kind = ?", Gap)),
	}
}

// extractFinds gives the words by which statements and gaps are found. What was set aside
// is found no more.
func extractFinds() []plug.Find {
	return []plug.Find{findsOf(Statement, `select r.id, v.words, v.plainly from ref_record r join review_statement v on v.programme = r.programme and v.id = coalesce(r.id, '')
		where r.programme = ? and r.kind = ? and r.state <> ? and r.id > ? order by r.id limit ?`),
		findsOf(Gap, `select r.id, v.words, v.about from ref_record r join review_gap v on v.programme = r.programme and v.id = coalesce(r.id, '')
		where r.programme = ? and r.kind = ? and r.state <> ? and r.id > ? order by r.id limit ?`)}
}

// writer is who acts, as answers keep it.
func writer(tx *db.Tx) string { return who.From(tx.Context()).Key() }

package review

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// orMissing turns a row that is not there into a fault.
func orMissing(ok bool, err error) error {
	if err == nil && !ok {
		return notThere()
	}
	return err
}

// orChanged turns an update that found another version into a fault.
func orChanged(n int64, err error) error {
	if err == nil && n != 1 {
		return changedMeanwhile()
	}
	return err
}

// Themes.

func themesOf(tx *db.Tx, programme, review string) ([]Theme, error) {
	return db.All(tx, db.Q("select t.id, t.n, t.title from review_theme t where t.programme = ? and t.review = ? order by t.n, t.id", programme, review),
		func(r db.Row, t *Theme) error { return r.Scan(&t.ID, &t.N, &t.Title) })
}

func putTheme(tx *db.Tx, programme, review string, t Theme) error {
	return tx.Do(db.Q(`insert into review_theme (programme, review, id, n, title) values (?, ?, ?, ?, ?)
		on conflict (programme, id) do update set n = excluded.n, title = excluded.title`, programme, review, t.ID, t.N, t.Title))
}

// mergeTheme gives a theme's statements to another ("" = to none), and takes it away.
func mergeTheme(tx *db.Tx, programme, review, theme, into string) error {
	if err := tx.Do(db.Q("update review_statement set theme = ? where programme = ? and review = ? and theme = ?", into, programme, review, theme)); err != nil {
		return err
	}
	return tx.Do(db.Q("delete from review_theme where programme = ? and review = ? and id = ?", programme, review, theme))
}

// Statements.

const sayingSelected = `select r.id, s.review, r.project, s.theme, s.words, s.plainly, s.sure, s.sure_why, s.place, r.state, s.given, s.given_version, r.version, s.made_at, r.changed_at
	from ref_record r join review_statement s on s.programme = r.programme and s.id = r.id`

func scanSaying(row db.Row, s *Saying) error {
	s.Ref.Kind, s.Counts = Statement, map[string]int64{}
	return row.Scan(&s.Ref.ID, &s.Review, &s.Project, &s.Theme, &s.Words, &s.Plainly, &s.Sure, &s.SureWhy, &s.Place, &s.State, &s.Given, &s.GivenVersion, &s.Version, &s.MadeAt, &s.ChangedAt)
}

// statementsOf reads the statements of a review in the order in which they were made, each
// with how many records bear on it.
func statementsOf(tx *db.Tx, programme, review string) ([]Saying, error) {
	all, err := db.All(tx, db.Q(sayingSelected+" where s.programme = ? and s.review = ? order by s.made_at, s.id", programme, review), scanSaying)
	if err != nil {
		return nil, err
	}
	by := map[string]map[string]int64{}
	for _, s := range all {
		by[s.Ref.ID] = s.Counts
	}
	type count struct {
		id, stance string
		n          int64
	}
	err = db.Each(tx, db.Q(`select u.statement, u.stance, count(distinct x.lead) from review_support u join review_record x on x.programme = u.programme and x.review = u.review and x.n = u.n
		where u.programme = ? and u.review = ? group by u.statement, u.stance`, programme, review),
		func(r db.Row, c *count) error { return r.Scan(&c.id, &c.stance, &c.n) },
		func(c count) error {
			if m := by[c.id]; m != nil {
				m[c.stance] = c.n
			}
			return nil
		})
	return all, err
}

func statementOf(tx *db.Tx, programme, id string) (Saying, error) {
	s, ok, err := db.One(tx, db.Q(sayingSelected+" where r.programme = ? and r.id = ?", programme, id), scanSaying)
	return s, orMissing(ok, err)
}

// bearingsOf reads the records that bear on a statement, by number.
func bearingsOf(tx *db.Tx, programme, statement string) ([]Bearing, error) {
	return db.All(tx, db.Q(`select u.n, u.stance, u.note, x.lead, l.title, l.authors, l.year, l.full_verdict = ? and l.gone = ?
		from review_support u join review_record x on x.programme = u.programme and x.review = u.review and x.n = u.n
		join review_record l on l.programme = x.programme and l.review = x.review and l.n = x.lead
		where u.programme = ? and u.statement = ? order by u.n`, Include, false, programme, statement),
		func(r db.Row, b *Bearing) error {
			return r.Scan(&b.N, &b.Stance, &b.Note, &b.Lead, &b.Title, &b.Authors, &b.Year, &b.Included)
		})
}

// sayingOn is a statement that a record bears on.
type sayingOn struct{ ID, Words, Stance, Note string }

// sayingsOn reads the statements that a record, or a copy of it, bears on.
func sayingsOn(tx *db.Tx, programme, review string, lead int64) ([]sayingOn, error) {
	return db.All(tx, db.Q(`select distinct s.id, s.words, u.stance, u.note, s.made_at from review_record x
		join review_support u on u.programme = x.programme and u.review = x.review and u.n = x.n
		join review_statement s on s.programme = u.programme and s.id = u.statement
		where x.programme = ? and x.review = ? and x.lead = ? order by s.made_at, s.id`, programme, review, lead),
		func(r db.Row, x *sayingOn) error {
			var at int64
			return r.Scan(&x.ID, &x.Words, &x.Stance, &x.Note, &at)
		})
}

// putStatement stores a new or changed statement: its row, its record, its search. was is
// the version that was read; 0 for a new one.
func putStatement(tx *db.Tx, programme string, s Saying, was int64) error {
	if err := ref.Put(tx, s.record(programme)); err != nil {
		return err
	}
	if was == 0 {
		if err := tx.Do(db.Q(`insert into review_statement (programme, id, review, theme, words, plainly, sure, sure_why, place, given, given_version, made_at, version)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, programme, s.Ref.ID, s.Review, s.Theme, s.Words, s.Plainly, s.Sure, s.SureWhy, s.Place, s.Given, s.GivenVersion, s.MadeAt, s.Version)); err != nil {
			return err
		}
	} else {
		n, err := tx.Exec(db.Q(`update review_statement set theme = ?, words = ?, plainly = ?, sure = ?, sure_why = ?, given = ?, given_version = ?, version = ?
			where programme = ? and id = ? and version = ?`, s.Theme, s.Words, s.Plainly, s.Sure, s.SureWhy, s.Given, s.GivenVersion, s.Version, programme, s.Ref.ID, was))
		if err := orChanged(n, err); err != nil {
			return err
		}
	}
	if s.State == SetAside {
		return search.Drop(tx, programme, s.Ref.ID)
	}
	return indexWords(tx, programme, s.Ref.ID, s.Words, s.Plainly)
}

// putSupport says how a record bears on a statement, in place of what was said of its
// copies; stance "" takes it out.
func putSupport(tx *db.Tx, programme, review, statement string, s Support) error {
	if err := tx.Do(db.Q(`delete from review_support where programme = ? and statement = ? and n in
		(select x.n from review_record x where x.programme = ? and x.review = ? and (x.n = ? or x.lead = ?))`, programme, statement, programme, review, s.N, s.N)); err != nil || s.Stance == "" {
		return err
	}
	return tx.Do(db.Q(`insert into review_support (programme, statement, n, review, stance, note) values (?, ?, ?, ?, ?, ?)`, programme, statement, s.N, review, s.Stance, s.Note))
}

func countStatements(tx *db.Tx, programme, review string) (int64, error) {
	return db.Count(tx, db.Q("select count(*) from review_statement where programme = ? and review = ?", programme, review))
}

// countGiven counts the statements of a review that were given into the thread.
func countGiven(tx *db.Tx, programme, review string) (int64, error) {
	return db.Count(tx, db.Q("select count(*) from review_statement where programme = ? and review = ? and given <> ''", programme, review))
}

// matchedBy counts what people said of contributions that statements became, by stance.
func matchedBy(tx *db.Tx, programme string, now int64, contributions ...string) (map[string]map[string]int64, error) {
	type count struct {
		id, stance string
		n          int64
	}
	out := map[string]map[string]int64{}
	err := db.Each(tx, db.Join(db.Q(`select c.to_id, c.stance, sum(c.n) from tie_count c where c.programme = ? and c.from_kind = ? and c.until_at > ? and c.to_id in`,
		programme, "contribution", now), db.List(contributions), db.Q("group by c.to_id, c.stance")),
		func(r db.Row, c *count) error { return r.Scan(&c.id, &c.stance, &c.n) },
		func(c count) error {
			if out[c.id] == nil {
				out[c.id] = map[string]int64{}
			}
			out[c.id][c.stance] = c.n
			return nil
		})
	return out, err
}

func indexWords(tx *db.Tx, programme, id, words, more string) error {
	return search.Put(tx, search.Doc{Programme: programme, ID: id, Language: "en", Text: words + "\n" + more})
}

// findsOf is a Find of a kind whose query gives id and two texts.
func findsOf(kind, query string) plug.Find {
	return plug.Find{Kind: kind, Load: func(_ context.Context, tx *db.Tx, programme, after string, most int) ([]search.Doc, string, error) {
		docs, err := db.All(tx, db.Q(query, programme, kind, SetAside, after, int64(most)), func(r db.Row, d *search.Doc) error {
			var more string
			err := r.Scan(&d.ID, &d.Text, &more)
			d.Programme, d.Language, d.Text = programme, "en", d.Text+"\n"+more
			return err
		})
		return docs, ref.Last(docs, most, func(d search.Doc) string { return d.ID }), err
	}}
}

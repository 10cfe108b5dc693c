package output

import (
	"encoding/json"
	"fmt"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

const letterColumns = `programme, id, project, person, number, run, format, language, how, state, why, owing, plain, long, missing, held_why, held_by,
	body, made_at, released_by, released_at, handed_by, handed_on, version`

const letterSelected = `select l.id, l.project, l.person, l.number, l.run, l.format, l.language, l.how, l.state, l.why, l.owing, l.plain, l.long, l.missing, l.held_why,
	l.held_by, l.body, l.made_at, l.released_by, l.released_at, l.handed_by, l.handed_on, l.version
	from output_letter l join ref_record r on r.programme = l.programme and r.id = l.id`

func scanLetter(row db.Row, l *Letter) error {
	var body string
	l.Ref.Kind = Kind
	err := row.Scan(&l.Ref.ID, &l.Project, &l.Person, &l.Number, &l.run, &l.Format, &l.Language, &l.How, &l.State, &l.Why, &l.Owing, &l.Plain, &l.Long, &l.Missing,
		&l.HeldWhy, &l.HeldBy, &body, &l.MadeAt, &l.ReleasedBy, &l.ReleasedAt, &l.HandedBy, &l.HandedOn, &l.Version)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(body), &l.body); err != nil {
		return fmt.Errorf("output_letter %s: %w", l.Ref.ID, err)
	}
	return nil
}

// putLetters stores new and changed letters; their ref_record rows are there already.
func putLetters(tx *db.Tx, programme string, letters []Letter) error {
	const most = 500
	for len(letters) > 0 {
		part := letters[:min(most, len(letters))]
		letters = letters[len(part):]
		rows := make([][]any, len(part))
		for i, l := range part {
			body, err := json.Marshal(l.body)
			if err != nil {
				return err
			}
			rows[i] = []any{programme, l.Ref.ID, l.Project, l.Person, l.Number, l.run, l.Format, l.Language, l.How, l.State, l.Why, l.Owing, l.Plain, l.Long, l.Missing,
				l.HeldWhy, l.HeldBy, string(body), l.MadeAt, l.ReleasedBy, l.ReleasedAt, l.HandedBy, l.HandedOn, l.Version}
		}
		if err := tx.Do(db.Join(db.Q("insert into output_letter ("+letterColumns+") values"), db.Values(rows), db.Q(`on conflict (programme, id) do update set
			run = excluded.run, format = excluded.format, language = excluded.language, how = excluded.how, state = excluded.state, why = excluded.why,
			owing = excluded.owing, plain = excluded.plain, long = excluded.long, missing = excluded.missing, held_why = excluded.held_why, held_by = excluded.held_by,
			body = excluded.body, made_at = excluded.made_at, released_by = excluded.released_by, released_at = excluded.released_at,
			handed_by = excluded.handed_by, handed_on = excluded.handed_on, version = excluded.version`))); err != nil {
			return err
		}
	}
	return nil
}

// putTold keeps which records letters tell of, for finding those that are stale.
func putTold(tx *db.Tx, programme string, letters []Letter) error {
	ids := make([]string, len(letters))
	var rows [][]any
	for i, l := range letters {
		ids[i] = l.Ref.ID
		done := map[string]bool{}
		add := func(id string) {
			if !done[id] {
				done[id] = true
				rows = append(rows, []any{programme, l.Ref.ID, id})
			}
		}
		for _, s := range l.body.Said {
			add(s.Ref.ID)
		}
		for _, x := range l.body.lines() {
			add(x.Ref.ID)
		}
		for _, x := range l.body.Own {
			add(x.Ref.ID)
		}
	}
	if err := tx.Do(db.Join(db.Q("delete from output_told where programme = ? and letter in", programme), db.List(ids))); err != nil {
		return err
	}
	const most = 4000
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		rows = rows[len(part):]
		if err := tx.Do(db.Join(db.Q("insert into output_told (programme, letter, record) values"), db.Values(part))); err != nil {
			return err
		}
	}
	return nil
}

// lettersByID reads letters by their ids. may is who may see them.
func lettersByID(tx *db.Tx, programme string, ids []string, may db.Part) ([]Letter, error) {
	return db.All(tx, db.Join(db.Q(letterSelected+" where l.programme = ? and", programme), may, db.Q("and l.id in"), db.List(ids), db.Q("order by l.id")), scanLetter)
}

// lettersOf reads every letter to some people of a project, the latest last.
func lettersOf(tx *db.Tx, programme, project string, persons []string) ([]Letter, error) {
	return db.All(tx, db.Join(db.Q(letterSelected+" where l.programme = ? and l.project = ? and l.person in", programme, project), db.List(persons),
		db.Q("order by l.person, l.number")), scanLetter)
}

// lettersTo reads every letter to some people, of every project.
func lettersTo(tx *db.Tx, programme string, persons []string) ([]Letter, error) {
	return db.All(tx, db.Join(db.Q(letterSelected+" where l.programme = ? and l.person in", programme), db.List(persons), db.Q("order by l.id")), scanLetter)
}

// lettersTelling reads every letter that tells of some records.
func lettersTelling(tx *db.Tx, programme string, records []string) ([]Letter, error) {
	return db.All(tx, db.Join(db.Q(letterSelected+` where l.programme = ? and l.id in (select o.letter from output_told o where o.programme = ? and o.record in`, programme, programme),
		db.List(records), db.Q(") order by l.id")), scanLetter)
}

// lettersIn reads a page of a project's letters. may is who may see them.
func lettersIn(tx *db.Tx, in LettersIn, may db.Part) ([]Letter, error) {
	where := db.And(may, db.Q("l.project = ?", in.Project))
	if in.State != "" {
		where = db.And(where, db.Q("l.state = ?", in.State))
	}
	if in.After != "" {
		where = db.And(where, db.Q("l.id > ?", in.After))
	}
	return db.All(tx, db.Join(db.Q(letterSelected+" where"), where, db.Q("order by l.id limit ?", in.Limit+1)), scanLetter)
}

// ownLetters reads the letters of one person that were released, the latest first.
func ownLetters(tx *db.Tx, programme, person string) ([]Letter, error) {
	return db.All(tx, db.Q(letterSelected+" where l.programme = ? and l.person = ? and l.state in ('released', 'handed') order by l.released_at desc, l.id desc limit 200",
		programme, person), scanLetter)
}

// byState counts a project's letters.
func byState(tx *db.Tx, programme, project string) (map[string]int64, error) {
	type row struct {
		state string
		n     int64
	}
	out := map[string]int64{}
	err := db.Each(tx, db.Q("select state, count(*) from output_letter where programme = ? and project = ? group by state order by state", programme, project),
		func(r db.Row, x *row) error { return r.Scan(&x.state, &x.n) }, func(x row) error { out[x.state] = x.n; return nil })
	return out, err
}

// untouched reads the open letters that a run did not come to: nothing of what their
// people said may be used any more.
func untouched(tx *db.Tx, programme, project, run string, most int64) ([]Letter, error) {
	return db.All(tx, db.Q(letterSelected+` where l.programme = ? and l.project = ? and l.run <> ? and l.state not in ('released', 'handed')
		and l.why <> 'output.why_nothing_left' order by l.id limit ?`, programme, project, run, most), scanLetter)
}

// Run is one making of letters.
type Run struct {
	ID      string `json:"id"`
	Project string `json:"project"`
	State   string `json:"state"` // making or done
	Total   int64  `json:"total"` // people
	Done    int64  `json:"done"`
	At      int64  `json:"at"`
	Changed int64  `json:"changed"`
	last    string
	by      string
}

const runSelected = `select id, project, state, total, done, last_person, began_by, began_at, changed_at from output_run where programme = ?`

func scanRun(r db.Row, x *Run) error {
	return r.Scan(&x.ID, &x.Project, &x.State, &x.Total, &x.Done, &x.last, &x.by, &x.At, &x.Changed)
}

func runOf(tx *db.Tx, programme, id string) (Run, bool, error) {
	return db.One(tx, db.Q(runSelected+" and id = ?", programme, id), scanRun)
}

// lastRun is the latest making of a project's letters.
func lastRun(tx *db.Tx, programme, project string) (Run, bool, error) {
	return db.One(tx, db.Q(runSelected+" and project = ? order by began_at desc, id desc limit 1", programme, project), scanRun)
}

func putRun(tx *db.Tx, programme string, x Run) error {
	return tx.Do(db.Q(`insert into output_run (programme, id, project, state, total, done, last_person, began_by, began_at, changed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, id) do update set state = excluded.state, total = excluded.total, done = excluded.done, last_person = excluded.last_person, changed_at = excluded.changed_at`,
		programme, x.ID, x.Project, x.State, x.Total, x.Done, x.last, x.by, x.At, x.Changed))
}

// contributes is what people said in a project. coalesce keeps SQLite from the index of
// persons, which holds the whole programme's.
const contributes = `from ref_record r where r.programme = ? and r.project = ? and r.kind = 'contribution' and coalesce(r.person, '') <> '' and r.until > ?`

func countContributors(tx *db.Tx, programme, project string, now int64) (int64, error) {
	return db.Count(tx, db.Q("select count(distinct r.person) "+contributes, programme, project, now))
}

// nextContributors gives the people after one whose words may be used in a project.
func nextContributors(tx *db.Tx, programme, project, after string, now, most int64) ([]string, error) {
	return db.All(tx, db.Q("select distinct r.person "+contributes+" and r.person > ? order by r.person limit ?", programme, project, now, after, most), db.Value[string])
}

// saidBy reads what some people said in a project and what may be used, in the order it came.
func saidBy(tx *db.Tx, programme, project string, persons []string, now int64) ([]ref.Record, error) {
	return db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" "+contributes+" and r.person in", programme, project, now), db.List(persons), db.Q("order by r.id")), ref.Scan)
}

// ownRefs reads what changed for each of some people alone in a project and may be used,
// in the order it was made.
func ownRefs(tx *db.Tx, programme, project string, persons []string, now int64) (map[string][]OwnRef, error) {
	out := map[string][]OwnRef{}
	err := db.Each(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where r.programme = ? and r.project = ? and r.kind = ? and r.person in", programme, project, personal),
		db.List(persons), db.Q("and"), terms.Where("r", terms.Project, now), db.Q("order by r.id")), ref.Scan,
		func(r ref.Record) error {
			out[r.Person] = append(out[r.Person], OwnRef{r.Ref(), r.Version})
			return nil
		})
	return out, err
}

// records reads rows by their ids, some hundreds at a time.
func records(tx *db.Tx, programme string, ids []string) (map[string]ref.Record, error) {
	out := map[string]ref.Record{}
	const most = 500
	for len(ids) > 0 {
		part := ids[:min(most, len(ids))]
		ids = ids[len(part):]
		err := db.Each(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where r.programme = ? and r.id in", programme), db.List(part)), ref.Scan,
			func(r ref.Record) error { out[r.ID] = r; return nil })
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// took notes that something was taken back, or with at 0 that it was given back.
func took(tx *db.Tx, programme, record string, at int64) error {
	if at == 0 {
		return tx.Do(db.Q("delete from output_taken where programme = ? and record = ?", programme, record))
	}
	return tx.Do(db.Q(`insert into output_taken (programme, record, at) values (?, ?, ?) on conflict (programme, record) do update set at = excluded.at`, programme, record, at))
}

// takenAt tells when things were taken back, by id.
func takenAt(tx *db.Tx, programme string, ids []string) (map[string]int64, error) {
	type row struct {
		id string
		at int64
	}
	out := map[string]int64{}
	err := db.Each(tx, db.Join(db.Q("select record, at from output_taken where programme = ? and record in", programme), db.List(ids)),
		func(r db.Row, x *row) error { return r.Scan(&x.id, &x.at) }, func(x row) error { out[x.id] = x.at; return nil })
	return out, err
}

// ofKind is the condition for a letter that the actor was asked about already.
func ofKind() db.Part { return db.Q("r.kind = ?", Kind) }

// inProject narrows a condition to one project.
func inProject(may db.Part, project string) db.Part {
	return db.And(may, db.Q("l.project = ?", project))
}

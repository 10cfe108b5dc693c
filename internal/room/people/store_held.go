package people

import (
	"cmp"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
)

// beyond counts what is a person's own outside the places of may, erased things left out.
func beyond(tx *db.Tx, programme, person string, may db.Part) (int64, error) {
	return db.Count(tx, db.Join(db.Q(`select count(*) from ref_record r where r.programme = ? and r.person = ? and r.kind <> 'person' and not (`,
		programme, person), may, db.Q(`)`)))
}

// chosen is a choice about one thing of others.
type chosen struct {
	choice, actor string
	at            int64
}

func choices(tx *db.Tx, programme, person string) (map[string]chosen, error) {
	type row struct {
		mark string
		chosen
	}
	out := map[string]chosen{}
	err := db.Each(tx, db.Q(`select mark, choice, actor, at from people_leave where programme = ? and person = ?`, programme, person),
		func(r db.Row, x *row) error { return r.Scan(&x.mark, &x.choice, &x.actor, &x.at) }, func(x row) error { out[x.mark] = x.chosen; return nil })
	return out, err
}

func choose(tx *db.Tx, programme, person, mark, choice, actor string, at int64) error {
	return tx.Do(db.Q(`insert into people_leave (programme, person, mark, choice, actor, at) values (?, ?, ?, ?, ?, ?)
		on conflict (programme, person, mark) do update set choice = excluded.choice, actor = excluded.actor, at = excluded.at`, programme, person, mark, choice, actor, at))
}

const requestColumns = `q.id, q.person, q.what, q.how, q.asked_on, q.due_on, q.longer, q.state, q.why, q.given_to, q.answered_on, q.copied_at, q.version`

func scanRequest(r db.Row, q *Request) error {
	q.Person.Kind = Kind
	var longer int64
	err := r.Scan(&q.ID, &q.Person.ID, &q.What, &q.How, &q.AskedOn, &q.DueOn, &longer, &q.State, &q.Why, &q.GivenTo, &q.Answered, &q.CopiedAt, &q.Version)
	q.Longer = longer != 0
	return err
}

func insertRequest(tx *db.Tx, programme string, q Request, actor string, at int64) error {
	return tx.Do(db.Q(`insert into people_request (programme, id, person, what, how, asked_on, due_on, longer, state, why, given_to, answered_on, copied_at, actor, answered_by, at, version)
		values (?, ?, ?, ?, ?, ?, ?, 0, ?, '', '', '', 0, ?, '', ?, ?)`, programme, q.ID, q.Person.ID, q.What, q.How, q.AskedOn, q.DueOn, q.State, actor, at, q.Version))
}

// updateRequest stores what became of a request where its version is the one that was read.
func updateRequest(tx *db.Tx, programme string, q Request, actor string, was int64) error {
	longer := int64(0)
	if q.Longer {
		longer = 1
	}
	n, err := tx.Exec(db.Q(`update people_request set due_on = ?, longer = ?, state = ?, why = ?, given_to = ?, answered_on = ?, answered_by = ?, version = ?
		where programme = ? and id = ? and version = ?`, q.DueOn, longer, q.State, q.Why, q.GivenTo, q.Answered, actor, q.Version, programme, q.ID, was))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "people.changed_meanwhile").With("people.changed_meanwhile_do")
	}
	return err
}

func setCopied(tx *db.Tx, programme, request string, at int64) error {
	return tx.Do(db.Q(`update people_request set copied_at = ? where programme = ? and id = ?`, at, programme, request))
}

// requestsOf lists what one person asked, latest first.
func requestsOf(tx *db.Tx, programme, person string) ([]Request, error) {
	out, err := db.All(tx, db.Q(`select `+requestColumns+` from people_request q where q.programme = ? and q.person = ? order by q.id desc`, programme, person), scanRequest)
	return append([]Request{}, out...), err
}

func requestByID(tx *db.Tx, programme, request string) (Request, bool, error) {
	return db.One(tx, db.Q(`select `+requestColumns+` from people_request q where q.programme = ? and q.id = ?`, programme, request), scanRequest)
}

// requests reads one page of the register, what is due first before the others. may is
// whose requests the actor may see.
func requests(tx *db.Tx, programme string, in RequestsIn, may db.Part) ([]Request, string, error) {
	where := []db.Part{db.Q("q.programme = ? and q.state = ?", programme, in.State), may}
	if due, last, ok := strings.Cut(in.After, " "); ok && id.Valid(last) {
		where = append(where, db.Q("(q.due_on, q.id) > (?, ?)", due, last))
	}
	out, err := db.All(tx, db.Join(db.Q(`select `+requestColumns+`, p.name, p.says_as from people_request q
		join people_person p on p.programme = q.programme and p.id = q.person join ref_record r on r.programme = q.programme and r.id = q.person where`),
		db.And(where...), db.Q("order by q.due_on, q.id limit ?", in.Limit+1)), func(r db.Row, q *Request) error {
		var p Person
		err := scanRequest(before{r, []any{&p.Name, &p.SaysAs}}, q)
		q.Name = p.Called()
		return err
	})
	if err != nil || int64(len(out)) <= in.Limit {
		return append([]Request{}, out...), "", err
	}
	out = out[:in.Limit]
	end := out[len(out)-1]
	return out, end.DueOn + " " + end.ID, nil
}

// before is a row whose last columns go elsewhere.
type before struct {
	db.Row
	rest []any
}

// Scan reads the row's first columns.
func (b before) Scan(to ...any) error { return b.Row.Scan(append(to, b.rest...)...) }

// look is one time when someone looked at or changed what is a person's own.
type look struct {
	at          int64
	actor, verb string
}

// looksBatch is of how many records at a time it is read who looked at them.
const looksBatch = 200

// looksAt reads who looked at a person and at what is the person's own, or changed it, the
// latest first.
func looksAt(tx *db.Tx, programme, person string, most int64) ([]look, error) {
	// The ids first: PostgreSQL takes a list that it cannot count for most of the trail.
	own, err := db.All(tx, db.Q("select id from ref_record where programme = ? and person = ? order by id", programme, person), db.Value[string])
	if err != nil {
		return nil, err
	}
	var out []look
	for ids := range slices.Chunk(append(own, person), looksBatch) {
		part, err := db.All(tx, db.Join(db.Q("select e.at, e.actor, e.verb from trail_entry e where e.programme = ? and e.ref in", programme), db.List(ids),
			db.Q("order by e.at desc, e.id desc limit ?", most)), func(r db.Row, l *look) error { return r.Scan(&l.at, &l.actor, &l.verb) })
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	slices.SortStableFunc(out, func(a, b look) int { return cmp.Compare(b.at, a.at) })
	return out[:min(len(out), int(most))], nil
}

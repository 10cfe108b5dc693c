package evidence

import (
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/trail"
)

const columns = `programme, id, project, words, said_on, source, language, expressed, voice, interpreter, role, reference, batch, given_at, version,
	question, answer, interest, interest_by, account, account_by, read_back, read_back_on, fixed, page_starts, sensitive`

func insert(tx *db.Tx, programme string, cs []Contribution) error {
	const most = 500
	for start := 0; start < len(cs); start += most {
		part := cs[start:min(start+most, len(cs))]
		rows := make([][]any, len(part))
		for i, c := range part {
			rows[i] = []any{programme, c.Ref.ID, c.Project, c.Words, c.On, c.Source, c.Language, c.Expressed, c.Voice, c.Helper, c.Role, c.Reference, c.Batch, c.GivenAt, c.Version,
				c.Question, c.Answer, c.Interest, c.InterestBy, c.Account, c.AccountBy, c.ReadBack, c.ReadBackOn, bit(c.Fixed), numbers(c.PageStarts), bit(c.Sensitive)}
		}
		if err := tx.Do(db.Join(db.Q("insert into evidence_contribution ("+columns+") values"), db.Values(rows))); err != nil {
			return err
		}
	}
	return nil
}

// update stores a changed contribution where its version is still the one that was read.
func update(tx *db.Tx, programme string, c Contribution, was int64) error {
	n, err := tx.Exec(db.Q(`update evidence_contribution set words = ?, page_starts = ?, said_on = ?, source = ?, role = ?, sensitive = ?, version = ?
		where programme = ? and id = ? and version = ?`, c.Words, numbers(c.PageStarts), c.On, c.Source, c.Role, bit(c.Sensitive), c.Version, programme, c.Ref.ID, was))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "evidence.changed_meanwhile", "Words", "").With("evidence.changed_meanwhile_do")
	}
	return err
}

func index(tx *db.Tx, programme string, cs []Contribution) error {
	docs := make([]search.Doc, len(cs))
	for i, c := range cs {
		docs[i] = doc(programme, c)
	}
	return search.Put(tx, docs...)
}

// doc is the words by which a contribution with its files is found.
func doc(programme string, c Contribution) search.Doc {
	return search.Doc{Programme: programme, ID: c.Ref.ID, Language: c.Language, Text: strings.Join(c.findable(), "\n")}
}

const selected = `select r.id, r.project, r.title, c.words, r.strand, r.site, r.person, c.role, c.said_on, c.source, c.language, c.expressed, c.voice,
	c.interpreter, c.reference, c.batch, r.state, r.fate, r.version, c.given_at, r.changed_at,
	c.question, c.answer, c.interest, c.interest_by, c.account, c.account_by, c.read_back, c.read_back_on, c.fixed, c.page_starts, c.sensitive
	from ref_record r join evidence_contribution c on c.programme = r.programme and c.id = r.id`

func scan(row db.Row, c *Contribution) error {
	c.Ref.Kind = Kind
	var fixed, sensitive int64
	var starts string
	err := row.Scan(&c.Ref.ID, &c.Project, &c.Title, &c.Words, &c.Strand, &c.Site, &c.Person, &c.Role, &c.On, &c.Source, &c.Language, &c.Expressed,
		&c.Voice, &c.Helper, &c.Reference, &c.Batch, &c.State, &c.Fate, &c.Version, &c.GivenAt, &c.ChangedAt,
		&c.Question, &c.Answer, &c.Interest, &c.InterestBy, &c.Account, &c.AccountBy, &c.ReadBack, &c.ReadBackOn, &fixed, &starts, &sensitive)
	c.Fixed, c.PageStarts, c.Sensitive = fixed != 0, parseNumbers(starts), sensitive != 0
	return err
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// numbers is page starts as they are stored: "0 1843 3920".
func numbers(ns []int) string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, " ")
}

func parseNumbers(s string) []int {
	var out []int
	for _, f := range strings.Fields(s) {
		n, err := strconv.Atoi(f)
		if err != nil {
			return nil
		}
		out = append(out, n)
	}
	return out
}

// one reads a contribution; the caller has asked who.Must and looked at its terms.
func one(tx *db.Tx, programme, id string) (Contribution, error) {
	c, ok, err := db.One(tx, db.Q(selected+` where r.programme = ? and r.id = ?`, programme, id), scan)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return c, err
}

// some reads contributions by their ids. may is who may see and what may be used.
func some(tx *db.Tx, ids []string, may db.Part) ([]Contribution, error) {
	if len(ids) == 0 {
		return []Contribution{}, nil
	}
	// The join keeps to contributions; naming the kind as well would lead SQLite to its index.
	return db.All(tx, db.Join(db.Q(selected+" where"), may, db.Q("and r.id in"), db.List(ids)), scan)
}

// list reads one page, newest first, or a batch in the order it came. may is who may see
// and what may be used.
func list(tx *db.Tx, in ListIn, may db.Part) ([]Contribution, string, error) {
	where := []db.Part{may, db.Q("r.project = ? and r.kind = ?", in.Project, Kind)}
	from := db.Q(selected)
	if in.Find != "" {
		q, ok := search.Match(tx.Engine(), in.Find)
		if !ok {
			return nil, "", fault.Fielded("find", "house.bad_value")
		}
		from = db.Join(from, q.Join("r"))
	}
	if in.Strand != "" {
		// The few stored forms that hold the strand, so that the index of the list serves.
		where = append(where, db.Join(db.Q("r.strand in"), db.List(holding(in.Strand))))
	}
	if in.Site != "" {
		where = append(where, db.Q("r.site = ?", in.Site))
	}
	if in.State != "" {
		where = append(where, db.Q("r.state = ?", in.State))
	}
	at, last, after := db.ReadCursor(in.After)
	order := db.Q("order by r.changed_at desc, r.id desc limit ?", in.Limit+1)
	switch {
	case in.Batch != "":
		// Ids sort by making, which is the order of what was pasted or read.
		where = append(where, db.Q("c.batch = ?", in.Batch))
		order = db.Q("order by r.id limit ?", in.Limit+1)
		if after {
			where = append(where, db.Q("r.id > ?", last))
		}
	case after:
		where = append(where, db.Q("(r.changed_at, r.id) < (?, ?)", at, last))
	}
	out, err := db.All(tx, db.Join(from, db.Q("where"), db.And(where...), order), scan)
	if err != nil || int64(len(out)) <= in.Limit {
		return out, "", err
	}
	out = out[:in.Limit]
	end := out[len(out)-1]
	next := db.Cursor(end.ChangedAt, end.Ref.ID)
	return out, next, nil
}

// listBatch says what a listed batch is called and how much of it the actor may see.
func listBatch(tx *db.Tx, programme string, in ListIn, may db.Part) (out ListBatch, err error) {
	b, ok, err := batch(tx, programme, in.Batch)
	if err != nil || !ok || b.Project != in.Project {
		return out, err
	}
	out.Name = b.Name
	if h, ok, err := importOf(tx, programme, in.Batch); err != nil {
		return out, err
	} else if ok {
		out.Files = h.Files
	}
	out.N, err = db.Count(tx, db.Join(db.Q(`select count(*) from ref_record r join evidence_contribution c on c.programme = r.programme and c.id = r.id where`),
		db.And(may, db.Q("r.project = ? and r.kind = ? and c.batch = ?", in.Project, Kind, in.Batch))))
	return out, err
}

// holding is every stored form of one or two strands that holds s.
func holding(s string) []string {
	out := []string{s}
	for _, a := range Strands() {
		for _, b := range Strands() {
			if a < b && (a == s || b == s) {
				out = append(out, a+"+"+b)
			}
		}
	}
	return out
}

// counts gives live contributions by strand; one of two strands counts in both.
func counts(tx *db.Tx, programme, project string, now int64) (map[string]int64, error) {
	tallies, err := ref.Tallies(tx, programme, project, now)
	out := map[string]int64{"all": 0, "": 0, "research": 0, "lived": 0, "practice": 0}
	for _, t := range tallies {
		if t.Kind != Kind {
			continue
		}
		out["all"] += t.N
		if t.Strand == "" {
			out[""] += t.N
			continue
		}
		for _, s := range strings.Split(t.Strand, "+") {
			out[s] += t.N
		}
	}
	return out, err
}

func insertBatch(tx *db.Tx, programme string, b Batch) error {
	return tx.Do(db.Q(`insert into evidence_batch (programme, id, project, name, made, state, digest, at, stored, detail) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, b.ID, b.Project, b.Name, b.Made, b.State, b.Digest, b.At, b.Stored, b.Detail))
}

const batchColumns = `id, project, name, made, state, digest, at, stored, detail`

func scanBatch(r db.Row, b *Batch) error {
	return r.Scan(&b.ID, &b.Project, &b.Name, &b.Made, &b.State, &b.Digest, &b.At, &b.Stored, &b.Detail)
}

func batch(tx *db.Tx, programme, id string) (Batch, bool, error) {
	return db.One(tx, db.Q(`select `+batchColumns+` from evidence_batch where programme = ? and id = ?`, programme, id), scanBatch)
}

// drop deletes contributions with their search words, terms, rows and words in the trail.
func drop(tx *db.Tx, programme string, ids []string) error {
	const most = 500
	for start := 0; start < len(ids); start += most {
		part := ids[start:min(start+most, len(ids))]
		if err := search.Drop(tx, programme, part...); err != nil {
			return err
		}
		if err := tx.Do(db.Join(db.Q(`delete from evidence_contribution where programme = ? and id in`, programme), db.List(part))); err != nil {
			return err
		}
		if err := dropExcerpts(tx, programme, part); err != nil {
			return err
		}
		if err := trail.Erase(tx, programme, part...); err != nil {
			return err
		}
		if err := terms.Drop(tx, programme, part...); err != nil {
			return err
		}
		if err := ref.Drop(tx, programme, part...); err != nil {
			return err
		}
	}
	return nil
}

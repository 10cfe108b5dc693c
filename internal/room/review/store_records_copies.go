package review

import (
	"cmp"
	"math"
	"slices"

	"plait/internal/engine/dedupe"
	"plait/internal/kit/db"
)

// keyRow is a record as it is compared.
type keyRow struct {
	n, lead, year                                                             int64
	batch, title, authors, journal, doi, abstract, volume, issue, pages, pmid string
}

const keyColumns = `x.n, x.lead, x.batch, x.title, x.authors, x.year, x.journal, x.doi, x.abstract, k.volume, k.issue, k.pages, k.pmid
	from review_record x join review_key k on k.programme = x.programme and k.review = x.review and k.n = x.n`

func scanKey(r db.Row, x *keyRow) error {
	return r.Scan(&x.n, &x.lead, &x.batch, &x.title, &x.authors, &x.year, &x.journal, &x.doi, &x.abstract, &x.volume, &x.issue, &x.pages, &x.pmid)
}

// keyRows reads records that are in the review as they are compared, by number.
func keyRows(tx *db.Tx, programme, review string, after, most int64) ([]keyRow, error) {
	return db.All(tx, db.Q("select "+keyColumns+" where x.programme = ? and x.review = ? and x.n > ? and x.gone = ? order by x.n limit ?",
		programme, review, after, false, most), scanKey)
}

// keyRowsOf reads some records as they are compared.
func keyRowsOf(tx *db.Tx, programme, review string, ns []int64) ([]keyRow, error) {
	return db.All(tx, db.Join(db.Q("select "+keyColumns+" where x.programme = ? and x.review = ? and x.n in", programme, review), db.List(ns), db.Q("order by x.n")), scanKey)
}

// copiesState is how far the looking for copies is.
type copiesState struct {
	Upto        int64 // the last record that was compared
	State       string
	Done, Total int64
	Left        int64 // pairs too many to ask about
	ChangedAt   int64
}

// States of looking for copies.
const (
	copiesIdle = "idle"
	copiesLoad = "load" // reading the records
	copiesPut  = "put"  // storing what was found
)

// lastShown is the number of the last record that is in the review; 0 = none is.
func lastShown(tx *db.Tx, programme, review string) (int64, error) {
	n, _, err := db.One(tx, db.Q("select x.n from review_record x where x.programme = ? and x.review = ? and x.gone = ? order by x.n desc limit 1", programme, review, false), db.Value[int64])
	return n, err
}

func copiesOf(tx *db.Tx, programme, review string) (copiesState, error) {
	s, ok, err := db.One(tx, db.Q("select upto, state, done, total, left_out, changed_at from review_copies where programme = ? and review = ?", programme, review),
		func(r db.Row, s *copiesState) error {
			return r.Scan(&s.Upto, &s.State, &s.Done, &s.Total, &s.Left, &s.ChangedAt)
		})
	if err == nil && !ok {
		s.State = copiesIdle
	}
	return s, err
}

// setCopies stores how far it is, for the page that shows it. What was compared is not
// changed by it.
func setCopies(tx *db.Tx, programme, review string, s copiesState) error {
	return tx.Do(db.Q(`insert into review_copies (programme, review, upto, state, done, total, left_out, changed_at) values (?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, review) do update set state = excluded.state, done = excluded.done, total = excluded.total, changed_at = excluded.changed_at`,
		programme, review, s.Upto, s.State, s.Done, s.Total, s.Left, s.ChangedAt))
}

// comparedUpto says that the records up to one, which are ns, are compared, and how many
// pairs were too many to ask about; was is up to where they were before. Where others were
// put back meanwhile, the next look compares all anew.
func comparedUpto(tx *db.Tx, programme, review string, s copiesState, was int64, ns []int64) error {
	if err := setCopies(tx, programme, review, s); err != nil {
		return err
	}
	type sum struct{ n, all, squares int64 }
	there, _, err := db.One(tx, db.Q(`select count(*), coalesce(sum(x.n), 0), coalesce(sum(x.n * x.n), 0) from review_record x where x.programme = ? and x.review = ? and x.n <= ? and x.gone = ?`,
		programme, review, s.Upto, false), func(r db.Row, t *sum) error { return r.Scan(&t.n, &t.all, &t.squares) })
	if err != nil {
		return err
	}
	var seen sum
	for _, n := range ns {
		seen = sum{seen.n + 1, seen.all + n, seen.squares + n*n}
	}
	if there != seen {
		return compareAnew(tx, programme, review, 0)
	}
	return tx.Do(db.Q(`update review_copies set upto = ?, left_out = ? where programme = ? and review = ? and upto = ?`, s.Upto, s.Left, programme, review, was))
}

// compareAnew has the next look compare all records with each other, where one of those from
// a number on counts as compared: they were gone while others came. What is known of pairs
// stays, so nothing is asked or counted twice.
func compareAnew(tx *db.Tx, programme, review string, from int64) error {
	return tx.Do(db.Q(`update review_copies set upto = 0, left_out = 0 where programme = ? and review = ? and upto >= ?`, programme, review, from))
}

// putFound stores a pair that the program found, where nothing is known of it.
func putFound(tx *db.Tx, programme, review string, p Pair) error {
	return tx.Do(db.Q(`insert into review_pair (programme, review, a, b, band, score, reason, answered_by, answered_at, found) values (?, ?, ?, ?, ?, ?, ?, '', 0, ?)
		on conflict (programme, review, a, b) do nothing`, programme, review, min(p.A, p.B), max(p.A, p.B), p.Band, p.Score, p.Reason, p.Band))
}

// setAnswer stores what a person said of a pair, whether the program knew of it or not.
func setAnswer(tx *db.Tx, programme, review string, a, b int64, band, by string, at int64) error {
	return tx.Do(db.Q(`insert into review_pair (programme, review, a, b, band, score, reason, answered_by, answered_at, found) values (?, ?, ?, ?, ?, 0, '', ?, ?, '')
		on conflict (programme, review, a, b) do update set band = excluded.band, answered_by = excluded.answered_by, answered_at = excluded.answered_at`,
		programme, review, min(a, b), max(a, b), band, by, at))
}

// clearAnswer makes a pair what the program found; one that only a person made goes.
func clearAnswer(tx *db.Tx, programme, review string, p Pair) error {
	if p.Found == "" {
		return tx.Do(db.Q("delete from review_pair where programme = ? and review = ? and a = ? and b = ?", programme, review, p.A, p.B))
	}
	return tx.Do(db.Q("update review_pair set band = found, answered_by = '', answered_at = 0 where programme = ? and review = ? and a = ? and b = ?", programme, review, p.A, p.B))
}

const pairColumns = `p.a, p.b, p.band, p.score, p.reason, p.answered_by, p.answered_at, p.found`

func scanPair(r db.Row, p *Pair) error {
	return r.Scan(&p.A, &p.B, &p.Band, &p.Score, &p.Reason, &p.AnsweredBy, &p.AnsweredAt, &p.Found)
}

// open is the pairs that wait for an answer: both records are in the review and not together.
const openPairs = ` from review_pair p join review_record ra on ra.programme = p.programme and ra.review = p.review and ra.n = p.a
	join review_record rb on rb.programme = p.programme and rb.review = p.review and rb.n = p.b
	where p.programme = ? and p.review = ? and p.band = ? and ra.gone = ? and rb.gone = ? and ra.lead <> rb.lead`

// nextAsk is the likeliest pair that nobody has answered; those that were put off come last.
func nextAsk(tx *db.Tx, programme, review string) (Pair, bool, error) {
	return db.One(tx, db.Q("select "+pairColumns+openPairs+" order by p.answered_at, p.score desc, p.a, p.b limit 1", programme, review, Ask, false, false), scanPair)
}

func countAsks(tx *db.Tx, programme, review string) (int64, error) {
	return db.Count(tx, db.Q("select count(*)"+openPairs, programme, review, Ask, false, false))
}

// pairOf reads one pair.
func pairOf(tx *db.Tx, programme, review string, a, b int64) (Pair, bool, error) {
	return db.One(tx, db.Q("select "+pairColumns+" from review_pair p where p.programme = ? and p.review = ? and p.a = ? and p.b = ?", programme, review, min(a, b), max(a, b)), scanPair)
}

// answered reads what people answered behind a pair's cursor, newest first.
func answered(tx *db.Tx, programme, review, after string, most int64) ([]Pair, error) {
	behind := db.And()
	if p, ok := readPair(after); ok {
		behind = db.Q("(p.answered_at < ? or p.answered_at = ? and (p.a, p.b) > (?, ?))", p.AnsweredAt, p.AnsweredAt, p.A, p.B)
	}
	one := func(band string) db.Part {
		return db.Join(db.Q("select "+pairColumns+" from review_pair p where p.programme = ? and p.review = ? and p.band = ? and p.answered_at > 0 and", programme, review, band),
			behind, db.Q("order by p.answered_at desc, p.a, p.b limit ?", most))
	}
	var all []Pair
	for _, band := range []string{Same, Apart} {
		some, err := db.All(tx, one(band), scanPair)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.AnsweredAt, a.AnsweredAt), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return all[:min(int(most), len(all))], nil
}

// apartWith reads the pairs of a record of which somebody said at one moment that they are
// two works: the newest such moment.
func apartWith(tx *db.Tx, programme, review string, n int64) ([]Pair, error) {
	all, err := db.All(tx, db.Join(db.Q("select "+pairColumns+" from review_pair p where p.programme = ? and p.review = ? and p.band = ? and p.answered_at > 0 and (p.a = ? or p.b = ?)",
		programme, review, Apart, n, n), db.Q("order by p.answered_at desc, p.a, p.b")), scanPair)
	for i := range all {
		if all[i].AnsweredAt != all[0].AnsweredAt {
			return all[:i], err
		}
	}
	return all, err
}

// apartPairs reads all pairs of which somebody said that they are two works.
func apartPairs(tx *db.Tx, programme, review string) ([]Pair, error) {
	return db.All(tx, db.Q("select "+pairColumns+" from review_pair p where p.programme = ? and p.review = ? and p.band = ?", programme, review, Apart), scanPair)
}

// mergedLeads gives the numbers of records that stand for copies too, by number, after one.
func mergedLeads(tx *db.Tx, programme, review string, after, most int64) ([]int64, error) {
	return db.All(tx, db.Q("select distinct x.lead from review_record x where x.programme = ? and x.review = ? and x.lead <> x.n and x.lead > ? order by x.lead limit ?",
		programme, review, after, most), db.Value[int64])
}

// countCopies is how many records are copies of others.
func countCopies(tx *db.Tx, programme, review string) (int64, error) {
	return db.Count(tx, db.Q("select count(*) from review_record x where x.programme = ? and x.review = ? and x.lead <> x.n", programme, review))
}

// inGroups gives, of some records, those that are in a group or are linked to another.
func inGroups(tx *db.Tx, programme, review string, ns []int64) ([]int64, error) {
	if len(ns) == 0 {
		return nil, nil
	}
	of := func(sql string, args ...any) db.Part {
		return db.Join(db.Q(sql, append([]any{programme, review}, args...)...), db.List(ns))
	}
	var out []int64
	for _, q := range []db.Part{
		of("select x.n from review_record x where x.programme = ? and x.review = ? and x.lead <> x.n and x.n in"),
		of("select x.lead from review_record x where x.programme = ? and x.review = ? and x.lead <> x.n and x.lead in"),
		of("select p.a from review_pair p where p.programme = ? and p.review = ? and p.band = ? and p.a in", Same),
		of("select p.b from review_pair p where p.programme = ? and p.review = ? and p.band = ? and p.b in", Same),
	} {
		some, err := db.All(tx, q, db.Value[int64])
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// around gives some records, all that are in a group with one of them, and all that a link
// may hold together with one of those.
func around(tx *db.Tx, programme, review string, seeds []int64) ([]member, []Pair, error) {
	all := seeds
	for {
		slices.Sort(all)
		all = slices.Compact(all)
		next, err := db.All(tx, db.Join(
			db.Q("select x.n from review_record x where x.programme = ? and x.review = ? and x.lead in (select y.lead from review_record y where y.programme = ? and y.review = ? and y.n in",
				programme, review, programme, review), db.List(all),
			db.Q(") union select p.a from review_pair p where p.programme = ? and p.review = ? and p.band = ? and p.b in", programme, review, Same), db.List(all),
			db.Q("union select p.b from review_pair p where p.programme = ? and p.review = ? and p.band = ? and p.a in", programme, review, Same), db.List(all)), db.Value[int64])
		if err != nil {
			return nil, nil, err
		}
		next = append(next, all...)
		slices.Sort(next)
		if next = slices.Compact(next); len(next) == len(all) {
			break
		}
		all = next
	}
	members, err := db.All(tx, db.Join(db.Q(`select x.n, x.lead, x.gone, x.title_verdict <> '' or x.full_verdict <> '' or x.plain <> '' or x.full_file <> ''
		or exists (select 1 from review_decision d where d.programme = x.programme and d.review = x.review and d.stage in (?, ?) and d.n = x.n),
		x.abstract <> '', x.doi <> '' from review_record x where x.programme = ? and x.review = ? and x.n in`, TitleStage, FullStage, programme, review), db.List(all), db.Q("order by x.n")),
		func(r db.Row, m *member) error { return r.Scan(&m.n, &m.lead, &m.gone, &m.begun, &m.summary, &m.doi) })
	if err != nil {
		return nil, nil, err
	}
	pairs, err := db.All(tx, db.Join(db.Q("select "+pairColumns+" from review_pair p where p.programme = ? and p.review = ? and p.band in (?, ?) and p.a in", programme, review, Same, Apart),
		db.List(all), db.Q("and p.b in"), db.List(all)), scanPair)
	return members, pairs, err
}

// regroup makes the groups of some records anew from what links them, and gives each group
// the record that leads it. Where a record that held a group together is gone, the others
// are compared with each other.
func regroup(tx *db.Tx, programme, review string, seeds []int64) error {
	if len(seeds) == 0 {
		return nil
	}
	members, pairs, err := around(tx, programme, review, slices.Clone(seeds))
	if err != nil {
		return err
	}
	parts := group(members, pairs)
	more, err := rejoin(tx, programme, review, parts, pairs)
	if err != nil {
		return err
	}
	if len(more) > 0 {
		parts = group(members, append(pairs, more...))
	}
	to := map[int64][]int64{} // the records that get a new lead
	for _, p := range parts {
		lead := leads(p)
		for _, m := range p {
			if m.gone {
				lead = m.n // it is alone
			}
			if m.lead != lead {
				to[lead] = append(to[lead], m.n)
			}
		}
	}
	for lead, ns := range to {
		slices.Sort(ns)
		if err := tx.Do(db.Join(db.Q("update review_record set lead = ? where programme = ? and review = ? and n in", lead, programme, review), db.List(ns))); err != nil {
			return err
		}
	}
	return nil
}

// rejoin compares the pieces of a group that nothing holds together any more.
func rejoin(tx *db.Tx, programme, review string, parts [][]member, pairs []Pair) ([]Pair, error) {
	pieces := map[int64][]int64{} // by the lead they had, the first record of each
	for _, p := range parts {
		if !p[0].gone {
			pieces[p[0].lead] = append(pieces[p[0].lead], p[0].n)
		}
	}
	var out []Pair
	for _, ns := range pieces {
		if len(ns) < 2 || len(ns) > 50 {
			continue
		}
		rows, err := keyRowsOf(tx, programme, review, ns)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			for j := range i {
				p := Pair{A: rows[j].n, B: rows[i].n}
				if slices.ContainsFunc(pairs, func(x Pair) bool { return x.A == p.A && x.B == p.B }) {
					continue // somebody has said that they are two works
				}
				band, score, reason := dedupe.Judge(comparedRow(&rows[j]), comparedRow(&rows[i]))
				if band == dedupe.Apart {
					continue
				}
				p.Band, p.Score, p.Reason = band.String(), thousandths(score), string(reason)
				if err := putFound(tx, programme, review, p); err != nil {
					return nil, err
				}
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// thousandths is a score as it is stored.
func thousandths(score float64) int64 { return int64(math.Round(score * 1000)) }

// linksOf reads what holds some records together.
func linksOf(tx *db.Tx, programme, review string, ns []int64) ([]Pair, error) {
	return db.All(tx, db.Join(db.Q("select "+pairColumns+" from review_pair p where p.programme = ? and p.review = ? and p.band = ? and p.a in", programme, review, Same),
		db.List(ns), db.Q("and p.b in"), db.List(ns), db.Q("order by p.a, p.b")), scanPair)
}

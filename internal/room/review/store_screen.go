package review

import (
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

// screening is how far a review is read.
type screening struct {
	skip   bool  // the whole text is not screened: what matters by its title is in
	seq    int64 // rises with every change of decisions or records
	looked int64 // the last record that was looked at for decisions of another tool
}

func screeningOf(tx *db.Tx, programme, review string) (screening, error) {
	s, _, err := db.One(tx, db.Q(`select skip_full, seq, looked from review_screening where programme = ? and review = ?`, programme, review),
		func(r db.Row, s *screening) error { return r.Scan(&s.skip, &s.seq, &s.looked) })
	return s, err
}

// step gives the next number in the order of decisions.
func step(tx *db.Tx, programme, review string) (screening, error) {
	s, _, err := db.One(tx, db.Q(`insert into review_screening (programme, review, skip_full, seq, looked) values (?, ?, ?, 1, 0)
		on conflict (programme, review) do update set seq = review_screening.seq + 1 returning skip_full, seq, looked`, programme, review, false),
		func(r db.Row, s *screening) error { return r.Scan(&s.skip, &s.seq, &s.looked) })
	return s, err
}

func setSkip(tx *db.Tx, programme, review string, skip bool) error {
	return tx.Do(db.Q(`update review_screening set skip_full = ? where programme = ? and review = ?`, skip, programme, review))
}

func setLooked(tx *db.Tx, programme, review string, n int64) error {
	return tx.Do(db.Q(`update review_screening set looked = ? where programme = ? and review = ? and looked < ?`, n, programme, review, n))
}

// Decision is what one reviewer decided of one record in one stage.
type Decision struct {
	N       int64  `json:"n"`
	Stage   string `json:"stage"`
	Actor   string `json:"actor"`
	Verdict string `json:"verdict"`
	Reason  string `json:"reason"`
	Note    string `json:"note"`
	Chance  bool   `json:"chance"` // the record was picked by chance
	Came    string `json:"came"`   // how the record was chosen to be read, as NextOut.By says it; "" = not known
	Seq     int64  `json:"seq"`    // its place in the order of decisions; a changed one has a new place
	First   int64  `json:"first"`  // its place in the order of reading, which stays
	MadeAt  int64  `json:"made_at"`
}

const decisionColumns = `d.n, d.stage, d.actor, d.verdict, d.reason, d.note, d.by_chance, d.came, d.seq, d.first_seq, d.made_at`

func scanDecision(r db.Row, d *Decision) error {
	return r.Scan(d.fields()...)
}

// fields are where decisionColumns go.
func (d *Decision) fields() []any {
	return []any{&d.N, &d.Stage, &d.Actor, &d.Verdict, &d.Reason, &d.Note, &d.Chance, &d.Came, &d.Seq, &d.First, &d.MadeAt}
}

// putDecision stores a decision; a new one takes the place of the reviewer's own. It was read
// when it was first decided, and as it came then; what was put off was not read.
func putDecision(tx *db.Tx, programme, review string, d Decision) error {
	return tx.Do(db.Q(`insert into review_decision (programme, review, stage, n, actor, verdict, reason, note, by_chance, came, seq, first_seq, made_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, review, stage, n, actor) do update set verdict = excluded.verdict, reason = excluded.reason, note = excluded.note,
		seq = excluded.seq, made_at = excluded.made_at, followed = 0,
		first_seq = case when review_decision.verdict = 'later' or excluded.first_seq < review_decision.first_seq then excluded.first_seq else review_decision.first_seq end`,
		programme, review, d.Stage, d.N, d.Actor, d.Verdict, d.Reason, d.Note, d.Chance, d.Came, d.Seq, d.First, d.MadeAt))
}

func dropDecision(tx *db.Tx, programme, review string, d Decision) error {
	return tx.Do(db.Q(`delete from review_decision where programme = ? and review = ? and stage = ? and n = ? and actor = ?`, programme, review, d.Stage, d.N, d.Actor))
}

// decisionsOn reads the decisions on a record in a stage, the first one first.
func decisionsOn(tx *db.Tx, programme, review, stage string, n int64) ([]Decision, error) {
	return db.All(tx, db.Q(`select `+decisionColumns+` from review_decision d where d.programme = ? and d.review = ? and d.stage = ? and d.n = ? order by d.first_seq, d.actor`,
		programme, review, stage, n), scanDecision)
}

// lastOf reads somebody's last decision in a stage.
func lastOf(tx *db.Tx, programme, review, stage, actor string) (Decision, bool, error) {
	var last Decision
	found := false
	for _, verdict := range Verdicts() {
		d, ok, err := db.One(tx, db.Q(`select `+decisionColumns+` from review_decision d where d.programme = ? and d.review = ? and d.stage = ? and d.actor = ? and d.verdict = ?
			order by d.seq desc limit 1`, programme, review, stage, actor, verdict), scanDecision)
		if err != nil {
			return last, false, err
		}
		if ok && d.Seq > last.Seq {
			last, found = d, true
		}
	}
	return last, found, nil
}

// ownDecision reads somebody's decision on a record.
func ownDecision(tx *db.Tx, programme, review, stage, actor string, n int64) (Decision, bool, error) {
	return db.One(tx, db.Q(`select `+decisionColumns+` from review_decision d where d.programme = ? and d.review = ? and d.stage = ? and d.n = ? and d.actor = ?`,
		programme, review, stage, n, actor), scanDecision)
}

// mine reads somebody's decisions of one verdict, newest first, before a place in the order.
func mine(tx *db.Tx, programme, review, stage, actor, verdict string, before, limit int64) ([]Decision, error) {
	return db.All(tx, db.Q(`select `+decisionColumns+` from review_decision d where d.programme = ? and d.review = ? and d.stage = ? and d.actor = ? and d.verdict = ?
		and d.seq < ? order by d.seq desc limit ?`, programme, review, stage, actor, verdict, before, limit), scanDecision)
}

// countMine is how many decisions of each verdict somebody took in a stage.
func countMine(tx *db.Tx, programme, review, stage, actor string) (map[string]int64, error) {
	out := map[string]int64{}
	for _, verdict := range Verdicts() {
		n, err := db.Count(tx, db.Q(`select count(*) from review_decision d where d.programme = ? and d.review = ? and d.stage = ? and d.actor = ? and d.verdict = ?`,
			programme, review, stage, actor, verdict))
		if err != nil {
			return nil, err
		}
		out[verdict] = n
	}
	return out, nil
}

// setVerdict stores what is settled of a record in a stage.
func setVerdict(tx *db.Tx, programme, review, stage string, n int64, verdict, reason string) error {
	q := `update review_record set title_verdict = ?, title_reason = ? where programme = ? and review = ? and n = ?`
	if stage == FullStage {
		q = `update review_record set full_verdict = ?, full_reason = ? where programme = ? and review = ? and n = ?`
	}
	return tx.Do(db.Q(q, verdict, reason, programme, review, n))
}

// putTurn keeps a record that has votes and is not settled; votes 0 takes it away.
func putTurn(tx *db.Tx, programme, review, stage string, n, votes int64, actor string, seq int64) error {
	if votes == 0 {
		return tx.Do(db.Q(`delete from review_turn where programme = ? and review = ? and stage = ? and n = ?`, programme, review, stage, n))
	}
	return tx.Do(db.Q(`insert into review_turn (programme, review, stage, n, votes, actor, seq) values (?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, review, stage, n) do update set votes = excluded.votes, actor = excluded.actor, seq = excluded.seq`,
		programme, review, stage, n, votes, actor, seq))
}

// Settled is what somebody settled after people had differed.
type Settled struct {
	Verdict string `json:"verdict"`
	Reason  string `json:"reason"` // of leaving it out
	Why     string `json:"why"`    // what was said about it
	Actor   string `json:"actor"`
	MadeAt  int64  `json:"made_at"`
}

func settledOf(tx *db.Tx, programme, review, stage string, n int64) (Settled, bool, error) {
	return db.One(tx, db.Q(`select verdict, reason, why, actor, made_at from review_settled where programme = ? and review = ? and stage = ? and n = ?`, programme, review, stage, n),
		func(r db.Row, s *Settled) error { return r.Scan(&s.Verdict, &s.Reason, &s.Why, &s.Actor, &s.MadeAt) })
}

func putSettled(tx *db.Tx, programme, review, stage string, n int64, s Settled) error {
	return tx.Do(db.Q(`insert into review_settled (programme, review, stage, n, verdict, reason, why, actor, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, review, stage, n) do update set verdict = excluded.verdict, reason = excluded.reason, why = excluded.why, actor = excluded.actor, made_at = excluded.made_at`,
		programme, review, stage, n, s.Verdict, s.Reason, s.Why, s.Actor, s.MadeAt))
}

func dropSettled(tx *db.Tx, programme, review, stage string, n int64) (int64, error) {
	return tx.Exec(db.Q(`delete from review_settled where programme = ? and review = ? and stage = ? and n = ?`, programme, review, stage, n))
}

// unread is the condition of records that wait in a stage (with the alias x).
func unread(stage string) db.Part {
	if stage == FullStage {
		return db.And(stands(), db.Q("x.title_verdict = 'include' and x.full_verdict = ''"))
	}
	return db.And(stands(), db.Q("x.full_verdict = '' and x.title_verdict = ''"))
}

// openTo is the condition of records that wait for somebody in a stage, where so many must
// decide.
func openTo(programme, review, stage, actor string, needed int64) db.Part {
	return db.And(unread(stage),
		db.Q(`not exists (select 1 from review_decision d where d.programme = ? and d.review = ? and d.stage = ? and d.n = x.n and d.actor = ?)`, programme, review, stage, actor),
		db.Q(`not exists (select 1 from review_turn t where t.programme = ? and t.review = ? and t.stage = ? and t.n = x.n and t.votes >= ?)`, programme, review, stage, needed))
}

func numbers(tx *db.Tx, p db.Part) ([]int64, error) {
	return db.All(tx, p, db.Value[int64])
}

// openOf gives those of some records that are open, by number.
func openOf(tx *db.Tx, programme, review string, open db.Part, ns []int64) (map[int64]bool, error) {
	all, err := numbers(tx, db.Join(db.Q(`select x.n from review_record x where x.programme = ? and x.review = ? and x.n in`, programme, review), db.List(ns), db.Q("and"), open))
	out := map[int64]bool{}
	for _, n := range all {
		out[n] = true
	}
	return out, err
}

// among is the condition of records that are some (with the alias x).
func among(ns []int64) db.Part { return db.Join(db.Q("x.n in"), db.List(ns)) }

// openByNumber gives open records as they came in.
func openByNumber(tx *db.Tx, programme, review string, open db.Part, after, limit int64) ([]int64, error) {
	return numbers(tx, db.Join(db.Q(`select x.n from review_record x where x.programme = ? and x.review = ? and x.n > ? and`, programme, review, after), open, db.Q(`order by x.n limit ?`, limit)))
}

// openByYear gives open records by the year of the work; those without one come last.
func openByYear(tx *db.Tx, programme, review string, open db.Part, limit int64) ([]int64, error) {
	all, err := numbers(tx, db.Join(db.Q(`select x.n from review_record x where x.programme = ? and x.review = ? and x.year > 0 and`, programme, review), open,
		db.Q(`order by x.year, x.n limit ?`, limit)))
	if err != nil || len(all) > 0 {
		return all, err
	}
	return numbers(tx, db.Join(db.Q(`select x.n from review_record x where x.programme = ? and x.review = ? and x.year = 0 and`, programme, review), open, db.Q(`order by x.n limit ?`, limit)))
}

// waitingFor gives records that others have read and that wait for somebody's vote: those
// that need fewest more, and of these the ones that have waited longest.
func waitingFor(tx *db.Tx, programme, review, stage, actor string, needed, limit int64) ([]int64, error) {
	for votes := needed - 1; votes > 0; votes-- {
		all, err := numbers(tx, db.Join(db.Q(`select t.n from review_turn t join review_record x on x.programme = t.programme and x.review = t.review and x.n = t.n
			where t.programme = ? and t.review = ? and t.stage = ? and t.votes = ? and t.actor <> ?
			and not exists (select 1 from review_decision d where d.programme = t.programme and d.review = t.review and d.stage = t.stage and d.n = t.n and d.actor = ?) and`,
			programme, review, stage, votes, actor, actor), unread(stage), db.Q(`order by t.seq limit ?`, limit)))
		if err != nil || len(all) > 0 {
			return all, err
		}
	}
	return nil, nil
}

// keptForLater gives the records that somebody put off and that still wait, the first first.
func keptForLater(tx *db.Tx, programme, review, stage, actor string, limit int64) ([]int64, error) {
	return numbers(tx, db.Join(db.Q(`select d.n from review_decision d join review_record x on x.programme = d.programme and x.review = d.review and x.n = d.n
		where d.programme = ? and d.review = ? and d.stage = ? and d.actor = ? and d.verdict = ? and`, programme, review, stage, actor, Later), unread(stage), db.Q(`order by d.seq limit ?`, limit)))
}

// Tally is how far a stage is.
type Tally struct {
	All      int64 `json:"all"`      // records that stand
	Included int64 `json:"included"` // settled
	Excluded int64 `json:"excluded"` // settled
	Talk     int64 `json:"talk"`     // people differ or are not sure
	Waiting  int64 `json:"waiting"`  // read by some, but not by enough
}

// Left is how many nobody has settled.
func (t Tally) Left() int64 { return t.All - t.Included - t.Excluded }

// tally counts a stage. The numbers come from indexes; those of the title's stage pass over
// every record's entry once.
func tally(tx *db.Tx, programme, review, stage string, needed int64) (t Tally, err error) {
	type line struct {
		verdict string
		n       int64
	}
	q := `select x.title_verdict, count(*) from review_record x where x.programme = ? and x.review = ? and`
	group := `group by x.title_verdict`
	where := stands()
	if stage == FullStage {
		q, group = `select x.full_verdict, count(*) from review_record x where x.programme = ? and x.review = ? and x.title_verdict = 'include' and`, `group by x.full_verdict`
	}
	all, err := db.All(tx, db.Join(db.Q(q, programme, review), where, db.Q(group)), func(r db.Row, l *line) error { return r.Scan(&l.verdict, &l.n) })
	for _, l := range all {
		t.All += l.n
		switch l.verdict {
		case Include:
			t.Included = l.n
		case Exclude:
			t.Excluded = l.n
		}
	}
	if err != nil {
		return t, err
	}
	turns := db.Q(`select count(*) from review_turn t join review_record x on x.programme = t.programme and x.review = t.review and x.n = t.n
		where t.programme = ? and t.review = ? and t.stage = ? and`, programme, review, stage)
	if t.Talk, err = db.Count(tx, db.Join(turns, unread(stage), db.Q("and t.votes >= ?", needed))); err != nil {
		return t, err
	}
	t.Waiting, err = db.Count(tx, db.Join(turns, unread(stage), db.Q("and t.votes < ?", needed)))
	return t, err
}

// openToCount is how many records a stage still has for somebody, of so many that are not
// settled: those that picker would give them. What they decided, and what enough others have,
// is no longer for them; what they put off still is.
func openToCount(tx *db.Tx, programme, review, stage, actor string, needed, left int64) (int64, error) {
	const on = `from review_decision d where d.programme = ? and d.review = ? and d.stage = ? and d.n = t.n and d.actor = ? and d.verdict`
	n, err := db.Count(tx, db.Join(db.Q(`select count(*) from review_turn t join review_record x on x.programme = t.programme and x.review = t.review and x.n = t.n
		where t.programme = ? and t.review = ? and t.stage = ? and`, programme, review, stage), unread(stage),
		db.Q(`and (exists (select 1 `+on+` <> 'later') or t.votes >= ? and not exists (select 1 `+on+` = 'later'))`,
			programme, review, stage, actor, needed, programme, review, stage, actor)))
	return max(0, left-n), err
}

// toTalk gives the records on which people differ, by number, after a number.
func toTalk(tx *db.Tx, programme, review, stage string, needed, after, limit int64) ([]Record, error) {
	return records(tx, programme, review, db.And(unread(stage), db.Q(`x.n in (select t.n from review_turn t where t.programme = ? and t.review = ? and t.stage = ? and t.votes >= ?)`,
		programme, review, stage, needed)), after, limit)
}

// standing reads a record that stands for a work.
func standing(tx *db.Tx, programme, review string, n int64) (Record, error) {
	x, err := record(tx, programme, review, n)
	if err == nil && (x.Gone || x.Lead != x.N) {
		err = fault.New(fault.Missing, "house.missing")
	}
	return x, err
}

// labelled is a decision as learning sees it.
type labelled struct {
	n       int64
	settled string
	vote
	chance bool
	came   string
}

// allDecisions reads every decision of a stage with what is settled of its record, in the
// order of reading. It is for the background.
func allDecisions(tx *db.Tx, programme, review, stage string) ([]labelled, error) {
	return db.All(tx, db.Join(db.Q(`select d.n, x.title_verdict, d.actor, d.verdict, d.by_chance, d.came from review_decision d
		join review_record x on x.programme = d.programme and x.review = d.review and x.n = d.n
		where d.programme = ? and d.review = ? and d.stage = ? and d.verdict <> 'later' and`, programme, review, stage), stands(), db.Q(`order by d.first_seq, d.n, d.actor`)),
		func(r db.Row, l *labelled) error {
			return r.Scan(&l.n, &l.settled, &l.actor, &l.verdict, &l.chance, &l.came)
		})
}

// decidedAfter gives the numbers of records that somebody has decided in a stage, after one.
func decidedAfter(tx *db.Tx, programme, review, stage string, after, limit int64) ([]int64, error) {
	return numbers(tx, db.Q(`select distinct d.n from review_decision d where d.programme = ? and d.review = ? and d.stage = ? and d.n > ? order by d.n limit ?`,
		programme, review, stage, after, limit))
}

// readable is what is read of a record to put it in order.
type readable struct {
	n               int64
	title, abstract string
}

// learnTexts reads titles and summaries of records that are not gone, by number, after a number.
func learnTexts(tx *db.Tx, programme, review string, after, limit int64) ([]readable, error) {
	return db.All(tx, db.Q(`select x.n, x.title, x.abstract from review_record x where x.programme = ? and x.review = ? and x.n > ? and x.gone = ? order by x.n limit ?`,
		programme, review, after, false, limit), func(r db.Row, x *readable) error { return r.Scan(&x.n, &x.title, &x.abstract) })
}

// notGone counts the records that no undone import has taken away.
func notGone(tx *db.Tx, programme, review string) (int64, error) {
	return db.Count(tx, db.Q(`select count(*) from review_record x where x.programme = ? and x.review = ? and x.gone = ?`, programme, review, false))
}

// met is a pair of verdicts of two people, and how often it came.
type met struct {
	a, b, va, vb string
	n            int64
}

// pairs counts what each two people decided of the same records that stand for a work; only
// records that enough have decided, where reviewers must not see one another's answers before.
func pairs(tx *db.Tx, programme, review, stage string, blind bool, needed int64) ([]met, error) {
	return db.All(tx, db.Join(db.Q(`select a.actor, b.actor, a.verdict, b.verdict, count(*) from review_decision a join review_decision b
		on b.programme = a.programme and b.review = a.review and b.stage = a.stage and b.n = a.n and a.actor < b.actor
		join review_record x on x.programme = a.programme and x.review = a.review and x.n = a.n
		where a.programme = ? and a.review = ? and a.stage = ? and a.verdict <> 'later' and b.verdict <> 'later' and`, programme, review, stage), db.And(stands(), shown(programme, review, stage, blind, needed)),
		db.Q(`group by a.actor, b.actor, a.verdict, b.verdict`)), func(r db.Row, m *met) error { return r.Scan(&m.a, &m.b, &m.va, &m.vb, &m.n) })
}

// shown is the condition of decisions (alias a) that others may see.
func shown(programme, review, stage string, blind bool, needed int64) db.Part {
	if !blind {
		return db.And()
	}
	return db.Q(`not exists (select 1 from review_turn t where t.programme = ? and t.review = ? and t.stage = ? and t.n = a.n and t.votes < ?)`, programme, review, stage, needed)
}

// Differ is a record that two people decided differently.
type Differ struct {
	N       int64  `json:"n"`
	Title   string `json:"title"`
	First   string `json:"first"`   // what the first decided
	Second  string `json:"second"`  // what the second decided
	Settled string `json:"settled"` // "" while it is not
}

// disagreeing lists the records that two people decided differently, by number.
func disagreeing(tx *db.Tx, programme, review, stage, first, second string, blind bool, needed, after, limit int64) ([]Differ, error) {
	return db.All(tx, db.Join(db.Q(`select x.n, x.title, a.verdict, b.verdict, x.title_verdict, x.full_verdict from review_decision a join review_decision b
		on b.programme = a.programme and b.review = a.review and b.stage = a.stage and b.n = a.n and b.actor = ?
		join review_record x on x.programme = a.programme and x.review = a.review and x.n = a.n
		where a.programme = ? and a.review = ? and a.stage = ? and a.actor = ? and a.n > ? and a.verdict <> b.verdict and a.verdict <> 'later' and b.verdict <> 'later' and`,
		second, programme, review, stage, first, after), db.And(stands(), shown(programme, review, stage, blind, needed)), db.Q(`order by x.n limit ?`, limit)), func(r db.Row, d *Differ) error {
		var full string
		err := r.Scan(&d.N, &d.Title, &d.First, &d.Second, &d.Settled, &full)
		if stage == FullStage {
			d.Settled = full
		}
		return err
	})
}

package review

import (
	"plait/internal/kit/db"
)

// PlainView is what someone said of a record by its plain summary.
type PlainView struct {
	N          int64  `json:"n"`
	Actor      string `json:"actor"`
	Verdict    string `json:"verdict"` // matters, unsure or not
	Words      string `json:"words"`
	Answer     string `json:"answer"` // what the team said to it; "" = nothing yet
	AnsweredBy string `json:"answered_by"`
	AnsweredAt int64  `json:"answered_at"`
	MadeAt     int64  `json:"made_at"`
}

const viewColumns = `w.n, w.actor, w.verdict, w.words, w.answer, w.answered_by, w.answered_at, w.made_at`

func scanView(r db.Row, v *PlainView) error {
	return r.Scan(&v.N, &v.Actor, &v.Verdict, &v.Words, &v.Answer, &v.AnsweredBy, &v.AnsweredAt, &v.MadeAt)
}

func viewsOn(tx *db.Tx, programme, review string, n int64) ([]PlainView, error) {
	return db.All(tx, db.Q(`select `+viewColumns+` from review_view w where w.programme = ? and w.review = ? and w.n = ? order by w.made_at, w.actor`, programme, review, n), scanView)
}

func viewOf(tx *db.Tx, programme, review string, n int64, actor string) (PlainView, bool, error) {
	return db.One(tx, db.Q(`select `+viewColumns+` from review_view w where w.programme = ? and w.review = ? and w.n = ? and w.actor = ?`, programme, review, n, actor), scanView)
}

// viewsAfter lists views by record and reader, behind a reader's view of a record, or behind
// every view of it where actor is empty; unanswered says only those that nobody has answered.
func viewsAfter(tx *db.Tx, programme, review string, after int64, actor string, unanswered bool, limit int64) ([]PlainView, error) {
	behind := db.Q("w.n > ?", after)
	if actor != "" {
		behind = db.Q("w.n >= ? and (w.n > ? or w.actor > ?)", after, after, actor)
	}
	if unanswered {
		behind = db.And(behind, db.Q("w.answer = ''"))
	}
	return db.All(tx, db.Join(db.Q(`select `+viewColumns+` from review_view w where w.programme = ? and w.review = ? and`, programme, review), behind,
		db.Q(`order by w.n, w.actor limit ?`, limit)), scanView)
}

func viewsBy(tx *db.Tx, programme, review, actor string, after, limit int64) ([]PlainView, error) {
	return db.All(tx, db.Q(`select `+viewColumns+` from review_view w where w.programme = ? and w.review = ? and w.actor = ? and w.n > ? order by w.n limit ?`,
		programme, review, actor, after, limit), scanView)
}

// putView stores what somebody said; said anew, it waits for an answer again.
func putView(tx *db.Tx, programme, review string, v PlainView) error {
	return tx.Do(db.Q(`insert into review_view (programme, review, n, actor, verdict, words, answer, answered_by, answered_at, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, review, n, actor) do update set verdict = excluded.verdict, words = excluded.words, answer = excluded.answer,
		answered_by = excluded.answered_by, answered_at = excluded.answered_at, made_at = excluded.made_at`,
		programme, review, v.N, v.Actor, v.Verdict, v.Words, v.Answer, v.AnsweredBy, v.AnsweredAt, v.MadeAt))
}

func setPlain(tx *db.Tx, programme, review string, n int64, words string) error {
	return tx.Do(db.Q(`update review_record set plain = ? where programme = ? and review = ? and n = ?`, words, programme, review, n))
}

// countPlain counts the records that have a plain summary, by their own small index.
func countPlain(tx *db.Tx, programme, review string) (int64, error) {
	return countRecords(tx, programme, review, db.Q("x.plain <> ''"))
}

// cardFor gives the next record with a plain summary of which somebody has said nothing. What
// stands for a work is asked of the few that are found: among the conditions it would lead an
// engine away from the index of those that have a summary.
func cardFor(tx *db.Tx, programme, review, actor string, after int64) (Record, bool, error) {
	for {
		ns, err := numbers(tx, db.Q(`select x.n from review_record x where x.programme = ? and x.review = ? and x.n > ? and x.plain <> ''
			and not exists (select 1 from review_view w where w.programme = ? and w.review = ? and w.actor = ? and w.n = x.n) order by x.n limit ?`,
			programme, review, after, programme, review, actor, int64(ahead)))
		if err != nil || len(ns) == 0 {
			return Record{}, false, err
		}
		all, err := records(tx, programme, review, db.And(stands(), among(ns)), 0, 1)
		if err != nil || len(all) > 0 {
			return append(all, Record{})[0], err == nil, err
		}
		after = ns[len(ns)-1]
	}
}

// setText stores where the whole text of a record stands. why is kept with what could not
// be found, while nothing is settled.
func setText(tx *db.Tx, programme, review string, n int64, state, why, file string) error {
	if err := tx.Do(db.Q(`update review_record set full_state = ?, full_file = ? where programme = ? and review = ? and n = ?`, state, file, programme, review, n)); err != nil {
		return err
	}
	return tx.Do(db.Q(`update review_record set full_reason = ? where programme = ? and review = ? and n = ? and full_verdict = ''`, why, programme, review, n))
}

// wholeTexts is the condition of records whose whole text is read, in a state of it: "" all
// that wait, else wanted, got, not_found, include or exclude.
func wholeTexts(state string) db.Part {
	in := db.And(stands(), db.Q("x.title_verdict = 'include'"))
	switch state {
	case Include, Exclude:
		return db.And(in, db.Q("x.full_verdict = ?", state))
	case FullWanted:
		return db.And(in, db.Q("x.full_verdict = '' and x.full_state in ('', 'wanted')"))
	case FullGot, FullNotFound:
		return db.And(in, db.Q("x.full_verdict = '' and x.full_state = ?", state))
	}
	return db.And(in, db.Q("x.full_verdict = ''"))
}

// allFull includes every record that is in by its title, where whole texts are not screened;
// with again, those that are in for that alone wait again. needed is how many must say so of
// a whole text, where nobody has settled it.
func allFull(tx *db.Tx, programme, review string, again bool, needed int64) error {
	if again {
		return tx.Do(db.Join(db.Q(`update review_record set full_verdict = '' where programme = ? and review = ? and full_verdict = 'include' and`, programme, review), neverRead("review_record", needed)))
	}
	return tx.Do(db.Q(`update review_record set full_verdict = 'include', full_reason = '' where programme = ? and review = ? and title_verdict = 'include' and full_verdict = ''`, programme, review))
}

// Decisions of another tool wait, are taken over, or are left.
const (
	broughtWaits = "waits"
	broughtGoes  = "goes" // somebody said so; the job takes it over
	broughtTaken = "taken"
	broughtLeft  = "left"
)

// broughtLine is one decision that came with a file.
type broughtLine struct {
	n                         int64
	reviewer, verdict, reason string
	stage, name               string
}

// putBrought stores what came with a file; what is there already stays.
func putBrought(tx *db.Tx, programme, review string, b broughtLine) error {
	return tx.Do(db.Q(`insert into review_brought (programme, review, n, reviewer, verdict, reason, state, stage, name) values (?, ?, ?, ?, ?, ?, ?, '', '')
		on conflict (programme, review, n, reviewer) do nothing`, programme, review, b.n, b.reviewer, b.verdict, b.reason, broughtWaits))
}

// BroughtBy is what came from one reviewer of another tool.
type BroughtBy struct {
	Reviewer string `json:"reviewer"` // as the file names them; "" = it does not say
	Include  int64  `json:"include"`
	Exclude  int64  `json:"exclude"`
	Unsure   int64  `json:"unsure"`
	State    string `json:"state"` // waits, goes, taken, left
}

func broughtBy(tx *db.Tx, programme, review string) ([]BroughtBy, error) {
	type line struct {
		state, reviewer, verdict string
		n                        int64
	}
	all, err := db.All(tx, db.Q(`select b.state, b.reviewer, b.verdict, count(*) from review_brought b
		join review_record x on x.programme = b.programme and x.review = b.review and x.n = b.n
		where b.programme = ? and b.review = ? and x.gone = ? group by b.state, b.reviewer, b.verdict order by b.state, b.reviewer, b.verdict`, programme, review, false),
		func(r db.Row, l *line) error { return r.Scan(&l.state, &l.reviewer, &l.verdict, &l.n) })
	var out []BroughtBy
	for _, l := range all {
		if k := len(out) - 1; k < 0 || out[k].State != l.state || out[k].Reviewer != l.reviewer {
			out = append(out, BroughtBy{Reviewer: l.reviewer, State: l.state})
		}
		b := &out[len(out)-1]
		switch l.verdict {
		case Include:
			b.Include = l.n
		case Exclude:
			b.Exclude = l.n
		default:
			b.Unsure += l.n
		}
	}
	return out, err
}

// broughtWaiting is how many decisions of other tools wait on the records from one number to
// another, and of how many people.
func broughtWaiting(tx *db.Tx, programme, review string, from, to int64) (decisions, people int64, err error) {
	type line struct{ decisions, people int64 }
	l, _, err := db.One(tx, db.Q(`select count(*), count(distinct b.reviewer) from review_brought b
		join review_record x on x.programme = b.programme and x.review = b.review and x.n = b.n
		where b.programme = ? and b.review = ? and b.state = ? and b.n >= ? and b.n <= ? and x.gone = ?`, programme, review, broughtWaits, from, to, false),
		func(r db.Row, l *line) error { return r.Scan(&l.decisions, &l.people) })
	return l.decisions, l.people, err
}

// markBrought says what becomes of one reviewer's decisions that wait, on records that are in
// the review.
func markBrought(tx *db.Tx, programme, review, reviewer, state, stage, name string) (int64, error) {
	return tx.Exec(db.Q(`update review_brought set state = ?, stage = ?, name = ? where programme = ? and review = ? and state = ? and reviewer = ?
		and exists (select 1 from review_record x where x.programme = review_brought.programme and x.review = review_brought.review and x.n = review_brought.n and x.gone = ?)`,
		state, stage, name, programme, review, broughtWaits, reviewer, false))
}

// goingBrought gives some that are to be taken over, with the record that stands for theirs.
func goingBrought(tx *db.Tx, programme, review string, limit int64) ([]broughtLine, []int64, error) {
	type line struct {
		broughtLine
		lead int64
	}
	all, err := db.All(tx, db.Q(`select b.n, b.reviewer, b.verdict, b.reason, b.stage, b.name, x.lead from review_brought b
		join review_record x on x.programme = b.programme and x.review = b.review and x.n = b.n
		where b.programme = ? and b.review = ? and b.state = ? and x.gone = ? order by b.reviewer, b.verdict, b.n limit ?`, programme, review, broughtGoes, false, limit),
		func(r db.Row, l *line) error {
			return r.Scan(&l.n, &l.reviewer, &l.verdict, &l.reason, &l.stage, &l.name, &l.lead)
		})
	lines, leads := make([]broughtLine, len(all)), make([]int64, len(all))
	for i, l := range all {
		lines[i], leads[i] = l.broughtLine, l.lead
	}
	return lines, leads, err
}

func tookBrought(tx *db.Tx, programme, review string, b broughtLine) error {
	return tx.Do(db.Q(`update review_brought set state = ? where programme = ? and review = ? and n = ? and reviewer = ?`, broughtTaken, programme, review, b.n, b.reviewer))
}

// copied is a decision on a record that has become the copy of another.
type copied struct {
	Decision
	lead int64
}

// onCopies gives some decisions on copies that do not count for their lead yet, the first read
// first.
func onCopies(tx *db.Tx, programme, review string, limit int64) ([]copied, error) {
	return db.All(tx, db.Q(`select `+decisionColumns+`, x.lead from review_record x
		join review_decision d on d.programme = x.programme and d.review = x.review and d.n = x.n
		where x.programme = ? and x.review = ? and x.gone = ? and x.lead <> x.n and d.followed <> x.lead
		order by d.first_seq, d.stage, d.n, d.actor limit ?`, programme, review, false, limit), func(r db.Row, c *copied) error {
		return r.Scan(append(c.fields(), &c.lead)...)
	})
}

// follows notes that a decision on a copy counts for its lead.
func follows(tx *db.Tx, programme, review string, c copied) error {
	return tx.Do(db.Q(`update review_decision set followed = ? where programme = ? and review = ? and stage = ? and n = ? and actor = ?`,
		c.lead, programme, review, c.Stage, c.N, c.Actor))
}

// ofCopies reads what was decided in a stage of the copies of a record, by number.
func ofCopies(tx *db.Tx, programme, review, stage string, lead int64) ([]Decision, error) {
	return db.All(tx, db.Q(`select `+decisionColumns+` from review_record x
		join review_decision d on d.programme = x.programme and d.review = x.review and d.n = x.n
		where x.programme = ? and x.review = ? and x.gone = ? and x.lead = ? and x.lead <> x.n and d.stage = ? and d.verdict <> 'later'
		order by d.n, d.first_seq, d.actor`, programme, review, false, lead, stage), scanDecision)
}

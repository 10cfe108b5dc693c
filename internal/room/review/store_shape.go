package review

import (
	"encoding/json"
	"fmt"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

func needs(tx *db.Tx, programme, review string) ([]Need, error) {
	return db.All(tx, db.Q(`select id, kind, words, said_by, made_at from review_need where programme = ? and review = ? order by id limit ?`, programme, review, int64(MaxNeeds)),
		func(r db.Row, x *Need) error { return r.Scan(&x.ID, &x.Kind, &x.Words, &x.SaidBy, &x.MadeAt) })
}

func putNeed(tx *db.Tx, programme, review string, x Need) error {
	return tx.Do(db.Q(`insert into review_need (programme, id, review, kind, words, said_by, made_at) values (?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, id) do update set kind = excluded.kind, words = excluded.words, said_by = excluded.said_by`,
		programme, x.ID, review, x.Kind, x.Words, x.SaidBy, x.MadeAt))
}

func dropNeed(tx *db.Tx, programme, review, id string) error {
	return tx.Do(db.Q(`delete from review_need where programme = ? and review = ? and id = ?`, programme, review, id))
}

func questions(tx *db.Tx, programme, review string) ([]Question, error) {
	return db.All(tx, db.Q(`select id, n, words from review_question where programme = ? and review = ? order by n, id`, programme, review),
		func(r db.Row, x *Question) error { return r.Scan(&x.ID, &x.N, &x.Words) })
}

func putQuestion(tx *db.Tx, programme, review string, x Question, now int64) error {
	return tx.Do(db.Q(`insert into review_question (programme, id, review, n, words, made_at) values (?, ?, ?, ?, ?, ?)
		on conflict (programme, id) do update set words = excluded.words`, programme, x.ID, review, x.N, x.Words, now))
}

func dropQuestion(tx *db.Tx, programme, review, id string) error {
	return tx.Do(db.Q(`delete from review_question where programme = ? and review = ? and id = ?`, programme, review, id))
}

type rankingRow struct {
	Ranking
	order string
}

func rankings(tx *db.Tx, programme, review string) ([]Ranking, error) {
	rows, err := db.All(tx, db.Q(`select id, partner, questions from review_ranking where programme = ? and review = ? order by id limit ?`, programme, review, int64(MaxRankings)),
		func(r db.Row, x *rankingRow) error { return r.Scan(&x.ID, &x.Partner, &x.order) })
	out := make([]Ranking, len(rows))
	for i, x := range rows {
		if err := json.Unmarshal([]byte(x.order), &x.Questions); err != nil {
			return nil, fmt.Errorf("a stored order: %w", err)
		}
		out[i] = x.Ranking
	}
	return out, err
}

func putRanking(tx *db.Tx, programme, review string, x Ranking, now int64) error {
	order, err := json.Marshal(x.Questions)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into review_ranking (programme, id, review, partner, questions, made_at) values (?, ?, ?, ?, ?, ?)
		on conflict (programme, id) do update set partner = excluded.partner, questions = excluded.questions`,
		programme, x.ID, review, x.Partner, string(order), now))
}

func dropRanking(tx *db.Tx, programme, review, id string) error {
	return tx.Do(db.Q(`delete from review_ranking where programme = ? and review = ? and id = ?`, programme, review, id))
}

// criteria reads what is included and what is a reason for leaving out, each side in its
// order.
func criteria(tx *db.Tx, programme, review string) ([]Criterion, error) {
	return db.All(tx, db.Q(`select id, n, side, words from review_criterion where programme = ? and review = ? order by side, n, id`, programme, review),
		func(r db.Row, x *Criterion) error { return r.Scan(&x.ID, &x.N, &x.Side, &x.Words) })
}

func putCriterion(tx *db.Tx, programme, review string, x Criterion) error {
	return tx.Do(db.Q(`insert into review_criterion (programme, id, review, n, side, words) values (?, ?, ?, ?, ?, ?)
		on conflict (programme, id) do update set words = excluded.words`, programme, x.ID, review, x.N, x.Side, x.Words))
}

func dropCriterion(tx *db.Tx, programme, review, id string) error {
	return tx.Do(db.Q(`delete from review_criterion where programme = ? and review = ? and id = ?`, programme, review, id))
}

func signatures(tx *db.Tx, programme, review string) ([]Signature, error) {
	return db.All(tx, db.Q(`select id, signer, on_day, change_n, made_at from review_sign where programme = ? and review = ? order by id desc limit 200`, programme, review),
		func(r db.Row, x *Signature) error { return r.Scan(&x.ID, &x.Signer, &x.On, &x.Seen, &x.MadeAt) })
}

func putSignature(tx *db.Tx, programme, review, actor string, x Signature) error {
	return tx.Do(db.Q(`insert into review_sign (programme, id, review, signer, on_day, change_n, actor, made_at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, x.ID, review, x.Signer, x.On, x.Seen, actor, x.MadeAt))
}

// lastChange is the number of a review's last change, 0 when there is none.
func lastChange(tx *db.Tx, programme, review string) (int64, error) {
	return db.Count(tx, db.Q(`select coalesce(max(n), 0) from review_change where programme = ? and review = ?`, programme, review))
}

func putChange(tx *db.Tx, programme, review string, x ShapeChange) error {
	return tx.Do(db.Q(`insert into review_change (programme, review, n, what, way, was, became, reason, signed, actor, made_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, review, x.N, x.What, x.Way, x.Was, x.Became, x.Reason, x.Signed, x.Actor, x.At))
}

// shapeChanges reads changes before a number, newest first.
func shapeChanges(tx *db.Tx, programme, review string, before, limit int64) ([]ShapeChange, error) {
	return db.All(tx, db.Q(`select n, what, way, was, became, reason, signed, actor, made_at from review_change where programme = ? and review = ? and n < ? order by n desc limit ?`,
		programme, review, before, limit), func(r db.Row, x *ShapeChange) error {
		return r.Scan(&x.N, &x.What, &x.Way, &x.Was, &x.Became, &x.Reason, &x.Signed, &x.Actor, &x.At)
	})
}

// changedSince reads what changed after a number that those who signed must agree to.
func changedSince(tx *db.Tx, programme, review string, after int64) ([]ShapeChange, error) {
	return db.All(tx, db.Q(`select n, what, way, was, became, reason, signed, actor, made_at from review_change where programme = ? and review = ? and n > ? and signed = ? order by n limit 200`,
		programme, review, after, true), func(r db.Row, x *ShapeChange) error {
		return r.Scan(&x.N, &x.What, &x.Way, &x.Was, &x.Became, &x.Reason, &x.Signed, &x.Actor, &x.At)
	})
}

// shapeCounts is what a review's page says of the part shape.
type shapeCounts struct{ questions, criteria, signed, marks, reports int64 }

func countShape(tx *db.Tx, programme, review string) (shapeCounts, error) {
	x, _, err := db.One(tx, db.Q(`select (select count(*) from review_question where programme = ? and review = ?), (select count(*) from review_criterion where programme = ? and review = ?),
		(select count(*) from review_sign where programme = ? and review = ?), (select count(*) from review_mark where programme = ? and review = ?),
		(select count(*) from review_report where programme = ? and review = ?)`, programme, review, programme, review, programme, review, programme, review, programme, review),
		func(r db.Row, x *shapeCounts) error {
			return r.Scan(&x.questions, &x.criteria, &x.signed, &x.marks, &x.reports)
		})
	return x, err
}

// notThere is the fault of something that is not in the review.
func notThere() error { return fault.New(fault.Missing, "house.missing") }

package evidence

import (
	"encoding/json"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/who"
)

func insertAsking(tx *db.Tx, actor who.Actor, a Asking) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into evidence_asking (programme, id, actor, project, body, at) values (?, ?, ?, ?, ?, ?)`,
		actor.Programme, a.ID, actor.Key(), a.Project, string(body), a.At))
}

func updateAsking(tx *db.Tx, actor who.Actor, a Asking) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return tx.Do(db.Q(`update evidence_asking set body = ? where programme = ? and id = ?`, string(body), actor.Programme, a.ID))
}

func scanAsking(row db.Row, a *Asking) error {
	var body string
	if err := row.Scan(&body); err != nil {
		return err
	}
	return json.Unmarshal([]byte(body), a)
}

// asking reads one of an actor's own.
func asking(tx *db.Tx, actor who.Actor, id string) (Asking, error) {
	a, ok, err := db.One(tx, db.Q(`select body from evidence_asking where programme = ? and id = ? and actor = ?`, actor.Programme, id, actor.Key()), scanAsking)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "evidence.shown_gone").With("evidence.shown_gone_do")
	}
	return a, err
}

// askings reads an actor's own of a project, newest first.
func askings(tx *db.Tx, actor who.Actor, project string) ([]Asking, error) {
	return db.All(tx, db.Q(`select body from evidence_asking where programme = ? and actor = ? and project = ? order by id desc limit 20`,
		actor.Programme, actor.Key(), project), scanAsking)
}

func deleteAsking(tx *db.Tx, actor who.Actor, id string) error {
	return tx.Do(db.Q(`delete from evidence_asking where programme = ? and id = ?`, actor.Programme, id))
}

// dropAskings forgets those that nobody went on with.
func dropAskings(tx *db.Tx, programme string, before int64) error {
	return tx.Do(db.Q(`delete from evidence_asking where programme = ? and at < ?`, programme, before))
}

// nameMedium says what a file shows.
func nameMedium(tx *db.Tx, programme, id, alt string) error {
	return tx.Do(db.Q(`update evidence_media set alt = ? where programme = ? and id = ?`, alt, programme, id))
}

// updateReadBack stores what became of reading back, where the version is still the one
// that was read to them.
func updateReadBack(tx *db.Tx, programme string, c Contribution, was int64) error {
	n, err := tx.Exec(db.Q(`update evidence_contribution set words = ?, answer = ?, page_starts = ?, read_back = ?, read_back_on = ?, version = ?
		where programme = ? and id = ? and version = ?`, c.Words, c.Answer, numbers(c.PageStarts), c.ReadBack, c.ReadBackOn, c.Version, programme, c.Ref.ID, was))
	if err == nil && n != 1 {
		return fault.New(fault.Conflict, "evidence.changed_meanwhile", "Words", "").With("evidence.changed_meanwhile_do")
	}
	return err
}

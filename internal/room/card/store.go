package card

import (
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

const columns = `id, person, made, language, format, lock_kind, lock_mark, tries, tried_at, state`

func scan(r db.Row, c *Card) error {
	return r.Scan(&c.ID, &c.Person, &c.Made, &c.Language, &c.Format, &c.Lock, &c.mark, &c.tries, &c.triedAt, &c.State)
}

func insert(tx *db.Tx, programme string, c Card, mark string) error {
	if err := tx.Do(db.Q(`insert into card_card (programme, `+columns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, c.ID, c.Person, c.Made, c.Language, c.Format, c.Lock, c.mark, c.tries, c.triedAt, c.State)); err != nil {
		return err
	}
	return tx.Do(db.Q(`insert into card_door (code, programme, person, card) values (?, ?, ?, ?)`, mark, programme, c.Person, c.ID))
}

// one reads a card; one that is not there is *missing*.
func one(tx *db.Tx, programme, id string) (Card, error) {
	c, ok, err := db.One(tx, db.Q(`select `+columns+` from card_card where programme = ? and id = ?`, programme, id), scan)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "house.missing")
	}
	return c, err
}

// behind finds whose card a code opens by the code's mark.
func behind(tx *db.Tx, mark string) (s session, ok bool, err error) {
	return db.One(tx, db.Q(`select programme, person, card from card_door where code = ?`, mark),
		func(r db.Row, s *session) error { return r.Scan(&s.Programme, &s.Person, &s.Card) })
}

// of lists a person's cards, newest first.
func of(tx *db.Tx, programme, person string) ([]Card, error) {
	return db.All(tx, db.Q(`select `+columns+` from card_card where programme = ? and person = ? order by made desc, id desc`, programme, person), scan)
}

// stop shuts cards for good: their codes are forgotten, their locks too.
func stop(tx *db.Tx, programme, person, state string, ids []string) error {
	for _, id := range ids {
		if err := tx.Do(db.Q(`delete from card_door where programme = ? and card = ? and person = ?`, programme, id, person)); err != nil {
			return err
		}
		if err := tx.Do(db.Q(`update card_card set state = ?, lock_kind = '', lock_mark = '' where programme = ? and id = ? and person = ? and state = 'live'`,
			state, programme, id, person)); err != nil {
			return err
		}
	}
	return nil
}

func setLock(tx *db.Tx, programme, id, kind, mark string) error {
	return tx.Do(db.Q(`update card_card set lock_kind = ?, lock_mark = ?, tries = 0, tried_at = 0 where programme = ? and id = ?`, kind, mark, programme, id))
}

func setTries(tx *db.Tx, programme, id string, tries, at int64) error {
	return tx.Do(db.Q(`update card_card set tries = ?, tried_at = ? where programme = ? and id = ?`, tries, at, programme, id))
}

func setLooks(tx *db.Tx, programme, id, format, language string) error {
	return tx.Do(db.Q(`update card_card set format = ?, language = ? where programme = ? and id = ?`, format, language, programme, id))
}

// plain takes look and language off the cards of a person.
func plain(tx *db.Tx, programme, person string) error {
	return tx.Do(db.Q(`update card_card set format = '', language = '' where programme = ? and person = ?`, programme, person))
}

// beyond counts what a person's card opens outside the places of may: also what was taken
// back and can be undone, for the card undoes it.
func beyond(tx *db.Tx, programme, person string, may db.Part) (int64, error) {
	return db.Count(tx, db.Join(db.Q(`select count(*) from ref_record r where r.programme = ? and r.person = ? and r.kind <> 'person' and not (`,
		programme, person), may, db.Q(`)`)))
}

package card

import "plait/internal/kit/db"

// held is a card with its person.
type held struct{ id, person string }

// liveCards reads every card of a programme that still opens something.
func liveCards(tx *db.Tx, programme string) ([]held, error) {
	return db.All(tx, db.Q(`select id, person from card_card where programme = ? and state = ? order by id`, programme, Live),
		func(r db.Row, h *held) error { return r.Scan(&h.id, &h.person) })
}

// liveCard gives the person of a card that still opens something.
func liveCard(tx *db.Tx, programme, card string) (string, bool, error) {
	return db.One(tx, db.Q(`select person from card_card where programme = ? and id = ? and state = ?`, programme, card, Live), db.Value[string])
}

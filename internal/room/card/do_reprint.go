package card

import "plait/internal/kit/db"

// Reprint ends every card whose code was made with another installation's key, after an
// import: nobody can open anything with it here. It says how many must be printed again.
func (r *Room) Reprint(tx *db.Tx, programme string) (int64, error) {
	live, err := liveCards(tx, programme)
	if err != nil {
		return 0, err
	}
	for _, c := range live {
		if err := stop(tx, programme, c.person, Lost, []string{c.id}); err != nil {
			return 0, err
		}
	}
	return int64(len(live)), nil
}

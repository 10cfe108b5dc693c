package consent

import "plait/internal/kit/db"

// Late is how many records of all programmes should have been erased by now and are not,
// and since when the first of those (microseconds since 1970; 0 when there is none). The
// job consent.erase does so each hour.
func (r *Room) Late(tx *db.Tx) (n, since int64, err error) { return late(tx, r.clock.Now()) }

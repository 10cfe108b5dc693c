package trail

import "plait/internal/kit/db"

// Query is the statement of List, for the test of its plans.
func (f Filter) Query(programme string) db.Part { q, _ := f.query(programme); return q }

package finding

import "plait/internal/kit/db"

// refers is what the room's records name that no foreign key guards.
func refers() []db.Reference {
	return []db.Reference{
		db.Names("ref_record", "id", "finding_finding").When(db.Q("c.kind = ?", Kind)),
	}
}

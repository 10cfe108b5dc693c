package people

import "plait/internal/kit/db"

// refers is what the room's records name that no foreign key guards.
func refers() []db.Reference {
	return []db.Reference{
		db.Names("ref_record", "id", "people_organisation").When(db.Q("c.kind = ?", Organisation)),
	}
}

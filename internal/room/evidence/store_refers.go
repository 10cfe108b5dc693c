package evidence

import "plait/internal/kit/db"

// refers is what this room's tables name that no foreign key guards.
func refers() []db.Reference {
	return []db.Reference{
		db.Names("evidence_media", "id", "blob_file"),
		db.Names("evidence_contribution", "project", "ref_record"),
		db.Names("ref_record", "id", "evidence_contribution").When(db.Q("c.kind = ?", Kind)),
	}
}

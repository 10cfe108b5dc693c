package action

import "plait/internal/kit/db"

// refers is what the room's records name that no foreign key guards.
func refers() []db.Reference {
	return []db.Reference{
		db.Names("ref_record", "id", "action_recommendation").When(db.Q("c.kind = ?", KindRecommendation)),
		db.Names("ref_record", "id", "action_action").When(db.Q("c.kind = ?", KindAction)),
		db.Names("action_photo", "file", "blob_file"),
	}
}

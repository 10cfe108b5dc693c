package keeper

import (
	"slices"

	"plait/internal/kit/archive"
	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/spine/plug"
)

// carried is a table that goes along in an archive of a programme, and which of its rows.
type carried struct {
	db.Table
	where func(programme string) db.Part
	last  bool
}

// spineCarries is how the tables of the spine and of this room go along.
func spineCarries() []plug.Carry {
	return []plug.Carry{
		{Table: "who_member", Last: true}, {Table: "ref_count", Last: true}, {Table: "tie_count", Last: true}, {Table: "trail_wait", Last: true},
		{Table: "trail_key", Stays: true}, // answers to forms that were sent twice
		{Table: "keeper_backup", Stays: true}, {Table: "keeper_import", Stays: true}, {Table: "keeper_mark", Stays: true},
	}
}

// carries picks from all tables those that go along: by their programme, or as their
// rooms say. A table that is neither by programme nor spoken of stays.
func carries(all []db.Table, said []plug.Carry) []carried {
	var out []carried
	for _, t := range all {
		c := plug.Carry{}
		if i := slices.IndexFunc(said, func(c plug.Carry) bool { return c.Table == t.Name }); i >= 0 {
			c = said[i]
		}
		switch {
		case c.Stays, slices.Contains(blob.Tables(), t.Name):
		case c.Accounts != "" && t.At(c.Accounts) >= 0:
			out = append(out, carried{t, ofMembers(c.Accounts), c.Last})
		case t.At("programme") >= 0:
			out = append(out, carried{t, ofProgramme, c.Last})
		}
	}
	return out
}

// carries is carries for this house.
func (r *Room) carries(tx *db.Tx) ([]carried, error) {
	all, err := db.Tables(tx)
	if err != nil {
		return nil, err
	}
	var said []plug.Carry
	for _, p := range r.install.Plugs() {
		said = append(said, p.Carries...)
	}
	return carries(all, said), nil
}

// head is what an archive says of itself before it is made.
func (r *Room) head(tx *db.Tx, programme, title string) (archive.Manifest, error) {
	last, err := db.Last(tx)
	return archive.Manifest{Version: r.install.Version, Migration: last, MadeAt: r.clock.Now(), Programme: programme, Title: title,
		KeyMark: r.archiveKey(programme)}, err
}

// archiveKey tells whether another installation has the same key, and nothing of the key.
func (r *Room) archiveKey(programme string) string { return r.key.HMAC("archive", programme) }

// Package terms holds what each record may be used for, and until when.
//
// The use inside the project is ref_record.until; every other use is a row of
// terms_use, written only here. Titles and words leave the database only through
// Where, so what is withdrawn or has ended is out of every page, search and export
// in the same second. The nine uses follow the consent model of the domain (a
// process, use by use, time-limited, narrowest by default).
package terms

import (
	"embed"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// Migrations holds this package's tables.
//
//go:embed sql/*.sql
var Migrations embed.FS

// Use is one thing that words may be used for.
type Use string

// The nine uses.
const (
	Project   Use = "project"   // analysis in the project; DP-2 "keep in project"
	Group     Use = "group"     // shown to the group itself
	Programme Use = "programme" // across the network or the programme; "re-use in other projects"
	Quote     Use = "quote"     // quoted without a name
	Named     Use = "named"     // quoted with a name
	Image     Use = "image"     // image or voice: photo, audio, video
	Web       Use = "web"       // on the public web
	Training  Use = "training"  // in training, and shared with named partners
	Contact   Use = "contact"   // asked again later
)

// Uses is the nine uses, narrowest first.
func Uses() []Use {
	return []Use{Project, Group, Programme, Quote, Named, Image, Web, Training, Contact}
}

// Known says whether u is one of the nine.
func Known(u Use) bool { return slices.Contains(Uses(), u) }

// Grant allows one use until an instant (microseconds; clock.Forever = no end).
type Grant struct {
	Use   Use
	Until int64
}

// Set says what a record may be used for from now on, in place of what was said
// before. Without Project among the grants the record is withdrawn: every use goes.
// It gives the record as it now stands; the caller stores its room's own row.
func Set(tx *db.Tx, rec ref.Record, now int64, grants ...Grant) (ref.Record, error) {
	rec.Until = 0
	for _, g := range grants {
		if !Known(g.Use) {
			return rec, fault.Fielded("uses", "house.bad_use")
		}
		if g.Use == Project {
			rec.Until = g.Until
		}
	}
	if err := tx.Do(db.Q(`delete from terms_use where programme = ? and record = ?`, rec.Programme, rec.ID)); err != nil {
		return rec, err
	}
	// The record's row first: its uses name it.
	if err := ref.Put(tx, rec); err != nil || rec.Until <= now {
		return rec, err
	}
	return rec, add(tx, grants, rec)
}

// SetMany is Set for many new records with the same grants: an import's batch.
func SetMany(tx *db.Tx, recs []ref.Record, grants ...Grant) error {
	until := int64(0)
	for _, g := range grants {
		if g.Use == Project {
			until = g.Until
		}
	}
	for i := range recs {
		recs[i].Until = until
	}
	// The records' rows first: their uses name them.
	if err := ref.Put(tx, recs...); err != nil || until == 0 {
		return err
	}
	return add(tx, grants, recs...)
}

// add stores the uses besides the project's own. A use ends with the project's at the latest.
func add(tx *db.Tx, grants []Grant, recs ...ref.Record) error {
	var rows [][]any
	for _, rec := range recs {
		for _, g := range grants {
			if g.Use != Project {
				rows = append(rows, []any{rec.Programme, rec.ID, string(g.Use), min(g.Until, rec.Until)})
			}
		}
	}
	const most = 4000
	for len(rows) > 0 {
		part := rows[:min(most, len(rows))]
		rows = rows[len(part):]
		if err := tx.Do(db.Join(db.Q("insert into terms_use (programme, record, use, until) values"), db.Values(part))); err != nil {
			return err
		}
	}
	return nil
}

// Of reads what a record may be used for, ended uses too.
func Of(tx *db.Tx, rec ref.Record) ([]Grant, error) {
	out := []Grant{}
	if rec.Until > 0 {
		out = append(out, Grant{Project, rec.Until})
	}
	rest, err := db.All(tx, db.Q(`select use, until from terms_use where programme = ? and record = ? order by use`, rec.Programme, rec.ID),
		func(r db.Row, g *Grant) error { return r.Scan(&g.Use, &g.Until) })
	return append(out, rest...), err
}

// Where is the condition under which rows of ref_record (named alias) may be used at
// an instant. Every list, walk, search and export carries it before its limit.
func Where(alias string, use Use, now int64) db.Part {
	live := db.Q(alias+".until > ?", now)
	if use == Project {
		return live
	}
	return db.And(live, db.Q(`exists (select 1 from terms_use tu where tu.programme = `+alias+`.programme and tu.record = `+alias+`.id
		and tu.use = ? and tu.until > ?)`, string(use), now))
}

// May says whether one record may be used so at an instant.
func May(tx *db.Tx, rec ref.Record, use Use, now int64) (bool, error) {
	if rec.Until <= now {
		return false, nil
	}
	if use == Project {
		return true, nil
	}
	n, err := db.Count(tx, db.Q(`select count(*) from terms_use where programme = ? and record = ? and use = ? and until > ?`,
		rec.Programme, rec.ID, string(use), now))
	return n > 0, err
}

// Drop takes away what was said of a record: for erasure and undone imports.
func Drop(tx *db.Tx, programme string, ids ...string) error {
	return tx.Do(db.Join(db.Q(`delete from terms_use where programme = ? and record in`, programme), db.List(ids)))
}

// Ended lists records whose project use ended in (after, now]: what the nightly job
// marks what stands on them with.
func Ended(tx *db.Tx, programme string, after, now int64) ([]ref.Record, error) {
	return db.All(tx, db.Q(`select `+ref.Columns("r")+` from ref_record r where r.programme = ? and r.until > ? and r.until <= ?
		order by r.until, r.id`, programme, after, now), ref.Scan)
}

// Narrowest is what is asked for when nothing was said: use in the project, no end.
func Narrowest() []Grant { return []Grant{{Project, clock.Forever}} }

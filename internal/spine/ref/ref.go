// Package ref names every record of the house and keeps the one row that lists,
// threads, searches and panels read: ref_record.
//
// A Ref is "kind:uuid". A record's row holds its place (programme, project, site),
// its person where it is someone's own words, title, strand, state, fate and the
// end of its use in the project. ref_count holds the counts that go with it.
package ref

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
)

// Migrations holds this package's tables.
//
//go:embed sql/*.sql
var Migrations embed.FS

// Ref names one record.
type Ref struct{ Kind, ID string }

// Kinds of scope. The rooms that own them use these words.
const (
	Programme = "programme"
	Project   = "project"
	Site      = "site"
	Person    = "person"
)

// Of makes a ref.
func Of(kind, id string) Ref { return Ref{kind, id} }

// Parse reads "kind:uuid".
func Parse(s string) (Ref, error) {
	kind, rest, ok := strings.Cut(s, ":")
	if !ok || kind == "" || len(kind) > 40 || !id.Valid(rest) {
		return Ref{}, fault.New(fault.Invalid, "house.bad_ref").With("house.bad_ref_do")
	}
	return Ref{kind, rest}, nil
}

// String is "kind:uuid", or "" for no ref.
func (r Ref) String() string {
	if r.ID == "" {
		return ""
	}
	return r.Kind + ":" + r.ID
}

// None says that the ref names nothing.
func (r Ref) None() bool { return r.ID == "" }

// MarshalText writes the ref for JSON and forms.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the ref from JSON and forms; "" is no ref.
func (r *Ref) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*r = Ref{}
		return nil
	}
	v, err := Parse(string(b))
	*r = v
	return err
}

var _ json.Marshaler = Ref{}

// MarshalJSON writes "kind:uuid".
func (r Ref) MarshalJSON() ([]byte, error) { return json.Marshal(r.String()) }

// Record is the row every record has.
type Record struct {
	Programme string
	ID        string
	Kind      string
	Project   string // "" outside any project
	Site      string // "" when for the whole project
	Person    string // whose own words it is; "" for nobody's or unknown
	Title     string
	Strand    string // research, lived, practice, two joined by "+", or "" for unknown or none
	State     string // the room's own word
	Fate      string // of a contribution: owing, used, not taken up, passed on, too late
	Until     int64  // end of its use in the project, microseconds; 0 = withdrawn; clock.Forever = no end
	Version   int64  // from 1
	ChangedAt int64
	Stale     int64 // since when something it stands on has changed; 0 = not
}

// Ref is the record's ref.
func (r Record) Ref() Ref { return Ref{r.Kind, r.ID} }

const columns = `programme, id, kind, project, site, person, title, strand, state, fate, until, version, changed_at, stale_since`

// Scan reads a row of Columns.
func Scan(row db.Row, r *Record) error {
	return row.Scan(&r.Programme, &r.ID, &r.Kind, &r.Project, &r.Site, &r.Person, &r.Title, &r.Strand, &r.State, &r.Fate,
		&r.Until, &r.Version, &r.ChangedAt, &r.Stale)
}

// Columns is the list that Scan reads, each with the alias before it.
func Columns(alias string) string {
	return alias + "." + strings.ReplaceAll(columns, ", ", ", "+alias+".")
}

// Put stores the rows of new or changed records and keeps the counts right.
// It belongs in the verb that stores the record itself. Records are of one programme,
// each once, and keep their kind for good.
func Put(tx *db.Tx, records ...Record) error {
	const most = 500
	for len(records) > most {
		if err := put(tx, records[:most]); err != nil {
			return err
		}
		records = records[most:]
	}
	return put(tx, records)
}

func put(tx *db.Tx, records []Record) error {
	if len(records) == 0 {
		return nil
	}
	programme := records[0].Programme
	ids := make([]string, len(records))
	rows := make([][]any, len(records))
	kinds := map[string]string{}
	for i, r := range records {
		if r.Programme != programme || !id.Valid(r.ID) || r.Kind == "" {
			return fault.New(fault.Invalid, "house.bad_ref").With("house.bad_ref_do")
		}
		if _, twice := kinds[r.ID]; twice {
			return fmt.Errorf("ref: %s is put twice at once", r.ID)
		}
		ids[i], kinds[r.ID] = r.ID, r.Kind
		rows[i] = []any{r.Programme, r.ID, r.Kind, r.Project, r.Site, r.Person, r.Title, r.Strand, r.State, r.Fate, r.Until, r.Version, r.ChangedAt, r.Stale}
	}
	old, err := db.All(tx, db.Join(db.Q("select "+columns+" from ref_record where programme = ? and id in", programme), db.List(ids)), Scan)
	if err != nil {
		return err
	}
	for _, o := range old {
		if kinds[o.ID] != o.Kind {
			return fmt.Errorf("ref: %s is a %s and cannot become a %s", o.ID, o.Kind, kinds[o.ID])
		}
	}
	err = tx.Do(db.Join(db.Q("insert into ref_record ("+columns+") values"), db.Values(rows), db.Q(`on conflict (programme, id) do update set
		project = excluded.project, site = excluded.site, person = excluded.person, title = excluded.title, strand = excluded.strand,
		state = excluded.state, fate = excluded.fate, until = excluded.until, version = excluded.version,
		changed_at = excluded.changed_at, stale_since = excluded.stale_since`)))
	if err != nil {
		return err
	}
	if err := count(tx, programme, old, records); err != nil {
		return err
	}
	return move(tx, programme, old, records)
}

// Get reads one record of a programme; ok is false when there is none.
func Get(tx *db.Tx, programme, id string) (Record, bool, error) {
	return db.One(tx, db.Q("select "+columns+" from ref_record where programme = ? and id = ?", programme, id), Scan)
}

// Must reads a record that another is about to name: there, and of that kind; kind "" takes
// any. Whether it may still be used is Record.Live.
func Must(tx *db.Tx, programme string, r Ref) (Record, error) {
	rec, ok, err := Get(tx, programme, r.ID)
	switch {
	case err != nil:
		return rec, err
	case !ok || (r.Kind != "" && rec.Kind != r.Kind):
		return rec, fault.New(fault.Missing, "house.missing")
	}
	return rec, nil
}

// ProgrammeOf finds the programme of a record by its id alone: for the operator's
// command line, never for an address of the web.
func ProgrammeOf(tx *db.Tx, id string) (string, bool, error) {
	return db.One(tx, db.Q("select programme from ref_record where id = ?", id), db.Value[string])
}

// Drop takes a record's row and its counts away: for erasure and undone imports.
func Drop(tx *db.Tx, programme string, ids ...string) error {
	old, err := db.All(tx, db.Join(db.Q("select "+columns+" from ref_record where programme = ? and id in", programme), db.List(ids)), Scan)
	if err != nil || len(old) == 0 {
		return err
	}
	if err := count(tx, programme, old, nil); err != nil {
		return err
	}
	if err := move(tx, programme, old, nil); err != nil {
		return err
	}
	if err := forget(tx, programme, ids); err != nil {
		return err
	}
	return tx.Do(db.Join(db.Q("delete from ref_record where programme = ? and id in", programme), db.List(ids)))
}

// Live says whether a record may be used in its project at an instant.
func (r Record) Live(now int64) bool { return r.Until > now }

// NoEnd is the Until of a record whose use in the project has no end.
const NoEnd = clock.Forever

// Programmes lists the programmes of the house, oldest first: for jobs and the operator.
func Programmes(tx *db.Tx) ([]Record, error) {
	return db.All(tx, db.Q(`select `+columns+` from ref_record where kind = ? order by changed_at, id`, Programme), Scan)
}

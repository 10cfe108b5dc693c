package db

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"plait/internal/kit/fault"
)

// ColumnType is what a column holds, the same on both engines.
type ColumnType string

// The column types that migrations may use, with the Go type of their values.
const (
	Text  ColumnType = "text"    // string
	Whole ColumnType = "bigint"  // int64
	Truth ColumnType = "boolean" // bool
	Bytes ColumnType = "bytea"   // []byte
)

// Column is one column of a table. No column of the house may be null.
type Column struct {
	Name string
	Type ColumnType
}

// Table is one table of the house, as the database itself describes it.
type Table struct {
	Name    string
	Columns []Column // in the order of the database, which may differ between engines: go by name
	Key     []string // columns of the primary key, in order; empty: rows may be there twice
	Refers  []string // tables that its foreign keys name, itself left out
}

// At is the place of a column, -1 when the table has none of that name.
func (t Table) At(column string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == column })
}

// maxPlaces is how many arguments one statement takes on either engine.
const maxPlaces = 30_000

// Tables gives every table of the house, each after those it refers to, by name where
// that leaves a choice. Those of the libraries (migrations, jobs) and of full text are left out.
func Tables(tx *Tx) ([]Table, error) {
	read := tablesSQLite
	if tx.Engine() == Postgres {
		read = tablesPostgres
	}
	all, err := read(tx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(t Table) bool {
		return t.Name == "goose_db_version" || strings.HasPrefix(t.Name, "river_") || strings.HasPrefix(t.Name, "search_") || strings.HasPrefix(t.Name, "sqlite_")
	})
	return ordered(all)
}

// ordered sorts tables so that each comes after those it refers to.
func ordered(all []Table) ([]Table, error) {
	slices.SortFunc(all, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	done, out := map[string]bool{}, make([]Table, 0, len(all))
	for len(out) < len(all) {
		before := len(out)
		for _, t := range all {
			if !done[t.Name] && !slices.ContainsFunc(t.Refers, func(r string) bool { return !done[r] }) {
				done[t.Name] = true
				out = append(out, t)
			}
		}
		if len(out) == before {
			return nil, fmt.Errorf("db: tables refer to one another in a ring")
		}
	}
	return out, nil
}

type oneColumn struct {
	table, name, kind string
	null              bool
	key               int64
}

func scanColumn(r Row, c *oneColumn) error {
	return r.Scan(&c.table, &c.name, &c.kind, &c.null, &c.key)
}

func tablesSQLite(tx *Tx) ([]Table, error) {
	columns, err := All(tx, Q(`select t.name, c.name, lower(c.type), c."notnull" = 0, c.pk
		from pragma_table_list t join pragma_table_info(t.name) c
		where t.schema = 'main' and t.type = 'table' order by t.name, c.cid`), scanColumn)
	if err != nil {
		return nil, err
	}
	refers, err := All(tx, Q(`select distinct t.name, f."table" from pragma_table_list t join pragma_foreign_key_list(t.name) f
		where t.schema = 'main' and t.type = 'table'`), scanPair)
	if err != nil {
		return nil, err
	}
	return gather(columns, refers)
}

func tablesPostgres(tx *Tx) ([]Table, error) {
	columns, err := All(tx, Q(`select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull,
			coalesce((select cast(array_position(cast(i.indkey as bigint[]), cast(a.attnum as bigint)) as bigint) + 1
				from pg_index i where i.indrelid = c.oid and i.indisprimary), 0)
		from pg_class c join pg_namespace s on s.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
		where s.nspname = current_schema() and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
		order by c.relname, a.attnum`), scanColumn)
	if err != nil {
		return nil, err
	}
	refers, err := All(tx, Q(`select distinct c.relname, r.relname from pg_constraint k
		join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
		join pg_namespace s on s.oid = c.relnamespace
		where k.contype = 'f' and s.nspname = current_schema()`), scanPair)
	if err != nil {
		return nil, err
	}
	return gather(columns, refers)
}

func scanPair(r Row, p *[2]string) error { return r.Scan(&p[0], &p[1]) }

func gather(columns []oneColumn, refers [][2]string) ([]Table, error) {
	var out []Table
	keys := map[string]map[int64]string{}
	for _, c := range columns {
		if len(out) == 0 || out[len(out)-1].Name != c.table {
			out = append(out, Table{Name: c.table})
			keys[c.table] = map[int64]string{}
		}
		t := &out[len(out)-1]
		t.Columns = append(t.Columns, Column{c.name, ColumnType(c.kind)})
		if c.key > 0 {
			keys[c.table][c.key] = c.name
		}
	}
	for i := range out {
		t := &out[i]
		for n := int64(1); n <= int64(len(keys[t.Name])); n++ {
			t.Key = append(t.Key, keys[t.Name][n])
		}
		for _, r := range refers {
			if r[0] == t.Name && r[1] != t.Name {
				t.Refers = append(t.Refers, r[1])
			}
		}
		slices.Sort(t.Refers)
	}
	return out, nil
}

// quoted is a name as SQL takes it on both engines.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// names is the columns of a table as SQL names them.
func (t Table) names() string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = quoted(c.Name)
	}
	return strings.Join(out, ", ")
}

// Rows gives every row of a table that meets where (an empty Part: all), by its primary
// key, as string, int64, bool and []byte in the order of t.Columns. The rows come as they
// are read: f may not use tx. The slice is f's to keep.
func (t Table) Rows(tx *Tx, where Part, f func(row []any) error) error {
	q := Q("select " + t.names() + " from " + quoted(t.Name))
	if where.SQL != "" {
		q = Join(q, Q("where"), where)
	}
	if len(t.Key) > 0 {
		by := make([]string, len(t.Key))
		for i, k := range t.Key {
			by[i] = quoted(k)
		}
		q = Join(q, Q("order by "+strings.Join(by, ", ")))
	}
	return Each(tx, q, t.scan, f)
}

func (t Table) scan(r Row, row *[]any) error {
	dest := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		switch c.Type {
		case Text:
			dest[i] = new(string)
		case Whole:
			dest[i] = new(int64)
		case Truth:
			dest[i] = new(bool)
		case Bytes:
			dest[i] = new([]byte)
		default:
			return fmt.Errorf("db: column %s.%s is %s, which is not one of the house's types", t.Name, c.Name, c.Type)
		}
	}
	if err := r.Scan(dest...); err != nil {
		return err
	}
	out := make([]any, len(dest))
	for i, d := range dest {
		switch v := d.(type) {
		case *string:
			out[i] = *v
		case *int64:
			out[i] = *v
		case *bool:
			out[i] = *v
		case *[]byte:
			out[i] = append([]byte{}, *v...)
		}
	}
	*row = out
	return nil
}

// Count counts the rows that meet where.
func (t Table) Count(tx *Tx, where Part) (int64, error) {
	q := Q("select count(*) from " + quoted(t.Name))
	if where.SQL != "" {
		q = Join(q, Q("where"), where)
	}
	return Count(tx, q)
}

// Put stores rows as Rows gives them. A row whose key is there already is left as it is,
// so that a batch may be sent again; fresh says that no row can be there yet, which is
// quicker on PostgreSQL. Rows of a table without a key are always added.
func (t Table) Put(tx *Tx, rows [][]any, fresh bool) error {
	if len(rows) == 0 {
		return nil
	}
	for _, row := range rows {
		if len(row) != len(t.Columns) {
			return fmt.Errorf("db: %d values for the %d columns of %s", len(row), len(t.Columns), t.Name)
		}
		for _, v := range row {
			if err := sound(v); err != nil {
				return err
			}
		}
	}
	if fresh && tx.Engine() == Postgres {
		columns := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			columns[i] = c.Name
		}
		return tx.Pgx(func(p pgx.Tx) error {
			_, err := p.CopyFrom(tx.ctx, pgx.Identifier{t.Name}, columns, pgx.CopyFromRows(rows))
			return err
		})
	}
	for part := range slices.Chunk(rows, max(1, maxPlaces/len(t.Columns))) {
		q := Join(Q("insert into "+quoted(t.Name)+" ("+t.names()+") values"), Values(part))
		if len(t.Key) > 0 {
			q = Join(q, Q("on conflict do nothing"))
		}
		if err := tx.Do(q); err != nil {
			return err
		}
	}
	return nil
}

// Drop deletes the rows that meet where (an empty Part: all) and counts them.
func (t Table) Drop(tx *Tx, where Part) (int64, error) {
	q := Q("delete from " + quoted(t.Name))
	if where.SQL != "" {
		q = Join(q, Q("where"), where)
	}
	return tx.Exec(q)
}

// Sum is the sum, modulo 2^256, of the SHA-256 of every row: the same for the same rows
// in any order, on either engine. It finds loss and damage, not forgery.
type Sum [4]uint64

// Add adds one row, as Rows gives it. Columns go in by name, so that their order, which
// engines and upgrades may differ in, does not count.
func (s *Sum) Add(t Table, row []any) {
	order := make([]int, len(t.Columns))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(t.Columns[a].Name, t.Columns[b].Name) })
	h := sha256.New()
	var n [8]byte
	field := func(b []byte) {
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	for _, i := range order {
		field([]byte(t.Columns[i].Name))
		switch v := row[i].(type) {
		case string:
			field([]byte(v))
		case []byte:
			field(v)
		case int64:
			field(binary.BigEndian.AppendUint64(nil, uint64(v)))
		case bool:
			b := byte(0)
			if v {
				b = 1
			}
			field([]byte{b})
		}
	}
	var d [32]byte
	h.Sum(d[:0])
	carry := uint64(0)
	for i := 3; i >= 0; i-- {
		v := binary.BigEndian.Uint64(d[i*8:])
		sum := s[i] + v
		over := uint64(0)
		if sum < v {
			over = 1
		}
		sum2 := sum + carry
		if sum2 < sum {
			over = 1
		}
		s[i], carry = sum2, over
	}
}

// String is the sum as 64 hexadecimal digits.
func (s Sum) String() string {
	var b [32]byte
	for i, v := range s {
		binary.BigEndian.PutUint64(b[i*8:], v)
	}
	return hex.EncodeToString(b[:])
}

// errNotOurs is for a table that is not the house's.
func errNotOurs(name string) error {
	return fault.New(fault.Broken, "house.broken").Because(fmt.Errorf("db: there is no table %s", name))
}

// TableOf finds one of tables by name.
func TableOf(tables []Table, name string) (Table, error) {
	for _, t := range tables {
		if t.Name == name {
			return t, nil
		}
	}
	return Table{}, errNotOurs(name)
}

package db

import (
	"slices"
	"strconv"
	"strings"
)

// Reference is a column, or several, whose values name rows of another table.
type Reference struct {
	Table   string
	Columns []string // of Table
	To      string
	Keys    []string // columns of To, in the order of Columns
	Only    Part     // further conditions on the rows of Table, named c; an empty Part: none
}

// String is "table.column", by which a person finds it.
func (r Reference) String() string { return r.Table + "." + r.Columns[len(r.Columns)-1] }

type oneForeign struct{ id, child, column, parent, key string }

func scanForeign(r Row, f *oneForeign) error {
	return r.Scan(&f.id, &f.child, &f.column, &f.parent, &f.key)
}

// Foreign gives every foreign key of tables, as the database itself describes them.
func Foreign(tx *Tx, tables []Table) ([]Reference, error) {
	q := Q(`select cast(f.id as text), t.name, f."from", f."table", coalesce(f."to", f."from")
		from pragma_table_list t join pragma_foreign_key_list(t.name) f where t.schema = 'main' and t.type = 'table' order by t.name, f.id, f.seq`)
	if tx.Engine() == Postgres {
		q = Q(`select k.conname, c.relname, a.attname, p.relname, b.attname
			from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
			join pg_namespace s on s.oid = c.relnamespace
			cross join lateral unnest(k.conkey, k.confkey) with ordinality as u (child, parent, n)
			join pg_attribute a on a.attrelid = c.oid and a.attnum = u.child
			join pg_attribute b on b.attrelid = p.oid and b.attnum = u.parent
			where k.contype = 'f' and s.nspname = current_schema() order by c.relname, k.conname, u.n`)
	}
	rows, err := All(tx, q, scanForeign)
	if err != nil {
		return nil, err
	}
	var out []Reference
	last := oneForeign{}
	for _, f := range rows {
		if !slices.ContainsFunc(tables, func(t Table) bool { return t.Name == f.child }) {
			continue
		}
		if f.child != last.child || f.id != last.id {
			out = append(out, Reference{Table: f.child, To: f.parent})
		}
		r := &out[len(out)-1]
		r.Columns, r.Keys = append(r.Columns, f.column), append(r.Keys, f.key)
		last = f
	}
	return out, nil
}

// Names is the usual reference: column of table names the id of a row of to, in the same
// programme.
func Names(table, column, to string) Reference {
	return Reference{Table: table, Columns: []string{"programme", column}, To: to, Keys: []string{"programme", "id"}}
}

// When keeps a reference to the rows that meet a condition; the table is named c in it.
func (r Reference) When(only Part) Reference { r.Only = only; return r }

// Orphans looks through up to most rows of a table behind one key, and gives the keys of
// those that name rows which are not there; a reference that is "" names nothing. last is
// the key of the last row it looked at, nil at the end. A table whose key does not begin
// with the programme is looked through at once, and gives the references themselves.
func (t Table) Orphans(tx *Tx, r Reference, programme string, after []string, most int64) (orphans [][]string, last []string, err error) {
	key := t.Key
	paged := len(key) > 1 && key[0] == "programme"
	if !paged {
		key = r.Columns
	}
	names, texts := make([]string, len(key)), make([]string, len(key))
	for i, k := range key {
		names[i] = "c." + quoted(k)
		texts[i] = "cast(" + names[i] + " as text)"
	}
	scan := func(row Row, v *[]string) error {
		*v = make([]string, len(key))
		dest := make([]any, len(key))
		for i := range dest {
			dest[i] = &(*v)[i]
		}
		return row.Scan(dest...)
	}
	from := Q("from "+quoted(t.Name)+" c where c.programme = ?", programme)
	if after != nil {
		behind, err := t.beside(key, names, after, ">")
		if err != nil {
			return nil, nil, err
		}
		from = Join(from, Q("and"), behind)
	}
	by := Q("order by " + strings.Join(names, ", "))
	if paged {
		end, more, err := One(tx, Join(Q("select "+strings.Join(texts, ", ")), from, by, Q("limit 1 offset ?", most-1)), scan)
		if err != nil {
			return nil, nil, err
		}
		if more {
			upTo, err := t.beside(key, names, end, "<=")
			if err != nil {
				return nil, nil, err
			}
			last, from = end, Join(from, Q("and"), upTo)
		}
	}
	same := make([]string, len(r.Columns))
	for i := range same {
		same[i] = "p." + quoted(r.Keys[i]) + " = c." + quoted(r.Columns[i])
	}
	if column := r.Columns[len(r.Columns)-1]; t.Columns[t.At(column)].Type != Whole { // a number is never ""
		from = Join(from, Q("and c."+quoted(column)+" <> ''"))
	}
	if r.Only.SQL != "" {
		from = Join(from, Q("and"), r.Only)
	}
	orphans, err = All(tx, Join(Q("select "+strings.Join(texts, ", ")), from,
		Q("and not exists (select 1 from "+quoted(r.To)+" p where "+strings.Join(same, " and ")+")"), by), scan)
	return orphans, last, err
}

// beside is the condition that a row's key, behind its programme, is on one side of
// another.
func (t Table) beside(key, names, than []string, sign string) (Part, error) {
	places, args := make([]string, len(key)-1), make([]any, len(key)-1)
	for i := range places {
		places[i], args[i] = "?", any(than[i+1])
		if t.Columns[t.At(key[i+1])].Type == Whole {
			n, err := strconv.ParseInt(than[i+1], 10, 64)
			if err != nil {
				return Part{}, err
			}
			args[i] = n
		}
	}
	return Q("("+strings.Join(names[1:], ", ")+") "+sign+" ("+strings.Join(places, ", ")+")", args...), nil
}

package db

import (
	"fmt"
	"strconv"
	"strings"
)

// Part is a piece of SQL with its arguments. Each argument stands as ? in SQL;
// Join and the running of a statement number them $1, $2 and so on.
type Part struct {
	SQL  string
	Args []any
}

// Q makes a part.
func Q(sql string, args ...any) Part { return Part{sql, args} }

// Join puts parts together with a space between; empty parts vanish.
func Join(parts ...Part) Part { return With(" ", parts...) }

// And puts conditions together with "and"; none at all is "true".
func And(parts ...Part) Part {
	p := With(" and ", parts...)
	if p.SQL == "" {
		p.SQL = "1 = 1"
	}
	return p
}

// Or puts conditions together with "or", in brackets; none at all is never true.
func Or(parts ...Part) Part {
	p := With(" or ", parts...)
	if p.SQL == "" {
		return Q("1 = 0")
	}
	return Part{"(" + p.SQL + ")", p.Args}
}

// With puts parts together with a separator; empty parts vanish.
func With(sep string, parts ...Part) Part {
	var b strings.Builder
	var args []any
	for _, p := range parts {
		if p.SQL == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(sep)
		}
		b.WriteString(p.SQL)
		args = append(args, p.Args...)
	}
	return Part{b.String(), args}
}

// List is "(?, ?, ?)" for a set of values; an empty set is "(null)", which nothing is in.
func List[T any](values []T) Part {
	if len(values) == 0 {
		return Q("(null)")
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return Part{"(" + strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ") + ")", args}
}

// Values is "(?, ?), (?, ?)" for many rows of one insert. PostgreSQL takes at most
// 65,535 arguments in a statement and SQLite 32,766: keep rows x columns below that.
func Values(rows [][]any) Part {
	var b strings.Builder
	var args []any
	for i, r := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + strings.TrimSuffix(strings.Repeat("?, ", len(r)), ", ") + ")")
		args = append(args, r...)
	}
	return Part{b.String(), args}
}

// ListedBy stands between the values that Listed puts together.
const ListedBy = " "

// Listed is an aggregate: every value of a column of ids in one text, in no order, with
// ListedBy between them. It is for thousands of ids, each of which would else be a row.
func (e Engine) Listed(column string) Part {
	if e == Postgres {
		return Q("string_agg(" + column + ", '" + ListedBy + "')")
	}
	return Q("group_concat(" + column + ", '" + ListedBy + "')")
}

// ready numbers the arguments and checks their texts. SQLite takes ? as it stands: it
// looks each numbered one up by name, which costs the square of their number.
func (p Part) ready(e Engine) (Part, error) {
	var b strings.Builder
	b.Grow(len(p.SQL) + len(p.Args)*2)
	n := 0
	for i := 0; i < len(p.SQL); i++ {
		if p.SQL[i] != '?' {
			b.WriteByte(p.SQL[i])
			continue
		}
		n++
		if e == SQLite {
			b.WriteByte('?')
			continue
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
	}
	if n != len(p.Args) {
		return p, fmt.Errorf("db: %d places, %d arguments in %s", n, len(p.Args), head(p.SQL))
	}
	for _, a := range p.Args {
		if err := sound(a); err != nil {
			return p, err
		}
	}
	return Part{b.String(), p.Args}, nil
}

package search

import (
	"embed"
	"errors"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/db"
)

// Migrations makes search_doc and, on SQLite, search_text.
//
//go:embed sql/*.sql
var Migrations embed.FS

const (
	// batch is how many records one statement writes.
	batch = 500
	// maxPlaces is how many words of a text stand in order, for phrases. PostgreSQL
	// counts places to 16,383.
	maxPlaces = 16_000
	// maxBytes is how many bytes of different words a text may have; a tsvector holds 1 MiB.
	maxBytes = 400_000
	// stemMark begins a stem in the index. Fold writes ß as ss, so that no word and
	// nothing that a person types begins with it.
	stemMark = "ß"
	// gap stands between words that do not follow one another.
	gap = stemMark
)

// Doc is the words of one record. Language is a BCP 47 tag; texts tagged en are
// stemmed, all others are found by their words as they stand. Text is at best
// title and words together, parted by a line; any UTF-8 or other bytes will do.
type Doc struct{ Programme, ID, Language, Text string }

var errNoKey = errors.New("search: a record needs a programme and an id")

// Put writes the words of records into the index, in place of those that were
// there. It runs in the transaction of the verb; of two with one key the last counts.
func Put(tx *db.Tx, docs ...Doc) error {
	type key struct{ programme, id string }
	at := make(map[key]int, len(docs))
	list := make([]Doc, 0, len(docs))
	for _, d := range docs {
		if d.Programme == "" || d.ID == "" {
			return errNoKey
		}
		k := key{d.Programme, d.ID}
		if i, ok := at[k]; ok {
			list[i] = d
			continue
		}
		at[k] = len(list)
		list = append(list, d)
	}
	for part := range slices.Chunk(list, batch) {
		put := putSQLite
		if tx.Engine() == db.Postgres {
			put = putPostgres
		}
		if err := put(tx, part); err != nil {
			return err
		}
	}
	return nil
}

func putPostgres(tx *db.Tx, docs []Doc) error {
	var rows []db.Part
	for _, d := range docs {
		rows = append(rows, db.Q("(?, ?, ?, cast(cast(? as text) as tsvector))", d.Programme, d.ID, d.Language, index(d).vector()))
	}
	return tx.Do(db.Join(
		db.Q("insert into search_doc (programme, id, language, words) values"), db.With(", ", rows...),
		db.Q("on conflict (programme, id) do update set language = excluded.language, words = excluded.words")))
}

func putSQLite(tx *db.Tx, docs []Doc) error {
	// What is there goes first, and every record gets a new number: an old one is never looked up again.
	ids := map[string][]string{}
	for _, d := range docs {
		ids[d.Programme] = append(ids[d.Programme], d.ID)
	}
	for programme, list := range ids {
		if err := drop(tx, programme, list); err != nil {
			return err
		}
	}
	n, err := db.Count(tx, db.Q("select max(row_number) from search_doc"))
	if err != nil {
		return err
	}
	var keys, words [][]any
	for _, d := range docs {
		n++
		keys = append(keys, []any{d.Programme, d.ID, d.Language, n})
		words = append(words, []any{n, index(d).plain()})
	}
	if err := tx.Do(db.Join(db.Q("insert into search_doc (programme, id, language, row_number) values"), db.Values(keys))); err != nil {
		return err
	}
	return tx.Do(db.Join(db.Q("insert into search_text (rowid, words) values"), db.Values(words)))
}

// Drop takes records out of the index, in the transaction that withdraws them.
// One that is not there is no error.
func Drop(tx *db.Tx, programme string, ids ...string) error {
	for part := range slices.Chunk(ids, batch) {
		if err := drop(tx, programme, part); err != nil {
			return err
		}
	}
	return nil
}

func drop(tx *db.Tx, programme string, ids []string) error {
	where := db.Join(db.Q("where programme = ? and id in", programme), db.List(ids))
	if tx.Engine() == db.SQLite {
		if err := tx.Do(dropText(where)); err != nil {
			return err
		}
	}
	return tx.Do(db.Join(db.Q("delete from search_doc"), where))
}

// dropText deletes words by their row numbers.
func dropText(where db.Part) db.Part {
	return db.Join(db.Q("delete from search_text where rowid in (select row_number from search_doc"), where, db.Q(")"))
}

// entry is what the index holds of one text.
type entry struct {
	words []string // in order, for phrases
	more  []string // different words after those
	stems []string // different stems of an English text, marked
}

func index(d Doc) entry {
	var e entry
	english := isEnglish(d.Language)
	seen := map[string]bool{}
	size := 0
	add := func(list *[]string, w string) {
		if !seen[w] && size+len(w) <= maxBytes {
			seen[w] = true
			size += len(w)
			*list = append(*list, w)
		}
	}
	scan(d.Text, func(_, _ int, w string) {
		if len(e.words) < maxPlaces && size+len(w) <= maxBytes {
			e.words = append(e.words, w)
			if !seen[w] {
				seen[w] = true
				size += len(w)
			}
		} else {
			add(&e.more, w)
		}
		if english {
			add(&e.stems, stemMark+stem(w))
		}
	})
	return e
}

// plain is the entry as words and spaces, for FTS5.
func (e entry) plain() string {
	var b strings.Builder
	for _, w := range e.words {
		b.WriteString(w + " ")
	}
	for _, w := range e.more {
		b.WriteString(gap + " " + w + " ")
	}
	for _, w := range e.stems {
		b.WriteString(w + " ")
	}
	return strings.TrimSuffix(b.String(), " ")
}

// vector is the entry as a tsvector is written; the words hold nothing to quote.
func (e entry) vector() string {
	var b strings.Builder
	for i, w := range e.words {
		b.WriteString(w + ":" + strconv.Itoa(i+1) + " ")
	}
	for _, w := range e.more {
		b.WriteString(w + " ")
	}
	for _, w := range e.stems {
		b.WriteString(w + " ")
	}
	return strings.TrimSuffix(b.String(), " ")
}

// Kept gives the ids of records in the index, in order: those after one id and, where
// last is not "", up to another, most of them at once.
func Kept(tx *db.Tx, programme, after, last string, most int64) ([]string, error) {
	where := db.Q("select id from search_doc where programme = ? and id > ?", programme, after)
	if last != "" {
		where = db.Join(where, db.Q("and id <= ?", last))
	}
	return db.All(tx, db.Join(where, db.Q("order by id limit ?", most)), db.Value[string])
}

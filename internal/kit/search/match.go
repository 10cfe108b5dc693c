package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"plait/internal/kit/db"
)

// maxTerms is how many words and phrases of a query are looked for; the rest is left out.
const maxTerms = 32

// Query is what a person typed, as parts of one SQL text for the given engine.
type Query struct {
	engine db.Engine
	words  string // in the engine's query language
	// Rank orders what is found, the best first when ascending. Records may share a
	// rank: order by the record's id after it.
	Rank db.Part
}

// Match reads what a person typed. Every word must be there. In texts in English a word
// finds its other endings; the last word also finds longer words that
// begin with it, from two letters. "Words in quotes" are found as they
// stand and in that order. A minus before a word or a quote means without it. Little words (the, of,
// yn, y) are left out when there are others. Nothing in the query is an operator
// of the engine. ok is false when there is nothing to look for.
func Match(e db.Engine, query string) (q Query, ok bool) {
	terms := parse(query)
	if !looksFor(terms) {
		return Query{}, false
	}
	if e == db.Postgres {
		return Query{e, writePostgres(terms), db.Q("found.rank")}, true
	}
	return Query{e, writeSQLite(terms), db.Q("bm25(search_text)")}, true
}

// Join is the join clause that keeps of ref_record, or another table with programme
// and id under the alias given, the rows whose words were looked for. The names
// found, search_doc and search_text are taken.
//
// On both engines the words are asked first and once, whatever the planner
// knows of the tables: left to itself it asks them again for every record of a table
// it believes to be small, such as one just filled by an import.
func (q Query) Join(record string) db.Part {
	if q.engine == db.Postgres {
		return db.Q(`join (with hit as materialized (
			select programme, id, - ts_rank(words, cast(cast(? as text) as tsquery)) as rank from search_doc where words @@ cast(cast(? as text) as tsquery)
		) select programme, id, rank from hit) found on found.programme = `+record+`.programme and found.id = `+record+`.id`, q.words, q.words)
	}
	// The plus makes it impossible to look the words up by row number.
	return db.Q(`join search_doc on search_doc.programme = `+record+`.programme and search_doc.id = `+record+`.id
		join search_text on search_doc.row_number = +search_text.rowid and search_text match ?`, q.words)
}

// Ranked gives the ids of every record of a programme whose words were looked for, the
// best first and of the same rank by id. Whoever asks goes on to ask, of as many as are
// needed, which may be seen: that costs more for one record than finding it.
func (q Query) Ranked(tx *db.Tx, programme string) ([]string, error) {
	type hit struct {
		id   string
		rank float64
	}
	ask := db.Q(`select search_doc.id, bm25(search_text) from search_text cross join search_doc on search_doc.row_number = search_text.rowid
		where search_text match ? and search_doc.programme = ?`, q.words, programme)
	if q.engine == db.Postgres {
		ask = db.Q(`select id, - ts_rank(words, cast(cast(? as text) as tsquery)) from search_doc where words @@ cast(cast(? as text) as tsquery) and programme = ?`,
			q.words, q.words, programme)
	}
	hits, err := db.All(tx, ask, func(r db.Row, h *hit) error { return r.Scan(&h.id, &h.rank) })
	if err != nil {
		return nil, err
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.id, b.id)) })
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.id
	}
	return ids, nil
}

// term is a word or a phrase that is looked for.
type term struct {
	words  []string
	exact  bool // stood in quotes: no other endings
	prefix bool // the last word may go on
	not    bool // must not be there
}

func looksFor(terms []term) bool {
	for _, t := range terms {
		if !t.not {
			return true
		}
	}
	return false
}

// parse reads a query into at most maxTerms terms. It takes any text.
func parse(query string) []term {
	var out []term
	var end int // where the last term ended
	for i := 0; i < len(query) && len(out) < maxTerms; {
		r, n := utf8.DecodeRuneInString(query[i:])
		if unicode.IsSpace(r) {
			i += n
			continue
		}
		t := term{}
		if strings.ContainsRune("-–−", r) {
			t.not = true
			i += n
			if r, n = utf8.DecodeRuneInString(query[i:]); i >= len(query) || unicode.IsSpace(r) {
				continue
			}
		}
		var chunk string
		if isQuote(r) {
			i += n
			stop := strings.IndexFunc(query[i:], isQuote)
			if stop < 0 { // never closed: as if it were not there
				stop = chunkEnd(query[i:])
				chunk = query[i : i+stop]
			} else {
				t.exact = true
				chunk = query[i : i+stop]
				_, n = utf8.DecodeRuneInString(query[i+stop:])
				stop += n
			}
			i += stop
		} else {
			stop := chunkEnd(query[i:])
			chunk = query[i : i+stop]
			i += stop
		}
		scan(chunk, func(_, _ int, w string) {
			if len(t.words) < maxTerms {
				t.words = append(t.words, w)
			}
		})
		if len(t.words) > 0 {
			out, end = append(out, t), i
		}
	}
	if n := len(out); n > 0 && end > 0 {
		t := &out[n-1]
		w := t.words[len(t.words)-1]
		t.prefix = !t.exact && !t.not && len(w) > 1 && len(t.words) < maxTerms
	}
	return withoutStops(out)
}

// withoutStops leaves out little words that stand alone, when something else is looked for.
func withoutStops(terms []term) []term {
	stop := func(t term) bool { return !t.not && !t.exact && len(t.words) == 1 && isStop(t.words[0]) }
	var out []term
	for _, t := range terms {
		if !stop(t) {
			out = append(out, t)
		}
	}
	if looksFor(out) {
		return out
	}
	return terms
}

// chunkEnd is where the first piece of s ends: at white space or a quote.
func chunkEnd(s string) int {
	if i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) }); i >= 0 {
		return i
	}
	return len(s)
}

func isQuote(r rune) bool { return strings.ContainsRune(`"“”„‟«»`, r) }

// writeSQLite writes terms in the query language of FTS5, every word in quotes.
func writeSQLite(terms []term) string {
	var yes, no []string
	for _, t := range terms {
		s := `"` + strings.Join(t.words, " ") + `"`
		if t.prefix {
			s += " *"
		}
		if t.stemmed() {
			s = "(" + s + ` OR "` + stemMark + stem(t.words[0]) + `")`
		}
		if t.not {
			no = append(no, s)
		} else {
			yes = append(yes, s)
		}
	}
	s := strings.Join(yes, " AND ")
	if len(no) > 0 {
		s = "(" + s + ") NOT (" + strings.Join(no, " OR ") + ")"
	}
	return s
}

// writePostgres writes terms as a tsquery is written.
func writePostgres(terms []term) string {
	var out []string
	for _, t := range terms {
		s := strings.Join(t.words, " <-> ")
		if t.prefix {
			s += ":*"
		}
		if t.stemmed() {
			s += " | " + stemMark + stem(t.words[0])
		}
		s = "(" + s + ")"
		if t.not {
			s = "!" + s
		}
		out = append(out, s)
	}
	return strings.Join(out, " & ")
}

// stemmed says that the term is also looked for by its stem.
func (t term) stemmed() bool { return !t.exact && len(t.words) == 1 }

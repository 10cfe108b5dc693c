package screen

import (
	"math"
	"slices"
	"unicode"
	"unicode/utf8"
)

// A term is one word, two words in a row, or a word of the title. It is written as one
// number: the second word plus one in the upper half (0 for a word alone), the first word
// plus one in the lower half, and the highest bit for a word of the title.
type term uint64

const inTitle term = 1 << 63

func (t term) words() (first, second int) {
	return int(uint32(t)) - 1, int(uint32((t&^inTitle)>>32)) - 1
}

// lexicon numbers words in the order in which they were met.
type lexicon struct {
	id    map[string]uint32
	words []string
}

func newLexicon() *lexicon { return &lexicon{id: map[string]uint32{}} }

func (l *lexicon) number(w []byte) uint32 {
	if n, ok := l.id[string(w)]; ok {
		return n
	}
	s := string(w)
	n := uint32(len(l.words))
	l.id[s] = n
	l.words = append(l.words, s)
	return n
}

// read appends the words of s to out.
func (l *lexicon) read(s string, out []uint32, letters int) []uint32 {
	eachWord(s, letters, func(w []byte, _, _ int) { out = append(out, l.number(w)) })
	return out
}

// eachWord calls do with each word of s in lower case, and where it begins and ends. A word
// is a run of two or more letters, digits and underlines, as scikit-learn's token pattern
// (?u)\b\w\w+\b has it. With letters above 0 it is cut after so many, and each letter of a
// script that is written without spaces is a word.
func eachWord(s string, letters int, do func(w []byte, start, end int)) {
	var buf [64]byte
	word, n, start := buf[:0], 0, 0
	flush := func(end int) {
		if n >= 2 {
			do(word, start, end)
		}
		word, n = word[:0], 0
	}
	add := func(r rune, at int) {
		if n == 0 {
			start = at
		}
		if n++; letters == 0 || n <= letters {
			word = utf8.AppendRune(word, r)
		}
	}
	for i, r := range s {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_':
			add(r, i)
		case 'A' <= r && r <= 'Z':
			add(r+'a'-'A', i)
		case r < utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsNumber(r):
			flush(i)
		case letters > 0 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			flush(i)
			do(utf8.AppendRune(word, r), i, i+utf8.RuneLen(r))
		default:
			add(unicode.ToLower(r), i)
		}
	}
	flush(len(s))
}

// table counts in how many records a term is: open addressing, so that the two million
// pairs of words of a large library stay small.
type table struct {
	slot  []uint32 // number of the term plus one; 0 is empty
	terms []term
	df    []uint32
}

func newTable() *table { return &table{slot: make([]uint32, 1<<12)} }

func (t *table) number(k term) uint32 {
	if len(t.terms)*3 >= len(t.slot)*2 {
		t.grow()
	}
	mask := uint64(len(t.slot) - 1)
	for i := mix(uint64(k)) & mask; ; i = (i + 1) & mask {
		switch n := t.slot[i]; {
		case n == 0:
			t.terms, t.df = append(t.terms, k), append(t.df, 0)
			t.slot[i] = uint32(len(t.terms))
			return uint32(len(t.terms) - 1)
		case t.terms[n-1] == k:
			return n - 1
		}
	}
}

func (t *table) grow() {
	t.slot = make([]uint32, 2*len(t.slot))
	mask := uint64(len(t.slot) - 1)
	for n, k := range t.terms {
		i := mix(uint64(k)) & mask
		for t.slot[i] != 0 {
			i = (i + 1) & mask
		}
		t.slot[i] = uint32(n + 1)
	}
}

// mix spreads a number over 64 bits (the finaliser of SplitMix64, Steele and others 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// matrix is one row of weighted terms for each record, of length 1 where it has any.
//
// A term that is in one record only cannot move the score of another. Such terms are
// counted in the length of the row and in own, and stored nowhere: nothing is lost, and
// two thirds of all terms are gone.
type matrix struct {
	start []int     // len(records)+1
	col   []uint32  // terms of the rows, one row after another
	val   []float32 // their weights
	own   []float32 // squared length of what only this record has
	size  []float32 // squared length of the whole row: 1, or 0 when there is no term
	terms []term    // by column
	words []string  // by number of the word
	d     int       // latent coordinates of a row; see deepen
	dense []float32 // d for each row
}

func (m *matrix) rows() int { return len(m.start) - 1 }

func (m *matrix) row(i int) ([]uint32, []float32) {
	a, b := m.start[i], m.start[i+1]
	return m.col[a:b], m.val[a:b]
}

// deep gives the latent coordinates of a row, or none.
func (m *matrix) deep(i int) []float32 { return m.dense[i*m.d : i*m.d+m.d] }

// weighing says how rows are made.
type weighing struct {
	maxShare float64 // terms in a larger share of the records are left out
	rarity   float64 // power of the inverse document frequency
	pairs    float64 // weight of two words in a row
	title    float64 // weight of the words of the title as terms of their own; 0 for none
	letters  int     // words are cut after so many letters; 0 leaves them whole, as u4 does
}

// weigh makes the rows, of length 1: 1+ln(count) times ln((1+records)/(1+records with it))+1,
// as scikit-learn has it with sublinear_tf and smooth_idf.
func weigh(records []Record, how weighing) *matrix {
	lex, tab := newLexicon(), newTable()
	drafts := make([]draft, len(records))
	var seq, terms []uint32
	var counts []uint8
	var keys []term
	for r := range records {
		keys = keys[:0]
		seq = lex.read(records[r].Title, seq[:0], how.letters)
		if how.title > 0 {
			for _, w := range seq {
				keys = append(keys, inTitle|term(w+1))
			}
		}
		seq = lex.read(records[r].Abstract, seq, how.letters)
		for i, w := range seq {
			keys = append(keys, term(w+1))
			if i > 0 {
				keys = append(keys, term(w+1)<<32|term(seq[i-1]+1))
			}
		}
		slices.Sort(keys)
		terms, counts = terms[:0], counts[:0]
		for i := 0; i < len(keys); {
			j := i + 1
			for j < len(keys) && keys[j] == keys[i] {
				j++
			}
			n := tab.number(keys[i])
			tab.df[n]++
			terms, counts = append(terms, n), append(counts, uint8(min(j-i, math.MaxUint8)))
			i = j
		}
		drafts[r] = draft{slices.Clone(terms), slices.Clone(counts)}
	}
	tab.slot = nil
	return finish(drafts, tab, lex.words, how)
}

// draft is the terms of a record before it is known how many records have them, and how
// often each is in it, up to 255.
type draft struct {
	terms  []uint32
	counts []uint8
}

// finish turns counts into weights and leaves out what says nothing. Drafts are given up
// one by one: with many records they take as much room as what is made of them.
func finish(drafts []draft, tab *table, words []string, how weighing) *matrix {
	n := float64(len(drafts))
	m := &matrix{start: make([]int, 1, len(drafts)+1), words: words}
	m.own, m.size = make([]float32, len(drafts)), make([]float32, len(drafts))
	const gone = math.MaxUint32
	place, factor := make([]uint32, len(tab.terms)), make([]float32, len(tab.terms))
	kept, all := 0, 0
	for t, df := range tab.df {
		place[t] = gone
		if float64(df) > how.maxShare*n {
			continue
		}
		f := math.Pow(math.Log((1+n)/(1+float64(df)))+1, how.rarity)
		switch k := tab.terms[t]; {
		case k&inTitle != 0:
			f *= how.title
		case k>>32 != 0:
			f *= how.pairs
		}
		factor[t] = float32(f)
		if df > 1 {
			kept++
			all += int(df)
		}
	}
	m.terms = make([]term, 0, kept)
	for t, df := range tab.df {
		if df > 1 && factor[t] != 0 {
			place[t] = uint32(len(m.terms))
			m.terms = append(m.terms, tab.terms[t])
		}
	}
	m.col, m.val = make([]uint32, 0, all), make([]float32, 0, all)
	for i, d := range drafts {
		var own, whole float64
		first := len(m.col)
		for k, t := range d.terms {
			v := (1 + math.Log(float64(d.counts[k]))) * float64(factor[t])
			whole += v * v
			if place[t] == gone {
				own += v * v
				continue
			}
			m.col, m.val = append(m.col, place[t]), append(m.val, float32(v))
		}
		if whole > 0 {
			m.own[i], m.size[i] = float32(own/whole), 1
			by := float32(1 / math.Sqrt(whole))
			for j := first; j < len(m.val); j++ {
				m.val[j] *= by
			}
		}
		m.start = append(m.start, len(m.col))
		drafts[i] = draft{}
	}
	return m
}

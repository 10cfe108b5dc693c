package dedupe

import "strconv"

// Bands of MinHash: records whose titles share j of their runs of four letters meet in a
// band with probability 1-(1-j^rows)^bands: .99 at j .8, .8 at .6, .2 at .3.
const (
	bands = 8
	rows  = 3
)

// index finds the records that share a key.
type index struct {
	chains map[uint64]chain
	nodes  []node
}

// chain is the records under one key, the latest first.
type chain struct{ head, n int32 }

type node struct{ record, next int32 }

func newIndex() index { return index{chains: map[uint64]chain{}} }

// A key that more records share says little: the latest of them are compared.
const (
	mostShared = 60
	mostOfID   = 240 // of a DOI or a PubMed number
)

// put adds a record and calls candidate for each that shares a key with it, perhaps more
// than once. candidate may be nil.
func (x *index) put(f *form, record int32, candidate func(other int32)) {
	f.keys(func(kind byte, key uint64) {
		c, ok := x.chains[key]
		most := int32(mostShared)
		if kind == 'd' || kind == 'm' {
			most = mostOfID
		}
		at := c.head
		for i := int32(0); candidate != nil && ok && i < c.n && i < most; i++ {
			if other := x.nodes[at].record; other != record {
				candidate(other)
			}
			at = x.nodes[at].next
		}
		x.nodes = append(x.nodes, node{record, c.head})
		x.chains[key] = chain{int32(len(x.nodes) - 1), c.n + 1}
	})
}

// keys calls use for each key of a form. Records that share a key are compared. No key
// depends on other records, so a record that comes later finds what it would have found.
func (f *form) keys(use func(kind byte, key uint64)) {
	add := func(kind byte, parts ...string) {
		h := newHash()
		h.sum ^= uint64(kind) * 0x9e3779b97f4a7c15
		for _, p := range parts {
			h.word(p)
		}
		use(kind, mix(h.sum))
	}
	if f.doi != "" {
		add('d', f.doi)
	}
	if f.pmid != "" {
		add('m', f.pmid)
	}
	year := strconv.Itoa(f.year)
	c := f.title.compact
	if c != "" {
		if n := 24; len(c) > n {
			add('h', c[:n])
			add('t', c[len(c)-n:])
		} else {
			add('h', c)
		}
		if f.title.generic || len(c) < 24 {
			add('g', c, year, f.volume)
			add('g', c, f.pages.first)
		}
	}
	first := ""
	if len(f.names) > 0 {
		first = f.names[0].words[0]
	}
	if f.pages.first != "" && f.volume != "" {
		add('p', f.pages.first, f.volume)
	}
	if f.pages.last != "" && f.volume != "" {
		add('q', f.pages.last, f.volume)
	}
	if f.pages.first != "" && f.year > 0 {
		add('y', f.pages.first, f.pages.last, year)
	}
	if first != "" {
		if f.pages.first != "" {
			add('a', first, f.pages.first)
		}
		if f.year > 0 && f.volume != "" {
			add('v', first, year, f.volume)
		}
	}
	f.title.bands(func(i int, h uint64) { use('0'+byte(i), h) })
}

// bands gives the MinHash bands of a title.
func (t *title) bands(use func(i int, h uint64)) {
	c := t.compact
	const run = 4
	if len(c) < 2*run || t.generic {
		return
	}
	var least [bands * rows]uint32
	for i := range least {
		least[i] = ^uint32(0)
	}
	for i := 0; i+run <= len(c); i++ {
		x := mix(uint64(c[i]) | uint64(c[i+1])<<8 | uint64(c[i+2])<<16 | uint64(c[i+3])<<24)
		// Two halves of one hash give as many as are wanted (Kirsch and Mitzenmacher 2008).
		a, b := uint32(x), uint32(x>>32)|1
		for j := range least {
			a += b
			h := a ^ a>>15
			h *= 0x2c1b3c6d
			if h < least[j] {
				least[j] = h
			}
		}
	}
	for i := range bands {
		h := uint64(i)
		for j := range rows {
			h = mix(h ^ uint64(least[i*rows+j])<<8)
		}
		use(i, h)
	}
}

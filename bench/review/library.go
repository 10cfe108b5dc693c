package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"plait/internal/engine/dedupe"
)

// library makes n records by seed, and the true group of each: about seven in ten works are
// there once, the others two to four times as several databases would write them; among
// them stand look-alikes that are works of their own (a conference abstract, a part 2, an
// erratum, a column that returns). It measures time and memory; that it is made by rules
// means that what it says of right and wrong is little.
func library(n int, seed uint64) ([]dedupe.Record, []int) {
	m := maker{rng: rand.New(rand.NewPCG(seed, 80))}
	var records []dedupe.Record
	var truth []int
	work := 0
	for len(records) < n {
		work++
		r := m.work(work)
		if m.rng.IntN(10) < 7 {
			records, truth = append(records, r), append(truth, 0)
		} else {
			for range 2 + m.rng.IntN(3)*m.rng.IntN(2) {
				records, truth = append(records, m.copied(r)), append(truth, work)
			}
		}
		if m.rng.IntN(12) == 0 {
			records, truth = append(records, m.alike(r)), append(truth, 0)
		}
	}
	records, truth = records[:n], truth[:n]
	m.rng.Shuffle(n, func(i, j int) {
		records[i], records[j] = records[j], records[i]
		truth[i], truth[j] = truth[j], truth[i]
	})
	return records, alone(truth)
}

// alone makes groups that the cut at n left with one member no groups.
func alone(truth []int) []int {
	size := map[int]int{}
	for _, g := range truth {
		size[g]++
	}
	for i, g := range truth {
		if size[g] == 1 {
			truth[i] = 0
		}
	}
	return truth
}

type maker struct{ rng *rand.Rand }

// word is one of 20,000 made words, the first ones far more often (Zipf's law).
func (m *maker) word() string {
	k := int(20000 * m.rng.Float64() * m.rng.Float64() * m.rng.Float64())
	parts := []string{"ca", "re", "mi", "to", "sul", "pen", "dor", "ve", "lin", "gra", "hos", "ne", "tra", "kel", "bo", "fi", "sta", "mun", "per", "ol"}
	s := ""
	for k += 400; k > 0; k /= 20 {
		s += parts[k%20]
	}
	return s
}

func (m *maker) words(n int) string {
	ws := make([]string, n)
	for i := range ws {
		ws[i] = m.word()
		if m.rng.IntN(4) == 0 {
			ws[i] = []string{"of", "in", "and", "with", "for", "the"}[m.rng.IntN(6)]
		}
	}
	return strings.Join(ws, " ")
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (m *maker) work(k int) dedupe.Record {
	r := dedupe.Record{Title: capital(m.words(6 + m.rng.IntN(13))), Year: 1985 + m.rng.IntN(40)}
	for range 1 + m.rng.IntN(7) {
		r.Authors = append(r.Authors, capital(m.word())+", "+capital(m.word())+" "+string(rune('A'+m.rng.IntN(26)))+".")
	}
	r.Journal = []string{"Journal of ", "Annals of ", "International Journal of ", "Archives of "}[m.rng.IntN(4)] + capital(m.word()) + " and " + capital(m.word())
	r.Volume, r.Issue = fmt.Sprint(1+m.rng.IntN(90)), fmt.Sprint(1+m.rng.IntN(12))
	page := 1 + m.rng.IntN(1500)
	r.Pages = fmt.Sprintf("%d-%d", page, page+2+m.rng.IntN(14))
	if m.rng.IntN(10) < 7 {
		r.DOI = fmt.Sprintf("10.5555/work.%d", k)
	}
	r.Abstract = m.words(120 + m.rng.IntN(80))
	return r
}

// copied writes a work as another database would.
func (m *maker) copied(r dedupe.Record) dedupe.Record {
	one := func(in int) bool { return m.rng.IntN(in) == 0 }
	if one(3) {
		names := make([]string, len(r.Authors))
		for i, a := range r.Authors {
			family, given, _ := strings.Cut(a, ", ")
			names[i] = family + ", " + given[:1] + "."
		}
		r.Authors = names
	}
	if one(3) {
		ws := strings.Fields(r.Journal)
		for i, w := range ws {
			ws[i] = w[:min(len(w), 4)]
		}
		r.Journal = strings.Join(ws, " ")
	}
	if one(4) {
		r.Title = strings.ToUpper(r.Title)
	}
	if one(8) && len(r.Title) > 20 {
		at := 5 + m.rng.IntN(len(r.Title)-10)
		r.Title = r.Title[:at] + r.Title[at+1:]
	}
	if one(10) {
		r.Title = "[" + r.Title + "]"
	}
	if one(3) {
		r.DOI = ""
	}
	if one(3) {
		r.Abstract = ""
	}
	if one(6) {
		r.Issue = ""
	}
	if one(5) {
		first, last, _ := strings.Cut(r.Pages, "-")
		if len(first) == len(last) && len(last) > 1 {
			r.Pages = first + "-" + last[len(last)-2:]
		}
	}
	if one(8) {
		r.Pages = ""
	}
	return r
}

// alike makes another work that looks like r.
func (m *maker) alike(r dedupe.Record) dedupe.Record {
	r.DOI = ""
	switch m.rng.IntN(4) {
	case 0: // its abstract at a conference
		r.Journal, r.Volume, r.Pages, r.Abstract, r.Year = "Congress of "+capital(m.word()), "", fmt.Sprint("S", m.rng.IntN(400)), "", r.Year-1
	case 1: // its second part
		r.Title += " part 2"
		r.Pages, r.Abstract = fmt.Sprint(1600+m.rng.IntN(300)), m.words(150)
	case 2: // what was wrong in it
		r.Title, r.Pages, r.Abstract = "Erratum: "+r.Title, fmt.Sprint(1600+m.rng.IntN(300)), ""
	default: // a column
		r.Title, r.Pages, r.Abstract = "Editorial", fmt.Sprint(1+m.rng.IntN(300)), ""
	}
	return r
}

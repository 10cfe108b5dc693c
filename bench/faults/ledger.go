package main

import (
	"fmt"
	"slices"
	"sort"
)

// Why a ledger: the program's answers are written down by whoever sends, and held against
// what is there afterwards. What was acknowledged must be there whole. What was not answered
// may be there or not, but whole; and once it has been sent again and acknowledged, once.

// presence is whether something must be there.
type presence int

const (
	no    presence = iota // it must not be
	maybe                 // no answer came: either is right
	yes                   // it must be
)

// entry is one thing that a client has written: a contribution, a finding or an imported row.
type entry struct {
	token string   // a word that no other text holds; its words begin with it
	kind  string   // what it was written by, for the notes
	there presence // was it acknowledged?
	gone  presence // was it taken back?
	words []string // what it may say: the last that was acknowledged, then those in doubt
	files []string // SHA-256 of each of its files, in hexadecimal
	state []string // findings: draft or shared; "" is any
	group string   // an import or paste: all of a group are there or none
}

// thing is one record as the program gives it.
type thing struct {
	token string
	words string
	files []string
	state string
}

// verdict is what judging found.
type verdict struct {
	acknowledged, lost, torn, twice int
	notes                           []string
}

func (v *verdict) note(format string, args ...any) {
	v.notes = append(v.notes, fmt.Sprintf(format, args...))
}

// judge holds what is there against what was written.
func judge(entries []entry, things []thing) (v verdict) {
	by := map[string][]thing{}
	for _, t := range things {
		by[t.token] = append(by[t.token], t)
	}
	groups := map[string][2]int{} // there and not there, of those that may be either
	for _, e := range entries {
		found := by[e.token]
		delete(by, e.token)
		if e.there == yes {
			v.acknowledged++
		}
		if e.group != "" && e.gone != yes {
			g := groups[e.group]
			if len(found) > 0 {
				g[0]++
			} else {
				g[1]++
			}
			groups[e.group] = g
		}
		v.one(e, found)
	}
	for group, g := range groups {
		if g[0] > 0 && g[1] > 0 {
			v.torn++
			v.note("%s is there in part: %d rows of %d", group, g[0], g[0]+g[1])
		}
	}
	for token, found := range by {
		v.torn += len(found)
		v.note("%s is there, and nobody wrote it", token)
	}
	sort.Strings(v.notes)
	return v
}

func (v *verdict) one(e entry, found []thing) {
	if len(found) > 1 {
		v.twice += len(found) - 1
		v.torn += len(found) - 1
		v.note("%s (%s) is there %d times", e.token, e.kind, len(found))
	}
	switch {
	case len(found) == 0 && e.there == yes && e.gone == no:
		v.lost++
		v.note("%s (%s) was acknowledged and is lost", e.token, e.kind)
		return
	case len(found) > 0 && e.gone == yes:
		v.lost++ // that it was taken back was acknowledged
		v.note("%s (%s) was taken back and is there", e.token, e.kind)
		return
	case len(found) == 0:
		return
	}
	f := found[0]
	if !slices.Contains(e.words, f.words) {
		v.torn++
		v.note("%s (%s) says %.60q, not %.60q", e.token, e.kind, f.words, e.words)
	}
	if !slices.Equal(sorted(e.files), sorted(f.files)) {
		v.torn++
		v.note("%s (%s) has files %.12q, not %.12q", e.token, e.kind, f.files, e.files)
	}
	if len(e.state) > 0 && !slices.Contains(e.state, f.state) {
		v.torn++
		v.note("%s (%s) is %q, not %q", e.token, e.kind, f.state, e.state)
	}
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

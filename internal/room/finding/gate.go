package finding

import (
	"slices"
	"strings"

	"plait/internal/spine/tie"
)

// Heard is the live sources of a finding in their stored form of strand ("", "lived",
// "lived+practice"): how many contributions of each, by stance.
type Heard map[string]map[tie.Stance]int64

// Standing is what a finding rests on now.
type Standing struct {
	Sources   int64            `json:"sources"`   // live contributions
	Strands   map[string]int64 `json:"strands"`   // of them by strand; one of two strands counts in both
	Filled    []string         `json:"filled"`    // the strands of the gate, each by a contribution of its own
	Silent    []string         `json:"silent"`    // strands in which nothing was heard
	Challenge int64            `json:"challenge"` // contributions that challenge it
	Withdrawn int64            `json:"withdrawn"` // sources that were taken back, or whose time has ended
	GoneAt    int64            `json:"gone_at"`   // when the last of them went, microseconds; 0 = none
}

// OneStrand says that the finding needs a reason to be shared: no two strands of it are
// each filled by a contribution of their own.
func (s Standing) OneStrand() bool { return len(s.Filled) < 2 }

// Standing works out what a finding rests on. Each contribution fills one strand of the
// gate at most: it is a largest matching of contributions and strands. A contribution
// that challenges counts as heard.
func (h Heard) Standing() Standing {
	out := Standing{Strands: map[string]int64{}, Silent: []string{}}
	n := map[string]int64{}
	for form, by := range h {
		for stance, k := range by {
			n[form] += k
			out.Sources += k
			if stance == tie.Challenges {
				out.Challenge += k
			}
		}
	}
	for _, s := range strandNames() {
		out.Strands[s] = 0
		for _, f := range forms(s) {
			out.Strands[s] += n[f]
		}
		if out.Strands[s] == 0 {
			out.Silent = append(out.Silent, s)
		}
	}
	out.Filled = fill(n, strandNames())
	return out
}

// fill gives the most strands that can each have a contribution of their own. n is how
// many contributions there are of each stored form; it is as it was afterwards.
func fill(n map[string]int64, strands []string) []string {
	if len(strands) == 0 {
		return []string{}
	}
	best := fill(n, strands[1:]) // the first strand left empty
	for _, f := range forms(strands[0]) {
		if n[f] == 0 {
			continue
		}
		n[f]--
		if rest := fill(n, strands[1:]); len(rest)+1 > len(best) {
			best = append([]string{strands[0]}, rest...)
		}
		n[f]++
	}
	return best
}

// Phrase is one part of the sentence that says where the strands agree, differ or are
// silent: a word key of the room, the strands it is about, and counts.
type Phrase struct {
	Key     string   `json:"key"`
	Strands []string `json:"strands,omitempty"`
	N       int64    `json:"n,omitempty"`
	Of      int64    `json:"of,omitempty"`
}

// What one strand says of a finding.
const (
	yes     = "finding.says_yes"     // supports it
	no      = "finding.says_no"      // something else
	both    = "finding.says_both"    // some support it, some challenge it
	depends = "finding.says_depends" // only qualifies it
	silent  = "finding.says_silent"  // nothing was heard
	unsaid  = "finding.says_nothing" // the finding has no source of any strand
	against = "finding.says_count"   // so many of all challenge it
	several = "finding.says_some"    // the same, without numbers
)

// Says puts into phrases where the strands agree, differ or are silent. Strands are named
// in the order given. Nothing is averaged: a strand that is divided says so.
func (h Heard) Says(order []string) []Phrase {
	by := map[string][]string{}
	for _, s := range order {
		by[h.voice(s)] = append(by[h.voice(s)], s)
	}
	if len(by[silent]) == len(order) {
		return []Phrase{{Key: unsaid}}
	}
	var out []Phrase
	for _, key := range []string{yes, no, both, depends, silent} {
		if len(by[key]) > 0 {
			out = append(out, Phrase{Key: key, Strands: by[key]})
		}
	}
	if s := h.Standing(); s.Challenge > 0 {
		out = append(out, Phrase{Key: against, N: s.Challenge, Of: s.Sources})
	}
	return out
}

// voice is what one strand says as a whole.
func (h Heard) voice(strand string) string {
	has := map[tie.Stance]bool{}
	for form, by := range h {
		if !slices.Contains(strings.Split(form, "+"), strand) {
			continue
		}
		for stance, n := range by {
			has[stance] = has[stance] || n > 0
		}
	}
	switch {
	case has[tie.Supports] && has[tie.Challenges]:
		return both
	case has[tie.Supports]:
		return yes
	case has[tie.Challenges]:
		return no
	case has[tie.Qualifies]:
		return depends
	}
	return silent
}

package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"plait/internal/engine/dedupe"
)

// Pair is two records that are or may be one work.
type Pair struct {
	A          int64  `json:"a"` // the smaller number
	B          int64  `json:"b"`
	Band       string `json:"band"`   // Same, Ask or Apart
	Score      int64  `json:"score"`  // × 1000; 0 when nobody but a person found it
	Reason     string `json:"reason"` // of the program: what agrees, and what is in doubt: "title,authors/pages"
	AnsweredBy string `json:"answered_by"`
	AnsweredAt int64  `json:"answered_at"` // 0 = nobody was asked yet; an answered Ask was put off
	Found      string `json:"found"`       // the band that the program gave it; "" when a person put the two together
}

// sameRecord is the reason of two records that were merged with a third, which was parted.
const sameRecord = "/same_record"

// reasonWords puts the reason of a pair in words. What an older Plait stored is words already.
func reasonWords(t func(key string, args ...any) string, reason string) string {
	if reason == sameRecord {
		return t("review.why_note_same_record")
	}
	agree, note, ok := dedupe.Reason(reason).Parts()
	if !ok {
		return reason
	}
	var out []string
	if len(agree) > 0 {
		for i, field := range agree {
			agree[i] = t("review.why_field_" + field)
		}
		out = append(out, t("review.why_same", "Fields", strings.Join(agree, ", ")))
	}
	if note != "" {
		out = append(out, t("review.why_note_"+note))
	}
	return strings.Join(out, " ")
}

// cursor names an answered pair, so that the next page of answers begins behind it.
func (p Pair) cursor() string { return fmt.Sprintf("%d-%d-%d", p.AnsweredAt, p.A, p.B) }

// readPair reads what cursor made; false for "" and for anything else.
func readPair(s string) (p Pair, ok bool) {
	n, err := fmt.Sscanf(s, "%d-%d-%d", &p.AnsweredAt, &p.A, &p.B)
	return p, n == 3 && err == nil
}

// member is a record as its group sees it.
type member struct {
	n, lead int64
	gone    bool
	begun   bool // somebody has decided on it, wrote its summary or has its text
	summary bool
	doi     bool
}

// leads says which record stands for all copies of a work: the one that people have begun
// to work with, else the fullest (a summary, then a DOI), else the first that came.
func leads(group []member) int64 {
	return slices.MinFunc(group, func(a, b member) int {
		return cmp.Or(last(a.begun, b.begun), last(a.summary, b.summary), last(a.doi, b.doi), cmp.Compare(a.n, b.n))
	}).n
}

// last orders what is so before what is not.
func last(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// group puts records together that links hold together. A link that would bring two
// records together of which somebody said that they are two works holds nothing. What
// people said counts first, then the surest.
func group(members []member, pairs []Pair) [][]member {
	at, part := map[int64]int{}, make([]int, 0, len(members))
	for i, m := range members {
		at[m.n], part = i, append(part, i)
	}
	apart := map[[2]int]bool{}
	var links []Pair
	for _, p := range pairs {
		a, okA := at[p.A]
		b, okB := at[p.B]
		switch {
		case !okA || !okB || members[a].gone || members[b].gone:
		case p.Band == Apart:
			apart[[2]int{a, b}], apart[[2]int{b, a}] = true, true
		case p.Band == Same:
			links = append(links, p)
		}
	}
	slices.SortFunc(links, func(a, b Pair) int {
		return cmp.Or(last(a.AnsweredBy != "", b.AnsweredBy != ""), -cmp.Compare(a.Score, b.Score), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	for _, l := range links {
		from, to := part[at[l.B]], part[at[l.A]]
		if from != to && !crossed(part, apart, from, to) {
			for i := range part {
				if part[i] == from {
					part[i] = to
				}
			}
		}
	}
	groups := map[int][]member{}
	var order []int
	for i, m := range members {
		if groups[part[i]] == nil {
			order = append(order, part[i])
		}
		groups[part[i]] = append(groups[part[i]], m)
	}
	out := make([][]member, len(order))
	for i, g := range order {
		out[i] = groups[g]
	}
	return out
}

// crossed says whether somebody said of a record of one part and one of the other that they
// are two works.
func crossed(part []int, apart map[[2]int]bool, from, to int) bool {
	for p := range apart {
		if part[p[0]] == from && part[p[1]] == to {
			return true
		}
	}
	return false
}

// comparedRow is what is compared of a stored record.
func comparedRow(x *keyRow) dedupe.Record {
	out := dedupe.Record{Title: x.title, Year: int(x.year), Journal: x.journal, Volume: x.volume, Issue: x.issue, Pages: x.pages, DOI: x.doi, PMID: x.pmid,
		Abstract: x.abstract, Source: x.batch}
	if x.authors != "" {
		out.Authors = strings.Split(x.authors, "; ")
	}
	if len(out.Authors) == 1 {
		out.Authors = dedupe.SplitAuthors(out.Authors[0]) // one name may be a whole list that nothing divides
	}
	return out
}

// joinedNames is authors as the marks count them.
func joinedNames(names []string) string { return strings.Join(names, "; ") }

package review

import (
	"encoding/json"
	"slices"
	"strings"

	"plait/internal/engine/anchor"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
)

// Parts of a review's form.
const (
	Taken  = "extract"  // what a text says
	Judged = "appraise" // how far it can be relied on, in words: nothing is added up or ranked
)

// Says is the question of the form that every review keeps: what the text says in one
// plain sentence.
const Says = "says"

// Agreed is the Actor of an answer that was settled for all.
const Agreed = "agreed"

// Limits of a form and its answers.
const (
	MaxFields  = 40
	MaxChoices = 20
	maxLabel   = 200    // bytes
	maxQuoted  = 20_000 // code points of a place
)

// FormField is one question of a review's form.
type FormField struct {
	ID      string   `json:"id"`
	N       int64    `json:"n"`
	Part    string   `json:"part"`    // Taken or Judged
	Label   string   `json:"label"`   // "" = the words of its default
	Hint    string   `json:"hint"`    //
	Choices []string `json:"choices"` // none = free words
	Gone    bool     `json:"gone"`    // no longer asked; its answers are kept
}

// defaultFields is the form until a review has its own.
func defaultFields() []FormField {
	out := []FormField{}
	for i, id := range []string{"kind", "population", "place", "method", Says, "near", "limits"} {
		out = append(out, FormField{ID: id, N: int64(i + 1), Part: Taken})
	}
	return out
}

// appraisalFields is a ready set of questions about how far a text can be relied on. They
// suit any kind of knowledge, and their answers are words.
func appraisalFields() []FormField {
	out := []FormField{}
	for i, id := range []string{"chosen", "heard", "shown", "swayed"} {
		out = append(out, FormField{ID: id, N: int64(101 + i), Part: Judged})
	}
	return out
}

// known says whether a field's words are among the room's own.
func (f FormField) known() bool {
	return slices.ContainsFunc(append(defaultFields(), appraisalFields()...), func(x FormField) bool { return x.ID == f.ID })
}

// check says what is wrong with a field, by name.
func (f FormField) check() error {
	var c fault.Check
	c.Need(f.Label != "" || f.known(), "label", "review.ex_need_label")
	c.Need(len(f.Label) <= maxLabel, "label", "house.too_long")
	c.Need(len(f.Hint) <= MaxLine, "hint", "house.too_long")
	c.Need(f.Part == Taken || f.Part == Judged, "part", "house.bad_choice")
	c.Need(len(f.Choices) <= MaxChoices, "choices", "review.ex_many_choices", "Most", MaxChoices)
	for _, x := range f.Choices {
		c.Need(len(x) <= maxLabel, "choices", "house.too_long")
	}
	c.Need(!f.Gone || f.ID != Says, "label", "review.ex_says_stays")
	return c.Err()
}

// eachLine splits what was typed into its lines that hold something.
func eachLine(s string) []string {
	var out []string
	for x := range strings.SplitSeq(text.Lines(s), "\n") {
		if x = strings.TrimSpace(x); x != "" && !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// Texts in which a place can be.
const (
	InAbstract = "abstract"
	InWhole    = "whole"
)

// TextPlace is where in a record's texts something is said. It is kept as JSON, by quote
// and place, and is found again when the text is read anew.
type TextPlace struct {
	In     string `json:"in"`    // InAbstract or InWhole
	Start  int    `json:"start"` // code points
	End    int    `json:"end"`
	Quote  string `json:"quote"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	Page   int    `json:"page,omitempty"` // of the whole text, from 1; 0 = it has no pages
}

// String is the place as it is kept; "" for none.
func (p TextPlace) String() string {
	if p.Quote == "" {
		return ""
	}
	b, err := json.Marshal(p)
	if err != nil {
		return "" // it is made of numbers and texts alone
	}
	return string(b)
}

// readPlace reads a kept place; ok is false for "" and for places of another kind.
func readPlace(s string) (p TextPlace, ok bool) {
	if s == "" || json.Unmarshal([]byte(s), &p) != nil {
		return TextPlace{}, false
	}
	return p, p.Quote != "" && (p.In == InAbstract || p.In == InWhole)
}

// texts is what of a record can be read.
type texts struct {
	abstract, whole *anchor.Text
	starts          []int // where each page of the whole text begins
}

// of is the text of a name.
func (t texts) of(in string) *anchor.Text {
	if in == InWhole {
		return t.whole
	}
	return t.abstract
}

// find anchors words that somebody marked or typed: in the text that they name, else in
// the whole text, else in the abstract. from is where they stand, as far as is known.
func (t texts) find(quote, in string, from int) (TextPlace, bool) {
	order := []string{InWhole, InAbstract}
	if in == InAbstract {
		order = []string{InAbstract, InWhole}
	}
	for _, name := range order {
		where := t.of(name)
		if where == nil || where.Len() == 0 {
			continue
		}
		start, end, ok := 0, 0, false
		if name == in && from > 0 {
			start, end, ok = anchor.Look(where, quote, from)
		}
		if !ok {
			start, end, ok = anchor.Look(where, quote, 0)
		}
		if !ok || end-start > maxQuoted {
			continue
		}
		a, ok := anchor.Make(where, start, end)
		if !ok || strings.TrimSpace(a.Quote) == "" {
			continue
		}
		return TextPlace{In: name, Start: a.Start, End: a.End, Quote: a.Quote, Before: a.Before, After: a.After, Page: t.page(name, a.Start)}, true
	}
	return TextPlace{}, false
}

// again finds a kept place in the texts as they are now; ok is false when it is not there.
func (t texts) again(p TextPlace) (start, end int, ok bool) {
	where := t.of(p.In)
	if where == nil || where.Len() == 0 {
		return 0, 0, false
	}
	start, end, _, ok = anchor.Find(where, anchor.Anchor{Start: p.Start, End: p.End, Quote: p.Quote, Before: p.Before, After: p.After})
	return start, end, ok
}

// page is the page of a code point, from 1; 0 where there are none.
func (t texts) page(in string, point int) int {
	if in != InWhole {
		return 0
	}
	n := 0
	for _, s := range t.starts {
		if s <= point {
			n++
		}
	}
	return n
}

// Answer is what one person wrote for one question of one record.
type Answer struct {
	Field  string `json:"field"`
	Actor  string `json:"actor"`  // who, as the trail names them; Agreed = settled for all
	Author string `json:"author"` // who wrote it down
	Words  string `json:"words"`
	Place  string `json:"place"` // a TextPlace; "" = none
	At     int64  `json:"at"`
}

// settled gives the answer that counts for a field: the agreed one, else the newest. differ
// says that people wrote different things and nobody has settled it.
func settledAnswer(all []Answer, field string) (a Answer, differ bool) {
	for _, x := range all {
		if x.Field != field {
			continue
		}
		if x.Actor == Agreed {
			return x, false
		}
		if a.Words != "" && alikeWords(a.Words) != alikeWords(x.Words) {
			differ = true
		}
		if a.Words == "" || x.At >= a.At {
			a = x
		}
	}
	return a, differ
}

// alikeWords is words as they are compared: letters and figures alone.
func alikeWords(s string) string { return strings.Join(text.Words(text.Fold(s)), " ") }

// differing counts the fields on which people wrote different things.
func differing(all []Answer) (n int) {
	seen := map[string]bool{}
	for _, a := range all {
		if seen[a.Field] {
			continue
		}
		seen[a.Field] = true
		if _, differ := settledAnswer(all, a.Field); differ {
			n++
		}
	}
	return n
}

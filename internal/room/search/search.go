package search

import (
	"slices"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// How many hits one search gives.
const (
	UsualHits = 20
	MostHits  = 100
)

// excerptRunes is how long an excerpt is, in characters.
const excerptRunes = 160

// maxWords is the longest query that is read, in bytes.
const maxWords = 1000

// Span is a piece of an excerpt; Hit says that it is what was looked for.
type Span struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// Hit is one record that was found.
type Hit struct {
	Ref          ref.Ref `json:"ref"`
	Kind         string  `json:"kind"`
	Title        string  `json:"title"`
	Excerpt      []Span  `json:"excerpt"`
	Project      string  `json:"project"`       // project id; "" for the programme's own
	ProjectTitle string  `json:"project_title"` // "" where the reader may not know it
	Strand       string  `json:"strand"`        // "", "lived", "lived+practice"
	ChangedAt    int64   `json:"changed_at"`    // microseconds since 1970
}

// permissions gathers kinds by what it takes to see them, so that each permission is one
// condition. kind "" takes all. Kinds that name no permission are never searched.
func permissions(kinds map[string]plug.Kind, kind string) map[string][]string {
	out := map[string][]string{}
	for name, k := range kinds {
		if k.Permission != "" && (kind == "" || kind == name) {
			out[k.Permission] = append(out[k.Permission], name)
		}
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out
}

// check says what is wrong with a question, by field.
func (in FindIn) check(kinds map[string]plug.Kind) error {
	var c fault.Check
	c.Need(strings.TrimSpace(in.Words) != "", "words", "search.need_words")
	c.Need(len(in.Words) <= maxWords, "words", "house.too_long")
	_, known := kinds[in.Kind]
	c.Need(in.Kind == "" || known, "kind", "house.bad_choice")
	return c.Err()
}

// excerpt marks in a title what was looked for.
func excerpt(title, words string) []Span {
	out := []Span{}
	for _, s := range search.Snippet(title, words, excerptRunes) {
		out = append(out, Span{s.Text, s.Hit})
	}
	return out
}

// address is where a hit's page is, "" for a kind without one.
func address(k plug.Kind, h Hit) string {
	if strings.Contains(k.Page, "{project}") && h.Project == "" {
		return ""
	}
	return strings.NewReplacer("{id}", h.Ref.ID, "{project}", h.Project).Replace(k.Page)
}

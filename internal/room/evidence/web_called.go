package evidence

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"plait/internal/kit/text"
)

// called is what a contribution without words is called: what its first file is, and what
// is said of its files. A description is not what anybody said, so it stands in no
// quotation. It is "" for one that has words, or an answer, or no file.
func (f *face) called(r *http.Request, c Contribution) string {
	if c.Sensitive {
		return f.T(r, "evidence.sensitive_called")
	}
	if strings.TrimSpace(c.Words) != "" || c.Answer != "" || len(c.Media) == 0 {
		return ""
	}
	if p, ok := c.paper(); ok && p.Title != "" {
		return ""
	}
	kind := c.Media[0].Kind
	if c.Expressed == "drawn" {
		kind = "drawing"
	}
	name := f.T(r, "evidence.media_title_"+kind)
	if says := text.Excerpt(c.described(), 90); says != "" {
		return f.T(r, "evidence.media_described", "Kind", name, "Says", says)
	}
	return name
}

// labels says what each file of contributions is, by its id, and what those without words
// are called, by theirs.
func (f *face) labels(r *http.Request, cs []Contribution) (files, called map[string]string) {
	files, called = map[string]string{}, map[string]string{}
	for _, c := range cs {
		called[c.Ref.ID] = f.called(r, c)
		for _, m := range c.Media {
			files[m.ID] = f.mediumLabel(r, m)
		}
	}
	return files, called
}

// untyped is where the first page of a document without words is typed, and what the link
// says; "" where there is none. may is whether the actor may mark.
func (f *face) untyped(r *http.Request, c Contribution, may bool) (say, place string) {
	doc, ok := docOf(c.Media)
	if !ok || !may || doc.Pages == 0 {
		return "", ""
	}
	blank := blankPages(c.Words, c.PageStarts, int(doc.Pages))
	if len(blank) == 0 {
		return "", ""
	}
	return f.T(r, "evidence.excerpt_untyped", "Left", len(blank), "Of", doc.Pages),
		saidAddress(c.Project, c.Ref.ID) + "/mark?" + url.Values{"file": {doc.ID}, "page": {strconv.Itoa(blank[0])}}.Encode() + "#type"
}

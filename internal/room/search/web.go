package search

import (
	"net/http"
	"net/url"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
)

type face struct {
	*web.Face
	room *Room
}

// findView is the page of the one box and what it found.
type findView struct {
	Asked   string
	Project string
	All     string // the same search without its project
	Hits    []hitView
	More    bool
	Done    bool // something was looked for
}

type hitView struct {
	Hit
	Href, Word string
}

func (f *face) find(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := FindIn{Words: strings.TrimSpace(q.Get("q")), Project: q.Get("project"), Kind: q.Get("kind"), Limit: UsualHits}
	v := findView{Asked: in.Words, Project: in.Project}
	view := page.View{Title: f.T(r, "search.title")}
	if in.Words == "" {
		view.Body = v
		return f.Show(w, r, "search/find", view)
	}
	out, err := f.room.Find(r.Context(), in)
	if err != nil {
		ft := fault.Of(err)
		if ft.Kind != fault.Invalid {
			return err
		}
		for _, x := range ft.Fields {
			view.Errors = append(view.Errors, page.Problem{Field: "q", Text: f.T(r, x.Say, x.Args...)})
		}
		view.Body = v
		return f.Show(w, r, "search/find", view)
	}
	v.Done, v.More = true, out.More
	for _, h := range out.Hits {
		v.Hits = append(v.Hits, hitView{h, address(f.room.kinds[h.Kind], h), f.word(r, h.Kind)})
	}
	if in.Project != "" {
		v.All = "/search?" + url.Values{"q": {in.Words}}.Encode()
	}
	view.Body = v
	return f.Show(w, r, "search/find", view)
}

// word is what a kind of record is called; a kind without a word keeps its own name.
func (f *face) word(r *http.Request, kind string) string {
	key := "search.kind_" + strings.ReplaceAll(kind, " ", "_")
	if !f.Words.Has("en", key) {
		return kind
	}
	return f.T(r, key)
}

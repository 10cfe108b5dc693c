package walk_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plait/internal/spine/plug"
)

// perPattern is how many addresses of one route a crawl opens.
const perPattern = 8

// seen is one page that a crawl found.
type seen struct {
	Path    string // with its query
	Pattern string // the route's
	Status  int
	Header  http.Header
	Body    string
}

func (p seen) html() bool { return strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") }

var (
	linked = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	posted = regexp.MustCompile(`<form[^>]*method="post"[^>]*action="([^"]*)"`)
	within = regexp.MustCompile(`href="#([^"]+)"`)
)

// routes tells which route an address belongs to; "" for none of the house's pages.
func (s *street) routes() func(method, path string) string {
	mux := http.NewServeMux()
	for _, r := range s.Routes {
		mux.HandleFunc(r.Pattern, func(http.ResponseWriter, *http.Request) {})
	}
	return func(method, path string) string {
		r, err := http.NewRequest(method, path, nil)
		if err != nil {
			return ""
		}
		_, pattern := mux.Handler(r)
		return pattern
	}
}

// crawl opens what the visitor can reach by links from the start addresses. A link or
// form that leads to no page of the house fails the test.
func (v *visitor) crawl(t *testing.T, from ...string) []seen {
	t.Helper()
	route := v.s.routes()
	var out []seen
	opened, count := map[string]bool{}, map[string]int{}
	for queue := slices.Clone(from); len(queue) > 0; queue = queue[1:] {
		path := tidy(queue[0])
		pattern := route(http.MethodGet, path)
		if path == "" || opened[path] || count[pattern] == perPattern {
			continue
		}
		opened[path] = true
		count[pattern]++
		resp, body := v.get(path)
		end := tidy(resp.Request.URL.RequestURI())
		if end != path {
			if end == "" || opened[end] {
				continue
			}
			opened[end] = true
			pattern = route(http.MethodGet, end)
		}
		page := seen{end, pattern, resp.StatusCode, resp.Header, body}
		out = append(out, page)
		if page.html() {
			for _, m := range linked.FindAllStringSubmatch(body, -1) {
				link := html.UnescapeString(m[1])
				if to := tidy(link); to != "" && route(http.MethodGet, to) == "" {
					t.Errorf("%s links to %s, which is no page", end, link)
					continue
				}
				queue = append(queue, link)
			}
			for _, m := range posted.FindAllStringSubmatch(body, -1) {
				if route(http.MethodPost, html.UnescapeString(m[1])) == "" {
					t.Errorf("%s has a form that is sent to %s, which nobody takes", end, m[1])
				}
			}
			for _, m := range within.FindAllStringSubmatch(body, -1) {
				if !strings.Contains(body, `id="`+m[1]+`"`) {
					t.Errorf("%s links to its own part %q, which is not there", end, m[1])
				}
			}
		}
	}
	return out
}

// tidy gives an address of the house without the choices of looks, or "".
func tidy(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "/static/") || u.Path == "/card/leave" {
		return ""
	}
	q := u.Query()
	q.Del("lang")
	q.Del("format")
	u.RawQuery, u.Fragment = q.Encode(), ""
	return u.RequestURI()
}

// firsts keeps the first page of each route, and the first with each sort of player or
// picture to draw on, since such a page is another to whoever uses it.
func firsts(all []seen) []seen {
	var out []seen
	got := map[string]bool{}
	for _, p := range all {
		kind := p.Pattern
		for _, with := range []string{"<audio", "<video", "data-mark-box", "data-mark-player"} {
			if strings.Contains(p.Body, with) {
				kind += " " + with
			}
		}
		if p.html() && !got[kind] {
			got[kind] = true
			out = append(out, p)
		}
	}
	return out
}

// sound checks what holds for every answer of the house.
func sound(t *testing.T, p seen) {
	t.Helper()
	if p.Status != http.StatusOK {
		t.Errorf("%s (%s): status %d", p.Path, p.Pattern, p.Status)
	}
	csp := p.Header.Get("Content-Security-Policy")
	page := strings.Contains(csp, "default-src 'self'") && strings.Contains(csp, "frame-ancestors 'none'")
	// What people sent may do nothing at all, wherever it is shown.
	sent := !p.html() && strings.Contains(csp, "default-src 'none'") && strings.HasSuffix(csp, "sandbox")
	if !page && !sent || strings.Contains(csp, "unsafe-") {
		t.Errorf("%s: content security policy %q", p.Path, csp)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store"} {
		if name == "Cache-Control" && strings.HasPrefix(p.Header.Get("Content-Type"), "text/css") {
			continue // a style sheet holds nobody's words
		}
		if got := p.Header.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", p.Path, name, got, want)
		}
	}
	if !p.html() {
		return
	}
	for _, never := range []*regexp.Regexp{inlineScript, inlineStyle, handler, javascriptLink} {
		if found := never.FindString(p.Body); found != "" {
			t.Errorf("%s holds %q, which its policy forbids", p.Path, found)
		}
	}
	if n := strings.Count(p.Body, "<h1"); n != 1 {
		t.Errorf("%s has %d first headings, want 1", p.Path, n)
	}
	for _, raw := range rawKey.FindAllString(words(exact.ReplaceAllString(p.Body, " ")), -1) {
		if !strings.HasSuffix(raw, ".jpg") { // card.jpg is the name of a file
			t.Errorf("%s shows the key of a word, %q", p.Path, raw)
		}
	}
}

var (
	inlineScript   = regexp.MustCompile(`<script(?:>| [^>]*>[^<])`)
	inlineStyle    = regexp.MustCompile(`<style|<[^>]* style="[^"]*"`)
	handler        = regexp.MustCompile(`<[a-z][^>]* on[a-z]+="[^"]*"`)
	javascriptLink = regexp.MustCompile(`(?i)(?:href|src|action)="javascript:[^"]*"`)
	exact          = regexp.MustCompile(`(?s)<pre.*?</pre>`) // what a sum is made of, byte for byte
	rawKey         = regexp.MustCompile(`\b(?:house|page|account|action|card|consent|evidence|finding|keeper|lesson|outcome|output|paper|people|programme|project|search|thread|worry)\.[a-z][a-z_.]*[a-z]\b`)
	tags           = regexp.MustCompile(`<[^>]*>`)
)

// words is what a page says, without its tags.
func words(page string) string { return html.UnescapeString(tags.ReplaceAllString(page, " ")) }

// pagesOf are the GET routes of all rooms.
func pagesOf(plugs []plug.Plug) []string {
	var out []string
	for _, p := range plugs {
		for _, r := range p.Routes {
			if strings.HasPrefix(r.Pattern, "GET ") {
				out = append(out, r.Pattern)
			}
		}
	}
	slices.Sort(out)
	return out
}

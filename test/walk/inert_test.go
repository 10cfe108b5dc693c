package walk_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plait/test/browser"
)

// payload is what someone types who wants the next reader's browser to obey them.
const payload = `"><script>window.pwned=1</script><img src=x onerror="window.pwned=1">'</textarea></title>{{7}}javascript:pwned`

// obeyed finds the payload where a browser would act on it.
var obeyed = regexp.MustCompile(`<script>window\.pwned|<img src=x|</textarea></title>|(?:href|src|action)="javascript:`)

func inert(t *testing.T, where, body string) {
	t.Helper()
	if at := obeyed.FindStringIndex(body); at != nil {
		t.Errorf("%s hands a script on as it came: …%s…", where, body[max(0, at[0]-200):min(len(body), at[1]+100)])
	}
}

// sheetForm is one form of a page as a browser would send it.
type sheetForm struct {
	action string
	fields url.Values
	texts  []string // names of the fields that take any text
}

var (
	formTag  = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	fieldTag = regexp.MustCompile(`(?s)<(input|textarea|select)([^>]*)>`)
	option   = regexp.MustCompile(`<option value="([^"]*)"`)
	attr     = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

func attrs(tag string) map[string]string {
	out := map[string]string{}
	for _, m := range attr.FindAllStringSubmatch(tag, -1) {
		out[m[1]] = html.UnescapeString(m[2])
	}
	return out
}

// formsOf reads the forms of a page that are sent with POST and hold text.
func formsOf(body string) []sheetForm {
	var out []sheetForm
	for _, m := range formTag.FindAllStringSubmatch(body, -1) {
		head := attrs(m[1])
		if head["method"] != "post" || head["enctype"] != "" {
			continue
		}
		f := sheetForm{action: head["action"], fields: url.Values{}}
		for _, at := range fieldTag.FindAllStringSubmatchIndex(m[2], -1) {
			tag, a := m[2][at[2]:at[3]], attrs(m[2][at[4]:at[5]])
			name := a["name"]
			switch {
			case tag == "textarea" || tag == "input" && slices.Contains([]string{"text", "email", "search", "tel", "password"}, a["type"]):
				f.texts = append(f.texts, name)
				f.fields.Set(name, a["value"])
			case tag == "select":
				if o := option.FindStringSubmatch(m[2][at[1]:]); o != nil {
					f.fields.Set(name, html.UnescapeString(o[1]))
				}
			case a["type"] == "radio" || a["type"] == "checkbox":
				if !f.fields.Has(name) {
					f.fields.Set(name, a["value"])
				}
			default:
				f.fields.Add(name, a["value"])
			}
		}
		if len(f.texts) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// strict are fields that take a day, a number, an address or a code: a form is sent
// once with the payload in them too, and once without, to get past their checks.
func strict(name string) bool {
	return slices.Contains([]string{"on", "ends", "starts", "by_when", "cohort", "count", "email", "code", "since", "next", "review"}, name)
}

func TestWordsStayWords(t *testing.T) {
	s := open(t)
	all := everyone(s)
	stored, sent := 0, 0
	for _, who := range all {
		for _, p := range firsts(who.v.crawl(t, append(slices.Clone(who.from), who.after...)...)) {
			for _, f := range formsOf(p.Body) {
				if strings.HasPrefix(f.action, "/account/sign-in") {
					continue // a wrong address would use up the letters of the others
				}
				for _, everywhere := range []bool{true, false} {
					for _, name := range f.texts {
						if everywhere || !strict(name) {
							f.fields.Set(name, payload)
						} else {
							f.fields.Set(name, "")
						}
					}
					if f.fields.Has("key") {
						f.fields.Set("key", "words-"+s.IDs.New())
					}
					resp, body := who.v.post(f.action, f.fields)
					sent++
					inert(t, "the answer to "+f.action, body)
					switch {
					case resp.StatusCode >= http.StatusInternalServerError:
						t.Errorf("%s: %s", f.action, resp.Status)
					case resp.StatusCode == http.StatusOK:
						stored++
					}
				}
			}
			ask := url.Values{}
			for _, name := range []string{"q", "done", "next", "strand", "name", "model", "state", "act", "about", "stance", "other", "batch", "after"} {
				ask.Set(name, payload)
			}
			path, _, _ := strings.Cut(p.Path, "?")
			resp, body := who.v.get(path + "?" + ask.Encode())
			inert(t, path+" asked with a script", body)
			if resp.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s asked with a script: %s", path, resp.Status)
			}
		}
	}
	if sent < 30 || stored < sent/3 {
		t.Errorf("%d forms sent, %d taken: too few to prove anything", sent, stored)
	}
	showing := 0
	for _, who := range all {
		var hostile []seen
		for _, p := range who.v.crawl(t, who.from...) {
			if !p.html() && p.Header.Get("X-Content-Type-Options") == "nosniff" {
				continue // an export is never read as a page
			}
			inert(t, p.Path, p.Body)
			if strings.Contains(p.Body, "window.pwned") {
				hostile = append(hostile, p)
			}
		}
		showing += len(hostile)
		for group := range slices.Chunk(firsts(hostile), perWindow) {
			win := who.v.window(t, group[0].Path, phone)
			for _, p := range group {
				win.Go(s.URL + p.Path)
				if browser.Eval[bool](win, "'pwned' in window") {
					t.Errorf("%s ran what was typed", p.Path)
				}
			}
		}
	}
	if showing < 5 {
		t.Errorf("only %d pages show what was typed", showing)
	}
}

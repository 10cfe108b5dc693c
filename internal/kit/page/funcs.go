package page

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
	"time"

	"plait/internal/kit/lang"
)

// funcs are the functions of the templates of one language. room is the set in which part
// finds its template.
//
//	t KEY [NAME VALUE]...        words in the page's language
//	tn KEY COUNT [NAME VALUE]... words with a plural
//	lang                         the page's language
//	date DAY                     "2026-10-13" as 13 October 2026
//	datetime MICROS [ZONE]       an instant as day and time of a *time.Location
//	num N, money PENCE           a whole number; pence as pounds
//	formkey                      a fresh idempotency key (UUID version 4)
//	asset NAME                   address of a built file: asset "app.css"
//	strand TEXT                  shape, word and colour of a strand, or of several
//	strip STRIP                  the numbers for drawing a Strip
//	dict, list                   make a map, a slice
//	part NAME DATA               a component as a value, to be given to another
//	err . FIELD                  the error text of a field, empty when it is right
//	query PATH NAME VALUE        PATH with one query value set
//	ids, picked, joined          used by the components
func (s *Set) funcs(language string, room *template.Template) template.FuncMap {
	part := func(name string, data any) (template.HTML, error) {
		if room == nil {
			return "", fmt.Errorf("part %q: no templates yet", name)
		}
		var b bytes.Buffer
		if err := room.ExecuteTemplate(&b, name, data); err != nil {
			return "", err
		}
		return template.HTML(b.String()), nil // escaped by html/template just now
	}
	return template.FuncMap{
		"t": func(key string, args ...any) string { return s.words.T(language, key, args...) },
		"tn": func(key string, count any, args ...any) string {
			return s.words.T(language, key, append([]any{"Count", count}, args...)...)
		},
		"lang":         func() string { return language },
		"languagename": lang.Name,
		"rtl":          lang.RightToLeft,
		"date":         func(day string) string { return lang.Date(language, day) },
		"datetime": func(micros int64, zone ...*time.Location) string {
			if len(zone) > 0 {
				return lang.DateTime(language, micros, zone[0])
			}
			return lang.DateTime(language, micros, nil)
		},
		"num":     func(n any) (string, error) { return number(language, n) },
		"money":   func(pence int64) string { return lang.Money(language, pence, "GBP") },
		"formkey": func() (string, error) { return formKey(s.random) },
		"asset":   s.assets.address,
		"strand":  func(v any) (template.HTML, error) { return part("strand", v) },
		"strands": strands,
		"strip":   drawStrip,
		"dict":    dict,
		"list":    func(v ...any) []any { return v },
		"part":    part,
		"err":     fieldError,
		"query":   withQuery,
		"ids":     ids,
		"picked":  picked,
		"joined":  func(sep string, v []string) string { return strings.Join(v, sep) },
		"add":     func(a, b int) int { return a + b },
	}
}

// dict makes a map from alternating names and values.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: a name has no value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: name %v is not a text", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// fieldError finds the error of a field in a frame.
func fieldError(at any, field string) string {
	f, ok := at.(*frame)
	if !ok {
		return ""
	}
	for _, p := range f.Errors {
		if p.Field == field {
			return p.Text
		}
	}
	return ""
}

// number writes any whole number.
func number(language string, n any) (string, error) {
	v := reflect.ValueOf(n)
	switch {
	case v.CanInt():
		return lang.Number(language, v.Int()), nil
	case v.CanUint():
		return lang.Number(language, int64(v.Uint())), nil
	}
	return "", fmt.Errorf("num: %v is not a whole number", n)
}

// formKey makes a random UUID, version 4 (RFC 9562, section 5.4).
func formKey(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("formkey: %w", err)
	}
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

// withQuery sets one query value of a path. Only the path and query are kept, so that a
// page's own address can never lead to another host.
func withQuery(at, name, value string) string {
	u, err := url.Parse(at)
	if err != nil {
		u = &url.URL{Path: "/"}
	}
	q := u.Query()
	q.Set(name, value)
	return (&url.URL{Path: "/" + strings.TrimLeft(u.Path, "/"), RawQuery: q.Encode()}).String()
}

// ids joins the ids for aria-describedby: a field's hint and error, as far as they exist.
func ids(id string, hint, fault any) string {
	var out []string
	if full(hint) {
		out = append(out, id+"-hint")
	}
	if full(fault) {
		out = append(out, id+"-error")
	}
	return strings.Join(out, " ")
}

func full(v any) bool {
	ok, _ := template.IsTrue(v)
	return ok
}

// picked says whether an option is chosen: it says so itself, or the field's value is it
// or holds it.
func picked(value, option, checked any) bool {
	if full(checked) {
		return true
	}
	switch v := value.(type) {
	case nil:
		return false
	case []string:
		return slices.Contains(v, fmt.Sprint(option))
	}
	return fmt.Sprint(value) == fmt.Sprint(option)
}

// complete refuses a {{template}} that names no template, which html/template would only
// find when the page is first shown.
func complete(set *template.Template) error {
	for _, t := range set.Templates() {
		if t.Tree == nil || t.Tree.Root == nil {
			continue
		}
		var missing string
		walk(t.Tree.Root, func(name string) {
			if set.Lookup(name) == nil {
				missing = name
			}
		})
		if missing != "" {
			return fmt.Errorf("template %q uses %q, which does not exist", t.Name(), missing)
		}
	}
	return nil
}

func walk(n parse.Node, see func(name string)) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, c := range n.Nodes {
			walk(c, see)
		}
	case *parse.IfNode:
		walk(n.List, see)
		walk(n.ElseList, see)
	case *parse.RangeNode:
		walk(n.List, see)
		walk(n.ElseList, see)
	case *parse.WithNode:
		walk(n.List, see)
		walk(n.ElseList, see)
	case *parse.TemplateNode:
		see(n.Name)
	}
}

// split parts a text at commas, plus signs and spaces.
func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '+' || r == ' ' })
}

package page

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// Samples are the views with which a test executes a template: a full one and an empty
// one, the page of someone who has only just begun.
type Samples struct{ Full, Empty View }

// T is the part of *testing.T that Check uses.
type T interface {
	Helper()
	Errorf(format string, args ...any)
}

// Check executes every page of a room, in every language, with its full and its empty
// sample, and reports what a reader, a screen reader or the content policy would trip
// over. samples is keyed by page name; a page without samples and a sample without a page
// are faults too. chrome is used for all.
//
//	func TestPages(t *testing.T) { page.Check(t, set, "evidence", samples(), chrome) }
func Check(t T, s *Set, room string, samples map[string]Samples, chrome Chrome) {
	t.Helper()
	known := map[string]bool{}
	for _, name := range s.Names() {
		if !strings.HasPrefix(name, room+"/") {
			continue
		}
		known[name] = true
		sample, ok := samples[name]
		if !ok {
			t.Errorf("%s has no sample", name)
			continue
		}
		for _, language := range s.words.Languages() {
			for kind, v := range map[string]View{"full": sample.Full, "empty": sample.Empty} {
				var b bytes.Buffer
				if err := s.Execute(&b, language, name, v, chrome); err != nil {
					t.Errorf("%s, %s, %s: %v", name, kind, language, err)
					continue
				}
				for _, trouble := range Troubles(b.String()) {
					t.Errorf("%s, %s, %s: %s", name, kind, language, trouble)
				}
			}
		}
	}
	for name := range samples {
		if !known[name] {
			t.Errorf("a sample is there for %s, which is no page of %s", name, room)
		}
	}
}

// Patterns for Troubles. They read what this package's templates write, not any HTML.
type patterns struct {
	tag, id, ref, inline, missing *regexp.Regexp
}

func newPatterns() patterns {
	return patterns{
		tag:     regexp.MustCompile(`<(input|select|textarea)\s[^>]*>`),
		id:      regexp.MustCompile(`\sid="([^"]*)"`),
		ref:     regexp.MustCompile(`\s(?:for|aria-labelledby|aria-describedby|aria-controls|data-aria-controls)="([^"]*)"|href="#([^"]*)"`),
		inline:  regexp.MustCompile(`<style|\sstyle="|\son[a-z]+="|<script(?:\s[^>]*)?>[^<]|href="javascript:`),
		missing: regexp.MustCompile(`⟦[^⟧]*⟧|&lt;no value&gt;|&lt;nil&gt;|#ZgotmplZ`),
	}
}

// Troubles lists what is wrong with a rendered page: words or values that are missing, an
// id used twice or pointed to but absent, a field without a label, not exactly one h1,
// and inline style or script, which the content policy would stop. It is no substitute
// for axe in a browser; it is quick enough for every page in every test.
func Troubles(html string) []string {
	p := newPatterns()
	var out []string
	for _, m := range p.missing.FindAllString(html, -1) {
		out = append(out, "missing: "+m)
	}
	for _, m := range p.inline.FindAllString(html, -1) {
		out = append(out, fmt.Sprintf("inline style or script: %q", m))
	}
	if n := len(h1.FindAllString(html, -1)); n != 1 {
		out = append(out, fmt.Sprintf("%d h1 headings, want 1", n))
	}
	seen := map[string]bool{}
	for _, m := range p.id.FindAllStringSubmatch(html, -1) {
		switch {
		case m[1] == "":
			out = append(out, "an empty id")
		case seen[m[1]]:
			out = append(out, "id used twice: "+m[1])
		}
		seen[m[1]] = true
	}
	for _, m := range p.ref.FindAllStringSubmatch(html, -1) {
		for _, id := range strings.Fields(m[1] + " " + m[2]) {
			if !seen[id] {
				out = append(out, "nothing has the id "+id)
			}
		}
	}
	for _, tag := range p.tag.FindAllString(html, -1) {
		if strings.Contains(tag, `type="hidden"`) || strings.Contains(tag, "aria-label") {
			continue
		}
		id := p.id.FindStringSubmatch(tag)
		if id == nil || !strings.Contains(html, `for="`+id[1]+`"`) {
			out = append(out, "no label for "+tag)
		}
	}
	return out
}

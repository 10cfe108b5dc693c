package search_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"plait/internal/kit/search"
)

// show writes hits in brackets.
func show(spans []search.Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Hit {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestSnippet(t *testing.T) {
	long := "We were told to wait. " + strings.Repeat("Nothing came of it at all. ", 30) + "Then the carer’s car broke down near the café and\n\nnobody rang us. " + strings.Repeat("So it goes on. ", 30)
	for _, c := range []struct {
		text, query string
		runes       int
		want        string
	}{
		{"I care for my husband", "caring husb", 100, "I [care] for my [husband]"},
		{"I  care\n for <b>him</b>", "him", 100, "I care for <b>[him]</b>"},
		{"call back, then back call", `"back call"`, 100, "call back, then [back] [call]"},
		{"Mae’r teulu'n bwysig", "teulu", 100, "Mae’r [teulu'n] bwysig"},
		{"ŵyn a Wyn", "ŵyn", 100, "[ŵyn] a [Wyn]"},
		{"care, not home", "care -home", 100, "[care], not home"},
		{"nothing here", "zebra", 100, "nothing here"},
		{"nothing here", `"`, 100, "nothing here"},
		{"医院的护理很好", "护理", 100, "医院的[护][理]很好"},
		{"", "care", 10, ""},
		{"care", "care", 0, ""},
		{long, "carer cafe", 60, "…all. Then the [carer’s] car broke down near the [café] and…"},
		{long, "zebra", 30, "We were told to wait. Nothing…"},
	} {
		if got := show(search.Snippet(c.text, c.query, c.runes)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.query, got, c.want)
		}
	}
}

// Whatever comes in, a snippet is valid, short enough, and only says what the text says.
func TestSnippetHolds(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.String().Draw(r, "text") + strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"care ", "carer's ", "ŵ", "护", "½ ", "\xff", "e\u0301", "👩‍👩‍👧", "\n", "don't"})).Draw(r, "more"), "")
		query := rapid.StringN(0, 20, -1).Draw(r, "query") + " care ½"
		n := rapid.IntRange(-1, 80).Draw(r, "runes")
		var whole strings.Builder
		for _, s := range search.Snippet(text, query, n) {
			if s.Text == "" {
				r.Error("an empty span")
			}
			whole.WriteString(s.Text)
		}
		got := whole.String()
		if utf8.RuneCountInString(got) > max(n, 0) || !utf8.ValidString(got) {
			r.Errorf("%q for %d", got, n)
		}
		flat := strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
		if !strings.Contains(flat, got) && !strings.Contains(flat, strings.TrimSuffix(strings.TrimPrefix(got, "…"), "…")) {
			r.Errorf("%q is not in %q", got, flat)
		}
	})
}

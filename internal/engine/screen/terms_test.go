package screen

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func words(s string, letters int) []string {
	var out []string
	eachWord(s, letters, func(w []byte, start, end int) {
		if letters == 0 && strings.ToLower(s[start:end]) != string(w) {
			out = append(out, "place of "+string(w))
		}
		out = append(out, string(w))
	})
	return out
}

func TestWords(t *testing.T) {
	for s, want := range map[string]string{
		"A trial, of x-ray's 12 3":   "trial of ray 12",
		"Élèves_2 à l'école":         "élèves_2 école",
		"Депрессия и тревога":        "депрессия тревога",
		"antidepressant-like effect": "antidepressant like effect",
	} {
		if got := strings.Join(words(s, 0), " "); got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
	if got := strings.Join(words("Depression depressive Депрессия 抑郁症 x", 6), " "); got != "depres depres депрес 抑 郁 症" {
		t.Errorf("cut: %q", got)
	}
}

// Words are what the pattern of scikit-learn finds in lower case.
func FuzzWords(f *testing.F) {
	f.Add("A trial, of x-ray's 12 3 Élèves_2")
	f.Add("\xff broken \xe4 İstanbul ǅ ㎏ ½ a\u0301b 抑郁")
	pattern := regexp.MustCompile(`[\pL\pN_]{2,}`)
	f.Fuzz(func(t *testing.T, s string) {
		got := words(s, 0)
		if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r > 0x24f }) {
			want := pattern.FindAllString(s, -1)
			for i := range want {
				want[i] = strings.Map(lower, want[i])
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q: %q, not %q", s, got, want)
			}
		}
		words(s, 6)
		records := []Record{{s, s}, {"other words", s}, {s, "more of other words"}}
		for _, m := range Models() {
			l := NewLibrary(records, m).Learn()
			l.Tell(0, true)
			l.Tell(1, false)
			l.Train()
			l.Why(2, 3)
			if len(l.Rank(0)) != 1 {
				t.Error("not one record is left")
			}
		}
	})
}

func lower(r rune) rune { return []rune(strings.ToLower(string(r)))[0] }

// The rows must be what they were before terms of one record were dropped.
func TestRowsKeepTheirLength(t *testing.T) {
	records, _ := topics(30)
	records = append(records, eight()...)
	for _, letters := range []int{0, 6} {
		m := weigh(records, weighing{maxShare: .95, rarity: 1, pairs: .5, letters: letters, title: .5})
		for i := range records {
			_, val := m.row(i)
			sum := float64(m.own[i])
			for _, v := range val {
				sum += float64(v) * float64(v)
			}
			near(t, "length", sum, float64(m.size[i]), 1e-5)
		}
	}
}

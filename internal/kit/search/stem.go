package search

import "strings"

// stem takes the ending off an English word, by the algorithm of M. F. Porter,
// "An algorithm for suffix stripping", Program 14(3), 1980. w is lower case;
// a word under three letters, or with anything but a-z, stays as it is.
// Time is linear in the length of w.
func stem(w string) string {
	if len(w) < 3 {
		return w
	}
	for i := 0; i < len(w); i++ {
		if w[i] < 'a' || w[i] > 'z' {
			return w
		}
	}
	w = plural(w)
	w = pastOrPresent(w)
	if b, ok := strings.CutSuffix(w, "y"); ok && hasVowel(b) {
		w = b + "i"
	}
	w = swap(w, double, 0)
	w = swap(w, single, 0)
	w = lastEnding(w)
	if b, ok := strings.CutSuffix(w, "e"); ok {
		if m := measure(b); m > 1 || m == 1 && !shortEnd(b) {
			w = b
		}
	}
	if strings.HasSuffix(w, "ll") && measure(w[:len(w)-1]) > 1 {
		w = w[:len(w)-1]
	}
	return w
}

// The endings of Porter's steps 2, 3 and 4. Of those that fit a word the longest counts.
var (
	double = [][2]string{{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"}, {"abli", "able"},
		{"alli", "al"}, {"entli", "ent"}, {"eli", "e"}, {"ousli", "ous"}, {"ization", "ize"}, {"ation", "ate"}, {"ator", "ate"},
		{"alism", "al"}, {"iveness", "ive"}, {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"}, {"iviti", "ive"}, {"biliti", "ble"}}
	single = [][2]string{{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""}}
	last   = [][2]string{{"al", ""}, {"ance", ""}, {"ence", ""}, {"er", ""}, {"ic", ""}, {"able", ""}, {"ible", ""}, {"ant", ""}, {"ement", ""},
		{"ment", ""}, {"ent", ""}, {"ion", ""}, {"ou", ""}, {"ism", ""}, {"ate", ""}, {"iti", ""}, {"ous", ""}, {"ive", ""}, {"ize", ""}}
)

// plural is step 1a.
func plural(w string) string {
	switch {
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "ies"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "ss"):
		return w
	}
	return strings.TrimSuffix(w, "s")
}

// pastOrPresent is step 1b: -eed, -ed and -ing.
func pastOrPresent(w string) string {
	if b, ok := strings.CutSuffix(w, "eed"); ok {
		if measure(b) > 0 {
			return b + "ee"
		}
		return w
	}
	b, ok := strings.CutSuffix(w, "ed")
	if !ok {
		b, ok = strings.CutSuffix(w, "ing")
	}
	if !ok || !hasVowel(b) {
		return w
	}
	n := len(b)
	switch {
	case strings.HasSuffix(b, "at"), strings.HasSuffix(b, "bl"), strings.HasSuffix(b, "iz"):
		return b + "e"
	case n > 1 && b[n-1] == b[n-2] && !vowel(b, n-1) && !strings.ContainsRune("lsz", rune(b[n-1])):
		return b[:n-1]
	case measure(b) == 1 && shortEnd(b):
		return b + "e"
	}
	return b
}

// lastEnding is step 4; -ion goes only after s or t.
func lastEnding(w string) string {
	if b, ok := strings.CutSuffix(w, "ion"); ok && !strings.HasSuffix(b, "s") && !strings.HasSuffix(b, "t") {
		return w
	}
	return swap(w, last, 1)
}

// swap changes the longest ending of the list that w has, when what stands
// before it has a measure above least.
func swap(w string, endings [][2]string, least int) string {
	best := -1
	for i, e := range endings {
		if strings.HasSuffix(w, e[0]) && (best < 0 || len(e[0]) > len(endings[best][0])) {
			best = i
		}
	}
	if best < 0 {
		return w
	}
	b := strings.TrimSuffix(w, endings[best][0])
	if measure(b) <= least {
		return w
	}
	return b + endings[best][1]
}

// vowel says whether the letter at i is one: y is, after a consonant.
func vowel(w string, i int) bool {
	switch w[i] {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	case 'y':
		// A run of y: each is a vowel when the one before it is not.
		is := false
		j := i
		for j > 0 && w[j-1] == 'y' {
			j--
		}
		if j > 0 {
			is = !strings.ContainsRune("aeiou", rune(w[j-1]))
		}
		return is != ((i-j)%2 == 1)
	}
	return false
}

func hasVowel(w string) bool {
	for i := range len(w) {
		if vowel(w, i) {
			return true
		}
	}
	return false
}

// measure counts the places where a consonant follows a vowel: Porter's m.
func measure(w string) int {
	m, before := 0, false
	for i := range len(w) {
		v := vowel(w, i)
		if before && !v {
			m++
		}
		before = v
	}
	return m
}

// shortEnd says that w ends consonant, vowel, consonant, the last not w, x or y: Porter's *o.
func shortEnd(w string) bool {
	n := len(w)
	return n > 2 && !vowel(w, n-3) && vowel(w, n-2) && !vowel(w, n-1) && !strings.ContainsRune("wxy", rune(w[n-1]))
}

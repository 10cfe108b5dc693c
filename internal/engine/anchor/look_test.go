package anchor

import "testing"

func TestLook(t *testing.T) {
	for _, c := range []struct {
		name, text, words, want string
		from                    int
	}{
		{"as it stands", "Ring first, then come.", "then come", "then come", 0},
		{"over a line end", "Ring first,\n  then come.", "first, then", "first,\n  then", 0},
		{"the next one", "Ring. Ring!", "Ring", "Ring", 1},
		{"accents written apart", "Mae'r du\u0302r yn oer, \U0001f469\u200d\U0001f467 ie", "dûr yn", "du\u0302r yn", 0},
		{"accents written together", "Mae'r dŵr yn oer", "dw\u0302r  yn", "dŵr yn", 0},
	} {
		x := New(c.text)
		s, e, ok := Look(x, c.words, c.from)
		if !ok || x.Slice(s, e) != c.want || s < c.from {
			t.Errorf("%s: %q at %d, %v", c.name, x.Slice(s, e), s, ok)
		}
	}
	for _, words := range []string{"", "  ", "come then", "Ringfirst"} {
		if s, e, ok := Look(New("Ring first, then come."), words, 0); ok {
			t.Errorf("%q found at %d to %d", words, s, e)
		}
	}
}

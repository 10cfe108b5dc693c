package evidence

import (
	"slices"
	"testing"

	"plait/internal/kit/fault"
)

func TestTurnedStrands(t *testing.T) {
	first := map[string]bool{}
	for _, end := range "0123456789abcdef" {
		order := turnedStrands("0198a6b2-0000-7000-8000-00000000000" + string(end))
		first[order[0]] = true
		slices.Sort(order)
		if !slices.Equal(order, Strands()) {
			t.Errorf("%c: %v are not the three strands", end, order)
		}
	}
	if len(first) != 3 {
		t.Errorf("only %v ever come first", first)
	}
	if got := turnedStrands(""); len(got) != 3 {
		t.Errorf("without a project %v", got)
	}
}

func TestCapturedBelongsToItsKeeper(t *testing.T) {
	for _, c := range []struct {
		name, key, wrote, here string
		want                   fault.Kind
	}{
		{"own work", "k", "a.p", "a.p", ""},
		{"a plain form", "k", "", "a.p", ""},
		{"a plain form with a card", "k", "", "", ""},
		{"someone else", "k", "a.p", "b.p", fault.Signin},
		{"another programme", "k", "a.p", "a.q", fault.Signin},
		{"nobody is signed in", "k", "a.p", "", fault.Signin},
		{"no key", "", "a.p", "a.p", fault.Invalid},
		{"a key without end", string(make([]byte, 101)), "a.p", "a.p", fault.Invalid},
	} {
		err := Captured{Key: c.key, For: c.wrote}.Check(c.here)
		if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

package id

import (
	"bytes"
	"strings"
	"testing"
)

func TestNewSortsByMakingAndIsAUUIDv7(t *testing.T) {
	now := int64(1772445600000000)
	m := New(func() int64 { return now }, nil)
	last := ""
	for range 20000 {
		s := m.New()
		if !Valid(s) || s[14] != '7' || !strings.ContainsRune("89ab", rune(s[19])) {
			t.Fatalf("%s is no UUIDv7", s)
		}
		if s <= last {
			t.Fatalf("%s does not come after %s", s, last)
		}
		last = s
	}
}

func TestAnonymousHoldsNoTime(t *testing.T) {
	m := New(func() int64 { t.Error("the time was asked for"); return 0 }, nil)
	if s := m.Anonymous(); !Valid(s) || s[14] != '4' {
		t.Errorf("%s is no UUIDv4", s)
	}
}

func TestCodesAreEvenAndUnambiguous(t *testing.T) {
	m := New(func() int64 { return 0 }, nil)
	seen := map[byte]int{}
	for range 3000 {
		c := m.Code(10)
		if len(c) != 10 || Tidy(c) != c || strings.ContainsAny(c, "01OILUV") {
			t.Fatalf("code %s", c)
		}
		for i := range c {
			seen[c[i]]++
		}
	}
	want := 30000 / len(alphabet)
	for i := range alphabet {
		if n := seen[alphabet[i]]; n < want*8/10 || n > want*12/10 {
			t.Errorf("%c was drawn %d times, about %d were due", alphabet[i], n, want)
		}
	}
}

func TestTidyForgivesHowACodeIsTyped(t *testing.T) {
	if got := Tidy(" abc-2de 4fgh"); got != "ABC2DE4FGH" {
		t.Error(got)
	}
}

func TestValid(t *testing.T) {
	for s, want := range map[string]bool{"018f0000-0000-7000-8000-000000000001": true, "018F0000-0000-7000-8000-000000000001": false, "": false,
		"018f0000-0000-7000-8000-00000000000g": false, "018f000000000-7000-8000-000000000001a": false} {
		if Valid(s) != want {
			t.Errorf("%q", s)
		}
	}
}

func TestSameRandomnessSameSecrets(t *testing.T) {
	a, b := New(func() int64 { return 5 }, bytes.NewReader(make([]byte, 64))), New(func() int64 { return 5 }, bytes.NewReader(make([]byte, 64)))
	if a.Secret(16) != b.Secret(16) || a.Digits(6) != b.Digits(6) {
		t.Error("a Maker takes its randomness from nowhere else")
	}
	if first, second := Salt(), Salt(); first == second {
		t.Error("two salts are the same")
	}
}

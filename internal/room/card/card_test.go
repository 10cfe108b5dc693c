package card

import (
	"testing"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/kit/id"
)

func TestGroups(t *testing.T) {
	for in, want := range map[string]string{"ABCDEFGHJK": "ABC DEF GHJK", "": "", "ABC": "ABC"} {
		if got := Groups(in); got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
		if id.Tidy(Groups(in)) != in {
			t.Errorf("%q does not come back from its groups", in)
		}
	}
}

func TestLocks(t *testing.T) {
	for name, c := range map[string]struct {
		kind, value string
		ok          bool
	}{
		"none": {NoLock, "", true}, "a picture": {PictureLock, "boat", true}, "no such picture": {PictureLock, "bomb", false},
		"a word": {WordLock, "Ŵyn bach", true}, "two letters": {WordLock, " ab ", false}, "nothing": {WordLock, "", false}, "no such kind": {"finger", "x", false},
	} {
		if err := checkLock(c.kind, c.value); (err == nil) != c.ok || (err != nil && !fault.Is(err, fault.Invalid)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if lockText(WordLock, " RÔB ") != lockText(WordLock, "rob") || lockText(WordLock, "sun") == lockText(PictureLock, "sun") {
		t.Error("a word is the same in capitals and with accents, and never a picture")
	}
}

func TestLockWait(t *testing.T) {
	for tries, want := range map[int64]time.Duration{0: 0, freeTries: 0, freeTries + 1: time.Minute, freeTries + 2: 2 * time.Minute, freeTries + 5: 15 * time.Minute, 1 << 40: 15 * time.Minute} {
		if got := lockWait(tries); got != want {
			t.Errorf("after %d tries: %s, want %s", tries, got, want)
		}
	}
}

func TestSessionOpens(t *testing.T) {
	s := session{Until: 100, Lock: "m"}
	c := Card{State: Live, mark: "m"}
	if !s.opens(c, 99) {
		t.Error("an open card is shut")
	}
	over, lost, changed := c, c, c
	lost.State, changed.mark = Lost, "other"
	if s.opens(over, 100) || s.opens(lost, 99) || s.opens(changed, 99) {
		t.Error("open after its time, after it was lost, or after its lock changed")
	}
}

func TestContributors(t *testing.T) {
	for path, want := range map[string]bool{"/card": true, "/card/words": true, "/card/q/ABC": true, "/card/words/contribution:1/take": true,
		"/card/make/1": false, "/card/of/1": false, "/cards": false, "/consent/x": false, "/": false} {
		if got := (&Room{}).Contributors(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

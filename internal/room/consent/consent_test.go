package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/clock"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

func TestUndoable(t *testing.T) {
	const now = 1000
	open := func(id string, use terms.Use, at int64) Taken {
		return Taken{ID: id, Use: use, At: at, UndoUntil: now + 1}
	}
	closed := open("closed", "", 900)
	closed.ClosedAt = 950
	over := open("over", "", 900)
	over.UndoUntil = now
	for name, c := range map[string]struct {
		taken []Taken
		act   string
		want  string
	}{
		"nothing":                 {nil, "", ""},
		"closed and over":         {[]Taken{closed, over}, "", ""},
		"everything before a use": {[]Taken{open("use", terms.Quote, 990), open("all", "", 980)}, "", "all"},
		"the latest use":          {[]Taken{open("old", terms.Web, 970), open("new", terms.Quote, 990)}, "", "new"},
		"the one that is named":   {[]Taken{open("use", terms.Quote, 990), open("all", "", 980)}, "use", "use"},
		"one that is not there":   {[]Taken{open("all", "", 980)}, "other", ""},
	} {
		got, ok := undoable(c.taken, c.act, now)
		if got.ID != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q %v, want %q", name, got.ID, ok, c.want)
		}
	}
	if got := undoUntil(5) - 5; got != 30*clock.Day {
		t.Errorf("an undo lasts %d, want 30 days", got)
	}
}

func TestNarrower(t *testing.T) {
	g := func(u terms.Use, until int64) terms.Grant { return terms.Grant{Use: u, Until: until} }
	before := []terms.Grant{g(terms.Project, clock.Forever), g(terms.Quote, 100), g(terms.Web, 10)}
	for name, c := range map[string]struct {
		after []terms.Grant
		want  bool
	}{
		"the same":              {before, false},
		"one more":              {append([]terms.Grant{g(terms.Named, 5000)}, before...), false},
		"a use has gone":        {[]terms.Grant{g(terms.Project, clock.Forever)}, true},
		"a use ends sooner":     {[]terms.Grant{g(terms.Project, clock.Forever), g(terms.Quote, 99)}, true},
		"what ended is no loss": {[]terms.Grant{g(terms.Project, clock.Forever), g(terms.Quote, 100)}, false},
	} {
		if got := narrower(before, c.after, 50); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestOwnKeepsTheTeamsNotes(t *testing.T) {
	last := terms.Agreement{Uses: []terms.Use{terms.Quote}, Mode: "behalf", Helper: "A sister", Asked: "spoken", Nation: "wales", Regime: "research", Ethics: "R1"}
	got := own(last, terms.Agreement{Uses: []terms.Use{terms.Web}, Ends: "2027-01-01", Nation: "england", Regime: "improvement"})
	want := terms.Agreement{Uses: []terms.Use{terms.Web}, Ends: "2027-01-01", Mode: "own", Asked: "clicked", Nation: "wales", Regime: "research", Ethics: "R1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestStates(t *testing.T) {
	const now = 1000
	for name, c := range map[string]struct {
		until int64
		taken []Taken
		want  string
	}{
		"live":       {clock.Forever, nil, Live},
		"ended":      {now, nil, Ended},
		"taken back": {0, []Taken{{ID: "a"}}, TakenBack},
		"erased":     {0, []Taken{{ID: "a", ErasedAt: 5}}, Erased},
	} {
		if got := stateOf(ref.Record{Until: c.until}, c.taken, now); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	for key, want := range map[string]string{"card:1": "card", "account:1": "team", "operator": "operator", "job:consent.erase": "operator"} {
		if got := byOf(key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

// TestWordingsStandStill holds each version of the questions to the text that people
// were shown: a new text needs a new version.
func TestWordingsStandStill(t *testing.T) {
	raw, err := words.ReadFile("words/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{"1": "9c35616ea5b82c0c"} {
		var keys []string
		for k := range all {
			if strings.HasPrefix(k, "consent.wording_"+version+"_") {
				keys = append(keys, k)
			}
		}
		sort.Strings(keys)
		h := sha256.New()
		for _, k := range keys {
			h.Write([]byte(k + "=" + all[k].(string) + "\n"))
		}
		if got := hex.EncodeToString(h.Sum(nil))[:16]; got != want {
			t.Errorf("the questions of version %s are no longer those that people answered (%s): give the new text a new version", version, got)
		}
	}
	for _, u := range terms.Uses() {
		if _, ok := all[Question(u)]; !ok {
			t.Errorf("%s has no question", u)
		}
	}
}

package test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plait/test/house"
)

// TestTheExamplePlays plays the whole example as the demo does and looks at what it left:
// three ways in, every strand heard, something still to sort, and nothing of what was
// taken back.
func TestTheExamplePlays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	code, out, errs := house.Plait(t.Context(), "demo", "--dir", dir, "--no-serve")
	if code != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{`/account/enter/\S{20,}`, `/card/q/[A-Z0-9]{10}\s`} {
		if !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("no way in like %s:\n%s", want, out)
		}
	}
	code, again, errs := house.Plait(t.Context(), "demo", "--dir", dir, "--no-serve")
	if code != 0 || again != out {
		t.Errorf("a second start plays it again or loses the ways in: %d %s", code, errs)
	}
	_, out, _ = house.Plait(t.Context(), "project", "list", "--dir", dir, "--json")
	var all struct {
		Projects []struct{ Ref, Title string }
	}
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all.Projects) != 3 {
		t.Fatalf("%d projects, %v", len(all.Projects), err)
	}
	for _, p := range all.Projects {
		if p.Title != "Who do I ring?" {
			continue
		}
		_, out, _ = house.Plait(t.Context(), "evidence", "list", "--dir", dir, "--project", strings.TrimPrefix(p.Ref, "project:"), "--limit", "500", "--json")
		var heard struct{ Counts map[string]int64 }
		if err := json.Unmarshal([]byte(out), &heard); err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"lived", "practice", "research", ""} {
			if heard.Counts[s] == 0 {
				t.Errorf("nothing was heard of %q", s)
			}
		}
		if strings.Contains(out, "bathroom") {
			t.Error("what was taken back is still there")
		}
	}
	if code, out, errs := house.Plait(t.Context(), "keeper", "check", "--dir", dir, "--json"); code != 0 {
		t.Errorf("the house does not hold together: %s%s", out, errs)
	}
}

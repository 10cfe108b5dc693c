package people_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"plait/test/house"
)

func TestHeldAtTheCommandLine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	run := func(args ...string) string {
		t.Helper()
		code, out, errs := house.Plait(t.Context(), append(args, "--dir", dir)...)
		if code != 0 {
			t.Fatalf("plait %s: %d %s", strings.Join(args, " "), code, errs)
		}
		return out
	}
	var made struct{ Project, Ref string }
	read := func(text string) {
		if err := json.Unmarshal([]byte(text), &made); err != nil {
			t.Fatal(err, text)
		}
	}
	read(run("init", "--programme", "P", "--project", "Falls", "--json"))
	read(run("people", "add", "--project", made.Project, "--name", "Marigold Fay", "--role", "draws on care", "--json"))
	if looks := run("keeper", "trail", "--what", "reads"); strings.Contains(looks, "person") {
		t.Fatalf("a reading before anyone read: %s", looks)
	}
	text := run("people", "held", "--person", made.Ref)
	if strings.Contains(text, "people.") || strings.Contains(text, "evidence.") || !strings.Contains(text, "Marigold Fay") {
		t.Errorf("keys in place of words: %s", text)
	}
	var looks []string
	for line := range strings.Lines(run("keeper", "trail", "--what", "reads", "--json")) {
		if strings.Contains(line, `"people.looked"`) && strings.Contains(line, made.Ref[len("person:"):]) {
			looks = append(looks, line)
		}
	}
	if len(looks) != 1 || !strings.Contains(looks[0], "operator") {
		t.Errorf("readings in the trail: %q", looks)
	}
	if text := run("people", "held", "--person", made.Ref, "--json"); !strings.Contains(text, `"people.held"`) {
		t.Errorf("as JSON: %s", text)
	}
}

package letters_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"plait/bench/letters"
	"plait/internal/kit/db"
	"plait/internal/room/output"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

var kit house.Kit

// TestLetters makes the letters of 500 people, as HTML and Word files, on each engine.
func TestLetters(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		fill(t, h)
		lead := h.As(who.ProjectLead)
		began := time.Now()
		out := h.Do(lead, "output.ready", output.ReadyIn{Project: h.Project, People: letters.People * 2}).(output.ReadyOut)
		made := time.Since(began)
		if out.State != output.Done || out.Letters != letters.People {
			t.Fatalf("%+v", out)
		}
		dir, files, size := t.TempDir(), 0, 0
		formats, states := map[string]int{}, map[string]int{}
		for in := (output.LettersIn{Project: h.Project, Limit: output.MaxFiles}); ; {
			list := h.Do(lead, "output.letters", in).(output.LettersOut)
			var refs []ref.Ref
			for _, l := range list.Letters {
				refs = append(refs, l.Ref)
				formats[l.Format]++
				states[l.State]++
			}
			for _, f := range h.Do(lead, "output.files", output.FilesIn{Project: h.Project, Refs: refs}).(output.FilesOut).Files {
				if err := os.WriteFile(filepath.Join(dir, f.Name), f.Content, 0o600); err != nil {
					t.Fatal(err)
				}
				files, size = files+1, size+len(f.Content)
			}
			if in.After = list.Next; in.After == "" {
				break
			}
		}
		whole := time.Since(began)
		if files != 2*letters.People || states[output.Ready] != letters.People {
			t.Errorf("%d files, %v", files, states)
		}
		for wish, format := range map[string]string{"": output.Standard, "large_print": output.Large, "easy_read": output.Easy, "audio": output.Audio} {
			if want := letters.Formats()[wish] * letters.People / 100; formats[format] != want {
				t.Errorf("%d letters are %s, want %d", formats[format], format, want)
			}
		}
		if whole > letters.Seconds*time.Second {
			t.Errorf("one press took %s", whole)
		}
		t.Logf(`{"engine":%q,"people":%d,"files":%d,"megabytes":%.1f,"made_seconds":%.2f,"whole_seconds":%.2f}`, h.DB.Engine(), letters.People, files, float64(size)/1e6, made.Seconds(), whole.Seconds())
	})
}

// do runs a verb by name with an In given as JSON, and gives its ref.
func do(t *testing.T, h *house.House, verb string, in map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	v, err := h.Verbs[verb].Decode(json.NewDecoder(strings.NewReader(string(raw))))
	if err != nil {
		t.Fatal(err)
	}
	out := reflect.ValueOf(h.Do(h.AsOperator(), verb, v)).FieldByName("Ref")
	if !out.IsValid() {
		return ""
	}
	return out.Interface().(ref.Ref).String()
}

// fill puts people, what they said and what came of it into the project.
func fill(t *testing.T, h *house.House) {
	t.Helper()
	var wishes []string
	for _, wish := range []string{"", "large_print", "easy_read", "audio"} {
		for range letters.Formats()[wish] * letters.People / 100 {
			wishes = append(wishes, wish)
		}
	}
	var findings []string
	for i := range letters.Findings {
		findings = append(findings, do(t, h, "finding.write", map[string]any{"project": h.Project, "statement": fmt.Sprintf("Statement %d of what many people told us about visits", i), "plainly": "People told us about visits. They want a call first."}))
	}
	said := make([][]string, len(findings))
	for i, wish := range wishes {
		p := do(t, h, "people.add", map[string]any{"project": h.Project, "name": fmt.Sprintf("Person %d", i)})
		do(t, h, "people.reach", map[string]any{"person": p, "how": "post", "address": "1 Invented Road", "safe": true})
		if wish != "" {
			do(t, h, "people.needs", map[string]any{"person": p, "version": version(h, p), "asked": "yes", "format": []string{wish}})
		}
		for j := range 2 {
			s := do(t, h, "evidence.give", map[string]any{"project": h.Project, "person": strings.TrimPrefix(p, "person:"), "strands": []string{[]string{"lived", "practice"}[j]},
				"words": fmt.Sprintf("This is the %d. thing that I said at the table, and it goes on for a while as people do.", i*2+j), "on": "2026-02-01"})
			at := (i + j*7) % len(findings)
			said[at] = append(said[at], s)
		}
	}
	for i, f := range findings {
		do(t, h, "finding.pick", map[string]any{"finding": f, "contributions": said[i], "stance": string(tie.Supports)})
		do(t, h, "finding.share", map[string]any{"ref": f, "version": version(h, f), "why_one_strand": "Only they were asked."})
		rec := do(t, h, "action.recommend", map[string]any{"project": h.Project, "title": fmt.Sprintf("Recommendation %d", i), "text": "Ring first", "plainly": "We should ring first.", "findings": []string{f}})
		act := do(t, h, "action.plan", map[string]any{"project": h.Project, "recommendation": rec, "title": fmt.Sprintf("Rule %d in the rota", i), "plainly": "We ring first."})
		do(t, h, "outcome.record", map[string]any{"project": h.Project, "sort": "practice", "title": fmt.Sprintf("Carers ring, team %d", i), "text": "They do.", "plainly": "Carers ring first.", "shows": "The call list", "from": []string{act}})
	}
}

// version is the version that a record has now.
func version(h *house.House, at string) int64 {
	h.T.Helper()
	x, err := ref.Parse(at)
	if err != nil {
		h.T.Fatal(err)
	}
	var out int64
	h.Read(func(tx *db.Tx) error {
		rec, err := ref.Must(tx, h.Programme, x)
		out = rec.Version
		return err
	})
	return out
}

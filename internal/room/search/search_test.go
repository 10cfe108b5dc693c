package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

func kinds() map[string]plug.Kind {
	return map[string]plug.Kind{
		"contribution": {Name: "contribution", Permission: "evidence.see", Page: "/evidence/{project}/said/{id}"},
		"question":     {Name: "question", Permission: "project.see", Page: "/project/{project}/question"},
		"project":      {Name: "project", Permission: "project.see", Page: "/project/{id}"},
		"secret":       {Name: "secret"},
	}
}

func TestKindsOfOnePermissionAreOneCondition(t *testing.T) {
	want := map[string][]string{"evidence.see": {"contribution"}, "project.see": {"project", "question"}}
	if diff := cmp.Diff(want, permissions(kinds(), "")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string][]string{"project.see": {"project"}}, permissions(kinds(), "project")); diff != "" {
		t.Error(diff)
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		in FindIn
		ok bool
	}{
		"words":        {FindIn{Words: "falls"}, true},
		"a kind":       {FindIn{Words: "falls", Kind: "project"}, true},
		"nothing":      {FindIn{Words: "  "}, false},
		"another kind": {FindIn{Words: "falls", Kind: "cat"}, false},
	} {
		if err := c.in.check(kinds()); (err == nil) != c.ok || (err != nil && !fault.Is(err, fault.Invalid)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddress(t *testing.T) {
	h := Hit{Ref: ref.Of("contribution", "7"), Project: "3"}
	for kind, want := range map[string]string{"contribution": "/evidence/3/said/7", "project": "/project/7", "secret": ""} {
		if got := address(kinds()[kind], h); got != want {
			t.Errorf("%s: %q", kind, got)
		}
	}
	h.Project = ""
	if got := address(kinds()["contribution"], h); got != "" {
		t.Errorf("without a project: %q", got)
	}
}

func TestExcerptMarksTheWords(t *testing.T) {
	want := []Span{{"She ", false}, {"fell", true}, {" at home", false}}
	if diff := cmp.Diff(want, excerpt("She fell at home", "fell")); diff != "" {
		t.Error(diff)
	}
	if got := excerpt("", "fell"); got == nil || len(got) != 0 {
		t.Errorf("no title: %v", got)
	}
}

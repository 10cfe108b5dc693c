package main

import (
	"strings"
	"testing"
)

// whole is a day without faults: what was written, and what is there.
func whole() ([]entry, []thing) {
	return []entry{
			{token: "a1", kind: "give", there: yes, words: []string{"a1 first"}, files: []string{"f1", "f2"}},
			{token: "a2", kind: "edit", there: yes, words: []string{"a2 old", "a2 new"}},
			{token: "a3", kind: "take back", there: yes, gone: yes, words: []string{"a3"}},
			{token: "a4", kind: "give", there: maybe, words: []string{"a4"}},
			{token: "b1", kind: "import", there: yes, words: []string{"b1"}, group: "batch"},
			{token: "b2", kind: "import", there: yes, words: []string{"b2"}, group: "batch"},
			{token: "c1", kind: "share", there: yes, words: []string{"c1"}, state: []string{"shared"}},
		}, []thing{
			{token: "a1", words: "a1 first", files: []string{"f2", "f1"}}, {token: "a2", words: "a2 new"},
			{token: "b1", words: "b1"}, {token: "b2", words: "b2"}, {token: "c1", words: "c1", state: "shared"},
		}
}

func TestJudgeFindsNothingInAGoodDay(t *testing.T) {
	if v := judge(whole()); v.lost+v.torn+v.twice != 0 || v.acknowledged != 6 {
		t.Fatalf("%+v", v)
	}
}

// TestJudgeNoticesSabotage spoils one thing at a time.
func TestJudgeNoticesSabotage(t *testing.T) {
	for name, c := range map[string]struct {
		spoil             func(e []entry, s []thing) ([]entry, []thing)
		lost, torn, twice int
		says              string
	}{
		"an acknowledged write is gone": {func(e []entry, s []thing) ([]entry, []thing) { return e, s[1:] }, 1, 0, 0, "a1 (give) was acknowledged and is lost"},
		"it is there twice":             {func(e []entry, s []thing) ([]entry, []thing) { return e, append(s, s[0]) }, 0, 1, 1, "a1 (give) is there 2 times"},
		"an unanswered one is there twice": {func(e []entry, s []thing) ([]entry, []thing) {
			return e, append(s, thing{token: "a4", words: "a4"}, thing{token: "a4", words: "a4"})
		}, 0, 1, 1, "a4 (give) is there 2 times"},
		"half of its words are there": {func(e []entry, s []thing) ([]entry, []thing) { s[0].words = "a1 fi"; return e, s }, 0, 1, 0, "a1 (give) says"},
		"a file's bytes are others":   {func(e []entry, s []thing) ([]entry, []thing) { s[0].files = []string{"f1", "f3"}; return e, s }, 0, 1, 0, "a1 (give) has files"},
		"a file is missing":           {func(e []entry, s []thing) ([]entry, []thing) { s[0].files = []string{"f1"}; return e, s }, 0, 1, 0, "a1 (give) has files"},
		"an unanswered one is torn":   {func(e []entry, s []thing) ([]entry, []thing) { return e, append(s, thing{token: "a4", words: ""}) }, 0, 1, 0, "a4 (give) says"},
		"what was taken back is there": {func(e []entry, s []thing) ([]entry, []thing) { return e, append(s, thing{token: "a3", words: "a3"}) }, 1, 0, 0,
			"a3 (take back) was taken back and is there"},
		"half of an import in doubt": {func(e []entry, s []thing) ([]entry, []thing) {
			e[4].there, e[5].there = maybe, maybe
			return e, append(s[:2:2], s[3:]...)
		}, 0, 1, 0, "batch is there in part"},
		"a share is undone":      {func(e []entry, s []thing) ([]entry, []thing) { s[4].state = "draft"; return e, s }, 0, 1, 0, `c1 (share) is "draft"`},
		"something nobody wrote": {func(e []entry, s []thing) ([]entry, []thing) { return e, append(s, thing{token: "z9", words: "z9"}) }, 0, 1, 0, "z9 is there, and nobody wrote it"},
	} {
		v := judge(c.spoil(whole()))
		if v.lost != c.lost || v.torn != c.torn || v.twice != c.twice || !strings.Contains(strings.Join(v.notes, "\n"), c.says) {
			t.Errorf("%s: lost %d torn %d twice %d, %q", name, v.lost, v.torn, v.twice, v.notes)
		}
	}
}

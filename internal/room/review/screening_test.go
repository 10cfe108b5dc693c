package review

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestOutcome(t *testing.T) {
	yes, no, unsure, later := vote{"a", Include, ""}, vote{"b", Exclude, "Old"}, vote{"c", Unsure, ""}, vote{"d", Later, ""}
	other := vote{"e", Exclude, "Not near"}
	for _, x := range []struct {
		name    string
		votes   []vote
		needed  int64
		verdict string
		reason  string
		talk    bool
	}{
		{"nothing", nil, 1, "", "", false},
		{"one of one", []vote{yes}, 1, Include, "", false},
		{"one of two", []vote{yes}, 2, "", "", false},
		{"two alike", []vote{no, other}, 2, Exclude, "Old", false},
		{"the reason that most gave", []vote{no, other, {"f", Exclude, "Not near"}}, 3, Exclude, "Not near", false},
		{"a reason beats none", []vote{{"g", Exclude, ""}, other}, 2, Exclude, "Not near", false},
		{"they differ", []vote{yes, no}, 2, "", "", true},
		{"nobody is sure", []vote{unsure, unsure}, 2, "", "", true},
		{"one alone is not sure", []vote{unsure}, 1, "", "", true},
		{"put off is no vote", []vote{later, yes}, 2, "", "", false},
		{"put off by one", []vote{later, yes}, 1, Include, "", false},
		{"one too many differs", []vote{yes, no}, 1, "", "", true},
	} {
		verdict, reason, talk := outcome(x.votes, x.needed)
		if verdict != x.verdict || reason != x.reason || talk != x.talk {
			t.Errorf("%s: %q %q %v", x.name, verdict, reason, talk)
		}
	}
}

// TestOutcomeNeverGuesses: what is settled is what everybody said, whatever their order.
func TestOutcomeNeverGuesses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		votes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) vote {
			return vote{rapid.StringN(1, 3, -1).Draw(t, "who"), rapid.SampledFrom(Verdicts()).Draw(t, "verdict"), ""}
		}), 0, 6).Draw(t, "votes")
		needed := rapid.Int64Range(1, MaxReviewers).Draw(t, "needed")
		verdict, _, talk := outcome(votes, needed)
		again, _, talkAgain := outcome(rapid.Permutation(votes).Draw(t, "order"), needed)
		if verdict != again || talk != talkAgain {
			t.Fatalf("%v: the order of votes counts", votes)
		}
		counts := map[string]int64{}
		for _, v := range votes {
			counts[v.verdict]++
		}
		said := counts[Include] + counts[Exclude] + counts[Unsure]
		if verdict != "" && (counts[verdict] != said || said < needed) || talk && (said < needed || verdict != "") {
			t.Fatalf("%v needed %d: %q %v", votes, needed, verdict, talk)
		}
	})
}

func TestMatters(t *testing.T) {
	for _, x := range []struct {
		settled      string
		votes        []vote
		relevant, ok bool
	}{
		{Include, []vote{{"a", Exclude, ""}}, true, true}, {Exclude, []vote{{"a", Include, ""}}, false, true},
		{"", []vote{{"a", Exclude, ""}, {"b", Include, ""}}, true, true}, {"", []vote{{"a", Exclude, ""}}, false, true},
		{"", []vote{{"a", Unsure, ""}}, false, false},
	} {
		if relevant, ok := matters(x.settled, x.votes); relevant != x.relevant || ok != x.ok {
			t.Errorf("%v: %v %v", x, relevant, ok)
		}
	}
}

func TestHoldsAll(t *testing.T) {
	const s = "Night-time support: carers’ choice"
	for words, want := range map[string]bool{"night": true, "Sup car": true, "ight": false, "": false, "choice, support": true, "support xyz": false, "time": true, "arers": false} {
		if got := holdsAll(s, wanted(words)); got != want {
			t.Errorf("%q: %v", words, got)
		}
	}
}

// TestChanceKeepsItsShare: asked twice it says the same, and in the long run its share falls to chance.
func TestChanceKeepsItsShare(t *testing.T) {
	n, places := 0, map[int]bool{}
	for i := range int64(4000) {
		throw := dice("r", TitleStage, "account:a", i)
		if throw != dice("r", TitleStage, "account:a", i) {
			t.Fatal("asked twice it says another")
		}
		if at, ok := byChance(throw, 10, 50); ok {
			n++
			places[at] = true
		}
	}
	if n < 320 || n > 480 || len(places) < 45 {
		t.Errorf("%d of 4000 by chance, at %d of 50 places", n, len(places))
	}
	if _, ok := byChance(3, 0, 5); ok {
		t.Error("no share, and still by chance")
	}
	if _, ok := byChance(3, 50, 0); ok {
		t.Error("by chance of nothing")
	}
}

func TestReadingOf(t *testing.T) {
	all := []labelled{
		{1, "", vote{"account:a", Include, ""}}, {2, Exclude, vote{"account:a", Exclude, ""}}, {3, Include, vote{elsewhere + "x", Include, ""}},
		{2, Exclude, vote{"account:b", Include, ""}}, {4, "", vote{"account:a", Unsure, ""}}, {5, "", vote{"account:a", Exclude, ""}},
	}
	relevant, already, found := readingOf(all)
	if diff := cmp.Diff([]bool{true, false, true, false}, relevant); diff != "" || already != 1 || found != 3 {
		t.Errorf("%s already %d, found %d", diff, already, found)
	}
}

func TestLessonsStandInTheOrderOfTheFirstDecision(t *testing.T) {
	lib := &shelf{at: map[int64]int{7: 0, 9: 1}}
	got := lessons(lib, []labelled{{9, "", vote{"a", Exclude, ""}}, {7, "", vote{"a", Unsure, ""}}, {8, "", vote{"a", Include, ""}}, {9, "", vote{"b", Include, ""}}, {7, Include, vote{"b", Include, ""}}})
	if len(got) != 2 || got[0] != (lesson{1, true}) || got[1] != (lesson{0, true}) {
		t.Errorf("%+v", got)
	}
}

func TestTwoPeopleGetTwoRecords(t *testing.T) {
	var s screens
	at := rankKey{"p", "r"}
	if a, b, again := s.lend(at, TitleStage, "a", []int64{1, 2}, 1, 1), s.lend(at, TitleStage, "b", []int64{1, 2}, 1, 2), s.lend(at, TitleStage, "a", []int64{1, 2}, 1, 3); a != 1 || b != 2 || again != 1 {
		t.Errorf("%d %d %d", a, b, again)
	}
	if n := s.lend(at, TitleStage, "c", []int64{1, 2}, 2, 4); n != 1 {
		t.Errorf("where two must read it, the third gets %d", n)
	}
	if n := s.lend(at, TitleStage, "d", []int64{1, 2}, 1, 5+loanLasts); n != 1 {
		t.Errorf("after a while it is free again: %d", n)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	s := screens{kept: map[rankKey]*ranked{}}
	for _, name := range []string{"a", "b", "c"} {
		at := rankKey{"p", name}
		if !s.room(at, mostRanked/2) {
			t.Fatal("no room for a small one")
		}
		s.of(at).lib = &shelf{count: mostRanked / 2}
	}
	if len(s.kept) != 2 || s.kept[rankKey{"p", "a"}] != nil {
		t.Errorf("%d are kept, the oldest among them: %v", len(s.kept), s.kept[rankKey{"p", "a"}] != nil)
	}
	if s.room(rankKey{"p", "d"}, mostRanked+1) {
		t.Error("room for more than there is")
	}
}

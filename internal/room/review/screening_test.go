package review

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/engine/screen"
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

func voted(n int64, settled, actor, verdict string) labelled {
	return labelled{n: n, settled: settled, vote: vote{actor, verdict, ""}}
}

func TestReadingOf(t *testing.T) {
	all := []labelled{
		voted(1, "", "account:a", Include), voted(2, Exclude, "account:a", Exclude), voted(3, Include, elsewhere+"x", Include),
		voted(2, Exclude, "account:b", Include), voted(4, "", "account:a", Unsure), voted(5, "", "account:a", Exclude),
	}
	all[1].chance, all[3].chance, all[4].chance = true, true, true
	got := readingOf(all)
	if diff := cmp.Diff([]bool{true, false, true, false}, got.relevant); diff != "" || got.already != 1 || got.found != 3 {
		t.Errorf("%s already %d, found %d", diff, got.already, got.found)
	}
	// Two picked record 2 by chance: it is one record, and settled as out.
	if got.chance != 2 || got.luck != 1 {
		t.Errorf("%d by chance, %d of them may matter", got.chance, got.luck)
	}
}

// TestTheOrderOfReadingIsKnown: only the later half counts, for it is what the advice goes by.
func TestTheOrderOfReadingIsKnown(t *testing.T) {
	for _, x := range []struct {
		came    []string
		ordered bool
	}{
		{nil, true}, {[]string{"", "", ""}, true}, {[]string{ByNumber, ByNumber, ByLearned, ByChance}, true}, {[]string{ByLearned, ByLearned, ByNumber, ByNumber}, false},
		{[]string{ByLearned, ByLearned, ByOldest, ByLearned}, true}, {[]string{ByWords}, false}, {[]string{ByNumber, "", "", ByOldest}, false},
	} {
		var all []labelled
		for i, by := range x.came {
			l := voted(int64(i+1), "", "account:a", Exclude)
			l.came = by
			all = append(all, l)
		}
		if got := readingOf(all); got.ordered != x.ordered {
			t.Errorf("%v: ordered is %v", x.came, got.ordered)
		}
	}
}

func TestTwoThingsOfOneWorkAreTalkedAbout(t *testing.T) {
	of := func(verdict string, first int64) Decision {
		return Decision{N: 5, Actor: "account:a", Verdict: verdict, Reason: "r", First: first}
	}
	for _, x := range []struct {
		copy, has, want string
		ok, puts        bool
	}{
		{Include, "", Include, false, true}, {Include, Exclude, Unsure, true, true}, {Exclude, Include, Unsure, true, true}, {Include, Include, Include, true, false},
		{Include, Later, Include, true, true}, {Later, Exclude, Exclude, true, false}, {Exclude, Unsure, Unsure, true, false}, {Unsure, Include, Unsure, true, true},
	} {
		has := of(x.has, 9)
		has.N = 3
		d, puts := together(copied{of(x.copy, 4), 3}, has, x.ok)
		if puts != x.puts || d.Verdict != x.want || d.N != 3 || puts && d.First != 4 || d.Verdict == Unsure && puts && d.Reason != "" {
			t.Errorf("%s and %s: %+v, stored %v", x.copy, x.has, d, puts)
		}
	}
}

func TestLessonsStandInTheOrderOfTheFirstDecision(t *testing.T) {
	lib := &shelf{at: map[int64]int{7: 0, 9: 1}}
	got := lessons(lib, []labelled{voted(9, "", "a", Exclude), voted(7, "", "a", Unsure), voted(8, "", "a", Include), voted(9, "", "b", Include), voted(7, Include, "b", Include)})
	if len(got) != 2 || got[0] != (lesson{1, true}) || got[1] != (lesson{0, true}) {
		t.Errorf("%+v", got)
	}
}

// TestAnUndoLearnsLittleAgain: what is learned after a change is what would be learned from
// the beginning, and a change near the end costs a few lessons, not all.
func TestAnUndoLearnsLittleAgain(t *testing.T) {
	const records = 800
	lib := &shelf{at: map[int64]int{}}
	for i := range records {
		text := screen.Record{Title: fmt.Sprintf("Steel bridge number %d", i), Abstract: fmt.Sprintf("Rust and paint of part %d over years.", i*7%90)}
		if i%4 == 0 {
			text = screen.Record{Title: fmt.Sprintf("Carers at night, place %d", i), Abstract: fmt.Sprintf("Rest and help at home, story %d.", i*5%70)}
		}
		lib.at[int64(i+1)] = i
		lib.ns, lib.texts = append(lib.ns, int64(i+1)), append(lib.texts, text)
	}
	lib.lib = screen.NewLibrary(append(slices.Clone(lib.texts), screen.Record{Title: "What helps carers?"}), screen.Plait)
	var all []labelled
	for i := range 640 {
		verdict := Exclude
		if i%4 == 0 {
			verdict = Include
		}
		all = append(all, voted(int64(i+1), "", "a", verdict))
	}
	fresh := func(all []labelled) []int64 {
		var k ranked
		order, _ := k.learn(lib, all)
		return order
	}
	changed := func(i int) []labelled {
		out := slices.Clone(all)
		out[i].verdict = Unsure
		return out
	}
	var k ranked
	for n := 0; n <= len(all); n += 11 {
		k.learn(lib, all[:n])
	}
	if got, _ := k.learn(lib, all); !slices.Equal(got, fresh(all)) {
		t.Error("learned bit by bit, the order is another")
	}
	for name, x := range map[string]struct {
		now   []labelled
		again int
	}{
		"the last taken back": {all[:639], 39}, "one of the last changed": {changed(610), 39}, "one of the first changed": {changed(3), 639},
		"nothing": {nil, 0}, "few left": {all[:3], 3}, "as it was": {all, 0}, "many taken back": {all[:450], 50},
	} {
		k := k
		k.learner, k.shots, k.taught = k.learner.Clone(), slices.Clone(k.shots), slices.Clone(k.taught)
		tries := k
		if left := tries.begin(lib, lessons(lib, x.now)); len(left) != x.again {
			t.Errorf("%s: %d lessons are taught again, not %d", name, len(left), x.again)
		}
		if got, _ := k.learn(lib, x.now); !slices.Equal(got, fresh(x.now)) {
			t.Errorf("%s: the order is not what is learned from the beginning", name)
		}
		if len(k.shots) > mostKept {
			t.Errorf("%s: %d learners are kept", name, len(k.shots))
		}
	}
}

// TestWhatGoesWrongInLearningIsLogged: by its kind, without what was read.
func TestWhatGoesWrongInLearningIsLogged(t *testing.T) {
	var b bytes.Buffer
	r := &Room{}
	r.screens.log = slog.New(slog.NewTextHandler(&b, nil))
	k := &ranked{running: true}
	r.learnBehind(rankKey{"programme", "review"}, k) // there is no database: it panics
	if got := b.String(); !strings.Contains(got, "order not learned") || !strings.Contains(got, "what=panic") || !strings.Contains(got, "kind=runtime.") || k.running {
		t.Errorf("logged: %q", got)
	}
	b.Reset()
	r.notLearned(t.Context(), "error", fmt.Errorf("record 12, My mother: %w", io.ErrUnexpectedEOF))
	if got := b.String(); strings.Contains(got, "mother") || !strings.Contains(got, "kind=*errors.errorString") {
		t.Errorf("logged: %q", got)
	}
}

func TestTwoPeopleGetTwoRecords(t *testing.T) {
	var s screens
	at := rankKey{"p", "r"}
	if a, b, again := s.lend(at, TitleStage, "a", []int64{1, 2}, ByLearned, 1, 1), s.lend(at, TitleStage, "b", []int64{1, 2}, ByChance, 1, 2), s.lend(at, TitleStage, "a", []int64{1, 2}, ByLearned, 1, 3); a != 1 || b != 2 || again != 1 {
		t.Errorf("%d %d %d", a, b, again)
	}
	if a, b, other := s.came(at, TitleStage, "a", 1), s.came(at, TitleStage, "b", 2), s.came(at, TitleStage, "b", 1); a != ByLearned || b != ByChance || other != "" {
		t.Errorf("chosen by %q and %q; one that nobody has by %q", a, b, other)
	}
	if n := s.lend(at, TitleStage, "c", []int64{1, 2}, ByNumber, 2, 4); n != 1 {
		t.Errorf("where two must read it, the third gets %d", n)
	}
	if n := s.lend(at, TitleStage, "d", []int64{1, 2}, ByNumber, 1, 5+loanLasts); n != 1 {
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

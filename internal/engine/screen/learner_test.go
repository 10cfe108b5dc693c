package screen

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func eight() []Record {
	return []Record{
		{"Reading groups for carers", "Carers read together and talk. Reading helps carers rest."},
		{"Rest for carers at home", "A trial of rest at home for carers of people with dementia."},
		{"Bridges of steel", "Steel bridges and their paint; a survey of rust."},
		{"Rust on steel paint", "Paint slows rust on bridges and on ships."},
		{"Dementia at home", "People with dementia and their carers talk about home."},
		{"A survey of ships", "Ships, paint and steel: a survey."},
		{"Café reading", "Élèves read together in a café; x 12 3."},
		{"", ""},
	}
}

// The scores were computed with asreview 3.0.8 (its Tfidf and Balanced) and
// scikit-learn 1.9.1 (LinearSVC, tol 1e-10).
func TestU4ScoresAsLinearSVC(t *testing.T) {
	l := NewLibrary(eight(), U4).Learn()
	l.lib.set.eps = 1e-10
	for _, i := range []int{0, 2, 4} {
		l.Tell(i, i != 2)
	}
	l.Train()
	for i, want := range []float64{0.44368878, 0.35877702, 0.20585388, 0.24641678, 0.43912098, 0.2448232, 0.29172341, 0.26084534} {
		got := l.svm.score(i)
		if label := l.label[i]; label != 0 {
			// What only this record has is in its own score too.
			got += l.svm.alpha[i] * float64(label) * float64(l.lib.m.own[i])
		}
		near(t, fmt.Sprint("score ", i), got, want, 1e-6)
	}
	if got, want := l.Rank(0), []int{1, 6, 7, 3, 5}; !slices.Equal(got, want) {
		t.Errorf("ranked %v, not %v", got, want)
	}
}

// topics makes records of two kinds; those whose number divides by five are of the first.
func topics(n int) ([]Record, []bool) {
	a := strings.Fields("carer respite dementia home family support evening worry sleep neighbour")
	b := strings.Fields("bridge steel rust paint survey river traffic concrete bolt weld")
	both := strings.Fields("study method people result year group report table page note")
	records, relevant := make([]Record, n), make([]bool, n)
	for i := range records {
		words := b
		if relevant[i] = i%5 == 0; relevant[i] {
			words = a
		}
		pick := func(from []string, k int) string { return from[mix(uint64(i*31+k))%uint64(len(from))] }
		var text []string
		for k := range 12 {
			text = append(text, pick(words, k), pick(both, k+50))
		}
		records[i] = Record{pick(words, 90) + " " + pick(both, 91), strings.Join(text, " ")}
	}
	return records, relevant
}

func TestFindsWhatIsAlike(t *testing.T) {
	records, relevant := topics(200)
	for _, model := range Models() {
		run, err := Simulate(NewLibrary(records, model), relevant, []int{0, 1}, Likely())
		if err != nil {
			t.Fatal(err)
		}
		if run.Loss > .01 {
			t.Errorf("%s: loss %.3f with two kinds that share no word of their own", model, run.Loss)
		}
		all := slices.Clone(run.Order)
		slices.Sort(all)
		if len(all) != 198 || len(slices.Compact(all)) != 198 || slices.Contains(all, 0) {
			t.Errorf("%s: the order does not hold each record once", model)
		}
		if run.Stop.Recall < .95 || run.Stop.At == 0 {
			t.Errorf("%s: stopped at %+v", model, run.Stop)
		}
	}
}

func TestSameDecisionsSameRanking(t *testing.T) {
	records, relevant := topics(150)
	for _, model := range Models() {
		lib := NewLibrary(records, model)
		play := func(lib *Library) []int {
			l := lib.Learn()
			for i := range 40 {
				l.Tell(i*3, relevant[i*3])
				l.Train()
			}
			return l.Rank(0)
		}
		first := play(lib)
		if !slices.Equal(first, play(lib)) || !slices.Equal(first, play(NewLibrary(records, model))) {
			t.Errorf("%s: the same decisions gave another ranking", model)
		}
	}
}

func TestTakenBack(t *testing.T) {
	records, relevant := topics(120)
	for _, model := range Models() {
		lib := NewLibrary(records, model)
		lib.set.eps = 1e-9
		plain, back := lib.Learn(), lib.Learn()
		for i := range 20 {
			plain.Tell(i, relevant[i])
			back.Tell(i, !relevant[i])
		}
		back.Tell(60, true)
		back.Tell(61, false)
		back.Train()
		for i := range 20 {
			back.Tell(i, relevant[i])
		}
		back.Forget(60)
		back.Forget(61)
		back.Forget(61)
		plain.Train()
		back.Train()
		for _, i := range plain.Rank(0) {
			if math.Abs(plain.score[i]-back.score[i]) > 1e-4 {
				t.Fatalf("%s: record %d scores %.6f, and %.6f after decisions were taken back", model, i, plain.score[i], back.score[i])
			}
		}
		if len(back.Rank(0)) != 100 || len(back.read) != 20 {
			t.Errorf("%s: %d unread, %d read", model, len(back.Rank(0)), len(back.read))
		}
	}
}

// The machine must stand at the optimum: for every record taught, the slope of the dual is
// 0 where its weight is above 0, and not below 0 where it is 0.
func TestOptimum(t *testing.T) {
	records, relevant := topics(100)
	for _, model := range Models() {
		lib := NewLibrary(records, model)
		lib.set.eps = 1e-9
		l := lib.Learn()
		for i := range 50 {
			l.Tell(i, relevant[i])
			if i%10 == 1 {
				l.Train()
			}
		}
		l.Train()
		for _, e := range l.lessons {
			a := l.svm.alpha[e.at]
			g := e.y*(l.svm.score(e.at)+e.y*a*float64(lib.m.own[e.at])) - 1 + a*.5/e.cost
			if a > 0 && math.Abs(g) > 1e-6 || a == 0 && g < -1e-6 || a < 0 {
				t.Fatalf("%s: record %d with weight %g has slope %g", model, e.at, a, g)
			}
		}
	}
}

func TestOddLibraries(t *testing.T) {
	for _, model := range Models() {
		for _, records := range [][]Record{nil, {{}}, {{}, {}}, {{Title: "one word"}, {Title: "one word"}}, make([]Record, 40)} {
			l := NewLibrary(records, model).Learn()
			l.Train()
			if got := l.Rank(0); len(got) != len(records) {
				t.Errorf("%s: ranked %d of %d", model, len(got), len(records))
			}
			for i := range records {
				l.Tell(i, i%2 == 0)
				l.Train()
				l.Why(i, 5)
			}
			if _, ok := l.Best(); ok {
				t.Errorf("%s: a best record when all are read", model)
			}
		}
	}
	records, relevant := topics(20)
	lib := NewLibrary(records, Plait)
	for _, start := range [][]int{nil, {0}, {1}, {0, 99}, {-1, 0}, {0, 1, 5, 10, 15}} {
		if _, err := Simulate(lib, relevant, start, Likely()); err == nil {
			t.Errorf("no error for the start %v", start)
		}
	}
	if _, err := Simulate(lib, relevant[:3], []int{0, 1}, Likely()); err == nil {
		t.Error("no error for too few answers")
	}
}

func TestOneKindOfDecision(t *testing.T) {
	records, relevant := topics(100)
	l := NewLibrary(records, Plait).Learn()
	l.Tell(0, true) // only a relevant one, such as the question of the review
	l.Train()
	good := 0
	for _, i := range l.Rank(10) {
		if relevant[i] {
			good++
		}
	}
	if good < 9 {
		t.Errorf("with one relevant record known, %d of the first ten are relevant", good)
	}
}

// Told again from the beginning, with what is not read scored at the end alone, a learner
// stands where it stood; and a clone goes on as the one it was made of.
func TestTaughtAgainTheSameRanking(t *testing.T) {
	records, relevant := topics(150)
	for _, model := range Models() {
		lib := NewLibrary(records, model)
		first, again := lib.Learn(), lib.Learn()
		var clone *Learner
		for i := range 60 {
			first.Tell(i, relevant[i])
			first.Train()
			if again.Tell(i, relevant[i]); i < 59 {
				again.Teach()
			} else {
				again.Train()
			}
			if clone != nil {
				clone.Tell(i, relevant[i])
				clone.Train()
			}
			if i == 30 {
				clone = again.Clone()
			}
		}
		for _, i := range first.Rank(0) {
			if first.score[i] != again.score[i] {
				t.Fatalf("%s: scored at the end alone, record %d stands at %v, not %v", model, i, again.score[i], first.score[i])
			}
			if first.score[i] != clone.score[i] {
				t.Fatalf("%s: of a clone, record %d stands at %v, not %v", model, i, clone.score[i], first.score[i])
			}
		}
		if i, ok := first.Best(); !ok || i != first.Rank(1)[0] {
			t.Errorf("%s: the best is %d", model, i)
		}
	}
}

func TestWhy(t *testing.T) {
	records, relevant := topics(100)
	records[50] = Record{"Respite Homes", "Worries of carers about bridges."}
	l := NewLibrary(records, Plait).Learn()
	for i := range 30 {
		l.Tell(i, relevant[i])
	}
	l.Train()
	why := l.Why(50, 3)
	if len(why) == 0 {
		t.Fatal("nothing speaks for a record of carers")
	}
	whole, text := 0., records[50].Title+"\n"+records[50].Abstract
	for k, r := range why {
		whole += r.Share
		if !strings.Contains(text, r.Words) || strings.Contains(r.Words, "ridge") {
			t.Errorf("the reason %q is not in the record, or speaks against it", r.Words)
		}
		if k > 0 && r.Share > why[k-1].Share {
			t.Errorf("not the strongest first: %v", why)
		}
	}
	if whole <= 0 || whole > 1+1e-9 {
		t.Errorf("the shares come to %.3f", whole)
	}
	if got := l.Why(50, 0); len(got) != 0 {
		t.Errorf("no reasons asked for, %v given", got)
	}
}

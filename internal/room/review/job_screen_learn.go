package review

import (
	"slices"

	"plait/internal/engine/screen"
)

// What a node keeps of learners.
const (
	keepEvery = 100 // lessons after which a learner is kept as it stands; it is trained at each of these
	mostKept  = 4   // of these, the last
)

// snapshot is a learner as it stood after so many lessons.
type snapshot struct {
	lessons int
	learner *screen.Learner
}

// lessons are decisions in the order of the first on each record.
func lessons(lib *shelf, all []labelled) []lesson {
	votes, order := map[int64][]vote{}, []int64{}
	verdicts := map[int64]string{}
	for _, l := range all {
		if _, ok := votes[l.n]; !ok {
			order = append(order, l.n)
		}
		votes[l.n] = append(votes[l.n], l.vote)
		verdicts[l.n] = l.settled
	}
	var out []lesson
	for _, n := range order {
		i, here := lib.at[n]
		if relevant, ok := matters(verdicts[n], votes[n]); ok && here {
			out = append(out, lesson{i, relevant})
		}
	}
	return out
}

// trains says whether the order is learned anew after so many decisions: each time in the
// beginning, then after every few. It depends on nothing else, so that the same decisions
// give the same order on every node.
func trains(decided int) bool {
	return decided <= 500 || decided <= 2000 && decided%5 == 0 || decided%20 == 0
}

// begin gives the learner from which what is now known can be taught: the one there is where
// its lessons are the first of these, else the last that was kept before they part, else a
// new one. The lessons that are left to teach follow.
func (k *ranked) begin(lib *shelf, now []lesson) []lesson {
	same := 0
	for same < len(now) && same < len(k.taught) && now[same] == k.taught[same] {
		same++
	}
	if k.learner != nil && same == len(k.taught) {
		return now[same:]
	}
	for len(k.shots) > 0 && k.shots[len(k.shots)-1].lessons > same {
		k.shots = k.shots[:len(k.shots)-1]
	}
	last := snapshot{}
	if len(k.shots) > 0 {
		last = k.shots[len(k.shots)-1]
		k.learner = last.learner.Clone()
	} else {
		k.learner = lib.lib.Learn()
		k.learner.Tell(len(lib.ns), true) // the question
		k.learner.Teach()
	}
	k.learner.Score()
	k.taught = slices.Clone(now[:last.lessons])
	return now[last.lessons:]
}

// learn tells the learner what is new, or what follows an earlier decision that has changed.
// Each training begins where the one before ended, so it is trained at the same places every
// time; records are scored at the last of them.
func (k *ranked) learn(lib *shelf, all []labelled) ([]int64, map[int64][]string) {
	now := lessons(lib, all)
	left := k.begin(lib, now)
	found, scored := 0, 0
	for _, t := range k.taught {
		if t.relevant {
			found++
		}
	}
	for n := len(now); n > len(k.taught) && scored == 0; n-- {
		if trains(n) {
			scored = n
		}
	}
	for _, t := range left {
		k.learner.Tell(t.i, t.relevant)
		if t.relevant {
			if found++; found == startsUntil {
				k.learner.Forget(len(lib.ns))
			}
		}
		k.taught = append(k.taught, t)
		n := len(k.taught)
		if trains(n) {
			k.learner.Teach()
		}
		if n == scored {
			k.learner.Score()
		}
		if n%keepEvery == 0 {
			if len(k.shots) == mostKept {
				k.shots = slices.Delete(k.shots, 0, 1)
			}
			k.shots = append(k.shots, snapshot{n, k.learner.Clone()})
		}
	}
	var order []int64
	whys := map[int64][]string{}
	for _, i := range k.learner.Rank(0) {
		if i == len(lib.ns) {
			continue
		}
		n := lib.ns[i]
		if len(order) < mostWhy {
			for _, w := range k.learner.Why(i, mostWords) {
				whys[n] = append(whys[n], w.Words)
			}
		}
		order = append(order, n)
	}
	return order, whys
}

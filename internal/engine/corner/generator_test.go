package corner

import (
	"math/rand/v2"
	"testing"
)

// TestGenerator proves that no two code words are nearer than 8: words of odd weight are
// none, and no two sums of one, two or three columns are the same.
func TestGenerator(t *testing.T) {
	col := columns()
	seen := map[uint32]bool{0: true}
	add := func(s uint32) {
		if seen[s] {
			t.Fatalf("a word of weight 6 or less leaves no remainder: %#x", s)
		}
		seen[s] = true
	}
	for i, a := range col {
		add(a)
		for j, b := range col[:i] {
			add(a ^ b)
			for _, c := range col[:j] {
				add(a ^ b ^ c)
			}
		}
	}
	ones := 0
	for i := range nCRC + 1 {
		ones += generator >> i & 1
	}
	if ones%2 != 0 {
		t.Error("the generator is not divisible by x + 1")
	}
}

// TestRepair turns up to three modules anywhere, or four of the faintest.
func TestRepair(t *testing.T) {
	d := newDecoder()
	rng := rand.New(rand.NewPCG(4, 4))
	for range 300 {
		c := Code{rng.IntN(MaxBatch), Format(rng.IntN(5)), rng.IntN(64), rng.IntN(16), rng.IntN(16), rng.IntN(2048)}
		at, r := rng.IntN(4), rng.IntN(4)
		w := wordOf(c, at)
		var v [nBits]float64
		for i, black := range w {
			v[d.turn[r][i]] = 1
			if black {
				v[d.turn[r][i]] = -1
			}
		}
		n := rng.IntN(5)
		for _, i := range rng.Perm(nBits)[:n] {
			v[i] *= -0.1
			if n <= 2 {
				v[i] *= 10 // as sure as the others
			}
		}
		got, ok := d.decode(&v)
		if !ok || got.code != c || got.corner != at || got.turn != r || got.flips != n {
			t.Fatalf("%+v corner %d turn %d with %d turned is read as %+v", c, at, r, n, got)
		}
	}
}

// TestFalseReads counts how often noise passes the check; the bound of the package comment
// is 1 in 2,100 for 16 attempts, so 1 in 8,300 for the 4 turns of one attempt.
func TestFalseReads(t *testing.T) {
	d := newDecoder()
	rng := rand.New(rand.NewPCG(5, 5))
	passed, bare := 0, 0
	const n = 20_000
	for range n {
		var v [nBits]float64
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		if r, ok := d.decode(&v); ok {
			passed++
			if r.flips == 0 {
				bare++
			}
		}
	}
	if passed > 12 || bare > 0 {
		t.Errorf("%d of %d random squares pass, %d of them bare", passed, n, bare)
	}
}

package text

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestFew(t *testing.T) {
	for n, want := range map[int64]string{-3: "0", 0: "0", 1: "*", 7: "*", 8: "10", 12: "10", 13: "15", 17: "15", 18: "20", 5000: "5000", math.MaxInt64: "9223372036854775805"} {
		if got := Few(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(8, 1<<40).Draw(t, "n")
		got, err := strconv.ParseInt(Few(n), 10, 64)
		if err != nil || got%5 != 0 || max(got-n, n-got) > 2 {
			t.Fatalf("%d is %q", n, Few(n))
		}
	})
}

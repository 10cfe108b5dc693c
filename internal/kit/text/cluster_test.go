package text

import (
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"pgregory.net/rapid"
)

// Looking around an offset says the same as reading from the start.
func TestClusterIsThatOfTheWhole(t *testing.T) {
	parts := []string{"a", "b c", "\n", "\r\n", "\r", "ŵ", "w\u0302", "e\u0301\u0323", "👩‍👩‍👧", "👍🏽", "🇬🇧", "🇨🇾", "שלום", "각", "ก้", "\u200d", " \u0301", "漢字"}
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 60).Draw(t, "parts"), "")
		at := rapid.IntRange(0, len(s)).Draw(t, "at")
		start, end := Cluster(s, at)
		for it := graphemes.FromString(s); it.Next(); {
			if it.Start() < at && at < it.End() {
				if start != it.Start() || end != it.End() {
					t.Fatalf("at %d: %d to %d, want %d to %d", at, start, end, it.Start(), it.End())
				}
				return
			}
		}
		if start != at || end != at {
			t.Fatalf("at %d, between two characters: %d to %d", at, start, end)
		}
	})
}

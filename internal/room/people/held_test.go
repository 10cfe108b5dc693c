package people

import (
	"testing"

	"plait/internal/spine/plug"
)

func TestMonthsAfter(t *testing.T) {
	for _, c := range []struct {
		day    string
		months int
		want   string
	}{
		{"2026-03-02", 1, "2026-04-02"}, {"2026-01-31", 1, "2026-02-28"}, {"2028-01-31", 1, "2028-02-29"}, {"2026-08-31", 1, "2026-09-30"},
		{"2026-12-31", 1, "2027-01-31"}, {"2026-11-30", 3, "2027-02-28"}, {"", 1, ""}, {"soon", 1, ""},
	} {
		if got := monthsAfter(c.day, c.months); got != c.want {
			t.Errorf("%d months after %q: %q, want %q", c.months, c.day, got, c.want)
		}
	}
}

func TestDaysBetween(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     int64
	}{{"2026-03-02", "2026-04-02", 31}, {"2026-04-02", "2026-03-31", -2}, {"2026-03-28", "2026-03-30", 2}, {"", "2026-03-30", 0}, {"2026-03-30", "x", 0}} {
		if got := daysBetween(c.from, c.to); got != c.want {
			t.Errorf("from %s to %s: %d, want %d", c.from, c.to, got, c.want)
		}
	}
}

// Nothing of others is in a copy unless somebody left it in.
func TestCopied(t *testing.T) {
	own, third := Thing{Title: "own"}, func(choice string) Thing { return Thing{Title: choice, Third: true, Choice: choice} }
	in, things, out := copied([]Section{{"a", []Thing{own, third(""), third(LeaveIn), third(LeaveOut)}}, {"b", []Thing{third("")}}})
	if len(in) != 1 || len(in[0].Things) != 2 || in[0].Things[1].Choice != LeaveIn || things != 2 || out != 3 {
		t.Errorf("%+v, %d in, %d out", in, things, out)
	}
	if n := toChoose([]Section{{"a", []Thing{own, third(""), third(LeaveIn)}}, {"b", []Thing{third("")}}}); n != 2 {
		t.Errorf("%d to choose, want 2", n)
	}
}

// A choice holds as long as the thing says the same.
func TestMark(t *testing.T) {
	h := plug.Held{Title: "A note", Facts: []plug.Fact{{Name: "people.note", Value: "after six"}}}
	a, _ := markOf("p", "s", h, map[string]int{})
	b, _ := markOf("p", "s", h, map[string]int{})
	h.Facts[0].Value = "after seven"
	c, _ := markOf("p", "s", h, map[string]int{})
	d, _ := markOf("q", "s", h, map[string]int{})
	seen := map[string]int{}
	e, _ := markOf("p", "s", h, seen)
	f, _ := markOf("p", "s", h, seen)
	if e != c || f == e {
		t.Errorf("two that say the same: %s %s", e, f)
	}
	if a != b || a == c || c == d || len(a) != 32 {
		t.Errorf("%s %s %s %s", a, b, c, d)
	}
}

func TestPlaceOf(t *testing.T) {
	for name, want := range map[string]string{"../../etc/passwd": "files/1-passwd", "a b.jpg": "files/1-a-b.jpg", "": "files/1-", "ŵ.png": "files/1-png", "..": "files/1-"} {
		if got := placeOf(1, plug.HeldFile{Name: name}); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

package keeper

import (
	"testing"
)

func TestMonthsBackAndOn(t *testing.T) {
	for _, c := range []struct {
		day    string
		months int64
		back   string
		on     string
	}{
		{"2026-03-02", 12, "2025-03-02", "2027-03-02"}, {"2026-03-31", 1, "2026-02-28", "2026-04-30"}, {"2028-03-31", 1, "2028-02-29", "2028-04-30"},
		{"2026-01-15", 36, "2023-01-15", "2029-01-15"}, {"no day", 1, "", ""},
	} {
		if back, on := backMonths(c.day, c.months), onMonths(c.day, c.months); back != c.back || on != c.on {
			t.Errorf("%s by %d: %s and %s, want %s and %s", c.day, c.months, back, on, c.back, c.on)
		}
	}
}

// Every group has its words, and what cannot be erased from here is never offered for it.
func TestGroups(t *testing.T) {
	for _, g := range Groups() {
		if erasable(g) && !listed(g) || usual(g).Confirmed != 0 || listed(g) && usual(g).Months < 1 {
			t.Errorf("%s: %+v", g, usual(g))
		}
	}
	if err := (DisposeIn{Group: GroupLetters, Records: []string{"x"}}).check(); err == nil {
		t.Error("letters can be erased")
	}
	if err := (DisposeIn{Group: GroupWorries, Records: []string{"x"}}).check(); err == nil {
		t.Error("worries can be erased")
	}
	if err := (ScheduleIn{Group: GroupWorries, Months: 3}).check(); err == nil {
		t.Error("worries have a rule here")
	}
	if err := (ScheduleIn{Group: GroupSaid, Months: 0}).check(); err == nil {
		t.Error("no months")
	}
}

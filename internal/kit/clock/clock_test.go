package clock

import (
	"testing"
	"time"
)

func TestADayEndsAtMidnightInItsZone(t *testing.T) {
	for _, c := range []struct{ day, zone, want string }{
		{"2026-01-31", "Europe/London", "2026-02-01T00:00:00Z"},
		{"2026-07-31", "Europe/London", "2026-07-31T23:00:00Z"}, // summer time
		{"2026-03-29", "", "2026-03-29T23:00:00Z"},              // the day the clocks go forward
		{"2026-12-31", "no such zone", "2027-01-01T00:00:00Z"},
	} {
		got, err := EndOf(c.day, c.zone)
		if err != nil || Time(got).Format(time.RFC3339) != c.want {
			t.Errorf("%s in %q ends at %s, %v", c.day, c.zone, Time(got), err)
		}
		if DayOf(got-1, c.zone) != c.day {
			t.Errorf("the instant before the end of %s is on %s", c.day, DayOf(got-1, c.zone))
		}
	}
	if _, err := EndOf("2026-02-30", ""); err == nil {
		t.Error("30 February is no day")
	}
}

func TestHandNeverTellsTheSameInstantTwice(t *testing.T) {
	h := At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if a, b := h.Now(), h.Now(); a >= b {
		t.Errorf("%d, then %d", a, b)
	}
	h.Add(time.Hour)
	if DayOf(h.Now(), "") != "2026-01-01" {
		t.Error("an hour later it is another day")
	}
}

func TestForeverIsTheLastSecondOf9999(t *testing.T) {
	if got := Time(Forever).Format(time.RFC3339); got != "9999-12-31T23:59:59Z" {
		t.Error(got)
	}
}

func TestDaysAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]string{"3/4/2025": "2025-04-03", "3 April 2025": "2025-04-03", " 03.04.2025": "2025-04-03", "3-4-2025": "2025-04-03", "2025-04-03": "2025-04-03",
		"31/2/2025": "31/2/2025", "next week": "next week", "": ""} {
		if got := ReadDay(typed); got != want {
			t.Errorf("%q was read as %q", typed, got)
		}
	}
}

package form

import "time"

// Typed is a stored day, YYYY-MM-DD, as people type it: 20/11/2026. What is no day stays
// as it is, so that a form shows what was sent.
func Typed(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("2/1/2006")
}

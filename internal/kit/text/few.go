package text

import "strconv"

// Few writes a count of people, or of what they said, so that nobody can be picked out of
// it: 0 stays "0", 1 to 7 are "*", and what is above is to the nearest 5, as in "10" for 8
// to 12. Counts for readers who may not see who or what was counted go through here, and
// nowhere else. A number below 0 is "0".
func Few(n int64) string {
	const most, step = 7, 5 // the most that is hidden; what the rest is rounded to
	switch {
	case n <= 0:
		return "0"
	case n <= most:
		return "*"
	}
	return strconv.FormatInt(n/step*step+(n%step+step/2)/step*step, 10)
}

package table

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date reads the day that a cell means. It takes ISO 8601 (2025-04-03, also
// 20250403 and with a time), year first with slashes, UK day first
// (03/04/2025, 3.4.2025, also with a time), day and month by name in either
// order in English or Welsh (12 March 2025, March 12, 2025, "Wed Jul 27
// 22:09:49 WIB 2022"), and Unix time in seconds (10 digits) or milliseconds
// (13 digits), which is read in UTC. A written day is taken as it stands,
// whatever its zone. Years run from 1900 to 2100.
//
// ok is false for what is unreadable or has two readings: a year of two
// digits, a month with no day, a month over 12 in the middle (so an American
// 04/13/2025), a number that might be anything.
func Date(s string) (day string, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 64 {
		return "", false
	}
	if day, isNumber, ok := unix(s); isNumber {
		return day, ok
	}
	tokens := split(s)
	if len(tokens) < 3 {
		return "", false
	}
	if isDigits(tokens[0]) && isDigits(tokens[1]) && isDigits(tokens[2]) {
		return numeric(s, tokens)
	}
	return named(tokens)
}

// unix reads a cell that is one number.
func unix(s string) (day string, isNumber, ok bool) {
	whole, part, dot := strings.Cut(s, ".")
	if !isDigits(whole) || dot && !isDigits(part) {
		return "", false, false
	}
	if dot && len(whole) < 10 {
		return "", false, false // 3.4.2025 begins like this
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	switch {
	case err != nil:
		return "", true, false
	case len(whole) == 8 && !dot:
		day, ok = valid(int(n/10000), int(n/100%100), int(n%100))
		return day, true, ok
	case whole[0] == '0': // a key, not a time
		return "", true, false
	case len(whole) == 10:
		return inRange(time.Unix(n, 0), true)
	case len(whole) == 13:
		return inRange(time.UnixMilli(n), true)
	}
	return "", true, false
}

func inRange(t time.Time, isNumber bool) (string, bool, bool) {
	t = t.UTC()
	day, ok := valid(t.Year(), int(t.Month()), t.Day())
	return day, isNumber, ok
}

// split cuts a cell at everything that is no letter and no digit, and between
// letters and digits, so that 12th gives 12 and th.
func split(s string) []string {
	var out []string
	kind := func(c byte) int {
		switch {
		case '0' <= c && c <= '9':
			return 1
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80:
			return 2
		}
		return 0
	}
	for i := 0; i < len(s); {
		k := kind(s[i])
		j := i + 1
		for j < len(s) && kind(s[j]) == k {
			j++
		}
		if k != 0 {
			out = append(out, s[i:j])
		}
		i = j
	}
	return out
}

// numeric reads 2025-04-03 and 03/04/2025, with or without a time behind.
func numeric(s string, t []string) (string, bool) {
	if s[0] < '0' || s[0] > '9' {
		return "", false
	}
	sep := s[len(t[0])]
	at := len(t[0]) + 1 + len(t[1])
	if strings.IndexByte("-/. ", sep) < 0 || at >= len(s) || s[at] != sep || s[len(t[0])+1] < '0' || s[len(t[0])+1] > '9' || s[at+1] < '0' || s[at+1] > '9' {
		return "", false
	}
	if !isTime(t[3:]) {
		return "", false
	}
	a, b, c := atoi(t[0]), atoi(t[1]), atoi(t[2])
	switch {
	case len(t[0]) == 4 && len(t[1]) <= 2 && len(t[2]) <= 2:
		return valid(a, b, c)
	case len(t[2]) == 4 && len(t[0]) <= 2 && len(t[1]) <= 2:
		return valid(c, b, a)
	}
	return "", false
}

// isTime reports whether what follows a date looks like a time of day and a
// zone and holds no second date.
func isTime(t []string) bool {
	for _, tok := range t {
		if month(tok) != 0 || isDigits(tok) && len(tok) == 4 && (atoi(tok) > 1459 && atoi(tok) <= 2100) {
			return false
		}
	}
	return true
}

// named reads dates whose month is a word.
func named(t []string) (string, bool) {
	d, m, y, at := 0, 0, 0, -1
	for i, tok := range t {
		if n := month(tok); n != 0 {
			if m != 0 && m != n {
				return "", false
			}
			m, at = n, i
		}
	}
	if m == 0 {
		return "", false
	}
	// The day stands beside the month: before it (12 March, 12th of March) or
	// behind it (March 12).
	back := at - 1
	for back >= 0 && isOrdinal(t[back]) {
		back--
	}
	before := back >= 0 && isDigits(t[back]) && len(t[back]) <= 2
	after := at+1 < len(t) && isDigits(t[at+1]) && len(t[at+1]) <= 2
	switch {
	case before:
		d = atoi(t[back])
	case after:
		d = atoi(t[at+1])
	}
	for _, tok := range t {
		if isDigits(tok) && len(tok) == 4 && atoi(tok) >= 1900 && atoi(tok) <= 2100 {
			if y != 0 {
				return "", false
			}
			y = atoi(tok)
		}
	}
	if d == 0 || y == 0 {
		return "", false
	}
	return valid(y, m, d)
}

func isOrdinal(s string) bool {
	switch strings.ToLower(s) {
	case "st", "nd", "rd", "th", "of", "af", "il", "ydd", "fed", "eg":
		return true
	}
	return false
}

// valid gives the day when there is one.
func valid(y, m, d int) (string, bool) {
	if y < 1900 || y > 2100 || m < 1 || m > 12 || d < 1 || d > time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return "", false
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d), true
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// atoi gives the value of a few digits, -1 when there are too many.
func atoi(s string) int {
	if len(s) > 9 {
		return -1
	}
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// month gives 1 to 12 for a month's English or Welsh name, or for the short
// form of an English one; 0 for other words.
func month(s string) int {
	if len(s) < 3 {
		return 0
	}
	s = strings.ToLower(s)
	english := [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	welsh := [...]string{"ionawr", "chwefror", "mawrth", "ebrill", "mai", "mehefin", "gorffennaf", "awst", "medi", "hydref", "tachwedd", "rhagfyr"}
	for i := range english {
		if s == english[i] || s == english[i][:3] || s == welsh[i] || i == 8 && s == "sept" {
			return i + 1
		}
	}
	return 0
}

package cite

import (
	"strconv"
	"strings"
)

// date is a date as far as a file says it; 0 is unknown.
type date struct {
	year, month, day int
	given            bool // something was written that could not be read at all
}

// faulty reports whether a date was meant but could not be read.
func (d date) faulty() bool { return d.given && d.year == 0 && d.month == 0 }

// String gives YYYY, YYYY-MM or YYYY-MM-DD; "" without a year.
func (d date) String() string {
	if d.year == 0 {
		return ""
	}
	b := make([]byte, 0, 10)
	b = strconv.AppendInt(b, int64(d.year), 10)
	for _, n := range []int{d.month, d.day} {
		if n == 0 {
			break
		}
		b = append(b, '-', byte('0'+n/10), byte('0'+n%10))
	}
	return string(b)
}

// parseDate reads what reference managers write: 2019, 2019/05/12/, 2019///,
// 2019-05-12, 20190512, "2019 May 12", "May 2019", SEP, c2003, 2019a. Of a
// range it takes the first part. In "12/05/2019" only the year is sure. A
// value that says that there is none (n.d., in press, nan) is not faulty.
func parseDate(v string) date {
	if len(v) == 4 {
		if y := number(v); y >= 1000 && y <= 2100 {
			return date{year: y}
		}
	}
	if unsaid(v) || strings.Trim(v, "/- ") == "" {
		return date{}
	}
	d := date{given: true}
	yearFirst, place := false, 0
	var small [3]int // numbers of one or two digits after the year
	smalls := 0
	for i := 0; i < len(v); {
		j := i
		switch c := v[i]; {
		case '0' <= c && c <= '9':
			for j < len(v) && '0' <= v[j] && v[j] <= '9' {
				j++
			}
			n := number(v[i:j])
			switch {
			case j-i == 8 && place == 0:
				return compact(n)
			case j-i == 4 && d.year == 0 && n >= 1000 && n <= 2100:
				d.year, yearFirst = n, place == 0
			case j-i <= 2 && smalls < len(small):
				small[smalls] = n
				smalls++
			}
			place++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			for j < len(v) && v[j]|0x20 >= 'a' && v[j]|0x20 <= 'z' {
				j++
			}
			if d.month == 0 {
				d.month = month(v[i:j])
			}
		default:
			j++
		}
		i = j
	}
	switch {
	case d.month != 0:
		if smalls > 0 && small[0] >= 1 && small[0] <= 31 {
			d.day = small[0]
		}
	case yearFirst && smalls > 0 && small[0] >= 1 && small[0] <= 12:
		d.month = small[0]
		if smalls > 1 && small[1] >= 1 && small[1] <= 31 {
			d.day = small[1]
		}
	}
	if d.day > daysIn(d.year, d.month) {
		d.day = 0
	}
	return d
}

// compact reads YYYYMMDD.
func compact(n int) date {
	d := date{year: n / 10000, month: n / 100 % 100, day: n % 100, given: true}
	if d.year < 1000 || d.year > 2100 || d.month < 1 || d.month > 12 || d.day < 1 || d.day > daysIn(d.year, d.month) {
		return date{given: true}
	}
	return d
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year == 0 || year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// number gives the value of a short run of digits, or -1.
func number(s string) int {
	if s == "" || len(s) > 9 {
		return -1
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

// month gives 1 to 12 for an English month's name or its first three letters
// (also Sept), else 0.
func month(s string) int {
	if len(s) < 3 {
		return 0
	}
	names := [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	for i, n := range names {
		if s[0]|0x20 == n[0] && (len(s) == 3 || len(s) == len(n) || strings.EqualFold(s, "sept")) && strings.EqualFold(s, n[:min(len(s), len(n))]) {
			return i + 1
		}
	}
	return 0
}

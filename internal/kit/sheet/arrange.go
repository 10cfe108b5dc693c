package sheet

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"plait/internal/kit/document"
)

// arrange makes heads and rows of what was read.
func (r *reading) arrange(s *Sheet) error {
	if len(r.lines) == 0 {
		return nil
	}
	slices.SortStableFunc(r.lines, func(a, b line) int { return a.number - b.number })
	used := r.columns()
	if len(used)*len(r.lines) > 2*MaxCells {
		return document.Refuse("document.cells", "Most", MaxCells)
	}
	place := make(map[int]int, len(used))
	for i, c := range used {
		place[c] = i
	}
	head, under := r.heads(len(used))
	first := 0 // the first row below the heads
	if head < 0 {
		for i := range used {
			s.Header = append(s.Header, fmt.Sprintf("Column %d", i+1))
		}
		s.tell(0, "No row of heads was found. All rows were read.")
	} else {
		s.Header = r.header(head, under, used)
		first = max(head, under) + 1
		s.HeaderLine = r.lines[first-1].number
		for i := range head {
			s.tell(r.lines[i].number, "This row stands above the heads and was left out: “%s”.", short(r.lines[i]))
		}
	}
	for _, l := range r.lines[first:] {
		row := make([]string, len(used))
		for _, c := range l.cells {
			row[place[c.column]] = c.text
		}
		s.Rows = append(s.Rows, row)
		s.Lines = append(s.Lines, l.number)
	}
	below := 0
	for _, a := range r.merged {
		if len(s.Lines) > 0 && a.bottom >= s.Lines[0] && a.top <= s.Lines[len(s.Lines)-1] {
			below++
		}
	}
	if below > 0 {
		s.tell(0, "Some cells are merged (%d). What they say stands in the first cell only.", below)
	}
	return nil
}

// columns are those with anything in them, in order.
func (r *reading) columns() []int {
	seen := map[int]bool{}
	for _, l := range r.lines {
		for _, c := range l.cells {
			seen[c.column] = true
		}
	}
	out := make([]int, 0, len(seen))
	for c := range seen {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}

// heads finds the row of heads: the first of the first rows with two texts or more, or the
// very first where a sheet has one column. under is the row below it where the heads are
// two rows, else -1. Both are places in lines; head is -1 when there are none.
func (r *reading) heads(width int) (head, under int) {
	head = -1
	for i, l := range r.lines {
		if l.number > maxHeads {
			break
		}
		texts := 0
		for _, c := range l.cells {
			if c.words {
				texts++
			}
		}
		if texts >= 2 || width == 1 && texts == 1 {
			head = i
			break
		}
	}
	if head < 0 {
		return -1, -1
	}
	if r.groups(head) && head+1 < len(r.lines) && r.lines[head+1].number == r.lines[head].number+1 && r.named(head, head+1) {
		return head, head + 1
	}
	// One group alone above the heads: it spans some columns, but not all as a title does.
	if head > 0 && r.lines[head-1].number == r.lines[head].number-1 && r.groups(head-1) && !r.spansAll(head-1) {
		return head - 1, head
	}
	return head, -1
}

// groups says whether a row has a head that spans several columns.
func (r *reading) groups(i int) bool {
	n := r.lines[i].number
	return slices.ContainsFunc(r.merged, func(a area) bool { return a.top == n && a.bottom == n && a.right > a.left })
}

// spansAll says whether a row's one cell spans all columns that are used.
func (r *reading) spansAll(i int) bool {
	used := r.columns()
	n := r.lines[i].number
	return slices.ContainsFunc(r.merged, func(a area) bool {
		return a.top == n && a.left <= used[0] && a.right >= used[len(used)-1]
	})
}

// named says whether the row below names each column of a group: texts alone, two at
// least below one group.
func (r *reading) named(i, below int) bool {
	n := r.lines[i].number
	for _, a := range r.merged {
		if a.top != n || a.bottom != n || a.right == a.left {
			continue
		}
		texts := 0
		for _, c := range r.lines[below].cells {
			if !c.words {
				return false
			}
			if c.column >= a.left && c.column <= a.right {
				texts++
			}
		}
		if texts >= 2 {
			return true
		}
	}
	return false
}

// header is the name of each column: "Group: Sub" where there are two rows.
func (r *reading) header(head, under int, used []int) []string {
	top := map[int]string{}
	for _, c := range r.lines[head].cells {
		top[c.column] = oneLine(c.text)
	}
	if under < 0 {
		out := make([]string, len(used))
		for i, c := range used {
			out[i] = top[c]
		}
		return out
	}
	n := r.lines[head].number
	for _, a := range r.merged {
		if a.top == n && a.bottom == n {
			for c := a.left + 1; c <= a.right; c++ {
				top[c] = top[a.left]
			}
		}
	}
	sub := map[int]string{}
	for _, c := range r.lines[under].cells {
		sub[c.column] = oneLine(c.text)
	}
	out := make([]string, len(used))
	for i, c := range used {
		switch {
		case top[c] == "":
			out[i] = sub[c]
		case sub[c] == "":
			out[i] = top[c]
		default:
			out[i] = top[c] + ": " + sub[c]
		}
	}
	return out
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// short is the beginning of a row, for a message.
func short(l line) string {
	var all []string
	for _, c := range l.cells {
		all = append(all, oneLine(c.text))
	}
	s := strings.Join(all, " ")
	if utf8.RuneCountInString(s) > 60 {
		s = string([]rune(s)[:59]) + "…"
	}
	return s
}

package pdf

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// marked knows a line that begins an item of a list.
var marked = regexp.MustCompile(`^\s*([•◦▪‣·●○■□☐☑☒✓–—*-]|\(?([0-9]{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s`)

// joined joins the lines of one page that belong to one paragraph, and parts the others
// by blank lines.
func joined(page string) string {
	var out strings.Builder
	for block := range strings.SplitSeq(page, "\n\n") {
		lines := strings.Split(strings.Trim(block, "\n"), "\n")
		longest := 0
		for _, l := range lines {
			longest = max(longest, utf8.RuneCountInString(l))
		}
		for i, l := range lines {
			out.WriteString(l)
			if i+1 < len(lines) && goesOn(l, lines[i+1], longest) {
				out.WriteByte(' ')
			} else {
				out.WriteString("\n\n")
			}
		}
	}
	return out.String()
}

// goesOn says whether a line's sentence or paragraph goes on in the next. longest is the
// length of the longest line beside them, in code points.
func goesOn(line, next string, longest int) bool {
	n := utf8.RuneCountInString(line)
	if longest < 30 || n*4 < longest*3 || marked.MatchString(next) || strings.TrimSpace(next) == "" {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(line, ` "')”’`))
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(next, ` "'(“‘`))
	ends := last == '.' || last == '!' || last == '?' || last == ':'
	return !ends || !unicode.IsUpper(first) || n*10 >= longest*9
}

package table

import (
	"strconv"
	"strings"
)

// Guard makes a cell safe to write into a CSV file that a spreadsheet will
// open: one that begins like a formula (= + - @, their full-width twins, a
// tab or a line end, also behind spaces or quotes) gets an apostrophe in
// front, so that it is shown and never run. A plain number keeps its sign.
// The writer still has to quote the cell.
func Guard(cell string) string {
	t := strings.TrimLeft(cell, " \u00a0\"'")
	if t == "" {
		return cell
	}
	for _, sign := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		if !strings.HasPrefix(t, sign) {
			continue
		}
		if isPlainNumber(cell) {
			return cell
		}
		return "'" + cell
	}
	return cell
}

func isPlainNumber(s string) bool {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

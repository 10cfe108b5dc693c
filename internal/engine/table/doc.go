// Package table reads sheets: rows of cells in a text file, divided by commas,
// semicolons, tabs or bars, in any encoding that kit/text knows.
//
// Method: RFC 4180, read leniently. The delimiter is the one that gives the
// steadiest number of cells in the first rows, quotes respected; a name's
// suffix decides nothing. A cell may hold line ends inside quotes. A quote
// that never closes is read as a plain letter of its line, so that it cannot
// swallow the rest of the file. Lines above the header (a search query, a
// rule of dashes, Excel's "sep=;") are set aside. Rows with too few or too
// many cells are kept and told. A cell that begins like a formula stays text:
// nothing is ever worked out here; see Guard for the way out.
//
// Complexity: time and memory linear in the size of the file. Lines are
// counted from 1; days are YYYY-MM-DD.
package table

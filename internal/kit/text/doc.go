// Package text owns the reading, cleaning and comparing of words.
//
// It wraps golang.org/x/text (character sets, Unicode normal forms) and
// github.com/clipperhouse/uax29 (Unicode Standard Annex 29 boundaries), so no
// other package imports them.
//
// Everything here is pure: no clock, no files, no state. Every function takes
// time and memory linear in the length of its input.
package text

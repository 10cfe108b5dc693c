// Package review is the room of evidence reviews: from a search, or from a finished review,
// to statements that anyone can debate.
//
// So far it holds what needs no installation: files of references read and written (engine
// cite), duplicates found (engine dedupe), and screening tried out on records whose answer is
// known (engine screen).
package review

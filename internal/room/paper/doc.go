// Package paper brings what was written by hand into the thread.
//
// It prints cards and sheets with a code in each corner that says project, batch, table,
// round, colour and number. One photo of a table full of them is cut into cards, and each
// card's picture becomes a contribution. Flip charts and plain paper are cut by boxes that
// a person draws.
//
// Tables: paper_batch, paper_photo, paper_cut.
package paper
